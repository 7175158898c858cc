"""Where a person ends and where their clothes begin, on a drawn head with a collar, before a wall."""

import cv2
import numpy as np
import pytest

from secondunit.faces import topology
from secondunit.tools.age import own

WIDE, HIGH, ACROSS = 420, 460, 300
SKIN, WALL = (0.42, 0.28, 0.19), (0.30, 0.33, 0.36)
PINK = (0.36, 0.22, 0.22)
"""A collar whose red is the skin's and whose blue is not."""


@pytest.fixture
def points():
    """(468,3) of a face 150 pixels wide, from the front."""
    flat = topology.UV[: topology.MESH] * ACROSS + [60, 40]
    return np.concatenate([flat, np.zeros((topology.MESH, 1))], axis=1).astype(np.float32)


def shot(points, cloth=PINK):
    """A picture with grain and a shaded face, who is in it (H,W) 0 or 1, and their collar (H,W); none without cloth."""
    face, body, collar = (np.zeros((HIGH, WIDE), np.uint8) for _ in range(3))
    cv2.fillPoly(face, [np.round(points[list(topology.OVAL), :2]).astype(np.int32)], 1)
    x, chin = points[topology.CHIN, :2].astype(int)
    cv2.rectangle(body, (x - 55, chin - 40), (x + 55, HIGH), 1, -1)
    cv2.ellipse(body, (x, HIGH), (180, HIGH - chin - 30), 0, 180, 360, 1, -1)
    cv2.fillPoly(collar, [np.array([[0, chin + 10], [x, chin + 22], [WIDE, chin + 10], [WIDE, HIGH], [0, HIGH]])], 1)
    collar &= body
    picture = np.ones((HIGH, WIDE, 3), np.float32) * np.array(WALL, np.float32)
    picture[(face | body) > 0] = SKIN
    if cloth:
        picture[collar > 0] = cloth
    rng = np.random.default_rng(5)
    shade = np.linspace(0.15, -0.25, WIDE)[None, :, None] * (face | body)[..., None]
    picture *= np.exp(shade + 0.03 * rng.standard_normal(picture.shape))
    picture = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 0.7)
    return picture, (face | body).astype(np.float32), (collar > 0) & bool(cloth)


def near(points, scale=1):
    """Where anything is told: around the face."""
    out = np.zeros((HIGH * scale, WIDE * scale), bool)
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    more = 0.5 * (high - low)[1]
    y, x = np.mgrid[: HIGH * scale, : WIDE * scale]
    out[(x > low[0] - more) & (x < high[0] + more) & (y > low[1] - more) & (y < high[1] + more)] = True
    return out


def eroded(mask, by):
    return cv2.erode(mask.astype(np.uint8), np.ones((2 * by + 1,) * 2, np.uint8)) > 0


@pytest.mark.parametrize("cloth", [PINK, (0.05, 0.10, 0.25), (0.5, 0.5, 0.5)])
def test_a_collar_is_told_from_the_neck(points, cloth):
    picture, person, collar = shot(points, cloth)
    worn = own.clothes(picture, person, points)
    assert worn[eroded(collar & near(points), 2)].min() > 0.9
    assert worn[eroded(~collar, 3)].max() < 0.1


def test_a_bare_chest_has_no_clothes(points):
    picture, person, _ = shot(points, None)
    assert not own.clothes(picture, person, points).any()


def test_a_large_face_is_told_at_the_size_of_a_small_one(points):
    picture, person, collar = shot(points)
    large = [cv2.resize(each, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST) for each in (picture, person)]
    worn = own.clothes(*large, points * np.float32(3))
    assert worn.shape == large[1].shape
    wanted = cv2.resize(collar.astype(np.uint8), None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST) > 0
    assert worn[eroded(wanted & near(3 * points, 3), 7)].min() > 0.9
    assert worn[eroded(~wanted, 9)].max() < 0.1


def test_a_matte_with_a_halo_ends_where_the_picture_does(points):
    """Soft over ten pixels to either side, as the network's is; drawn, it ends within two of the person's edge."""
    picture, person, _ = shot(points)
    coarse = cv2.GaussianBlur(person, (0, 0), 5.0)
    drawn = own.drawn(picture, coarse, points)
    away = eroded((person == 0) & near(points), 2)
    assert (coarse[away] > 0.02).sum() > 2000
    assert (drawn[away] > 0.02).sum() < 60
    assert (drawn[eroded((person > 0) & near(points), 2)] < 0.98).sum() < 60


def test_clothes_go_with_the_skin_only_beside_it(points):
    picture, person, collar = shot(points)
    held = own.pinned(own.clothes(picture, person, points), points)
    assert held[~collar].max() < 0.1
    beside = cv2.distanceTransform(collar.astype(np.uint8), cv2.DIST_L2, 5)
    assert held[(beside > 14) & near(points)].min() > 0.9
    assert held[(beside > 0) & (beside < 3)].max() < 0.35


def test_a_face_at_the_edge_of_the_picture_is_no_trouble(points):
    picture, person, _ = shot(points)
    for off in ([-200, -150], [300, 300], [2000, 0]):
        moved = points + np.array([*off, 0], np.float32)
        assert np.isfinite(own.clothes(picture, person, moved)).all()
        assert np.isfinite(own.drawn(picture, person, moved)).all()
