"""Warp functions that measure how far two convex polyhedra are apart or overlap: separating axes over faces and edge
pairs.

The pair is seen from a's frame: `rba` turns b's vectors into a's, `t` is b's centroid there. Separation along an axis
is positive when the axis separates the two and minus the overlap otherwise; the largest over all face normals and
edge-edge normals is the exact overlap (Minkowski-sum argument; Gregorius, "The separating axis test between convex
polyhedra", GDC 2013).
"""

import warp as wp

from secondunit.physics.body_kernels import GONE, STILL, Bodies, Shapes, to_float

wp.config.enable_backward = False

FACE_B = wp.constant(1 << 20)
EDGES = wp.constant(2 << 20)
EVERY = wp.constant(1.0e9)


@wp.func
def lowest(shapes: Shapes, b: int, n: wp.vec3):
    """Smallest n.p over b's vertices, n in b's frame."""
    low = float(1.0e9)
    for k in range(shapes.vertex_start[b], shapes.vertex_start[b + 1]):
        low = wp.min(low, wp.dot(n, shapes.vertex[k]))
    return low


@wp.func
def along(shapes: Shapes, a: int, b: int, rba: wp.mat33, t: wp.vec3, n: wp.vec3):
    """Separation of a and b along unit n (a's frame, from a towards b)."""
    return lowest(shapes, b, wp.transpose(rba) * n) + wp.dot(n, t) + lowest(shapes, a, -n)


@wp.func
def face_axis(shapes: Shapes, a: int, b: int, rba: wp.mat33, t: wp.vec3, prefer: int, bonus: float):
    """(best separation over a's faces, that face's index within a, its true separation); face `prefer` gets `bonus`."""
    best = float(-1.0e9)
    true_best = float(-1.0e9)
    face = int(-1)
    start = shapes.plane_start[a]
    rab = wp.transpose(rba)
    for f in range(start, shapes.plane_start[a + 1]):
        plane = shapes.plane[f]
        n = wp.vec3(plane[0], plane[1], plane[2])
        s = lowest(shapes, b, rab * n) + wp.dot(n, t) - plane[3]
        true_best = wp.max(true_best, s)
        if f - start == prefer:
            s += bonus
        if s > best:
            best = s
            face = f - start
    return best, face, true_best


@wp.func
def near_edges(shapes: Shapes, a: int, b: int, rba: wp.mat33, t: wp.vec3, slack: float):
    """Bit e: b's edge e is not wholly beyond one of a's planes by over `slack`. Edges past the 64th always count."""
    mask = wp.uint64(0)
    first = shapes.edge_start[b]
    for e in range(first, wp.min(shapes.edge_start[b + 1], first + 64)):
        ends = shapes.edge[e]
        p = rba * shapes.vertex[ends[0]] + t
        r = rba * shapes.vertex[ends[1]] + t
        near = int(1)
        for f in range(shapes.plane_start[a], shapes.plane_start[a + 1]):
            plane = shapes.plane[f]
            n = wp.vec3(plane[0], plane[1], plane[2])
            if wp.min(wp.dot(n, p), wp.dot(n, r)) > plane[3] + slack:
                near = 0
                break
        if near == 1:
            mask = mask | (wp.uint64(1) << wp.uint64(e - first))
    return mask


@wp.func
def in_mask(mask: wp.uint64, e: int):
    return e >= 64 or (mask >> wp.uint64(wp.min(e, 63))) & wp.uint64(1) == wp.uint64(1)


@wp.func
def arcs_cross(a1: wp.vec3, a2: wp.vec3, b1: wp.vec3, b2: wp.vec3, ea: wp.vec3, eb: wp.vec3):
    """Whether an edge of a (its face normals a1, a2) and one of b (negated normals b1, b2) span a face of the Minkowski
    difference.

    Directions must be oriented like second normal x first normal; `upload` orders the normals so.
    """
    ca = wp.dot(b1, ea)
    da = wp.dot(b2, ea)
    if ca * da >= 0.0:
        return False
    ab = wp.dot(a1, eb)
    bb = wp.dot(a2, eb)
    return ab * bb < 0.0 and ca * bb > 0.0


@wp.func
def edge_separation(pa: wp.vec3, ea: wp.vec3, pb: wp.vec3, eb: wp.vec3):
    """(separation along the common normal of two edges, that normal outward from a's centroid); -1e9 when parallel."""
    n = wp.cross(ea, eb)
    length = wp.length(n)
    if length < 1.0e-3 * wp.length(ea) * wp.length(eb):
        return -1.0e9, wp.vec3()
    n = n / length
    if wp.dot(n, pa) < 0.0:
        n = -n
    return wp.dot(n, pb - pa), n


@wp.func
def edge_axis(shapes: Shapes, a: int, b: int, rba: wp.mat33, t: wp.vec3, slack: float, prefer: int, bonus: float):
    """(best separation over edge pairs, its axis, pair code 1024 * ea + eb, true best). Edges farther than `slack` are
    passed over.
    """
    best = float(-1.0e9)
    true_best = float(-1.0e9)
    axis = wp.vec3()
    code = int(-1)
    mask_a = near_edges(shapes, b, a, wp.transpose(rba), -(wp.transpose(rba) * t), slack)
    mask_b = near_edges(shapes, a, b, rba, t, slack)
    first_a = shapes.edge_start[a]
    first_b = shapes.edge_start[b]
    for eb in range(first_b, shapes.edge_start[b + 1]):
        if in_mask(mask_b, eb - first_b):
            ends_b = shapes.edge[eb]
            pb = rba * shapes.vertex[ends_b[0]] + t
            db = rba * shapes.vertex[ends_b[1]] + t - pb
            m1 = -(rba * shapes.edge_one[eb])
            m2 = -(rba * shapes.edge_two[eb])
            for ea in range(first_a, shapes.edge_start[a + 1]):
                if in_mask(mask_a, ea - first_a):
                    ends_a = shapes.edge[ea]
                    pa = shapes.vertex[ends_a[0]]
                    da = shapes.vertex[ends_a[1]] - pa
                    if arcs_cross(shapes.edge_one[ea], shapes.edge_two[ea], m1, m2, da, db):
                        s, n = edge_separation(pa, da, pb, db)
                        pair_code = (ea - first_a) * 1024 + eb - first_b
                        true_best = wp.max(true_best, s)
                        if pair_code == prefer:
                            s += bonus
                        if s > best:
                            best = s
                            axis = n
                            code = pair_code
    return best, axis, code, true_best


@wp.func
def separation(shapes: Shapes, a: int, b: int, rba: wp.mat33, t: wp.vec3):
    """Exact largest separation over all axes: minus the least translation that parts two overlapping polyhedra."""
    _sa, _fa, true_a = face_axis(shapes, a, b, rba, t, -1, 0.0)
    if true_a > 0.0:
        return true_a
    _sb, _fb, true_b = face_axis(shapes, b, a, wp.transpose(rba), -(wp.transpose(rba) * t), -1, 0.0)
    faces = wp.max(true_a, true_b)
    if faces > 0.0:
        return faces
    _se, _axis, _code, true_e = edge_axis(shapes, a, b, rba, t, EVERY, -1, 0.0)
    return wp.max(faces, true_e)


@wp.kernel
def measure(bodies: Bodies, shapes: Shapes, pair_a: wp.array(dtype=int), pair_b: wp.array(dtype=int),
            overlap: wp.array(dtype=float)):  # fmt: skip
    """Polytope overlap (m) of each pair on the poses as they are; 0 where they are apart."""
    p = wp.tid()
    a = pair_a[p]
    b = pair_b[p]
    overlap[p] = 0.0
    if bodies.state[a] == GONE or bodies.state[b] == GONE:
        return
    if bodies.state[a] == STILL and bodies.state[b] == STILL:
        return
    ra = wp.transpose(bodies.rot[a])
    t = ra * to_float(bodies.x[b] - bodies.x[a])
    if wp.length(t) > bodies.radius[a] + bodies.radius[b]:
        return
    overlap[p] = wp.max(0.0, -separation(shapes, a, b, ra * bodies.rot[b], t))


@wp.kernel
def measure_ground(bodies: Bodies, shapes: Shapes, overlap: wp.array(dtype=float)):
    """How deep (m) each moving body reaches into the ground."""
    i = wp.tid()
    overlap[i] = 0.0
    if bodies.state[i] < STILL:
        up = wp.transpose(bodies.rot[i]) * wp.vec3(0.0, 0.0, 1.0)
        overlap[i] = wp.max(0.0, -(float(bodies.x[i][2]) + lowest(shapes, i, up)))
