"""What a tool changed in a frame. Loaded in the looking child only, which lives for one plate or version."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from secondunit.media.shown import pixels

MARGIN = 64
"""Pixels around what changed that are looked at too, so that a face at its edge is seen whole."""
Array = np.ndarray[Any, Any]
Box = tuple[float, float, float, float]
Window = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels, y down; the last two just outside."""
TOLERANCE, FLOOR = 0.01, 0.002
"""A pixel has changed when a channel differs by more than a hundredth of the plate's value and 0.002: ten times what
half floats round off, a third of what an eye can tell apart."""


def reference(path: Path) -> Array:
    """A picture of the user's own as uint8 sRGB (H, W, 3), upright as its camera says."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("it is no picture that can be read")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


@dataclass(frozen=True)
class Changes:
    """A picture made, (H, W, 3), and where it differs from the plate, bool (H, W)."""

    made: Array
    differs: Array

    def window(self) -> Window:
        """What holds all that differs, MARGIN pixels wider on every side; empty where nothing does."""
        x, y, across, down = cv2.boundingRect(self.differs.view(np.uint8))
        height, width = self.differs.shape
        if not across:
            return 0, 0, 0, 0
        return max(x - MARGIN, 0), max(y - MARGIN, 0), min(x + across + MARGIN, width), min(y + down + MARGIN, height)


def changes(plate: Path, made: Path) -> Changes:
    """The picture made, read, and compared with the plate's frame."""
    after = pixels(made)
    return Changes(after, _differs(_before(plate, after.shape[:2]), after))


def changed(plate: Path, made: Path, boxes: Sequence[Box]) -> tuple[list[float], list[Box]]:
    """Share (0..1) of each box's pixels that differ, and the boxes in pixels of the picture made.

    boxes: in pixels of the plate's display window.
    """
    before, found = plate_pixels(plate), changes(plate, made)
    across, down = found.made.shape[1] / before.shape[1], found.made.shape[0] / before.shape[0]
    moved = [(x0 * across, y0 * down, x1 * across, y1 * down) for x0, y0, x1, y1 in boxes]
    return [_share(found.differs, box) for box in moved], moved


@functools.lru_cache(maxsize=1)
def plate_pixels(path: Path) -> Array:
    """float32 (H, W, 3) of a plate's frame, over its display window; every frame of a version asks for the same."""
    return pixels(path)


@functools.lru_cache(maxsize=1)
def _before(plate: Path, size: tuple[int, int]) -> Array:
    """The same at the size (height, width) of a version, which may be smaller: by area average, as tools make it."""
    before = plate_pixels(plate)
    if before.shape[:2] == size:
        return before
    return np.asarray(cv2.resize(before, size[::-1], interpolation=cv2.INTER_AREA))


def _differs(before: Array, after: Array) -> Array:
    """bool (H, W). What is not finite differs."""
    allowed = np.abs(before)
    allowed *= TOLERANCE
    allowed += FLOOR
    over = cv2.absdiff(after, before)
    over -= allowed
    return np.asarray(cv2.inRange(over, (-np.inf,) * 3, (0.0,) * 3) == 0)


def _share(differs: Array, box: Box) -> float:
    height, width = differs.shape
    x0, y0 = (min(max(int(number), 0), size - 1) for number, size in zip(box[:2], (width, height), strict=True))
    x1, y1 = (min(int(np.ceil(number)), size) for number, size in zip(box[2:], (width, height), strict=True))
    return float(differs[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)].mean())


def thumb(picture: Array) -> list[float]:
    """A uint8 RGB picture (H, W, 3) as 36 x 20 lumas, 0..255: enough to tell a cut from a movement."""
    return [float(value) for value in cv2.resize(picture, (36, 20), interpolation=cv2.INTER_AREA).mean(axis=2).ravel()]
