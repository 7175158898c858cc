"""Warp: light through airborne dust. Grids hold extinction (1/m) or optical depth at cell centres; index order x, y,
z."""

import warp as wp

from .scene_kernels import FAR, PlateMaps, Solid, Sources, View, box_span, closest, grid_value, smooth, view_ray

wp.config.enable_backward = False

FULL_SPHERE = wp.constant(12.566370614)
LUMP_M = wp.constant(0.9)
FOOT_M = wp.constant(0.5)


@wp.struct
class Cloud:
    """extinction, optical depth to the sun (sun) and to the zenith (up), share of the sun that solids let through
    (open), and
    a periodic noise cube (unit variance) for detail below the grid. Per channel: albedo of one scattering, pale: of a
    cloud too thick to see through, many and dims: what `dust.scattering` says of light scattered often."""

    extinction: wp.array3d(dtype=wp.float32)
    sun: wp.array3d(dtype=wp.float32)
    up: wp.array3d(dtype=wp.float32)
    open: wp.array3d(dtype=wp.float32)
    noise: wp.array3d(dtype=wp.float32)
    drift_a: wp.array3d(dtype=wp.vec3)
    drift_b: wp.array3d(dtype=wp.vec3)
    drifts: int
    blend: float
    shift_a: wp.vec3
    shift_b: wp.vec3
    origin: wp.vec3
    cell: float
    albedo: wp.vec3
    pale: wp.vec3
    many: wp.vec3
    dims: wp.vec3
    exposure: float
    detail: float
    rise: float


@wp.func
def henyey_greenstein(cosine: float, g: float) -> float:
    """Phase function (1/sr) that integrates to 1 over the sphere."""
    k = 1.0 + g * g - 2.0 * g * cosine
    return (1.0 - g * g) / (FULL_SPHERE * k * wp.sqrt(k))


@wp.func
def dust_phase(cosine: float, share: float) -> float:
    """Forward lobe and a weak backward one; `share` below 1 flattens both (light that has scattered more than once)."""
    return 0.8 * henyey_greenstein(cosine, 0.62 * share) + 0.2 * henyey_greenstein(cosine, -0.25 * share)


@wp.kernel
def depth_slab(
    extinction: wp.array3d(dtype=wp.float32),
    tau: wp.array3d(dtype=wp.float32),
    axis: int,
    slab: int,
    back: int,
    shift: wp.vec3,
    length: float,
):
    """One slab of the sweep: optical depth here = that of the slab nearer the light, where the ray crosses it, plus
    the path between."""
    a, b = wp.tid()
    x = int(slab)
    y = int(a)
    z = int(b)
    if axis == 1:
        x = a
        y = slab
    elif axis == 2:
        x = a
        y = b
        z = slab
    here = extinction[x, y, z]
    total = 0.5 * here * length
    if back >= 0 and back < extinction.shape[axis]:
        place = wp.vec3(wp.float32(x) + 0.5, wp.float32(y) + 0.5, wp.float32(z) + 0.5) + shift
        inside = bool(True)
        for k in range(3):
            if place[k] < 0.0 or place[k] > wp.float32(extinction.shape[k]):
                inside = False
        if inside:
            total += grid_value(tau, place) + 0.5 * grid_value(extinction, place) * length
    tau[x, y, z] = total


@wp.kernel
def sun_past_solids(
    mesh: wp.uint64,
    time: int,
    solid: Solid,
    maps: PlateMaps,
    view: View,
    sources: Sources,
    extinction: wp.array3d(dtype=wp.float32),
    origin: wp.vec3,
    cell: float,
    stride: int,
    open: wp.array3d(dtype=wp.float32),
):
    """Does a coarse cell (stride cells wide) see the sun? Only asked where there is dust."""
    i, j, k = wp.tid()
    value = float(1.0)
    dusty = float(0.0)
    for a in range(stride):
        for b in range(stride):
            for c in range(stride):
                x = wp.min(i * stride + a, extinction.shape[0] - 1)
                y = wp.min(j * stride + b, extinction.shape[1] - 1)
                z = wp.min(k * stride + c, extinction.shape[2] - 1)
                dusty = wp.max(dusty, extinction[x, y, z])
    if dusty > 1.0e-4:
        middle = (wp.vec3(wp.float32(i), wp.float32(j), wp.float32(k)) + wp.vec3(0.5, 0.5, 0.5)) * (
            wp.float32(stride) * cell
        )
        hit = closest(mesh, time, solid, maps, view, origin + middle, sources.to_sun, FAR, 0.5)
        if hit.t > 0.0:
            value = 0.0
    open[i, j, k] = value


@wp.func
def periodic(noise: wp.array3d(dtype=wp.float32), p: wp.vec3) -> float:
    """Trilinear value of the noise cube, one period a unit."""
    n = noise.shape[0]
    q = p * wp.float32(n)
    x = int(wp.floor(q[0]))
    y = int(wp.floor(q[1]))
    z = int(wp.floor(q[2]))
    u = q[0] - wp.float32(x)
    v = q[1] - wp.float32(y)
    w = q[2] - wp.float32(z)
    x0 = ((x % n) + n) % n
    y0 = ((y % n) + n) % n
    z0 = ((z % n) + n) % n
    x1 = (x0 + 1) % n
    y1 = (y0 + 1) % n
    z1 = (z0 + 1) % n
    a = wp.lerp(noise[x0, y0, z0], noise[x1, y0, z0], u)
    b = wp.lerp(noise[x0, y1, z0], noise[x1, y1, z0], u)
    c = wp.lerp(noise[x0, y0, z1], noise[x1, y0, z1], u)
    d = wp.lerp(noise[x0, y1, z1], noise[x1, y1, z1], u)
    return wp.lerp(wp.lerp(a, b, v), wp.lerp(c, d, v), w)


@wp.func
def carried(drift: wp.array3d(dtype=wp.vec3), place: wp.vec3) -> wp.vec3:
    """How far the dust at `place` (in cells) has travelled (m), trilinear."""
    fx = wp.clamp(place[0] - 0.5, 0.0, wp.float32(drift.shape[0] - 1) - 0.001)
    fy = wp.clamp(place[1] - 0.5, 0.0, wp.float32(drift.shape[1] - 1) - 0.001)
    fz = wp.clamp(place[2] - 0.5, 0.0, wp.float32(drift.shape[2] - 1) - 0.001)
    x = int(fx)
    y = int(fy)
    z = int(fz)
    u = fx - wp.float32(x)
    v = fy - wp.float32(y)
    w = fz - wp.float32(z)
    a = drift[x, y, z] * (1.0 - u) + drift[x + 1, y, z] * u
    b = drift[x, y + 1, z] * (1.0 - u) + drift[x + 1, y + 1, z] * u
    c = drift[x, y, z + 1] * (1.0 - u) + drift[x + 1, y, z + 1] * u
    d = drift[x, y + 1, z + 1] * (1.0 - u) + drift[x + 1, y + 1, z + 1] * u
    return (a * (1.0 - v) + b * v) * (1.0 - w) + (c * (1.0 - v) + d * v) * w


@wp.func
def turbulence(cloud: Cloud, q: wp.vec3) -> float:
    """Noise of about unit variance at the place `q` (m) that the dust came from: two scales, the finer warped by the
    coarser. The coarser is folded at zero (Perlin's billow; 0.80 and 0.60 are mean and deviation of a folded normal):
    round lumps with creases between."""
    coarse = periodic(cloud.noise, wp.vec3(q[0] + 0.3 * q[1], q[1] - 0.3 * q[0], q[2]) * (1.0 / 14.0))
    fine = periodic(cloud.noise, (q + wp.vec3(coarse, -coarse, 0.6 * coarse) * 0.5) * (1.0 / 4.7))
    return 0.5 * coarse + 0.65 * (wp.abs(coarse) - 0.8) / 0.6 + 0.5 * fine


@wp.func
def detail_at(cloud: Cloud, p: wp.vec3, place: wp.vec3, toward: wp.vec3) -> wp.vec2:
    """Noise that rides with the flow, here and a lump further `toward` the light: two phases of travel, of which one
    is always young; their mix keeps its variance."""
    out = wp.vec2(0.0, 0.0)
    on = toward * LUMP_M
    if cloud.drifts == 0:
        q = p - wp.vec3(0.0, 0.0, cloud.rise)
        out = wp.vec2(turbulence(cloud, q), turbulence(cloud, q + on))
    else:
        b = cloud.blend
        spread = wp.sqrt((1.0 - b) * (1.0 - b) + b * b)
        if b < 0.98:
            q = p - carried(cloud.drift_a, place) + cloud.shift_a
            out += wp.vec2(turbulence(cloud, q), turbulence(cloud, q + on)) * ((1.0 - b) / spread)
        if b > 0.02:
            q = p - carried(cloud.drift_b, place) + cloud.shift_b
            out += wp.vec2(turbulence(cloud, q), turbulence(cloud, q + on)) * (b / spread)
    return out


@wp.func
def thickness(cloud: Cloud, p: wp.vec3, place: wp.vec3, toward: wp.vec3) -> wp.vec2:
    """(extinction (1/m) with detail, its share of the grid's own `LUMP_M` further on): log-normal, so that its mean is
    the grid's; faded at the grid's border and softly into the ground, over a height that the detail varies."""
    sigma = grid_value(cloud.extinction, place)
    further = float(1.0)
    foot = float(FOOT_M)
    if sigma > 1.0e-5 and cloud.detail > 0.0:
        thin = 1.0 - smooth(0.0, 0.5, sigma)
        a = cloud.detail * (0.7 + 0.5 * thin)
        noise = detail_at(cloud, p, place, toward)
        sigma *= wp.exp(a * noise[0] - 0.5 * a * a)
        further = wp.exp(a * noise[1] - 0.5 * a * a)
        foot *= wp.exp(-1.1 * noise[0])
    if cloud.origin[2] > -0.5:
        sigma *= smooth(0.0, foot, p[2])
    for axis in range(3):
        size = wp.float32(cloud.extinction.shape[axis])
        if axis < 2:
            sigma *= smooth(0.0, 2.5, place[axis])
        sigma *= smooth(0.0, 2.5, size - place[axis])
    return wp.vec2(sigma, further)


@wp.func
def glow(cloud: Cloud, sources: Sources, place: wp.vec3, cosine: float, further: float) -> wp.vec3:
    """Radiance that dust at `place` sends to the camera per unit of extinction: sunlight scattered once, twice and
    often, sky, ground. ``further``: detail towards the sun, which gives each lump a lit and a shaded side."""
    sigma = grid_value(cloud.extinction, place)
    tau = wp.max(0.0, grid_value(cloud.sun, place) + sigma * LUMP_M * (further - 1.0))
    stride = wp.float32(cloud.extinction.shape[0]) / wp.float32(cloud.open.shape[0])
    lit = grid_value(cloud.open, place * (1.0 / stride))
    single = dust_phase(cosine, 1.0) * wp.exp(-tau)
    twice = 0.5 * dust_phase(cosine, 0.5) * wp.exp(-0.4 * tau)
    thick = 1.0 - wp.exp(-3.0 * sigma)
    above = wp.exp(-0.4 * grid_value(cloud.up, place))
    often = wp.vec3(0.0, 0.0, 0.0)
    once = wp.vec3(0.0, 0.0, 0.0)
    for c in range(3):
        ease = wp.exp(-cloud.dims[c] * tau) * thick / FULL_SPHERE
        often[c] = cloud.many[c] * ease + twice * cloud.albedo[c] * cloud.albedo[c]
        once[c] = single * cloud.albedo[c]
    sun = wp.cw_mul(sources.sun, once * lit + often * (0.3 + 0.7 * lit))
    dome = sources.sky * (0.3 + 0.7 * above) + sources.ground * 0.35
    return sun + wp.cw_mul(dome, cloud.pale)


@wp.kernel
def march(
    active: wp.array(dtype=wp.int32),
    view: View,
    sources: Sources,
    cloud: Cloud,
    near: wp.array2d(dtype=wp.float32),
    far: wp.array2d(dtype=wp.float32),
    step: float,
    seed: int,
    front: wp.array2d(dtype=wp.vec4),
    whole: wp.array2d(dtype=wp.vec4),
):
    """Front to back through the grid. Depths are m along the lens axis; rgb is premultiplied.

    front: the dust before depth `near`; whole: the dust before depth `far` (at least near).
    """
    index = active[wp.tid()]
    y = index // view.width
    x = index - y * view.width
    ray = view_ray(view, wp.vec2(wp.float32(x) + 0.5, wp.float32(y) + 0.5))
    along = (view.camera_from_world * ray)[2]
    size = wp.vec3(
        wp.float32(cloud.extinction.shape[0]),
        wp.float32(cloud.extinction.shape[1]),
        wp.float32(cloud.extinction.shape[2]),
    )
    span = box_span(cloud.origin, cloud.origin + size * cloud.cell, view.position, ray)
    first = near[y, x] / along
    end = wp.min(span[1], far[y, x] / along)
    clear = float(1.0)
    seen = wp.vec3(0.0, 0.0, 0.0)
    cosine = wp.dot(ray, sources.to_sun)
    fx = wp.float32(x + 5 * seed) * 0.06711056 + wp.float32(y + 3 * seed) * 0.00583715
    jitter = 52.9829189 * (fx - wp.floor(fx))
    jitter = jitter - wp.floor(jitter)
    begin = span[0]
    passed = int(0)
    stop = wp.min(begin + wp.max(jitter, 0.02) * step, end)
    while begin < end and clear > 0.005:
        if passed == 0:
            if begin >= first:
                passed = 1
                front[y, x] = wp.vec4(seen[0], seen[1], seen[2], 1.0 - clear)
            else:
                stop = wp.min(stop, wp.max(first, begin + 1.0e-4))
        p = view.position + ray * (0.5 * (begin + stop))
        place = (p - cloud.origin) / cloud.cell
        dust = thickness(cloud, p, place, sources.to_sun)
        sigma = dust[0]
        if sigma > 1.0e-5:
            pass_through = wp.exp(-sigma * (stop - begin))
            gain = clear * (1.0 - pass_through) * cloud.exposure
            seen += glow(cloud, sources, place, cosine, dust[1]) * gain
            clear *= pass_through
        begin = stop
        stop = wp.min(begin + step, end)
    whole[y, x] = wp.vec4(seen[0], seen[1], seen[2], 1.0 - clear)
    if passed == 0:
        front[y, x] = whole[y, x]


@wp.kernel
def enlarge(
    small: wp.array2d(dtype=wp.vec4),
    small_depth: wp.array2d(dtype=wp.float32),
    depth: wp.array2d(dtype=wp.float32),
    shrink: float,
    out: wp.array2d(dtype=wp.vec4),
):
    """Bilateral upsampling: near neighbours, bilinear, weighted by how near their depth is to this pixel's; on a
    slanting surface, like the ground far away, by how far their depth is off its slope."""
    y, x = wp.tid()
    h = small.shape[0]
    w = small.shape[1]
    fx = (wp.float32(x) + 0.5) / shrink - 0.5
    fy = (wp.float32(y) + 0.5) / shrink - 0.5
    x0 = int(wp.floor(fx))
    y0 = int(wp.floor(fy))
    total = wp.vec4(0.0, 0.0, 0.0, 0.0)
    weight = float(0.0)
    z = depth[y, x]
    last = depth.shape[0] - 1
    slope = wp.min(wp.abs(depth[wp.min(y + 1, last), x] - z), wp.abs(depth[wp.max(y - 1, 0), x] - z))
    bears = 0.01 * z + 0.1 + 2.0 * shrink * slope
    for j in range(-1, 3):
        for i in range(-1, 3):
            u = wp.max(0.0, 1.0 - 0.5 * wp.abs(fx - wp.float32(x0 + i)))
            v = wp.max(0.0, 1.0 - 0.5 * wp.abs(fy - wp.float32(y0 + j)))
            xx = wp.clamp(x0 + i, 0, w - 1)
            yy = wp.clamp(y0 + j, 0, h - 1)
            zs = small_depth[yy, xx]
            k = u * v * (wp.exp(-wp.abs(zs - z) / wp.min(bears, 0.11 * wp.min(z, zs) + 0.1)) + 1.0e-4)
            total += small[yy, xx] * k
            weight += k
    out[y, x] = total / wp.max(weight, 1.0e-12)
