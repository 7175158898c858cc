"""A face's measure, by dlib: five points of the face, the face set upright by them, 128 numbers from its network.

Loaded in the looking child only. What is measured here is returned and kept by nobody here.
"""

from typing import Any

import dlib
import numpy as np

from . import models

Array = np.ndarray[Any, Any]
SIDE, PADDING = 150, 0.25
"""Pixels of the upright face, and room around it, that the network was trained with."""


class Matcher:
    """The two networks, loaded."""

    def __init__(self) -> None:
        points, face = models.matcher()
        self._points = dlib.shape_predictor(str(points.file))
        self._face = dlib.face_recognition_model_v1(str(face.file))

    def measure(self, picture: Array, box: tuple[float, float, float, float]) -> list[float]:
        """128 numbers of the face in `box` (x_min, y_min, x_max, y_max) of uint8 RGB (H, W, 3)."""
        whole = np.ascontiguousarray(picture)
        place = dlib.rectangle(*(round(number) for number in box))
        upright = dlib.get_face_chip(whole, self._points(whole, place), SIDE, PADDING)
        return [float(number) for number in self._face.compute_face_descriptor(upright)]
