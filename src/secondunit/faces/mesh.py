"""The mesh of one face: 468 points, by the face landmark network of the mediapipe wheel, which OpenCV runs.

The network sees an upright square around the face of 192 pixels (Kartynnik et al., arXiv 1907.06724). It is shown the
face again where it found it, so that the box it began with does not matter.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from . import topology
from .network import CLASSIC

Array = np.ndarray[Any, Any]
SEEN = 192
"""Pixels along a side of what the network sees."""
AROUND = 1.5
"""Side of the square by the larger side of the face."""
LOOKS = 3


@dataclass(frozen=True)
class Meshed:
    """points: float32 (468,3) in continuous pixels of the picture (its corner is 0, 0), y down, z in the same scale,
    negative towards the camera.

    presence: 0..1, how surely a face is there.
    """

    points: Array
    presence: float


class Mesher:
    """The network, loaded. file: a known model (`models.find`)."""

    def __init__(self, file: Path) -> None:
        self._net = cv2.dnn.readNetFromTFLite(str(file), CLASSIC)

    def mesh(self, picture: Array, box: tuple[float, float, float, float], looks: int = LOOKS) -> Meshed:
        """The face in a box (x_min, y_min, x_max, y_max) of a uint8 RGB picture (H,W,3)."""
        x0, y0, x1, y1 = box
        middle, side, angle = np.array([(x0 + x1) / 2, (y0 + y1) / 2]), AROUND * max(x1 - x0, y1 - y0), 0.0
        for _ in range(looks):
            found = self._look(picture, middle, side, angle)
            middle, side, angle = framed(found.points)
        return found

    def follow(self, picture: Array, before: Array) -> Meshed:
        """The face that was at `before` (468,3) a frame ago."""
        return self._look(picture, *framed(self._look(picture, *framed(before)).points))

    def _look(self, picture: Array, middle: Array, side: float, angle: float) -> Meshed:
        scale = max(side, 1.0) / SEEN
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        self._net.setInput(cv2.dnn.blobFromImage(_square(picture, middle, turn), 1 / 255))
        answers = self._net.forward(self._net.getUnconnectedOutLayersNames())
        raw = next(one for one in answers if one.size == 3 * topology.MESH).reshape(-1, 3)
        logit = next(float(one.ravel()[0]) for one in answers if one.size == 1)
        flat = (raw[:, :2] - SEEN / 2) @ turn.T + middle
        points = np.concatenate([flat, raw[:, 2:] * scale], axis=1).astype(np.float32)
        return Meshed(points, float(1 / (1 + np.exp(-np.clip(logit, -60, 60)))))


def _square(picture: Array, middle: Array, turn: Array) -> Array:
    """What the network sees: (SEEN,SEEN,3), a step of one in it being `turn` (2,2) in the picture, `middle` its middle.

    A large face is averaged down first: every other pixel of it alone would make the points tremble with the grain.
    """
    corners = middle + np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]]) * SEEN / 2 @ turn.T
    high, wide = picture.shape[:2]
    x0, y0 = np.clip(np.floor(corners.min(axis=0)).astype(int) - 1, 0, [wide - 1, high - 1])
    x1, y1 = np.clip(np.ceil(corners.max(axis=0)).astype(int) + 1, [x0 + 1, y0 + 1], [wide, high])
    part, step = picture[y0:y1, x0:x1], max(1, int(np.sqrt(abs(np.linalg.det(turn)))))
    small = part
    if step > 1:
        small = cv2.resize(part, (-(-part.shape[1] // step), -(-part.shape[0] // step)), interpolation=cv2.INTER_AREA)
    per = np.array([part.shape[1] / small.shape[1], part.shape[0] / small.shape[0]])
    # Continuous places have pixel centres at halves; OpenCV counts from the first pixel's centre.
    into = np.c_[turn, middle - [x0, y0] + turn @ np.full(2, 0.5 - SEEN / 2)] / per[:, None] - [[0, 0, 0.5]]
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(small, into, (SEEN, SEEN), flags=how, borderMode=cv2.BORDER_REPLICATE))


def framed(points: Array) -> tuple[Array, float, float]:
    """Middle, side and angle (radians) of the upright square in which the network should see these points."""
    flat = np.asarray(points, np.float64)[:, :2]
    across = flat[topology.LEFT_CORNER] - flat[topology.RIGHT_CORNER]
    angle = float(np.arctan2(across[1], across[0]))
    level = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    upright = flat @ level.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    return (low + high) / 2 @ level, float(AROUND * (high - low).max()), angle


def yaw_deg(points: Array) -> float:
    """Roughly how far the head is turned, positive where the nose points to the picture's right."""
    spots = np.asarray(points, np.float64)
    across = spots[topology.LEFT_SIDE] - spots[topology.RIGHT_SIDE]
    return float(np.degrees(np.arctan2(across[2], max(across[0], 1e-6))))
