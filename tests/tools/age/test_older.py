"""What an older face gains: where, how much, whose, and under which light."""

import itertools

import cv2
import numpy as np
import pytest

from secondunit.faces import topology
from secondunit.tools.age import bands, hairline, older, relief, skin, unwrap
from secondunit.tools.age.folds import folds
from secondunit.tools.age.strokes import pressed

from .conftest import SIZE, pasted

SEED, OTHER = 11, 12
FAIR_HAIR = np.array([0.85, 0.80, 0.55], np.float32)
"""What fair hair is of skin, by channel: as light as skin nearly."""
FOUND: dict[tuple[object, ...], skin.Change] = {}
"""Changes found already: most tests ask for the same."""
BROWS = round(hairline.BROWS * SIZE)


def half(plate):
    return plate.astype(np.float16).astype(np.float32)


def aged(plate, points, seed=SEED, amount=1.0, presence=1.0, facing=None):
    """The plate with the edit."""
    ring = topology.with_ring(points)
    side = unwrap.side_for(ring[None])
    key = hash(plate.tobytes()), seed, facing
    if key not in FOUND:
        texture = unwrap.read(half(plate), unwrap.places(ring, side))
        seen = unwrap.facing(ring, side, plate.shape[:2])
        FOUND[key] = older.older(texture, seen if facing is None else seen * facing(side), seed)
    found = FOUND[key]
    change = np.dstack([found.light, found.colour])
    return pasted(half(plate), ring, change, found.gate, np.full((side, side), amount, np.float32), presence)


def gain(made, plate):
    """(H,W) log-luma gained."""
    return np.log((made.comp @ bands.LUMA) / (half(plate) @ bands.LUMA))


def filled(*rings):
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    for ring in rings:
        cv2.fillPoly(canvas, [np.round(topology.UV[list(ring)] * SIZE).astype(np.int32)], 1)
    return canvas > 0


def test_no_amount_and_no_presence_keep_every_bit(plate, points):
    assert not aged(plate, points, amount=0.0).delta.any()
    assert not aged(plate, points, presence=0.0).delta.any()


def test_more_years_change_every_place_more(plate, points):
    """Half of what light is lost at half the strength; half floats hold a logarithm to 5e-4."""
    gains = [gain(aged(plate, points, amount=amount), plate) for amount in (0.25, 0.5, 1.0)]
    assert np.abs(gains[0]).max() > 0.03
    for less, more in itertools.pairwise(gains):
        assert (np.abs(more) >= np.abs(less) - 2e-3).all()
        strong = np.abs(more) > 0.05
        assert np.median(less[strong] / more[strong]) == pytest.approx(0.5, abs=0.02)


def test_folds_go_deep_and_grain_stays(plate, points):
    """Lines come where faces fold; what is finer than a pixel or two on the cheek is as it was."""
    made = aged(plate, points)
    change = gain(made, plate)
    nose_to_mouth = topology.UV[206] * SIZE
    x, y = np.round(nose_to_mouth).astype(int)
    assert change[y - 8 : y + 9, x - 8 : x + 9].min() < -0.10
    assert -0.06 < change[made.mattes[..., 0] > 0.9].mean() < 0.0
    cheek = made.mattes[..., 7] > 0.5
    grain = [np.log(one @ bands.LUMA) for one in (half(plate), made.comp)]
    fine = [(one - cv2.GaussianBlur(one, (0, 0), 1))[cheek].std() for one in grain]
    assert fine[1] / fine[0] == pytest.approx(1.0, abs=0.1)


def test_nothing_comes_on_eyes_lips_brows_or_beyond_the_skin(plate, points):
    made = aged(plate, points)
    features = filled(topology.RIGHT_EYE, topology.LEFT_EYE, topology.LIPS_OUTER)
    assert features.sum() > 1000
    assert not made.delta[features].any()
    assert not made.delta[made.mattes[..., 0] == 0].any()


def test_fair_hair_over_the_forehead_ends_it(plate, points):
    """The same forehead gets lines where it is bare, and next to none under a fringe, streaks or no streaks."""
    rng = np.random.default_rng(4)
    streaks = cv2.GaussianBlur(rng.normal(0, 1.2, (1, SIZE)).astype(np.float32), (0, 0), 2)[..., None]
    hair = half(plate).copy()
    hair[: BROWS - 40] *= FAIR_HAIR * np.exp(0.3 * streaks)
    above = np.arange(SIZE)[:, None] < BROWS - 52
    lines = [np.abs(gain(aged(one, points), one))[np.broadcast_to(above, (SIZE, SIZE))] for one in (plate, hair)]
    assert lines[0].max() > 0.05
    assert lines[1].max() < 0.2 * lines[0].max()


def test_it_fades_where_the_face_turns_away(plate, points):
    def left_half(side):
        return (np.arange(side) < side / 2).astype(np.float32)[None, :]

    change = np.abs(aged(plate, points, facing=left_half).delta).sum(axis=-1)
    assert not change[:, SIZE // 2 + 8 :].any()
    assert change[:, : SIZE // 2 - 8].any()


def test_a_performer_keeps_their_lines_and_another_has_others(plate, points):
    one = gain(aged(plate, points), plate)
    FOUND.clear()
    again, other = (gain(aged(plate, points, seed=seed), plate) for seed in (SEED, OTHER))
    assert (one == again).all()
    seen = np.abs(one) > 0.03
    assert 0.0 < np.corrcoef(one[seen], other[seen])[0, 1] < 0.8
    assert not all(np.array_equal(a.line, b.line) for a, b in zip(folds(SEED), folds(OTHER), strict=False))


def test_lines_lie_in_the_same_place_whatever_the_size_of_the_map():
    small, large = (sum(valley for _, valley in pressed(folds(SEED), side)) for side in (256, 512))
    large = cv2.resize(large, (256, 256), interpolation=cv2.INTER_AREA)
    assert np.corrcoef(small.ravel(), large.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("side_lit", [-1, 1])
def test_relief_turned_to_the_light_is_lighter(side_lit):
    """Light from the left lights slopes that face left, and from the right the others (both read off the shading)."""
    side = 128
    normal = relief.normals(side)
    base = np.log(np.maximum(0.6 + 0.4 * side_lit * normal[..., 0], 0.05)).astype(np.float32)
    gate = np.ones((side, side), np.float32)
    light = relief.light_on(base, gate)
    assert np.sign(light.towards[0]) == side_lit
    slope = np.zeros((side, side, 2), np.float32)
    slope[..., 0] = 0.2
    middle = relief.shaded(slope, light, base, gate)[side // 2, side // 2]
    # Height grows to the right: the slope faces left.
    assert np.sign(middle) == -side_lit


def test_where_the_light_does_not_come_it_throws_less_relief():
    """Half the face in its own shade, a fifth as bright: under two thirds of the light's whole share of it."""
    side, steep, right = 128, 0.2, 0.8
    base = np.zeros((side, side), np.float32)
    base[:, : side // 2] = -1.6
    gate, slope = np.ones_like(base), np.zeros((side, side, 2), np.float32)
    slope[..., 0] = steep
    light = relief.Light(0.7, np.array([right, -0.2, 0.2]))
    middle = side // 2
    shade = relief.shaded(slope, light, base, gate)[middle, middle - 8]
    assert abs(np.arctanh(shade)) < 0.66 * steep * right / relief.DARKEST_SHARE
