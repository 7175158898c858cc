"""The example plate's published truth agrees with itself, with the picture and with its EXIF."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

HERE = Path(__file__).resolve().parents[2] / "examples" / "street_corner"


@pytest.fixture(scope="module")
def truth():
    return json.loads((HERE / "truth.json").read_text())


def project(truth, points):
    """A pinhole written out afresh, so that the example's own projection is not its own witness."""
    camera = truth["camera"]
    turn = np.array(camera["camera_from_world"]).reshape(3, 3)
    seen = (np.array(points) - camera["position_m"]) @ turn.T
    assert (seen[:, 2] > 0).all()
    return camera["focal_px"] * seen[:, :2] / seen[:, 2:] + camera["centre_px"]


def test_projected_corners_match_the_published_pixels(truth):
    for part in (("facade", "corners_m", "corners_px"), ("house_points", "world_m", "px")):
        group = truth[part[0]]
        assert np.abs(project(truth, group[part[1]]) - group[part[2]]).max() < 0.5


def test_corners_run_clockwise_from_the_top_left_and_lie_inside(truth):
    corners = np.array(truth["facade"]["corners_px"])
    x, y = corners.T
    assert 0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) > 0  # y points down: positive is clockwise
    assert corners[0, 0] < corners[1, 0]
    assert corners[0, 1] < corners[3, 1]
    assert (corners > 0).all()
    assert (corners < [truth["width_px"], truth["height_px"]]).all()


def test_command_line_corners_are_the_truth(truth):
    for text in (
        (HERE / "corners.txt").read_text(),
        (HERE / "example.toml").read_text().split('facade = "')[1].split('"')[0],
    ):
        given = np.array([[float(v) for v in pair.split(",")] for pair in text.split()])
        assert np.abs(given - truth["facade"]["corners_px"]).max() < 0.1


def test_camera_rotation_is_a_rotation_and_the_sun_lights_the_facade(truth):
    turn = np.array(truth["camera"]["camera_from_world"]).reshape(3, 3)
    assert np.allclose(turn @ turn.T, np.eye(3), atol=1e-8)
    assert np.linalg.det(turn) == pytest.approx(1.0, abs=1e-8)
    sun = np.array(truth["sun"]["direction"])
    assert np.linalg.norm(sun) == pytest.approx(1.0, abs=1e-5)
    assert sun @ [0, -1, 0] > 0.3  # the facade looks towards -Y
    assert sun @ [1, 0, 0] < 0  # and the visible side wall is in shade
    assert math.degrees(math.asin(sun[2])) == pytest.approx(truth["sun"]["elevation_deg"], abs=0.01)


def test_openings_lie_in_their_wall_and_apart(truth):
    for wall, width in (("facade", truth["facade"]["width_m"]), ("side", truth["side"]["depth_m"])):
        boxes = np.array([o["x0_z0_x1_z1_m"] for o in truth[wall]["openings"]])
        assert (boxes[:, :2] >= 0).all()
        assert (boxes[:, 2] <= width).all()
        assert (boxes[:, 3] < truth["facade"]["height_m"]).all()
        for k, a in enumerate(boxes):
            for b in boxes[k + 1 :]:
                assert a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]


def test_plate_carries_the_lens_and_the_size(truth):
    with Image.open(HERE / "plate.jpg") as plate:
        assert plate.size == (truth["width_px"], truth["height_px"])
        lens = plate.getexif().get_ifd(0x8769)
    assert lens[0xA405] == truth["camera"]["focal_35mm_mm"]
    diagonal = math.hypot(truth["width_px"], truth["height_px"])
    assert lens[0xA405] * diagonal / math.hypot(36, 24) == pytest.approx(truth["camera"]["focal_px"], rel=1e-4)
    assert (HERE / "plate.jpg").stat().st_size <= 4_000_000


def test_matte_holds_the_house_and_nothing_far_from_it(truth):
    with Image.open(HERE / "truth_matte.png") as image:
        matte = np.asarray(image, float) / 255
    assert (HERE / "truth_matte.png").stat().st_size <= 100_000
    with Image.open(HERE / "occluders.png") as image:
        front = np.asarray(image, float) / 255
    assert matte.shape == front.shape == (truth["height_px"], truth["width_px"])
    assert (matte + front).max() <= 1.02  # a pixel is shared out, not counted twice
    seen = [o["x0_z0_x1_z1_m"] for o in truth["facade"]["openings"]]
    middles = np.array([[(a + c) / 2, 0.0, (b + d) / 2] for a, b, c, d in seen])
    px = project(truth, middles).astype(int)
    assert ((matte + front)[px[:, 1], px[:, 0]] > 0.98).all()
    x = np.array(truth["house_points"]["px"])[:, 0]
    rows, columns = np.nonzero(matte > 0.5)
    assert columns.min() > x.min() - 60
    assert columns.max() < x.max() + 60
    assert rows.max() < np.array(truth["facade"]["corners_px"])[:, 1].max() + 30


def test_truth_script_reproduces_what_is_committed(tmp_path):
    subprocess.run(
        [sys.executable, str(HERE / "truth.py"), "--to", str(tmp_path)], check=True, capture_output=True, timeout=60
    )
    for name in ("truth.json", "corners.txt"):
        assert (tmp_path / name).read_text() == (HERE / name).read_text()
