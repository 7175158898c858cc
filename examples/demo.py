"""The demo: a production, a plate, a brief, and a building that comes down. Run by `make demo`."""

import argparse
import os
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

HERE = Path(os.path.relpath(Path(__file__).parent))
CORNER = HERE / "street_corner"


def main() -> None:
    """Walk from an empty folder to a finished version with the command line that everybody else uses."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--folder", type=Path, default=Path("demo"), help="where the production goes")
    words.add_argument("--fresh", action="store_true", help="remove an earlier demo first")
    words.add_argument("--quality", default="draft", choices=["draft", "review", "final"])
    words.add_argument("--frames", default="120")
    given = words.parse_args()
    if given.fresh and (given.folder / "production.toml").exists():
        shutil.rmtree(given.folder)
    example = tomllib.loads((CORNER / "example.toml").read_text())
    production = ["-C", str(given.folder)]
    if not (given.folder / "production.toml").exists():
        run("init", str(given.folder), "--title", "Second Unit demo", "--code", "DEMO")
        plate = CORNER / example["plate"]
        run(*production, "plate", "add", "SC010", str(plate), "--occluders", str(CORNER / example["occluders"]))
    collapse = [*production, "collapse", "SC010", "--facade", example["facade"], "--height-m", str(example["height_m"])]
    run(*collapse, "--frames", given.frames, "--event", "1006", "--quality", given.quality)


def run(*words: str) -> None:
    """Show the command, run it, say how long it took; stop the demo where a command stops."""
    shown = " ".join(f'"{w}"' if " " in w else w for w in words)
    print(f"\n$ secondunit {shown}", flush=True)
    start = time.monotonic()
    code = subprocess.call([sys.executable, "-m", "secondunit.cli", *words])
    print(f"  ({time.monotonic() - start:.1f} s)", flush=True)
    if code:
        sys.exit(code)


if __name__ == "__main__":
    main()
