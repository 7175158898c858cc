"""Warp: light on what does not move. The same rays are judged at rest and now, so unchanged light is a ratio of
exactly 1."""

import warp as wp

from .scene_kernels import (
    FAR,
    NUDGE,
    TILE,
    Haze,
    PlateMaps,
    Solid,
    Sources,
    View,
    around,
    box_span,
    closest,
    haze_depth,
    open_radiance,
    spread,
    through_dust,
    tile_start,
    toward_sun,
    under_dust,
    view_ray,
    wrap,
)

wp.config.enable_backward = False


@wp.struct
class Still:
    """Per pixel (H,W): the surface that the plate shows (kind 0 none, 1 ground, 2 building), its owner piece or -1,
    and the
    ground behind the building (behind: 1 where there is some)."""

    point: wp.array2d(dtype=wp.vec3)
    normal: wp.array2d(dtype=wp.vec3)
    kind: wp.array2d(dtype=wp.int32)
    owner: wp.array2d(dtype=wp.int32)
    depth: wp.array2d(dtype=wp.float32)
    face_kind: wp.array2d(dtype=wp.int32)
    behind_point: wp.array2d(dtype=wp.vec3)
    behind: wp.array2d(dtype=wp.int32)


@wp.kernel
def find_rest_surfaces(mesh: wp.uint64, solid: Solid, maps: PlateMaps, view: View, reach: float, still: Still):
    """Through each pixel's centre: the piece at rest, else the ground z = 0 within `reach` metres."""
    y, x = wp.tid()
    ray = view_ray(view, wp.vec2(wp.float32(x) + 0.5, wp.float32(y) + 0.5))
    still.owner[y, x] = -1
    still.face_kind[y, x] = -1
    if ray[2] < -1.0e-6:
        t = -view.position[2] / ray[2]
        if t < reach:
            still.behind[y, x] = 1
            still.behind_point[y, x] = view.position + ray * t
            still.point[y, x] = view.position + ray * t
            still.normal[y, x] = wp.vec3(0.0, 0.0, 1.0)
            still.kind[y, x] = 1
            still.depth[y, x] = (view.camera_from_world * (ray * t))[2]
    hit = closest(mesh, 0, solid, maps, view, view.position, ray, FAR, 0.02)
    if hit.t > 0.0:
        n = hit.normal
        if wp.dot(n, ray) > 0.0:
            n = -n
        still.point[y, x] = view.position + ray * hit.t
        still.normal[y, x] = n
        still.kind[y, x] = 2
        still.owner[y, x] = solid.tri_piece[hit.face]
        still.face_kind[y, x] = solid.tri_kind[hit.face]
        still.depth[y, x] = hit.depth


@wp.kernel
def light_at_rest(
    mesh: wp.uint64,
    solid: Solid,
    maps: PlateMaps,
    view: View,
    sources: Sources,
    still: Still,
    sun_rays: int,
    sky_rays: int,
    seed: int,
    blocker: wp.array3d(dtype=wp.int16),
    light: wp.array2d(dtype=wp.vec3),
):
    """Which piece (-1 none) blocks each fixed ray at rest, and the irradiance that results."""
    y, x = wp.tid()
    if still.kind[y, x] != 0:
        n = still.normal[y, x]
        at = still.point[y, x] + n * NUDGE
        start = tile_start(x, y, seed)
        facing = wp.max(0.0, wp.dot(n, sources.to_sun))
        total = wp.vec3(0.0, 0.0, 0.0)
        for i in range(sun_rays):
            blocker[y, x, i] = wp.int16(-1)
            if facing > 0.0:
                a = closest(mesh, 0, solid, maps, view, at, toward_sun(sources, spread(i * TILE, start)), FAR, 0.5)
                if a.t > 0.0:
                    blocker[y, x, i] = wp.int16(solid.tri_piece[a.face])
                else:
                    total += sources.sun * (facing / wp.float32(sun_rays))
        other = wp.vec2(start[1], wrap(start[0] + 0.37))
        for k in range(sky_rays):
            way = around(n, spread(k * TILE, other))
            b = closest(mesh, 0, solid, maps, view, at, way, FAR, 0.5)
            if b.t > 0.0:
                blocker[y, x, sun_rays + k] = wp.int16(solid.tri_piece[b.face])
                total += sources.bounce * (3.14159265 / wp.float32(sky_rays))
            else:
                blocker[y, x, sun_rays + k] = wp.int16(-1)
                total += open_radiance(sources, way) * (3.14159265 / wp.float32(sky_rays))
        light[y, x] = total


@wp.func
def still_blocked(
    mesh: wp.uint64,
    time: int,
    solid: Solid,
    maps: PlateMaps,
    view: View,
    moved: wp.array(dtype=wp.int32),
    low: wp.vec3,
    high: wp.vec3,
    known: int,
    at: wp.vec3,
    way: wp.vec3,
) -> bool:
    """Is the ray blocked now? A blocker that has not moved still blocks; otherwise only moved pieces can, inside
    low..high."""
    blocked = bool(False)
    settled = bool(False)
    if known >= 0:  # nested: kernels evaluate both sides of an `and`
        held = moved[known] == 0
        blocked = held
        settled = held
    if not settled:
        trace = bool(True)
        if known < 0:
            span = box_span(low, high, at, way)
            trace = span[0] <= span[1]
        if trace:
            hit = closest(mesh, time, solid, maps, view, at, way, FAR, 0.5)
            blocked = hit.t > 0.0
            if known < 0 and blocked:
                # what stands where it stood was judged by the photograph already
                blocked = moved[solid.tri_piece[hit.face]] != 0
    return blocked


@wp.kernel
def light_change(
    active: wp.array(dtype=wp.int32),
    meshes: wp.array(dtype=wp.uint64),
    times: int,
    solid: Solid,
    maps: PlateMaps,
    view: View,
    sources: Sources,
    haze: Haze,
    still: Still,
    gone: wp.array2d(dtype=wp.int32),
    moved: wp.array(dtype=wp.int32),
    low: wp.vec3,
    high: wp.vec3,
    around_low: wp.vec2,
    around_high: wp.vec2,
    sun_rays: int,
    sky_rays: int,
    seed: int,
    blocker: wp.array3d(dtype=wp.int16),
    before: wp.array2d(dtype=wp.vec3),
    after: wp.array2d(dtype=wp.vec3),
):
    """Irradiance in the photograph (where the building has gone: of open ground) and now, from the same rays.

    Outside around_low..around_high (x, y) the sky that the building takes is too little to see and is left alone.
    """
    index = active[wp.tid()]
    y = index // view.width
    x = index - y * view.width
    n = still.normal[y, x]
    p = still.point[y, x]
    usable = still.kind[y, x] != 0
    revealed = gone[y, x] != 0
    if revealed:
        n = wp.vec3(0.0, 0.0, 1.0)
        p = still.behind_point[y, x]
        usable = still.behind[y, x] != 0
    if usable:
        at = p + n * NUDGE
        start = tile_start(x, y, seed)
        facing = wp.max(0.0, wp.dot(n, sources.to_sun))
        rest = wp.vec3(0.0, 0.0, 0.0)
        now = wp.vec3(0.0, 0.0, 0.0)
        clear = through_dust(haze_depth(haze, haze.sun, p, sources.to_sun))
        shade = under_dust(haze_depth(haze, haze.up, p, wp.vec3(0.0, 0.0, 1.0)))
        if facing > 0.0:
            for i in range(sun_rays):
                known = int(blocker[y, x, i])
                if revealed:
                    known = -1
                part = sources.sun * (facing / wp.float32(sun_rays))
                if known < 0:
                    rest += part
                to = toward_sun(sources, spread(i * TILE, start))
                tm = i % times
                if not still_blocked(meshes[tm], tm, solid, maps, view, moved, low, high, known, at, to):
                    now += part * clear
        other = wp.vec2(start[1], wrap(start[0] + 0.37))
        close = p[0] > around_low[0] and p[1] > around_low[1] and p[0] < around_high[0] and p[1] < around_high[1]
        for k in range(sky_rays):
            way = around(n, spread(k * TILE, other))
            held = int(blocker[y, x, sun_rays + k])
            if revealed:
                held = -1
            glow = open_radiance(sources, way) * (3.14159265 / wp.float32(sky_rays))
            dim = sources.bounce * (3.14159265 / wp.float32(sky_rays))
            if held < 0:
                rest += glow
            else:
                rest += dim
            tk = k % times
            shut = held >= 0
            if close:
                shut = still_blocked(meshes[tk], tk, solid, maps, view, moved, low, high, held, at, way)
            if shut:
                now += dim
            else:
                now += glow * shade
        before[y, x] = rest
        after[y, x] = now


@wp.kernel
def smooth_along(
    active: wp.array(dtype=wp.int32),
    still: Still,
    gone: wp.array2d(dtype=wp.int32),
    values: wp.array2d(dtype=wp.vec3),
    radius: int,
    out: wp.array2d(dtype=wp.vec3),
):
    """Joint bilateral mean along the still surfaces: neighbours on the same surface, near in depth and normal."""
    width = values.shape[1]
    height = values.shape[0]
    index = active[wp.tid()]
    y = index // width
    x = index - y * width
    total = wp.vec3(0.0, 0.0, 0.0)
    weight = float(0.0)
    n = still.normal[y, x]
    z = still.depth[y, x]
    p = still.point[y, x]
    for j in range(-radius, radius + 1):
        for i in range(-radius, radius + 1):
            yy = wp.clamp(y + j, 0, height - 1)
            xx = wp.clamp(x + i, 0, width - 1)
            if still.kind[yy, xx] == still.kind[y, x] and gone[yy, xx] == gone[y, x]:
                like = wp.max(0.0, wp.dot(n, still.normal[yy, xx]))
                gap = wp.abs(wp.dot(n, still.point[yy, xx] - p)) / (0.001 * z + 0.03)
                w = wp.exp(-0.02 * wp.float32(i * i + j * j) - gap) * like * like * like * like
                total += values[yy, xx] * w
                weight += w
    if weight > 1.0e-6:
        out[y, x] = total / weight
    else:
        out[y, x] = values[y, x]


@wp.kernel
def smooth_ratio(
    active: wp.array(dtype=wp.int32),
    still: Still,
    gone: wp.array2d(dtype=wp.int32),
    before: wp.array2d(dtype=wp.vec3),
    after: wp.array2d(dtype=wp.vec3),
    radius: int,
    ratio: wp.array2d(dtype=wp.vec3),
):
    """Mean light now over mean light before, along the surface; exactly 1 where no neighbour's light changed."""
    width = before.shape[1]
    height = before.shape[0]
    index = active[wp.tid()]
    y = index // width
    x = index - y * width
    top = wp.vec3(0.0, 0.0, 0.0)
    low = wp.vec3(0.0, 0.0, 0.0)
    n = still.normal[y, x]
    z = still.depth[y, x]
    p = still.point[y, x]
    for j in range(-radius, radius + 1):
        for i in range(-radius, radius + 1):
            yy = wp.clamp(y + j, 0, height - 1)
            xx = wp.clamp(x + i, 0, width - 1)
            near = before[yy, xx]
            if near[1] > 0.0 and still.kind[yy, xx] == still.kind[y, x] and gone[yy, xx] == gone[y, x]:
                like = wp.max(0.0, wp.dot(n, still.normal[yy, xx]))
                gap = wp.abs(wp.dot(n, still.point[yy, xx] - p)) / (0.001 * z + 0.03)
                w = wp.exp(-0.02 * wp.float32(i * i + j * j) - gap) * like * like * like * like
                top += after[yy, xx] * w
                low += near * w
    if wp.min(low) > 1.0e-12:
        ratio[y, x] = wp.cw_div(top, low)
