"""Warp: what broken and inner surfaces look like. Patterns live in the rest pose's world space, at true scale
(metres)."""

import warp as wp

from .scene_kernels import mix, scramble, smooth, unit

wp.config.enable_backward = False

BRICK = wp.constant(0)
STONE = wp.constant(1)
CONCRETE = wp.constant(2)
TIMBER = wp.constant(3)
SLATE = wp.constant(4)
GLASS = wp.constant(5)
PLASTER = wp.constant(6)
STEEL = wp.constant(7)


@wp.func
def lattice(h: int) -> float:
    """0..1 from a lattice point's key: one round of multiply and shift, enough for patterns."""
    a = (h ^ (h >> 13)) * 1274126177
    a = a ^ (a >> 16)
    return wp.float32(a & 0xFFFF) * (1.0 / 65535.0)


@wp.func
def value_noise(p: wp.vec3, seed: int) -> float:
    """Smooth noise in 0..1, one feature a unit."""
    x = int(wp.floor(p[0]))
    y = int(wp.floor(p[1]))
    z = int(wp.floor(p[2]))
    u = smooth(0.0, 1.0, p[0] - wp.float32(x))
    v = smooth(0.0, 1.0, p[1] - wp.float32(y))
    w = smooth(0.0, 1.0, p[2] - wp.float32(z))
    kx = x * 374761393 + seed * 1442695041
    kxx = kx + 374761393
    ky = y * 668265263
    kyy = ky + 668265263
    kz = z * 1103515245
    kzz = kz + 1103515245
    a = wp.lerp(lattice(kx + ky + kz), lattice(kxx + ky + kz), u)
    b = wp.lerp(lattice(kx + kyy + kz), lattice(kxx + kyy + kz), u)
    c = wp.lerp(lattice(kx + ky + kzz), lattice(kxx + ky + kzz), u)
    d = wp.lerp(lattice(kx + kyy + kzz), lattice(kxx + kyy + kzz), u)
    return wp.lerp(wp.lerp(a, b, v), wp.lerp(c, d, v), w)


@wp.func
def rough(p: wp.vec3, size: float, footprint: float, seed: int) -> float:
    """Three octaves about 0 (roughly -0.5..0.5) from features of `size` down; octaves below the pixel's footprint
    fade out."""
    total = float(0.0)
    feature = float(size)
    weight = float(0.5)
    for octave in range(3):
        keep = smooth(0.5, 1.5, feature / wp.max(footprint, 1.0e-6))
        if keep > 0.0:
            total += weight * keep * (value_noise(p * (1.0 / feature), seed + octave) - 0.5)
        feature *= 0.45
        weight *= 0.7
    return total


@wp.func
def on_face(p: wp.vec3, n: wp.vec3) -> wp.vec2:
    """Planar coordinates (along, up) on the world plane that a face is nearest to."""
    out = wp.vec2(p[0], p[2])
    ax = wp.abs(n[0])
    ay = wp.abs(n[1])
    az = wp.abs(n[2])
    if az >= ax and az >= ay:
        out = wp.vec2(p[0], p[1])
    elif ax > ay:
        out = wp.vec2(p[1], p[2])
    return out


@wp.func
def courses(q: wp.vec2, length: float, height: float, joint: float, footprint: float, seed: int) -> wp.vec2:
    """(share of mortar, tone of this block -0.5..0.5) of a running bond; joints finer than a pixel become their
    mean."""
    row = wp.floor(q[1] / height)
    shift = 0.5 * length * (row - 2.0 * wp.floor(row * 0.5))
    column = wp.floor((q[0] + shift) / length)
    x = (q[0] + shift) - column * length
    y = q[1] - row * height
    edge = wp.min(wp.min(x, length - x), wp.min(y, height - y))
    sharp = 1.0 - smooth(0.5 * joint, 0.5 * joint + wp.max(0.3 * joint, 0.6 * footprint), edge)
    mean = wp.min(1.0, joint * (1.0 / length + 1.0 / height))
    keep = smooth(0.35, 1.2, height / wp.max(footprint, 1.0e-6))
    tone = unit(scramble(int(column), int(row), seed)) - 0.5
    return wp.vec2(wp.lerp(mean, sharp, keep), tone * smooth(0.35, 1.2, length / wp.max(footprint, 1.0e-6)))


@wp.func
def masonry(
    p: wp.vec3, n: wp.vec3, base: wp.vec3, size: wp.vec3, broken: float, footprint: float, seed: int
) -> wp.vec3:
    """Blocks of size (length, height, joint) in mortar; broken surfaces are ragged, dusty and show fewer joints."""
    ragged = broken * 0.06
    wobble = (
        wp.vec3(rough(p, 0.3, footprint, seed), rough(p + wp.vec3(7.0, 3.0, 1.0), 0.3, footprint, seed), 0.0) * ragged
    )
    q = on_face(p, n) + wp.vec2(wobble[0], wobble[1])
    bond = courses(q, size[0], size[1], size[2], footprint, seed)
    mortar = mix(wp.vec3(0.50, 0.47, 0.42), base, 0.35)
    block = base * (1.0 + 0.45 * bond[1])
    return mix(block, mortar, bond[0] * (1.0 - 0.35 * broken))


@wp.func
def timber(p: wp.vec3, n: wp.vec3, footprint: float, seed: int) -> wp.vec3:
    q = on_face(p, n)
    board = wp.floor(q[1] / 0.14)
    tone = unit(scramble(int(board), 5, seed)) - 0.5
    grain = rough(wp.vec3(q[0] * 0.08, q[1], p[2] * 0.1), 0.05, footprint, seed)
    gap = 1.0 - 0.6 * (1.0 - smooth(0.004, 0.010, q[1] - board * 0.14)) * smooth(
        0.5, 1.5, 0.14 / wp.max(footprint, 1.0e-6)
    )
    return wp.vec3(0.30, 0.20, 0.12) * ((1.0 + 0.5 * tone + 0.5 * grain) * gap)


@wp.func
def inner_wall(p: wp.vec3, n: wp.vec3, footprint: float, seed: int) -> wp.vec3:
    """Rooms: plaster or faded paper on walls (tones change slowly along a storey), pale ceilings, boards underfoot."""
    out = wp.vec3(0.56, 0.54, 0.50)
    if n[2] > 0.7:
        out = timber(p, n, footprint, seed)
    elif n[2] > -0.7:
        hue = value_noise(wp.vec3(p[0] / 6.0, p[1] / 6.0, wp.floor(p[2] / 3.0) * 1.7), seed + 3)
        warm = mix(wp.vec3(0.50, 0.47, 0.42), wp.vec3(0.50, 0.42, 0.36), smooth(0.55, 0.85, hue))
        tint = mix(warm, wp.vec3(0.43, 0.46, 0.45), smooth(0.45, 0.2, hue))
        out = tint * (1.0 + 0.5 * rough(p, 1.2, footprint, seed))
    else:
        out = out * (1.0 + 0.3 * rough(p, 0.8, footprint, seed))
    return out


@wp.func
def broken_section(p: wp.vec3, n: wp.vec3, base: wp.vec3, code: int, footprint: float, seed: int) -> wp.vec3:
    """A fracture face: rough, paler than the weathered skin, blocks or aggregate in section."""
    pale = mix(base, wp.vec3(0.52, 0.49, 0.44), 0.4) * 1.2
    out = pale
    depth = rough(p, 0.35, footprint, seed + 11)
    if code == BRICK:
        out = masonry(p, n, pale, wp.vec3(0.25, 0.075, 0.011), 1.0, footprint, seed)
    elif code == STONE:
        out = masonry(p, n, pale, wp.vec3(0.62, 0.33, 0.012), 1.0, footprint, seed)
    elif code == CONCRETE:
        stones = value_noise(p * 28.0, seed + 5)
        keep = smooth(0.4, 1.3, 0.036 / wp.max(footprint, 1.0e-6))
        out = mix(pale, wp.vec3(0.34, 0.33, 0.31), keep * smooth(0.55, 0.62, stones))
    elif code == TIMBER:
        out = wp.vec3(0.52, 0.40, 0.25) * (1.0 + 0.8 * rough(wp.vec3(p[0] * 0.2, p[1], p[2]), 0.03, footprint, seed))
    elif code == SLATE:
        out = base * 1.15
    return out * (1.0 + 0.95 * depth)


@wp.func
def skin_unseen(p: wp.vec3, n: wp.vec3, base: wp.vec3, code: int, footprint: float, seed: int) -> wp.vec3:
    """Outer surfaces that the camera never saw: the piece's own colour with its material's pattern."""
    out = base
    if code == BRICK:
        out = masonry(p, n, base, wp.vec3(0.25, 0.075, 0.011), 0.0, footprint, seed)
    elif code == STONE:
        out = masonry(p, n, base, wp.vec3(0.62, 0.33, 0.010), 0.0, footprint, seed)
    elif code == SLATE:
        rows = courses(on_face(p, n), 0.26, 0.22, 0.008, footprint, seed)
        out = base * (1.0 + 0.35 * rows[1] - 0.35 * rows[0])
    elif code == TIMBER:
        out = mix(base, timber(p, n, footprint, seed), 0.5)
    return out * (1.0 + 0.35 * rough(p, 0.9, footprint, seed + 17))


@wp.func
def surface_colour(p: wp.vec3, n: wp.vec3, base: wp.vec3, kind: int, code: int, footprint: float, seed: int) -> wp.vec3:
    """Albedo of a surface that carries no photograph. p: rest position (m), n: rest normal, base: the piece's own
    albedo."""
    out = wp.vec3(0.0, 0.0, 0.0)
    if code == GLASS:
        out = wp.vec3(0.10, 0.12, 0.13) * (1.0 + 0.5 * rough(p, 0.6, footprint, seed))
    elif code == STEEL:
        out = mix(wp.vec3(0.16, 0.15, 0.14), wp.vec3(0.24, 0.13, 0.07), 0.5 + rough(p, 0.3, footprint, seed))
    elif kind == 2:
        out = broken_section(p, n, base, code, footprint, seed)
    elif kind == 1 and code != TIMBER and code != SLATE:
        out = inner_wall(p, n, footprint, seed)
    elif kind == 1:
        out = timber(p, n, footprint, seed)
    else:
        out = skin_unseen(p, n, base, code, footprint, seed)
    return wp.min(wp.max(out, wp.vec3(0.02, 0.02, 0.02)), wp.vec3(0.85, 0.85, 0.85))
