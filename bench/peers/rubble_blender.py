"""Rubble or a glued building in Blender's rigid bodies: IN.npz, OUT.npz, options as JSON. Runs in Blender's own Python.

Convex hulls without margin, no damping, sleeping on. Where IN holds bonds, each becomes a fixed constraint that breaks:
Blender's threshold is an impulse per substep, so it is strength x area x substep. Seconds are those of `frame_set`.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import bpy
import numpy as np


def main(state: Path, out: Path, options: dict[str, Any]) -> None:
    """Simulate, keep the states, print the seconds."""
    begun = time.perf_counter()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with np.load(state) as file:
        data = {name: file[name] for name in file.files}
    fps, frames = options["fps"], int(options["frames"])
    world = new_world(options, fps, frames)
    pieces = add_bodies(data, world)
    ground = add_ground(float(data["ground_friction"]), world)
    if "bond_a" in data:
        add_bonds(data, [*pieces, ground], world, options, fps)
    scene = bpy.context.scene
    position, rotation = np.zeros((frames + 1, len(pieces), 3)), np.zeros((frames + 1, len(pieces), 4))
    wall = cpu = 0.0
    ready = 0.0
    for frame in range(frames + 1):
        at, spent = time.perf_counter(), time.process_time()
        scene.frame_set(frame + 1)
        if frame:
            wall, cpu = wall + time.perf_counter() - at, cpu + time.process_time() - spent
        else:
            ready = time.perf_counter() - begun
        read(pieces, position[frame], rotation[frame])
    np.savez(out, position_m=position, rotation=rotation)
    print("\n" + json.dumps({"setup_s": ready, "wall_s": wall, "cpu_s": cpu, "version": bpy.app.version_string}))


def new_world(options: dict[str, Any], fps: float, frames: int) -> Any:
    """The scene's rigid body world."""
    scene = bpy.context.scene
    scene.render.fps = round(fps)
    scene.frame_start, scene.frame_end = 1, frames + 1
    scene.gravity = (0.0, 0.0, -9.80665)
    bpy.ops.rigidbody.world_add()
    world = scene.rigidbody_world
    world.substeps_per_frame, world.solver_iterations = int(options["substeps"]), int(options["iterations"])
    world.collection = bpy.data.collections.new("bodies")
    world.constraints = bpy.data.collections.new("bonds")
    scene.collection.children.link(world.collection)
    scene.collection.children.link(world.constraints)
    world.point_cache.frame_start, world.point_cache.frame_end = 1, frames + 1
    return world


def add_bodies(data: dict[str, np.ndarray], world: Any) -> list[Any]:
    """One object a piece."""
    pieces = []
    vertex, corner, face = data["vertex_start"], data["face_start"], data["plane_start"]
    for n in range(len(vertex) - 1):
        mesh = bpy.data.meshes.new(f"piece{n}")
        loops = [data["face_vertices"][corner[f] : corner[f + 1]] - vertex[n] for f in range(face[n], face[n + 1])]
        mesh.from_pydata(data["vertices_m"][vertex[n] : vertex[n + 1]].tolist(), [], [loop.tolist() for loop in loops])
        piece = bpy.data.objects.new(f"piece{n}", mesh)
        piece.rotation_mode = "QUATERNION"
        piece.location = data["position_m"][n]
        piece.rotation_quaternion = np.roll(data["rotation"][n], 1)
        world.collection.objects.link(piece)
        pieces.append(piece)
    make_rigid(pieces)
    for n, piece in enumerate(pieces):
        body = piece.rigid_body
        body.type = "PASSIVE" if data["fixed"][n] else "ACTIVE"
        body.mass = float(data["mass_kg"][n])
        shape(body, float(data["friction"][n]) ** 0.5, float(data["restitution"][n]) ** 0.5)
    return pieces


def make_rigid(objects: list[Any]) -> None:
    """Rigid bodies of all at once; one operator call each would take minutes."""
    for one in objects:
        one.select_set(True)
    bpy.context.view_layer.objects.active = objects[0]
    bpy.ops.rigidbody.objects_add(type="ACTIVE")
    for one in objects:
        one.select_set(False)


def shape(body: Any, friction: float, bounce: float) -> None:
    """What all bodies share."""
    body.collision_shape = "CONVEX_HULL"
    body.use_margin, body.collision_margin = True, 0.001
    body.friction, body.restitution = friction, bounce
    body.linear_damping = body.angular_damping = 0.0
    body.use_deactivation = True


def add_ground(friction: float, world: Any) -> Any:
    """A box whose top is z = 0."""
    mesh = bpy.data.meshes.new("ground")
    size, deep = 500.0, 5.0
    corners = [(x, y, z) for z in (-deep, deep) for y in (-size, size) for x in (-size, size)]
    faces = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    mesh.from_pydata(corners, [], faces)
    ground = bpy.data.objects.new("ground", mesh)
    ground.location = (0.0, 0.0, -deep)
    world.collection.objects.link(ground)
    make_rigid([ground])
    ground.rigid_body.type = "PASSIVE"
    shape(ground.rigid_body, friction**0.5, 0.2)
    ground.rigid_body.collision_shape = "BOX"
    return ground


def add_bonds(data: dict[str, np.ndarray], bodies: list[Any], world: Any, options: dict[str, Any], fps: float) -> None:
    """A breaking fixed constraint for each bond; -1 is the ground, the last of the bodies."""
    step = 1.0 / (fps * world.substeps_per_frame)
    first: Any = None
    for a, b, place, newton in zip(data["bond_a"], data["bond_b"], data["bond_m"], data["bond_n"], strict=True):
        if first is None:
            joint = first = bpy.data.objects.new("bond", None)
            world.constraints.objects.link(joint)
            with bpy.context.temp_override(object=joint, active_object=joint):
                bpy.ops.rigidbody.constraint_add(type="FIXED")
        else:
            joint = first.copy()
            if joint.name not in world.constraints.objects:
                world.constraints.objects.link(joint)
        joint.location = place
        rule = joint.rigid_body_constraint
        rule.object1, rule.object2 = bodies[a], bodies[b]
        rule.disable_collisions = bool(options["apart"])
        rule.use_breaking = bool(options["breaking"])
        rule.breaking_threshold = float(newton) * float(options["strength"]) * step


def read(pieces: list[Any], position: np.ndarray, rotation: np.ndarray) -> None:
    """Where everything is now."""
    for n, piece in enumerate(pieces):
        place, turn, _ = piece.matrix_world.decompose()
        position[n], rotation[n] = place, (turn.x, turn.y, turn.z, turn.w)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
