"""Floors, bays and openings of a facade, from what repeats on its rectified picture.

Rows with windows alternate dark and light along the facade, spandrels do not; the same holds upright for window axes
and piers. Those two profiles give the grid; each cell then looks for the rectangle that differs most from its
surroundings. Where too little repeats, a regular grid is returned and its confidence says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from secondunit.vision.corners import Floats
from secondunit.vision.sky import Image, display_values

STOREY_RANGE_M = (2.4, 6.0)
USUAL_STOREY_M = 3.4
BAY_RANGE_M = (1.6, 7.0)
USUAL_BAY_M = 3.2
LONGEST_PX = 1400
CELL = 36  # samples per cell and axis in the search for its opening
CLEAR = 0.15  # a cell whose best rectangle scores less is a blank wall

Opening = tuple[float, float, float, float]


@dataclass(frozen=True)
class FacadeGrid:
    """floors: slab heights in m from 0 to the facade's top, rising. openings: (x0, z0, x1, z1) in m, z up.

    bays: number of window axes. confidence 0..1: how much of the grid was seen rather than assumed.
    """

    floors: tuple[float, ...]
    openings: tuple[Opening, ...]
    bays: int
    confidence: float
    said: str


def rectify(
    plate: Image, facade: Sequence[Sequence[float]] | Floats, width_m: float, height_m: float, px_per_m: float
) -> Image:
    """The facade seen straight on (rows, columns, C): row 0 is the top edge, px_per_m pixels to the metre."""
    columns, rows = max(8, round(width_m * px_per_m)), max(8, round(height_m * px_per_m))
    flat = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32) - 0.5
    seen = np.asarray(facade, dtype=np.float32) - 0.5
    warp = cv2.getPerspectiveTransform(seen, flat)
    return np.asarray(
        cv2.warpPerspective(plate, warp, (columns, rows), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    )


def read_facade(
    plate: Image,
    facade: Sequence[Sequence[float]],
    width_m: float,
    height_m: float,
    *,
    storeys: int | None = None,
    bays: int | None = None,
) -> FacadeGrid:
    """Floors, bays and openings of the facade with the given corners (plate pixels) and size in metres.

    storeys and bays overrule the counts. Never fails: the worst case is a regular grid with low confidence.
    """
    per_m = _scale(facade, width_m, height_m)
    shown = rectify(display_values(plate), facade, width_m, height_m, per_m)
    dark = _darkness(shown, USUAL_STOREY_M * per_m)
    rows, columns = _alternation(dark, 1, per_m), _alternation(dark, 0, per_m)
    count, floor_trust = (storeys, 0.9) if storeys else _ranked(rows, height_m, STOREY_RANGE_M, USUAL_STOREY_M)[0]
    lines, line_trust = _lines(rows, count, per_m)
    tried = [(bays, 0.9)] if bays else _ranked(columns, width_m, BAY_RANGE_M, USUAL_BAY_M)[:4]
    grids = [(many, strength, *_lines(columns, many, per_m)) for many, strength in tried]
    agreed = [_agreement(shown, lines, piers) for _, _, piers, _ in grids]
    best = int(np.argmax([strength * agree**2 for (_, strength, _, _), agree in zip(grids, agreed, strict=True)]))
    (many, bay_trust, piers, pier_trust), agree = grids[best], agreed[best]
    per_px = width_m / dark.shape[1], height_m / dark.shape[0]
    floors = (*(max(0.0, float(height_m - z * per_px[1])) for z in lines[:0:-1]), height_m)
    openings, seen = _openings(shown, lines, piers, per_px, height_m)
    regular = float(np.clip((agree - 0.35) / 0.35, 0, 1))
    clear = 0.25 * (floor_trust * line_trust + bay_trust * pier_trust) + 0.5 * seen
    trust = float(np.clip(clear * (0.2 + 0.8 * regular), 0.05, 0.95))
    said = (
        f"facade: {count} storeys ({'given' if storeys else 'counted'}), {many} bays "
        f"({'given' if bays else 'counted'}), {len(openings)} openings; confidence {trust:.0%}."
    )
    if trust < 0.4:
        said += " Too little repeats on this facade, so the grid is mostly assumed; state it in the building file."
    return FacadeGrid(floors, openings, many, trust, said)


def count_storeys(
    plate: Image, facade: Sequence[Sequence[float]] | Floats, width_per_height: float
) -> tuple[int, float]:
    """Storeys of a facade of unknown scale, and the confidence 0..1. width_per_height: its aspect."""
    best: tuple[float, int, float] = (-1.0, 4, 0.0)
    per_m = 40.0
    shown = display_values(plate)
    for count in range(2, 13):
        high = USUAL_STOREY_M * count
        flat = rectify(shown, facade, high * width_per_height, high, min(per_m, LONGEST_PX / 2 / high))
        rows = _alternation(_darkness(flat, flat.shape[0] / count), 1, flat.shape[0] / high)
        strength = _comb(rows, count)
        if strength > best[0]:
            best = (strength, count, strength)
    return best[1], float(np.clip(best[2], 0.05, 0.9))


def _scale(facade: Sequence[Sequence[float]], width_m: float, height_m: float) -> float:
    """Pixels per metre near the plate's own."""
    c = np.asarray(facade, dtype=np.float64)
    across = max(np.hypot(*(c[1] - c[0])), np.hypot(*(c[2] - c[3]))) / width_m
    upright = max(np.hypot(*(c[3] - c[0])), np.hypot(*(c[2] - c[1]))) / height_m
    return float(np.clip(max(across, upright), 8, LONGEST_PX / max(width_m, height_m)))


def _darkness(shown: Image, window_px: float) -> Image:
    """How much darker than its surroundings, in local standard deviations, clipped to -1.5..1.5. (rows, columns)."""
    luma = shown.mean(axis=2)
    size = int(window_px) | 1
    mean = cv2.blur(luma, (size, size), borderType=cv2.BORDER_REFLECT)
    square = cv2.blur(luma * luma, (size, size), borderType=cv2.BORDER_REFLECT)
    spread = np.sqrt(np.maximum(square - mean * mean, 0)) + 0.02
    return np.asarray(np.clip((mean - luma) / spread, -1.5, 1.5), dtype=np.float32)


def _alternation(dark: Image, axis: int, per_m: float) -> Floats:
    """Profile of how strongly darkness varies along `axis`, smoothed over 0.25 m, zero mean, unit variance."""
    soft = cv2.GaussianBlur(dark, (0, 0), max(0.12 * per_m, 0.8))
    profile = soft.std(axis=axis) + 0.5 * soft.mean(axis=axis)
    sigma = max(0.2 * per_m, 1.0)
    smooth = cv2.GaussianBlur(profile.reshape(-1, 1).astype(np.float64), (1, 0), sigmaX=1, sigmaY=sigma)[:, 0]
    trend = cv2.GaussianBlur(smooth.reshape(-1, 1), (1, 0), sigmaX=1, sigmaY=len(smooth) / 4)[:, 0]
    flat = smooth - trend
    return np.asarray((flat - flat.mean()) / (flat.std() + 1e-6))


def _comb(profile: Floats, count: int) -> float:
    """Correlation 0..1 of the profile with `count` equal waves of any phase, second harmonic included."""
    t = (np.arange(len(profile)) + 0.5) / len(profile)
    power = 0.0
    for harmonic, weight in ((1, 1.0), (2, 0.35)):  # more, and every second storey would count as well as every one
        wave = np.exp(2j * np.pi * count * harmonic * t)
        power += weight * float(np.abs((profile * wave).mean())) ** 2 * 2
    return float(np.sqrt(min(power, 1.0)))


def _ranked(profile: Floats, length_m: float, span: tuple[float, float], usual: float) -> list[tuple[int, float]]:
    """Numbers of repeats, likeliest first, by comb strength weighed by a usual spacing; each with its trust 0..1."""
    low, high = max(1, int(np.ceil(length_m / span[1]))), max(1, int(length_m / span[0]))
    counts = np.arange(low, max(high, low) + 1)
    prior = np.exp(-0.5 * (np.log(length_m / counts / usual) / 0.45) ** 2)
    strength = np.array([_comb(profile, int(n)) for n in counts])
    order = np.argsort(-strength * prior)
    return [(int(counts[i]), float(np.clip(1.3 * strength[i], 0, 1))) for i in order]


def _agreement(shown: Image, lines: Floats, piers: Floats) -> float:
    """Mean correlation 0..1 of each cell with its floor's typical cell: high only where the bays fall right."""
    strange = _strangeness(shown, piers)
    found = []
    for top, bottom in pairwise(lines):
        cells = np.stack([_cell(strange, top, bottom, a, b) for a, b in pairwise(piers)])
        cells = cells - cells.mean(axis=(1, 2), keepdims=True)
        typical = np.median(cells, axis=0)
        power = np.sqrt((cells**2).sum(axis=(1, 2)) * (typical**2).sum()) + 1e-6
        found.append(((cells * typical).sum(axis=(1, 2)) / power).mean())
    return float(np.clip(np.mean(found), 0, 1))


def _lines(profile: Floats, count: int, per_m: float) -> tuple[Floats, float]:
    """Borders between repeats, in pixels, from 0 to the length: at the profile's lows, near equal spacing."""
    length = len(profile)
    step = length / count
    offsets = np.arange(-0.5, 0.5, 0.02) * step
    ideal = np.arange(1, count) * step
    if not len(ideal):
        return np.array([0.0, float(length)]), 0.5
    places = np.clip(ideal[None, :] + offsets[:, None], 0, length - 1).astype(int)
    shift = offsets[int(np.argmin(profile[places].mean(axis=1) + 0.3 * np.abs(offsets / step)))]
    inner, reach = [], max(1, int(0.22 * step))
    for place in np.clip(ideal + shift, reach, length - reach - 1):
        near = profile[int(place) - reach : int(place) + reach + 1]
        penalty = 0.3 * (np.arange(len(near)) / reach - 1) ** 2
        inner.append(int(place) - reach + int(np.argmin(near + penalty)))
    lows = profile[np.array(inner, dtype=int)]
    return np.array([0.0, *map(float, inner), float(length)]), float(np.clip(-lows.mean(), 0, 1))


def _openings(
    shown: Image, lines: Floats, piers: Floats, per_px: tuple[float, float], height_m: float
) -> tuple[tuple[Opening, ...], float]:
    """Windows and doors in metres, and the share of cells that have a clear one.

    Each floor's cells are laid over one another, so that a sill and a lintel shared by the row outweigh curtains,
    railings and shadows of single windows; each cell then only answers whether it has one, and how wide.
    """
    strange = _strangeness(shown, piers)
    found: list[Opening] = []
    scores: list[float] = []
    for top, bottom in pairwise(lines):
        cells = [_cell(strange, top, bottom, a, b) for a, b in pairwise(piers)]
        shared, _ = _best_rectangle(np.median(np.stack(cells), axis=0).astype(np.float32), None)
        for cell, left, right in zip(cells, piers[:-1], piers[1:], strict=True):
            (u0, v0, u1, v1), score = _best_rectangle(cell, shared)
            scores.append(score)
            if score > CLEAR:
                x = [(left + (right - left) * u) * per_px[0] for u in (u0, u1)]
                z = [height_m - (top + (bottom - top) * v) * per_px[1] for v in (v1, v0)]
                found.append((float(x[0]), float(z[0]), float(x[1]), float(z[1])))
    return tuple(found), float(np.mean(np.array(scores) > CLEAR)) if scores else 0.0


def _strangeness(shown: Image, piers: Floats) -> Image:
    """How little each pixel looks like the piers at its height (rows, columns), 0..1.

    Cornices, string courses and railings cross the piers too, so they count as wall.
    """
    columns = shown.shape[1]
    half = max(2, int(0.13 * float(np.median(np.diff(piers)))))
    walls = []
    for x in piers:
        low, high = int(max(x - half, 0)), int(min(x + half, columns))
        walls.append(np.median(shown[:, low:high], axis=1))
    wall = cv2.blur(np.stack(walls, axis=1).astype(np.float32), (1, 3))
    column = np.arange(columns) + 0.5
    cell = np.clip(np.searchsorted(piers, column) - 1, 0, len(piers) - 2)
    left = np.abs(shown - wall[:, cell]).max(axis=2)
    right = np.abs(shown - wall[:, cell + 1]).max(axis=2)
    return np.asarray(np.clip(cv2.blur(np.minimum(left, right), (3, 3)) / 0.25, 0, 1), dtype=np.float32)


def _cell(strange: Image, top: float, bottom: float, left: float, right: float) -> Image:
    part = strange[int(top) : max(int(bottom), int(top) + 2), int(left) : max(int(right), int(left) + 2)]
    return np.asarray(cv2.resize(part, (CELL, CELL), interpolation=cv2.INTER_AREA))


def _best_rectangle(cell: Image, near: Opening | None) -> tuple[Opening, float]:
    """Rectangle (u0, v0, u1, v1) in shares of the cell whose inside stands out most from the rest; and its score.

    near: only rectangles with about these sills and jambs are tried.
    """
    total = cv2.integral(cell, sdepth=cv2.CV_64F)
    steps = np.arange(1, CELL, 1 if near else 2)
    a, b, c, d = np.meshgrid(steps, steps, steps, steps, indexing="ij", sparse=True)
    fits = (b - a >= 0.16 * CELL) & (d - c >= 0.22 * CELL) & (b - a <= 0.88 * CELL) & (d - c <= 0.94 * CELL)
    if near:
        for axis, value, slack in ((a, near[0], 4), (b, near[2], 4), (c, near[1], 2), (d, near[3], 2)):
            fits = fits & (np.abs(axis - value * CELL) <= slack)
    picked = np.nonzero(fits)
    if not len(picked[0]):
        return near or (0.25, 0.2, 0.75, 0.8), 0.0
    a, b, c, d = (steps[index] for index in picked)
    inside = total[d, b] - total[c, b] - total[d, a] + total[c, a]
    area = ((b - a) * (d - c)).astype(np.float64)
    rest = CELL * CELL - area
    contrast = inside / area - (total[-1, -1] - inside) / rest
    # Contrast times the root of both areas is the t-like score that prefers neither specks nor whole cells.
    score = contrast * np.sqrt(area * rest) / (CELL * CELL) * 2
    best = int(np.argmax(score))
    box = (float(a[best] / CELL), float(c[best] / CELL), float(b[best] / CELL), float(d[best] / CELL))
    return box, float(score[best])
