"""Hair as strands: where they root on the fine mesh, how they lie, and how they follow the head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import paint

CENTRE = np.array([0.0, 0.075, 0.02])


@dataclass(frozen=True)
class Roots:
    """Places on fine quads: (N,) quad and (N,2) inside it."""

    quad: np.ndarray
    inside: np.ndarray

    def weigh(self, quads, values):
        """Per-vertex values (V,K) at the roots, (N,K)."""
        a, b = self.inside[:, :1], self.inside[:, 1:]
        c = values[quads[self.quad]]
        return (1 - a) * ((1 - b) * c[:, 0] + b * c[:, 3]) + a * ((1 - b) * c[:, 1] + b * c[:, 2])

    def frames(self, quads, points):
        """Origins (N,3) and frames (N,3,3), columns across, along and out of the quad."""
        c = points[quads[self.quad]]
        across = c[:, 1] + c[:, 2] - c[:, 0] - c[:, 3]
        out = np.cross(c[:, 2] - c[:, 0], c[:, 3] - c[:, 1])
        across, out = unit(across), unit(out)
        return self.weigh(quads, points), np.stack([across, np.cross(out, across), out], -1)


def unit(v):
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12)


def scatter(rng, quads, points, density, count):
    """Roots drawn by area times density (V,)."""
    c = points[quads]
    area = np.linalg.norm(np.cross(c[:, 2] - c[:, 0], c[:, 3] - c[:, 1]), axis=1) * density[quads].mean(1)
    chosen = rng.choice(len(quads), count, p=area / area.sum())
    return Roots(chosen, rng.random((count, 2)))


class Skull:
    """How far the head reaches in each direction from CENTRE, for strands to lie on."""

    def __init__(self, points, width=2.6):
        self._dirs, self._far = unit(points - CENTRE), np.linalg.norm(points - CENTRE, axis=1)
        self._grid = self._filled(72, 36)

    def _filled(self, wide, tall):
        grid = np.zeros((tall, wide))
        i, j = self._cell(self._dirs, grid.shape)
        np.maximum.at(grid, (i.astype(int), j.astype(int)), self._far)
        for _ in range(60):
            ring = np.concatenate([grid[:, -1:], grid, grid[:, :1]], 1)
            ring = np.pad(ring, ((1, 1), (0, 0)), mode="edge")
            near = np.stack([ring[:-2, 1:-1], ring[2:, 1:-1], ring[1:-1, :-2], ring[1:-1, 2:]])
            mean = near.sum(0) / np.maximum((near > 0).sum(0), 1)
            grid = np.where(grid > 0, grid, mean)
        return grid

    @staticmethod
    def _cell(d, shape):
        phi = np.arctan2(d[..., 0], -d[..., 1])
        theta = np.arccos(np.clip(d[..., 2], -1, 1))
        return np.clip(theta / np.pi * shape[0], 0, shape[0] - 1e-6), (phi / (2 * np.pi) + 0.5) % 1 * shape[1] * (
            1 - 1e-9
        )

    def reach(self, p):
        """Radius of the head towards points (N,3), bilinear."""
        y, x = self._cell(unit(p - CENTRE), self._grid.shape)
        y, x = np.clip(y - 0.5, 0, self._grid.shape[0] - 1.001), x - 0.5
        i, j = y.astype(int), np.floor(x).astype(int)
        fy, fx, g, w = y - i, x - np.floor(x), self._grid, self._grid.shape[1]
        top = g[i, j % w] * (1 - fx) + g[i, (j + 1) % w] * fx
        return top * (1 - fy) + (g[i + 1, j % w] * (1 - fx) + g[i + 1, (j + 1) % w] * fx) * fy

    def keep_out(self, p, lift):
        """Points pushed to at least `lift` (N,) over the head."""
        off = p - CENTRE
        far = np.linalg.norm(off, axis=1)
        need = self.reach(p) + lift
        return CENTRE + off * (np.maximum(far, need) / far)[:, None]


def scalp_density(amounts, rest):
    """Where the head's hair grows, (V,) 0..1, on canonical points."""
    u, v = np.abs(paint.place(rest)).T[0], rest[:, 2] * 1000
    back = 14 * amounts.recede * np.exp(-((u / 26) ** 2)) + 30 * amounts.recede * np.exp(-(((u - 45) / 20) ** 2))
    low = np.interp(
        u,
        [0, 20, 40, 58, 70, 80, 90, 98, 103, 110, 115, 120, 158, 168, 182, 290],
        [69, 70, 67, 58, 46, 32, 22, 4, -14, -16, 4, 13, 13, -20, -48, -62],
    )
    edge = 7.0 + 5 * amounts.thin
    wave = 2.2 * np.sin(u * 0.9) + 1.5 * np.sin(u * 0.37 + 2)
    found = np.clip((v - low - back - wave) / edge + 0.35, 0, 1) ** 1.3
    crown = np.exp(-((np.hypot(rest[:, 0], rest[:, 1] - 0.12) / 0.05) ** 2)) * (v > 60)
    top = np.exp(-((np.hypot(rest[:, 0] / 0.055, (rest[:, 1] - 0.06) / 0.08)) ** 2)) * (v > 60)
    found = (
        found
        * (1 - 0.75 * amounts.recede * amounts.thin * 2 * crown)
        * (1 - 0.8 * amounts.recede * amounts.thin * 2 * top)
    )
    return found * (rest[:, 2] > -0.08)


@dataclass(frozen=True)
class Style:
    """A haircut: lengths on top and at the sides (m), how far it stands off, how locks gather and stray, strands."""

    top: float
    sides: float
    lift: float
    clump: float
    unruly: float
    count: int


STYLES = {
    "buzz": Style(0.006, 0.004, 0.9, 0.0, 0.0, 42000),
    "crop": Style(0.024, 0.013, 0.34, 0.70, 0.7, 26000),
    "side": Style(0.048, 0.018, 0.16, 0.80, 0.55, 26000),
    "back": Style(0.080, 0.028, 0.24, 0.80, 0.5, 26000),
    "wool": Style(0.022, 0.014, 1.0, 0.55, 0.0, 42000),
    "tied": Style(0.150, 0.130, 0.16, 0.60, 0.4, 30000),
    "bob": Style(0.215, 0.190, 0.34, 0.75, 0.6, 30000),
}


def comb(identity, rest, rng):
    """Direction that hair is combed in at each root, (N,3)."""
    x, y, z = rest.T
    side = np.tanh((x - 0.03 * identity.part) / 0.012)
    swirl = rng.normal(0, 0.16, rest.shape)
    if identity.style == "tied":
        way = np.array([0.0, 0.185, 0.035]) - rest
    elif identity.style == "bob":
        way = np.stack([np.sign(x - 0.012 * identity.part) * 0.9, 0.35 + 0 * x, -0.8 + 0 * x], 1)
    elif identity.style == "back":
        way = np.stack([0.3 * x / 0.08, 1 + 0 * x, -0.35 - np.clip((0.05 - z) / 0.05, 0, 1)], 1)
    elif identity.style in ("side", "crop"):
        top = np.clip((z - 0.05) / 0.04, 0, 1)
        across = np.stack([side * 0.9, 0.25 - 0.7 * (y < 0.02), -0.15 + 0 * x], 1)
        down = np.stack([0 * x, 0.35 + 0 * x, -1 + 0 * x], 1)
        way = across * top[:, None] + down * (1 - top[:, None])
    else:
        way = rng.normal(0, 1, rest.shape)
    return unit(unit(way) + swirl)


def locks(rng, roots, size=34):
    """For each root (N,3), the number of the strand that its lock gathers round."""
    guides = rng.choice(len(roots), max(8, len(roots) // size), replace=False)
    mine = np.empty(len(roots), int)
    for start in range(0, len(roots), 2000):
        near = ((roots[start : start + 2000, None] - roots[guides][None]) ** 2).sum(-1)
        mine[start : start + 2000] = guides[near.argmin(1)]
    return mine


def scalp(identity, amounts, roots, quads, rest, points, normals, skull):
    """Strands (N,K,3) of head hair on the resting head."""
    rng = identity.rng("strands")
    style = STYLES[identity.style]
    at, origin, out = roots.weigh(quads, rest), roots.weigh(quads, points), unit(roots.weigh(quads, normals))
    mine = locks(rng, at)
    length = lengths(rng, style, at, mine) * (1 - 0.2 * amounts.thin)
    loose = identity.style in ("buzz", "wool")
    way = unit(comb(identity, at, rng) + (0 if loose else 0.75 * style.unruly) * rng.normal(0, 0.30, at.shape)[mine])
    way = unit(out * style.lift + way * (0.35 if loose else 1.0))
    layer = rng.uniform(0.0004, 0.0005 + np.minimum(0.10 * length, 0.010))
    layer = 0.7 * layer[mine] + 0.3 * layer
    steps = 16 if style.top > 0.1 else 9
    path, p = [origin], origin
    knot = np.array([0.0, 0.185, 0.03])
    fall = np.array([0, 0.03, -0.9 if style.top > 0.04 else -0.35])
    for k in range(1, steps):
        t = k / (steps - 1)
        pull = unit(knot - p) * 0.8 if identity.style == "tied" else fall
        way = unit(way + pull * (1.6 / steps) * t**0.5 + rng.normal(0, 0.035, way.shape))
        if identity.style in ("side", "back"):  # long enough to lie, too short to fall: it would stand off as wings
            up = unit(p - CENTRE)
            way = unit(way - 0.85 * np.maximum((way * up).sum(1, keepdims=True), 0) * up - [0, 0, 0.25])
        p = p + way * (length / (steps - 1))[:, None]
        p = skull.keep_out(p, layer * min(1.0, 3 * t) + 0.0006)
        path.append(p)
    return curled(rng, identity, clumped(rng, np.stack(path, 1), mine, style.clump), length)


def lengths(rng, style, at, mine):
    """Metres per strand: by place, unequal between locks and a little within them."""
    top = np.clip((at[:, 2] - 0.03) / 0.045, 0, 1)
    uneven = np.exp(rng.normal(0, 0.16, len(at)))
    return (style.sides + (style.top - style.sides) * top) * uneven[mine] * np.exp(rng.normal(0, 0.10, len(at)))


def clumped(rng, strands, mine, amount):
    """Tips drawn to locks: each strand leans on its lock's guide."""
    t = np.linspace(0, 1, strands.shape[1])[None, :, None]
    return strands + amount * t**0.9 * rng.uniform(0.6, 1.0, (len(strands), 1, 1)) * (strands[mine] - strands)


def curled(rng, identity, strands, length):
    """Waves to coils by `curl`, with a little frizz for everybody."""
    steps = strands.shape[1]
    t = np.linspace(0, 1, steps)[None]
    tight = 0.0042 if identity.style == "wool" else 0.004 * identity.curl
    turns = length[:, None] / (0.008 if identity.style == "wool" else 0.035)
    phase = 2 * np.pi * (turns * t + rng.uniform(0, 1, (len(strands), 1)) * (1.0 if identity.style == "wool" else 0.25))
    wave = np.stack([np.cos(phase), np.sin(phase), np.cos(phase + 1.2)], -1) * (tight * np.minimum(1, 2 * t))[..., None]
    frizz = np.cumsum(rng.normal(0, 0.00022, strands.shape), 1) * t[..., None]
    return strands + wave + frizz


def short(rng, roots, quads, points, way, length, lift, steps=6, droop=0.0):
    """Short hairs (N,K,3) along `way` (N,3), rising by `lift` of their length and bending back to the skin."""
    origin, frame = roots.frames(quads, points)
    out = frame[..., 2]
    along = unit(way - (way * out).sum(1, keepdims=True) * out)
    t = np.linspace(0, 1, steps)[None, :, None]
    length, lift = length[:, None, None], lift[:, None, None]
    bend = rng.normal(0, 0.12, (len(origin), 1, 1)) * np.cross(out, along)[:, None]
    path = along[:, None] * t + out[:, None] * (lift * (t - 0.55 * t**2)) + bend * t**2
    return origin[:, None] + path * length - np.array([0, 0, droop]) * t**2 * length


class Bound:
    """Strands that ride on the skin under their roots."""

    def __init__(self, roots, quads, points, strands):
        self.roots, self.quads = roots, quads
        origin, frame = roots.frames(quads, points)
        self._local = np.einsum("nji,nkj->nki", frame, strands - origin[:, None])

    def on(self, points):
        origin, frame = self.roots.frames(self.quads, points)
        return origin[:, None] + np.einsum("nij,nkj->nki", frame, self._local)
