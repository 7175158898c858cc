"""Cycles shader graphs, wired a call at a time."""

from __future__ import annotations

import bpy
import numpy as np


class Graph:
    """A material being wired: each call adds one node and returns its output."""

    def __init__(self, name):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()

    def node(self, kind, inputs=(), out=0, **settings):
        made = self.tree.nodes.new(kind)
        for key, value in settings.items():
            setattr(made, key, value)
        for key, value in dict(inputs).items():
            self.plug(made.inputs[key], value)
        return made.outputs[out]

    def plug(self, socket, value):
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif socket.type == "RGBA":
            socket.default_value = (*tuple(float(c) for c in value)[:3], 1.0)
        else:
            socket.default_value = value

    def math(self, operation, a, b=0.0, c=0.0, clamp=False):
        return self.node("ShaderNodeMath", {0: a, 1: b, 2: c}, operation=operation, use_clamp=clamp)

    def times(self, a, b):
        return self.math("MULTIPLY", a, b)

    def plus(self, a, b):
        return self.math("ADD", a, b)

    def vector(self, operation, a, b=(0.0, 0.0, 0.0), out=0):
        return self.node("ShaderNodeVectorMath", {0: a, 1: b}, out=out, operation=operation)

    def span(self, value, low, high, to_low=0.0, to_high=1.0, kind="SMOOTHSTEP"):
        inputs = {0: value, 1: low, 2: high, 3: to_low, 4: to_high}
        return self.node("ShaderNodeMapRange", inputs, interpolation_type=kind)

    def mix(self, factor, a, b, blend="MIX"):
        return self.node("ShaderNodeMix", {0: factor, 6: a, 7: b}, out=2, data_type="RGBA", blend_type=blend)

    def grey(self, value):
        return self.node("ShaderNodeCombineColor", {0: value, 1: value, 2: value})

    def attribute(self, name):
        return self.node("ShaderNodeAttribute", out=1, attribute_name=name)

    def parts(self, vector):
        made = self.tree.nodes.new("ShaderNodeSeparateXYZ")
        self.plug(made.inputs[0], vector)
        return tuple(made.outputs)

    def noise(self, vector, scale, detail=3.0, rough=0.55):
        """Noise about 0.5; scale is cells in each unit of the vector."""
        inputs = {"Vector": vector, "Scale": scale, "Detail": detail, "Roughness": rough}
        return self.node("ShaderNodeTexNoise", inputs)

    def cells(self, vector, scale, feature="F1", jitter=1.0):
        inputs = {"Vector": vector, "Scale": scale, "Randomness": jitter}
        return self.node("ShaderNodeTexVoronoi", inputs, feature=feature)

    def image(self, name, pixels, at, out=0):
        made = self.tree.nodes.new("ShaderNodeTexImage")
        made.image, made.interpolation, made.extension = picture(name, pixels), "Cubic", "EXTEND"
        self.plug(made.inputs[0], at)
        return made.outputs[out]

    def bump(self, height, normal=None):
        """A normal from a height in metres."""
        inputs = {"Strength": 1.0, "Distance": 1.0, "Height": height}
        if normal is not None:
            inputs["Normal"] = normal
        return self.node("ShaderNodeBump", inputs)

    def principled(self, **inputs):
        return self.node("ShaderNodeBsdfPrincipled", {k.replace("_", " "): v for k, v in inputs.items()})

    def finish(self, shader):
        self.tree.links.new(shader, self.tree.nodes.new("ShaderNodeOutputMaterial").inputs[0])
        return self.material


def picture(name, pixels):
    """An array (h,w) or (h,w,3), row 0 at the bottom, as an image of raw values."""
    pixels = np.atleast_3d(pixels)
    h, w, channels = pixels.shape
    full = np.ones((h, w, 4), np.float32)
    full[..., :3] = pixels if channels == 3 else pixels[..., :1]
    made = bpy.data.images.new(name, w, h, alpha=False, float_buffer=True)
    made.colorspace_settings.name = "Non-Color"
    made.pixels.foreach_set(full.ravel())
    made.pack()
    return made
