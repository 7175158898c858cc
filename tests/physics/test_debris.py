"""Small debris answers to equations: fall, rebound, rest on what is there, and its law of sizes."""

from dataclasses import replace

import numpy as np
import pytest

from secondunit.physics.debris import Debris, DebrisSettings, simulate_debris
from secondunit.physics.motion import Motion, Settings, Trigger, settle, simulate
from secondunit.physics.pieces import Bonds, Pieces
from secondunit.physics.reference import boxes, glue_boxes, no_bonds, unglued

G = 9.80665
FEW = DebrisSettings(budget=400, spread_mps=0.0, kick_mps=(0.0, 0.0))


def blown(height_m: float, shelf: bool = False) -> tuple[Pieces, Bonds, Motion]:
    """A cube that a charge takes out at 0.1 s, `height_m` up, above the ground or above a fixed shelf 2 m below it."""
    at = [[0.0, 0.0, height_m], [0.0, 0.0, height_m - 2.0]] if shelf else [[0.0, 0.0, height_m], [50.0, 0.0, 0.5]]
    half = np.array([[0.5, 0.5, 0.5], [6.0, 6.0, 0.5] if shelf else [0.5, 0.5, 0.5]])
    pieces = boxes(np.array(at), half, fixed=[1])
    bonds = no_bonds()
    still = Settings(gravity_mps2=1.0e-9)
    box = (-1.0, -1.0, height_m - 0.2), (1.0, 1.0, height_m + 0.2)
    charge = Trigger(0.1, *box, kind="remove")
    return pieces, bonds, simulate(pieces, bonds, unglued(pieces, pieces.centroid_m), [charge], 72, 24, still)


def made(height_m: float, shelf: bool = False, settings: DebrisSettings = FEW, seed: int = 1) -> Debris:
    return simulate_debris(*blown(height_m, shelf), seed, settings)


def test_fragments_fall_as_gravity_says() -> None:
    """g t^2/2 with symplectic Euler's g t dt/2 on top; drag takes up to 0.9/(rho s) v^2 = 0.8 % of g at 6 m/s from
    fragments of 0.2 m and more, so 1 % in all."""
    debris = made(40.0, settings=replace(FEW, least_m=0.3))
    born = int(debris.born[0])
    for after in (5, 10, 15):
        t = after / 24.0
        fallen = debris.position_m[born, :, 2] - debris.position_m[born + after, :, 2]
        steps = np.ceil((1 / 24) / FEW.step_s) * 24
        np.testing.assert_allclose(fallen, 0.5 * G * t * (t + 1.0 / steps), rtol=0.01)


def test_they_appear_where_the_piece_was_and_not_before() -> None:
    debris = made(5.0)
    there = debris.alive()
    born = int(debris.born[0])
    assert (debris.born == born).all()
    assert not there[born - 1].any()
    assert there[born:].all()
    assert (np.abs(debris.position_m[born] - [0.0, 0.0, 5.0]) <= 0.5 + 1e-5).all()


@pytest.mark.parametrize("shelf", [False, True])
def test_they_come_to_rest_on_what_is_below(shelf: bool) -> None:
    """On the ground the middle lies half a size up; on a shelf as well, within the skin and one step's sag."""
    debris = made(6.0, shelf)
    floor = 4.5 if shelf else 0.0
    above = debris.position_m[-1, :, 2] - floor
    speed = np.abs(debris.position_m[-1] - debris.position_m[-2]).max(axis=1) * 24
    on = np.abs(debris.position_m[-1, :, :2]).max(axis=1) < (5.5 if shelf else 1e3)
    assert on.mean() > 0.9
    np.testing.assert_allclose(above[on], 0.5 * debris.size_m[on], atol=0.02)
    assert np.percentile(speed[on], 95) < 0.1


def test_the_rebound_loses_what_restitution_says() -> None:
    """Dropped 1.5 m onto the ground, a fragment rises again to e^2 of its fall, give or take a state's time."""
    debris = made(2.0, settings=replace(FEW, bounce=0.5, least_m=0.3))
    start = debris.position_m[int(debris.born[0]), :, 2] - 0.5 * debris.size_m
    height = debris.position_m[:, :, 2] - 0.5 * debris.size_m
    landed = np.argmax(np.diff(height, axis=0) > 0.0, axis=0)
    rises = np.array([height[at:, n].max() for n, at in enumerate(landed)])
    low = start > 1.0
    np.testing.assert_allclose(np.median(rises[low] / start[low]), 0.25, atol=0.06)


def test_sizes_follow_the_power_law() -> None:
    """Maximum likelihood (Hill) over the part far from the upper cut: D within three standard errors, D/sqrt(n)."""
    settings = replace(FEW, budget=4000, least_m=0.05, most_m=5.0)
    size = made(5.0, settings=settings).size_m.astype(float)
    assert len(size) == 4000
    assert size.min() >= 0.05 * (1 - 1e-5)
    found = 1.0 / np.log(size / 0.05).mean()
    assert found == pytest.approx(2.5, abs=3 * 2.5 / np.sqrt(len(size)))


def test_the_same_seed_gives_the_same_fragments() -> None:
    first, again, other = made(5.0), made(5.0), made(5.0, seed=2)
    assert first.position_m.tobytes() == again.position_m.tobytes()
    assert first.rotation.tobytes() == again.rotation.tobytes()
    assert first.size_m.tobytes() != other.size_m.tobytes()


def test_nothing_breaks_nothing_is_born() -> None:
    pieces = boxes(np.array([[0.0, 0.0, 0.5]]), 0.5)
    bonds = glue_boxes(pieces)
    motion = simulate(pieces, bonds, settle(pieces, bonds, Settings()), [], 4, 24, Settings())
    debris = simulate_debris(pieces, bonds, motion, 1)
    assert len(debris.size_m) == 0
    assert debris.position_m.shape == (5, 0, 3)
