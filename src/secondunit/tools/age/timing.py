"""One edit over time: each frame's change averaged with its neighbours', aligned by flow over the face's map.

A plain average over the map pins the edit to a mesh that jitters by parts of a pixel and is worse than none; here the
running mean is first moved to where the skin is now. Forward and backward, so that nothing lags. A cut, or a stretch
without the face, begins anew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
ALPHA = 0.15
"""Share of the new frame in the running mean."""
FLOW_SIDE = 384
"""Texels along a side at which the skin's motion over the map is measured."""
SMOOTHER = 6.0
"""Standard deviation, in those texels, by which the flow is smoothed: the mesh errs smoothly."""
FARTHEST = 8.0
"""Texels of the flow's size beyond which a motion is not believed."""
GRAIN = 1.8
"""Sigma in texels over which grain is averaged away before a frame is compared with the average."""
APART = (0.06, 0.12)
"""Log-luma by which a frame's own change differs from the average, to be believed in its place, and wholly."""
DEEP = (0.12, 0.22)
"""Log-luma by which a fold is lightened to count as deep, and wholly."""
FAINT = 2**-14
"""The smallest normal half float."""
FILE = "change.npz"


@dataclass(frozen=True)
class Sheet:
    """Of one frame over the map: change (S,S,C) to be added to logarithms, gate (S,S).

    light: what the frame is aligned by, as `for_flow` gives it. low: the frame as `covered.low` gives it.
    """

    change: Image
    gate: Image
    light: NDArray[np.uint8]
    low: Image


def save(folder: Path, sheet: Sheet) -> None:
    """Keep a frame's sheet, in half floats."""
    change, gate, low = _half(sheet.change), _half(sheet.gate), _half(sheet.low)
    np.savez(folder / FILE, change=change, gate=gate, light=sheet.light, low=low)


def load(folder: Path) -> Sheet:
    """What `save` kept."""
    with np.load(folder / FILE) as kept:
        change, gate, low = (kept[name].astype(np.float32) for name in ("change", "gate", "low"))
        return Sheet(change, gate, kept["light"], low)


def load_low(folder: Path) -> Image:
    """Only the coarse sight of the frame of what `save` kept."""
    with np.load(folder / FILE) as kept:
        return np.asarray(kept["low"], np.float32)


def uncovered(sheet: Sheet, cover: Image) -> Sheet:
    """The sheet of a frame, with no skin where something covers it: cover (s,s) 0..1 over the map."""
    open_to = 1 - cv2.resize(cover, sheet.gate.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return replace(sheet, gate=np.asarray(sheet.gate * open_to, np.float32))


def steadied(sheet: Callable[[int], Sheet], run: range, folder: Path, folds: bool = True) -> Iterator[int]:
    """Average the sheets of one run of frames into `folder` (see `steady`); yields at each of 2 x len(run) steps.

    sheet(n): that of frame n. folds: its change is of skin, whose deep folds are looked at again. Two sheets are held
    at a time, and the forward mean waits on disk: memory does not grow with the clip.
    """
    for number, _, mean, weight in _running(sheet, run):
        _keep(folder, number, mean, weight)
        yield number
    for number, now, mean, weight in _running(sheet, run[::-1]):
        ahead, known = _kept(folder, number)
        total = np.maximum(known + weight, 1e-3)[..., None]
        both = (ahead * known[..., None] + mean * weight[..., None]) / total
        _keep(folder, number, _corrected(both, now) if folds else both, now.gate)
        yield number


def steady(folder: Path, number: int) -> tuple[Image, Image]:
    """The averaged change (S,S,C) of a frame, and its own gate (S,S)."""
    return _kept(folder, number)


def _corrected(mean: Image, now: Sheet) -> Image:
    """The average (S,S,C), but along deep folds the frame's own change, where the two differ by more than grain does.

    A deep fold slides against the mesh by more than the flow tells; averaged, its change would lie beside it.
    """
    own, usual = (cv2.GaussianBlur(np.asarray(one[..., 0], np.float32), (0, 0), GRAIN) for one in (now.change, mean))
    apart = _between(np.abs(own - usual), *APART) * _between(np.maximum(own, usual), *DEEP) * now.gate
    share = cv2.GaussianBlur(cv2.dilate(apart, np.ones((5, 5), np.uint8)), (0, 0), 1.5)[..., None]
    return np.asarray(mean + share * (now.change - mean), np.float32)


def _between(values: Image, low: float, high: float) -> Image:
    return np.asarray(np.clip((values - low) / (high - low), 0, 1), np.float32)


def _keep(folder: Path, number: int, mean: Image, weight: Image) -> None:
    np.savez(folder / f"{number}.npz", mean=_half(mean), weight=_half(weight))


def _half(values: Image) -> NDArray[np.float16]:
    """In half floats, without those so small that they are no normal numbers: slow to make, and of no consequence."""
    return np.where(np.abs(values) < FAINT, 0, values).astype(np.float16)


def _kept(folder: Path, number: int) -> tuple[Image, Image]:
    with np.load(folder / f"{number}.npz") as kept:
        return kept["mean"].astype(np.float32), kept["weight"].astype(np.float32)


def _running(sheet: Callable[[int], Sheet], order: range) -> Iterator[tuple[int, Sheet, Image, Image]]:
    """Each frame's sheet, the running mean and its weight after it, in the order given."""
    held = sheet(order[0])
    mean, weight = held.change, _weight(held)
    yield order[0], held, mean, weight
    for number in order[1:]:
        now = sheet(number)
        x, y = _motion(now.light, held.light, weight.shape[0])
        old, new = (1 - ALPHA) * _moved(weight, x, y), ALPHA * _weight(now)
        total = np.maximum(old + new, 1e-4)[..., None]
        moved = _moved(mean, x, y) * old[..., None]
        mean = np.asarray((moved + now.change * new[..., None]) / total, np.float32)
        weight, held = old + new, now
        yield number, now, mean, weight


def _weight(sheet: Sheet) -> Image:
    return np.asarray(sheet.gate.clip(1e-3, 1), np.float32)


def _moved(image: Image, x: Image, y: Image) -> Image:
    return np.asarray(cv2.remap(image, x, y, cv2.INTER_LINEAR), np.float32).reshape(image.shape)


def _motion(now: NDArray[np.uint8], before: NDArray[np.uint8], side: int) -> tuple[Image, Image]:
    """Where each texel of `now` was `before`, as maps x, y of that side for `cv2.remap`."""
    found = np.zeros((FLOW_SIDE, FLOW_SIDE, 2), np.float32)
    cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST).calc(now, before, found)
    flow = np.clip(cv2.GaussianBlur(found, (0, 0), SMOOTHER), -FARTHEST, FARTHEST)
    flow = np.asarray(cv2.resize(flow, (side, side), interpolation=cv2.INTER_LINEAR)) * (side / FLOW_SIDE)
    y, x = np.mgrid[:side, :side].astype(np.float32)
    return x + flow[..., 0], y + flow[..., 1]


def for_flow(light: Image) -> NDArray[np.uint8]:
    """Log-luma (S,S) with its slow shading taken out, at the size and in the eight bits that the flow wants."""
    small = cv2.resize(light, (FLOW_SIDE, FLOW_SIDE), interpolation=cv2.INTER_AREA)
    detail = small - cv2.GaussianBlur(small, (0, 0), 20.0)
    return np.asarray(np.clip(128 + 160 * detail, 0, 255), np.uint8)
