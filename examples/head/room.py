"""The room behind the performer, the jumper, the window's light, the camera."""

from __future__ import annotations

import bpy
import mathutils
import numpy as np
import things
from hair import unit
from shading import Graph

SENSOR_MM, FOCAL_MM, APERTURE, DISTANCE_M = 36.0, 80.0, 7.1, 1.2
AIM = np.array([0.0, 0.02, -0.022])
STAND = AIM + np.array([0.0, -DISTANCE_M, 0.02])


def plain(name, colour, roughness=0.6, grain=0.0, scale=60.0):
    """A matt surface with a little unevenness."""
    g = Graph(name)
    place = g.node("ShaderNodeTexCoord", out=3)
    tint = g.span(g.noise(place, scale, 4.0), 0.3, 0.7, 1 - grain, 1 + grain, "LINEAR")
    return g.finish(g.principled(Base_Color=g.mix(1.0, colour, g.grey(tint), "MULTIPLY"), Roughness=roughness))


def background(rng):
    """Wall, door with its frame, shelf with books and a jar: straight lines beside the jaw, out of focus."""
    walls = ((0.42, 0.43, 0.40), (0.50, 0.45, 0.37), (0.30, 0.36, 0.39), (0.46, 0.38, 0.33), (0.34, 0.38, 0.31))
    wall = plain("wall", walls[int(rng.integers(len(walls)))], 0.8, 0.03)
    white, wood = plain("paint", (0.60, 0.59, 0.55), 0.4, 0.02), plain("wood", (0.20, 0.11, 0.055), 0.5, 0.25, 9.0)
    back, left = 1.35, rng.uniform(-0.03, 0.03)
    things.box("wall", (-3, back, -2), (3, back + 0.1, 2), wall)
    for x in (0.115, 0.90):
        things.box("jamb", (x + left, back - 0.035, -2), (x + left + 0.075, back, 1.4), white, 0.006)
    things.box("door", (0.19 + left, back - 0.012, -2), (0.90 + left, back + 0.01, 1.4), white)
    for z in (-0.75, -0.06, 0.52):
        things.box("panel", (0.29 + left, back - 0.02, z), (0.80 + left, back - 0.008, z + 0.48), white, 0.006)
    things.box("shelf", (-1.6, back - 0.234, -0.13), (-0.16 + left, back, -0.105), wood, 0.003)
    things.box("upright", (-0.20 + left, back - 0.24, -1.2), (-0.175 + left, back, 0.34), wood, 0.003)
    things.box("shelf top", (-1.6, back - 0.234, 0.315), (-0.16 + left, back, 0.34), wood, 0.003)
    books(rng, back, left)


def books(rng, back, left):
    x = -0.215 + left
    while x > -1.1:
        thick, tall = rng.uniform(0.016, 0.045), rng.uniform(0.17, 0.27)
        if rng.random() < 0.84:
            colour = unit(rng.uniform(0.15, 1, 3)) * rng.uniform(0.06, 0.38)
            cover = plain("book", colour * 0.6 + 0.4 * colour.mean(), 0.5, 0.05)
            deep = rng.uniform(0.13, 0.18)
            things.box(
                "book", (x - thick, back - 0.02 - deep, -0.105), (x - 0.001, back - 0.02, -0.105 + tall), cover, 0.002
            )
        x -= thick


def light(rng, turned):
    """A tall window to one side, bounce from the other, a dim room; `turned` is +1 for a key from image left."""
    world = bpy.data.worlds.new("room")
    bpy.context.scene.world = world
    world.use_nodes = True
    ambient = world.node_tree.nodes["Background"]
    ambient.inputs[0].default_value, ambient.inputs[1].default_value = (0.85, 0.95, 1.0, 1), 0.09
    key = rng.uniform(0.85, 1.15)
    area("window", (-1.1 * turned, -1.0, 0.30), (0, 0, 0), (1.0, 1.3), 34 * key, (1.0, 0.97, 0.93))
    area("bounce", (1.5 * turned, -0.5, -0.1), (0, 0, 0), (1.6, 1.8), 2.8, (1.0, 0.92, 0.82))
    area("rim", (0.75 * turned, 1.0, 0.75), (0, 0, 0.05), (0.35, 0.7), 4.5, (0.92, 0.96, 1.0))
    area("wall wash", (-0.9 * turned, 0.25, 1.1), (0.1, 1.35, 0.0), (0.9, 0.5), 5.0, (1.0, 0.96, 0.9))


def area(name, at, towards, size, watts, colour):
    data = bpy.data.lights.new(name, "AREA")
    data.shape, data.size, data.size_y, data.energy, data.color = "RECTANGLE", *size, watts, colour
    made = things.link(bpy.data.objects.new(name, data))
    made.matrix_world = looking(at, towards)
    made.visible_camera = False


def looking(at, towards):
    """Matrix of something at a place that looks along its -Z towards another, Z up."""
    way = mathutils.Vector(towards) - mathutils.Vector(at)
    matrix = way.to_track_quat("-Z", "Y").to_matrix().to_4x4()
    matrix.translation = mathutils.Vector(at)
    return matrix


def camera(width, height, focus):
    """An 80 mm lens on a full frame, level with the eyes."""
    data = bpy.data.cameras.new("camera")
    data.sensor_fit, data.sensor_width, data.sensor_height = "VERTICAL", SENSOR_MM, SENSOR_MM * 9 / 16
    data.lens = FOCAL_MM
    data.dof.use_dof, data.dof.aperture_fstop = True, APERTURE
    data.dof.focus_distance = DISTANCE_M + focus[1] - AIM[1]
    made = things.link(bpy.data.objects.new("camera", data))
    made.matrix_world = looking(STAND, AIM)
    bpy.context.scene.camera = made
    bpy.context.scene.render.resolution_x, bpy.context.scene.render.resolution_y = width, height
    return made


def projected(points, width, height):
    """Pixels (N,2), x right and y down from the picture's top left corner, of points (N,3) in the room."""
    matrix = np.array(looking(STAND, AIM).inverted())
    seen = np.atleast_2d(points) @ matrix[:3, :3].T + matrix[:3, 3]
    focal = FOCAL_MM / (SENSOR_MM * 9 / 16) * height
    return np.stack([width / 2 + focal * seen[:, 0] / -seen[:, 2], height / 2 - focal * seen[:, 1] / -seen[:, 2]], 1)


def wool(identity):
    """Knitted cloth: ribs of loops as relief, fluff as sheen."""
    g = Graph("wool")
    x, y, z = g.parts(g.attribute("rest"))
    angle = g.math("ARCTAN2", x, g.math("SUBTRACT", 0.06, y))
    across = g.times(angle, 190.0)
    wale = g.math("SINE", across)
    course = g.math("SINE", g.plus(g.times(z, 2300.0), g.times(g.math("ABSOLUTE", wale), 2.2)))
    rest = g.attribute("rest")
    knit = g.plus(g.times(g.math("ABSOLUTE", wale), 0.7), g.times(course, 0.35))
    knit = g.plus(knit, g.times(g.noise(rest, 1500.0, 2.0), 0.8))
    shade = g.span(knit, 0.2, 1.4, 0.62, 1.12)
    colour = g.mix(1.0, identity.wool, g.grey(shade), "MULTIPLY")
    worn = g.span(g.noise(rest, 30.0, 3.0), 0.3, 0.7, 0.9, 1.1)
    return g.finish(
        g.principled(
            Base_Color=g.mix(1.0, colour, g.grey(worn), "MULTIPLY"),
            Roughness=0.9,
            Specular_IOR_Level=0.2,
            Sheen_Weight=0.35,
            Sheen_Roughness=0.5,
            Normal=g.bump(g.times(knit, 0.0007)),
        )
    )


def collar_height(rest):
    """How far (m) canonical points are below the collar's sloping plane."""
    return -0.148 + 0.42 * (rest[:, 1] - 0.03) - rest[:, 2]


def jumper(mesh, rest, points, normals, material):
    """Cloth over the shoulders: the body under the collar pushed out, and a ribbed roll round the neck."""
    below = collar_height(rest)
    keep = mesh.skin[(below[mesh.skin] > -0.004).all(1)]
    used, quads = np.unique(keep, return_inverse=True)
    out = 0.006 + 0.004 * np.clip(below[used] / 0.05, 0, 1)
    cloth = points[used] + normals[used] * out[:, None]
    cloth += normals[used] * (0.004 * np.sin(rest[used] @ [40.0, 25, 70]) * np.clip(below[used] / 0.05, 0, 1))[:, None]
    things.mesh("jumper", cloth, quads.reshape(-1, 4), material, {"rest": rest[used]})
    ring = collar_ring(rest, points, below)
    tube, sides = things.tube(ring, 0.0095, 20, closed=True)
    tube[:, 2] = ring[:, 2].repeat(20) + (tube[:, 2] - ring[:, 2].repeat(20)) * 1.5
    things.mesh("collar", tube, sides, material, {"rest": tube})


def collar_ring(rest, points, below, count=120):
    """Loop (count,3) where the collar's plane meets the neck."""
    near = (np.abs(below) < 0.006) & (np.abs(rest[:, 0]) < 0.08) & (rest[:, 1] < 0.16)
    angle = np.arctan2(rest[near, 0], 0.088 - rest[near, 1])
    at = np.linspace(-np.pi, np.pi, count, endpoint=False)
    apart = np.abs((angle[None] - at[:, None] + np.pi) % (2 * np.pi) - np.pi)
    weight = np.exp(-((apart / 0.16) ** 2))
    ring = weight @ points[near] / weight.sum(1, keepdims=True)
    middle = ring.mean(0)
    return middle + (ring - middle) * 1.09 + [0, 0, 0.010]


def spectacles(eyes, points, mesh, rng):
    """Two rims, a bridge and arms, in the head's resting place; returns objects to be moved with the head."""
    dark = rng.uniform(0.0, 1.0)
    g = Graph("frame")
    frame = g.finish(g.principled(Base_Color=(0.02 + 0.05 * dark, 0.015 + 0.02 * dark, 0.012), Roughness=0.25))
    t = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    wide, tall = rng.uniform(0.024, 0.0265), rng.uniform(0.0185, 0.0235)
    front = min(eye.centre[1] for eye in eyes) - 0.031
    made, rims = [], []
    for sign, eye in zip((1, -1), eyes, strict=True):
        square = 1 / (np.abs(np.cos(t)) ** 3 + np.abs(np.sin(t)) ** 3) ** (1 / 3)
        x, z = (
            eye.centre[0] + sign * 0.0015 + wide * square * np.cos(t),
            eye.centre[2] - 0.003 + tall * square * np.sin(t),
        )
        rims.append(np.stack([x, front + 0.006 * (np.abs(x) / 0.055) ** 2, z], 1))
    for ring in rims:
        made.append(things.mesh("rim", *things.tube(ring, 0.0013, 10, closed=True), frame))
    inner = [rims[0][np.argmin(rims[0][:, 0])], rims[1][np.argmax(rims[1][:, 0])]]
    bridge = np.linspace(inner[0], inner[1], 12) + np.outer(np.sin(np.linspace(0, np.pi, 12)), [0, -0.002, 0.003])
    made.append(things.mesh("bridge", *things.tube(bridge, 0.0013, 10), frame))
    for sign, ring in zip((1, -1), rims, strict=True):
        hinge = ring[np.argmax(sign * ring[:, 0])] + [0, 0, 0.006]
        ear = np.array([sign * 0.081, 0.085, hinge[2] + 0.002])
        arm = np.linspace(hinge, ear, 20) + np.outer(np.sin(np.linspace(0, np.pi, 20)), [sign * 0.004, 0, 0])
        made.append(things.mesh("arm", *things.tube(arm, 0.0012, 8), frame))
    return made
