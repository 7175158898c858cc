"""The contact sheet of an aged shot: the performer's head before and after, side by side."""

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.tools.age import around

Image = NDArray[np.float32]
Shown = NDArray[np.uint8]
EDGE = 460
"""Pixels along a side of each of the two."""
REACH = 0.95
"""How far around the middle of the head they reach, in heights of the face."""
GAP = 6
WIDE = 2 * EDGE + GAP


def pair(before: Shown, after: Shown, points: Image) -> Shown:
    """The head of a face (468,3) in two pictures (H,W,3) of one frame, left and right of a gap: (EDGE,2 EDGE+GAP,3)."""
    rows, columns = _box(points, before.shape)
    one, other = (_sized(picture[rows, columns]) for picture in (before, after))
    return np.hstack([one, np.zeros((EDGE, GAP, 3), np.uint8), other])


def _box(points: Image, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """The square around the head, moved into the picture where it reaches beyond, and no larger than it."""
    head = around.square(points)
    middle = head.into @ [around.SIDE / 2, around.SIDE / 2, 1]
    side = min(max(8, round(2 * REACH * around.HIGH * head.scale)), *shape[:2])
    left, top = (
        int(np.clip(round(at - side / 2), 0, most - side))
        for at, most in zip(middle, (shape[1], shape[0]), strict=True)
    )
    return slice(top, top + side), slice(left, left + side)


def _sized(picture: Shown) -> Shown:
    how = cv2.INTER_AREA if picture.shape[0] > EDGE else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), (EDGE, EDGE), interpolation=how), np.uint8)
