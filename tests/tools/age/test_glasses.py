"""Frames of glasses on a drawn face's map: found around both eyes, and not where faces fold."""

import cv2
import numpy as np
import pytest

from secondunit.faces import topology
from secondunit.tools.age import older, regions, skin
from secondunit.tools.age.glasses import frames

SIDE = 360
SKIN = np.array([0.42, 0.28, 0.19], np.float32)
EYES = (topology.RIGHT_EYE, topology.LEFT_EYE)


def drawn(lines, thick=4.0, depth=0.6):
    """(SIDE,SIDE) log-luma of skin with grain, darker by `depth` along polylines (N,2) of texels."""
    canvas = np.zeros((4 * SIDE, 4 * SIDE), np.uint8)
    for line in lines:
        cv2.polylines(
            canvas, [np.round(4 * np.asarray(line)).astype(np.int32)], False, 255, round(4 * thick), cv2.LINE_AA
        )
    share = cv2.resize(canvas, (SIDE, SIDE), interpolation=cv2.INTER_AREA) / np.float32(255)
    grain = np.random.default_rng(1).normal(0, 0.02, (SIDE, SIDE))
    return (-1.2 + grain - depth * share).astype(np.float32), share > 0.5


def rims(wide=0.18, high=0.15, eyes=EYES):
    """Ellipses around eyes, half axes by the face's width."""
    turn = np.linspace(0, 2 * np.pi, 90)
    axes = np.stack([wide * np.cos(turn), high * np.sin(turn)], axis=-1) * regions.FACE_WIDE
    return [(topology.UV[list(ring)].mean(axis=0) + axes + [0, 0.01]) * SIDE for ring in eyes]


def folds():
    """Crow's feet outward of each eye, a bag below it, a line over the brow."""
    out, turn = [], np.linspace(0.2 * np.pi, 0.8 * np.pi, 30)
    for ring, way in zip(EYES, (-1, 1), strict=True):
        x, y = topology.UV[list(ring)].mean(axis=0) * SIDE
        w = regions.FACE_WIDE * SIDE
        out += [
            np.array([[x + way * 0.13 * w, y + a * w], [x + way * 0.27 * w, y + 2 * a * w]]) for a in (-0.03, 0, 0.04)
        ]
        out.append(np.stack([x + 0.15 * w * np.cos(turn), y + 0.15 * w * np.sin(turn)], axis=-1))
        out.append(np.stack([x + 0.17 * w * np.cos(turn), y - 0.17 * w * np.sin(turn)], axis=-1))
    return out


@pytest.mark.parametrize("depth", [0.8, 0.4, -0.5])
@pytest.mark.parametrize("shape", [(0.18, 0.15), (0.15, 0.15), (0.20, 0.12)])
def test_dark_and_bright_frames_are_found(shape, depth):
    light, on_it = drawn(rims(*shape), depth=depth)
    found = frames(light)
    assert np.quantile(found[on_it], 0.1) > 0.7
    assert (found > 0.1).mean() < 5 * on_it.mean()


def test_folds_around_the_eyes_are_no_frames():
    light, _ = drawn(folds())
    assert not frames(light).any()


def test_bare_skin_and_a_monocle_have_none():
    assert not frames(drawn([])[0]).any()
    assert not frames(drawn(rims(eyes=EYES[:1]))[0]).any()


@pytest.mark.parametrize("way", ["younger", "older"])
def test_the_change_leaves_frames_alone(way):
    light, on_it = drawn(rims())
    texture = SKIN * np.exp(light)[..., None]
    facing = np.ones((SIDE, SIDE), np.float32)
    change = skin.younger(texture, facing) if way == "younger" else older.older(texture, facing, 1)
    skin_there = cv2.dilate(on_it.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    assert np.abs(change.light[on_it]).mean() < 0.02
    assert np.abs(change.light[skin_there & (change.gate > 0.9)]).mean() > 0.001
