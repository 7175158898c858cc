"""Convex pieces, the bonds that glue them, and what they are made of.

Frame: the building's world frame, right-handed, m, Z up (ground z = 0, +X along the facade, +Y into the building).
SI units. A piece's rest pose is the identity rotation at its centroid; geometry is stored relative to that centroid.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

SKIN = 0
"""Face kind: a surface of the intact building that faces the open air."""
INNER = 1
"""Face kind: a surface of the intact building that faces its inside, or that touches another panel."""
FRACTURE = 2
"""Face kind: a surface that exists only since the material broke."""

GROUND = -1
"""`Bonds.b` of a bond to the ground."""


@dataclass(frozen=True)
class Material:
    """What a piece is made of; strengths are those of a reinforced or jointed section, not of a flawless sample.

    Units: kg/m3, Pa, m, rad. `dust_fraction` is the share of dissipated crushing work's mass that becomes airborne
    dust. `slip_m`, `hinge_rad`: how far a joint slides or opens and how steeply it turns at its strength before it
    parts; 0 breaks at once. `tied`: bars, nails or rafters run through every joint; where none do (masonry) only the
    toothed stones of one lump yield, and the joints between lumps are brittle.
    """

    name: str
    density_kgm3: float
    young_pa: float
    tension_pa: float
    shear_pa: float
    compression_pa: float
    piece_size_m: float
    dust_fraction: float
    friction: float
    restitution: float
    slip_m: float = 0.0
    hinge_rad: float = 0.0
    tied: bool = False


MATERIALS: tuple[Material, ...] = (
    Material("brick", 1800.0, 5.0e9, 0.45e6, 0.6e6, 10.0e6, 1.3, 0.020, 0.70, 0.05, 0.006, 0.02),
    Material("stone", 2300.0, 10.0e9, 0.7e6, 1.0e6, 25.0e6, 1.3, 0.010, 0.70, 0.08, 0.006, 0.02),
    Material("concrete", 2400.0, 20.0e9, 5.0e6, 4.0e6, 30.0e6, 2.0, 0.010, 0.65, 0.08, 0.03, 0.06, tied=True),
    Material("timber", 550.0, 8.0e9, 18.0e6, 4.0e6, 20.0e6, 3.0, 0.001, 0.50, 0.15, 0.06, 0.25, tied=True),
    Material("slate", 900.0, 7.0e9, 5.0e6, 3.0e6, 15.0e6, 1.3, 0.008, 0.60, 0.10, 0.03, 0.12, tied=True),
    Material("glass", 2500.0, 10.0e9, 6.0e6, 6.0e6, 60.0e6, 0.6, 0.001, 0.45, 0.10),
    Material("plaster", 1000.0, 2.0e9, 0.4e6, 0.5e6, 4.0e6, 0.9, 0.040, 0.65, 0.02),
    Material("steel", 7850.0, 60.0e9, 200.0e6, 120.0e6, 250.0e6, 3.0, 0.0, 0.45, 0.20, 0.10, 0.40, tied=True),
)
"""Every material, in the order that `Pieces.material` indexes. Moduli are stiff enough that a five-storey building sags
millimetres and soft enough that metre-sized pieces integrate explicitly at a quarter of a millisecond. "slate" is the
whole roof: boards, rafters and slates. Concrete's strengths are those of an ordinary reinforced section in bending."""


def material_index(name: str) -> int:
    """Index of a material in `MATERIALS`; KeyError names the known ones."""
    for index, material in enumerate(MATERIALS):
        if material.name == name:
            return index
    known = ", ".join(material.name for material in MATERIALS)
    raise KeyError(f"material {name!r} is unknown; use one of: {known}")


def turned(rotation: npt.NDArray[Any], arm: Floats) -> Floats:
    """(N,3) vectors turned by (N,4) quaternions xyzw."""
    axis, angle = rotation[:, :3].astype(float), rotation[:, 3:].astype(float)
    cross = np.cross(axis, arm)
    return np.asarray(arm + 2.0 * (angle * cross + np.cross(axis, cross)))


@dataclass(frozen=True)
class Pieces:
    """P convex polyhedra in CSR arrays.

    centroid_m (P,3) world, rest · mass_kg (P,) · inertia_kgm2 (P,3,3) about the centroid in world axes at rest
    vertices_m (V,3) relative to the piece's centroid, vertex_start (P+1,)
    planes (F,4) outward unit normal n and offset d (inside: n.x <= d), relative to the centroid, one row a face,
    plane_start (P+1,)
    face_vertices (L,) into vertices_m, counter-clockwise seen from outside, face_start (F+1,)
    face_kind (F,) SKIN | INNER | FRACTURE · material (P,) into MATERIALS · part (P,) into part_names
    storey (P,) · fixed (P,) foundation that never moves · edges (E,2) into vertices_m, edge_start (P+1,)
    """

    centroid_m: Floats
    mass_kg: Floats
    inertia_kgm2: Floats
    vertices_m: Floats
    vertex_start: Ints
    planes: Floats
    plane_start: Ints
    face_vertices: Ints
    face_start: Ints
    face_kind: npt.NDArray[np.int8]
    material: npt.NDArray[np.int8]
    part: Ints
    part_names: tuple[str, ...]
    storey: npt.NDArray[np.int16]
    fixed: npt.NDArray[np.bool_]
    edges: Ints
    edge_start: Ints

    def __len__(self) -> int:
        return len(self.mass_kg)

    @property
    def face_piece(self) -> Ints:
        """(F,) the piece each face belongs to."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.plane_start))

    @property
    def vertex_piece(self) -> Ints:
        """(V,) the piece each vertex belongs to."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.vertex_start))

    def rest_vertices_m(self) -> Floats:
        """(V,3) vertices in the world at rest."""
        return self.vertices_m + self.centroid_m[self.vertex_piece]

    def face(self, index: int) -> Ints:
        """Vertex indices of one face, counter-clockwise seen from outside."""
        return self.face_vertices[self.face_start[index] : self.face_start[index + 1]]


@dataclass(frozen=True)
class Bonds:
    """B glued contacts between two pieces, or (b == GROUND) between a piece and the ground.

    centroid_m (B,3) world, rest · normal (B,3) unit, from a to b · tangent (B,3) unit, first principal in-plane axis
    (along which the patch is longest) · area_m2 (B,) · moment1_m4, moment2_m4 (B,) second moments of area about tangent
    and about normal x tangent · extent1_m, extent2_m (B,) half extents along tangent and along normal x tangent
    young_pa, tension_pa, shear_pa, compression_pa (B,) already scattered; shear_pa is the cohesion of Mohr-Coulomb
    (friction 0.7). slip_m, hinge_rad (B,): what the joint yields at its strength before it parts.
    """

    a: Ints
    b: Ints
    centroid_m: Floats
    normal: Floats
    tangent: Floats
    area_m2: Floats
    moment1_m4: Floats
    moment2_m4: Floats
    extent1_m: Floats
    extent2_m: Floats
    young_pa: Floats
    tension_pa: Floats
    shear_pa: Floats
    compression_pa: Floats
    slip_m: Floats
    hinge_rad: Floats

    def __len__(self) -> int:
        return len(self.area_m2)


def tessellate(pieces: Pieces) -> tuple[Ints, Ints, Ints]:
    """Triangles of every piece: (T,3) indices into vertices_m, (T,) piece, (T,) face. Each convex face is a fan."""
    corners = np.diff(pieces.face_start)
    fans = corners - 2
    tri_face = np.repeat(np.arange(len(corners), dtype=np.int32), fans)
    first_triangle = np.concatenate([[0], np.cumsum(fans)])[:-1]
    step = np.arange(len(tri_face), dtype=np.int32) - first_triangle[tri_face]
    start = pieces.face_start[:-1][tri_face]
    corner = np.stack([start, start + step + 1, start + step + 2], axis=1)
    triangles = pieces.face_vertices[corner].astype(np.int32)
    return triangles, pieces.face_piece[tri_face], tri_face
