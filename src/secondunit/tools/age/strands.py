"""How strands of hair change colour with the years: logarithms at each pixel, so each strand keeps its own light."""

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.tools.age.eyes import rising

Image = NDArray[np.float32]
GREY = (0.50, 0.90)
"""Colour of a strand by that of the skin, along it, up to which it is grey, and from which it has its own colour."""
DARK = (-1.9, -1.1)
"""Log-luma against the skin up to which a colourless strand is black, and from which it is grey."""
DARKER, BROWNER = 0.72, 0.45
"""Younger, a grey strand loses this of its log-luma, and comes so far towards the colour of brown hair."""
BROWN = 1.15
"""That colour by the skin's: pigment is the same."""
PALER, COLOURLESS = 0.55, 0.65
"""Older, a strand that greys comes so far towards grey in log-luma, and loses so much of its colour."""
GREYED = -0.55
"""Log-luma of grey hair against the skin."""
TEMPLE = 0.8
"""By how many standard deviations of the strands' own light those at the temples grey before those at the crown."""


def darkened(light: Image, colour: Image, skin: NDArray[np.float64]) -> Image:
    """(h,w,3): grey strands take up pigment again."""
    grey = _greyness(light, colour, skin)
    brown = BROWN * skin[1:] - colour
    return np.dstack([-DARKER * grey, BROWNER * grey[..., None] * brown]).astype(np.float32)


def greyed(light: Image, colour: Image, skin: NDArray[np.float64], where: Image, early: Image, wide: float) -> Image:
    """(h,w,3): a share of the strands loses its pigment; those that catch more light, and at the temples, first."""
    weight = np.maximum(where, 1e-3)
    sigma = max(0.8, 0.02 * wide)
    mean = cv2.GaussianBlur(light * weight, (0, 0), sigma) / cv2.GaussianBlur(weight, (0, 0), sigma)
    detail = light - mean
    usual = float(np.sqrt((detail**2 * where).sum() / max(float(where.sum()), 1.0))) + 0.02
    strand = 1 / (1 + np.exp(np.clip(-2.0 * (detail / usual + TEMPLE * (early - 0.6)), -30, 30)))
    lift = np.clip(skin[0] + GREYED - mean, 0, 1.2)
    return np.dstack([PALER * strand * lift, -COLOURLESS * strand[..., None] * colour]).astype(np.float32)


def _greyness(light: Image, colour: Image, skin: NDArray[np.float64]) -> Image:
    """(h,w) 0..1 of pixels: colourless against this performer's skin, whatever the light, and not black."""
    pigment = skin[1:]
    share = (colour @ pigment) / max(float(pigment @ pigment), 1e-4)
    pale = rising(light - skin[0], *DARK)
    return np.asarray((1 - rising(share, *GREY)) * pale, np.float32)
