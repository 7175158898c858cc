"""The face network, run by OpenCV: pictures in, boxes and scores out.

BlazeFace (Bazarevsky et al. 2019) has no layer of fixed size, so a picture may be larger than the 128 pixels it was
trained on, and longer than high: it then has 2 anchors in every cell of 8 pixels, and 6 in every cell of 16.
"""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

Array = np.ndarray[Any, Any]
TRAINED = 128
"""Pixels along each side of the pictures that the network was trained on."""
CELLS = ((8, 2), (16, 6))
"""(pixels along a cell, anchors in it) of the two grids."""
MAPS = ("regressor_8", "regressor_16", "classificator_8", "classificator_16")
"""What is read: (N, anchors in a cell x values, rows, columns) each. What OpenCV 5.0 makes of the layers behind them
is wrong in the right half of the picture."""
VALUES = 16
"""Numbers to an anchor: centre, size, six points of the face (which nobody here reads)."""
CLASSIC = 1
"""OpenCV's older engine: the newer one drops outputs of this network."""


@functools.lru_cache(maxsize=8)
def anchors(height: int, width: int) -> Array:
    """float32 (N, 2): centres x, y of the anchors, in pixels of a picture of that size."""
    grids = []
    for cell, each in CELLS:
        down, along = ((np.arange(side // cell, dtype=np.float32) + 0.5) * cell for side in (height, width))
        y, x = np.meshgrid(down, along, indexing="ij")
        grids.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), each, axis=0))
    return np.concatenate(grids)


class Network:
    """The network, loaded. file: a known model (`models.find`)."""

    def __init__(self, file: Path) -> None:
        self._net = cv2.dnn.readNetFromTFLite(str(file), CLASSIC)

    def look(self, tiles: Sequence[Array]) -> tuple[Array, Array]:
        """uint8 RGB (H, W, 3), sides multiples of 16 and the same for all -> boxes float32 (len, N, 4) as x_min, y_min,
        x_max, y_max in pixels of their tile, and scores (len, N), 0..1."""
        height, width = tiles[0].shape[:2]
        self._net.setInput(cv2.dnn.blobFromImages(tiles, 1 / 127.5, (width, height), (127.5, 127.5, 127.5)))
        maps = self._net.forward(list(MAPS))
        raw, logits = _in_order(maps[:2], VALUES), _in_order(maps[2:], 1)[..., 0]
        centre, half = raw[..., :2] + anchors(height, width), raw[..., 2:4] / 2
        scores = 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
        return np.concatenate([centre - half, centre + half], axis=-1), scores


def _in_order(maps: Sequence[Array], values: int) -> Array:
    """Maps of both grids as (len, N, values), in the anchors' order."""
    flat = [one.transpose(0, 2, 3, 1).reshape(len(one), -1, values) for one in maps]
    return np.concatenate(flat, axis=1)
