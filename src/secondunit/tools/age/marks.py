"""Marks that belong to a person: moles, and scars as small. They stay, whatever the age."""

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.tools.age import regions

Image = NDArray[np.float32]
SIZES = (0.006, 0.009, 0.014, 0.020)
"""Radii of moles that are looked for, as shares of the face's width."""
STANDS_OUT = 4.5
"""Standard deviations of the skin around it by which a mole is darker."""
CONTRAST = 0.16
"""Logarithm of light by which it is darker at least."""
ROUND = 0.55
"""Smaller by larger curvature: a line is near 0, a round spot 1."""
LINED = ("nasolabial", "marionette", "under_eye", "crows_feet", "glabella")
LESS_LIKELY = 1.5
"""Along folds a spot must stand out by so much more: their ends look round."""
SOBEL = 4.0
"""Of a 3 x 3 second derivative, against the true one."""
AROUND = 2.6
"""Radii around a mole's middle that are kept."""


def marks(light: Image, gate: Image, side: int) -> Image:
    """(S,S) 0..1: where round dark spots are, in log-luma (S,S) of a face's map; gate (S,S) says where skin is."""
    found = np.zeros_like(light)
    wide = regions.FACE_WIDE * side
    inside = cv2.erode(gate, np.ones((3, 3), np.uint8)) > 0.3
    for share in SIZES:
        radius = share * wide
        if radius >= 0.8:
            found = np.maximum(found, _of_size(light, inside, radius))
    return np.asarray(np.minimum(cv2.GaussianBlur(found, (0, 0), max(0.5, 0.003 * wide)) * 1.2, 1.0), np.float32)


def _of_size(light: Image, inside: NDArray[np.bool_], radius: float) -> Image:
    """Disks around the middles of spots of about one radius, texels."""
    sigma = radius / np.sqrt(2)
    smooth = cv2.GaussianBlur(light, (0, 0), sigma)
    xx, yy = (cv2.Sobel(smooth, cv2.CV_32F, *order, ksize=3) for order in ((2, 0), (0, 2)))
    xy = cv2.Sobel(smooth, cv2.CV_32F, 1, 1, ksize=3)
    half, apart = 0.5 * (xx + yy), np.sqrt((0.5 * (xx - yy)) ** 2 + xy**2)
    large, small = half + apart, half - apart
    usual = 1.4826 * np.median(np.abs(large[inside] - np.median(large[inside]))) if inside.any() else np.inf
    peak = cv2.dilate(small, np.ones((3, 3), np.uint8)) <= small
    asked = STANDS_OUT * usual * (1 + LESS_LIKELY * regions.strongest(LINED, light.shape[0]))
    deep = CONTRAST / sigma**2 * SOBEL
    spots = peak & inside & (large > np.maximum(asked, deep)) & (small > ROUND * large)
    middles = np.zeros(light.shape, np.uint8)
    middles[spots] = 1
    size = 2 * round(AROUND * radius) + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(middles, disk), np.float32)
