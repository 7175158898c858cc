"""The matte against a plate whose coverage is known to the sample."""

import cv2
import numpy as np
import pytest

from secondunit.vision.camera import horizon_y
from secondunit.vision.matte import building_matte, polygon_coverage
from secondunit.vision.sky import find_sky

WIDE, HIGH = 14.0, 10.5


@pytest.fixture(scope="module")
def front_matte(front):
    return building_matte(front.plate, front.corners, front.camera, WIDE, HIGH)


@pytest.fixture(scope="module")
def corner_matte(corner):
    return building_matte(corner.plate, corner.corners, corner.camera, WIDE, HIGH)


def test_the_outline_is_exact_against_the_sky(front, front_matte):
    """Within 2 px of true sky, coverage is right to 0.1 on average and hardly anywhere wrong by half."""
    near = cv2.dilate((front.sky > 0.5).astype(np.uint8), np.ones((5, 5))) > 0
    rim = near & (cv2.dilate(front.alpha, np.ones((5, 5))) > 0.02)
    apart = np.abs(front_matte.alpha - front.alpha)[rim]
    assert apart.mean() < 0.05
    assert (apart > 0.5).mean() < 0.01


def test_a_finial_of_four_pixels_is_whole(front, front_matte):
    rows = np.flatnonzero((front.alpha[:15] > 0.9).any(axis=1))
    assert len(rows) == 15, "the finial and the chimney leave the picture at the top"
    solid = front.alpha[:15] > 0.6
    assert front_matte.alpha[:15][solid].min() > 0.5


def test_trees_beside_and_ground_before_stay_out(front, front_matte):
    outside = cv2.dilate(front.alpha, np.ones((9, 9))) < 0.01
    assert front_matte.alpha[outside].max() < 0.05


def test_a_visible_side_wall_belongs_to_the_building(corner, corner_matte):
    assert corner_matte.side == "right"
    assert corner_matte.depth_m == pytest.approx(9.0, abs=0.5)
    assert (np.abs(corner_matte.alpha - corner.alpha) > 0.5).mean() < 0.001
    assert "is a guess" not in corner_matte.said


def test_occluders_are_taken_out_and_kept(front):
    veil = np.zeros(front.alpha.shape, np.float32)
    veil[200:260, 300:320] = 1.0
    found = building_matte(front.plate, front.corners, front.camera, WIDE, HIGH, veil)
    assert found.alpha[200:260, 300:320].max() == 0.0
    assert found.occluders is veil
    assert "--occluders" not in found.said


def test_corners_set_two_pixels_into_the_sky_do_not_take_it_along(front):
    outward = np.array([[-2, 0], [2, 0], [2, 0], [-2, 0]])
    found = building_matte(front.plate, front.corners + outward, front.camera, WIDE, HIGH)
    sky = front.sky > 0.99
    assert (found.alpha[sky] > 0.5).sum() < 20


def test_a_plate_without_sky_says_so(front):
    rng = np.random.default_rng(1)
    bricks = (0.2 + 0.1 * rng.standard_normal(front.plate.shape)).clip(0.01).astype(np.float32)
    quad = polygon_coverage(front.corners, *front.alpha.shape)[..., None]
    plate = (front.plate * quad + bricks * (1 - quad)).astype(np.float32)
    found = building_matte(plate, front.corners, front.camera, WIDE, HIGH)
    assert found.sky.alpha.max() == 0
    assert "no sky" in found.said
    assert "is a guess; look at the first frames, and give --matte" in found.said
    assert found.confidence <= 0.25
    assert np.isfinite(found.alpha).all()


def test_sky_is_found_to_the_pixel_and_modelled_behind_the_house(front):
    horizon = horizon_y(front.camera, np.arange(front.alpha.shape[1]) + 0.5)
    sky = find_sky(front.plate, horizon, np.zeros(front.alpha.shape, bool))
    assert np.abs(sky.alpha - front.sky).mean() < 0.005
    hidden = (front.alpha > 0.5) & (np.arange(front.alpha.shape[0])[:, None] < 250)
    assert np.abs(sky.model - front.empty)[hidden].mean() < 0.03


def test_polygon_coverage_sums_to_the_area():
    corners = np.array([[10.25, 8.5], [50.75, 12.0], [48.0, 40.5], [9.0, 38.25]])
    x, y = corners.T
    area = 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
    assert polygon_coverage(corners, 60, 70).sum() == pytest.approx(area, rel=0.01)


def test_a_depth_that_is_given_bounds_the_side_wall(corner, corner_matte):
    given = building_matte(corner.plate, corner.corners, corner.camera, WIDE, HIGH, depth_m=4.0)
    assert given.depth_m == 4.0
    assert "4.0 m deep" in given.said
    assert given.flank.sum() < 0.7 * corner_matte.flank.sum()
