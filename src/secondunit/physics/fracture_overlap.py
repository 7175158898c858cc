"""Which solids overlap at rest, and the cuts that stop them.

The test is exact for convex polyhedra: no face of either separates them, and the largest ball that fits into both (a
linear programme) has a radius above the tolerance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from secondunit.physics.fracture_solid import Chunk, Solid, clip, planes_of, volume_m3
from secondunit.physics.pieces import INNER, Floats, Ints, Pieces

TOUCHING_M = 1e-6
"""Two solids that share no ball of this radius only touch."""


@dataclass(frozen=True)
class Trim:
    """One overlap that was cut away: from which part, against which other, how much."""

    cut: str
    kept: str
    volume_m3: float


def neighbour_pairs(low: Floats, high: Floats, margin_m: float) -> Ints:
    """(N,2) index pairs i < j whose boxes (P,3) low..high come within `margin_m`; sorted."""
    order = np.argsort(low[:, 0], kind="stable")
    found: list[Ints] = []
    for rank, i in enumerate(order):
        last = int(np.searchsorted(low[order, 0], high[i, 0] + margin_m, side="right"))
        others = order[rank + 1 : last]
        near = np.all((low[others] <= high[i] + margin_m) & (high[others] >= low[i] - margin_m), axis=1)
        hits = others[near]
        found.append(np.stack([np.minimum(hits, i), np.maximum(hits, i)], axis=1).astype(np.int32))
    pairs = np.concatenate(found) if found else np.zeros((0, 2), dtype=np.int32)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def overlap_depth(planes_a: Floats, planes_b: Floats) -> float:
    """Radius of the largest ball in both polyhedra, given world planes (F,4), n.x <= d inside; negative if disjoint."""
    from scipy.optimize import linprog

    planes = np.concatenate([planes_a, planes_b])
    matrix = np.concatenate([planes[:, :3], np.ones((len(planes), 1))], axis=1)
    free = [(None, None)] * 3 + [(None, None)]
    answer = linprog([0, 0, 0, -1.0], A_ub=matrix, b_ub=planes[:, 3], bounds=free, method="highs")
    return float(answer.x[3]) if answer.status == 0 else float("inf")


def overlapping_pairs(solids: Sequence[Solid], tolerance_m: float = TOUCHING_M) -> list[tuple[int, int, float]]:
    """(i, j, radius of the ball in both) for every pair that truly overlaps."""
    if len(solids) < 2:
        return []
    low = np.array([s.vertices.min(axis=0) for s in solids])
    high = np.array([s.vertices.max(axis=0) for s in solids])
    planes = planes_of(solids)
    pairs = neighbour_pairs(low, high, -tolerance_m)
    gaps = _face_gaps(solids, planes, pairs)
    found = []
    for (i, j), gap in zip(pairs, gaps, strict=True):
        if gap < -tolerance_m:
            depth = overlap_depth(planes[i], planes[j])
            if depth > tolerance_m:
                found.append((int(i), int(j), depth))
    return found


def _face_gaps(solids: Sequence[Solid], planes: Sequence[Floats], pairs: Ints) -> Floats:
    """(N,) largest separation over the face normals of both solids of each pair: positive means apart."""
    corners = _padded([s.vertices for s in solids])
    faces = _padded(planes)
    gaps = np.empty(len(pairs))
    for start in range(0, len(pairs), 4096):
        i, j = pairs[start : start + 4096].T
        gaps[start : start + 4096] = np.maximum(_gap(faces[i], corners[j]), _gap(faces[j], corners[i]))
    return gaps


def _padded(rows: Sequence[Floats]) -> Floats:
    """Stack ragged (n,k) arrays to (P,max n,k), repeating each one's first row."""
    most = max(len(r) for r in rows)
    return np.stack([np.concatenate([r, np.repeat(r[:1], most - len(r), axis=0)]) for r in rows])


def _gap(planes: Floats, corners: Floats) -> Floats:
    height = np.einsum("nfk,nvk->nfv", planes[:, :, :3], corners) - planes[:, :, 3:]
    gap: Floats = height.min(axis=2).max(axis=1)
    return gap


def piece_solids(pieces: Pieces) -> list[Solid]:
    """The rest polyhedra of packed pieces, in the world."""
    world = pieces.rest_vertices_m()
    solids = []
    for p in range(len(pieces)):
        v0, v1 = pieces.vertex_start[p], pieces.vertex_start[p + 1]
        rows = range(pieces.plane_start[p], pieces.plane_start[p + 1])
        faces = tuple(tuple(int(v) for v in pieces.face(f) - v0) for f in rows)
        solids.append(Solid(world[v0:v1], faces, tuple(int(pieces.face_kind[f]) for f in rows)))
    return solids


def trim_overlaps(chunks: Sequence[Chunk], rounds: int = 3) -> tuple[list[Chunk], list[Trim]]:
    """Cut overlapping solids by the face plane of their partner that costs the least volume, until none overlap."""
    kept: list[Chunk | None] = list(chunks)
    trims: list[Trim] = []
    for _ in range(rounds):
        index = [i for i, chunk in enumerate(kept) if chunk is not None]
        found = overlapping_pairs([chunk.solid for chunk in kept if chunk is not None])
        if not found:
            break
        for a, b, _depth in found:
            _separate(kept, index[a], index[b], trims)
    return [chunk for chunk in kept if chunk is not None], trims


def _separate(kept: list[Chunk | None], i: int, j: int, trims: list[Trim]) -> None:
    best: tuple[float, int, int, Solid | None] | None = None
    for cut, other in ((i, j), (j, i)):
        mine, theirs = kept[cut], kept[other]
        if mine is None or theirs is None:
            return
        whole = volume_m3(mine.solid)
        for plane in theirs.solid.planes():
            rest = clip(mine.solid, -plane[:3], -float(plane[3]), INNER)
            lost = whole - (volume_m3(rest) if rest is not None else 0.0)
            if best is None or lost < best[0]:
                best = (lost, cut, other, rest)
    if best is None or best[0] <= 0.0:
        return
    lost, cut, other, rest = best
    loser, winner = kept[cut], kept[other]
    if loser is None or winner is None:
        return
    trims.append(Trim(loser.part, winner.part, lost))
    kept[cut] = None if rest is None or volume_m3(rest) < 1e-5 else replace(loser, solid=rest)
