"""Where a person is around a face: the segmentation network of the mediapipe wheel, which OpenCV runs."""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from secondunit.media.guided import guided

from . import models, topology
from .network import CLASSIC

Array = np.ndarray[Any, Any]
SEEN = 256
"""Pixels along a side of what the network sees."""
AROUND, LOWER = 2.6, 0.25
"""Side of the square that it sees and how far below the face its middle lies, in heights of the face: head and
shoulders, as it was trained."""
FINER = 4
"""The edge is drawn along that of the picture within so many of the network's pixels."""

EDGE = 1e-3
"""Variance of the picture's grey, 0..1, from which it has an edge."""


def region(points: Array, size: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of a picture (height, width) beyond which there is no `matte` of a face (468,3)."""
    corner, scale = _square(points)
    reach = 2 * _radius(scale) + 2
    low = np.clip(np.floor(corner).astype(int) - reach, 0, size[::-1])
    high = np.clip(np.ceil(corner + scale * SEEN).astype(int) + reach, low, size[::-1])
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def matte(picture: Array, points: Array) -> Array:
    """float32 (H,W) 0..1 of the person whose face has these points (468,3), in a uint8 RGB picture (H,W,3).

    Zero beyond the square around head and shoulders: of a larger picture only its `region` is needed, with the points
    counted from there. Raises models.Missing.
    """
    corner, scale = _square(points)
    into = np.array([[scale, 0, corner[0]], [0, scale, corner[1]]])
    how = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    square = cv2.warpAffine(picture, into, (SEEN, SEEN), flags=how, borderMode=cv2.BORDER_REPLICATE)
    network = _network()
    network.setInput(cv2.dnn.blobFromImage(square, 1 / 255))
    found = np.ascontiguousarray(network.forward().reshape(SEEN, SEEN))
    size = picture.shape[1::-1]
    whole = cv2.warpAffine(found, into, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    guide = cv2.transform(picture.astype(np.float32), np.full((1, 3), 1 / 765))
    return np.clip(guided(np.asarray(whole, np.float32), np.asarray(guide), _radius(scale), EDGE), 0, 1)


def _square(points: Array) -> tuple[Array, float]:
    """Corner (x, y) of the square that the network sees of a face, and pixels of the picture to one of its own."""
    flat = np.asarray(points, np.float64)[: topology.MESH, :2]
    low, high = flat.min(axis=0), flat.max(axis=0)
    long = float((high - low).max())
    scale = AROUND * long / SEEN
    return (low + high) / 2 + [0, LOWER * long] - scale * SEEN / 2, scale


def _radius(scale: float) -> int:
    """Of the filter that draws the edge, in pixels of the picture."""
    return max(2, round(FINER * scale))


@lru_cache(maxsize=1)
def _network() -> Any:
    return cv2.dnn.readNetFromTFLite(str(models.find(models.PERSON).file), CLASSIC)
