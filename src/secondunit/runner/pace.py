"""How long a stage still takes, from how fast it went so far; nothing is said before there is evidence.

Frames of a collapse differ: cheap while nothing has broken, dearest while everything falls, cheaper again after that.
So the first third says nothing, and then neither the pace of late nor that of the whole is enough: late frames may be
the dearest of all, and early ones the cheapest. Mixed, they kept within a factor 1.5 of what recorded runs still took.
"""

from collections import deque

EVIDENCE_S = 3.0
"""A stage is watched for so long after its first step before a time is said."""
EVIDENCE_SHARE = 1 / 3
"""And so much of it must be done."""
RECENT_S, RECENT_SHARE = 20.0, 2 / 3
"""Late is the last so many seconds, or so much of the time gone by where that is longer."""
LATE = 2 / 3
"""How much the pace of late counts; that of the whole stage counts the rest."""


class Pace:
    """Steps of one stage over time. start: when it began, in seconds of any steady clock.

    What comes before the first step (processes starting, kernels loading) is no part of the pace: it does not recur.
    """

    def __init__(self, start: float) -> None:
        self.start = start
        self._first: tuple[float, float] | None = None
        self._steps: deque[tuple[float, float]] = deque()

    def step(self, now: float, done: float) -> None:
        """So much is done now."""
        if done > 0:
            self._first = self._first or (now, done)
            self._steps.append((now, done))
        late = now - max(RECENT_S, (now - self.start) * RECENT_SHARE)
        while len(self._steps) > 2 and self._steps[1][0] < late:
            self._steps.popleft()

    def left_s(self, total: float) -> float | None:
        """Seconds left, or None while nobody can know."""
        if self._first is None:
            return None
        now, done = self._steps[-1]
        began, watched = self._first[0], now - self._first[0]
        if watched < max(EVIDENCE_S, (began - self.start) / 4) or done < total * EVIDENCE_SHARE:
            return None
        whole, late = (_each_s(since, (now, done)) for since in (self._first, self._steps[0]))
        if whole is None or late is None:
            return None
        return (total - done) * (LATE * late + (1 - LATE) * whole)


def _each_s(since: tuple[float, float], until: tuple[float, float]) -> float | None:
    """Seconds for each unit of work between two steps; None where nothing was done."""
    (then, before), (now, done) = since, until
    return (now - then) / (done - before) if done > before else None
