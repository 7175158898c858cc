"""The hull of what may change holds what moves and its shadow, and leaves the sky alone."""

import numpy as np
import pytest

from secondunit.schema import Camera, Light
from secondunit.tools.collapse.hull import hull

EYE = (10.0, -30.0, 1.7)
CAMERA = Camera(
    width=320,
    height=180,
    focal_px=240.0,
    centre_px=(160.0, 90.0),
    rotation=(1, 0, 0, 0, 0, -1, 0, 1, 0),
    position_m=EYE,
)
GREY = (1.0, 1.0, 1.0)


def light(x: float) -> Light:
    up = np.array([x, -0.5, 0.7])
    east, north, high = (float(v) for v in up / np.linalg.norm(up))
    return Light(
        sun_direction=(east, north, high), sun_rgb=GREY, sky_rgb=GREY, ground_rgb=GREY, confidence=1, said="given"
    )


def allowed(place: tuple[float, float, float], radius: float) -> np.ndarray:
    nothing = np.zeros((180, 320), np.float32)
    return hull(CAMERA, light(0.5), np.array([place]), np.array([radius]), None, nothing)


def test_a_sphere_is_inside_its_own_hull() -> None:
    mask = allowed((10.0, 0.0, 8.0), 1.0)
    # Thirty metres away a metre is 8 px; the centre projects to 6.3 m above the horizon: 50 px.
    for turn in np.linspace(0.0, 2.0 * np.pi, 16):
        assert mask[round(90 - 50.4 + 8 * np.sin(turn)), round(160 + 8 * np.cos(turn))]


def test_the_sky_beside_it_stays_outside() -> None:
    mask = allowed((10.0, 0.0, 8.0), 1.0)
    assert not mask[:20].any()
    assert not mask[40, :130].any()
    assert mask[:88].mean() < 0.03


def test_the_matte_belongs_to_it() -> None:
    matte = np.zeros((180, 320), np.float32)
    matte[5, 7] = 0.25
    mask = hull(CAMERA, light(0.5), np.array([[10.0, 0.0, 8.0]]), np.array([1.0]), None, matte)
    assert mask[5, 7]


@pytest.mark.parametrize("x", [-0.8, 0.8])
def test_ground_whose_sky_changes_belongs_to_it(x: float) -> None:
    mask = hull(CAMERA, light(x), np.array([[10.0, 0.0, 8.0]]), np.array([1.0]), None, np.zeros((180, 320), np.float32))
    assert mask[110:].all()
