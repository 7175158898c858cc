"""What lies far behind a building: a soft line of trees, hazed, in the plate's own colours.

Where trees stand beside the building they are carried on behind it, mirrored and growing lower, until the usual
distant line takes over. Neighbouring houses are not distance and are not carried on.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.vision.sky import Image, Mask, Sky

Floats = NDArray[np.float64]
LINE_SHARE = 0.022  # usual height of the distant line above the horizon, of the plate's height
NEAR_SHARE = 0.22  # what rises higher than this above the horizon is a neighbour
HAZE = 0.28  # at the horizon; trees nearby have little
SHADES = 256


@dataclass(frozen=True)
class Layout:
    """Rows per plate column (W,): horizon, far edge of the made ground, base line; hole (H,W) is what to make."""

    horizon: Floats
    far: Floats
    base: Floats
    hole: Mask


def distance(plate: Image, sky: Sky, layout: Layout, air: Image, rng: np.random.Generator) -> tuple[Image, Image]:
    """Colour (H,W,3) and cover (H,W) of the distant band. air (H,W,3) is the made sky, whose haze tints it."""
    palette = _palette(plate, sky, layout, air)
    whole, cover = np.zeros_like(plate), np.zeros(layout.hole.shape, np.float32)
    height = len(plate)
    first = int(np.clip(layout.horizon.min() - (NEAR_SHARE + 0.05) * height, 0, height - 2))
    last = int(np.clip(layout.far.max() + 2, first + 2, height))
    part = slice(first, last)
    shifted = Layout(layout.horizon - first, layout.far - first, layout.base - first, layout.hole[part])
    tops = _skyline(height, shifted, rng)
    tone, cover[part] = _crowns(tops, height, shifted, rng)
    whole[part] = palette[np.clip(tone * (SHADES - 1), 0, SHADES - 1).astype(int)]
    for mirrored, weight in _carried_on(plate[part], sky.alpha[part], height, shifted, rng):
        whole[part] = whole[part] * (1 - weight[..., None]) + mirrored * weight[..., None]
        cover[part] = np.maximum(cover[part], weight)
    return whole, cover


def octaves(length: int, rng: np.random.Generator, scale: float) -> Floats:
    """Smooth noise (length,) of unit variance with features of the given size and its halves."""
    total = np.zeros(length)
    for octave in range(5):
        sigma = max(scale / 2**octave / 2, 0.6)
        blurred = cv2.GaussianBlur(rng.standard_normal((length, 1)), (1, 0), sigmaX=1, sigmaY=sigma)
        noise = np.asarray(blurred, dtype=np.float64)[:, 0]
        total += noise / max(float(noise.std()), 1e-9) * 0.6**octave
    return np.asarray(total / max(float(total.std()), 1e-9))


def _palette(plate: Image, sky: Sky, layout: Layout, air: Image) -> Image:
    """SHADES colours, dark to light, from what is neither sky nor ground nor hole near the horizon, hazed."""
    height, width = layout.hole.shape
    rows = np.arange(height)[:, None]
    near = cv2.dilate(layout.hole.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    band = (rows > (layout.horizon - 0.10 * height)[None, :]) & (rows < layout.far[None, :])
    found = plate[band & (sky.alpha < 0.02) & ~near]
    line = np.clip(layout.horizon.astype(int), 0, height - 1)
    haze = air[line, np.arange(width)].mean(axis=0)
    steps = np.linspace(0.02, 0.85, SHADES)
    green = found[(found[:, 1] >= found[:, 0]) & (found[:, 1] > 1.05 * found[:, 2])] if len(found) else found
    if len(green) > 300:
        ordered = green[np.argsort(green.sum(axis=1))]
        leaf = ordered[(steps * (len(ordered) - 1)).astype(int)]
    else:
        leaf = haze.mean() * np.array([0.07, 0.10, 0.05]) * (0.6 + 1.4 * steps[:, None])
    away = float(np.mean((layout.base - layout.far) / (layout.base - layout.horizon)))
    thick = HAZE * (0.15 + 0.85 * np.clip(away, 0, 1))
    return np.asarray(thick * 0.8 * haze + (1 - thick) * leaf, dtype=np.float32)


def _skyline(height: int, layout: Layout, rng: np.random.Generator) -> Floats:
    """Row of the distant line's upper edge per column, before crowns roughen it."""
    width = layout.hole.shape[1]
    swell = np.clip(octaves(width, rng, 0.25 * width), -1.5, 1.5)
    return np.asarray(layout.horizon - LINE_SHARE * height * (1 + 0.45 * swell))


def _crowns(tops: Floats, height: int, layout: Layout, rng: np.random.Generator) -> tuple[Image, Image]:
    """Overlapping tree crowns under the line `tops`, near ones lower and darker: tone 0..1 and cover (H,W)."""
    rows, width = layout.hole.shape
    tone, cover = np.full((rows, width), 0.3, np.float32), np.zeros((rows, width), np.float32)
    leaves = _leaves((rows, width), rng, max(height / 700, 0.8))
    reach = np.maximum(layout.far - tops, 2)
    radii = np.clip(0.24 * reach, 0.004 * height, 0.03 * height)
    for layer in range(4):
        spacing = 0.7 * float(radii.mean())
        centres = np.arange(-spacing, width + spacing, spacing)
        centres = centres + rng.uniform(-0.5, 0.5, len(centres)) * spacing
        for x in centres[rng.permutation(len(centres))]:
            column = int(np.clip(x, 0, width - 1))
            r = radii[column] * rng.uniform(0.6, 1.3)
            sink = radii[column] * (0.75 * layer + rng.uniform(0, 0.7))
            shade = rng.normal(0.60 - 0.09 * layer, 0.08)
            _crown(tone, cover, leaves, (x, tops[column] + r + sink), r, shade)
    under = np.arange(rows)[:, None] > (tops + 1.6 * radii)[None, :]
    bare = under & (cover < 0.5)
    tone[bare] = np.clip(0.22 + 0.12 * leaves[bare], 0, 1)
    tone *= 1 - 0.55 * np.clip((np.arange(rows)[:, None] - tops[None, :]) / reach[None, :], 0, 1)
    return tone, np.maximum(cover, under).astype(np.float32)


def _crown(tone: Image, cover: Image, leaves: Image, centre: tuple[float, float], radius: float, shade: float) -> None:
    """Draw one crown over what is there: ragged ellipse, lighter above, darker below."""
    x, y = centre
    left, right = max(int(x - 1.6 * radius), 0), min(int(x + 1.6 * radius) + 1, tone.shape[1])
    top, bottom = max(int(y - 1.6 * radius), 0), min(int(y + 2.5 * radius) + 1, tone.shape[0])
    if left >= right or top >= bottom:
        return
    dy = (np.arange(top, bottom)[:, None] + 0.5 - y) / radius
    dx = (np.arange(left, right)[None, :] + 0.5 - x) / radius
    grain = leaves[top:bottom, left:right]
    rim = np.sqrt(dx**2 + np.where(dy > 0, 0.4, 1.0) * dy**2) + 0.2 * grain
    weight = np.clip((1 - rim) * radius * 0.8 + 0.5, 0, 1)
    value = shade - 0.18 * dy + 0.17 * grain
    patch = tone[top:bottom, left:right]
    patch += (np.clip(value, 0, 1) - patch) * weight
    cover[top:bottom, left:right] = np.maximum(cover[top:bottom, left:right], weight)


def _leaves(shape: tuple[int, int], rng: np.random.Generator, size: float) -> Image:
    """Fine clumpy noise (H,W), unit variance."""
    total = np.zeros(shape, np.float32)
    for octave in (0.7, 1.6, 4.0):
        blurred = cv2.GaussianBlur(rng.standard_normal(shape, dtype=np.float32), (0, 0), size * octave)
        noise = np.asarray(blurred, dtype=np.float32)
        total += noise / max(float(noise.std()), 1e-9)
    return np.asarray(total / total.std())


def _carried_on(
    plate: Image, airy: Image, height: int, layout: Layout, rng: np.random.Generator
) -> list[tuple[Image, Image]]:
    """Trees that the hole's left and right edges cut: mirrored into it, and their weight (H,W)."""
    width = layout.hole.shape[1]
    columns = np.flatnonzero(layout.hole.any(axis=0))
    found = []
    for edge, outward in ((int(columns[0]), -1), (int(columns[-1]), 1)):
        room = edge if outward < 0 else width - 1 - edge
        if room >= 12:
            found.append(_mirrored(plate, airy, height, layout, (edge, outward, min(room, round(0.12 * width))), rng))
    return [pair for pair in found if pair is not None]


def _mirrored(
    plate: Image, airy: Image, height: int, layout: Layout, place: tuple[int, int, int], rng: np.random.Generator
) -> tuple[Image, Image] | None:
    """The strip beside one edge of the hole, mirrored about that edge row by row and tapered to nothing."""
    (edge, outward, room), (count, width) = place, layout.hole.shape
    rows = np.arange(count)
    leaves = _leaves((count, width), rng, max(height / 500, 1.0))
    row_edge = _row_edges(layout.hole, edge, outward, room)
    beside = np.clip(row_edge + 3 * outward, 0, width - 1)
    standing = (airy[rows, beside] < 0.5) & (rows < layout.horizon[edge])
    tall = layout.horizon[edge] - rows[standing].min() if standing.any() else 0.0
    if not 0.5 * LINE_SHARE * height < tall < NEAR_SHARE * height:
        return None
    inward = (np.arange(width)[None, :] - row_edge[:, None]) * -outward
    source = row_edge[:, None] + outward * (inward + 3)
    inside = (inward >= -2) & (inward < room - 4)
    picked = plate[rows[:, None], np.clip(source, 0, width - 1)]
    foot = layout.horizon[edge] + 0.35 * (layout.base[edge] - layout.horizon[edge])
    solid = 1 - airy[rows[:, None], np.clip(source, 0, width - 1)]
    # The tree's outline sinks towards the distant line as it leaves the edge.
    lump = 0.12 * tall * octaves(width, rng, 0.05 * width)[None, :] + 0.05 * tall * leaves
    taper = 1 - np.clip(inward / (room - 4), 0, 1) ** 1.7
    fall = layout.horizon[edge] - tall * taper + lump * np.clip(inward / 30, 0, 1)
    weight = solid * inside * (rows[:, None] >= fall) * (rows[:, None] < foot)
    soft = cv2.GaussianBlur(weight.astype(np.float32), (0, 0), 0.8)
    return picked, np.where(layout.hole, soft, 0).astype(np.float32)


def _row_edges(hole: Mask, edge: int, outward: int, room: int) -> NDArray[np.intp]:
    """Column of the hole's outermost pixel per row on one side; the overall edge where a row has none near it."""
    width = hole.shape[1]
    any_ = hole.any(axis=1)
    first = hole.argmax(axis=1) if outward < 0 else width - 1 - hole[:, ::-1].argmax(axis=1)
    near = any_ & (np.abs(first - edge) < room)
    return np.asarray(np.where(near, first, edge))
