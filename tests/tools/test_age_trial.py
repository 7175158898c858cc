"""What the ageing tool is measured by, on pictures of which the answer is known."""

import cv2
import numpy as np
import pytest

from secondunit.faces import topology
from secondunit.tools.age_trial import beauty, estimate, gates, likeness, material, motion, outline, pictures, places
from secondunit.tools.age_trial.gates import Figure, Gate

SIZE = 200, 220
WIDE = 100.0
EVERYWHERE = np.ones(SIZE, bool)


def textured(seed=1, contrast=0.1):
    """(H,W,3) code values: grain of a pixel or two around a mid grey."""
    noise = cv2.GaussianBlur(np.random.default_rng(seed).standard_normal(SIZE).astype(np.float32), (0, 0), 0.8)
    return np.repeat((0.5 + contrast * noise)[..., None], 3, axis=2).clip(0, 1).astype(np.float32)


def points():
    """A flat face (468,3) in the middle."""
    flat = topology.UV[: topology.MESH].astype(np.float64)
    flat = (flat - flat.mean(axis=0)) * WIDE / np.ptp(flat[:, 0]) + [SIZE[1] / 2, SIZE[0] / 2]
    return np.column_stack([flat, np.zeros(len(flat))]).astype(np.float32)


def test_a_steady_edit_does_not_flicker_and_a_random_one_does():
    moved = motion.swing(6, np.array([110.0, 100.0]), WIDE)
    blob = cv2.GaussianBlur(textured(3)[..., 0] * places.face(points(), SIZE), (0, 0), 4)
    size = SIZE[::-1]
    steady = [cv2.warpAffine(blob, matrix, size, flags=cv2.INTER_CUBIC) for matrix in moved]
    where = cv2.erode(places.face(points(), SIZE).astype(np.uint8), np.ones((15, 15))) > 0
    assert motion.flicker([blob] * 6, [np.eye(2, 3)] * 6, where) == 0
    assert motion.flicker(steady, moved, where) < 0.01
    rng = np.random.default_rng(1)
    assert motion.flicker([rng.standard_normal(SIZE).astype(np.float32) for _ in moved], moved, where) > 0.5


def test_the_moved_clip_comes_back_onto_its_still():
    still = cv2.GaussianBlur(textured(), (0, 0), 3)
    clip = motion.clip(still, points(), 4)
    for code, matrix in zip(clip.codes, clip.moved, strict=True):
        back = motion.back(code, matrix)[60:140, 70:150]
        assert np.abs(back.mean() - still[60:140, 70:150].mean()) < 0.02
    assert np.abs(clip.codes[1] - clip.codes[0]).mean() > 1 / 255
    hand = motion.clip(still, points(), 4, before="hand")
    assert all(matte.max() == 1 for matte in hand.before)


def test_warp_error_is_one_where_nothing_was_changed_and_more_for_noise():
    plates = [np.roll(cv2.GaussianBlur(textured(), (0, 0), 2), n, axis=1) for n in range(3)]
    noisy = [pictures.grained(plate, 12, n) for n, plate in enumerate(plates)]
    assert motion.warp_errors(plates, plates, [EVERYWHERE] * 3) == pytest.approx([1, 1])
    assert min(motion.warp_errors(plates, noisy, [EVERYWHERE] * 3)) > 2


def ageing():
    """Years -> picture: lines that fade, over grain that stays."""
    lines = np.zeros(SIZE, np.float32)
    for row in range(40, 160, 12):
        cv2.line(lines, (40, row), (180, row + 5), 1.0, 2)
    lines = cv2.GaussianBlur(lines, (0, 0), 1)[..., None]
    return {years: np.clip(textured() - 0.006 * (years - 30) * lines, 0, 1) for years in (35.0, 44.0, 52.0, 60.0, 68.0)}


def test_the_scale_gives_back_the_age_of_a_render_and_what_lies_between():
    renders = ageing()
    for years, code in renders.items():
        assert likeness.apparent_age(code, renders, EVERYWHERE, WIDE) == pytest.approx(years)
    between = pictures.code_of((pictures.linear(renders[52.0]) + pictures.linear(renders[60.0])) / 2)
    assert 53 < likeness.apparent_age(between, renders, EVERYWHERE, WIDE) < 59


def test_grain_is_one_on_identity_and_falls_under_blur():
    code = textured()
    blurred = cv2.GaussianBlur(code, (0, 0), 1.5)
    assert likeness.grain_kept(code, code, EVERYWHERE, WIDE) == 1
    assert likeness.grain_kept(code, blurred, EVERYWHERE, WIDE) < 0.4


def test_a_mole_keeps_its_contrast_until_it_is_painted_over():
    mole = material.Mole(100.0, 90.0, 3.0)
    bare = np.full((*SIZE, 3), 0.6, np.float32)
    spotted = cv2.circle(bare.copy(), (100, 90), 3, (0.4, 0.4, 0.4), -1)
    assert likeness.mole_contrast(spotted, mole) > 0.5
    assert likeness.mole_contrast(bare, mole) == pytest.approx(0, abs=1e-6)


def test_flip_is_nothing_on_identity_and_grows():
    if not likeness.has_flip():
        pytest.skip("flip-evaluator is an extra: pip install '.[bench]'")
    code = textured()
    little, much = (likeness.flip(code, np.clip(code + by, 0, 1)).mean() for by in (0.02, 0.2))
    assert likeness.flip(code, code).max() == 0
    assert 0 < little < much <= 1


def test_the_bilateral_filter_is_made_as_strong_as_the_edit():
    code, at = textured(contrast=0.05), points()
    folds = places.folds(at, SIZE)

    def left(made):
        return likeness.folds_left(code, made, folds, WIDE)

    made, strength = beauty.as_strong(code, at, 0.8, left)
    assert left(made) == pytest.approx(0.8, abs=0.05)
    assert left(beauty.filtered(code, at, 4 * strength)) < 0.8
    assert (made[:5] == code[:5]).all()


def head():
    """Coverage (H,W) of a round head with glasses in it, which are none of it."""
    out = cv2.circle(np.zeros(SIZE, np.float32), (110, 100), 60, 1.0, -1)
    return cv2.circle(out, (110, 90), 8, 0.0, 2)


def test_pixels_outside_the_hull_and_in_the_background_are_counted():
    changed = np.zeros(SIZE, bool)
    changed[90:110, 100:120] = True
    assert outline.outside(changed, outline.hull(head())) == 0
    assert outline.share_of(changed, outline.around(head())) == 0
    changed[:2, :5] = True
    assert outline.outside(changed, outline.hull(head())) == 10
    assert outline.share_of(changed, outline.around(head())) == pytest.approx(100 * 10 / 410)


def test_bars_bend_by_what_they_were_moved():
    code = outline.barred(np.full((*SIZE, 3), 0.5, np.float32), np.zeros(SIZE, np.float32), 300, 70)
    bars = pictures.luma(code)
    inner = np.zeros(SIZE, bool)
    inner[24:168, 20:200] = True
    moved = cv2.warpAffine(bars, np.array([[1, 0, 0.4], [0, 1, 0]], np.float32), SIZE[::-1])
    assert outline.bend(bars, bars, inner) == 0
    assert outline.bend(moved, bars, inner) == pytest.approx(0.4 * np.sin(np.radians(70)), abs=0.05)
    beside = outline.beside_jaw(head(), 160, 100)
    assert beside.any()
    assert not (beside & (head() > 0)).any()


def test_codes_come_back_from_the_working_space():
    code = textured(contrast=0.2)
    working = pictures.colour.to_working(code, pictures.colour.SRGB)
    np.testing.assert_allclose(pictures.shown(working), code, atol=2e-5)


def test_a_gate_says_missed_when_it_is_missed():
    met = Figure("grain", "x", "a head", (0.9, 1.0), Gate(0.85, 1.05))
    missed = Figure("flicker", "x", "a clip", (0.2,), Gate(most=0.06), peers=(0.4,), digits=3)
    one_off = Figure("outside", "px", "two heads", (0.0, 30.0), Gate(most=20, each=True))
    absent = gates.missed("years", "years", Gate(least=8), "no heads")
    told = gates.lines([met, missed, one_off, absent])
    assert [word in line for word, line in zip(("met", "MISSED", "MISSED", "not measured"), told[1:], strict=True)] == [
        True
    ] * 4
    assert one_off.value == 15
    assert not one_off.met
    assert absent.met is None
    assert "no heads" in told[-1]
    assert gates.tally([met, missed, one_off, absent]) == "Of 4 gates 1 are met, 2 missed, 1 not measured."
    assert missed.answer()["bilateral"] == pytest.approx(0.4)


def test_what_is_no_number_is_not_averaged_away():
    broken = Figure("grain", "x", "a head", (float("nan"), 0.9), Gate(0.85, 1.05))
    assert broken.met is False


def test_estimates_are_means_over_five_looks_and_nothing_where_one_finds_no_face(tmp_path):
    looks = []

    def ask(paths):
        looks.extend(paths)
        return [float(n) for n in range(len(paths))]

    face = textured()
    found = estimate.Estimates(ask).years(tmp_path, {"source": face, "whole": face})
    assert found == {"source": 2.0, "whole": 7.0}
    assert len(looks) == 10
    assert not any(path.exists() for path in looks)
    assert estimate.Estimates(lambda paths: [None] * len(paths)).years(tmp_path, {"source": face}) == {}
    assert estimate.Estimates(None).years(tmp_path, {"source": face}) == {}
