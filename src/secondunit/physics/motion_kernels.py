"""Warp kernels of rigid motion: how forces are gathered, how a body moves, when it sleeps and wakes."""

import warp as wp

from secondunit.physics.body_kernels import (
    ASLEEP,
    AWAKE,
    STILL,
    WATCH,
    Bodies,
    Gather,
    Lists,
    Pairs,
    advanced,
    rotation_matrix,
    spin,
    to_double,
    to_float,
)

wp.config.enable_backward = False


@wp.func
def bond_load(i: int, gather: Gather):
    """(force, torque) of all bonds on body i."""
    f = wp.vec3(0.0)
    t = wp.vec3(0.0)
    for k in range(gather.bond_start[i], gather.bond_start[i + 1]):
        entry = gather.bond_list[k]
        bond = entry // 2
        if entry % 2 == 1:
            f += gather.bond_force[bond]
            t += gather.bond_torque_b[bond]
        else:
            f -= gather.bond_force[bond]
            t += gather.bond_torque_a[bond]
    return f, t


@wp.func
def contact_load(i: int, lists: Lists, pairs: Pairs):
    """(force, torque, energy lost this step, damping rate) of all contacts on body i; each partner answers for half of
    the loss.
    """
    f = wp.vec3(0.0)
    t = wp.vec3(0.0)
    lost = float(0.0)
    busy = float(0.0)
    for p in range(lists.row[i], lists.row[i + 1]):
        if pairs.count[p] > 0:
            f -= pairs.force[p]
            t += pairs.torque_a[p]
            lost += 0.5 * pairs.lost[p]
            busy += pairs.busy_a[p]
    for k in range(lists.back_row[i], lists.back_row[i + 1]):
        p2 = lists.back_list[k]
        if pairs.count[p2] > 0:
            f += pairs.force[p2]
            t += pairs.torque_b[p2]
            lost += 0.5 * pairs.lost[p2]
            busy += pairs.busy_b[p2]
    return f, t, lost, busy


FORGET_S = wp.constant(0.05)
"""A sleeper's nudges fade with this time constant: a neighbour's shiver averages out, a lasting change of load does
not.
"""


CALM_S = wp.constant(0.04)
SOON = wp.constant(0.4)
"""What has stayed in place for this share of the time it takes to fall asleep loses its shiver with this time constant,
so that restless neighbours do not keep each other awake. What starts to fall leaves its place in half that time."""


ROCK_MPS = wp.constant(0.6)
"""What is carried and slower than this is damped: see `rocking`."""

BINDING = wp.constant(4.0)
"""By how much of itself that damping grows in every late second."""

PATIENCE = wp.constant(0.3)
"""Share of the time it takes to fall asleep for which the neighbours of a sleeper must have stayed in place. Asking
them for all of it would keep a heap awake as long as any stone in it stirs; what they do later wakes the sleeper."""

BALANCE = wp.constant(0.5)
"""Net force, as a share of the weight, up to which a body counts as carried."""


@wp.func
def rocking(i: int, bodies: Bodies, f: wp.vec3, mass: float, gravity: float, rate: float, late: float):
    """Damping rate (1/s) of a body that rubble carries: rolling and rocking crumble the edges they turn on, which
    rigid pieces do not show. Nothing that falls is slowed, for its load is out of balance. The longer rubble has been
    worked (`late`, s), the more it binds: otherwise a leaning ruin sways for seconds, and then makes up its mind.
    """
    speed = wp.length(bodies.vf[i]) + wp.length(bodies.w[i]) * bodies.radius[i]
    walk = ROCK_MPS * (1.0 + 0.5 * late)
    if speed > walk or wp.length(f) >= BALANCE * gravity * mass:
        return float(0.0)
    slow = wp.min((1.0 - speed / walk) * (1.0 + late), 1.0)
    return rate * slow * (1.0 + BINDING * late)


JERK_MPS = wp.constant(2.0)
"""Contacts together change no body's speed by more than this in one step. A light piece that heavy ones press holds
their load on both sides; when one side lets go, the other's would be a shot. What is more than this crushes it."""

LEAP_MPS = wp.constant(7.0)
"""Contacts throw nothing upwards faster than this: what shoots out between two floors like a seed is crushed first."""


@wp.func
def taken(i: int, bodies: Bodies, f: wp.vec3, mass: float, dt: float):
    """What body i takes of the contact force f; the work of the rest is lost."""
    got = f * wp.min(1.0, JERK_MPS * mass / wp.max(wp.length(f) * dt, 1.0e-6))
    if bodies.vf[i][2] > LEAP_MPS and got[2] > 0.0:
        got = wp.vec3(got[0], got[1], 0.0)
    gone = dt * wp.dot(f - got, bodies.vf[i] + got * (0.5 * dt / mass))
    bodies.lost[i] = bodies.lost[i] + wp.float64(gone)
    return got


@wp.func
def stirred(i: int, bodies: Bodies, f: wp.vec3, t: wp.vec3, mass: float, dt: float):
    """Add this step's nudge to a sleeping body; whether it is enough to wake it."""
    keep = 1.0 - dt / FORGET_S
    push = bodies.nudge[i] * keep + (f - bodies.rest_force[i]) * dt
    turn = bodies.nudge_torque[i] * keep + (t - bodies.rest_torque[i]) * dt
    bodies.nudge[i] = push
    bodies.nudge_torque[i] = turn
    limit = bodies.wake[i] * mass
    return wp.length(push) > limit or wp.length(turn) > limit * bodies.radius[i]


@wp.kernel
def move(bodies: Bodies, gather: Gather, lists: Lists, pairs: Pairs, gravity: float, most_tip: float, rest_s: float,
         rock: float, late: float, dt: float, clock: wp.array(dtype=wp.float64)):  # fmt: skip
    """Gather, wake or not, then symplectic Euler: velocity first, position with the new velocity.

    Rotation integrates world angular momentum, so it is conserved to rounding; the spin that turns the piece is taken
    at the half step, which keeps a free tumbling body's energy (the gyroscopic term is exact to second order).
    """
    i = wp.tid()
    if i == 0:
        clock[0] = clock[0] + wp.float64(dt)
    state = bodies.state[i]
    if state >= ASLEEP:
        return
    f, t = bond_load(i, gather)
    fc, tc, lost, busy = contact_load(i, lists, pairs)
    bodies.busy[i] = busy + gather.ground_busy[i]
    mass = bodies.mass[i]
    f = f + taken(i, bodies, fc + gather.ground_force[i], mass, dt)
    t = t + tc + gather.ground_torque[i]
    f = f + wp.vec3(0.0, 0.0, -gravity * mass)
    bodies.force[i] = f
    bodies.torque[i] = t
    bodies.lost[i] = bodies.lost[i] + wp.float64(lost) + wp.float64(gather.ground_lost[i])
    if state == WATCH:
        if not stirred(i, bodies, f, t, mass, dt):
            return
        bodies.state[i] = AWAKE
        bodies.quiet[i] = 0.0
    keep = 1.0 - dt * rocking(i, bodies, f, mass, gravity, rock, late)
    if bodies.quiet[i] >= SOON * rest_s:
        keep = 1.0 - dt / CALM_S
    if keep < 1.0:
        energy = 0.5 * (mass * wp.length_sq(bodies.vf[i]) + wp.dot(to_float(bodies.momentum[i]), bodies.w[i]))
        bodies.lost[i] = bodies.lost[i] + wp.float64(energy * (1.0 - keep * keep))
    v = bodies.v[i] * wp.float64(keep) + to_double(f * (dt / mass))
    bodies.v[i] = v
    bodies.vf[i] = to_float(v)
    bodies.x[i] = bodies.x[i] + v * wp.float64(dt)
    momentum = bodies.momentum[i] * wp.float64(keep) + to_double(t * dt)
    bodies.momentum[i] = momentum
    q = bodies.q[i]
    inverse = bodies.rest_inverse[i]
    w = spin(bodies.rot[i], inverse, momentum)
    fast = wp.length(w) * bodies.radius[i]
    if fast > most_tip:
        share = most_tip / fast
        energy = 0.5 * wp.dot(to_float(momentum), w)
        bodies.lost[i] = bodies.lost[i] + wp.float64(energy * (1.0 - share * share))
        momentum = momentum * wp.float64(share)
        bodies.momentum[i] = momentum
        w = w * share
    if wp.length_sq(w) > 1.0e-4:
        w = spin(rotation_matrix(advanced(q, w, 0.5 * dt)), inverse, momentum)
    q = advanced(q, w, dt)
    rot = rotation_matrix(q)
    bodies.q[i] = q
    bodies.rot[i] = rot
    bodies.w[i] = spin(rot, inverse, momentum)
    bodies.turn[i] = bodies.turn[i] + wp.float64(wp.length(w) * bodies.radius[i] * dt)


@wp.func
def is_quiet(j: int, bodies: Bodies, rest_s: float):
    return bodies.state[j] != AWAKE or bodies.quiet[j] >= PATIENCE * rest_s


@wp.func
def neighbours_quiet(i: int, bodies: Bodies, bond_other: wp.array(dtype=int), whole: wp.array(dtype=int),
                     gather: Gather,
                     lists: Lists, pairs: Pairs, rest_s: float):  # fmt: skip
    """Whether every body that touches or is glued to i is quiet; and how many there are."""
    touching = int(0)
    for k in range(gather.bond_start[i], gather.bond_start[i + 1]):
        if whole[gather.bond_list[k] // 2] != 0:
            touching += 1
            if not is_quiet(bond_other[k], bodies, rest_s):
                return -1
    for p in range(lists.row[i], lists.row[i + 1]):
        if pairs.count[p] > 0:
            touching += 1
            if not is_quiet(pairs.b[p], bodies, rest_s):
                return -1
    for m in range(lists.back_row[i], lists.back_row[i + 1]):
        p2 = lists.back_list[m]
        if pairs.count[p2] > 0:
            touching += 1
            if not is_quiet(pairs.a[p2], bodies, rest_s):
                return -1
    return touching


@wp.kernel
def time_quiet(bodies: Bodies, stir_m: float, span_s: float):
    """How long each awake body has stayed where it is, to within `stir_m`: shivering on the spot is rest, creeping is
    not.
    """
    i = wp.tid()
    if bodies.state[i] == AWAKE:
        apart = wp.length(bodies.x[i] - bodies.stay_x[i])
        between = wp.quat_inverse(bodies.stay_q[i]) * bodies.q[i]
        axis = wp.vec3d(between[0], between[1], between[2])
        if float(apart) + 2.0 * float(wp.length(axis)) * bodies.radius[i] < stir_m:
            bodies.quiet[i] = bodies.quiet[i] + span_s
        else:
            bodies.quiet[i] = 0.0
            bodies.stay_x[i] = bodies.x[i]
            bodies.stay_q[i] = bodies.q[i]


@wp.kernel
def choose_sleepers(bodies: Bodies, bond_other: wp.array(dtype=int), whole: wp.array(dtype=int), gather: Gather,
                    lists: Lists, pairs: Pairs, rest_s: float, gravity: float,
                    chosen: wp.array(dtype=int)):  # fmt: skip
    """Reads states only; `put_to_sleep` writes them, so the outcome does not depend on thread order.

    A body may sleep when it has stayed in place long enough, all that touches it for a while, and the load on it is in
    balance: what falls asleep on the hop would take its own weight for the load it rests under, and hang in the air
    when its support leaves.
    """
    i = wp.tid()
    state = bodies.state[i]
    chosen[i] = state
    if state >= STILL:
        return
    if state == AWAKE and bodies.quiet[i] < rest_s:
        return
    if state == AWAKE and wp.length(bodies.force[i]) > BALANCE * gravity * bodies.mass[i]:
        return
    touching = neighbours_quiet(i, bodies, bond_other, whole, gather, lists, pairs, rest_s)
    if state == AWAKE:
        if touching > 0 or wp.length_sq(gather.ground_force[i]) > 0.0:
            chosen[i] = WATCH
        return
    if any_awake(i, bodies, bond_other, whole, gather, lists, pairs):
        chosen[i] = WATCH
    else:
        chosen[i] = ASLEEP


@wp.func
def any_awake(i: int, bodies: Bodies, bond_other: wp.array(dtype=int), whole: wp.array(dtype=int), gather: Gather,
              lists: Lists, pairs: Pairs):  # fmt: skip
    """Whether anything that could change the load on a sleeping body is awake."""
    for k in range(gather.bond_start[i], gather.bond_start[i + 1]):
        if bodies.state[bond_other[k]] == AWAKE:
            return True
    for p in range(lists.row[i], lists.row[i + 1]):
        if bodies.state[pairs.b[p]] == AWAKE:
            return True
    for m in range(lists.back_row[i], lists.back_row[i + 1]):
        if bodies.state[pairs.a[lists.back_list[m]]] == AWAKE:
            return True
    return False


@wp.kernel
def put_to_sleep(bodies: Bodies, chosen: wp.array(dtype=int), wake: float):
    """Freeze the chosen: velocity exactly zero, what was left of the motion booked as lost."""
    i = wp.tid()
    before = bodies.state[i]
    now = chosen[i]
    if before == now:
        return
    bodies.state[i] = now
    if before == AWAKE:
        kinetic = 0.5 * bodies.mass[i] * wp.length_sq(bodies.vf[i])
        kinetic += 0.5 * wp.dot(to_float(bodies.momentum[i]), bodies.w[i])
        bodies.lost[i] = bodies.lost[i] + wp.float64(kinetic)
        bodies.v[i] = wp.vec3d()
        bodies.vf[i] = wp.vec3()
        bodies.w[i] = wp.vec3()
        bodies.momentum[i] = wp.vec3d()
        bodies.wake[i] = wake
        bodies.rest_force[i] = bodies.force[i]
        bodies.rest_torque[i] = bodies.torque[i]
        bodies.nudge[i] = wp.vec3()
        bodies.nudge_torque[i] = wp.vec3()
