"""Warp: the records that kernels share, the camera, random numbers, and rays that respect the matte.

World frame, metres. Everything here runs on CPU and CUDA from one source.
"""

import warp as wp

wp.config.enable_backward = False

FAR = wp.constant(1.0e6)
NUDGE = wp.constant(0.004)
TILE = wp.constant(49)


@wp.struct
class View:
    """Pinhole: camera_from_world rotation, position (m), focal lengths and principal point in plate pixels."""

    position: wp.vec3
    camera_from_world: wp.mat33
    focal: wp.vec2
    centre: wp.vec2
    width: int
    height: int


@wp.struct
class Sources:
    """Light: unit direction to the sun, a frame around it, and radiometry.

    sun: irradiance facing the sun · sky, ground: radiance of the upper and lower hemisphere · bounce: radiance of what
    blocks a sky ray · disc: tangent of the sun's angular radius.
    """

    to_sun: wp.vec3
    tangent: wp.vec3
    bitangent: wp.vec3
    disc: float
    sun: wp.vec3
    sky: wp.vec3
    ground: wp.vec3
    bounce: wp.vec3


@wp.struct
class Solid:
    """The pieces: triangle and piece attributes, and the map from each sub-frame's pose back to the rest pose (times,
    P)."""

    tri_piece: wp.array(dtype=wp.int32)
    tri_kind: wp.array(dtype=wp.int32)
    tri_material: wp.array(dtype=wp.int32)
    rest_from_time: wp.array2d(dtype=wp.transform)


@wp.struct
class PlateMaps:
    """The photograph as the pieces see it.

    texture (H,W): plate colours, unmixed and filled beyond the matte · cut (H,W): where pieces exist · far (H,W):
    depth of the
    furthest surface the plate shows near a pixel (m) · light (H,W): irradiance on the surface in the pixel's middle at
    rest · normal (H,W): that surface's own.
    """

    texture: wp.array2d(dtype=wp.vec3)
    cut: wp.array2d(dtype=wp.float32)
    far: wp.array2d(dtype=wp.float32)
    light: wp.array2d(dtype=wp.vec3)
    normal: wp.array2d(dtype=wp.vec3)


@wp.struct
class Haze:
    """Dust between a point and the sun or the zenith: optical depths at cell centres; on == 0 means clear air."""

    on: int
    sun: wp.array3d(dtype=wp.float32)
    up: wp.array3d(dtype=wp.float32)
    origin: wp.vec3
    cell: float
    size: wp.vec3i


@wp.struct
class Hit:
    """t < 0: nothing. rest: the same point at rest (m); pixel: its place in the plate; depth: its distance along the
    lens axis."""

    t: float
    face: int
    normal: wp.vec3
    rest: wp.vec3
    pixel: wp.vec2
    depth: float


@wp.func
def scramble(a: int, b: int, c: int) -> wp.uint32:
    """A well mixed 32-bit hash of three integers (PCG output permutation)."""
    h = wp.uint32(a) * wp.uint32(747796405) + wp.uint32(1891336453)
    h = h ^ (wp.uint32(b) * wp.uint32(1640531527))
    h = ((h >> ((h >> wp.uint32(28)) + wp.uint32(4))) ^ h) * wp.uint32(277803737)
    h = h ^ (wp.uint32(c) * wp.uint32(1366822519))
    h = ((h >> ((h >> wp.uint32(28)) + wp.uint32(4))) ^ h) * wp.uint32(277803737)
    return (h >> wp.uint32(22)) ^ h


@wp.func
def unit(h: wp.uint32) -> float:
    return wp.float32(h >> wp.uint32(8)) * (1.0 / 16777216.0)


@wp.func
def wrap(x: float) -> float:
    return x - wp.floor(x)


@wp.func
def spread(index: int, start: wp.vec2) -> wp.vec2:
    """Point `index` of the R2 low-discrepancy sequence, shifted by `start`, in [0,1)^2."""
    i = wp.float32(index)
    return wp.vec2(wrap(start[0] + i * 0.7548776662), wrap(start[1] + i * 0.5698402910))


@wp.func
def start_at(x: int, y: int, seed: int) -> wp.vec2:
    return wp.vec2(unit(scramble(x, y, seed)), unit(scramble(x, y, seed + 7919)))


@wp.func
def tile_start(x: int, y: int, seed: int) -> wp.vec2:
    """Where a pixel enters the sequence: any 7 x 7 pixels hold its first 49 points once each.

    Filters that average such a window then see one well spread set of TILE points instead of white noise. Further
    points
    of a pixel are TILE steps apart, so that no two pixels of a window share one.
    """
    shift = wp.vec2(unit(scramble(seed, 3, 1)), unit(scramble(seed, 5, 2)))
    return spread((x + 7 * y) % TILE, shift)


@wp.func
def tent(u: float) -> float:
    """Inverse distribution of a tent filter of radius 1: 0..1 -> -1..1."""
    r = float(0.0)
    if u < 0.5:
        r = wp.sqrt(2.0 * u) - 1.0
    else:
        r = 1.0 - wp.sqrt(2.0 * (1.0 - u))
    return r


@wp.func
def view_ray(view: View, pixel: wp.vec2) -> wp.vec3:
    c = wp.vec3((pixel[0] - view.centre[0]) / view.focal[0], (pixel[1] - view.centre[1]) / view.focal[1], 1.0)
    return wp.normalize(wp.transpose(view.camera_from_world) * c)


@wp.func
def project(view: View, point: wp.vec3) -> wp.vec3:
    """(x px, y px, depth m); a point behind the camera gets a place far outside the plate."""
    q = view.camera_from_world * (point - view.position)
    out = wp.vec3(-1.0e6, -1.0e6, q[2])
    if q[2] > 1.0e-4:
        out = wp.vec3(view.centre[0] + view.focal[0] * q[0] / q[2], view.centre[1] + view.focal[1] * q[1] / q[2], q[2])
    return out


@wp.func
def inside_plate(view: View, pixel: wp.vec2) -> bool:
    return (
        pixel[0] >= 0.0 and pixel[1] >= 0.0 and pixel[0] < wp.float32(view.width) and pixel[1] < wp.float32(view.height)
    )


@wp.func
def mix(a: wp.vec3, b: wp.vec3, t: float) -> wp.vec3:
    return a * (1.0 - t) + b * t


@wp.func
def smooth(low: float, high: float, x: float) -> float:
    t = wp.clamp((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


@wp.func
def bilinear(image: wp.array2d(dtype=wp.float32), pixel: wp.vec2) -> float:
    h = image.shape[0]
    w = image.shape[1]
    fx = pixel[0] - 0.5
    fy = pixel[1] - 0.5
    x0 = int(wp.floor(fx))
    y0 = int(wp.floor(fy))
    u = fx - wp.float32(x0)
    v = fy - wp.float32(y0)
    xa = wp.clamp(x0, 0, w - 1)
    xb = wp.clamp(x0 + 1, 0, w - 1)
    ya = wp.clamp(y0, 0, h - 1)
    yb = wp.clamp(y0 + 1, 0, h - 1)
    top = image[ya, xa] * (1.0 - u) + image[ya, xb] * u
    low = image[yb, xa] * (1.0 - u) + image[yb, xb] * u
    return top * (1.0 - v) + low * v


@wp.func
def catmull_rom(t: float) -> wp.vec4:
    a = t * t
    b = a * t
    return wp.vec4(-0.5 * b + a - 0.5 * t, 1.5 * b - 2.5 * a + 1.0, -1.5 * b + 2.0 * a + 0.5 * t, 0.5 * b - 0.5 * a)


@wp.func
def bicubic(image: wp.array2d(dtype=wp.vec3), pixel: wp.vec2) -> wp.vec3:
    """Catmull-Rom interpolation, kept within the range of the four nearest pixels (no ringing); exact at pixel
    centres."""
    h = image.shape[0]
    w = image.shape[1]
    fx = pixel[0] - 0.5
    fy = pixel[1] - 0.5
    x0 = int(wp.floor(fx))
    y0 = int(wp.floor(fy))
    wx = catmull_rom(fx - wp.float32(x0))
    wy = catmull_rom(fy - wp.float32(y0))
    total = wp.vec3(0.0, 0.0, 0.0)
    low = wp.vec3(1.0e9, 1.0e9, 1.0e9)
    high = wp.vec3(-1.0e9, -1.0e9, -1.0e9)
    for j in range(4):
        yy = wp.clamp(y0 + j - 1, 0, h - 1)
        row = wp.vec3(0.0, 0.0, 0.0)
        for i in range(4):
            xx = wp.clamp(x0 + i - 1, 0, w - 1)
            texel = image[yy, xx]
            row += texel * wx[i]
            if i > 0 and i < 3 and j > 0 and j < 3:
                low = wp.min(low, texel)
                high = wp.max(high, texel)
        total += row * wy[j]
    return wp.min(wp.max(total, low), high)


@wp.func
def closest(
    mesh: wp.uint64,
    time: int,
    solid: Solid,
    maps: PlateMaps,
    view: View,
    origin: wp.vec3,
    direction: wp.vec3,
    limit: float,
    threshold: float,
) -> Hit:
    """Nearest surface along a ray. Points whose place at rest the plate's matte (above `threshold`) does not cover
    are air."""
    hit = Hit()
    hit.t = float(-1.0)
    hit.face = int(-1)
    begin = float(0.0)
    for _attempt in range(12):
        q = wp.mesh_query_ray(mesh, origin + direction * begin, direction, limit - begin)
        if not q.result:
            break
        t = begin + q.t
        piece = solid.tri_piece[q.face]
        rest = wp.transform_point(solid.rest_from_time[time, piece], origin + direction * t)
        place = project(view, rest)
        pixel = wp.vec2(place[0], place[1])
        solid_here = bool(True)
        if inside_plate(view, pixel):
            solid_here = bilinear(maps.cut, pixel) > threshold
        if solid_here:
            hit.t = t
            hit.face = q.face
            hit.normal = q.normal
            hit.rest = rest
            hit.pixel = pixel
            hit.depth = place[2]
            break
        begin = t + 0.002
    return hit


@wp.func
def on_disc(u: wp.vec2) -> wp.vec2:
    r = wp.sqrt(u[0])
    a = 6.283185307 * u[1]
    return wp.vec2(r * wp.cos(a), r * wp.sin(a))


@wp.func
def toward_sun(sources: Sources, u: wp.vec2) -> wp.vec3:
    d = on_disc(u) * sources.disc
    return wp.normalize(sources.to_sun + sources.tangent * d[0] + sources.bitangent * d[1])


@wp.func
def around(normal: wp.vec3, u: wp.vec2) -> wp.vec3:
    """Cosine-weighted direction about a unit normal."""
    d = on_disc(u)
    s = float(1.0)
    if normal[2] < 0.0:
        s = -1.0
    a = -1.0 / (s + normal[2])
    b = normal[0] * normal[1] * a
    t = wp.vec3(1.0 + s * normal[0] * normal[0] * a, s * b, -s * normal[0])
    k = wp.vec3(b, s + normal[1] * normal[1] * a, -normal[1])
    return wp.normalize(t * d[0] + k * d[1] + normal * wp.sqrt(wp.max(0.0, 1.0 - u[0])))


@wp.func
def open_radiance(sources: Sources, direction: wp.vec3) -> wp.vec3:
    """What an unblocked ray sees: sky above, ground below."""
    out = sources.ground
    if direction[2] >= 0.0:
        out = sources.sky
    return out


@wp.func
def grid_value(grid: wp.array3d(dtype=wp.float32), place: wp.vec3) -> float:
    """Trilinear value at `place` in cells (cell centres at +0.5), clamped to the border."""
    fx = wp.clamp(place[0] - 0.5, 0.0, wp.float32(grid.shape[0] - 1) - 0.001)
    fy = wp.clamp(place[1] - 0.5, 0.0, wp.float32(grid.shape[1] - 1) - 0.001)
    fz = wp.clamp(place[2] - 0.5, 0.0, wp.float32(grid.shape[2] - 1) - 0.001)
    x = int(fx)
    y = int(fy)
    z = int(fz)
    u = fx - wp.float32(x)
    v = fy - wp.float32(y)
    w = fz - wp.float32(z)
    a = grid[x, y, z] * (1.0 - u) + grid[x + 1, y, z] * u
    b = grid[x, y + 1, z] * (1.0 - u) + grid[x + 1, y + 1, z] * u
    c = grid[x, y, z + 1] * (1.0 - u) + grid[x + 1, y, z + 1] * u
    d = grid[x, y + 1, z + 1] * (1.0 - u) + grid[x + 1, y + 1, z + 1] * u
    return (a * (1.0 - v) + b * v) * (1.0 - w) + (c * (1.0 - v) + d * v) * w


@wp.func
def box_span(low: wp.vec3, high: wp.vec3, origin: wp.vec3, direction: wp.vec3) -> wp.vec2:
    """Entry and exit distances of a ray through a box; entry > exit means a miss."""
    enter = float(0.0)
    leave = float(1.0e6)
    for axis in range(3):
        d = direction[axis]
        if wp.abs(d) < 1.0e-9:
            if origin[axis] < low[axis] or origin[axis] > high[axis]:
                leave = -1.0
        else:
            near = (low[axis] - origin[axis]) / d
            away = (high[axis] - origin[axis]) / d
            enter = wp.max(enter, wp.min(near, away))
            leave = wp.min(leave, wp.max(near, away))
    return wp.vec2(enter, leave)


@wp.func
def haze_depth(haze: Haze, grid: wp.array3d(dtype=wp.float32), point: wp.vec3, direction: wp.vec3) -> float:
    """Optical depth from a point along `direction`; a point outside the grid is moved along it to where it enters."""
    tau = float(0.0)
    if haze.on == 1:
        extent = wp.vec3(wp.float32(haze.size[0]), wp.float32(haze.size[1]), wp.float32(haze.size[2])) * haze.cell
        span = box_span(haze.origin, haze.origin + extent, point, direction)
        if span[0] <= span[1]:
            tau = grid_value(grid, (point + direction * span[0] - haze.origin) / haze.cell)
    return tau


@wp.func
def through_dust(tau: float) -> float:
    """Share of light that comes through dust of this optical depth, straight or scattered on: the two-stream answer
    for large grains that absorb little (Bohren 1987, Am. J. Phys. 55:524), g = 0.5, dimmed by what grains absorb."""
    return wp.exp(-0.2 * tau) / (1.0 + 0.25 * tau)


@wp.func
def under_dust(tau: float) -> float:
    """Skylight under dust over what it is in clear air: what comes through, and what a cloud that is lit itself sends
    down from where it hides the sky."""
    clear = through_dust(tau)
    return clear + 0.5 * (1.0 - clear)


@wp.func
def irradiance(
    mesh: wp.uint64,
    time: int,
    solid: Solid,
    maps: PlateMaps,
    view: View,
    sources: Sources,
    haze: Haze,
    point: wp.vec3,
    normal: wp.vec3,
    sun_rays: int,
    sky_rays: int,
    first: int,
    start: wp.vec2,
) -> wp.vec3:
    """Irradiance on a surface: the sun's disc, the sky, the ground and what blocks them; rays first, first+1, ... of
    a sequence."""
    at = point + normal * NUDGE
    total = wp.vec3(0.0, 0.0, 0.0)
    facing = wp.dot(normal, sources.to_sun)
    if facing > 0.0:
        seen = float(0.0)
        for i in range(sun_rays):
            to = toward_sun(sources, spread((first * sun_rays + i) * TILE, start))
            block = closest(mesh, time, solid, maps, view, at, to, FAR, 0.5)
            if block.t < 0.0:
                seen += 1.0
        clear = through_dust(haze_depth(haze, haze.sun, point, sources.to_sun))
        total += sources.sun * (facing * clear * seen / wp.float32(sun_rays))
    shade = under_dust(haze_depth(haze, haze.up, point, wp.vec3(0.0, 0.0, 1.0)))
    dome = wp.vec3(0.0, 0.0, 0.0)
    other = wp.vec2(start[1], wrap(start[0] + 0.37))
    for k in range(sky_rays):
        way = around(normal, spread((first * sky_rays + k) * TILE, other))
        stop = closest(mesh, time, solid, maps, view, at, way, FAR, 0.5)
        if stop.t < 0.0:
            dome += open_radiance(sources, way) * shade
        else:
            dome += sources.bounce
    return total + dome * (3.14159265 / wp.float32(sky_rays))
