"""Warp kernels of contact forces: springs and dampers at the kept points, Coulomb friction with a memory, the ground.

Each point is a spring of rate^2 times the pair's reduced mass; a constant of the pair, so that what a contact stores it gives
back, and halving the time step changes nothing but accuracy. Friction acts at the centre of pressure through a tangential spring
that remembers where the two stuck, and through a torsional one.
"""

import warp as wp

from secondunit.physics.body_kernels import AWAKE, STILL, WATCH, Bodies, Gather, Pairs, Shapes, to_float
from secondunit.physics.contact_kernels import facing

wp.config.enable_backward = False


@wp.struct
class Ground:
    """Contact of each body with the plane z = 0: up to four of its vertices, the friction memory, what was excused at rest."""

    count: wp.array(dtype=int)
    vertex: wp.array(dtype=int)
    height: wp.array(dtype=float)
    z: wp.array(dtype=wp.float64)
    turn: wp.array(dtype=wp.float64)
    allow: wp.array(dtype=float)
    slide: wp.array(dtype=wp.vec3)
    twist: wp.array(dtype=float)
    energy: wp.array(dtype=float)


@wp.func
def reduced_mass(a: int, b: int, bodies: Bodies):
    """Of two bodies; a body that cannot move counts as infinitely heavy."""
    ma = bodies.mass[a]
    mb = bodies.mass[b]
    if bodies.state[a] == STILL:
        return mb
    if bodies.state[b] == STILL:
        return ma
    return ma * mb / (ma + mb)


@wp.func
def clipped(v: wp.vec3, limit: float):
    length = wp.length(v)
    if length > limit:
        return v * (limit / length)
    return v


@wp.func
def friction(slide: wp.vec3, n: wp.vec3, v: wp.vec3, stiff: float, drag: float, limit: float, dt: float):
    """(force on the moving body, new tangential spring, energy lost) of a sticking-or-slipping contact.

    slide: spring (m) before the step, v: relative velocity of the moving body. The spring turns with the contact plane.
    """
    vt = v - wp.dot(v, n) * n
    flat = slide - wp.dot(slide, n) * n
    size = wp.length(flat)
    if size > 0.0:
        flat = flat * (wp.length(slide) / size)
    before = 0.5 * stiff * wp.length_sq(slide)
    wanted = -(stiff * (flat + vt * dt)) - drag * vt
    f = clipped(wanted, limit)
    after = clipped(flat + vt * dt, limit / stiff)
    lost = -wp.dot(f, vt) * dt - (0.5 * stiff * wp.length_sq(after) - before)
    return f, after, wp.max(lost, 0.0)


@wp.func
def torsion(twist: float, rate: float, stiff: float, drag: float, limit: float, dt: float):
    """(torque about the normal, new angle, energy lost): the same law for spinning on the spot."""
    before = 0.5 * stiff * twist * twist
    angle = twist + rate * dt
    torque = wp.clamp(-stiff * angle - drag * rate, -limit, limit)
    after = wp.clamp(angle, -limit / stiff, limit / stiff)
    lost = -torque * rate * dt - (0.5 * stiff * after * after - before)
    return torque, after, wp.max(lost, 0.0)


@wp.func
def press(pairs: Pairs, p: int, r: int, c: int, bodies: Bodies, n: wp.vec3, k: float, drag: float, half: float):
    """Normal forces at the pair's points, seen from r's centroid.

    Returns (sum of f, sum of f x, spring energy, power lost, sum of f x^2). The power uses the velocity in the middle of the step,
    half = dt / 2 / mass; at its beginning an impact would seem to lose more than the bodies had.
    """
    rot_r = bodies.rot[r]
    rot_c = bodies.rot[c]
    t = to_float(bodies.x[c] - bodies.x[r])
    v = bodies.vf[c] - bodies.vf[r]
    wr = bodies.w[r]
    wc = bodies.w[c]
    total = float(0.0)
    point = wp.vec3(0.0)
    energy = float(0.0)
    loss = float(0.0)
    square = float(0.0)
    for m in range(pairs.count[p]):
        arm_r = rot_r * pairs.on_ref[4 * p + m]
        arm_c = rot_c * pairs.on_other[4 * p + m]
        depth = wp.dot(n, arm_r - arm_c - t) - pairs.allow[p]
        if depth > 0.0:
            vn = wp.dot(n, v + wp.cross(wc, arm_c) - wp.cross(wr, arm_r))
            f = wp.max(0.0, k * depth - drag * vn)
            x = arm_c + t
            total += f
            point += f * x
            square += f * wp.length_sq(x)
            energy += 0.5 * k * depth * depth
            loss += wp.max(0.0, (k * depth - f) * (vn + half * f))
    return total, point, energy, loss, square


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
    r = int(a)
    c = int(b)
    if pairs.side[p] == 1:
        r = b
        c = a
    n = bodies.rot[r] * pairs.normal[p]
    mass = reduced_mass(a, b, bodies)
    k = rate * rate * mass
    zeta = 0.5 * (bodies.damping[a] + bodies.damping[b])
    drag = 2.0 * zeta * rate * mass
    push, point, energy, loss, square = press(pairs, p, r, c, bodies, n, k, drag, 0.5 * dt / mass)
    lost = dt * loss
    if push <= 0.0:
        pairs.energy[p] = energy
        pairs.lost[p] = lost
        pairs.slide[p] = wp.vec3()
        pairs.twist[p] = 0.0
        pairs.force[p] = wp.vec3()
        pairs.torque_a[p] = wp.vec3()
        pairs.torque_b[p] = wp.vec3()
        return
    centre = point / push
    arm_c = centre - to_float(bodies.x[c] - bodies.x[r])
    v = bodies.vf[c] + wp.cross(bodies.w[c], arm_c) - bodies.vf[r] - wp.cross(bodies.w[r], centre)
    sign = float(1.0)
    if pairs.side[p] == 1:
        sign = -1.0
    grip = 0.5 * (bodies.friction[a] + bodies.friction[b]) * push
    ft, slide, lost_t = friction(sign * pairs.slide[p], n, v, 2.0 * k, drag, grip, dt)
    reach = wp.sqrt(wp.max(square / push - wp.length_sq(centre), 1.0e-6))
    spin = wp.dot(n, bodies.w[c] - bodies.w[r])
    turn, twist, lost_m = torsion(pairs.twist[p], spin, 2.0 * k * reach * reach, drag * reach * reach, grip * reach, dt)
    pairs.slide[p] = sign * slide
    pairs.twist[p] = twist
    pairs.energy[p] = energy + k * wp.length_sq(slide) + k * reach * reach * twist * twist
    pairs.lost[p] = lost + lost_t + lost_m
    f = push * n + ft
    torque_c = wp.cross(arm_c, f) + turn * n
    torque_r = -wp.cross(centre, f) - turn * n
    pairs.force[p] = sign * f
    pairs.torque_a[p] = torque_r
    pairs.torque_b[p] = torque_c
    if pairs.side[p] == 1:
        pairs.torque_a[p] = torque_c
        pairs.torque_b[p] = torque_r


@wp.func
def choose_ground_points(i: int, shapes: Shapes, ground: Ground, rot: wp.mat33, face: int):
    """The corners of the lowest face that reach farthest in four directions."""
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
                ground.vertex[4 * i + k] = shapes.corner[m]


@wp.kernel
def look_at_ground(bodies: Bodies, shapes: Shapes, ground: Ground, span_s: float, refresh: float, first: int):
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
        ground.slide[i] = wp.vec3()
        ground.twist[i] = 0.0
        ground.energy[i] = 0.0
        return
    choose_ground_points(i, shapes, ground, rot, face)
    ground.count[i] = 4


@wp.func
def leave_ground(i: int, ground: Ground, gather: Gather, energy: float, lost: float):
    gather.ground_force[i] = wp.vec3()
    gather.ground_torque[i] = wp.vec3()
    gather.ground_lost[i] = lost
    ground.energy[i] = energy
    ground.slide[i] = wp.vec3()
    ground.twist[i] = 0.0


@wp.kernel
def press_ground(bodies: Bodies, shapes: Shapes, ground: Ground, gather: Gather, rate: float, grip: float, dt: float):
    """Force of the ground on each body; `grip`: the ground's own friction, averaged with the body's."""
    i = wp.tid()
    if bodies.state[i] == WATCH:
        gather.ground_lost[i] = 0.0
    if bodies.state[i] != AWAKE:
        return
    if ground.count[i] == 0:
        leave_ground(i, ground, gather, 0.0, 0.0)
        return
    n = wp.vec3(0.0, 0.0, 1.0)
    mass = bodies.mass[i]
    k = rate * rate * mass
    drag = 2.0 * bodies.damping[i] * rate * mass
    z = float(bodies.x[i][2])
    rot = bodies.rot[i]
    w = bodies.w[i]
    push = float(0.0)
    point = wp.vec3(0.0)
    energy = float(0.0)
    loss = float(0.0)
    square = float(0.0)
    for m in range(4):
        arm = rot * shapes.vertex[ground.vertex[4 * i + m]]
        depth = -(z + arm[2]) - ground.allow[i]
        if depth > 0.0:
            vn = bodies.vf[i][2] + wp.cross(w, arm)[2]
            f = wp.max(0.0, k * depth - drag * vn)
            push += f
            point += f * arm
            square += f * wp.length_sq(arm)
            energy += 0.5 * k * depth * depth
            loss += wp.max(0.0, (k * depth - f) * (vn + 0.5 * dt * f / mass))
    if push <= 0.0:
        leave_ground(i, ground, gather, energy, dt * loss)
        return
    centre = point / push
    limit = 0.5 * (grip + bodies.friction[i]) * push
    v = bodies.vf[i] + wp.cross(w, centre)
    ft, slide, lost_t = friction(ground.slide[i], n, v, 2.0 * k, drag, limit, dt)
    reach = wp.sqrt(wp.max(square / push - wp.length_sq(centre), 1.0e-6))
    turn, twist, lost_m = torsion(ground.twist[i], w[2], 2.0 * k * reach * reach, drag * reach * reach, limit * reach, dt)
    ground.slide[i] = slide
    ground.twist[i] = twist
    ground.energy[i] = energy + k * wp.length_sq(slide) + k * reach * reach * twist * twist
    whole = push * n + ft
    gather.ground_force[i] = whole
    gather.ground_torque[i] = wp.cross(centre, whole) + turn * n
    gather.ground_lost[i] = dt * loss + lost_t + lost_m
