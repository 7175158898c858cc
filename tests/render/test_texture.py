"""The plate as a texture, and who owns which of its pixels."""

import numpy as np
import pytest

from secondunit.render.materials import PATTERNS, albedo_table, pattern_codes
from secondunit.render.scene import mesh_from_faces
from secondunit.render.texture import building_texture, cut_matte, fill_from_sure, owner_labels
from secondunit.schema import InputError


def test_filling_keeps_what_is_sure_and_takes_colours_from_it_alone() -> None:
    rng = np.random.default_rng(0)
    image = rng.random((40, 50, 3)).astype(np.float32)
    image[:, 25:] = 100.0
    sure = np.zeros((40, 50), np.float32)
    sure[:, :25] = 1.0
    filled = fill_from_sure(image, sure)
    assert np.array_equal(filled[:, :25], image[:, :25])
    assert filled[:, 25:].max() <= image[:, :25].max() + 1e-5


def test_sky_and_occluders_never_reach_the_texture() -> None:
    plate = np.full((30, 30, 3), 0.2, np.float32)
    matte = np.ones((30, 30), np.float32)
    plate[:10], matte[:10] = 5.0, 0.0
    occluders = np.zeros((30, 30), np.float32)
    plate[20:24, 10:14], occluders[20:24, 10:14] = 9.0, 1.0
    assert building_texture(plate, matte, occluders).max() == pytest.approx(0.2, abs=1e-4)
    assert cut_matte(matte * (1 - occluders), occluders)[21, 11] == 1.0


def test_every_matte_pixel_has_an_owner_and_windows_belong_to_their_wall() -> None:
    owner = np.full((20, 20), 7, np.int32)
    owner[:, 10:] = 8
    owner[5:8, 3:6] = 99  # a room seen through a window
    skin = owner < 50
    matte = np.zeros((20, 20), np.float32)
    matte[2:18, 2:18] = 1.0
    labels = owner_labels(owner, skin, matte)
    assert (labels[5:8, 3:6] == 7).all()
    assert (labels[matte > 0] >= 0).all()
    assert labels[0, 0] in (7, 8)
    far = np.zeros((40, 40), np.float32)
    far[20:24, 20:24] = 1.0
    assert owner_labels(np.pad(owner, ((0, 20), (0, 20))), np.pad(skin, ((0, 20), (0, 20))), far)[39, 0] == -1


def test_a_fan_covers_its_polygon() -> None:
    # a hexagon of side 1 has the area 3 sqrt(3) / 2
    angle = np.arange(6) * np.pi / 3
    vertices = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    mesh = mesh_from_faces(vertices, [0, 6], np.arange(6), [0, 6], [2], [1])
    corner = mesh.vertices_m[mesh.triangles]
    area = 0.5 * np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1).sum()
    assert area == pytest.approx(1.5 * np.sqrt(3), rel=1e-6)
    assert (mesh.tri_kind == 2).all()
    assert len(mesh.triangles) == 4


def test_materials_have_patterns_and_plausible_albedos() -> None:
    assert list(pattern_codes(("slate", "brick"))) == [PATTERNS.index("slate"), PATTERNS.index("brick")]
    assert 0.02 < albedo_table(PATTERNS).min() < albedo_table(PATTERNS).max() < 0.8
    with pytest.raises(InputError, match="'jelly'"):
        pattern_codes(("jelly",))
