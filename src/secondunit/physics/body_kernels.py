"""What bodies, shapes, bonds' loads and contact pairs are on the device, and the small mathematics the kernels share.

One source for CPU and CUDA. Every sum runs over an index list in a fixed order (never float atomics), so a device
repeats itself bit for bit. Poses are double: stiff bonds turn a micrometre into kilonewtons, and single precision at
thirty metres resolves two. Forces are single. Body P (one past the last piece) is the world: it never moves and has no
shape.
"""

import warp as wp

wp.config.enable_backward = False

AWAKE = wp.constant(0)
WATCH = wp.constant(1)
ASLEEP = wp.constant(2)
STILL = wp.constant(3)
GONE = wp.constant(4)

POINTS = wp.constant(5)
"""Contact points kept for a pair or against the ground: the farthest in four directions, and the deepest if it is none
of those.
"""

STIFFEN_M = wp.constant(0.012)

GLIDE = wp.constant(0.5)
"""Damping along a contact over that across it: what slips loses its energy to friction anyway."""


@wp.struct
class Bodies:
    """State and constants of P + 1 bodies. World frame, SI; `rest_inverse` is the inverse inertia in rest axes.

    lean (kg): the mass with which contacts reckon. crushing: see `hysteresis`. state: AWAKE 0 | WATCH 1 asleep beside
    something awake | ASLEEP 2 | STILL 3 never moves | GONE 4 deleted. turn: metres that a piece's farthest vertex can
    have moved by rotation so far (an upper bound; only differences matter).
    quiet (s): for how long the body has stayed near stay_x, stay_q. wake (m/s): a sleeper wakes when the impulse it got
    since would move it so fast. rest_force, rest_torque: what acted on it as it fell asleep (nudge counts from there,
    and forgets slowly). busy: how fast (1/s) its contact dampers would together stop it if none were held back; see
    `restraint`.
    """

    x: wp.array(dtype=wp.vec3d)
    q: wp.array(dtype=wp.quatd)
    rot: wp.array(dtype=wp.mat33)
    v: wp.array(dtype=wp.vec3d)
    momentum: wp.array(dtype=wp.vec3d)
    vf: wp.array(dtype=wp.vec3)
    w: wp.array(dtype=wp.vec3)
    mass: wp.array(dtype=float)
    lean: wp.array(dtype=float)
    rest_inverse: wp.array(dtype=wp.mat33)
    radius: wp.array(dtype=float)
    turn: wp.array(dtype=wp.float64)
    state: wp.array(dtype=int)
    quiet: wp.array(dtype=float)
    stay_x: wp.array(dtype=wp.vec3d)
    stay_q: wp.array(dtype=wp.quatd)
    wake: wp.array(dtype=float)
    rest_force: wp.array(dtype=wp.vec3)
    rest_torque: wp.array(dtype=wp.vec3)
    nudge: wp.array(dtype=wp.vec3)
    nudge_torque: wp.array(dtype=wp.vec3)
    force: wp.array(dtype=wp.vec3)
    torque: wp.array(dtype=wp.vec3)
    lost: wp.array(dtype=wp.float64)
    busy: wp.array(dtype=float)
    friction: wp.array(dtype=float)
    damping: wp.array(dtype=float)
    crushing: wp.array(dtype=float)


@wp.struct
class Gather:
    """Where a body finds the forces on it. Bond lists hold 2 * bond + side (side 1: the body is `b`)."""

    bond_start: wp.array(dtype=int)
    bond_list: wp.array(dtype=int)
    bond_force: wp.array(dtype=wp.vec3)
    bond_torque_a: wp.array(dtype=wp.vec3)
    bond_torque_b: wp.array(dtype=wp.vec3)
    ground_force: wp.array(dtype=wp.vec3)
    ground_torque: wp.array(dtype=wp.vec3)
    ground_lost: wp.array(dtype=float)
    ground_busy: wp.array(dtype=float)


@wp.struct
class Shapes:
    """P convex polyhedra in body frames, CSR over pieces. Edges carry the outward normals of both their faces."""

    vertex: wp.array(dtype=wp.vec3)
    vertex_start: wp.array(dtype=int)
    plane: wp.array(dtype=wp.vec4)
    plane_start: wp.array(dtype=int)
    corner: wp.array(dtype=int)
    corner_start: wp.array(dtype=int)
    edge: wp.array(dtype=wp.vec2i)
    edge_one: wp.array(dtype=wp.vec3)
    edge_two: wp.array(dtype=wp.vec3)
    edge_start: wp.array(dtype=int)


@wp.struct
class Pairs:
    """Candidate pairs (a < b) with everything that outlives a step; index = position in the sorted list.

    glued: 0 free, 1 a bond holds them together, 2 both are bonded to a third; no contact while that lasts. axis: unit,
    a's frame, from a towards b; gap (m): separation along it (negative: overlap) when last looked at, with offset = x_b
    - x_a and turn = sum of the bodies' turn then. count: contact points (0: none). side: 1 where body b owns the
    reference face. normal: outward from the reference body, its frame. allow (m): overlap excused since the pair met or
    broke apart. fresh: 1 until first looked at after being glued. slide: tangential spring (m, world, of b against a);
    twist (rad). force, torque_a, torque_b: load on b, torques on both (world, N, N m); power (W): of that load at the
    velocities it was computed from; lost (J): in the last step; spent (J): since the contact was last looked at.
    busy_a, busy_b (1/s): what the pair adds to `Bodies.busy`.
    """

    a: wp.array(dtype=int)
    b: wp.array(dtype=int)
    glued: wp.array(dtype=int)
    count: wp.array(dtype=int)
    side: wp.array(dtype=int)
    fresh: wp.array(dtype=int)
    feature: wp.array(dtype=int)
    axis: wp.array(dtype=wp.vec3)
    normal: wp.array(dtype=wp.vec3)
    gap: wp.array(dtype=float)
    allow: wp.array(dtype=float)
    offset: wp.array(dtype=wp.vec3d)
    turn: wp.array(dtype=wp.float64)
    slide: wp.array(dtype=wp.vec3)
    twist: wp.array(dtype=float)
    on_ref: wp.array(dtype=wp.vec3)
    on_other: wp.array(dtype=wp.vec3)
    score: wp.array(dtype=float)
    energy: wp.array(dtype=float)
    force: wp.array(dtype=wp.vec3)
    torque_a: wp.array(dtype=wp.vec3)
    torque_b: wp.array(dtype=wp.vec3)
    power: wp.array(dtype=float)
    lost: wp.array(dtype=float)
    spent: wp.array(dtype=float)
    busy_a: wp.array(dtype=float)
    busy_b: wp.array(dtype=float)


@wp.struct
class Lists:
    """How a body finds its pairs: row[i]..row[i+1] are the pairs (i, j > i); back_list[back_row[j]..] names the pairs
    (i < j, j).
    """

    row: wp.array(dtype=int)
    back_row: wp.array(dtype=int)
    back_list: wp.array(dtype=int)


@wp.func
def to_float(a: wp.vec3d):
    return wp.vec3(float(a[0]), float(a[1]), float(a[2]))


@wp.func
def to_double(a: wp.vec3):
    return wp.vec3d(wp.float64(a[0]), wp.float64(a[1]), wp.float64(a[2]))


@wp.func
def rotation_matrix(q: wp.quatd):
    """Single-precision matrix of a unit quaternion (world from body)."""
    r = wp.quat_to_matrix(q)
    return wp.mat33(
        float(r[0, 0]), float(r[0, 1]), float(r[0, 2]),
        float(r[1, 0]), float(r[1, 1]), float(r[1, 2]),
        float(r[2, 0]), float(r[2, 1]), float(r[2, 2]),
    )  # fmt: skip


@wp.func
def advanced(q: wp.quatd, w: wp.vec3, dt: float):
    """The orientation after turning at world spin `w` for `dt`: exact for constant spin."""
    speed = wp.length(w)
    angle = speed * dt
    if angle < 1.0e-12:
        return q
    axis = to_double(w / speed)
    half = wp.float64(0.5) * wp.float64(angle)
    s = wp.sin(half)
    turn = wp.quatd(axis[0] * s, axis[1] * s, axis[2] * s, wp.cos(half))
    return wp.normalize(turn * q)


@wp.func
def spin(rot: wp.mat33, rest_inverse: wp.mat33, momentum: wp.vec3d):
    """World spin from world angular momentum."""
    return rot * (rest_inverse * (wp.transpose(rot) * to_float(momentum)))


@wp.func
def reduced_mass(a: int, b: int, bodies: Bodies):
    """Of two bodies, as their contact feels them; a body that cannot move counts as infinitely heavy."""
    ma = bodies.lean[a]
    mb = bodies.lean[b]
    if bodies.state[a] == STILL:
        return mb
    if bodies.state[b] == STILL:
        return ma
    return ma * mb / (ma + mb)


@wp.func
def resistance(depth: float):
    """Force of a contact over its stiffness (m): linear while shallow, twice that at STIFFEN_M and straight on from
    there, so that what is caught beneath a building is not simply swallowed."""
    over = wp.max(0.0, depth - STIFFEN_M)
    return depth * (1.0 + depth / STIFFEN_M) - over * over / STIFFEN_M


@wp.func
def strain_energy(depth: float):
    """Energy of a contact point over its stiffness (m2): the integral of `resistance`."""
    over = wp.max(0.0, depth - STIFFEN_M)
    return depth * depth * (0.5 + depth / (3.0 * STIFFEN_M)) - over * over * over / (3.0 * STIFFEN_M)


@wp.func
def yielding(count: int, levers: float, sideways: float, mass: float):
    """How readily (1/kg) a body gives way to `count` equal dampers along one normal, in its worst direction, nearly.

    Pushing together they act on 1/m each, tilting on about half the sum of their levers (two axes share it); friction
    adds half of what it finds across the normal.
    """
    return wp.max(float(count) / mass, 0.5 * levers) + 0.5 * sideways


@wp.func
def eagerness(arm: wp.vec3, n: wp.vec3, mass: float, inverse: wp.mat33):
    """How readily (1/kg) a free body gives way along n at a point `arm` from its centroid, all in its own frame."""
    lever = wp.cross(arm, n)
    return 1.0 / mass + wp.dot(lever, inverse * lever)


@wp.func
def sideways(arm: wp.vec3, n: wp.vec3, mass: float, inverse: wp.mat33):
    """The same summed over the two directions across n."""
    every = 3.0 / mass + wp.trace(inverse) * wp.dot(arm, arm) - wp.dot(arm, inverse * arm)
    return every - eagerness(arm, n, mass, inverse)
