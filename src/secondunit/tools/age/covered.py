"""What passes before the face: a hand of the same skin, a microphone, hair, told by what is usually seen there.

Over the face's map a place has its own colour, light and detail: folds, pores, the shade of the nose. What covers the
place differs in them by more than the place itself does from frame to frame as the head turns. What covers it for most
of a run is not told this way, only by its colour (`skin.skin_gate`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.tools.age import unwrap
from secondunit.tools.age.bands import normalised

Image = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]
SIDE = 192
"""Texels along a side at which it is told."""
SAMPLED = 61
"""Frames of a run, evenly spread, that say what is usual."""
FOLLOWS = 0.5
"""Share of what is new in a frame that is remembered: after two frames most of it."""
FEWEST = 5
"""In fewer frames nothing is told: the median may be what covers."""
LIGHT, COLOUR = (0.08, 0.16), (0.06, 0.12)
"""Logarithms of light, and of red and blue against luma, by which a place differs from which it counts, and wholly."""
FAINT = 0.5
"""Share of these at which a place counts that touches one that counts."""
RESTLESS = 4.0
"""So many times what a place usually differs by (the median of its differences) is no sign of anything."""
DETAIL = (1.2, 6.0)
"""Texels (sigma) between which detail is compared."""
AROUND = 5.0
"""Texels (sigma) around a place over which it is."""
ALIKE, TINTED = (0.35, 0.75), (0.70, 0.95)
"""Correlation of the detail with what is usual there, from which the place is seen, and wholly: where its light
differs, and where its colour does."""
UNLIKE = (0.15, 0.5)
"""The same where the usual detail is so strong that it tells by itself, if it is there in most frames."""
NOISE = 0.012
"""Log-luma of detail that grain alone makes."""
LEAST = 11
"""Texels: a patch narrower than this is a fold, a blink or a highlight."""
REACH = 24
"""Texels by which a patch goes on into what differs faintly."""
GROWN = 5
"""Texels by which what covers is drawn out: its edge is blurred."""
ROUNDS, SPARSE = 4, 3
"""Of fitting a plane without what stands out, at every so many texels."""
SEEN = 0.3
"""How well a place must be seen in a frame, and in what share of the frames, to be judged."""
BEYOND, SOFT = 0.05, 0.02
"""What covers is carried on beyond the map, and softened for what moves, over these shares of the face's width."""
FILE = "{}.cover.npy"


@dataclass(frozen=True)
class _Usual:
    """Of a run: values (SIDE,SIDE,3), where they are known (SIDE,SIDE); over its frames apart, the medians of how far
    light and colour differ (SIDE,SIDE,2), and alike, the lower quartile of how alike the detail is (SIDE,SIDE).
    """

    values: Image
    known: Mask
    apart: Image
    alike: Image


def low(light: Image, colour: Image, facing: Image) -> Image:
    """(SIDE,SIDE,4) of a frame, coarse: log-luma, red and blue against it, and how well it is seen, all (S,S,...)."""
    seen = np.asarray(cv2.resize(facing, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)
    fine = np.dstack([light, colour])
    coarse = np.asarray(cv2.resize(fine, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)
    return np.dstack([coarse, seen]).astype(np.float32)


def covers(seen: Callable[[int], Image], run: range) -> Callable[[int], Image]:
    """Of a run of frames, what covers each: a function of the frame to (SIDE,SIDE) 0..1. seen(n): its `low`.

    It differs from what is usual in the run, and it came at once or went at once: a smile does neither.
    """
    if len(run) < FEWEST:
        return lambda number: np.zeros((SIDE, SIDE), np.float32)
    chosen = np.unique(np.linspace(run[0], run[-1], min(SAMPLED, len(run))).round().astype(int))
    usual = _usual(np.stack([seen(int(number)) for number in chosen]))
    other = {number: _as_bytes(_covered(seen(number), usual)) for number in run}
    if any(one.any() for one in other.values()):
        came, went = _sudden(seen, run, usual), _sudden(seen, run[::-1], usual)
        other = {number: np.minimum(one, np.maximum(came[number], went[number])) for number, one in other.items()}
    return lambda number: np.asarray(other[number] / np.float32(255), np.float32)


def _sudden(seen: Callable[[int], Image], order: range, usual: _Usual) -> dict[int, Bytes]:
    """What differs in each frame from a memory of the face that follows it slowly, but not where it is covered."""
    memory, found = seen(order[0])[..., :3], {}
    for number in order:
        now = seen(number)
        apart = _covered(now, replace(usual, values=memory))
        found[number] = _as_bytes(apart)
        follows = FOLLOWS * (1 - apart) * (now[..., 3] >= SEEN)
        memory = np.asarray(memory + follows[..., None] * (now[..., :3] - memory), np.float32)
    return found


def _as_bytes(image: Image) -> Bytes:
    return np.asarray(np.rint(255 * image), np.uint8)


def keep(folder: Path, number: int, cover: Image) -> None:
    """Keep what covers a frame, if anything does."""
    if cover.any():
        np.save(folder / FILE.format(number), cover.astype(np.float16))


def kept(folder: Path, number: int) -> Image:
    """What `keep` kept."""
    path = folder / FILE.format(number)
    return np.load(path).astype(np.float32) if path.is_file() else np.zeros((SIDE, SIDE), np.float32)


def shown(cover: Image, points: Image, shape: tuple[int, int]) -> Image:
    """(H,W) 0..1: what covers a face (504,3) in a picture of that (height, width), and a little way beside it."""
    out = np.zeros(shape, np.float32)
    if not cover.any():
        return out
    seen, wide = unwrap.window(points, shape), _wide(points)
    rows, columns = slice(seen.y, seen.y + seen.inside.shape[0]), slice(seen.x, seen.x + seen.inside.shape[1])
    out[rows, columns] = unwrap.show(cover, seen)
    inside = np.zeros(shape, np.float32)
    inside[rows, columns] = seen.inside
    near, on = (cv2.GaussianBlur(part, (0, 0), BEYOND * wide) for part in (inside, out))
    out = np.where(inside > 0, out, on / np.maximum(near, 1e-3) * (near > 0.02))
    # What moves is not to fold beside what stays, and not to pull at it.
    return np.asarray(np.clip(1.15 * cv2.GaussianBlur(out, (0, 0), SOFT * wide) - 0.02, 0, 1), np.float32)


def _wide(points: Image) -> float:
    return float(np.linalg.norm(points[topology.LEFT_SIDE, :2] - points[topology.RIGHT_SIDE, :2]))


def _usual(stack: Image) -> _Usual:
    """Of the `low` of frames (N,SIDE,SIDE,4)."""
    there = stack[..., 3] >= SEEN
    known = there.mean(axis=0) > SEEN
    counts = there | ~known
    values = np.nanmedian(np.where(counts[..., None], stack[..., :3], np.nan), axis=0).astype(np.float32)
    first = _Usual(values, known, np.zeros((SIDE, SIDE, 2), np.float32), np.ones((SIDE, SIDE), np.float32))
    apart = np.stack([_differs(one, first) for one in stack])
    alike = np.stack([_alike(one[..., 0], values[..., 0], _there(one, first))[0] for one in stack])
    usually = np.nanmedian(np.where(counts[..., None], apart, np.nan), axis=0).astype(np.float32)
    quarter = len(stack) // 4
    lower = np.partition(np.where(counts, alike, 1.0), quarter, axis=0)[quarter]
    return _Usual(values, known, usually, np.asarray(lower, np.float32))


def _covered(now: Image, usual: _Usual) -> Image:
    """(SIDE,SIDE) 0..1 of one frame."""
    there = _there(now, usual)
    if there.sum() < 50:
        return np.zeros((SIDE, SIDE), np.float32)
    differs = np.asarray(np.maximum(_differs(now, usual) - RESTLESS * usual.apart, 0), np.float32)
    alike, told = _alike(now[..., 0], usual.values[..., 0], there)
    told = told * (1 - _between(alike, *UNLIKE)) * _between(usual.alike, *UNLIKE)
    other = _suspect(differs, now, usual, there)
    sure = np.where(there, np.maximum(other, told), _onward(other, there)).astype(np.float32)
    faint = _suspect(np.asarray(differs / FAINT, np.float32), now, usual, there)
    patches = np.asarray(cv2.morphologyEx(sure, cv2.MORPH_OPEN, _disk(LEAST)), np.float32)
    roomy = cv2.dilate(_grown(patches, faint), _disk(2 * GROWN + 1))
    return np.asarray(cv2.GaussianBlur(roomy, (0, 0), 2.0), np.float32)


def _disk(size: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def _there(now: Image, usual: _Usual) -> Mask:
    return np.asarray(usual.known & (now[..., 3] >= SEEN))


def _differs(now: Image, usual: _Usual) -> Image:
    """(SIDE,SIDE,2): how far light and colour are from the usual ones, but for what varies slowly over the face."""
    there = _there(now, usual)
    if there.sum() < 50:
        return np.zeros((SIDE, SIDE, 2), np.float32)
    off = _levelled(_smooth(now[..., :3] - usual.values, there), there)
    return np.dstack([np.abs(off[..., 0]), np.linalg.norm(off[..., 1:], axis=-1)]).astype(np.float32)


def _suspect(differs: Image, now: Image, usual: _Usual, there: Mask) -> Image:
    """(SIDE,SIDE) 0..1: what has another light or colour, and within it not the usual detail."""
    light, colour = _between(differs[..., 0], *LIGHT), _between(differs[..., 1], *COLOUR)
    within = there & (np.maximum(light, colour) > 0.2)
    alike, _ = _alike(now[..., 0], usual.values[..., 0], there, within)
    return np.asarray(
        np.maximum(light * (1 - _between(alike, *ALIKE)), colour * (1 - _between(alike, *TINTED))) * there
    )


def _onward(apart: Image, there: Mask) -> Image:
    """What differs, carried on beyond what is seen: a stick that comes from the side is cut off by the face's edge."""
    near = cv2.GaussianBlur(there.astype(np.float32), (0, 0), LEAST / 2)
    on = cv2.GaussianBlur(apart * there, (0, 0), LEAST / 2) / np.maximum(near, 1e-3)
    return np.asarray(on * np.clip(near / 0.02, 0, 1), np.float32)


def _grown(sure: Image, faint: Image) -> Image:
    """Patches and what differs faintly beside them."""
    patch, around = (sure > 0.5).astype(np.uint8), (np.maximum(sure, faint) > 0.3).astype(np.uint8)
    for _ in range(REACH):
        patch = np.maximum(patch, cv2.dilate(patch, np.ones((3, 3), np.uint8)) * around)
    # No threads: a fold may touch a hand.
    return np.maximum(sure, cv2.morphologyEx(patch, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)).astype(np.float32))


def _alike(now: Image, usual: Image, there: Mask, within: Mask | None = None) -> tuple[Image, Image]:
    """(SIDE,SIDE) correlation -1..1 of the detail around a place with the usual one, `within` alone where given; and
    0..1, whether there usually is enough of it to tell by that alone.
    """
    within = there if within is None else within
    a, b = (_detail(image, there) * within for image in (now, usual))
    both, one, other = (cv2.GaussianBlur(part, (0, 0), AROUND) for part in (a * b, a * a, b * b))
    noise = NOISE**2 * cv2.GaussianBlur(within.astype(np.float32), (0, 0), AROUND)
    told = _between(np.sqrt(other), 1.5 * NOISE, 3 * NOISE)
    return np.asarray(both / np.sqrt((one + noise) * (other + noise) + 1e-12), np.float32), told


def _detail(light: Image, there: Mask) -> Image:
    fine, coarse = (_smooth(light[..., None], there, sigma)[..., 0] for sigma in DETAIL)
    return np.asarray((fine - coarse) * there, np.float32)


def _smooth(image: Image, there: Mask, sigma: float = 2.4) -> Image:
    """Gaussian mean (SIDE,SIDE,C) of what is there."""
    weight = there.astype(np.float32)
    planes = [normalised(np.ascontiguousarray(image[..., n]), weight, sigma) for n in range(image.shape[-1])]
    return np.stack(planes, axis=-1)


def _levelled(off: Image, there: Mask) -> Image:
    """The difference (SIDE,SIDE,3) less a plane over the face, found without what stands out from it."""
    v, u = np.mgrid[:SIDE, :SIDE] / SIDE - 0.5
    base = np.stack([np.ones_like(u), u, v, u * u, v * v], axis=-1)
    some = np.zeros_like(there)
    some[::SPARSE, ::SPARSE] = there[::SPARSE, ::SPARSE]
    x, out = base[some], np.empty_like(off)
    for channel in range(3):
        y = off[..., channel][some]
        weight = np.ones(len(y))
        for _ in range(ROUNDS):
            plane, *_rest = np.linalg.lstsq(x * weight[:, None], y * weight, rcond=None)
            left = np.abs(y - x @ plane)
            weight = 1 / (1 + (left / max(float(np.median(left)) * 2, 0.02)) ** 2)
        out[..., channel] = off[..., channel] - base @ plane
    return out


def _between(values: Image, low_end: float, high_end: float) -> Image:
    return np.asarray(np.clip((values - low_end) / (high_end - low_end), 0, 1), np.float32)
