"""Eyes and teeth, in the picture itself: the map has holes there.

With age the white of the eye yellows and reddens, the dark ring around the iris fades (the limbal ring; Peshek et al.
2011), teeth darken and yellow. All changes are logarithms of a few hundredths, taken from what each eye shows: a white
that is white stays.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.tools.age.bands import logs
from secondunit.tools.age.parts import Part

Image = NDArray[np.float32]
PARTS = ("eyes", "teeth")
WHITER, DIMMER = 0.06, -0.10
"""Log-luma that the white of the eye gains when younger, and loses when older."""
CLEARER = 0.55
"""Share of its veins' and its yellow's distance to its own clearest part that the white loses."""
YELLOWER = np.array([0.02, -0.10], np.float32)
"""Logarithms of red and blue against luma that the white gains when older."""
RING = 0.16
"""Log-luma by which the limbal ring darkens when younger; it fades by as much when older."""
IRIS = 0.195
"""Radius of an iris as a share of the eye's width: 11.7 mm across in an opening of 30."""
LIDS = 1.35
"""The lids' skin is read on the ring around the eye, drawn out by so much."""
LESS_RED = 0.08
"""Logarithm of red by which whites and teeth must differ from what is around them: in the dark nothing is told."""
OPEN_EYE, OPEN_MOUTH = (0.10, 0.18), (0.03, 0.08)
"""Height by width of an opening from which it counts, and wholly."""
TOOTH_LIGHT, TOOTH_BLUE, TOOTH_OLD_LIGHT, TOOTH_OLD_BLUE = 0.05, 0.35, -0.14, -0.11
"""Teeth: log-luma gained and share of their yellow lost when younger; log-luma and blue when older."""
BARE = (0.10, 0.25)
"""Share of skin in the rectangle around an eye or a mouth from which it counts, and wholly."""
MOST = 0.25
"""No logarithm is larger."""
SMALLEST_PX = 8.0
"""An eye or a mouth narrower than this is left alone."""


def parts(plate: Image, points: Image, skin: Image, younger: bool) -> dict[str, Sequence[Part]]:
    """The changes at full strength of a frame (H,W,3), scene-linear, in which a face has these points (468,3).

    skin (H,W) 0..1: where it is seen. An eye or a mouth without skin around it is covered, or none.
    """
    eyes = [_eye(plate, points, ring, younger) for ring in (topology.RIGHT_EYE, topology.LEFT_EYE)]
    found = {"eyes": eyes, "teeth": [_teeth(plate, points, younger)]}
    return {name: [_seen(one, skin) for one in those if one] for name, those in found.items()}


def uncovered(part: Part, cover: Image) -> Part:
    """The part less what something before the face covers, (H,W) 0..1 of the picture."""
    open_to = 1 - cover[part.box]
    return replace(part, change=part.change * open_to[..., None], where=part.where * open_to)


def _seen(part: Part, skin: Image) -> Part:
    """The part, as far as there is skin around it."""
    share = float(rising(float(skin[part.box].mean()), *BARE))
    return Part(part.box, np.clip(part.change * share, -MOST, MOST), part.where * np.float32(share))


def _eye(plate: Image, points: Image, ring: Sequence[int], younger: bool) -> Part | None:
    spots = points[list(ring), :2].astype(np.float64)
    wide, high = _sizes(spots)
    open_by = rising(high / max(wide, 1e-6), *OPEN_EYE)
    box = _box(spots, plate.shape[:2])
    if open_by <= 0 or wide < SMALLEST_PX or box is None:
        return None
    inside = _filled(spots, box, 0.93, 0.02 * wide)
    light, colour = logs(plate[box])
    sure = inside > 0.6
    if sure.sum() < 12:
        return None
    dark, bright = np.quantile(light[sure], [0.10, 0.93])
    white = _between(light, dark + 0.40 * (bright - dark), dark + 0.75 * (bright - dark)) * inside
    # A catchlight is brighter than any white of the eye: it stays.
    white = white * (1 - _between(light, bright + 0.5, bright + 0.9))
    lids = spots.mean(axis=0) + LIDS * (spots - spots.mean(axis=0))
    white = white * _pale(colour, sure, _red(plate, lids))
    change = _whites(colour, white, younger)
    change[..., 0] += (-RING if younger else RING) * _limbal(white, inside, wide)
    return Part(box, change * open_by, np.asarray(inside * open_by, np.float32))


def _whites(colour: Image, white: Image, younger: bool) -> Image:
    """(h,w,3) of the white of one eye: towards its own clearest part, or yellower."""
    out = np.zeros((*white.shape, 3), np.float32)
    sure = white > 0.7
    if sure.sum() < 6:
        return out
    out[..., 0] = white * (WHITER if younger else DIMMER)
    if not younger:
        out[..., 1:] = white[..., None] * YELLOWER
        return out
    clear = np.array([np.quantile(colour[sure][:, 0], 0.25), np.quantile(colour[sure][:, 1], 0.75)], np.float32)
    clear -= 0.25 * np.array([max(clear[0], 0), min(clear[1], 0)], np.float32)
    off = np.clip(colour - clear, [0, -1], [1, 0])
    out[..., 1:] = -CLEARER * white[..., None] * off
    return out


def _limbal(white: Image, inside: Image, wide: float) -> Image:
    """(h,w) 0..1 of the ring where iris meets white."""
    dark = (inside > 0.5) * (1 - white)
    if dark.sum() < 4:
        return np.zeros_like(white)
    y, x = np.mgrid[: white.shape[0], : white.shape[1]]
    weight = dark / dark.sum()
    middle = float((x * weight).sum()), float((y * weight).sum())
    away = np.hypot(x - middle[0], y - middle[1]) / wide - IRIS
    turn = cv2.GaussianBlur(np.asarray(4 * white * (1 - white), np.float32), (0, 0), max(0.6, 0.02 * wide))
    return np.asarray(np.exp(-0.5 * (away / 0.04) ** 2) * np.clip(turn, 0, 1) * inside, np.float32)


def _teeth(plate: Image, points: Image, younger: bool) -> Part | None:
    spots = points[list(topology.LIPS_INNER), :2].astype(np.float64)
    wide, high = _sizes(spots)
    open_by = rising(high / max(wide, 1e-6), *OPEN_MOUTH)
    box = _box(spots, plate.shape[:2])
    if open_by <= 0 or wide < SMALLEST_PX or box is None:
        return None
    inside = _filled(spots, box, 0.97, 0.008 * wide)
    light, colour = logs(plate[box])
    sure = inside > 0.6
    if sure.sum() < 12:
        return None
    lips = (points[list(topology.LIPS_OUTER), :2] + points[list(topology.LIPS_INNER), :2]) / 2
    bright = float(np.quantile(light[sure], 0.9))
    lit = _between(light, bright - 1.6, bright - 0.8)
    where = np.asarray(inside * _pale(colour, sure, _red(plate, lips)) * lit * open_by, np.float32)
    change = np.zeros((*where.shape, 3), np.float32)
    change[..., 0] = where * (TOOTH_LIGHT if younger else TOOTH_OLD_LIGHT)
    yellow = np.clip(colour[..., 1], -1, 0)
    change[..., 2] = where * (-TOOTH_BLUE * yellow if younger else TOOTH_OLD_BLUE)
    return Part(box, change, where)


def _pale(colour: Image, sure: NDArray[np.bool_], red: float | None) -> Image:
    """(h,w) 0..1: how much less red a pixel is than lips or lids; nothing where nothing there is."""
    least = float(np.quantile(colour[..., 0][sure], 0.1))
    if red is None or red - least < LESS_RED:
        return np.zeros(colour.shape[:2], np.float32)
    return _between(red - colour[..., 0], 0.4 * (red - least), 0.75 * (red - least))


def _red(plate: Image, spots: NDArray[np.floating]) -> float | None:
    """Median logarithm of red against luma at spots (N,2) of the plate; None where most lie outside."""
    found = np.floor(spots).astype(int)
    inside = ((found >= 0) & (found < plate.shape[1::-1])).all(axis=1)
    if inside.sum() < len(spots) / 2:
        return None
    x, y = found[inside].T
    _, colour = logs(plate[y, x][None])
    return float(np.median(colour[..., 0]))


def _sizes(spots: NDArray[np.float64]) -> tuple[float, float]:
    """Width and height of an opening, along and across its longest way."""
    centred = spots - spots.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    wide, high = np.ptp(centred @ axes.T, axis=0)
    return float(wide), float(high)


def _box(spots: NDArray[np.float64], shape: tuple[int, ...]) -> tuple[slice, slice] | None:
    """The pixels around an opening; None where it is not wholly in the picture."""
    margin = 0.15 * np.ptp(spots[:, 0]) + 2
    low, high = np.floor(spots.min(axis=0) - margin).astype(int), np.ceil(spots.max(axis=0) + margin).astype(int)
    if (low < 0).any() or (high > shape[1::-1]).any():
        return None
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _filled(spots: NDArray[np.float64], box: tuple[slice, slice], share: float, soft: float) -> Image:
    """(h,w) 0..1 within a ring drawn in to `share` of itself, its edge `soft` pixels wide."""
    rows, columns = box
    inner = spots.mean(axis=0) + share * (spots - spots.mean(axis=0)) - [columns.start, rows.start] - 0.5
    canvas = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    cv2.fillPoly(canvas, [np.round(inner * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return np.asarray(cv2.GaussianBlur(canvas.astype(np.float32) / 255, (0, 0), max(0.5, soft)), np.float32)


def _between(values: Image, low: float, high: float) -> Image:
    """0 up to low, 1 from high on, smooth between."""
    share = np.clip((values - low) / max(high - low, 1e-6), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def rising(values: Any, low: float, high: float) -> Any:
    """0 up to low, 1 from high on, straight between."""
    return np.clip((values - low) / (high - low), 0, 1)
