"""Between the picture and the face's map, and back."""

import numpy as np

from secondunit.faces import topology
from secondunit.tools.age import unwrap
from tests.tools.age.conftest import SIZE


def test_the_map_of_a_flat_face_is_its_picture(points):
    """All but the rims of eyes and mouth, to a hundredth of a pixel."""
    ring = topology.with_ring(points)
    spots = unwrap.places(ring, 256)
    inside = unwrap.layout(256).triangle >= 0
    y, x = (np.mgrid[:256, :256] + 0.5) / 256 * SIZE
    inner = inside & (np.abs(x - SIZE / 2) < 100) & (np.abs(y - SIZE / 2) < 90)
    assert inner.sum() > 5000
    assert np.quantile(np.abs(spots[inner] - np.stack([x, y], -1)[inner]), 0.995) < 0.01


def test_there_and_back_is_where_it_began(points):
    """u, v of a pixel, read at the texel's place, is the pixel again: turned, scaled and moved faces too."""
    for angle, scale in ((0.0, 1.0), (0.4, 0.6), (-1.1, 0.8)):
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        moved = points.copy()
        moved[:, :2] = (points[:, :2] - SIZE / 2) @ turn.T + SIZE / 2
        ring = topology.with_ring(moved)
        seen, spots = unwrap.window(ring, (SIZE, SIZE)), unwrap.places(ring, 512)
        back = unwrap.show(spots, seen)
        height, width = seen.inside.shape
        y, x = np.mgrid[:height, :width] + 0.5
        deep = seen.inside & np.roll(seen.inside, 12, 0) & np.roll(seen.inside, -12, 0) & np.roll(seen.inside, 12, 1)
        deep &= np.roll(seen.inside, -12, 1)
        apart = np.hypot(back[..., 0] - x - seen.x, back[..., 1] - y - seen.y)[deep]
        assert np.median(apart) < 0.02
        assert np.quantile(apart, 0.98) < 0.6  # the rims of eyes and mouth are jagged


def test_what_is_turned_away_fades(points):
    """A half of the face squeezed to a twentieth counts for nothing, the other half wholly."""
    squeezed = points.copy()
    left = squeezed[:, 0] > SIZE / 2
    squeezed[left, 0] = SIZE / 2 + (squeezed[left, 0] - SIZE / 2) / 20
    facing = unwrap.facing(topology.with_ring(squeezed), 256, (SIZE, SIZE))
    inside = unwrap.layout(256).triangle >= 0
    assert facing[100:140, 60:100][inside[100:140, 60:100]].mean() > 0.95
    assert facing[100:140, 150:190][inside[100:140, 150:190]].mean() < 0.3


def test_a_face_outside_the_picture_is_no_window(points):
    away = topology.with_ring(points) + np.array([5 * SIZE, 0, 0], np.float32)
    assert not unwrap.window(away, (SIZE, SIZE)).inside.any()
    assert unwrap.facing(away, 256, (SIZE, SIZE)).max() == 0


def test_the_map_is_as_fine_as_the_face(points):
    ring = topology.with_ring(points)
    assert unwrap.side_for(ring[None]) >= SIZE
    assert unwrap.side_for(ring[None] / 4) < unwrap.side_for(ring[None]) / 3
    assert unwrap.side_for(ring[None] * 100) == unwrap.LARGEST
