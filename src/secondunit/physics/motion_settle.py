"""Where the weight of the standing building goes: its static equilibrium, found before anything moves.

The photographed building already carries itself, so the modelled pose *is* the loaded pose. One sparse elastic solve
gives the bond forces that balance gravity in exactly that pose; they become the bonds' prestress and nothing has to sag
into place. The displacement of that solve is the elastic sag of an unloaded twin, reported because it says whether the
stiffness is believable.

Where the elastic answer overloads a bond, its stiffness is reduced and the load finds other ways (secant method): by
the lower-bound theorem of plasticity a structure stands if *any* stress state in equilibrium with its weight respects
the strengths (Heyman, "The Stone Skeleton", 1966). Only what no redistribution can relieve is strengthened, up to a
cap, and listed.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import LinearOperator, cg, splu

from secondunit.physics.motion_settings import Settings
from secondunit.physics.pieces import Bonds, Pieces
from secondunit.schema import InputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

SHEAR_RATIO = 0.4 * 5.0 / 6.0
"""Shear stiffness per Young's modulus: G = E / 2(1 + 0.25), times the shear factor 5/6 of a rectangle."""
TORSION_RATIO = 0.4
"""Torsional stiffness per Young's modulus and polar moment (G / E)."""
SHORTEST_M = 0.1
"""A bond's length is at least this: slivers between two large pieces would otherwise be springs of no length."""


def moving_mass(pieces: Pieces, settings: Settings) -> Floats:
    """(P,) kg with which each piece moves: its own, or `least_mass_kg`."""
    return np.maximum(pieces.mass_kg, settings.least_mass_kg)


def moving_inertia(pieces: Pieces, settings: Settings) -> Floats:
    """(P,3,3) kg m2 with which each piece turns: its own at its moving mass, no axis easier than `least_inertia` of the
    hardest.

    A window bar turns about its length ten thousand times more easily than a wall: the least friction would spin it
    faster than any step could follow.
    """
    inertia = pieces.inertia_kgm2 * (moving_mass(pieces, settings) / pieces.mass_kg)[:, None, None]
    value, axes = np.linalg.eigh(inertia)
    value = np.maximum(value, settings.least_inertia * value[:, -1:])
    return np.asarray(np.einsum("pij,pj,pkj->pik", axes, value, axes))


LEAN = 4.0
"""A cube gives way four times more readily at a corner than at its centre; contacts are no stiffer against any piece
than against a cube of its mass."""


def leaning_mass(pieces: Pieces, settings: Settings) -> Floats:
    """(P,) kg with which contacts reckon: the moving mass, less for bars and plates, whose corners give way easily.

    A bar caught between two floors would otherwise rattle about its length faster than the step can follow.
    """
    mass = moving_mass(pieces, settings)
    owner = pieces.vertex_piece
    arm = cross_matrix(pieces.vertices_m)
    inverse = np.linalg.inv(moving_inertia(pieces, settings))
    lever = np.einsum("vij,vjk,vlk->vil", arm, inverse[owner], arm)
    readiest = np.maximum.reduceat(np.linalg.eigvalsh(lever)[:, -1], pieces.vertex_start[:-1])
    return np.asarray(mass * np.minimum(1.0, LEAN / (1.0 + mass * readiest)))


@dataclass(frozen=True)
class Springs:
    """Bonds as springs, SI, rest axes. B bonds.

    arm_a, arm_b (B,3) anchor minus centroid (arm_b from the world origin for ground bonds) · stiff (B,2) normal, shear
    N/m · bend (B,3) about tangent, about normal x tangent, about normal N m/rad · frame (B,3,3) rows tangent, normal x
    tangent, normal · section (B,4) area, section moduli of the three moments · limit (B,3) tension, cohesion,
    compression Pa
    """

    arm_a: Floats
    arm_b: Floats
    stiff: Floats
    bend: Floats
    frame: Floats
    section: Floats
    limit: Floats


@dataclass(frozen=True)
class Settled:
    """The standing building in equilibrium. P pieces, B bonds, world axes at rest.

    position_m (P,3), rotation (P,4) xyzw: the pose (the modelled one) · force_n, moment_nm (B,3): of each bond on its
    body b at the bond's centroid · use (B,): stress over (strengthened) strength · strength (B,): factor on the bond's
    strengths, 1 unless strengthened · displacement_m (P,3): elastic displacement under own weight · sag_m: its largest
    downward value · supported (P,): glued, directly or not, to the ground or to a fixed piece · redistributed: bonds
    whose load was led elsewhere
    """

    position_m: Floats
    rotation: Floats
    force_n: Floats
    moment_nm: Floats
    use: Floats
    strength: Floats
    displacement_m: Floats
    sag_m: float
    supported: npt.NDArray[np.bool_]
    redistributed: int

    @property
    def strengthened(self) -> Ints:
        """Indices of the bonds that had to be made stronger than their material."""
        return np.flatnonzero(self.strength > 1.0).astype(np.int32)


def springs(pieces: Pieces, bonds: Bonds) -> Springs:
    """Six springs a bond from its section: E A / L, E I / L and so on, L the distance between the centroids along the
    normal.
    """
    ground = bonds.b < 0
    centre_b = np.where(ground[:, None], 0.0, pieces.centroid_m[bonds.b])
    arm_a = bonds.centroid_m - pieces.centroid_m[bonds.a]
    arm_b = bonds.centroid_m - centre_b
    length = np.einsum("bi,bi->b", bonds.normal, arm_a)
    length += np.where(ground, 0.0, -np.einsum("bi,bi->b", bonds.normal, arm_b))
    over = bonds.young_pa / np.maximum(np.abs(length), SHORTEST_M)
    polar = bonds.moment1_m4 + bonds.moment2_m4
    stiff = np.stack([over * bonds.area_m2, over * SHEAR_RATIO * bonds.area_m2], axis=1)
    bend = np.stack([over * bonds.moment1_m4, over * bonds.moment2_m4, over * TORSION_RATIO * polar], axis=1)
    second = np.cross(bonds.normal, bonds.tangent)
    radius = np.hypot(bonds.extent1_m, bonds.extent2_m)
    section = np.stack(
        [
            bonds.area_m2,
            bonds.moment1_m4 / np.maximum(bonds.extent2_m, 1e-4),
            bonds.moment2_m4 / np.maximum(bonds.extent1_m, 1e-4),
            polar / np.maximum(radius, 1e-4),
        ],
        axis=1,
    )
    frame = np.stack([bonds.tangent, second, bonds.normal], axis=1)
    limit = np.stack([bonds.tension_pa, bonds.shear_pa, bonds.compression_pa], axis=1)
    return Springs(arm_a, arm_b, stiff, np.maximum(bend, 1.0), frame, np.maximum(section, 1e-9), limit)


def cross_matrix(v: Floats) -> Floats:
    """(N,3,3) matrices with [v]x w = v x w."""
    out = np.zeros((len(v), 3, 3))
    out[:, 0, 1], out[:, 0, 2] = -v[:, 2], v[:, 1]
    out[:, 1, 0], out[:, 1, 2] = v[:, 2], -v[:, 0]
    out[:, 2, 0], out[:, 2, 1] = -v[:, 1], v[:, 0]
    return out


def strain_matrices(s: Springs) -> tuple[Floats, Floats]:
    """(B,6,6) each: the bond's strain (stretch, relative rotation; own frame) from the small motion (u, phi) of a and
    of b.
    """
    ja, jb = np.zeros((len(s.stiff), 6, 6)), np.zeros((len(s.stiff), 6, 6))
    f = s.frame
    ja[:, :3, :3], ja[:, :3, 3:], ja[:, 3:, 3:] = -f, f @ cross_matrix(s.arm_a), -f
    jb[:, :3, :3], jb[:, :3, 3:], jb[:, 3:, 3:] = f, -f @ cross_matrix(s.arm_b), f
    return ja, jb


def stiffness(s: Springs) -> Floats:
    """(B,6) spring constants in the order of `strain_matrices`: two shears, normal, two bendings, torsion."""
    k = s.stiff
    return np.column_stack([k[:, 1], k[:, 1], k[:, 0], s.bend])


def supported(pieces: Pieces, bonds: Bonds, whole: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """(P,) pieces that whole bonds connect to the ground or to a fixed piece."""
    count = len(pieces)
    a, b = bonds.a[whole], np.where(bonds.b[whole] < 0, count, bonds.b[whole])
    held = np.flatnonzero(pieces.fixed)
    rows, cols = np.concatenate([a, held]), np.concatenate([b, np.full(len(held), count)])
    graph = sp.coo_matrix((np.ones(len(rows)), (rows, cols)), shape=(count + 1, count + 1))
    _, label = connected_components(graph, directed=False)
    return np.asarray(label[:count] == label[count])


def utilisation(force: Floats, moment: Floats, s: Springs, strength: Floats) -> Floats:
    """(B,) largest stress over strength: tension with bending, Mohr-Coulomb shear, crushing. Same law as the kernel's
    `use_of`.
    """
    m = np.abs(np.einsum("bij,bj->bi", s.frame, moment))
    f = np.einsum("bij,bj->bi", s.frame, force)
    axial = -f[:, 2] / s.section[:, 0]
    bending = m[:, 0] / s.section[:, 1] + m[:, 1] / s.section[:, 2]
    shear = np.hypot(f[:, 0], f[:, 1]) / s.section[:, 0] + m[:, 2] / s.section[:, 3]
    limit = s.limit * strength[:, None]
    tension = (axial + bending) / limit[:, 0]
    slide = shear / (limit[:, 1] + 0.7 * np.maximum(-axial, 0.0))
    crush = (bending - axial) / limit[:, 2]
    return np.asarray(np.maximum(np.maximum(tension, slide), crush))


class Statics:
    """The elastic system of the glued pieces that stand; solved again and again with changed stiffnesses."""

    def __init__(
        self, pieces: Pieces, bonds: Bonds, s: Springs, standing: npt.NDArray[np.bool_], weight_n: Floats
    ) -> None:
        self.s = s
        free = standing & ~pieces.fixed
        self.index = np.full(len(pieces) + 1, -1)
        self.index[:-1][free] = np.arange(free.sum())
        self.size = 6 * int(free.sum())
        a, b = self.index[bonds.a], self.index[np.where(bonds.b < 0, len(pieces), bonds.b)]
        self.bonds = np.flatnonzero((a >= 0) | (b >= 0))
        ja, jb = strain_matrices(s)
        self.strain = np.concatenate([ja, jb], axis=2)[self.bonds]
        six = np.arange(6)
        dof = np.concatenate([a[self.bonds, None] * 6 + six, b[self.bonds, None] * 6 + six], axis=1)
        dof[:, :6][a[self.bonds] < 0] = -1
        dof[:, 6:][b[self.bonds] < 0] = -1
        self.dof = dof
        self.load = np.zeros(self.size)
        self.load[2::6] = -weight_n[free]
        self.free = free

    def matrix(self, k: Floats) -> sp.csc_matrix:
        """Global stiffness for spring constants k (B,6)."""
        block = np.einsum("bki,bk,bkj->bij", self.strain, k[self.bonds], self.strain)
        rows = np.broadcast_to(self.dof[:, :, None], block.shape)
        cols = np.broadcast_to(self.dof[:, None, :], block.shape)
        keep = (rows >= 0) & (cols >= 0)
        return sp.csc_matrix((block[keep], (rows[keep], cols[keep])), shape=(self.size, self.size))

    def forces(self, u: Floats, k: Floats) -> tuple[Floats, Floats]:
        """((B,3), (B,3)) force and moment on b, world axes, for displacements u."""
        padded = np.append(u, 0.0)
        strain = np.einsum("bki,bi->bk", self.strain, padded[self.dof])
        own = np.zeros((len(k), 6))
        own[self.bonds] = -k[self.bonds] * strain
        world = np.swapaxes(self.s.frame, 1, 2)
        return (world @ own[:, :3, None])[..., 0], (world @ own[:, 3:, None])[..., 0]


def redistribute(system: Statics, s: Springs, target: float, rounds: int) -> tuple[Floats, Floats, Floats, Floats]:
    """(first displacement, bond force, bond moment, softening (B,)) after leading load away from bonds used above
    `target`.
    """
    k = stiffness(s)
    soft = np.ones(len(k))
    ones = np.ones(len(k))
    first = system.matrix(k)
    factor = splu(first, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    elastic = factor.solve(system.load)
    u = elastic
    inverse = LinearOperator(first.shape, matvec=factor.solve)
    for _ in range(rounds):
        force, moment = system.forces(u, k * soft[:, None])
        use = utilisation(force, moment, s, ones)
        over = use > target
        if not over.any():
            break
        soft[over] = np.maximum(soft[over] * np.clip(target / use[over], 0.5, 1.0), 1e-4)
        u, failed = cg(system.matrix(k * soft[:, None]), system.load, x0=u, rtol=1e-7, maxiter=200, M=inverse)
        if failed:
            factor = splu(system.matrix(k * soft[:, None]), permc_spec="MMD_AT_PLUS_A")
            inverse = LinearOperator(first.shape, matvec=factor.solve)
            u = factor.solve(system.load)
    u = splu(system.matrix(k * soft[:, None]), permc_spec="MMD_AT_PLUS_A").solve(system.load)
    force, moment = system.forces(u, k * soft[:, None])
    return elastic, force, moment, soft


def settle(pieces: Pieces, bonds: Bonds, settings: Settings) -> Settled:
    """Static equilibrium of the standing building, in the modelled pose, with the strengthening it took.

    Pieces that no bond chain ties to the ground carry no load here: they are loose and will fall when motion starts.
    Raises InputError when nothing stands.
    """
    whole = np.ones(len(bonds), dtype=bool)
    standing = supported(pieces, bonds, whole)
    if not (standing & ~pieces.fixed).any():
        raise InputError(
            f"none of the {len(pieces)} pieces is bonded to the ground, so nothing can stand; "
            "give the lowest pieces ground bonds"
        )
    s = springs(pieces, bonds)
    weight = settings.gravity_mps2 * moving_mass(pieces, settings)
    system = Statics(pieces, bonds, s, standing, weight)
    u, force, moment, soft = redistribute(system, s, settings.spread_use, settings.spread_rounds)
    use = utilisation(force, moment, s, np.ones(len(bonds)))
    strength = np.where(use > settings.strong_use, np.minimum(use / settings.strong_use, settings.strongest), 1.0)
    displacement = np.zeros((len(pieces), 3))
    displacement[system.free] = u.reshape(-1, 6)[:, :3]
    return Settled(
        position_m=pieces.centroid_m.copy(),
        rotation=np.tile(np.array([0.0, 0.0, 0.0, 1.0]), (len(pieces), 1)),
        force_n=force,
        moment_nm=moment,
        use=utilisation(force, moment, s, strength),
        strength=strength,
        displacement_m=displacement,
        sag_m=float(max(0.0, -displacement[:, 2].min(initial=0.0))),
        supported=standing,
        redistributed=int((soft < 1.0).sum()),
    )
