"""How fast Second Unit is on this machine: `make bench`. Prints a table; --json FILE keeps the figures.

Everything is measured through the command line, on the example plate. Ratios to other programs need one run of both on
one machine with published settings; this measures ours.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "street_corner"
PROGRAM = (sys.executable, "-m", "secondunit")
Row = tuple[str, float, str]


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(prog="make bench", description=__doc__)
    words.add_argument("--frames", type=int, default=48)
    words.add_argument("--quality", default="draft", choices=["draft", "review", "final"])
    words.add_argument("--json", type=Path, help="write the figures here")
    given = words.parse_args()
    print(
        f"{platform.system()} {platform.machine()}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}"
    )
    rows = []
    for row in measure(given.frames, given.quality):
        rows.append(row)
        name, seconds, about = row
        print(f"{name:44} {seconds:8.2f} s  {about}", flush=True)
    if given.json:
        given.json.write_text(json.dumps({name: seconds for name, seconds, _ in rows}, indent=1))


def measure(frames: int, quality: str) -> Iterator[Row]:
    """(name, seconds, remark) of each thing worth knowing."""
    yield "secondunit --help", min(timed("--help")[0] for _ in range(5)), "best of 5"
    with tempfile.TemporaryDirectory(prefix="second-unit-bench-") as folder:
        home = str(Path(folder) / "bench")
        os.environ["SECONDUNIT_PERSON"] = "bench"
        timed("init", home, "--title", "Bench", "--code", "BENCH")
        example = tomllib.loads((EXAMPLE / "example.toml").read_text())
        still = ("plate", "add", "SC010", str(EXAMPLE / example["plate"]), "-C", home)
        yield "plate add", timed(*still, "--occluders", str(EXAMPLE / example["occluders"]))[0], "a 2 Mpx JPEG"
        facade, length = ("--facade", example["facade"]), ("--frames", str(frames), "--quality", quality)
        words = ("collapse", "SC010", *facade, "--height-m", str(example["height_m"]), *length, "-C", home)
        yield from collapse("collapse", frames, *words)
        yield from collapse("the same again", frames, *words)
        yield from collapse("another sun", frames, *words, "--sun", "30,40")
        yield from collapse("another seed", frames, *words, "--seed", "2")


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
