"""What passes before the face: a hand of the same skin, a microphone, hair, told by what is usually seen there.

Over the face's map a place has its own light and its own detail: folds, pores, the shade of the nose. As the head turns
the light changes, and the detail stays; what covers the place differs in both. What covers it for most of a run is not
told this way, only by its colour (`skin.skin_gate`).
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.tools.age.skin import normalised

Image = NDArray[np.float32]
Bytes = NDArray[np.uint8]
SIDE = 192
"""Texels along a side at which it is told."""
SAMPLED = 61
"""Frames of a run, evenly spread, of which the median is taken."""
FOLLOWS = 0.5
"""Share of what is new in a frame that is remembered: after two frames most of it."""
FEWEST = 5
"""In fewer frames nothing is told: the median may be what covers."""
LIGHT, COLOUR = (0.08, 0.16), (0.06, 0.12)
"""Logarithms of light, and of red and blue against luma, by which a place differs from which it counts, and wholly."""
DETAIL = (1.2, 6.0)
"""Texels (sigma) between which detail is compared."""
AROUND = 5.0
"""Texels (sigma) around a place over which it is."""
ALIKE = (0.35, 0.75)
"""Correlation of the detail with what is usual there, from which the place is seen, and wholly."""
UNLIKE = (0.15, 0.5)
"""The same where the usual detail is so strong that it tells by itself."""
NOISE = 0.012
"""Log-luma of detail that grain alone makes."""
LEAST = 11
"""Texels: a patch narrower than this is a fold, a blink or a highlight."""
GROWN = 5
"""Texels by which what covers is drawn out: its edge is blurred."""
ROUNDS, SPARSE = 4, 3
"""Of fitting a plane without what stands out, at every so many texels."""
SEEN = 0.3
"""How well a place must be seen in a frame, and in what share of the frames, to be judged."""


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
    stack = np.stack([seen(int(number)) for number in chosen])
    there = stack[..., 3] >= SEEN
    known = there.mean(axis=0) > SEEN
    shown = np.where((there | ~known)[..., None], stack[..., :3], np.nan)
    usual = np.nanmedian(shown, axis=0).astype(np.float32)
    other = {number: _as_bytes(_apart(seen(number), usual, known)) for number in run}
    if any(one.any() for one in other.values()):
        came, went = _sudden(seen, run, known), _sudden(seen, run[::-1], known)
        other = {number: np.minimum(one, np.maximum(came[number], went[number])) for number, one in other.items()}
    return lambda number: np.asarray(other[number] / np.float32(255), np.float32)


def _sudden(seen: Callable[[int], Image], order: range, known: NDArray[np.bool_]) -> dict[int, Bytes]:
    """What differs in each frame from a memory of the face that follows it slowly, but not where it is covered."""
    memory, found = seen(order[0])[..., :3], {}
    for number in order:
        now = seen(number)
        apart = _apart(now, memory, known)
        found[number] = _as_bytes(apart)
        follows = FOLLOWS * (1 - apart) * (now[..., 3] >= SEEN)
        memory = np.asarray(memory + follows[..., None] * (now[..., :3] - memory), np.float32)
    return found


def _as_bytes(image: Image) -> Bytes:
    return np.asarray(np.rint(255 * image), np.uint8)


def _apart(now: Image, usual: Image, known: NDArray[np.bool_]) -> Image:
    """(SIDE,SIDE) 0..1 of one frame."""
    there = known & (now[..., 3] >= SEEN)
    if there.sum() < 50:
        return np.zeros((SIDE, SIDE), np.float32)
    off = _levelled(_smooth(now[..., :3] - usual, there), there)
    light = _between(np.abs(off[..., 0]), *LIGHT)
    colour = _between(np.linalg.norm(off[..., 1:], axis=-1), *COLOUR)
    alike, told = _alike(now[..., 0], usual[..., 0], there)
    other = np.maximum(np.maximum(light, colour) * (1 - _between(alike, *ALIKE)), told * (1 - _between(alike, *UNLIKE)))
    apart = np.asarray(other * there, np.float32)
    opened = cv2.morphologyEx(apart, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (LEAST, LEAST)))
    grown = cv2.dilate(opened, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * GROWN + 1,) * 2))
    return np.asarray(cv2.GaussianBlur(grown, (0, 0), 2.0), np.float32)


def _alike(now: Image, usual: Image, there: NDArray[np.bool_]) -> tuple[Image, Image]:
    """(SIDE,SIDE) correlation -1..1 of the detail around a place with the usual one; and 0..1, whether there usually is
    enough of it to tell by that alone.
    """
    a, b = (_detail(image, there) for image in (now, usual))
    both, one, other = (cv2.GaussianBlur(part, (0, 0), AROUND) for part in (a * b, a * a, b * b))
    told = _between(np.sqrt(other), 1.5 * NOISE, 3 * NOISE)
    return np.asarray(both / np.sqrt((one + NOISE**2) * (other + NOISE**2)), np.float32), told


def _detail(light: Image, there: NDArray[np.bool_]) -> Image:
    fine, coarse = (_smooth(light[..., None], there, sigma)[..., 0] for sigma in DETAIL)
    return np.asarray((fine - coarse) * there, np.float32)


def _smooth(image: Image, there: NDArray[np.bool_], sigma: float = 2.4) -> Image:
    """Gaussian mean (SIDE,SIDE,C) of what is there."""
    weight = there.astype(np.float32)
    planes = [normalised(np.ascontiguousarray(image[..., n]), weight, sigma) for n in range(image.shape[-1])]
    return np.stack(planes, axis=-1)


def _levelled(off: Image, there: NDArray[np.bool_]) -> Image:
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
