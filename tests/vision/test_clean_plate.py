"""The clean plate and the grain that is laid on it."""

from dataclasses import replace

import numpy as np
import pytest

from secondunit.vision import cleanplate, grain
from secondunit.vision.camera import horizon_y
from secondunit.vision.fill import membrane
from secondunit.vision.matte import building_matte


@pytest.fixture(scope="module")
def cleaned(front):
    matte = building_matte(front.plate, front.corners, front.camera, 14.0, 10.5)
    remove = cleanplate.removal(matte)
    horizon = horizon_y(front.camera, np.arange(front.alpha.shape[1]) + 0.5)
    made = cleanplate.clean_plate(front.plate, remove, matte.sky, matte.ground, horizon, 5)
    return matte, remove, horizon, made


def test_pixels_outside_the_removal_are_bit_identical(front, cleaned):
    _, remove, _, made = cleaned
    assert np.array_equal(made[remove == 0], front.plate[remove == 0])


def test_the_removal_covers_the_building(front, cleaned):
    assert cleaned[1][front.alpha > 0.02].min() == 1.0


def test_the_sky_behind_is_the_true_sky(front, cleaned):
    _, remove, horizon, made = cleaned
    rows = np.arange(front.alpha.shape[0])[:, None]
    hidden = (remove > 0) & (rows < horizon[None, :] - 60)
    assert np.abs(made - front.empty)[hidden].mean() < 0.03


def test_the_ground_behind_is_the_true_ground(front, cleaned):
    _, remove, horizon, made = cleaned
    rows = np.arange(front.alpha.shape[0])[:, None]
    hidden = (remove > 0) & (rows > horizon[None, :] + 12)
    assert hidden.sum() > 1000
    assert np.abs(made - front.empty)[hidden].mean() < 0.03


def test_no_seam_against_the_sky(front, cleaned):
    """Across the removal's rim on the sky the step is no larger than the noise."""
    matte, remove, _, made = cleaned
    inside, outside = remove[:, :-1] > 0, remove[:, 1:] == 0
    clear = (matte.sky.alpha[:, 1:] > 0.99) & inside & outside
    step = (made[:, 1:] - made[:, :-1])[clear]
    assert clear.sum() > 50
    assert np.abs(step.mean()) < 0.01


def test_the_same_seed_gives_the_same_bits(front, cleaned):
    matte, remove, horizon, made = cleaned
    again = cleanplate.clean_plate(front.plate, remove, matte.sky, matte.ground, horizon, 5)
    other = cleanplate.clean_plate(front.plate, remove, matte.sky, matte.ground, horizon, 6)
    assert np.array_equal(again, made)
    assert not np.array_equal(other, made)


def test_nothing_to_remove_returns_the_plate(front, cleaned):
    matte, remove, horizon, _ = cleaned
    made = cleanplate.clean_plate(front.plate, 0 * remove, matte.sky, matte.ground, horizon, 5)
    assert np.array_equal(made, front.plate)


def test_a_membrane_continues_a_plane_and_keeps_what_is_known():
    """A linear ramp is its own Laplace solution, so the hole must fill with it (to the solver's few sweeps)."""
    y, x = np.mgrid[0:64, 0:80].astype(np.float32)
    ramp = (0.01 * x + 0.02 * y)[..., None]
    known = np.ones((64, 80), bool)
    known[20:44, 25:60] = False
    filled = membrane(np.where(known[..., None], ramp, 0).astype(np.float32), known)
    assert np.array_equal(filled[known], ramp[known])
    assert np.abs(filled - ramp).max() < 0.03


def noisy(sigma, clump=0.0, seed=0):
    _, x = np.mgrid[0:256, 0:384].astype(np.float32)
    base = np.stack([0.2 + 0.6 * x / 384] * 3, axis=-1).astype(np.float32)
    model = grain.Grain((0.5,), ((sigma,) * 3,), clump, 0.5)
    return base, grain.apply(base, model, seed, 9)


@pytest.mark.parametrize(("sigma", "clump"), [(0.004, 0.0), (0.01, 0.5)])
def test_measured_grain_is_the_grain_laid_on(sigma, clump):
    """The flattest tenth of patches is biased low by selection (a few sigma of 64 samples), so 35 % is allowed."""
    _, plate = noisy(sigma, clump)
    found = grain.measure(plate)
    assert np.median(np.array(found.sigma)) == pytest.approx(sigma, rel=0.35)
    assert found.clump == pytest.approx(clump, abs=0.2)


def test_grain_is_the_frames_own_and_repeats():
    base, one = noisy(0.01, seed=3)
    _, same = noisy(0.01, seed=3)
    _, other = noisy(0.01, seed=4)
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert (one - base).std() == pytest.approx(0.01, rel=0.05)


def test_grain_of_weight_zero_changes_no_bit():
    base, _ = noisy(0.01)
    where = np.zeros(base.shape[:2], np.float32)
    where[:100] = 1
    made = grain.apply(base, grain.Grain((0.5,), ((0.01,) * 3,), 0.3, 0.5), 1, 2, where)
    assert np.array_equal(made[100:], base[100:])
    assert not np.array_equal(made[:100], base[:100])


def test_a_picture_without_noise_has_no_grain():
    assert grain.measure(np.full((128, 128, 3), 0.3, np.float32)) == grain.NO_GRAIN


def test_a_neighbour_goes_on_behind_the_building_for_a_little(front, cleaned):
    """A red wall beside the building: the strip behind its edge is red, what lies deeper is the sky as before, and a
    lamp post that is thinner than the strip is not carried on."""
    matte, remove, horizon, made = cleaned
    width = front.plate.shape[1]
    reach = max(3, round(cleanplate.BESIDE_SHARE * width))
    row = int(0.5 * (np.argmax((remove > 0).any(axis=1)) + horizon.mean()))
    edge = int(np.flatnonzero(remove[row] > 0).max()) + 1
    for wide, carried in ((6 * reach, True), (reach // 2, False)):
        plate, alpha = front.plate.copy(), matte.sky.alpha.copy()
        wall = slice(row - 30, row + 30), slice(edge, edge + wide)
        plate[wall], alpha[wall] = (0.6, 0.05, 0.05), 0.0
        found = cleanplate.clean_plate(plate, remove, replace(matte.sky, alpha=alpha), matte.ground, horizon, 5)
        strip, deep = found[row, edge - reach + 1 : edge], found[row, edge - 3 * reach : edge - reach - 2]
        red = strip[:, 0] > 3.0 * strip[:, 2]
        assert red.mean() > 0.8 if carried else not red.any()
        assert np.abs(deep - made[row, edge - 3 * reach : edge - reach - 2]).mean() < 0.1
