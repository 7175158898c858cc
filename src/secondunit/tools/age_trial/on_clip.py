"""Measured on a clip that is a still, moved: flicker, what passes before the face, grain; and on a filmed clip."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from secondunit.schema import InputError

from . import beauty, likeness, motion, pictures, places, trying
from .gates import Figure, Gate, missed
from .motion import Clip, Matrix
from .pictures import Image, Made, Mask, Take
from .places import Points
from .trying import Maker, Progress

STAGE = "measure on a moved still"
SOLID = 0.99
"""Matte of what passes before the face from which a pixel is all of it."""
STEPS = 4
PASSING = ("hand", "stick")
"""What passes before the face: `motion.clip`."""
_WARP, _FOLLOWS = "warp error, by the plate's", Gate(most=1.10)


NOT_FILMED = missed(_WARP, "x", _FOLLOWS, "the example's clip lies in a checkout only (examples/head/plate.mp4)")


@dataclass(frozen=True)
class Still:
    """A face and its mesh (468,3); of: in words, what it is."""

    code: Image
    points: Points
    of: str

    @classmethod
    def of_picture(cls, code: Image, of: str) -> "Still":
        """Raises InputError where no face is found."""
        points = places.found(code)
        if points is None:
            raise InputError(f"No face was found in {of}: give a still with one that looks this way.")
        return cls(code, points, of)


def measure(still: Still, count: int, make: Maker, folder: Path, progress: Progress) -> list[Figure]:
    """Flicker, grain and what passes before the face, over so many frames. folder: an empty one for plates."""
    of = f"{still.of}, moved, {count} frames"
    clip = motion.clip(still.code, still.points, count)
    take = pictures.write(clip.codes, folder / "moved", f"moved {still.of}")
    progress(STAGE, 0, STEPS)
    skin = list(trying.made(make, take, trying.skin_only()))
    progress(STAGE, 1, STEPS)
    whole = list(trying.made(make, take, trying.brief()))
    progress(STAGE, 2, STEPS)
    smooth = _smooth(skin, [_moved(still.points, matrix) for matrix in clip.moved])
    out = _steady(still, clip, skin, whole, smooth, of)
    for done, name in enumerate(PASSING, start=3):
        out += _passing(still, name, count, make, folder)
        progress(STAGE, done, STEPS)
    progress(STAGE, STEPS, STEPS)
    return out


def filmed(take: Take, of: str, make: Maker) -> Figure:
    """Warp error on a clip as it was filmed."""
    made = list(trying.made(make, take, trying.brief()))
    points = [_points(each.plate) for each in made]
    where = [places.face(each, made[0].plate.shape) for each in points]
    errors = motion.warp_errors([each.plate for each in made], [each.comp for each in made], where)
    smooth = _smooth(made, points)
    peers = motion.warp_errors([each.plate for each in made], smooth, where)
    return Figure(_WARP, "x", of, tuple(errors), _FOLLOWS, tuple(peers))


def _steady(
    still: Still, clip: Clip, skin: Sequence[Made], whole: Sequence[Made], smooth: Sequence[Image], of: str
) -> list[Figure]:
    where = places.face(still.points, still.code.shape)
    comps = [each.comp for each in skin]
    gains = [pictures.log_light(each.comp) - pictures.log_light(each.plate) for each in skin]
    peers = (_flicker(skin, smooth, clip, where),)
    grain = _grain(still, clip, whole, [each.comp for each in whole])
    return [
        Figure(
            "flicker, by the mean edit",
            "x",
            f"{of}, skin",
            (_flicker(skin, comps, clip, where),),
            Gate(most=0.06),
            peers,
            digits=3,
        ),
        Figure("same, of the gain alone", "x", f"{of}, skin", (motion.flicker(gains, clip.moved, where),), digits=3),
        Figure("same, shape moved too", "x", of, (_flicker(whole, [m.comp for m in whole], clip, where),), digits=3),
        Figure("cheek grain kept, clip", "x", of, grain, Gate(0.85, 1.05), _grain(still, clip, skin, smooth)),
    ]


def _flicker(made: Sequence[Made], after: Sequence[Image], clip: Clip, where: Mask) -> float:
    edits = [picture - each.plate for picture, each in zip(after, made, strict=True)]
    return motion.flicker(edits, clip.moved, where)


def _grain(still: Still, clip: Clip, made: Sequence[Made], after: Sequence[Image]) -> tuple[float, ...]:
    """Frame by frame, on cheeks drawn on the still and moved with it."""
    wide, out = places.wide(still.points), []
    for each, picture, matrix in zip(made, after, clip.moved, strict=True):
        cheeks = places.cheeks(_moved(still.points, matrix), picture.shape)
        out.append(likeness.grain_kept(each.plate, picture, cheeks, wide))
    return tuple(out)


def _passing(still: Still, name: str, count: int, make: Maker, folder: Path) -> list[Figure]:
    """How far the edit changes what passes before the face, in levels of 255, frame by frame: skin alone, and all."""
    clip = motion.clip(still.code, still.points, count, before=name)
    take = pictures.write(clip.codes, folder / name, f"{name} before {still.of}")
    what = {"hand": "a hand's colour", "stick": "a brown stick"}[name]
    out = []
    for asked, said in ((trying.skin_only(), "skin"), (trying.brief(), "all")):
        levels = []
        for each, matte, matrix in zip(trying.made(make, take, asked), clip.before, clip.moved, strict=True):
            on = (matte > SOLID) & places.face(_moved(still.points, matrix), matte.shape)
            if on.any():
                levels.append(255 * float(np.abs(each.comp - each.plate)[on].mean()))
        of = f"{still.of}, moved, {count} frames"
        out.append(Figure(f"edit on {what}, {said}", "levels", of, tuple(levels), Gate(most=1.0)))
    return out


def _smooth(made: Sequence[Made], points: Sequence[Points]) -> list[Image]:
    """The plates through the bilateral filter, so strong that of the first's folds as much is left as by the tool."""
    first, plate = made[0], made[0].plate
    folds, wide = places.folds(points[0], plate.shape), places.wide(points[0])
    asked = likeness.folds_left(plate, first.comp, folds, wide)
    _, strength = beauty.as_strong(plate, points[0], asked, lambda code: likeness.folds_left(plate, code, folds, wide))
    return [beauty.filtered(each.plate, at, strength) for each, at in zip(made, points, strict=True)]


def _moved(points: Points, matrix: Matrix) -> Points:
    """The still's points (468,3) where the frame has them."""
    flat = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    return np.column_stack([flat, points[:, 2]]).astype(np.float32)


def _points(code: Image) -> Points:
    points = places.found(code)
    if points is None:
        raise InputError("A face was lost while measuring: give a still in which it is larger.")
    return points
