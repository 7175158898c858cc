"""Between the picture and the face's own map: the canonical layout of `faces.topology`, u right, v down, 0..1.

A texture is (S,S,...) over that layout; its texel (row, column) lies at ((column + 0.5) / S, (row + 0.5) / S).
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology

Image = NDArray[np.float32]
Floats = NDArray[np.floating]
TEXELS_PER_PIXEL = 1.25
"""Texels of the map to a pixel of the face, so that what is read through it loses nothing worth having."""
SMALLEST, LARGEST = 128, 2048
BEYOND = 0.3
"""How far past its corners a triangle is carried on, in weights."""
TURNED = 0.25
"""A triangle that shows less than this share of what it shows from the front fades out, and at nothing it is gone."""


def side_for(points: Floats) -> int:
    """Texels along a side of the map that keeps the detail of faces (N,504,2) in pixels."""
    wide = np.ptp(np.asarray(points)[..., 0], axis=-1).max()
    share = float(np.ptp(topology.UV[:, 0]))
    return int(np.clip(64 * np.ceil(TEXELS_PER_PIXEL * wide / share / 64), SMALLEST, LARGEST))


@dataclass(frozen=True)
class Layout:
    """Of each texel: its triangle (S,S), -1 outside the face, and its weights of the three corners (S,S,3)."""

    triangle: NDArray[np.int32]
    weight: Image


@lru_cache(maxsize=4)
def layout(side: int) -> Layout:
    """The map at one size."""
    corners = topology.UV.astype(np.float64) * side
    triangle = _drawn(corners, np.arange(len(topology.TRIANGLES)), (side, side))
    y, x = np.mgrid[:side, :side].astype(np.float32) + np.float32(0.5)
    weights = _weights(corners[topology.TRIANGLES], triangle, x, y)
    return Layout(triangle, np.stack(weights, axis=-1))


def places(points: Floats, side: int) -> Image:
    """Where each texel lies in the picture: (S,S,2) continuous pixels x, y of a face's points (504,2); -1 outside."""
    found, flat = layout(side), np.asarray(points, np.float32)[:, :2]
    inside = found.triangle >= 0
    corners = topology.TRIANGLES[found.triangle[inside]]
    weight, out = found.weight[inside], np.full((side, side, 2), -1.0, np.float32)
    out[inside] = sum(weight[:, [n]] * flat[corners[:, n]] for n in range(3))
    return out


def read(picture: Image, spots: Image) -> Image:
    """The picture (H,W) or (H,W,C) as a texture; what lies outside the picture repeats its edge."""
    x, y = spots[..., 0] - 0.5, spots[..., 1] - 0.5
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def facing(points: Floats, side: int, shape: tuple[int, int]) -> Image:
    """(S,S) 0..1: how well each texel is seen by the camera in a picture of that (height, width)."""
    corners = np.asarray(points, np.float64)[..., :2][topology.TRIANGLES]
    flat = topology.UV[topology.TRIANGLES].astype(np.float64)
    shown = _area(corners) / np.maximum(np.abs(_area(flat)), 1e-9)
    usual = np.median(np.abs(shown))
    seen = np.clip(shown / max(usual * TURNED, 1e-9), 0.0, 1.0).astype(np.float32)
    centre = corners.mean(axis=1)
    seen[((centre < 0) | (centre > np.array(shape[::-1]))).any(axis=1)] = 0.0
    found = layout(side)
    out = np.where(found.triangle >= 0, seen[found.triangle], 0.0).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(out, (0, 0), 0.008 * side), np.float32) * (found.triangle >= 0)


@dataclass(frozen=True)
class Window:
    """The part of a picture that a face covers: its corner, and of each pixel there its place in the map.

    uv (h,w,2) 0..1, nothing meant where inside (h,w) is False.
    """

    x: int
    y: int
    uv: Image
    inside: NDArray[np.bool_]


def window(points: Floats, shape: tuple[int, int]) -> Window:
    """The pixels of a face (504,3) in a picture of that (height, width). Nearer triangles hide farther ones."""
    spots = np.asarray(points, np.float64)
    low = np.clip(np.floor(spots[:, :2].min(axis=0)).astype(int) - 1, 0, [shape[1], shape[0]])
    high = np.clip(np.ceil(spots[:, :2].max(axis=0)).astype(int) + 1, low, [shape[1], shape[0]])
    size = int(high[1] - low[1]), int(high[0] - low[0])
    if not all(size):
        return Window(int(low[0]), int(low[1]), np.zeros((*size, 2), np.float32), np.zeros(size, bool))
    corners = spots[:, :2] - low
    depth = spots[topology.TRIANGLES][..., 2].mean(axis=1)
    order = np.argsort(-depth, kind="stable")
    front = order[_area(corners[topology.TRIANGLES][order]) > 0]
    triangle = _drawn(corners, front, size)
    inside = triangle >= 0
    uv, seen = np.zeros((*size, 2), np.float32), triangle[inside]
    y, x = (np.asarray(each + 0.5, np.float32) for each in np.nonzero(inside))
    _, second, third = _weights(corners[topology.TRIANGLES], seen, x, y)
    a, b, c = (topology.UV[topology.TRIANGLES[:, n]].astype(np.float32) for n in range(3))
    uv[inside] = a[seen] + second[:, None] * (b - a)[seen] + third[:, None] * (c - a)[seen]
    return Window(int(low[0]), int(low[1]), uv, inside)


def show(texture: Image, seen: Window) -> Image:
    """A texture (S,S) or (S,S,C) as the window's pixels; zero outside the face."""
    side = texture.shape[0]
    x, y = seen.uv[..., 0] * side - 0.5, seen.uv[..., 1] * side - 0.5
    out = np.asarray(cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.float32)
    out[~seen.inside] = 0.0
    return out


def _drawn(corners: Floats, order: NDArray[np.integer], size: tuple[int, int]) -> NDArray[np.int32]:
    """Index of the triangle that covers each pixel, drawn one over the other; -1 where there is none."""
    out = np.full(size, -1, np.int32)
    sixteenths = np.round((corners - 0.5) * 16).astype(np.int32)
    for index in order:
        cv2.fillConvexPoly(out, sixteenths[topology.TRIANGLES[index]], int(index), shift=4)
    return out


def _weights(corners: Floats, triangle: NDArray[np.int32], x: Floats, y: Floats) -> tuple[Image, Image, Image]:
    """Barycentric weights (...) of points x, y in their triangles; corners (T,3,2).

    A pixel on a border may be drawn by the triangle next door, which is carried on to it, but not far.
    """
    a, b, c = (corners[:, n].astype(np.float64) for n in range(3))
    whole = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    whole = np.where(np.abs(whole) < 1e-9, 1e-9, whole)[:, None]
    to_second = np.stack([c[:, 1] - a[:, 1], a[:, 0] - c[:, 0]], axis=-1) / whole
    to_third = np.stack([a[:, 1] - b[:, 1], b[:, 0] - a[:, 0]], axis=-1) / whole
    origin, right, down = (each.astype(np.float32) for each in (a, to_second, to_third))
    across, along = x - origin[triangle, 0], y - origin[triangle, 1]
    second, third = (each[triangle, 0] * across + each[triangle, 1] * along for each in (right, down))
    weights = [np.clip(each, -BEYOND, 1 + BEYOND) for each in (1 - second - third, second, third)]
    total = weights[0] + weights[1] + weights[2]
    first, second, third = (np.asarray(each / total, np.float32) for each in weights)
    return first, second, third


def _area(corners: Floats) -> NDArray[np.float64]:
    """Signed area (N,) of triangles (N,3,2): positive for those that `faces.topology` shows from the front."""
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.asarray(0.5 * (one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]), np.float64)
