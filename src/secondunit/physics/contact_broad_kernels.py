"""Warp kernels that keep the list of candidate pairs: swept boxes, a BVH, rows sorted by index, state carried over.

The list is rebuilt on a fixed schedule, not when something has moved too far, so nothing is read back: each box is
inflated by what its piece can travel until the next rebuild. Rows are sorted, so the order the BVH reports in never
shows in the result.
"""

import warp as wp

from secondunit.physics.body_kernels import GONE, POINTS, STILL, Bodies, Pairs, Shapes

wp.config.enable_backward = False

ROW = 128
"""Most neighbours a piece may have on both sides; a fuller row raises after the frame."""


@wp.kernel
def bound(bodies: Bodies, shapes: Shapes, span_s: float, margin: float, low: wp.array(dtype=wp.vec3),
          high: wp.array(dtype=wp.vec3)):  # fmt: skip
    """World box of each piece, swept over the next `span_s` seconds."""
    i = wp.tid()
    rot = bodies.rot[i]
    x = bodies.x[i]
    lo = wp.vec3(1.0e9)
    hi = wp.vec3(-1.0e9)
    for k in range(shapes.vertex_start[i], shapes.vertex_start[i + 1]):
        p = rot * shapes.vertex[k]
        lo = wp.min(lo, p)
        hi = wp.max(hi, p)
    centre = wp.vec3(float(x[0]), float(x[1]), float(x[2]))
    v = bodies.vf[i] * span_s
    grow = margin + wp.length(bodies.w[i]) * bodies.radius[i] * span_s
    low[i] = centre + lo + wp.min(v, wp.vec3(0.0)) - wp.vec3(grow)
    high[i] = centre + hi + wp.max(v, wp.vec3(0.0)) + wp.vec3(grow)


@wp.kernel
def find_rows(bvh: wp.uint64, bodies: Bodies, low: wp.array(dtype=wp.vec3), high: wp.array(dtype=wp.vec3),
              row: wp.array2d(dtype=int), row_count: wp.array(dtype=int), above: wp.array(dtype=int),
              below: wp.array(dtype=int), overflow: wp.array(dtype=int)):  # fmt: skip
    """All neighbours of each piece by swept box, sorted by index; how many have a higher and a lower index."""
    i = wp.tid()
    n = int(0)
    higher = int(0)
    if bodies.state[i] != GONE:
        query = wp.bvh_query_aabb(bvh, low[i], high[i])
        j = int(0)
        while wp.bvh_query_next(query, j):
            both_still = bodies.state[i] == STILL and bodies.state[j] == STILL
            if j != i and bodies.state[j] != GONE and not both_still:
                if n < row.shape[1]:
                    k = int(n)
                    while k > 0 and row[i, wp.max(k - 1, 0)] > j:
                        row[i, k] = row[i, k - 1]
                        k -= 1
                    row[i, k] = j
                    n += 1
                    if j > i:
                        higher += 1
                else:
                    overflow[0] = 1
    row_count[i] = n
    above[i] = higher
    below[i] = n - higher


@wp.func
def find(b: wp.array(dtype=int), first: int, last: int, j: int):
    """Position of j in the sorted slice b[first:last], or -1."""
    lo = int(first)
    hi = int(last)
    while lo < hi:
        mid = (lo + hi) // 2
        if b[mid] < j:
            lo = mid + 1
        else:
            hi = mid
    if lo < last and b[wp.max(wp.min(lo, last - 1), 0)] == j:
        return lo
    return -1


@wp.kernel
def write_pairs(row: wp.array2d(dtype=int), row_count: wp.array(dtype=int), start: wp.array(dtype=int),
                old_start: wp.array(dtype=int), past: Pairs, fresh_list: Pairs, bond_start: wp.array(dtype=int),
                bond_other: wp.array(dtype=int), first: int, pieces: int, overflow: wp.array(dtype=int)):  # fmt: skip
    """Row i of the compact list, with the state of pairs that were there before. `first`: 1 at the very first list."""
    i = wp.tid()
    p = int(start[i])
    for k in range(row_count[i]):
        j = row[i, k]
        if j > i:
            if p >= fresh_list.a.shape[0]:
                overflow[0] = 1
                return
            fresh_list.a[p] = i
            fresh_list.b[p] = j
            q = find(past.b, old_start[i], old_start[i + 1], j)
            if q >= 0:
                carry(past, q, fresh_list, p)
            else:
                forget(fresh_list, p, first)
                fresh_list.glued[p] = glue_between(i, j, pieces, bond_start, bond_other)
            p += 1


@wp.func
def glue_between(i: int, j: int, world: int, bond_start: wp.array(dtype=int), bond_other: wp.array(dtype=int)):
    """1: some bond joined i and j; 2: both were bonded to a third piece; 0: neither. Whether it still holds, `look`
    finds out.
    """
    through = int(0)
    for m in range(bond_start[i], bond_start[i + 1]):
        third = bond_other[m]
        if third == j:
            return 1
        if third != world:
            for k in range(bond_start[j], bond_start[j + 1]):
                if bond_other[k] == third:
                    through = 2
    return through


@wp.func
def carry(past: Pairs, q: int, fresh_list: Pairs, p: int):
    fresh_list.glued[p] = past.glued[q]
    fresh_list.count[p] = past.count[q]
    fresh_list.side[p] = past.side[q]
    fresh_list.fresh[p] = past.fresh[q]
    fresh_list.feature[p] = past.feature[q]
    fresh_list.axis[p] = past.axis[q]
    fresh_list.normal[p] = past.normal[q]
    fresh_list.gap[p] = past.gap[q]
    fresh_list.allow[p] = past.allow[q]
    fresh_list.offset[p] = past.offset[q]
    fresh_list.turn[p] = past.turn[q]
    fresh_list.slide[p] = past.slide[q]
    fresh_list.twist[p] = past.twist[q]
    fresh_list.energy[p] = past.energy[q]
    fresh_list.force[p] = past.force[q]
    fresh_list.torque_a[p] = past.torque_a[q]
    fresh_list.torque_b[p] = past.torque_b[q]
    fresh_list.power[p] = past.power[q]
    fresh_list.lost[p] = past.lost[q]
    fresh_list.spent[p] = past.spent[q]
    fresh_list.busy_a[p] = past.busy_a[q]
    fresh_list.busy_b[p] = past.busy_b[q]
    if past.count[q] > 0:
        for k in range(past.count[q]):
            fresh_list.on_ref[POINTS * p + k] = past.on_ref[POINTS * q + k]
            fresh_list.on_other[POINTS * p + k] = past.on_other[POINTS * q + k]


@wp.func
def forget(fresh_list: Pairs, p: int, first: int):
    fresh_list.glued[p] = 0
    fresh_list.count[p] = 0
    fresh_list.side[p] = 0
    fresh_list.fresh[p] = first
    fresh_list.feature[p] = -1
    fresh_list.axis[p] = wp.vec3()
    fresh_list.gap[p] = -1.0e9
    fresh_list.allow[p] = 0.0
    fresh_list.offset[p] = wp.vec3d()
    fresh_list.turn[p] = wp.float64(0.0)
    fresh_list.slide[p] = wp.vec3()
    fresh_list.twist[p] = 0.0
    fresh_list.energy[p] = 0.0
    fresh_list.force[p] = wp.vec3()
    fresh_list.torque_a[p] = wp.vec3()
    fresh_list.torque_b[p] = wp.vec3()
    fresh_list.power[p] = 0.0
    fresh_list.lost[p] = 0.0
    fresh_list.spent[p] = 0.0


@wp.kernel
def write_back_rows(row: wp.array2d(dtype=int), row_count: wp.array(dtype=int), start: wp.array(dtype=int),
                    pair_b: wp.array(dtype=int), back_start: wp.array(dtype=int),
                    back_list: wp.array(dtype=int)):  # fmt: skip
    """For each piece j the pairs (i, j) with i < j, in order of i."""
    j = wp.tid()
    out = int(back_start[j])
    for k in range(row_count[j]):
        i = row[j, k]
        if i < j:
            if out < back_list.shape[0]:
                back_list[out] = wp.max(find(pair_b, start[i], start[i + 1], j), 0)
            out += 1
