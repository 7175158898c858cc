"""The facade found by a camera that is known: where its rays meet the ground, a wall stands up.

Frames: the camera's own world is metres, Z up, with the ground at height 0. The result is in the house's world (see
`vision.camera`): origin at the facade's bottom-left corner, +X along the facade, +Y into the building.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from secondunit.schema import Camera, InputError
from secondunit.vision.camera import (
    CORNER_NOISE_PX,
    EDGE_SHARE,
    FULL_FRAME_DIAGONAL_MM,
    SIGMAS,
    Solve,
    diagonal_px,
    focal_mm,
    project,
    rays,
)
from secondunit.vision.corners import NAMES, Floats, check_corners

NEAR_GROUND_M = 0.1
ANOTHER_PICTURE = 0.03
"""Corners that miss the camera by more than this share of the plate's diagonal belong to another picture."""
SCALE_TOLERANCE = 0.1


@dataclass(frozen=True)
class _Wall:
    """foot_m (2,): bottom-left corner on the ground; yaw: direction of the bottom edge; misfit in pixels."""

    foot_m: Floats
    yaw: float
    width_m: float
    height_m: float
    rms_px: float
    width_sigma_m: float


def solve_placed(facade: Sequence[Sequence[float]], camera: Camera, *, height_m: float | None = None) -> Solve:
    """Camera, facade and misfit from four corners (plate pixels, clockwise from top left) and a camera with its place.

    height_m: the facade's height where it is known; it then sets the scale, and the camera's height says how well it
    agrees. Raises InputError for wrong corners, a camera that stands on or under its ground, bottom corners that do not
    lie on it, and corners that belong to another picture.
    """
    corners = check_corners(facade, camera.width, camera.height)
    if camera.position_m[2] < NEAR_GROUND_M:
        raise InputError(
            f"The camera given with the plate stands at height {camera.position_m[2]:.2f} m of its own world, where "
            "the ground is 0: move its world so that the ground line lies at 0, and take the plate in with it again."
        )
    if corners[2:, 1].min() >= camera.height * (1 - EDGE_SHARE):
        raise InputError(
            "The ground line is not in the picture: both bottom corners lie on the lower edge of the plate "
            f"({camera.height}), "
            "so its camera cannot say how far away the facade is; take the plate in without --camera."
        )
    wall = _fitted(camera, corners, _start(camera, corners))
    limit = ANOTHER_PICTURE * diagonal_px(camera.width, camera.height, camera.pixel_aspect)
    if wall.rms_px > limit:
        raise InputError(
            f"The corners miss an upright facade seen by the plate's camera by {wall.rms_px:.0f} px: check the "
            "corners, and that the camera given with `plate add --camera` belongs to this plate, in an upright world."
        )
    return _told(camera, corners, wall, height_m)


def _start(camera: Camera, corners: Floats) -> Floats:
    """x, y of the left foot, yaw, width, height: exact for the bottom corners, from the left edge for the height."""
    away = rays(camera, corners)
    eye = np.asarray(camera.position_m)
    for index in (2, 3):
        if away[index, 2] > -1e-4:
            x, y = corners[index]
            raise InputError(
                f"--facade: the {NAMES[index]} corner ({x:g},{y:g}) lies above the horizon of the plate's camera, so "
                "not on its ground: put it on the ground line, or take the plate in without --camera."
            )
    right, left = (eye + away[i] * (-eye[2] / away[i, 2]) for i in (2, 3))
    along = right - left
    reach = float(np.linalg.norm((left - eye)[:2])) / max(float(np.linalg.norm(away[0, :2])), 1e-6)
    height = max(float(eye[2] + away[0, 2] * reach), 0.5)
    return np.array([left[0], left[1], np.arctan2(along[1], along[0]), np.linalg.norm(along), height])


def _corners_m(values: Floats) -> Floats:
    x, y, yaw, width, height = values
    left, right = np.array([x, y]), np.array([x, y]) + width * np.array([np.cos(yaw), np.sin(yaw)])
    return np.array([[*left, height], [*right, height], [*right, 0.0], [*left, 0.0]])


def _fitted(camera: Camera, corners: Floats, start: Floats) -> _Wall:
    square = np.array([camera.pixel_aspect, 1.0])

    def residual(values: Floats) -> Floats:
        apart = (project(camera, _corners_m(values)) - corners) * square
        return np.asarray(np.nan_to_num(apart.ravel(), nan=1e6))

    found = least_squares(residual, start, x_scale="jac")
    covariance = np.linalg.pinv(found.jac.T @ found.jac) * CORNER_NOISE_PX**2
    x, y, yaw, width, height = (float(value) for value in found.x)
    rms = float(np.sqrt(np.mean(found.fun**2) * 2))
    return _Wall(np.array([x, y]), yaw, width, height, rms, float(np.sqrt(covariance[3, 3])))


def _told(camera: Camera, corners: Floats, wall: _Wall, height_m: float | None) -> Solve:
    scale = height_m / wall.height_m if height_m is not None else 1.0
    along = np.array([np.cos(wall.yaw), np.sin(wall.yaw), 0.0])
    house = np.stack([along, [-along[1], along[0], 0.0], [0.0, 0.0, 1.0]])  # house_from_world
    position = house @ (np.asarray(camera.position_m) - [*wall.foot_m, 0.0]) * scale
    rotation = np.asarray(camera.rotation).reshape(3, 3) @ house.T
    moved = Camera.model_validate(
        camera.model_dump() | {"rotation": tuple(rotation.ravel().tolist()), "position_m": tuple(position.tolist())}
    )
    width, height, above = wall.width_m * scale, wall.height_m * scale, float(position[2])
    spread = SIGMAS * wall.width_sigma_m * scale
    said = (
        f"scale: facade {height:g} m high as given, {wall.height_m:.1f} m by the camera's height"
        if height_m is not None
        else f"scale: from the camera's height above the ground, {above:.2f} m"
    )
    mm = camera.focal_px * FULL_FRAME_DIAGONAL_MM / diagonal_px(camera.width, camera.height, camera.pixel_aspect)
    verdict = (
        f"camera as given with the plate: {focal_mm(mm)}, {above:.1f} m above the ground, "
        f"{-position[1]:.1f} m from the facade plane; facade {width:.1f} m [{width - spread:.1f} to "
        f"{width + spread:.1f}] x {height:.1f} m; {said}; corners fit to {wall.rms_px:.1f} px."
    )
    return Solve(
        camera=moved,
        facade_px=tuple((float(x), float(y)) for x, y in corners),
        facade_width_m=width,
        facade_height_m=height,
        method="given",
        confidence=float(1.0 / (1.0 + (wall.rms_px / (2.5 * CORNER_NOISE_PX)) ** 2)),
        verdict=verdict,
        warnings=tuple(_doubts(wall, scale)),
        rms_px=wall.rms_px,
        focal_range_px=(camera.focal_px, camera.focal_px),
        camera_height_range_m=(above, above),
        facade_width_range_m=(width - spread, width + spread),
    )


def _doubts(wall: _Wall, scale: float) -> list[str]:
    said = []
    if wall.rms_px > 2.5 * CORNER_NOISE_PX:
        said.append(
            f"The corners miss an upright facade seen by the plate's camera by {wall.rms_px:.1f} px: check the "
            "corners, and that the camera belongs to this plate."
        )
    if abs(np.log(scale)) > SCALE_TOLERANCE:
        said.append(
            f"--height-m is {scale:.2f} times the height that the camera's own place gives the facade: check it, the "
            "unit of the camera's file, and that its ground lies at height 0."
        )
    return said
