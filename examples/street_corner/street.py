"""The rest of the street: ground, neighbours, trees and the things that stand in front."""

from __future__ import annotations

import itertools

import layout as L
import numpy as np
from cars import car
from house import leaves
from joinery import casement, curtains, room, shutters
from shapes import Soup, box, boxes, frame, hulls, lathe, pierced, quad, reveal, run, tube

KERB_Y, ROAD_TOP, PLAZA_Y = -3.2, -0.13, -12.6
CORNER = (20.6, -0.6, 2.6)  # centre and radius of the kerb's turn into the side street
GROUND = frame(0, 0, 0)
SHUTTERS = {"wall_a": "shutter_brown", "wall_b": "shutter", "wall_c": "shutter_blue", "wall_d": "shutter_brown"}


def in_view(points, margin=60):
    """Which ground points the camera can see, roughly."""
    seen = (points - np.array(L.CAMERA)) @ L.rotation().T
    ahead = seen[:, 2] > 2.0
    px = L.project(points)
    inside = (px[:, 0] > -margin) & (px[:, 0] < L.WIDTH_PX + margin) & (px[:, 1] < L.HEIGHT_PX + margin + 60)
    return ahead & inside


def kerb_path():
    """The pavement's outer edge round the corner, as points with spacing of one kerb stone."""
    cx, cy, r = CORNER
    west = np.column_stack([np.arange(-62, cx, 0.9), np.full(len(np.arange(-62, cx, 0.9)), KERB_Y)])
    turn = np.linspace(-np.pi / 2, 0, 6)[1:]
    arc = np.column_stack([cx + r * np.cos(turn), cy + r * np.sin(turn)])
    north = np.column_stack([np.full(130, cx + r), cy + 0.9 * np.arange(1, 131)])
    return np.concatenate([west, arc, north])


def ground(rng) -> Soup:
    soup = Soup()
    quad(
        soup,
        "asphalt",
        GROUND,
        [(-70, 14, ROAD_TOP), (60, 14, ROAD_TOP), (60, -130, ROAD_TOP), (-70, -130, ROAD_TOP)],
        0.5,
        [(-70, -14), (60, -14), (60, 130), (-70, 130)],
    )
    kerbs(soup, kerb_path(), rng)
    plaza_edge = np.column_stack([np.arange(60, -62, -0.9), np.full(len(np.arange(60, -62, -0.9)), PLAZA_Y)])
    kerbs(soup, plaza_edge, rng)
    slabs(soup, rng)
    setts(soup, rng)
    quad(
        soup,
        "grout",
        GROUND,
        [(-70, -PLAZA_Y + 0.1, -0.027), (70, -PLAZA_Y + 0.1, -0.027), (70, 90, -0.027), (-70, 90, -0.027)],
    )
    quad(
        soup,
        "grout",
        GROUND,
        [(-62, 0.5, -0.03), (20.6, 0.5, -0.03), (20.6, -KERB_Y - 0.1, -0.03), (-62, -KERB_Y - 0.1, -0.03)],
    )
    quad(soup, "grout", GROUND, [(18, 0.7, -0.031), (23.1, 0.7, -0.031), (23.1, -115, -0.031), (18, -115, -0.031)])
    cx, cy, r = CORNER
    turn = np.linspace(-np.pi / 2, 0, 12)
    fan = np.column_stack([cx + (r - 0.08) * np.cos(turn), cy + (r - 0.08) * np.sin(turn), np.full(12, -0.029)])
    points = np.vstack([[(cx - 0.5, cy + 0.5, -0.029)], fan])
    soup.add("grout", points, [[0, k, k + 1] for k in range(1, 12)])
    ironwork(soup)
    return soup


def kerbs(soup, path, rng):
    """Granite kerb stones along a path, each settled a little differently."""
    a, b = path[:-1], path[1:]
    along = (b - a) / np.linalg.norm(b - a, axis=1, keepdims=True)
    inward = np.column_stack([-along[:, 1], along[:, 0]])
    gap = 0.006
    n = len(a)
    dz, dn = rng.normal(0, 0.005, n), rng.normal(0, 0.006, n)[:, None]
    rings = np.empty((n, 8, 3))
    for c, (end, width) in enumerate(((0, 0), (1, 0), (1, 0.17), (0, 0.17))):
        p = (b - along * gap if end else a + along * gap) + inward * (width + dn)
        rings[:, c, :2], rings[:, 4 + c, :2] = p, p + inward * (0.018 if width == 0 else 0)
        rings[:, c, 2], rings[:, 4 + c, 2] = -0.3, dz + 0.002
    points = rings.copy()
    points[..., 1] *= -1
    hulls(soup, "granite", GROUND, points, np.clip(rng.normal(0.5, 0.18, n), 0, 1))


def slabs(soup, rng):
    """Concrete paving flags on the pavements, with tilt, stain and a few replaced ones."""
    cx, cy, r = CORNER
    size = 0.5
    x, y = np.meshgrid(np.arange(-45, 23.2, size), np.arange(KERB_Y + 0.18, 60, size))
    stagger = (np.round((y - KERB_Y) / size).astype(int) % 2) * size / 2
    centre = np.column_stack([(x + stagger).ravel() + size / 2, y.ravel() + size / 2])
    px, py = centre.T
    keep = ((py < 0.35) & (px < cx)) | ((px > 19.6) & (px < cx + r - 0.42))
    keep &= ~((px > cx) & (py < cy) & (np.hypot(px - cx, py - cy) > r - 0.42))
    keep &= py > KERB_Y + 0.3
    keep &= in_view(np.column_stack([centre, np.zeros(len(centre))]))
    lay(soup, "flag", centre[keep], size - 0.012, rng, tilt=0.006, high=0.003, tone=0.16)


def lay(soup, material, centre, size, rng, *, tilt, high, tone, jitter=0.0, tint=None):
    """Slightly tilted square blocks with a chamfer, tops near z = 0; y of `centre` is the world's."""
    n = len(centre)
    half = (np.asarray(size) / 2) * np.ones((n, 1))
    centre = centre + rng.normal(0, 1, (n, 2)) * jitter
    ring = np.empty((n, 8, 3))
    slope, z = rng.normal(0, tilt, (n, 2)), rng.normal(0, high, n)
    turn = rng.normal(0, jitter * 4, n)
    for c, (sx, sy) in enumerate(((-1, -1), (1, -1), (1, 1), (-1, 1))):
        for level, (shrink, drop) in enumerate(((0.0, -0.06), (0.008, 0.0))):
            dx = sx * (half[:, 0] - shrink)
            dy = sy * (half[:, -1] - shrink)
            ring[:, c + 4 * level, 0] = centre[:, 0] + dx * np.cos(turn) - dy * np.sin(turn)
            ring[:, c + 4 * level, 1] = -(centre[:, 1] + dx * np.sin(turn) + dy * np.cos(turn))
            ring[:, c + 4 * level, 2] = z + drop + slope[:, 0] * dx + slope[:, 1] * dy
    hulls(soup, material, GROUND, ring, np.clip(rng.normal(0.5, tone, n), 0, 1) if tint is None else tint)


def setts(soup, rng):
    """The square's worn granite setts: domed tops, uneven rows, some sunk."""
    pitch = 0.115
    x, y = np.meshgrid(np.arange(-12, 52, pitch), np.arange(-29, PLAZA_Y - 0.2, pitch))
    row = np.round((y + 29) / pitch).astype(int)
    shift = rng.uniform(0, pitch, row.max() + 1)[row]
    x = x + shift + 0.012 * np.sin(1.7 * x + row)
    y = y + 0.03 * np.sin(0.45 * x) + 0.005 * np.sin(2.1 * x + 0.35 * row) + 0.01 * np.sin(0.9 * row)
    centre = np.column_stack([x.ravel(), y.ravel()])
    z = np.zeros(len(centre))
    keep = in_view(np.column_stack([centre, z]), 30)
    centre = centre[keep] + rng.normal(0, 0.003, (keep.sum(), 2))
    n = len(centre)
    half = pitch / 2 - 0.004 - np.abs(rng.normal(0, 0.003, (n, 2)))
    sink = 0.012 * np.sin(0.8 * centre[:, 0]) * np.sin(0.6 * centre[:, 1] + 1) + rng.normal(0, 0.003, n)
    slope = rng.normal(0, 0.024, (n, 2))
    grid = np.array([-1.0, -0.84, 0.0, 0.84, 1.0])
    gx, gy = np.meshgrid(grid, grid)
    edge = np.maximum(np.abs(gx), np.abs(gy))
    drop = np.where(edge == 1.0, -0.026, np.where(edge > 0.5, -0.001, 0.0)) - 0.001 * (gx * gx + gy * gy)
    px = centre[:, 0, None, None] + gx * half[:, 0, None, None]
    py = centre[:, 1, None, None] + gy * half[:, 1, None, None]
    pz = (
        sink[:, None, None]
        - 0.012
        + drop
        + gx * (half[:, :1] * slope[:, :1])[..., None]
        + gy * (half[:, 1:] * slope[:, 1:])[..., None]
    )
    points = np.stack([px, py, pz], -1).reshape(-1, 3)
    k = np.arange(25).reshape(5, 5)
    cell = np.stack([k[:-1, :-1], k[:-1, 1:], k[1:, 1:], k[1:, :-1]], -1).reshape(-1, 4)
    faces = (cell[None] + 25 * np.arange(n)[:, None, None]).reshape(-1, 4)
    soup.add("sett", points, faces, np.repeat(np.clip(rng.normal(0.5, 0.2, n), 0, 1), 16))


def ironwork(soup):
    """Manhole covers and a gully."""
    for x, y in ((17.4, -8.9), (10.2, -5.4), (26.5, -4.0)):
        lathe(
            soup,
            "castiron",
            (x, y, ROAD_TOP),
            [(0.36, 0.001), (0.36, 0.006), (0.33, 0.007), (0.33, 0.004), (0.05, 0.004), (0.0, 0.006)],
            32,
        )
    boxes(
        soup,
        "castiron",
        GROUND,
        [(16.0 + 0.07 * k, 16.03 + 0.07 * k, 3.25, 3.6, ROAD_TOP - 0.02, ROAD_TOP + 0.008) for k in range(7)],
    )


def neighbours(rng) -> Soup:
    """Lower houses down both streets, and a closing view."""
    soup = Soup()
    rows = [
        (frame(-16.6, 0.4, 0), 12.2, 9, (0, 3.7, 6.9, 9.8), 4, "wall_a"),
        (frame(-29.2, -0.2, 0), 12.6, 9, (0, 3.4, 6.4), 4, "wall_b"),
        (frame(-45.0, 0.3, 0), 15.8, 9, (0, 3.6, 6.7, 9.4), 5, "wall_c"),
        (frame(-62.0, 0.0, 0), 17.0, 9, (0, 3.3, 6.2), 5, "wall_a"),
        (frame(19.8, 17.5, 90), 11.0, 9, (0, 3.5, 6.6, 9.4), 4, "wall_d"),
        (frame(20.1, 28.5, 90), 13.5, 9, (0, 3.4, 6.3), 4, "wall_b"),
        (frame(19.7, 42.0, 90), 15.0, 9, (0, 3.6, 6.8, 9.9), 5, "wall_a"),
        (frame(20.0, 57.0, 90), 16.0, 9, (0, 3.5, 6.4), 5, "wall_c"),
        (frame(20.0, 73.0, 90), 22.0, 9, (0, 3.5, 6.5, 9.3), 7, "wall_d"),
        (frame(34.2, 96.0, -90), 60.0, 9, (0, 3.5, 6.5, 9.3), 18, "wall_b"),
        (frame(14.0, 112.0, 0), 30.0, 9, (0, 3.7, 6.9, 9.9), 9, "wall_c"),
    ]
    for at, width, depth, floors, bays, wall in rows:
        plain_house(soup, at, width, depth, floors, bays, wall, rng)
    return soup


def behind(rng) -> Soup:
    """What stands behind the camera: seen in the panes, and thrower of the foreground's shadow."""
    soup = Soup()
    rows = [
        (frame(-6.0, -34.5, 0), 9.5, 12, (0, 3.7, 6.9, 10.0), 3, "wall_c"),
        (frame(70.0, -66, 180), 24.0, 10, (0, 3.7, 7.0, 10.2), 7, "wall_a"),
        (frame(45.5, -66, 180), 20.0, 10, (0, 3.7, 7.0, 10.2, 13.2), 6, "wall_d"),
        (frame(25.0, -66, 180), 28.0, 10, (0, 3.5, 6.7, 9.6), 8, "wall_b"),
        (frame(-4.0, -66, 180), 30.0, 10, (0, 3.5, 6.7, 9.6, 12.4), 8, "wall_c"),
        (frame(48.0, -2.0, -90), 40.0, 10, (0, 3.7, 7.0, 10.2), 10, "wall_a"),
    ]
    for at, width, depth, floors, bays, wall in rows:
        plain_house(soup, at, width, depth, floors, bays, wall, rng, plain=True)
    return soup


def plain_house(soup, at, width, depth, floors, bays, wall, rng, *, plain=False):
    """A modest rendered house under a tiled roof; `plain` leaves out what only a look from outside would show."""
    step = width / bays
    holes = []
    for f, z in enumerate(floors[:-1]):
        h = floors[f + 1] - z
        for k in range(bays):
            u, w = (k + 0.5) * step + rng.normal(0, 0.02), rng.uniform(1.0, 1.15)
            if f == 0:
                door = (k + int(width)) % 4 == 1
                holes.append(
                    L.Opening(u - w / 2, u + w / 2, 0.05 if door else 1.1, 2.75, "door" if door else "grille", f)
                )
            else:
                holes.append(L.Opening(u - w / 2, u + w / 2, z + 0.85, z + 0.85 + 0.53 * h, "window", f))
    eave = floors[-1]
    pierced(soup, wall, at, (0, width), (0, eave), holes, tint=rng.uniform())
    for u in (0.0, width):
        quad(soup, wall, at, [(u, 0, 0), (u, -depth, 0), (u, -depth, eave), (u, 0, eave)], 0.4)
        soup.add(
            wall,
            at.world(np.array([(u, 0, eave), (u, -depth, eave), (u, -depth / 2, eave + 0.24 * depth)])),
            [[0, 1, 2]],
            0.4,
        )
    trims = [(0, width, 0, 0.06, z - 0.1, z + 0.08) for z in floors[1:-1]] + [(0, width, 0, 0.05, 0, 0.7)]
    boxes(soup, "trim_far", at, trims, 0.5)
    run(
        soup,
        "trim_far",
        at,
        -0.05,
        width + 0.05,
        [
            (0, eave - 0.3),
            (0.1, eave - 0.25),
            (0.15, eave - 0.12),
            (0.32, eave - 0.05),
            (0.34, eave + 0.03),
            (0, eave + 0.03),
        ],
        0.5,
    )
    tiles(soup, at, width, depth, eave, rng, plain)
    for h in holes:
        fit_out(soup, at, h, rng, plain, SHUTTERS[wall])
    if not plain:
        untidy(soup, at, width, eave, floors, rng)
        tube(soup, "zinc", at.world(np.array([(0.2, 0.1, eave), (0.2, 0.1, 0.1)])), 0.05, 8)
    for u in rng.uniform(0.6, width - 0.6, 2):
        top = eave + 0.24 * depth + rng.uniform(0.8, 1.4)
        box(soup, "brick", at, (u - 0.35, u + 0.35), (-depth / 2 - 0.3, -depth / 2 + 0.3), (eave + 0.5, top), 0.5)
        box(soup, "trim_far", at, (u - 0.42, u + 0.42), (-depth / 2 - 0.37, -depth / 2 + 0.37), (top, top + 0.08), 0.3)
        for k in (-0.16, 0.16):
            pot = at.world([(u + k, -depth / 2, top + 0.08)])[0]
            lathe(soup, "terracotta", pot, [(0.12, 0), (0.10, 0.35), (0.12, 0.4), (0.08, 0.4)], 12, rng.uniform())


def untidy(soup, at, width, eave, floors, rng):
    """Cables, boxes, dishes and cooling units on a neighbour's wall."""
    u = np.linspace(0, width, 30)
    for f in floors[1:-1]:
        path = np.column_stack(
            [u, np.full(30, 0.09), f + 0.16 - rng.uniform(0.02, 0.08) * np.abs(np.sin(u * rng.uniform(0.7, 1.4)))]
        )
        tube(soup, "cable", at.world(path), 0.012, 5)
    drop = rng.uniform(0.8, width - 0.8)
    tube(
        soup,
        "cable",
        at.world(np.array([(drop, 0.06, eave - 0.3), (drop + 0.03, 0.06, floors[1]), (drop, 0.06, 1.4)])),
        0.012,
        5,
    )
    box(soup, "white_metal", at, (drop - 0.2, drop + 0.2), (0, 0.14), (0.8, 1.35), 0.4)
    a, z = rng.uniform(1.0, width - 1.0), floors[1] + rng.uniform(0.2, 0.4)
    box(soup, "white_metal", at, (a - 0.4, a + 0.4), (0.06, 0.36), (z, z + 0.5), 0.5)
    dish = at.world([(rng.uniform(1, width - 1), 0.35, eave + 0.25)])[0]
    lathe(soup, "white_metal", dish, [(0.0, 0.0), (0.15, 0.02), (0.28, 0.07), (0.36, 0.13)], 20)
    tube(
        soup,
        "iron",
        at.world(np.array([(width * 0.7, -2.5, eave + 0.5), (width * 0.7 + 0.05, -2.5, eave + 3.4)])),
        0.016,
        6,
    )
    for k in range(5):
        tube(
            soup,
            "iron",
            at.world(
                np.array(
                    [
                        (width * 0.7 - 0.4, -2.5, eave + 3.3 - 0.13 * k),
                        (width * 0.7 + 0.5, -2.45, eave + 3.3 - 0.13 * k),
                    ]
                )
            ),
            0.007,
            4,
        )


def fit_out(soup, at, h, rng, plain, paint):
    boxes(
        soup,
        "trim_far",
        at,
        [
            (h.u0 - 0.13, h.u0, 0, 0.03, h.z0, h.z1 + 0.13),
            (h.u1, h.u1 + 0.13, 0, 0.03, h.z0, h.z1 + 0.13),
            (h.u0, h.u1, 0, 0.03, h.z1, h.z1 + 0.13),
            (h.u0 - 0.15, h.u1 + 0.15, 0, 0.1, h.z0 - 0.09, h.z0),
        ],
        0.5,
    )
    reveal(soup, "trim_far", at, h, 0, -0.26)
    if plain:
        quad(
            soup,
            "glass_far",
            at,
            [(h.u0, -0.2, h.z0), (h.u1, -0.2, h.z0), (h.u1, -0.2, h.z1), (h.u0, -0.2, h.z1)],
            rng.uniform(),
        )
        return
    casement(soup, at, h, rng, rows=2, tint=rng.uniform(0.3, 0.9))
    room(soup, at, h, rng, depth=2.0)
    curtains(soup, at, h, rng)
    if h.floor and rng.uniform() < 0.7:
        shutters(soup, at, h, rng, rng.choice(["open", "open", "closed", "odd"]), paint)


def tiles(soup, at, width, depth, eave, rng, plain):
    """Barrel tiles down both slopes of a gable roof, as a corrugated sheet of jittered rows."""
    rise, reach = 0.24 * depth, depth / 2
    o = np.array([0.45, -reach, -depth - 0.45])
    z = np.array([eave + 0.02 - 0.45 * rise / reach * 0.2, eave + rise, eave])
    for a, b in ((0, 1), (2, 1)):
        quad(
            soup,
            "tile_bed",
            at,
            [(-0.1, o[a], z[a]), (width + 0.1, o[a], z[a]), (width + 0.1, o[b], z[b]), (-0.1, o[b], z[b])],
        )
    if plain:
        return
    pitch, rows = 0.24, 24
    u = np.arange(-0.1, width + 0.1, pitch)
    n = len(u)
    arc = np.linspace(0, np.pi, 6)
    for r in range(rows):
        s0, s1 = r / rows, (r + 1.3) / rows

        def at_slope(s):
            return o[0] + (o[1] - o[0]) * s, z[0] + (z[1] - z[0]) * s

        (oa, za), (ob, zb) = at_slope(s0), at_slope(min(s1, 1.0))
        points = np.empty((n, 2, 6, 3))
        wob = rng.normal(0, 0.008, (n, 1))
        points[..., 0] = u[:, None, None] + 0.105 * (1 - np.cos(arc)) + wob[:, :, None]
        points[:, 0, :, 1], points[:, 1, :, 1] = oa, ob
        points[:, 0, :, 2] = za + 0.035 + 0.075 * np.sin(arc) + np.abs(rng.normal(0, 0.006, (n, 1)))
        points[:, 1, :, 2] = zb + 0.012 + 0.065 * np.sin(arc)
        k = np.arange(12).reshape(2, 6)
        cell = np.stack([k[0, :-1], k[0, 1:], k[1, 1:], k[1, :-1]], -1)
        faces = (cell[None] + 12 * np.arange(n)[:, None, None]).reshape(-1, 4)
        soup.add("tile", at.world(points.reshape(-1, 3)), faces, np.repeat(np.clip(rng.normal(0.5, 0.2, n), 0, 1), 5))


def tree(soup, x, y, rng, *, height=7.0, count=9000, leaf="leaf", trunk=0.11, size=0.066):
    """A street tree: forking branches, leaves on the outer twigs."""
    twigs = []

    def grow(start, heading, length, radius, depth):
        steps = 5
        path, d = [start], heading
        for _ in range(steps):
            d = d + rng.normal(0, 0.13, 3) + np.array([0, 0, 0.05])
            d = d / np.linalg.norm(d)
            path.append(path[-1] + d * length / steps)
        tube(
            soup,
            "bark",
            path,
            np.linspace(radius, radius * 0.62, steps + 1),
            8 if depth < 2 else 5,
            rng.uniform(0.3, 0.7),
        )
        if depth >= 3:
            twigs.append(np.array(path))
        if depth == 5:
            return
        for _ in range(rng.integers(2, 4) if depth else 5):
            side = rng.normal(size=3)
            side -= side @ d * d
            side /= np.linalg.norm(side)
            fork = d * rng.uniform(0.8, 1.1) + side * rng.uniform(0.4, 0.85) + np.array([0, 0, 0.16])
            base = path[rng.integers(3, steps + 1)] if depth else path[-1] - np.array([0, 0, rng.uniform(0, 0.5)])
            grow(base, fork / np.linalg.norm(fork), length * rng.uniform(0.62, 0.8), radius * 0.58, depth + 1)

    bole = height * 0.36
    grow(np.array([x, y, -0.05]), np.array([rng.normal(0, 0.03), rng.normal(0, 0.03), 1.0]), bole, trunk, 0)
    pick = rng.integers(0, len(twigs), count)
    spot = rng.integers(1, 6, count)
    centres = np.array([twigs[p][s] for p, s in zip(pick, spot, strict=True)]) + rng.normal(0, 0.17, (count, 3))
    leaves(soup, leaf, centres, rng, size, np.clip(rng.normal(0.5, 0.2, count), 0, 1))


def distant_trees(rng) -> Soup:
    soup = Soup()
    for x, y, h, n in (
        (-1.9, 19.0, 9.5, 20000),
        (-68.0, -6.5, 9.0, 16000),
        (22.4, 104.0, 9.0, 18000),
        (31.0, 106.0, 10.0, 18000),
        (-52.0, -2.6, 7.0, 14000),
    ):
        tree(soup, x, y, rng, height=h, count=n, leaf="leaf_far", trunk=0.2, size=0.11)
    tree(soup, 6.0, -29.0, rng, height=8.5, count=22000)
    return soup


def occluders(rng) -> Soup:
    """Everything between the camera and the building."""
    soup = Soup()
    lamp_post(soup, 13.9, -13.2)
    for x, y in ((21.9, -2.3), (22.55, -1.2), (20.6, -2.85), (19.0, -2.85), (17.4, -2.85)):
        bollard(soup, x, y, rng)
    sign(soup, 9.2, -2.8)
    bin_(soup, 16.9, -13.3)
    bench(soup, 8.4, -13.6)
    tree(soup, 4.6, -13.9, rng, height=7.4, count=26000)
    grate(soup, 4.6, -13.9)
    for u in (L.FRONT_BAYS[0] - 1.35, L.FRONT_BAYS[0] + 1.4):
        tub(soup, u, -0.55, rng)
    return soup


def parked(rng) -> Soup:
    """Cars left at the kerbs, far enough from the house to stay out of its way."""
    soup = Soup()
    for x, paint, stretch in (
        (-4.2, "car_grey", 1.0),
        (-9.6, "car_white", 1.06),
        (-18.2, "car_blue", 0.97),
        (-24.0, "car_grey", 1.05),
    ):
        car(soup, x, -4.35 + rng.normal(0, 0.05), 180 + rng.normal(0, 0.7), paint, stretch=stretch)
    for y, paint, stretch in (
        (22.5, "car_red", 1.0),
        (28.0, "car_white", 1.04),
        (33.2, "car_blue", 0.95),
        (45.0, "car_grey", 1.0),
        (51.0, "car_white", 1.0),
    ):
        car(soup, 24.4 + rng.normal(0, 0.05), y, 90 + rng.normal(0, 0.7), paint, stretch=stretch)
    return soup


def lamp_post(soup, x, y):
    """A cast-iron column with a lantern."""
    profile = [
        (0.20, 0),
        (0.20, 0.10),
        (0.17, 0.13),
        (0.16, 0.55),
        (0.18, 0.60),
        (0.13, 0.68),
        (0.10, 0.80),
        (0.085, 0.86),
        (0.075, 1.2),
        (0.09, 1.24),
        (0.07, 1.28),
        (0.055, 2.6),
        (0.07, 2.63),
        (0.05, 2.68),
        (0.042, 3.6),
        (0.06, 3.64),
        (0.06, 3.7),
        (0.035, 3.76),
        (0.03, 3.9),
        (0.10, 4.0),
        (0.11, 4.03),
    ]
    lathe(soup, "castiron", (x, y, 0), profile, 20, 0.4)
    at = frame(x, y, 20, 4.03)
    for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        foot, head = at.world([(0.10 * sx, 0.10 * sy, 0.0), (0.19 * sx, 0.19 * sy, 0.52)])
        tube(soup, "castiron", [foot, head], 0.014, 6)
    ring = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    for (ax, ay), (bx, by) in itertools.pairwise(ring):
        quad(
            soup,
            "lantern",
            at,
            [
                (0.095 * ax, 0.095 * ay, 0.01),
                (0.095 * bx, 0.095 * by, 0.01),
                (0.185 * bx, 0.185 * by, 0.51),
                (0.185 * ax, 0.185 * ay, 0.51),
            ],
        )
    hulls(
        soup,
        "castiron",
        at,
        [
            [
                (-0.23, -0.23, 0.51),
                (0.23, -0.23, 0.51),
                (0.23, 0.23, 0.51),
                (-0.23, 0.23, 0.51),
                (-0.07, -0.07, 0.70),
                (0.07, -0.07, 0.70),
                (0.07, 0.07, 0.70),
                (-0.07, 0.07, 0.70),
            ]
        ],
        0.4,
    )
    lathe(
        soup,
        "castiron",
        (x, y, 4.73),
        [(0.08, 0), (0.09, 0.04), (0.04, 0.08), (0.03, 0.13), (0.045, 0.16), (0.0, 0.24)],
        12,
        0.4,
    )
    lathe(soup, "lantern", (x, y, 4.08), [(0.03, 0), (0.05, 0.1), (0.05, 0.22), (0.02, 0.28)], 12)


def bollard(soup, x, y, rng):
    lathe(
        soup,
        "castiron",
        (x, y, -0.01),
        [
            (0.085, 0),
            (0.085, 0.06),
            (0.062, 0.10),
            (0.055, 0.62),
            (0.07, 0.65),
            (0.07, 0.69),
            (0.05, 0.71),
            (0.065, 0.78),
            (0.06, 0.84),
            (0.035, 0.89),
            (0.0, 0.905),
        ],
        18,
        rng.uniform(0.2, 0.7),
    )


def sign(soup, x, y):
    """A round no-entry sign on a slightly leaning pole."""
    tube(soup, "galvanised", [(x, y, -0.05), (x + 0.03, y, 2.95)], 0.03, 10)
    at = frame(x + 0.03, y - 0.04, 24, 2.6)
    a = np.linspace(0, 2 * np.pi, 41)[:-1]
    for material, radius, o in (("sign_white", 0.30, 0.0), ("sign_red", 0.285, 0.002)):
        points = np.column_stack([radius * np.cos(a), np.full(40, o), radius * np.sin(a)])
        soup.add(material, at.world(points), [list(range(40))])
    back = np.column_stack([0.30 * np.cos(a), np.full(40, -0.012), 0.30 * np.sin(a)])
    soup.add("galvanised", at.world(back), [list(range(40))])
    quad(
        soup, "sign_white", at, [(-0.2, 0.005, -0.045), (0.2, 0.005, -0.045), (0.2, 0.005, 0.045), (-0.2, 0.005, 0.045)]
    )


def bin_(soup, x, y):
    """A slatted litter bin with a liner showing."""
    lathe(soup, "castiron", (x, y, 0), [(0.24, 0.03), (0.24, 0.06), (0.22, 0.08)], 20)
    lathe(soup, "liner", (x, y, 0), [(0.21, 0.08), (0.215, 0.8), (0.235, 0.86), (0.20, 0.84), (0.19, 0.4)], 20)
    for a in np.arange(0, 2 * np.pi, 2 * np.pi / 22):
        at = frame(x + 0.25 * np.cos(a), y + 0.25 * np.sin(a), np.degrees(a) + 90)
        box(soup, "door", at, (-0.027, 0.027), (-0.01, 0.012), (0.06, 0.80), 0.5)
    for z in (0.15, 0.70):
        lathe(soup, "iron", (x, y, z), [(0.264, 0), (0.27, 0.01), (0.27, 0.03), (0.264, 0.04)], 24)


def bench(soup, x, y):
    """A slatted bench facing the house."""
    at = frame(x, y, 183)
    for u in (0.12, 1.68):
        boxes(
            soup,
            "castiron",
            at,
            [
                (u - 0.03, u + 0.03, -0.05, 0.0, 0, 0.42),
                (u - 0.03, u + 0.03, 0.38, 0.43, 0, 0.42),
                (u - 0.03, u + 0.03, -0.05, 0.45, 0.38, 0.42),
                (u - 0.03, u + 0.03, -0.10, -0.04, 0.38, 0.85),
            ],
            0.3,
        )
    boxes(soup, "door", at, [(0, 1.8, 0.02 + 0.105 * k, 0.11 + 0.105 * k, 0.42, 0.455) for k in range(4)], 0.8)
    boxes(soup, "door", at, [(0, 1.8, -0.075, -0.04, 0.52 + 0.12 * k, 0.62 + 0.12 * k) for k in range(3)], 0.8)


def grate(soup, x, y):
    for r in np.arange(0.25, 0.72, 0.06):
        lathe(soup, "castiron", (x, y, -0.01), [(r, 0.01), (r, 0.02), (r + 0.035, 0.02), (r + 0.035, 0.01)], 28)


def tub(soup, x, y, rng):
    """A clipped bush in a terracotta tub by the shop."""
    lathe(
        soup,
        "terracotta",
        (x, y, 0),
        [(0.17, 0), (0.24, 0.38), (0.27, 0.39), (0.27, 0.45), (0.23, 0.45), (0.22, 0.40)],
        24,
        0.5,
    )
    n = 2600
    d = rng.normal(size=(n, 3))
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    centres = np.array([x, y, 0.86]) + d * np.array([0.32, 0.32, 0.42]) * rng.uniform(0.75, 1.06, (n, 1))
    leaves(soup, "leaf_pot", centres, rng, 0.032, np.clip(rng.normal(0.4, 0.2, n), 0, 1))


def litter(rng) -> Soup:
    """Fallen leaves gathered along kerbs and under trees."""
    soup = Soup()
    spots = [
        np.column_stack(
            [rng.uniform(-20, 23, 380), KERB_Y - np.abs(rng.normal(0.1, 0.25, 380)), np.full(380, ROAD_TOP + 0.012)]
        ),
        np.column_stack(
            [rng.uniform(0, 34, 420), PLAZA_Y + np.abs(rng.normal(0.05, 0.3, 420)), np.full(420, ROAD_TOP + 0.012)]
        ),
        np.column_stack([rng.normal(5, 3.2, 420), rng.normal(-15.5, 1.6, 420).clip(-25, -13.1), np.full(420, 0.012)]),
        np.column_stack([rng.uniform(5, 40, 260), rng.uniform(-25, -13.0, 260), np.full(260, 0.012)]),
    ]
    centres = np.concatenate(spots)
    n = len(centres)
    a, s = rng.uniform(0, 6.28, n), 0.05 * rng.uniform(0.6, 1.3, n)
    ax = np.column_stack([np.cos(a), np.sin(a), rng.normal(0, 0.25, n)]) * s[:, None]
    ay = np.column_stack([-np.sin(a), np.cos(a), rng.normal(0, 0.35, n)]) * (0.55 * s)[:, None]
    points = np.stack([centres - ax, centres + ay, centres + ax, centres - ay], 1).reshape(-1, 3)
    soup.add("leaf_dry", points, np.arange(4 * n).reshape(n, 4), rng.uniform(size=n))
    return soup
