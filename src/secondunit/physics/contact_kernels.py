"""Warp kernels of the narrow phase: which pairs touch, along which axis, at which points.

A pair is looked at only when its cached answer may have become wrong: apart, when the two could have closed the gap
since (the offset between centroids and each body's own turning bound it); touching, when they moved against each other
by `refresh`. Contact points are kept on both bodies, so their depth is current at every step in between.
"""

import warp as wp

from secondunit.physics.body_kernels import (
    AWAKE,
    GLIDE,
    GONE,
    POINTS,
    Bodies,
    Pairs,
    Shapes,
    eagerness,
    reduced_mass,
    sideways,
    strain_energy,
    to_float,
    yielding,
)
from secondunit.physics.contact_sat_kernels import EDGES, EVERY, FACE_B, along, edge_axis, face_axis

wp.config.enable_backward = False

TWIN_M = wp.constant(0.005)
"""Contact points closer than this are one: the same corner kept four times would be four springs at one place."""
FORGIVE_S = wp.constant(0.3)
"""Excused overlap is taken back with this time constant: faster, and the taking back would itself be a shiver."""

SEEN_M = wp.constant(0.008)
HASTE_S = wp.constant(0.02)
"""Excused overlap beyond the first is taken back with the second as time constant."""

MOST_EXCUSED_M = wp.constant(0.02)
"""A change of points excuses no more; two pieces that a joint has just let go of are excused whatever it had pressed
into them, for that was never a contact's energy."""

POP_M = wp.constant(0.006)
"""Overlap of new points that may simply be there; only what is deeper is excused first and taken back slowly. What may
simply be there is also what a change of points can add to the energy, so it is about what a heavy load presses in. Of
two pieces that a joint has just let go of none is: on them stands the load that the joint bore."""

SLID_M = wp.constant(0.02)
MISSED_M = wp.constant(0.003)
"""Contact points are chosen anew when they slid farther than the first or misjudge the overlap by more than the second.
"""

LOOSE_M = wp.constant(0.008)
"""Two pieces bonded only through a third may touch once they have shifted this much against each other."""


@wp.func
def offer(pairs: Pairs, p: int, on_ref: wp.vec3, on_other: wp.vec3, n: wp.vec3, u: wp.vec3, v: wp.vec3):
    """Keep a candidate point where it reaches farthest along one of four directions in the contact plane, or deepest
    (slot 4).
    """
    du = wp.dot(u, on_ref)
    dv = wp.dot(v, on_ref)
    for k in range(POINTS):
        reach = du
        if k == 1:
            reach = dv
        if k == 2:
            reach = -du
        if k == 3:
            reach = -dv
        if k == 4:
            reach = wp.dot(n, on_ref - on_other)
        if reach > pairs.score[POINTS * p + k]:
            pairs.score[POINTS * p + k] = reach
            pairs.on_ref[POINTS * p + k] = on_ref
            pairs.on_other[POINTS * p + k] = on_other


@wp.func
def facing(shapes: Shapes, c: int, n: wp.vec3):
    """Face of body c (its frame) that is most opposed to n among those which hold the vertex deepest along -n."""
    deepest = float(1.0e9)
    vertex = int(0)
    for k in range(shapes.vertex_start[c], shapes.vertex_start[c + 1]):
        depth = wp.dot(n, shapes.vertex[k])
        if depth < deepest:
            deepest = depth
            vertex = k
    best = float(2.0)
    face = int(shapes.plane_start[c])
    for f in range(shapes.plane_start[c], shapes.plane_start[c + 1]):
        plane = shapes.plane[f]
        score = wp.dot(n, wp.vec3(plane[0], plane[1], plane[2]))
        if score < best:
            for m in range(shapes.corner_start[f], shapes.corner_start[f + 1]):
                if shapes.corner[m] == vertex:
                    best = score
                    face = f
    return face, vertex


@wp.func
def next_corner(shapes: Shapes, f: int, m: int):
    """Vertex after position m going round face f."""
    if m + 1 < shapes.corner_start[f + 1]:
        return shapes.corner[m + 1]
    return shapes.corner[shapes.corner_start[f]]


@wp.func
def within(shapes: Shapes, f: int, n: wp.vec3, x: wp.vec3):
    """Whether x, projected along n, lies in face f (its own frame, n its normal)."""
    for m in range(shapes.corner_start[f], shapes.corner_start[f + 1]):
        a = shapes.vertex[shapes.corner[m]]
        side = wp.cross(shapes.vertex[next_corner(shapes, f, m)] - a, n)
        if wp.dot(x - a, side) > 1.0e-6:
            return False
    return True


@wp.func
def corners_of_other(shapes: Shapes, pairs: Pairs, p: int, f: int, g: int, n: wp.vec3, d: float, rot: wp.mat33,
                     t: wp.vec3,
                     u: wp.vec3, v: wp.vec3):  # fmt: skip
    """Offer the corners of the other body's face g that lie over the reference face f; how many do."""
    inside = int(0)
    for m in range(shapes.corner_start[g], shapes.corner_start[g + 1]):
        x = rot * shapes.vertex[shapes.corner[m]] + t
        if within(shapes, f, n, x):
            inside += 1
            offer(pairs, p, x - (wp.dot(n, x) - d) * n, x, n, u, v)
    return inside


@wp.func
def drop(x: wp.vec3, n: wp.vec3, other_n: wp.vec3, other_d: float):
    """Where the line through x along n meets the plane (other_n, other_d)."""
    return x + n * ((other_d - wp.dot(other_n, x)) / wp.dot(other_n, n))


@wp.func
def corners_of_ref(shapes: Shapes, pairs: Pairs, p: int, f: int, g: int, n: wp.vec3, rot: wp.mat33, t: wp.vec3,
                   u: wp.vec3,
                   v: wp.vec3):  # fmt: skip
    """Offer the corners of the reference face f that lie under the other body's face g; how many do."""
    plane = shapes.plane[g]
    own = wp.vec3(plane[0], plane[1], plane[2])
    other_n = rot * own
    inside = int(0)
    if wp.dot(other_n, n) > -0.05:
        return 0
    other_d = plane[3] + wp.dot(other_n, t)
    back = wp.transpose(rot)
    for m in range(shapes.corner_start[f], shapes.corner_start[f + 1]):
        x = shapes.vertex[shapes.corner[m]]
        y = drop(x, n, other_n, other_d)
        if within(shapes, g, own, back * (y - t)):
            inside += 1
            offer(pairs, p, x, y, n, u, v)
    return inside


@wp.func
def crossings(shapes: Shapes, pairs: Pairs, p: int, f: int, g: int, n: wp.vec3, rot: wp.mat33, t: wp.vec3, u: wp.vec3,
              v: wp.vec3):  # fmt: skip
    """Offer the points where sides of the two faces cross, seen along n."""
    for m in range(shapes.corner_start[f], shapes.corner_start[f + 1]):
        a = shapes.vertex[shapes.corner[m]]
        da = shapes.vertex[next_corner(shapes, f, m)] - a
        side = wp.cross(da, n)
        for k in range(shapes.corner_start[g], shapes.corner_start[g + 1]):
            b = rot * shapes.vertex[shapes.corner[k]] + t
            db = rot * shapes.vertex[next_corner(shapes, g, k)] + t - b
            fall = wp.dot(db, side)
            if wp.abs(fall) > 1.0e-9:
                s = wp.dot(a - b, side) / fall
                if s >= 0.0 and s <= 1.0:
                    x = b + s * db
                    r = wp.dot(x - a, da) / wp.dot(da, da)
                    if r >= 0.0 and r <= 1.0:
                        offer(pairs, p, a + r * da, x, n, u, v)


@wp.func
def face_points(shapes: Shapes, pairs: Pairs, p: int, r: int, c: int, face: int, rot: wp.mat33, t: wp.vec3):
    """Up to five contact points between face `face` of reference body r and body c; `rot`, `t` place c in r's frame."""
    f = shapes.plane_start[r] + face
    plane = shapes.plane[f]
    n = wp.vec3(plane[0], plane[1], plane[2])
    g, deepest = facing(shapes, c, wp.transpose(rot) * n)
    first = shapes.corner_start[f]
    e = wp.normalize(shapes.vertex[shapes.corner[first + 1]] - shapes.vertex[shapes.corner[first]])
    w = wp.cross(n, e)
    u = 0.64 * e + 0.77 * w
    v = 0.64 * w - 0.77 * e
    for k in range(POINTS):
        pairs.score[POINTS * p + k] = -1.0e9
    inside = corners_of_other(shapes, pairs, p, f, g, n, plane[3], rot, t, u, v)
    if inside < shapes.corner_start[g + 1] - shapes.corner_start[g]:
        held = corners_of_ref(shapes, pairs, p, f, g, n, rot, t, u, v)
        if held < shapes.corner_start[f + 1] - shapes.corner_start[f]:
            crossings(shapes, pairs, p, f, g, n, rot, t, u, v)
    pairs.normal[p] = n
    x = rot * shapes.vertex[deepest] + t
    depth = plane[3] - wp.dot(n, x)
    if pairs.score[POINTS * p + POINTS - 1] < depth - MISSED_M:
        only = pairs.score[POINTS * p] < -1.0e8
        for k in range(POINTS):
            if only or k == POINTS - 1:
                pairs.on_ref[POINTS * p + k] = x + depth * n
                pairs.on_other[POINTS * p + k] = x
    back = wp.transpose(rot)
    count = int(0)
    for k in range(POINTS):
        q = pairs.on_ref[POINTS * p + k]
        x2 = pairs.on_other[POINTS * p + k]
        twin = int(0)
        for m in range(count):
            if wp.length_sq(q - pairs.on_ref[POINTS * p + m]) < TWIN_M * TWIN_M:
                twin = 1
        if twin == 0:
            pairs.on_ref[POINTS * p + count] = q
            pairs.on_other[POINTS * p + count] = back * (x2 - t)
            count += 1
    pairs.count[p] = count


@wp.func
def edge_point(
    shapes: Shapes, pairs: Pairs, p: int, a: int, b: int, code: int, axis: wp.vec3, rba: wp.mat33, t: wp.vec3
):
    """The one contact point of two crossing edges: the nearest points of their lines."""
    ends_a = shapes.edge[shapes.edge_start[a] + code // 1024]
    ends_b = shapes.edge[shapes.edge_start[b] + code % 1024]
    pa = shapes.vertex[ends_a[0]]
    da = shapes.vertex[ends_a[1]] - pa
    pb = rba * shapes.vertex[ends_b[0]] + t
    db = rba * shapes.vertex[ends_b[1]] + t - pb
    aa = wp.dot(da, da)
    bb = wp.dot(db, db)
    ab = wp.dot(da, db)
    gap = pb - pa
    s = wp.clamp((wp.dot(gap, da) * bb - wp.dot(gap, db) * ab) / (aa * bb - ab * ab), 0.0, 1.0)
    r = wp.clamp((s * ab - wp.dot(gap, db)) / bb, 0.0, 1.0)
    pairs.side[p] = 0
    pairs.normal[p] = axis
    pairs.on_ref[POINTS * p] = pa + s * da
    pairs.on_other[POINTS * p] = wp.transpose(rba) * (pb + r * db - t)
    pairs.count[p] = 1


@wp.func
def apart(pairs: Pairs, p: int, axis: wp.vec3, gap: float):
    pairs.axis[p] = axis
    pairs.gap[p] = gap
    pairs.count[p] = 0
    pairs.fresh[p] = 0
    pairs.feature[p] = -1
    pairs.allow[p] = 0.0
    pairs.slide[p] = wp.vec3()
    pairs.twist[p] = 0.0
    pairs.energy[p] = 0.0
    pairs.lost[p] = 0.0
    pairs.spent[p] = 0.0
    pairs.power[p] = 0.0
    pairs.force[p] = wp.vec3()
    pairs.torque_a[p] = wp.vec3()
    pairs.torque_b[p] = wp.vec3()


@wp.func
def still_good(pairs: Pairs, p: int, rba: wp.mat33, t: wp.vec3, overlap: float):
    """Whether the kept points have neither slid far apart nor miss the deepest overlap: then they stay, for choosing
    anew changes the energy in the contact by a jump, and rubble at rest must not be kicked."""
    n = pairs.normal[p]
    deepest = float(-1.0)
    slid = float(0.0)
    for k in range(pairs.count[p]):
        between = apart_at(pairs, p, k, rba, t)
        depth = wp.dot(n, between)
        deepest = wp.max(deepest, depth)
        slid = wp.max(slid, wp.length(between - depth * n))
    return slid < SLID_M and wp.abs(deepest - overlap) < MISSED_M


@wp.func
def touch(shapes: Shapes, pairs: Pairs, p: int, a: int, b: int, rba: wp.mat33, t: wp.vec3, reach: float):
    """Full test of one pair: apart with an axis and a gap, or touching with points."""
    old = pairs.feature[p]
    bonus = float(0.0)
    if pairs.count[p] > 0:
        bonus = 0.003
    back = wp.transpose(rba)
    back_t = -(back * t)
    sa, fa, true_a = face_axis(shapes, a, b, rba, t, old, bonus)
    sb, fb, true_b = face_axis(shapes, b, a, back, back_t, old - FACE_B, bonus)
    plane = shapes.plane[shapes.plane_start[a] + fa]
    axis = wp.vec3(plane[0], plane[1], plane[2])
    if sb > sa:
        plane = shapes.plane[shapes.plane_start[b] + fb]
        axis = -(rba * wp.vec3(plane[0], plane[1], plane[2]))
    faces = wp.max(sa, sb)
    if wp.max(true_a, true_b) > reach:
        apart(pairs, p, axis, wp.max(true_a, true_b))
        return
    slack = EVERY
    if pairs.count[p] > 0:
        slack = wp.max(0.01, 0.005 - wp.max(true_a, true_b))
    se, edge_n, code, true_e = edge_axis(shapes, a, b, rba, t, slack, old - EDGES, bonus)
    if true_e > reach:
        apart(pairs, p, edge_n, true_e)
        return
    sep = wp.max(wp.max(true_a, true_b), true_e)
    pairs.gap[p] = sep
    pairs.allow[p] = wp.min(pairs.allow[p], wp.max(0.0, -sep))
    chosen = fa
    if se > faces + 0.0005:
        chosen = EDGES + code
    elif sb > sa:
        chosen = FACE_B + fb
    if chosen == old and pairs.count[p] > 0 and still_good(pairs, p, rba, t, -sep):
        return
    if se > faces + 0.0005:
        pairs.feature[p] = EDGES + code
        axis = edge_n
        edge_point(shapes, pairs, p, a, b, code, edge_n, rba, t)
    elif sb > sa:
        pairs.feature[p] = FACE_B + fb
        pairs.side[p] = 1
        face_points(shapes, pairs, p, b, a, fb, back, back_t)
    else:
        pairs.feature[p] = fa
        pairs.side[p] = 0
        face_points(shapes, pairs, p, a, b, fa, rba, t)
    pairs.axis[p] = axis


@wp.func
def braced(pairs: Pairs, p: int, bodies: Bodies, i: int, n: wp.vec3, on_ref: int):
    """How readily body i gives way to the pair's points (1/kg); n in i's frame."""
    mass = bodies.mass[i]
    inverse = bodies.rest_inverse[i]
    levers = float(0.0)
    across = float(0.0)
    for k in range(pairs.count[p]):
        arm = pairs.on_other[POINTS * p + k]
        if on_ref == 1:
            arm = pairs.on_ref[POINTS * p + k]
        levers += eagerness(arm, n, mass, inverse) - 1.0 / mass
        across += sideways(arm, n, mass, inverse)
    return yielding(pairs.count[p], levers, 0.5 * GLIDE * across, mass)


@wp.func
def brace(pairs: Pairs, p: int, bodies: Bodies, a: int, b: int, rba: wp.mat33, rate: float):
    """Note how strongly the pair's dampers hold each body."""
    drag = (bodies.damping[a] + bodies.damping[b]) * rate * reduced_mass(a, b, bodies) * 2.0 / float(pairs.count[p])
    n = pairs.normal[p]
    if pairs.side[p] == 1:
        pairs.busy_a[p] = drag * braced(pairs, p, bodies, a, rba * n, 0)
        pairs.busy_b[p] = drag * braced(pairs, p, bodies, b, n, 1)
    else:
        pairs.busy_a[p] = drag * braced(pairs, p, bodies, a, n, 1)
        pairs.busy_b[p] = drag * braced(pairs, p, bodies, b, wp.transpose(rba) * n, 0)


@wp.func
def apart_at(pairs: Pairs, p: int, k: int, rba: wp.mat33, t: wp.vec3):
    """From the other body's point k to the reference body's, in the reference frame; `rba`, `t` place b in a's."""
    if pairs.side[p] == 1:
        return pairs.on_ref[POINTS * p + k] - wp.transpose(rba) * (pairs.on_other[POINTS * p + k] - t)
    return pairs.on_ref[POINTS * p + k] - (rba * pairs.on_other[POINTS * p + k] + t)


@wp.func
def squeeze(pairs: Pairs, p: int, rba: wp.mat33, t: wp.vec3, allow: float):
    """Spring energy over stiffness (m2) of the pair at its joint depth. `rba`, `t` place b in a's frame."""
    total = float(0.0)
    n = pairs.normal[p]
    for k in range(pairs.count[p]):
        between = apart_at(pairs, p, k, rba, t)
        depth = wp.max(0.0, wp.dot(n, between) - allow)
        total += depth * depth * depth * depth
    return strain_energy(wp.sqrt(wp.sqrt(total / float(wp.max(pairs.count[p], 1)))))


@wp.func
def forgiven(allow: float, span_s: float):
    """Excused overlap after another `span_s`: slowly while it is small, in haste where it can be seen."""
    rest = allow * (1.0 - span_s / FORGIVE_S)
    return rest - wp.max(0.0, rest - SEEN_M) * span_s / HASTE_S


@wp.func
def take_back(pairs: Pairs, p: int, rba: wp.mat33, t: wp.vec3, span_s: float, stiff: float):
    """Take back excused overlap, but only so much that the spring gains no more than the contact has lost since the
    last look: a load is never lifted by its own overlap. `stiff` (N/m): what `squeeze` is multiplied with.
    """
    allow = pairs.allow[p]
    low = forgiven(allow, span_s)
    held = squeeze(pairs, p, rba, t, allow)
    means = held + wp.max(0.0, pairs.spent[p]) / stiff
    gained = squeeze(pairs, p, rba, t, low)
    if gained > means:
        high = float(allow)
        for _ in range(8):
            middle = 0.5 * (low + high)
            if squeeze(pairs, p, rba, t, middle) > means:
                low = middle
            else:
                high = middle
        low = high
        gained = squeeze(pairs, p, rba, t, low)
    pairs.allow[p] = low
    pairs.spent[p] = stiff * (gained - held)


@wp.func
def excuse(pairs: Pairs, p: int, rba: wp.mat33, t: wp.vec3, before: float, most: float):
    """Excuse just so much overlap that choosing new points has not squeezed the pair more than it was; it is taken back
    slowly.
    """
    low = float(pairs.allow[p])
    if squeeze(pairs, p, rba, t, low) > before:
        high = float(low + wp.max(0.0, -pairs.gap[p]) + 0.01)
        for _ in range(12):
            middle = 0.5 * (low + high)
            if squeeze(pairs, p, rba, t, middle) > before:
                low = middle
            else:
                high = middle
        pairs.allow[p] = wp.min(high, most)


@wp.func
def bonded(a: int, b: int, bond_start: wp.array(dtype=int), bond_other: wp.array(dtype=int),
           bond_list: wp.array(dtype=int),
           whole: wp.array(dtype=int)):  # fmt: skip
    """Whether a whole bond joins a and b."""
    for k in range(bond_start[a], bond_start[a + 1]):  # noqa: SIM110 - Warp has no any()
        if bond_other[k] == b and whole[bond_list[k] // 2] == 1:
            return True
    return False


@wp.func
def bonded_through(a: int, b: int, world: int, bond_start: wp.array(dtype=int), bond_other: wp.array(dtype=int),
                   bond_list: wp.array(dtype=int), whole: wp.array(dtype=int)):  # fmt: skip
    """Whether whole bonds join both a and b to some third piece (not the ground)."""
    for k in range(bond_start[a], bond_start[a + 1]):
        third = bond_other[k]
        if third != world and whole[bond_list[k] // 2] == 1:  # noqa: SIM102 - Warp's `and` evaluates both sides
            if bonded(b, third, bond_start, bond_other, bond_list, whole):
                return True
    return False


@wp.kernel
def look(bodies: Bodies, shapes: Shapes, pairs: Pairs, total: wp.array(dtype=int), bond_start: wp.array(dtype=int),
         bond_other: wp.array(dtype=int), bond_list: wp.array(dtype=int), whole: wp.array(dtype=int), span_s: float,
         refresh: float, rate: float):  # fmt: skip
    """Bring every pair's contact up to date, doing nothing for those whose cached answer still holds. `span_s`: until
    the next look.
    """
    p = wp.tid()
    if p >= total[0]:
        return
    a = pairs.a[p]
    b = pairs.b[p]
    if bodies.state[a] == GONE or bodies.state[b] == GONE:
        pairs.count[p] = 0
        return
    if bodies.state[a] != AWAKE and bodies.state[b] != AWAKE:
        return
    offset = bodies.x[b] - bodies.x[a]
    if pairs.glued[p] != 0:
        seen = wp.quat_rotate_inv(bodies.q[a], offset)
        if wp.length_sq(pairs.offset[p]) == wp.float64(0.0):
            pairs.offset[p] = seen
        if pairs.glued[p] == 1 and bonded(a, b, bond_start, bond_other, bond_list, whole):
            return
        near = wp.length(to_float(seen - pairs.offset[p])) < LOOSE_M
        if near and bonded_through(a, b, bodies.x.shape[0] - 1, bond_start, bond_other, bond_list, whole):
            pairs.glued[p] = 2
            return
        pairs.glued[p] = 0
        pairs.fresh[p] = 1
        pairs.count[p] = 0
    turn = bodies.turn[a] + bodies.turn[b]
    moved = wp.length(to_float(offset - pairs.offset[p])) + float(turn - pairs.turn[p])
    spin = wp.length(bodies.w[a]) * bodies.radius[a] + wp.length(bodies.w[b]) * bodies.radius[b]
    reach = 0.002 + span_s * (wp.length(bodies.vf[b] - bodies.vf[a]) + spin)
    if pairs.count[p] > 0:
        if pairs.allow[p] > 0.0:
            ra = wp.transpose(bodies.rot[a])
            stiff = 2.0 * rate * rate * reduced_mass(a, b, bodies)
            take_back(pairs, p, ra * bodies.rot[b], ra * to_float(offset), span_s, stiff)
        else:
            pairs.spent[p] = 0.0
        if moved < refresh:
            return
    elif moved + reach < pairs.gap[p]:
        return
    ra = wp.transpose(bodies.rot[a])
    t = ra * to_float(offset)
    rba = ra * bodies.rot[b]
    pairs.offset[p] = offset
    pairs.turn[p] = turn
    if wp.length(t) > bodies.radius[a] + bodies.radius[b] + reach:
        apart(pairs, p, wp.normalize(t), wp.length(t) - bodies.radius[a] - bodies.radius[b])
        return
    if pairs.count[p] == 0 and pairs.gap[p] > -1.0e8:
        gap = along(shapes, a, b, rba, t, pairs.axis[p])
        if gap > reach:
            pairs.gap[p] = gap
            return
    before = squeeze(pairs, p, rba, t, pairs.allow[p])
    touch(shapes, pairs, p, a, b, rba, t, reach)
    if pairs.count[p] > 0:
        most = wp.max(MOST_EXCUSED_M, pairs.allow[p])
        least = strain_energy(POP_M)
        if pairs.fresh[p] == 1:
            most = 1.0
            least = 0.0
        pairs.fresh[p] = 0
        excuse(pairs, p, rba, t, wp.max(before, least), most)
        brace(pairs, p, bodies, a, b, rba, rate)
