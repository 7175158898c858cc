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
from secondunit.tools.age import eyes, shape
from secondunit.tools.age.paste import Pasted
from secondunit.tools.base import Context

Image = NDArray[np.float32]
OPTION = "--roto"
RAMP = 0.25
"""From black to this value what is not scaled by the matte itself fades in, so that it ends softly."""
WITHIN = 0.05
"""So far inside the face's outline, in widths of the face, black is something before it and not its edge."""
BESIDE, FADING = 0.02, 0.04
"""Beside what is before the face nothing moves: so far around it, and the sigma over which it begins to; in widths."""


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


def scaled(plate: Image, made: Pasted, share: Image) -> Pasted:
    """The same with so much of the change: share (H,W); where it is 0 the plate's own bits."""
    by = share[..., None]
    mixed = np.where(by >= 1, made.comp, np.where(by <= 0, plate, plate + by * (made.comp - plate)))
    comp = mixed.astype(np.float16).astype(np.float32)
    return replace(
        made, comp=comp, delta=comp - plate, mattes=made.mattes * by, confidence=np.asarray(made.confidence * share)
    )


def parts(found: Sequence[eyes.Part], share: Image) -> list[eyes.Part]:
    """Parts of the picture with so much of their change: share (H,W)."""
    return [
        replace(one, change=one.change * share[one.box][..., None], where=one.where * share[one.box]) for one in found
    ]


def held(moved: shape.Field, points: Image, matte: Image) -> shape.Field:
    """A field that moves nothing beside what the matte (H,W) says is before a face (468,3): its edge stays put."""
    if not moved.offsets.size:
        return moved
    wide = float(np.linalg.norm((points[topology.LEFT_SIDE] - points[topology.RIGHT_SIDE])[:2]))
    oval = np.zeros(matte.shape, np.uint8)
    cv2.fillPoly(oval, [np.round(points[list(topology.OVAL), :2] - 0.5).astype(np.int32)], 1)
    inside = cv2.distanceTransform(oval, cv2.DIST_L2, 5)[moved.box] > WITHIN * wide
    front = ((matte[moved.box] < 0.5) & inside).astype(np.uint8)
    if not front.any():
        return moved
    sigma = FADING * wide
    reach = round(BESIDE * wide + float(np.abs(moved.offsets).max()) + 2 * sigma)
    away = np.asarray(cv2.distanceTransform(1 - front, cv2.DIST_L2, 5), np.float32)
    free = cv2.GaussianBlur((away > reach).astype(np.float32), (0, 0), sigma)
    return replace(moved, offsets=np.asarray(moved.offsets * free[..., None], np.float32))


def clipped(before: Pasted, moved: Image, touched: NDArray[np.bool_], matte: Image) -> tuple[Image, NDArray[np.bool_]]:
    """A moved picture (H,W,3), faded out towards black, and what of it may still differ from what was not moved."""
    by = np.where(touched, softened(matte), 0)[..., None]
    return np.asarray(before.comp + by * (moved - before.comp), np.float32), touched & (matte > 0)
