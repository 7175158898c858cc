"""Where the mesh lies, by the network itself on the rendered head."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from secondunit.faces import mesh, models, topology

HEAD = Path(__file__).parents[2] / "examples" / "head" / "plate.jpg"
BOX = (365.0, 150.0, 575.0, 440.0)
"""About where the face is."""


@pytest.fixture(scope="module")
def mesher():
    try:
        return mesh.Mesher(models.find(models.FACE_MESH).file)
    except models.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def head():
    return np.ascontiguousarray(cv2.imread(str(HEAD))[..., ::-1])


def mirrored():
    """(468,) the point on the other side of each."""
    flat = topology.UV[: topology.MESH]
    other = flat * [-1, 1] + [2 * flat[topology.TOP, 0], 0]
    return np.linalg.norm(flat[:, None] - other[None], axis=2).argmin(axis=0)


def test_a_mirrored_face_has_a_mirrored_mesh(mesher, head):
    """A half pixel forgotten on the way to the network and back would show as a shift to one side."""
    wide = head.shape[1]
    there = mesher.mesh(head, BOX, looks=6)
    x0, y0, x1, y1 = BOX
    back = mesher.mesh(np.ascontiguousarray(head[:, ::-1]), (wide - x1, y0, wide - x0, y1), looks=6)
    shift = (there.points[:, 0] + back.points[mirrored(), 0] - wide).mean() / 2
    _, side, _ = mesh.framed(there.points)
    assert abs(shift) / (side / mesh.SEEN) < 0.5, "pixels of what the network sees"
    assert min(there.presence, back.presence) > 0.9


@pytest.mark.parametrize("times", [2, 4])
def test_a_larger_picture_has_the_same_mesh_and_grain_does_not_move_it(mesher, head, times):
    small = mesher.mesh(head, BOX, looks=6).points
    large = cv2.resize(head, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    rng = np.random.default_rng(5)
    grained = np.clip(large + rng.normal(0, 12, large.shape), 0, 255).astype(np.uint8)
    points = mesher.follow(grained, small * times).points
    apart = np.linalg.norm(points[:, :2] / times - small[:, :2], axis=1)
    _, side, _ = mesh.framed(small)
    assert apart.mean() / (side / mesh.SEEN) < 0.6


def test_a_face_at_the_edge_of_the_picture_keeps_its_place(mesher, head):
    cut = np.ascontiguousarray(head[:, : int(BOX[2]) - 40])
    whole, part = mesher.mesh(head, BOX, looks=6).points, mesher.mesh(cut, BOX, looks=6).points
    left = whole[:, 0] < BOX[2] - 90
    assert np.linalg.norm((whole - part)[left, :2], axis=1).mean() < 8
