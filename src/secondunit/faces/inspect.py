"""Whether anybody is in a plate, and whether a version changed them. Unknown stays so: no answer never means "nobody".

All looking happens in a child process with limits on time and memory.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from secondunit.media.child import Child, Failed, nothing
from secondunit.media.limits import Limits
from secondunit.media.shown import spread
from secondunit.schema import Face, Inspection, Plate, Tri
from secondunit.schema.inspection import ALTERED

from . import models

COMMAND = ("-P", "-m", "secondunit.faces.child")
SAMPLE = 9
"""Frames of a clip that are looked at, at most: the first, the last, and others evenly between."""
LIMITS = Limits(frame_s=120.0)
SAME = 0.3
"""A face of the version whose box overlaps one of the plate's by this much is the same."""
Box = tuple[float, float, float, float]
Scored = tuple[Box, float]
Say = Callable[[str], None]
Progress = Callable[[str, float, float], None]
STAGE = "look for people"


@dataclass
class Seen:
    """What has been seen so far. whole: every picture asked for was looked at."""

    frames: list[int] = field(default_factory=list)
    faces: list[Face] = field(default_factory=list)
    opencv: str = ""
    whole: bool = False


def sample(first: int, last: int, most: int = SAMPLE) -> tuple[int, ...]:
    """Numbers of the frames to look at."""
    return spread(first, last, most)


def _silent(stage: str, done: float, total: float) -> None:
    """Nobody watches."""


def inspect_plate(
    blank: Inspection,
    plate: Plate,
    folder: Path,
    *,
    say: Say = lambda line: None,
    check: Callable[[], None] = nothing,
    progress: Progress = _silent,
) -> Inspection:
    """`blank` with what was found. folder: where the plate's frames lie. Never raises for a detector's failure."""
    seen = Seen()
    with _watched(seen, say), _looker(check) as looker:
        chosen = sample(plate.first_frame, plate.last_frame)
        for number in chosen:
            progress(STAGE, len(seen.frames), len(chosen))
            faces = looker.find(folder / plate.frame_name(number), plate, seen)
            seen.faces += [Face(frame=number, box=box, score=score) for box, score in faces]
            seen.frames.append(number)
        progress(STAGE, len(chosen), len(chosen))
        seen.whole = True
    return _told(blank, seen)


def inspect_version(
    blank: Inspection,
    plate: Plate,
    folder: Path,
    made: dict[int, Path],
    *,
    also: Sequence[int] = (),
    say: Say = lambda line: None,
    check: Callable[[], None] = nothing,
    progress: Progress = _silent,
) -> Inspection:
    """`blank` with what was found. made: frame -> the finished picture. also: frames to look at beside the sample.

    Where a still plate shows somebody, their boxes are compared in every frame.
    """
    seen, shown = Seen(), dict[int, list[Scored]]()
    chosen = set(sample(min(made), max(made))) | (set(also) & set(made))
    with _watched(seen, say), _looker(check) as looker:
        for number in sorted(chosen):
            progress(STAGE, len(seen.frames), len(chosen))
            used = _used(plate, number)
            before = folder / plate.frame_name(used)
            if used not in shown:
                shown[used] = looker.find(before, plate, seen)
            fresh = looker.find(made[number], plate, seen, of_version=True)
            faces = [*shown[used], *_new(fresh, shown[used])]
            seen.faces += looker.compared(number, before, made[number], faces)
            seen.frames.append(number)
        if plate.first_frame == plate.last_frame:
            before, held = folder / plate.frame_name(plate.first_frame), shown[plate.first_frame]
            for number in sorted(set(made) - chosen) if held else ():
                seen.faces += looker.compared(number, before, made[number], held)
                seen.frames.append(number)
        progress(STAGE, len(chosen), len(chosen))
        seen.whole = True
    told = _told(blank, seen)
    return told.model_copy(update={"altered": _altered(seen)})


def _used(plate: Plate, number: int) -> int:
    """The plate's frame behind a version's: a plate that is too short is held at its ends."""
    return min(max(number, plate.first_frame), plate.last_frame)


def _new(fresh: Sequence[Scored], known: Sequence[Scored]) -> list[Scored]:
    """Faces of a version that the plate did not show."""
    return [one for one in fresh if not any(_same(one[0], held) for held, _ in known)]


@dataclass
class _Looker:
    """Asks the child. Boxes are in pixels of the plate's display window throughout."""

    child: Child

    def find(self, path: Path, plate: Plate, seen: Seen, of_version: bool = False) -> list[Scored]:
        """Faces in a picture of a plate, or of a version of it, and their scores."""
        request = {"do": "find", "path": str(path.resolve()), "space": plate.colorspace, "aspect": plate.pixel_aspect}
        answer = self.child.ask(request)
        seen.opencv = str(answer["opencv"])
        width, height = answer["size"]
        across, down = (plate.width / width, plate.height / height) if of_version else (1.0, 1.0)
        return [
            ((x0 * across, y0 * down, x1 * across, y1 * down), min(max(float(score), 0.0), 1.0))
            for x0, y0, x1, y1, score in answer["faces"]
        ]

    def compared(self, number: int, before: Path, after: Path, faces: Sequence[Scored]) -> list[Face]:
        """The faces of one frame, in pixels of the picture made, with how much of each changed."""
        if not faces:
            return []
        request = {"do": "compare", "plate": str(before.resolve()), "made": str(after.resolve())}
        answer = self.child.ask(request | {"boxes": [box for box, _ in faces]})
        told = zip(faces, answer["boxes"], answer["changed"], strict=True)
        return [Face(frame=number, box=box, score=score, changed=share) for (_, score), box, share in told]


@contextmanager
def _looker(check: Callable[[], None]) -> Iterator[_Looker]:
    models.find(models.SHORT_RANGE)
    with tempfile.TemporaryDirectory() as scratch, Child(COMMAND, Path(scratch), LIMITS, check) as child:
        yield _Looker(child)


@contextmanager
def _watched(seen: Seen, say: Say) -> Iterator[None]:
    """A missing model or a failure ends the looking; what was seen before stays."""
    try:
        yield
    except models.Missing:
        pass  # the front says so from the record
    except (Failed, KeyError, TypeError, ValueError, OSError) as error:
        say(f"Looking for people failed ({error}): whether anybody is there stays unknown.")


def _told(blank: Inspection, seen: Seen) -> Inspection:
    people = Tri.TRUE if seen.faces else Tri.FALSE if seen.whole else Tri.UNKNOWN
    fields: dict[str, Any] = {"frames": tuple(seen.frames), "faces": tuple(seen.faces), "people": people}
    try:
        found = models.find(models.SHORT_RANGE)
    except models.Missing:
        return blank.model_copy(update=fields)
    fields["detector"] = f"{found.model.name} of {found.carrier}, OpenCV {seen.opencv}".removesuffix(", OpenCV ")
    return blank.model_copy(update=fields | {"models": {found.model.name: found.model.sha256}})


def _altered(seen: Seen) -> Tri:
    if any(face.changed is not None and face.changed > ALTERED for face in seen.faces):
        return Tri.TRUE
    return Tri.FALSE if seen.whole else Tri.UNKNOWN


def _same(one: Box, other: Box) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(across, 0.0) * max(down, 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared > SAME * (sum(areas) - shared)
