"""Steady points: no jitter, no lag."""

import numpy as np
import pytest

from secondunit.faces import smooth, topology

FPS = 24.0


def face(width=200.0):
    flat = topology.UV[: topology.MESH].astype(np.float64)
    flat = (flat - flat.mean(axis=0)) / np.ptp(flat[:, 0]) * width
    return np.concatenate([flat, 0.2 * np.abs(flat[:, :1])], axis=1)


def test_what_stands_still_stands_still():
    still = np.repeat(face()[None], 12, axis=0)
    assert np.abs(smooth.steady(still, FPS) - still).max() < 1e-3


def test_jitter_of_a_pixel_is_halved_at_least():
    """Independent noise of 0.5 pixels on each point of a face of 200: what is left between frames."""
    rng = np.random.default_rng(1)
    noisy = np.repeat(face()[None], 60, axis=0) + 0.5 * rng.standard_normal((60, topology.MESH, 3))
    left = smooth.steady(noisy, FPS)
    assert np.diff(left, axis=0).std() < 0.4 * np.diff(noisy, axis=0).std()


@pytest.mark.parametrize("speed", [1.0, 8.0])
def test_a_head_that_moves_evenly_is_not_left_behind(speed):
    """Pixels a frame; away from the ends, where one of the two ways has no past."""
    moving = np.stack([face() + np.array([speed * n, 0, 0]) for n in range(60)])
    behind = (smooth.steady(moving, FPS) - moving)[15:45, :, 0]
    assert np.abs(behind).max() < 0.1


def test_sizes_of_pictures_do_not_matter():
    rng = np.random.default_rng(2)
    noisy = np.stack([face() + np.array([2.0 * n, 0, 0]) for n in range(20)]) + 0.3 * rng.standard_normal(
        (20, topology.MESH, 3)
    )
    assert np.abs(smooth.steady(4 * noisy, FPS) / 4 - smooth.steady(noisy, FPS)).max() < 1e-3


def test_two_frames_are_left_as_they_are():
    two = np.stack([face(), face() + 3])
    assert smooth.steady(two, FPS) is two
