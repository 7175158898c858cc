"""A small wall of boxes in front of a small camera, with a plate of noise."""

from collections.abc import Callable

import numpy as np
import pytest

from secondunit.render.scene import INNER, SKIN, Mesh3, Pose, Scene, mesh_from_faces
from secondunit.schema import Camera, Light

MATERIALS = ("brick", "stone", "concrete", "timber", "slate", "glass", "plaster", "steel")
_QUADS = ((0, 1, 2, 3), (5, 4, 7, 6), (4, 0, 3, 7), (1, 5, 6, 2), (3, 2, 6, 7), (4, 5, 1, 0))


def box_mesh(low: np.ndarray, high: np.ndarray) -> tuple[Mesh3, np.ndarray]:
    """Boxes low..high (N,3) as pieces: the side that faces -y is skin, the rest inner; and their centroids."""
    corner = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1], [0, 1, 0], [1, 1, 0], [1, 1, 1], [0, 1, 1]])
    middle = (low + high) / 2
    vertices = (low[:, None] + corner * (high - low)[:, None] - middle[:, None]).reshape(-1, 3)
    count = len(low)
    faces = (np.array(_QUADS)[None] + 8 * np.arange(count)[:, None, None]).reshape(-1)
    kinds = np.tile([SKIN, INNER, INNER, INNER, INNER, INNER], count)
    mesh = mesh_from_faces(
        vertices, 8 * np.arange(count + 1), faces, 4 * np.arange(6 * count + 1), kinds, np.ones(count, int)
    )
    return mesh, middle


def still(centroids: np.ndarray) -> Pose:
    count = len(centroids)
    return Pose(centroids, np.tile([0.0, 0.0, 0.0, 1.0], (count, 1)), np.ones(count, bool))


def looking(width: int = 96, height: int = 64, focal: float = 90.0) -> Camera:
    """A level camera 12 m before the facade's middle, 1.7 m up."""
    return Camera(
        width=width,
        height=height,
        focal_px=focal,
        centre_px=(width / 2, height * 0.62),
        rotation=(1, 0, 0, 0, 0, -1, 0, 1, 0),
        position_m=(3.0, -12.0, 1.7),
    )


def sunshine(**change: object) -> Light:
    light = Light(
        sun_direction=(0.48, -0.6, 0.64),
        sun_rgb=(3.0, 2.9, 2.6),
        sky_rgb=(0.8, 0.9, 1.1),
        ground_rgb=(0.3, 0.3, 0.3),
        confidence=1.0,
        said="made up",
    )
    return light.model_copy(update=change)


@pytest.fixture(scope="session")
def wall() -> Callable[..., Scene]:
    """Makes a 6 m x 4 m wall of 6 x 4 boxes, 0.4 m thick; its matte is the wall's own outline, its plate noise."""

    def make(seed: int = 0, **change: object) -> Scene:
        x, z = (grid.reshape(-1) for grid in np.meshgrid(np.arange(6.0), np.arange(4.0)))
        low = np.stack([x, np.zeros(24), z], axis=1)
        mesh, centroids = box_mesh(low, low + np.array([1.0, 0.4, 1.0]))
        camera = looking()
        rng = np.random.default_rng(seed)
        coarse = rng.random((9, 13, 3))
        plate = np.kron(coarse, np.ones((8, 8, 1)))[:64, :96].astype(np.float32) * 0.4 + 0.1
        u, v = np.meshgrid(np.arange(96) + 0.5, np.arange(64) + 0.5)
        wall_x = (u - 48) / 90 * 12 + 3
        wall_z = 1.7 - (v - 64 * 0.62) / 90 * 12
        matte = ((wall_x > 0) & (wall_x < 6) & (wall_z > 0) & (wall_z < 4)).astype(np.float32)
        clean = np.full_like(plate, 0.9)
        fields: dict[str, object] = {"mesh": mesh, "rest": still(centroids), "camera": camera, "light": sunshine()}
        fields |= {"plate": plate, "clean": clean, "matte": matte, "materials": MATERIALS, "seed": seed}
        return Scene(**{**fields, **change})

    return make
