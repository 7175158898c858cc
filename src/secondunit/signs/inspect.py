"""What can be read in a plate. Unknown stays so: no answer, and nothing read, never mean that there are no signs.

All reading happens in a child process with limits on time and memory.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from secondunit.media.child import Child, Failed, nothing, unwatched
from secondunit.media.limits import Limits
from secondunit.media.shown import spread
from secondunit.schema import Plate, Sign, Signs, Tri, plain_text
from secondunit.schema.signs import MOST_SIGNS

from . import models

COMMAND = ("-P", "-m", "secondunit.signs.child")
SAMPLE = 3
"""Frames of a clip that are read, at most: the first, the last, and one between. Signs stay longer than people."""
LIMITS = Limits(frame_s=120.0)
STAGE = "read signs"
Progress = Callable[[str, float, float], None]


@dataclass
class Seen:
    """What has been read so far. whole: every frame asked for was looked at."""

    frames: list[int] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    opencv: str = ""
    whole: bool = False


def read_plate(
    blank: Signs,
    plate: Plate,
    folder: Path,
    *,
    say: Callable[[str], None] = lambda line: None,
    check: Callable[[], None] = nothing,
    progress: Progress = unwatched,
) -> Signs:
    """`blank` with what was read. folder: where the plate's frames lie. Never raises for a reader's failure."""
    seen, chosen = Seen(), spread(plate.first_frame, plate.last_frame, SAMPLE)
    with _watched(seen, say), _reader(check) as child:
        for number in chosen:
            progress(STAGE, len(seen.frames), len(chosen))
            seen.signs += _read(child, folder / plate.frame_name(number), plate, number, seen)
            seen.frames.append(number)
        progress(STAGE, len(chosen), len(chosen))
        seen.whole = True
    return _told(blank, seen)


def _read(child: Child, path: Path, plate: Plate, number: int, seen: Seen) -> list[Sign]:
    about = {"path": str(path.resolve()), "space": plate.colorspace, "aspect": plate.pixel_aspect}
    answer = child.ask({"do": "read", **about})
    seen.opencv = str(answer["opencv"])
    return [sign for line in answer["lines"] if (sign := _sign(number, *line)) is not None]


def _sign(number: int, text: str, *rest: float) -> Sign | None:
    """A child may have been taken over by what it read: its words are cleaned here too."""
    *box, confidence = (float(value) for value in rest)
    kept = plain_text(text)
    x0, y0, x1, y1 = box
    return Sign(text=kept, frame=number, box=(x0, y0, x1, y1), confidence=confidence) if kept else None


@contextmanager
def _reader(check: Callable[[], None]) -> Iterator[Child]:
    for model in models.MODELS:
        models.find(model)
    with tempfile.TemporaryDirectory() as scratch, Child(COMMAND, Path(scratch), LIMITS, check) as child:
        yield child


@contextmanager
def _watched(seen: Seen, say: Callable[[str], None]) -> Iterator[None]:
    """Missing networks or a failure end the reading; what was read before stays."""
    try:
        yield
    except models.Missing:
        pass  # the front says so from the record
    except (Failed, KeyError, TypeError, ValueError, OSError) as error:
        why = " ".join(str(error).split())[:200]
        say(f"Reading signs failed ({why}): whether names are legible stays unknown.")


def _told(blank: Signs, seen: Seen) -> Signs:
    surest = sorted(seen.signs, key=lambda sign: -sign.confidence)[:MOST_SIGNS]
    signs = tuple(sorted(surest, key=lambda sign: (sign.frame, -sign.confidence)))
    legible = Tri.TRUE if signs else Tri.FALSE if seen.whole else Tri.UNKNOWN
    fields: dict[str, Any] = {"frames": tuple(seen.frames), "signs": signs, "legible": legible}
    try:
        found = [models.find(model) for model in models.MODELS]
    except models.Missing:
        return blank.model_copy(update=fields)
    names = " and ".join(one.model.name for one in found)
    fields["reader"] = f"{names} of {found[0].carrier}, OpenCV {seen.opencv}".removesuffix(", OpenCV ")
    return blank.model_copy(update=fields | {"models": {one.model.name: one.model.sha256 for one in found}})
