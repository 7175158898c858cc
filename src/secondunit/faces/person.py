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


def matte(picture: Array, points: Array) -> Array:
    """float32 (H,W) 0..1 of the person whose face has these points (468,3), in a uint8 RGB picture (H,W,3).

    Zero beyond the square around head and shoulders. Raises models.Missing.
    """
    flat = np.asarray(points, np.float64)[: topology.MESH, :2]
    low, high = flat.min(axis=0), flat.max(axis=0)
    long = float((high - low).max())
    scale = AROUND * long / SEEN
    corner = (low + high) / 2 + [0, LOWER * long] - scale * SEEN / 2
    into = np.array([[scale, 0, corner[0]], [0, scale, corner[1]]])
    how = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    square = cv2.warpAffine(picture, into, (SEEN, SEEN), flags=how, borderMode=cv2.BORDER_REPLICATE)
    network = _network()
    network.setInput(cv2.dnn.blobFromImage(square, 1 / 255))
    found = np.ascontiguousarray(network.forward().reshape(SEEN, SEEN))
    size = picture.shape[1::-1]
    whole = cv2.warpAffine(found, into, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    guide = picture.astype(np.float32).mean(axis=2) / 255
    return np.clip(guided(np.asarray(whole, np.float32), guide, max(2, round(FINER * scale)), EDGE), 0, 1)


@lru_cache(maxsize=1)
def _network() -> Any:
    return cv2.dnn.readNetFromTFLite(str(models.find(models.PERSON).file), CLASSIC)
