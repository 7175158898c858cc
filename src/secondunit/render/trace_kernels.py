"""Warp: what each pixel sees of the pieces, with motion blur, plate texture and light."""

import warp as wp

from .material_kernels import rough, surface_colour
from .scene_kernels import (
    FAR,
    Haze,
    Hit,
    PlateMaps,
    Solid,
    Sources,
    View,
    bicubic,
    closest,
    inside_plate,
    irradiance,
    mix,
    project,
    scramble,
    smooth,
    spread,
    start_at,
    tent,
    tile_start,
    unit,
    view_ray,
    wrap,
)

wp.config.enable_backward = False

GROUND = wp.constant(-0.03)
"""Points below this height (m) are under the photographed ground and hidden by it."""


@wp.struct
class Look:
    """Per piece: has it left its rest pose; its own albedo; dust lying on it (0..1); pattern code per material.

    small_from: pieces from this one on are counted as one object.
    """

    moved: wp.array(dtype=wp.int32)
    albedo: wp.array(dtype=wp.vec3)
    coat: wp.array(dtype=wp.float32)
    pattern: wp.array(dtype=wp.int32)
    coat_albedo: wp.vec3
    small_from: int


@wp.struct
class How:
    """Sampling: camera samples, sub-frame times, sky rays per shading, seed, frame; exposure = plate value of
    radiance 1.

    shade_every: samples on one of the two surfaces shaded last borrow its light, the newer one's so many samples long.
    """

    samples: int
    times: int
    sky_rays: int
    shade_every: int
    seed: int
    frame: int
    exposure: float


@wp.struct
class Film:
    """What tracing leaves per pixel (H,W): means over its samples, and one sample's geometry.

    base: reflectance rgb and coverage, premultiplied · lit: reflectance x irradiance · real: share that is
    photograph · reach: mean depth of what is debris (m) · normal, place (m), depth (m, along the lens axis; 0 =
    none), rest_px, shift (forward motion, px) · mixed: thousandths of the samples that met other surfaces, at least
    1 where any did · ids and coverages (H,W,ranks).
    """

    base: wp.array2d(dtype=wp.vec4)
    lit: wp.array2d(dtype=wp.vec3)
    real: wp.array2d(dtype=wp.float32)
    reach: wp.array2d(dtype=wp.float32)
    normal: wp.array2d(dtype=wp.vec3)
    place: wp.array2d(dtype=wp.vec3)
    depth: wp.array2d(dtype=wp.float32)
    rest_px: wp.array2d(dtype=wp.vec2)
    shift: wp.array2d(dtype=wp.vec2)
    mixed: wp.array2d(dtype=wp.int32)
    ids: wp.array3d(dtype=wp.int32)
    counts: wp.array3d(dtype=wp.float32)


@wp.func
def luminance(c: wp.vec3) -> float:
    return 0.2722 * c[0] + 0.6741 * c[1] + 0.0537 * c[2]


@wp.func
def view_axis(view: View) -> wp.vec3:
    """The lens axis in the world."""
    return wp.transpose(view.camera_from_world) * wp.vec3(0.0, 0.0, 1.0)


@wp.func
def plate_place(
    solid: Solid, view: View, time: int, piece: int, hit: Hit, point: wp.vec3, centre_ray: wp.vec3, off: wp.vec2
) -> wp.vec2:
    """Where to read the plate: under the pixel's centre when the piece is seen as large as photographed or larger,
    under the
    sample when it is seen smaller, so that texture is neither blurred twice nor aliased."""
    out = hit.pixel
    slope = wp.dot(centre_ray, hit.normal)
    if wp.abs(slope) > 0.05:
        t = wp.dot(point - view.position, hit.normal) / slope
        rest = wp.transform_point(solid.rest_from_time[time, piece], view.position + centre_ray * t)
        centre = project(view, rest)
        moved = hit.pixel - wp.vec2(centre[0], centre[1])
        span = wp.length(moved)
        if span < 12.0:
            ratio = span / wp.max(wp.length(off), 0.02)
            out = hit.pixel - moved * wp.min(1.0, 1.0 / wp.max(ratio, 1.0e-3))
    return out


@wp.func
def photograph_weight(solid: Solid, maps: PlateMaps, view: View, hit: Hit, rest_normal: wp.vec3, inner: bool) -> float:
    """1 where the plate shows this very surface: outer, facing the camera at rest, not hidden, inside the frame.

    Also 1 for the inside of a piece, which is only seen where the matte carved its outline away: there the outline's
    own
    colours go on into the depth.
    """
    out = float(0.0)
    if inner:
        if inside_plate(view, hit.pixel):
            out = 1.0
    elif solid.tri_kind[hit.face] == 0 and inside_plate(view, hit.pixel):
        facing = -wp.dot(rest_normal, wp.normalize(hit.rest - view.position))
        y = wp.clamp(int(hit.pixel[1]), 0, view.height - 1)
        x = wp.clamp(int(hit.pixel[0]), 0, view.width - 1)
        if hit.depth < maps.far[y, x] + 0.08 + 0.002 * hit.depth:
            out = smooth(0.12, 0.3, facing)
    return out


@wp.func
def light_then(maps: PlateMaps, view: View, pixel: wp.vec2, rest_normal: wp.vec3) -> wp.vec4:
    """Irradiance at rest on the surface of this normal nearest to a plate pixel, and 1; 0 if the plate shows none near:
    what it shows there is something else.

    The map holds one surface a pixel. A sample of a wall beside a window is not to be compared with the reveal's shade.
    """
    out = wp.vec4(1.0, 1.0, 1.0, 0.0)
    best = float(1.0e9)
    x = int(wp.floor(pixel[0]))
    y = int(wp.floor(pixel[1]))
    for j in range(-2, 3):
        for i in range(-2, 3):
            yy = wp.clamp(y + j, 0, view.height - 1)
            xx = wp.clamp(x + i, 0, view.width - 1)
            apart = wp.float32(i * i + j * j)
            if apart < best and wp.dot(maps.normal[yy, xx], rest_normal) > 0.95:
                best = apart
                then = maps.light[yy, xx]
                out = wp.vec4(then[0], then[1], then[2], 1.0)
    return out


@wp.func
def tame(now: float, rest: float) -> float:
    """Light on a photographed surface, kept to a ratio of 0.2 .. 3.5 of what the photograph was taken in."""
    ratio = now / wp.max(rest, 1.0e-6)
    out = wp.max(ratio, 0.2)
    if ratio > 1.5:
        out = 1.5 + (ratio - 1.5) / (1.0 + 0.5 * (ratio - 1.5))
    return out * rest


@wp.func
def count_piece(film: Film, y: int, x: int, piece: int):
    """Adds one sample of a piece to the pixel's ranked list; a full list drops what comes late."""
    for rank in range(film.ids.shape[2]):
        known = film.ids[y, x, rank]
        if known == piece or known == -1:
            film.ids[y, x, rank] = piece
            film.counts[y, x, rank] = film.counts[y, x, rank] + 1.0
            break


@wp.func
def write_pixel(film: Film, y: int, x: int, share: float, base: wp.vec4, lit: wp.vec3, real: float, reach: float):
    film.base[y, x] = base * share
    film.lit[y, x] = lit * share
    film.real[y, x] = real * share
    film.reach[y, x] = reach / wp.max(base[3], 1.0)
    for rank in range(film.counts.shape[2]):
        film.counts[y, x, rank] = film.counts[y, x, rank] * share


@wp.func
def note_geometry(
    film: Film,
    view: View,
    y: int,
    x: int,
    hit: Hit,
    point: wp.vec3,
    now: wp.transform,
    after: wp.transform,
    normal: wp.vec3,
):
    seen = project(view, point)
    a = project(view, wp.transform_point(now, hit.rest))
    b = project(view, wp.transform_point(after, hit.rest))
    film.depth[y, x] = seen[2]
    film.place[y, x] = point
    film.normal[y, x] = normal
    film.rest_px[y, x] = hit.pixel
    film.shift[y, x] = wp.vec2(b[0] - a[0], b[1] - a[1])


@wp.func
def reflectance(
    solid: Solid,
    look: Look,
    maps: PlateMaps,
    view: View,
    how: How,
    hit: Hit,
    piece: int,
    read: wp.vec2,
    weight: float,
    rest_normal: wp.vec3,
    normal: wp.vec3,
    light_at_rest: wp.vec3,
    distance: float,
) -> wp.vec3:
    """Plate value per unit of irradiance, dust coat included."""
    out = wp.vec3(0.0, 0.0, 0.0)
    footprint = distance / view.focal[1]
    scale = how.exposure / 3.14159265
    if weight < 1.0:
        code = look.pattern[solid.tri_material[hit.face]]
        kind = solid.tri_kind[hit.face]
        out = surface_colour(hit.rest, rest_normal, look.albedo[piece], kind, code, footprint, how.seed) * scale
    if weight > 0.0:
        photo = bicubic(maps.texture, read)
        out = mix(out, wp.cw_div(photo, light_at_rest), weight)
    coat = look.coat[piece] * smooth(-0.1, 0.85, normal[2])
    if coat > 0.0:
        patchy = wp.clamp(coat * (1.0 + 1.2 * rough(hit.rest, 0.7, footprint, how.seed + 29)), 0.0, 0.95)
        out = mix(out, look.coat_albedo * scale, patchy)
    return out


@wp.struct
class Lit:
    """One shaded sample: reflectance (plate value per irradiance), irradiance, and how much of it is photograph."""

    colour: wp.vec3
    light: wp.vec3
    weight: float


@wp.func
def shade(
    time: int,
    solid: Solid,
    look: Look,
    view: View,
    maps: PlateMaps,
    how: How,
    hit: Hit,
    inner: bool,
    centre_ray: wp.vec3,
    off: wp.vec2,
    point: wp.vec3,
    light: wp.vec3,
    least: wp.vec3,
) -> Lit:
    """Colour of a hit under the irradiance `light`: photograph where the plate shows this surface, else material.

    A photograph of deep shade tells its reflectance badly: divided by the little light there it would outshine white,
    and spoil every pixel that mixes it with sunlit neighbours. So it is stated as if lit by at least `least`, and the
    light of the sample is stated likewise: their product, the colour seen, is the same.
    """
    out = Lit()
    piece = solid.tri_piece[hit.face]
    rest_normal = wp.transform_vector(solid.rest_from_time[time, piece], hit.normal)
    out.weight = photograph_weight(solid, maps, view, hit, rest_normal, inner)
    out.light = light
    before = wp.vec3(1.0, 1.0, 1.0)
    read = hit.pixel
    then = wp.vec4(1.0, 1.0, 1.0, 0.0)
    if out.weight > 0.0:
        then = light_then(maps, view, hit.pixel, rest_normal)
        if not inner:
            out.weight = out.weight * then[3]
    if out.weight > 0.0:
        read = plate_place(solid, view, time, piece, hit, point, centre_ray, off)
        before = wp.where(then[3] > 0.0, wp.vec3(then[0], then[1], then[2]), light)
        tamed = wp.vec3(tame(light[0], before[0]), tame(light[1], before[1]), tame(light[2], before[2]))
        stated = wp.max(before, least)
        tamed = wp.cw_mul(tamed, wp.cw_div(stated, wp.max(before, wp.vec3(1.0e-6, 1.0e-6, 1.0e-6))))
        before = stated
        out.light = mix(light, tamed, out.weight)
    out.colour = reflectance(
        solid, look, maps, view, how, hit, piece, read, out.weight, rest_normal, hit.normal, before, hit.t
    )
    return out


@wp.kernel
def trace_pixels(
    active: wp.array(dtype=wp.int32),
    meshes: wp.array(dtype=wp.uint64),
    solid: Solid,
    now_from_rest: wp.array(dtype=wp.transform),
    after_from_rest: wp.array(dtype=wp.transform),
    look: Look,
    gone: wp.array2d(dtype=wp.int32),
    view: View,
    maps: PlateMaps,
    sources: Sources,
    haze: Haze,
    how: How,
    film: Film,
):
    """All samples of one active pixel, in place of what an earlier pass left there.

    gone (H,W): the surface that the plate shows here has left its place.
    """
    index = active[wp.tid()]
    y = index // view.width
    x = index - y * view.width
    start = start_at(x, y, how.seed + 101 * how.frame)
    lens = tile_start(x, y, how.seed + 101 * how.frame + 17)
    shift = int(unit(scramble(x, y, how.seed + 5)) * wp.float32(how.times))
    middle = wp.vec2(wp.float32(x) + 0.5, wp.float32(y) + 0.5)
    centre_ray = view_ray(view, middle)
    base = wp.vec4(0.0, 0.0, 0.0, 0.0)
    lit = wp.vec3(0.0, 0.0, 0.0)
    real = float(0.0)
    reach = float(0.0)
    nearest = float(1.0e9)
    held_light = wp.vec3(0.0, 0.0, 0.0)
    held_normal = wp.vec3(0.0, 0.0, 0.0)
    held_piece = int(-1)
    held_at = int(0)
    other_light = wp.vec3(0.0, 0.0, 0.0)
    other_normal = wp.vec3(0.0, 0.0, 0.0)
    other_piece = int(-1)
    first_piece = int(-2)
    first_normal = wp.vec3(0.0, 0.0, 0.0)
    others = int(0)
    least = (sources.sun + sources.sky * 3.14159265) * 0.35
    for rank in range(film.ids.shape[2]):
        film.ids[y, x, rank] = -1
        film.counts[y, x, rank] = 0.0
    for s in range(how.samples):
        u = spread(s, start)
        off = wp.vec2(tent(u[0]), tent(u[1])) * 0.8
        time = (s + shift) % how.times
        ray = view_ray(view, middle + off)
        threshold = wp.clamp(wrap(lens[0] + wp.float32(s) * 0.618034), 0.02, 0.98)
        hit = closest(meshes[time], time, solid, maps, view, view.position, ray, FAR, threshold)
        piece = int(-1)
        if hit.t > 0.0 and view.position[2] + ray[2] * hit.t > GROUND:
            piece = solid.tri_piece[hit.face]
            count_piece(film, y, x, wp.min(piece, look.small_from))
            if look.moved[piece] != 0 or gone[y, x] != 0:
                inner = wp.dot(hit.normal, ray) > 0.0
                if inner:
                    hit.normal = -hit.normal
                point = view.position + ray * hit.t
                fresh = piece == held_piece and wp.dot(hit.normal, held_normal) > 0.98 and s - held_at < how.shade_every
                held = held_light
                if not fresh and piece == other_piece and wp.dot(hit.normal, other_normal) > 0.98:
                    held = other_light
                elif not fresh:
                    rays = how.sky_rays
                    held = irradiance(
                        meshes[time], time, solid, maps, view, sources, haze, point, hit.normal, 1, rays, s, lens
                    )
                    other_piece = held_piece
                    other_normal = held_normal
                    other_light = held_light
                    held_piece = piece
                    held_normal = hit.normal
                    held_light = held
                    held_at = s
                seen = shade(time, solid, look, view, maps, how, hit, inner, centre_ray, off, point, held, least)
                base += wp.vec4(seen.colour[0], seen.colour[1], seen.colour[2], 1.0)
                lit += wp.cw_mul(seen.colour, seen.light)
                real += seen.weight
                reach += wp.dot(point - view.position, view_axis(view))
                if wp.length(off) < nearest:
                    nearest = wp.length(off)
                    now = now_from_rest[piece]
                    note_geometry(film, view, y, x, hit, point, now, after_from_rest[piece], hit.normal)
        if first_piece == -2:
            first_piece = piece
            first_normal = hit.normal
        if piece != first_piece or (piece >= 0 and wp.dot(hit.normal, first_normal) < 0.98):
            others += 1
    write_pixel(film, y, x, 1.0 / wp.float32(how.samples), base, lit, real, reach)
    film.mixed[y, x] = wp.min(others, how.samples - others) * 1000 // how.samples


@wp.kernel
def find_edges(active: wp.array(dtype=wp.int32), film: Film, out: wp.array(dtype=wp.int32)):
    """1 for each active pixel where samples met different surfaces, or whose neighbours show another one."""
    width = film.base.shape[1]
    height = film.base.shape[0]
    index = active[wp.tid()]
    y = index // width
    x = index - y * width
    edge = film.mixed[y, x]
    own = film.ids[y, x, 0]
    n = film.normal[y, x]
    for j in range(-1, 2):
        for i in range(-1, 2):
            yy = wp.clamp(y + j, 0, height - 1)
            xx = wp.clamp(x + i, 0, width - 1)
            if film.mixed[yy, xx] != 0 or film.ids[yy, xx, 0] != own or wp.dot(film.normal[yy, xx] - n, n) < -0.02:
                edge = 1
    out[wp.tid()] = edge


@wp.kernel
def pose_vertices(
    local: wp.array(dtype=wp.vec3),
    owner: wp.array(dtype=wp.int32),
    world_from_piece: wp.array(dtype=wp.transform),
    alive: wp.array(dtype=wp.int32),
    world: wp.array(dtype=wp.vec3),
):
    """Vertices to the world; a piece that is not alive collapses to a point and is never hit."""
    i = wp.tid()
    piece = owner[i]
    at = wp.transform_get_translation(world_from_piece[piece])
    if alive[piece] != 0:
        at = wp.transform_point(world_from_piece[piece], local[i])
    world[i] = at


MIX_LIKE = wp.constant(120.0)
"""Pixels share light when their mixtures differ by less than about so many thousandths."""
MOSTLY = wp.constant(250.0)
"""Thousandths of other surfaces up to which a pixel shows mostly one: it shares light with what faces its way."""


@wp.func
def mixed_light(film: Film, y: int, x: int, own: wp.vec4) -> wp.vec3:
    """Colour of a pixel that mixes surfaces, under the mean light of those in 5 x 5 that are mixed about as it is and
    lie at about its depth. Mixtures of another share would not do: a wall that shows a sliver of a crack's shade is not
    half in it.
    """
    top = wp.vec3(0.0, 0.0, 0.0)
    low = wp.vec3(0.0, 0.0, 0.0)
    z = film.depth[y, x]
    n = film.normal[y, x]
    mix_own = wp.float32(film.mixed[y, x])
    for j in range(-2, 3):
        for i in range(-2, 3):
            yy = wp.clamp(y + j, 0, film.base.shape[0] - 1)
            xx = wp.clamp(x + i, 0, film.base.shape[1] - 1)
            b = film.base[yy, xx]
            m = wp.float32(film.mixed[yy, xx])
            alike = wp.exp(-(m - mix_own) * (m - mix_own) / (MIX_LIKE * MIX_LIKE))
            if wp.min(m, mix_own) < MOSTLY and wp.dot(n, film.normal[yy, xx]) < 0.9:
                alike = 0.0
            if b[3] > 0.0 and wp.abs(film.depth[yy, xx] - z) < 0.02 * z:
                w = (
                    alike
                    * wp.exp(-0.3 * wp.float32(i * i + j * j))
                    * b[3]
                    / wp.max(luminance(wp.vec3(b[0], b[1], b[2])), 1.0e-5)
                )
                top += film.lit[yy, xx] * w
                low += wp.vec3(b[0], b[1], b[2]) * w
    out = film.lit[y, x]
    if low[0] > 0.0 and low[1] > 0.0 and low[2] > 0.0:
        out = wp.vec3(own[0] * top[0] / low[0], own[1] * top[1] / low[1], own[2] * top[2] / low[2])
    return out


@wp.kernel
def even_light(active: wp.array(dtype=wp.int32), film: Film, radius: int, out: wp.array2d(dtype=wp.vec3)):
    """Debris colour with its irradiance smoothed along each surface (joint bilateral); textures are not touched.

    A pixel that mixes surfaces takes the mean light of the mixtures beside it: its own was found at a point or two of
    each surface, and along an edge that lies in the sun on one side that is now this side, now that.
    """
    width = film.base.shape[1]
    height = film.base.shape[0]
    index = active[wp.tid()]
    y = index // width
    x = index - y * width
    own = film.base[y, x]
    if own[3] > 0.0 and film.mixed[y, x] != 0:
        out[y, x] = mixed_light(film, y, x, own)
    elif own[3] > 0.0:
        n = film.normal[y, x]
        z = film.depth[y, x]
        p = film.place[y, x]
        top = wp.vec3(0.0, 0.0, 0.0)
        low = wp.vec3(0.0, 0.0, 0.0)
        for j in range(-radius, radius + 1):
            for i in range(-radius, radius + 1):
                yy = wp.clamp(y + j, 0, height - 1)
                xx = wp.clamp(x + i, 0, width - 1)
                b = film.base[yy, xx]
                if b[3] > 0.0 and film.mixed[yy, xx] == 0:
                    like = wp.max(0.0, wp.dot(n, film.normal[yy, xx]))
                    gap = wp.abs(wp.dot(n, film.place[yy, xx] - p)) / (0.001 * z + 0.02)
                    w = (
                        wp.exp(-0.02 * wp.float32(i * i + j * j) - gap)
                        * like
                        * like
                        * like
                        * like
                        * like
                        * like
                        * like
                        * like
                    )
                    w += 1.0e-4 * wp.where(i == 0 and j == 0, 1.0, 0.0)
                    scale = w / wp.max(luminance(wp.vec3(b[0], b[1], b[2])), 1.0e-5) * b[3]
                    top += film.lit[yy, xx] * scale
                    low += wp.vec3(b[0], b[1], b[2]) * scale
        out[y, x] = wp.vec3(
            own[0] * top[0] / wp.max(low[0], 1.0e-9),
            own[1] * top[1] / wp.max(low[1], 1.0e-9),
            own[2] * top[2] / wp.max(low[2], 1.0e-9),
        )
