"""Bonds between pieces, from geometry alone: wherever two faces look at each other across at most two centimetres.

Frame: world at rest, metres, SI. Nothing here knows walls or slabs: what touches, holds.
"""

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from secondunit.physics.bonds_patch import clip_polygons, moments, principal
from secondunit.physics.fracture_overlap import neighbour_pairs
from secondunit.physics.pieces import GROUND, MATERIALS, Bonds, Floats, Ints, Pieces

GAP_M = 0.02
"""Faces up to this far apart are glued: mortar, putty, a drawing's inaccuracy."""
OPPOSING = 0.9995
"""Normals must oppose each other at least this well (cosine; 1.8 degrees)."""
SMALLEST_M2 = 2e-4
"""A patch below 2 cm2 holds nothing."""
REACH_M = 0.5
"""A loose piece is tied to a neighbour within this distance, and reported."""
IN_CLUSTER, IN_PART, BETWEEN_PARTS = 2.5, 1.0, 0.8
"""Strength factors: pieces that fall in one lump, pieces of one wall, the joint of two walls."""
SCATTER = (0.7, 1.3)
CLUSTER_PIECES = 5.0


@dataclass(frozen=True)
class BondReport:
    """How well the building hangs together: ties are pieces that touched nothing and were bonded to what is nearest."""

    bonds: int
    ground: int
    ties: tuple[str, ...]
    loose: tuple[str, ...]

    def said(self) -> str:
        """One line for the user."""
        line = f"held by {self.bonds} joints, {self.ground} of them to the ground"
        if self.ties:
            line += f"; tied to the nearest support: {_tally(self.ties)}"
        if self.loose:
            line += f"; loose, nothing within {REACH_M} m: {_tally(self.loose)}"
        return line


def _tally(names: tuple[str, ...]) -> str:
    counts = {name: names.count(name) for name in sorted(set(names))}
    return ", ".join(f"{name} ({count})" if count > 1 else name for name, count in counts.items())


@dataclass(frozen=True)
class Patches:
    """N shared patches before they have strength: a, b (N,), centroid (N,3), normal from a to b, tangent, area, second
    moments of position along tangent and across it, half extents along and across."""

    a: Ints
    b: Ints
    centroid: Floats
    normal: Floats
    tangent: Floats
    area: Floats
    along: Floats
    across: Floats
    half_along: Floats
    half_across: Floats


def bonds(pieces: Pieces, seed: int = 0) -> tuple[Bonds, BondReport]:
    """Every bond of an assembly, and what had to be tied. Deterministic: same pieces and seed, same bytes.

    Pieces that nothing holds are tied to the nearest held piece within REACH_M by a bond as large as a quarter of their
    largest face; farther ones are left alone and named in the report (`loose`).
    """
    patches = _join(_touching(pieces), _grounded(pieces))
    patches, ties, loose = _tied(pieces, patches)
    strength = _strength(pieces, patches, seed)
    glued = _glued(patches, strength)
    names = pieces.part_names
    report = BondReport(
        len(glued),
        int((patches.b == GROUND).sum()),
        tuple(names[pieces.part[p]] for p in ties),
        tuple(names[pieces.part[p]] for p in loose),
    )
    return glued, report


def _touching(pieces: Pieces) -> Patches:
    face_a, face_b = _facing(pieces)
    owner = pieces.face_piece
    normal = pieces.planes[face_a, :3]
    axis_u, axis_v = _frame(normal)
    world = pieces.rest_vertices_m()
    origin = world[pieces.face_vertices[pieces.face_start[face_a]]]
    subject, subject_count = _flat(pieces, world, face_a, origin, axis_u, axis_v)
    other, other_count = _flat(pieces, world, face_b, origin, axis_u, axis_v, backwards=True)
    shape, count = clip_polygons(subject, subject_count, other, other_count)
    patches = _patches(owner[face_a], owner[face_b], shape, count, origin, normal, axis_u, axis_v)
    return _chosen(patches, patches.area > SMALLEST_M2)


def _facing(pieces: Pieces) -> tuple[Ints, Ints]:
    """Face pairs of neighbouring pieces that oppose each other within the gap and whose boxes meet."""
    world = pieces.rest_vertices_m()
    low = np.minimum.reduceat(world, pieces.vertex_start[:-1], axis=0)
    high = np.maximum.reduceat(world, pieces.vertex_start[:-1], axis=0)
    pairs = neighbour_pairs(low, high, GAP_M)
    pairs = pairs[~(pieces.fixed[pairs[:, 0]] & pieces.fixed[pairs[:, 1]])]
    faces = np.diff(pieces.plane_start)
    combos = faces[pairs[:, 0]].astype(np.int64) * faces[pairs[:, 1]]
    pair = np.repeat(np.arange(len(pairs)), combos)
    rank = np.arange(len(pair)) - np.repeat(np.cumsum(combos) - combos, combos)
    i, j = pairs[pair].T
    face_a = pieces.plane_start[i] + rank // faces[j]
    face_b = pieces.plane_start[j] + rank % faces[j]
    normal = pieces.planes[:, :3]
    opposed = np.einsum("nk,nk->n", normal[face_a], normal[face_b]) < -OPPOSING
    face_a, face_b = face_a[opposed], face_b[opposed]
    loop_world = world[pieces.face_vertices]
    lowest = np.minimum.reduceat(loop_world, pieces.face_start[:-1], axis=0)
    highest = np.maximum.reduceat(loop_world, pieces.face_start[:-1], axis=0)
    centre = np.add.reduceat(loop_world, pieces.face_start[:-1], axis=0) / np.diff(pieces.face_start)[:, None]
    gap = np.einsum("nk,nk->n", centre[face_b] - centre[face_a], normal[face_a])
    near = np.abs(gap) <= GAP_M
    near &= np.all((lowest[face_a] <= highest[face_b] + GAP_M) & (lowest[face_b] <= highest[face_a] + GAP_M), axis=1)
    return face_a[near].astype(np.int32), face_b[near].astype(np.int32)


def _frame(normal: Floats) -> tuple[Floats, Floats]:
    """Two unit vectors (N,3) that make a right-handed frame with each normal."""
    helper = np.where(np.abs(normal[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    axis_u = np.cross(helper, normal)
    axis_u /= np.linalg.norm(axis_u, axis=1)[:, None]
    return axis_u, np.cross(normal, axis_u)


def _flat(
    pieces: Pieces, world: Floats, faces: Ints, origin: Floats, axis_u: Floats, axis_v: Floats, backwards: bool = False
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Faces as padded polygons in each pair's own plane, counter-clockwise there."""
    count = np.diff(pieces.face_start)[faces].astype(np.int64)
    column = np.arange(int(count.max(initial=1)))
    step = np.minimum(column, count[:, None] - 1)
    if backwards:
        step = count[:, None] - 1 - step
    corner = pieces.face_vertices[pieces.face_start[faces][:, None] + step]
    local = world[corner] - origin[:, None]
    flat = np.stack([np.einsum("nkc,nc->nk", local, axis_u), np.einsum("nkc,nc->nk", local, axis_v)], axis=2)
    return flat, count


def _patches(
    a: Ints,
    b: Ints,
    shape: Floats,
    count: npt.NDArray[np.int64],
    origin: Floats,
    normal: Floats,
    axis_u: Floats,
    axis_v: Floats,
) -> Patches:
    area, centre, second = moments(shape, count)
    longest = principal(second)
    sideways = np.stack([-longest[:, 1], longest[:, 0]], axis=1)
    real = np.arange(shape.shape[1]) < count[:, None]
    reach = np.where(real[:, :, None], shape - centre[:, None], 0.0)
    half = [np.abs(np.einsum("nkc,nc->nk", reach, axis)).max(axis=1, initial=0.0) for axis in (longest, sideways)]
    spread = [np.einsum("ni,nij,nj->n", axis, second, axis) for axis in (longest, sideways)]
    return Patches(
        a.astype(np.int32),
        b.astype(np.int32),
        origin + centre[:, :1] * axis_u + centre[:, 1:] * axis_v,
        normal,
        longest[:, :1] * axis_u + longest[:, 1:] * axis_v,
        area,
        np.maximum(spread[0], 0.0),
        np.maximum(spread[1], 0.0),
        half[0],
        half[1],
    )


def _grounded(pieces: Pieces) -> Patches:
    """Patches of faces that look down and lie within the gap of the ground, z = 0."""
    world = pieces.rest_vertices_m()
    highest = np.maximum.reduceat(world[pieces.face_vertices][:, 2], pieces.face_start[:-1])
    normal = pieces.planes[:, :3]
    faces = np.flatnonzero((normal[:, 2] < -OPPOSING) & (np.abs(highest) <= GAP_M)).astype(np.int32)
    axis_u, axis_v = _frame(normal[faces])
    origin = world[pieces.face_vertices[pieces.face_start[faces]]]
    shape, count = _flat(pieces, world, faces, origin, axis_u, axis_v)
    ground = np.full(len(faces), GROUND, dtype=np.int32)
    patches = _patches(pieces.face_piece[faces], ground, shape, count, origin, normal[faces], axis_u, axis_v)
    return _chosen(patches, (patches.area > SMALLEST_M2) & ~pieces.fixed[patches.a])


def _chosen(patches: Patches, keep: npt.NDArray[np.bool_]) -> Patches:
    return Patches(**{name: values[keep] for name, values in vars(patches).items()})


def _join(first: Patches, second: Patches) -> Patches:
    return Patches(**{name: np.concatenate([values, getattr(second, name)]) for name, values in vars(first).items()})


def held(pieces: Pieces, a: Ints, b: Ints) -> npt.NDArray[np.bool_]:
    """(P,) whether bonds a-b connect each piece to the ground or to a fixed piece."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(pieces)
    fixed = np.flatnonzero(pieces.fixed)
    rows = np.concatenate([a, fixed])
    columns = np.concatenate([np.where(b == GROUND, count, b), np.full(len(fixed), count)])
    graph = coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(count + 1, count + 1))
    label = connected_components(graph, directed=False)[1]
    answer: npt.NDArray[np.bool_] = label[:count] == label[count]
    return answer


def _tied(pieces: Pieces, patches: Patches) -> tuple[Patches, list[int], list[int]]:
    """Tie pieces that nothing holds to the nearest held vertex, group by group, until no group is in reach."""
    from scipy.spatial import cKDTree

    world, owner = pieces.rest_vertices_m(), pieces.vertex_piece
    ties: list[int] = []
    while True:
        standing = held(pieces, patches.a, patches.b)
        if standing.all() or not standing.any():
            break
        inside, outside = np.flatnonzero(standing[owner]), np.flatnonzero(~standing[owner])
        distance, nearest = cKDTree(world[inside]).query(world[outside])
        best = int(np.argmin(distance))
        if distance[best] > REACH_M:
            break
        loose, support = int(outside[best]), int(inside[nearest[best]])
        ties.append(int(owner[loose]))
        patches = _join(patches, _tie(pieces, owner[loose], owner[support], world[loose], world[support]))
    standing = held(pieces, patches.a, patches.b)
    return patches, ties, [int(p) for p in np.flatnonzero(~standing)]


def _tie(pieces: Pieces, a: int, b: int, from_m: Floats, to_m: Floats) -> Patches:
    """One square patch between two points, as large as a quarter of the loose piece's size squared."""
    volume = pieces.mass_kg[a] / MATERIALS[pieces.material[a]].density_kgm3
    area = np.array([0.25 * volume ** (2.0 / 3.0)])
    towards = (to_m - from_m) if np.linalg.norm(to_m - from_m) > 1e-6 else pieces.centroid_m[b] - pieces.centroid_m[a]
    normal = (towards / np.linalg.norm(towards))[None]
    half = np.sqrt(area) / 2
    return Patches(
        np.array([a], dtype=np.int32),
        np.array([b], dtype=np.int32),
        ((from_m + to_m) / 2)[None],
        normal,
        _frame(normal)[0],
        area,
        area**2 / 12,
        area**2 / 12,
        half,
        half,
    )


def clusters(pieces: Pieces, a: Ints, b: Ints, seed: int) -> Ints:
    """(P,) lumps of about CLUSTER_PIECES neighbours of one part: a piece joins the nearest of a random few, by hops."""
    count = len(pieces)
    rng = np.random.default_rng([seed, zlib.crc32(b"clusters")])
    label = np.where(rng.random(count) < 1.0 / CLUSTER_PIECES, np.arange(count), -1)
    same = (b != GROUND) & (pieces.part[a] == pieces.part[np.where(b == GROUND, a, b)])
    ends = np.concatenate([np.stack([a[same], b[same]]), np.stack([b[same], a[same]])], axis=1)
    ends = ends[:, np.lexsort((ends[0], ends[1]))]
    for _ in range(4):
        open_ends = (label[ends[0]] >= 0) & (label[ends[1]] < 0)
        # assigned from last to first, so the lowest neighbour wins whatever numpy does with repeated indices
        label[ends[1, open_ends][::-1]] = label[ends[0, open_ends][::-1]]
    return np.where(label < 0, np.arange(count), label).astype(np.int32)


def _strength(pieces: Pieces, patches: Patches, seed: int) -> Floats:
    """(B,6) young, tension, shear, compression, slip and hinge of each bond: the weaker material, times cluster and
    scatter.
    """
    table = np.array(
        [[m.young_pa, m.tension_pa, m.shear_pa, m.compression_pa, m.slip_m, m.hinge_rad] for m in MATERIALS]
    )
    other = np.where(patches.b == GROUND, patches.a, patches.b)
    one, two = table[pieces.material[patches.a]], table[pieces.material[other]]
    weaker = np.minimum(one, two)
    weaker[:, 0] = 2.0 * one[:, 0] * two[:, 0] / (one[:, 0] + two[:, 0])  # two halves in series
    lump = clusters(pieces, patches.a, patches.b, seed)
    same_part = pieces.part[patches.a] == pieces.part[other]
    same_lump = same_part & (lump[patches.a] == lump[other])
    factor = np.where(same_lump, IN_CLUSTER, np.where(same_part, IN_PART, BETWEEN_PARTS))
    factor = np.where(patches.b == GROUND, IN_PART, factor)
    rng = np.random.default_rng([seed, zlib.crc32(b"bonds")])
    weaker[:, 1:] *= (factor * rng.uniform(*SCATTER, len(factor)))[:, None]
    tied = np.array([m.tied for m in MATERIALS])
    weaker[:, 4:] *= (same_lump | (tied[pieces.material[patches.a]] & tied[pieces.material[other]]))[:, None]
    return np.asarray(weaker)


def _glued(patches: Patches, strength: Floats) -> Bonds:
    return Bonds(
        a=patches.a,
        b=patches.b,
        centroid_m=patches.centroid,
        normal=patches.normal,
        tangent=patches.tangent,
        area_m2=patches.area,
        # bending about the tangent strains what lies across it, and the other way round
        moment1_m4=patches.across,
        moment2_m4=patches.along,
        extent1_m=patches.half_along,
        extent2_m=patches.half_across,
        young_pa=strength[:, 0],
        tension_pa=strength[:, 1],
        shear_pa=strength[:, 2],
        compression_pa=strength[:, 3],
        slip_m=strength[:, 4],
        hinge_rad=strength[:, 5],
    )
