"""Whether anybody is in a plate, and whether a version changed them. Unknown stays so: no answer never means "nobody".

All looking happens in a child process with limits on time and memory.
"""

import functools
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from secondunit.media.child import Child, Failed, nothing, unwatched
from secondunit.media.limits import Limits
from secondunit.media.shown import spread
from secondunit.schema import Face, Inspection, Match, Plate, Tri
from secondunit.schema.inspection import ALTERED

from . import models
from .identity import Measure

COMMAND = ("-P", "-m", "secondunit.faces.child")
SAMPLE = 9
"""Frames of a clip that are looked at, at most: the first, the last, and others evenly between."""
LIMITS = Limits(frame_s=120.0)
SAME = 0.3
"""A face of the version whose box overlaps one of the plate's by this much is the same."""
CODE = ("detect.py", "network.py")
Box = tuple[float, float, float, float]
Enrolled = Mapping[str, Sequence[Measure]]
Say = Callable[[str], None]
Progress = Callable[[str, float, float], None]
STAGE = "look for people"


@dataclass(frozen=True)
class Spotted:
    """A face in a picture. match, performers: see `schema.Face`."""

    box: Box
    score: float
    match: Match | None = None
    performers: tuple[str, ...] = ()

    def face(self, frame: int, **fields: Any) -> Face:
        """The record of it."""
        about = {"box": self.box, "score": self.score, "match": self.match, "performers": self.performers}
        return Face.model_validate({**about, "frame": frame, **fields})


@dataclass
class Seen:
    """What has been seen so far. whole: every picture asked for was looked at."""

    frames: list[int] = field(default_factory=list)
    faces: list[Face] = field(default_factory=list)
    opencv: str = ""
    whole: bool = False
    enrolled: tuple[str, ...] = ()


def inspect_plate(
    blank: Inspection,
    plate: Plate,
    folder: Path,
    *,
    enrolled: Enrolled | None = None,
    say: Say = lambda line: None,
    check: Callable[[], None] = nothing,
    progress: Progress = unwatched,
) -> Inspection:
    """`blank` with what was found. folder: where the plate's frames lie. Never raises for a detector's failure.

    enrolled: measures of the performers that each face is compared with.
    """
    seen = Seen(enrolled=tuple(sorted(enrolled or ())))
    with _watched(seen, say), looker(check, enrolled) as looking:
        chosen = spread(plate.first_frame, plate.last_frame, SAMPLE)
        for number in chosen:
            progress(STAGE, len(seen.frames), len(chosen))
            faces = looking.find(folder / plate.frame_name(number), plate, seen)
            seen.faces += [face.face(number) for face in faces]
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
    known: Inspection | None = None,
    enrolled: Enrolled | None = None,
    say: Say = lambda line: None,
    check: Callable[[], None] = nothing,
    progress: Progress = unwatched,
) -> Inspection:
    """`blank` with what was found. made: frame -> the finished picture. known: what was found in exactly this plate:
    frames in which it shows somebody are looked at beside the sample, and those of the plate not again.

    Where a still plate shows somebody, their boxes are compared in every frame.
    """
    seen, shown = Seen(enrolled=tuple(sorted(enrolled or ()))), dict[int, list[Spotted]]()
    also = {face.frame for face in known.faces} if known else set[int]()
    chosen = set(spread(min(made), max(made), SAMPLE)) | (also & set(made))
    with _watched(seen, say), looker(check, enrolled) as looking:
        for number in sorted(chosen):
            progress(STAGE, len(seen.frames), len(chosen))
            used = _used(plate, number)
            before = folder / plate.frame_name(used)
            fresh = looking.find(made[number], plate, seen, before=before)
            if used not in shown:
                held = _on_record(known, used, seen)
                shown[used] = looking.find(before, plate, seen) if held is None else held
            faces = [*shown[used], *_new(fresh, shown[used])]
            seen.faces += looking.compared(number, before, made[number], faces)
            seen.frames.append(number)
        if plate.first_frame == plate.last_frame:
            before, held = folder / plate.frame_name(plate.first_frame), shown[plate.first_frame]
            for number in sorted(set(made) - chosen) if held else ():
                seen.faces += looking.compared(number, before, made[number], held)
                seen.frames.append(number)
        progress(STAGE, len(chosen), len(chosen))
        seen.whole = True
    told = _told(blank, seen)
    return told.model_copy(update={"altered": _altered(seen)})


def _on_record(known: Inspection | None, number: int, seen: Seen) -> list[Spotted] | None:
    """Faces that were found in a frame of the plate; None where it was not looked at, or otherwise than now would be,
    or where those faces are to be compared with performers."""
    if known is None or number not in known.frames:
        return None
    detector, finders = _finders(seen.opencv)
    if known.detector != detector or not finders.items() <= known.models.items():
        return None
    faces = [Spotted(face.box, face.score) for face in known.faces if face.frame == number]
    return None if faces and seen.enrolled else faces


def _used(plate: Plate, number: int) -> int:
    """The plate's frame behind a version's: a plate that is too short is held at its ends."""
    return min(max(number, plate.first_frame), plate.last_frame)


def _new(fresh: Sequence[Spotted], known: Sequence[Spotted]) -> list[Spotted]:
    """Faces of a version that the plate did not show."""
    return [one for one in fresh if not any(_same(one.box, held.box) for held in known)]


@dataclass
class Looker:
    """Asks the child. Boxes are in pixels of the plate's display window throughout."""

    child: Child

    def find(self, path: Path, plate: Plate, seen: Seen, before: Path | None = None) -> list[Spotted]:
        """Faces in a picture of a plate, or in what a version of it changed, and their scores.

        before: of a version, the plate's own frame: what is as it was there has been looked at.
        """
        request = {"do": "find", "path": str(path.resolve()), "space": plate.colorspace, "aspect": plate.pixel_aspect}
        if before is not None:
            request["plate"] = str(before.resolve())
        answer = self.child.ask(request)
        seen.opencv = str(answer["opencv"])
        width, height = answer["size"]
        across, down = (plate.width / width, plate.height / height) if before is not None else (1.0, 1.0)
        said = answer["said"] or [(None, ())] * len(answer["faces"])
        return [
            Spotted(
                (x0 * across, y0 * down, x1 * across, y1 * down),
                min(max(float(score), 0.0), 1.0),
                Match(match) if match else None,
                tuple(names),
            )
            for (x0, y0, x1, y1, score), (match, names) in zip(answer["faces"], said, strict=True)
        ]

    def know(self, enrolled: Enrolled) -> None:
        """Hand over whom to look for: through the pipe, never by way of the disk."""
        self.child.ask(
            {"do": "know", "enrolled": {name: [list(one) for one in each] for name, each in enrolled.items()}}
        )

    def measure(self, path: Path) -> dict[str, Any]:
        """How many faces a reference picture shows, and the measure of the one."""
        return self.child.ask({"do": "measure", "path": str(path.resolve())})

    def compared(self, number: int, before: Path, after: Path, faces: Sequence[Spotted]) -> list[Face]:
        """The faces of one frame, in pixels of the picture made, with how much of each changed."""
        if not faces:
            return []
        request = {"do": "compare", "plate": str(before.resolve()), "made": str(after.resolve())}
        answer = self.child.ask(request | {"boxes": [face.box for face in faces]})
        told = zip(faces, answer["boxes"], answer["changed"], strict=True)
        return [face.face(number, box=box, changed=share) for face, box, share in told]


@contextmanager
def looker(check: Callable[[], None], enrolled: Enrolled | None = None) -> Iterator[Looker]:
    """Somebody to ask, while the `with` lasts; raises models.Missing. enrolled: whom to look for."""
    models.find(models.SHORT_RANGE)
    with tempfile.TemporaryDirectory() as scratch, Child(COMMAND, Path(scratch), LIMITS, check) as child:
        looking = Looker(child)
        if enrolled:
            looking.know(enrolled)
        yield looking


@contextmanager
def _watched(seen: Seen, say: Say) -> Iterator[None]:
    """A missing model or a failure ends the looking; what was seen before stays."""
    if seen.enrolled and not _matched_with(seen):
        say("No face matcher is installed: whether faces are those of performers who are enrolled stays unknown.")
    try:
        yield
    except models.Missing:
        pass  # the front says so from the record
    except (Failed, KeyError, TypeError, ValueError, OSError) as error:
        say(f"Looking for people failed ({error}): whether anybody is there stays unknown.")


def _told(blank: Inspection, seen: Seen) -> Inspection:
    people = Tri.TRUE if seen.faces else Tri.FALSE if seen.whole else Tri.UNKNOWN
    fields: dict[str, Any] = {"frames": tuple(seen.frames), "faces": tuple(seen.faces), "people": people}
    fields["enrolled"] = seen.enrolled
    try:
        fields["detector"], finders = _finders(seen.opencv)
    except models.Missing:
        return blank.model_copy(update=fields)
    used = finders | {model.name: model.sha256 for model in _matched_with(seen)}
    return blank.model_copy(update=fields | {"models": used})


def _finders(opencv: str) -> tuple[str, dict[str, str]]:
    """What finds faces, in words, and the hashes of the network and of the code that runs it; raises models.Missing."""
    found = models.find(models.SHORT_RANGE)
    name = f"{found.model.name} of {found.carrier}, OpenCV {opencv}".removesuffix(", OpenCV ")
    return name, {found.model.name: found.model.sha256} | _code()


@functools.cache
def _code() -> dict[str, str]:
    """Hashes of how the network is run: another way of looking finds other faces."""
    here = Path(__file__)
    return {f"faces/{name}": hashlib.sha256(here.with_name(name).read_bytes()).hexdigest() for name in CODE}


def _matched_with(seen: Seen) -> Sequence[models.Model]:
    try:
        return [found.model for found in models.matcher()] if seen.enrolled else ()
    except models.Missing:
        return ()


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
