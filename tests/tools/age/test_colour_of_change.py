"""Colour under a change: asked for against luma, and got so; the redness of shade stays."""

import cv2
import numpy as np

from secondunit.faces import topology
from secondunit.tools.age import bands, paste, regions, skin
from secondunit.tools.age.parts import Part

SIDE = 320
SKIN = np.array([0.42, 0.28, 0.19], np.float32)


def test_a_change_of_colour_is_that_of_the_ratio_to_luma_and_keeps_luma():
    """A fold that was corrected by less in red than asked stayed pink."""
    plate = np.exp(np.random.default_rng(3).normal(-1.5, 0.3, (12, 12, 3))).astype(np.float32)
    asked = np.zeros_like(plate)
    asked[..., 0], asked[..., 1], asked[..., 2] = 0.5, -0.25, 0.3
    part = Part((slice(0, 12), slice(0, 12)), asked, np.ones((12, 12), np.float32))
    made = paste.over(plate, [part])
    (light, ends), (light_made, ends_made) = bands.logs(plate), bands.logs(made)
    assert np.abs(light_made - light - 0.5).max() < 0.002
    assert np.abs(ends_made - ends - [-0.25, 0.3]).max() < 0.002


def shaded(redder, strip=0.0):
    """Skin (SIDE,SIDE,3) with a soft dark side, and a soft dark strip along the nose, whose colour goes with the light;
    and that light (SIDE,SIDE), logarithms.
    """
    x = np.arange(SIDE, dtype=np.float32)[None, :] / SIDE
    shade = -0.5 / (1 + np.exp(-(x - 0.62) / 0.02)) - strip * np.exp(-0.5 * ((x - 0.43) / 0.02) ** 2)
    light = np.broadcast_to(shade, (SIDE, SIDE))
    texture = SKIN * np.exp(light)[..., None] * np.exp(light[..., None] * np.array([-redder, 0, redder], np.float32))
    grain = np.random.default_rng(4).normal(0, 0.01, (SIDE, SIDE, 1))
    return (texture * np.exp(grain)).astype(np.float32), light


def test_the_redness_of_shade_stays_as_far_as_shade_does():
    """The shaded side of a nose that was lightened a little went grey."""
    texture, light = shaded(0.25, strip=0.9)
    change = skin.younger(texture, np.ones((SIDE, SIDE), np.float32))
    dark = (light < -0.3) & (np.arange(SIDE)[None, :] < SIDE // 2) & (change.gate > 0.9)
    dark &= np.abs(np.arange(SIDE)[:, None] / SIDE - topology.UV[195, 1]) < 0.06
    assert dark.sum() > 200
    stays = -0.25 * (light + change.light)[dark].mean()
    assert 0.9 < (-0.25 * light + change.colour[..., 0])[dark].mean() / stays < 1.15


def test_a_red_blotch_pales():
    texture, _ = shaded(0.0)
    cheek = (regions.region("cheek", SIDE) > 0.9) & (np.arange(SIDE)[None, :] < 0.4 * SIDE)
    y, x = np.argwhere(cheek).mean(axis=0)
    blotch = np.zeros((SIDE, SIDE), np.float32)
    cv2.circle(blotch, (round(x), round(y)), 6, 1.0, -1)
    blotch = cv2.GaussianBlur(blotch, (0, 0), 2)[..., None]
    red = texture * np.exp(0.07 * blotch * np.array([1, 0, -1], np.float32))
    change = skin.younger(red.astype(np.float32), np.ones((SIDE, SIDE), np.float32))
    there = blotch[..., 0] > 0.8
    assert change.colour[there][:, 0].mean() < -0.012
    assert change.colour[there][:, 1].mean() > 0.02
