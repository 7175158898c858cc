"""Rubble or a glued building in our own solver: IN.npz (a pickled `bench.contest.Task`), OUT.npz, options as JSON."""

import json
import pickle
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from secondunit.physics.motion import Settings, simulate
from secondunit.tools.warp_start import start_warp


def main(task: Path, out: Path, options: dict[str, Any]) -> None:
    """Simulate, keep the states, print the seconds."""
    start_warp()
    begun = time.perf_counter()
    pieces, bonds, settled, triggers = pickle.loads(task.read_bytes())
    settings = replace(Settings(), **{k: v for k, v in options.items() if k not in ("frames", "fps")})
    frames, fps = int(options["frames"]), float(options["fps"])
    simulate(pieces, bonds, settled, triggers, 1, fps, settings)
    ready, wall, cpu = time.perf_counter() - begun, time.perf_counter(), time.process_time()
    motion = simulate(pieces, bonds, settled, triggers, frames, fps, settings)
    said = {"setup_s": ready, "wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    said["broken_bonds"] = float(np.isfinite(motion.bond_broken_s).sum())
    np.savez(out, position_m=motion.position_m, rotation=motion.rotation, alive=motion.alive)
    print(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
