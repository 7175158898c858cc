"""The mesh's own map: whole, unfolded, symmetric."""

import numpy as np

from secondunit.faces import topology


def areas(points):
    corners = np.asarray(points, np.float64)[topology.TRIANGLES]
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return 0.5 * (one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])


def test_no_triangle_of_the_map_is_folded():
    assert (areas(topology.UV) > 0).all()
    assert topology.UV.min() > 0
    assert topology.UV.max() < 1


def test_every_point_hangs_together_with_others():
    assert len(topology.UV) == topology.MESH + len(topology.OVAL)
    assert set(topology.TRIANGLES.ravel()) == set(range(len(topology.UV)))


def test_eyes_lips_and_outline_are_edges_of_it():
    """What ends at a lip ends at the lip, not somewhere in a triangle across it."""
    edges = {frozenset(pair) for a, b, c in topology.TRIANGLES.tolist() for pair in ((a, b), (b, c), (c, a))}
    rings = (topology.LIPS_INNER, topology.LIPS_OUTER, topology.RIGHT_EYE, topology.LEFT_EYE, topology.OVAL)
    for ring in rings:
        assert not [pair for pair in zip(ring, ring[1:] + ring[:1], strict=True) if frozenset(pair) not in edges]


def test_triangles_tile_the_map_but_for_eyes_and_mouth():
    """Their areas add up to that of the outline, less the three holes."""
    ring = np.asarray(topology.UV[topology.MESH :], np.float64)
    holes = [topology.RIGHT_EYE, topology.LEFT_EYE, topology.LIPS_INNER]
    whole = shoelace(ring) - sum(shoelace(np.asarray(topology.UV, np.float64)[list(hole)]) for hole in holes)
    assert abs(areas(topology.UV).sum() / whole - 1) < 1e-4


def shoelace(ring):
    x, y = ring[:, 0], ring[:, 1]
    return abs(0.5 * float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()))


def test_left_and_right_mirror_each_other():
    middle = topology.UV[topology.TOP, 0]
    pairs = [(33, 263), (61, 291), (234, 454), (70, 300), (129, 358), (205, 425)]
    for right, left in pairs:
        assert abs((topology.UV[right, 0] + topology.UV[left, 0]) / 2 - middle) < 0.002
        assert abs(topology.UV[right, 1] - topology.UV[left, 1]) < 0.002
        assert topology.UV[right, 0] < topology.UV[left, 0], "the performer's right is on the picture's left"


def test_rings_are_simple_and_apart():
    rings = [topology.LIPS_INNER, topology.RIGHT_EYE, topology.LEFT_EYE, topology.OVAL]
    for ring in rings:
        assert len(set(ring)) == len(ring)
    assert not set(topology.RIGHT_EYE) & set(topology.LEFT_EYE)
    assert not set(topology.LIPS_INNER) & set(topology.LIPS_OUTER)


def test_the_ring_moves_with_the_face():
    """Turned, scaled and moved, the ring lies where that of the face lay."""
    points = np.concatenate([topology.UV[: topology.MESH], np.zeros((topology.MESH, 1))], axis=1)
    turn = 3.0 * np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]])
    moved = topology.with_ring(points @ turn.T + [5, 7, 0])
    assert np.abs(moved - (topology.with_ring(points) @ turn.T + [5, 7, 0])).max() < 1e-4
    assert np.abs(topology.with_ring(points)[:, :2] - topology.UV).max() < 0.02
