"""What a tool changed in a frame."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from secondunit.media.shown import pixels

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


def changed(plate: Path, made: Path, boxes: Sequence[Box]) -> tuple[list[float], list[Box]]:
    """Share (0..1) of each box's pixels that differ, and the boxes in pixels of the picture made.

    boxes: in pixels of the plate's display window. A smaller picture is compared with the plate at its size, by area
    average, as tools make it.
    """
    before, after = pixels(plate), pixels(made)
    across, down = after.shape[1] / before.shape[1], after.shape[0] / before.shape[0]
    if before.shape != after.shape:
        before = cv2.resize(before, after.shape[1::-1], interpolation=cv2.INTER_AREA)
    differs = (np.abs(after - before) > FLOOR + TOLERANCE * np.abs(before)).any(axis=-1)
    moved = [(x0 * across, y0 * down, x1 * across, y1 * down) for x0, y0, x1, y1 in boxes]
    return [_share(differs, box) for box in moved], moved


def _share(differs: Array, box: Box) -> float:
    height, width = differs.shape
    x0, y0 = (min(max(int(number), 0), size - 1) for number, size in zip(box[:2], (width, height), strict=True))
    x1, y1 = (min(int(np.ceil(number)), size) for number, size in zip(box[2:], (width, height), strict=True))
    return float(differs[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)].mean())
