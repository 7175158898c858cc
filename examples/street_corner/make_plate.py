"""Build the street corner in Blender, render it, and leave a scene-linear picture for `develop.py`.

    python make_plate.py OUT [--width 1920] [--samples 128] [--threads 2]

needs a Python with the `bpy` module (5.0). Writes OUT/linear.exr (scene-linear Rec.709, denoised) and OUT/ids.exr
(red: building, green: things in front of it, blue: ground). `develop.py OUT` then makes plate.jpg and the mattes.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import house
import layout as L
import materials
import sky
import street


def to_blender(name, soup, library, smooth=()):
    """One Blender object per material of a soup."""
    made = []
    for material in soup.parts:
        vertices, groups = soup.flat(material)
        mesh = bpy.data.meshes.new(f"{name}.{material}")
        counts = np.concatenate([np.full(len(faces), faces.shape[1]) for faces, _, _ in groups])
        corners = np.concatenate([faces.ravel() for faces, _, _ in groups])
        mesh.vertices.add(len(vertices))
        mesh.vertices.foreach_set("co", vertices.astype(np.float32).ravel())
        mesh.loops.add(len(corners))
        mesh.loops.foreach_set("vertex_index", corners.astype(np.int32))
        mesh.polygons.add(len(counts))
        mesh.polygons.foreach_set("loop_start", np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int32))
        uv = np.concatenate([uv.reshape(-1, 2) for _, _, uv in groups])
        mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", uv.astype(np.float32).ravel())
        tint = np.concatenate([t for _, t, _ in groups])
        mesh.attributes.new("tint", "FLOAT", "FACE").data.foreach_set("value", tint.astype(np.float32))
        mesh.polygons.foreach_set("use_smooth", np.full(len(counts), material in smooth))
        mesh.update(calc_edges=True)
        mesh.materials.append(library[material])
        thing = bpy.data.objects.new(f"{name}.{material}", mesh)
        bpy.context.scene.collection.objects.link(thing)
        made.append(thing)
    return made


def add_camera():
    data = bpy.data.cameras.new("camera")
    data.sensor_fit, data.sensor_width, data.lens = "HORIZONTAL", L.SENSOR_WIDTH_MM, L.FOCAL_MM
    data.clip_end = 2000
    thing = bpy.data.objects.new("camera", data)
    right, down, forward = L.rotation()
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2], matrix[:3, 3] = right, -down, -forward, L.CAMERA
    import mathutils

    thing.matrix_world = mathutils.Matrix(matrix.tolist())
    bpy.context.scene.collection.objects.link(thing)
    bpy.context.scene.camera = thing


def set_up(width, samples, threads):
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = width, width * 9 // 16
    scene.render.resolution_percentage = 100
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    c = scene.cycles
    c.device, c.samples, c.use_adaptive_sampling, c.adaptive_threshold = "CPU", samples, True, 0.02
    c.adaptive_min_samples = max(8, samples // 4)
    c.use_denoising, c.denoiser, c.denoising_prefilter, c.denoising_quality = (
        True,
        "OPENIMAGEDENOISE",
        "ACCURATE",
        "HIGH",
    )
    c.max_bounces, c.diffuse_bounces, c.glossy_bounces, c.transparent_max_bounces, c.transmission_bounces = (
        6,
        3,
        3,
        10,
        4,
    )
    c.sample_clamp_indirect = 8.0
    c.caustics_reflective = c.caustics_refractive = False
    c.pixel_filter_type, c.filter_width = "BLACKMAN_HARRIS", 1.6
    c.seed = 11
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "32"
    return scene


SMOOTH = (
    "car_grey",
    "car_white",
    "car_blue",
    "car_red",
    "car_glass",
    "tyre",
    "castiron",
    "terracotta",
    "bark",
    "curtain",
    "net",
    "canvas",
    "cable",
    "zinc",
    "tile",
    "lantern",
    "liner",
    "galvanised",
)


def build():
    """Objects of the scene by role."""
    rng = np.random.default_rng(42)
    library = materials.library()
    soups = {
        "building": house.corner_house(),
        "front": street.occluders(rng),
        "ground": street.ground(rng),
        "litter": street.litter(rng),
        "neighbours": street.neighbours(rng),
        "cars": street.parked(rng),
        "trees": street.distant_trees(rng),
        "behind": street.behind(rng),
    }
    return {name: to_blender(name, soup, library, SMOOTH) for name, soup in soups.items()}


def render_ids(scene, objects, path):
    """Flat colours by role, with the picture's own pixel filter, no light."""
    colours = {"building": (1, 0, 0), "front": (0, 1, 0), "ground": (0, 0, 1), "litter": (0, 0, 1)}
    for role, things in objects.items():
        flat = materials.Graph(f"id.{role}")
        shader = flat.node("ShaderNodeEmission", {"Color": colours.get(role, (0, 0, 0)), "Strength": 1.0})
        flat.finish(shader)
        for thing in things:
            thing.data.materials[0] = flat.material
            thing.hide_render = role == "behind"
    sky.blacken(scene)
    for thing in list(scene.objects):
        if thing.type == "LIGHT":
            thing.hide_render = True
    c = scene.cycles
    c.samples, c.use_adaptive_sampling, c.use_denoising, c.max_bounces = 48, False, False, 0
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--width", type=int, default=L.WIDTH_PX)
    parser.add_argument("--samples", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--crop",
        type=float,
        nargs=4,
        metavar=("X0", "X1", "Y0", "Y1"),
        help="render only this part of the picture, 0..1 from bottom left",
    )
    parser.add_argument("--no-ids", action="store_true")
    asked = parser.parse_args(argv)
    asked.out.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = set_up(asked.width, asked.samples, asked.threads)
    objects = build()
    add_camera()
    sky.light(scene)
    if asked.crop:
        r = scene.render
        r.use_border = r.use_crop_to_border = True
        r.border_min_x, r.border_max_x, r.border_min_y, r.border_max_y = asked.crop
    built = time.perf_counter()
    scene.render.filepath = str(asked.out / "linear.exr")
    bpy.ops.render.render(write_still=True)
    rendered = time.perf_counter()
    if not asked.no_ids:
        render_ids(scene, objects, asked.out / "ids.exr")
    faces = sum(len(o.data.polygons) for things in objects.values() for o in things)
    times = (
        f"built {built - began:.0f} s, rendered {rendered - built:.0f} s, mattes {time.perf_counter() - rendered:.0f} s"
    )
    print(f"{faces} faces; {times}")


if __name__ == "__main__":
    main()
