"""What older skin would change: the performer's own lines deepened, folds that the plate's light falls on, pigment.

As in `skin`, only the change is made here, as logarithms to be added; nothing is added at the size of grain.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.tools.age import regions
from secondunit.tools.age.bands import logs, normalised
from secondunit.tools.age.glasses import frames, thin
from secondunit.tools.age.hairline import bare
from secondunit.tools.age.marks import marks
from secondunit.tools.age.pigment import around, noise, pigment
from secondunit.tools.age.relief import held, light_on, relief, shaded, slope_of
from secondunit.tools.age.skin import Change, inward, skin_gate

Image = NDArray[np.float32]

SMOOTH = 0.11
"""Sigma of the light that the whole face takes, as a share of its width."""
LINE_SIGMAS = (0.005, 0.010, 0.020, 0.036)
"""Half widths of the performer's own lines that are looked for, in face widths."""
DEEPER = (1.2, 1.7, 1.4, 0.9)
"""What of their own darkness these lines gain."""
STANDS_OUT = 2.2
"""A line must be so many times darker than what three quarters of the cheeks' texture stay below."""
MOST = 0.55
"""Log-luma that no line of the performer's own gains more than."""
OWN_FIRST, OWN_IS = 0.2, 0.06
"""Where the performer's own lines gain OWN_IS on average, so much less is added to them."""
WRINKLED = ("forehead", "glabella", "crows_feet", "under_eye", "nasolabial", "marionette", "upper_lip", "cheek", "neck")
PORES = ((0.0035, 0.045), (0.007, 0.022))
"""Sigma in face widths, and slope, of the coarser texture of nose and cheeks."""
PORED = ((4, 0.05), (5, 0.04), (50, 0.07), (280, 0.07), (205, 0.06), (425, 0.06), (199, 0.05))
FINEST_TEXELS = 1.1
"""No texture and no line of the performer's own is looked for below this."""
DEEPEST, LIGHTEST = 0.75, 0.18
"""Log-luma that no fold goes beyond, down and up."""
CLOSE = 0.006
"""The change fades over this share of the face's width before what is no skin."""
WARM = np.array([-0.32, 0.26], np.float32)
"""Red and blue against luma for a unit of log-luma: light that comes out of a fold has gone through skin."""


def older(texture: Image, facing: Image, seed: int) -> Change:
    """The change at full strength, some twenty years, of a face seen as `texture` (S,S,3).

    facing (S,S): as `unwrap.facing` gives it. seed: the performer's own, so that they age the same in every shot.
    """
    side = texture.shape[0]
    light, colour = logs(texture)
    gate = skin_gate(light, colour, facing)
    gate = gate * bare(light, colour, gate)
    seen = close_to(gate) * (1 - np.maximum(marks(light, gate, side), frames(light)))
    base = normalised(light, gate, max(0.7, SMOOTH * regions.FACE_WIDE * side))
    own = own_lines(light, base, gate)
    tint = pigment(seed, side)
    folded = _folded(base, gate, own, seed) - own
    ends = tint[..., 1:] + np.minimum(folded, 0)[..., None] * WARM
    return Change(((folded + tint[..., 0]) * seen).astype(np.float32), ends * seen[..., None], gate)


def close_to(gate: Image) -> Image:
    """The gate drawn in a little: nothing is measured across its edges, so folds may come near eyes and lips."""
    width = max(0.6, CLOSE * regions.FACE_WIDE * gate.shape[0])
    return np.asarray(gate * np.clip(2 * cv2.GaussianBlur(gate, (0, 0), width) - 0.8, 0, 1), np.float32)


def own_lines(light: Image, base: Image, gate: Image) -> Image:
    """(S,S) >= 0: log-luma by which the lines that are there are deepened. light, base (S,S): log-luma and its smooth
    part; a line is dark, longer than wide, and stands out from the texture of the cheeks.
    """
    side = light.shape[0]
    filled = np.asarray(light * gate + base * (1 - gate), np.float32)
    cheeks = (regions.region("cheek", side) > 0.5) & (gate > 0.6)
    out = np.zeros_like(light)
    if cheeks.sum() < 30:
        return out
    for share, deeper in zip(LINE_SIGMAS, DEEPER, strict=True):
        sigma = share * regions.FACE_WIDE * side
        if sigma >= FINEST_TEXELS:
            dark = thin(filled, sigma)
            usual = float(np.quantile(dark[cheeks], 0.75)) + 0.004
            more = np.maximum(dark - STANDS_OUT * usual, 0)
            out = np.maximum(out, deeper * MOST * np.tanh(more / MOST))
    return np.asarray(out * regions.strongest(WRINKLED, side) * inward(gate), np.float32)


def _folded(base: Image, gate: Image, own: Image, seed: int) -> Image:
    """(S,S) log-luma of the folds and pores that come, under the light there is."""
    side = base.shape[0]
    come = relief(seed, side)
    has = cv2.GaussianBlur(own, (0, 0), max(0.7, 0.018 * regions.FACE_WIDE * side))
    fewer = 1 - OWN_FIRST * np.clip(has / OWN_IS, 0, 1)
    slope = come.slope * fewer[..., None] + _pores(seed, side)
    change = shaded(slope, light_on(base, gate), base, gate) - come.dark * fewer
    most = np.where(change < 0, DEEPEST, LIGHTEST)
    return np.asarray(most * np.tanh(change / most) * held(base, gate), np.float32)


@lru_cache(maxsize=4)
def _pores(seed: int, side: int) -> Image:
    """(S,S,2) slope of the coarser texture of nose, cheeks and chin."""
    rng = np.random.default_rng([seed, 202])
    height = np.zeros((side, side), np.float32)
    for share, slope in PORES:
        sigma, rough = share * regions.FACE_WIDE * side, noise(rng, side, share)
        if sigma >= FINEST_TEXELS:
            height += slope * sigma * rough
    return slope_of(height * around(PORED, side))
