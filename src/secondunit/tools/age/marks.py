"""Marks that belong to a person: moles, and scars as small. They stay, whatever the age."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.tools.age import regions

Image = NDArray[np.float32]
SIZES = ((0.005, 0.11), (0.007, 0.11), (0.010, 0.11), (0.014, 0.15), (0.020, 0.25))
"""Radii of moles that are looked for, as shares of the face's width, and the logarithm of light by which each is darker
at least: a pale spot as large as a fingertip comes with age, and goes.
"""
SMALLEST_TEXELS = 0.8
RING, DIRECTIONS = 2.3, 12
"""A mole is darker than what lies so many radii away, in each of so many directions: a line is not along itself."""
SOFT = 0.55
"""Light is averaged over so many radii (sigma) before it is compared."""
STANDS_OUT = 2.6
"""Times by which a mole stands out more than the dark spots of skin around it do, most of them grain and pores."""
UNSURE = 0.85
"""A mole that stands out by this share of what is asked begins to count, and wholly at its inverse: none blinks."""
ROUND = 0.40
"""Smaller by larger curvature of a mole's light at least."""
GROOVES = (48, 64, 129, 131, 198, 209, 278, 294, 358, 360, 420, 429)
GROOVE, DEEPER = 0.04, 2.0
"""Points beside the wings of the nose, where folds end in a round shade; how wide that is by the face's width, and how
much more a mole there stands out.
"""
NEAR = 0.10
"""Over such a part of the face's width skin is told from marks (sigma)."""
AROUND = 2.4
"""Radii around a mole's middle that are kept."""


def marks(light: Image, gate: Image, side: int) -> Image:
    """(S,S) 0..1: where round dark spots are, in log-luma (S,S) of a face's map; gate (S,S) says where skin is."""
    found = np.zeros_like(light)
    wide = regions.FACE_WIDE * side
    inside = np.asarray(cv2.erode(gate, np.ones((3, 3), np.uint8)) > 0.3)
    more = _asked_more(side)
    for share, contrast in SIZES:
        radius = share * wide
        if radius >= SMALLEST_TEXELS:
            found = np.maximum(found, _of_size(light, inside, radius, NEAR * wide, contrast * more))
    return np.asarray(np.minimum(cv2.GaussianBlur(found, (0, 0), max(0.5, 0.003 * wide)) * 1.2, 1.0), np.float32)


def _of_size(light: Image, inside: NDArray[np.bool_], radius: float, near: float, least: Image) -> Image:
    """Disks around the middles of spots of about one radius, texels, darker by the logarithms `least` (S,S)."""
    smooth = np.asarray(cv2.GaussianBlur(light, (0, 0), SOFT * radius), np.float32)
    darker = _darkest_around(smooth, RING * radius) - smooth
    peak = (cv2.dilate(darker, np.ones((3, 3), np.uint8)) <= darker) & inside & (darker > 0)
    counted = cv2.GaussianBlur(peak.astype(np.float32), (0, 0), near) + 1e-6
    usual = cv2.GaussianBlur(np.where(peak, darker, np.float32(0)), (0, 0), near) / counted
    limit = np.maximum(STANDS_OUT * usual, least)
    sure = np.clip((darker / limit - UNSURE) / (1 / UNSURE - UNSURE), 0, 1) * (_roundness(light, radius) > ROUND)
    size = 2 * round(AROUND * radius) + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(np.where(peak, sure, 0).astype(np.float32), disk), np.float32)


@lru_cache(maxsize=4)
def _asked_more(side: int) -> Image:
    """(S,S) 1, and up to DEEPER beside the wings of the nose."""
    y, x = np.mgrid[:side, :side] + 0.5
    spots = topology.UV[list(GROOVES)] * side
    away = np.min([np.hypot(x - u, y - v) for u, v in spots], axis=0) / (GROOVE * regions.FACE_WIDE * side)
    return np.asarray(1 + (DEEPER - 1) * np.clip(1.5 - away, 0, 1), np.float32)


def _roundness(light: Image, radius: float) -> Image:
    """(S,S) smaller by larger curvature of light at the scale of a spot: 0 a line, 1 round, below 0 a saddle."""
    smooth = cv2.GaussianBlur(light, (0, 0), radius / np.sqrt(2))
    xx, yy = (cv2.Sobel(smooth, cv2.CV_32F, *order, ksize=3) for order in ((2, 0), (0, 2)))
    xy = cv2.Sobel(smooth, cv2.CV_32F, 1, 1, ksize=3)
    half, apart = 0.5 * (xx + yy), np.sqrt((0.5 * (xx - yy)) ** 2 + xy**2)
    return np.asarray((half - apart) / np.maximum(half + apart, 1e-6), np.float32)


def _darkest_around(smooth: Image, away: float) -> Image:
    """(S,S) the least light of what lies `away` texels from each texel."""
    least = np.full_like(smooth, np.inf)
    for turn in np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS:
        step = np.array([[1, 0, away * np.cos(turn)], [0, 1, away * np.sin(turn)]])
        there = cv2.warpAffine(smooth, step, smooth.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        least = np.minimum(least, there)
    return least
