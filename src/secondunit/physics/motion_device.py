"""Pieces and bonds as arrays on the device, and the arrays that the simulation writes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import warp as wp
from scipy.spatial.transform import Rotation

from secondunit.physics.body_kernels import POINTS, Bodies, Gather, Lists, Pairs, Shapes
from secondunit.physics.bond_kernels import Glue
from secondunit.physics.contact_force_kernels import Ground
from secondunit.physics.motion_settings import Settings
from secondunit.physics.motion_settle import (
    Settled,
    Springs,
    leaning_mass,
    moving_inertia,
    moving_mass,
    springs,
    stiffness,
    strain_matrices,
)
from secondunit.physics.pieces import MATERIALS, Bonds, Pieces

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

AWAKE, ASLEEP, STILL = 0, 2, 3
PAIRS_PER_PIECE = 40
"""Room for candidate pairs; rubble has about ten a piece. A list that does not fit raises after the frame."""


def _csr(owner: Ints, entry: Ints, count: int) -> tuple[Ints, Ints, npt.NDArray[np.intp]]:
    """(start (count+1,), entries sorted by owner, the order) of a list of lists."""
    order = np.argsort(owner, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))]).astype(np.int32)
    return start, entry[order].astype(np.int32), order


def edge_faces(pieces: Pieces) -> tuple[Floats, Floats]:
    """((E,3), (E,3)) outward normals of the two faces at each edge, ordered so that second x first points along the
    edge.
    """
    corners = np.diff(pieces.face_start)
    face = np.repeat(np.arange(len(corners)), corners)
    place = np.arange(len(face))
    following = np.where(place + 1 < pieces.face_start[face + 1], place + 1, pieces.face_start[face])
    start, end = pieces.face_vertices, pieces.face_vertices[following]
    side = {(int(i), int(j)): int(f) for i, j, f in zip(start, end, face, strict=True)}
    one = np.array([side[int(i), int(j)] for i, j in pieces.edges], dtype=np.int64)
    two = np.array([side[int(j), int(i)] for i, j in pieces.edges], dtype=np.int64)
    n1, n2 = pieces.planes[one, :3], pieces.planes[two, :3]
    along = pieces.vertices_m[pieces.edges[:, 1]] - pieces.vertices_m[pieces.edges[:, 0]]
    swap = np.einsum("ei,ei->e", np.cross(n2, n1), along) < 0.0
    return np.where(swap[:, None], n2, n1), np.where(swap[:, None], n1, n2)


def shapes(pieces: Pieces, device: str) -> Shapes:
    """Geometry, constant."""
    out = Shapes()
    one, two = edge_faces(pieces)
    for name, value, kind in (
        ("vertex", pieces.vertices_m, wp.vec3),
        ("vertex_start", pieces.vertex_start, int),
        ("plane", pieces.planes, wp.vec4),
        ("plane_start", pieces.plane_start, int),
        ("corner", pieces.face_vertices, int),
        ("corner_start", pieces.face_start, int),
        ("edge", pieces.edges, wp.vec2i),
        ("edge_one", one, wp.vec3),
        ("edge_two", two, wp.vec3),
        ("edge_start", pieces.edge_start, int),
    ):
        setattr(out, name, wp.array(value, dtype=kind, device=device))
    return out


def _fill(target: object, device: str, size: int, kinds: Mapping[str, Any]) -> None:
    """Zeroed arrays of one length."""
    for name, kind in kinds.items():
        setattr(target, name, wp.zeros(size, dtype=kind, device=device))


def damping_ratio(restitution: Floats) -> Floats:
    """What `press_pairs` needs so that a contact of stiffness 2 rate^2 m bounces with this restitution."""
    bounce = np.log(np.clip(restitution, 0.01, 0.99))
    return np.asarray(-bounce / np.sqrt(2.0 * (np.pi**2 + bounce**2)))


def bodies(pieces: Pieces, settled: Settled, settings: Settings, device: str) -> Bodies:
    """The P + 1 bodies in their settled pose, at rest; what stands sleeps, what is loose is awake."""
    count = len(pieces)
    out = Bodies()
    kinds = {
        "v": wp.vec3d,
        "momentum": wp.vec3d,
        "vf": wp.vec3,
        "w": wp.vec3,
        "turn": wp.float64,
        "quiet": float,
        "busy": float,
    }
    loads = dict.fromkeys(("force", "torque", "rest_force", "rest_torque", "nudge", "nudge_torque"), wp.vec3)
    _fill(out, device, count + 1, kinds | loads | {"lost": wp.float64})
    mass = moving_mass(pieces, settings)
    inertia = moving_inertia(pieces, settings)
    reach = np.linalg.norm(pieces.vertices_m, axis=1)
    state = np.where(settled.supported & settings.sleeping, ASLEEP, AWAKE)
    friction = np.array([m.friction for m in MATERIALS])[pieces.material]
    bounce = np.array([m.restitution for m in MATERIALS])[pieces.material]
    world = {
        "x": (settled.position_m, np.zeros(3), wp.vec3d),
        "q": (settled.rotation, np.array([0.0, 0.0, 0.0, 1.0]), wp.quatd),
        "stay_x": (settled.position_m, np.zeros(3), wp.vec3d),
        "stay_q": (settled.rotation, np.array([0.0, 0.0, 0.0, 1.0]), wp.quatd),
        "rot": (Rotation.from_quat(settled.rotation).as_matrix(), np.eye(3), wp.mat33),
        "mass": (mass, 1.0, float),
        "lean": (leaning_mass(pieces, settings), 1.0, float),
        "rest_inverse": (np.linalg.inv(inertia), np.eye(3), wp.mat33),
        "radius": (np.maximum.reduceat(reach, pieces.vertex_start[:-1]), 0.0, float),
        "state": (np.where(pieces.fixed, STILL, state), STILL, int),
        "wake": (np.full(count, settings.start_wake_mps), 0.0, float),
        "friction": (friction, settings.ground_friction, float),
        "damping": (damping_ratio(bounce), 0.3, float),
        "crushing": ((1.0 - bounce**2) / (1.0 + bounce**2), 0.9, float),
    }
    for name, (value, last, kind) in world.items():
        joined = np.concatenate([value, np.asarray(last, dtype=value.dtype)[None]])
        setattr(out, name, wp.array(joined, dtype=kind, device=device))
    return out


def softened(pieces: Pieces, bonds: Bonds, s: Springs, settings: Settings) -> Floats:
    """(B,) factor <= 1 that keeps every vibration of the glued building slower than `bond_rate_radps`.

    The largest eigenvalue of the whole system is at most twice the largest of the pieces' own blocks (each spring's
    matrix is bounded by twice its two diagonal blocks), so bounding the blocks bounds the system. Symplectic Euler with
    a damper is stable while (w dt)^2 + 2 c dt < 4 (c: damping rate); at the longest step bonds have w dt = 1.2 and use
    2.4 of that.
    """
    count = len(pieces)
    k = stiffness(s)
    ja, jb = strain_matrices(s)
    block = np.zeros((count + 1, 6, 6))
    np.add.at(block, bonds.a, np.einsum("bki,bk,bkj->bij", ja, k, ja))
    np.add.at(block, np.where(bonds.b < 0, count, bonds.b), np.einsum("bki,bk,bkj->bij", jb, k, jb))
    block = block[:count]
    scale = moving_mass(pieces, settings)
    root = np.zeros((count, 6, 6))
    root[:, :3, :3] = np.eye(3) / np.sqrt(scale)[:, None, None]
    value, axes = np.linalg.eigh(moving_inertia(pieces, settings))
    root[:, 3:, 3:] = np.einsum("pij,pj,pkj->pik", axes, 1.0 / np.sqrt(value), axes)
    fastest = np.linalg.eigvalsh(root @ block @ root)[:, -1]
    allowed = 0.5 * settings.bond_rate_radps**2
    factor = np.append(np.where(pieces.fixed, 1.0, np.minimum(1.0, allowed / np.maximum(fastest, 1e-30))), 1.0)
    return np.asarray(np.minimum(factor[bonds.a], factor[np.where(bonds.b < 0, count, bonds.b)]))


def heft(pieces: Pieces, bonds: Bonds, s: Springs, settings: Settings) -> Floats:
    """(B,2) kg and kg m2 that the two bodies of a bond set against a slide and a turn there, in their easiest
    direction.
    """
    easiest = np.linalg.eigvalsh(moving_inertia(pieces, settings))[:, 0]
    light = 1.0 / moving_mass(pieces, settings)
    other, there = np.where(bonds.b < 0, 0, bonds.b), bonds.b >= 0
    slide = light[bonds.a] + (s.arm_a**2).sum(axis=1) / easiest[bonds.a]
    slide += there * (light[other] + (s.arm_b**2).sum(axis=1) / easiest[other])
    turn = 1.0 / easiest[bonds.a] + there / easiest[other]
    return np.stack([1.0 / slide, 1.0 / turn], axis=1)


def glue(pieces: Pieces, bonds: Bonds, settled: Settled, settings: Settings, device: str) -> tuple[Glue, Floats]:
    """The bonds, prestressed to carry the building, and how much each was softened for the step."""
    count = len(pieces)
    s = springs(pieces, bonds)
    soft = softened(pieces, bonds, s, settings)
    ground = bonds.b < 0
    centre_b = np.where(ground[:, None], 0.0, settled.position_m[bonds.b])
    out = Glue()
    size = len(bonds)
    _fill(out, device, size, {"relax_s": float, "energy": float, "lost": wp.float64, "use": float})
    for name, value, kind in (
        ("a", bonds.a, int),
        ("b", np.where(ground, count, bonds.b), int),
        ("reach", centre_b - settled.position_m[bonds.a], wp.vec3d),
        ("arm_a", s.arm_a, wp.vec3),
        ("arm_b", s.arm_b, wp.vec3),
        ("normal", bonds.normal, wp.vec3),
        ("tangent", bonds.tangent, wp.vec3),
        ("stiff", s.stiff * soft[:, None], wp.vec2),
        ("bend", s.bend * soft[:, None], wp.vec3),
        ("heft", heft(pieces, bonds, s, settings), wp.vec2),
        ("section", s.section, wp.vec4),
        ("limit", s.limit * settled.strength[:, None], wp.vec3),
        ("give", np.stack([bonds.slip_m, bonds.hinge_rad], axis=1), wp.vec2),
        ("hold_force", settled.force_n, wp.vec3),
        ("hold_torque", settled.moment_nm, wp.vec3),
        ("whole", np.ones(size), int),
        ("broken_s", np.full(size, np.inf), wp.float64),
    ):
        setattr(out, name, wp.array(value, dtype=kind, device=device))
    return out, soft


def gather(pieces: Pieces, bonds: Bonds, device: str) -> tuple[Gather, wp.array[Any]]:
    """Bond lists of each body with room for loads, and the body at the other end of each entry."""
    count, size = len(pieces), len(bonds)
    b = np.where(bonds.b < 0, count, bonds.b)
    index = np.arange(size)
    owner = np.concatenate([bonds.a, b])
    start, entries, order = _csr(owner, np.concatenate([2 * index, 2 * index + 1]), count + 1)
    out = Gather()
    out.bond_start = wp.array(start, dtype=int, device=device)
    out.bond_list = wp.array(entries, dtype=int, device=device)
    _fill(out, device, size, dict.fromkeys(("bond_force", "bond_torque_a", "bond_torque_b"), wp.vec3))
    _fill(
        out,
        device,
        count + 1,
        {"ground_force": wp.vec3, "ground_torque": wp.vec3, "ground_lost": float, "ground_busy": float},
    )
    other = np.concatenate([b, bonds.a])[order]
    return out, wp.array(other.astype(np.int32), dtype=int, device=device)


def ground(count: int, device: str) -> Ground:
    """Ground contacts of `count` bodies."""
    out = Ground()
    floats = dict.fromkeys(("height", "allow", "twist", "energy", "power"), float)
    _fill(out, device, count, floats | {"count": int, "z": wp.float64, "turn": wp.float64, "slide": wp.vec3})
    out.vertex = wp.zeros(POINTS * count, dtype=int, device=device)
    out.allow.fill_(1.0e9)
    return out


def pairs(pieces: int, device: str) -> Pairs:
    """Room for the candidate pairs of `pieces` pieces."""
    out = Pairs()
    room = max(64, PAIRS_PER_PIECE * pieces)
    ints = dict.fromkeys(("a", "b", "glued", "count", "side", "fresh", "feature"), int)
    floats = dict.fromkeys(("gap", "allow", "twist", "energy", "power", "lost", "spent", "busy_a", "busy_b"), float)
    vectors = dict.fromkeys(("axis", "normal", "slide", "force", "torque_a", "torque_b"), wp.vec3)
    _fill(out, device, room, ints | floats | vectors | {"offset": wp.vec3d, "turn": wp.float64})
    _fill(out, device, POINTS * room, {"on_ref": wp.vec3, "on_other": wp.vec3, "score": float})
    return out


def lists(pieces: int, device: str) -> Lists:
    """Lists from bodies to pairs, empty."""
    out = Lists()
    out.row = wp.zeros(pieces + 1, dtype=int, device=device)
    out.back_row = wp.zeros(pieces + 1, dtype=int, device=device)
    out.back_list = wp.zeros(max(64, PAIRS_PER_PIECE * pieces), dtype=int, device=device)
    return out
