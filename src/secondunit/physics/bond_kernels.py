"""Warp kernel of bonds: a linear 6-DOF spring between two bodies that carries a prestress, damps, relaxes and breaks.

Strain is measured in body a's frame: `stretch` = where b's anchor is minus where a's anchor is, `bend` = rotation of b
relative to a. The force on b is (prestress - stiffness * stretch - damping * rate). The standing building's own weight
lives in the prestress, so the rest pose is an exact equilibrium whatever stiffness the time step allows.
"""

import warp as wp

from secondunit.physics.body_kernels import WATCH, Bodies, Gather, to_float

wp.config.enable_backward = False

WIDEST_M = wp.constant(0.02)
STEEPEST_RAD = wp.constant(0.06)
"""A brittle joint holds no gap of two centimetres and no rotation of 0.06. Bonds softened for the sake of the step
would otherwise stretch like rubber before they reach their strength. What a joint yields comes on top."""

SOFTENING = wp.constant(0.8)
"""Share of a ductile joint's strength that is gone, linearly, when it has opened as far as it will: straight down as a
crack's (Hillerborg, Modeer and Petersson 1976), to the fifth that ASCE 41 leaves concrete beams past their peak. At
constant strength a hinge that is hardly overloaded goes on creeping for ten seconds."""

BROKEN = wp.constant(0)
WHOLE = wp.constant(1)
LETTING_GO = wp.constant(2)


@wp.struct
class Glue:
    """B bonds. Directions and arms in rest axes; `reach` = centroid of b minus centroid of a at rest.

    stiff: normal, shear (N/m); bend: about tangent, about normal x tangent, torsion (N m/rad). heft: what the bodies
    set against a slide (kg) and a turn (kg m2) at the bond, which scales the damping of slow swinging. hold_force,
    hold_torque: prestress on b in a's frame. whole: BROKEN 0 | WHOLE 1 | LETTING_GO 2 (cut on purpose, its force
    fading). relax_s: how long the force still relaxes towards zero (support lost). limit: tension, cohesion,
    compression (Pa). give: how far (m) and how steeply (rad) the joint yields at its strength before it parts; 0, 0 is
    brittle.
    """

    a: wp.array(dtype=int)
    b: wp.array(dtype=int)
    reach: wp.array(dtype=wp.vec3d)
    arm_a: wp.array(dtype=wp.vec3)
    arm_b: wp.array(dtype=wp.vec3)
    normal: wp.array(dtype=wp.vec3)
    tangent: wp.array(dtype=wp.vec3)
    stiff: wp.array(dtype=wp.vec2)
    bend: wp.array(dtype=wp.vec3)
    heft: wp.array(dtype=wp.vec2)
    section: wp.array(dtype=wp.vec4)
    limit: wp.array(dtype=wp.vec3)
    give: wp.array(dtype=wp.vec2)
    hold_force: wp.array(dtype=wp.vec3)
    hold_torque: wp.array(dtype=wp.vec3)
    whole: wp.array(dtype=int)
    relax_s: wp.array(dtype=float)
    broken_s: wp.array(dtype=wp.float64)
    energy: wp.array(dtype=float)
    lost: wp.array(dtype=wp.float64)
    use: wp.array(dtype=float)


@wp.func
def small_rotation(qa: wp.quatd, qb: wp.quatd):
    """Vector part (doubled: a rotation vector for small angles) and scalar part of a^-1 b, in single precision."""
    r = wp.quat_inverse(qa) * qb
    sign = wp.float64(1.0)
    if r[3] < wp.float64(0.0):
        sign = wp.float64(-1.0)
    return wp.vec3(float(sign * r[0]), float(sign * r[1]), float(sign * r[2])), float(sign * r[3])


@wp.func
def use_of(f: wp.vec3, m: wp.vec3, n: wp.vec3, t: wp.vec3, section: wp.vec4, limit: wp.vec3):
    """Largest ratio of stress to strength: tension + bending, Mohr-Coulomb shear, crushing.

    f, m: force and moment on b. section = area, modulus about tangent, modulus about n x t, torsion modulus (m2, m3,
    m3, m3).
    """
    area = section[0]
    pull = -wp.dot(f, n)
    bending = wp.abs(wp.dot(m, t)) / section[1] + wp.abs(wp.dot(m, wp.cross(n, t))) / section[2]
    axial = pull / area
    shear = wp.length(f + n * pull) / area + wp.abs(wp.dot(m, n)) / section[3]
    in_tension = (axial + bending) / limit[0]
    in_shear = shear / (limit[1] + 0.7 * wp.max(-axial, 0.0))
    in_crushing = (bending - axial) / limit[2]
    return wp.max(in_tension, wp.max(in_shear, in_crushing))


@wp.func
def elastic(f: wp.vec3, m: wp.vec3, n: wp.vec3, t: wp.vec3, stiff: wp.vec2, bend: wp.vec3):
    """Energy that a spring holds at force f and moment m."""
    fn = wp.dot(f, n)
    m1 = wp.dot(m, t)
    m3 = wp.dot(m, n)
    m2 = wp.dot(m, wp.cross(n, t))
    shear2 = wp.length_sq(f) - fn * fn
    return 0.5 * (fn * fn / stiff[0] + shear2 / stiff[1] + m1 * m1 / bend[0] + m2 * m2 / bend[1] + m3 * m3 / bend[2])


@wp.func
def spring_force(d: wp.vec3, n: wp.vec3, stiff: wp.vec2):
    dn = wp.dot(d, n)
    return -(stiff[1] * d + (stiff[0] - stiff[1]) * dn * n)


@wp.func
def spring_moment(r: wp.vec3, n: wp.vec3, t: wp.vec3, bend: wp.vec3):
    u = wp.cross(n, t)
    return -(bend[0] * wp.dot(r, t) * t + bend[1] * wp.dot(r, u) * u + bend[2] * wp.dot(r, n) * n)


@wp.func
def rocking(turn: wp.vec3, n: wp.vec3, t: wp.vec3, stiff: wp.vec2, bend: wp.vec3, section: wp.vec4):
    """How far (m) a turn moves the joint's outer edges along its normal: the turn times the half width across it.

    Half widths follow from section moduli and from bending over normal stiffness, which is second moment over area.
    """
    half_1 = section[0] * bend[0] / (stiff[0] * section[1])
    half_2 = section[0] * bend[1] / (stiff[0] * section[2])
    return wp.abs(wp.dot(turn, t)) * half_1 + wp.abs(wp.dot(turn, wp.cross(n, t))) * half_2


@wp.func
def yielded(f: wp.vec3, n: wp.vec3, use: float):
    """The force that a ductile joint keeps at `use` times its strength: pull and shear are held down to it, pressure
    is not, for what is pressed stays in contact.
    """
    press = wp.max(wp.dot(f, n), 0.0)
    return (f - press * n) / use + press * n


@wp.func
def lift(glue: Glue, i: int, held: wp.vec3, over: wp.vec3, closed: float, paid: float):
    """The force that a joint holds when it turns about its pressed edge, `closed` (m) inside the neighbour, and not
    about its middle: the middle opens as far as that edge would close. `over`: moment that it yields by. Lifting its
    load so costs no more than `paid` (J), what the yielding loses; where that is too little the edge is crushed.
    """
    n = glue.normal[i]
    stiff = glue.stiff[i]
    bend = glue.bend[i]
    turn = spring_moment(over, n, glue.tangent[i], wp.vec3(1.0 / bend[0], 1.0 / bend[1], 0.0))
    press = wp.dot(held, n)
    most = (wp.sqrt(press * press + 2.0 * stiff[0] * paid) - press) / stiff[0]
    swung = rocking(turn, n, glue.tangent[i], stiff, bend, glue.section[i])
    return held + stiff[0] * wp.max(wp.min(wp.min(swung, closed), most), 0.0) * n


@wp.func
def give_way(glue: Glue, i: int, f: wp.vec3, m: wp.vec3, held: wp.vec3, held_m: wp.vec3, closed: float):
    """Let bond i slip and turn until f, m are what its strength holds (radial return), about the edge that `closed` (m)
    is inside the neighbour. The force that it then holds.

    What slips within a step does so at the strength: the spring never held the overshoot's own energy, so the loss is
    the work of the held load on the slip.
    """
    n = glue.normal[i]
    t = glue.tangent[i]
    before = elastic(f, m, n, t, glue.stiff[i], glue.bend[i])
    past = elastic(f - held, m - held_m, n, t, glue.stiff[i], glue.bend[i])
    kept = elastic(held, held_m, n, t, glue.stiff[i], glue.bend[i])
    lifted = lift(glue, i, held, m - held_m, closed, wp.max(before - kept - past, 0.0))
    glue.hold_force[i] = glue.hold_force[i] + lifted - f
    glue.hold_torque[i] = glue.hold_torque[i] + held_m - m
    now = elastic(lifted, held_m, n, t, glue.stiff[i], glue.bend[i])
    glue.lost[i] = glue.lost[i] + wp.float64(before - past - now)
    return lifted


@wp.func
def clear(i: int, gather: Gather):
    gather.bond_force[i] = wp.vec3()
    gather.bond_torque_a[i] = wp.vec3()
    gather.bond_torque_b[i] = wp.vec3()


@wp.kernel
def pull(glue: Glue, bodies: Bodies, gather: Gather, breaks: int, beta: float, calm: float, fade: float, dt: float,
         clock: wp.array(dtype=wp.float64)):  # fmt: skip
    """Force and torques of each bond. `beta` (s): damping per stiffness, `calm` (1/s): per mass; `fade`: share of the
    force that relaxes per step. What yields has no dampers: with them it would bear more than its strength, and creep.
    """
    i = wp.tid()
    state = glue.whole[i]
    if state == BROKEN:
        return
    a = glue.a[i]
    b = glue.b[i]
    if bodies.state[a] >= WATCH and bodies.state[b] >= WATCH and glue.relax_s[i] <= 0.0:
        return
    n = glue.normal[i]
    t = glue.tangent[i]
    stiff = glue.stiff[i]
    bend = glue.bend[i]
    qa = bodies.q[a]
    ra = bodies.rot[a]
    arm_b = glue.arm_b[i]
    gap = to_float(wp.quat_rotate_inv(qa, bodies.x[b] - bodies.x[a]) - glue.reach[i])
    half, scalar = small_rotation(qa, bodies.q[b])
    swing = wp.cross(half, arm_b)
    stretch = gap + 2.0 * (scalar * swing + wp.cross(half, swing))
    arm_a_world = ra * (glue.arm_a[i] + stretch)
    arm_b_world = bodies.rot[b] * arm_b
    f = glue.hold_force[i]
    m = glue.hold_torque[i]
    if state == WHOLE:
        f += spring_force(stretch, n, stiff)
        m += spring_moment(2.0 * half, n, t, bend)
    if glue.relax_s[i] > 0.0:
        glue.relax_s[i] = glue.relax_s[i] - dt
        before = elastic(f, m, n, t, stiff, bend)
        glue.hold_force[i] = glue.hold_force[i] - fade * f
        glue.hold_torque[i] = glue.hold_torque[i] - fade * m
        f = f * (1.0 - fade)
        m = m * (1.0 - fade)
        glue.lost[i] = glue.lost[i] + wp.float64(before * fade * (2.0 - fade))
        if state == LETTING_GO and glue.relax_s[i] <= 0.0:
            glue.whole[i] = BROKEN
            glue.lost[i] = glue.lost[i] + wp.float64(elastic(f, m, n, t, stiff, bend))
            glue.energy[i] = 0.0
            clear(i, gather)
            return
    stored = elastic(f, m, n, t, stiff, bend)
    use = use_of(f, m, n, t, glue.section[i], glue.limit[i])
    give = glue.give[i]
    closed = rocking(2.0 * half, n, t, stiff, bend, glue.section[i]) - wp.dot(stretch, n)
    strained = wp.max(wp.length(stretch) / (WIDEST_M + give[0]), 2.0 * wp.length(half) / (STEEPEST_RAD + give[1]))
    if give[0] > 0.0:
        use = use / (1.0 - SOFTENING * wp.min(strained, 1.0))
    glue.use[i] = wp.max(glue.use[i], wp.max(use, strained))
    strained = wp.max(strained, wp.dot(f, n) / (glue.section[i][0] * glue.limit[i][2]))
    yields = int(0)
    if breaks != 0 and use > 1.0 and state == WHOLE and give[0] > 0.0:
        f = give_way(glue, i, f, m, yielded(f, n, use), m / use, closed)
        m = m / use
        stored = elastic(f, m, n, t, stiff, bend)
        use = 1.0
        yields = int(1)
    if breaks != 0 and wp.max(use, strained) > 1.0 and state == WHOLE:
        glue.whole[i] = BROKEN
        glue.broken_s[i] = clock[0]
        glue.lost[i] = glue.lost[i] + wp.float64(stored)
        glue.energy[i] = 0.0
        clear(i, gather)
        return
    if state == WHOLE and yields == 0:
        rate_m = wp.transpose(ra) * (bodies.w[b] - bodies.w[a])
        va = bodies.vf[a] + wp.cross(bodies.w[a], arm_a_world)
        vb = bodies.vf[b] + wp.cross(bodies.w[b], arm_b_world)
        rate = wp.transpose(ra) * (vb - va)
        drag = beta * spring_force(rate, n, stiff) - calm * glue.heft[i][0] * rate
        twist = beta * spring_moment(rate_m, n, t, bend) - calm * glue.heft[i][1] * rate_m
        glue.lost[i] = glue.lost[i] - wp.float64(dt * (wp.dot(drag, rate) + wp.dot(twist, rate_m)))
        f += drag
        m += twist
    glue.energy[i] = stored
    force = ra * f
    moment = ra * m
    gather.bond_force[i] = force
    gather.bond_torque_b[i] = wp.cross(arm_b_world, force) + moment
    gather.bond_torque_a[i] = -(wp.cross(arm_a_world, force) + moment)
