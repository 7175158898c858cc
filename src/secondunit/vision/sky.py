"""The sky of a plate: where it is, to the pixel, and how it would look if nothing stood before it.

Sky is what is smooth, reaches the plate's border above the horizon, and follows its own slow gradient. The gradient
is kept as a picture, so that an edge pixel can be split into sky and not-sky by its colour alone: thin finials and
wires come out as exact as the plate shows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]

COARSE_PX = 480
SMOOTH = 0.022  # local standard deviation in display values; leaves and walls lie above, sky and cloud below
LEAST_SHARE = 0.002
EDGE_PX = 2
SPECK_PX = 40


@dataclass(frozen=True)
class Sky:
    """alpha (H,W) 0..1: share of each pixel that is sky. model (H,W,3): smooth sky, linear, valid everywhere.

    sigma: noise of sky pixels in display values; confidence 0..1.
    """

    alpha: Image
    model: Image
    sigma: float
    confidence: float


def display_values(plate: Image) -> Image:
    """Scene-linear (H,W,3) to display-like values 0..1 (gamma 2.2, white at the 99.7th percentile)."""
    luma = plate.max(axis=2)
    white = float(np.percentile(luma[:: max(1, luma.shape[0] // 400)], 99.7))
    return np.asarray(np.power(np.clip(plate / max(white, 1e-6), 0, 1), 1 / 2.2), dtype=np.float32)


def find_sky(plate: Image, horizon_px: NDArray[np.float64], never: Mask) -> Sky:
    """Find the sky of a plate (H,W,3 scene-linear).

    horizon_px (W,): plate row of the horizon per column; nothing below it is sky. never (H,W): pixels that cannot be
    sky, such as the facade.
    """
    shown = display_values(plate)
    rows = np.arange(plate.shape[0])[:, None]
    possible = (rows < horizon_px[None, :]) & ~never
    seeds = _seeds(shown, possible)
    share = float(seeds.mean())
    if share < LEAST_SHARE:
        return Sky(np.zeros(seeds.shape, np.float32), np.zeros_like(plate), 0.0, 0.0)
    sigma = _noise(shown, seeds)
    sky = seeds
    for _ in range(2):  # the second time with the gradient of everything found, up to the edges
        gradient, spread = _gradient(shown, sky)
        apart = np.abs(shown - gradient).max(axis=2)
        limit = np.clip(4.5 * np.maximum(spread, sigma), 0.025, 0.10)
        sky = _connected((apart < limit) & possible, seeds)
        sky |= _specks(apart, limit, sky, possible)
    sky |= _gaps(apart, limit, sky, possible)
    model, _ = _gradient(plate, _shrink(sky, 3))
    alpha = _edge_alpha(plate, model, sky)
    return Sky(alpha, model, sigma, float(np.clip(share / 0.02, 0.1, 1.0)))


def smooth_fill(image: Image, known: Mask, sigma_px: float) -> tuple[Image, Image]:
    """Normalised Gaussian average of known pixels: (filled image, weight 0..1)."""
    weight = cv2.GaussianBlur(known.astype(np.float32), (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT)
    shape = known[..., None] if image.ndim == 3 else known
    total = cv2.GaussianBlur(
        np.where(shape, image, 0).astype(np.float32), (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT
    )
    below = np.maximum(weight, 1e-6)
    return np.asarray(total / (below[..., None] if image.ndim == 3 else below)), np.asarray(weight)


def _seeds(shown: Image, possible: Mask) -> Mask:
    """Smooth regions that reach the plate's upper border, and others of the colour that their gradient foretells."""
    scale = min(1.0, COARSE_PX / shown.shape[1])
    small = np.asarray(cv2.resize(shown, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.float32)
    open_ = cv2.resize(possible.astype(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    mean = cv2.blur(small, (3, 3))
    activity = np.sqrt(np.maximum(cv2.blur(small * small, (3, 3)) - mean * mean, 0)).max(axis=2)
    luma = small.mean(axis=2)
    red, green, blue = small[..., 0], small[..., 1], small[..., 2]
    skylike = (blue >= 0.97 * np.maximum(red, green)) | (luma > np.percentile(luma, 60)) & (blue > 0.8 * red)
    smooth = (activity < SMOOTH) & open_ & skylike
    count, labels, stats, _ = cv2.connectedComponentsWithStats(smooth.astype(np.uint8), connectivity=4)
    large = stats[:, cv2.CC_STAT_AREA] >= LEAST_SHARE / 4 * labels.size
    large[0] = False
    upper = labels[: max(2, round(0.02 * labels.shape[0]))]
    touching = np.isin(np.arange(count), upper) & large
    if not touching.any():
        return np.zeros_like(possible)
    light = np.bincount(labels.ravel(), weights=luma.ravel(), minlength=count) / np.maximum(stats[:, 4], 1)
    touching &= light > 0.75 * light[touching].max()
    keep = touching | large & _agrees(small, labels, touching, count)
    found = cv2.resize(keep[labels].astype(np.uint8), shown.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    return np.asarray(_shrink(found, 2) & possible)


def _agrees(small: Image, labels: NDArray[np.int32], sure: Mask, count: int) -> Mask:
    """Components whose mean colour lies near what the sure ones' gradient foretells at their place."""
    apart = np.abs(small - _quadratic(small, sure[labels])).max(axis=2)
    mean = np.bincount(labels.ravel(), weights=apart.ravel(), minlength=count)
    return np.asarray(mean / np.maximum(np.bincount(labels.ravel(), minlength=count), 1) < 0.10)


def _gradient(image: Image, known: Mask) -> tuple[Image, Image]:
    """Slow gradient of known pixels, continued everywhere: (H,W,3) and its local misfit (H,W).

    A quadratic carries the colour far from any known pixel; a wide average of what is left over follows clouds near.
    """
    scale = min(1.0, COARSE_PX / image.shape[1])
    size = (max(8, round(image.shape[1] * scale)), max(8, round(image.shape[0] * scale)))
    share = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    total = cv2.resize(np.where(known[..., None], image, 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small = total / np.maximum(share, 1e-6)[..., None]
    solid = share > 0.5
    if not solid.any():
        solid = share >= share.max()
    base = _quadratic(small, solid)
    wide, weight = smooth_fill(small - base, solid, 24)
    near, close = smooth_fill(small - base, solid, 5)
    trust = np.clip(weight / 0.05, 0, 1)[..., None]
    fine = np.clip(close / 0.4, 0, 1)[..., None]
    filled = base + trust * wide * (1 - fine) + fine * near
    misfit = np.abs(np.where(solid[..., None], small - filled, 0)).max(axis=2)
    spread = smooth_fill(misfit.astype(np.float32), solid, 8)[0]
    full = image.shape[1::-1]
    grown = cv2.resize(filled.astype(np.float32), full, interpolation=cv2.INTER_CUBIC)
    wide_spread = cv2.resize(spread, full, interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.maximum(grown, 0), dtype=np.float32), np.asarray(wide_spread, dtype=np.float32)


def _quadratic(image: Image, known: Mask) -> Image:
    """Robust quadratic in x and y per channel, held to the range of what is known."""
    height, width = known.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / width - 0.5
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    picked = np.flatnonzero(known.ravel())[:: max(1, int(known.sum()) // 6000)]
    a, b = terms.reshape(-1, 6)[picked], image.reshape(-1, 3)[picked]
    weight = np.ones(len(picked), np.float32)
    for _ in range(4):
        coefficients = np.linalg.lstsq(a * weight[:, None], b * weight[:, None], rcond=1e-6)[0]
        misfit = np.abs(b - a @ coefficients).max(axis=1)
        weight = 1 / np.sqrt(1 + (misfit / max(1.5 * float(np.median(misfit)), 1e-5)) ** 2)
    low, high = np.percentile(b, [0.5, 99.5], axis=0)
    return np.asarray(np.clip(terms @ coefficients, 0.8 * low, 1.1 * high), dtype=np.float32)


def _noise(shown: Image, where: Mask) -> float:
    """Noise of display values from the second difference along rows (median based)."""
    inner = _shrink(where, 3)
    second = shown[:, 1:-1] - 0.5 * (shown[:, :-2] + shown[:, 2:])
    values = second[inner[:, 1:-1]]
    return float(1.4826 * np.median(np.abs(values)) / np.sqrt(1.5)) if values.size else 0.01


def _connected(sky: Mask, seeds: Mask) -> Mask:
    """The regions that touch a seed."""
    count, labels = cv2.connectedComponents(sky.astype(np.uint8), connectivity=8)
    seeded = np.zeros(count, bool)
    seeded[np.unique(labels[seeds & sky])] = True
    seeded[0] = False
    return np.asarray(seeded[labels])


def _specks(apart: Image, limit: Image, sky: Mask, possible: Mask) -> Mask:
    """Small faint islands in the sky: ringing of sharpening and compression, not things."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((possible & ~sky).astype(np.uint8), connectivity=8)
    strong = np.bincount(labels.ravel(), weights=(apart > 3.0 * limit).ravel(), minlength=count) > 0
    faint = (stats[:, cv2.CC_STAT_AREA] < SPECK_PX) & ~strong
    faint[0] = False
    return np.asarray(faint[labels])


def _gaps(apart: Image, limit: Image, sky: Mask, possible: Mask) -> Mask:
    """Enclosed gaps (lantern, chimney stack): smooth holes of nearly the sky's colour, not far from it."""
    loose = (apart < 2.5 * limit) & possible & ~sky
    loose &= ~(cv2.dilate(sky.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(loose.astype(np.uint8), connectivity=4)
    area = np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    core = _shrink(loose, 1)
    near = cv2.dilate(sky.astype(np.uint8), np.ones((31, 31), np.uint8)) > 0
    thick, close, distance = (
        np.bincount(labels.ravel(), weights=value.ravel(), minlength=count) for value in (core, near, apart / limit)
    )
    keep = (area >= 8) & (thick >= 2) & (close > 0) & (distance / area < 1.7)
    keep[0] = False
    return np.asarray(keep[labels])


def _edge_alpha(plate: Image, model: Image, sky: Mask) -> Image:
    """Share of sky per pixel: 1 inside, 0 outside, split by colour within EDGE_PX of the border."""
    kernel = np.ones((2 * EDGE_PX + 1,) * 2, np.uint8)
    whole = sky.astype(np.uint8)
    grown = cv2.dilate(whole, kernel) > 0
    rows, columns = np.nonzero(grown & ~_shrink(sky, 1))
    front, weight = smooth_fill(plate, ~grown, 2.0)
    thick = (weight[rows, columns] > 0.03)[:, None]
    solid = np.where(thick, front[rows, columns], _farthest(plate, model, rows, columns))
    behind = model[rows, columns]
    across = solid - behind
    length = np.maximum((across**2).sum(axis=1), 1e-8)
    share = np.clip(((plate[rows, columns] - behind) * across).sum(axis=1) / length, 0, 1)
    alpha = sky.astype(np.float32)
    alpha[rows, columns] = 1 - share
    return alpha


def _farthest(plate: Image, model: Image, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Image:
    """For each pixel, the colour within 5 x 5 that is farthest from the sky: the heart of a thin thing. (N,3)."""
    best = np.full(len(rows), -1.0, np.float32)
    colour = np.zeros((len(rows), 3), np.float32)
    for dy in range(-2, 3):
        for dx in range(-2, 3):
            y, x = np.clip(rows + dy, 0, plate.shape[0] - 1), np.clip(columns + dx, 0, plate.shape[1] - 1)
            apart = np.abs(plate[y, x] - model[y, x]).sum(axis=1)
            farther = apart > best
            best = np.where(farther, apart, best)
            colour = np.where(farther[:, None], plate[y, x], colour)
    return colour


def _shrink(mask: Mask, pixels: int) -> Mask:
    kernel = np.ones((2 * pixels + 1,) * 2, np.uint8)
    return np.asarray(cv2.erode(mask.astype(np.uint8), kernel) > 0)
