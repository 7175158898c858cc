"""Every dimension of the street corner that more than one script needs, in metres, in the facade's frame.

Origin: bottom-left corner of the main facade on the ground; +X along the facade to the right, +Y into the
building, +Z up. The plate script builds from these numbers and `truth.py` publishes them, so the two cannot differ.
Only the standard library and numpy: Blender's Python, the tests and the tools all read this file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

WIDTH_PX, HEIGHT_PX = 1920, 1080
FOCAL_35MM_MM = 28.0  # by the diagonal of the picture, the way cameras write it into EXIF
SENSOR_WIDTH_MM = 36.0
FOCAL_PX = FOCAL_35MM_MM * math.hypot(WIDTH_PX, HEIGHT_PX) / math.hypot(36.0, 24.0)
FOCAL_MM = FOCAL_PX * SENSOR_WIDTH_MM / WIDTH_PX

FACADE_WIDTH, DEPTH = 20.0, 13.0
FLOORS = (0.0, 4.3, 7.9, 11.2, 14.4)  # floor levels; the last one is the top of the uppermost storey
FACADE_HEIGHT = 15.3  # top of the main cornice, on the facade's plane
FRONT_BAYS = tuple(1.9 + 3.24 * i for i in range(6))
SIDE_BAYS = tuple(1.9 + 3.0667 * i for i in range(4))

EYE_HEIGHT = 1.68
YAW_DEG, PITCH_DEG = 32.0, 8.9
CAMERA = (31.2, -29.6, EYE_HEIGHT)

SUN_AZIMUTH_DEG = 52.0  # from the facade's outward normal towards its left end
SUN_ELEVATION_DEG = 29.0


@dataclass(frozen=True)
class Opening:
    """A hole in a wall: u along the wall, z up, metres; `kind` says what fills it."""

    u0: float
    u1: float
    z0: float
    z1: float
    kind: str
    floor: int


def _centred(u: float, width: float, z0: float, z1: float, kind: str, floor: int) -> Opening:
    return Opening(u - width / 2, u + width / 2, z0, z1, kind, floor)


def front_openings() -> tuple[Opening, ...]:
    """Openings of the main facade, ground floor first."""
    ground = ("shop", "shop", "grille", "door", "grille", "shop")
    size = {"shop": (2.3, 0.0, 3.35), "grille": (1.3, 1.15, 3.3), "door": (1.7, 0.0, 3.35)}
    found = [_centred(u, *size[kind], kind, 0) for u, kind in zip(FRONT_BAYS, ground, strict=True)]
    for u in FRONT_BAYS:
        found += [
            _centred(u, 1.25, 4.45, 7.05, "french", 1),
            _centred(u, 1.2, 8.6, 10.75, "window", 2),
            _centred(u, 1.15, 11.85, 13.7, "window", 3),
        ]
    return tuple(found)


def side_openings() -> tuple[Opening, ...]:
    """Openings of the right-hand side wall; u runs into the depth."""
    found = [_centred(u, 1.2, 1.25, 3.2, "grille", 0) for u in SIDE_BAYS]
    for u in SIDE_BAYS:
        found += [
            _centred(u, 1.2, 4.9, 7.05, "window", 1),
            _centred(u, 1.2, 8.6, 10.75, "window", 2),
            _centred(u, 1.15, 11.85, 13.7, "window", 3),
        ]
    return tuple(found)


def rotation() -> np.ndarray:
    """Camera from world, OpenCV axes (x right, y down, z forward), 3x3."""
    yaw, pitch = math.radians(YAW_DEG), math.radians(PITCH_DEG)
    forward = np.array([-math.sin(yaw) * math.cos(pitch), math.cos(yaw) * math.cos(pitch), math.sin(pitch)])
    right = np.array([math.cos(yaw), math.sin(yaw), 0.0])
    return np.stack([right, np.cross(forward, right), forward])


def project(points_m: np.ndarray) -> np.ndarray:
    """World points (N,3) to plate pixels (N,2): the centre of the top-left pixel is (0.5, 0.5)."""
    seen = (np.asarray(points_m, float) - np.array(CAMERA)) @ rotation().T
    return np.array([WIDTH_PX / 2, HEIGHT_PX / 2]) + FOCAL_PX * seen[:, :2] / seen[:, 2:]


def facade_corners_m() -> np.ndarray:
    """Top left, top right, bottom right, bottom left."""
    w, h = FACADE_WIDTH, FACADE_HEIGHT
    return np.array([[0, 0, h], [w, 0, h], [w, 0, 0], [0, 0, 0]], float)


def sun_direction() -> np.ndarray:
    """Unit vector from the scene towards the sun."""
    azimuth, elevation = math.radians(SUN_AZIMUTH_DEG), math.radians(SUN_ELEVATION_DEG)
    flat = math.cos(elevation)
    return np.array([-math.sin(azimuth) * flat, -math.cos(azimuth) * flat, math.sin(elevation)])
