"""The command line answers at once: nothing heavy is imported before it is needed."""

import os
import subprocess
import sys
import time

HEAVY = (
    "warp",
    "numpy",
    "cv2",
    "OpenImageIO",
    "OpenEXR",
    "PyOpenColorIO",
    "av",
    "pxr",
    "scipy",
    "shapely",
    "sqlalchemy",
    "cedarpy",
    "pydantic",
)


def help_seconds():
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "secondunit", "--help"], capture_output=True, text=True, check=True)
    assert "collapse" in done.stdout
    return time.perf_counter() - start


def test_help_answers_within_300_ms():
    """The best of some tries: a busy machine makes any one of them slow, and only the best is the program's own."""
    tries = [help_seconds()]
    while min(tries) > 0.3 and len(tries) < 12:
        time.sleep(0.2 * len(tries))
        tries.append(help_seconds())
    assert min(tries) < 0.3, f"best of {len(tries)}: {min(tries):.2f} s, load {os.getloadavg()[0]:.1f}"


def test_help_imports_nothing_heavy():
    program = f"import sys, secondunit.cli.main as m; print([h for h in {HEAVY!r} if h in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
