"""The artist's own mattes: black is left alone to the bit, white is the performer, in front, whatever the tool thinks.

They take the place of the person's matte and of the guess of what covers the face. A value between scales the change of
skin, eyes and teeth; of hair, whose own matte knows its share of a pixel, only the last quarter towards black does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.schema import InputError, Plate, StoredFrames
from secondunit.tools import staged
from secondunit.tools.age.parts import Part
from secondunit.tools.age.paste import Placed
from secondunit.tools.base import Context

Image = NDArray[np.float32]
OPTION = "--roto"
RAMP = 0.25
"""From black to this value what is not scaled by the matte itself fades in, so that it ends softly."""
WITHIN = 0.05
"""So far inside the face's outline, in widths of the face, black is something before it and not its edge."""
BESIDE, FADING, MOVED = 0.02, 0.04, 0.03
"""Beside what is before the face nothing moves: so far around it, and the sigma over which it begins to; and how far a
shape moves at most; in widths.
"""


@dataclass(frozen=True)
class Roto:
    """Mattes that lie decoded in a folder, counted from 0. every: the one there is holds for every frame.

    digest: of the artist's files.
    """

    folder: Path
    every: bool
    digest: str


def check(given: Mapping[str, Path], plate: Plate) -> None:
    """Raise InputError, in words that begin with the option, for mattes that cannot be used."""
    if OPTION not in given:
        return
    from secondunit.media import mattes, sidecars

    source = str(given[OPTION])
    with sidecars.named(OPTION, source):
        mattes.check(mattes.listed(source, plate.frames).files, plate.display_window)


def ready(stored: StoredFrames | None, plate: Plate, ctx: Context) -> Roto | None:
    """The mattes of a brief, decoded once. Raises InputError where they do not fit this plate."""
    if stored is None:
        return None
    if stored.first_frame is not None and (stored.first_frame, len(stored.files)) != (
        plate.first_frame,
        len(plate.frames),
    ):
        raise InputError(
            f"The roto has {len(stored.files)} frames from {stored.first_frame} on, and {plate.shot}/{plate.id} "
            f"{len(plate.frames)} from {plate.first_frame} on: give {OPTION} again for this plate."
        )
    from secondunit.media import mattes

    files, every = [ctx.files / one.path for one in stored.files], stored.first_frame is None
    inputs = {"files": [one.sha256 for one in stored.files], "window": plate.display_window}
    folder = ctx.cached_folder(
        "roto",
        inputs,
        lambda empty: mattes.write(files, plate.display_window, empty, ctx.check),
        code=("secondunit.media.mattes",),
    )
    ctx.say(f"Roto: one matte for all {len(plate.frames)} frames." if every else "Roto: a matte for each frame.")
    return Roto(folder, every, stored.digest)


def of_frame(roto: Roto, index: int, width: int, height: int) -> Image:
    """(H,W) 0..1 of a frame, counted from 0."""
    from secondunit.media import mattes

    matte = np.asarray(mattes.read(roto.folder, 0 if roto.every else index), np.float32)
    return np.clip(staged.resized(matte, width, height), 0, 1)


def softened(matte: Image) -> Image:
    """(H,W) 0..1: where what knows its own edge may be."""
    return np.asarray(np.clip(matte / RAMP, 0, 1), np.float32)


def lying(placed: Placed, share: Image) -> Placed:
    """Where skin lies, with so much of it: share (H,W)."""
    by = share[placed.box]
    return replace(placed, mattes=placed.mattes * by[..., None], confidence=placed.confidence * by)


def parts(found: Sequence[Part], share: Image) -> list[Part]:
    """Parts of the picture with so much of their change: share (H,W)."""
    return [
        replace(one, change=one.change * share[one.box][..., None], where=one.where * share[one.box]) for one in found
    ]


def still(points: Image, matte: Image) -> Image:
    """(H,W) 0..1: what stays while a face (468,3) moves: what the matte (H,W) says is before it, and beside that."""
    wide = float(np.linalg.norm((points[topology.LEFT_SIDE] - points[topology.RIGHT_SIDE])[:2]))
    oval = np.zeros(matte.shape, np.uint8)
    cv2.fillPoly(oval, [np.round(points[list(topology.OVAL), :2] - 0.5).astype(np.int32)], 1)
    inside = cv2.distanceTransform(oval, cv2.DIST_L2, 5) > WITHIN * wide
    front = ((matte < 0.5) & inside).astype(np.uint8)
    if not front.any():
        return np.zeros_like(matte)
    sigma = FADING * wide
    reach = round((BESIDE + MOVED) * wide + 2 * sigma)
    away = np.asarray(cv2.distanceTransform(1 - front, cv2.DIST_L2, 5), np.float32)
    return np.asarray(1 - cv2.GaussianBlur((away > reach).astype(np.float32), (0, 0), sigma), np.float32)


def clipped(before: Image, moved: Image, touched: NDArray[np.bool_], matte: Image) -> tuple[Image, NDArray[np.bool_]]:
    """A moved picture (H,W,3), faded out towards black, and what of it may still differ from what was not moved."""
    by = np.where(touched, softened(matte), 0)[..., None]
    return np.asarray(before + by * (moved - before), np.float32), touched & (matte > 0)
