"""Small parked cars of no make, seen from a distance: one lofted shell, glazed above the belt, on four wheels."""

from __future__ import annotations

import numpy as np
from shapes import Frame, boxes, frame, lathe, sheet

# stations along the car, from the nose: (x, half width, bonnet or belt height, roof height, half width of the roof)
_HATCH = np.array(
    [
        (0.00, 0.52, 0.50, 0.50, 0.45),
        (0.05, 0.68, 0.62, 0.62, 0.55),
        (0.20, 0.78, 0.70, 0.70, 0.62),
        (0.60, 0.83, 0.80, 0.80, 0.66),
        (1.05, 0.85, 0.87, 0.88, 0.66),
        (1.20, 0.85, 0.89, 0.94, 0.65),
        (1.65, 0.86, 0.91, 1.28, 0.60),
        (1.90, 0.86, 0.92, 1.41, 0.57),
        (2.20, 0.86, 0.93, 1.46, 0.56),
        (2.70, 0.86, 0.94, 1.46, 0.56),
        (3.20, 0.85, 0.96, 1.42, 0.55),
        (3.55, 0.83, 0.97, 1.33, 0.54),
        (3.80, 0.81, 0.96, 1.05, 0.60),
        (3.90, 0.79, 0.92, 0.95, 0.62),
        (3.97, 0.74, 0.75, 0.75, 0.60),
        (4.00, 0.66, 0.50, 0.50, 0.55),
    ]
)
_WHEELS = (0.72, 3.25)
_SILL = 0.24


def _stations(count, stretch):
    x = np.linspace(0, 1, count) ** 1.0 * _HATCH[-1, 0]
    rows = np.column_stack([np.interp(x, _HATCH[:, 0], _HATCH[:, k]) for k in range(5)])
    for k in range(1, 5):  # soften the corners of the polyline
        padded = np.pad(rows[:, k], 3, mode="edge")
        rows[:, k] = np.convolve(padded, [0.05, 0.1, 0.2, 0.3, 0.2, 0.1, 0.05], mode="valid")
    rows[:, 0] *= stretch
    return rows


def _arch(x, stretch):
    """Height of the body's lower edge: sill, lifted over the wheels."""
    lower = np.full_like(x, _SILL)
    for wheel in _WHEELS:
        reach = 0.36**2 - (x - wheel * stretch) ** 2
        lower = np.maximum(lower, np.where(reach > 0, 0.31 + np.sqrt(np.maximum(reach, 0)), 0))
    return lower


def _body(soup, at, paint, stretch):
    rows = _stations(120, stretch)
    x, half, belt = rows[:, 0], rows[:, 1], rows[:, 2]
    lower = _arch(x, stretch)
    t = np.array([0.0, 0.10, 0.30, 0.55, 0.80, 0.93, 1.0])
    bulge = np.array([0.965, 0.99, 1.0, 1.0, 0.985, 0.965, 0.93])
    for side in (-1, 1):
        points = np.empty((len(x), len(t), 3))
        points[..., 0] = x[:, None]
        points[..., 1] = side * half[:, None] * bulge
        points[..., 2] = lower[:, None] + (belt - lower)[:, None] * t
        _put(soup, paint, at, points)
    across = np.linspace(-1, 1, 13)
    deck = np.empty((len(x), 13, 3))
    deck[..., 0] = x[:, None]
    deck[..., 1] = 0.93 * half[:, None] * across
    deck[..., 2] = belt[:, None] + 0.035 * (1 - across**2)
    _put(soup, paint, at, deck)


def _cabin(soup, at, paint, stretch):
    rows = _stations(120, stretch)
    keep = rows[:, 3] > rows[:, 2] + 0.02
    rows = rows[keep]
    x, belt, roof = rows[:, 0], rows[:, 2], rows[:, 3]
    low, high = 0.93 * rows[:, 1], rows[:, 4]
    t = np.linspace(0, 1, 7)
    for side in (-1, 1):
        points = np.empty((len(x), 7, 3))
        points[..., 0] = x[:, None]
        points[..., 1] = side * (low[:, None] + (high - low)[:, None] * t**1.25)
        points[..., 2] = belt[:, None] + (roof - belt)[:, None] * t
        n = len(x)
        posts = [(0, 2), (int(0.46 * n), int(0.49 * n)), (int(0.80 * n), n - 1)]
        glassy = np.ones(n - 1, bool)
        for a, b in posts:
            glassy[a:b] = False
        for k in range(n - 1):
            _put(soup, "car_glass" if glassy[k] else paint, at, points[k : k + 2, :6])
        _put(soup, paint, at, points[:, 5:])
    across = np.linspace(-1, 1, 11)
    top = np.empty((len(x), 11, 3))
    top[..., 0] = x[:, None]
    top[..., 1] = high[:, None] * across
    top[..., 2] = roof[:, None] + 0.03 * (1 - across**2)
    steep = np.abs(np.gradient(roof, x)) > 0.30
    for k in range(len(x) - 1):
        _put(soup, "car_glass" if steep[k] else paint, at, top[k : k + 2])


def _put(soup, material, at, points):
    sheet(soup, material, at.world(points.reshape(-1, 3)).reshape(points.shape), 0.5)


def _wheel(soup, at, x, side):
    hub = at.world([(x, side * 0.72, 0.31)])[0]
    axis, spin = at.out * side, at.u
    wheel = Frame(hub, spin, axis)
    a = np.linspace(0, 2 * np.pi, 25)
    for material, profile in (
        ("tyre", [(0.0, -0.12), (0.30, -0.12), (0.315, -0.06), (0.315, 0.08), (0.295, 0.105), (0.215, 0.11)]),
        ("galvanised", [(0.215, 0.105), (0.20, 0.07), (0.07, 0.085), (0.0, 0.09)]),
    ):
        profile = np.array(profile)
        points = np.empty((len(profile), 25, 3))
        points[..., 0] = profile[:, :1] * np.cos(a)
        points[..., 1] = profile[:, 1:]
        points[..., 2] = profile[:, :1] * np.sin(a)
        _put(soup, material, wheel, points)
    slots = [
        (
            0.17 * np.cos(b) - 0.025,
            0.17 * np.cos(b) + 0.025,
            0.074,
            0.078,
            0.15 * np.sin(b) - 0.025,
            0.15 * np.sin(b) + 0.025,
        )
        for b in np.arange(0, 6.2, 0.7)
    ]
    boxes(soup, "tyre", wheel, slots)


def car(soup, x, y, turn_deg, paint, *, z=-0.13, stretch=1.0):
    """A parked car whose nose is at (x, y) and whose length runs along the frame's u."""
    at = frame(x, y, turn_deg, z)
    _body(soup, at, paint, stretch)
    _cabin(soup, at, paint, stretch)
    end = 4.0 * stretch
    for wheel in _WHEELS:
        for side in (-1, 1):
            _wheel(soup, at, wheel * stretch, side)
    boxes(
        soup,
        "tyre",
        at,
        [
            (0.25, end - 0.25, -0.70, 0.70, 0.16, 0.45),
            (-0.03, 0.35, -0.66, 0.66, 0.22, 0.44),
            (end - 0.3, end + 0.02, -0.68, 0.68, 0.22, 0.44),
        ],
        0.5,
    )
    boxes(soup, "lantern", at, [(0.02, 0.24, s - 0.14, s + 0.12, 0.56, 0.67) for s in (-0.55, 0.57)], 0.5)
    boxes(soup, "sign_red", at, [(end - 0.14, end - 0.02, s - 0.07, s + 0.07, 0.66, 0.92) for s in (-0.68, 0.68)], 0.5)
    boxes(
        soup,
        "sign_white",
        at,
        [(-0.04, -0.03, -0.24, 0.24, 0.40, 0.50), (end + 0.02, end + 0.03, -0.24, 0.24, 0.50, 0.60)],
        0.5,
    )
    for s in (-1, 1):
        lathe(
            soup,
            paint,
            at.world([(1.42 * stretch, s * 0.93, 0.92)])[0],
            [(0, 0), (0.06, 0.01), (0.07, 0.06), (0.05, 0.12), (0, 0.13)],
            10,
        )
