"""Solids as plain arrays, gathered per material and handed to Blender at the end."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

_BOX_FACES = np.array([[0, 3, 2, 1], [4, 5, 6, 7], [0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7]])


@dataclass(frozen=True)
class Frame:
    """A wall's own axes: u along it, o outwards from it, z up."""

    origin: np.ndarray
    u: np.ndarray
    out: np.ndarray

    def world(self, points: np.ndarray) -> np.ndarray:
        points = np.asarray(points, float)
        up = np.array([0.0, 0.0, 1.0])
        return self.origin + points[:, :1] * self.u + points[:, 1:2] * self.out + points[:, 2:] * up


def frame(x: float, y: float, turn_deg: float, z: float = 0.0) -> Frame:
    """A wall standing at (x, y); turned 0 degrees it runs along +X and looks towards -Y."""
    a = np.radians(turn_deg)
    c, s = np.cos(a), np.sin(a)
    return Frame(np.array([x, y, z], float), np.array([c, s, 0.0]), np.array([s, -c, 0.0]))


@dataclass
class Soup:
    """Faces by material: (vertices, faces, tint per face, uv per face corner)."""

    parts: dict = field(default_factory=lambda: defaultdict(list))

    def add(self, material: str, vertices, faces, tint=0.5, uv=None) -> None:
        vertices, faces = np.asarray(vertices, float), np.asarray(faces, int)
        tints = np.broadcast_to(np.asarray(tint, float), (len(faces),))
        if uv is None:
            uv = np.zeros((*faces.shape, 2))
        self.parts[material].append((vertices, faces, tints, np.asarray(uv, float)))

    def flat(self, material: str):
        """One mesh: vertices, list of face arrays (by corner count), tints and uvs in the same order."""
        vertices, by_count, start = [], defaultdict(list), 0
        for points, faces, tints, uv in self.parts[material]:
            by_count[faces.shape[1]].append((faces + start, tints, uv))
            vertices.append(points)
            start += len(points)
        groups = [tuple(np.concatenate(column) for column in zip(*rows, strict=True)) for rows in by_count.values()]
        return np.concatenate(vertices), groups


def box(soup, material, at, u, o, z, tint=0.5):
    """A box in a wall's axes: u, o and z are (from, to)."""
    boxes(soup, material, at, np.array([[*u, *o, *z]]), tint)


def boxes(soup, material, at, spans, tint=0.5):
    """Many boxes: spans is (N,6) u0 u1 o0 o1 z0 z1, tint is one number or N."""
    spans = np.asarray(spans, float).reshape(-1, 6)
    u0, u1, o0, o1, z0, z1 = spans.T
    corners = [(u0, o0, z0), (u1, o0, z0), (u1, o1, z0), (u0, o1, z0)]
    corners += [(u, o, z1) for (u, o, _) in corners]
    points = np.stack([np.stack(c, 1) for c in corners], 1)
    hulls(soup, material, at, points, tint)


def hulls(soup, material, at, points, tint=0.5):
    """Many six-sided solids: points is (N,8,3), bottom ring then top ring."""
    points = np.asarray(points, float)
    count = len(points)
    faces = (_BOX_FACES[None] + 8 * np.arange(count)[:, None, None]).reshape(-1, 4)
    tints = np.repeat(np.broadcast_to(np.asarray(tint, float), (count,)), 6)
    soup.add(material, at.world(points.reshape(-1, 3)), faces, tints)


def quad(soup, material, at, corners, tint=0.5, uv=None):
    """One four-cornered face given in a wall's axes."""
    soup.add(material, at.world(np.asarray(corners, float)), [[0, 1, 2, 3]], tint, None if uv is None else [uv])


def sheet(soup, material, points, tint=0.5, uv=None):
    """A grid of points (R,C,3) in the world as quads."""
    rows, cols = points.shape[:2]
    k = np.arange(rows * cols).reshape(rows, cols)
    faces = np.stack([k[:-1, :-1], k[:-1, 1:], k[1:, 1:], k[1:, :-1]], -1).reshape(-1, 4)
    corner_uv = None if uv is None else uv.reshape(-1, 2)[faces]
    soup.add(material, points.reshape(-1, 3), faces, tint, corner_uv)


def lathe(soup, material, centre, profile, segments=20, tint=0.5):
    """A turned solid: profile is (radius, z) from bottom to top."""
    profile = np.asarray(profile, float)
    a = np.linspace(0, 2 * np.pi, segments + 1)
    ring = np.stack([np.cos(a), np.sin(a)], -1)
    points = np.empty((len(profile), segments + 1, 3))
    points[..., :2] = profile[:, None, :1] * ring[None]
    points[..., 2] = profile[:, 1:]
    sheet(soup, material, points + np.asarray(centre, float), tint)


def tube(soup, material, path, radius, segments=8, tint=0.5):
    """A round bar along world points; radius is one number or one per point."""
    path = np.asarray(path, float)
    radius = np.broadcast_to(np.asarray(radius, float), (len(path),))
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    helper = np.where(np.abs(along[:, 2:]) > 0.9, [[1.0, 0, 0]], [[0.0, 0, 1]])
    side = np.cross(along, helper)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    other = np.cross(along, side)
    a = np.linspace(0, 2 * np.pi, segments + 1)
    ring = np.cos(a)[None, :, None] * side[:, None] + np.sin(a)[None, :, None] * other[:, None]
    sheet(soup, material, path[:, None] + ring * radius[:, None, None], tint)


def belt(soup, material, at, width, depth, profile, tint=0.5):
    """A moulding round a rectangular house, mitred: profile is (out, z) along the section."""
    profile = np.asarray(profile, float)
    o, z = profile.T
    ring = [(-o, o), (width + o, o), (width + o, -depth - o), (-o, -depth - o), (-o, o)]
    points = np.stack([np.stack([u, out, z], 1) for u, out in ring], 1)
    sheet(soup, material, at.world(points.reshape(-1, 3)).reshape(points.shape), tint)


def run(soup, material, at, u0, u1, profile, tint=0.5):
    """A straight moulding with closed ends: profile (out, z) is a closed polygon."""
    profile = np.asarray(profile, float)
    n = len(profile)
    ends = [np.column_stack([np.full(n, u), profile]) for u in (u0, u1)]
    k = np.arange(n)
    sides = np.stack([k, (k + 1) % n, (k + 1) % n + n, k + n], 1)
    points = at.world(np.concatenate(ends))
    soup.add(material, points, sides, tint)
    soup.add(material, points, [list(range(n)), list(range(n, 2 * n))], tint)


def pierced(soup, material, at, u, z, holes, out=0.0, tint=0.5):
    """A flat wall from u[0] to u[1], z[0] to z[1] with rectangular holes; uv in metres along u and z."""
    us = sorted({u[0], u[1], *(v for h in holes for v in (h.u0, h.u1) if u[0] < v < u[1])})
    zs = sorted({z[0], z[1], *(v for h in holes for v in (h.z0, h.z1) if z[0] < v < z[1])})
    for a, b in itertools.pairwise(us):
        for c, d in itertools.pairwise(zs):
            mid = ((a + b) / 2, (c + d) / 2)
            if any(h.u0 < mid[0] < h.u1 and h.z0 < mid[1] < h.z1 for h in holes):
                continue
            quad(
                soup,
                material,
                at,
                [(a, out, c), (b, out, c), (b, out, d), (a, out, d)],
                tint,
                [(a, c), (b, c), (b, d), (a, d)],
            )


def reveal(soup, material, at, hole, front, back, tint=0.5):
    """The four sides of a hole through a wall, from depth `front` to `back` (outwards positive)."""
    ring = [(hole.u0, hole.z0), (hole.u1, hole.z0), (hole.u1, hole.z1), (hole.u0, hole.z1)]
    for (ua, za), (ub, zb) in zip(ring, ring[1:] + ring[:1], strict=True):
        quad(
            soup,
            material,
            at,
            [(ua, front, za), (ub, front, zb), (ub, back, zb), (ua, back, za)],
            tint,
            [(ua, za), (ub, zb), (ub, zb), (ua, za)],
        )
