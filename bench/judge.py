"""What a simulation gave, measured in the same way for every program, from its states alone."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import warp as wp
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from secondunit.physics.contact_sat_kernels import measure, measure_ground
from secondunit.physics.motion import Settings
from secondunit.physics.motion_engine import Engine
from secondunit.physics.pieces import Pieces
from secondunit.physics.reference import no_bonds, overlap_depth, unglued, world_vertices

Floats = NDArray[np.float64]
STILL_MPS = 0.05
PARTED_M = 0.02
EVERY = 6
"""States between two measurements of overlap."""


@dataclass(frozen=True)
class Judged:
    """overlap: of pieces with each other (m, true polytope distance) in the states after the first; p99 is over pieces
    and states of each piece's deepest overlap, worst the deepest of all, start that of the given state. ground_worst_m:
    deepest a piece reaches into the ground. energy_rise: largest rise of kinetic plus potential energy above an earlier
    state, as a share of what the whole fall set free. at_rest: share of the pieces slower than 5 cm/s at the end.
    height_m: mean height of the pieces at the end. check_m: how far the worst pair's overlap differs from Qhull's.
    """

    overlap_p99_m: float
    overlap_worst_m: float
    overlap_start_m: float
    ground_worst_m: float
    energy_rise: float
    at_rest: float
    height_m: float
    check_m: float


def judge(pieces: Pieces, mass_kg: Floats, position: Floats, rotation: Floats, fps: float) -> dict[str, float]:
    """The verdict on states (F,P,3), (F,P,4) xyzw at `fps`."""
    ruler = Ruler(pieces, position[0], rotation[0])
    start, _, _ = ruler.overlaps(position[0], rotation[0])
    depths: list[Floats] = []
    grounds: list[Floats] = []
    worst = (0.0, 0, 0, 0)
    for f in range(EVERY, len(position), EVERY):
        depth, pairs, ground = ruler.overlaps(position[f], rotation[f])
        depths.append(deepest(len(pieces), pairs, depth))
        grounds.append(ground)
        if len(depth) and depth.max() > worst[0]:
            one, other = (int(n) for n in pairs[depth.argmax()])
            worst = (float(depth.max()), f, one, other)
    joined = np.concatenate(depths)
    most, f, one, other = worst
    hulls = (world_vertices(pieces, n, position[f, n], rotation[f, n]) for n in (one, other))
    check = abs(overlap_depth(*hulls) - most) if most else 0.0
    energy = energies(pieces, mass_kg, position, rotation, fps)
    speed = np.linalg.norm(position[-1] - position[-2], axis=1) * fps
    rise = energy - np.minimum.accumulate(energy)
    return asdict(
        Judged(
            overlap_p99_m=float(np.percentile(joined, 99.0)) if len(joined) else 0.0,
            overlap_worst_m=most,
            overlap_start_m=float(start.max(initial=0.0)),
            ground_worst_m=float(max(g.max(initial=0.0) for g in grounds)),
            energy_rise=float(rise.max() / max(energy[0] - energy[-1], 1e-9)),
            at_rest=float((speed < STILL_MPS).mean()),
            height_m=float(position[-1, :, 2].mean()),
            check_m=float(check),
        )
    )


def deepest(count: int, pairs: NDArray[np.intp], depth: Floats) -> Floats:
    """(P,) each piece's deepest overlap with another."""
    out = np.zeros(count)
    for side in (0, 1):
        np.maximum.at(out, pairs[:, side], depth)
    return out


def parted(bonds: dict[str, NDArray[np.generic]], position: Floats, rotation: Floats) -> float:
    """Share of bonds (arrays as `demo_fall.glued` gives them) whose two ends lie over 2 cm apart at the end."""
    a, b, place = (np.asarray(bonds[name]) for name in ("bond_a", "bond_b", "bond_m"))
    turn = [Rotation.from_quat(np.vstack([rotation[f], [0.0, 0.0, 0.0, 1.0]])) for f in (0, -1)]
    at = [np.vstack([position[f], np.zeros(3)]) for f in (0, -1)]
    ends = [at[1][n] + turn[1][n].apply(turn[0][n].inv().apply(place - at[0][n])) for n in (a, b)]
    return float((np.linalg.norm(ends[0] - ends[1], axis=1) > PARTED_M).mean())


def energies(pieces: Pieces, mass_kg: Floats, position: Floats, rotation: Floats, fps: float) -> Floats:
    """(F-1,) kinetic and potential energy (J) between neighbouring states; speeds by differences, which free fall at
    24 states a second makes 0.02 % wrong after half a second."""
    inertia = pieces.inertia_kgm2 * (mass_kg / pieces.mass_kg)[:, None, None]
    move = np.diff(position, axis=0) * fps
    middle = 0.5 * (position[1:] + position[:-1])[:, :, 2]
    total = []
    for f in range(len(move)):
        here = Rotation.from_quat(rotation[f])
        spin = (here.inv() * Rotation.from_quat(rotation[f + 1])).as_rotvec() * fps
        kinetic = 0.5 * mass_kg * (move[f] ** 2).sum(axis=1) + 0.5 * np.einsum("pi,pij,pj->p", spin, inertia, spin)
        total.append(float((kinetic + 9.80665 * mass_kg * middle[f]).sum()))
    return np.array(total)


class Ruler:
    """Measures overlaps of pieces in any pose."""

    def __init__(self, pieces: Pieces, position: Floats, rotation: Floats) -> None:
        self.engine = Engine(pieces, no_bonds(), unglued(pieces, position, rotation), Settings(), 4e-4, "cpu")
        self.count = len(pieces)
        reach = np.linalg.norm(pieces.vertices_m, axis=1)
        self.radius = np.maximum.reduceat(reach, pieces.vertex_start[:-1])

    def overlaps(self, position: Floats, rotation: Floats) -> tuple[Floats, NDArray[np.intp], Floats]:
        """(N,) overlap of the pairs that overlap, (N,2) those pairs, and (P,) how deep each piece is in the ground."""
        bodies: Any = self.engine.bodies
        last = np.eye(3)[None]
        bodies.x.assign(np.concatenate([position, np.zeros((1, 3))]))
        turned = np.concatenate([Rotation.from_quat(rotation).as_matrix(), last])
        bodies.rot.assign(turned.astype(np.float32))
        bodies.state.assign(np.append(np.zeros(self.count), 3).astype(np.int32))
        pairs = self._near(position)
        out, low = wp.zeros(max(1, len(pairs)), dtype=float), wp.zeros(self.count, dtype=float)
        ends: list[Any] = [wp.array(pairs[:, side].astype(np.int32), dtype=int) for side in (0, 1)]
        wp.launch(measure, len(pairs), inputs=[bodies, self.engine.shapes, *ends, out])
        wp.launch(measure_ground, self.count, inputs=[bodies, self.engine.shapes, low])
        depth = out.numpy()[: len(pairs)].astype(np.float64)
        touching = depth > 0.0
        return depth[touching], pairs[touching], low.numpy().astype(np.float64)

    def _near(self, position: Floats) -> NDArray[np.intp]:
        """(N,2) pairs whose spheres meet."""
        pairs = cKDTree(position).query_pairs(2.0 * float(self.radius.max()), output_type="ndarray")
        apart = np.linalg.norm(position[pairs[:, 0]] - position[pairs[:, 1]], axis=1)
        return np.asarray(pairs[apart < self.radius[pairs[:, 0]] + self.radius[pairs[:, 1]]])
