"""The clock of a collapse: which frame of the shot shows which state of the simulation."""

from collections.abc import Iterator
from dataclasses import dataclass

from secondunit.schema import CollapseBrief, InputError, Plate


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

    def ready(self, states: Iterator[int]) -> Iterator[int]:
        """The frames in order, each as soon as ``states`` has yielded the state that it shows."""
        there = -1
        for frame in self.frames:
            while there < self.state(frame):
                there = next(states)
            yield frame


def clock_of(brief: CollapseBrief, plate: Plate) -> Clock:
    """The shot's clock on this plate; raises InputError for an event outside the shot."""
    first, event = plate.first_frame, brief.event_on(plate.first_frame)
    last = first + brief.frames - 1
    if not first <= event <= last:
        said = "the default" if brief.event_frame is None else "counted as the plate is"
        raise InputError(
            f"--event is frame {event} ({said}), and the shot is frames {first} to {last}: give one of these, or "
            "another number of --frames."
        )
    return Clock(first, last, event, plate.fps)
