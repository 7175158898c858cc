"""The building breaks and falls: plan, pieces, bonds, settling, motion, each a stage of its own in the cache."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from secondunit.physics.debris import Debris, DebrisSettings, simulate_debris
from secondunit.physics.motion import Motion, Settings, Settled, settle, simulate
from secondunit.physics.pieces import Bonds, Pieces
from secondunit.schema import CollapseBrief
from secondunit.tools.base import Context
from secondunit.tools.collapse.arrays import pack, unpack
from secondunit.tools.collapse.building import Building
from secondunit.tools.collapse.shot import Clock
from secondunit.tools.collapse.triggers import Extent, triggers

PIECES = {"draft": 900, "review": 1500, "final": 2500}
"""How many pieces a building is broken into; size classes scale to fit."""
SMALL = {"draft": (5000, 0.12), "review": (9000, 0.10), "final": (14000, 0.07)}
"""How many small fragments a shot gets, and the size (m) of the least; smaller pixels show more of them."""


@dataclass(frozen=True)
class Fall:
    """What fell and how: see `physics.pieces`, `physics.motion` and `physics.debris`."""

    pieces: Pieces
    bonds: Bonds
    motion: Motion
    small: Debris


def fall(building: Building, brief: CollapseBrief, clock: Clock, ctx: Context) -> Fall:
    """Break the building, let it settle, set it off and follow it to the shot's last frame."""
    pieces, bonds = _broken(building, brief, ctx)
    settled = _settled(pieces, bonds, ctx)
    motion = _moved(building, brief, clock, pieces, bonds, settled, ctx)
    return Fall(pieces, bonds, motion, _small(pieces, bonds, motion, brief, ctx))


def _broken(building: Building, brief: CollapseBrief, ctx: Context) -> tuple[Pieces, Bonds]:
    from secondunit.physics import bonds as bonding
    from secondunit.physics import fracture as breaking
    from secondunit.tools.collapse import building as plans

    target = PIECES[brief.quality]

    def make() -> dict[str, NDArray[Any]]:
        pieces, report = breaking.fracture(*plans.solids(building), seed=brief.seed, budget=target)
        glue, held = bonding.bonds(pieces, brief.seed)
        ctx.say(report.said())
        ctx.say(held.said())
        return pack("pieces", pieces) | pack("bonds", glue)

    code = ["secondunit.physics.fracture", "secondunit.physics.bonds", "secondunit.tools.collapse.building"]
    inputs = {"building": building, "seed": brief.seed, "target": target}
    arrays = ctx.cached("fracture", inputs, make, code=code)
    return unpack(Pieces, "pieces", arrays), unpack(Bonds, "bonds", arrays)


def _settled(pieces: Pieces, bonds: Bonds, ctx: Context) -> Settled:
    def make() -> dict[str, NDArray[Any]]:
        return pack("settled", settle(pieces, bonds, Settings()))

    arrays = ctx.cached("settle", {"pieces": pieces, "bonds": bonds}, make, code=["secondunit.physics.motion_settle"])
    return unpack(Settled, "settled", arrays)


def _moved(
    building: Building,
    brief: CollapseBrief,
    clock: Clock,
    pieces: Pieces,
    bonds: Bonds,
    settled: Settled,
    ctx: Context,
) -> Motion:
    events = triggers(extent(building), brief.style, brief.trigger, brief.seed)

    def make() -> dict[str, NDArray[Any]]:
        motion = simulate(
            pieces,
            bonds,
            settled,
            events,
            clock.simulated,
            clock.fps,
            Settings(),
            device=ctx.device,
            progress=lambda done, total: ctx.progress("motion", done, total),
            check=ctx.check,
        )
        return pack("motion", motion)

    inputs = {"settled": settled, "pieces": pieces, "bonds": bonds, "events": events}
    inputs |= {"frames": clock.simulated, "fps": clock.fps}
    return unpack(Motion, "motion", ctx.cached("motion", inputs, make, code=["secondunit.physics.motion"]))


def _small(pieces: Pieces, bonds: Bonds, motion: Motion, brief: CollapseBrief, ctx: Context) -> Debris:
    budget, least = SMALL[brief.quality]
    settings = DebrisSettings(budget=budget, least_m=least)

    def progress(done: int, total: int) -> None:
        ctx.check()
        ctx.progress("debris", done, total)

    def make() -> dict[str, NDArray[Any]]:
        return pack("debris", simulate_debris(pieces, bonds, motion, brief.seed, settings, ctx.device, progress))

    inputs = {"motion": motion, "pieces": pieces, "bonds": bonds, "seed": brief.seed, "how": settings}
    return unpack(Debris, "debris", ctx.cached("debris", inputs, make, code=["secondunit.physics.debris"]))


def extent(building: Building) -> Extent:
    """The building's bounds as the triggers need them."""
    return Extent(building.width_m, building.depth_m, building.height_m, tuple(building.floors_m[:-1]))


def coat(motion: Motion) -> NDArray[np.float32]:
    """How much dust lies on each piece at each state, (F,P), 0 to 1: it grows while the piece moves among others."""
    moving = np.linalg.norm(motion.velocity_mps, axis=2) > 0.3
    seconds = np.cumsum(moving * np.diff(motion.time_s, prepend=0.0)[:, None], axis=0)
    return np.asarray(0.75 * (1.0 - np.exp(-0.8 * seconds)), dtype=np.float32)
