"""Arrays to Blender: meshes whose vertices can be moved again, and hair curves whose points can."""

from __future__ import annotations

import bpy
import numpy as np


def mesh(name, points, quads, material, attributes=()):
    """A smooth mesh object of (N,3) points and (M,4) quads (or (M,3) triangles), with vector or float attributes."""
    data = bpy.data.meshes.new(name)
    quads = np.asarray(quads, np.int32)
    data.vertices.add(len(points))
    data.loops.add(quads.size)
    data.loops.foreach_set("vertex_index", quads.ravel())
    data.polygons.add(len(quads))
    data.polygons.foreach_set("loop_start", np.arange(len(quads), dtype=np.int32) * quads.shape[1])
    data.polygons.foreach_set("use_smooth", np.ones(len(quads), bool))
    for key, values in dict(attributes).items():
        kind, field = ("FLOAT_VECTOR", "vector") if np.ndim(values) == 2 else ("FLOAT", "value")
        data.attributes.new(key, kind, "POINT").data.foreach_set(field, np.asarray(values, np.float32).ravel())
    made = link(bpy.data.objects.new(name, data))
    move(made, points)
    data.update(calc_edges=True)
    data.materials.append(material)
    return made


def link(made):
    bpy.context.scene.collection.objects.link(made)
    return made


def move(made, points):
    """New vertex places for a mesh object."""
    made.data.vertices.foreach_set("co", np.asarray(points, np.float32).ravel())
    made.data.update()


def curves(name, strands, root_radius, tip_radius, material):
    """A hair object of strands (N,K,3), metres."""
    data = bpy.data.hair_curves.new(name)
    count, steps = strands.shape[:2]
    data.add_curves([steps] * count)
    along = np.linspace(0, 1, steps) ** 2
    radius = np.broadcast_to(root_radius + (tip_radius - root_radius) * along, (count, steps))
    data.attributes.new("radius", "FLOAT", "POINT").data.foreach_set("value", radius.astype(np.float32).ravel())
    made = link(bpy.data.objects.new(name, data))
    bend(made, strands)
    data.materials.append(material)
    return made


def bend(made, strands):
    """New point places for a hair object."""
    made.data.points.foreach_set("position", np.asarray(strands, np.float32).ravel())
    made.data.update_tag()


def box(name, low, high, material, soft=0.0):
    """An upright box between two corners, its edges bevelled by `soft` metres."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    corner = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)])
    quads = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]]
    made = mesh(name, low + corner * (high - low), quads, material)
    made.data.polygons.foreach_set("use_smooth", np.zeros(6, bool))
    if soft:
        bevel = made.modifiers.new("soft", "BEVEL")
        bevel.width, bevel.segments = soft, 2
    return made


def tube(path, radius, sides=12, closed=False):
    """Points and quads of a round tube along (K,3); radius is a number or K numbers."""
    path = np.asarray(path, float)
    ahead = np.roll(path, -1, 0) - np.roll(path, 1, 0)
    if not closed:
        ahead[0], ahead[-1] = path[1] - path[0], path[-1] - path[-2]
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    aside = np.cross(ahead, [0.0, 0.0, 1.0]) + 1e-9
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    over = np.cross(aside, ahead)
    turn = np.linspace(0, 2 * np.pi, sides, endpoint=False)[None, :, None]
    radius = np.broadcast_to(np.asarray(radius, float), (len(path),))[:, None, None]
    points = path[:, None] + radius * (np.cos(turn) * aside[:, None] + np.sin(turn) * over[:, None])
    k, s = np.meshgrid(np.arange(len(path) - (not closed)), np.arange(sides), indexing="ij")
    here, there = k * sides, (k + 1) % len(path) * sides
    quads = np.stack([here + s, here + (s + 1) % sides, there + (s + 1) % sides, there + s], -1)
    return points.reshape(-1, 3), quads.reshape(-1, 4)
