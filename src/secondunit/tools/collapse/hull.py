"""Where a collapse may have changed the picture at all: drawn from positions alone, without the renderer."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from secondunit.render.scene import DustGrid
from secondunit.schema import Camera, Light
from secondunit.vision.camera import project

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

SLACK_PX = 6.0
"""Filters, motion blur between two poses and the matte's soft rim reach this far."""
AMBIENT_M = 420.0
"""Ground nearer than this may see more or less of the sky, and of the dust in it, once the building moves."""


def hull(
    camera: Camera,
    light: Light,
    places_m: Floats,
    radii_m: Floats,
    dust: DustGrid | None,
    matte: NDArray[np.float32],
) -> Mask:
    """(H,W) true where building, debris, dust, their shadow or the light that they take may show.

    places_m (N,3), radii_m (N,): spheres around every piece, at rest and now.
    """
    mask = np.zeros((camera.height, camera.width), np.uint8)
    _spheres(mask, camera, places_m, radii_m)
    _ground(mask, camera, places_m, AMBIENT_M)
    _shadow(mask, camera, light, places_m, radii_m)
    if dust is not None:
        _box(mask, camera, dust)
    return (mask > 0) | (matte > 0.0)


def _spheres(mask: NDArray[np.uint8], camera: Camera, places: Floats, radii: Floats) -> None:
    import cv2

    away = np.maximum(_depth(camera, places), 0.1)
    pixels = project(camera, places)
    sizes = radii * camera.focal_px / np.maximum(away - radii, 0.1) / min(camera.pixel_aspect, 1.0) + SLACK_PX
    reach = float(max(mask.shape)) * 4.0
    for (x, y), size in zip(pixels, sizes, strict=True):
        if np.isfinite(x) and abs(x) < reach and abs(y) < reach:
            cv2.circle(mask, (round(float(x)), round(float(y))), int(min(size, reach)) + 1, 1, -1)


def _depth(camera: Camera, places: Floats) -> Floats:
    forward = np.asarray(camera.rotation).reshape(3, 3)[2]
    return np.asarray((places - np.asarray(camera.position_m)) @ forward)


def _ground(mask: NDArray[np.uint8], camera: Camera, places: Floats, reach_m: float) -> None:
    """Ground near the building, whose open sky changes as it falls: every pixel that looks down and lands near
    enough."""
    low, high = places.min(axis=0)[:2] - reach_m, places.max(axis=0)[:2] + reach_m
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    rotation = np.asarray(camera.rotation).reshape(3, 3)
    rays = np.stack(
        [
            (x - camera.centre_px[0]) * camera.pixel_aspect / camera.focal_px,
            (y - camera.centre_px[1]) / camera.focal_px,
            np.ones_like(x),
        ],
        axis=-1,
    )
    rays = rays @ rotation
    down = rays[..., 2] < -1e-4
    distance = np.where(down, camera.position_m[2] / np.where(down, -rays[..., 2], 1.0), 0.0)
    landing = np.asarray(camera.position_m)[:2] + distance[..., None] * rays[..., :2]
    near = down & (landing > low).all(axis=-1) & (landing < high).all(axis=-1)
    mask[near] = 1


def _shadow(mask: NDArray[np.uint8], camera: Camera, light: Light, places: Floats, radii: Floats) -> None:
    """Where the pieces' shadows meet the ground, as discs stretched by a low sun into several."""
    sun: Any = np.asarray(light.sun_direction)
    if sun[2] <= 0.02:
        return
    fallen = places - sun * (places[:, 2:] / sun[2])
    fallen[:, 2] = 0.0
    ahead = _depth(camera, fallen) > 0.5
    _spheres(mask, camera, fallen[ahead], radii[ahead] / float(sun[2]))


def _box(mask: NDArray[np.uint8], camera: Camera, dust: DustGrid) -> None:
    import cv2

    size = np.asarray(dust.density.shape) * dust.cell_m
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]) * size + np.asarray(dust.origin_m)
    if (_depth(camera, corners) < 0.5).any():
        mask[:] = 1
        return
    shape = cv2.convexHull(np.rint(project(camera, corners)).astype(np.int32))
    cv2.fillConvexPoly(mask, shape, 1)
    cv2.polylines(mask, [shape], True, 1, int(2 * SLACK_PX))
