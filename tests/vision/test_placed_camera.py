"""A known camera places the facade: exact for exact corners, said when they miss, refused when they cannot be meant."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from secondunit.schema import Camera, InputError
from secondunit.vision.camera import project
from secondunit.vision.placed import solve_placed

FLIP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])  # looking along +Y, level: camera_from_world
FACADE_M = (18.0, 12.0)
FOOT_M, YAW = np.array([-6.0, 40.0]), np.radians(20.0)


def camera(height_m=1.7, *, aspect=1.0, tilt=4.0, roll=1.0, heading=-6.0, centre=(490.0, 260.0)):
    turn = Rotation.from_euler("zxz", [roll, -tilt, 0], degrees=True).as_matrix() @ FLIP
    turn = turn @ Rotation.from_euler("z", heading, degrees=True).as_matrix()
    return Camera(
        width=960, height=540, focal_px=900.0, centre_px=centre, pixel_aspect=aspect,
        rotation=tuple(turn.ravel().tolist()), position_m=(3.0, 2.0, height_m),
    )  # fmt: skip


def corners(seen_by, width=FACADE_M[0], height=FACADE_M[1]):
    right = FOOT_M + width * np.array([np.cos(YAW), np.sin(YAW)])
    points = [[*FOOT_M, height], [*right, height], [*right, 0.0], [*FOOT_M, 0.0]]
    return project(seen_by, np.array(points))


@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_exact_corners_give_the_facade_back(aspect):
    seen_by = camera(aspect=aspect)
    clicked = corners(seen_by)
    solve = solve_placed(clicked, seen_by)
    assert (solve.facade_width_m, solve.facade_height_m) == pytest.approx(FACADE_M, rel=1e-6)
    assert solve.rms_px < 1e-5
    assert solve.camera_height_m == pytest.approx(1.7)
    assert solve.camera.position_m[1] < 0
    w, h = FACADE_M
    again = project(solve.camera, np.array([[0, 0, h], [w, 0, h], [w, 0, 0], [0, 0, 0.0]]))
    assert again == pytest.approx(clicked, abs=1e-4)


def test_height_that_is_given_sets_the_scale_and_disagreement_is_said():
    seen_by = camera()
    same = solve_placed(corners(seen_by), seen_by, height_m=12.5)
    assert same.facade_height_m == pytest.approx(12.5)
    assert same.facade_width_m == pytest.approx(18.0 * 12.5 / 12)
    assert same.warnings == ()
    double = solve_placed(corners(seen_by), seen_by, height_m=24.0)
    assert "2.00 times" in double.warnings[0]


def test_misfit_is_said_and_a_strangers_camera_refused():
    seen_by = camera()
    off = corners(seen_by) + np.array([[14, 6], [-14, -9], [0, 0], [0, 0]])
    solve = solve_placed(off, seen_by)
    assert 2 < solve.rms_px < 15
    assert any("miss an upright facade" in warning for warning in solve.warnings)
    with pytest.raises(InputError, match="belongs to this plate"):
        solve_placed(corners(seen_by) + np.array([[110, 0], [-110, 0], [0, 0], [0, 0]]), seen_by)


def test_grounds_that_cannot_be_are_refused():
    seen_by = camera()
    with pytest.raises(InputError, match="where the ground is 0"):
        solve_placed(corners(seen_by), seen_by.model_copy(update={"position_m": (3.0, 2.0, -0.4)}))
    with pytest.raises(InputError, match="above the horizon"):
        solve_placed(((300, 20), (600, 20), (600, 90), (300, 90)), seen_by)
    with pytest.raises(InputError, match="ground line is not in the picture"):
        solve_placed(((300, 200), (600, 200), (600, 539), (300, 539)), seen_by)
