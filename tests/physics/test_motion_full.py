"""The gates of a collapse on a building of full size: what a small one hides shows under the weight of five floors."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from secondunit.physics import bonds as bonding
from secondunit.physics import fracture as breaking
from secondunit.physics.motion import Motion, Settings, Settled, Trigger, settle, simulate
from secondunit.physics.pieces import Bonds, Pieces
from secondunit.tools.collapse import building as plans
from secondunit.tools.collapse.fall import extent
from secondunit.tools.collapse.triggers import triggers

pytestmark = pytest.mark.slow
SETTINGS = Settings()
EARLY = 48
"""State at which half the step is compared: while it falls, for at the end everything has fallen anyway."""


@cache
def full_building() -> tuple[Pieces, Bonds, Settled]:
    """Five storeys of masonry with concrete floors, eighteen metres wide, some 950 pieces."""
    pieces, _ = breaking.fracture(*plans.solids(plans.example("masonry", 5, 18.0)), seed=1, budget=950)
    glue, _ = bonding.bonds(pieces, 1)
    assert 850 < len(pieces) < 1100
    return pieces, glue, settle(pieces, glue, SETTINGS)


def charges(seed: int = 1, way: str = "implode") -> list[Trigger]:
    """The tool's own demolition of that building."""
    return triggers(extent(plans.example("masonry", 5, 18.0)), way, "left", seed)


@cache
def collapse(seed: int = 1, way: str = "implode") -> Motion:
    """Followed until nine seconds after the last charge."""
    pieces, glue, settled = full_building()
    frames = math.ceil(24 * (9.0 + max(charge.time_s for charge in charges(seed, way))))
    return simulate(pieces, glue, settled, charges(seed, way), frames, 24, SETTINGS)


def fallen_share(motion: Motion, frame: int) -> float:
    """Share of the mass that is still there and has fallen by more than a metre."""
    pieces = full_building()[0]
    drop = motion.position_m[0, :, 2] - motion.position_m[frame, :, 2]
    return float(pieces.mass_kg[(drop > 1.0) & motion.alive[frame]].sum() / pieces.mass_kg.sum())


def test_overlaps_stay_small_in_every_frame() -> None:
    """Polytope distance: p99 of all touching pairs over all states, the same of nineteen states in twenty (when a floor
    lands, a state's p99 is that of what it lands on), and the deepest of all. What a joint had pressed together when it
    let go counts.
    """
    motion = collapse()
    assert fallen_share(motion, -1) > 0.5
    assert float(str(motion.report["penetration_p99_m"])) < 0.01
    assert np.percentile(motion.penetration_m[:, 0], 95.0) < 0.02
    assert motion.penetration_m[:, 1].max() < 0.10


@pytest.mark.xfail(strict=True, reason="when a floor lands, a state's p99 is that of the few pairs it lands on: 2.3 cm")
def test_overlaps_stay_small_in_every_single_state() -> None:
    """The same p99, in each state after the first second."""
    assert collapse().penetration_m[24:, 0].max() < 0.02


def test_a_building_is_a_heap_four_seconds_after_the_last_charge() -> None:
    """From twice a free fall on (18 m: 1.9 s) the eye sees sinking, not falling."""
    motion, pieces = collapse(), full_building()[0]
    late = np.searchsorted(motion.time_s, float(str(motion.report["last_trigger_end_s"])) + 4.0)
    there = motion.alive[late]
    high = [np.average(motion.position_m[n, there, 2], weights=pieces.mass_kg[there]) for n in (0, late)]
    assert high[1] < 0.3 * high[0]


@pytest.mark.parametrize(("way", "seed"), [("implode", 1), ("implode", 3), ("topple", 3)])
def test_rubble_is_at_rest_within_nine_seconds(way: str, seed: int) -> None:
    """Of these and others that are not run here one missed it: 0.055 m/s, a small building."""
    motion = collapse(seed, way)
    speed = np.linalg.norm(motion.velocity_mps[-1], axis=1)[motion.alive[-1]]
    assert np.percentile(speed, 95) < 0.05
    still = motion.asleep[1:] & motion.asleep[:-1] & (np.abs(motion.velocity_mps[1:]).max(axis=2) == 0.0)
    moved = np.any(motion.position_m[1:] != motion.position_m[:-1], axis=2)
    assert not (still & moved & (motion.dissipated_j[1:] == 0.0)).any()


def test_energy_never_rises_after_the_last_trigger() -> None:
    motion = collapse()
    after = np.searchsorted(motion.time_s, float(str(motion.report["last_trigger_end_s"]))) + 1
    total = motion.energy_j[after:, :4].sum(axis=1)
    assert (total - np.minimum.accumulate(total)).max() < 1e-3 * total[0]


def test_half_the_step_drops_the_same_mass() -> None:
    pieces, glue, settled = full_building()
    fine = simulate(pieces, glue, settled, charges(), EARLY, 24, replace(SETTINGS, step_s=0.5 * SETTINGS.step_s))
    coarse = fallen_share(collapse(), EARLY)
    assert coarse > 0.3
    assert fallen_share(fine, EARLY) == pytest.approx(coarse, rel=0.10)


def test_nothing_is_shot_out_of_the_heap() -> None:
    """What is caught between floors holds their load as a spring does, which once threw a window bar at 84 m/s. Falling
    from the roof gives 18.8 m/s; contacts throw nothing up faster than 7 m/s, give or take a step's 2.
    """
    motion = collapse()
    assert np.linalg.norm(motion.velocity_mps, axis=2)[motion.alive].max() < math.sqrt(2 * 9.81 * 18.0) + 5.0
    assert motion.velocity_mps[..., 2][motion.alive].max() < 7.0 + 2.0
