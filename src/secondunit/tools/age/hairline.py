"""Where the forehead ends and hair begins: fair hair over it has nearly the colour and the light of skin."""

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.tools.age.regions import FACE_WIDE

Image = NDArray[np.float32]

BROWS = float(np.min(topology.UV[list(topology.RIGHT_BROW + topology.LEFT_BROW), 1]))
"""Top of the brows on the map."""
STRIP = (0.005, 0.060)
"""From so far above the brows to so far, in units of the map, skin is taken for bare."""
ACROSS = 0.10
"""Sigma in face widths, from side to side, over which that strip is averaged: light comes from a side."""
DARKER, COLOURED = 0.45, np.array([0.14, 0.16], np.float32)
"""Logarithms of light, and of red and blue against luma, by which hair differs from the skin below it."""
DIFFERS = (0.9, 1.5)
"""So many of these from which it is less than sure that skin is bare, and from which it is hair."""
SOFT, EVEN = (0.045, 0.015), 0.025
"""Sigmas in face widths of what is compared (across and up: a mole is no hairline), and of the outcome."""


def bare(light: Image, colour: Image, gate: Image) -> Image:
    """(S,S) 0..1: 1 below the hairline, 0 above it, though the gate (S,S) may take hair for skin.

    light (S,S), colour (S,S,2): as `bands.logs` gives them. Going up from the brows, the first hair ends the forehead.
    """
    side = light.shape[0]
    wide = FACE_WIDE * side
    up = BROWS - (np.arange(side) + 0.5) / side
    strip = gate * ((up > STRIP[0]) & (up < STRIP[1]))[:, None]
    seen = np.dstack([light, colour])
    soft = cv2.GaussianBlur(seen, (0, 0), max(0.7, SOFT[0] * wide), sigmaY=max(0.7, SOFT[1] * wide))
    apart = soft - _columns(seen, strip, ACROSS * wide)[None]
    apart[..., 0] = np.minimum(apart[..., 0], 0)
    away = np.linalg.norm(apart / np.array([DARKER, *COLOURED], np.float32), axis=-1)
    share = np.clip((DIFFERS[1] - away) / (DIFFERS[1] - DIFFERS[0]), 0, 1)
    share[up <= STRIP[0]] = 1.0
    least = np.minimum.accumulate(share[::-1], axis=0)[::-1]
    return np.asarray(cv2.GaussianBlur(least.astype(np.float32), (0, 0), max(0.7, EVEN * wide)), np.float32)


def _columns(seen: Image, weight: Image, sigma: float) -> Image:
    """(S,C): what each column of (S,S,C) shows on average, by weight (S,S), evened over `sigma` texels to its sides."""
    total = np.concatenate([(seen * weight[..., None]).sum(axis=0), weight.sum(axis=0)[:, None]], axis=1)
    even = cv2.GaussianBlur(total.astype(np.float32)[None], (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)[0]
    return np.asarray(even[:, :-1] / np.maximum(even[:, -1:], 1e-3), np.float32)
