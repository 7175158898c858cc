"""Surfaces as Cycles shader graphs: colour from a tint per piece, dirt from height, cavities and noise."""

from __future__ import annotations

import bpy
import layout as L
import numpy as np
import paint


class Graph:
    """A shader being wired: each call adds one node and returns its output."""

    def __init__(self, name):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()

    def node(self, kind, inputs=(), out=0, **settings):
        n = self.tree.nodes.new(kind)
        for key, value in settings.items():
            setattr(n, key, value)
        for key, value in dict(inputs).items():
            self.plug(n.inputs[key], value)
        return n.outputs[out]

    def plug(self, socket, value):
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif isinstance(value, tuple) and len(value) == 3 and socket.type == "RGBA":
            socket.default_value = (*value, 1.0)
        else:
            socket.default_value = value

    def math(self, operation, a, b=0.0, c=0.0):
        return self.node("ShaderNodeMath", {0: a, 1: b, 2: c}, operation=operation)

    def span(self, value, low, high, to_low=0.0, to_high=1.0):
        return self.node(
            "ShaderNodeMapRange", {0: value, 1: low, 2: high, 3: to_low, 4: to_high}, interpolation_type="SMOOTHSTEP"
        )

    def mix(self, factor, a, b, blend="MIX"):
        return self.node("ShaderNodeMix", {0: factor, 6: a, 7: b}, out=2, data_type="RGBA", blend_type=blend)

    def tint(self):
        return self.node("ShaderNodeAttribute", out=2, attribute_name="tint")

    def position(self):
        return self.node("ShaderNodeNewGeometry", out=0)

    def part(self, vector, axis):
        return self.node("ShaderNodeSeparateXYZ", {0: vector}, out="XYZ".index(axis))

    def noise(self, scale, *, stretch=(1, 1, 1), detail=4.0, rough=0.55, vector=None):
        vector = self.position() if vector is None else vector
        vector = self.node(
            "ShaderNodeVectorMath", {0: vector, 1: tuple(float(s) for s in stretch)}, operation="MULTIPLY"
        )
        return self.node("ShaderNodeTexNoise", {"Vector": vector, "Scale": scale, "Detail": detail, "Roughness": rough})

    def occlusion(self, distance, samples=4):
        return self.node("ShaderNodeAmbientOcclusion", {"Distance": distance}, out=1, samples=samples)

    def bump(self, height, strength, distance=0.01, normal=None):
        inputs = {"Strength": strength, "Distance": distance, "Height": height}
        if normal is not None:
            inputs["Normal"] = normal
        return self.node("ShaderNodeBump", inputs)

    def surface(self, colour, roughness, *, normal=None, metallic=0.0, specular=0.5, **more):
        inputs = {
            "Base Color": colour,
            "Roughness": roughness,
            "Metallic": metallic,
            "Specular IOR Level": specular,
            **more,
        }
        if normal is not None:
            inputs["Normal"] = normal
        return self.finish(self.node("ShaderNodeBsdfPrincipled", inputs))

    def finish(self, shader):
        self.tree.links.new(shader, self.node_of("ShaderNodeOutputMaterial").inputs[0])
        return self.material

    def node_of(self, kind):
        return self.tree.nodes.new(kind)

    def scaled(self, colour, factor):
        return self.node("ShaderNodeVectorMath", {0: colour, "Scale": factor}, operation="SCALE")


def image(name, pixels):
    """A painted array (H,W,4) as a Blender image of raw values."""
    h, w = pixels.shape[:2]
    made = bpy.data.images.new(name, w, h, alpha=True, float_buffer=True)
    made.colorspace_settings.name = "Non-Color"
    made.alpha_mode = "CHANNEL_PACKED"
    made.pixels.foreach_set(np.ascontiguousarray(pixels, np.float32).ravel())
    made.pack()
    return made


def painted(name, pixels, *, origin, size, roughness=0.9, bump=0.35, depth=0.03, grain=45.0, grain_depth=0.002):
    """A surface wearing a painted image over metre uvs, with fine grain that the image is too coarse for."""
    g = Graph(name)
    uv = g.node("ShaderNodeUVMap")
    place = g.node(
        "ShaderNodeMapping",
        {
            "Vector": uv,
            "Location": (-origin[0] / size[0], -origin[1] / size[1], 0),
            "Scale": (1 / size[0], 1 / size[1], 1),
        },
    )
    texture = g.tree.nodes.new("ShaderNodeTexImage")
    texture.image, texture.interpolation, texture.extension = image(name, pixels), "Cubic", "EXTEND"
    g.plug(texture.inputs[0], place)
    fine = g.noise(grain, detail=3)
    colour = g.scaled(texture.outputs[0], g.span(fine, 0.2, 0.8, 0.9, 1.1))
    normal = g.bump(texture.outputs[1], bump, depth)
    normal = g.bump(fine, 0.6, grain_depth, normal)
    return g.surface(colour, roughness, normal=normal, specular=0.3)


def masonry(name, colour, *, spread=0.3, dirt=0.6, foot=0.0, streaks=0.5, roughness=0.85, cavity=0.25, grain=30.0):
    """Stone, stucco or concrete: tinted pieces, soot in cavities, streaks down the face, splash at the foot."""
    g = Graph(name)
    broad, fine = g.noise(1.1, detail=5), g.noise(grain, detail=4, rough=0.65)
    tone = g.math(
        "ADD", g.math("MULTIPLY_ADD", g.tint(), spread, 1 - spread / 2), g.math("MULTIPLY_ADD", broad, 0.5, -0.25)
    )
    tone = g.math("ADD", tone, g.math("MULTIPLY_ADD", fine, 0.3, -0.15))
    base = g.scaled(colour, tone)
    run = g.span(g.noise(3.2, stretch=(1, 1, 0.09), detail=5), 0.47, 0.75)
    soot = g.math("MULTIPLY", run, streaks)
    closed = g.span(g.occlusion(cavity), 0.95, 0.35)
    soot = g.math("MAXIMUM", soot, g.math("MULTIPLY", closed, dirt))
    if foot:
        z = g.part(g.position(), "Z")
        low = g.math("MULTIPLY", g.span(g.math("ADD", z, g.math("MULTIPLY", broad, -0.9)), foot * 0.6, -0.45), 0.75)
        soot = g.math("MAXIMUM", soot, low)
    up = g.span(g.part(g.node("ShaderNodeNewGeometry", out=1), "Z"), 0.6, 0.95, 0.0, 0.55)
    soot = g.math("MAXIMUM", soot, up)
    soot = g.math("MULTIPLY", soot, g.span(fine, 0.1, 0.8, 0.7, 1.0))
    dark = g.scaled(colour, 0.26)
    return g.surface(g.mix(soot, base, dark), roughness, normal=g.bump(fine, 0.5, 0.004), specular=0.3)


def coat(
    name, colour, *, roughness=0.5, spread=0.3, chips=0.0, under=(0.2, 0.15, 0.1), metallic=0.0, dust=0.12, worn=6.0
):
    """Paint or metal: tint, fading, dust on top, chips where `chips` > 0."""
    g = Graph(name)
    broad = g.noise(worn, detail=5, rough=0.6)
    tone = g.math("MULTIPLY_ADD", g.tint(), spread, 1 - spread / 2)
    tone = g.math("ADD", tone, g.math("MULTIPLY_ADD", broad, 0.4, -0.2))
    base = g.scaled(colour, tone)
    if chips:
        flake = g.span(g.noise(38, detail=5, rough=0.7, stretch=(1, 1, 0.5)), 0.70 - 0.2 * chips, 0.73 - 0.2 * chips)
        base = g.mix(flake, base, under)
    up = g.span(g.part(g.node("ShaderNodeNewGeometry", out=1), "Z"), 0.3, 0.9, 0.0, 1.0)
    settled = g.math("MULTIPLY", g.math("MULTIPLY_ADD", up, 2.0, 1.0), dust)
    base = g.mix(settled, base, (0.25, 0.22, 0.18))
    rough = g.math("MULTIPLY_ADD", broad, 0.3, roughness - 0.15)
    return g.surface(base, rough, metallic=metallic, normal=g.bump(g.noise(90, detail=2), 0.15, 0.002))


def glass():
    """Window glass: a wavering mirror at grazing angles, mostly a way through; dusty at the edges."""
    g = Graph("glass")
    wave = g.noise(2.3, detail=2)
    ripple = g.bump(wave, 0.25, 0.006)
    fresnel = g.node("ShaderNodeFresnel", {"IOR": 1.52, "Normal": ripple})
    both = g.math("MULTIPLY_ADD", fresnel, 1.7, 0.015)
    mirror = g.node("ShaderNodeBsdfGlossy", {"Color": (0.93, 0.96, 0.95), "Roughness": 0.0, "Normal": ripple})
    through = g.node("ShaderNodeBsdfTransparent", {"Color": (0.80, 0.85, 0.82)})
    clear = g.node("ShaderNodeMixShader", {0: both, 1: through, 2: mirror})
    film = g.node("ShaderNodeBsdfDiffuse", {"Color": (0.33, 0.31, 0.28)})
    dirt = g.math("MULTIPLY", g.span(g.noise(1.7, detail=6, rough=0.7), 0.35, 0.8), 0.09)
    return g.finish(g.node("ShaderNodeMixShader", {0: dirt, 1: clear, 2: film}))


def glass_far():
    g = Graph("glass_far")
    return g.surface(g.scaled((0.05, 0.055, 0.06), g.math("MULTIPLY_ADD", g.tint(), 1.5, 0.3)), 0.08, specular=0.7)


def net():
    """Net curtain: half of it is holes."""
    g = Graph("net")
    cloth = g.node("ShaderNodeBsdfDiffuse", {"Color": (0.72, 0.70, 0.64)})
    behind = g.node("ShaderNodeBsdfTranslucent", {"Color": (0.72, 0.70, 0.64)})
    cloth = g.node("ShaderNodeMixShader", {0: 0.4, 1: cloth, 2: behind})
    return g.finish(g.node("ShaderNodeMixShader", {0: 0.72, 1: g.node("ShaderNodeBsdfTransparent"), 2: cloth}))


def cloth(name, colour, dark):
    g = Graph(name)
    shade = g.mix(g.tint(), colour, dark)
    front = g.node("ShaderNodeBsdfDiffuse", {"Color": shade})
    behind = g.node("ShaderNodeBsdfTranslucent", {"Color": shade})
    return g.finish(g.node("ShaderNodeMixShader", {0: 0.25, 1: front, 2: behind}))


def canvas():
    """Striped awning canvas, bleached along the top of the folds."""
    g = Graph("canvas")
    u = g.part(g.node("ShaderNodeUVMap"), "X")
    stripe = g.math("LESS_THAN", g.math("FRACT", g.math("MULTIPLY", u, 2.7)), 0.5)
    shade = g.mix(stripe, (0.44, 0.38, 0.28), (0.20, 0.055, 0.04))
    fade = g.noise(2.5, stretch=(1, 1, 0.4), detail=5)
    shade = g.mix(g.span(fade, 0.4, 0.8, 0.0, 0.35), shade, (0.36, 0.31, 0.25))
    front, behind = (
        g.node("ShaderNodeBsdfDiffuse", {"Color": shade}),
        g.node("ShaderNodeBsdfTranslucent", {"Color": shade}),
    )
    return g.finish(g.node("ShaderNodeMixShader", {0: 0.3, 1: front, 2: behind}))


def foliage(name, a, b):
    g = Graph(name)
    shade = g.mix(g.tint(), a, b)
    gloss = g.node("ShaderNodeBsdfPrincipled", {"Base Color": shade, "Roughness": 0.45, "Specular IOR Level": 0.4})
    through = g.node("ShaderNodeBsdfTranslucent", {"Color": g.scaled(shade, 1.5)})
    return g.finish(g.node("ShaderNodeMixShader", {0: 0.38, 1: gloss, 2: through}))


def wall(name, colour):
    """A rendered wall of the neighbours: faded, streaked from the eaves, damp at the foot."""
    g = Graph(name)
    broad, fine = g.noise(0.35, detail=6, rough=0.6), g.noise(9, detail=4, rough=0.65)
    run = g.span(g.noise(1.6, stretch=(1, 1, 0.06), detail=6), 0.45, 0.78, 0, 0.5)
    tone = g.math("ADD", g.math("MULTIPLY_ADD", broad, 0.55, 0.72), g.math("MULTIPLY_ADD", fine, 0.22, -0.11))
    base = g.mix(g.span(broad, 0.45, 0.7, 0, 0.35), g.scaled(colour, tone), (0.46, 0.42, 0.35))
    z = g.part(g.position(), "Z")
    damp = g.span(g.math("ADD", z, g.math("MULTIPLY", broad, -1.8)), 0.4, -0.7, 0, 0.55)
    mend = g.span(g.noise(0.5, detail=7, rough=0.62, stretch=(1.0, 1.0, 0.8)), 0.60, 0.612)
    base = g.mix(g.math("MULTIPLY", mend, 0.75), base, g.scaled((0.40, 0.37, 0.32), tone))
    return g.surface(
        g.mix(g.math("MAXIMUM", run, damp), base, g.scaled(colour, 0.36)),
        0.92,
        normal=g.bump(fine, 0.3, 0.008),
        specular=0.25,
    )


def brick():
    g = Graph("brick")
    p = g.position()
    flat = g.math("ADD", g.part(p, "X"), g.part(p, "Y"))
    vector = g.node("ShaderNodeCombineXYZ", {0: flat, 1: g.part(p, "Z"), 2: 0.0})
    made = g.tree.nodes.new("ShaderNodeTexBrick")
    for key, value in {
        "Vector": vector,
        "Color1": (0.22, 0.105, 0.068),
        "Color2": (0.13, 0.07, 0.05),
        "Mortar": (0.27, 0.24, 0.2),
        "Scale": 1.0,
        "Mortar Size": 0.012,
        "Brick Width": 0.24,
        "Row Height": 0.078,
    }.items():
        g.plug(made.inputs[key], value)
    soot = g.span(g.noise(1.8, detail=5), 0.4, 0.75, 0.0, 0.7)
    shade = g.mix(soot, made.outputs[0], (0.05, 0.042, 0.037))
    return g.surface(shade, 0.9, normal=g.bump(made.outputs[1], -0.5, 0.01))


def sett():
    """Granite setts: each its own grey, polished crowns, grit in the joints."""
    g = Graph("sett")
    fine, broad = g.noise(70, detail=4, rough=0.7), g.noise(0.5, detail=5)
    tone = g.math("ADD", g.math("MULTIPLY_ADD", g.tint(), 0.75, 0.5), g.math("MULTIPLY_ADD", fine, 0.5, -0.25))
    tone = g.math("ADD", tone, g.math("MULTIPLY_ADD", broad, 0.5, -0.25))
    shade = g.scaled(g.mix(g.tint(), (0.155, 0.145, 0.135), (0.165, 0.14, 0.115)), tone)
    z = g.part(g.position(), "Z")
    low = g.math("MULTIPLY", g.span(z, -0.02, -0.045), 0.85)
    shade = g.mix(low, shade, (0.06, 0.05, 0.04))
    rough = g.math("MULTIPLY_ADD", fine, 0.35, 0.36)
    return g.surface(shade, rough, normal=g.bump(fine, 0.35, 0.004), specular=0.45)


def grit(name, colour):
    g = Graph(name)
    fine = g.noise(55, detail=4, rough=0.7)
    tone = g.math("ADD", g.math("MULTIPLY_ADD", fine, 0.8, 0.55), g.math("MULTIPLY_ADD", g.noise(0.8), 0.5, -0.25))
    return g.surface(g.scaled(colour, tone), 0.95, normal=g.bump(fine, 0.6, 0.006), specular=0.2)


def flag():
    """Paving flags: tint per slab, gum spots, oily shine, dirt by the wall."""
    g = Graph("flag")
    fine, broad = g.noise(60, detail=4, rough=0.7), g.noise(0.7, detail=6)
    tone = g.math("ADD", g.math("MULTIPLY_ADD", g.tint(), 0.4, 0.8), g.math("MULTIPLY_ADD", broad, 0.7, -0.35))
    tone = g.math("ADD", tone, g.math("MULTIPLY_ADD", fine, 0.3, -0.15))
    shade = g.scaled((0.225, 0.205, 0.18), tone)
    gum = g.node("ShaderNodeTexVoronoi", {"Vector": g.position(), "Scale": 2.2})
    shade = g.mix(g.span(gum, 0.075, 0.055, 0, 0.55), shade, (0.07, 0.065, 0.06))
    shade = g.mix(g.span(g.occlusion(0.5), 0.9, 0.4, 0, 0.5), shade, (0.07, 0.06, 0.05))
    return g.surface(shade, g.math("MULTIPLY_ADD", broad, 0.3, 0.55), normal=g.bump(fine, 0.3, 0.003), specular=0.35)


def _walls(openings, width, z0, z1, colour, seed, **more):
    ledges = [(h.u0 - 0.24, h.u1 + 0.24, h.z0 - 0.1, 0.85) for h in openings if h.floor]
    ledges += [(h.u0 - 0.3, h.u1 + 0.3, h.z1 + 0.45, 0.35) for h in openings if h.floor]
    ledges += [(0, width, z, p) for z, p in ((7.74, 0.5), (11.04, 0.55), (14.35, 0.75))]
    cracks = [(h.u1, h.z0 - 0.05, 0.5, -1.0, 1.3) for h in openings[3::5]] + [
        (h.u0, h.z1 + 0.1, -0.6, 1.0, 1.2) for h in openings[2::4]
    ]
    return paint.plaster(width, z0, z1, colour, ledges, seed=seed, cracks=cracks, **more)


def house_walls():
    z0, z1, w, d = 3.95, 14.4, L.FACADE_WIDTH, L.DEPTH
    ochre = (0.50, 0.355, 0.205)
    front = _walls(
        L.front_openings(),
        w,
        z0,
        z1,
        ochre,
        3,
        losses=((13.3, 7.45, 0.42), (0.85, 5.2, 0.5), (6.75, 11.5, 0.3), (16.5, 4.75, 0.35)),
        damp=(
            (0.3, 12.6, 0.7, 2.0, 0.6),
            (0.4, 6.2, 0.8, 1.9, 0.7),
            (6.6, 4.3, 2.2, 0.7, 0.6),
            (16.6, 4.3, 1.4, 0.9, 0.6),
            (10.1, 13.9, 1.6, 0.8, 0.55),
            (19.6, 9.5, 0.9, 2.2, 0.5),
        ),
        patches=((9.2, 10.8, 11.3, 12.9, 1.12), (3.0, 3.9, 4.5, 6.3, 0.87), (15.9, 17.3, 8.2, 9.3, 1.10)),
    )
    side = _walls(
        L.side_openings(),
        d,
        z0,
        z1,
        ochre,
        4,
        losses=((6.4, 5.2, 0.6), (3.4, 11.0, 0.4)),
        patches=((6.2, 7.2, 8.9, 10.8, 0.85),),
        damp=((12.6, 8.0, 0.8, 4.0, 0.7), (6.5, 7.2, 0.7, 1.2, 0.6)),
    )
    return {
        "plaster_front": painted("plaster_front", front, origin=(0, z0), size=(w, z1 - z0)),
        "plaster_side": painted("plaster_side", side, origin=(0, z0), size=(d, z1 - z0)),
    }


def carriageway():
    x0, x1, y0, y1 = -30.0, 40.0, -13.0, 47.0
    stripes = [(11.2, 14.4, y, y + 0.5) for y in np.arange(-12.1, -3.6, 1.0)]
    stripes += [(x, x + 0.5, -0.2, 2.8) for x in np.arange(23.9, 33.0, 1.0)]
    stripes += [
        (x, x + 1.5, -7.9, -7.78)
        for x in (-29.0, -25.5, -22.0, -18.5, -15.0, -11.5, -8.0, -4.5, -1.0, 2.5, 6.0, 16.8, 20.3)
    ]
    stripes += [(28.35, 28.47, y, y + 1.5) for y in np.arange(5.0, 46.0, 3.5)]
    made = paint.asphalt(
        x0,
        x1,
        y0,
        y1,
        seed=5,
        wheel_y=(-5.0, -6.8, -9.0, -10.8),
        wheel_x=(26, 27.8, 30),
        stripes=stripes,
        patches=(
            (15.5, 19.6, -8.2, -7.1, 0.72),
            (-6.0, 9.0, -5.1, -4.2, 1.18),
            (24.6, 26.0, -3.0, 20.0, 0.78),
            (19.5, 22.0, -11.8, -10.2, 0.8),
        ),
    )
    return painted(
        "asphalt",
        made,
        origin=(x0, y0),
        size=(x1 - x0, y1 - y0),
        roughness=0.78,
        bump=0.4,
        depth=0.02,
        grain=110.0,
        grain_depth=0.006,
    )


def library():
    """Every material by name."""
    made = house_walls()
    made["asphalt"] = carriageway()
    made["plaster_blank"] = wall("plaster_blank", (0.44, 0.35, 0.24))
    made["ashlar"] = masonry("ashlar", (0.30, 0.26, 0.205))
    made["stone"] = masonry("stone", (0.40, 0.345, 0.27), spread=0.42, foot=0.5, streaks=0.4, dirt=0.55, cavity=0.12)
    made["trim"] = masonry("trim", (0.52, 0.455, 0.36), spread=0.25, streaks=0.72, dirt=0.85)
    made["reveal"] = masonry("reveal", (0.50, 0.43, 0.34), spread=0.0, dirt=0.3)
    made["trim_far"] = masonry("trim_far", (0.50, 0.45, 0.38), spread=0.2, streaks=0.45)
    made["granite"] = masonry("granite", (0.27, 0.26, 0.245), spread=0.5, dirt=0.3, streaks=0.0, grain=80)
    made["dormer"] = coat("dormer", (0.42, 0.41, 0.38), roughness=0.6, chips=0.25, under=(0.22, 0.21, 0.2))
    for name, colour in (
        ("wall_a", (0.52, 0.44, 0.33)),
        ("wall_b", (0.50, 0.33, 0.245)),
        ("wall_c", (0.55, 0.52, 0.46)),
        ("wall_d", (0.47, 0.40, 0.25)),
    ):
        made[name] = wall(name, colour)
    made.update(
        brick=brick(), sett=sett(), flag=flag(), glass=glass(), glass_far=glass_far(), net=net(), canvas=canvas()
    )
    made["grout"] = grit("grout", (0.075, 0.065, 0.052))
    made["curtain"] = cloth("curtain", (0.62, 0.58, 0.48), (0.32, 0.20, 0.13))
    made["leaf"] = foliage("leaf", (0.035, 0.085, 0.014), (0.13, 0.16, 0.022))
    made["leaf_far"] = foliage("leaf_far", (0.03, 0.07, 0.014), (0.10, 0.13, 0.025))
    made["leaf_pot"] = foliage("leaf_pot", (0.03, 0.075, 0.018), (0.10, 0.15, 0.04))
    made["leaf_dry"] = foliage("leaf_dry", (0.20, 0.10, 0.03), (0.32, 0.22, 0.06))
    made.update(_coats())
    made.update(cars())
    return made


def enamelled(name, colour):
    """Car paint under clear coat, with a film of dust."""
    g = Graph(name)
    film = g.math("MULTIPLY", g.span(g.noise(1.5, detail=5), 0.3, 0.8), 0.09)
    return g.surface(g.mix(film, colour, (0.26, 0.23, 0.19)), 0.32, **{"Coat Weight": 0.9, "Coat Roughness": 0.06})


def cars():
    paints = {
        "car_grey": (0.045, 0.048, 0.05),
        "car_white": (0.56, 0.56, 0.54),
        "car_blue": (0.03, 0.055, 0.10),
        "car_red": (0.19, 0.022, 0.018),
    }
    made = {name: enamelled(name, colour) for name, colour in paints.items()}
    dark = Graph("car_glass")
    made["car_glass"] = dark.surface((0.012, 0.014, 0.014), 0.03, specular=0.6)
    made["tyre"] = coat("tyre", (0.018, 0.018, 0.018), roughness=0.8, dust=0.2)
    return made


def _coats():
    coats = {
        "iron": {"colour": (0.022, 0.023, 0.024), "roughness": 0.5, "chips": 0.12, "under": (0.10, 0.04, 0.018)},
        "castiron": {"colour": (0.026, 0.032, 0.03), "roughness": 0.5, "chips": 0.15, "under": (0.09, 0.045, 0.025)},
        "joinery": {
            "colour": (0.62, 0.59, 0.52),
            "roughness": 0.5,
            "spread": 0.9,
            "chips": 0.15,
            "under": (0.25, 0.2, 0.14),
        },
        "shutter": {
            "colour": (0.125, 0.185, 0.155),
            "roughness": 0.65,
            "spread": 0.7,
            "chips": 0.2,
            "under": (0.30, 0.28, 0.23),
            "dust": 0.18,
        },
        "shutter_brown": {
            "colour": (0.15, 0.095, 0.06),
            "roughness": 0.65,
            "spread": 0.7,
            "chips": 0.2,
            "under": (0.28, 0.25, 0.2),
            "dust": 0.18,
        },
        "shutter_blue": {
            "colour": (0.16, 0.19, 0.21),
            "roughness": 0.65,
            "spread": 0.6,
            "chips": 0.15,
            "under": (0.28, 0.25, 0.2),
            "dust": 0.18,
        },
        "door": {"colour": (0.105, 0.055, 0.03), "roughness": 0.42, "chips": 0.1},
        "paint_green": {"colour": (0.035, 0.075, 0.058), "roughness": 0.38, "chips": 0.12},
        "paint_red": {"colour": (0.16, 0.03, 0.024), "roughness": 0.4, "chips": 0.12},
        "roller": {"colour": (0.27, 0.275, 0.27), "roughness": 0.5, "metallic": 0.4, "worn": 1.5, "spread": 0.15},
        "zinc": {"colour": (0.30, 0.32, 0.335), "roughness": 0.52, "metallic": 0.55, "worn": 2.0},
        "slate": {"colour": (0.085, 0.092, 0.105), "roughness": 0.5, "spread": 0.8, "worn": 1.2, "dust": 0.06},
        "slate_bed": {"colour": (0.03, 0.03, 0.03), "roughness": 0.9},
        "tile": {"colour": (0.34, 0.15, 0.085), "roughness": 0.85, "spread": 0.9, "worn": 0.8, "dust": 0.05},
        "tile_bed": {"colour": (0.16, 0.085, 0.055), "roughness": 0.9},
        "terracotta": {"colour": (0.36, 0.155, 0.085), "roughness": 0.8, "spread": 0.6},
        "room": {"colour": (0.22, 0.19, 0.15), "roughness": 0.9, "spread": 1.0},
        "goods": {"colour": (0.24, 0.16, 0.10), "roughness": 0.7, "spread": 1.5},
        "brass": {"colour": (0.5, 0.36, 0.14), "roughness": 0.3, "metallic": 1.0},
        "cable": {"colour": (0.03, 0.03, 0.03), "roughness": 0.6},
        "white_metal": {"colour": (0.6, 0.59, 0.55), "roughness": 0.45, "chips": 0.1, "under": (0.2, 0.1, 0.05)},
        "enamel": {"colour": (0.018, 0.045, 0.16), "roughness": 0.25},
        "galvanised": {"colour": (0.36, 0.37, 0.37), "roughness": 0.5, "metallic": 0.6},
        "sign_white": {"colour": (0.68, 0.67, 0.64), "roughness": 0.4},
        "sign_red": {"colour": (0.42, 0.018, 0.02), "roughness": 0.4},
        "liner": {"colour": (0.03, 0.03, 0.035), "roughness": 0.3},
        "bark": {"colour": (0.13, 0.105, 0.08), "roughness": 0.9, "worn": 14.0, "spread": 0.6},
        "lantern": {"colour": (0.55, 0.55, 0.5), "roughness": 0.25},
    }
    return {name: coat(name, **settings) for name, settings in coats.items()}
