"""Warp kernels of the dust-laden air: a staggered (MAC) grid, x-y-z order, one source for CPU and CUDA.

Cells are cubes of side ``h`` metres; ``u`` has one more entry along x, ``v`` along y, ``w`` along z. The floor (k = 0)
is solid
ground, every other side is open air at zero pressure. Scatters add in fixed point (int64), so the sum does not depend
on the
order in which threads arrive and a device repeats itself bit for bit.
"""

import warp as wp

wp.config.enable_backward = False

FIXED = wp.constant(wp.float64(1.0e9))
ADDED_MASS = wp.constant(1.5)


@wp.func
def at(field: wp.array3d(dtype=float), i: int, j: int, k: int):
    a = wp.clamp(i, 0, field.shape[0] - 1)
    b = wp.clamp(j, 0, field.shape[1] - 1)
    c = wp.clamp(k, 0, field.shape[2] - 1)
    return field[a, b, c]


@wp.func
def sample(field: wp.array3d(dtype=float), x: float, y: float, z: float):
    """Trilinear value at grid coordinates (entry (i, j, k) sits at exactly i, j, k); outside the grid the edge
    continues."""
    i = int(wp.floor(x))
    j = int(wp.floor(y))
    k = int(wp.floor(z))
    fx = x - float(i)
    fy = y - float(j)
    fz = z - float(k)
    near = wp.lerp(
        wp.lerp(at(field, i, j, k), at(field, i + 1, j, k), fx),
        wp.lerp(at(field, i, j + 1, k), at(field, i + 1, j + 1, k), fx),
        fy,
    )
    far = wp.lerp(
        wp.lerp(at(field, i, j, k + 1), at(field, i + 1, j, k + 1), fx),
        wp.lerp(at(field, i, j + 1, k + 1), at(field, i + 1, j + 1, k + 1), fx),
        fy,
    )
    return wp.lerp(near, far, fz)


@wp.func
def air_at(u: wp.array3d(dtype=float), v: wp.array3d(dtype=float), w: wp.array3d(dtype=float), p: wp.vec3):
    """Air velocity in cells per second times h (m/s) at cell coordinates ``p`` (cell (i, j, k) spans i..i+1)."""
    return wp.vec3(
        sample(u, p[0], p[1] - 0.5, p[2] - 0.5),
        sample(v, p[0] - 0.5, p[1], p[2] - 0.5),
        sample(w, p[0] - 0.5, p[1] - 0.5, p[2]),
    )


@wp.func
def trace_back(
    u: wp.array3d(dtype=float), v: wp.array3d(dtype=float), w: wp.array3d(dtype=float), p: wp.vec3, cells: float
):
    """Midpoint back-trace of a point in cell coordinates over ``cells`` = dt / h."""
    mid = p - 0.5 * cells * air_at(u, v, w, p)
    return p - cells * air_at(u, v, w, mid)


@wp.kernel(enable_backward=False)
def advect_face(
    u: wp.array3d(dtype=float),
    v: wp.array3d(dtype=float),
    w: wp.array3d(dtype=float),
    axis: int,
    cells: float,
    source: wp.array3d(dtype=float),
    out: wp.array3d(dtype=float),
):
    i, j, k = wp.tid()
    shift = wp.vec3(0.5, 0.5, 0.5)
    shift[axis] = 0.0
    p = trace_back(u, v, w, wp.vec3(float(i), float(j), float(k)) + shift, cells) - shift
    out[i, j, k] = sample(source, p[0], p[1], p[2])


@wp.kernel(enable_backward=False)
def advect_cell(
    u: wp.array3d(dtype=float),
    v: wp.array3d(dtype=float),
    w: wp.array3d(dtype=float),
    cells: float,
    fall: float,
    source: wp.array3d(dtype=float),
    out: wp.array3d(dtype=float),
):
    """Semi-Lagrangian step of a cell-centred value that also sinks at ``fall`` cells per step; clean air flows in from
    outside."""
    i, j, k = wp.tid()
    half = wp.vec3(0.5, 0.5, 0.5)
    p = trace_back(u, v, w, wp.vec3(float(i), float(j), float(k)) + half, cells) - half + wp.vec3(0.0, 0.0, fall)
    inside = float(1.0)
    if p[0] < -0.5 or p[1] < -0.5 or p[0] > float(source.shape[0]) - 0.5 or p[1] > float(source.shape[1]) - 0.5:
        inside = 0.0
    if p[2] > float(source.shape[2]) - 0.5:
        inside = 0.0
    out[i, j, k] = inside * sample(source, p[0], p[1], p[2])


@wp.kernel(enable_backward=False)
def sharpen_cell(
    u: wp.array3d(dtype=float),
    v: wp.array3d(dtype=float),
    w: wp.array3d(dtype=float),
    cells: float,
    fall: float,
    source: wp.array3d(dtype=float),
    back: wp.array3d(dtype=float),
    out: wp.array3d(dtype=float),
):
    """MacCormack correction (Selle et al. 2008) of ``out`` by half the round-trip error, clamped to the donor cells."""
    i, j, k = wp.tid()
    half = wp.vec3(0.5, 0.5, 0.5)
    p = trace_back(u, v, w, wp.vec3(float(i), float(j), float(k)) + half, cells) - half + wp.vec3(0.0, 0.0, fall)
    a = int(wp.floor(p[0]))
    b = int(wp.floor(p[1]))
    c = int(wp.floor(p[2]))
    low = at(source, a, b, c)
    high = low
    for n in range(1, 8):
        value = at(source, a + n % 2, b + (n // 2) % 2, c + n // 4)
        low = wp.min(low, value)
        high = wp.max(high, value)
    corrected = out[i, j, k] + 0.5 * (source[i, j, k] - back[i, j, k])
    if out[i, j, k] > 0.0:
        out[i, j, k] = wp.clamp(corrected, low, high)


@wp.kernel(enable_backward=False)
def advect_flow(
    u: wp.array3d(dtype=float),
    v: wp.array3d(dtype=float),
    w: wp.array3d(dtype=float),
    dt: float,
    cells: float,
    source: wp.array3d(dtype=wp.vec3),
    out: wp.array3d(dtype=wp.vec3),
):
    """Carry the displacement (metres) that leads from a point back to where its air was when the field was last
    reset."""
    i, j, k = wp.tid()
    half = wp.vec3(0.5, 0.5, 0.5)
    here = wp.vec3(float(i), float(j), float(k)) + half
    p = trace_back(u, v, w, here, cells) - half
    a = int(wp.floor(p[0]))
    b = int(wp.floor(p[1]))
    c = int(wp.floor(p[2]))
    f = p - wp.vec3(float(a), float(b), float(c))
    total = wp.vec3(0.0, 0.0, 0.0)
    for n in range(8):
        di = n % 2
        dj = (n // 2) % 2
        dk = n // 4
        weight = (
            wp.where(di == 1, f[0], 1.0 - f[0])
            * wp.where(dj == 1, f[1], 1.0 - f[1])
            * wp.where(dk == 1, f[2], 1.0 - f[2])
        )
        total += (
            weight
            * source[
                wp.clamp(a + di, 0, source.shape[0] - 1),
                wp.clamp(b + dj, 0, source.shape[1] - 1),
                wp.clamp(c + dk, 0, source.shape[2] - 1),
            ]
        )
    out[i, j, k] = total - dt * air_at(u, v, w, here)


@wp.kernel(enable_backward=False)
def scatter(
    position: wp.array(dtype=wp.vec3),
    velocity: wp.array(dtype=wp.vec3),
    amount: wp.array(dtype=float),
    origin: wp.vec3,
    h: float,
    total: wp.array3d(dtype=wp.int64),
    flow: wp.array4d(dtype=wp.int64),
):
    """Add ``amount`` and amount x velocity of samples to the cells around them (trilinear, fixed point)."""
    n = wp.tid()
    p = (position[n] - origin) / h - wp.vec3(0.5, 0.5, 0.5)
    i = int(wp.floor(p[0]))
    j = int(wp.floor(p[1]))
    k = int(wp.floor(p[2]))
    f = p - wp.vec3(float(i), float(j), float(k))
    for corner in range(8):
        a = i + corner % 2
        b = j + (corner // 2) % 2
        c = wp.max(k + corner // 4, 0)
        weight = (
            wp.where(corner % 2 == 1, f[0], 1.0 - f[0])
            * wp.where((corner // 2) % 2 == 1, f[1], 1.0 - f[1])
            * wp.where(corner // 4 == 1, f[2], 1.0 - f[2])
        )
        if a >= 0 and b >= 0 and a < total.shape[0] and b < total.shape[1] and c < total.shape[2]:
            part = wp.float64(weight * amount[n])
            wp.atomic_add(total, a, b, c, wp.int64(part * FIXED))
            for axis in range(3):
                wp.atomic_add(flow, a, b, c, axis, wp.int64(part * wp.float64(velocity[n][axis]) * FIXED))


@wp.kernel(enable_backward=False)
def add_dust(total: wp.array3d(dtype=wp.int64), volume_m3: float, keep: float, density: wp.array3d(dtype=float)):
    i, j, k = wp.tid()
    density[i, j, k] = keep * density[i, j, k] + float(wp.float64(total[i, j, k]) / FIXED) / volume_m3


@wp.kernel(enable_backward=False)
def drag_face(
    axis: int,
    total: wp.array3d(dtype=wp.int64),
    flow: wp.array4d(dtype=wp.int64),
    gain: float,
    face: wp.array3d(dtype=float),
):
    """Pull the air at a face towards what is moved through it; ``gain`` turns amount per cell into a share 0..1.

    Half as much again as it takes, since pressure gives a third of it to the air around: the added mass of a ball is
    half of its own (Lamb 1932, art. 92)."""
    i, j, k = wp.tid()
    amount = float(0.0)
    pushed = float(0.0)
    for side in range(2):
        a = i
        b = j
        c = k
        if axis == 0:
            a = i - side
        if axis == 1:
            b = j - side
        if axis == 2:
            c = k - side
        if a >= 0 and b >= 0 and c >= 0 and a < total.shape[0] and b < total.shape[1] and c < total.shape[2]:
            amount += 0.5 * float(wp.float64(total[a, b, c]) / FIXED)
            pushed += 0.5 * float(wp.float64(flow[a, b, c, axis]) / FIXED)
    if amount > 1.0e-9:
        share = ADDED_MASS * wp.min(1.0, gain * amount)
        face[i, j, k] = wp.lerp(face[i, j, k], pushed / amount, share)


@wp.kernel(enable_backward=False)
def sink_face(density: wp.array3d(dtype=float), pull: float, limit: float, w: wp.array3d(dtype=float)):
    """Dust-laden air is heavier: ``pull`` = g dt / air density, relative load capped at ``limit``."""
    i, j, k = wp.tid()
    load = 0.5 * (at(density, i, j, k) + at(density, i, j, k - 1))
    if k > 0:
        w[i, j, k] = w[i, j, k] - pull * wp.min(load, limit)


@wp.kernel(enable_backward=False)
def curl_cell(
    u: wp.array3d(dtype=float),
    v: wp.array3d(dtype=float),
    w: wp.array3d(dtype=float),
    h: float,
    out: wp.array3d(dtype=wp.vec3),
):
    i, j, k = wp.tid()
    half = wp.vec3(0.5, 0.5, 0.5)
    p = wp.vec3(float(i), float(j), float(k)) + half
    ex = air_at(u, v, w, p + wp.vec3(1.0, 0.0, 0.0)) - air_at(u, v, w, p - wp.vec3(1.0, 0.0, 0.0))
    ey = air_at(u, v, w, p + wp.vec3(0.0, 1.0, 0.0)) - air_at(u, v, w, p - wp.vec3(0.0, 1.0, 0.0))
    ez = air_at(u, v, w, p + wp.vec3(0.0, 0.0, 1.0)) - air_at(u, v, w, p - wp.vec3(0.0, 0.0, 1.0))
    out[i, j, k] = wp.vec3(ey[2] - ez[1], ez[0] - ex[2], ex[1] - ey[0]) / (2.0 * h)


@wp.kernel(enable_backward=False)
def confine_face(curl: wp.array3d(dtype=wp.vec3), axis: int, push: float, limit: float, face: wp.array3d(dtype=float)):
    """Vorticity confinement (Steinhoff & Underhill 1994): eddies that the grid smears are spun up again by ``push`` =
    eps h dt."""
    i, j, k = wp.tid()
    nx = curl.shape[0] - 1
    ny = curl.shape[1] - 1
    nz = curl.shape[2] - 1
    a = wp.clamp(i, 1, nx - 1)
    b = wp.clamp(j, 1, ny - 1)
    c = wp.clamp(k, 1, nz - 1)
    slope = wp.vec3(
        wp.length(curl[a + 1, b, c]) - wp.length(curl[a - 1, b, c]),
        wp.length(curl[a, b + 1, c]) - wp.length(curl[a, b - 1, c]),
        wp.length(curl[a, b, c + 1]) - wp.length(curl[a, b, c - 1]),
    )
    size = wp.length(slope)
    if size > 1.0e-5:
        force = wp.cross(slope / size, curl[a, b, c])
        face[i, j, k] = face[i, j, k] + wp.clamp(push * force[axis], -limit, limit)


@wp.kernel(enable_backward=False)
def divergence(
    u: wp.array3d(dtype=float),
    v: wp.array3d(dtype=float),
    w: wp.array3d(dtype=float),
    h: float,
    out: wp.array3d(dtype=float),
):
    """Of the air that `subtract_gradient` will let flow: nothing goes through the ground."""
    i, j, k = wp.tid()
    below = wp.where(k == 0, 0.0, w[i, j, k])
    out[i, j, k] = (u[i + 1, j, k] - u[i, j, k] + v[i, j + 1, k] - v[i, j, k] + w[i, j, k + 1] - below) / h


@wp.func
def ghost(p: wp.array3d(dtype=float), i: int, j: int, k: int):
    """Pressure of a cell, or what stands for it outside: minus the edge's own in open air, so that it is zero on the
    box's side whatever the cell size; the edge's own under the ground, so that nothing flows."""
    sign = float(1.0)
    if i < 0 or i >= p.shape[0]:
        sign = -sign
    if j < 0 or j >= p.shape[1]:
        sign = -sign
    if k >= p.shape[2]:
        sign = -sign
    return sign * at(p, i, j, k)


@wp.func
def outside(n: int, count: int):
    """1 where an index lies outside a row of so many cells."""
    return wp.where(n < 0 or n >= count, 1.0, 0.0)


@wp.func
def stencil(p: wp.array3d(dtype=float), i: int, j: int, k: int):
    """(sum over the six neighbours, the diagonal): ghosts are the cell itself, so they count in the diagonal only."""
    total = float(0.0)
    diagonal = float(6.0)
    if i > 0 and j > 0 and k > 0 and i < p.shape[0] - 1 and j < p.shape[1] - 1 and k < p.shape[2] - 1:
        total = p[i - 1, j, k] + p[i + 1, j, k] + p[i, j - 1, k] + p[i, j + 1, k] + p[i, j, k - 1] + p[i, j, k + 1]
        return wp.vec2(total, diagonal)
    for n in range(6):
        step = 2 * (n % 2) - 1
        a = i + wp.where(n // 2 == 0, step, 0)
        b = j + wp.where(n // 2 == 1, step, 0)
        c = k + wp.where(n // 2 == 2, step, 0)
        if c < 0:
            diagonal -= 1.0
        elif outside(a, p.shape[0]) + outside(b, p.shape[1]) + outside(c, p.shape[2]) > 0.0:
            diagonal += 1.0
        else:
            total += p[a, b, c]
    return wp.vec2(total, diagonal)


@wp.kernel(enable_backward=False)
def smooth(p: wp.array3d(dtype=float), rhs: wp.array3d(dtype=float), hh: float, colour: int):
    """One colour of a red-black Gauss-Seidel sweep of the Poisson equation (laplacian p = rhs)."""
    i, j, k = wp.tid()
    if (i + j + k) % 2 == colour:
        around = stencil(p, i, j, k)
        p[i, j, k] = (around[0] - hh * rhs[i, j, k]) / around[1]


@wp.kernel(enable_backward=False)
def restrict_residual(
    p: wp.array3d(dtype=float), rhs: wp.array3d(dtype=float), hh: float, out: wp.array3d(dtype=float)
):
    """Mean residual of the eight fine cells inside a coarse one."""
    i, j, k = wp.tid()
    total = float(0.0)
    for n in range(8):
        a = 2 * i + n % 2
        b = 2 * j + (n // 2) % 2
        c = 2 * k + n // 4
        around = stencil(p, a, b, c)
        total += rhs[a, b, c] - (around[0] - around[1] * p[a, b, c]) / hh
    out[i, j, k] = total / 8.0


@wp.kernel(enable_backward=False)
def prolong(coarse: wp.array3d(dtype=float), fine: wp.array3d(dtype=float)):
    """Adds the trilinear correction of the coarse grid."""
    i, j, k = wp.tid()
    a = (i + 1) // 2 - 1
    b = (j + 1) // 2 - 1
    c = (k + 1) // 2 - 1
    total = float(0.0)
    for n in range(8):
        da = n % 2
        db = (n // 2) % 2
        dc = n // 4
        # A fine centre lies a quarter of a coarse cell from its own coarse centre: 3/4 of that, 1/4 of the next.
        wa = wp.where((i % 2 == 1) == (da == 0), 0.75, 0.25)
        wb = wp.where((j % 2 == 1) == (db == 0), 0.75, 0.25)
        wc = wp.where((k % 2 == 1) == (dc == 0), 0.75, 0.25)
        total += wa * wb * wc * ghost(coarse, a + da, b + db, c + dc)
    fine[i, j, k] = fine[i, j, k] + total


@wp.kernel(enable_backward=False)
def subtract_gradient(p: wp.array3d(dtype=float), axis: int, h: float, face: wp.array3d(dtype=float)):
    i, j, k = wp.tid()
    if axis == 2 and k == 0:
        face[i, j, k] = 0.0
        return
    a = i
    b = j
    c = k
    if axis == 0:
        a = i - 1
    if axis == 1:
        b = j - 1
    if axis == 2:
        c = k - 1
    face[i, j, k] = face[i, j, k] - (ghost(p, i, j, k) - ghost(p, a, b, c)) / h
