"""Light and colour of a face's map as logarithms, and its detail in bands from fine to coarse.

Bands are taken by normalised convolution inside the skin (Knutsson and Westin, CVPR 1993): eyes and lips leave no
halo.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.tools.age import regions

Image = NDArray[np.float32]

LUMA = np.array([0.2722287, 0.6740818, 0.0536895], np.float32)
"""Of ACEScg, as Academy S-2014-004 gives them."""
DARKEST = 1e-4
"""Scene-linear light below which no logarithm is taken."""
SIGMAS = (0.0032, 0.009, 0.022, 0.05, 0.11)
"""Of the bands, as shares of the face's width."""
SMALLEST_TEXELS = 0.6
"""A band finer than this is not there: a small face keeps what little detail it has."""


def logs(texture: Image) -> tuple[Image, Image]:
    """Scene-linear ACEScg (S,S,3) as log luma (S,S) and the logarithms of red and blue over luma (S,S,2)."""
    luma = np.log(np.maximum(texture @ LUMA, DARKEST))
    ends = np.log(np.maximum(texture[..., [0, 2]], DARKEST))
    return np.asarray(luma, np.float32), np.asarray(np.clip(ends - luma[..., None], -3, 3), np.float32)


def banded(light: Image, gate: Image) -> list[Image]:
    """Five bands of log-luma, fine to coarse; zero where there is no skin, or where a band is too fine for the map."""
    side = light.shape[0]
    held, bands = light, []
    for share in SIGMAS:
        texels = share * regions.FACE_WIDE * side
        if texels < SMALLEST_TEXELS:
            bands.append(np.zeros_like(light))
            continue
        low = normalised(light, gate, texels)
        bands.append((held - low) * (gate > 0.02))
        held = low
    return bands


def normalised(values: Image, weight: Image, sigma: float) -> Image:
    """Gaussian mean of values (S,S) that counts each by its weight (S,S); sigma in texels. Where nothing counts, the
    values' own mean.
    """
    shrink = max(1, int(sigma / 4))
    size = tuple(max(8, length // shrink) for length in values.shape[::-1])
    product = values * weight
    small, counted = (
        cv2.resize(image, size, interpolation=cv2.INTER_AREA) if shrink > 1 else image for image in (product, weight)
    )
    total = cv2.GaussianBlur(np.asarray(counted, np.float32), (0, 0), sigma / shrink)
    mean = float(product.sum() / max(float(weight.sum()), 1e-6))
    low = (cv2.GaussianBlur(np.asarray(small, np.float32), (0, 0), sigma / shrink) + 1e-4 * mean) / (total + 1e-4)
    if shrink > 1:
        low = cv2.resize(low, values.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(low, np.float32)


def spread_on_cheeks(band: Image, gate: Image) -> float:
    """Robust standard deviation of a band on the performer's own cheeks: what their smooth skin is like."""
    side = band.shape[0]
    cheeks = (regions.region("cheek", side) > 0.5) & (gate > 0.6)
    if cheeks.sum() < 30:
        return 0.0
    return float(1.4826 * np.median(np.abs(band[cheeks] - np.median(band[cheeks]))))
