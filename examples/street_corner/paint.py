"""Painted surfaces: weathered plaster, worn asphalt and the like, computed as images at about a centimetre a pixel.

Painting knows where sills and ledges are, so dirt runs from them; a shader's noise cannot know that.
All colours are scene-linear Rec.709 reflectances. Row 0 is the bottom (Blender's order). The fourth channel is
relief, 0.5 where flat.
"""

from __future__ import annotations

import numpy as np


def fbm(shape, feature_px, seed, *, beta=1.9, stretch=(1.0, 1.0)):
    """Cloudy noise spread over 0..1; features up to about `feature_px`, drawn out by less `stretch` (y, x)."""
    rng = np.random.default_rng(seed)
    fy = np.fft.fftfreq(shape[0])[:, None] * stretch[0]
    fx = np.fft.rfftfreq(shape[1])[None, :] * stretch[1]
    f = np.hypot(fy, fx)
    low = 1.0 / feature_px
    spectrum = 1.0 / (f * f + low * low) ** (beta / 2)
    noise = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(shape)) * spectrum, s=shape)
    noise = (noise - noise.mean()) / noise.std()
    return 1.0 / (1.0 + np.exp(-1.7 * noise))


def smooth(x, low, high):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _runs(shape, px, ledges, seed):
    """Dirt washed down from ledges: darkness 0..1."""
    rng = np.random.default_rng(seed)
    dark = np.zeros(shape)
    rows = np.arange(shape[0])[:, None] / px
    fine = fbm((1, shape[1]), 0.12 * px, seed + 1, beta=1.2)
    coarse = fbm((1, shape[1]), 0.7 * px, seed + 2)
    for u0, u1, z, power in ledges:
        a, b = (int(np.clip(v * px, 0, shape[1])) for v in (u0, u1))
        if b - a < 3:
            continue
        shift = rng.integers(0, shape[1])
        f, c = (np.roll(n, shift, 1)[:, a:b] for n in (fine, coarse))
        reach = 0.15 + 2.1 * smooth(c * 0.6 + f * 0.4, 0.45, 0.95) ** 1.3
        edge = np.minimum(np.arange(a, b) - a, b - 1 - np.arange(a, b)) / px
        reach = reach * (1 + 1.2 * np.exp(-edge / 0.06))[None] * rng.uniform(0.6, 1.3)
        below = z - rows
        run = np.where(below > 0, np.exp(-np.maximum(below, 0) / reach), 0) * (0.25 + 0.75 * smooth(f, 0.3, 0.8))
        veil = 0.55 * np.exp(-np.maximum(below, 0) / 0.35) * (below > 0) * smooth(c, 0.2, 0.8)
        dark[:, a:b] = np.maximum(dark[:, a:b], power * np.maximum(run, veil))
    return dark


def _bricks(shape, px, seed):
    """Old brickwork: colour (H,W,3) and how much is joint (H,W)."""
    rng = np.random.default_rng(seed)
    h, w = int(0.075 * px), int(0.24 * px)
    rows = np.arange(shape[0]) // h
    x = np.arange(shape[1])[None, :] + (rows % 2)[:, None] * (w // 2)
    tone = rng.uniform(0.55, 1.15, (rows.max() + 1, shape[1] // w + 3))[rows[:, None], x // w]
    joint = ((np.arange(shape[0]) % h < 0.18 * h)[:, None] | (x % w < 0.08 * w)).astype(float)
    brick = np.array([0.25, 0.125, 0.082]) * tone[..., None]
    return brick * (1 - joint[..., None]) + np.array([0.36, 0.31, 0.25]) * joint[..., None], joint


def _cracks(shape, px, starts, seed):
    """Hairlines wandering off from points (u, z, du, dz, length_m)."""
    rng = np.random.default_rng(seed)
    ink = np.zeros(shape)
    for u, z, du, dz, length in starts:
        at, heading = np.array([u, z]) * px, np.arctan2(dz, du)
        for step in range(int(length * px)):
            heading += rng.normal(0, 0.22)
            heading += 0.04 * (np.arctan2(dz, du) - heading)
            at = [*at, np.cos(heading), np.sin(heading)]
            r, c = int(at[1]), int(at[0])
            if 1 <= r < shape[0] - 1 and 1 <= c < shape[1] - 1:
                ink[r, c] = 1.0
                ink[r, c + 1] = max(ink[r, c + 1], 0.6 * (1 - step / (length * px)))
    return ink


def plaster(width_m, z0, z1, colour, ledges, *, seed, px=80, losses=(), patches=(), cracks=(), damp=()):
    """A weathered rendered wall (H,W,4) covering 0..width_m by z0..z1.

    ledges: (u0, u1, z, power); losses: (u, z, radius_m) where the plaster has fallen off; patches: (u0, u1, z0, z1,
    factor) repaired areas; cracks: see `_cracks`; damp: (u, z, half width, half height, power) stains; all in
    wall metres.
    """
    shape = (int((z1 - z0) * px), int(width_m * px))
    u = (np.arange(shape[1])[None, :] + 0.5) / px
    z = (np.arange(shape[0])[:, None] + 0.5) / px + z0
    wide, mid, small = (fbm(shape, s * px, seed + i) for i, s in enumerate((5.0, 0.8, 0.1)))
    streaky = fbm(shape, 1.2 * px, seed + 5, stretch=(7.0, 0.9))
    base = np.asarray(colour)[None, None] * (0.80 + 0.22 * wide + 0.12 * mid + 0.10 * (small - 0.5))[..., None]
    bleach = smooth(wide * 0.5 + mid * 0.5, 0.5, 0.85)[..., None]
    base = base * (1 - 0.25 * bleach) + 0.25 * bleach * np.array([0.60, 0.55, 0.46])
    for a, b, c, d, factor in patches:
        soft = np.minimum(np.minimum(u - a, b - u), np.minimum(z - c, d - z)) + 0.10 * (mid - 0.5)
        base *= 1 + (factor - 1) * smooth(soft, 0, 0.02)[..., None]
    dark = _runs(shape, px, [(a, b, c - z0, p) for a, b, c, p in ledges], seed + 9)
    dark = np.maximum(dark, 0.42 * smooth(streaky, 0.5, 0.95) * smooth(wide, 0.2, 0.7))
    for a, b, du, dz, power in damp:
        reach = 1.25 - np.hypot((u - a) / du, (z - b) / dz) + 0.9 * (mid - 0.5) + 0.5 * (streaky - 0.5)
        dark = np.maximum(dark, power * smooth(reach, 0.0, 0.75))
    dirt = np.clip(dark * (0.75 + 0.6 * mid), 0, 1)[..., None]
    base = base * (1 - 0.80 * dirt) + 0.22 * dirt * np.array([0.115, 0.10, 0.083])
    relief = 0.5 + 0.10 * (mid - 0.5) + 0.12 * (small - 0.5)
    lines = _cracks(shape, px, [(a, b - z0, c, d, e) for a, b, c, d, e in cracks], seed + 11)
    base *= (1 - 0.55 * lines)[..., None]
    for k, (a, b, r) in enumerate(losses):
        edge = fbm(shape, 0.5 * px, seed + 20 + k)
        gone = smooth(r * (0.4 + 1.2 * edge) - np.hypot((u - a) / 1.3, z - b), 0, 0.03)
        brick, joint = _bricks(shape, px, seed + 30 + k)
        rim = gone * (1 - gone) * 4
        base = base * (1 - gone[..., None]) + brick * gone[..., None]
        base *= (1 - 0.35 * rim)[..., None]
        relief = relief * (1 - gone) + gone * (0.2 - 0.06 * joint)
    return np.dstack([np.clip(base, 0.01, 0.9), np.clip(relief, 0, 1)]).astype(np.float32)


def asphalt(x0, x1, y0, y1, *, seed, px=28, wheel_y=(), wheel_x=(), patches=(), stripes=()):
    """A worn carriageway (H,W,4): tyre-polished lanes, trench patches, sealed cracks, oil, worn paint."""
    shape = (int((y1 - y0) * px), int((x1 - x0) * px))
    x = (np.arange(shape[1])[None, :] + 0.5) / px + x0
    y = (np.arange(shape[0])[:, None] + 0.5) / px + y0
    wide, mid, small = (fbm(shape, s * px, seed + i) for i, s in enumerate((6.0, 1.0, 0.15)))
    tone = 0.105 + 0.045 * wide + 0.03 * (mid - 0.5) + 0.03 * (small - 0.5)
    for w in wheel_y:
        tone += 0.016 * np.exp(-(((y - w + 0.3 * (wide - 0.5)) / 0.35) ** 2)) * (x < 18.5)
    for w in wheel_x:
        tone += 0.012 * np.exp(-(((x - w) / 0.35) ** 2)) * (y > -2)
    relief = np.full(shape, 0.5) + 0.2 * (small - 0.5)
    for a, b, c, d, factor in patches:
        inside = smooth(np.minimum(np.minimum(x - a, b - x), np.minimum(y - c, d - y)) + 0.05 * (mid - 0.5), 0, 0.05)
        seam = inside * (1 - inside) * 4
        tone = tone * (1 + (factor - 1) * inside) * (1 - 0.45 * seam)
        relief += 0.08 * inside
    for k in range(3):
        ridge = np.abs(fbm(shape, (2.5 + 2 * k) * px, seed + 40 + k) - 0.5)
        sealed = 1 - smooth(ridge, 0.002, 0.008)
        tone *= 1 - 0.5 * sealed * smooth(mid, 0.45, 0.6)
    rgb = tone[..., None] * np.array([1.0, 0.975, 0.93])
    wear = smooth(mid * 0.55 + small * 0.45, 0.42, 0.62)
    for a, b, c, d in stripes:
        inside = (x > a) & (x < b) & (y > c) & (y < d)
        cover = (inside * (0.12 + 0.8 * wear))[..., None]
        rgb = rgb * (1 - cover) + cover * np.array([0.58, 0.57, 0.53])
    stain = smooth(fbm(shape, 1.4 * px, seed + 60), 0.80, 0.97)[..., None]
    rgb = rgb * (1 - 0.45 * stain)
    return np.dstack([np.clip(rgb, 0.01, 0.9), np.clip(relief, 0, 1)]).astype(np.float32)
