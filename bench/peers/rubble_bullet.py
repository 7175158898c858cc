"""Rubble in PyBullet: IN.npz, OUT.npz, options as JSON. Runs in PyBullet's own environment.

Maximal coordinates, convex hulls, one shape each. Friction is multiplied there, so each body gets the root of ours.
Damping is off, so that no energy leaves unseen; sleeping is on.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pybullet as b


def main(state: Path, out: Path, options: dict[str, float]) -> None:
    """Simulate, keep the states, print the seconds."""
    begun = time.perf_counter()
    b.connect(b.DIRECT)
    rate, fps, frames = round(options["rate_hz"]), options["fps"], int(options["frames"])
    b.setGravity(0, 0, -9.80665)
    b.setPhysicsEngineParameter(fixedTimeStep=1.0 / rate, numSubSteps=0, numSolverIterations=int(options["iterations"]))
    with np.load(state) as data:
        bodies = build({name: data[name] for name in data.files})
    steps = round(rate / fps)
    position, rotation = np.zeros((frames + 1, len(bodies), 3)), np.zeros((frames + 1, len(bodies), 4))
    wall = cpu = 0.0
    ready = time.perf_counter() - begun
    for frame in range(frames + 1):
        if frame:
            at, spent = time.perf_counter(), time.process_time()
            for _ in range(steps):
                b.stepSimulation()
            wall, cpu = wall + time.perf_counter() - at, cpu + time.process_time() - spent
        for n, body in enumerate(bodies):
            position[frame, n], rotation[frame, n] = b.getBasePositionAndOrientation(body)
    np.savez(out, position_m=position, rotation=rotation)
    print(json.dumps({"setup_s": ready, "wall_s": wall, "cpu_s": cpu, "version": b.getAPIVersion()}))


def build(data: dict[str, np.ndarray]) -> list[int]:
    """The ground and the pieces; returns the pieces' bodies."""
    plane = b.createMultiBody(0, b.createCollisionShape(b.GEOM_PLANE), useMaximalCoordinates=1)
    b.changeDynamics(plane, -1, lateralFriction=float(data["ground_friction"]) ** 0.5, restitution=0.2)
    bodies = []
    starts = data["vertex_start"]
    for n in range(len(starts) - 1):
        corners = data["vertices_m"][starts[n] : starts[n + 1]].tolist()
        shape = b.createCollisionShape(b.GEOM_MESH, vertices=corners)
        mass = 0.0 if data["fixed"][n] else float(data["mass_kg"][n])
        body = b.createMultiBody(
            mass,
            shape,
            basePosition=data["position_m"][n].tolist(),
            baseOrientation=data["rotation"][n].tolist(),
            useMaximalCoordinates=1,
            flags=b.URDF_ENABLE_SLEEPING,
        )
        grip, bounce = float(data["friction"][n]) ** 0.5, float(data["restitution"][n]) ** 0.5
        b.changeDynamics(body, -1, lateralFriction=grip, restitution=bounce, linearDamping=0.0, angularDamping=0.0)
        bodies.append(body)
    return bodies


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
