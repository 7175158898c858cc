"""The small debris of a shot, as further pieces of the picture: each a lump of one of a few shapes."""

import numpy as np
from numpy.typing import NDArray

from secondunit.media import usd
from secondunit.physics.debris import Debris
from secondunit.physics.pieces import FRACTURE
from secondunit.render.scene import Mesh3, Pose

SHAPES = 7
CORNERS = 9
COAT = 0.35
"""Dust on a fragment: between a fresh break and what has lain in the cloud."""


def lumps(debris: Debris, states: list[int], seed: int) -> usd.Lumps:
    """The fragments as USD's instances, at these states of the simulation."""
    corners, triangles = _shapes(seed)
    return usd.Lumps(
        0.5 * corners,
        triangles,
        np.arange(len(debris.size_m)) % SHAPES,
        debris.size_m,
        debris.position_m[states],
        debris.rotation[states],
        debris.alive()[states],
    )


def joined(mesh: Mesh3, pieces: int, debris: Debris, seed: int) -> Mesh3:
    """The pieces' mesh with a lump for every fragment, numbered from `pieces` on, in its parent's material."""
    corners, triangles = _shapes(seed)
    count = len(debris.size_m)
    shape = np.arange(count) % SHAPES
    material = np.zeros(pieces, np.int32)
    material[mesh.tri_piece] = mesh.tri_material
    tri_count = np.array([len(each) for each in triangles])[shape]
    owner = np.repeat(np.arange(count, dtype=np.int32), tri_count)
    faces = [triangles[s] + n * CORNERS for n, s in enumerate(shape)]
    vertices = (0.5 * debris.size_m[:, None, None] * corners[shape]).reshape(-1, 3)
    own = np.concatenate([np.zeros((0, 3), np.int32), *faces]) + len(mesh.vertices_m)
    return Mesh3(
        vertices_m=np.concatenate([mesh.vertices_m, vertices]).astype(np.float32),
        vertex_piece=np.concatenate(
            [mesh.vertex_piece, pieces + np.repeat(np.arange(count, dtype=np.int32), CORNERS)]
        ).astype(np.int32),
        triangles=np.concatenate([mesh.triangles, own]).astype(np.int32),
        tri_kind=np.concatenate([mesh.tri_kind, np.full(len(owner), FRACTURE, np.int32)]),
        tri_material=np.concatenate([mesh.tri_material, material[debris.piece[owner]]]).astype(np.int32),
    )


def _shapes(seed: int) -> tuple[NDArray[np.float64], list[NDArray[np.int32]]]:
    """(SHAPES,CORNERS,3) corners of lumps of unit radius, and each one's triangles (T,3), outward."""
    from scipy.spatial import ConvexHull

    rng = np.random.default_rng((seed, 99))
    corners: list[NDArray[np.float64]] = []
    triangles: list[NDArray[np.int32]] = []
    while len(corners) < SHAPES:
        points = rng.normal(size=(CORNERS, 3))
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        points *= rng.uniform(0.55, 1.0, 3)
        points -= points.mean(axis=0)
        hull = ConvexHull(points)
        if len(hull.vertices) < CORNERS:
            continue
        faces = hull.simplices.copy()
        normals = np.cross(points[faces[:, 1]] - points[faces[:, 0]], points[faces[:, 2]] - points[faces[:, 0]])
        inward = (normals * hull.equations[:, :3]).sum(axis=1) < 0.0
        faces[inward] = faces[inward][:, ::-1]
        corners.append(points)
        triangles.append(faces.astype(np.int32))
    return np.array(corners), triangles


def rest(pose: Pose, debris: Debris) -> Pose:
    """The building's rest pose with every fragment where it will be born, not there yet."""
    count = len(debris.size_m)
    return Pose(
        np.concatenate([pose.position_m, debris.position_m[0]]),
        np.concatenate([pose.rotation, debris.rotation[0]]),
        np.concatenate([pose.alive, np.zeros(count, bool)]),
    )
