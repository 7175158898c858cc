"""One convex polyhedron while it is being cut, and the packing of many into `Pieces` with exact mass and inertia."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from secondunit.physics.pieces import FRACTURE, MATERIALS, Floats, Ints, Pieces, tessellate

ON_PLANE_M = 1e-9
"""Vertices this near a cutting plane count as lying on it: far below any joint, far above rounding at building size."""


@dataclass(frozen=True)
class Solid:
    """A convex polyhedron in the world, metres: faces are vertex loops, counter-clockwise seen from outside."""

    vertices: Floats
    faces: tuple[tuple[int, ...], ...]
    kinds: tuple[int, ...]

    def planes(self) -> Floats:
        """(F,4) outward unit normals and offsets, Newell's normal of each loop."""
        return planes_of([self])[0]


@dataclass(frozen=True)
class Chunk:
    """A solid with what it is made of and where it belongs."""

    solid: Solid
    material: int
    part: str
    storey: int
    fixed: bool


def _loops(solids: Sequence[Solid]) -> tuple[Floats, Ints, Ints, Ints]:
    """All solids in one: vertices (V,3), face_vertices (L,) into them, face_start (F+1,), plane_start (P+1,)."""
    vertex_start = _starts([len(s.vertices) for s in solids])
    flat = [v + int(base) for s, base in zip(solids, vertex_start[:-1], strict=True) for face in s.faces for v in face]
    face_start = _starts([len(face) for s in solids for face in s.faces])
    plane_start = _starts([len(s.faces) for s in solids])
    return np.concatenate([s.vertices for s in solids]), np.array(flat, dtype=np.int32), face_start, plane_start


def _newell(points: Floats, face_vertices: Ints, face_start: Ints) -> Floats:
    """(F,4) outward unit normals and offsets of all faces at once."""
    corners = np.diff(face_start)
    centre = np.add.reduceat(points[face_vertices], face_start[:-1], axis=0) / corners[:, None]
    after = np.arange(1, len(face_vertices) + 1)
    after[face_start[1:] - 1] = face_start[:-1]
    spokes = points[face_vertices] - np.repeat(centre, corners, axis=0)
    normal = np.add.reduceat(np.cross(spokes, spokes[after]), face_start[:-1], axis=0)
    normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-300)[:, None]
    return np.concatenate([normal, np.einsum("fk,fk->f", normal, centre)[:, None]], axis=1)


def planes_of(solids: Sequence[Solid]) -> list[Floats]:
    """The face planes (F,4) of each solid: outward unit normal and offset."""
    points, face_vertices, face_start, plane_start = _loops(solids)
    planes = _newell(points, face_vertices, face_start)
    return [planes[a:b] for a, b in itertools.pairwise(plane_start)]


def prism(bottom: Floats, lift: Floats, kinds: Sequence[int]) -> Solid:
    """Sweep a convex loop (n,3) along `lift` (3,). kinds: bottom face, top face, then one for each edge of the loop."""
    count = len(bottom)
    if _turn(bottom, lift) > 0:  # the loop must look away from the sweep
        bottom = bottom[::-1]
        # edge i of the reversed loop runs between the old vertices n-1-i and n-2-i: the old edge n-2-i
        kinds = [kinds[0], kinds[1], *(kinds[2 + (count - 2 - i) % count] for i in range(count))]
    vertices = np.concatenate([bottom, bottom + lift])
    sides = [(i, (i + 1) % count, count + (i + 1) % count, count + i) for i in range(count)]
    faces = (tuple(reversed(range(count))), tuple(range(count, 2 * count)), *sides)
    return Solid(vertices, faces, tuple(kinds))


def _turn(loop: Floats, axis: Floats) -> float:
    """Twice the loop's area, positive when it runs clockwise seen against the axis."""
    a, b, c = (float(x) for x in axis)
    total = 0.0
    x0, y0, z0 = (float(x) for x in loop[0])
    rest = [(float(x) - x0, float(y) - y0, float(z) - z0) for x, y, z in loop[1:]]
    for (x1, y1, z1), (x2, y2, z2) in itertools.pairwise(rest):
        total += a * (y1 * z2 - z1 * y2) + b * (z1 * x2 - x1 * z2) + c * (x1 * y2 - y1 * x2)
    return -total


def hull(points: Floats, kind: int) -> Solid:
    """Convex hull of points (N,3) with merged coplanar faces, every face of the same kind."""
    from scipy.spatial import ConvexHull

    shell = ConvexHull(points)
    used = shell.vertices
    place = {int(v): i for i, v in enumerate(used)}
    corners = points[used]
    unique: list[Floats] = []
    for row in shell.equations:
        if not any(np.allclose(row, other, atol=1e-7) for other in unique):
            unique.append(row)
    faces = []
    for row in unique:
        members = [place[int(v)] for v in used if abs(points[v] @ row[:3] + row[3]) < 1e-7]
        faces.append(_ordered(corners, members, row[:3]))
    return Solid(corners, tuple(faces), (kind,) * len(faces))


def _ordered(vertices: Floats, members: Sequence[int], normal: Floats) -> tuple[int, ...]:
    """Members as a loop counter-clockwise about the outward normal."""
    points = vertices[list(members)]
    centre = points.mean(axis=0)
    spokes = points - centre
    along = spokes[int(np.argmax((spokes**2).sum(axis=1)))]
    across = np.cross(normal, along)
    angles = np.arctan2(spokes @ across, spokes @ along * float(np.linalg.norm(normal)))
    return tuple(members[i] for i in np.argsort(angles, kind="stable"))


def clip(solid: Solid, normal: Floats, offset: float, kind: int = FRACTURE) -> Solid | None:
    """The part of a solid with normal . x <= offset; None when nothing solid is left. The new face gets `kind`."""
    height = solid.vertices @ normal - offset
    height = np.where(np.abs(height) <= ON_PLANE_M, 0.0, height)
    if not (height > 0).any():
        return solid
    if not (height < 0).any():
        return None
    points = [*solid.vertices]
    crossing: dict[tuple[int, int], int] = {}
    faces: list[tuple[int, ...]] = []
    kinds: list[int] = []
    for face, face_kind in zip(solid.faces, solid.kinds, strict=True):
        loop = _clip_loop(face, height, points, crossing)
        if len(loop) >= 3:
            faces.append(tuple(loop))
            kinds.append(face_kind)
    rim = sorted({*crossing.values(), *(i for i in range(len(height)) if height[i] == 0)})
    rim = [i for i in rim if any(i in face for face in faces)]
    if len(rim) >= 3:
        faces.append(_ordered(np.array(points), rim, normal))
        kinds.append(kind)
    return _compact(points, faces, kinds)


def _clip_loop(
    face: Sequence[int], height: Floats, points: list[Floats], crossing: dict[tuple[int, int], int]
) -> list[int]:
    loop: list[int] = []
    for i, a in enumerate(face):
        b = face[(i + 1) % len(face)]
        if height[a] <= 0:
            loop.append(a)
        if height[a] * height[b] < 0:
            key = (min(a, b), max(a, b))
            if key not in crossing:
                low, high = key
                share = height[low] / (height[low] - height[high])
                points.append(points[low] + share * (points[high] - points[low]))
                crossing[key] = len(points) - 1
            loop.append(crossing[key])
    return loop if any(i >= len(height) or height[i] < 0 for i in face if i < len(height)) else []


def _compact(points: list[Floats], faces: list[tuple[int, ...]], kinds: list[int]) -> Solid | None:
    """Drop unused vertices, weld those closer than a micrometre, drop faces that collapsed."""
    used = sorted({i for face in faces for i in face})
    place: dict[int, int] = {}
    kept: list[Floats] = []
    for i in used:
        near = next((j for j, p in enumerate(kept) if float(np.abs(p - points[i]).max()) < 1e-6), None)
        if near is None:
            kept.append(points[i])
            near = len(kept) - 1
        place[i] = near
    new_faces: list[tuple[int, ...]] = []
    new_kinds: list[int] = []
    for face, kind in zip(faces, kinds, strict=True):
        loop = [place[i] for i in face]
        loop = [v for i, v in enumerate(loop) if v != loop[i - 1]]
        if len(set(loop)) >= 3:
            new_faces.append(tuple(loop))
            new_kinds.append(kind)
    if len(new_faces) < 4:
        return None
    return Solid(np.array(kept), tuple(new_faces), tuple(new_kinds))


def volume_m3(solid: Solid) -> float:
    """Volume of one solid."""
    return float(volumes_m3([solid])[0])


def volumes_m3(solids: Sequence[Solid]) -> Floats:
    """(P,) volumes, by signed tetrahedra about each solid's first vertex."""
    if not solids:
        return np.zeros(0)
    points, face_vertices, face_start, plane_start = _loops(solids)
    counts = np.diff(face_start)
    owner = np.repeat(np.arange(len(solids)), np.diff(plane_start))
    base = np.stack([s.vertices[0] for s in solids])[np.repeat(owner, counts)]
    corner = points[face_vertices] - base
    after = np.arange(1, len(face_vertices) + 1)
    after[face_start[1:] - 1] = face_start[:-1]
    # a face's fan of tetrahedra: its first corner with the sum of the cross products round its edge
    swept = np.add.reduceat(np.cross(corner, corner[after]), face_start[:-1], axis=0)
    share = np.einsum("fk,fk->f", corner[face_start[:-1]], swept) / 6.0
    return np.asarray(np.bincount(owner, share, len(solids)), dtype=np.float64)


def pack(chunks: Sequence[Chunk], order: Sequence[str] = ()) -> Pieces:
    """Pieces from chunks. Mass and inertia are exact for a uniform solid. `order` fixes the numbering of parts."""
    names = list(dict.fromkeys([*order, *(chunk.part for chunk in chunks)]))
    number = {name: i for i, name in enumerate(names)}
    solids = [chunk.solid for chunk in chunks]
    world, face_vertices, face_start, plane_start = _loops(solids)
    vertex_start = _starts([len(s.vertices) for s in solids])
    edges = [_edges(solid) + base for solid, base in zip(solids, vertex_start[:-1], strict=True)]
    loose = Pieces(
        centroid_m=np.zeros((len(chunks), 3)),
        mass_kg=np.ones(len(chunks)),
        inertia_kgm2=np.zeros((len(chunks), 3, 3)),
        vertices_m=world,
        vertex_start=vertex_start,
        planes=_newell(world, face_vertices, face_start),
        plane_start=plane_start,
        face_vertices=face_vertices,
        face_start=face_start,
        face_kind=np.array([k for c in chunks for k in c.solid.kinds], dtype=np.int8),
        material=np.array([c.material for c in chunks], dtype=np.int8),
        part=np.array([number[c.part] for c in chunks], dtype=np.int32),
        part_names=tuple(names),
        storey=np.array([c.storey for c in chunks], dtype=np.int16),
        fixed=np.array([c.fixed for c in chunks], dtype=np.bool_),
        edges=np.concatenate(edges).astype(np.int32),
        edge_start=_starts([len(e) for e in edges]),
    )
    return _weighed(loose)


def _starts(counts: Sequence[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def _edges(solid: Solid) -> Ints:
    pairs = {(min(a, b), max(a, b)) for face in solid.faces for a, b in zip(face, (*face[1:], face[0]), strict=True)}
    return np.array(sorted(pairs), dtype=np.int32)


def _weighed(pieces: Pieces) -> Pieces:
    """Move each piece's frame to its centroid and fill in mass and inertia (signed tetrahedra, closed form)."""
    from dataclasses import replace

    base = pieces.vertices_m[pieces.vertex_start[:-1]]
    volume, centre, second = _moments(pieces, base)
    centroid = base + centre
    density = np.array([m.density_kgm3 for m in MATERIALS])[pieces.material]
    mass = density * volume
    about = second - volume[:, None, None] * centre[:, :, None] * centre[:, None, :]
    trace = np.trace(about, axis1=1, axis2=2)
    inertia = density[:, None, None] * (trace[:, None, None] * np.eye(3) - about)
    shift = centroid[pieces.vertex_piece]
    planes = pieces.planes.copy()
    planes[:, 3] -= (planes[:, :3] * centroid[pieces.face_piece]).sum(axis=1)
    return replace(
        pieces,
        centroid_m=centroid,
        mass_kg=mass,
        inertia_kgm2=inertia,
        vertices_m=pieces.vertices_m - shift,
        planes=planes,
    )


def _moments(pieces: Pieces, base: Floats) -> tuple[Floats, Floats, Floats]:
    """Volume (P,), centroid (P,3) and the second moment integral of x x^T (P,3,3), all relative to `base` (P,3)."""
    triangles, owner, _ = tessellate(pieces)
    corners = pieces.vertices_m[triangles] - base[owner][:, None, :]
    six = np.einsum("ti,ti->t", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))
    total = corners.sum(axis=1)
    count = len(pieces)
    volume = np.bincount(owner, six, count) / 6.0
    first = np.stack([np.bincount(owner, six * total[:, k], count) for k in range(3)], axis=1) / 24.0
    outer = np.einsum("tci,tcj->tij", corners, corners) + total[:, :, None] * total[:, None, :]
    weighted = (six[:, None, None] * outer).reshape(-1, 9)
    second = np.stack([np.bincount(owner, weighted[:, k], count) for k in range(9)], axis=1).reshape(-1, 3, 3)
    return volume, first / volume[:, None], second / 120.0
