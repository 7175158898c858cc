"""Warp kernels of contact forces: springs and dampers at the kept points, Coulomb friction with a memory, the ground.

A contact is one spring of 2 rate^2 times the pair's leaning mass, a constant of the pair. What it is pressed by is the
joint depth of its points, their fourth-power mean: close to the deepest, so that a contact which changes from a face to
a corner changes its energy little, yet smooth, so that every corner of a face carries its part. The spring resists
approach more than it pushes apart (`hysteresis`): rubble hardly bounces. Friction acts at the centre of pressure
through a tangential spring that remembers where the two stuck, and through a torsional one.
"""

import warp as wp

from secondunit.physics.body_kernels import (
    AWAKE,
    GLIDE,
    POINTS,
    STILL,
    Bodies,
    Gather,
    Pairs,
    Shapes,
    eagerness,
    reduced_mass,
    resistance,
    sideways,
    strain_energy,
    to_float,
    yielding,
)
from secondunit.physics.contact_kernels import facing

wp.config.enable_backward = False

MOST_DAMPING = wp.constant(0.6)
"""Share of a body's motion that its contact dampers may take per step. Explicit integration bears (w dt)^2 + 2 c dt <
4; bonds use 2.4 of it and the partner on the other side of a contact doubles c, so c dt stays under 0.4 for the body's
worst direction."""


SLOW_MPS = wp.constant(0.2)
HASTE = wp.constant(12.0)
"""Hysteresis has its full effect above this relative speed, raised to this many times what the contact's own load
changes the speed by in a step, and more where other contacts damp the same body: a steeper damper would overshoot, and
what is caught between heavy neighbours would rattle."""


FLUNG_MPS = wp.constant(6.0)
"""A contact pushes nothing off faster than this, and less and less from half of it on. Rubble's own bounce is slower;
but what is caught between tonnes holds their load, which would shoot a window bar like a cherry stone, where in truth
it is crushed."""


@wp.struct
class Ground:
    """Contact of each body with the plane z = 0: up to five of its vertices, the friction memory, what was excused at
    rest.
    """

    count: wp.array(dtype=int)
    vertex: wp.array(dtype=int)
    height: wp.array(dtype=float)
    z: wp.array(dtype=wp.float64)
    turn: wp.array(dtype=wp.float64)
    allow: wp.array(dtype=float)
    slide: wp.array(dtype=wp.vec3)
    twist: wp.array(dtype=float)
    energy: wp.array(dtype=float)
    power: wp.array(dtype=float)


@wp.func
def restraint(bodies: Bodies, a: int, b: int, dt: float):
    """Factor <= 1 on a contact's damping that keeps the dampers of both bodies, taken together, stable."""
    busy = wp.max(bodies.busy[a], bodies.busy[b]) * dt
    return MOST_DAMPING / wp.max(busy, MOST_DAMPING)


@wp.func
def clipped(v: wp.vec3, limit: float):
    length = wp.length(v)
    if length > limit:
        return v * (limit / length)
    return v


@wp.func
def friction(slide: wp.vec3, n: wp.vec3, v: wp.vec3, stiff: float, drag: float, limit: float, dt: float):
    """(force on the moving body, new tangential spring) of a sticking-or-slipping contact.

    slide: spring (m) before the step, v: relative velocity of the moving body. The spring turns with the contact plane.
    """
    vt = v - wp.dot(v, n) * n
    flat = slide - wp.dot(slide, n) * n
    size = wp.length(flat)
    if size > 0.0:
        flat = flat * (wp.length(slide) / size)
    wanted = -(stiff * (flat + vt * dt)) - drag * vt
    return clipped(wanted, limit), clipped(flat + vt * dt, limit / stiff)


@wp.func
def torsion(twist: float, rate: float, stiff: float, drag: float, limit: float, dt: float):
    """(torque about the normal, new angle): the same law for spinning on the spot."""
    angle = twist + rate * dt
    return wp.clamp(-stiff * angle - drag * rate, -limit, limit), wp.clamp(angle, -limit / stiff, limit / stiff)


@wp.func
def crushing(bodies: Bodies, a: int, b: int):
    """How much more a contact resists approach than it pushes apart, 0 to 1: restitution^2 = (1 - c) / (1 + c), were it
    not for SLOW_MPS and HASTE.
    """
    return 0.5 * (bodies.crushing[a] + bodies.crushing[b])


@wp.func
def hysteresis(vn: float, slow: float, crush: float):
    """Factor on the elastic force at separation speed vn: Hunt and Crossley's damping in proportion to the force
    (1975), which starts and ends at zero with the contact, here levelled off so that the force never pulls.
    """
    return 1.0 - crush * wp.clamp(vn / slow, -1.0, 1.0)


@wp.func
def reluctance(vn: float):
    """Factor on the elastic force at separation speed vn: 1 up to half of FLUNG_MPS, 0 from there on."""
    return wp.clamp(2.0 - 2.0 * vn / FLUNG_MPS, 0.0, 1.0)


@wp.func
def press(pairs: Pairs, p: int, r: int, c: int, bodies: Bodies, n: wp.vec3, k: float, drag: float, crush: float,
          hasty: float):  # fmt: skip
    """Normal forces at the points, seen from r's centroid: (sum of f, sum of f x, spring energy, sum of f x^2).
    `hasty`: m/s of hysteresis' full effect per newton of load.
    """
    rot_r = bodies.rot[r]
    rot_c = bodies.rot[c]
    t = to_float(bodies.x[c] - bodies.x[r])
    v = bodies.vf[c] - bodies.vf[r]
    wr = bodies.w[r]
    wc = bodies.w[c]
    total = float(0.0)
    point = wp.vec3(0.0)
    square = float(0.0)
    fourth = float(0.0)
    for m in range(pairs.count[p]):
        gap = rot_r * pairs.on_ref[POINTS * p + m] - rot_c * pairs.on_other[POINTS * p + m] - t
        deep = wp.max(0.0, wp.dot(n, gap) - pairs.allow[p])
        fourth += deep * deep * deep * deep
    share = 1.0 / float(pairs.count[p])
    joint = wp.sqrt(wp.sqrt(fourth * share))
    if joint < 1.0e-9:
        return total, point, total, square
    elastic = 2.0 * k * resistance(joint)
    slow = SLOW_MPS + hasty * elastic
    for m in range(pairs.count[p]):
        arm_r = rot_r * pairs.on_ref[POINTS * p + m]
        arm_c = rot_c * pairs.on_other[POINTS * p + m]
        depth = wp.dot(n, arm_r - arm_c - t) - pairs.allow[p]
        if depth > 0.0:
            vn = wp.dot(n, v + wp.cross(wc, arm_c) - wp.cross(wr, arm_r))
            part = depth / joint
            part = part * part * part * hysteresis(vn, slow, crush) * reluctance(vn)
            f = wp.max(0.0, share * elastic * part - drag * vn)
            x = arm_c + t
            total += f
            point += f * x
            square += f * wp.length_sq(x)
    return total, point, 2.0 * k * strain_energy(joint), square


@wp.func
def pair_power(pairs: Pairs, p: int, a: int, b: int, bodies: Bodies):
    """Power (W) of the pair's present load at the present velocities."""
    moving = wp.dot(pairs.force[p], bodies.vf[b] - bodies.vf[a])
    return moving + wp.dot(pairs.torque_a[p], bodies.w[a]) + wp.dot(pairs.torque_b[p], bodies.w[b])


@wp.func
def settle_account(pairs: Pairs, p: int, work: float, energy: float):
    """What the bodies gave in the last step and the springs do not hold is lost (exact: a kick's work is its mean
    power).
    """
    pairs.lost[p] = pairs.energy[p] - work - energy
    pairs.spent[p] = pairs.spent[p] + pairs.lost[p]
    pairs.energy[p] = energy


@wp.kernel
def press_pairs(bodies: Bodies, pairs: Pairs, total: wp.array(dtype=int), rate: float, dt: float):
    """Forces of every touching pair, stored on the pair."""
    p = wp.tid()
    if p >= total[0]:
        return
    if pairs.count[p] == 0:
        return
    a = pairs.a[p]
    b = pairs.b[p]
    if bodies.state[a] != AWAKE and bodies.state[b] != AWAKE:
        pairs.lost[p] = 0.0
        return
    work = 0.5 * dt * (pairs.power[p] + pair_power(pairs, p, a, b, bodies))
    r = int(a)
    c = int(b)
    sign = float(1.0)
    if pairs.side[p] == 1:
        r = b
        c = a
        sign = -1.0
    n = bodies.rot[r] * pairs.normal[p]
    mass = reduced_mass(a, b, bodies)
    k = rate * rate * mass
    calm = restraint(bodies, a, b, dt)
    drag = (bodies.damping[a] + bodies.damping[b]) * rate * mass * calm
    share = 2.0 / float(pairs.count[p])
    push, point, energy, square = press(
        pairs, p, r, c, bodies, n, k, share * drag, crushing(bodies, a, b), HASTE * dt / (mass * calm)
    )
    if push <= 0.0:
        settle_account(pairs, p, work, energy)
        pairs.slide[p] = wp.vec3()
        pairs.twist[p] = 0.0
        pairs.power[p] = 0.0
        pairs.force[p] = wp.vec3()
        pairs.torque_a[p] = wp.vec3()
        pairs.torque_b[p] = wp.vec3()
        return
    centre = point / push
    arm_c = centre - to_float(bodies.x[c] - bodies.x[r])
    v = bodies.vf[c] + wp.cross(bodies.w[c], arm_c) - bodies.vf[r] - wp.cross(bodies.w[r], centre)
    grip = 0.5 * (bodies.friction[a] + bodies.friction[b]) * push
    ft, slide = friction(sign * pairs.slide[p], n, v, k, GLIDE * drag, grip, dt)
    reach = wp.sqrt(wp.max(square / push - wp.length_sq(centre), 1.0e-6))
    spin = wp.dot(n, bodies.w[c] - bodies.w[r])
    turn, twist = torsion(pairs.twist[p], spin, k * reach * reach, GLIDE * drag * reach * reach, grip * reach, dt)
    pairs.slide[p] = sign * slide
    pairs.twist[p] = twist
    settle_account(pairs, p, work, energy + 0.5 * k * (wp.length_sq(slide) + reach * reach * twist * twist))
    f = push * n + ft
    torque_c = wp.cross(arm_c, f) + turn * n
    torque_r = -wp.cross(centre, f) - turn * n
    pairs.force[p] = sign * f
    pairs.torque_a[p] = torque_r
    pairs.torque_b[p] = torque_c
    if pairs.side[p] == 1:
        pairs.torque_a[p] = torque_c
        pairs.torque_b[p] = torque_r
    pairs.power[p] = pair_power(pairs, p, a, b, bodies)


@wp.func
def choose_ground_points(i: int, shapes: Shapes, ground: Ground, rot: wp.mat33, face: int, deepest: int):
    """The corners of the lowest face that reach farthest in four directions, and the lowest vertex if it is none of
    them.
    """
    count = int(POINTS)
    for k in range(4):
        best = float(-1.0e9)
        for m in range(shapes.corner_start[face], shapes.corner_start[face + 1]):
            p = rot * shapes.vertex[shapes.corner[m]]
            reach = 0.64 * p[0] + 0.77 * p[1]
            if k % 2 == 1:
                reach = 0.64 * p[1] - 0.77 * p[0]
            if k >= 2:
                reach = -reach
            if reach > best:
                best = reach
                ground.vertex[POINTS * i + k] = shapes.corner[m]
        if ground.vertex[POINTS * i + k] == deepest:
            count = POINTS - 1
    ground.vertex[POINTS * i + POINTS - 1] = deepest
    ground.count[i] = count


@wp.func
def braced_by_ground(i: int, bodies: Bodies, shapes: Shapes, ground: Ground, rot: wp.mat33, rate: float):
    """Damping rate (1/s) that the ground's points on body i add up to; see `Bodies.busy`."""
    n = wp.transpose(rot) * wp.vec3(0.0, 0.0, 1.0)
    mass = bodies.mass[i]
    inverse = bodies.rest_inverse[i]
    levers = float(0.0)
    across = float(0.0)
    for k in range(ground.count[i]):
        arm = shapes.vertex[ground.vertex[POINTS * i + k]]
        levers += eagerness(arm, n, mass, inverse) - 1.0 / mass
        across += sideways(arm, n, mass, inverse)
    busy = yielding(ground.count[i], levers, 0.5 * GLIDE * across, mass)
    return busy * 4.0 / float(ground.count[i]) * bodies.damping[i] * rate * bodies.lean[i]


@wp.kernel
def look_at_ground(bodies: Bodies, shapes: Shapes, ground: Ground, gather: Gather, span_s: float, refresh: float,
                   rate: float,
                   first: int):  # fmt: skip
    """Which vertices may meet the ground before the next look."""
    i = wp.tid()
    if bodies.state[i] != AWAKE and first == 0:
        return
    if bodies.state[i] >= STILL:
        ground.count[i] = 0
        return
    z = bodies.x[i][2]
    moved = wp.abs(float(z - ground.z[i])) + float(bodies.turn[i] - ground.turn[i])
    reach = 0.002 + span_s * (wp.length(bodies.vf[i]) + wp.length(bodies.w[i]) * bodies.radius[i])
    if first == 0:
        if ground.count[i] > 0 and moved < refresh:
            return
        if ground.count[i] == 0 and moved + reach < ground.height[i]:
            return
    ground.z[i] = z
    ground.turn[i] = bodies.turn[i]
    rot = bodies.rot[i]
    face, deepest = facing(shapes, i, wp.transpose(rot) * wp.vec3(0.0, 0.0, 1.0))
    height = float(z) + (rot * shapes.vertex[deepest])[2]
    ground.height[i] = height
    overlap = wp.max(0.0, -height)
    if first == 1:
        ground.allow[i] = overlap
    ground.allow[i] = wp.min(ground.allow[i], overlap)
    if height > reach:
        ground.count[i] = 0
        gather.ground_busy[i] = 0.0
        ground.slide[i] = wp.vec3()
        ground.twist[i] = 0.0
        ground.energy[i] = 0.0
        return
    choose_ground_points(i, shapes, ground, rot, face, deepest)
    gather.ground_busy[i] = braced_by_ground(i, bodies, shapes, ground, rot, rate)


@wp.func
def leave_ground(i: int, ground: Ground, gather: Gather):
    gather.ground_force[i] = wp.vec3()
    gather.ground_torque[i] = wp.vec3()
    ground.power[i] = 0.0
    ground.slide[i] = wp.vec3()
    ground.twist[i] = 0.0


@wp.func
def ground_power(i: int, bodies: Bodies, gather: Gather):
    return wp.dot(gather.ground_force[i], bodies.vf[i]) + wp.dot(gather.ground_torque[i], bodies.w[i])


@wp.func
def press_down(i: int, bodies: Bodies, shapes: Shapes, ground: Ground, k: float, drag: float, hasty: float):
    """Normal forces of the ground at its points on body i: (sum of f, sum of f x, spring energy, sum of f x^2)."""
    z = float(bodies.x[i][2])
    rot = bodies.rot[i]
    push = float(0.0)
    point = wp.vec3(0.0)
    energy = float(0.0)
    square = float(0.0)
    fourth = float(0.0)
    for m in range(ground.count[i]):
        deep = wp.max(0.0, -(z + (rot * shapes.vertex[ground.vertex[POINTS * i + m]])[2]) - ground.allow[i])
        fourth += deep * deep * deep * deep
    share = 1.0 / float(ground.count[i])
    joint = wp.sqrt(wp.sqrt(fourth * share))
    if joint < 1.0e-9:
        return push, point, energy, square
    elastic = 2.0 * k * resistance(joint)
    slow = SLOW_MPS + hasty * elastic
    for m in range(ground.count[i]):
        arm = rot * shapes.vertex[ground.vertex[POINTS * i + m]]
        depth = -(z + arm[2]) - ground.allow[i]
        if depth > 0.0:
            vn = bodies.vf[i][2] + wp.cross(bodies.w[i], arm)[2]
            part = depth / joint
            part = part * part * part * hysteresis(vn, slow, bodies.crushing[i]) * reluctance(vn)
            f = wp.max(0.0, share * elastic * part - drag * vn)
            push += f
            point += f * arm
            square += f * wp.length_sq(arm)
    energy = 2.0 * k * strain_energy(joint)
    return push, point, energy, square


@wp.kernel
def press_ground(bodies: Bodies, shapes: Shapes, ground: Ground, gather: Gather, rate: float, grip: float, dt: float):
    """Force of the ground on each body; `grip`: the ground's own friction, averaged with the body's."""
    i = wp.tid()
    if bodies.state[i] != AWAKE:
        gather.ground_lost[i] = 0.0
        return
    work = 0.5 * dt * (ground.power[i] + ground_power(i, bodies, gather))
    n = wp.vec3(0.0, 0.0, 1.0)
    mass = bodies.lean[i]
    k = rate * rate * mass
    calm = restraint(bodies, i, i, dt)
    drag = 2.0 * bodies.damping[i] * rate * mass * calm
    push = float(0.0)
    point = wp.vec3(0.0)
    energy = float(0.0)
    square = float(0.0)
    if ground.count[i] > 0:
        share = 2.0 / float(ground.count[i])
        push, point, energy, square = press_down(i, bodies, shapes, ground, k, share * drag, HASTE * dt / (mass * calm))
    if push <= 0.0:
        gather.ground_lost[i] = ground.energy[i] - work - energy
        ground.energy[i] = energy
        leave_ground(i, ground, gather)
        return
    centre = point / push
    limit = 0.5 * (grip + bodies.friction[i]) * push
    v = bodies.vf[i] + wp.cross(bodies.w[i], centre)
    ft, slide = friction(ground.slide[i], n, v, k, GLIDE * drag, limit, dt)
    reach = wp.sqrt(wp.max(square / push - wp.length_sq(centre), 1.0e-6))
    stiff = k * reach * reach
    turn, twist = torsion(ground.twist[i], bodies.w[i][2], stiff, GLIDE * drag * reach * reach, limit * reach, dt)
    ground.slide[i] = slide
    ground.twist[i] = twist
    energy = energy + 0.5 * k * wp.length_sq(slide) + 0.5 * stiff * twist * twist
    gather.ground_lost[i] = ground.energy[i] - work - energy
    ground.energy[i] = energy
    whole = push * n + ft
    gather.ground_force[i] = whole
    gather.ground_torque[i] = wp.cross(centre, whole) + turn * n
    ground.power[i] = ground_power(i, bodies, gather)
