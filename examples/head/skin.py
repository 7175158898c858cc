"""Skin as a Cycles material: three painted canvases over scattering."""

from __future__ import annotations

import numpy as np
import paint
from shading import Graph


def canvas_of(g):
    """Texture place on the painted canvas, worked out from the rest position so that there is no seam."""
    x, y, z = g.parts(g.attribute("rest"))
    angle = g.math("ARCTAN2", x, g.math("SUBTRACT", paint.AXIS_Y, y))
    u = g.math("MULTIPLY_ADD", angle, paint.ROUND_MM / (2 * paint.WIDE_MM), 0.5)
    tall = paint.HIGH_MM - paint.LOW_MM
    v = g.math("MULTIPLY_ADD", z, 1000 / tall, -paint.LOW_MM / tall)
    return g.node("ShaderNodeCombineXYZ", {0: u, 1: v, 2: 0.0})


def material(complexion):
    """(material, the node whose value says how much it smiles)."""
    g = Graph("skin")
    at = canvas_of(g)
    smile = g.tree.nodes.new("ShaderNodeValue")
    rest, smiling, _ = g.parts(g.image("relief", complexion.relief, at))
    relief = g.bump(g.times(g.math("MULTIPLY_ADD", smiling, smile.outputs[0], rest), 0.001))
    rough, coat, _ = g.parts(
        g.image(
            "shine",
            np.stack([complexion.shine, 0.12 * complexion.oil + 0.2 * complexion.lip, 0 * complexion.lip], -1),
            at,
        )
    )
    shader = g.principled(
        Base_Color=g.image("albedo", complexion.albedo, at),
        Roughness=rough,
        IOR=1.42,
        Specular_IOR_Level=0.5,
        Subsurface_Weight=1.0,
        Subsurface_Radius=(1.0, 0.36, 0.18),
        Subsurface_Scale=0.0036,
        Subsurface_Anisotropy=0.75,
        Coat_Weight=coat,
        Coat_Roughness=0.32,
        Normal=relief,
    )
    return g.finish(shader), smile
