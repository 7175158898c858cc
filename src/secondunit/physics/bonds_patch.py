"""Shared patches of coplanar faces: convex polygons clipped against each other, many pairs at once.

Polygons are padded arrays (N,K,2) with a count (N,): row n holds count[n] corners counter-clockwise, metres.
"""

import numpy as np
import numpy.typing as npt

from secondunit.physics.pieces import Floats

Counts = npt.NDArray[np.int64]


def clip_polygons(subject: Floats, subject_count: Counts, clip: Floats, clip_count: Counts) -> tuple[Floats, Counts]:
    """Intersections (N,K+C,2) of N pairs of convex polygons, and their corner counts (0: they do not meet)."""
    points, count = subject, subject_count
    rows = np.arange(len(clip))
    for edge in range(clip.shape[1]):
        start = clip[:, edge]
        stop = clip[rows, np.where(edge + 1 < clip_count, (edge + 1) % clip.shape[1], 0)]
        along = stop - start
        inward = np.stack([-along[:, 1], along[:, 0]], axis=1)
        length = np.linalg.norm(inward, axis=1)
        inward /= np.maximum(length, 1e-300)[:, None]
        active = (edge < clip_count) & (length > 0)
        points, count = _clip_line(points, count, start, inward, active)
    return points, count


def _clip_line(
    points: Floats, count: Counts, start: Floats, inward: Floats, active: npt.NDArray[np.bool_]
) -> tuple[Floats, Counts]:
    """Keep what lies inward of one line per row; rows that are not active stay as they are."""
    size = points.shape[1]
    column = np.arange(size)
    real = column < count[:, None]
    after = np.where(column + 1 < count[:, None], column + 1, 0)
    height = np.einsum("nkc,nc->nk", points - start[:, None], inward)
    height = np.where(active[:, None], height, 1.0)
    next_height = np.take_along_axis(height, after, axis=1)
    next_points = np.take_along_axis(points, after[:, :, None], axis=1)
    inside = real & (height >= 0)
    crosses = real & ((height >= 0) != (next_height >= 0))
    share = height / np.where(crosses, height - next_height, 1.0)
    crossing = points + np.where(crosses, share, 0.0)[:, :, None] * (next_points - points)
    both = np.stack([points, crossing], axis=2).reshape(len(points), 2 * size, 2)
    keep = np.stack([inside, crosses], axis=2).reshape(len(points), 2 * size)
    total = keep.sum(axis=1)
    order = np.argsort(~keep, axis=1, kind="stable")[:, : max(int(total.max(initial=0)), 1)]
    return np.take_along_axis(both, order[:, :, None], axis=1), total


def moments(points: Floats, count: Counts) -> tuple[Floats, Floats, Floats]:
    """Area (N,), centroid (N,2), second moments (N,2,2) = integral of x x^T about the centroid, by Green's theorem."""
    column = np.arange(points.shape[1])
    base = points[:, :1]
    local = np.where((column < count[:, None])[:, :, None], points - base, 0.0)
    after = np.where(column + 1 < count[:, None], column + 1, 0)
    other = np.take_along_axis(local, after[:, :, None], axis=1)
    cross = local[:, :, 0] * other[:, :, 1] - local[:, :, 1] * other[:, :, 0]
    area = cross.sum(axis=1) / 2.0
    safe = np.where(area > 0, area, 1.0)
    centre = np.einsum("nk,nkc->nc", cross, local + other) / (6.0 * safe[:, None])
    total = local + other
    outer = local[..., :, None] * local[..., None, :] + other[..., :, None] * other[..., None, :]
    outer = outer + total[..., :, None] * total[..., None, :]
    second = np.einsum("nk,nkij->nij", cross, outer) / 24.0
    second = second - area[:, None, None] * centre[:, :, None] * centre[:, None, :]
    return area, centre + base[:, 0], second


def principal(second: Floats) -> Floats:
    """(N,2) unit in-plane direction along which each patch is longest (largest second moment of position)."""
    difference = second[:, 0, 0] - second[:, 1, 1]
    angle = 0.5 * np.arctan2(2.0 * second[:, 0, 1], difference)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)
