"""How alike pictures are: FLIP, detail, apparent age on a scale of renders, folds left, grain and moles kept."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

import cv2
import numpy as np

from .material import Mole
from .pictures import Image, Mask, log_light, luma

NO_FLIP = "FLIP is not installed: pip install 'secondunit[bench]' brings it (flip-evaluator, NVIDIA, BSD-3-Clause)"
DETAIL = 0.08
"""Detail is what is finer than this share of the face's width: light and exposure fall out."""
GRAIN = 0.004
"""Grain is what is finer than this share of the face's width, a pixel at least."""
FOLD = (0.009, 0.05)
"""The band of folds, shares of the face's width."""
STEP_YEARS = 0.25


def has_flip() -> bool:
    """Whether FLIP can be measured here."""
    return find_spec("flip_evaluator") is not None


def flip(reference: Image, test: Image) -> Image:
    """(H,W) 0..1: LDR-FLIP (Andersson and others 2020) of sRGB pictures at 67 pixels per degree."""
    import flip_evaluator

    held = (np.ascontiguousarray(np.clip(each, 0, 1), np.float32) for each in (reference, test))
    error = flip_evaluator.evaluate(*held, "LDR", applyMagma=False, computeMeanError=False)[0]
    return np.asarray(error, np.float32).reshape(reference.shape[:2])


def detail(code: Image, wide: float) -> Image:
    """(H,W): log light less its own blur."""
    light = log_light(code)
    return np.asarray(light - cv2.GaussianBlur(light, (0, 0), DETAIL * wide), np.float32)


def apart(one: Image, other: Image, where: Mask, wide: float) -> float:
    """Mean absolute difference of detail."""
    return float(np.abs(detail(one, wide) - detail(other, wide))[where].mean())


def apparent_age(code: Image, renders: Mapping[float, Image], where: Mask, wide: float) -> float:
    """Years at which detail is nearest: between two renders it is that of both, mixed.

    renders: years -> picture of the same head. The scale ends at the oldest and the youngest.
    """
    mine, years = detail(code, wide)[where], sorted(renders)
    known = [detail(renders[each], wide)[where] for each in years]
    tried = np.append(np.arange(years[0], years[-1], STEP_YEARS), years[-1])
    return float(min(tried, key=lambda age: float(np.abs(mine - _between(age, years, known)).mean())))


def _between(age: float, years: Sequence[float], known: Sequence[Image]) -> Image:
    n = min(int(np.searchsorted(years, age, side="right")) - 1, len(years) - 2)
    share = (age - years[n]) / (years[n + 1] - years[n])
    return np.asarray(known[n] + share * (known[n + 1] - known[n]), np.float32)


def folds_left(before: Image, after: Image, where: Mask, wide: float) -> float:
    """Share of the folds' band that is left: mean absolute value along the folds, after by before."""
    bands = [np.abs(_band(log_light(each), wide))[where].mean() for each in (before, after)]
    return float(bands[1] / max(bands[0], 1e-9))


def _band(light: Image, wide: float) -> Image:
    fine, coarse = (cv2.GaussianBlur(light, (0, 0), share * wide) for share in FOLD)
    return np.asarray(fine - coarse, np.float32)


def grain_kept(before: Image, after: Image, where: Mask, wide: float) -> float:
    """Standard deviation of luma's finest detail, after by before."""
    sigma = max(1.0, GRAIN * wide)
    spreads = []
    for code in (before, after):
        light = luma(code)
        spreads.append(float((light - cv2.GaussianBlur(light, (0, 0), sigma))[where].std()))
    return spreads[1] / max(spreads[0], 1e-9)


def mole_contrast(code: Image, mole: Mole) -> float:
    """Logarithm of light by which a mole is darker than the ring around it."""
    y, x = np.mgrid[: code.shape[0], : code.shape[1]] + 0.5
    away = np.hypot(x - mole.x, y - mole.y)
    radius = max(mole.radius, 1.2)
    inside, ring = away < 0.7 * radius, (away > 2 * radius) & (away < 3.2 * radius)
    if not inside.any() or not ring.any():
        return 0.0
    light = log_light(code)
    return float(np.median(light[ring]) - light[inside].mean())
