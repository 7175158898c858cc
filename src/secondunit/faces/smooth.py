"""Steady points: the One-Euro filter (Casiez, Roussel and Vogel, CHI 2012), run both ways so that nothing lags.

Where the head is (a similarity: turn, size, place) and how the face is shaped in it are filtered apart: a head moves
fast and smoothly, a face little.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Euro:
    """cutoff_hz: of what stands still; beta: how much the cutoff rises with speed (per unit of the values)."""

    cutoff_hz: float
    beta: float
    derivative_hz: float = 1.0


HEAD, SHAPE = Euro(4.0, 6.0), Euro(1.0, 0.6)
"""Lengths are in widths of the face, so that sizes of faces and pictures do not matter."""


def both_ways(values: Array, fps: float, euro: Euro) -> Array:
    """Filter (N,...) along its first axis forward and backward, and take the mean."""
    return np.asarray((_one_way(values, fps, euro) + _one_way(values[::-1], fps, euro)[::-1]) / 2)


def _one_way(values: Array, fps: float, euro: Euro) -> Array:
    out = np.array(values, np.float64)
    speed = np.zeros_like(out[0])
    for n in range(1, len(out)):
        fresh = (values[n] - out[n - 1]) * fps
        speed = speed + _share(euro.derivative_hz, fps) * (fresh - speed)
        out[n] = out[n - 1] + _share(euro.cutoff_hz + euro.beta * np.abs(speed), fps) * (values[n] - out[n - 1])
    return out


def _share(cutoff_hz: Any, fps: float) -> Any:
    """How much of the new value is taken, for a first-order low pass."""
    rate = 2 * np.pi * cutoff_hz / fps
    return rate / (rate + 1)


def steady(points: Array, fps: float) -> Array:
    """Points (N,P,3) of one stretch without cuts, smoothed."""
    if len(points) < 3:
        return points
    shape = _middle_shape(points)
    places = np.array([_placed(shape, one) for one in points])
    wide = float(np.median(places[:, 0] ** 2 + places[:, 1] ** 2) ** 0.5)
    head = both_ways(places / wide, fps, HEAD) * wide
    inside = np.stack([_into(place, one) for place, one in zip(places, points, strict=True)])
    face = both_ways(inside, fps, SHAPE)
    return np.stack([_out_of(place, one) for place, one in zip(head, face, strict=True)]).astype(np.float32)


def _middle_shape(points: Array) -> Array:
    """(P,2): the mean face, centred, of width one."""
    flat = np.asarray(points, np.float64)[..., :2]
    flat = flat - flat.mean(axis=1, keepdims=True)
    mean = (flat / np.ptp(flat[..., 0], axis=1)[:, None, None]).mean(axis=0)
    return np.asarray(mean / np.ptp(mean[:, 0]))


def _placed(shape: Array, points: Array) -> Array:
    """The similarity (a, b, x, y) that brings the shape nearest to the points: turn and size a + ib, then x, y."""
    flat = np.asarray(points, np.float64)[:, :2]
    middle = flat.mean(axis=0)
    away, norm = flat - middle, (shape**2).sum()
    a = (shape * away).sum() / norm
    b = (shape[:, 0] * away[:, 1] - shape[:, 1] * away[:, 0]).sum() / norm
    return np.array([a, b, *middle])


def _into(place: Array, points: Array) -> Array:
    """Points (P,3) as seen from the head: centred, upright, in widths of the face."""
    a, b, x, y = place
    size = np.hypot(a, b)
    across, down = points[:, 0] - x, points[:, 1] - y
    return np.stack([(a * across + b * down) / size**2, (a * down - b * across) / size**2, points[:, 2] / size], axis=1)


def _out_of(place: Array, inside: Array) -> Array:
    """The opposite of `_into`."""
    a, b, x, y = place
    size = np.hypot(a, b)
    return np.stack(
        [a * inside[:, 0] - b * inside[:, 1] + x, b * inside[:, 0] + a * inside[:, 1] + y, inside[:, 2] * size], axis=1
    )
