"""Camera solve on synthetic plates: within tolerance, or a warning was given."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondunit.schema.camera import Camera
from secondunit.schema.errors import InputError
from secondunit.vision.camera import horizon_y, project, rays, solve

WIDTH, HEIGHT = 1920, 1080
HIGH_M = 12.0
CORNERS = [(400, 200), (1500, 260), (1480, 820), (420, 900)]


def camera_at(yaw_deg, pitch_deg, focal_px, above_m, away_m, wide_m, roll_deg=0.0):
    """A camera that looks at the facade's middle; yaw is the angle between view and facade normal."""
    yaw, pitch, roll = np.radians([yaw_deg, pitch_deg, roll_deg])
    forward = np.array([np.sin(yaw) * np.cos(pitch), np.cos(yaw) * np.cos(pitch), np.sin(pitch)])
    right = np.array([np.cos(yaw), -np.sin(yaw), 0.0])
    down = np.cross(forward, right)
    tilt = np.array([[np.cos(roll), np.sin(roll), 0], [-np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    rotation = tilt @ np.stack([right, down, forward])
    position = np.array([wide_m / 2, 0, 0]) - away_m * np.array([np.sin(yaw), np.cos(yaw), 0])
    position[2] = above_m
    return Camera(
        width=WIDTH,
        height=HEIGHT,
        focal_px=focal_px,
        centre_px=(WIDTH / 2, HEIGHT / 2),
        rotation=tuple(rotation.ravel()),
        position_m=tuple(position),
    )


def corners_of(camera, wide_m, high_m=HIGH_M):
    return project(camera, np.array([[0, 0, high_m], [wide_m, 0, high_m], [wide_m, 0, 0], [0, 0, 0]]))


def random_plate(rng):
    """A plate that a photographer could take: the whole facade in the picture, camera at 1.2 to 4 m."""
    while True:
        wide = rng.uniform(8, 30)
        focal = WIDTH * rng.uniform(0.6, 1.6)
        yaw = rng.uniform(15, 60) * rng.choice([-1, 1])
        away = rng.uniform(0.8, 2.5) * max(wide * np.cos(np.radians(yaw)), HIGH_M) * focal / WIDTH
        camera = camera_at(yaw, rng.uniform(0, 15), focal, rng.uniform(1.2, 4), away, wide, rng.normal(0, 0.7))
        if np.any(-camera.position_m[1] < 2):
            continue
        corners = corners_of(camera, wide)
        inside = (corners > 10).all() and (corners < [WIDTH - 10, HEIGHT - 20]).all()
        if inside and corners[2:, 1].min() - corners[:2, 1].max() > 200 and np.ptp(corners[:, 0]) > 350:
            return camera, corners, wide


def outcomes(lens, seeds):
    """(wrong, warned) per plate: wrong = focal off by > 5 % or camera height by > 10 %."""
    rows = []
    for seed in range(seeds):
        rng = np.random.default_rng([seed, 7])
        camera, corners, _ = random_plate(rng)
        seen = corners + rng.normal(0, 2, (4, 2))
        try:
            solved = solve(seen, WIDTH, HEIGHT, height_m=HIGH_M, focal_px=camera.focal_px if lens else None)
        except InputError:
            rows.append((True, True))
            continue
        focal = abs(solved.camera.focal_px / camera.focal_px - 1) > 0.05
        above = abs(solved.camera_height_m / camera.position_m[2] - 1) > 0.10
        rows.append((focal or above, bool(solved.warnings)))
    return np.array(rows)


@pytest.mark.parametrize(
    ("lens", "says"),
    [
        (
            {},
            r"focal length [\d.]+ mm \(35 mm equivalent\) (from vanishing points|assumed) \[[\d.]+ to [\d.]+\]; camera",
        ),
        ({"focal_px": 1500.0}, r"focal length 29.5 mm \(35 mm equivalent\) as given; camera"),
        ({"focal_35mm_mm": 28.0}, r"focal length 28 mm \(35 mm equivalent\) as given; camera"),
        ({"exif_35mm_mm": 28.0}, r"focal length 28 mm \(35 mm equivalent\) from EXIF; camera"),
    ],
)
def test_focal_length_is_said_in_millimetres_however_it_is_known(lens, says):
    camera = camera_at(35, 8, 1500.0, 1.7, 34, 14)
    solved = solve(corners_of(camera, 14), WIDTH, HEIGHT, height_m=HIGH_M, **lens)
    assert re.match(says, solved.verdict), solved.verdict


@pytest.mark.parametrize("lens", [True, False])
def test_a_wrong_camera_is_never_silent(lens):
    """The interval is 99 % and only plates near its edge can slip, so one silent miss in 110 is already unlikely."""
    wrong, warned = outcomes(lens, 110).T
    assert wrong.sum() >= 10, "the test has no power"
    assert np.sum(wrong & ~warned) <= 1


def test_exact_corners_give_the_exact_camera_for_a_known_lens():
    for seed in range(20):
        camera, corners, wide = random_plate(np.random.default_rng(seed))
        solved = solve(corners, WIDTH, HEIGHT, height_m=HIGH_M, focal_px=camera.focal_px)
        assert np.allclose(solved.camera.position_m, camera.position_m, atol=1e-4)
        assert np.allclose(solved.camera.rotation, camera.rotation, atol=1e-6)
        assert solved.facade_width_m == pytest.approx(wide, rel=1e-5)
        assert solved.method == "given"
        assert np.allclose(solved.facade_px, corners, atol=1e-3)


def test_a_steep_view_gives_its_focal_length_from_vanishing_points():
    camera = camera_at(40, 14, 1100, 1.7, 18, 14)
    solved = solve(corners_of(camera, 14), WIDTH, HEIGHT, height_m=HIGH_M)
    assert solved.method == "vanishing points"
    assert solved.camera.focal_px == pytest.approx(1100, rel=0.01)


def test_a_level_frontal_view_is_called_an_assumption():
    camera = camera_at(2, 1, 1500, 1.7, 30, 14)
    solved = solve(corners_of(camera, 14), WIDTH, HEIGHT, height_m=HIGH_M)
    assert solved.method == "assumed"
    assert "--focal-mm" in solved.warnings[0]
    assert "frontal" in solved.warnings[0]


def test_the_35_mm_equivalent_is_by_diagonal():
    solved = solve(CORNERS, WIDTH, HEIGHT, height_m=HIGH_M, exif_35mm_mm=43.2666)
    assert solved.method == "exif"
    assert solved.camera.focal_px == pytest.approx(np.hypot(WIDTH, HEIGHT))
    assert solved.focal_35mm_mm == pytest.approx(43.2666)


def test_the_users_lens_outranks_the_files():
    solved = solve(CORNERS, WIDTH, HEIGHT, height_m=HIGH_M, focal_px=1700, exif_35mm_mm=50)
    assert (solved.method, solved.camera.focal_px) == ("given", pytest.approx(1700))


def test_storeys_scale_the_facade_by_three_metres():
    solved = solve(CORNERS, WIDTH, HEIGHT, storeys=5, focal_px=1700)
    assert solved.facade_height_m == 15.0
    assert "5 storeys x 3 m" in solved.verdict


@settings(max_examples=15, deadline=None)
@given(st.floats(3, 60))
def test_everything_scales_with_the_facade(high):
    one = solve(CORNERS, WIDTH, HEIGHT, height_m=12, focal_px=1700)
    other = solve(CORNERS, WIDTH, HEIGHT, height_m=high, focal_px=1700)
    assert np.allclose(np.array(other.camera.position_m) * 12 / high, one.camera.position_m, rtol=1e-3, atol=1e-3)


def test_pixel_aspect_only_stretches_x():
    square = solve(CORNERS, WIDTH, HEIGHT, height_m=HIGH_M, focal_px=1700)
    thin = solve([(x / 2, y) for x, y in CORNERS], WIDTH // 2, HEIGHT, pixel_aspect=2, height_m=HIGH_M, focal_px=1700)
    assert np.allclose(square.camera.position_m, thin.camera.position_m, atol=1e-5)
    assert np.allclose(np.array(thin.facade_px) * [2, 1], square.facade_px, atol=1e-3)


def test_rays_undo_projection():
    camera = camera_at(35, 6, 1500, 2, 20, 14, roll_deg=2)
    points = np.random.default_rng(1).uniform([-5, -4, 0], [20, 8, 15], (50, 3))
    towards = points - camera.position_m
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    assert np.allclose(rays(camera, project(camera, points)), towards, atol=1e-9)


def test_the_horizon_is_where_far_ground_points_go():
    camera = camera_at(35, 6, 1500, 2, 20, 14, roll_deg=2)
    far = project(camera, np.array([[1e7, 1e7, 2.0], [2e7, 1e7, 2.0]]))
    assert np.allclose(horizon_y(camera, far[:, 0]), far[:, 1], atol=1e-2)


@pytest.mark.parametrize(
    ("corners", "words"),
    [
        ([(-5, 200), (1500, 260), (1480, 820), (420, 900)], ["top left", "(-5,200)", "outside", "1920 x 1080"]),
        ([(400, 200), (1500, 260), (1480, 1200), (420, 900)], ["bottom right", "1200", "outside"]),
        ([(400, 200), (1480, 820), (1500, 260), (420, 900)], ["cross", "top left, top right"]),
        ([(400, 200), (420, 900), (1480, 820), (1500, 260)], ["anticlockwise", "400,200 1500,260 1480,820 420,900"]),
        ([(1500, 260), (1480, 820), (420, 900), (400, 200)], ["top left", "400,200 1500,260 1480,820 420,900"]),
        ([(400, 200), (400, 200), (1480, 820), (420, 900)], ["top left and top right", "0.0 px"]),
        ([(400, 200), (900, 220), (1400, 240), (420, 900)], ["top right", "straight or folds"]),
        ([(400, 200), (600, 600), (1480, 820), (420, 900)], ["top right", "folds inward"]),
        ([(400, 200), (1500, 260), (float("nan"), 820), (420, 900)], ["bottom right", "nan"]),
        ([(400, 200), (1500, 260), (1480, 820)], ["four"]),
        ("400,200", ["four"]),
    ],
)
def test_bad_corners_are_named(corners, words):
    with pytest.raises(InputError) as fault:
        solve(corners, WIDTH, HEIGHT, height_m=HIGH_M)
    for word in words:
        assert word in str(fault.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, ["--height-m or --storeys"]),
        ({"height_m": -3.0}, ["--height-m is -3"]),
        ({"storeys": 0}, ["--storeys is 0"]),
        ({"height_m": 12, "focal_px": 0.0}, ["--focal-px is 0"]),
    ],
)
def test_bad_options_are_named(options, words):
    with pytest.raises(InputError) as fault:
        solve(CORNERS, WIDTH, HEIGHT, **options)
    for word in words:
        assert word in str(fault.value)


def test_a_facade_cropped_at_the_bottom_asks_for_its_height():
    cropped = [(400, 200), (1500, 260), (1480, 1080), (420, 1078)]
    with pytest.raises(InputError, match=r"ground line is not in the picture.*--height-m"):
        solve(cropped, WIDTH, HEIGHT, storeys=3)
    solved = solve(cropped, WIDTH, HEIGHT, height_m=9)
    assert any("ground is not in the picture" in warning for warning in solved.warnings)
    assert solved.facade_height_m >= 9


def test_a_camera_below_the_plates_edge_gets_ground_under_its_feet():
    """A facade seen from below, cut at the plate's lower edge: the ground goes 1.6 m under the camera."""
    camera = camera_at(30, 18, 1300, -1.0, 26, 12)
    corners = corners_of(camera, 12)
    corners[2:, 1] = HEIGHT - 2
    solved = solve(corners, WIDTH, HEIGHT, height_m=10, focal_px=1300)
    assert solved.camera_height_m == pytest.approx(1.6, abs=1e-6) or solved.camera_height_m > 1.6
    visible_m = 10.0
    lowest = project(solved.camera, np.array([[0, 0, solved.facade_height_m - visible_m]]))[0]
    assert lowest[1] == pytest.approx(HEIGHT - 2, abs=60)
    assert solved.facade_px[3][1] >= lowest[1]


def test_a_camera_below_the_ground_is_refused_with_the_way_out():
    camera = camera_at(30, 16, 1300, -4, 28, 12)
    with pytest.raises(InputError, match=r"below the facade's ground line.*--focal-mm"):
        solve(corners_of(camera, 12), WIDTH, HEIGHT, height_m=HIGH_M, focal_px=1300)
