"""The corner house: walls, stonework, mouldings, balconies, roof."""

from __future__ import annotations

import itertools

import layout as L
import numpy as np
from joinery import GLASS, awning, door, fill, grille, room, shopfront, shutters
from shapes import Frame, Soup, belt, box, boxes, frame, hulls, lathe, pierced, quad, reveal, run, sheet, tube

W, D = L.FACADE_WIDTH, L.DEPTH
BAND, TOP = 3.95, 14.4
FRONT, RIGHT, LEFT, BACK = frame(0, 0, 0), frame(W, 0, 90), frame(0, D, -90), frame(W, D, 180)
CORNICE = [
    (0, 14.30),
    (0.07, 14.31),
    (0.07, 14.46),
    (0.10, 14.48),
    (0.13, 14.56),
    (0.13, 14.80),
    (0.17, 14.82),
    (0.50, 14.84),
    (0.50, 15.00),
    (0.53, 15.02),
    (0.56, 15.10),
    (0.63, 15.20),
    (0.65, 15.26),
    (0.65, 15.30),
    (-0.30, 15.42),
]
GROUND_BELT = [
    (0, 3.93),
    (0.08, 3.95),
    (0.10, 4.02),
    (0.13, 4.04),
    (0.20, 4.12),
    (0.24, 4.16),
    (0.24, 4.25),
    (0.0, 4.32),
]
STRING = [(0, 0), (0.06, 0.01), (0.07, 0.07), (0.12, 0.10), (0.13, 0.18), (0.0, 0.22)]
SLOPE = ((-0.28, 15.42), (-1.05, 18.10))


def corner_house() -> Soup:
    """Everything that belongs to the building."""
    soup, rng = Soup(), np.random.default_rng(7)
    front, side = L.front_openings(), L.side_openings()
    for at, width, holes, wall in (
        (FRONT, W, front, "plaster_front"),
        (RIGHT, D, side, "plaster_side"),
        (LEFT, D, (), "plaster_blank"),
        (BACK, W, (), "plaster_blank"),
    ):
        pierced(soup, wall, at, (0, width), (BAND, TOP), holes)
        pierced(soup, "ashlar", at, (0, width), (0, BAND), holes)
    for at, width, holes in ((FRONT, W, front), (RIGHT, D, side)):
        rustication(soup, at, width, holes, rng)
        quoins(soup, at, width, rng)
        modillions(soup, at, width)
    mouldings(soup)
    fill_front(soup, front, rng)
    fill_side(soup, side, rng)
    balconies(soup, rng)
    roof(soup, rng)
    clutter(soup, rng)
    return soup


def rustication(soup, at, width, holes, rng):
    """Channelled stone courses around the ground-floor openings, on a plinth."""
    courses = np.linspace(0.62, BAND, 8)
    over = 0.055
    ground = [h for h in holes if h.floor == 0]
    for k, (z0, z1) in enumerate(itertools.pairwise(courses)):
        stops = [0.0 if at is RIGHT else -over]
        for h in ground:
            if h.z0 < z1 - 0.1 and h.z1 > z0 + 0.1:
                stops += [h.u0, h.u1]
        stops.append(width if at is RIGHT else width + over)
        for a, b in zip(stops[::2], stops[1::2], strict=True):
            lay_course(soup, at, a, b, z0, z1, 0.5 * (k % 2), rng)
    stops = [0.0 if at is RIGHT else -0.1]
    for h in ground:
        if h.z0 < 0.3:
            stops += [h.u0, h.u1]
    stops.append(width if at is RIGHT else width + 0.1)
    for a, b in zip(stops[::2], stops[1::2], strict=True):
        cuts = np.unique(np.concatenate([[a], np.arange(np.ceil(a / 1.3) * 1.3 + 0.3, b - 0.3, 1.3), [b]]))
        for c, d in itertools.pairwise(cuts):
            box(
                soup,
                "stone",
                at,
                (c + 0.004, d - 0.004),
                (0, 0.10),
                (-0.2, 0.60 + rng.normal(0, 0.002)),
                rng.uniform(0.25, 0.6),
            )
        run(soup, "stone", at, a, b, [(0, 0.60), (0.10, 0.60), (0.06, 0.635), (0, 0.64)], 0.4)


def lay_course(soup, at, a, b, z0, z1, phase, rng):
    """Blocks of one course from a to b with chamfered joints."""
    length = 1.02
    joints = np.arange(np.floor(a / length) + phase, b / length + 1, 1.0) * length
    joints = joints[(joints > a + 0.22) & (joints < b - 0.22)]
    edges = np.concatenate([[a], joints, [b]])
    rings = []
    for c, d in itertools.pairwise(edges):
        jc, jd = (0.0 if c == a else 0.006), (0.0 if d == b else 0.006)
        ic, id_ = (0.004 if c == a else 0.024), (0.004 if d == b else 0.024)
        out = 0.055 + rng.normal(0, 0.0015)
        base = [(c + jc, 0, z0 + 0.006), (d - jd, 0, z0 + 0.006), (d - jd, 0, z1 - 0.006), (c + jc, 0, z1 - 0.006)]
        top = [
            (c + ic, out, z0 + 0.026),
            (d - id_, out, z0 + 0.026),
            (d - id_, out, z1 - 0.026),
            (c + ic, out, z1 - 0.026),
        ]
        rings.append(base + top)
    hulls(soup, "stone", at, rings, np.clip(rng.normal(0.5, 0.17, len(rings)), 0, 1))


def quoins(soup, at, width, rng):
    """Alternating long and short corner stones up the plastered storeys."""
    z = np.linspace(4.34, 14.28, 25)
    for k, (a, b) in enumerate(itertools.pairwise(z)):
        if any(a < s + 0.2 and b > s for s in (7.72, 11.02)):
            continue
        long = 0.62 if (k + (at is RIGHT)) % 2 else 0.4
        start, end = (0.0, width) if at is RIGHT else (-0.04, width + 0.04)
        for c, d in ((start, start + long), (end - long, end)):
            base = [(c, 0, a + 0.005), (d, 0, a + 0.005), (d, 0, b - 0.005), (c, 0, b - 0.005)]
            top = [
                (c + 0.004, 0.04, a + 0.017),
                (d - 0.004, 0.04, a + 0.017),
                (d - 0.004, 0.04, b - 0.017),
                (c + 0.004, 0.04, b - 0.017),
            ]
            hulls(soup, "trim", at, [base + top], np.clip(rng.normal(0.5, 0.12), 0, 1))


def mouldings(soup):
    """Belts that run round the whole house."""
    belt(soup, "trim", FRONT, W, D, GROUND_BELT)
    for z in (7.72, 11.02):
        belt(soup, "trim", FRONT, W, D, [(o, z + h) for o, h in STRING])
    belt(soup, "trim", FRONT, W, D, CORNICE)
    gutter = [(0.60, 15.30), (0.66, 15.31), (0.70, 15.36), (0.71, 15.43), (0.69, 15.43), (0.66, 15.37), (0.52, 15.34)]
    belt(soup, "zinc", FRONT, W, D, gutter)


def modillions(soup, at, width):
    """Blocks under the cornice's shelf, and a row of dentils below them."""
    count = round(width / 0.56)
    centres = (np.arange(count) + 0.5) * width / count
    boxes(soup, "trim", at, [(u - 0.10, u + 0.10, 0.12, 0.44, 14.64, 14.83) for u in centres], 0.5)
    boxes(soup, "trim", at, [(u - 0.08, u + 0.08, 0.12, 0.36, 14.58, 14.65) for u in centres], 0.5)
    small = np.arange(0.05, width, 0.14)
    boxes(soup, "trim", at, [(u, u + 0.085, 0.06, 0.115, 14.34, 14.45) for u in small], 0.5)


def surround(soup, at, h, *, sill=True, hood=None):
    """An architrave round a window; `hood` is None, 'shelf', 'triangle' or 'key'."""
    a, b, z0, z1, j = h.u0, h.u1, h.z0, h.z1, 0.17
    boxes(
        soup,
        "trim",
        at,
        [
            (a - j, a, 0, 0.045, z0, z1),
            (b, b + j, 0, 0.045, z0, z1),
            (a - j, b + j, 0, 0.05, z1, z1 + j),
            (a - j, a - j + 0.05, 0, 0.07, z0, z1 + j),
            (b + j - 0.05, b + j, 0, 0.07, z0, z1 + j),
            (a - j + 0.05, b + j - 0.05, 0, 0.07, z1 + j - 0.05, z1 + j),
        ],
        0.55,
    )
    if sill:
        run(
            soup,
            "trim",
            at,
            a - j - 0.07,
            b + j + 0.07,
            [(0, z0 - 0.13), (0.09, z0 - 0.12), (0.11, z0 - 0.07), (0.17, z0 - 0.06), (0.17, z0), (-0.2, z0 + 0.025)],
            0.45,
        )
        boxes(
            soup, "trim", at, [(u, u + 0.12, 0, 0.09, z0 - 0.34, z0 - 0.13) for u in (a - j + 0.02, b + j - 0.14)], 0.5
        )
    top = z1 + j
    if hood in ("shelf", "triangle"):
        box(soup, "trim", at, (a - j, b + j), (0, 0.05), (top, top + 0.16), 0.5)
        shelf = [(0, top + 0.14), (0.10, top + 0.17), (0.22, top + 0.21), (0.24, top + 0.30), (0, top + 0.34)]
        run(soup, "trim", at, a - j - 0.12, b + j + 0.12, shelf, 0.5)
        boxes(
            soup,
            "trim",
            at,
            [(u, u + 0.13, 0, 0.15, top - 0.18, top + 0.16) for u in (a - j - 0.03, b + j - 0.10)],
            0.5,
        )
    if hood == "triangle":
        pediment(soup, at, a - j - 0.12, b + j + 0.12, top + 0.32)
    if hood == "key":
        mid = (a + b) / 2
        hulls(
            soup,
            "trim",
            at,
            [
                [
                    (mid - 0.09, 0, z1 - 0.02),
                    (mid + 0.09, 0, z1 - 0.02),
                    (mid + 0.13, 0, top + 0.1),
                    (mid - 0.13, 0, top + 0.1),
                    (mid - 0.08, 0.1, z1),
                    (mid + 0.08, 0.1, z1),
                    (mid + 0.12, 0.1, top + 0.09),
                    (mid - 0.12, 0.1, top + 0.09),
                ]
            ],
        )


def pediment(soup, at, u0, u1, z):
    """A triangular gable on a hood: raking mouldings over a sunk field."""
    mid, rise, t = (u0 + u1) / 2, 0.27 * (u1 - u0) / 1.8, 0.11
    for a, b in ((u0, mid), (u1, mid)):
        for o, k in ((0.24, 0.0), (0.17, -0.07)):
            hulls(
                soup,
                "trim",
                at,
                [
                    [
                        (a, 0, z + k),
                        (b, 0, z + rise + k),
                        (b, 0, z + rise + t + k),
                        (a, 0, z + t * 0.6 + k),
                        (a, o, z + k),
                        (b, o, z + rise + k),
                        (b, o, z + rise + t + k),
                        (a, o, z + t * 0.6 + k),
                    ]
                ],
            )
    soup.add("trim", at.world(np.array([(u0, 0.05, z), (u1, 0.05, z), (mid, 0.05, z + rise)])), [[0, 1, 2]])


def fill_front(soup, holes, rng):
    shop_paint = {0: ("paint_green", False), 1: ("paint_red", False), 5: ("paint_green", True)}
    state3 = ["open", "open", "closed", "open", "odd", "open"]
    for h in holes:
        bay = int(np.argmin([abs((h.u0 + h.u1) / 2 - u) for u in L.FRONT_BAYS]))
        if h.floor == 0:
            fill_ground(soup, FRONT, h, rng, shop_paint.get(bay))
            continue
        fill(
            soup, FRONT, h, rng, tint=rng.uniform(0.45, 0.95), ajar=52.0 if (h.floor, bay) in ((1, 2), (2, 4)) else 0.0
        )
        hood = {1: "triangle" if bay in (1, 4) else "shelf", 2: "shelf", 3: "key"}[h.floor]
        surround(soup, FRONT, h, sill=h.kind == "window", hood=hood)
        if h.floor == 3:
            shutters(soup, FRONT, h, rng, state3[bay])


def fill_ground(soup, at, h, rng, shop):
    if h.kind == "grille":
        fill(soup, at, h, rng, tint=0.5)
        grille(soup, at, h)
        run(
            soup,
            "stone",
            at,
            h.u0 - 0.12,
            h.u1 + 0.12,
            [(0, h.z0 - 0.14), (0.12, h.z0 - 0.13), (0.12, h.z0 - 0.02), (-0.2, h.z0)],
            0.5,
        )
        return
    reveal(soup, "stone", at, h, 0.055, GLASS - 0.15)
    room(soup, at, h, rng, depth=4.5, shop=h.kind == "shop")
    if h.kind == "door":
        door(soup, at, h, rng)
    else:
        shopfront(soup, at, h, rng, paint=shop[0], shut=shop[1])


def fill_side(soup, holes, rng):
    states = iter(["open", "closed", "open", "open", "open", "ajar", "closed", "open", "open", "open", "open", "odd"])
    for h in holes:
        if h.floor == 0:
            fill_ground(soup, RIGHT, h, rng, None)
            continue
        fill(soup, RIGHT, h, rng, tint=rng.uniform(0.45, 0.95))
        surround(soup, RIGHT, h, hood={1: "shelf", 2: None, 3: None}[h.floor])
        shutters(soup, RIGHT, h, rng, next(states))


def railing(soup, at, u0, u1, reach, z, rng, height=1.0, returns=True):
    """A wrought-iron balcony railing: bars, two rails, a frieze of rings, returns to the wall."""

    def side(along, a, b, fixed):
        def bar(s0, s1, t0, t1, lo, hi):
            return (s0, s1, t0, t1, lo, hi) if along == "u" else (t0, t1, s0, s1, lo, hi)

        n = max(1, round((b - a) / 0.115))
        pos = a + (np.arange(n + 1)) * (b - a) / n
        spans = [bar(p - 0.007, p + 0.007, fixed - 0.007, fixed + 0.007, z + 0.05, z + height - 0.02) for p in pos]
        for lo, hi, t in ((0.07, 0.09, 0.012), (height - 0.2, height - 0.185, 0.010), (height - 0.035, height, 0.024)):
            spans.append(bar(a - t, b + t, fixed - t, fixed + t, z + lo, z + hi))
        boxes(soup, "iron", at, spans, 0.5)
        return pos

    pos = side("u", u0, u1, reach)
    ring = np.linspace(0, 2 * np.pi, 13)
    for p in (pos[:-1] + pos[1:]) / 2:
        path = np.column_stack(
            [p + 0.046 * np.cos(ring), np.full(13, reach), z + height - 0.115 + 0.062 * np.sin(ring)]
        )
        tube(soup, "iron", at.world(path), 0.006, 5)
    if returns:
        side("o", 0.03, reach, u0)
        side("o", 0.03, reach, u1)


def console(soup, at, u, z, reach):
    """A scrolled bracket under a balcony."""
    t = np.linspace(0, 1, 9)
    curve = [(reach * (1 - s) ** 0.6 * 0.92 + 0.03, z - 0.62 * s**1.4) for s in t]
    run(soup, "trim", at, u - 0.10, u + 0.10, [(0, z), *curve, (0, z - 0.64)], 0.5)


def balcony(soup, at, u0, u1, z, reach, rng, brackets):
    """A stone slab on consoles with an iron railing."""
    edge = [
        (0, z - 0.17),
        (reach - 0.10, z - 0.17),
        (reach - 0.06, z - 0.12),
        (reach, z - 0.09),
        (reach, z - 0.02),
        (reach - 0.02, z),
        (0, z + 0.02),
    ]
    run(soup, "trim", at, u0, u1, edge, 0.45)
    for u in brackets:
        console(soup, at, u, z - 0.17, reach * 0.8)
    railing(soup, at, u0 + 0.06, u1 - 0.06, reach - 0.08, z, rng)


def balconies(soup, rng):
    z, bays = 4.45, L.FRONT_BAYS
    balcony(soup, FRONT, bays[1] - 1.0, bays[4] + 1.0, z, 0.9, rng, [u + d for u in bays[1:5] for d in (-0.82, 0.82)])
    for u in (bays[0], bays[5]):
        balcony(soup, FRONT, u - 1.0, u + 1.0, z, 0.8, rng, [u - 0.8, u + 0.8])
    for u in (bays[1], bays[2], bays[3], bays[4]):
        railing(soup, FRONT, u - 0.72, u + 0.72, 0.22, 8.6, rng, height=0.85)
    planters(soup, rng)


def planters(soup, rng):
    """Flower boxes and pots that somebody waters, and some that nobody does."""
    b = L.FRONT_BAYS
    spots = [
        (b[2] - 0.5, 0.28, 8.64, 1.0),
        (b[0] - 0.6, 0.62, 4.47, 0.7),
        (b[3] + 0.9, 0.7, 4.47, 0.4),
        (b[4] + 0.55, 0.7, 4.47, 0.35),
        (b[1] + 1.1, 0.72, 4.47, 0.8),
        (b[5] + 0.3, 0.6, 4.47, 0.4),
    ]
    for u, o, z, w in spots:
        box(soup, "terracotta", FRONT, (u, u + w), (o - 0.1, o + 0.08), (z, z + 0.2), rng.uniform())
        n = int(420 * w)
        centre = np.column_stack(
            [rng.uniform(u, u + w, n), o + rng.normal(0, 0.1, n), z + 0.2 + np.abs(rng.normal(0, 0.17, n))]
        )
        leaves(soup, "leaf_pot", FRONT.world(centre), rng, 0.05, rng.uniform(0.2, 0.8, n))


def leaves(soup, material, centres, rng, size, tint):
    """Small folded leaves, each a pair of quads about its midrib."""
    n = len(centres)
    axis = rng.normal(size=(n, 3))
    axis[:, 2] -= 0.25
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    side = np.cross(axis, rng.normal(size=(n, 3)))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(axis, side)
    s = size * rng.uniform(0.6, 1.25, (n, 1))
    tip, base = centres + axis * s, centres - axis * s * 0.7
    left, right = (centres + k * side * s * 0.5 + up * s * 0.16 for k in (-1, 1))
    points = np.stack([base, right, tip, left], 1).reshape(-1, 3)
    soup.add(material, points, np.arange(4 * n).reshape(n, 4), np.broadcast_to(tint, (n,)))


def roof(soup, rng):
    (o0, z0), (o1, z1) = SLOPE
    belt(soup, "slate_bed", FRONT, W, D, [(o0, z0), (o1, z1)])
    belt(
        soup,
        "zinc",
        FRONT,
        W,
        D,
        [(o1 + 0.10, z1 - 0.10), (o1 + 0.13, z1 - 0.02), (o1 + 0.10, z1 + 0.06), (o1 - 0.05, z1 + 0.10), (-6.2, 19.25)],
    )
    quad(
        soup,
        "zinc",
        FRONT,
        [(6.2, -6.2, 19.25), (W - 6.2, -6.2, 19.25), (W - 6.2, -D + 6.2, 19.25), (6.2, -D + 6.2, 19.25)],
    )
    for at, width in ((FRONT, W), (RIGHT, D)):
        slates(soup, at, width, rng)
        hip = np.array([(-o0, o0, z0), (-o1, o1, z1)]), np.array([(width + o0, o0, z0), (width + o1, o1, z1)])
        for ends in hip:
            tube(soup, "zinc", at.world(ends), 0.05, 8)
    for u in L.FRONT_BAYS:
        dormer(soup, FRONT, u, rng)
    for u in L.SIDE_BAYS[::1]:
        dormer(soup, RIGHT, u, rng)
    for u, o, w, t, top, pots in (
        (1.2, -2.6, 2.0, 0.75, 20.9, 5),
        (12.9, -2.4, 0.8, 0.8, 20.5, 2),
        (16.9, -4.6, 2.2, 0.8, 20.9, 5),
        (7.2, -6.4, 2.4, 0.8, 21.6, 6),
    ):
        chimney(soup, u, o, w, t, top, pots, rng)
    aerial(soup, rng)


def slates(soup, at, width, rng):
    """Real slates, overlapping, each a little out of true."""
    (o0, z0), (o1, z1) = SLOPE
    length = np.hypot(o1 - o0, z1 - z0)
    along = np.array([(o1 - o0), (z1 - z0)]) / length
    normal = np.array([along[1], -along[0]])
    w, e = 0.2, 0.125
    for k, s in enumerate(np.arange(-0.02, length - 0.05, e)):
        inset = -(o0 + along[0] * max(s, 0))
        u = np.arange(inset + (k % 2) * w / 2, width - inset - w * 0.6, w)
        n = len(u)
        t = np.clip(rng.normal(0.5, 0.16, n), 0, 1)
        a, b = s + rng.normal(0, 0.004, n), s + 0.25
        lift = 0.016 + np.abs(rng.normal(0, 0.003, n))
        ring = np.empty((n, 8, 3))
        ring[:, :, 0] = u[:, None] + np.array([0.003, w - 0.003] * 2 + [0.003, w - 0.003] * 2)[[0, 1, 3, 2, 4, 5, 7, 6]]
        for c, (dist, high) in enumerate(
            ((a, lift), (a, lift), (b, 0.004), (b, 0.004), (a, lift + 0.007), (a, lift + 0.007), (b, 0.01), (b, 0.01))
        ):
            ring[:, c, 1] = o0 + along[0] * dist + normal[0] * high
            ring[:, c, 2] = z0 + along[1] * dist + normal[1] * high
        hulls(soup, "slate", at, ring, t)


def dormer(soup, at, u, rng):
    """A zinc dormer with a segmental head."""
    plane = Frame(at.world([(0, -0.34, 0)])[0], at.u, at.out)
    h = L.Opening(u - 0.42, u + 0.42, 15.95, 17.35, "window", 4)
    pierced(soup, "dormer", plane, (u - 0.66, u + 0.66), (15.45, 17.42), [h])
    fill(soup, plane, h, rng, tint=rng.uniform(0.5, 0.9), rows=2)
    for a, b in ((u - 0.66, u - 0.52), (u + 0.52, u + 0.66)):
        box(soup, "dormer", plane, (a, b), (-0.9, 0.05), (15.45, 17.42), 0.6)
    box(soup, "dormer", plane, (u - 0.7, u + 0.7), (-0.2, 0.09), (15.80, 15.93), 0.6)
    arc = np.linspace(0, np.pi, 15)
    rim = np.column_stack([u - 0.80 * np.cos(arc), 17.40 + 0.34 * np.sin(arc)])
    inner = np.column_stack([u - 0.72 * np.cos(arc), 17.36 + 0.28 * np.sin(arc)])
    for o_front, o_back, curve in ((0.14, -1.9, rim),):
        points = np.stack([np.column_stack([curve[:, 0], np.full(15, o), curve[:, 1]]) for o in (o_front, o_back)])
        sheet(soup, "zinc", plane.world(points.reshape(-1, 3)).reshape(points.shape), 0.5)
    lip = np.stack([np.column_stack([c[:, 0], np.full(15, 0.14), c[:, 1]]) for c in (rim, inner)])
    sheet(soup, "zinc", plane.world(lip.reshape(-1, 3)).reshape(lip.shape), 0.6)
    under = np.stack([np.column_stack([inner[:, 0], np.full(15, o), inner[:, 1]]) for o in (0.14, 0.0)])
    sheet(soup, "dormer", plane.world(under.reshape(-1, 3)).reshape(under.shape), 0.4)
    flat = np.column_stack([inner[:, 0], np.full(15, 0.02), inner[:, 1]])
    base = flat.copy()
    base[:, 2] = 17.36
    tympanum = np.stack([base, flat])
    sheet(soup, "dormer", plane.world(tympanum.reshape(-1, 3)).reshape(tympanum.shape), 0.55)


def chimney(soup, u, o, w, t, top, pots, rng):
    """A brick stack with a stone cap and clay pots of differing age."""
    box(soup, "brick", FRONT, (u - w / 2, u + w / 2), (o - t / 2, o + t / 2), (16.5, top), 0.5)
    for k, z in ((0.05, top - 0.22), (0.09, top - 0.12)):
        box(soup, "brick", FRONT, (u - w / 2 - k, u + w / 2 + k), (o - t / 2 - k, o + t / 2 + k), (z, z + 0.11), 0.4)
    box(
        soup,
        "trim",
        FRONT,
        (u - w / 2 - 0.12, u + w / 2 + 0.12),
        (o - t / 2 - 0.12, o + t / 2 + 0.12),
        (top - 0.01, top + 0.07),
        0.3,
    )
    for k in range(pots):
        at = FRONT.world([(u - w / 2 + (k + 0.5) * w / pots, o + rng.normal(0, 0.02), top + 0.06)])[0]
        h = rng.uniform(0.38, 0.62)
        profile = [(0.13, 0), (0.12, 0.05), (0.10, h - 0.08), (0.13, h - 0.06), (0.13, h), (0.09, h), (0.08, h - 0.2)]
        lathe(soup, "terracotta", at, profile, 16, rng.uniform())


def aerial(soup, rng):
    """A television aerial and a forgotten bent one."""
    for u, o, base, top, lean in ((13.5, -2.9, 18.2, 21.9, 0.03), (4.8, -4.0, 18.5, 21.0, -0.16)):
        foot, head = FRONT.world([(u, o, base), (u + lean * 3, o, top)])
        tube(soup, "iron", [foot, head], 0.016, 6)
        for k in range(6):
            mid = head + (foot - head) * 0.04 + np.array([0.16 * (k - 2.5), 0.1 * (k - 2.5), 0.0])
            half = np.array([-0.2, 0.3, 0.0]) * (0.9 - 0.07 * k)
            tube(soup, "iron", [mid - half, mid + half], 0.006, 4)
        tube(
            soup,
            "iron",
            [
                head + (foot - head) * 0.04 + np.array([-0.45, -0.28, 0]),
                head + (foot - head) * 0.04 + np.array([0.45, 0.28, 0]),
            ],
            0.01,
            4,
        )


def clutter(soup, rng):
    """Drainpipes, cables, lamps, plates, a cooling unit: what a street does to a facade."""
    for at, u in ((FRONT, 0.36), (RIGHT, D - 0.4)):
        o = 0.13
        path = [
            (u, 0.6, 15.32),
            (u, 0.45, 14.6),
            (u, o, 14.15),
            (u, o, 11.4),
            (u, 0.2, 11.2),
            (u, 0.2, 11.0),
            (u, o, 10.8),
            (u, o, 8.1),
            (u, 0.2, 7.9),
            (u, 0.2, 7.7),
            (u, o, 7.5),
            (u, o, 4.6),
            (u, 0.3, 4.3),
            (u, 0.3, 3.9),
            (u, 0.16, 3.7),
            (u, 0.16, 2.0),
        ]
        tube(soup, "zinc", at.world(np.array(path)), 0.055, 10)
        tube(soup, "castiron", at.world(np.array([(u, 0.16, 2.05), (u, 0.16, 0.02)])), 0.065, 10)
        boxes(
            soup,
            "iron",
            at,
            [(u - 0.08, u + 0.08, 0, o + 0.06, z, z + 0.03) for z in (13.4, 12.2, 10.1, 9.0, 7.0, 5.6)],
        )
    for z, sag in ((4.36, 0.02), (4.40, 0.05)):
        u = np.linspace(0.4, W + 0.02, 60)
        path = np.column_stack([u, np.full(60, 0.05), z + 0.06 - sag * np.abs(np.sin(u * 1.3))])
        tube(soup, "cable", FRONT.world(path), 0.011, 5)
    v = np.linspace(0.0, D, 40)
    tube(soup, "cable", RIGHT.world(np.column_stack([v, np.full(40, 0.05), 4.44 - 0.04 * np.abs(np.sin(v))])), 0.012, 5)
    tube(
        soup,
        "cable",
        RIGHT.world(
            np.array([(3.4, 0.03, 4.4), (3.42, 0.03, 7.6), (3.4, 0.15, 7.8), (3.45, 0.03, 8.3), (3.5, 0.03, 14.2)])
        ),
        0.012,
        5,
    )
    box(soup, "white_metal", RIGHT, (6.15, 6.95), (0.12, 0.42), (7.95, 8.5), 0.5)
    boxes(
        soup,
        "iron",
        RIGHT,
        [(6.2, 6.24, 0, 0.42, 7.9, 7.95), (6.86, 6.9, 0, 0.42, 7.9, 7.95), (6.3, 6.8, 0.42, 0.43, 8.02, 8.42)],
    )
    box(soup, "castiron", FRONT, (W - 0.92, W - 0.52), (0.03, 0.2), (0.85, 1.45), 0.6)
    box(soup, "enamel", FRONT, (W - 1.0, W - 0.35), (0.055, 0.075), (3.05, 3.37), 0.5)
    glyphs = np.cumsum(rng.uniform(0.035, 0.06, 9)) + W - 0.98
    boxes(
        soup,
        "white_metal",
        FRONT,
        [(u, u + 0.025, 0.074, 0.078, 3.16, 3.16 + rng.uniform(0.06, 0.1)) for u in glyphs[:8]],
    )
    box(soup, "enamel", FRONT, (L.FRONT_BAYS[3] + 1.0, L.FRONT_BAYS[3] + 1.18), (0.055, 0.07), (2.3, 2.45), 0.5)
    awning(soup, FRONT, L.FRONT_BAYS[1] - 1.3, L.FRONT_BAYS[1] + 1.3, 3.15, 1.35, 0.55)
