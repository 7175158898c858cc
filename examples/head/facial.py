"""Brows, lashes, beard and the down on the cheeks: short hairs that ride on the skin."""

from __future__ import annotations

import numpy as np
import paint
from eyes import lid_line
from hair import Bound, scatter, short, unit


def brow_density(identity, rest):
    """(V,) where brows grow."""
    u, v = paint.place(rest).T
    a = np.abs(u)
    middle = np.interp(a, [11, 20, 30, 38, 47, 53], [13.0, 15.5, 17.8, 18.5, 15.5, 11.5])
    half = np.interp(a, [9, 14, 30, 44, 54], [2.4, 3.6, 3.3, 2.2, 0.8]) * (0.8 + 0.35 * identity.male)
    inside = np.clip(1.25 - np.abs(v - middle) / half, 0, 1)
    return inside * np.clip((a - 9.5) / 3, 0, 1) * np.clip((55 - a) / 5, 0, 1) * (rest[:, 1] < 0.03)


def brows(identity, amounts, mesh, rest, points):
    rng = identity.rng("brows")
    roots = scatter(rng, mesh.skin, points, brow_density(identity, rest), int(1500 * (1 - 0.25 * amounts.thin)))
    at = roots.weigh(mesh.skin, rest)
    u, v = paint.place(at).T
    side, out = np.sign(u), np.clip((np.abs(u) - 11) / 36, 0, 1)
    rise = 1.5 * (1 - out) ** 2 - 0.45 * out + 0.35 * np.clip((15 - v) / 3, -1, 1)
    way = unit(np.stack([side * (0.45 + 0.6 * out), 0.25 * out, rise], 1) + rng.normal(0, 0.16, at.shape))
    length = rng.uniform(0.0055, 0.0095, len(at)) * (1 + 0.25 * amounts.dry * identity.male)
    strands = short(rng, roots, mesh.skin, points, way, length, rng.uniform(0.25, 0.5, len(at)))
    return Bound(roots, mesh.skin, points, strands), strands


def beard(identity, amounts, mesh, rest, points):
    rng = identity.rng("beard")
    u, v = paint.place(rest).T
    density = paint.beard(u, v) ** 1.4 * (rest[:, 1] < 0.075) * (rest[:, 2] > -0.122)
    full = identity.beard > 0.5
    roots = scatter(rng, mesh.skin, points, density, 15000 if full else 9000)
    at = roots.weigh(mesh.skin, rest)
    side = paint.place(at)[:, 0] / 60
    way = unit(np.stack([0.25 * side, 0.1 + 0 * side, -1 + 0 * side], 1) + rng.normal(0, 0.3, at.shape))
    length = rng.uniform(0.006, 0.014, len(at)) if full else rng.uniform(0.0012, 0.0028, len(at))
    strands = short(rng, roots, mesh.skin, points, way, length, rng.uniform(0.35, 0.8, len(at)))
    return Bound(roots, mesh.skin, points, strands), strands


def fuzz(identity, mesh, rest, points):
    """Down that catches the rim light; almost unseen otherwise."""
    rng = identity.rng("fuzz")
    u, v = paint.place(rest).T
    away = (np.abs(u) > 46) | (v < -30) | (v > 24)
    density = ((np.abs(u) < 118) & (v > -118) & (v < 66) & away & (rest[:, 1] < 0.09)) * (1 - paint.lips(u, v))
    roots = scatter(rng, mesh.skin, points, density.astype(float), 9000)
    way = unit(np.array([0, 0.3, -1.0]) + rng.normal(0, 0.35, (9000, 3)))
    strands = short(rng, roots, mesh.skin, points, way, rng.uniform(0.0012, 0.003, 9000), rng.uniform(0.6, 1, 9000), 4)
    return Bound(roots, mesh.skin, points, strands), strands


def lashes(identity, mesh, coarse, eyes):
    """Lashes of both eyes, (N,K,3), from the posed coarse mesh; few enough to be laid anew each frame."""
    rng = identity.rng("lashes")
    found = []
    for side, eye in zip("lr", eyes, strict=True):
        for which, count, length, sign in (("top", 150, 0.0082, 1.0), ("low", 70, 0.0045, -1.0)):
            line = coarse[lid_line(mesh, side, which)]
            found.append(_row(rng, line, eye, count, length * (0.85 + 0.35 * (1 - identity.male)), sign))
    return np.concatenate(found)


def _row(rng, line, eye, count, length, sign):
    s = np.linspace(0, 1, len(line))
    t = np.sort(rng.uniform(0.10, 0.98, count))
    root = np.stack([np.interp(t, s, line[:, k]) for k in range(3)], 1)
    out = unit(root - eye.centre)
    fan = unit(line[-1] - line[0]) * ((t - 0.42) * 0.9)[:, None]
    gather = np.round(t * count / 4) / (count / 4) - t
    lean = fan + unit(line[-1] - line[0]) * (gather * 6)[:, None] + rng.normal(0, 0.07, (count, 3))
    k = np.linspace(0, 1, 6)[None, :, None]
    up = np.array([0, 0, sign])
    first = unit(out * 1.0 + lean + up * (-0.1 if sign > 0 else 0.25))[:, None]
    path = first * k + up * (0.55 * k**2)
    reach = (length * rng.uniform(0.7, 1.1, count) * (0.6 + 0.4 * np.sin(np.pi * np.clip(t, 0, 1) ** 0.8)))[
        :, None, None
    ]
    return root[:, None] + path * reach
