"""A small real tool for tests of the door and of the command line: stages, frames over processes, true EXR layers."""

from pathlib import Path
from typing import Any

import numpy as np

from secondunit.runner.local import LocalContext
from secondunit.runner.workers import House
from secondunit.schema import CollapseBrief, Draft, IngestRequest, Inspection, Layer, Plate, Signs, Tri

CODE = ["secondunit.media.frames"]
FRAMES = 6


class SmallWorkers:
    """Stands in for the house's workers. pause_s: how long each frame takes, so that a kill can hit it."""

    def __init__(self, pause_s: float = 0.0) -> None:
        self.pause_s = pause_s

    def ingest(self, request: IngestRequest, *, plate: str, folder: str, staging: Path, **_: Any) -> Plate:
        """One grey frame of 32 x 24 pixels."""
        write(staging / "frame.1001.exr", np.full((24, 32, 3), 0.18, np.float32))
        about = {
            "id": plate,
            "shot": request.shot,
            "kind": "still",
            "source_name": "grey.png",
            "source_sha256": "0" * 64,
        }
        window = {"width": 32, "height": 24, "data_window": (0, 0, 31, 23), "display_window": (0, 0, 31, 23)}
        clock = {"first_frame": 1001, "last_frame": 1001, "fps": 24.0}
        return Plate(**about, **window, **clock, colorspace="ACEScg", colorspace_said="given", frames_folder=folder)

    def inspect(self, blank: Inspection, plate: Plate, folder: Path, **_: Any) -> Inspection:
        """Nobody can tell."""
        return blank

    def read_signs(self, blank: Signs, plate: Plate, folder: Path, **_: Any) -> Signs:
        """Nobody can tell."""
        return blank

    def check(self, brief: CollapseBrief, plate: Plate, *, production: Path, given: Any) -> None:
        """Whatever is well formed will do."""

    def find_device(self, device: str) -> None:
        """As the house looks."""
        House().find_device(device)

    def look(self, staging: Path, manifest: Any) -> Any:
        """As the house looks."""
        return House().look(staging, manifest)

    def make(
        self, brief: CollapseBrief, plate: Plate, *, staging: Path, production: Path, device: str, console: Any
    ) -> Draft:
        """Run `make` in a context like the house's, on two processes."""
        cache = production / "scratch" / "cache"
        with LocalContext(staging, cache, production / plate.frames_folder, device, console, workers=2) as ctx:
            return ctx.told(make(brief, plate, ctx, self.pause_s))


def make(brief: CollapseBrief, plate: Plate, ctx: LocalContext, pause_s: float) -> Draft:
    """Rubble from a seed, then a frame at a time; the extras last."""
    rubble = ctx.cached("break", {"seed": brief.seed}, lambda: {"x": noise(brief.seed)}, code=CODE)["x"]
    ctx.say(f"scratch made, seed {brief.seed}")
    frames = range(plate.first_frame, plate.first_frame + FRAMES)
    drawn = ctx.cached_frames("draw", {"rubble": rubble}, draw, frames, (rubble, pause_s), code=CODE)
    (ctx.staging / "comp").mkdir()
    for frame, folder in drawn.items():
        (ctx.staging / "comp" / f"comp.{frame:04d}.exr").write_bytes((folder / "comp.exr").read_bytes())
    for extra in ("preview.mp4", "contact.png", "scene.usd"):
        (ctx.staging / extra).write_text(extra)
    return Draft(
        layers=(Layer(name="comp", channels=("R", "G", "B"), pixel_type="half", what="everything"),),
        width=32,
        height=24,
        first_frame=frames[0],
        last_frame=frames[-1],
        timings=ctx.timings,
        facts=dict.fromkeys(("finite", "complete", "hull_untouched"), Tri.TRUE),
    )


def noise(seed: int) -> np.ndarray:
    """(24, 32, 3) float32 from a seed."""
    return np.random.default_rng(seed).random((24, 32, 3), np.float32)


def draw(payload: tuple[np.ndarray, float], frame: int, folder: Path) -> None:
    """One frame, in two steps with a pause between them; says beside the cache that it was computed."""
    import time

    rubble, pause_s = payload
    (folder / "half").touch()
    time.sleep(pause_s)
    write(folder / "comp.exr", rubble * np.float32(frame - 1000))
    (folder / "half").unlink()


def write(path: Path, pixels: np.ndarray) -> None:
    """An ACEScg half EXR."""
    from secondunit.media import frames

    frames.write_rgb(path, pixels)
