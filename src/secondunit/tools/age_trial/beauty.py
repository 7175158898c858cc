"""What everybody has already: a bilateral filter over the skin, as strong as the tool's edit, to stand beside it."""

from collections.abc import Callable

import cv2
import numpy as np

from . import places
from .pictures import Image
from .places import Points

SPATIAL = 0.03
"""Of the filter, as a share of the face's width."""
STRONGEST, WEAKEST = 1.0, 0.005
"""Of its range, in code values 0..1."""
HALVINGS = 7
SOFT = 0.02
"""Softness of the skin mask's edge, as a share of the face's width."""


def filtered(code: Image, points: Points, strength: float) -> Image:
    """The picture with its skin smoothed; strength: range of the filter, code values 0..1."""
    wide = places.wide(points)
    low = np.maximum(points[:, :2].min(axis=0) - 0.2 * wide, 0).astype(int)
    high = np.minimum(points[:, :2].max(axis=0) + 0.2 * wide, code.shape[1::-1]).astype(int)
    box = slice(low[1], high[1]), slice(low[0], high[0])
    smooth = cv2.bilateralFilter(np.ascontiguousarray(code[box]), 0, strength, SPATIAL * wide)
    skin = places.bare(points, code.shape).astype(np.float32)
    share = cv2.GaussianBlur(skin, (0, 0), max(0.7, SOFT * wide))[box][..., None]
    out = code.copy()
    out[box] += share * (smooth - out[box])
    return out


def as_strong(code: Image, points: Points, asked: float, left: Callable[[Image], float]) -> tuple[Image, float]:
    """The filtered picture in which as much is left (`left`) as `asked`, and the strength, found by halving."""
    low, high = WEAKEST, STRONGEST
    for _ in range(HALVINGS):
        strength = float(np.sqrt(low * high))
        made = filtered(code, points, strength)
        low, high = (low, strength) if left(made) < asked else (strength, high)
    return made, strength
