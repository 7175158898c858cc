"""Floors, bays and openings on a facade whose windows are known; light directions."""

import numpy as np
import pytest

from secondunit.schema.errors import InputError
from secondunit.vision.facade import count_storeys, read_facade, rectify
from secondunit.vision.light import estimate, sun_direction
from secondunit.vision.matte import building_matte

WIDE, HIGH = 14.0, 10.5


def overlap(a, b):
    across = max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    area = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - across
    return across / area


@pytest.mark.parametrize("name", ["front", "corner"])
def test_storeys_bays_and_windows_are_found(request, name):
    scene = request.getfixturevalue(name)
    grid = read_facade(scene.plate, scene.corners, WIDE, HIGH)
    assert len(grid.floors) == 4
    assert grid.bays == 5
    assert np.allclose(grid.floors, [0, 3.5, 7, 10.5], atol=0.6)
    assert len(grid.openings) == 15
    for opening in scene.openings:
        assert max(overlap(opening, found) for found in grid.openings) > 0.75
    assert grid.confidence > 0.6


def test_counts_may_be_given(front):
    grid = read_facade(front.plate, front.corners, WIDE, HIGH, storeys=2, bays=4)
    assert len(grid.floors) == 3
    assert grid.bays == 4
    assert "given" in grid.said


def test_a_blank_wall_gives_a_regular_grid_and_little_confidence(front):
    rng = np.random.default_rng(2)
    wall = (0.4 + 0.004 * rng.standard_normal(front.plate.shape)).astype(np.float32)
    grid = read_facade(wall, front.corners, WIDE, HIGH)
    assert grid.confidence < 0.4
    assert "assumed" in grid.said
    assert grid.floors[0] == 0.0
    assert grid.floors[-1] == pytest.approx(HIGH)
    assert np.all(np.diff(grid.floors) > 0.5)


def test_storeys_are_counted_without_a_scale(front):
    assert count_storeys(front.plate, front.corners, WIDE / HIGH)[0] == 3


def test_openings_lie_inside_the_facade_and_do_not_overlap(corner):
    openings = read_facade(corner.plate, corner.corners, WIDE, HIGH).openings
    for i, a in enumerate(openings):
        assert 0 <= a[0] < a[2] <= WIDE
        assert 0 <= a[1] < a[3] <= HIGH
        assert all(overlap(a, b) == 0 for b in openings[i + 1 :])


def test_rectified_pixels_are_the_plates(front):
    flat = rectify(front.plate, front.corners, WIDE, HIGH, 20)
    assert flat.shape == (210, 280, 3)
    assert np.allclose(flat[100, 3], [0.45, 0.38, 0.28], atol=0.03)


@pytest.fixture(scope="module")
def corner_matte(corner):
    return building_matte(corner.plate, corner.corners, corner.camera, WIDE, HIGH)


def test_a_given_sun_is_kept_and_turns_with_the_camera(corner, corner_matte):
    light = estimate(corner.plate, corner_matte, corner.camera, sun=(90.0, 30.0))
    right = np.asarray(corner.camera.rotation).reshape(3, 3)[0]
    assert np.allclose(light.sun_direction, np.cos(np.pi / 6) * right + [0, 0, 0.5], atol=1e-6)
    assert light.confidence >= 0.9


def test_what_speaks_for_the_sun_is_said_once(corner, corner_matte):
    said = estimate(corner.plate, corner_matte, corner.camera).said
    assert said.startswith("sun: ")
    assert said.count("facade is lit") <= 1
    assert said.count(" and ") <= 1


def test_azimuth_zero_is_behind_the_building(front):
    sun = sun_direction(front.camera, 0.0, 20.0)
    heading = np.asarray(front.camera.rotation).reshape(3, 3)[2]
    assert sun[1] > 0
    assert sun @ heading == pytest.approx(np.cos(np.radians(16)), abs=0.01)


@pytest.mark.parametrize("sun", [(400.0, 30.0), (10.0, 0.0), (10.0, 95.0)])
def test_an_impossible_sun_is_refused(corner, corner_matte, sun):
    with pytest.raises(InputError, match="--sun"):
        estimate(corner.plate, corner_matte, corner.camera, sun=sun)


def test_a_dark_facade_before_a_bright_sky_is_backlit(corner):
    plate = np.where(corner.alpha[..., None] > 0.5, 0.1 * corner.plate, corner.plate).astype(np.float32)
    matte = building_matte(plate, corner.corners, corner.camera, WIDE, HIGH)
    light = estimate(plate, matte, corner.camera)
    heading = np.asarray(corner.camera.rotation).reshape(3, 3)[2]
    assert np.dot(light.sun_direction, heading) > 0
    assert "behind it" in light.said


def test_sunlit_to_shaded_ground_gives_the_ratio(corner, corner_matte):
    plate = corner.plate.copy()
    ground = np.arange(plate.shape[0]) > 480
    plate[ground, :360] *= 0.25
    light = estimate(plate, corner_matte, corner.camera, sun=(-100.0, 90.0))
    beam, sky = np.array(light.sun_rgb), np.array(light.sky_rgb)
    # Overhead sun: (beam + 0.75 sky) / (0.75 sky) is the brightness ratio, 4.
    assert np.allclose(1 + beam / (0.75 * sky), 4.0, rtol=0.1)
