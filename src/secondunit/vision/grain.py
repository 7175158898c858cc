"""Grain: how much a plate's noise is, how it grows with brightness, how it clumps; and the same laid on made pixels."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.floating[Any]]
BINS = 12
PATCH = 8


@dataclass(frozen=True)
class Grain:
    """levels (B,): scene-linear brightness; sigma (B,3): standard deviation of each channel at that brightness.

    clump: correlation of neighbouring pixels 0..0.9; colour: correlation between channels 0..1.
    """

    levels: tuple[float, ...]
    sigma: tuple[tuple[float, float, float], ...]
    clump: float
    colour: float


NO_GRAIN = Grain((0.0,), ((0.0, 0.0, 0.0),), 0.0, 1.0)


def measure(plate: Image, where: NDArray[np.bool_] | None = None) -> Grain:
    """Noise of a plate (H,W,3 scene-linear) from its flattest patches, per brightness; only inside `where` (H,W).

    The flattest tenth of the patches of each brightness is taken for texture-free; patches of clipped or empty pixels
    (no variation at all) are left out.
    """
    rows, columns = plate.shape[0] // PATCH * PATCH, plate.shape[1] // PATCH * PATCH
    if rows < 4 * PATCH or columns < 4 * PATCH:
        return NO_GRAIN
    detail = plate[:rows, :columns] - cv2.GaussianBlur(plate, (0, 0), 4.0)[:rows, :columns]
    blocks = _blocks(detail)
    level = _blocks(np.ascontiguousarray(plate[:rows, :columns])).mean(axis=(1, 2))
    spread = blocks.std(axis=1)
    alive = (spread > 0).all(axis=1)
    if where is not None:
        alive &= _blocks(np.repeat(where[:rows, :columns, None], 3, axis=2)).all(axis=(1, 2))
    if alive.sum() < 50:
        return NO_GRAIN
    blocks, level, spread = blocks[alive], level[alive], spread[alive]
    edges = np.quantile(level, np.linspace(0, 1, BINS + 1))
    levels, sigma, quiet = [], [], []
    for low, high in pairwise(edges):
        inside = np.flatnonzero((level >= low) & (level <= high))
        flattest = inside[np.argsort(spread[inside].mean(axis=1))[: max(5, len(inside) // 10)]]
        levels.append(float(level[flattest].mean()))
        sigma.append(np.median(spread[flattest], axis=0))
        quiet.append(blocks[flattest])
    clump, colour = _correlation(np.concatenate(quiet))
    held = _held(np.array(levels), np.array(sigma))
    order = np.argsort(levels)
    return Grain(
        tuple(levels[i] for i in order),
        tuple((float(held[i][0]), float(held[i][1]), float(held[i][2])) for i in order),
        clump,
        colour,
    )


def apply(image: Image, grain: Grain, frame: int, seed: int, where: NDArray[np.float32] | None = None) -> Image:
    """Image (H,W,3) with grain laid on by weight `where` (H,W) 0..1; the same (seed, frame) gives the same bits.

    Pixels of weight 0 are returned unchanged.
    """
    rng = np.random.Generator(np.random.Philox(key=[seed & 0xFFFFFFFFFFFFFFFF, frame & 0xFFFFFFFF]))
    shape = image.shape[:2]
    shared = _clumped(rng.standard_normal((*shape, 1), dtype=np.float32), grain.clump)
    own = _clumped(rng.standard_normal((*shape, 3), dtype=np.float32), grain.clump)
    noise = np.sqrt(grain.colour) * shared + np.sqrt(1 - grain.colour) * own
    brightness = image.mean(axis=2)
    table = np.asarray(grain.sigma, dtype=np.float32)
    sigma = np.stack([np.interp(brightness, grain.levels, table[:, c]) for c in range(3)], axis=-1).astype(np.float32)
    added = sigma * noise
    if where is None:
        return np.asarray(np.maximum(image + added, np.minimum(image, 0)), dtype=np.float32)
    weight = np.asarray(where, dtype=np.float32)[..., None]
    made = np.maximum(image + added * weight, np.minimum(image, 0))
    return np.asarray(np.where(weight > 0, made, image), dtype=np.float32)


def _blocks(image: Image) -> Image:
    """(H,W,3) to (N, PATCH*PATCH, 3)."""
    rows, columns = image.shape[0] // PATCH, image.shape[1] // PATCH
    cut = image.reshape(rows, PATCH, columns, PATCH, 3).swapaxes(1, 2)
    return np.asarray(cut.reshape(rows * columns, PATCH * PATCH, 3))


def _held(levels: NDArray[np.float64], sigma: NDArray[np.float64]) -> NDArray[np.float64]:
    """Noise held to twice a shot-noise law through its quieter levels: what rises above that is texture."""
    law = np.sqrt(np.maximum(levels, 0) + 0.02)[:, None]
    typical = np.quantile(sigma / law, 0.3, axis=0)
    return np.asarray(np.minimum(sigma, 2 * typical * law))


def _correlation(quiet: Image) -> tuple[float, float]:
    """Correlation of horizontal neighbours, and of red with blue, over quiet patches (N, PATCH*PATCH, 3)."""
    green = quiet[..., 1].reshape(-1, PATCH, PATCH)
    power = float((green**2).mean()) + 1e-20
    clump = float((green[:, :, 1:] * green[:, :, :-1]).mean()) / power
    red, blue = quiet[..., 0], quiet[..., 2]
    colour = float((red * blue).mean() / np.sqrt((red**2).mean() * (blue**2).mean() + 1e-30))
    return float(np.clip(clump, 0, 0.9)), float(np.clip(colour, 0, 1))


def _clumped(noise: Image, clump: float) -> Image:
    """White noise blurred to the given neighbour correlation, unit variance."""
    if clump < 0.02:
        return noise
    # A Gaussian of width s has neighbour correlation exp(-1 / (4 s^2)).
    sigma = float(np.sqrt(-1 / (4 * np.log(clump))))
    soft = cv2.GaussianBlur(noise, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    soft = soft.reshape(noise.shape)
    return np.asarray(soft / max(float(soft.std()), 1e-9), dtype=np.float32)
