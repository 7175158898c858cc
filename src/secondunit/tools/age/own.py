"""Where a person ends, drawn as finely as the plate has it, and which of what is theirs are clothes.

Clothes are what beside and below the face has the colours of what lies well below the chin rather than the skin's. Both
are the shot's own: a bare chest has no clothes, and a long beard or long hair may count as such.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.media.guided import guided
from secondunit.tools.age.bands import logs
from secondunit.tools.age.mixture import fitted

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]
Box = tuple[slice, slice]
CORNERS, TIP = [61, 291], [topology.NOSE_TIP]
"""Of the mouth, and of the nose."""
WIDE = 220
"""Clothes are told on a face of at most so many pixels."""
AROUND = 0.7
"""How far around the face is looked, in its heights."""
SOFT = 0.006
"""Colours are averaged over this share of the face's width (sigma), as grain is no cloth."""
BELOW, BESIDE = 0.10, 0.05
"""Clothes' colours are learned from so far below the chin, in heights, and outside the face's oval, in widths."""
INNER = 0.05
"""Skin's are learned so far inside the oval, in widths."""
SURE = 0.9
"""A person's matte from which a pixel is theirs alone."""
SKIN_LEAST = np.array([0.30, 0.04, 0.05])
"""Least standard deviations of skin in log-luma, and in red and blue against it."""
CLOTH_LEAST = (0.25, 0.04, 0.05)
"""The same of each of the colours of clothes."""
UNLIKE = 3.0
"""Standard deviations from skin of what clothes' colours are learned from."""
FEWEST, SHARE = 100, 0.25
"""Pixels, and their share of what lies below the chin, that must be so."""
MOST = 6.0
"""Colour alone says no more than this, as a logarithm of odds."""
LOWER = 8.0
"""Logarithm of the odds of clothes for each height below the chin. In the face's oval there are none."""
SOLID = 0.015
"""What is narrower than twice this share of a face's width is no cloth, nor a hole in it."""
SOFT_PX = 0.7
"""Grain is averaged away over so many pixels (sigma) before the edge of a person is looked for."""
WITHIN, RADIUS, EDGE = (0.2, 0.8), 0.02, 0.02
"""The coarse matte's edge lies between these values of it, and errs by this share of a face's width; variance of
log-luma from which the picture has an edge."""
PINNED = 0.06
"""So far from the skin, in widths of the face, clothes do not go with it any more."""
DRAWN = (0.25, 0.75)
"""Values of what is found between which the edge is drawn: a pixel or two."""


@dataclass(frozen=True)
class _View:
    """A rectangle of the picture, maybe smaller: values (h,w,3) log-luma, and red and blue against it; person (h,w).

    within: widths inside the face's oval, negative outside; below (h,w): heights below the chin. mouth, nose: of their
    rows. lips (h,w): where they are. wide: the face's width, pixels.
    """

    values: Image
    person: Image
    within: Image
    below: Image
    mouth: float
    nose: float
    lips: Mask
    wide: float


def clothes(plate: Image, someone: Image, points: Image) -> Image:
    """(H,W) 0..1, of a person's matte (H,W) in a plate (H,W,3), scene-linear, whose face has these points (468,3)."""
    box, out = _box(points, plate.shape), np.zeros_like(someone)
    there = someone[box]
    if min(there.shape) > 1:
        found = _clothes(_seen(plate[box], there, _at(points, box)))
        out[box] = cv2.resize(found, there.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return out


def pinned(worn: Image, points: Image) -> Image:
    """(H,W) 0..1: where clothes (H,W) stay as they are. What touches the face goes a little way with it."""
    away = cv2.distanceTransform((worn > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    return _rising(np.asarray(away, np.float32), 0, PINNED * _wide(points))


def drawn(plate: Image, someone: Image, points: Image) -> Image:
    """(H,W) 0..1: a person's coarse matte with the edge that the picture has there, and no halo.

    A matte that is soft over ten pixels would move ten pixels of what is behind.
    """
    box, out = _box(points, plate.shape), someone.copy()
    if min(out[box].shape) > 1:
        light = cv2.GaussianBlur(logs(plate[box])[0], (0, 0), SOFT_PX)
        radius = max(2, round(RADIUS * _wide(points)))
        found = guided(_rising(someone[box], *WITHIN), np.asarray(light, np.float32), radius, EDGE, max(1, radius // 4))
        out[box] = _rising(found, *DRAWN)
    return out


def _rising(values: Image, low: float, high: float) -> Image:
    """0 up to low, 1 from high on, smooth between."""
    share = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _clothes(seen: _View) -> Image:
    """(h,w) 0..1."""
    skin = (seen.within > INNER) & (seen.below > seen.nose) & ~seen.lips
    low = (seen.below > BELOW) & (seen.within < -BESIDE) & (seen.person > SURE)
    nothing = np.zeros(seen.person.shape, np.float32)
    if skin.sum() < FEWEST or low.sum() < FEWEST:
        return nothing
    middle = np.median(seen.values[skin], axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(seen.values[skin] - middle), axis=0), SKIN_LEAST)
    away = np.square((seen.values - middle) / spread).sum(axis=-1)
    other = seen.values[low & (away > UNLIKE**2)]
    if len(other) < max(FEWEST, SHARE * low.sum()):
        return nothing
    skin_log = -0.5 * away - np.log(spread).sum()
    told = np.clip(fitted(other, 3, CLOTH_LEAST).log(seen.values) - skin_log, -MOST, MOST)
    odds = told + LOWER * np.maximum(seen.below, 0)
    odds[(seen.below < seen.mouth) | (seen.within > 0)] = -20
    sure = 1 / (1 + np.exp(-np.clip(odds, -20, 20)))
    return _whole(np.asarray(seen.person * sure, np.float32), low, seen.wide)


def _whole(clothes: Image, low: Mask, wide: float) -> Image:
    """The same (h,w) as one thing: what hangs together with what lies `low`, without its holes."""
    size = 2 * max(1, round(SOLID * wide)) + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    solid = cv2.morphologyEx((clothes > 0.5).astype(np.uint8), cv2.MORPH_OPEN, disk)
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, disk)
    count, labels = cv2.connectedComponents(solid)
    enough = np.bincount(labels[low], minlength=count) > FEWEST
    enough[0] = False
    solid = enough[labels].astype(np.uint8)
    inner, outer = cv2.erode(solid, np.ones((3, 3), np.uint8)), cv2.dilate(solid, np.ones((3, 3), np.uint8))
    return np.asarray(np.maximum(clothes * outer, inner), np.float32)


def _seen(plate: Image, someone: Image, points: Image) -> _View:
    """A part of the plate, its points counted from its corner."""
    shrink = max(1.0, _wide(points) / WIDE)
    size = max(1, round(plate.shape[1] / shrink)), max(1, round(plate.shape[0] / shrink))
    small, person = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (plate, someone))
    flat = points[:, :2] * np.array(size) / plate.shape[1::-1]
    light, colour = logs(np.asarray(small, np.float32))
    wide, chin = _wide(flat), flat[topology.CHIN]
    values = cv2.GaussianBlur(np.dstack([light, colour]), (0, 0), max(0.8, SOFT * wide))
    down = (chin - flat[topology.TOP]) / _high(flat)
    y, x = np.mgrid[: size[1], : size[0]] + 0.5
    below = ((x - chin[0]) * down[0] + (y - chin[1]) * down[1]) / _high(flat)
    oval, lips = _filled(flat, topology.OVAL, size), _filled(flat, topology.LIPS_OUTER, size)
    inside, outside = (cv2.distanceTransform(each, cv2.DIST_L2, 5) for each in (oval, 1 - oval))
    mouth, nose = (float((flat[spots].mean(axis=0) - chin) @ down / _high(flat)) for spots in (CORNERS, TIP))
    grown = cv2.dilate(lips, np.ones((2 * max(1, round(0.02 * wide)) + 1,) * 2, np.uint8)) > 0
    within = np.asarray((inside - outside) / wide, np.float32)
    return _View(
        np.asarray(values), np.asarray(person), within, np.asarray(below, np.float32), mouth, nose, grown, wide
    )


def _filled(flat: NDArray[np.floating], ring: tuple[int, ...], size: tuple[int, int]) -> NDArray[np.uint8]:
    out = np.zeros(size[::-1], np.uint8)
    cv2.fillPoly(out, [np.round((flat[list(ring)] - 0.5) * 16).astype(np.int32)], 1, shift=4)
    return out


def _box(points: Image, shape: tuple[int, ...]) -> Box:
    """The rectangle of the picture in which anything is told."""
    flat, reach = points[:, :2], AROUND * _high(points)
    end = np.array(shape[1::-1])
    low = np.clip(np.floor(flat.min(axis=0) - reach).astype(int), 0, end)
    high = np.clip(np.ceil(flat.max(axis=0) + reach).astype(int), low, end)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _at(points: Image, box: Box) -> Image:
    return np.asarray(points[:, :2] - [box[1].start, box[0].start], np.float32)


def _wide(points: NDArray[np.floating]) -> float:
    return max(1.0, float(np.linalg.norm(points[topology.LEFT_SIDE, :2] - points[topology.RIGHT_SIDE, :2])))


def _high(points: NDArray[np.floating]) -> float:
    return max(1.0, float(np.linalg.norm(points[topology.CHIN, :2] - points[topology.TOP, :2])))
