"""What passes before the face is told by light and detail that are not the usual ones; a turning light is not."""

import cv2
import numpy as np
import pytest

from secondunit.faces import topology
from secondunit.tools.age import covered, eyes, timing

SIDE = 256
FRAMES = range(12)
PATCH = (slice(90, 150), slice(100, 160))


@pytest.fixture
def skin():
    """Log-luma (S,S) with folds and grain."""
    rng = np.random.default_rng(4)
    folds = sum(
        depth * cv2.GaussianBlur(rng.standard_normal((SIDE, SIDE)), (0, 0), sigma) * sigma
        for sigma, depth in ((2.5, 0.12), (5.0, 0.12))
    )
    return (-1.0 + folds).astype(np.float32)


def lows(frames, reds=None, facing=None):
    """`covered.low` of log-lumas, and logarithms of red where given, with grain of each frame's own."""
    rng = np.random.default_rng(5)
    facing = np.ones((SIDE, SIDE), np.float32) if facing is None else facing
    out = []
    for n, light in enumerate(frames):
        grained = light + 0.02 * rng.standard_normal(light.shape)
        red = np.zeros((SIDE, SIDE), np.float32) if reds is None else reds[n]
        colour = np.dstack([red, -red]).astype(np.float32)
        out.append(covered.low(grained.astype(np.float32), colour, facing))
    return out


def share(cover, where):
    whole = cv2.resize(cover, (SIDE, SIDE))
    return float(whole[where].mean())


def test_a_patch_that_passes_is_covered_and_the_rest_is_not(skin):
    rng = np.random.default_rng(6)
    hand = cv2.GaussianBlur(rng.standard_normal((SIDE, SIDE)), (0, 0), 3.0)[PATCH] * 0.5
    frames = [skin.copy() for _ in FRAMES]
    for light in frames[4:7]:
        light[PATCH] = skin[PATCH].mean() - 0.2 + hand
    seen = lows(frames)
    covers = covered.covers(seen.__getitem__, FRAMES)
    assert share(covers(5), (slice(96, 144), slice(106, 154))) > 0.9
    away = (slice(180, 250), slice(10, 240))
    assert share(covers(5), away) < 0.05
    assert max(share(covers(n), (slice(0, SIDE),) * 2) for n in (0, 2, 9, 11)) < 0.02


@pytest.mark.parametrize("frames_there", [range(0, 4), range(8, 12), range(2, 9)])
def test_a_patch_that_is_there_from_the_start_or_stays_is_covered(skin, frames_there):
    hand = cv2.GaussianBlur(np.random.default_rng(6).standard_normal((SIDE, SIDE)), (0, 0), 3.0)[PATCH] * 0.5
    frames = [skin.copy() for _ in range(16)]
    for n in frames_there:
        frames[n][PATCH] = skin[PATCH].mean() - 0.2 + hand
    seen = lows(frames)
    covers = covered.covers(seen.__getitem__, range(16))
    for n in frames_there:
        assert share(covers(n), (slice(96, 144), slice(106, 154))) > 0.9


def test_a_smile_that_comes_up_covers_nothing(skin):
    """A fold deepens and the cheek beside it catches more light, over ten frames."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    fold = -0.8 * np.exp(-0.5 * ((x - 120 - 0.1 * y) / 3) ** 2) * np.exp(-0.5 * ((y - 130) / 30) ** 2)
    cheek = 0.35 * np.exp(-0.5 * (((x - 160) / 20) ** 2 + ((y - 120) / 20) ** 2))
    frames = [skin + np.clip((n - 4) / 10, 0, 1) * (fold + cheek) for n in range(18)]
    seen = lows(frames)
    covers = covered.covers(seen.__getitem__, range(18))
    assert max(float(covers(n).max()) for n in range(18)) < 0.2


def test_light_that_turns_covers_nothing(skin):
    """A slope of light over the face that swings from one side to the other, and an exposure that breathes."""
    u = np.linspace(-0.5, 0.5, SIDE, dtype=np.float32)[None, :]
    seen = lows([skin + 0.6 * u * np.sin(n / 3) + 0.1 * np.cos(n) for n in FRAMES])
    covers = covered.covers(seen.__getitem__, FRAMES)
    assert max(float(covers(n).mean()) for n in FRAMES) < 0.02


def test_a_stick_that_comes_in_from_the_side_is_covered_at_once(skin):
    """A hand's colour and nearly the skin's light, no wider on the face than a few texels at first."""
    facing = np.zeros((SIDE, SIDE), np.float32)
    facing[:, 30:226] = 1
    lights, reds = [skin.copy() for _ in FRAMES], [np.zeros((SIDE, SIDE), np.float32) for _ in FRAMES]
    for n, wide in ((4, 8), (5, 14), (6, 20)):
        stick = np.s_[70:180, 0 : 30 + wide]
        lights[n][stick], reds[n][stick] = -1.05, 0.10
    seen = lows(lights, reds, facing)
    covers = covered.covers(seen.__getitem__, FRAMES)
    for n, wide in ((4, 8), (5, 14), (6, 20)):
        assert share(covers(n), np.s_[80:170, 30 : 30 + wide]) > 0.9, n
        assert share(covers(n), np.s_[:, 80:226]) < 0.02, n
    assert max(float(covers(n).max()) for n in (0, 1, 9, 11)) < 0.1


def test_a_place_that_often_changes_covers_nothing(skin):
    """A smooth forehead under a light that goes by with the turning head."""
    smooth = skin.copy()
    forehead = np.s_[20:80, 60:200]
    smooth[forehead] = -1.0
    lights = []
    for n in FRAMES:
        glow = np.zeros((SIDE, SIDE), np.float32)
        glow[forehead] = 0.3 * np.cos(2 * np.pi * n / 11)
        lights.append(smooth + cv2.GaussianBlur(glow, (0, 0), 8.0))
    seen = lows(lights)
    covers = covered.covers(seen.__getitem__, FRAMES)
    assert max(float(covers(n).mean()) for n in FRAMES) < 0.005


def test_what_covers_is_kept_and_shown_in_the_picture(tmp_path):
    """On the face where the map has it, a little way beyond the face, and nowhere else."""
    flat = topology.with_ring(np.c_[topology.UV[: topology.MESH] * 400, np.zeros(topology.MESH)].astype(np.float32))
    cover = np.zeros((covered.SIDE, covered.SIDE), np.float32)
    cover[90:140, : covered.SIDE // 2] = 1
    covered.keep(tmp_path, 3, cover)
    covered.keep(tmp_path, 4, np.zeros_like(cover))
    assert not covered.kept(tmp_path, 4).any()
    shown = covered.shown(covered.kept(tmp_path, 3), flat, (400, 400))
    assert shown[200:280, 100:190].min() > 0.9
    assert shown[:, 225:].max() < 0.02
    assert shown[320:].max() < 0.02
    assert not covered.shown(covered.kept(tmp_path, 4), flat, (400, 400)).any()


def test_a_part_that_is_covered_is_left_alone():
    cover = np.zeros((40, 40), np.float32)
    cover[:, :20] = 1
    box = np.s_[10:30, 10:30]
    part = eyes.uncovered(eyes.Part(box, np.ones((20, 20, 3), np.float32), np.ones((20, 20), np.float32)), cover)
    assert not part.change[:, :10].any()
    assert not part.where[:, :10].any()
    assert (part.change[:, 10:] == 1).all()


def test_in_a_few_frames_nothing_is_told(skin):
    seen = lows([skin, -skin, skin])
    assert not covered.covers(seen.__getitem__, range(3))(1).any()


def test_what_is_never_seen_is_not_judged(skin):
    seen = lows([skin] * 6)
    for one in seen:
        one[..., 3] = 0
    assert not covered.covers(seen.__getitem__, range(6))(2).any()


def test_a_covered_sheet_has_no_skin_there():
    change, gate, low = (np.ones((64, 64, *rest), np.float32) for rest in ((3,), (), (4,)))
    sheet = timing.Sheet(change, gate, timing.for_flow(gate), low)
    cover = np.zeros((covered.SIDE, covered.SIDE), np.float32)
    cover[: covered.SIDE // 2] = 1
    gate = timing.uncovered(sheet, cover).gate
    assert gate[:28].max() == 0
    assert gate[36:].min() == 1
