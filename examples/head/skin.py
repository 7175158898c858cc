"""Skin: painted masks and heights over scattering, with pores and fine creases that no canvas is fine enough for."""

from __future__ import annotations

import numpy as np
import paint
from shading import Graph

COARSE_MM = 1.2


def canvas_of(g):
    """Texture place on the painted canvas, worked out from the rest position so that there is no seam."""
    x, y, z = g.parts(g.attribute("rest"))
    angle = g.math("ARCTAN2", x, g.math("SUBTRACT", paint.AXIS_Y, y))
    u = g.math("MULTIPLY_ADD", angle, paint.ROUND_MM / (2 * paint.WIDE_MM), 0.5)
    tall = paint.HIGH_MM - paint.LOW_MM
    v = g.math("MULTIPLY_ADD", z, 1000 / tall, -paint.LOW_MM / tall)
    return g.node("ShaderNodeCombineXYZ", {0: u, 1: v, 2: 0.0})


def masks():
    """Two coarse images: (redness, shade, lips) and (beard, oil, pores)."""
    u, v = paint.grid(COARSE_MM / 2)
    a = np.abs(u)
    pores = 0.35 + 0.8 * paint.blob(a, v, 0, -32, 14, 14) + 0.65 * paint.blob(a, v, 26, -32, 18, 16) + 0.3 * paint.blob(a, v, 0, 30, 40, 20)
    first = np.stack([paint.redness(u, v), paint.shade(u, v), paint.lips(u, v)], -1)
    return first, np.stack([paint.beard(u, v), paint.oily(u, v), pores], -1)


def colour(g, identity, amounts, at, rest, first, second):
    """Albedo: tone, blotches, blood, shadow of the beard, lips, then whatever the pigment paints."""
    tone = identity.skin
    red, dark, lip = g.parts(first)
    hairy = g.parts(second)[0]
    blotch = g.span(g.noise(rest, 70.0, 4.0), 0.3, 0.7, -1.0, 1.0, "LINEAR")
    fine = g.span(g.noise(rest, 900.0, 3.0), 0.3, 0.7, -1.0, 1.0, "LINEAR")
    sallow, flushed = tone * [1.0, 1.0, 0.86], tone * [0.97, 0.62, 0.56]
    base = g.mix(0.25 + 0.25 * amounts.dry, tone, sallow)
    blood = g.math("MULTIPLY_ADD", blotch, 0.22, g.times(red, 0.48 + 0.16 * amounts.lines), clamp=True)
    base = g.mix(blood, base, flushed)
    base = g.mix(g.times(dark, 0.42 + 0.2 * amounts.sag), base, tone * [0.62, 0.47, 0.47])
    stubble = 0.0 if identity.male < 0.5 else 0.30 + 0.15 * identity.hair
    base = g.mix(g.times(hairy, stubble * (1 - 0.6 * amounts.grey)), base, tone * [0.5, 0.52, 0.56])
    lip_colour = tone * [0.86, 0.48, 0.48] * (1 - 0.12 * amounts.dry)
    if identity.male < 0.5:
        lip_colour = tone * [0.80, 0.36, 0.38]
    base = g.mix(g.times(lip, 0.85 - 0.25 * amounts.dry), base, lip_colour)
    mottle = g.math("MULTIPLY_ADD", blotch, 0.05 + 0.05 * amounts.spots, g.math("MULTIPLY_ADD", fine, 0.05, 1.0))
    base = g.mix(1.0, base, g.grey(mottle), "MULTIPLY")
    spots = g.image("pigment", paint.pigment(identity, amounts), at)
    return g.mix(1.0, base, spots, "MULTIPLY")


def height(g, amounts, at, rest, second, lip, painted, smile):
    """Relief in metres: painted lines, a smile's own lines, creases between cells, pores, lip furrows."""
    lines, smile_lines, _, moles = painted
    millimetres = g.times(g.image("lines", np.stack([lines, smile_lines, moles], -1), at), 1.0)
    aged, smiling, raised = g.parts(millimetres)
    total = g.plus(g.times(aged, amounts.lines), raised)
    total = g.plus(total, g.times(smiling, g.times(smile, 0.15 + 0.85 * amounts.lines)))
    mesh_of_creases = g.cells(rest, 950.0, "DISTANCE_TO_EDGE")
    total = g.plus(total, g.times(g.span(mesh_of_creases, 0.0, 0.25), 0.020 + 0.012 * amounts.dry))
    coarse = g.cells(rest, 420.0, "DISTANCE_TO_EDGE")
    total = g.plus(total, g.times(g.span(coarse, 0.0, 0.22), 0.02 + 0.03 * amounts.dry))
    pores = g.times(g.span(g.cells(rest, 700.0), 0.10, 0.34, -1.0, 0.0), g.parts(second)[2])
    total = g.plus(total, g.times(pores, 0.07))
    total = g.plus(total, g.times(g.noise(rest, 260.0, 3.0), 0.14))
    x, y, z = g.parts(rest)
    squeezed = g.node("ShaderNodeCombineXYZ", {0: g.times(x, 1.0), 1: g.times(y, 0.3), 2: g.times(z, 0.12)})
    furrows = g.times(g.noise(squeezed, 900.0, 2.0), lip)
    total = g.plus(total, g.times(furrows, 0.22 + 0.22 * amounts.dry))
    return g.times(total, 0.001)


def material(identity, amounts, painted):
    """(material, the node value that says how much it smiles)."""
    g = Graph("skin")
    at, rest = canvas_of(g), g.attribute("rest")
    one, two = masks()
    first, second = g.image("masks.1", one, at), g.image("masks.2", two, at)
    lip, oil = g.parts(first)[2], g.parts(second)[1]
    value = g.tree.nodes.new("ShaderNodeValue")
    relief = g.bump(height(g, amounts, at, rest, second, lip, painted, value.outputs[0]))
    shiny = g.math("MULTIPLY_ADD", oil, -0.10 + 0.05 * amounts.dry, 0.50 + 0.05 * amounts.dry)
    rough = g.math("MULTIPLY_ADD", g.noise(rest, 320.0, 3.0), 0.14, g.math("MULTIPLY_ADD", lip, -0.12, shiny))
    shader = g.principled(
        Base_Color=colour(g, identity, amounts, at, rest, first, second),
        Roughness=g.math("SUBTRACT", rough, 0.07),
        IOR=1.42,
        Specular_IOR_Level=0.42,
        Subsurface_Weight=1.0,
        Subsurface_Radius=(1.0, 0.36, 0.18),
        Subsurface_Scale=0.0038,
        Subsurface_Anisotropy=0.75,
        Coat_Weight=g.math("MULTIPLY_ADD", oil, 0.07, g.times(lip, 0.18)),
        Coat_Roughness=0.32,
        Normal=relief,
    )
    return g.finish(shader), value
