"""NumPy twins of the hard mathematics, and small scenes with known answers; what the tests hold the kernels against."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull

from secondunit.physics.motion_settle import Settled
from secondunit.physics.pieces import GROUND, MATERIALS, SKIN, Bonds, Pieces, material_index

Floats = npt.NDArray[np.float64]

CORNERS = np.array([[x, y, z] for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)], dtype=float)
BOX_FACES = ((0, 4, 6, 2), (1, 3, 7, 5), (0, 1, 5, 4), (2, 6, 7, 3), (0, 2, 3, 1), (4, 5, 7, 6))
BOX_EDGES = ((0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7))


def overlap_depth(one: Floats, other: Floats) -> float:
    """Least translation (m) that parts two convex polyhedra given by their vertices (N,3), (M,3); 0 when they do not
    overlap.

    The distance from the origin to the boundary of the Minkowski difference, whose facets Qhull finds; independent of
    any separating-axis search.
    """
    hull = ConvexHull((one[:, None, :] - other[None, :, :]).reshape(-1, 3))
    offsets = hull.equations[:, 3]
    return float(max(0.0, -float(offsets.max())))


def rotate(q: Floats, v: Floats) -> Floats:
    """Vectors (N,3) turned by one unit quaternion xyzw."""
    u, w = q[:3], q[3]
    turned = v + 2.0 * np.cross(u, np.cross(u, v) + w * v)
    return np.asarray(turned, dtype=np.float64)


def world_vertices(pieces: Pieces, index: int, position: Floats, rotation: Floats) -> Floats:
    """(N,3) vertices of one piece in a pose."""
    start, end = pieces.vertex_start[index], pieces.vertex_start[index + 1]
    turned = rotate(np.asarray(rotation, float), pieces.vertices_m[start:end])
    return np.asarray(turned + np.asarray(position, float), dtype=np.float64)


def boxes(
    centres: Floats, half_extents: Floats, material: str = "concrete", fixed: Sequence[int] = (), part: str = "boxes"
) -> Pieces:
    """Axis-aligned boxes as pieces. centres (P,3), half_extents (3,) or (P,3), metres."""
    centre = np.atleast_2d(np.asarray(centres, dtype=float))
    count = len(centre)
    half = np.broadcast_to(np.asarray(half_extents, dtype=float), centre.shape)
    kind = material_index(material)
    mass = 8.0 * half.prod(axis=1) * MATERIALS[kind].density_kgm3
    square = half**2
    inertia = np.zeros((count, 3, 3))
    for axis in range(3):
        inertia[:, axis, axis] = mass / 3.0 * (square.sum(axis=1) - square[:, axis])
    normals = np.array([[-1, 0, 0], [1, 0, 0], [0, -1, 0], [0, 1, 0], [0, 0, -1], [0, 0, 1]], dtype=float)
    offsets = np.abs(half @ normals.T)
    planes = np.concatenate([np.tile(normals, (count, 1, 1)), offsets[:, :, None]], axis=2)
    first = 8 * np.arange(count)
    held = np.zeros(count, dtype=bool)
    held[list(fixed)] = True
    return Pieces(
        centroid_m=centre,
        mass_kg=mass,
        inertia_kgm2=inertia,
        vertices_m=(CORNERS[None] * half[:, None]).reshape(-1, 3),
        vertex_start=np.arange(0, 8 * count + 1, 8, dtype=np.int32),
        planes=planes.reshape(-1, 4),
        plane_start=np.arange(0, 6 * count + 1, 6, dtype=np.int32),
        face_vertices=(np.array(BOX_FACES).ravel()[None] + first[:, None]).ravel().astype(np.int32),
        face_start=np.arange(0, 24 * count + 1, 4, dtype=np.int32),
        face_kind=np.full(6 * count, SKIN, dtype=np.int8),
        material=np.full(count, kind, dtype=np.int8),
        part=np.zeros(count, dtype=np.int32),
        part_names=(part,),
        storey=np.zeros(count, dtype=np.int16),
        fixed=held,
        edges=(np.array(BOX_EDGES)[None] + first[:, None, None]).reshape(-1, 2).astype(np.int32),
        edge_start=np.arange(0, 12 * count + 1, 12, dtype=np.int32),
    )


def glue_boxes(pieces: Pieces, strength: float = 1.0, ground: bool = True) -> Bonds:
    """Bonds wherever faces of resting boxes touch, and to the ground at z = 0; strengths are the material's times
    `strength`.
    """
    low, high = _bounds(pieces)
    found = []
    for a in range(len(pieces)):
        for axis in range(3):
            for b in np.flatnonzero(np.abs(low[:, axis] - high[a, axis]) < 1e-6):
                found += _patch(low, high, a, int(b), axis)
        if ground and abs(low[a, 2]) < 1e-6:
            found.append((a, GROUND, np.array([0.0, 0.0, -1.0]), 2, low[a] * [1, 1, 0], high[a] * [1, 1, 0]))
    return _bonds(pieces, found, strength)


Patch = tuple[int, int, Floats, int, Floats, Floats]


def _bounds(pieces: Pieces) -> tuple[Floats, Floats]:
    rest = pieces.rest_vertices_m().reshape(len(pieces), 8, 3)
    return rest.min(axis=1), rest.max(axis=1)


def _patch(low: Floats, high: Floats, a: int, b: int, axis: int) -> list[Patch]:
    """The rectangle two boxes share across an axis, if any."""
    start, end = np.maximum(low[a], low[b]), np.minimum(high[a], high[b])
    others = [k for k in range(3) if k != axis]
    if a == b or (end[others] - start[others]).min() < 1e-6:
        return []
    start[axis] = end[axis] = high[a, axis]
    return [(a, b, np.eye(3)[axis], axis, start, end)]


def _bonds(pieces: Pieces, found: list[Patch], strength: float) -> Bonds:
    size = len(found)
    a, b = np.array([f[0] for f in found], np.int32), np.array([f[1] for f in found], np.int32)
    normal = np.array([f[2] for f in found]).reshape(size, 3)
    start, end = np.array([f[4] for f in found]).reshape(size, 3), np.array([f[5] for f in found]).reshape(size, 3)
    tangent, half1, half2 = np.zeros((size, 3)), np.zeros(size), np.zeros(size)
    for row, patch in enumerate(found):
        one, two = (k for k in range(3) if k != patch[3])
        tangent[row, one] = 1.0
        half1[row], half2[row] = 0.5 * (end[row] - start[row])[[one, two]]
    table = [MATERIALS[k] for k in pieces.material[a]]
    return Bonds(
        a=a,
        b=b,
        centroid_m=0.5 * (start + end),
        normal=normal,
        tangent=tangent,
        area_m2=4.0 * half1 * half2,
        moment1_m4=4.0 / 3.0 * half1 * half2**3,
        moment2_m4=4.0 / 3.0 * half2 * half1**3,
        extent1_m=half1,
        extent2_m=half2,
        young_pa=np.array([m.young_pa for m in table]),
        tension_pa=strength * np.array([m.tension_pa for m in table]),
        shear_pa=strength * np.array([m.shear_pa for m in table]),
        compression_pa=strength * np.array([m.compression_pa for m in table]),
        slip_m=np.array([m.slip_m for m in table]),
        hinge_rad=np.array([m.hinge_rad for m in table]),
    )


def house(bays: int, deep: int, storeys: int, piece_m: float = 1.0, material: str = "brick") -> Pieces:
    """A toy building of cubes: four outer walls with door-sized gaps and a floor slab on every storey. Storeys are four
    cubes high.
    """
    size_x, size_y = 4 * bays + 1, 4 * deep + 1
    cells = []
    for z in range(5 * storeys):
        slab = z % 5 == 4
        for x in range(size_x):
            for y in range(size_y):
                edge = x in (0, size_x - 1) or y in (0, size_y - 1)
                opening = z % 5 in (1, 2) and (x % 4 == 2 or y % 4 == 2)
                if slab or (edge and not opening):
                    cells.append((x, y, z))
    return boxes((np.array(cells, dtype=float) + 0.5) * piece_m, np.full(3, 0.5 * piece_m), material)


def no_bonds() -> Bonds:
    """Nothing is glued."""
    none, vectors, index = np.zeros(0), np.zeros((0, 3)), np.zeros(0, dtype=np.int32)
    return Bonds(index, index, vectors, vectors, vectors, *(none,) * 11)


def unglued(pieces: Pieces, position_m: Floats, rotation: Floats | None = None, bonds: int = 0) -> Settled:
    """Pieces placed anywhere, at rest, with nothing carrying them and `bonds` bonds without stress."""
    count = len(pieces)
    turned = np.tile(np.array([0.0, 0.0, 0.0, 1.0]), (count, 1)) if rotation is None else np.asarray(rotation, float)
    return Settled(
        position_m=np.asarray(position_m, dtype=float),
        rotation=turned,
        force_n=np.zeros((bonds, 3)),
        moment_nm=np.zeros((bonds, 3)),
        use=np.zeros(bonds),
        strength=np.ones(bonds),
        displacement_m=np.zeros((count, 3)),
        sag_m=0.0,
        supported=np.zeros(count, dtype=bool),
        redistributed=0,
    )
