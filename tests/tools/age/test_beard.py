"""Beards on a drawn face before a bright wall: found, changed by strands, and nothing else; on bare faces nothing."""

import cv2
import numpy as np
import pytest

from secondunit.faces import topology
from secondunit.tools.age import around, beard, whiskers

from .conftest import laid_over

WIDE, HIGH, ACROSS = 560, 560, 440
FAIR, DARK = (0.42, 0.28, 0.19), (0.10, 0.055, 0.032)
WALL, CLOTH = (0.9, 0.95, 1.0), (0.10, 0.10, 0.11)
GREY, BROWN = (0.30, 0.29, 0.28), (0.050, 0.030, 0.017)
LIP = (0.36, 0.17, 0.13)
WHOLE, MOUSTACHE = beard.GROWS, (92, 165, 164, 0, 37, 39, 40, 185, 186)


@pytest.fixture
def points():
    """(468,3) of a face 260 pixels wide, from the front."""
    flat = topology.UV[: topology.MESH] * ACROSS + [60, 40]
    return np.concatenate([flat, np.zeros((topology.MESH, 1))], axis=1).astype(np.float32)


def area(points, ring):
    """(HIGH,WIDE) bool within points of the mesh and within what is opposite of them."""
    out = np.zeros((HIGH, WIDE), np.uint8)
    for mirror in (False, True):
        spots = points[list(ring), :2].copy()
        if mirror:
            spots[:, 0] = 2 * points[topology.TOP, 0] - spots[:, 0]
        cv2.fillPoly(out, [np.round(spots).astype(np.int32)], 1)
    return out > 0


def face(points, hair=None, ring=WHOLE, skin=FAIR, light=(0.0, 0.0), collar=0.0, thick=0.85):
    """A picture of half floats, the person's matte, where the beard is.

    hair: its colour; None is a shaven face. light: log-luma across and down the face. collar: heights of the face above
    the chin that a pullover reaches to. thick: share of the skin that the beard hides.
    """
    rng = np.random.default_rng(7)
    oval, lips = area(points, topology.OVAL), area(points, topology.LIPS_OUTER)
    (x, top), chin = points[topology.TOP, :2], points[topology.CHIN, 1]
    high = chin - top
    y, across = np.mgrid[:HIGH, :WIDE].astype(np.float32)
    neck = (np.abs(across - x) < 0.3 * high) & (y > chin - 0.2 * high)
    body = (y > chin + (0.12 - collar) * high) & (np.abs(across - x) < 0.75 * high)
    picture = np.ones((HIGH, WIDE, 3), np.float32) * np.array(skin, np.float32)
    picture[lips] *= np.array(LIP) / FAIR
    shade = np.exp(light[0] * (across - x) / high + light[1] * (y - (top + chin) / 2) / high)
    strands = cv2.GaussianBlur(rng.standard_normal((HIGH, WIDE)).astype(np.float32), (0, 0), 1.0, sigmaY=7.0)
    where = area(points, ring) & ~cv2.dilate(lips.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    if hair is not None:
        cover = thick * cv2.GaussianBlur(where.astype(np.float32), (0, 0), 1.5)[..., None]
        strand = np.array(hair) * np.exp(0.3 * strands / strands.std())[..., None]
        picture += cover * (strand - picture)
    picture *= shade[..., None]
    picture[neck & ~oval] *= 0.5
    picture[body & ~oval] = CLOTH
    picture[body & (y > chin + (0.02 - collar) * high)] = CLOTH
    person = oval | neck | body
    picture[~person] = WALL
    picture *= np.exp(0.02 * rng.standard_normal((HIGH, WIDE, 1)))
    matte = cv2.GaussianBlur(person.astype(np.float32), (0, 0), 1.0)
    return picture.astype(np.float16).astype(np.float32), matte, where & person


def found(picture, person, points):
    head = around.square(points)
    one = beard.found(around.read(picture, head), around.read(person, head), head, points)
    kept = beard.usual([one.kept])
    return head, beard.believed(one.matte, kept, head, points), kept


def laid(picture, person, points, younger=True, strength=1.0):
    head, matte, kept = found(picture, person, points)
    bare = (area(points, topology.OVAL) & ~area(points, WHOLE)).astype(np.float32)
    part = whiskers.part(picture, head, person, bare, matte, kept[:3], younger)
    return laid_over(picture, {"beard": [part] if part else []}, strength)


def inner(mask, by=15):
    return cv2.erode(mask.astype(np.uint8), np.ones((by, by), np.uint8)) > 0


def luma(picture):
    return np.log(picture @ np.array([0.27, 0.67, 0.06]))


def levels(one, other):
    return 255 * np.abs(one.clip(0, 1) ** (1 / 2.2) - other.clip(0, 1) ** (1 / 2.2)).max(axis=-1)


@pytest.mark.parametrize("skin", [FAIR, DARK])
@pytest.mark.parametrize("light", [(0.0, 0.0), (1.6, 0.0)])
def test_a_grey_beard_darkens_and_keeps_its_strands(points, skin, light):
    picture, person, where = face(points, GREY, skin=skin, light=light)
    made = laid(picture, person, points)
    there = inner(where)
    assert made.mattes["beard"][there].mean() > 0.7
    assert (luma(made.comp) - luma(picture))[there].mean() < -0.25
    detail = [(luma(one) - cv2.GaussianBlur(luma(one), (0, 0), 6))[there].std() for one in (made.comp, picture)]
    assert 0.75 < detail[0] / detail[1] < 1.3


def test_a_dark_beard_greys_and_is_left_alone_the_other_way(points):
    picture, person, where = face(points, BROWN)
    older, younger = (laid(picture, person, points, way) for way in (False, True))
    there = inner(where)
    change = (luma(older.comp) - luma(picture))[there]
    assert change.mean() > 0.2
    assert np.quantile(change, 0.9) > 1.3 * np.quantile(change, 0.1), "some strands more than others"
    assert np.abs((luma(younger.comp) - luma(picture))[there]).mean() < 0.03


@pytest.mark.parametrize(("younger", "hair"), [(True, GREY), (False, BROWN)])
def test_lips_cheeks_clothes_and_wall_are_left_alone(points, younger, hair):
    picture, person, where = face(points, hair)
    made = laid(picture, person, points, younger)
    near = cv2.dilate(where.astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    apart = levels(made.comp, picture)
    assert apart[~near].max() < 1
    assert apart[inner(area(points, topology.LIPS_OUTER), 7)].max() < 1.5
    assert apart[person < 0.02].max() < 1, "no rim on the wall"


@pytest.mark.parametrize("skin", [FAIR, DARK])
@pytest.mark.parametrize("light", [(0.0, 0.0), (1.6, 0.0), (-2.4, 0.0), (0.0, -1.2), (1.0, -1.5)])
@pytest.mark.parametrize("collar", [0.0, 0.12])
def test_a_shaven_face_is_left_alone(points, skin, light, collar):
    picture, person, _ = face(points, skin=skin, light=light, collar=collar)
    assert not found(picture, person, points)[1].any()
    for younger in (True, False):
        assert not laid(picture, person, points, younger).delta.any()


def test_a_shadow_over_mouth_and_chin_is_no_beard(points):
    picture, person, _ = face(points)
    rows = np.arange(HIGH)[:, None, None] > points[2, 1]
    picture = np.where(rows, 0.4 * picture, picture).astype(np.float32)
    assert not found(picture, person, points)[1].any()


def test_a_mask_over_mouth_and_chin_is_no_beard(points):
    picture, person, _ = face(points)
    below = (np.arange(HIGH)[:, None] > points[2, 1]) & area(points, topology.OVAL)
    picture[below] = (0.55, 0.56, 0.58)
    assert not found(picture, person, points)[1].any()


def test_faint_stubble_changes_little(points):
    picture, person, where = face(points, BROWN, thick=0.15)
    for younger in (True, False):
        made = laid(picture, person, points, younger)
        assert np.abs((luma(made.comp) - luma(picture))[where]).mean() < 0.05


def test_a_moustache_alone_is_one(points):
    picture, person, where = face(points, GREY, MOUSTACHE)
    made = laid(picture, person, points)
    change = luma(made.comp) - luma(picture)
    assert change[inner(where, 5)].mean() < -0.15
    chin = inner(area(points, beard.PLACES["chin"]))
    assert not made.delta[chin].any()


def test_more_years_change_more_and_none_nothing(points):
    picture, person, _ = face(points, GREY)
    sizes = [np.abs(laid(picture, person, points, True, strength).delta).sum() for strength in (0.0, 0.5, 1.0)]
    assert sizes[0] == 0
    assert sizes == sorted(sizes)


def test_a_plate_has_a_beard_where_most_of_its_frames_have():
    none, some = np.zeros(0), np.array([-1.0, 0.3, -0.5, 0.8, 0.8, 0.8])
    unsure = np.array([-1.0, 0.3, -0.5, 0.0, 0.0, 0.0])
    assert not len(beard.usual([none, none, some]))
    assert not len(beard.usual([unsure, some, unsure]))
    assert np.allclose(beard.usual([none, some, some]), some)
