"""Hair and brows on a drawn head before a bright wall: found, changed by strands, and nothing else."""

import cv2
import numpy as np
import pytest

from secondunit.faces import topology
from secondunit.tools.age import around, brows, hair, strands

from .conftest import laid_over

WIDE, HIGH, ACROSS = 420, 460, 300
SKIN, WALL, CLOTH = (0.42, 0.28, 0.19), (0.9, 0.95, 1.0), (0.05, 0.10, 0.25)
GREY, BROWN = (0.27, 0.26, 0.25), (0.060, 0.034, 0.016)


@pytest.fixture
def points():
    """(468,3) of a face 150 pixels wide, from the front."""
    flat = topology.UV[: topology.MESH] * ACROSS + [60, 70]
    return np.concatenate([flat, np.zeros((topology.MESH, 1))], axis=1).astype(np.float32)


def head(points, colour, wall=WALL):
    """A picture of half floats, the person's matte and where hair is; colour None is a bald head."""
    rng = np.random.default_rng(7)
    picture = np.ones((HIGH, WIDE, 3), np.float32) * np.array(wall, np.float32)
    oval = np.round(points[list(topology.OVAL), :2]).astype(np.int32)
    (x, top), high = points[topology.TOP, :2], np.ptp(points[:, 1])
    middle, axes = (int(x), int(top + 0.32 * high)), (int(0.47 * high), int(0.58 * high))
    cap, face, body = (np.zeros((HIGH, WIDE), np.uint8) for _ in range(3))
    cv2.ellipse(cap, middle, axes, 0, 180, 360, 1, -1)
    cv2.fillPoly(face, [oval], 1)
    cv2.rectangle(body, (int(x) - 130, int(points[topology.CHIN, 1]) + 12), (int(x) + 130, HIGH), 1, -1)
    strands = cv2.GaussianBlur(rng.standard_normal((HIGH, WIDE)).astype(np.float32), (0, 0), 1.0, sigmaY=9.0)
    strands *= 0.25 / strands.std()
    picture[body > 0] = CLOTH
    picture[cap > 0] = SKIN if colour is None else colour
    picture[cap > 0] *= np.exp(strands if colour else 0 * strands)[cap > 0][:, None]
    picture[face > 0] = SKIN
    picture *= np.exp(0.02 * rng.standard_normal((HIGH, WIDE, 1)))
    for ring in (topology.RIGHT_BROW, topology.LEFT_BROW):
        cv2.fillPoly(picture, [np.round(points[list(ring), :2]).astype(np.int32)], colour or SKIN)
    person = cv2.GaussianBlur(np.maximum(np.maximum(cap, face), body).astype(np.float32), (0, 0), 1.0)
    return picture.astype(np.float16).astype(np.float32), person, (cap > 0) & (face == 0)


def found(picture, points, person):
    square = around.square(points)
    return square, hair.found(around.read(picture, square), around.read(person, square), square)


def laid(picture, points, person, younger, strength=1.0):
    square, one = found(picture, points, person)
    locks = strands.part(picture, square, person, one.matte, hair.colours(one), younger)
    found_parts = {"hair": [locks] if locks else [], "brows": brows.parts(picture, points, younger)}
    return laid_over(picture, found_parts, strength)


def inner(mask, by=9):
    return cv2.erode(mask.astype(np.uint8), np.ones((by, by), np.uint8)) > 0


def luma(picture):
    return np.log(picture @ np.array([0.27, 0.67, 0.06]))


def test_grey_hair_takes_up_pigment_and_keeps_its_strands(points):
    picture, person, where = head(points, GREY)
    made = laid(picture, points, person, younger=True)
    there = inner(where)
    assert made.mattes["hair"][there].mean() > 0.85
    assert (luma(made.comp) - luma(picture))[there].mean() < -0.4
    red = np.log(made.comp[there] / picture[there]).mean(axis=0)
    assert red[0] > red[1] > red[2], "browner, not only darker"
    detail = [(luma(one) - cv2.GaussianBlur(luma(one), (0, 0), 6))[there].std() for one in (made.comp, picture)]
    assert 0.85 < detail[0] / detail[1] < 1.3


def test_brown_hair_greys_by_strands_and_is_left_alone_the_other_way(points):
    picture, person, where = head(points, BROWN)
    older, younger = (laid(picture, points, person, younger=way) for way in (False, True))
    there = inner(where)
    change = (luma(older.comp) - luma(picture))[there]
    assert change.mean() > 0.1
    assert np.quantile(change, 0.9) > 1.5 * np.quantile(change, 0.1), "some strands, not all"
    assert np.abs(younger.delta[there]).mean() < 0.02 * picture[there].mean()


@pytest.mark.parametrize("younger", [True, False])
def test_the_wall_the_face_and_the_clothes_are_left_alone(points, younger):
    picture, person, where = head(points, GREY if younger else BROWN)
    made = laid(picture, points, person, younger)
    near = cv2.dilate(where.astype(np.uint8), np.ones((17, 17), np.uint8)) > 0
    brows = np.zeros_like(near)
    for ring in (topology.RIGHT_BROW, topology.LEFT_BROW):
        x, y = points[list(ring), 0], points[list(ring), 1]
        brows[int(y.min()) - 8 : int(y.max()) + 8, int(x.min()) - 8 : int(x.max()) + 8] = True
    away = ~near & ~brows
    apart = 255 * np.abs(made.comp.clip(0, 1) ** (1 / 2.2) - picture.clip(0, 1) ** (1 / 2.2)).max(axis=-1)
    assert apart[away].max() < 1
    assert apart[person < 0.02].max() < 1, "no rim on the wall"


def test_a_matte_with_a_halo_darkens_no_wall(points):
    """As the network's is, soft over some pixels, before a wall of nearly the hair's colour: beyond two pixels of the
    hair's edge next to nothing changes."""
    picture, person, _ = head(points, GREY, wall=(0.33, 0.33, 0.33))
    made = laid(picture, points, cv2.GaussianBlur(person, (0, 0), 5.0), younger=True)
    wall = cv2.dilate((person > 0.02).astype(np.uint8), np.ones((3, 3), np.uint8)) == 0
    assert (made.delta[wall] != 0).any(axis=-1).sum() < 20


def test_a_bald_head_has_no_hair(points):
    picture, person, _ = head(points, None)
    assert not len(hair.colours(found(picture, points, person)[1]))
    assert not laid(picture, points, person, younger=True).delta.any()


def test_grey_brows_darken(points):
    picture, person, _ = head(points, GREY)
    made = laid(picture, points, person, younger=True)
    x, y = points[list(topology.RIGHT_BROW), :2].mean(axis=0).astype(int)
    assert (luma(made.comp) - luma(picture))[y - 1 : y + 2, x - 8 : x + 8].mean() < -0.15


def test_more_years_change_more_and_none_nothing(points):
    picture, person, _ = head(points, GREY)
    sizes = [np.abs(laid(picture, points, person, True, strength).delta).sum() for strength in (0.0, 0.3, 0.6, 1.0)]
    assert sizes[0] == 0
    assert sizes == sorted(sizes)


def test_colours_of_a_plate_are_the_median_of_its_frames(points):
    picture, person, _ = head(points, GREY)
    one, bald = hair.colours(found(picture, points, person)[1]), np.zeros(0)
    assert not len(hair.usual([one, bald]))
    assert np.allclose(hair.usual([one, one, bald]), one)


def test_skin_that_shines_above_a_brow_is_no_grey_hair(points):
    picture, _, _ = head(points, GREY)
    x, y = points[list(topology.RIGHT_BROW), :2].mean(axis=0).astype(int)
    shine = np.zeros(picture.shape[:2], np.float32)
    cv2.circle(shine, (int(x), int(y)), 12, 1.0, -1)
    shine = cv2.GaussianBlur(shine, (0, 0), 4)[..., None]
    skin = np.asarray(SKIN, np.float32) * np.ones_like(picture)
    glossy = (skin + 0.25 * shine).astype(np.float16).astype(np.float32)
    assert sum(np.abs(part.change).max() for part in brows.parts(glossy, points, True)) < 0.05
