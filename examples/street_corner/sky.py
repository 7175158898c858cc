"""Late-afternoon light: a physical sky with thin cloud, and the sun as a lamp of its true width."""

from __future__ import annotations

import math

import bpy
import layout as L
import mathutils

SUN_IRRADIANCE = 4.6
SKY_STRENGTH = 0.085


def light(scene):
    world = bpy.data.worlds.new("sky")
    scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    tree.nodes.clear()
    from materials import Graph

    g = Graph.__new__(Graph)
    g.tree = tree
    sun = L.sun_direction()
    blue = g.tree.nodes.new("ShaderNodeTexSky")
    blue.sky_type, blue.sun_disc = "MULTIPLE_SCATTERING", False
    blue.sun_elevation = math.radians(L.SUN_ELEVATION_DEG)
    blue.sun_rotation = math.atan2(sun[0], sun[1])
    way = g.node("ShaderNodeTexCoord", out=0)
    shade = clouds(g, way, g.scaled(blue.outputs[0], SKY_STRENGTH))
    back = g.node("ShaderNodeBackground", {"Color": shade, "Strength": 1.0})
    out = tree.nodes.new("ShaderNodeOutputWorld")
    tree.links.new(back, out.inputs[0])
    world.cycles.sampling_method, world.cycles.sample_map_resolution = "MANUAL", 512
    lamp = bpy.data.lights.new("sun", "SUN")
    lamp.energy, lamp.angle, lamp.color = SUN_IRRADIANCE, math.radians(0.55), (1.0, 0.86, 0.68)
    thing = bpy.data.objects.new("sun", lamp)
    thing.rotation_euler = mathutils.Vector(tuple(float(v) for v in sun)).to_track_quat("Z", "Y").to_euler()
    scene.collection.objects.link(thing)


def clouds(g, way, blue):
    """Thin fair-weather cloud on a plane above the city, whiter and flatter towards the horizon."""
    height = g.part(way, "Z")
    lift = g.math("ADD", g.math("MAXIMUM", height, 0.0), 0.10)
    flat = g.node("ShaderNodeVectorMath", {0: way, "Scale": g.math("DIVIDE", 1.0, lift)}, operation="SCALE")
    flat = g.node("ShaderNodeVectorMath", {0: flat, 1: (1.0, 1.0, 0.0)}, operation="MULTIPLY")
    warp = g.node("ShaderNodeTexNoise", {"Vector": flat, "Scale": 0.7, "Detail": 3.0}, out=1)
    bent = g.node("ShaderNodeVectorMath", {0: flat, 1: g.scaled(warp, 0.9)}, operation="ADD")
    wisps = g.node(
        "ShaderNodeTexNoise",
        {
            "Vector": g.node("ShaderNodeVectorMath", {0: bent, 1: (0.9, 1.5, 1.0)}, operation="MULTIPLY"),
            "Scale": 1.1,
            "Detail": 9.0,
            "Roughness": 0.58,
        },
    )
    patch = g.node("ShaderNodeTexNoise", {"Vector": flat, "Scale": 0.5, "Detail": 2.0})
    cover = g.math("MULTIPLY", g.span(wisps, 0.44, 0.78), g.span(patch, 0.30, 0.60))
    white = g.mix(g.span(wisps, 0.55, 0.85), (0.66, 0.63, 0.58), (0.50, 0.51, 0.53))
    return g.mix(g.math("MULTIPLY", cover, 0.85), blue, white)


def blacken(scene):
    """No light from anywhere."""
    for node in scene.world.node_tree.nodes:
        if node.type == "BACKGROUND":
            for link in list(node.inputs[0].links):
                scene.world.node_tree.links.remove(link)
            node.inputs[0].default_value = (0, 0, 0, 1)
