"""The measurements: rubble, a building that stands, one that falls, a picture; ours beside whichever peers are here."""

import pickle
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import demo_fall
from bench.contest import Contestant, Tally, compete
from bench.demo_fall import Demo
from bench.judge import judge, parted
from secondunit.physics.motion import Settings
from secondunit.physics.reference import no_bonds, unglued

FPS = demo_fall.FPS
CROP = (0.3, 0.4, 0.6, 0.8)
"""Left, top, right, bottom of the part of the picture whose errors are measured: debris and dust in equal parts."""
CONVERGED = {
    "samples": 64, "edge_samples": 64, "times": 16, "shade_every": 1, "sky_rays": 2, "static_sun": 32,
    "static_sky": 128, "dust_step": 0.4, "dust_shrink": 1,
}  # fmt: skip

QUICK = {"denoising_prefilter": "FAST", "denoising_quality": "BALANCED"}


@dataclass(frozen=True)
class Room:
    """Where a bench works: its folder, the demo's fall, interpreters of the peers (or None), and how many rounds."""

    folder: Path
    made: Demo
    blender: str | None
    bullet: str | None
    repeats: int

    def ours(self, name: str, script: str, task: Path, **options: object) -> Contestant:
        """A run of ours."""
        return Contestant(f"Second Unit, {name}", script, sys.executable, task, options)

    def in_blender(self, name: str, script: str, task: Path, **options: object) -> list[Contestant]:
        """A run of Blender, if it is here."""
        return [Contestant(f"Blender, {name}", script, self.blender, task, options)] if self.blender else []

    def in_bullet(self, name: str, task: Path, **options: object) -> list[Contestant]:
        """A run of PyBullet, if it is here."""
        words = f"PyBullet, {name}", "rubble_bullet.py"
        return [Contestant(*words, self.bullet, task, options)] if self.bullet else []


def rubble(room: Room, seconds: float = 2.0) -> dict[str, Any]:
    """The pieces as they are one second into the fall, all bonds gone, released at rest: what each program makes of
    it."""
    pieces, position, rotation = demo_fall.rubble(room.made)
    ours, theirs = room.folder / "rubble.pickle", room.folder / "rubble.npz"
    ours.write_bytes(pickle.dumps((pieces, no_bonds(), unglued(pieces, position, rotation), []), protocol=5))
    state = demo_fall.for_peers(pieces, position, rotation, Settings())
    save(theirs, state)
    time = {"frames": round(seconds * FPS), "fps": FPS}
    field = [room.ours("as it comes", "rubble_ours.py", ours, **time)]
    field += room.in_bullet("240 Hz, 50 iterations", theirs, rate_hz=240, iterations=50, **time)
    field += room.in_blender("10 substeps", "rubble_blender.py", theirs, substeps=10, iterations=10, **time)
    tallies = compete(field, room.folder, room.repeats)
    finer = [room.ours("half step, stiffer", "rubble_ours.py", ours, step_s=2.1e-4, contact_rate_radps=900.0, **time)]
    finer += room.in_bullet("480 Hz, 50 iterations", theirs, rate_hz=480, iterations=50, **time)
    for substeps in (20, 40):
        words = {"substeps": substeps, "iterations": 10}
        finer += room.in_blender(f"{substeps} substeps", "rubble_blender.py", theirs, **words, **time)
    if room.blender or room.bullet:
        tallies |= compete(finer, room.folder, 1)
    mass = np.asarray(state["mass_kg"], dtype=float)
    rows = [figures(tally, seconds) | {"gave": judge(pieces, mass, *states(tally), FPS)} for tally in tallies.values()]
    return {"bodies": len(pieces), "simulated_s": seconds, "rows": rows}


def standing(room: Room, seconds: float = 5.0) -> dict[str, Any]:
    """The untouched building for five seconds, kept awake: whether it stands, and what standing costs."""
    made = room.made
    ours, theirs = room.folder / "stand.pickle", room.folder / "stand.npz"
    ours.write_bytes(pickle.dumps((made.pieces, made.bonds, made.settled, []), protocol=5))
    state = demo_fall.glued(made, Settings())
    save(theirs, state)
    time = {"frames": round(seconds * FPS), "fps": FPS}
    field = [room.ours("stands", "rubble_ours.py", ours, sleeping=False, **time)]
    field += glued_blender(room, "stands", theirs, time)
    rows = []
    for tally in compete(field, room.folder, 1).values():
        position, _ = states(tally)
        moved = np.linalg.norm(position[-1] - position[0], axis=1)
        gave = {"moved_median_m": float(np.median(moved)), "moved_most_m": float(moved.max())}
        gave |= {"moved_over_5_cm": float((moved > 0.05).mean()), "parted": parted(state, *states(tally))}
        rows.append(figures(tally, seconds) | {"gave": gave})
    return {"bodies": len(made.pieces), "bonds": len(made.bonds), "simulated_s": seconds, "rows": rows}


def falling(room: Room, seconds: float = 3.0) -> dict[str, Any]:
    """Most of the ground storey is gone at once: three seconds of cracking, falling and impact."""
    made = room.made
    trigger, gone = demo_fall.ground_storey(made)
    ours, theirs = room.folder / "fall.pickle", room.folder / "fall.npz"
    ours.write_bytes(pickle.dumps((made.pieces, made.bonds, made.settled, [trigger]), protocol=5))
    state = demo_fall.glued(made, Settings(), gone)
    save(theirs, state)
    time = {"frames": round(seconds * FPS), "fps": FPS}
    field = [room.ours("falls", "rubble_ours.py", ours, **time)]
    field += glued_blender(room, "falls", theirs, time)
    rows = []
    for tally in compete(field, room.folder, room.repeats).values():
        position, rotation = states(tally)
        keep = ~gone if len(gone) == position.shape[1] else np.ones(position.shape[1], dtype=bool)
        pieces = demo_fall.subset(made.pieces, np.flatnonzero(~gone))
        mass = np.asarray(state["mass_kg"], dtype=float)
        there = position[:, keep], rotation[:, keep]
        gave = judge(pieces, mass, *there, FPS) | {"parted": parted(state, *there)}
        rows.append(figures(tally, seconds) | {"gave": gave})
    return {"bodies": len(made.pieces), "bonds": len(made.bonds), "simulated_s": seconds, "rows": rows}


def glued_blender(room: Room, name: str, task: Path, time: Mapping[str, object]) -> list[Contestant]:
    """Blender's breaking constraints, collisions between joined pieces off (its default) and on. The threshold is the
    material's tension strength (standing only), and ten times that: the least tried (1, 3, 10) at which it stands with
    the default."""
    out = []
    ways = [(10.0, True), (10.0, False)]
    for strength, apart in ([(1.0, True)] if name == "stands" else []) + ways:
        options = {"substeps": 10, "iterations": 10, "breaking": True, "strength": strength, "apart": apart}
        words = f"{name}, strength x {strength:g}, joined pieces {'pass through' if apart else 'collide'}"
        out += room.in_blender(words, "rubble_blender.py", task, **options, **time)
    return out


def picture(room: Room) -> dict[str, Any]:
    """One frame half way down at 960 x 540, with dust and without, and how far each is from its own converged one."""
    state = demo_fall.SHOWN
    job = room.made.job
    ours, theirs = room.folder / "picture.pickle", room.folder / "picture.npz"
    ours.write_bytes(pickle.dumps((job, state), protocol=5))
    save(theirs, demo_fall.picture(room.made, state))
    field = [room.ours(f"{q}, dust", "picture_ours.py", ours, quality=q, dust=True) for q in ("draft", "review")]
    field += room.in_blender("16 samples, dust", "picture_blender.py", theirs, **cycles(16))
    tallies = compete(field, room.folder, room.repeats)
    once = [room.ours("review, no dust", "picture_ours.py", ours, quality="review", dust=False)]
    once.append(room.ours("final, dust", "picture_ours.py", ours, quality="final", dust=True))
    once += room.in_blender("16 samples, no dust", "picture_blender.py", theirs, **cycles(16) | {"dust": False})
    for few in (2, 4, 16):
        name = f"{few} samples and a quick denoiser, dust"
        once += room.in_blender(name, "picture_blender.py", theirs, **cycles(few) | {"cycles": QUICK})
    once += room.in_blender("64 samples, dust", "picture_blender.py", theirs, **cycles(64))
    tallies |= compete(once, room.folder, 1)
    true = converged(room, ours, theirs) if room.blender else {}
    changed = np.load(tallies["Second Unit, review, dust"].out)["touched"] > 0.0
    rows = []
    for name, tally in tallies.items():
        gave = {}
        if true and not name.endswith("no dust"):
            gave["error_codes"] = error(np.load(tally.out)["comp"], true[name.split(",")[0]], changed)
        rows.append(figures(tally, 1.0) | {"gave": gave})
    return {"pixels": [job.scene.camera.width, job.scene.camera.height], "rows": rows, "changed": float(changed.mean())}


def cycles(samples: int) -> dict[str, object]:
    """Options of a picture in Cycles with dust and its denoiser as it comes."""
    return {"samples": samples, "denoise": True, "dust": True}


def converged(room: Room, ours: Path, theirs: Path) -> dict[str, NDArray[np.float32]]:
    """Each program's picture with many samples, where its errors are measured."""
    words = {"quality": "final", "dust": True, "once": True, "change": CONVERGED}
    field = [room.ours("converged", "picture_ours.py", ours, **words)]
    field += room.in_blender(
        "converged", "picture_blender.py", theirs, **cycles(256) | {"crop": CROP, "seed": 7, "denoise": False}
    )
    tallies = compete(field, room.folder, 1)
    return {name.split(",")[0]: np.load(tally.out)["comp"] for name, tally in tallies.items()}


def error(image: NDArray[np.float32], true: NDArray[np.float32], changed: NDArray[np.bool_]) -> float:
    """Root mean square difference in 8-bit code values, within CROP, where our picture differs from the plate."""
    height, width = image.shape[:2]
    left, top, right, bottom = (round(v * n) for v, n in zip(CROP, (width, height, width, height), strict=True))
    part = slice(top, bottom), slice(left, right)
    codes = [np.clip(one[part], 0.0, 1.0) ** (1.0 / 2.2) * 255.0 for one in (image, true)]
    return float(np.sqrt(((codes[0] - codes[1])[changed[part]] ** 2).mean()))


def states(tally: Tally) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions and rotations of a contestant's last run."""
    with np.load(tally.out) as data:
        return data["position_m"].astype(float), data["rotation"].astype(float)


def figures(tally: Tally, seconds: float) -> dict[str, Any]:
    """A row: who, with which settings, and the seconds (by simulated second where that is not 1)."""
    row: dict[str, Any] = {"name": tally.contestant.name} | tally.figures()
    for clock in ("wall_s", "cpu_s"):
        row[clock] = {k: round(v / seconds, 3) for k, v in row[clock].items()}
    return row


def save(file: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Arrays as NPZ."""
    np.savez(file, **arrays)  # type: ignore[arg-type]


SECTIONS = {"rubble": rubble, "standing": standing, "falling": falling, "picture": picture}


def run(room: Room, name: str) -> dict[str, Any]:
    """One section by name."""
    print(f"\n{name}: {SECTIONS[name].__doc__}", flush=True)
    return SECTIONS[name](room)
