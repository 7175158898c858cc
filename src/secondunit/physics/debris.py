"""Small debris: fragments smaller than the pieces, born where material breaks, carried by gravity and what they hit.

A building that breaks makes far more small fragments than any contact solver follows. They weigh little beside the
pieces, so the coupling goes one way: the pieces carry and stop them, they do not push back. Their sizes follow the
power law of fragmentation, N(>s) ~ s^-D (Turcotte 1986, "Fractals and fragmentation": D mostly between 2 and 2.6 for
broken rock), of which only the sizes that a picture can show are made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp
from numpy.typing import NDArray

from secondunit.physics import debris_kernels as k
from secondunit.physics.motion import Motion
from secondunit.physics.pieces import MATERIALS, Bonds, Pieces, material_index, turned

Array = NDArray[np.float32]
Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

NONE_OF = ("glass", "steel", "timber")
"""Materials whose small fragments are splinters and shards, not lumps: they make none here."""


@dataclass(frozen=True)
class DebrisSettings:
    """What is born and how it bounces.

    budget: how many fragments the whole shot gets. least_m, most_m: their sizes (diameter). power: D of the size law.
    gone_share: share of the budget that comes from pieces which charges pulverise, where there are any, the rest from
    fracture faces. spread_mps: random speed at birth. kick_mps: least and greatest speed out of a pulverised piece.
    bounce, friction: restitution and Coulomb's coefficient of rubble on rubble. step_s: longest time step.
    """

    budget: int = 6000
    least_m: float = 0.1
    most_m: float = 0.8
    power: float = 2.5
    gone_share: float = 0.45
    spread_mps: float = 1.2
    kick_mps: tuple[float, float] = (0.5, 5.0)
    bounce: float = 0.22
    friction: float = 0.6
    step_s: float = 0.015
    gravity_mps2: float = 9.80665


@dataclass(frozen=True)
class Debris:
    """N fragments at F states of a `Motion`.

    size_m (N,) diameter · piece (N,) the piece each broke off · born (N,) the state at which it appears; it moves from
    the next one on · position_m (F,N,3), rotation (F,N,4) xyzw, world; before birth where it will be born.
    """

    size_m: Array
    piece: Ints
    born: Ints
    position_m: Array
    rotation: Array

    def alive(self) -> NDArray[np.bool_]:
        """(F,N) whether a fragment is there at a state."""
        return np.arange(len(self.position_m))[:, None] >= self.born[None, :]


@dataclass(frozen=True)
class _Birth:
    """Candidates: where, how fast, from which piece, at which state, and how likely."""

    place: Floats
    velocity: Floats
    piece: Ints
    state: Ints
    weight: Floats


def simulate_debris(
    pieces: Pieces,
    bonds: Bonds,
    motion: Motion,
    seed: int,
    settings: DebrisSettings | None = None,
    device: str = "cpu",
    progress: Callable[[int, int], None] | None = None,
) -> Debris:
    """Follow the small debris of a whole motion; the same seed gives the same fragments on one device."""
    settings = settings or DebrisSettings()
    rng = np.random.default_rng((seed, 4711))
    chosen = _choose(pieces, bonds, motion, settings, rng)
    count, states = len(chosen.state), len(motion.time_s)
    size = _sizes(count, settings, rng)
    position, rotation = np.zeros((states, count, 3), np.float32), np.zeros((states, count, 4), np.float32)
    if count:
        _follow(pieces, motion, chosen, size, position, rotation, settings, rng, device, progress)
    return Debris(size, chosen.piece, chosen.state, position, rotation)


def _sizes(count: int, settings: DebrisSettings, rng: np.random.Generator) -> Array:
    """(N,) diameters by inverse transform of the power law between its ends."""
    low, high = settings.least_m**-settings.power, settings.most_m**-settings.power
    return np.asarray((low + rng.random(count) * (high - low)) ** (-1.0 / settings.power), dtype=np.float32)


def _choose(pieces: Pieces, bonds: Bonds, motion: Motion, settings: DebrisSettings, rng: np.random.Generator) -> _Birth:
    """The shot's budget: drawn from what breaks by its area, and from what is pulverised by its mass."""
    none = [material_index(name) for name in NONE_OF]
    broken = _from_bonds(pieces, bonds, motion, none)
    gone = _from_gone(pieces, motion, none)
    share = settings.gone_share if len(broken.state) and len(gone.state) else float(len(gone.state) > 0)
    parts = [
        _drawn(broken, round(settings.budget * (1.0 - share)), rng),
        _drawn(gone, round(settings.budget * share), rng),
    ]
    parts[0] = _scattered(pieces, parts[0], 0.0, settings, rng)
    parts[1] = _scattered(pieces, parts[1], 1.0, settings, rng)
    return _Birth(*(np.concatenate([getattr(p, name) for p in parts]) for name in _Birth.__dataclass_fields__))


def _from_bonds(pieces: Pieces, bonds: Bonds, motion: Motion, none: list[int]) -> _Birth:
    end = float(motion.time_s[-1])
    which = np.flatnonzero((motion.bond_broken_s > 0.0) & (motion.bond_broken_s <= end))
    a = bonds.a[which]
    state = np.searchsorted(motion.time_s, motion.bond_broken_s[which]).astype(np.int32)
    state = np.clip(state, 1, len(motion.time_s) - 1).astype(np.int32)
    keep = ~np.isin(pieces.material[a], none) & motion.alive[state, a]
    which, a, state = which[keep], a[keep], state[keep]
    arm = turned(motion.rotation[state, a], bonds.centroid_m[which] - pieces.centroid_m[a])
    speed = motion.velocity_mps[state, a] + np.cross(motion.spin_radps[state, a], arm)
    return _Birth(motion.position_m[state, a] + arm, speed, a.astype(np.int32), state, bonds.area_m2[which])


def _from_gone(pieces: Pieces, motion: Motion, none: list[int]) -> _Birth:
    """What charges took out: alive at one state and not at the next."""
    state, piece = np.nonzero(motion.alive[:-1] & ~motion.alive[1:])
    keep = ~np.isin(pieces.material[piece], none)
    state, piece = state[keep] + 1, piece[keep]
    place = motion.position_m[state - 1, piece].astype(np.float64)
    return _Birth(
        place, np.zeros_like(place), piece.astype(np.int32), state.astype(np.int32), pieces.mass_kg[piece].astype(float)
    )


def _drawn(births: _Birth, count: int, rng: np.random.Generator) -> _Birth:
    """`count` draws with replacement, in order of time."""
    total = births.weight.sum()
    if not len(births.state) or total <= 0.0:
        count, total = 0, 1.0
    index = rng.choice(len(births.state), count, p=births.weight / total) if count else np.zeros(0, int)
    index = np.sort(index)
    index = index[np.argsort(births.state[index], kind="stable")]
    return _Birth(*(getattr(births, name)[index] for name in _Birth.__dataclass_fields__))


def _scattered(
    pieces: Pieces, births: _Birth, out: float, settings: DebrisSettings, rng: np.random.Generator
) -> _Birth:
    """Births moved off their middle to a random point of the piece, or of the break (`out` 0), with random speed."""
    count = len(births.state)
    inside = np.empty((count, 3))
    for n, p in enumerate(births.piece):
        corners = pieces.vertices_m[pieces.vertex_start[p] : pieces.vertex_start[p + 1]]
        inside[n] = rng.dirichlet(np.full(len(corners), 0.5)) @ corners
    if out == 0.0:
        inside *= 0.5
    away = inside / np.maximum(np.linalg.norm(inside, axis=1, keepdims=True), 0.1)
    kick = out * rng.uniform(*settings.kick_mps, (count, 1)) * away
    stray = rng.normal(0.0, settings.spread_mps, (count, 3))
    return _Birth(births.place + inside, births.velocity + kick + stray, births.piece, births.state, births.weight)


def _follow(
    pieces: Pieces,
    motion: Motion,
    births: _Birth,
    size: Array,
    position: Array,
    rotation: Array,
    settings: DebrisSettings,
    rng: np.random.Generator,
    device: str,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Fill `position` and `rotation` state by state; the pieces stand still during each step of a frame."""
    grains = _grains(pieces, births, size, rng, device)
    corners, owner = _triangles(pieces)
    indices: Any = wp.array(corners.reshape(-1), dtype=wp.int32, device=device)
    owners: Any = wp.array(owner, dtype=wp.int32, device=device)
    for state in range(len(motion.time_s)):
        if state:
            mesh = wp.Mesh(
                points=wp.array(_posed(pieces, motion, state), dtype=wp.vec3, device=device), indices=indices
            )
            span = float(motion.time_s[state] - motion.time_s[state - 1])
            steps = max(1, int(np.ceil(span / settings.step_s)))
            rates = (settings.gravity_mps2, settings.bounce, settings.friction)
            movers = _movers(owners, motion, state, device)
            inputs = [mesh.id, movers, grains, state, span / steps, steps, *rates]
            wp.launch(k.advance, len(size), inputs=inputs, device=device)
        position[state], rotation[state] = grains.x.numpy(), grains.q.numpy()
        if progress:
            progress(state + 1, len(motion.time_s))


def _grains(pieces: Pieces, births: _Birth, size: Array, rng: np.random.Generator, device: str) -> Any:
    count = len(size)
    grains = k.Grains()
    turn = rng.normal(size=(count, 4))
    turn /= np.linalg.norm(turn, axis=1, keepdims=True)
    density = np.array([m.density_kgm3 for m in MATERIALS])[pieces.material[births.piece]]
    spin = rng.normal(0.0, 5.0, (count, 3))
    for name, data, kind in (
        ("x", births.place, wp.vec3),
        ("v", births.velocity, wp.vec3),
        ("q", turn, wp.quat),
        ("w", spin, wp.vec3),
        ("size", size, float),
        ("density", density, float),
    ):
        setattr(grains, name, wp.array(np.ascontiguousarray(data, np.float32), dtype=kind, device=device))
    grains.born = wp.array(births.state, dtype=wp.int32, device=device)
    return grains


def _triangles(pieces: Pieces) -> tuple[Ints, Ints]:
    """(T,3) fans of the convex faces, into the pieces' vertices, and (T,) the piece of each."""
    fans = np.maximum(np.diff(pieces.face_start) - 2, 0)
    face = np.repeat(np.arange(len(fans)), fans)
    within = np.arange(len(face)) - np.repeat(np.cumsum(fans) - fans, fans)
    first = pieces.face_start[face]
    corners = [pieces.face_vertices[first], *(pieces.face_vertices[first + within + n] for n in (1, 2))]
    return np.stack(corners, axis=1).astype(np.int32), pieces.face_piece[face]


def _posed(pieces: Pieces, motion: Motion, state: int) -> Array:
    """(V,3) world vertices at a state; pieces that are gone shrink to a point, which no ray meets."""
    who = pieces.vertex_piece
    arm = turned(motion.rotation[state][who], pieces.vertices_m) * motion.alive[state][who][:, None]
    return np.asarray(motion.position_m[state][who] + arm, dtype=np.float32)


def _movers(owners: Any, motion: Motion, state: int, device: str) -> Any:
    movers = k.Movers()
    movers.owner = owners
    for name, data in (("centre", motion.position_m), ("velocity", motion.velocity_mps), ("spin", motion.spin_radps)):
        setattr(movers, name, wp.array(data[state], dtype=wp.vec3, device=device))
    return movers
