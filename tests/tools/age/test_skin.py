"""What the edit changes of skin, and what it leaves alone."""

import numpy as np
import pytest

from secondunit.faces import topology
from secondunit.tools.age import bands, regions, skin, unwrap
from tests.tools.age.conftest import SIZE, SKIN, at, lined, pasted

CHEEK = tuple(topology.UV[[50, 101, 118]].mean(axis=0))
FOLD = tuple(topology.UV[203]), tuple(topology.UV[216])


def changed(plate, points, amount=1.0, presence=1.0):
    """The plate with the edit at full strength."""
    ring = topology.with_ring(points)
    side = unwrap.side_for(ring[None])
    texture = unwrap.read(plate, unwrap.places(ring, side))
    found = skin.younger(texture, unwrap.facing(ring, side, plate.shape[:2]))
    change = np.dstack([found.light, found.colour])
    return pasted(plate, ring, change, found.gate, np.full((side, side), amount, np.float32), presence)


def half(plate):
    return plate.astype(np.float16).astype(np.float32)


def spot(image, place, radius=2):
    x, y = (round(float(value) * SIZE) for value in place)
    return image[y - radius : y + radius + 1, x - radius : x + radius + 1]


def test_even_skin_stays_as_it_is(plate, points):
    """Grain of 2 % is kept: what is left of it on the cheeks is 0.85 to 1.05 of what there was."""
    made = changed(half(plate), points)
    before, after = (np.log(image @ bands.LUMA) for image in (half(plate), made.comp))
    cheek = made.mattes[..., 1 + regions.REGIONS.index("cheek")] > 0.5
    assert cheek.sum() > 500
    assert 0.85 < after[cheek].std() / before[cheek].std() < 1.05
    assert abs(after[cheek].mean() - before[cheek].mean()) < 0.005


def test_a_fold_gets_lighter_and_light_does_not(plate, points):
    """A fold loses at least half its depth; a slow shade across the face of the same depth loses less than a tenth."""
    shade = np.exp(-0.4 * np.linspace(0, 1, SIZE))[None, :, None].astype(np.float32)
    folded = half(lined(plate * shade, *FOLD, width=7, depth=0.5))
    made = changed(folded, points)
    middle = tuple((np.array(FOLD[0]) + np.array(FOLD[1])) / 2)
    depth = [
        np.log((spot(half(plate * shade), middle) @ bands.LUMA).mean() / (spot(one, middle) @ bands.LUMA).mean())
        for one in (folded, made.comp)
    ]
    assert depth[0] > 0.35
    assert depth[1] < 0.5 * depth[0]
    gate = made.mattes[..., 0] > 0.9
    step = np.log((made.comp @ bands.LUMA) / (half(plate * shade) @ bands.LUMA))[gate]
    assert np.abs(np.median(step)) < 0.01


@pytest.mark.parametrize("radius", [3, 4, 5])
def test_a_mole_stays(plate, points, radius):
    """At least nine tenths of its contrast, on an even cheek."""
    marked = half(at(plate, CHEEK, radius, 0.45))
    made = changed(marked, points)
    contrast = [np.log((spot(one, CHEEK, 1) @ bands.LUMA).mean() / (SKIN @ bands.LUMA)) for one in (marked, made.comp)]
    assert contrast[1] / contrast[0] > 0.9


def test_eyes_lips_and_brows_are_left_alone(plate, points):
    rng = np.random.default_rng(3)
    rough = half(plate * np.exp(0.3 * rng.standard_normal((*plate.shape[:2], 1))).astype(np.float32))
    made = changed(rough, points)
    for ring in (topology.RIGHT_EYE, topology.LEFT_EYE, topology.LIPS_INNER, topology.RIGHT_BROW, topology.LEFT_BROW):
        assert (spot(made.delta, topology.UV[list(ring)].mean(axis=0)) == 0).all()
    assert np.abs(made.delta).max() > 0.01


def test_hair_glasses_and_cloth_are_no_skin(plate, points):
    """Dark strands, a grey frame and blue cloth on the cheek get under a tenth of the gate."""
    for colour in ((0.02, 0.015, 0.01), (0.1, 0.1, 0.1), (0.05, 0.08, 0.3)):
        covered = plate.copy()
        x, y = (round(float(value) * SIZE) for value in CHEEK)
        covered[y - 14 : y + 14, x - 40 : x + 40] = colour
        assert spot(changed(half(covered), points).mattes[..., 0], CHEEK).max() < 0.1


def test_a_highlight_survives(plate, points):
    """Light twenty times white on the forehead comes out as it went in."""
    forehead = tuple(topology.UV[151])
    bright = half(at(plate, forehead, 12, 20 / 0.3))
    assert bright.max() > 18
    assert np.abs(spot(changed(bright, points).comp, forehead) / spot(bright, forehead) - 1).max() < 0.02


def test_no_strength_is_the_plate_to_the_bit(plate, points):
    folded = half(lined(plate, *FOLD, width=7, depth=0.5))
    for amount, presence in ((0.0, 1.0), (1.0, 0.0)):
        assert (changed(folded, points, amount, presence).comp == folded).all()


def test_outside_the_face_the_plate_is_the_plate(plate, points):
    small = points.copy()
    small[:, :2] = (points[:, :2] - SIZE / 2) / 2 + SIZE / 2
    rough = half(plate * np.exp(0.2 * np.random.default_rng(4).standard_normal((SIZE, SIZE, 1))).astype(np.float32))
    made = changed(rough, small)
    outside = np.ones((SIZE, SIZE), bool)
    outside[SIZE // 4 : -SIZE // 4, SIZE // 4 : -SIZE // 4] = False
    assert (made.comp[outside] == rough[outside]).all()
    assert (made.delta != 0).any()


def test_more_years_change_more(plate, points):
    folded = half(lined(plate, *FOLD, width=7, depth=0.5))
    sizes = [np.abs(changed(folded, points, amount).delta).sum() for amount in (0, 0.25, 0.5, 0.75, 1.0)]
    assert sizes == sorted(sizes)
    assert sizes[1] > 0


def test_luma_carries_the_light_and_colour_leaves_it(plate, points):
    """Colour alone moves no luma: of a change in red and blue only, luma stays within half floats."""
    ring = topology.with_ring(points)
    side = unwrap.side_for(ring[None])
    change = np.zeros((side, side, 3), np.float32)
    change[..., 1], change[..., 2] = 0.1, -0.1
    ones = np.ones((side, side), np.float32)
    made = pasted(half(plate), ring, change, ones, ones, 1.0)
    touched = (made.delta != 0).any(axis=-1)
    assert touched.sum() > 10000
    ratio = (made.comp @ bands.LUMA)[touched] / (half(plate) @ bands.LUMA)[touched]
    assert np.abs(ratio - 1).max() < 2e-3


def test_normalised_convolution_sees_only_what_counts():
    """A bright neighbour of no weight leaves no halo."""
    values = np.full((64, 64), 2.0, np.float32)
    values[:, 32:] = 50.0
    weight = np.zeros((64, 64), np.float32)
    weight[:, :32] = 1.0
    for sigma in (2.0, 9.0):
        assert np.abs(bands.normalised(values, weight, sigma)[:, :30] - 2.0).max() < 0.02
