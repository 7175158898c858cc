"""What sets the collapse off: timed boxes in which the structure is cut, weakened or pushed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from secondunit.physics.motion import Trigger

Side = Literal["left", "right", "centre", "both"]
Style = Literal["implode", "topple", "peel"]

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
    """Charges run through the ground floor from ``side``, a second row follows higher up."""
    out = _row(extent, side, 0, 0.0, 0.55, rng)
    storeys = len(extent.floors_m)
    if storeys > 2:
        out += _row(extent, side, storeys // 2, 0.35, 0.55, rng)
    return out


def _row(
    extent: Extent, side: Side, storey: int, start_s: float, spread_s: float, rng: np.random.Generator
) -> list[Trigger]:
    """Charges bay by bay through one storey, in the order that ``side`` asks for."""
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
        out += _charge(extent, (float(edges[bay]), float(edges[bay + 1])), (low, high), time, rng)
    return out


def _charge(
    extent: Extent, x: tuple[float, float], z: tuple[float, float], time: float, rng: np.random.Generator
) -> list[Trigger]:
    """One slice of a storey is blown: its bonds go, its inside is pulverised, its outer walls are kicked out.

    Cut stones alone would go on standing on each other; what makes room for the fall is that they leave.
    """
    front, back, left, right = 0.8, extent.depth_m - 0.8, 0.8, extent.width_m - 0.8
    low, high = -PAD_M, extent.depth_m + PAD_M
    out = [Trigger(time, (x[0], low, z[0]), (x[1], high, z[1]), "cut")]
    inside = max(x[0], left), min(x[1], right)
    if inside[1] > inside[0] and back > front:
        out.append(Trigger(time, (inside[0], front, z[0]), (inside[1], back, z[1]), "remove"))
    kick = float(rng.uniform(2.5, 4.5))
    faces = [((x[0], low), (x[1], front), (0.0, -kick)), ((x[0], back), (x[1], high), (0.0, kick))]
    if x[0] < left:
        faces.append(((x[0], front), (left, back), (-kick, 0.0)))
    if x[1] > right:
        faces.append(((right, front), (x[1], back), (kick, 0.0)))
    for start, stop, (vx, vy) in faces:
        speed = (vx + float(rng.normal(0.0, 0.5)), vy + float(rng.normal(0.0, 0.5)), float(rng.uniform(0.0, 0.8)))
        out.append(Trigger(time + 0.02, (*start, z[0]), (*stop, z[1]), "push", velocity_mps=speed))
    return out


def _topple(extent: Extent, side: Side, rng: np.random.Generator) -> list[Trigger]:
    """The supports of one side go, deepest first; the other side becomes the hinge."""
    bottom, top = extent.storey(0)
    towards = side if side in ("left", "right") else ("left" if rng.random() < 0.5 else "right")
    out = []
    steps = max(3, round(0.7 * extent.width_m / 3.0))
    for n in range(steps):
        near, far = 0.7 * n / steps * extent.width_m, 0.7 * (n + 1) / steps * extent.width_m
        x0, x1 = (near - PAD_M if n == 0 else near), far
        if towards == "right":
            x0, x1 = extent.width_m - x1, extent.width_m - x0
        reach = bottom + (top - bottom) * (0.95 - 0.6 * n / steps)
        out += _charge(extent, (x0, x1), (bottom + 0.05 * (top - bottom), reach), 0.08 * n, rng)
    return out


def _peel(extent: Extent, side: Side, rng: np.random.Generator) -> list[Trigger]:
    """The front wall lets go of its floors, storey by storey from the top, and falls into the street."""
    span = {"left": (0.0, 0.5), "right": (0.5, 1.0), "centre": (0.2, 0.8), "both": (0.0, 1.0)}[side]
    x0, x1 = (edge * extent.width_m + pad for edge, pad in zip(span, (-PAD_M, PAD_M), strict=True))
    out = []
    for n in range(len(extent.floors_m)):
        bottom, top = extent.storey(len(extent.floors_m) - 1 - n)
        low, high = (x0, -PAD_M, bottom + 0.1), (x1, 0.9, top)
        time = 0.12 * n + float(rng.uniform(0.0, 0.05))
        out.append(Trigger(time, low, high, kind="weaken", factor=0.12))
        out.append(Trigger(time + 0.05, low, high, kind="push", velocity_mps=(0.0, -1.2 - 0.3 * n, 0.0)))
    bottom, top = extent.storey(0)
    out.append(
        Trigger(0.3, (x0, -PAD_M, bottom + 0.1 * (top - bottom)), (x1, 0.9, bottom + 0.8 * (top - bottom)), "cut")
    )
    return out
