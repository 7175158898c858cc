"""What sets the collapse off: timed boxes in which the structure is cut, weakened or pushed."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from secondunit.physics.motion import Trigger

Side = Literal["left", "right", "centre", "both"]
Style = Literal["implode", "topple", "peel"]

Corner = tuple[float, float]
WALL_M = 0.8
"""Everything nearer to the outline than this is outer wall."""
SLICE_M = 1.2
"""Outer walls are blown in lengths of this, each by itself."""
PULVERISED = 0.85
"""Share of the blown walls that becomes dust and gravel; the rest is thrown out in pieces."""
HEADLESS = 0.5
"""Of what is thrown out the upper part from here on is blown away, too. Else it would still be a pier: held by the load
it carries, it goes nowhere, and where the draw leaves such piers on all sides the building stands on them."""
CHARGED = 2
"""The lowest storey above the ground that is blown, and how many are left between those that are."""
PULVERISED_ABOVE = 0.6
"""Share of the walls that becomes dust and gravel in a storey above the ground."""
THROWN_ABOVE = 0.3
"""How fast walls are thrown out there, by the speed at the ground: from high up they would land in the camera."""
SWEEP_S = 0.8
"""From the first bay's charges to the last bay's."""
LATER_S = 0.45
"""From a storey's charges to those of the next one up."""
BLOCK_M = 7.0
"""A building comes down in blocks about this wide."""
SEAM_M = 0.3
"""Width of a seam between two blocks: joints a piece apart are all within it."""
UNDERMINED, HINGE = 0.7, 0.85
"""A toppling building loses its supports over the first share of its width; beyond the second its footing lets go."""
PEELED_M = 2.5
"""How much of the building comes off with its front."""
OUT_MPS, LEAN_PER_S = 2.5, 0.2
"""Speed with which a peeled front is thrown out, and what each metre of height adds (rad/s)."""
PAD_M = 1.5
"""How far trigger boxes reach past the walls, so that cornices and plinths belong to them."""


@dataclass(frozen=True)
class Extent:
    """The building's bounds in the world frame (metres) and the heights of its storeys' floors, lowest first."""

    width_m: float
    depth_m: float
    height_m: float
    floors_m: tuple[float, ...]

    def storey(self, index: int) -> tuple[float, float]:
        """Bottom and top of a storey; the last one reaches to the eaves."""
        edges = [*self.floors_m, self.height_m]
        index = max(0, min(index, len(edges) - 2))
        return edges[index], edges[index + 1]


def triggers(extent: Extent, style: Style, side: Side, seed: int) -> list[Trigger]:
    """The events of a style, in seconds after the event frame, earliest first."""
    rng = np.random.default_rng((seed, 77))
    make = {"implode": _implode, "topple": _topple, "peel": _peel}[style]
    return sorted(make(extent, side, rng), key=lambda t: (t.time_s, t.box_min))


def _implode(extent: Extent, side: Side, rng: np.random.Generator) -> list[Trigger]:
    """Charges run through the ground floor from ``side``, and a moment later through every third storey above it; a
    building too low for that has one storey weakened, so that it breaks.

    With the ground floor alone gone a building lands on its first floor and stands there for seconds, every joint
    broken and every wall upright.
    """
    out: list[Trigger] = []
    for time, x, z in _row(extent, side, 0, 0.0, SWEEP_S, rng):
        out += _charge(extent, x, z, time, rng)
    out += _seams(extent, rng)
    storeys = len(extent.floors_m)
    for n, storey in enumerate(range(CHARGED, storeys - 1, CHARGED + 1), start=1):
        for time, x, z in _row(extent, side, storey, n * LATER_S, SWEEP_S, rng):
            out += _charge(extent, x, z, time, rng, pulverised=PULVERISED_ABOVE, thrown=THROWN_ABOVE)
    if storeys == CHARGED + 1:
        for time, x, z in _row(extent, side, storeys // 2, 0.35, SWEEP_S, rng):
            out.append(Trigger(time, (x[0], -PAD_M, z[0]), (x[1], extent.depth_m + PAD_M, z[1]), "weaken", factor=0.15))
    return out


def _seams(extent: Extent, rng: np.random.Generator) -> list[Trigger]:
    """Cuts from the first floor through the roof, made before the charges: the building comes down in blocks, each in
    its own time, and not as a box whose bottom was taken away.
    """
    blocks = round(extent.width_m / BLOCK_M)
    low, high = extent.storey(0)[1], 3.0 * extent.height_m
    out = []
    for n in range(1, blocks):
        x = extent.width_m * (n + float(rng.uniform(-0.2, 0.2))) / blocks
        box = (x - 0.5 * SEAM_M, -PAD_M, low), (x + 0.5 * SEAM_M, extent.depth_m + PAD_M, high)
        out.append(Trigger(0.0, *box, "weaken", factor=0.02))
    return out


def _row(
    extent: Extent, side: Side, storey: int, start_s: float, spread_s: float, rng: np.random.Generator
) -> list[tuple[float, Corner, Corner]]:
    """When each bay of a storey is blown, in the order of ``side``: time, x from and to, z from and to."""
    bottom, top = extent.storey(storey)
    bays = max(3, round(extent.width_m / 3.5))
    edges = np.linspace(-PAD_M, extent.width_m + PAD_M, bays + 1)
    centres = 0.5 * (edges[:-1] + edges[1:]) / extent.width_m
    delay = {
        "left": centres,
        "right": 1.0 - centres,
        "centre": 2.0 * np.abs(centres - 0.5),
        "both": 1.0 - 2.0 * np.abs(centres - 0.5),
    }[side]
    delay = spread_s * np.clip(delay, 0.0, 1.0)
    low, high = bottom + 0.08 * (top - bottom), bottom + 0.88 * (top - bottom)
    out = []
    for bay in range(bays):
        time = float(start_s + delay[bay] + rng.uniform(0.0, 0.06))
        out.append((time, (float(edges[bay]), float(edges[bay + 1])), (low, high)))
    return out


def _charge(
    extent: Extent,
    x: tuple[float, float],
    z: tuple[float, float],
    time: float,
    rng: np.random.Generator,
    pulverised: float = PULVERISED,
    thrown: float = 1.0,
) -> list[Trigger]:
    """One slice of a storey is blown: its inside and most of its walls are pulverised, the rest is kicked out.

    Cut stones alone would go on standing on each other, held by friction; they must leave to make room for the fall.
    """
    low, high = -PAD_M, extent.depth_m + PAD_M
    out = [Trigger(time, (x[0], low, z[0]), (x[1], high, z[1]), "cut")]
    inside = max(x[0], WALL_M), min(x[1], extent.width_m - WALL_M)
    if inside[1] > inside[0]:
        out.append(Trigger(time, (inside[0], WALL_M, z[0]), (inside[1], extent.depth_m - WALL_M, z[1]), "remove"))
    for start, stop, way in _wall_slices(extent, x):
        delay = time + float(rng.uniform(0.0, 0.12))
        if rng.random() < pulverised:
            out.append(Trigger(delay, (*start, z[0]), (*stop, z[1]), "remove"))
            continue
        neck = z[0] + HEADLESS * (z[1] - z[0])
        out.append(Trigger(delay, (*start, neck), (*stop, z[1]), "remove"))
        speed = np.array([way[0], way[1], 0.1]) * rng.uniform(2.0, 5.0) * thrown + rng.normal(0.0, 0.4, 3)
        vx, vy, vz = (float(v) for v in speed)
        out.append(Trigger(delay + 0.1, (*start, z[0]), (*stop, neck), "push", velocity_mps=(vx, vy, max(vz, 0.0))))
    return out


def _wall_slices(extent: Extent, x: tuple[float, float]) -> list[tuple[Corner, Corner, Corner]]:
    """Short lengths of the outer walls between x[0] and x[1]: low corner, high corner, and which way is out."""
    wide, deep = extent.width_m, extent.depth_m
    out: list[tuple[Corner, Corner, Corner]] = []
    edges = np.linspace(x[0], x[1], max(2, round((x[1] - x[0]) / SLICE_M) + 1))
    for left, right in pairwise(float(e) for e in edges):
        out.append(((left, -PAD_M), (right, WALL_M), (0.0, -1.0)))
        out.append(((left, deep - WALL_M), (right, deep + PAD_M), (0.0, 1.0)))
    rows = np.linspace(WALL_M, deep - WALL_M, max(2, round(deep / SLICE_M) + 1))
    for near, far in pairwise(float(e) for e in rows):
        if x[0] < WALL_M:
            out.append(((x[0], near), (WALL_M, far), (-1.0, 0.0)))
        if x[1] > wide - WALL_M:
            out.append(((wide - WALL_M, near), (x[1], far), (1.0, 0.0)))
    return out


def _topple(extent: Extent, side: Side, rng: np.random.Generator) -> list[Trigger]:
    """The supports of one side go, from its edge inwards; the far edge lets go of its footing and becomes the hinge."""
    bottom, top = extent.storey(0)
    low, high = bottom + 0.05 * (top - bottom), bottom + 0.95 * (top - bottom)
    towards = side if side in ("left", "right") else ("left" if rng.random() < 0.5 else "right")
    steps = max(3, round(UNDERMINED * extent.width_m / 3.0))
    edges = np.linspace(0.0, UNDERMINED * extent.width_m, steps + 1)
    edges[0] = -PAD_M
    out = []
    for n, (near, far) in enumerate(pairwise(float(e) for e in edges)):
        x = (near, far) if towards == "left" else (extent.width_m - far, extent.width_m - near)
        out += _charge(extent, x, (low, high), 0.08 * n, rng, pulverised=1.0)
    tie = (HINGE * extent.width_m, extent.width_m + PAD_M)
    if towards == "right":
        tie = (-PAD_M, (1.0 - HINGE) * extent.width_m)
    out.append(Trigger(0.0, (tie[0], -PAD_M, bottom), (tie[1], extent.depth_m + PAD_M, high), "weaken", factor=0.1))
    return out


def _peel(extent: Extent, side: Side, rng: np.random.Generator) -> list[Trigger]:
    """The front is parted from the rest by a seam through floors and walls, loses its ground floor and leans out: it
    falls into the street and leaves the rooms open.
    """
    span = {"left": (0.0, 0.5), "right": (0.5, 1.0), "centre": (0.2, 0.8), "both": (0.0, 1.0)}[side]
    x0, x1 = (edge * extent.width_m + pad for edge, pad in zip(span, (-PAD_M, PAD_M), strict=True))
    roof, back = 3.0 * extent.height_m, min(PEELED_M, 0.3 * extent.depth_m)
    out = [Trigger(0.0, (x0, back - 0.1, 0.0), (x1, back + 0.1, roof), "weaken", factor=0.01)]
    for x in (x0, x1):
        if 0.0 < x < extent.width_m:
            out.append(Trigger(0.0, (x - 0.1, -PAD_M, 0.0), (x + 0.1, back, roof), "weaken", factor=0.01))
    bottom, top = extent.storey(0)
    low, high = bottom + 0.05 * (top - bottom), bottom + 0.95 * (top - bottom)
    edges = np.linspace(x0, x1, max(2, round((x1 - x0) / SLICE_M) + 1))
    for left, right in pairwise(float(e) for e in edges):
        out.append(Trigger(float(rng.uniform(0.1, 0.5)), (left, -PAD_M, low), (right, back, high), "remove"))
    for n in range(1, len(extent.floors_m)):
        bottom, top = extent.storey(n)
        top = roof if n == len(extent.floors_m) - 1 else top
        lean = -OUT_MPS - LEAN_PER_S * 0.5 * (bottom + min(top, extent.height_m))
        out.append(Trigger(0.55, (x0, -PAD_M, bottom), (x1, back, top), "push", velocity_mps=(0.0, lean, 0.0)))
    return out
