"""Text in a picture: looked for at every size, read line by line, kept only where the network is sure of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from secondunit.schema import plain_text

from .networks import Finder, Reader, straightened

Array = np.ndarray[Any, Any]
ENLARGED, PIXELS, MOST_PIXELS = 2.0, 2.1e6, 4.2e6
"""A picture is first looked at as it is; a small one enlarged up to twice or to PIXELS, one over MOST_PIXELS made
smaller, so that time has an end. Every further look is at half the size, for larger letters."""
TILE, OVERLAP = 2048, 384
"""Pixels of the parts that a large picture is cut into: they bound memory; a line in the overlap lies whole in one."""
SURE = 0.7
"""Mean of how sure the network is of a line's letters from which it counts; figures in docs/decisions/0017-signs.md."""
LETTERS = 2
"""Letters and digits that a line has at least: windows and cornices pass for single letters (0.91 was seen)."""
MOST_LINES = 120
"""Lines that are read in one picture at one size, largest first: a page of print would take minutes."""
SAME = 0.5
"""Share of a line's box that lies in a better one's, from which it is the same line at another size."""


@dataclass(frozen=True)
class Line:
    """box: x_min, y_min, x_max, y_max in pixels of the picture, y down, cut off at its edge. confidence: 0..1."""

    text: str
    box: tuple[float, float, float, float]
    confidence: float


def read(picture: Array, finder: Finder, reader: Reader) -> tuple[Line, ...]:
    """Lines of text in uint8 display-referred RGB (H, W, 3), square pixels; what is surest and longest first."""
    lines = [line for level, ratio in levels(picture) for line in _level(level, ratio, finder, reader)]
    lines.sort(key=lambda line: -len(line.text) * line.confidence)
    kept: list[Line] = []
    for line in lines:
        if all(_inside(line.box, better.box) < SAME for better in kept):
            kept.append(line)
    return tuple(kept)


def levels(picture: Array) -> Iterator[tuple[Array, float]]:
    """The picture at every size, and how many pixels of it one of the level's is. The last fits in one tile."""
    height, width = picture.shape[:2]
    area = height * width
    scale = min(max((PIXELS / area) ** 0.5, 1.0), ENLARGED, (MOST_PIXELS / area) ** 0.5)
    while True:
        size = tuple(max(1, round(side * scale)) for side in (width, height))
        how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        yield np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8), 1 / scale
        if max(size) <= TILE / 2:
            return
        scale /= 2


def _level(level: Array, ratio: float, finder: Finder, reader: Reader) -> Iterator[Line]:
    found = [outline + corner for tile, corner in _tiles(level) for outline in finder.find(tile)]
    found.sort(key=lambda outline: -float(cv2.contourArea(outline)))
    height, width = level.shape[:2]
    for outline in found[:MOST_LINES]:
        text, confidence = max(map(reader.read, straightened(level, outline)), key=lambda said: said[1])
        text = plain_text(text)
        if confidence < SURE or sum(letter.isalnum() for letter in text) < LETTERS:
            continue
        low, high = np.clip(outline.min(axis=0), 0, (width, height)), np.clip(outline.max(axis=0), 0, (width, height))
        x0, y0, x1, y1 = (float(number) * ratio for number in (*low, *high))
        yield Line(text, (x0, y0, x1, y1), min(confidence, 1.0))


def _tiles(level: Array) -> Iterator[tuple[Array, Array]]:
    """Parts of at most TILE pixels a side that overlap, and the top left corner of each."""
    height, width = level.shape[:2]
    for top in range(0, max(height - OVERLAP, 1), TILE - OVERLAP):
        for left in range(0, max(width - OVERLAP, 1), TILE - OVERLAP):
            yield level[top : top + TILE, left : left + TILE], np.array([left, top], np.float32)


def _inside(box: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    """Share of the smaller of two boxes that lies in the other."""
    across, down = min(box[2], other[2]) - max(box[0], other[0]), min(box[3], other[3]) - max(box[1], other[1])
    areas = [(one[2] - one[0]) * (one[3] - one[1]) for one in (box, other)]
    return max(across, 0.0) * max(down, 0.0) / max(min(areas), 1e-9)
