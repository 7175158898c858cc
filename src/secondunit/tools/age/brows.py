"""Brows: their hairs on the skin around them, and how they change colour with the years."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.tools.age.bands import logs
from secondunit.tools.age.eyes import rising
from secondunit.tools.age.parts import Part
from secondunit.tools.age.skin import glossed
from secondunit.tools.age.strands import browned, greyed

Image = NDArray[np.float32]
SMALLEST_PX = 36.0
"""A face narrower than this has no hairs in its brows."""
WIDE, APART = 0.018, (1.2, 2.4)
"""How far around the ring of the brow its hairs stand, by the face's width; standard deviations from skin of a hair."""
GLOSSY = 0.5
"""So far skin may shine above a brow, by its light: white hairs are lighter too."""
SHINES = (0.08, 0.25)
"""What is lighter than skin shines, if its colour differs by less, but for gloss; from the second on it is a hair."""
GRAIN_PX, FINEST = 0.8, 0.004
"""Sigma over which grain is averaged, in pixels, and as a share of the face's width where that is more."""
SKIN_LEAST = (0.06, 0.03, 0.04)
"""Least standard deviations of the skin around in log-luma, and in red and blue against it."""


def parts(plate: Image, points: Image, younger: bool) -> list[Part]:
    """The changes at full strength of a frame (H,W,3), scene-linear, of the brows of a face (468,3)."""
    found = [_brow(plate, points, ring, younger) for ring in (topology.RIGHT_BROW, topology.LEFT_BROW)]
    return [one for one in found if one]


def _brow(plate: Image, points: Image, ring: Sequence[int], younger: bool) -> Part | None:
    spots, wide = points[list(ring), :2].astype(np.float64), float(np.ptp(points[:, 0]))
    reach = WIDE * wide
    low = np.floor(spots.min(axis=0) - 3 * reach).astype(int)
    high = np.ceil(spots.max(axis=0) + 3 * reach).astype(int)
    if (low < 0).any() or (high > plate.shape[1::-1]).any() or wide < SMALLEST_PX:
        return None
    box = slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
    light, colour = _less_grain(*logs(plate[box]), wide)
    soft = _area(spots - low, light.shape, reach)
    around = soft < 0.05
    if around.sum() < 20:
        return None
    values = np.dstack([light, colour])
    skin, apart = _from_skin(values, values[around])
    where = np.asarray(cv2.GaussianBlur(rising(apart, *APART), (0, 0), 0.6) * soft, np.float32)
    early = np.zeros_like(light)
    change = browned(light, colour, skin) if younger else greyed(light, colour, where, skin, early, wide)
    return Part(box, np.asarray(change * where[..., None], np.float32), where)


def _less_grain(light: Image, colour: Image, wide: float) -> tuple[Image, Image]:
    """The same without what is finer than hairs: grain must not decide which pixel is one."""
    sigma = max(GRAIN_PX, FINEST * wide)
    soft = cv2.GaussianBlur(np.dstack([light, colour]), (0, 0), sigma)
    return np.asarray(soft[..., 0], np.float32), np.asarray(soft[..., 1:], np.float32)


def _area(spots: NDArray[np.float64], shape: tuple[int, ...], reach: float) -> Image:
    """(h,w) 0..1 of the ring of a brow and what stands around it."""
    inner = np.zeros(shape, np.uint8)
    cv2.fillPoly(inner, [np.round((spots - 0.5) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    size = 2 * max(1, round(reach)) + 1
    area = cv2.dilate(inner, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    return np.asarray(cv2.GaussianBlur(area.astype(np.float32) / 255, (0, 0), max(0.6, 0.6 * reach)), np.float32)


def _from_skin(values: Image, skin: Image) -> tuple[NDArray[np.float64], Image]:
    """The colour (3,) of skin seen as (N,3), and how many standard deviations values (h,w,3) are away from it."""
    middle = np.median(skin, axis=0).astype(np.float64)
    far = np.abs(skin - middle).max(axis=1)
    near = skin[far <= np.quantile(far, 0.85) + 1e-6]
    spread = np.cov(near.T) + np.diag(np.square(SKIN_LEAST))
    off = np.asarray(values - middle, np.float32)
    off[..., 1:] -= glossed(off[..., 1:], middle[1:].astype(np.float32), GLOSSY * off[..., 0])
    lighter = np.maximum(off[..., 0], 0)
    off[..., 0] -= lighter * (1 - rising(np.asarray(np.linalg.norm(off[..., 1:], axis=-1), np.float32), *SHINES))
    return middle, np.sqrt(np.einsum("...i,ij,...j->...", off, np.linalg.inv(spread), off)).astype(np.float32)
