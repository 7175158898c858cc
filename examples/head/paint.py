"""Paints on the canonical face: lines along the folds as heights, redness, pigment, lips and stubble as masks.

The canvas is the mean face unrolled round an upright axis: u to its left and v up, millimetres, (0, 0) between the
eyes. A point of the head keeps its place on the canvas in every identity, age and expression.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

AXIS_Y, ROUND_MM = 0.075, 90.0
WIDE_MM, LOW_MM, HIGH_MM = 180.0, -170.0, 130.0
STEP_MM = 0.2


def place(rest):
    """(u, v) mm on the canvas of canonical points (N,3) in metres."""
    angle = np.arctan2(rest[:, 0], AXIS_Y - rest[:, 1])
    return np.stack([angle * ROUND_MM, rest[:, 2] * 1000], 1)


def size(step=STEP_MM):
    return int((HIGH_MM - LOW_MM) / step), int(2 * WIDE_MM / step)


def grid(step):
    """Coarse u and v over the whole canvas, row 0 at the bottom as Blender's images have it."""
    h, w = size(step)
    v, u = np.mgrid[:h, :w]
    return (u + 0.5) * step - WIDE_MM, (v + 0.5) * step + LOW_MM


def grown(image, shape):
    """An image resampled bilinearly onto a larger shape."""
    y = np.clip((np.arange(shape[0]) + 0.5) * image.shape[0] / shape[0] - 0.5, 0, image.shape[0] - 1.001)
    x = np.clip((np.arange(shape[1]) + 0.5) * image.shape[1] / shape[1] - 0.5, 0, image.shape[1] - 1.001)
    i, j = y.astype(int), x.astype(int)
    fy, fx = (y - i)[:, None], (x - j)[None]
    rows = image[i] * (1 - fy) + image[i + 1] * fy
    return (rows[:, j] * (1 - fx) + rows[:, j + 1] * fx).astype(np.float32)


def noise(rng, shape, cell_mm, step=STEP_MM, octaves=3):
    """Smooth noise of about unit deviation with a cell size in millimetres."""
    total, weight = np.zeros(shape, np.float32), 0.0
    for k in range(octaves):
        cell = cell_mm / step / 2**k
        coarse = rng.standard_normal((int(shape[0] / cell) + 3, int(shape[1] / cell) + 3))
        total += 0.5**k * grown(coarse, shape)
        weight += 0.25**k
    return total / np.float32(0.62 * np.sqrt(weight))


@dataclass(frozen=True)
class Fold:
    """A line in the skin: way (K,2) mm, depth and half width mm; `smile` is how much deeper a smile makes it."""

    way: tuple
    depth: float
    width: float
    smile: float = 0.0
    wander: float = 0.5
    geometry: float = 0.0  # depth of the broad fold under it, mm


def mirrored(folds):
    return [Fold(tuple((-u, v) for u, v in f.way), *(f.depth, f.width, f.smile, f.wander, f.geometry)) for f in folds]


def forehead(rng):
    found = []
    for v in (26, 33.5, 41, 48.5, 56):
        lean, tall = rng.normal(0, 1.2), rng.uniform(1.5, 4.5)
        ends = sorted(rng.uniform(22, 48, 2) * (-1, 1))
        way = [(u, v + lean * u / 40 + tall * np.cos(u / 14) * np.exp(-((u / 34) ** 2))) for u in np.linspace(*ends, 9)]
        found.append(Fold(tuple(way), rng.uniform(0.26, 0.5), rng.uniform(0.75, 1.15), 0.0, 1.3, 0.12))
    return found


def fixed():
    """Folds of one side (its left) whose place is the same on everybody, before wander."""
    crow = [
        ((44, 3), (51, 9), (61, 14)),
        ((45, 0), (53, 3), (64, 5)),
        ((45, -3), (53, -4), (63, -6)),
        ((44, -6), (51, -11), (58, -17)),
        ((42, -8), (47, -15), (52, -23)),
    ]
    lip = [
        ((u, -58.5 - abs(u) * 0.15), (u * 1.05, -54), (u * 1.12, -50 + abs(u) * 0.06))
        for u in (2.6, 5.4, 8.6, 11.7, 15, 18)
    ]
    low = [((u, -80.5 + abs(u) * 0.2), (u * 1.03, -84)) for u in (3.5, 8, 13)]
    return [
        *(Fold(w, 0.21, 0.55, 1.1, 0.6) for w in crow),
        *(Fold(w, 0.17, 0.42, 0.0, 0.5) for w in lip),
        *(Fold(w, 0.12, 0.45, 0.0, 0.5) for w in low),
        Fold(((5, 6), (5.3, 12), (7, 20), (9.5, 29)), 0.3, 1.0, 0, 0.8, 0.15),
        Fold(((17, -8), (22, -12.5), (29, -14.5), (37, -12.5), (42, -8)), 0.32, 0.7, 0.6, 0.5, 0.35),
        Fold(((16, -9.5), (21, -15), (27, -19), (34, -21.5)), 0.30, 0.9, 0.3, 0.7, 0.6),
        Fold(((21, -8.5), (28, -10.5), (36, -9)), 0.2, 0.45, 0.6, 0.5),
        Fold(((36, -20), (43, -18), (50, -14)), 0.2, 0.7, 0.8, 0.8, 0.3),
        Fold(((17, 6.5), (22, 9), (30, 10.2), (38, 8.5), (45, 3.5)), 0.35, 0.7, 0.0, 0.4, 0.25),
        Fold(((16.5, -34), (20, -40), (24.5, -47), (28, -55), (30, -63), (30.5, -69)), 0.55, 1.2, 0.45, 0.7, 1.1),
        Fold(((22.5, -69), (24.5, -75), (26, -83), (26.5, -91)), 0.5, 1.0, 0.0, 0.8, 0.9),
        Fold(((28, -71), (31, -78), (33, -84)), 0.18, 0.6, 1.0, 1.0, 0.1),
        Fold(((36, -50), (38.5, -58), (39, -67), (38, -76)), 0.16, 0.6, 1.3, 1.2, 0.35),
        Fold(((45, -42), (48, -52), (48, -63), (46, -74)), 0.12, 0.55, 0.8, 1.4, 0.15),
        Fold(((56, -38), (59, -50), (59, -62)), 0.10, 0.5, 0.4, 1.6, 0.0),
        Fold(((104, -8), (106, -20), (105, -32)), 0.2, 0.7, 0.0, 1.5, 0.1),
        Fold(((8, -112), (13, -125), (17, -140)), 0.25, 1.8, 0.0, 1.5, 0.8),
    ]


def middle():
    """Folds across the middle."""
    return [
        Fold(((-9, 1.5), (0, 3), (9, 1.5)), 0.38, 0.8, 0.0, 0.5, 0.2),
        Fold(((-7, -3), (0, -1.5), (7, -3)), 0.2, 0.6, 0.3, 0.5),
        Fold(((-15, -86.5), (-8, -84.5), (0, -83.8), (8, -84.5), (15, -86.5)), 0.3, 1.2, 0.0, 0.6, 0.4),
        Fold(((-70, -112), (-35, -121), (0, -124), (35, -121), (70, -112)), 0.42, 1.2, 0.0, 2.0, 0.5),
        Fold(((-65, -128), (-30, -137), (0, -139), (30, -137), (65, -128)), 0.36, 1.2, 0.0, 2.5, 0.4),
    ]


def folds(identity):
    """All lines of an identity, places wandered by its own seed."""
    rng = identity.rng("folds")
    found = [*forehead(rng), *middle(), *fixed(), *mirrored(fixed())]
    return [_wandered(fold, rng) for fold in found]


def _wandered(fold, rng):
    way = np.asarray(fold.way, float)
    way = way + rng.normal(0, 0.55 * fold.wander, 2) + rng.normal(0, 0.4 * fold.wander, way.shape)
    grow = float(np.exp(rng.normal(0, 0.28)))
    return Fold(
        tuple(map(tuple, way)),
        fold.depth * grow,
        fold.width * rng.uniform(0.85, 1.2),
        fold.smile,
        0.0,
        fold.geometry * grow,
    )


def spline(way, count=90):
    """Points (count,2) along a Catmull-Rom curve through (K,2)."""
    way = np.asarray(way, float)
    p = np.concatenate([2 * way[:1] - way[1:2], way, 2 * way[-1:] - way[-2:-1]])
    t = np.linspace(0, len(way) - 1 - 1e-6, count)
    i, f = t.astype(int), (t % 1)[:, None]
    a, b, c, d = (p[i + k] for k in range(4))
    return b + 0.5 * f * (c - a + f * (2 * a - 5 * b + 4 * c - d + f * (3 * (b - c) + d - a)))


def groove(height, fold, rng, depth, width, step=STEP_MM):
    """Cut a fold's cross-section, a groove between two soft shoulders, into a height map in millimetres."""
    line = spline(fold.way)
    pad = 5 * width
    low, high = line.min(0) - pad, line.max(0) + pad
    x0, y0 = np.maximum(((low - (-WIDE_MM, LOW_MM)) / step).astype(int), 0)
    x1, y1 = ((high - (-WIDE_MM, LOW_MM)) / step).astype(int) + 1
    part = height[y0:y1, x0:x1]
    v, u = np.mgrid[: part.shape[0], : part.shape[1]]
    u, v = (u + x0 + 0.5) * step - WIDE_MM, (v + y0 + 0.5) * step + LOW_MM
    best, along = np.full(part.shape, 1e9), np.zeros(part.shape)
    for k in range(len(line)):
        d = (u - line[k, 0]) ** 2 + (v - line[k, 1]) ** 2
        nearer = d < best
        best[nearer], along[nearer] = d[nearer], k / (len(line) - 1)
    d = np.sqrt(best) / width
    uneven = np.interp(along, np.linspace(0, 1, 9), np.clip(1 + 0.3 * rng.standard_normal(9), 0.3, 1.6))
    taper = np.clip(along / 0.22, 0, 1) * np.clip((1 - along) / 0.22, 0, 1)
    part += depth * uneven * taper * (0.36 * np.exp(-(((d - 2.1) / 1.3) ** 2)) - np.exp(-(d**1.5)))


def heights(identity):
    """(lines, smile lines, broad folds) in millimetres at full age; the last on a coarse canvas for the geometry."""
    lines, smile = np.zeros(size(), np.float32), np.zeros(size(), np.float32)
    broad = np.zeros(size(0.6), np.float32)
    for k, fold in enumerate(folds(identity)):
        rng = identity.rng(f"fold {k}")
        groove(lines, fold, rng, fold.depth, fold.width)
        if fold.smile:
            groove(smile, fold, identity.rng(f"fold {k}"), fold.depth * fold.smile, 1.15 * fold.width)
        if fold.geometry:
            groove(broad, fold, identity.rng(f"fold {k}"), fold.geometry, max(2.2, 2.4 * fold.width), 0.6)
    lines += crepe(identity)
    return lines, smile, broad


def crepe(identity):
    """Fine crossed creases of thin old skin: under the eyes, on cheeks and neck."""
    u, v = grid(1.2)
    thin = blob(np.abs(u), v, 30, -15, 17, 9) + 0.55 * blob(np.abs(u), v, 52, -50, 30, 40) + 0.8 * (v < -108)
    rng, shape = identity.rng("crepe"), size()
    stretched = [noise(rng, shape, 2.2, octaves=2), noise(rng, shape, 1.5, octaves=2)]
    creased = sum(-np.exp(-np.abs(n) * 4.0) for n in stretched)
    return (0.075 * grown(np.clip(thin, 0, 1.2), shape) * creased).astype(np.float32)


def blob(u, v, at_u, at_v, wide, tall):
    return np.exp(-(((u - at_u) / wide) ** 2) - ((v - at_v) / tall) ** 2)


def redness(u, v):
    """Where blood shows: cheeks, nose, ears, chin, lids."""
    a = np.abs(u)
    found = 0.75 * blob(a, v, 44, -30, 22, 20) + 0.9 * blob(a, v, 6, -39, 13, 11) + 0.9 * blob(a, v, 137, -22, 16, 30)
    found += 0.35 * blob(a, v, 0, -94, 17, 10) + 0.55 * blob(a, v, 30, -5, 15, 7) + 0.3 * blob(a, v, 0, 6, 10, 10)
    return found + 0.5 * blob(a, v, 0, -138, 50, 25) + 0.5 * blob(a, v, 17, -38, 5, 8)


def shade(u, v):
    """Where skin is darker: round the eyes, beside the nose, the temples a little."""
    a = np.abs(u)
    return 0.8 * blob(a, v, 24, -11, 12, 6.5) + 0.5 * blob(a, v, 29, 6, 14, 5) + 0.45 * blob(a, v, 16, -2, 5, 8)


def lips(u, v):
    """Soft mask of the lips' red."""
    a = np.abs(u)
    top = np.interp(a, [0, 2, 5.5, 12, 18, 22], [-61.2, -60.6, -59.4, -62.0, -65.6, -68])
    low = np.interp(a, [0, 6, 12, 18, 22], [-79.3, -78.8, -76.2, -71.6, -68])
    inside = np.minimum(top - v, v - low)
    return np.clip(inside / 1.1 + 0.45, 0, 1) * (a < 23)


def beard(u, v):
    """Where a beard grows."""
    a = np.abs(u)
    upper = np.interp(a, [0, 9, 18, 24, 31, 48, 75, 95, 112], [-49, -47.5, -48, -54, -62, -55, -38, -14, 2])
    lower = np.interp(a, [0, 40, 80, 112], [-130, -124, -100, -70])
    found = np.clip((upper - v) / 7 + 0.4, 0, 1) * np.clip((v - lower) / 14, 0, 1) * np.clip((118 - a) / 6, 0, 1)
    bare = blob(a, v, 0, -84, 5, 3) * 0.4 + 0.75 * blob(a, v, 15, -86, 5, 6)
    philtrum = 0.3 * blob(a, v, 0, -54, 2.5, 6)
    return np.clip(found - bare - philtrum, 0, 1) * (1 - lips(u, v))


def oily(u, v):
    a = np.abs(u)
    return (
        blob(a, v, 0, -25, 12, 24)
        + 0.8 * blob(a, v, 0, 38, 34, 20)
        + 0.4 * blob(a, v, 0, -94, 12, 8)
        + 0.4 * blob(a, v, 40, -22, 14, 10)
    )


def pigment(identity, amounts):
    """Moles, freckles and age spots: how much of the light is kept, (h,w,3) at full canvas size."""
    shape = size()
    kept = np.ones((*shape, 3), np.float32)
    rng = identity.rng("freckles")
    marks = [(m.u_mm, m.v_mm, m.radius_mm, m.dark, 0.42, 0) for m in identity.moles]
    for _ in range(int(420 * identity.freckles)):
        marks.append((rng.normal(0, 38), rng.normal(-20, 22), rng.uniform(0.35, 0.9), rng.uniform(0.1, 0.35), 0.35, 1))
    rng = identity.rng("spots")
    for _ in range(46):
        at, r, dark = (rng.normal(0, 62), rng.uniform(-70, 72)), rng.gamma(2.2, 0.9) + 0.7, rng.uniform(0.12, 0.42)
        if abs(at[0]) > 34 or at[1] > 22:
            marks.append((*at, r, dark * amounts.spots, 0.45, 2))
    wobble = noise(identity.rng("edges"), shape, 2.0)
    for u, v, r, dark, edge, _ in marks:
        _stamp(kept, wobble, u, v, r, dark, edge)
    return kept


def _stamp(kept, wobble, u, v, radius, dark, edge):
    reach = 2.2 * radius
    x0, x1 = (int((u + s * reach + WIDE_MM) / STEP_MM) for s in (-1, 1))
    y0, y1 = (int((v + s * reach - LOW_MM) / STEP_MM) for s in (-1, 1))
    if x0 < 0 or y0 < 0 or x1 >= kept.shape[1] or y1 >= kept.shape[0] or dark <= 0:
        return
    y, x = np.mgrid[y0:y1, x0:x1]
    d = np.hypot((x + 0.5) * STEP_MM - WIDE_MM - u, (y + 0.5) * STEP_MM + LOW_MM - v) / radius
    inside = np.clip((1 + 0.22 * wobble[y0:y1, x0:x1] - d) / edge + 0.5, 0, 1)[..., None]
    kept[y0:y1, x0:x1] *= 1 - dark * inside * np.array([0.72, 0.88, 0.97], np.float32)


def relief_of_moles(identity):
    """Moles' own height, mm, full canvas."""
    height = np.zeros(size(), np.float32)
    for m in identity.moles:
        if m.radius_mm > 1.1:
            r = int(2 * m.radius_mm / STEP_MM)
            i, j = int((m.v_mm - LOW_MM) / STEP_MM), int((m.u_mm + WIDE_MM) / STEP_MM)
            y, x = np.mgrid[-r : r + 1, -r : r + 1] * STEP_MM / m.radius_mm
            height[i - r : i + r + 1, j - r : j + r + 1] += 0.28 * np.clip(1 - x**2 - y**2, 0, 1)
    return height


def sampled(canvas, uv_mm, step):
    """A canvas read at (N,2) millimetres, bilinear."""
    x = np.clip((uv_mm[:, 0] + WIDE_MM) / step - 0.5, 0, canvas.shape[1] - 1.001)
    y = np.clip((uv_mm[:, 1] - LOW_MM) / step - 0.5, 0, canvas.shape[0] - 1.001)
    i, j = y.astype(int), x.astype(int)
    fy, fx = y - i, x - j
    top = canvas[i, j] * (1 - fx) + canvas[i, j + 1] * fx
    low = canvas[i + 1, j] * (1 - fx) + canvas[i + 1, j + 1] * fx
    return top * (1 - fy) + low * fy
