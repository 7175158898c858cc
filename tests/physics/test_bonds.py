"""Bonds: areas and moments against closed forms, who is held by what, the same bytes every time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondunit.physics.bonds import bonds, clusters, held
from secondunit.physics.bonds_patch import clip_polygons, moments, principal
from secondunit.physics.fracture import Panel, fracture
from secondunit.physics.fracture_solid import Chunk, pack, prism
from secondunit.physics.pieces import FRACTURE, GROUND, INNER, MATERIALS, Pieces, material_index


def box(low, high, part="a", material="brick", fixed=False) -> Chunk:
    (x0, y0, z0), (x1, y1, z1) = low, high
    ring = np.array([[x0, y0, z0], [x1, y0, z0], [x1, y1, z0], [x0, y1, z0]], dtype=float)
    solid = prism(ring, np.array([0.0, 0.0, z1 - z0]), [INNER] * 6)
    return Chunk(solid, material_index(material), part, 0, fixed)


def rectangle(x0, y0, x1, y1):
    return np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]], dtype=float)


FOUR = np.array([4])


def test_a_shared_face_has_the_area_and_moments_of_its_rectangle():
    # a 0.4 x 3 patch at x = 1
    pieces = pack([box((0, 0, 0), (1, 0.4, 3)), box((1, 0, 0), (2, 0.4, 3))])
    glue, report = bonds(pieces)
    assert report.ground == 2
    patch = int(np.flatnonzero(glue.b != GROUND)[0])
    assert glue.area_m2[patch] == pytest.approx(1.2, rel=1e-12)
    assert np.allclose(glue.centroid_m[patch], [1.0, 0.2, 1.5])
    assert np.allclose(glue.normal[patch], [1.0, 0.0, 0.0])
    assert np.allclose(np.abs(glue.tangent[patch]), [0.0, 0.0, 1.0])  # along which it is longest
    assert glue.moment1_m4[patch] == pytest.approx(3.0 * 0.4**3 / 12)  # bending about the long axis: the weak way
    assert glue.moment2_m4[patch] == pytest.approx(0.4 * 3.0**3 / 12)
    assert glue.extent1_m[patch] == pytest.approx(1.5)
    assert glue.extent2_m[patch] == pytest.approx(0.2)


def test_half_covered_faces_share_what_overlaps():
    pieces = pack([box((0, 0, 0), (1, 1, 1)), box((0.5, 0.25, 1), (1.5, 1.25, 2))])
    glue, _ = bonds(pieces)
    patch = int(np.flatnonzero(glue.b != GROUND)[0])
    assert glue.area_m2[patch] == pytest.approx(0.5 * 0.75)
    assert np.allclose(glue.centroid_m[patch], [0.75, 0.625, 1.0])


@pytest.mark.parametrize(("gap", "glued"), [(0.0, True), (0.015, True), (0.03, False)])
def test_faces_are_glued_across_at_most_two_centimetres(gap, glued):
    pieces = pack([box((0, 0, 0), (1, 1, 1)), box((1 + gap, 0, 0), (2, 1, 1))])
    glue, _ = bonds(pieces)
    assert bool((glue.b != GROUND).any()) == glued


def test_every_crack_of_a_plain_wall_is_bonded_over_its_whole_face():
    ring = ((0.0, 0.0), (9.0, 0.0), (9.0, 6.0), (0.0, 6.0))
    pieces, _ = fracture([Panel("w", "brick", ring, (0, 0, 0), (1, 0, 0), (0, 0, 1), (0, 0.4, 0))], seed=2, budget=50)
    glue, report = bonds(pieces, 2)
    cracks = face_areas(pieces)[pieces.face_kind == FRACTURE].sum()
    between = glue.area_m2[glue.b != GROUND].sum()
    assert 2.0 * between == pytest.approx(cracks, rel=1e-6)
    assert glue.area_m2[glue.b == GROUND].sum() == pytest.approx(9.0 * 0.4, rel=1e-9)
    assert report.ties == () == report.loose


def face_areas(pieces: Pieces):
    world = pieces.vertices_m
    areas = []
    for face in range(len(pieces.face_kind)):
        loop = world[pieces.face(face)]
        spokes = loop - loop[0]
        areas.append(np.linalg.norm(np.cross(spokes, np.roll(spokes, -1, axis=0)).sum(axis=0)) / 2)
    return np.array(areas)


def test_strength_is_the_weaker_material_times_bounded_scatter():
    pieces = pack([box((0, 0, 0), (1, 1, 1), "a", "brick"), box((1, 0, 0), (2, 1, 1), "b", "concrete")])
    glue, _ = bonds(pieces, 4)
    patch = int(np.flatnonzero(glue.b != GROUND)[0])
    brick, concrete = MATERIALS[material_index("brick")], MATERIALS[material_index("concrete")]
    assert 0.5 * brick.tension_pa < glue.tension_pa[patch] < 1.1 * brick.tension_pa
    series = 2.0 / (1.0 / brick.young_pa + 1.0 / concrete.young_pa)
    assert glue.young_pa[patch] == pytest.approx(series)


def test_a_floating_piece_is_tied_or_named():
    near = pack([box((0, 0, 0), (1, 1, 1)), box((0, 0, 1.2), (1, 1, 2), "lamp")])
    glue, report = bonds(near)
    assert report.ties == ("lamp",)
    assert held(near, glue.a, glue.b).all()
    far = pack([box((0, 0, 0), (1, 1, 1)), box((0, 0, 3), (1, 1, 4), "cloud")])
    glue, report = bonds(far)
    assert report.loose == ("cloud",)
    assert "cloud" in report.said()
    assert not held(far, glue.a, glue.b)[1]


def test_fixed_pieces_hold_what_stands_on_them():
    pieces = pack([box((0, 0, -1), (1, 1, 0), "rock", fixed=True), box((0, 0, 0.5), (1, 1, 1), "a")])
    glue, report = bonds(pieces)
    assert report.ties == ("a",)
    pieces = pack([box((0, 0, 1), (1, 1, 2), "rock", fixed=True), box((0, 0, 2), (1, 1, 3), "a")])
    glue, report = bonds(pieces)
    assert report.ties == ()
    assert held(pieces, glue.a, glue.b).all()


@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(0.2, 3), st.floats(0.2, 3))
@settings(max_examples=80, deadline=None)
def test_clipped_rectangles_have_the_area_of_their_overlap(x, y, w, h):
    shape, count = clip_polygons(rectangle(0, 0, 1, 1), FOUR, rectangle(x, y, x + w, y + h), FOUR)
    area, centre, second = moments(shape, count)
    wide = max(0.0, min(1.0, x + w) - max(0.0, x))
    high = max(0.0, min(1.0, y + h) - max(0.0, y))
    assert area[0] == pytest.approx(wide * high, abs=1e-12)
    if wide > 0.01 and high > 0.01:
        assert second[0, 0, 0] == pytest.approx(high * wide**3 / 12, rel=1e-6, abs=1e-12)
        assert second[0, 1, 1] == pytest.approx(wide * high**3 / 12, rel=1e-6, abs=1e-12)
        assert abs(second[0, 0, 1]) < 1e-10
        assert centre[0, 0] == pytest.approx((max(0.0, x) + min(1.0, x + w)) / 2)


@given(st.floats(0, 3.1))
@settings(max_examples=30, deadline=None)
def test_the_principal_axis_turns_with_the_patch(angle):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    area, _, second = moments(rectangle(0, 0, 4, 1) @ turn.T, FOUR)
    axis = principal(second)[0]
    assert area[0] == pytest.approx(4.0)
    assert abs(axis @ turn[:, 0]) == pytest.approx(1.0, abs=1e-9)


def test_clusters_stay_within_their_part_and_are_a_few_pieces():
    ring = ((0.0, 0.0), (12.0, 0.0), (12.0, 8.0), (0.0, 8.0))
    more = {"axis_u": (1, 0, 0), "axis_v": (0, 0, 1), "lift": (0, 0.4, 0)}
    walls = [Panel(name, "brick", ring, (0, y, 0), **more) for name, y in (("front", 0.0), ("leaf", 0.4))]
    pieces, _ = fracture(walls, seed=1, budget=160)
    glue, _ = bonds(pieces, 1)
    lumps = clusters(pieces, glue.a, glue.b, 1)
    for lump in np.unique(lumps):
        assert len(np.unique(pieces.part[lumps == lump])) == 1
    assert 2.0 < len(pieces) / len(np.unique(lumps)) < 7.0


def test_the_same_seed_gives_the_same_bonds():
    ring = ((0.0, 0.0), (6.0, 0.0), (6.0, 4.0), (0.0, 4.0))
    pieces, _ = fracture([Panel("w", "brick", ring, (0, 0, 0), (1, 0, 0), (0, 0, 1), (0, 0.4, 0))], seed=2, budget=20)
    one, two, other = bonds(pieces, 2)[0], bonds(pieces, 2)[0], bonds(pieces, 3)[0]
    assert all(np.array_equal(getattr(one, name), getattr(two, name)) for name in vars(one))
    assert not np.array_equal(one.tension_pa, other.tension_pa)
