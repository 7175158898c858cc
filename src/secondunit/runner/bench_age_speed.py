"""How fast the ageing tool is and what memory it takes, at 1080p with everything on; CPU seconds of all processes."""

import contextlib
import cProfile
import os
import pstats
import resource
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from secondunit.runner.local import LocalContext
from secondunit.runner.workers import Listener

if TYPE_CHECKING:
    from secondunit.tools.age_trial.gates import Figure
    from secondunit.tools.age_trial.on_clip import Still
    from secondunit.tools.age_trial.pictures import Take

P = TypeVar("P")
R = TypeVar("R")
Progress = Callable[[str, float, float], None]
STAGE = "measure seconds and memory"
WIDTH, HEIGHT = 1920, 1080
LENGTHS = (3, 6, 9)
"""Frames of the clips that are timed."""
READING_AND_WRITING = {
    "media/frames.py": ("read", "write_layer"),
    "media/movies.py": ("write_preview",),
    "media/contact.py": ("write_contact",),
    "tools/staged.py": ("save_shown",),
    "tools/age/timing.py": ("save", "load", "load_low", "_keep", "_kept"),
    "tools/age/hair.py": ("save", "load"),
    "runner/cache.py": ("_digests",),
}
"""Functions whose time counts as reading and writing; none of them calls another."""
GIB = 2**30
EVERY_S = 0.05


class InProcess(LocalContext):
    """A context that makes its frames here, one after the other: what they cost can be seen."""

    def _mapped(
        self, stage: str, fn: Callable[[P, int], R], frames: Sequence[int], payload: P, ready: Iterator[int] | None
    ) -> Iterator[R]:
        for frame in frames if ready is None else ready:
            self.check()
            yield fn(payload, frame)


class _Timing:
    """Versions of one moving clip of several lengths, made on one core."""

    def __init__(self, still: "Still", scratch: Path, quiet: Listener) -> None:
        self.still, self.scratch, self.quiet = still, scratch / "speed", quiet

    def clip(self, count: int) -> "Take":
        from secondunit.tools.age_trial import motion, pictures

        code, points = at_1080p(self.still)
        made = motion.clip(code, points, count)
        return pictures.write(made.codes, self.scratch / f"clip-{count}", f"{count} frames at 1080p")

    def cpu_s(self, take: "Take", profile: cProfile.Profile, **words: Any) -> float:
        """CPU seconds of a version, in this process and in children that have ended."""
        start = _cpu_s()
        with profile:
            self.make(take, InProcess, **words)
        return _cpu_s() - start

    def make(self, take: "Take", context: type[LocalContext], cache: str = "cache", **words: Any) -> None:
        from secondunit.tools import age
        from secondunit.tools.age_trial import trying

        staging = self.scratch / "version"
        with context(staging, self.scratch / cache, take.folder, console=self.quiet, files=self.scratch) as ctx:
            age.make(trying.brief(**words), take.plate, ctx)
        shutil.rmtree(staging)


def measure(still: "Still", scratch: Path, quiet: Listener, progress: Progress) -> "list[Figure]":
    """Frames a second and core, with and without reading and writing; by length; a changed slider; memory."""
    timing, steps = _Timing(still, scratch, quiet), len(LENGTHS) + 2
    progress(STAGE, 0, steps)
    # Modules, networks and hashes of code are loaded once: they are no frame's, and not the first clip's either.
    timing.make(timing.clip(LENGTHS[0] - 1), InProcess)
    spent, profile, take = [], cProfile.Profile(time.process_time), None
    for done, count in enumerate(LENGTHS, start=1):
        take = timing.clip(count)
        spent.append(timing.cpu_s(take, profile))
        progress(STAGE, done, steps)
    assert take is not None
    slider = spent[-1] / timing.cpu_s(take, cProfile.Profile(time.process_time), regions={"cheek": 0.5})
    progress(STAGE, steps - 1, steps)
    with peak() as most:
        timing.make(take, LocalContext, cache="fresh")
    progress(STAGE, steps, steps)
    return _figures(spent, reading_and_writing_s(profile) / sum(LENGTHS), slider, most)


def _figures(spent: Sequence[float], moving_s: float, slider: float, most: Sequence[float]) -> "list[Figure]":
    from secondunit.tools.age_trial.gates import Figure, missed

    each = [(b - a) / (m - n) for a, b, n, m in zip(spent, spent[1:], LENGTHS, LENGTHS[1:], strict=False)]
    of = f"{WIDTH} x {HEIGHT}, {' and '.join(map(str, LENGTHS))} frames, CPU seconds"
    (speed, bare, same, changed, memory) = _gates()
    memories = Figure(
        "memory at most, all processes", "GiB", f"{LENGTHS[-1]} frames over the cores", tuple(most), memory
    )
    if not most:
        memories = missed("memory at most, all processes", "GiB", memory, "this system has no /proc to read it from")
    return [
        Figure("frames a second and core", "", of, tuple(1 / s for s in each), speed),
        Figure("same, less reading and writing", "", of, tuple(1 / max(s - moving_s, 1e-6) for s in each), bare),
        Figure("a later frame by an earlier", "x", of, (each[-1] / each[0],), same),
        Figure("a changed slider, faster by", "x", f"{LENGTHS[-1]} frames, CPU seconds", (slider,), changed, digits=1),
        memories,
    ]


def _gates() -> "tuple[Any, ...]":
    from secondunit.tools.age_trial.gates import Gate

    return Gate(least=2), Gate(least=2), Gate(0.8, 1.25), Gate(least=3), Gate(most=2)


def unasked() -> "list[Figure]":
    """The same lines where seconds were not asked for."""
    from secondunit.tools.age_trial.gates import missed

    names = (
        "frames a second and core",
        "same, less reading and writing",
        "a later frame by an earlier",
        "a changed slider, faster by",
        "memory at most, all processes",
    )
    units = ("", "", "x", "x", "GiB")
    return [missed(*each, "left out by --no-speed") for each in zip(names, units, _gates(), strict=True)]


def at_1080p(still: "Still") -> tuple[Any, Any]:
    """The still (1080,1920,3), scaled to fill it and cut, and its points (468,3) there."""
    import cv2
    import numpy as np

    height, width = still.code.shape[:2]
    scale = max(WIDTH / width, HEIGHT / height)
    middle = still.points[:, :2].mean(axis=0) * scale
    corner = np.clip(middle - [WIDTH / 2, HEIGHT / 2], 0, [width * scale - WIDTH, height * scale - HEIGHT])
    into = np.array([[scale, 0, -corner[0]], [0, scale, -corner[1]]])
    code = cv2.warpAffine(still.code, into, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    points = still.points * scale - np.array([*corner, 0])
    return np.clip(code, 0, 1), points.astype(np.float32)


def reading_and_writing_s(profile: cProfile.Profile) -> float:
    """CPU seconds in `READING_AND_WRITING`."""
    total = 0.0
    for (file, _, name), row in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        for ending, names in READING_AND_WRITING.items():
            if file.endswith(ending) and name in names:
                total += row[3]
    return total


def _cpu_s() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@contextlib.contextmanager
def peak() -> Iterator[list[float]]:
    """Afterwards the list holds the most memory, GiB, that this process and those below it held at one time."""
    held, over = [0.0], threading.Event()
    out: list[float] = []

    def watch() -> None:
        while not over.wait(EVERY_S):
            held[0] = max(held[0], _held_gib())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield out
    finally:
        over.set()
        watcher.join()
    if held[0] > 0:
        out.append(held[0])


def _held_gib() -> float:
    """Memory of this process and all below it; what they share counts once (proportional set size)."""
    total, waiting = 0, [os.getpid()]
    while waiting:
        here = Path("/proc") / str(waiting.pop())
        with contextlib.suppress(OSError, ValueError, IndexError):
            line = next(x for x in (here / "smaps_rollup").read_text().splitlines() if x.startswith("Pss:"))
            total += int(line.split()[1]) * 1024
        for task in here.glob("task/*/children"):
            with contextlib.suppress(OSError, ValueError):
                waiting += [int(pid) for pid in task.read_text().split()]
    return total / GIB
