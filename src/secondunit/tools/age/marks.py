"""Marks that belong to a person: moles, and scars as small. They stay, whatever the age."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.tools.age import regions
from secondunit.tools.age.bands import normalised

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
GROOVES = (48, 64, 129, 131, 198, 209, 278, 294, 358, 360, 420, 429, 31, 35, 111, 143, 261, 265, 340, 372)
GROOVE, DEEPER = 0.04, 2.0
"""Points beside the wings of the nose and the outer corners of the eyes, where folds end in a round shade; how wide
that is by the face's width, and how much more a mole there stands out.
"""
LOOKED_AT = 3.0
"""Texels of a mole's radius at which it is looked for at least; larger ones are looked for in a smaller map."""
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
    shrink = int(radius / LOOKED_AT)
    if shrink > 1:
        size = (light.shape[1] // shrink, light.shape[0] // shrink)
        light, skin, least = (
            np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA), np.float32)
            for each in (light, inside.astype(np.float32), least)
        )
        found = _of_size(light, skin > 0.5, radius / shrink, near / shrink, least)
        return np.asarray(cv2.resize(found, inside.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    smooth = np.asarray(cv2.GaussianBlur(light, (0, 0), SOFT * radius), np.float32)
    darker = _darkest_around(smooth, RING * radius) - smooth
    peak = (cv2.dilate(darker, np.ones((3, 3), np.uint8)) <= darker) & inside & (darker > 0)
    limit = np.maximum(STANDS_OUT * normalised(darker, peak.astype(np.float32), near), least)
    sure = np.clip((darker / limit - UNSURE) / (1 / UNSURE - UNSURE), 0, 1) * (_roundness(light, radius) > ROUND)
    return _disks(np.where(peak, sure, 0), round(AROUND * radius))


def _disks(sure: Image, radius: int) -> Image:
    """(S,S) a disk around every texel that is not 0, with its value; the greater lies over the smaller."""
    out = np.zeros(sure.shape, np.float32)
    rows, columns = np.nonzero(sure > 0)
    for n in np.argsort(sure[rows, columns], kind="stable"):
        cv2.circle(out, (int(columns[n]), int(rows[n])), radius, float(sure[rows[n], columns[n]]), -1)
    return out


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
    reach, (height, width) = int(np.ceil(away)), smooth.shape
    wide = cv2.copyMakeBorder(smooth, *(reach,) * 4, cv2.BORDER_REPLICATE)
    turns = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
    steps = np.rint(away * np.stack([np.sin(turns), np.cos(turns)], axis=1)).astype(int) + reach
    least = np.full_like(smooth, np.inf)
    for down, right in steps:
        np.minimum(least, wide[down : down + height, right : right + width], out=least)
    return least
