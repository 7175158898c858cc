"""Whites and teeth on a drawn face: what changes, by how little, and what does not."""

import cv2
import numpy as np
import pytest

from secondunit.faces import topology
from secondunit.tools.age import eyes
from secondunit.tools.age.bands import logs

from .conftest import SIZE, laid_over

WHITE, IRIS, LIPS, GUM = (0.62, 0.56, 0.44), (0.05, 0.035, 0.02), (0.40, 0.16, 0.13), (0.20, 0.06, 0.05)
TOOTH = (0.60, 0.52, 0.36)


def ring(points, which):
    return np.round(points[list(which), :2]).astype(np.int32)


def painted(plate, polygon, colour):
    canvas = np.ascontiguousarray(plate)
    cv2.fillPoly(canvas, [polygon], colour)
    return canvas


@pytest.fixture
def opened(points):
    """The same face with its mouth open wide enough for teeth."""
    points = points.copy()
    for lip, way in ((topology.LIPS_INNER[1:10], 9.0), (topology.LIPS_INNER[11:], -4.0)):
        points[list(lip), 1] += way
    return points


@pytest.fixture
def face(plate, opened):
    """Skin with eyes, lips and a row of teeth under a gum."""
    for which in (topology.RIGHT_EYE, topology.LEFT_EYE):
        plate = painted(plate, ring(opened, which), WHITE)
        middle = opened[list(which), :2].mean(axis=0)
        wide = np.ptp(opened[list(which), 0])
        plate = np.ascontiguousarray(plate)
        cv2.circle(plate, np.round(middle).astype(int).tolist(), int(0.2 * wide), IRIS, -1)
        cv2.circle(plate, np.round(np.add(middle, (3, -2))).astype(int).tolist(), 1, (20.0, 20.0, 20.0), -1)
    plate = painted(plate, ring(opened, topology.LIPS_OUTER), LIPS)
    plate = painted(plate, ring(opened, topology.LIPS_INNER), GUM)
    x, y = opened[list(topology.LIPS_INNER), :2].mean(axis=0).astype(int)
    plate[y - 4 : y + 4, x - 25 : x + 25] = TOOTH
    return plate.astype(np.float16).astype(np.float32)


def laid(plate, points, younger, strength=1.0, skin=1.0):
    """Picture, difference and mattes with eyes and teeth changed."""
    parts = eyes.parts(plate, points, np.full((SIZE, SIZE), skin, np.float32), younger)
    return laid_over(plate, parts, strength)


def yellow(pixels):
    _, colour = logs(np.asarray(pixels, np.float32)[None])
    return -float(colour[..., 1].mean())


def whites(plate, points):
    return (np.abs(plate - WHITE).max(axis=-1) < 1e-3) & (np.arange(SIZE)[:, None] < points[1, 1])


def teeth(plate):
    return np.abs(plate - TOOTH).max(axis=-1) < 1e-3


@pytest.mark.parametrize("younger", [True, False])
def test_teeth_go_the_way_asked_and_gums_and_lips_stay(face, opened, younger):
    made = laid(face, opened, younger)
    there = teeth(face)
    before, after = yellow(face[there]), yellow(made.comp[there])
    assert (after < before - 0.02) if younger else (after > before + 0.02)
    for colour in (LIPS, GUM):
        same = np.abs(face - colour).max(axis=-1) < 1e-3
        assert np.abs(made.delta[same]).max() < 0.01


def test_whites_grow_lighter_and_a_catchlight_stays(face, opened):
    made = laid(face, opened, True)
    there = whites(face, opened) & (made.mattes["eyes"] > 0.9)
    assert there.sum() > 50
    assert made.comp[there].mean() > face[there].mean() * 1.02
    catch = face[..., 0] > 10
    assert np.array_equal(made.comp[catch], np.float16(face[catch]).astype(np.float32))


def test_nothing_changes_beyond_eyes_and_mouth(face, opened):
    made = laid(face, opened, False)
    around = np.zeros((SIZE, SIZE), np.uint8)
    for which in (topology.RIGHT_EYE, topology.LEFT_EYE, topology.LIPS_INNER):
        cv2.fillPoly(around, [ring(opened, which)], 1)
    outside = cv2.dilate(around, np.ones((5, 5), np.uint8)) == 0
    assert not made.delta[outside].any()
    assert np.abs(made.delta[~outside]).max() > 0.02


def test_closed_lids_and_lips_are_left_alone(plate, points):
    for which in (topology.RIGHT_EYE, topology.LEFT_EYE, topology.LIPS_INNER):
        spots = points[list(which), 1]
        points[list(which), 1] = spots.mean() + 0.02 * (spots - spots.mean())
    assert not laid(plate.astype(np.float16).astype(np.float32), points, True).delta.any()


def test_without_skin_around_them_they_are_left_alone(face, opened):
    assert not laid(face, opened, True, skin=0.05).delta.any()
    assert laid(face, opened, True, skin=0.3).delta.any()


@pytest.mark.parametrize("younger", [True, False])
def test_more_years_change_more_and_none_nothing(face, opened, younger):
    sizes = [np.abs(laid(face, opened, younger, strength).delta).sum() for strength in (0.0, 0.25, 0.5, 1.0)]
    assert sizes[0] == 0
    assert sizes == sorted(sizes)
    assert sizes[3] > 2 * sizes[1]


def test_a_mouth_in_which_nothing_is_paler_than_lips_has_no_teeth(plate, opened):
    dark = painted(plate, ring(opened, topology.LIPS_OUTER), LIPS)
    dark = painted(dark, ring(opened, topology.LIPS_INNER), GUM)
    assert not np.abs(laid(dark, opened, True).mattes["teeth"]).any()
