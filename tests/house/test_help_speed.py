"""The command line answers at once: nothing heavy is imported before it is needed."""

import os
import resource
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
    "reportlab",
    "pydantic",
)


def help_seconds():
    """(elapsed, of processor) seconds of one `secondunit --help`."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "secondunit", "--help"], capture_output=True, text=True, check=True)
    elapsed, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "collapse" in done.stdout
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_answers_within_300_ms():
    """The best of a few. Where others keep the cores busy, the clock measures them: there the processor time counts."""
    tries = [help_seconds() for _ in range(4)]
    busy = os.getloadavg()[0] > (os.cpu_count() or 1) / 2
    best = min(processor if busy else elapsed for elapsed, processor in tries)
    assert best < 0.3, f"{tries}, load {os.getloadavg()[0]:.1f}"


def test_help_imports_nothing_heavy():
    program = f"import sys, secondunit.cli.main as m; print([h for h in {HEAVY!r} if h in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
