"""Straight edges of a building, sorted by the world axis they run along: the facade's own and its side wall's.

Four clicked corners are two pixels good; a facade's sills, jambs and cornices are dozens of straight edges, each a
fraction of a pixel good. They say nothing about size, but all the more about direction. The side wall's horizontals
are the third direction that a single facade lacks, and with it the focal length can be measured.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.vision.corners import Floats, square_homography
from secondunit.vision.pose import Fit, Lines
from secondunit.vision.sky import Image, display_values

ALONG_DEG = 2.5
LONGEST_COUNT = 40  # edges of one axis that count as independent: neighbours share a moulding and its error
LEAST_SIDE_LINES = 8
END_SIGMA_PX = 0.7
SIDE_DEPTH_M = 8.0


def straight_edges(plate: Image, region: Floats) -> Floats:
    """Line segments (N,4) x0 y0 x1 y1 in plate pixels whose middles lie in the convex polygon `region` (M,2)."""
    height, width = plate.shape[:2]
    low = np.clip(np.floor(region.min(axis=0)).astype(int) - 4, 0, [width - 8, height - 8])
    high = np.clip(np.ceil(region.max(axis=0)).astype(int) + 4, low + 8, [width, height])
    part = display_values(plate[low[1] : high[1], low[0] : high[0]])
    grey = (part.mean(axis=2) * 255).astype(np.uint8)
    found = cv2.createLineSegmentDetector().detect(grey)[0]
    if found is None:
        return np.zeros((0, 4))
    ends = np.asarray(found, dtype=np.float64).reshape(-1, 4) + 0.5 + np.tile(low, 2)
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    middle = 0.5 * (ends[:, :2] + ends[:, 2:])
    shape = region.astype(np.float32).reshape(-1, 1, 2)
    inside = np.array([cv2.pointPolygonTest(shape, (float(x), float(y)), False) >= 0 for x, y in middle], dtype=bool)
    return np.asarray(ends[inside & (length > max(10.0, 0.012 * width))])


def facade_lines(plate: Image, corners: Floats, pixel_aspect: float) -> Lines:
    """Edges on the facade that run along its X (0) and Z (2), in square pixels. corners (4,2) in plate pixels."""
    ends = straight_edges(plate, corners) * np.tile([pixel_aspect, 1.0], 2)
    h = square_homography(corners * [pixel_aspect, 1.0])
    axes = np.full(len(ends), -1)
    for axis, column in ((0, 0), (2, 1)):
        axes[_angle_to(ends, h[:, column]) < np.radians(ALONG_DEG)] = axis
    return _weighed(ends[axes >= 0], axes[axes >= 0])


def side_lines(plate: Image, fit: Fit, centre: Floats, height_m: float, pixel_aspect: float) -> Lines | None:
    """Edges of the visible side wall that run along Y (1), or None when no clear bundle of them is seen.

    The bundle is found without trusting the fit's focal length: the point where most of the wall's slanting edges
    meet, if it makes a possible lens together with the facade's horizontals.
    """
    position, wide = fit.position_m, fit.width_m
    if 0.1 * wide < position[0] < 0.9 * wide:
        return None
    edge = 0.0 if position[0] < wide / 2 else wide
    wall = np.array([[edge, 0.2, height_m], [edge, SIDE_DEPTH_M, height_m], [edge, SIDE_DEPTH_M, 0], [edge, 0.2, 0]])
    seen = (wall - position) @ fit.rotation.T
    if (seen[:, 2] < 0.5).any():
        return None
    square = seen[:, :2] / seen[:, 2:] * fit.focal_px + centre
    region = cv2.convexHull((square / [pixel_aspect, 1.0]).astype(np.float32))[:, 0].astype(np.float64)
    if abs(cv2.contourArea(region.astype(np.float32))) < 400:
        return None
    ends = straight_edges(plate, region) * np.tile([pixel_aspect, 1.0], 2)
    upright = np.append(fit.focal_px * fit.rotation[:2, 2] + centre * fit.rotation[2, 2], fit.rotation[2, 2])
    slanting = ends[_angle_to(ends, upright) > np.radians(8)]
    inliers = _bundle(slanting, fit, centre)
    if inliers is None or inliers.sum() < LEAST_SIDE_LINES:
        return None
    return _weighed(slanting[inliers], np.ones(int(inliers.sum()), dtype=np.intp))


def joined(*parts: Lines) -> Lines:
    """Several sets of lines as one."""
    return Lines(
        np.concatenate([part.ends for part in parts]),
        np.concatenate([part.axis for part in parts]),
        np.concatenate([part.sigma_px for part in parts]),
    )


def _weighed(ends: Floats, axes: NDArray[np.intp]) -> Lines:
    """Lines with a sigma such that no axis counts for more than LONGEST_COUNT independent edges."""
    sigma = np.full(len(ends), END_SIGMA_PX)
    for axis in range(3):
        count = int((axes == axis).sum())
        sigma[axes == axis] *= np.sqrt(max(1.0, count / LONGEST_COUNT))
    return Lines(ends, axes.astype(np.intp), sigma)


def _angle_to(ends: Floats, vanishing: Floats) -> Floats:
    """Angle (N,) in radians between each segment and the direction to a homogeneous vanishing point."""
    middle, along = 0.5 * (ends[:, :2] + ends[:, 2:]), ends[:, 2:] - ends[:, :2]
    towards = vanishing[:2] - middle * vanishing[2]
    cross = np.abs(along[:, 0] * towards[:, 1] - along[:, 1] * towards[:, 0])
    size = np.hypot(*along.T) * np.hypot(*towards.T)
    return np.asarray(np.arcsin(np.clip(cross / np.maximum(size, 1e-12), 0, 1)))


def _bundle(ends: Floats, fit: Fit, centre: Floats) -> NDArray[np.bool_] | None:
    """Segments (N,) that meet in the best supported point which, with the facade's X, makes a possible lens."""
    if len(ends) < LEAST_SIDE_LINES:
        return None
    lines = np.cross(
        np.column_stack([ends[:, :2], np.ones(len(ends))]), np.column_stack([ends[:, 2:], np.ones(len(ends))])
    )
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    along = fit.rotation[:, 0]
    level = np.append(fit.focal_px * along[:2] + centre * along[2], along[2])
    diagonal = 2 * float(np.hypot(*centre))
    rng = np.random.Generator(np.random.Philox(11))
    best: tuple[float, NDArray[np.bool_] | None] = (0.0, None)
    for _ in range(400):
        i, k = rng.choice(len(ends), 2, replace=False, p=length / length.sum())
        meet = np.cross(lines[i], lines[k])
        if not 0.35 * diagonal < _lens(level, meet, centre) < 5 * diagonal:
            continue
        inside = _angle_to(ends, meet) < np.radians(1.2)
        weight = float(length[inside].sum())
        if weight > best[0]:
            best = (weight, inside)
    return best[1]


def _lens(a: Floats, b: Floats, centre: Floats) -> float:
    """Focal length that makes two vanishing points perpendicular; 0 where there is none."""
    if abs(a[2] * b[2]) < 1e-12:
        return 0.0
    square = -float((a[:2] / a[2] - centre) @ (b[:2] / b[2] - centre))
    return float(np.sqrt(square)) if square > 0 else 0.0
