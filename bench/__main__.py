"""How fast Second Unit is on this machine: `make bench`. Prints tables; --json FILE keeps the figures.

First through the command line, on the example plate. Then stage by stage, beside other programs where their
interpreters are given: --blender (a Python that imports bpy) and --bullet (one that imports pybullet), or the
environment variables SECONDUNIT_BENCH_BLENDER and SECONDUNIT_BENCH_BULLET. Each program runs in processes of its own,
in turns with ours.
"""

import argparse
import datetime
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).parents[1] / "examples" / "street_corner"
PROGRAM = (sys.executable, "-m", "secondunit")
PARTS = ("commands", "rubble", "standing", "falling", "picture")
SLOW = ("shot",)
"""Only where asked for: a whole shot of 120 frames in review quality takes minutes on two cores."""
Row = tuple[str, float, str]


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(prog="make bench", description=__doc__)
    words.add_argument("--frames", type=int, default=36)
    words.add_argument("--quality", default="draft", choices=["draft", "review", "final"])
    words.add_argument("--only", nargs="+", default=list(PARTS), choices=PARTS + SLOW, help="leave the other parts out")
    words.add_argument("--blender", default=os.environ.get("SECONDUNIT_BENCH_BLENDER"), metavar="PYTHON")
    words.add_argument("--bullet", default=os.environ.get("SECONDUNIT_BENCH_BULLET"), metavar="PYTHON")
    words.add_argument("--repeats", type=int, help="rounds of each contest; 3 beside peers, else 1")
    words.add_argument("--keep", type=Path, help="work in this folder and leave it; a fall made there is used again")
    words.add_argument("--json", type=Path, help="add the figures to this file")
    given = words.parse_args()
    about = machine()
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    with tempfile.TemporaryDirectory(prefix="second-unit-bench-") as folder:
        if "commands" in given.only:
            keep(given.json, {"commands": {"machine": about, "rows": commands(given.frames, given.quality)}})
        if "shot" in given.only:
            keep(given.json, {"shot": {"machine": about, **shot(120)}})
        stages(given, Path(given.keep or folder), about)


def machine() -> dict[str, Any]:
    """What a figure depends on besides the program; no names of hosts."""
    return {
        "date": datetime.date.today().isoformat(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
    }


def commands(frames: int, quality: str) -> dict[str, float]:
    """Seconds of commands and their stages."""
    rows = {}
    for name, seconds, about in measure(frames, quality):
        rows[name] = seconds
        print(f"{name:44} {seconds:8.2f} s  {about}", flush=True)
    return rows


def stages(given: argparse.Namespace, folder: Path, about: dict[str, Any]) -> None:
    """The contests asked for, one after the other; each is kept as soon as it is over."""
    names = [name for name in given.only if name in PARTS[1:]]
    if not names:
        return
    from bench import demo_fall, sections, table

    folder.mkdir(parents=True, exist_ok=True)
    repeats = given.repeats or (3 if given.blender or given.bullet else 1)
    room = sections.Room(folder, demo_fall.demo(folder), given.blender, given.bullet, repeats)
    for name in names:
        found = sections.run(room, name) | {"machine": about | {"load": machine()["load"]}}
        print(table.of(found), flush=True)
        keep(given.json, {name: found})


def keep(file: Path | None, found: dict[str, Any]) -> None:
    """Add to a file of figures."""
    if file is not None:
        earlier = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps(earlier | found, indent=1) + "\n")


def shot(frames: int) -> dict[str, Any]:
    """A whole shot in review quality, from plate to delivered layers: elapsed and processor seconds, and by stage."""
    with tempfile.TemporaryDirectory(prefix="second-unit-bench-") as folder:
        words = production(Path(folder) / "bench", frames, "review")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds, answer = timed(*words, "--json")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = {"frames": frames, "wall_s": seconds, "cpu_s": cpu, "stages": answer["timings"]}
    print(json.dumps(found, indent=1), flush=True)
    return found


def measure(frames: int, quality: str) -> Iterator[Row]:
    """(name, seconds, remark) of each thing worth knowing."""
    yield "secondunit --help", min(timed("--help")[0] for _ in range(5)), "best of 5"
    with tempfile.TemporaryDirectory(prefix="second-unit-bench-") as folder:
        start = time.perf_counter()
        words = production(Path(folder) / "bench", frames, quality)
        yield "init, plate add", time.perf_counter() - start, "a 2 Mpx JPEG"
        yield from collapse("collapse", frames, *words)
        yield from collapse("the same again", frames, *words)
        yield from collapse("another sun", frames, *words, "--sun", "30,40")
        yield from collapse("another seed", frames, *words, "--seed", "2")


def production(home: Path, frames: int, quality: str) -> tuple[str, ...]:
    """A production with the example plate; returns the words of its collapse."""
    os.environ["SECONDUNIT_PERSON"] = "bench"
    timed("init", str(home), "--title", "Bench", "--code", "BENCH")
    example = tomllib.loads((EXAMPLE / "example.toml").read_text())
    occluders = ("--occluders", str(EXAMPLE / example["occluders"]))
    timed("plate", "add", "SC010", str(EXAMPLE / example["plate"]), *occluders, "-C", str(home))
    length = ("--frames", str(frames), "--quality", quality)
    facade = ("--facade", example["facade"], "--height-m", str(example["height_m"]))
    return ("collapse", "SC010", *facade, *length, "-C", str(home))


def collapse(name: str, frames: int, *words: str) -> Iterator[Row]:
    """One version, whole and by stage."""
    seconds, answer = timed(*words, "--json")
    yield name, seconds, f"{frames} frames, {seconds / frames:.2f} s a frame"
    for stage, spent in answer["timings"].items():
        yield f"    {stage}", spent, ""


def timed(*words: str) -> tuple[float, dict[str, dict[str, float]]]:
    """Seconds of one command, and its answer where it gives JSON. Ends the bench where the command fails."""
    start = time.perf_counter()
    done = subprocess.run([*PROGRAM, *words], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"secondunit {' '.join(words)} ended with {done.returncode}: {done.stderr}")
    return seconds, json.loads(done.stdout) if "--json" in words else {}


if __name__ == "__main__":
    main()
