"""Every style does to a building what its name says."""

from functools import cache

import numpy as np
import pytest

from secondunit.physics import bonds as bonding
from secondunit.physics import fracture as breaking
from secondunit.physics.motion import Motion, Settings, Settled, settle, simulate
from secondunit.physics.pieces import Bonds, Floats, Pieces
from secondunit.tools.collapse import building as plans
from secondunit.tools.collapse.fall import extent
from secondunit.tools.collapse.triggers import PEELED_M, Side, Style, triggers

pytestmark = pytest.mark.slow
HOUSE = plans.example("masonry", 4, 14.0)


@cache
def standing() -> tuple[Pieces, Bonds, Settled]:
    """Four storeys, fourteen metres wide, some 500 pieces."""
    pieces, _ = breaking.fracture(*plans.solids(HOUSE), seed=1, budget=500)
    glue, _ = bonding.bonds(pieces, 1)
    return pieces, glue, settle(pieces, glue, Settings())


def fallen(style: Style, side: Side, seconds: float) -> tuple[Floats, Floats, Floats]:
    """(N,) mass, (N,3) place at rest, (N,) metres fallen, of what was not blown to dust."""
    pieces, glue, settled = standing()
    motion: Motion = simulate(
        pieces, glue, settled, triggers(extent(HOUSE), style, side, 1), round(24 * seconds), 24, Settings()
    )
    left = motion.alive[-1]
    drop = motion.position_m[0, :, 2] - motion.position_m[-1, :, 2]
    return pieces.mass_kg[left], pieces.centroid_m[left], drop[left]


def share(mass: Floats, which: Floats) -> float:
    """Share of the mass for which `which` holds."""
    return float(mass[which.astype(bool)].sum() / mass.sum())


def test_implode_brings_everything_down() -> None:
    mass, _, drop = fallen("implode", "centre", 5.0)
    assert share(mass, drop > 1.0) > 0.8


@pytest.mark.parametrize(("side", "sign"), [("left", 1.0), ("right", -1.0)])
def test_topple_brings_its_side_down_first(side: Side, sign: float) -> None:
    mass, place, drop = fallen("topple", side, 1.6)
    near = sign * (place[:, 0] - 0.5 * HOUSE.width_m) < 0.0
    assert share(mass[near], drop[near] > 1.0) > share(mass[~near], drop[~near] > 1.0) + 0.15


def test_peel_takes_the_front_and_leaves_the_rest() -> None:
    mass, place, drop = fallen("peel", "both", 3.0)
    upper = place[:, 2] > 2.0 * HOUSE.height_m / 4.0
    front, behind = upper & (place[:, 1] < 0.5), upper & (place[:, 1] > PEELED_M + 1.0)
    assert share(mass[front], drop[front] > 2.0) > 0.6
    assert share(mass[behind], drop[behind] > 2.0) < 0.2
    assert np.isfinite(drop).all()
