"""Where things are on a face, drawn from its mesh in the picture itself: not from the tool's own masks."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import models, topology
from secondunit.faces.detect import detect
from secondunit.faces.mesh import Mesher
from secondunit.faces.network import Network

from .pictures import Image, Mask

Points = NDArray[np.float32]
CHEEKS = ((117, 118, 101, 36, 205, 187, 123), (346, 347, 330, 266, 425, 411, 352))
FOLDS = (
    (129, 203, 206, 216, 212),
    (358, 423, 426, 436, 432),
    (25, 110, 24, 23, 22, 26),
    (255, 339, 254, 253, 252, 256),
    (103, 67, 109, 10, 338, 297, 332),
    (104, 69, 108, 151, 337, 299, 333),
    (61, 202, 210, 169),
    (291, 422, 430, 394),
)
"""Points of the mesh along which a face folds: nose to mouth, under the eyes, forehead, corners of the mouth."""
FOLD_WIDE = 0.07
"""Width of what counts as a fold, as a share of the face's width."""
FEATURES = (
    topology.RIGHT_EYE,
    topology.LEFT_EYE,
    topology.RIGHT_BROW,
    topology.LEFT_BROW,
    topology.LIPS_OUTER,
)


def found(code: Image) -> Points | None:
    """Mesh (468,3), in pixels, of the face that is seen best in a picture (H,W,3) 0..1; None where there is none."""
    picture = np.rint(np.clip(code, 0, 1) * 255).astype(np.uint8)
    finder, mesher = _networks()
    faces = detect(picture, finder)
    return mesher.mesh(picture, faces[0].box).points if faces else None


def wide(points: Points) -> float:
    """Width of the face, pixels."""
    return float(np.linalg.norm(points[topology.LEFT_SIDE, :2] - points[topology.RIGHT_SIDE, :2]))


def face(points: Points, shape: tuple[int, ...]) -> Mask:
    """(H,W): within the oval."""
    return filled(shape, [points[list(topology.OVAL), :2]])


def bare(points: Points, shape: tuple[int, ...]) -> Mask:
    """(H,W): the oval, less eyes, brows and lips."""
    holes = filled(shape, [_hull(points, ring) for ring in FEATURES])
    size = 2 * max(1, round(0.012 * wide(points))) + 1
    grown = cv2.dilate(holes.astype(np.uint8), np.ones((size, size), np.uint8)) > 0
    return np.asarray(face(points, shape) & ~grown)


def cheeks(points: Points, shape: tuple[int, ...]) -> Mask:
    """(H,W): both cheeks, between eye, nose and jaw."""
    return filled(shape, [_hull(points, ring) for ring in CHEEKS])


def folds(points: Points, shape: tuple[int, ...]) -> Mask:
    """(H,W): along the lines on which faces fold."""
    canvas = np.zeros(shape[:2], np.uint8)
    thick = max(2, round(FOLD_WIDE * wide(points)))
    for line in FOLDS:
        cv2.polylines(canvas, [np.round(points[list(line), :2]).astype(np.int32)], False, 1, thick)
    return np.asarray((canvas > 0) & bare(points, shape))


def filled(shape: tuple[int, ...], outlines: Sequence[NDArray[Any]]) -> Mask:
    """(H,W): within any of the outlines (N,2), pixels."""
    canvas = np.zeros(shape[:2], np.uint8)
    for outline in outlines:
        cv2.fillPoly(canvas, [np.round(outline * 16 - 8).astype(np.int32)], 1, shift=4)
    return np.asarray(canvas > 0)


def _hull(points: Points, ring: Sequence[int]) -> NDArray[Any]:
    return cv2.convexHull(np.ascontiguousarray(points[list(ring), :2]))[:, 0]


@lru_cache(maxsize=1)
def _networks() -> tuple[Network, Mesher]:
    return Network(models.find(models.SHORT_RANGE).file), Mesher(models.find(models.FACE_MESH).file)
