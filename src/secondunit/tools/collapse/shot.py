"""The clock of a collapse: which frame of the shot shows which state of the simulation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """Frame numbers as the production counts them.

    first, last: frames of the version. event: the last frame that equals the plate; the simulation starts there.
    """

    first: int
    last: int
    event: int
    fps: float

    @property
    def frames(self) -> range:
        """Every frame of the version."""
        return range(self.first, self.last + 1)

    @property
    def simulated(self) -> int:
        """How many frames the simulation runs after its start."""
        return max(0, self.last - self.event)

    def state(self, frame: int) -> int:
        """Index of the simulation's state that a frame shows; 0 up to the event."""
        return min(max(0, frame - self.event), self.simulated)
