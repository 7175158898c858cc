"""Catmull-Clark subdivision in plain arrays: the topology is worked out once, then any pose goes through it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Level:
    """One refinement of V vertices, E edges, F quads: what each new vertex is made of."""

    quads: np.ndarray  # (F,4) coarse
    edges: np.ndarray  # (E,2) coarse
    beside: np.ndarray  # (E,2) faces beside each edge; the same face twice on a border
    border: np.ndarray  # (E,) bool
    valence: np.ndarray  # (V,) edges at each vertex
    rim: np.ndarray  # (V,) bool
    refined: np.ndarray  # (4F,4)


def refine(quads, count):
    """The Level that takes `count` vertices with (F,4) quads one step finer."""
    sides = np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2)
    edges, first, which = np.unique(np.sort(sides, 1), axis=0, return_index=True, return_inverse=True)
    which = which.ravel()
    face_of = np.arange(len(sides)) // 4
    beside = np.repeat(face_of[first][:, None], 2, 1)
    np.maximum.at(beside[:, 1], which, face_of)
    border = np.bincount(which, minlength=len(edges)) == 1
    rim = np.zeros(count, bool)
    rim[edges[border].ravel()] = True
    edge = count + which.reshape(-1, 4)
    centre = count + len(edges) + np.arange(len(quads))
    refined = np.stack([np.stack([quads[:, i], edge[:, i], centre, edge[:, i - 1]], 1) for i in range(4)], 1)
    valence = np.bincount(edges.ravel(), minlength=count)
    return Level(quads, edges, beside, border, valence, rim, refined.reshape(-1, 4))


def levels(quads, count, steps):
    """Levels of `steps` refinements."""
    found = []
    for _ in range(steps):
        level = refine(quads, count)
        found.append(level)
        quads, count = level.refined, count + len(level.edges) + len(level.quads)
    return found


def _gathered(at, values, count):
    return np.stack([np.bincount(at, values[:, k], count) for k in range(values.shape[1])], 1)


def _step(level, points):
    count = len(points)
    centre = points[level.quads].mean(1)
    middle = points[level.edges].mean(1)
    edge = np.where(level.border[:, None], middle, 0.5 * middle + 0.5 * centre[level.beside].mean(1))
    n = np.maximum(level.valence, 1)[:, None]
    faces_at = np.maximum(np.bincount(level.quads.ravel(), minlength=count), 1)[:, None]
    around = _gathered(level.quads.ravel(), np.repeat(centre, 4, 0), count) / faces_at
    mids = _gathered(level.edges.ravel(), np.repeat(middle, 2, 0), count) / n
    inner = (around + 2 * mids + (n - 3) * points) / n
    ends = level.edges[level.border]
    rim_mid = _gathered(ends.ravel(), np.repeat(middle[level.border], 2, 0), count) / 2
    kept = np.where(level.rim[:, None], 0.5 * points + 0.5 * rim_mid, inner)
    kept[level.valence == 0] = points[level.valence == 0]
    return np.concatenate([kept, edge, centre])


def smooth(found, points):
    """Points (V,3), or any per-vertex values (V,K), carried through every level."""
    for level in found:
        points = _step(level, points)
    return points


def normals(quads, points):
    """Unit normal per vertex, by area."""
    a, b, c, d = (points[quads[:, i]] for i in range(4))
    flat = np.cross(c - a, d - b)
    summed = _gathered(quads.ravel(), np.repeat(flat, 4, 0), len(points))
    return summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-12)
