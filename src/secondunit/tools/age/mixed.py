"""Pixels that hair shares with what is behind it: how much of each is hair, and which of its light is not.

A pixel at the edge is a sum of both lights (Porter and Duff, 1984). Only hair's own part may change, else the wall
behind dark hair gets a rim, and the light behind a head is dimmed.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.media.guided import guided

Image = NDArray[np.float32]
EDGE = 0.02
"""Variance of log-luma from which the picture's edge leads the matte's."""
AROUND = 3.0
"""The colours of hair and of what is behind are averaged over so many radii of the filter (sigma)."""
SPREAD, EVEN = 4.0, 0.06
"""A pixel's part is told from its colour where hair differs from what is behind by more than that varies (variances),
and by more than this share of its light."""
INSIDE, OUTSIDE = 0.97, 0.03
"""Values of the matte from which a pixel is all hair, and none."""
MOST = 2.0
"""Hair has at most so many times its part of a pixel's light: bright hair before a dark wall."""


def shared(picture: Image, light: Image, coarse: Image, most: Image, radius: int) -> tuple[Image, Image]:
    """Of a part of a picture (h,w,3) with its log-luma (h,w), where a coarse matte (h,w) says that hair is: the matte
    (h,w) drawn finely, and the light (h,w,3) of each pixel that is not hair's.

    most (h,w): what the matte is at most. radius: pixels within which the coarse matte errs.
    """
    drawn = guided(coarse, light, radius, EDGE, max(1, radius // 4))
    drawn = np.clip(1.15 * drawn - 0.075, 0, 1)
    hair, other, spread = _both(picture, coarse, radius)
    between = hair - other
    square = (between**2).sum(axis=-1)
    part = np.clip(((picture - other) * between).sum(axis=-1) / np.maximum(square, 1e-8), 0, 1)
    least = SPREAD * spread + EVEN**2 * (other**2).sum(axis=-1)
    trust = square / np.maximum(square + least, 1e-8) * _band(drawn, radius)
    where = drawn + trust * (part - drawn)
    where *= np.clip(cv2.dilate(coarse, np.ones((2 * radius + 1,) * 2, np.uint8)) / 0.3, 0, 1)
    where = np.minimum(where, most)
    where[where < OUTSIDE] = 0
    where[where > INSIDE] = 1
    own = np.clip(
        picture - (1 - where[..., None]) * other, 0, np.maximum(picture, 0) * np.minimum(MOST * where, 1)[..., None]
    )
    return np.asarray(where, np.float32), np.asarray(picture - own, np.float32)


def _band(drawn: Image, radius: int) -> Image:
    """(h,w) 0..1: near the edge of the hair, where pixels are shared."""
    size = (2 * max(1, radius // 2) + 1,) * 2
    low, high = cv2.erode(drawn, np.ones(size, np.uint8)), cv2.dilate(drawn, np.ones(size, np.uint8))
    return np.asarray(cv2.blur(np.clip((high - low - 0.1) / 0.5, 0, 1), size), np.float32)


def _both(picture: Image, coarse: Image, radius: int) -> tuple[Image, Image, Image]:
    """What is around each pixel: hair (h,w,3), what is not hair (h,w,3), and the variance of the latter (h,w)."""
    shrink = max(1, radius // 2)
    whole = picture.shape[1::-1]
    size = max(4, whole[0] // shrink), max(4, whole[1] // shrink)
    small, matte = (np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA)) for each in (picture, coarse))
    seen = np.dstack([small, (small**2).sum(axis=-1)])
    found = []
    for weight in (np.clip((matte - 0.6) / 0.35, 0, 1), np.clip((0.06 - matte) / 0.05, 0, 1)):
        mean = (seen * weight[..., None]).sum(axis=(0, 1)) / max(float(weight.sum()), 1e-6)
        near = cv2.GaussianBlur(np.dstack([seen * weight[..., None], weight]), (0, 0), AROUND * radius / shrink)
        local = np.asarray((near[..., :4] + 1e-4 * mean) / (near[..., 4:] + 1e-4), np.float32)
        found.append(np.asarray(cv2.resize(local, whole), np.float32))
    hair, other = found
    spread = np.maximum(other[..., 3] - (other[..., :3] ** 2).sum(axis=-1), 0)
    return hair[..., :3], other[..., :3], np.asarray(spread, np.float32)
