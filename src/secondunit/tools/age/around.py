"""The square around a head: upright, of a size that goes with the face, and the same from frame to frame.

What lies beyond the face's own map, such as hair, is found and averaged over time there. Its texels are a 90th of the
face's height; u right, v down as everywhere.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology

Image = NDArray[np.float32]
Box = tuple[slice, slice]
SIDE, HIGH = 270, 90
"""Texels along the square, and along a face."""
LIFTED = 0.10
"""Its middle lies so far above the face's, in heights: there is more hair above a face than below."""
STEEPEST = 1.1
"""A face is not counted lower than this many of its widths: a bowed head shows less of its height."""


@dataclass(frozen=True)
class Square:
    """into (2,3): from texels of the square to pixels of the picture, both continuous. points (468,2) in texels."""

    into: NDArray[np.float64]
    points: NDArray[np.float64]

    @property
    def scale(self) -> float:
        """Pixels of the picture to a texel."""
        return float(np.hypot(self.into[0, 0], self.into[1, 0]))


def square(points: Image) -> Square:
    """That of a face (468,2 or 3) in pixels."""
    flat = np.asarray(points, np.float64)[: topology.MESH, :2]
    top, chin = flat[topology.TOP], flat[topology.CHIN]
    wide = float(np.linalg.norm(flat[topology.LEFT_SIDE] - flat[topology.RIGHT_SIDE]))
    down = (chin - top) / max(float(np.linalg.norm(chin - top)), 1e-6)
    high = max(float(np.linalg.norm(chin - top)), STEEPEST * wide, 1.0)
    turn = high / HIGH * np.array([[down[1], down[0]], [-down[0], down[1]]])
    middle = (top + chin) / 2 - LIFTED * high * down
    into = np.c_[turn, middle - turn @ np.full(2, SIDE / 2)]
    return Square(into, (flat - into[:, 2]) @ np.linalg.inv(turn).T)


def read(picture: Image, head: Square) -> Image:
    """(SIDE,SIDE,...) of a picture (H,W,...), beyond which its edge goes on."""
    box = box_of(head, picture.shape[:2], 4)
    part, into = picture[box], head.into.copy()
    into[:, 2] -= [box[1].start, box[0].start]
    shrink = max(1.0, head.scale)
    if part.size and shrink > 1.3:
        size = max(1, round(part.shape[1] / shrink)), max(1, round(part.shape[0] / shrink))
        into /= [[part.shape[1] / size[0]], [part.shape[0] / size[1]]]
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32)
    if not part.size:
        return np.zeros((SIDE, SIDE, *picture.shape[2:]), np.float32)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    out = cv2.warpAffine(part, _centred(into), (SIDE, SIDE), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.float32)


def show(texture: Image, head: Square, box: Box) -> Image:
    """The pixels of a rectangle of the picture of a map (SIDE,SIDE) or (SIDE,SIDE,C); zero beyond the square."""
    into = head.into.copy()
    into[:, 2] -= [box[1].start, box[0].start]
    size = box[1].stop - box[1].start, box[0].stop - box[0].start
    return np.asarray(cv2.warpAffine(texture, _centred(into), size, flags=cv2.INTER_LINEAR), np.float32)


def box_of(head: Square, shape: tuple[int, ...], more: int = 0) -> Box:
    """The rectangle of a picture of that (height, width) that holds the square and `more` pixels around it."""
    corners = np.array([[0, 0], [SIDE, 0], [0, SIDE], [SIDE, SIDE]]) @ head.into[:, :2].T + head.into[:, 2]
    return _box(corners, shape, more)


def box_around(mask: Image, head: Square, shape: tuple[int, ...], more: int) -> Box | None:
    """The rectangle of the picture that holds a mask (SIDE,SIDE) where it is not zero; None of an empty one."""
    y, x = np.nonzero(mask)
    if not len(x):
        return None
    low, high = np.array([x.min(), y.min()]), np.array([x.max() + 1, y.max() + 1])
    corners = np.array([low, [high[0], low[1]], [low[0], high[1]], high]) @ head.into[:, :2].T + head.into[:, 2]
    box = _box(corners, shape, more)
    return box if box[0].stop - box[0].start > 1 and box[1].stop - box[1].start > 1 else None


def _box(corners: NDArray[np.float64], shape: tuple[int, ...], more: int) -> Box:
    low = np.clip(np.floor(corners.min(axis=0)).astype(int) - more, 0, [shape[1], shape[0]])
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int) + more, low, [shape[1], shape[0]])
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _centred(into: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same between indices of pixels, whose middles lie at a half."""
    out = into.copy()
    out[:, 2] += into[:, :2] @ [0.5, 0.5] - 0.5
    return out
