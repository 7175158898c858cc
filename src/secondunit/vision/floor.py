"""Ground behind a building: the colour of the plate's own open ground, carried on to the horizon with its texture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.vision.distance import Layout
from secondunit.vision.fill import membrane
from secondunit.vision.sky import Image, Sky

Floats = NDArray[np.float64]


def floor(plate: Image, layout: Layout, rng: np.random.Generator) -> tuple[Image, Image]:
    """Colour (H,W,3) and cover (H,W) of made ground between the far edge and the base line.

    Texture lives in ground distance: features shrink, flatten and fade towards the horizon as perspective demands.
    """
    height, width = layout.hole.shape
    base, rough, fine = _open_ground(plate, layout)
    rows = np.arange(height)[:, None] + 0.5
    drop = np.maximum(rows - layout.horizon[None, :], 0.5)
    reach = np.maximum(layout.base - layout.horizon, 2.0)[None, :]
    away = np.clip(reach / drop, 0.2, 12)  # in base distances
    waves = _plane_noise(away, width, rng)
    white = cv2.GaussianBlur(rng.standard_normal((height, width), dtype=np.float32), (0, 0), 0.8)
    grit = np.asarray(white, dtype=np.float64) * (fine / max(float(np.std(white)), 1e-9)) / np.maximum(away, 1)
    colour = base[None, :, :] * (1 + grit + 0.7 * rough * waves / np.sqrt(np.maximum(away, 1)))[..., None]
    ragged = layout.far + 0.03 * reach[0] * np.clip(rng.standard_normal(width), -1, 1)
    ragged = cv2.GaussianBlur(ragged.reshape(1, -1), (0, 0), 2.0)[0]
    cover = np.clip((rows - ragged[None, :]) / max(0.02 * float(reach.mean()), 1) + 0.5, 0, 1)
    return np.maximum(colour, 0).astype(np.float32), cover.astype(np.float32)


def far_edge(plate: Image, sky: Sky, layout: Layout) -> Floats:
    """Row per column (W,) where open ground ends and the distance begins, as the columns beside the hole show it.

    `layout.far` is the answer where neither side shows any; a side that does is carried across.
    """
    width = layout.hole.shape[1]
    columns = np.flatnonzero(layout.hole.any(axis=0))
    base, _, _ = _open_ground(plate, layout)
    shares = []
    for edge, outward in ((int(columns[0]), -1), (int(columns[-1]), 1)):
        seen = [edge + outward * step for step in range(6, max(7, round(0.15 * width)), 3)]
        found = [_ground_share(plate, sky, layout, base, x) for x in seen if 0 <= x < width]
        shares.append(float(np.median(found)) if len(found) >= 5 else np.nan)
    usual = (layout.base - layout.far) / (layout.base - layout.horizon)
    if not np.isfinite(shares).any():
        return layout.far
    left, right = (value if np.isfinite(value) else float(np.nanmean(shares)) for value in shares)
    across = np.interp(np.arange(width), [columns[0], columns[-1]], [left, right])
    share = np.clip(across, 0.25 * usual, 0.92)
    return np.asarray(layout.base - share * (layout.base - layout.horizon))


def _ground_share(plate: Image, sky: Sky, layout: Layout, base: Image, x: int) -> float:
    """How far ground goes from the base line (0) towards the horizon (1) in one column: where its hue or tone ends."""
    low, high = int(layout.base[x]), int(np.ceil(layout.horizon[x]))
    strip = plate[max(high, 0) : max(low, high + 1), x][::-1]
    if len(strip) < 3:
        return 0.0
    hue = strip / np.maximum(strip.sum(axis=1, keepdims=True), 1e-6)
    own = base[x] / max(float(base[x].sum()), 1e-6)
    tone = strip.sum(axis=1) / max(float(base[x].sum()), 1e-6)
    ground = (np.abs(hue - own).max(axis=1) < 0.05) & (tone > 0.25) & (tone < 2.0)
    ground &= sky.alpha[max(high, 0) : max(low, high + 1), x][::-1] < 0.5
    ends = np.flatnonzero(~ground)
    return float(ends[0] / len(strip)) if len(ends) else 1.0


def _open_ground(plate: Image, layout: Layout) -> tuple[Image, float, float]:
    """Colour per column (W,3) of lit open ground before the base, slowly varying; its coarse and fine roughness."""
    height, width = layout.hole.shape
    deep = np.clip((layout.base + 0.30 * (height - layout.base)).astype(int), 1, height)
    start = np.clip(layout.base.astype(int) + 2, 0, height - 1)
    rows = np.arange(height)[:, None]
    region = (rows >= start[None, :]) & (rows < np.maximum(deep, start + 4)[None, :]) & ~layout.hole
    if region.sum() < 50:
        return np.tile(np.median(plate[-8:].reshape(-1, 3), axis=0), (width, 1)).astype(np.float32), 0.02, 0.01
    luma = plate.mean(axis=2)
    lit = region & (luma > np.percentile(luma[region], 45)) & (luma <= np.percentile(luma[region], 97))
    hue = plate / np.maximum(plate.sum(axis=2, keepdims=True), 1e-6)
    common = np.median(hue[lit], axis=0)
    lit &= np.abs(hue - common).max(axis=2) < 0.06
    total = np.where(lit[..., None], plate, 0).sum(axis=0)
    count = lit.sum(axis=0).astype(np.float32)
    line = (total / np.maximum(count, 1)[:, None])[None].astype(np.float32)
    filled = membrane(line, count[None] > 3)[0]
    smooth = cv2.GaussianBlur(filled, (1, 0), sigmaX=1, sigmaY=0.06 * width, borderType=cv2.BORDER_REFLECT)
    middle = max(float(luma[lit].mean()), 1e-6) if lit.sum() > 50 else 1.0
    rough, fine = (
        float((luma - cv2.GaussianBlur(luma, (0, 0), sigma))[lit].std() / middle) if lit.sum() > 50 else 0.01
        for sigma in (6.0, 1.5)
    )
    return smooth.reshape(width, 3), float(np.clip(rough, 0.005, 0.15)), float(np.clip(fine, 0.0, 0.08))


def _plane_noise(away: Floats, width: int, rng: np.random.Generator) -> Floats:
    """Noise on the ground plane seen in perspective (H,W): features of 0.002 to 0.1 base distances."""
    columns = (np.arange(width)[None, :] - width / 2) / width
    total = np.zeros(away.shape)
    for size in (0.004, 0.016, 0.06):
        white = cv2.GaussianBlur(rng.standard_normal((256, 1024), dtype=np.float32), (0, 0), 1.2)
        tile = np.asarray(white, dtype=np.float32) / np.std(white)
        x = np.mod(columns * away / size, 1024)
        y = np.mod(away / size, 256)
        layer = cv2.remap(
            tile, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
        )
        # Rows of noise that fall into one pixel average out.
        packed = np.abs(np.gradient(away, axis=0)) / size
        total += layer / np.sqrt(1 + packed)
    return np.asarray(total / 1.5)
