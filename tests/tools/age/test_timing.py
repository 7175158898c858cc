"""One edit over time: steady, aligned, begun anew where it must."""

from itertools import pairwise

import numpy as np

from secondunit.tools.age import timing

SIDE = 128


def texture(rng):
    """Log-luma with detail that a flow can follow."""
    import cv2

    return cv2.GaussianBlur(rng.standard_normal((SIDE, SIDE)).astype(np.float32), (0, 0), 2.0)


def sheets(changes, lights, gate=1.0):
    return [
        timing.Sheet(
            change[..., None].repeat(3, -1),
            np.full((SIDE, SIDE), gate, np.float32),
            timing.for_flow(light),
            np.zeros((192, 192, 4), np.float32),
        )
        for change, light in zip(changes, lights, strict=True)
    ]


def averaged(all_sheets, folder, runs=None):
    for run in runs or [range(len(all_sheets))]:
        list(timing.steadied(all_sheets.__getitem__, run, folder))
    return [timing.steady(folder, n)[0][..., 0] for n in range(len(all_sheets))]


def test_flicker_is_averaged_away(tmp_path):
    """Noise of each frame's own: what is left between frames is under a third."""
    rng = np.random.default_rng(1)
    light = texture(rng)
    noise = [0.05 * rng.standard_normal((SIDE, SIDE)).astype(np.float32) for _ in range(20)]
    out = averaged(sheets([0.3 + one for one in noise], [light] * 20), tmp_path)
    steps = [np.abs(b - a).mean() for a, b in pairwise(out)]
    before = [np.abs(b - a).mean() for a, b in pairwise(noise)]
    assert np.mean(steps) < 0.33 * np.mean(before)
    assert abs(np.mean(out) - 0.3) < 0.002


def test_what_is_the_same_stays_the_same(tmp_path):
    rng = np.random.default_rng(2)
    light = texture(rng)
    change = 0.2 * texture(rng)
    out = averaged(sheets([change] * 6, [light] * 6), tmp_path)
    assert max(np.abs(one - change).max() for one in out) < 2e-3


def test_a_line_that_slides_over_the_map_is_followed(tmp_path):
    """A mesh that slips a texel a frame: the averaged line stays sharp where a plain mean would smear it."""
    rng = np.random.default_rng(3)
    light = texture(rng)
    line = np.zeros((SIDE, SIDE), np.float32)
    line[:, 60:63] = -0.5
    slid = [np.roll(line, n, axis=1) for n in range(12)]
    out = averaged(sheets(slid, [np.roll(light, n, axis=1) for n in range(12)]), tmp_path)
    plain = np.mean(slid, axis=0)
    deepest = out[6][20:108].min(axis=1).mean()
    assert deepest < -0.3
    assert plain[20:108].min(axis=1).mean() > -0.2
    assert abs(float(np.argmin(out[6][20:108].mean(axis=0))) - 67) <= 2


def test_a_cut_begins_anew(tmp_path):
    rng = np.random.default_rng(4)
    lights = [texture(rng)] * 4 + [texture(rng)] * 4
    levels = [np.full((SIDE, SIDE), value, np.float32) for value in [0.1] * 4 + [-0.4] * 4]
    out = averaged(sheets(levels, lights), tmp_path, [range(4), range(4, 8)])
    assert all(np.abs(out[n] - 0.1).max() < 1e-3 for n in range(4))
    assert all(np.abs(out[n] + 0.4).max() < 1e-3 for n in range(4, 8))


def test_what_is_not_seen_counts_for_nothing(tmp_path):
    """A frame with a hand before the face (gate 0) says nothing, and is filled from its neighbours."""
    rng = np.random.default_rng(5)
    light = texture(rng)
    seen = sheets([np.full((SIDE, SIDE), 0.2, np.float32)] * 7, [light] * 7)
    wrong = sheets([np.full((SIDE, SIDE), 3.0, np.float32)], [light], gate=0.0)
    out = averaged([*seen[:3], *wrong, *seen[4:]], tmp_path)
    assert np.abs(out[3] - 0.2).max() < 0.02
