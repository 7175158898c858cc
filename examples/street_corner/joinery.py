"""What fills a wall's openings: sashes, panes, curtains, shutters, doors, shopfronts, grilles and the rooms behind."""

from __future__ import annotations

import itertools

import numpy as np
from shapes import Frame, box, boxes, hulls, quad, reveal, sheet

GLASS = -0.19  # how far the panes sit behind the wall's face


def turned(at: Frame, u, o, z, angle_deg) -> Frame:
    """A frame hinged at (u, o, z) of a wall and swung outwards by an angle."""
    a = np.radians(angle_deg)
    along = np.cos(a) * at.u + np.sin(a) * at.out
    out = -np.sin(a) * at.u + np.cos(a) * at.out
    return Frame(at.world([(u, o, z)])[0], along, out)


def pane(soup, at, u, z, rng, tilt=0.006, out=GLASS):
    """One sheet of glass, never quite in plane with its neighbours."""
    a, b = rng.normal(0, tilt, 2)
    half_u, half_z = (u[1] - u[0]) / 2, (z[1] - z[0]) / 2
    corners = [
        (u[i], out + a * half_u * (2 * i - 1) + b * half_z * (2 * j - 1), z[j])
        for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))
    ]
    quad(soup, "glass", at, corners, rng.uniform())


def leaf(soup, at, w, h, rng, rows, tint, kick=0.0):
    """A glazed casement leaf standing at the frame's origin, w wide, h high."""
    s = 0.055
    boxes(
        soup,
        "joinery",
        at,
        [
            (0, s, -0.02, 0.025, 0, h),
            (w - s, w, -0.02, 0.025, 0, h),
            (s, w - s, -0.02, 0.025, h - s, h),
            (s, w - s, -0.02, 0.025, 0, s + kick),
        ],
        tint,
    )
    z = np.linspace(s + kick, h - s, rows + 1)
    for z0, z1 in itertools.pairwise(z):
        pane(soup, at, (s, w - s), (z0, z1), rng, out=0.0)
    for bar in z[1:-1]:
        box(soup, "joinery", at, (s, w - s), (-0.015, 0.02), (bar - 0.014, bar + 0.014), tint)


def casement(soup, at, hole, rng, *, rows=3, tint=0.7, ajar=0.0, kick=0.0):
    """A pair of leaves under a transom light, in a frame set back in the wall."""
    u0, u1, z0, z1 = hole.u0, hole.u1, hole.z0, hole.z1
    f, o = 0.06, (GLASS - 0.05, GLASS + 0.02)
    split = z1 - 0.28 * (z1 - z0) if z1 - z0 > 1.9 else z1 - f
    boxes(
        soup,
        "joinery",
        at,
        [(u0, u0 + f, *o, z0, z1), (u1 - f, u1, *o, z0, z1), (u0, u1, *o, z1 - f, z1), (u0, u1, *o, z0, z0 + f)],
        tint,
    )
    if split < z1 - 2 * f:
        box(soup, "joinery", at, (u0, u1), (o[0], o[1] + 0.02), (split - 0.035, split + 0.035), tint)
        pane(soup, at, (u0 + f, (u0 + u1) / 2), (split, z1 - f), rng)
        pane(soup, at, ((u0 + u1) / 2, u1 - f), (split, z1 - f), rng)
        box(soup, "joinery", at, ((u0 + u1) / 2 - 0.014, (u0 + u1) / 2 + 0.014), o, (split, z1 - f), tint)
    half, h = (u1 - u0) / 2 - f, split - z0 - f - 0.02
    left = turned(at, u0 + f, GLASS, z0 + f, -ajar)
    right = turned(at, u1 - f, GLASS, z0 + f, 180 + ajar * 0.6)
    leaf(soup, left, half, h, rng, rows, tint, kick)
    mirrored = Frame(right.origin, right.u, -right.out)
    leaf(soup, mirrored, half, h, rng, rows, tint, kick)


def room(soup, at, hole, rng, *, depth=3.4, shop=False):
    """The dark behind the glass: five walls, so that reflections have something to hide."""
    u0, u1 = hole.u0 - 0.7, hole.u1 + 0.7
    z0, z1 = hole.z0 - (0.05 if hole.z0 < 0.2 or hole.kind == "french" else 0.8), hole.z1 + 0.35
    o0, o1 = -depth, GLASS - 0.08
    tint = rng.uniform(0.1, 0.9)
    ring = [(u0, z0), (u1, z0), (u1, z1), (u0, z1)]
    for (ua, za), (ub, zb) in zip(ring, ring[1:] + ring[:1], strict=True):
        quad(soup, "room", at, [(ua, o0, za), (ub, o0, zb), (ub, o1, zb), (ua, o1, za)], tint)
    quad(soup, "room", at, [(u0, o0, z0), (u1, o0, z0), (u1, o0, z1), (u0, o0, z1)], tint)
    furnish(soup, at, (u0, u1), (o0, o1), (z0, z1), rng, shop)


def furnish(soup, at, u, o, z, rng, shop):
    """Shelves of goods in a shop; a cupboard, a picture or a lamp in a room."""
    if shop:
        for shelf in np.arange(z[0] + 0.5, z[1] - 0.6, 0.42):
            box(soup, "goods", at, u, (o[0], o[0] + 0.4), (shelf - 0.03, shelf), 0.3)
            left = u[0] + 0.1
            while left < u[1] - 0.2:
                w = rng.uniform(0.06, 0.22)
                box(
                    soup,
                    "goods",
                    at,
                    (left, left + w),
                    (o[0] + 0.05, o[0] + 0.32),
                    (shelf, shelf + rng.uniform(0.12, 0.33)),
                    rng.uniform(),
                )
                left += w + rng.uniform(0.0, 0.06)
        box(soup, "goods", at, (u[0] + 0.7, u[1] - 0.9), (o[1] - 1.2, o[1] - 0.7), (z[0], z[0] + 0.95), 0.35)
        return
    w = rng.uniform(0.5, 1.2)
    left = rng.uniform(u[0], u[1] - w)
    box(
        soup,
        "goods",
        at,
        (left, left + w),
        (o[0], o[0] + 0.5),
        (z[0], z[0] + rng.uniform(0.9, 2.0)),
        rng.uniform(0.0, 0.5),
    )
    p = rng.uniform(u[0] + 0.2, u[1] - 0.8)
    box(soup, "goods", at, (p, p + 0.5), (o[0], o[0] + 0.03), (z[1] - 1.3, z[1] - 0.75), rng.uniform())


def drape(soup, at, u0, u1, z0, z1, rng, *, material="curtain", out=None, folds=None):
    """A hanging curtain with folds that deepen towards the hem."""
    out = GLASS - 0.14 if out is None else out
    cols, rows = max(8, int((u1 - u0) / 0.018)), 10
    u, z = np.linspace(u0, u1, cols), np.linspace(z0, z1, rows)
    folds = folds or (u1 - u0) / rng.uniform(0.07, 0.12)
    phase = rng.uniform(0, 6.28) + 0.6 * np.sin(np.linspace(0, rng.uniform(3, 9), cols))
    deep = np.linspace(1.0, 0.55, rows)[:, None] * 0.028
    points = np.empty((rows, cols, 3))
    points[..., 0] = u[None] + 0.02 * np.sin(3 * z[:, None] + phase)
    points[..., 1] = out + deep * np.sin(2 * np.pi * folds * (u - u0) / (u1 - u0) + phase)[None]
    points[..., 2] = z[:, None]
    sheet(soup, material, at.world(points.reshape(-1, 3)).reshape(points.shape), rng.uniform())


def curtains(soup, at, hole, rng):
    """Dress a window: drapes to the sides, a net, a half-lowered blind, or nothing."""
    u0, u1, z0, z1 = hole.u0 + 0.03, hole.u1 - 0.03, hole.z0 + 0.02, hole.z1 - 0.02
    kind, w = rng.choice(["drapes", "net", "blind", "nets", "bare", "drapes"]), u1 - u0
    if kind == "drapes":
        a, b = rng.uniform(0.14, 0.42, 2) * w
        drape(soup, at, u0, u0 + a, z0, z1, rng)
        drape(soup, at, u1 - b, u1, z0, z1, rng)
    elif kind == "net":
        drape(soup, at, u0, u1, z0, z1, rng, material="net")
    elif kind == "nets":
        gap = rng.uniform(0.05, 0.5)
        drape(soup, at, u0, u0 + (w - gap) / 2, z0, z1, rng, material="net")
        drape(soup, at, u1 - (w - gap) / 2, u1, z0, z1, rng, material="net")
    elif kind == "blind":
        drop = rng.uniform(0.2, 0.8)
        quad(
            soup,
            "curtain",
            at,
            [
                (u, GLASS - 0.1, z)
                for u, z in ((u0, z1 - drop * (z1 - z0)), (u1, z1 - drop * (z1 - z0)), (u1, z1), (u0, z1))
            ],
            rng.uniform(),
        )


def shutter(soup, at, w, h, rng, tint, paint="shutter"):
    """A louvred leaf at the frame's origin."""
    s, t = 0.06, 0.036
    mid = h * 0.46
    boxes(
        soup,
        paint,
        at,
        [
            (0, s, 0, t, 0, h),
            (w - s, w, 0, t, 0, h),
            (s, w - s, 0, t, 0, 0.09),
            (s, w - s, 0, t, h - 0.07, h),
            (s, w - s, 0, t, mid - 0.04, mid + 0.04),
        ],
        tint,
    )
    for z0, z1 in ((0.09, mid - 0.04), (mid + 0.04, h - 0.07)):
        z = np.arange(z0, z1 - 0.03, 0.045)
        z = z[rng.uniform(size=len(z)) > 0.012]
        n = len(z)
        ring = np.empty((n, 8, 3))
        ring[:, :, 0] = [s, w - s, w - s, s, s, w - s, w - s, s]
        ring[:, :, 1] = [0.0, 0.0, 0.008, 0.008, t - 0.008, t - 0.008, t, t]
        ring[:, :, 2] = (
            z[:, None] + np.array([0.045, 0.045, 0.05, 0.05, 0, 0, 0.005, 0.005]) + rng.normal(0, 0.002, (n, 1))
        )
        hulls(soup, paint, at, ring, np.clip(tint + rng.normal(0, 0.06, n), 0, 1))


def shutters(soup, at, hole, rng, state, paint="shutter"):
    """A pair of shutters: 'open' folded on the wall, 'closed', 'ajar', or one of each ('odd')."""
    w, h, z = (hole.u1 - hole.u0) / 2 - 0.004, hole.z1 - hole.z0 - 0.02, hole.z0 + 0.01
    tint = np.clip(rng.normal(0.5, 0.15), 0, 1)
    swing = {"open": (173, 171), "closed": (0, 0), "ajar": (rng.uniform(18, 55), rng.uniform(10, 60)), "odd": (172, 0)}[
        state
    ]
    left, right = (np.array(swing) + rng.normal(0, 2.0, 2)).clip(0, 178)
    out = 0.055
    shutter(soup, turned(at, hole.u0, out, z, left), w, h, rng, tint, paint)
    hinge = turned(at, hole.u1, out, z, 180 - right)
    shutter(soup, Frame(hinge.origin, hinge.u, -hinge.out), w, h, rng, tint + rng.normal(0, 0.03), paint)


def grille(soup, at, hole):
    """Iron bars before a ground-floor window."""
    u = np.linspace(hole.u0, hole.u1, 11)[1:-1]
    spans = [(a - 0.009, a + 0.009, 0.0, 0.018, hole.z0, hole.z1) for a in u]
    for z in np.linspace(hole.z0 + 0.12, hole.z1 - 0.12, 4):
        spans.append((hole.u0 - 0.04, hole.u1 + 0.04, -0.004, 0.022, z - 0.016, z + 0.016))
    boxes(soup, "iron", at, spans)


def door(soup, at, hole, rng):
    """A panelled double door under a fanlight, up one worn step."""
    u0, u1, z1 = hole.u0, hole.u1, hole.z1
    split, o, mid = 2.5, GLASS - 0.04, (hole.u0 + hole.u1) / 2
    box(soup, "granite", at, (u0 - 0.1, u1 + 0.1), (-0.3, 0.16), (0, 0.14), 0.4)
    boxes(
        soup,
        "door",
        at,
        [
            (u0, u0 + 0.08, o, o + 0.1, 0.14, z1),
            (u1 - 0.08, u1, o, o + 0.1, 0.14, z1),
            (u0, u1, o, o + 0.12, split, split + 0.12),
            (u0, u1, o, o + 0.1, z1 - 0.08, z1),
            (u0 + 0.08, u1 - 0.08, o, o + 0.03, 0.14, split),
        ],
        0.5,
    )
    for a, b in ((u0 + 0.1, mid - 0.015), (mid + 0.015, u1 - 0.1)):
        boxes(
            soup,
            "door",
            at,
            [
                (a, a + 0.12, o, o + 0.065, 0.16, split),
                (b - 0.12, b, o, o + 0.065, 0.16, split),
                *((a, b, o, o + 0.065, z - 0.06, z + 0.06) for z in (0.24, 1.0, 1.25, split - 0.08)),
                (a + 0.19, b - 0.19, o, o + 0.05, 0.4, 0.85),
                (a + 0.19, b - 0.19, o, o + 0.05, 1.4, split - 0.22),
            ],
            0.5,
        )
    box(soup, "brass", at, (mid - 0.1, mid - 0.06), (o + 0.06, o + 0.13), (1.08, 1.16))
    for k in range(3):
        w = (u1 - u0 - 0.16) / 3
        pane(soup, at, (u0 + 0.08 + k * w, u0 + 0.08 + (k + 1) * w), (split + 0.12, z1 - 0.08), rng)
        box(soup, "door", at, (u0 + 0.06 + k * w, u0 + 0.09 + k * w), (o, o + 0.06), (split + 0.12, z1 - 0.08))


def shopfront(soup, at, hole, rng, *, paint, shut):
    """A painted timber shopfront, or its corrugated roller shutter when closed for the day."""
    u0, u1, z1 = hole.u0, hole.u1, hole.z1
    o = GLASS + 0.04
    box(soup, paint, at, (u0, u1), (o - 0.08, o + 0.1), (2.78, z1), 0.5)
    box(soup, paint, at, (u0 - 0.03, u1 + 0.03), (o - 0.08, o + 0.16), (2.72, 2.8), 0.6)
    if shut:
        z = np.arange(0.04, 2.72, 0.075)
        boxes(
            soup,
            "roller",
            at,
            [
                (u0 + 0.05, u1 - 0.05, o - 0.05 + 0.015 * (k % 2), o + 0.015 * (k % 2), v, v + 0.073)
                for k, v in enumerate(z)
            ],
            rng.uniform(0.4, 0.6, len(z)),
        )
        boxes(
            soup,
            paint,
            at,
            [(u0, u0 + 0.06, o - 0.05, o + 0.06, 0, 2.72), (u1 - 0.06, u1, o - 0.05, o + 0.06, 0, 2.72)],
        )
        return
    entry = u1 - 0.85
    posts = [u0, (u0 + entry) / 2, entry, u1 - 0.09]
    boxes(soup, paint, at, [(p, p + 0.09, o - 0.05, o + 0.06, 0, 2.75) for p in posts], 0.55)
    box(soup, paint, at, (u0, entry), (o - 0.05, o + 0.04), (0.0, 0.55), 0.45)
    boxes(
        soup,
        paint,
        at,
        [(a + 0.14, b - 0.06, o, o + 0.065, 0.12, 0.45) for a, b in ((u0, posts[1]), (posts[1], entry))],
        0.5,
    )
    for a, b in ((u0 + 0.09, posts[1]), (posts[1] + 0.09, entry)):
        pane(soup, at, (a, b), (0.55, 2.35), rng, 0.002)
        pane(soup, at, (a, b), (2.4, 2.74), rng, 0.004)
        box(soup, paint, at, (a, b), (o - 0.05, o + 0.03), (2.35, 2.41), 0.5)
    box(soup, paint, at, (entry + 0.09, u1 - 0.09), (o - 0.14, o - 0.09), (0.03, 0.75), 0.4)
    pane(soup, at, (entry + 0.09, u1 - 0.09), (0.75, 2.7), rng, 0.004)


def awning(soup, at, u0, u1, z, reach, drop, tint=0.5):
    """A faded canvas awning with a scalloped valance, sagging a little between its arms."""
    cols, rows = 40, 8
    u, s = np.linspace(u0, u1, cols), np.linspace(0, 1, rows)
    points = np.empty((rows, cols, 3))
    points[..., 0] = u
    points[..., 1] = 0.06 + reach * s[:, None]
    points[..., 2] = z - drop * s[:, None] - 0.03 * np.sin(np.pi * s)[:, None] * (1 + 0.4 * np.sin(9 * u))[None]
    stripe = np.stack(np.broadcast_arrays(u[None], s[:, None]), -1)
    sheet(soup, "canvas", at.world(points.reshape(-1, 3)).reshape(points.shape), tint, stripe)
    hem = np.empty((2, cols, 3))
    hem[..., 0], hem[..., 1] = u, 0.06 + reach + 0.01 * np.sin(14 * u)
    hem[0, :, 2], hem[1, :, 2] = z - drop, z - drop - 0.16 - 0.05 * np.abs(np.sin(np.pi * (u - u0) / 0.3))
    sheet(
        soup,
        "canvas",
        at.world(hem.reshape(-1, 3)).reshape(hem.shape),
        tint,
        np.stack([hem[..., 0], 0 * hem[..., 0]], -1),
    )
    for u_arm in (u0 + 0.1, u1 - 0.1):
        box(soup, "iron", at, (u_arm - 0.015, u_arm + 0.015), (0.0, reach + 0.05), (z - drop - 0.06, z - drop - 0.03))


def fill(soup, at, hole, rng, *, tint=0.7, ajar=0.0, rows=3, dressed=True):
    """A wall opening's stone-to-sash depth, its window and what stands behind it."""
    reveal(soup, "reveal", at, hole, 0.0, GLASS - 0.06)
    casement(soup, at, hole, rng, rows=rows, tint=tint, ajar=ajar, kick=0.45 if hole.kind == "french" else 0.0)
    room(soup, at, hole, rng)
    if dressed:
        curtains(soup, at, hole, rng)
