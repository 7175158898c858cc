"""What younger skin would change: bands of log-luma over the face's map, strong lines softened, light left alone.

Only the change is made here, as logarithms to be added; the plate's own grain and pores are never resampled.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.tools.age import regions
from secondunit.tools.age.bands import DARKEST, banded, logs, normalised, spread_on_cheeks
from secondunit.tools.age.glasses import frames
from secondunit.tools.age.marks import marks

Image = NDArray[np.float32]

SOFT = (2.6, 0.8, 0.30)
"""Where the fine bands are bent down, in standard deviations of the same band on the performer's own cheeks."""
TIGHTER = 0.65
"""By how much that shrinks where faces wrinkle."""
BRIGHT = (1.6, 2.2, 2.8)
"""How much looser bright detail is held than dark."""
LINED_BRIGHT = 1.2
"""The same where faces wrinkle: the lit side of a line goes with its dark side."""
FOLD_DARK, FOLD_BRIGHT = (0.80, 0.70), (0.35, 0.15)
"""Shares of the two coarse bands taken away along folds."""
BLOTCH = 0.7
"""Share of the blotches of colour taken away."""
TINT, SHADE = 0.06, 0.02
"""Over such shares of the face's width colour is compared with what is around (sigma), and with the light."""
MOST_TINT = 0.8
"""Logarithm of red or blue against luma that is taken away at most."""
SPOT, BROWN = 0.75, 0.12
"""Share of a brown spot's darkness taken away, and the logarithm of blue against luma from which it is one."""
LIFTED = 0.25
"""A line lightened by this logarithm has its own colour taken away wholly: folds are redder than skin."""
WRINKLED = ("forehead", "glabella", "crows_feet", "under_eye", "nasolabial", "marionette", "neck", "upper_lip")
FOLDED = ("under_eye", "nasolabial", "marionette", "glabella", "crows_feet", "upper_lip")
SHADOWED = 2.6
"""How much darker than elsewhere the bottom of a fold may be and still be skin, as a factor on the threshold."""
EDGE = 0.018
"""The change fades over this share of the face's width before what is no skin."""
OFF_COLOUR = 3.2
"""Standard deviations of the cheeks' own colour from which a texel is not this skin."""
GREYER = 0.8
"""A colour that errs towards grey counts as so much farther away: cloth, beards, hair."""
GLOSS = 2.0
"""How much more a highlight loses colour than the light around it, which shines too, tells."""
DARK, LIGHT = 1.5, 1.3
"""Logarithms of light below and above the skin around at which a texel is no skin: hair, glasses, a highlight."""


@dataclass(frozen=True)
class Change:
    """Over the map, to be added to logarithms: light (S,S), colour (S,S,2) of red and blue against luma.

    gate (S,S) 0..1: how surely a texel is skin that is seen.
    """

    light: Image
    colour: Image
    gate: Image


def younger(texture: Image, facing: Image) -> Change:
    """The change at full strength of a face seen as `texture` (S,S,3); facing (S,S) as `unwrap.facing` gives it."""
    side = texture.shape[0]
    light, colour = logs(texture)
    gate = skin_gate(light, colour, facing)
    keep = 1 - np.maximum(marks(light, gate, side), frames(light))
    bands, tints = banded(light, gate), _tints(colour, gate, side)
    change = _fine(bands[:3], gate, side) + _folds(bands[3:], side) + _spots(bands[3], tints)
    lines = _lines(change, side)
    seen = inward(gate) * keep
    between = gate * (1 - lines) + 1e-3 * gate
    tied = _tied(tints, _shade(light, gate, side), gate * (1 - lines))
    blotches = tints - _shade(light, gate, side)[..., None] * tied
    left = _tints(colour, between, side) - _shade(light + change, between, side)[..., None] * tied
    evened = _evened(blotches, left, lines)
    return Change(change * seen, evened * seen[..., None], gate)


def inward(gate: Image) -> Image:
    """The gate drawn in from its edges, where half of what a band sees is no skin."""
    width = max(0.7, EDGE * regions.FACE_WIDE * gate.shape[0])
    return np.asarray(gate * np.clip(2 * cv2.GaussianBlur(gate, (0, 0), width) - 1, 0, 1), np.float32)


def skin_gate(light: Image, colour: Image, facing: Image) -> Image:
    """(S,S) 0..1: skin of the performer's own colour, lit as skin around it is, and turned to the camera."""
    side = light.shape[0]
    may = regions.skin(side) * facing
    cheeks = (regions.region("cheek", side) > 0.5) & (may > 0.5)
    if cheeks.sum() < 30:
        return np.zeros_like(light)
    middle = np.median(colour[cheeks], axis=0)
    around = colour[cheeks] - middle
    away = np.linalg.norm(around, axis=1)
    near = away <= 3 * np.median(away) + 1e-6
    spread = np.cov(around[near].T) * 1.6 + np.eye(2) * 0.03**2
    smooth = cv2.GaussianBlur(colour, (0, 0), max(0.7, 0.006 * side)) - middle
    grey = -middle / max(float(np.linalg.norm(middle)), 1e-6)
    base = normalised(light, may * _kept(light, may), 0.11 * regions.FACE_WIDE * side)
    apart = np.asarray(cv2.GaussianBlur(light, (0, 0), max(0.7, 0.004 * side)) - base, np.float32)
    smooth = smooth - glossed(smooth, middle, apart)
    smooth = smooth + GREYER * np.clip(smooth @ grey, 0, None)[..., None] * grey
    smooth = smooth - _bounced(smooth, middle, side)
    away = np.sqrt(np.einsum("hwi,ij,hwj->hw", smooth, np.linalg.inv(spread), smooth))
    gate = may * _falling(away, 0.7 * OFF_COLOUR, 1.3 * OFF_COLOUR)
    dark = -apart / (DARK * (1 + (SHADOWED - 1) * regions.strongest(FOLDED, side)))
    gate = gate * _falling(dark, 0.75, 1.25) * _falling(apart, 0.75 * LIGHT, 1.25 * LIGHT)
    return np.asarray(cv2.GaussianBlur(gate, (0, 0), max(0.5, 0.003 * side)), np.float32)


def glossed(off: Image, skin: Image, apart: Image) -> Image:
    """(S,S,2) of a colour's difference `off` from the skin's (2,) that gloss explains: light that never entered the
    skin has not its colour. apart (S,S): log-luma above what is around.
    """
    strong = max(float(np.linalg.norm(skin)), 1e-6)
    most = strong * (1 - np.exp(-GLOSS * np.maximum(apart, 0)))
    less = np.clip(-(off @ (skin / strong)), 0, most)
    return np.asarray(-less[..., None] * (skin / strong), np.float32)


def _bounced(off: Image, skin: Image, side: int) -> Image:
    """(S,S,2) of a colour's difference `off` from the skin's that light explains which left skin twice, as it does in
    a fold: up to once more the skin's own colour (2,).
    """
    strong = max(float(np.linalg.norm(skin)), 1e-6)
    more = np.clip(off @ (skin / strong), 0, strong) * regions.strongest(FOLDED, side)
    return np.asarray(more[..., None] * (skin / strong), np.float32)


def _fine(bands: list[Image], gate: Image, side: int) -> Image:
    wrinkled = regions.strongest(WRINKLED, side)
    change = np.zeros_like(gate)
    for band, soft, loose in zip(bands, SOFT, BRIGHT, strict=True):
        spread = spread_on_cheeks(band, gate)
        if spread <= 0:
            continue
        limit = soft * spread * (1 - TIGHTER * wrinkled)
        limit = np.where(band > 0, limit * (loose + (LINED_BRIGHT - loose) * wrinkled), limit)
        change += limit * np.tanh(band / limit) - band
    return change


def _folds(bands: list[Image], side: int) -> Image:
    folded = regions.strongest(FOLDED, side)
    change = np.zeros_like(folded)
    for band, dark, bright in zip(bands, FOLD_DARK, FOLD_BRIGHT, strict=True):
        change -= folded * np.where(band < 0, dark, bright) * band
    return change


def _tints(colour: Image, weight: Image, side: int) -> Image:
    """(S,S,2) colour that stands out from the skin around it, as `weight` counts that, on the scale of a cheek."""
    wide = regions.FACE_WIDE * side
    around = [normalised(colour[..., channel], weight, TINT * wide) for channel in (0, 1)]
    return np.asarray((colour - np.stack(around, axis=-1)) * (weight > 0)[..., None], np.float32)


def _shade(light: Image, weight: Image, side: int) -> Image:
    """(S,S) log-luma against the skin around, as `weight` counts that, without what is small."""
    wide = regions.FACE_WIDE * side
    apart = np.asarray(light - normalised(light, weight, TINT * wide), np.float32)
    return normalised(apart, weight + 1e-2 * (light > np.log(DARKEST)), SHADE * wide)


def _tied(tints: Image, shade: Image, weight: Image) -> Image:
    """(2,) how far colour goes with the light on the face: skin in shade is redder, for it is lit through itself."""
    total = max(float((weight * shade**2).sum()), 1e-6)
    return np.array([float((weight * shade * tints[..., n]).sum()) / total for n in (0, 1)], np.float32)


def _spots(band: Image, tints: Image) -> Image:
    """Brown spots of the size of a fingertip get lighter: what is darker and less blue than the skin around it."""
    soft = max(0.7, 0.006 * band.shape[0])
    brown = np.clip(-cv2.GaussianBlur(tints[..., 1], (0, 0), soft) / BROWN, 0, 1)
    return np.asarray(-SPOT * brown * np.minimum(band, 0), np.float32)


def _lines(change: Image, side: int) -> Image:
    """(S,S) 0..1: where lines got lighter, and a little around, for movies keep colour at half the size of light."""
    wide = regions.FACE_WIDE * side
    grown = cv2.dilate(np.clip(change / LIFTED, 0, 1), np.ones((2 * max(1, round(0.008 * wide)) + 1,) * 2, np.uint8))
    return np.asarray(cv2.GaussianBlur(grown, (0, 0), max(0.7, 0.006 * wide)), np.float32)


def _evened(tints: Image, beside: Image, lines: Image) -> Image:
    """Blotches of colour partly taken back, and along lines all that is not the colour `beside` them."""
    soft = max(0.7, 0.005 * tints.shape[0])
    blotches = cv2.GaussianBlur(tints, (0, 0), soft)
    shares = lines[..., None]
    return np.asarray(np.clip(-BLOTCH * blotches * (1 - shares) - shares * beside, -MOST_TINT, MOST_TINT), np.float32)


def _kept(light: Image, may: Image) -> Image:
    """Texels that are not much darker or lighter than skin is on the whole."""
    middle = float(np.median(light[may > 0.5])) if (may > 0.5).any() else 0.0
    return np.asarray(np.abs(light - middle) < 2.0, np.float32)


def _falling(values: Image, start: float, end: float) -> Image:
    """1 up to `start`, 0 from `end` on, smooth between."""
    share = np.clip((values - start) / (end - start), 0, 1)
    return np.asarray(1 - share * share * (3 - 2 * share), np.float32)
