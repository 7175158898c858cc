"""What a tool changed in a frame."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from secondunit.media.shown import pixels

MARGIN = 64
"""Pixels around what changed that are looked at too, so that a face at its edge is seen whole."""
Array = np.ndarray[Any, Any]
Box = tuple[float, float, float, float]
TOLERANCE, FLOOR = 0.01, 0.002
"""A pixel has changed when a channel differs by more than a hundredth of the plate's value and 0.002: ten times what
half floats round off, a third of what an eye can tell apart."""


def reference(path: Path) -> Array:
    """A picture of the user's own as uint8 sRGB (H, W, 3), upright as its camera says."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("it is no picture that can be read")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def changes(plate: Path, made: Path) -> tuple[Array, tuple[int, int, int, int]]:
    """The picture made (H, W, 3), and the window of it (x0, y0, x1, y1; the last two just outside) in which anything
    differs from the plate, MARGIN pixels wider on every side; an empty window where nothing does.
    """
    before, after = pixels(plate), pixels(made)
    rows, columns = (np.flatnonzero(_differs(before, after).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return after, (0, 0, 0, 0)
    height, width = after.shape[:2]
    x0, y0 = max(int(columns[0]) - MARGIN, 0), max(int(rows[0]) - MARGIN, 0)
    return after, (x0, y0, min(int(columns[-1]) + 1 + MARGIN, width), min(int(rows[-1]) + 1 + MARGIN, height))


def changed(plate: Path, made: Path, boxes: Sequence[Box]) -> tuple[list[float], list[Box]]:
    """Share (0..1) of each box's pixels that differ, and the boxes in pixels of the picture made.

    boxes: in pixels of the plate's display window.
    """
    before, after = pixels(plate), pixels(made)
    across, down = after.shape[1] / before.shape[1], after.shape[0] / before.shape[0]
    differs = _differs(before, after)
    moved = [(x0 * across, y0 * down, x1 * across, y1 * down) for x0, y0, x1, y1 in boxes]
    return [_share(differs, box) for box in moved], moved


def _differs(before: Array, after: Array) -> Array:
    """(H, W) of the second, which may be smaller: then at its size, by area average, as tools make it. What is not
    finite differs.
    """
    if before.shape != after.shape:
        before = np.asarray(cv2.resize(before, after.shape[1::-1], interpolation=cv2.INTER_AREA))
    return np.asarray(~(np.abs(after - before) <= FLOOR + TOLERANCE * np.abs(before)).all(axis=-1))


def _share(differs: Array, box: Box) -> float:
    height, width = differs.shape
    x0, y0 = (min(max(int(number), 0), size - 1) for number, size in zip(box[:2], (width, height), strict=True))
    x1, y1 = (min(int(np.ceil(number)), size) for number, size in zip(box[2:], (width, height), strict=True))
    return float(differs[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)].mean())
