"""One frame in our own renderer: IN (a pickle of job and state), OUT.npz, options as JSON."""

import json
import pickle
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from secondunit.render.frame import render_frame
from secondunit.render.scene import settings_for
from secondunit.tools.collapse import cloud, picture
from secondunit.tools.warp_start import start_warp


def main(task: Path, out: Path, options: dict[str, Any]) -> None:
    """Render twice, keep the second, print its seconds and those of getting ready."""
    start_warp()
    begun = time.perf_counter()
    job, state = pickle.loads(task.read_bytes())
    settings = replace(settings_for(options["quality"]), **options.get("change", {}))
    dust = cloud.load(job.dust, state) if options["dust"] else None
    before, now, after = (picture.pose(job, state + n) for n in (-1, 0, 1))
    words = (before, now, after, dust, settings, state, "cpu", job.coat[state])
    if not options.get("once"):
        render_frame(job.scene, *words)
    ready, wall, cpu = time.perf_counter() - begun, time.perf_counter(), time.process_time()
    layers = render_frame(job.scene, *words)
    said = {"setup_s": ready, "wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    np.savez(out, comp=layers["comp"], touched=layers["touched"], debris=layers["debris"][..., 3], dust=layers["dust"])
    print(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
