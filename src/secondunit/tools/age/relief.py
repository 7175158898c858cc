"""Skin pressed into folds, and how the plate's own light falls on it.

The light is told from the smooth part of the plate's own shading over a face that is taken for an ellipsoid: luma is
fitted by a constant and the normal, which is Lambert's law with an even light around (Ramamoorthi and Hanrahan, SIGGRAPH
2001, to its first order). A slope turned to the light is then lighter by that law, and the bottom of a fold is darker
because it sees less around it.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.tools.age.folds import folds
from secondunit.tools.age.regions import FACE_WIDE
from secondunit.tools.age.strokes import pressed

Image = NDArray[np.float32]
Vector = NDArray[np.float64]

STEEP = 1.15
"""Height of a fold by its own sigma, where its stroke's depth is 1: the steepest slope is 0.6 of this."""
CAVITY = (0.20, 0.25, 0.30, 0.31, 0.30, 0.30)
"""Log-luma that the bottom of a fold loses at depth 1, by the class of its width."""
ROUND_ACROSS, ROUND_DOWN = 0.86, 0.62
"""Normals at the sides of the face's oval, and at its top and chin: of an ellipsoid that ends a bit outside."""
FROM_ABOVE = 0.25
"""Where shading tells nothing, light comes from above by so much of its mean."""
SURE = 0.06
"""How much that is believed, as a share of all that is seen."""
LOPSIDED = 1.1
"""No light is believed to be more one-sided than this."""
DARKEST_SHARE = 0.55
"""Skin darker than this share of the mean is lit by what light there is around, which has no side."""
SHADE, SHADED = (0.35, 0.9), 0.4
"""Shares of the mean luma from which the light comes, and wholly; and what comes of it below."""
LIGHT_SIDE = 96
"""Texels along a side of the map in which the light is looked for."""


@dataclass(frozen=True)
class Relief:
    """Over the map: slope right and down (S,S,2), height over length; dark (S,S), log-luma lost in the folds."""

    slope: Image
    dark: Image


@dataclass(frozen=True)
class Light:
    """Luma = around + towards . normal, in shares of the skin's mean luma; towards (3,): right, down, to the camera."""

    around: float
    towards: Vector


@lru_cache(maxsize=4)
def relief(seed: int, side: int) -> Relief:
    """The folds of a performer."""
    height = np.zeros((side, side), np.float32)
    dark = np.zeros((side, side), np.float32)
    for (sigma, valley), cavity in zip(pressed(folds(seed), side), CAVITY, strict=True):
        height -= STEEP * sigma * valley
        dark += cavity * valley
    return Relief(slope_of(height), dark)


def slope_of(height: Image) -> Image:
    """(S,S,2) of a height in texels."""
    down, right = np.gradient(height)
    return np.stack([right, down], axis=-1).astype(np.float32)


@lru_cache(maxsize=4)
def normals(side: int) -> Image:
    """(S,S,3) of the face as an ellipsoid: right, down, towards the camera."""
    oval = np.asarray(topology.UV, np.float64)[list(topology.OVAL)]
    middle, half = (oval.max(axis=0) + oval.min(axis=0)) / 2, np.ptp(oval, axis=0) / 2
    across, down = (((np.arange(side) + 0.5) / side - middle[axis]) / half[axis] for axis in (0, 1))
    right = np.broadcast_to(ROUND_ACROSS * np.clip(across, -1, 1)[None, :], (side, side))
    low = np.broadcast_to(ROUND_DOWN * np.clip(down, -1, 1)[:, None], (side, side))
    shrink = np.minimum(1, 0.95 / np.sqrt(np.maximum(right**2 + low**2, 1e-12)))
    right, low = right * shrink, low * shrink
    return np.stack([right, low, np.sqrt(1 - right**2 - low**2)], axis=-1).astype(np.float32)


def light_on(base: Image, gate: Image) -> Light:
    """The light on a face whose smooth log-luma is `base` (S,S), where `gate` (S,S) says skin is."""
    side = base.shape[0]
    small = (LIGHT_SIDE, LIGHT_SIDE)
    log = cv2.resize(base, small, interpolation=cv2.INTER_AREA).astype(np.float64).ravel()
    weight = cv2.resize(gate * _plain(side), small, interpolation=cv2.INTER_AREA).astype(np.float64).ravel()
    if weight.sum() < 0.005 * len(weight):
        return Light(1.0, np.array([0.0, -FROM_ABOVE, 0.0]))
    luma = np.exp(np.clip(log - np.average(log, weights=weight), -3, 3))
    luma /= np.average(luma, weights=weight)
    return _fitted(luma, normals(LIGHT_SIDE).reshape(-1, 3).astype(np.float64), weight / weight.sum())


def _fitted(luma: Vector, normal: Vector, weight: Vector) -> Light:
    """Least squares, thrice, each time with less say for what the last fit does not explain: brows, beard, spots."""
    rows = np.concatenate([np.ones((len(normal), 1)), normal], axis=1)
    usual = np.array([0.75, 0.0, -FROM_ABOVE, 0.3])
    trust = weight
    for _ in range(3):
        left = rows.T @ (rows * trust[:, None]) / trust.sum() + SURE * np.eye(4)
        right = rows.T @ (luma * trust) / trust.sum() + SURE * usual
        found = np.linalg.solve(left, right)
        away = luma - rows @ found
        spread = 1.5 * np.sqrt(np.average(away**2, weights=trust)) + 1e-6
        trust = weight / (1 + (away / spread) ** 2)
    long = float(np.linalg.norm(found[1:]))
    return Light(float(found[0]), found[1:] * min(1.0, LOPSIDED / max(long, 1e-9)))


def shaded(slope: Image, light: Light, base: Image, gate: Image) -> Image:
    """(S,S) change of log-luma as a slope (S,S,2) turns the skin to the light or away; base (S,S) log-luma."""
    normal = normals(base.shape[0])
    right, down, forward = (float(part) for part in light.towards)
    # A step to the right on the map is a step along the surface that also goes back where the face turns away.
    flat = np.maximum(normal[..., 2], 0.45)
    luma = np.exp(np.clip(base - mean_in(base, gate), -3, 3))
    # Where the light does not come, there is only what is around, and most of that is above.
    comes = SHADED + (1 - SHADED) * np.clip((luma - SHADE[0]) / (SHADE[1] - SHADE[0]), 0, 1)
    turned = comes * slope[..., 0] * (right * flat - forward * normal[..., 0])
    turned += comes * slope[..., 1] * (down * flat - forward * normal[..., 1])
    turned -= (1 - comes) * slope[..., 1] * FROM_ABOVE * luma
    return np.asarray(np.tanh(-turned / np.maximum(luma, DARKEST_SHARE)), np.float32)


def held(base: Image, gate: Image) -> Image:
    """(S,S) 0..1: how much of a fold shows in the light there is: less in black shade and where light is blown out."""
    apart = base - mean_in(base, gate)
    dark = np.clip((apart + 2.4) / 1.4, 0, 1)
    blown = np.clip((2.0 - apart) / 0.8, 0, 1)
    return np.asarray((0.2 + 0.8 * dark) * (0.3 + 0.7 * blown), np.float32)


def mean_in(values: Image, gate: Image) -> float:
    """Mean of values (S,S) where the gate (S,S) is open."""
    return float((values * gate).sum() / max(float(gate.sum()), 1e-6))


@lru_cache(maxsize=4)
def _plain(side: int) -> Image:
    """(S,S): the face's oval without the nose, whose shape is no ellipsoid's."""
    canvas = np.zeros((side, side), np.uint8)
    points = np.asarray(topology.UV, np.float64) * side
    cv2.fillPoly(canvas, [np.round(points[list(topology.OVAL)]).astype(np.int32)], 1)
    for index in (topology.NOSE_TIP, 195):
        cv2.circle(canvas, tuple(int(at) for at in points[index]), round(0.09 * FACE_WIDE * side), 0, -1)
    return canvas.astype(np.float32)
