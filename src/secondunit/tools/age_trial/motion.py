"""A clip whose motion is known, because a still was moved: what flickers in an edit of it is the edit's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import places
from .pictures import Image, Mask, code_of, linear, luma
from .places import Points

Matrix = NDArray[np.float64]
NOISE_LEVELS, EXPOSURE = 3.0, 0.02
"""Standard deviation of the noise, levels of 255; how far the exposure wanders, as a share."""
SHIFT, TURN_DEG, SCALE = 0.12, 4.0, 0.04
"""How far the face goes to either side (share of its width), turns, and grows and shrinks."""
PERIOD = 48
"""Frames of one swing to and fro."""
STICK = 0.16
"""Thickness of what passes before the cheek, as a share of the face's width."""
HAND = (0.90, 0.80, 0.76)
"""Light of a hand, by that of the cheeks: a little darker and redder."""
WOOD = (0.20, 0.13, 0.07)
"""Linear light of a brown stick."""


@dataclass(frozen=True)
class Clip:
    """codes: frames (H,W,3) 0..1. moved: (2,3) each, from the still's pixels to the frame's. before: mattes (H,W) 0..1
    of what passes before the face, empty where nothing does.
    """

    codes: tuple[Image, ...]
    moved: tuple[Matrix, ...]
    before: tuple[Image, ...] = ()


def swing(count: int, middle: NDArray[Any], wide: float) -> tuple[Matrix, ...]:
    """(2,3) for each frame: the face, around its middle (2,), shifted, turned and scaled on smooth paths."""
    out = []
    for n in range(count):
        t = 2 * np.pi * n / PERIOD
        turn, scale = np.radians(TURN_DEG) * np.sin(t + 0.7), 1 + SCALE * np.sin(1.5 * t)
        shift = SHIFT * wide * np.array([np.sin(t), 0.5 * np.sin(2 * t)])
        rotation = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        out.append(np.column_stack([rotation, middle + shift - rotation @ middle]))
    return tuple(out)


def clip(still: Image, points: Points, count: int, seed: int = 1, before: str = "") -> Clip:
    """The still, moved, with new noise and another exposure in every frame. before: "hand" or "stick" passes by."""
    middle = points[:, :2].mean(axis=0).astype(np.float64)
    moved, rng = swing(count, middle, places.wide(points)), np.random.default_rng(seed)
    colour = _colour(still, points, before)
    codes, mattes = [], []
    for n, matrix in enumerate(moved):
        code = _warped(still, matrix)
        if before:
            mattes.append(_stick(points, code.shape, n / max(count - 1, 1)))
            code = code + mattes[-1][..., None] * (colour - code)
        lit = code_of(linear(np.clip(code, 0, 1)) * (1 + EXPOSURE * np.sin(2 * np.pi * n / 7)))
        codes.append(np.clip(lit + rng.normal(0, NOISE_LEVELS / 255, lit.shape), 0, 1).astype(np.float32))
    return Clip(tuple(codes), moved, tuple(mattes))


def back(image: Image, moved: Matrix) -> Image:
    """A frame's image (H,W) or (H,W,C) as it lies on the still."""
    size = image.shape[1::-1]
    return np.asarray(cv2.warpAffine(image, moved, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP), np.float32)


def flicker(edits: Sequence[Image], moved: Sequence[Matrix], where: Mask) -> float:
    """Mean difference from frame to frame, by the mean edit: both absolute, on the still's pixels (H,W) `where`.

    edits (H,W) or (H,W,C): what each frame has more than its plate.
    """
    still = [back(edit, matrix)[where] for edit, matrix in zip(edits, moved, strict=True)]
    size = float(np.mean([np.abs(edit).mean() for edit in still]))
    steps = [float(np.abs(now - then).mean()) for then, now in pairwise(still)]
    return float(np.mean(steps)) / size if size > 0 else 0.0


def warp_errors(plates: Sequence[Image], comps: Sequence[Image], where: Sequence[Mask]) -> list[float]:
    """Of each two neighbouring frames: how badly the comp follows the plate's own flow, by how badly the plate does.

    Flow is DIS of the plate; errors are mean absolute luma differences where (H,W) both frames show the face.
    """
    flow, out = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM), []
    for n in range(1, len(plates)):
        grey = [np.rint(luma(plates[k]) * 255).astype(np.uint8) for k in (n, n - 1)]
        found = np.asarray(flow.calc(grey[0], grey[1], np.zeros((*grey[0].shape, 2), np.float32)), np.float32)
        y, x = np.mgrid[: found.shape[0], : found.shape[1]].astype(np.float32)
        maps = x + found[..., 0], y + found[..., 1]
        errors = []
        for pictures in (plates, comps):
            then = cv2.remap(luma(pictures[n - 1]), *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            errors.append(float(np.abs(luma(pictures[n]) - then)[where[n]].mean()))
        out.append(errors[1] / max(errors[0], 1e-9))
    return out


def _warped(still: Image, matrix: Matrix) -> Image:
    size = still.shape[1::-1]
    return np.asarray(
        cv2.warpAffine(still, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT), np.float32
    )


def _colour(still: Image, points: Points, before: str) -> Image:
    if before == "stick":
        return code_of(np.array(WOOD, np.float32))
    cheek = np.median(linear(still)[places.cheeks(points, still.shape)], axis=0)
    return code_of(cheek * np.array(HAND, np.float32))


def _stick(points: Points, shape: tuple[int, ...], share: float) -> Image:
    """(H,W) 0..1: a bar with round ends, from below up to the eye's height, that goes over a cheek from the side."""
    wide = places.wide(points)
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    x = low[0] - 0.2 * wide + share * 0.7 * wide
    top = np.array([x, low[1] + 0.45 * (high[1] - low[1])])
    foot = np.array([x - 0.2 * wide, high[1] + 0.6 * wide])
    out = np.zeros(shape[:2], np.uint8)
    ends = [tuple(int(v) for v in np.round(each * 16)) for each in (top, foot)]
    cv2.line(out, ends[0], ends[1], 255, max(1, round(STICK * wide)), cv2.LINE_AA, 4)
    return np.asarray(out.astype(np.float32) / 255, np.float32)
