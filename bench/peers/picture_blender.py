"""One frame in Cycles on the processor: IN.npz, OUT.npz, options as JSON. Runs in Blender's own Python.

Sun and even sky, motion blur, the plate projected onto outer faces from the camera, bricks elsewhere, dust as a volume
grid. No shadow catcher and no layers: only the picture. Persistent data are off, as they come: with them on, a changed
sample count is not taken over by the next render.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import bpy
import numpy as np


def main(state: Path, out: Path, options: dict[str, Any]) -> None:
    """Render the frame, keep it, print its seconds: those of `bpy.ops.render.render`, from objects to written file."""
    begun = time.perf_counter()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with np.load(state) as file:
        data = {name: file[name] for name in file.files}
    folder = Path(tempfile.mkdtemp(prefix="second-unit-bench-"))
    set_render(data, options, folder)
    add_camera(data)
    add_light(data)
    add_pieces(data, stone(data, folder), plain("inside", (0.3, 0.27, 0.24)))
    add_ground()
    if options["dust"]:
        add_dust(data)
    scene = bpy.context.scene
    scene.frame_set(2)
    scene.cycles.samples = int(options["samples"])
    ready, wall, cpu = time.perf_counter() - begun, time.perf_counter(), time.process_time()
    render()
    said: dict[str, Any] = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "setup_s": ready}
    image = bpy.data.images.load(scene.render.filepath)
    width, height = image.size
    pixels = np.array(image.pixels[:], dtype=np.float32).reshape(height, width, 4)[::-1, :, :3]
    np.savez(out, comp=pixels)
    print("\n" + json.dumps(said | {"version": bpy.app.version_string}))


def render() -> None:
    """Write one frame; Cycles' own words go nowhere."""
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    bpy.ops.render.render(write_still=True)
    os.dup2(kept, 1)
    os.close(kept)
    os.close(nowhere)


def set_render(data: dict[str, np.ndarray], options: dict[str, Any], folder: Path) -> None:
    """Size, samples, denoiser, motion blur."""
    scene = bpy.context.scene
    how, cycles = scene.render, scene.cycles
    how.engine = "CYCLES"
    how.resolution_x, how.resolution_y, how.resolution_percentage = int(data["width"]), int(data["height"]), 100
    how.use_persistent_data = False
    how.use_motion_blur, how.motion_blur_shutter, how.motion_blur_position = True, 0.5, "CENTER"
    how.filepath = str(folder / "frame.exr")
    how.image_settings.file_format, how.image_settings.color_depth = "OPEN_EXR", "32"
    cycles.device, cycles.use_denoising, cycles.denoiser = "CPU", bool(options["denoise"]), "OPENIMAGEDENOISE"
    cycles.use_adaptive_sampling, cycles.seed = bool(options.get("adaptive", False)), int(options.get("seed", 0))
    for name, value in options.get("cycles", {}).items():
        setattr(cycles, name, value)
    if "crop" in options:
        left, top, right, bottom = options["crop"]
        how.use_border, how.use_crop_to_border = True, False
        how.border_min_x, how.border_max_x = left, right
        how.border_min_y, how.border_max_y = 1.0 - bottom, 1.0 - top


def add_camera(data: dict[str, np.ndarray]) -> None:
    """The plate's pinhole camera."""
    width, height, focal = float(data["width"]), float(data["height"]), float(data["focal_px"])
    lens = bpy.data.cameras.new("camera")
    lens.sensor_fit, lens.sensor_width, lens.lens = "HORIZONTAL", 36.0, 36.0 * focal / width
    lens.shift_x = -(float(data["centre_px"][0]) - 0.5 * width) / width
    lens.shift_y = (float(data["centre_px"][1]) - 0.5 * height) / width
    camera = bpy.data.objects.new("camera", lens)
    rows = data["camera_from_world"]
    camera.matrix_world = np.block(
        [[np.stack([rows[0], -rows[1], -rows[2]], 1), data["eye_m"][:, None]], [np.zeros(3), 1.0]]
    ).T
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera


def add_light(data: dict[str, np.ndarray]) -> None:
    """A sun of the plate's irradiance and a sky of its mean radiance."""
    from mathutils import Vector

    lamp = bpy.data.lights.new("sun", "SUN")
    strength = float(data["sun_rgb"].max())
    lamp.energy, lamp.color, lamp.angle = strength, data["sun_rgb"] / strength, np.radians(0.53)
    sun = bpy.data.objects.new("sun", lamp)
    sun.rotation_mode = "QUATERNION"
    sun.rotation_quaternion = Vector(data["to_sun"]).to_track_quat("Z", "Y")
    bpy.context.scene.collection.objects.link(sun)
    world = bpy.data.worlds.new("sky")
    bpy.context.scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    tree.nodes.clear()
    sky, end = tree.nodes.new("ShaderNodeBackground"), tree.nodes.new("ShaderNodeOutputWorld")
    sky.inputs["Color"].default_value = (*(data["sky_rgb"] / np.pi), 1.0)
    tree.links.new(sky.outputs[0], end.inputs["Surface"])


def plain(name: str, colour: tuple[float, float, float]) -> Any:
    """A diffuse material of one colour."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    tree = made.node_tree
    tree.nodes.clear()
    matt, end = tree.nodes.new("ShaderNodeBsdfDiffuse"), tree.nodes.new("ShaderNodeOutputMaterial")
    matt.inputs["Color"].default_value = (*colour, 1.0)
    tree.links.new(matt.outputs[0], end.inputs["Surface"])
    if name == "inside":
        bricks, where = tree.nodes.new("ShaderNodeTexBrick"), tree.nodes.new("ShaderNodeAttribute")
        where.attribute_name = "rest"
        tree.links.new(where.outputs["Vector"], bricks.inputs["Vector"])
        bricks.inputs["Color1"].default_value = (*colour, 1.0)
        bricks.inputs["Color2"].default_value = (*(0.7 * np.array(colour)), 1.0)
        tree.links.new(bricks.outputs["Color"], matt.inputs["Color"])
    return made


def stone(data: dict[str, np.ndarray], folder: Path) -> Any:
    """The plate, projected from the camera onto where each point was at rest."""
    made = plain("plate", (0.5, 0.5, 0.5))
    tree = made.node_tree
    where = tree.nodes.new("ShaderNodeAttribute")
    where.attribute_name = "rest"
    from_eye = node_maths(tree, "VECT", "SUBTRACT", where.outputs["Vector"], tuple(data["eye_m"]))
    x, y, z = (node_maths(tree, "VECT", "DOT_PRODUCT", from_eye, tuple(row)) for row in data["camera_from_world"])
    size, focal = (float(data["width"]), float(data["height"])), float(data["focal_px"])
    join = tree.nodes.new("ShaderNodeCombineXYZ")
    for n, (along, sign) in enumerate(((x, 1.0), (y, -1.0))):
        ratio = node_maths(tree, "", "DIVIDE", along, z)
        scaled = node_maths(tree, "", "MULTIPLY", ratio, sign * focal / size[n])
        middle = float(data["centre_px"][n]) / size[n]
        tree.links.new(node_maths(tree, "", "ADD", scaled, middle if n == 0 else 1.0 - middle), join.inputs[n])
    photo = tree.nodes.new("ShaderNodeTexImage")
    photo.extension, photo.image = "EXTEND", plate_image(data, folder)
    tree.links.new(join.outputs[0], photo.inputs["Vector"])
    matt = next(node for node in tree.nodes if node.bl_idname == "ShaderNodeBsdfDiffuse")
    tree.links.new(photo.outputs["Color"], matt.inputs["Color"])
    return made


def node_maths(tree: Any, kind: str, what: str, first: Any, second: Any) -> Any:
    """Output of a maths node."""
    node = tree.nodes.new("ShaderNodeVectorMath" if kind else "ShaderNodeMath")
    node.operation = what
    tree.links.new(first, node.inputs[0])
    if isinstance(second, (tuple, float)):
        node.inputs[1].default_value = second
    else:
        tree.links.new(second, node.inputs[1])
    return node.outputs["Value" if what == "DOT_PRODUCT" or not kind else "Vector"]


def plate_image(data: dict[str, np.ndarray], folder: Path) -> Any:
    """The plate as a linear image."""
    plate = np.clip(data["plate"], 0.0, 0.9)[::-1]
    height, width = plate.shape[:2]
    image = bpy.data.images.new("plate", width, height, float_buffer=True)
    image.pixels.foreach_set(np.dstack([plate, np.ones((height, width))]).astype(np.float32).ravel())
    image.filepath_raw, image.file_format = str(folder / "plate.exr"), "OPEN_EXR"
    image.save()
    return image


def add_pieces(data: dict[str, np.ndarray], outer: Any, inner: Any) -> None:
    """One object a piece, with the poses of three neighbouring frames for the blur."""
    vertex, corner, face = data["vertex_start"], data["face_start"], data["plane_start"]
    for n in np.flatnonzero(data["alive"]):
        mesh = bpy.data.meshes.new(f"piece{n}")
        local = data["vertices_m"][vertex[n] : vertex[n + 1]]
        loops = [data["face_vertices"][corner[f] : corner[f + 1]] - vertex[n] for f in range(face[n], face[n + 1])]
        mesh.from_pydata(local.tolist(), [], [loop.tolist() for loop in loops])
        mesh.attributes.new("rest", "FLOAT_VECTOR", "POINT")
        mesh.attributes["rest"].data.foreach_set("vector", (local + data["rest_m"][n]).astype(np.float32).ravel())
        mesh.materials.append(outer)
        mesh.materials.append(inner)
        mesh.polygons.foreach_set("material_index", (data["face_kind"][face[n] : face[n + 1]] != 0).astype(np.int32))
        piece = bpy.data.objects.new(f"piece{n}", mesh)
        piece.rotation_mode = "QUATERNION"
        bpy.context.scene.collection.objects.link(piece)
        turned = np.roll(data["rotation"][:, n], 1, axis=1)
        turned *= np.sign((turned * turned[1]).sum(axis=1, keepdims=True))
        animate(piece, {"location": data["position_m"][:, n], "rotation_quaternion": turned})


def animate(piece: Any, tracks: dict[str, np.ndarray]) -> None:
    """Straight lines through values (3,N) at frames 1 to 3. `keyframe_insert` does the same and takes a minute."""
    action = bpy.data.actions.new(piece.name)
    slot = action.slots.new(id_type="OBJECT", name=piece.name)
    strip = action.layers.new("moves").strips.new(type="KEYFRAME")
    curves = strip.channelbag(slot, ensure=True).fcurves
    for path, values in tracks.items():
        for axis in range(values.shape[1]):
            points = curves.new(path, index=axis).keyframe_points
            points.add(3)
            points.foreach_set("co", np.stack([[1.0, 2.0, 3.0], values[:, axis]], 1).astype(np.float32).ravel())
            for point in points:
                point.interpolation = "LINEAR"
    moving = piece.animation_data_create()
    moving.action, moving.action_slot = action, slot


def add_ground() -> None:
    """A quarter-grey plane."""
    mesh = bpy.data.meshes.new("ground")
    mesh.from_pydata([(-400, -400, 0), (400, -400, 0), (400, 400, 0), (-400, 400, 0)], [], [(0, 1, 2, 3)])
    mesh.materials.append(plain("ground", (0.25, 0.25, 0.25)))
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("ground", mesh))


def add_dust(data: dict[str, np.ndarray]) -> None:
    """The dust grid as a volume: a geometry node fills a grid of the same cells from a mesh that carries the values."""
    thick = data["extinction"]
    size, cell, origin = thick.shape, float(data["cell_m"]), data["origin_m"]
    holder = bpy.data.meshes.new("cells")
    holder.vertices.add(thick.size)
    holder.attributes.new("value", "FLOAT", "POINT").data.foreach_set("value", thick.astype(np.float32).ravel())
    box = bpy.data.objects.new("dust", holder)
    bpy.context.scene.collection.objects.link(box)
    tree = bpy.data.node_groups.new("fill", "GeometryNodeTree")
    for way in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=way, socket_type="NodeSocketGeometry")
    start, end = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    grid, pick = tree.nodes.new("GeometryNodeVolumeCube"), tree.nodes.new("GeometryNodeSampleIndex")
    value, dress = tree.nodes.new("GeometryNodeInputNamedAttribute"), tree.nodes.new("GeometryNodeSetMaterial")
    value.inputs["Name"].default_value = "value"
    grid.inputs["Min"].default_value = tuple(origin + 0.5 * cell)
    grid.inputs["Max"].default_value = tuple(origin + (np.array(size) - 0.5) * cell)
    for axis, count in zip("XYZ", size, strict=True):
        grid.inputs[f"Resolution {axis}"].default_value = count
    tree.links.new(start.outputs[0], pick.inputs["Geometry"])
    tree.links.new(value.outputs["Attribute"], pick.inputs["Value"])
    tree.links.new(cell_index(tree, origin + 0.5 * cell, cell, size), pick.inputs["Index"])
    tree.links.new(pick.outputs["Value"], grid.inputs["Density"])
    dress.inputs["Material"].default_value = air()
    tree.links.new(grid.outputs[0], dress.inputs["Geometry"])
    tree.links.new(dress.outputs[0], end.inputs[0])
    box.modifiers.new("fill", "NODES").node_group = tree
    holder.materials.append(dress.inputs["Material"].default_value)


def cell_index(tree: Any, origin: np.ndarray, cell: float, size: tuple[int, ...]) -> Any:
    """Which value belongs to the grid point being filled."""
    here = tree.nodes.new("GeometryNodeInputPosition")
    at = node_maths(tree, "VECT", "SUBTRACT", here.outputs[0], tuple(origin))
    at = node_maths(tree, "VECT", "MULTIPLY", at, (1.0 / cell,) * 3)
    at = node_maths(tree, "VECT", "ADD", at, (0.5,) * 3)
    at = node_maths(tree, "VECT", "FLOOR", at, (0.0,) * 3)
    return node_maths(tree, "VECT", "DOT_PRODUCT", at, (float(size[1] * size[2]), float(size[2]), 1.0))


def air() -> Any:
    """Dust that scatters evenly; the grid holds its extinction per metre."""
    made = bpy.data.materials.new("dust")
    made.use_nodes = True
    tree = made.node_tree
    tree.nodes.clear()
    fog, end = tree.nodes.new("ShaderNodeVolumePrincipled"), tree.nodes.new("ShaderNodeOutputMaterial")
    fog.inputs["Color"].default_value = (0.92, 0.9, 0.86, 1.0)
    tree.links.new(fog.outputs[0], end.inputs["Volume"])
    return made


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
