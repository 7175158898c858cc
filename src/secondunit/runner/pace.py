"""How long a stage still takes, from how fast it went lately; nothing is said before there is evidence."""

from collections import deque

EVIDENCE_S = 3.0
"""A stage is watched for so long after its first step before a time is said."""
RECENT_S = 20.0
"""The pace is that of the last so many seconds, or of the later half where that is longer."""


class Pace:
    """Steps of one stage over time. start: when it began, in seconds of any steady clock.

    What comes before the first step (processes starting, kernels loading) is no part of the pace: it does not recur.
    """

    def __init__(self, start: float) -> None:
        self.start = start
        self._steps: deque[tuple[float, float]] = deque()

    def step(self, now: float, done: float) -> None:
        """So much is done now."""
        if done > 0:
            self._steps.append((now, done))
        while len(self._steps) > 2 and self._steps[1][0] < now - max(RECENT_S, (now - self.start) / 2):
            self._steps.popleft()

    def left_s(self, total: float) -> float | None:
        """Seconds left, or None while nobody can know."""
        if not self._steps:
            return None
        (then, before), (now, done) = self._steps[0], self._steps[-1]
        watched = now - then
        if watched < max(EVIDENCE_S, (then - self.start) / 4) or done <= before:
            return None
        return (total - done) * watched / (done - before)
