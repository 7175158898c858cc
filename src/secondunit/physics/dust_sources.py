"""Where dust is born: at bonds as they break and on pieces as they grind, and which solids push the air meanwhile."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from secondunit.physics.dust import Samples
from secondunit.physics.motion import Motion
from secondunit.physics.pieces import MATERIALS, Bonds, Pieces, turned

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class DustBirth:
    """How much airborne dust breaking and grinding make; chosen by eye, since fragment spectra of buildings are not
    published.

    ``kg_per_m2``: of fresh fracture surface; ``kg_per_kg``: of a piece that charges pulverise; ``kg_per_joule``: of
    energy lost in contact and friction, both for a
    material whose
    ``dust_fraction`` is ``reference_fraction``. ``scatter``: how far, relative to the piece's speed, newborn dust
    flies astray.
    """

    kg_per_m2: float = 0.004
    kg_per_joule: float = 5.0e-7
    kg_per_kg: float = 1.0e-4
    reference_fraction: float = 0.02
    scatter: float = 0.45
    most_j_per_kg: float = 60.0


@dataclass(frozen=True)
class Lattice:
    """Sample points inside pieces: offset (S,3) m from the centroid at rest, piece (S,), volume (S,) m3."""

    offset_m: Floats
    piece: Ints
    volume_m3: Floats


def lattice(pieces: Pieces, seed: int, *, m3_per_point: float = 0.25, most: int = 16) -> Lattice:
    """Points spread through every movable piece, more in bigger ones; convex mixes of the vertices, so always
    inside."""
    rng = np.random.default_rng(seed)
    density = np.array([m.density_kgm3 for m in MATERIALS])[pieces.material]
    volume = pieces.mass_kg / density
    count = np.clip(np.ceil(volume / m3_per_point), 1, most).astype(int)
    count[pieces.fixed] = 0
    offsets = []
    for p in np.flatnonzero(count):
        corners = pieces.vertices_m[pieces.vertex_start[p] : pieces.vertex_start[p + 1]]
        offsets.append(rng.dirichlet(np.full(len(corners), 0.6), count[p]) @ corners)
    piece = np.repeat(np.arange(len(count), dtype=np.int32), count)
    share = np.repeat(volume / np.maximum(count, 1), count)
    return Lattice(np.concatenate(offsets), piece, share)


def solids(points: Lattice, motion: Motion, frame: int) -> Samples:
    """The volume that moves through the air at ``frame``: (S,) m3 with the velocity of its piece."""
    alive = motion.alive[frame][points.piece] & ~motion.asleep[frame][points.piece]
    piece = points.piece[alive]
    arm = turned(motion.rotation[frame][piece], points.offset_m[alive])
    velocity = motion.velocity_mps[frame][piece] + np.cross(motion.spin_radps[frame][piece], arm)
    return _samples(motion.position_m[frame][piece] + arm, velocity, points.volume_m3[alive])


def births(
    pieces: Pieces, bonds: Bonds, points: Lattice, motion: Motion, frame: int, seed: int, rate: DustBirth | None = None
) -> Samples:
    """Dust born between ``frame - 1`` and ``frame``: kg at the broken bonds and on the pieces that lost energy."""
    rate = rate or DustBirth()
    if frame == 0:
        return _samples(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0))
    rng = np.random.default_rng((seed, frame))
    fraction = np.array([m.dust_fraction for m in MATERIALS])[pieces.material] / rate.reference_fraction
    place_b, speed_b, mass_b = _breaks(pieces, bonds, motion, frame, rate, fraction)
    place_g, speed_g, mass_g = _grinds(pieces, points, motion, frame, rate, fraction)
    place_p, speed_p, mass_p = _pulverised(pieces, points, motion, frame, rate, rng)
    place = np.concatenate([place_b, place_g, place_p])
    velocity = np.concatenate([speed_b, speed_g, speed_p])
    mass = np.concatenate([mass_b, mass_g, mass_p])
    speed = np.linalg.norm(velocity, axis=1, keepdims=True)
    velocity = 0.7 * velocity + rng.standard_normal(velocity.shape) * (rate.scatter * np.minimum(speed, 8.0) + 0.3)
    return _samples(place, velocity, mass)


def _breaks(
    pieces: Pieces, bonds: Bonds, motion: Motion, frame: int, rate: DustBirth, fraction: Floats
) -> tuple[Floats, Floats, Floats]:
    since, now = motion.time_s[frame - 1], motion.time_s[frame]
    broke = np.flatnonzero((motion.bond_broken_s > since) & (motion.bond_broken_s <= now))
    a = bonds.a[broke]
    arm = turned(motion.rotation[frame][a], bonds.centroid_m[broke] - pieces.centroid_m[a])
    mass = rate.kg_per_m2 * bonds.area_m2[broke] * fraction[a]
    return motion.position_m[frame][a] + arm, motion.velocity_mps[frame][a].astype(float), mass


def _grinds(
    pieces: Pieces, points: Lattice, motion: Motion, frame: int, rate: DustBirth, fraction: Floats
) -> tuple[Floats, Floats, Floats]:
    lost = np.minimum(motion.dissipated_j[frame], rate.most_j_per_kg * pieces.mass_kg)
    mass = rate.kg_per_joule * np.maximum(lost, 0.0) * fraction * motion.alive[frame]
    active = mass[points.piece] > 1.0e-6
    piece = points.piece[active]
    share = 1.0 / np.maximum(np.bincount(points.piece, minlength=len(mass))[piece], 1)
    arm = turned(motion.rotation[frame][piece], points.offset_m[active])
    return motion.position_m[frame][piece] + arm, motion.velocity_mps[frame][piece].astype(float), mass[piece] * share


def _pulverised(
    pieces: Pieces, points: Lattice, motion: Motion, frame: int, rate: DustBirth, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """What charges took out since the last state: its dust flies out from the piece's middle at up to 6 m/s."""
    gone = motion.alive[frame - 1] & ~motion.alive[frame]
    which = np.flatnonzero(gone[points.piece])
    piece = points.piece[which]
    share = 1.0 / np.maximum(np.bincount(points.piece, minlength=len(gone))[piece], 1)
    arm = points.offset_m[which]
    away = arm / np.maximum(np.linalg.norm(arm, axis=1, keepdims=True), 0.1)
    speed = away * rng.uniform(1.0, 6.0, (len(which), 1))
    uneven = rng.lognormal(-0.3, 0.8, len(gone))[piece]
    mass = rate.kg_per_kg * pieces.mass_kg[piece] * share * uneven
    return motion.position_m[frame - 1][piece] + arm, speed, mass


def _samples(place: Floats, velocity: Floats, amount: Floats) -> Samples:
    return Samples(place.astype(np.float32), velocity.astype(np.float32), amount.astype(np.float32))
