"""Faces in a picture: looked for at every size, and each one found looked at again before it counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from .network import TRAINED, Network

Array = np.ndarray[Any, Any]
LARGEST_SCALE = 1.6
"""How much the picture is enlarged for the smallest faces; every further look is at half the size."""
TILE, OVERLAP = 1024, 64
"""Pixels along the tiles that a picture is cut into, at most, and what they share, at least: the network sees faces of
18 to 60, so each lies whole in one. Time goes with pixels, so tiles are as small as their number allows."""
WORTH_A_LOOK = 0.35
"""Score from which a box is looked at again."""
SIZES = (28, 44, 64)
"""Widths in pixels at which a face is looked at again, each as it is and mirrored."""
A_FACE = 0.65
"""Mean score of the second looks from which it is a face; figures in docs/decisions/0014-faces.md."""
SAME = 0.3
"""Boxes that share this much of what they cover together are one face."""
MOST = 400
"""Boxes of a picture that are looked at again, best first."""


@dataclass(frozen=True)
class Found:
    """box: x_min, y_min, x_max, y_max in pixels of the picture, y down, not cut off at its edge. score: 0..1."""

    box: tuple[float, float, float, float]
    score: float


def detect(
    picture: Array, network: Network, differs: Array | None = None, scale: float = LARGEST_SCALE
) -> tuple[Found, ...]:
    """Faces in uint8 display-referred RGB (H, W, 3), square pixels, best first.

    differs: bool, the picture's height and any width; where given, only faces with such a pixel in their box.
    scale: how much the picture is enlarged at most; faces of less than 18 pixels by that are not looked for.
    """
    boxes, scores = _candidates(picture, network, scale)
    if differs is not None:
        touched = [_touched(differs, box, differs.shape[1] / picture.shape[1]) for box in boxes]
        boxes, scores = boxes[touched], scores[touched]
    halves, sure = _halves(picture), []
    for index in distinct(boxes, scores)[:MOST]:
        score = _second_look(halves, boxes[index], network)
        if score >= A_FACE:
            sure.append((boxes[index], score))
    if not sure:
        return ()
    boxes, scores = np.stack([box for box, _ in sure]), np.array([score for _, score in sure])
    best = distinct(boxes, scores)
    alone = [i for n, i in enumerate(best) if not any(_one_middle(boxes[i], boxes[other]) for other in best[:n])]
    return tuple(Found(_numbers(boxes[i]), float(scores[i])) for i in alone)


def distinct(boxes: Array, scores: Array) -> list[int]:
    """Indices of boxes (N, 4), best score first, without those that mostly cover a better one."""
    left, kept = np.argsort(-scores, kind="stable"), []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(int(best))
        left = left[overlap(boxes[left], boxes[best]) < SAME]
    return kept


def _one_middle(one: Array, other: Array) -> bool:
    """Whether two boxes are one face, found at two sizes: no face lies in the middle of another."""
    apart = np.abs(one[:2] + one[2:] - other[:2] - other[2:]) / 2
    return bool(apart.max() < max(one[2] - one[0], other[2] - other[0]) / 4)


def overlap(boxes: Array, box: Array) -> Array:
    """Of each of (..., 4): area shared with `box`, by the area that the two cover together."""
    sides = np.minimum(boxes[..., 2:], box[2:]) - np.maximum(boxes[..., :2], box[:2])
    shared = np.clip(sides, 0, None).prod(axis=-1)
    areas = np.clip(boxes[..., 2:] - boxes[..., :2], 0, None).prod(axis=-1)
    whole = areas + np.clip(box[2:] - box[:2], 0, None).prod() - shared
    return np.asarray(shared / np.maximum(whole, 1e-9))


def _candidates(picture: Array, network: Network, scale: float) -> tuple[Array, Array]:
    """Boxes (N, 4) in pixels of the picture, and scores (N,), of everything worth a second look."""
    boxes, scores = [np.zeros((0, 4), np.float32)], [np.zeros(0, np.float32)]
    for level, ratio in _levels(picture, scale):
        for tile, corner in _tiles(level):
            found, score = network.look([tile])
            good = score[0] >= WORTH_A_LOOK
            boxes.append((found[0][good] + np.tile(corner, 2)) * np.tile(ratio, 2))
            scores.append(score[0][good])
    return np.concatenate(boxes), np.concatenate(scores)


def _levels(picture: Array, scale: float) -> Iterator[tuple[Array, Array]]:
    """The picture at falling sizes from a scale on, and the picture's pixels per pixel of each, x and y."""
    height, width = picture.shape[:2]
    while True:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        yield cv2.resize(picture, size, interpolation=how), np.array([width / size[0], height / size[1]], np.float32)
        if min(size) <= TRAINED:
            return
        scale /= 2


def _touched(differs: Array, box: Array, across: float) -> bool:
    """Whether a pixel in the box differs. across: columns of `differs` to one of the box's."""
    x0, y0, x1, y1 = np.clip(box, 0, None) * np.array([across, 1, across, 1])
    return bool(differs[int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))].any())


def _tiles(level: Array) -> Iterator[tuple[Array, Array]]:
    """Overlapping tiles of a picture, and their corners x, y; what lies outside repeats its edge."""
    (rows, high), (columns, wide) = (_cuts(length) for length in level.shape[:2])
    for y in rows:
        for x in columns:
            cut = level[y : y + high, x : x + wide]
            below, beside = high - cut.shape[0], wide - cut.shape[1]
            tile = cv2.copyMakeBorder(cut, 0, below, 0, beside, cv2.BORDER_REPLICATE) if below or beside else cut
            yield tile, np.array([x, y], np.float32)


def _cuts(length: int) -> tuple[list[int], int]:
    """Where tiles begin along a side, evenly from its start to its end, and how long they are: a multiple of 16."""
    count = max(1, -(-(length - OVERLAP) // (TILE - OVERLAP)))
    side = max(TRAINED, -(-(length + (count - 1) * OVERLAP) // (count * 16)) * 16)
    return [n * (length - side) // (count - 1) for n in range(count)] if count > 1 else [0], side


def _halves(picture: Array) -> list[Array]:
    """The picture, and it at half its size by area average, again and again."""
    sizes = [picture]
    while min(sizes[-1].shape[:2]) >= 2 * TRAINED:
        height, width = sizes[-1].shape[:2]
        sizes.append(cv2.resize(sizes[-1], (width // 2, height // 2), interpolation=cv2.INTER_AREA))
    return sizes


def _second_look(halves: list[Array], box: Array, network: Network) -> float:
    """Mean score of a box, seen in the middle of a square at several sizes, as it is and mirrored; 0 as soon as full
    scores at the sizes that are left would not make it a face."""
    scores: list[float] = []
    for width in SIZES:
        if sum(scores) + 2 * len(SIZES) - len(scores) < A_FACE * 2 * len(SIZES):
            return 0.0
        square = _around(halves, box, width)
        boxes, found = network.look([square, np.ascontiguousarray(square[:, ::-1])])
        middle = np.array([-width, -width, width, width], np.float32) / 2 + TRAINED / 2
        scores.extend(np.where(overlap(boxes, middle) > SAME, found, 0).max(axis=1))
    return float(np.mean(scores))


def _around(halves: list[Array], box: Array, width: int) -> Array:
    """uint8 (128, 128, 3): the box in the middle, made `width` pixels wide; what lies outside repeats the edge."""
    scale = width / max(float(max(box[2:] - box[:2])), 1.0)
    step = min(max(0, int(np.log2(1 / scale))), len(halves) - 1)
    source = halves[step]
    ratio = np.array(source.shape[1::-1]) / halves[0].shape[1::-1]
    x, y = (box[:2] + box[2:]) / 2
    across, down = scale / ratio
    place = np.array([[across, 0, TRAINED / 2 - scale * x], [0, down, TRAINED / 2 - scale * y]])
    square = cv2.warpAffine(source, place, (TRAINED, TRAINED), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(square, np.uint8)


def _numbers(box: Array) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (round(float(number), 1) for number in box)
    return x0, y0, x1, y1
