"""Warp kernels of the small debris: independent grains that fly, bounce on the pieces and the ground, and come to
rest on them. One source for CPU and CUDA; no grain touches another, so the order of threads does not matter."""

import warp as wp

wp.config.enable_backward = False

AIR_DRAG = wp.constant(0.9)
"""kg/m3: a rough lump of size s and density rho is slowed by AIR_DRAG / (rho s) v2: three quarters of the air's density
(1.2) and of a drag coefficient of 1, over the lump's."""
SKIN_M = wp.constant(0.004)
"""A grain is kept this far off the surface that it touches, so that the next ray starts outside."""


@wp.struct
class Movers:
    """The pieces at one state: triangle owners, centroid, velocity, spin, all in the world frame, SI."""

    owner: wp.array(dtype=wp.int32)
    centre: wp.array(dtype=wp.vec3)
    velocity: wp.array(dtype=wp.vec3)
    spin: wp.array(dtype=wp.vec3)


@wp.struct
class Grains:
    """State of N grains: place m, velocity m/s, turn, spin rad/s, size m (diameter), density kg/m3, born (a state)."""

    x: wp.array(dtype=wp.vec3)
    v: wp.array(dtype=wp.vec3)
    q: wp.array(dtype=wp.quat)
    w: wp.array(dtype=wp.vec3)
    size: wp.array(dtype=float)
    density: wp.array(dtype=float)
    born: wp.array(dtype=wp.int32)


@wp.func
def rebound(v: wp.vec3, n: wp.vec3, bounce: float, friction: float) -> wp.vec3:
    """Velocity relative to a surface of normal n after the touch: normal part reversed, tangential part braked by
    Coulomb's law."""
    into = wp.dot(v, n)
    out = v
    if into < 0.0:
        along = v - n * into
        speed = wp.length(along)
        brake = wp.min(1.0, friction * (1.0 + bounce) * -into / wp.max(speed, 1.0e-6))
        out = along * (1.0 - brake) - n * (bounce * into)
    return out


@wp.kernel
def advance(
    mesh: wp.uint64,
    movers: Movers,
    grains: Grains,
    state: int,
    dt: float,
    steps: int,
    gravity: float,
    bounce: float,
    friction: float,
):
    """Only fronts of faces stop a grain: what is born inside a piece, where it broke, comes out of it.

    Moves every grain that is born by `steps` steps of `dt` seconds among pieces held at one state."""
    i = wp.tid()
    if grains.born[i] >= state:
        return
    x = grains.x[i]
    v = grains.v[i]
    q = grains.q[i]
    w = grains.w[i]
    half = 0.5 * grains.size[i]
    drag = AIR_DRAG / (grains.density[i] * grains.size[i])
    for _step in range(steps):
        v = v + wp.vec3(0.0, 0.0, -gravity * dt)
        v = v / (1.0 + drag * wp.length(v) * dt)
        far = wp.length(v) * dt
        way = wp.normalize(v)
        hit = wp.mesh_query_ray(mesh, x, way, far + half)
        if hit.result and wp.dot(hit.normal, way) < 0.0:
            n = hit.normal
            piece = movers.owner[hit.face]
            touch = x + way * hit.t
            carried = movers.velocity[piece] + wp.cross(movers.spin[piece], touch - movers.centre[piece])
            v = carried + rebound(v - carried, n, bounce, friction)
            x = x + way * wp.max(0.0, hit.t - half - SKIN_M) + carried * dt
            w = w * 0.5
        else:
            x = x + v * dt
        if x[2] < half:
            x = wp.vec3(x[0], x[1], half)
            v = rebound(v, wp.vec3(0.0, 0.0, 1.0), bounce, friction)
            w = wp.vec3(-v[1], v[0], 0.0) / half * 0.7
        q = wp.normalize(q + wp.quat(w[0], w[1], w[2], 0.0) * q * (0.5 * dt))
    grains.x[i] = x
    grains.v[i] = v
    grains.q[i] = q
    grains.w[i] = w
