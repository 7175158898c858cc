"""One identity at one age as Blender objects, and how they move."""

from __future__ import annotations

import ageing
import bpy
import eyes
import facial
import hair
import identity as who
import mathutils
import model
import numpy as np
import paint
import room
import skin
import subdivide
import things
from complexion import Complexion
from shading import Graph


class Performer:
    """Builds the scene; `perform` puts it into a moment."""

    def __init__(self, seed, years, size):
        self.mesh = model.Mesh()
        self.who = who.identity(seed, self.mesh.names)
        self.amounts = ageing.age(self.who, years)
        young = ageing.age(self.who, ageing.YOUNG)
        self.coarse, body = model.shape(
            self.mesh,
            ageing.shapes(self.who, young, self.mesh.names),
            ageing.shapes(self.who, self.amounts, self.mesh.names),
        )
        self.eyes = [self.mesh.eye(self.coarse, side) for side in "lr"]
        self.rest = subdivide.smooth(self.mesh.levels, self.mesh.canonical)
        self.uv_mm = paint.place(self.rest)
        self.roles = {"skin": [], "hair": [], "eyes": [], "other": []}
        self._build_skin()
        self._build_hair()
        self._build_room(body, size)

    def fine(self, coarse):
        """Skin vertices (V,3) with the broad folds cut in."""
        points = subdivide.smooth(self.mesh.levels, coarse)
        return points + subdivide.normals(self.mesh.skin, points) * self._broad[:, None]

    def _build_skin(self):
        painted = Complexion(self.who, self.amounts)
        front = (self.rest[:, 1] < 0.1) & (self._ears() < 0.2)
        self._broad = 0.001 * self.amounts.lines * paint.sampled(painted.broad, self.uv_mm, 0.6) * front
        material, self._smile = skin.material(painted)
        self.points = self.fine(self.coarse)
        neck = self.mesh.skin[(room.collar_height(self.rest)[self.mesh.skin] < 0.001).any(1)]
        self._skin = things.mesh("skin", self.points, neck, material, {"rest": self.rest})
        self._balls = eyes.build(self.who, self.amounts)
        self.roles["skin"].append(self._skin)
        self.roles["eyes"] += [thing for pair in self._balls.values() for thing in pair[:1]]
        self._clear = [pair[1] for pair in self._balls.values()]

    def _ears(self):
        far = sum(self.mesh.reach(f"{side}-ear-scale-incr") for side in "lr")
        at_ear = model.smoothstep(far, 0.001, 0.003) * (self.mesh.canonical[:, 2] < 0.008)
        return subdivide.smooth(self.mesh.levels, at_ear[:, None])[:, 0]

    def _build_hair(self):
        mesh, normals = self.mesh, subdivide.normals(self.mesh.skin, self.points)
        rng, count = self.who.rng("roots"), hair.STYLES[self.who.style].count
        ears = np.clip(self._ears(), 0, 1)
        density = hair.scalp_density(ageing.age(self.who, 30), self.rest)
        roots = hair.scatter(rng, mesh.skin, self.points, density, count)
        aged = hair.scalp_density(self.amounts, self.rest)
        young = roots.weigh(mesh.skin, density[:, None])[:, 0]
        stays = rng.random(count) * young * 1.02 < roots.weigh(mesh.skin, aged[:, None])[:, 0] * (
            1 - 0.5 * self.amounts.thin
        )
        of_head = (
            np.isin(np.arange(len(self.rest)), mesh.skin)
            & (self.rest[:, 2] > -0.1)
            & (np.abs(self.rest[:, 0]) < 0.095)
            & (ears < 0.1)
        )
        skull = hair.Skull(self.points[of_head])
        strands = hair.scalp(self.who, self.amounts, roots, mesh.skin, self.rest, self.points, normals, skull)
        self._scalp = self._two_tone("hair", strands[stays], rng.random(count)[stays], self.amounts.grey, 64e-6, 30e-6)
        self._bound = []
        brows, strands = facial.brows(self.who, self.amounts, mesh, self.rest, self.points)
        self._ride(brows, strands, "brows", 0.75 * self.amounts.grey, 40e-6, 9e-6)
        if self.who.beard:
            beard, strands = facial.beard(self.who, self.amounts, mesh, self.rest, self.points)
            self._ride(beard, strands, "beard", min(1, 1.15 * self.amounts.grey), 42e-6, 22e-6)
        down, strands = facial.fuzz(self.who, mesh, self.rest, self.points)
        self._ride(down, strands, "fuzz", 1.0, 7e-6, 3e-6)
        lashes = facial.lashes(self.who, mesh, self.coarse, self.eyes)
        self._lashes = things.curves("lashes", lashes, 38e-6, 9e-6, self._strand(max(0.8, self.who.hair), 0.1, "lash"))
        self.roles["hair"].append(self._lashes)

    def _strand(self, melanin, red, name):
        g = Graph(f"hair.{name}")
        inputs = {
            "Melanin": melanin,
            "Melanin Redness": red,
            "Roughness": 0.30,
            "Radial Roughness": 0.38,
            "Random Color": 0.25,
            "Random Roughness": 0.2,
        }
        shader = g.node("ShaderNodeBsdfHairPrincipled", inputs, parametrization="MELANIN", model="CHIANG")
        return g.finish(shader)

    def _two_tone(self, name, strands, dice, grey, root, tip):
        """Pigmented and grey strands as two objects; a strand that is grey young stays grey."""
        found = []
        for part, mine, melanin, red in (
            ("dark", dice >= grey, self.who.hair, self.who.hair_red),
            ("grey", dice < grey, 0.045, 0.0),
        ):
            if mine.any():
                made = things.curves(
                    f"{name}.{part}", strands[mine], root, tip, self._strand(melanin, red, f"{name}.{part}")
                )
                self.roles["hair"].append(made)
                found.append((made, strands[mine], mine))
        return found

    def _ride(self, bound, strands, name, grey, root, tip):
        dice = self.who.rng(name + " grey").random(len(strands))
        self._bound.append((bound, self._two_tone(name, strands, dice, grey, root, tip)))

    def _build_room(self, body, size):
        rng = self.who.rng("room")
        room.background(rng)
        room.light(rng, 1.0 if rng.random() < 0.7 else -1.0)
        room.camera(*size, focus=self.eyes[0].centre - [0, 0.012, 0])
        shoulders = subdivide.smooth(self.mesh.levels, body)
        room.jumper(self.mesh, self.rest, shoulders, subdivide.normals(self.mesh.skin, shoulders), room.wool(self.who))
        self._worn = room.spectacles(self.eyes, self.points, self.mesh, rng) if self.who.glasses else []
        self._worn += eyes.corners(self.mesh, self.coarse, self.who)

    def perform(self, moment):
        """Everything into a Moment; keeps `points`, the posed fine skin."""
        expressed = self.mesh.mixed(self.coarse, moment.units())
        expressed = model.held_off(self.mesh, expressed, self.eyes)
        lashes = facial.lashes(self.who, self.mesh, expressed, self.eyes)
        self.points = self.fine(model.posed(self.mesh, expressed, moment.pose_deg))
        self._smile.outputs[0].default_value = moment.smile
        things.move(self._skin, self.points)
        rotation = model.turn(moment.pose_deg)
        things.bend(self._lashes, (lashes - model.PIVOT) @ rotation.T + model.PIVOT)
        for made, strands, _ in self._scalp:
            things.bend(made, (strands - model.PIVOT) @ rotation.T + model.PIVOT)
        for bound, tones in self._bound:
            moved = bound.on(self.points)
            for made, _, mine in tones:
                things.bend(made, moved[mine])
        eyes.aim(self._balls, self.eyes, (rotation, model.PIVOT), moment.gaze_deg, model.turn)
        full = np.eye(4)
        full[:3, :3], full[:3, 3] = rotation, model.PIVOT - rotation @ model.PIVOT
        for thing in self._worn:
            thing.matrix_world = mathutils.Matrix(full.tolist())

    def flatten(self):
        """Flat colours by role, no light: red skin, green hair, blue eyes."""
        colours = {"skin": (1, 0, 0), "hair": (0, 1, 0), "eyes": (0, 0, 1)}
        known = {thing.name: colours[role] for role, made in self.roles.items() for thing in made if role in colours}
        flat = {}
        for colour in {*known.values(), (0, 0, 0)}:
            g = Graph("flat")
            flat[colour] = g.finish(g.node("ShaderNodeEmission", {"Color": colour, "Strength": 1.0}))
        for thing in bpy.context.scene.objects:
            if thing.type in ("MESH", "CURVES"):
                thing.data.materials[0] = flat[known.get(thing.name, (0, 0, 0))]
            thing.hide_render = thing.type == "LIGHT" or thing in self._clear or thing.name.startswith("fuzz")
        bpy.context.scene.world.node_tree.nodes["Background"].inputs[1].default_value = 0.0
        c = bpy.context.scene.cycles
        c.samples, c.use_denoising, c.max_bounces = 16, False, 0
