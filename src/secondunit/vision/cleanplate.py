"""The plate without the building: sky down to the horizon, a distant band, and the ground carried on behind.

Every pixel outside the removed region stays bit-identical. Inside, the sky is its own slow gradient plus a membrane
that takes up what is left at the rim; the ground is the plate's own ground mirrored about the building's base in
metres, so that its grain shrinks with distance as perspective demands; between them lies a band made of the colours
that the plate shows near the horizon, and of the real trees beside the building, mirrored, where there are any.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.vision.fill import membrane
from secondunit.vision.grain import apply, measure
from secondunit.vision.matte import Matte
from secondunit.vision.sky import Image, Mask, Sky

Floats = NDArray[np.float64]
HALO_PX = 4  # sharpening and compression leave a rim this wide on the sky
NEAR_SHARE = 0.14  # background that stands higher above the horizon (of plate height) is no distance but a neighbour


def removal(matte: Matte) -> Image:
    """Region (H,W) 0..1 that a clean plate must replace: the building and its halo on the sky."""
    solid = (matte.alpha > 0.004).astype(np.uint8)
    wide = cv2.dilate(solid, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * HALO_PX + 1,) * 2)) > 0
    near = cv2.dilate(solid, np.ones((3, 3), np.uint8)) > 0
    taken = near | (wide & (matte.sky.alpha > 0.9))
    if matte.occluders is not None:
        taken &= matte.occluders < 0.5
    return taken.astype(np.float32)


@dataclass(frozen=True)
class _Layout:
    """Rows per plate column: horizon, far edge of the made ground, base line; hole (H,W) is what to make."""

    horizon: Floats
    far: Floats
    base: Floats
    hole: Mask


def clean_plate(plate: Image, remove: Image, sky: Sky, ground: Image, horizon_px: Floats, seed: int) -> Image:
    """Plate (H,W,3 scene-linear) with the pixels where remove (H,W) > 0 replaced; all others bit-identical.

    sky, ground: as in the matte. horizon_px (W,): plate row of eye level at infinity per column. The same seed gives
    the same bits.
    """
    hole = remove > 0
    if not hole.any():
        return plate.copy()
    base = _base_rows(ground)
    horizon = np.minimum(horizon_px, base - 2)
    layout = _Layout(horizon, horizon + 0.35 * (base - horizon), base, hole)
    rng = np.random.Generator(np.random.Philox(key=[seed & 0xFFFFFFFFFFFFFFFF, 77]))
    made = _sky(plate, sky, layout)
    band, cover = _band(plate, sky, layout, made, rng)
    made = made * (1 - cover[..., None]) + band * cover[..., None]
    floor, below = _ground(plate, layout, made, rng)
    made = made * (1 - below[..., None]) + floor * below[..., None]
    grain = measure(plate)
    made = apply(made.astype(np.float32), grain, 0, seed, hole.astype(np.float32))
    return np.where(hole[..., None], np.maximum(made, 0), plate).astype(np.float32)


def _base_rows(ground: Image) -> Floats:
    """Row per column where the ground begins."""
    return np.asarray(ground.shape[0] - ground.sum(axis=0), dtype=np.float64)


def _sky(plate: Image, sky: Sky, layout: _Layout) -> Image:
    """Sky everywhere: its gradient, corrected by a membrane so that it meets the real sky without a seam."""
    if sky.confidence == 0:
        return _made_up_sky(plate, layout)
    scale = min(1.0, 480 / plate.shape[1])
    size = (max(8, round(plate.shape[1] * scale)), max(8, round(plate.shape[0] * scale)))
    pure = ((sky.alpha > 0.995) & ~layout.hole).astype(np.float32)
    share = cv2.resize(pure, size, interpolation=cv2.INTER_AREA)
    apart = cv2.resize((plate - sky.model) * pure[..., None], size, interpolation=cv2.INTER_AREA)
    known = share > 0.6
    rest = membrane((apart / np.maximum(share, 1e-6)[..., None]).astype(np.float32), known)
    rest = cv2.GaussianBlur(rest, (0, 0), 1.5)
    return np.asarray(sky.model + cv2.resize(rest, plate.shape[1::-1], interpolation=cv2.INTER_CUBIC))


def _made_up_sky(plate: Image, layout: _Layout) -> Image:
    """An overcast sky in the plate's own light tones, for plates that show none."""
    tone = np.percentile(plate.reshape(-1, 3)[:: max(1, plate.size // 60000)], 92, axis=0)
    rows = np.arange(plate.shape[0])[:, None] / np.maximum(layout.horizon.mean(), 1)
    grey = tone.mean() * np.array([0.96, 1.0, 1.06]) * 0.8
    return (grey * (0.85 + 0.25 * np.clip(rows, 0, 1))[..., None] * np.ones((1, plate.shape[1], 1))).astype(np.float32)


def _band(plate: Image, sky: Sky, layout: _Layout, air: Image, rng: np.random.Generator) -> tuple[Image, Image]:
    """Distant trees and haze: colour (H,W,3) and cover (H,W)."""
    height, width = layout.hole.shape
    palette = _palette(plate, sky, layout, air)
    tops = _skyline(sky, layout, rng)
    rows = np.arange(height)[:, None] + 0.5
    soft = np.clip(rows - tops[None, :] + 0.5, 0, 1).astype(np.float32)
    texture = _foliage((height, width), rng, 0.006 * width)
    rank = np.clip((texture.argsort(axis=None).argsort().reshape(texture.shape) / texture.size), 0, 0.999)
    colour = palette[(rank * len(palette)).astype(int)]
    lower = np.clip((layout.far[None, :] - rows) / np.maximum(layout.far - tops, 1)[None, :], 0, 1)
    colour = colour * (0.75 + 0.25 * lower[..., None])
    return colour.astype(np.float32), soft


def _palette(plate: Image, sky: Sky, layout: _Layout, air: Image) -> Image:
    """Colours near the horizon that are neither sky nor ground nor hole, dark to light (N,3), hazed towards the sky."""
    height, width = layout.hole.shape
    rows = np.arange(height)[:, None]
    near = cv2.dilate(layout.hole.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    low, high = layout.horizon - 0.10 * height, layout.far + 2
    beside = (rows > low[None, :]) & (rows < high[None, :]) & (sky.alpha < 0.02) & ~near
    line = np.clip(layout.horizon.astype(int), 0, height - 1)
    haze = air[line, np.arange(width)].mean(axis=0)
    found = plate[beside]
    if len(found) < 300:
        floor = np.median(plate[int(0.92 * height) :].reshape(-1, 3), axis=0)
        steps = np.linspace(0.35, 0.6, 64)[:, None]
        return (0.45 * haze + 0.55 * floor * steps).astype(np.float32)
    found = found[np.argsort(found.sum(axis=1))]
    picked = found[(np.linspace(0.02, 0.9, 256) * (len(found) - 1)).astype(int)]
    return (0.25 * haze + 0.75 * picked).astype(np.float32)


def _skyline(sky: Sky, layout: _Layout, rng: np.random.Generator) -> Floats:
    """Row of the band's upper edge per column: anchored where real distance is seen beside the hole."""
    height, width = layout.hole.shape
    rough = _octaves(width, rng, 0.12 * width) * 0.35 + _octaves(width, rng, 0.012 * width) * 0.16
    usual = 0.026 * height * (1 + rough)
    return np.asarray(layout.horizon - np.maximum(usual, 0.004 * height))


def _octaves(length: int, rng: np.random.Generator, scale: float) -> Floats:
    """Smooth noise (length,) of unit variance with features of the given size and its halves."""
    total = np.zeros(length)
    for octave in range(5):
        sigma = max(scale / 2**octave / 2, 0.6)
        noise = cv2.GaussianBlur(rng.standard_normal((length, 1)), (1, 0), sigmaX=1, sigmaY=sigma)[:, 0]
        total += noise / max(float(noise.std()), 1e-9) * 0.62**octave
    return total / max(float(total.std()), 1e-9)


def _foliage(shape: tuple[int, int], rng: np.random.Generator, size: float) -> Image:
    """Clumpy noise (H,W): crowns lit from above, as trees far away look."""
    total = np.zeros(shape, np.float32)
    for octave in range(5):
        sigma = max(size / 2**octave, 0.5)
        noise = cv2.GaussianBlur(rng.standard_normal(shape, dtype=np.float32), (0, 0), sigma, sigmaY=0.8 * sigma)
        noise = noise / max(float(noise.std()), 1e-9)
        shift = max(1, round(0.7 * sigma))
        total += (noise - 0.8 * np.roll(noise, shift, axis=0)) * 0.7**octave
    return total


def _ground(plate: Image, layout: _Layout, air: Image, rng: np.random.Generator) -> tuple[Image, Image]:
    """Ground between the far edge and below the base: colour (H,W,3) and cover (H,W)."""
    height, width = layout.hole.shape
    columns = np.arange(width)
    rows = np.arange(height)[:, None] + 0.5
    reach = np.maximum(layout.base - layout.horizon, 2.0)[None, :]
    # Distance in units of the base's: 1 at the base line, growing to infinity at the horizon.
    away = reach / np.maximum(rows - layout.horizon[None, :], 0.35 * reach * 0.5)
    gap = 0.06
    nearest = reach / np.maximum(height - 2 - layout.horizon[None, :], reach + 1)
    span = np.maximum(1 - gap - nearest, 0.05)
    walk = np.mod(np.maximum(away - 1, 0), 2 * span)
    back = 1 - gap - np.where(walk < span, walk, 2 * span - walk)
    source_y = layout.horizon[None, :] + reach / np.maximum(back, 1e-3)
    squeeze = away / back
    middle = width / 2
    source_x = middle + (columns[None, :] - middle) * 1.0 + 0 * squeeze
    floor = cv2.remap(
        plate, source_x.astype(np.float32), (source_y - 0.5).astype(np.float32), cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT
    )
    cover = np.clip(rows - layout.far[None, :] + 0.5, 0, 1).astype(np.float32)
    return np.asarray(floor), cover
