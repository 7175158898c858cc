"""The two networks, run by OpenCV: a picture in, outlines of lines of text out; a line in, letters out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .alphabet import alphabet

Array = np.ndarray[Any, Any]
NEW = 2
"""OpenCV's newer engine: the older one cannot load these files."""
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
SPREAD = np.array([0.229, 0.224, 0.225], np.float32)
"""Of the colours that the finding network was trained on, 0..1, blue, green, red."""
CELL = 32
"""Pixels: the finding network takes sides that are multiples of this."""
TEXT, LINE, SMALLEST = 0.2, 0.4, 3.0
"""Probability from which a pixel is text; mean of an outline from which it is a line; pixels across it at least."""
GROWN = 1.6
"""The network marks the core of a line: how much its outline is grown, as its makers do."""
HEIGHT, LEAST, MOST = 48, 320, 1600
"""Pixels of a line as the reading network sees it: high, and wide at least and at most."""


class Finder:
    """Finds lines of text. file: a known model."""

    def __init__(self, file: Path) -> None:
        self._net = cv2.dnn.readNetFromONNX(str(file), NEW)

    def find(self, picture: Array) -> list[Array]:
        """uint8 RGB (H, W, 3) -> outlines of lines, float32 (4, 2) each in its pixels, clockwise, any first corner."""
        height, width = picture.shape[:2]
        padded = cv2.copyMakeBorder(picture, 0, -height % CELL, 0, -width % CELL, cv2.BORDER_REPLICATE)
        blob = ((padded[..., ::-1] / np.float32(255) - MEAN) / SPREAD).transpose(2, 0, 1)[None]
        self._net.setInput(np.ascontiguousarray(blob, np.float32))
        return outlines(self._net.forward()[0, 0, :height, :width])


def outlines(probability: Array) -> list[Array]:
    """Of a map float32 (H, W) of where text is: a rectangle, turned with it, round every piece that is sure enough."""
    pieces, _ = cv2.findContours((probability > TEXT).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for piece in pieces:
        middle, (across, down), turned = cv2.minAreaRect(piece)
        if min(across, down) >= SMALLEST and _mean(probability, piece) >= LINE:
            grown = across * down * GROWN / (across + down)
            found.append(cv2.boxPoints((middle, (across + grown, down + grown), turned)))
    return found


def _mean(probability: Array, piece: Array) -> float:
    x, y, width, height = cv2.boundingRect(piece)
    inside = np.zeros((height, width), np.uint8)
    cv2.fillPoly(inside, [piece - np.array([[x, y]])], 1)
    return float(cv2.mean(probability[y : y + height, x : x + width], inside)[0])


class Reader:
    """Reads lines of text. file: a known model."""

    def __init__(self, file: Path) -> None:
        self._net = cv2.dnn.readNetFromONNX(str(file), NEW)
        self._letters = alphabet(file.read_bytes())

    def read(self, line: Array) -> tuple[str, float]:
        """uint8 RGB (HEIGHT, W, 3) -> what it says, and how sure each letter is on average, 0..1; "" and 0: nothing."""
        blob = np.zeros((1, 3, HEIGHT, max(line.shape[1], LEAST)), np.float32)
        blob[0, :, :, : line.shape[1]] = (line[..., ::-1] / np.float32(127.5) - 1).transpose(2, 0, 1)
        self._net.setInput(blob)
        return spelt(self._net.forward()[0], self._letters)


def spelt(steps: Array, letters: Sequence[str]) -> tuple[str, float]:
    """The likeliest of each step, from left to right (T, classes): repeats are one letter, class 0 is none (CTC)."""
    best = steps.argmax(axis=1)
    fresh = (best != 0) & (best != np.concatenate([[-1], best[:-1]]))
    if not fresh.any():
        return "", 0.0
    return "".join(letters[index] for index in best[fresh]), float(steps.max(axis=1)[fresh].mean())


def straightened(picture: Array, outline: Array) -> list[Array]:
    """The part of a picture in an outline as a line HEIGHT pixels high.

    What stands half as high again as it is wide runs down or up: it is given both ways, one of them on its head.
    """
    corners = _from_top_left(outline)
    across, down = (float(np.linalg.norm(corners[n] - corners[n - 1])) for n in (1, 2))
    upright = down <= 1.5 * across
    if not upright:
        corners, across, down = np.roll(corners, -1, axis=0), down, across
    width = int(min(max(round(HEIGHT * across / max(down, 1.0)), 8), MOST))
    target = np.array([(0, 0), (width, 0), (width, HEIGHT), (0, HEIGHT)], np.float32)
    turn = cv2.getPerspectiveTransform(corners, target)
    size, edge = (width, HEIGHT), cv2.BORDER_REPLICATE
    line = np.asarray(cv2.warpPerspective(picture, turn, size, flags=cv2.INTER_CUBIC, borderMode=edge), np.uint8)
    return [line] if upright else [line, np.ascontiguousarray(line[::-1, ::-1])]


def _from_top_left(outline: Array) -> Array:
    """The same corners, clockwise from the upper of the two left ones."""
    sideways = outline[np.argsort(outline[:, 0], kind="stable")]
    left, right = (side[np.argsort(side[:, 1], kind="stable")] for side in (sideways[:2], sideways[2:]))
    return np.array([left[0], right[0], right[1], left[1]], np.float32)
