"""Strokes: lines over the face's map that press into skin, and what a set of them presses together."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.tools.age.regions import FACE_WIDE, Spots, curve

Image = NDArray[np.float32]
Line = NDArray[np.float64]

CLASSES = np.array([0.0028, 0.0048, 0.0082, 0.014, 0.024, 0.041])
"""Half widths (sigmas) that are pressed, as shares of the face's width. One between two is shared out to both."""
FINEST = 0.9
"""Texels below which no line is drawn narrower; it is fainter instead, as a camera would average it."""
SHOULDER = 0.34
"""How far skin beside a valley is pushed up, by the valley's depth: two classes wider, so that both hold one volume."""
POINTS = 96
"""Points along a stroke before it is pressed."""
EVERY = 0.6
"""Texels between the dabs a stroke is pressed with."""


@dataclass(frozen=True)
class Stroke:
    """line (N,2) of the map, 0..1; depth (N,): slope-like, about 1 for a strong wrinkle, negative for a swelling.

    width: sigma as a share of the face's width. even: no shoulders, as a hollow or a swelling has none.
    """

    line: Spots
    depth: Line
    width: float
    even: bool = False


@dataclass(frozen=True)
class Manner:
    """How a stroke runs. wave: its wandering across itself, in face widths. broken: how uneven its depth is, 0..1.

    head, tail: the shares of it over which it begins and ends. at: where it is deepest, 0..1, if anywhere.
    """

    wave: float = 0.004
    broken: float = 0.3
    head: float = 0.3
    tail: float = 0.4
    at: float | None = None
    even: bool = False


USUAL = Manner()


def stroke(points: Spots, depth: float, width: float, rng: np.random.Generator, how: Manner = USUAL) -> Stroke:
    """A stroke through points (N,2), uneven by `rng`."""
    wander = how.wave * FACE_WIDE * smooth_noise(rng, POINTS, 6.0)
    line = _rounded(curve(points, lambda share: wander, POINTS))
    share = np.linspace(0, 1, POINTS)
    fade = np.minimum(_rising(share / how.head), _rising((1 - share) / how.tail))
    if how.at is not None:
        fade *= 0.45 + 0.55 * np.exp(-0.5 * ((share - how.at) / 0.28) ** 2)
    uneven = np.clip(1 - 0.5 * how.broken + how.broken * smooth_noise(rng, POINTS, 8.0), 0.0, 1.5)
    return Stroke(line, depth * fade * uneven, width, how.even)


def smooth_noise(rng: np.random.Generator, length: int, bumps: float) -> Line:
    """(length,) of about unit deviation, with about so many bumps."""
    coarse = rng.standard_normal(max(4, round(2 * bumps)))
    at = np.linspace(0, len(coarse) - 1, length)
    low = np.minimum(at.astype(int), len(coarse) - 2)
    part = _rising(at - low)
    return np.asarray(coarse[low] * (1 - part) + coarse[low + 1] * part)


def pressed(strokes: Sequence[Stroke], side: int) -> list[tuple[float, Image]]:
    """What strokes press into a map: sigma in texels and valleys (S,S) of each class, 1 deep where a depth is 1."""
    dabs = np.zeros((len(CLASSES), side * side))
    for one in strokes:
        for index, share in _shared(one):
            dabs[index] += _dabbed(one.line * side - 0.5, one.depth * share, side)
    out = []
    for share, sheet in zip(CLASSES, dabs, strict=True):
        wanted = share * FACE_WIDE * side
        sigma = max(wanted, FINEST)
        # A line of unit weight a texel has a Gaussian's profile once blurred: its height is 1 / (sigma sqrt(2 pi)).
        high = np.sqrt(2 * np.pi) * wanted
        valley = cv2.GaussianBlur(sheet.reshape(side, side).astype(np.float32), (0, 0), sigma) * high
        out.append((float(sigma), np.asarray(valley, np.float32)))
    return out


def _shared(one: Stroke) -> list[tuple[int, float]]:
    """The classes a stroke is pressed into, each with its share of the depth; shoulders are two classes wider."""
    place = float(np.interp(np.log(one.width), np.log(CLASSES), np.arange(len(CLASSES))))
    low = min(int(place), len(CLASSES) - 2)
    parts = [(low, 1 - (place - low)), (low + 1, place - low)]
    if not one.even:
        parts += [(min(index + 2, len(CLASSES) - 1), -SHOULDER * share) for index, share in parts]
    return parts


def _dabbed(line: Spots, depth: Line, side: int) -> Line:
    """(S*S,) weight that a line (N,2) in texels leaves, spread to the four texels around each dab."""
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    count = max(2, int(along[-1] / EVERY))
    at = np.linspace(0, along[-1], count)
    x, y = (np.interp(at, along, line[:, axis]) for axis in (0, 1))
    weight = np.interp(at, along, depth) * along[-1] / count
    keep = (x >= 0) & (y >= 0) & (x < side - 1) & (y < side - 1)
    x, y, weight = x[keep], y[keep], weight[keep]
    column, row = x.astype(int), y.astype(int)
    right, below = x - column, y - row
    index = row * side + column
    places = np.concatenate([index, index + 1, index + side, index + side + 1])
    parts = [(1 - right) * (1 - below), right * (1 - below), (1 - right) * below, right * below]
    return np.bincount(places, np.concatenate([weight * part for part in parts]), side * side)


def _rounded(line: Spots) -> Spots:
    """A line without the corners that the mesh's points give it; its ends stay."""
    sigma, reach = 4.0, 12
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    # Beyond each end the line goes on as its own reflection through that end.
    before, after = 2 * line[0] - line[reach:0:-1], 2 * line[-1] - line[-2 : -reach - 2 : -1]
    long = np.concatenate([before, line, after])
    return np.stack([np.convolve(long[:, axis], kernel, mode="valid") for axis in (0, 1)], axis=1)


def _rising(share: Line) -> Line:
    part = np.clip(share, 0, 1)
    return np.asarray(part * part * (3 - 2 * part))
