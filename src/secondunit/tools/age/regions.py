"""Where what is on a face, as masks (S,S) 0..1 over its map: skin, and the regions that age differently."""

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.tools.age.unwrap import layout

Image = NDArray[np.float32]
Spots = NDArray[np.float64]

FACE_WIDE = float(np.ptp(topology.UV[topology.OVAL, 0]))
"""Width of the face in the map, 0..1: lengths here are shares of it."""

LINES: dict[str, tuple[tuple[int, ...], ...]] = {
    "forehead": ((54, 103, 67, 109, 10, 338, 297, 332, 284), (68, 104, 69, 108, 151, 337, 299, 333, 298)),
    "glabella": ((9, 8), (107, 55), (336, 285)),
    "crows_feet": ((130, 35, 143, 34), (359, 265, 372, 264), (226, 31, 111), (446, 261, 340)),
    "under_eye": ((25, 110, 24, 23, 22, 26), (255, 339, 254, 253, 252, 256)),
    "nasolabial": ((129, 203, 206, 216, 212), (358, 423, 426, 436, 432)),
    "marionette": ((61, 202, 210, 169), (291, 422, 430, 394)),
    "cheek": ((117, 50, 187), (346, 280, 411), (118, 101, 205), (347, 330, 425)),
    "chin": ((32, 208, 199, 428, 262),),
    "upper_lip": ((167, 164, 393),),
}
"""Points of the mesh that a region lies along."""
WIDTHS = {
    "forehead": 0.11,
    "glabella": 0.05,
    "crows_feet": 0.06,
    "under_eye": 0.045,
    "nasolabial": 0.05,
    "marionette": 0.045,
    "cheek": 0.10,
    "chin": 0.07,
    "upper_lip": 0.05,
    "neck": 0.10,
}
"""How far a region reaches from its lines, as a share of the face's width."""
REGIONS = tuple(WIDTHS)
FEATURES = (
    (topology.RIGHT_EYE, 0.014),
    (topology.LEFT_EYE, 0.014),
    (topology.RIGHT_BROW, 0.012),
    (topology.LEFT_BROW, 0.012),
    (topology.LIPS_OUTER, 0.010),
)
"""Rings that are no skin, and how far around them skin does not count, as a share of the face's width."""
NOSTRILS = ((60, 75), (290, 305), (98, 97), (327, 326))


def lines_of(name: str) -> list[Spots]:
    """The lines of a region as points (N,2) of the map, 0..1."""
    if name == "neck":
        low = np.asarray(topology.UV, np.float64)[468:][12:25]
        return [low]
    return [np.asarray(topology.UV, np.float64)[list(line)] for line in LINES[name]]


@lru_cache(maxsize=32)
def region(name: str, side: int) -> Image:
    """Where a region is: 1 on its lines, falling to nothing at its width."""
    canvas = np.full((side, side), 255, np.uint8)
    for line in lines_of(name):
        cv2.polylines(canvas, [_sixteenths(line, side)], False, 0, 1, cv2.LINE_8, 4)
    away = cv2.distanceTransform(canvas, cv2.DIST_L2, 5) / (WIDTHS[name] * FACE_WIDE * side)
    return np.asarray(np.exp(-0.5 * (1.6 * away) ** 2), np.float32)


@lru_cache(maxsize=4)
def skin(side: int) -> Image:
    """Where skin may be: the face and what is around it, less eyes, brows, lips and nostrils."""
    out = (layout(side).triangle >= 0).astype(np.float32)
    out = cv2.erode(out, np.ones((3, 3), np.uint8)) * _above_and_below(side)
    for ring, around in FEATURES:
        hole = np.zeros((side, side), np.uint8)
        hull = cv2.convexHull(_sixteenths(np.asarray(topology.UV, np.float64)[list(ring)], side))
        cv2.fillConvexPoly(hole, hull, 1, shift=4)
        out *= 1 - _grown(hole, around * FACE_WIDE * side)
    for pair in NOSTRILS:
        hole = np.zeros((side, side), np.uint8)
        spot = np.asarray(topology.UV, np.float64)[list(pair)].mean(axis=0) * side
        cv2.circle(hole, (int(spot[0]), int(spot[1])), max(1, round(0.02 * FACE_WIDE * side)), 1, -1)
        out *= 1 - hole
    return np.asarray(cv2.GaussianBlur(out, (0, 0), max(0.5, 0.004 * side)), np.float32)


def _above_and_below(side: int) -> Image:
    """1 within the face's oval, its forehead and its neck; nothing beside it, where the background begins."""
    oval = np.zeros((side, side), np.uint8)
    points = np.asarray(topology.UV, np.float64)
    inner = points[list(topology.OVAL)]
    cv2.fillPoly(oval, [_sixteenths(inner, side)], 1, shift=4)
    left, right = inner[:, 0].min(), inner[:, 0].max()
    middle = (left + right) / 2
    u = (np.arange(side) + 0.5)[None, :] / side
    narrow = np.abs(u - middle) < 0.42 * (right - left)
    v = (np.arange(side) + 0.5)[:, None] / side
    below = narrow & (np.abs(u - middle) < 0.30 * (right - left)) & (v > points[152, 1])
    above = narrow & (v < points[10, 1] + 0.06)
    return np.asarray(np.maximum(oval, (above | below).astype(np.uint8)), np.float32)


def weighted(weights: dict[str, float], side: int, start: float = 1.0) -> Image:
    """(S,S): what an artist's sliders make of the strength, `start` where no region of the skin is named."""
    out = np.full((side, side), start, np.float32)
    for name, weight in weights.items():
        if name not in WIDTHS:
            continue
        mask = region(name, side)
        out += mask * (weight - out)
    return out


@lru_cache(maxsize=16)
def strongest(names: tuple[str, ...], side: int) -> Image:
    """The strongest of some regions at each place."""
    return np.asarray(np.max([region(name, side) for name in names], axis=0), np.float32)


def curve(points: Spots, wave: Callable[[NDArray[np.float64]], NDArray[np.float64]], steps: int = 24) -> Spots:
    """A line (N,2) drawn finer, and moved across itself by `wave` of the share along it (0..1), in units of the map."""
    share = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    share /= share[-1]
    at = np.linspace(0, 1, steps)
    fine = np.stack([np.interp(at, share, points[:, axis]) for axis in (0, 1)], axis=1)
    along = np.gradient(fine, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    return np.asarray(fine + np.stack([-along[:, 1], along[:, 0]], axis=1) * wave(at)[:, None])


def _sixteenths(points: Spots, side: int) -> NDArray[np.int32]:
    return np.round((points * side - 0.5) * 16).astype(np.int32)


def _grown(hole: NDArray[np.uint8], texels: float) -> Image:
    size = 2 * max(1, round(texels)) + 1
    return np.asarray(cv2.dilate(hole, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))), np.float32)
