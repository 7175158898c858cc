"""The volume of a face as a field: nothing at 0, no folds, a background that stays, light that stays light."""

import cv2
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from secondunit.faces import topology
from secondunit.tools.age.shape import Shape, field, held, stmap
from secondunit.tools.age.shifted import compose

SIZE = 640, 720
WIDE = 300
PARTS = ("jowl", "cheek", "under_eye", "brow", "nose", "lips", "neck")


def face(yaw=0.0, pitch=0.0, roll=0.0, wide=WIDE, size=SIZE):
    """A face (468,3) in the middle of a picture: the map's points on an ellipsoid, turned (degrees)."""
    flat = topology.UV[: topology.MESH].astype(np.float64)
    oval = flat[list(topology.OVAL)]
    flat = (flat - (oval.min(axis=0) + oval.max(axis=0)) / 2) * wide / np.ptp(oval[:, 0])
    round_ = np.clip(1 - (flat[:, 0] / (0.52 * wide)) ** 2 - (flat[:, 1] / wide) ** 2, 0.0, 1)
    points = np.column_stack([flat, 0.55 * wide * (0.5 - np.sqrt(round_))])
    points = Rotation.from_euler("yxz", [yaw, pitch, roll], degrees=True).apply(points)
    return (points + np.array([size[1] / 2, size[0] / 2, 0])).astype(np.float32)


def matte_of(points, size=SIZE):
    """(H,W) 0..1: the hull of the face and a neck as wide as the jaw, with soft edges."""
    out = np.zeros(size, np.uint8)
    hull = cv2.convexHull(np.round(points[:, :2] * 16 - 8).astype(np.int32))
    cv2.fillConvexPoly(out, hull, 255, cv2.LINE_AA, 4)
    left, right = points[172], points[397]
    x = sorted(int(p[0] + s * 0.06 * WIDE) for p, s in ((left, 1), (right, -1)))
    out[int(left[1]) :, x[0] : x[1]] = 255
    return cv2.GaussianBlur(out, (0, 0), 0.8).astype(np.float32) / 255


def stripes(degrees, size=SIZE):
    """A background (H,W,3) of bars with soft edges, 24 pixels from one to the next, across a direction."""
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    across = y * np.cos(np.radians(degrees)) - x * np.sin(np.radians(degrees))
    bars = 0.4 + 0.2 * np.sin(across * 2 * np.pi / 24)
    return np.repeat(bars[..., None], 3, axis=2).astype(np.float32)


def shot(matte, background):
    """A plate of textured skin over a background."""
    rng = np.random.default_rng(3)
    skin = 0.5 + cv2.GaussianBlur(rng.normal(0, 0.2, matte.shape).astype(np.float32), (0, 0), 2)
    person = skin[..., None] * np.array([1.0, 0.75, 0.6], np.float32)
    return (person * matte[..., None] + background * (1 - matte[..., None])).astype(np.float32)


def jacobian(offsets):
    (xy, xx), (yy, yx) = np.gradient(offsets[..., 0]), np.gradient(offsets[..., 1])
    return (1 + xx) * (1 + yy) - xy * yx


def test_amounts_of_nothing_keep_every_bit():
    points = face()
    plate = shot(matte_of(points), stripes(0))
    out, touched = compose(plate, field(points, SIZE, Shape()), matte_of(points))
    assert (out == plate).all()
    assert not touched.any()
    still = field(points, SIZE, Shape(jowl=1e-4))
    assert (compose(plate, still, matte_of(points))[0] == plate).all()


@pytest.mark.parametrize("part", PARTS)
def test_every_part_moves_more_with_its_amount_and_back_with_minus(part):
    longest = []
    for amount in (0.25, 0.5, 1.0, -1.0):
        longest.append(field(face(), SIZE, Shape(**{part: amount})).offsets)
    sizes = [np.abs(each).max() for each in longest]
    assert 0 < sizes[0] < sizes[1] < sizes[2]
    assert sizes[2] < 0.03 * WIDE
    np.testing.assert_allclose(longest[2], -longest[3], atol=1e-5)


def test_older_goes_down_and_the_map_is_backward():
    """A brow that sinks is sampled from above; a lip's corner too; a younger jaw from below."""
    points = face()
    older, younger = (field(points, SIZE, Shape.all(amount)) for amount in (1, -1))
    for index in (63, 293, 61, 291, 150, 379, 50, 280):
        x, y = points[index, :2].astype(int)
        assert older.offsets[y - older.y, x - older.x, 1] < -0.3
        assert younger.offsets[y - younger.y, x - younger.x, 1] > 0.3


def test_what_is_held_keeps_every_bit():
    points, plate = face(), shot(matte_of(face()), stripes(20))
    moved = field(points, SIZE, Shape.all(1))
    still = np.zeros(SIZE, np.float32)
    still[:, : SIZE[1] // 2] = 1
    out, touched = compose(plate, held(moved, still), matte_of(points))
    assert not touched[still > 0].any()
    assert (out[still > 0] == plate[still > 0]).all()
    whole, _ = compose(plate, moved, matte_of(points))
    away = np.s_[:, SIZE[1] // 2 + 40 :]
    assert (out[away] == whole[away]).mean() > 0.99
    assert (out[away] != plate[away]).any()


def test_no_folds_at_any_shape_or_pose():
    rng = np.random.default_rng(11)
    least = 9.0
    for n in range(60):
        pose = rng.uniform([-60, -25, -40], [60, 25, 40])
        amounts = rng.choice([-1.0, 1.0], len(PARTS)) if n % 2 else rng.uniform(-1, 1, len(PARTS))
        moved = field(face(*pose), SIZE, Shape(*amounts))
        least = min(least, jacobian(moved.offsets).min())
    assert least > 0.3


@pytest.mark.parametrize("yaw", [0, 30, -50])
def test_nothing_moves_outside_a_hull_around_the_face(yaw):
    points = face(yaw)
    moved = field(points, SIZE, Shape.all(1))
    hull = np.zeros(SIZE, np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(np.round(points[:, :2]).astype(np.int32)), 1)
    reach = int(0.25 * WIDE)
    hull = cv2.dilate(hull, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)))
    whole = np.zeros((*SIZE, 2), np.float32)
    whole[moved.box] = moved.offsets
    assert (whole[hull == 0] == 0).all()
    assert np.abs(whole).max() > 2
    edges = moved.offsets[[0, -1]].ravel(), moved.offsets[:, [0, -1]].ravel()
    assert all((edge == 0).all() for edge in edges)


def bend(out, truth, where):
    """Pixels by which bars are off across themselves, the worst of blocks of 24 rows: least squares on the gradient."""
    down, across = np.gradient(truth.astype(np.float64))
    slope = np.hypot(down, across)
    sign = np.where(down >= 0, 1, -1) * slope
    worst = 0.0
    for row in range(0, out.shape[0], 24):
        block = slice(row, row + 24)
        here = where[block]
        if here.sum() >= 30:
            g, d = sign[block][here], (out - truth)[block][here]
            worst = max(worst, abs(float((g * d).sum() / (g * g).sum())))
    return worst


@pytest.mark.parametrize("degrees", [0, 20, -35, 70])
@pytest.mark.parametrize("amount", [-1, 1])
def test_lines_beside_the_jaw_stay_straight(degrees, amount):
    points = face()
    matte, truth = matte_of(points), stripes(degrees)
    plate = shot(matte, truth)
    moved = field(points, SIZE, Shape.all(amount))
    out, touched = compose(plate, moved, matte)
    bare = compose(matte[..., None].repeat(3, 2), moved, matte)[0][..., 0]
    beside = (matte < 0.02) & (bare < 0.02) & (np.arange(SIZE[0])[:, None] > points[1, 1])
    near = beside & (cv2.dilate(matte, np.ones((31, 31), np.uint8)) > 0.5)
    assert bend(out[..., 0], truth[..., 0], near) < 0.3
    background = (matte == 0) & touched
    assert background.sum() < 0.02 * touched.sum()
    assert (out[beside & (matte == 0)] == plate[beside & (matte == 0)]).mean() > 0.995


@pytest.mark.parametrize("degrees", [0, 20, -35])
def test_what_a_slimmer_jaw_uncovers_goes_on_as_the_background(degrees):
    points = face()
    matte, truth = matte_of(points), stripes(degrees)
    moved = field(points, SIZE, Shape(jowl=-1))
    out, _ = compose(shot(matte, truth), moved, matte)
    bare = compose(matte[..., None].repeat(3, 2), moved, matte)[0][..., 0]
    freed = (matte > 0.5) & (bare < 0.02)
    assert freed.sum() > 100
    assert np.abs(out - truth)[freed].mean() < 0.05
    assert bend(out[..., 0], truth[..., 0], freed) < 1.0


def test_a_highlight_survives_and_throws_no_dark_ring():
    points = face()
    matte = matte_of(points)
    plate = shot(matte, stripes(0))
    x, y = points[379, :2].astype(int) - [25, 10]
    cv2.circle(plate, (int(x), int(y)), 4, (20.0, 20.0, 20.0), -1)
    out, touched = compose(plate, field(points, SIZE, Shape.all(1)), matte)
    assert touched[y, x]
    assert 19.99 < out.max() <= 20.001
    assert out.min() >= 0
    around = out[y - 15 : y + 16, x - 15 : x + 16]
    assert around.min() > 0.9 * plate[y - 20 : y + 21, x - 20 : x + 21].min()


def test_the_far_side_of_a_turned_head_moves_less_and_a_profile_not_at_all():
    points = face(yaw=35)
    moved = field(points, SIZE, Shape(jowl=1))
    size = np.linalg.norm(moved.offsets, axis=2)
    left, right = (size[int(points[n, 1]) - moved.y, int(points[n, 0]) - moved.x] for n in (136, 365))
    far, near = (left, right) if points[1, 0] < SIZE[1] / 2 else (right, left)
    assert far < 0.75 * near
    assert np.abs(field(face(yaw=85), SIZE, Shape.all(1)).offsets).max() < 0.01


def test_a_rolled_head_is_moved_along_its_own_axes():
    points = face(roll=90)
    moved = field(points, SIZE, Shape(nose=1))
    x, y = points[4, :2].astype(int)
    tip = moved.offsets[y - moved.y, x - moved.x]
    down = points[152, :2] - points[10, :2]
    assert tip @ down / np.linalg.norm(down) < -0.9 * np.linalg.norm(tip)


def test_a_face_at_the_pictures_edge_and_one_outside_it():
    points = face() + np.array([SIZE[1] / 2, 0, 0], np.float32)
    plate = stripes(0)
    out, _ = compose(plate, field(points, SIZE, Shape.all(-1)), np.ones(SIZE, np.float32))
    assert np.isfinite(out).all()
    assert (out != plate).any()
    gone = field(points + np.array([3000, 0, 0], np.float32), SIZE, Shape.all(1))
    assert (compose(plate, gone, np.ones(SIZE, np.float32))[0] == plate).all()


def test_grain_of_what_moves_is_kept():
    points = face()
    plate = np.random.default_rng(5).normal(0.5, 0.02, (*SIZE, 3)).astype(np.float32)
    out, touched = compose(plate, field(points, SIZE, Shape.all(-1)), matte_of(points))
    assert 0.85 < out[touched].std() / plate[touched].std() < 1.05


def test_an_stmap_leads_to_where_the_plate_was_sampled():
    points = face()
    moved = field(points, SIZE, Shape(brow=1))
    found = stmap(moved, SIZE)
    height, width = SIZE
    assert found[0, 0, 0] == pytest.approx(0.5 / width)
    assert found[0, 0, 1] == pytest.approx(1 - 0.5 / height)
    x, y = points[63, :2].astype(int)
    dx, dy = moved.offsets[y - moved.y, x - moved.x]
    u, v = found[y, x]
    assert (u * width, (1 - v) * height) == pytest.approx((x + 0.5 + dx, y + 0.5 + dy), abs=1e-3)
    none = stmap(moved, SIZE, np.zeros(SIZE, bool))
    assert np.ptp(none[..., 0], axis=0).max() == 0


def test_grain_is_as_strong_where_the_shape_moves():
    """Sampling between pixels softens; what it takes from grain is given back."""
    points = face()
    matte = matte_of(points)
    noise = np.random.default_rng(8).normal(0, 0.01, (*SIZE, 3)).astype(np.float32)
    moved = field(points, SIZE, Shape.all(1))
    out, _ = compose(0.3 + noise, moved, matte)
    inside = np.zeros(SIZE, bool)
    far = np.hypot(moved.offsets[..., 0], moved.offsets[..., 1]) > 0.3
    inside[moved.box] = far
    inside &= cv2.erode(matte, np.ones((31, 31), np.uint8)) > 0.9
    assert inside.sum() > 2000
    fine = [one - cv2.GaussianBlur(one, (0, 0), 1.0) for one in (out, 0.3 + noise)]
    assert 0.93 < fine[0][inside].std() / fine[1][inside].std() < 1.05


def test_nobody_there_moves_nothing():
    points, plate = face(), shot(matte_of(face()), stripes(0))
    out, touched = compose(plate, field(points, SIZE, Shape.all(1)), np.zeros(SIZE, np.float32))
    assert (out == plate).all()
    assert not touched.any()
