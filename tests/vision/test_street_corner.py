"""The example plate, whose scene is known: camera without EXIF, matte, side wall, facade and sun."""

import json
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest

from secondunit.vision.camera import solve
from secondunit.vision.facade import count_storeys, read_facade
from secondunit.vision.light import estimate
from secondunit.vision.matte import building_matte

FOLDER = Path(__file__).parents[2] / "examples" / "street_corner"


def linear(name):
    shown = cv2.imread(str(FOLDER / name))[..., ::-1].astype(np.float32) / 255
    return np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4).astype(np.float32)


def coverage(name):
    picture = cv2.imread(str(FOLDER / name), cv2.IMREAD_UNCHANGED)
    return (picture if picture.ndim == 2 else picture[..., -1]).astype(np.float32) / np.iinfo(picture.dtype).max


@pytest.fixture(scope="module")
def street():
    brief = tomllib.loads((FOLDER / "example.toml").read_text())
    corners = [tuple(map(float, pair.split(","))) for pair in brief["facade"].split()]
    truth = json.loads((FOLDER / "truth.json").read_text())
    return linear("plate.jpg"), corners, brief["height_m"], truth


@pytest.fixture(scope="module")
def solved(street):
    plate, corners, high, _ = street
    return solve(corners, plate.shape[1], plate.shape[0], plate=plate, height_m=high)


@pytest.fixture(scope="module")
def matted(street, solved):
    plate, corners, _, _ = street
    size = solved.facade_width_m, solved.facade_height_m
    return building_matte(plate, corners, solved.camera, *size, coverage("occluders.png"))


def test_the_side_wall_gives_the_focal_length_in_spite_of_corner_noise(street):
    """Focal within 5 %, camera height within 10 % or a warning: the gate, on a picture and without EXIF."""
    plate, corners, high, truth = street
    for seed in range(4):
        noisy = np.array(corners) + np.random.default_rng(seed).normal(0, 2, (4, 2))
        found = solve(noisy, plate.shape[1], plate.shape[0], plate=plate, height_m=high)
        assert found.method == "vanishing points"
        assert found.camera.focal_px == pytest.approx(truth["camera"]["focal_px"], rel=0.05)
        right = abs(found.camera_height_m / truth["camera"]["position_m"][2] - 1) < 0.10
        assert right or any("camera's height" in warning for warning in found.warnings)
        assert found.facade_width_m == pytest.approx(truth["facade"]["width_m"], rel=0.03)


def test_the_matte_is_the_renderers(matted):
    apart = np.abs(matted.alpha - coverage("truth_matte.png"))
    assert apart.mean() < 0.003
    assert (apart > 0.5).mean() < 0.0015


def test_the_side_walls_depth_is_measured(street, matted):
    assert matted.side == "right"
    assert matted.depth_m == pytest.approx(street[3]["side"]["depth_m"], rel=0.06)


def test_storeys_bays_and_windows_are_read(street):
    plate, corners, high, truth = street
    grid = read_facade(plate, corners, truth["facade"]["width_m"], high)
    assert len(grid.floors) - 1 == truth["facade"]["storeys"]
    assert grid.bays == truth["facade"]["bays"]
    assert len(grid.openings) == 24
    assert count_storeys(plate, corners, truth["facade"]["width_m"] / high)[0] == truth["facade"]["storeys"]


def test_the_sun_is_on_the_lit_side(street, solved, matted):
    light = estimate(street[0], matted, solved.camera)
    assert np.dot(light.sun_direction, street[3]["sun"]["direction"]) > np.cos(np.radians(35))
