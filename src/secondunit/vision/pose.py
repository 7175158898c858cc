"""Least squares on one rectangle: pose, facade aspect and, when unknown, focal length.

Everything here is in square pixels (x already multiplied by the pixel aspect), origin top left, and metres.
Parameters of a fit: rotation vector (3), camera position in the world (3), ln facade width in metres, ln focal in px.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from secondunit.vision.corners import Floats, square_homography

ROTATION, POSITION, LN_WIDTH, LN_FOCAL = slice(0, 3), slice(3, 6), 6, 7
EYE_HEIGHT_M = 1.6
EYE_HEIGHT_SIGMA_M = 1.0


@dataclass(frozen=True)
class Lines:
    """Straight picture edges (N,4) x0 y0 x1 y1, known to run along one world axis; sigma_px (N,) per end point."""

    ends: Floats
    axis: NDArray[np.intp]  # 0 = X, 1 = Y, 2 = Z
    sigma_px: Floats


NO_LINES = Lines(np.zeros((0, 4)), np.zeros(0, dtype=np.intp), np.zeros(0))


@dataclass(frozen=True)
class Problem:
    """What a fit knows. corners (4,2) clockwise from top left; lens (ln focal mean, sigma) is a prior, or None."""

    corners: Floats
    centre: Floats
    height_m: float
    sigma_px: float = 2.0
    focal_px: float | None = None
    lens: tuple[float, float] | None = None
    eye_height: bool = False
    lines: Lines = field(default=NO_LINES)


@dataclass(frozen=True)
class Fit:
    """A solved problem. rotation (3,3) is camera_from_world; covariance (8,8) in the parameters above."""

    rotation: Floats
    position_m: Floats
    width_m: float
    focal_px: float
    covariance: Floats
    rms_px: float
    cost: float

    @property
    def ln_focal_sigma(self) -> float:
        """Standard deviation of the natural logarithm of the focal length; 0 when it was known."""
        return float(np.sqrt(self.covariance[LN_FOCAL, LN_FOCAL]))

    @property
    def height_sigma_m(self) -> float:
        """Standard deviation of the camera's height above the ground line."""
        return float(np.sqrt(self.covariance[5, 5]))


def fit_pose(problem: Problem) -> Fit:
    """Fit by Levenberg-Marquardt from every plausible start; the best cost wins."""
    fits = [_refine(problem, start) for start in _starts(problem)]
    return min(fits, key=lambda fit: fit.cost)


def pose_from_homography(corners: Floats, centre: Floats, focal_px: float, height_m: float) -> Floats:
    """Parameters (8,) from the corners in closed form: exact when the focal length is."""
    h = square_homography(corners)
    ray = np.array([[1 / focal_px, 0, -centre[0] / focal_px], [0, 1 / focal_px, -centre[1] / focal_px], [0, 0, 1]]) @ h
    along, up, origin = ray[:, 0], ray[:, 1], ray[:, 2]
    scale = height_m / np.linalg.norm(up)
    width = np.linalg.norm(along) * scale
    x, z = along / np.linalg.norm(along), up / np.linalg.norm(up)
    u, _, vt = np.linalg.svd(np.stack([x, np.cross(z, x), z], axis=1))
    rotation = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
    position = -rotation.T @ (origin * scale)
    turn = Rotation.from_matrix(rotation).as_rotvec()
    return np.concatenate([turn, position, [np.log(width), np.log(focal_px)]])


def vanishing_points(corners: Floats) -> tuple[Floats, Floats]:
    """Homogeneous vanishing points (3,) of the facade's horizontals and verticals, in pixels."""
    h = square_homography(corners)
    return h[:, 0], h[:, 1]


def focal_from_vanishing_points(corners: Floats, centre: Floats) -> float:
    """Focal length in px that makes the two directions perpendicular; NaN where the corners allow none."""
    a, b = (p - p[2] * np.append(centre, 0.0) for p in vanishing_points(corners))
    weight = a[2] * b[2]
    square = -(a[0] * b[0] + a[1] * b[1]) / weight if weight else -1.0
    return float(np.sqrt(square)) if square > 0 else float("nan")


def _starts(problem: Problem) -> list[Floats]:
    diagonal = float(np.hypot(*problem.centre)) * 2
    if problem.focal_px:
        focals = [problem.focal_px]
    else:
        crossing = focal_from_vanishing_points(problem.corners, problem.centre)
        focals = [0.8 * diagonal, crossing if 0.2 * diagonal < crossing < 20 * diagonal else 1.8 * diagonal]
    return [pose_from_homography(problem.corners, problem.centre, f, problem.height_m) for f in focals]


def _refine(problem: Problem, start: Floats) -> Fit:
    free = 7 if problem.focal_px else 8
    known = start[free:]

    def residual(values: Floats) -> Floats:
        return _residual(problem, np.concatenate([values, known]))

    found = least_squares(residual, start[:free], method="trf", x_scale="jac", max_nfev=40)
    full = np.concatenate([found.x, known])
    covariance = np.zeros((8, 8))
    covariance[:free, :free] = np.linalg.pinv(found.jac.T @ found.jac, rcond=1e-14, hermitian=True)
    apart = _corner_residual(problem, full)
    return Fit(
        rotation=Rotation.from_rotvec(full[ROTATION]).as_matrix(),
        position_m=full[POSITION],
        width_m=float(np.exp(full[LN_WIDTH])),
        focal_px=float(np.exp(full[LN_FOCAL])),
        covariance=covariance,
        rms_px=float(np.sqrt(np.mean(apart**2) * 2)),
        cost=float(found.cost),
    )


def _residual(problem: Problem, values: Floats) -> Floats:
    parts = [_corner_residual(problem, values) / problem.sigma_px, _line_residual(problem, values)]
    if problem.lens:
        parts.append(np.array([(values[LN_FOCAL] - problem.lens[0]) / problem.lens[1]]))
    if problem.eye_height:
        parts.append(np.array([(values[5] - EYE_HEIGHT_M) / EYE_HEIGHT_SIGMA_M]))
    return np.concatenate(parts)


def _corner_residual(problem: Problem, values: Floats) -> Floats:
    width = np.exp(values[LN_WIDTH])
    top = problem.height_m
    world = np.array([[0, 0, top], [width, 0, top], [width, 0, 0], [0, 0, 0]])
    seen = (world - values[POSITION]) @ Rotation.from_rotvec(values[ROTATION]).as_matrix().T
    depth = np.maximum(seen[:, 2:], 1e-6)
    apart = seen[:, :2] / depth * np.exp(values[LN_FOCAL]) + problem.centre - problem.corners
    return np.asarray(apart.ravel())


def _line_residual(problem: Problem, values: Floats) -> Floats:
    """Distance of each segment's ends from the line through its middle and its axis's vanishing point."""
    lines = problem.lines
    if not len(lines.ends):
        return np.zeros(0)
    rotation = Rotation.from_rotvec(values[ROTATION]).as_matrix()
    focal = np.exp(values[LN_FOCAL])
    vanish = np.stack([focal * rotation[0], focal * rotation[1], rotation[2]])  # columns: X Y Z, homogeneous
    vanish[:2] += problem.centre[:, None] * rotation[2]
    ends = lines.ends.reshape(-1, 2, 2)
    middle = ends.mean(axis=1)
    towards = vanish[:2, lines.axis].T - middle * vanish[2, lines.axis][:, None]
    half = (ends[:, 1] - ends[:, 0]) / 2
    off = (half[:, 0] * towards[:, 1] - half[:, 1] * towards[:, 0]) / np.maximum(np.hypot(*towards.T), 1e-9)
    sigmas = off / lines.sigma_px
    # Pseudo-Huber: shadows and roof edges that were taken for window edges pull with a bounded force.
    return np.asarray(np.sign(sigmas) * np.sqrt(2 * (np.sqrt(1 + sigmas**2) - 1)))
