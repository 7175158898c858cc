"""Rigid motion within the shutter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondunit.render.posing import between, conjugate, displaced, multiply, open_shutter, rotate
from secondunit.render.scene import Pose


def random_pose(seed: int, count: int = 5) -> Pose:
    rng = np.random.default_rng(seed)
    q = rng.normal(size=(count, 4))
    return Pose(rng.normal(size=(count, 3)), q / np.linalg.norm(q, axis=1, keepdims=True), np.ones(count, bool))


@given(st.integers(0, 1000))
def test_a_rotation_and_its_conjugate_cancel(seed: int) -> None:
    pose = random_pose(seed)
    vectors = random_pose(seed + 1).position_m
    back = rotate(conjugate(pose.rotation), rotate(pose.rotation, vectors))
    assert np.abs(back - vectors).max() < 1e-12
    assert np.abs(multiply(pose.rotation, conjugate(pose.rotation)) - [0, 0, 0, 1]).max() < 1e-12


@given(st.integers(0, 1000), st.floats(0, 1))
def test_a_pose_between_is_rigid_and_meets_its_ends(seed: int, t: float) -> None:
    a, b = random_pose(seed), random_pose(seed + 1)
    middle = between(a, b, t)
    assert np.abs(np.linalg.norm(middle.rotation, axis=1) - 1).max() < 1e-12
    assert np.abs(between(a, b, 0.0).rotation - a.rotation).max() < 1e-12
    assert np.allclose(between(a, b, 1.0).position_m, b.position_m)


def test_the_shutters_poses_map_back_to_rest() -> None:
    rest, now, after = (random_pose(seed) for seed in (1, 2, 3))
    shutter = open_shutter(rest, rest, now, after, 3, 0.5, np.ones(5))
    point = np.full((5, 3), 0.3)
    for world, back in zip(shutter.world, shutter.rest_from_time, strict=True):
        there = world[:, :3] + rotate(world[:, 3:], point)
        here = back[:, :3] + rotate(back[:, 3:], there)
        assert np.abs(here - (rest.position_m + rotate(rest.rotation, point))).max() < 1e-5  # single precision


def test_a_still_piece_keeps_exactly_its_rest_transform() -> None:
    rest = random_pose(4)
    nudged = Pose(rest.position_m + 1e-4, rest.rotation, rest.alive)
    shutter = open_shutter(rest, nudged, nudged, nudged, 2, 0.5, np.ones(5))
    assert not shutter.moved.any()
    assert np.array_equal(shutter.world[0, :, :3], rest.position_m.astype(np.float32))
    assert np.array_equal(shutter.rest_from_time[1], np.tile([0, 0, 0, 0, 0, 0, 1], (5, 1)).astype(np.float32))


@pytest.mark.parametrize(("turn", "expected"), [(1e-4, False), (1e-2, True)])
def test_turning_counts_by_how_far_the_rim_goes(turn: float, expected: bool) -> None:
    rest = Pose(np.zeros((1, 3)), np.array([[0.0, 0.0, 0.0, 1.0]]), np.ones(1, bool))
    turned = Pose(np.zeros((1, 3)), np.array([[0.0, 0.0, np.sin(turn / 2), np.cos(turn / 2)]]), np.ones(1, bool))
    assert bool(displaced(rest, turned, np.array([2.0]))[0]) is expected
