"""A made plate whose truth is known: a house with windows, roof, chimney and a thin finial, before a graded sky."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from secondunit.schema.camera import Camera
from secondunit.vision.camera import project

WIDTH, HEIGHT, FOCAL = 720, 540, 760.0
HOUSE_W, HOUSE_H, HOUSE_D = 14.0, 10.5, 9.0
FLOORS, BAYS = 3, 5
SUPER = 3  # samples per pixel and axis


@dataclass(frozen=True)
class Scene:
    plate: np.ndarray
    camera: Camera
    corners: np.ndarray
    alpha: np.ndarray
    sky: np.ndarray
    openings: list
    empty: np.ndarray


def look(yaw_deg, away, above, across, pitch_deg=4.0):
    yaw, pitch = np.radians([yaw_deg, pitch_deg])
    forward = np.array([np.sin(yaw) * np.cos(pitch), np.cos(yaw) * np.cos(pitch), np.sin(pitch)])
    right = np.array([np.cos(yaw), -np.sin(yaw), 0])
    rotation = np.stack([right, np.cross(forward, right), forward])
    position = (HOUSE_W / 2 - away * np.sin(yaw) + across, -away * np.cos(yaw), above)
    return Camera(
        width=WIDTH,
        height=HEIGHT,
        focal_px=FOCAL,
        centre_px=(WIDTH / 2, HEIGHT / 2),
        rotation=tuple(rotation.ravel()),
        position_m=position,
    )


def fill(canvas, camera, points, colour):
    pixels = (project(camera, np.array(points, dtype=float)) - 0.5 / SUPER) * SUPER
    cv2.fillPoly(canvas, [np.round(pixels * 16).astype(np.int32)], colour, shift=4)


def windows():
    high, wide = HOUSE_H / FLOORS, HOUSE_W / BAYS
    return [
        ((b + 0.3) * wide, (f + 0.25) * high, (b + 0.7) * wide, (f + 0.78) * high)
        for f in range(FLOORS)
        for b in range(BAYS)
    ]


def backdrop():
    """Sky that pales to the horizon, a far tree line, ground: (H,W,3) at SUPER times the size, linear."""
    rows, columns = np.mgrid[0 : HEIGHT * SUPER, 0 : WIDTH * SUPER].astype(np.float32)
    y, x = rows / (HEIGHT * SUPER), columns / (WIDTH * SUPER)
    shade = 0.35 + 0.5 * y + 0.15 * x
    return np.stack([0.75 * shade, 0.9 * shade, 1.15 * shade], axis=-1).astype(np.float32)


def house_faces(yaw):
    w, h, d = HOUSE_W, HOUSE_H, HOUSE_D
    ridge = 3.5
    side = [(w, 0, 0), (w, d, 0), (w, d, h), (w, 0, h)] if yaw < 0 else [(0, 0, 0), (0, d, 0), (0, d, h), (0, 0, h)]
    roof = [(0, 0, h), (w, 0, h), (w - 2, d / 2, h + ridge), (2, d / 2, h + ridge)]
    hip = (
        [(w, 0, h), (w, d, h), (w - 2, d / 2, h + ridge)] if yaw < 0 else [(0, 0, h), (0, d, h), (2, d / 2, h + ridge)]
    )
    chimney = [(4, 3, h), (5, 3, h), (5, 3, h + 5), (4, 3, h + 5)]
    finial = [(9.93, 4.5, h + 3), (10.07, 4.5, h + 3), (10.07, 4.5, h + 6), (9.93, 4.5, h + 6)]
    front = [(0, 0, 0), (w, 0, 0), (w, 0, h), (0, 0, h)]
    return [
        (chimney, (0.30, 0.15, 0.10)),
        (finial, (0.05, 0.06, 0.06)),
        (hip, (0.07, 0.08, 0.10)),
        (roof, (0.09, 0.09, 0.11)),
        (side, (0.20, 0.17, 0.12)),
        (front, (0.45, 0.38, 0.28)),
    ]


def build(yaw=18.0, seed=3):
    camera = look(yaw, 26, 1.7, 0.0)
    canvas, solid = backdrop(), np.zeros((HEIGHT * SUPER, WIDTH * SUPER), np.float32)
    sky = np.ones_like(solid)
    far = [(-400, 300, 0), (400, 300, 0), (400, 300, 11), (-400, 300, 11)]
    ground = [(-300, 300, 0), (300, 300, 0), (300, 290, 0), (60, -22, 0), (-60, -22, 0), (-300, 290, 0)]
    fill(canvas, camera, far, (0.06, 0.09, 0.05))
    fill(sky, camera, far, 0.0)
    line = int(project(camera, np.array([[7.0, 300.0, 0.0]]))[0, 1] * SUPER)
    canvas[line:] = (0.32, 0.30, 0.27)
    sky[line:] = 0
    del ground
    empty = canvas.copy()
    for points, colour in house_faces(yaw):
        fill(canvas, camera, points, colour)
        fill(solid, camera, points, 1.0)
        fill(sky, camera, points, 0.0)
    for x0, z0, x1, z1 in windows():
        fill(canvas, camera, [(x0, 0, z0), (x1, 0, z0), (x1, 0, z1), (x0, 0, z1)], (0.05, 0.06, 0.08))
    small = [cv2.resize(a, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for a in (canvas, solid, sky, empty)]
    rng = np.random.default_rng(seed)
    grain = rng.standard_normal((HEIGHT, WIDTH, 3)).astype(np.float32)
    noise = 0.006 * grain * np.sqrt(small[0] + 0.02)
    empty_noise = 0.006 * grain * np.sqrt(small[3] + 0.02)
    corners = project(camera, np.array([[0, 0, HOUSE_H], [HOUSE_W, 0, HOUSE_H], [HOUSE_W, 0, 0], [0, 0, 0]]))
    return Scene(small[0] + noise, camera, corners, small[1], small[2], windows(), small[3] + empty_noise)


@pytest.fixture(scope="session")
def front():
    """Camera almost before the house: no side wall to see."""
    return build(yaw=4.0)


@pytest.fixture(scope="session")
def corner():
    """A street corner's view: the right side wall is visible."""
    return build(yaw=-38.0)
