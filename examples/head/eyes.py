"""Eyeballs: an opaque ball with a sunk iris, under a clear shell that bulges into the cornea."""

from __future__ import annotations

import bpy
import mathutils
import numpy as np
import things
from shading import Graph

LIMBUS = 0.485
"""Radius of the iris as a share of the ball's: 6.0 mm on 12.4."""


def ball(profile, rings=96, sides=128):
    """A ball looking along -Y with radius 1, whose front is shaped by profile(share of radius from the axis) -> y."""
    polar = np.linspace(0, 1, rings) ** 1.3 * np.pi * 0.92
    turn = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    off = np.sin(polar)
    y = np.where(polar < np.pi / 2, profile(off, -np.cos(polar)), -np.cos(polar))
    points = np.stack([off[:, None] * np.cos(turn), np.repeat(y[:, None], sides, 1), off[:, None] * np.sin(turn)], -1)
    k, s = np.meshgrid(np.arange(rings - 1), np.arange(sides), indexing="ij")
    a, b = k * sides + s, k * sides + (s + 1) % sides
    return points.reshape(-1, 3), np.stack([a, b, b + sides, a + sides], -1).reshape(-1, 4)


def sunk(off, y):
    """The iris: a shallow dish behind the limbus, falling off to the pupil."""
    inside = np.clip((LIMBUS - off) / 0.05, 0, 1)
    dish = -np.sqrt(1 - LIMBUS**2) + 0.10 - 0.06 * (off / LIMBUS) ** 2
    return y * (1 - inside) + dish * inside


def bulging(off, y):
    """The cornea: a smaller sphere that meets the ball at the limbus."""
    inside = np.clip((LIMBUS * 1.06 - off) / 0.12, 0, 1)
    inside = inside**2 * (3 - 2 * inside)
    curve = 0.66
    cap = -np.sqrt(np.maximum(curve**2 - off**2, 0)) + np.sqrt(curve**2 - LIMBUS**2) - np.sqrt(1 - LIMBUS**2)
    return np.minimum(y, y * (1 - inside) + cap * inside) * 1.004


def iris_material(identity, amounts):
    """Sclera, limbus, iris and pupil by distance from the axis."""
    g = Graph("eye")
    place = g.node("ShaderNodeTexCoord", out=3)
    x, y, z = g.parts(place)
    off = g.math("SQRT", g.plus(g.times(x, x), g.times(z, z)))
    angle = g.math("ARCTAN2", z, x)
    spokes = g.node(
        "ShaderNodeCombineXYZ", {0: g.math("COSINE", angle), 1: g.math("SINE", angle), 2: g.times(off, 1.1)}
    )
    fibre = g.noise(spokes, 15.0, 5.0, 0.65)
    fine = g.noise(spokes, 42.0, 2.0, 0.6)
    hue = np.array(identity.iris)
    streak = g.span(g.plus(g.times(fibre, 0.7), g.times(fine, 0.3)), 0.38, 0.64)
    iris = g.mix(streak, hue * 0.6, hue * 1.9)
    collar = g.math("MULTIPLY_ADD", fibre, 0.12, off)
    iris = g.mix(g.span(collar, 0.24, 0.34, 1.0, 0.0), iris, hue * [1.8, 1.35, 0.9])
    iris = g.mix(g.span(off, LIMBUS - 0.10, LIMBUS, 0.0, 0.85), iris, hue * 0.16)
    if amounts.sclera > 0.5:
        arcus = g.times(g.span(off, LIMBUS - 0.075, LIMBUS - 0.03), 0.35 * (amounts.sclera - 0.4))
        iris = g.mix(arcus, iris, (0.42, 0.44, 0.43))
    pupil = 0.175 - 0.03 * amounts.sclera
    iris = g.mix(g.span(off, pupil - 0.012, pupil + 0.012, 1.0, 0.0), iris, (0.002, 0.002, 0.002))
    white = sclera(g, place, off, amounts)
    edge = g.math("MULTIPLY_ADD", g.noise(spokes, 3.0), 0.02, off)
    front = g.math("LESS_THAN", y, 0.0)
    ball_colour = g.mix(g.times(front, g.span(edge, LIMBUS - 0.025, LIMBUS + 0.04, 1.0, 0.0)), white, iris)
    shader = g.principled(
        Base_Color=ball_colour,
        Roughness=0.4,
        Specular_IOR_Level=0.1,
        Subsurface_Weight=g.times(g.span(off, LIMBUS, LIMBUS + 0.05), 0.6),
        Subsurface_Radius=(1.0, 0.5, 0.35),
        Subsurface_Scale=0.002,
    )
    return g.finish(shader)


def sclera(g, place, off, amounts):
    """White that is not white: pink towards the corners, yellow with age, thin veins."""
    old = amounts.sclera
    clear = np.array([0.66, 0.60, 0.55]) * (1 - old) + np.array([0.55, 0.46, 0.37]) * old
    x = g.parts(place)[0]
    white = g.mix(g.span(g.math("ABSOLUTE", x), 0.5, 0.98, 0.0, 0.55), clear, clear * [0.96, 0.68, 0.62])
    bent = g.node(
        "ShaderNodeVectorMath",
        {0: place, 1: g.node("ShaderNodeTexNoise", {"Vector": place, "Scale": 5.0}, out=1)},
        operation="ADD",
    )
    veins = g.span(g.cells(bent, 4.5, "DISTANCE_TO_EDGE"), 0.0, 0.03, 1.0, 0.0)
    shown = g.times(g.times(veins, g.span(off, 0.55, 0.85)), 0.30 + 0.25 * old)
    return g.mix(shown, white, (0.42, 0.10, 0.08))


def clear_material():
    """Cornea and tears: reflects by Fresnel, passes the rest straight on so that light reaches the iris."""
    g = Graph("cornea")
    fresnel = g.node("ShaderNodeFresnel", {"IOR": 1.38})
    shine = g.node("ShaderNodeBsdfGlossy", {"Roughness": 0.03})
    through = g.node("ShaderNodeBsdfTransparent")
    return g.finish(g.node("ShaderNodeMixShader", {0: fresnel, 1: through, 2: shine}))


def corners(mesh, coarse, identity):
    """Flesh in the eyes' corners, where lids and ball leave a gap: small wet balls, placed in the resting head."""
    g = Graph("caruncle")
    colour = identity.skin * [0.55, 0.30, 0.28] + [0.12, 0.05, 0.045]
    wet = g.finish(
        g.principled(
            Base_Color=colour, Roughness=0.22, Specular_IOR_Level=0.6, Subsurface_Weight=0.5, Subsurface_Scale=0.002
        )
    )
    made = []
    for side, sign in (("l", 1), ("r", -1)):
        line = coarse[lid_line(mesh, side, "top")]
        inner, outer = line[0] + [0.0004 * sign, 0.0046, -0.0010], line[-1] + [-0.0012 * sign, 0.0048, 0.0]
        for at, radius in ((inner, 0.0042), (outer, 0.0034)):
            points, quads = ball(lambda off, y: y, 16, 24)
            made.append(things.mesh(f"corner.{side}", at + radius * points, quads, wet))
    return made


def lid_line(mesh, side, which):
    """Ordered vertices of a lid's edge: the base mesh's lash strip where it touches the lid, from inner to outer."""
    strip, eye = mesh.used(f"lash_{which}_{side}"), mesh.eye(mesh.canonical, side)
    far = np.linalg.norm(mesh.canonical[strip] - eye.centre, axis=1)
    near = strip[(far > eye.radius * 1.21) & (far < eye.radius * 1.315)]
    return near[np.argsort(np.abs(mesh.canonical[near, 0]))]


def build(identity, amounts):
    """Per side: the objects that turn with the gaze."""
    inner, shell = iris_material(identity, amounts), clear_material()
    found = {}
    for side in "lr":
        found[side] = [
            things.mesh(f"eye.{side}", *ball(sunk), inner),
            things.mesh(f"cornea.{side}", *ball(bulging), shell),
        ]
        found[side][1].visible_shadow = False
    return found


def aim(objects, eyes, head, gaze_deg, turn):
    """Put eyeballs into a posed head: `head` is (rotation (3,3), pivot), `turn` makes a rotation of a pose."""
    rotation, pivot = head
    for side, eye in zip("lr", eyes, strict=True):
        converge = -1.2 if side == "l" else 1.2
        matrix = rotation @ turn((gaze_deg[0] + converge, -gaze_deg[1], 0.0)) * eye.radius * 0.985
        full = np.eye(4)
        full[:3, :3], full[:3, 3] = matrix, rotation @ (eye.centre - pivot) + pivot
        for thing in objects[side]:
            thing.matrix_world = mathutils.Matrix(full.tolist())
    bpy.context.view_layer.update()
