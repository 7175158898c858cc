"""The contract between a tool and the runner.

A tool is a module with `make(brief, plate, ctx) -> Draft`. It writes its layers into `ctx.staging`, asks `ctx` for
everything that touches the machine (cache, cores, progress, cancellation), and neither saves records nor judges.
And it has `check(brief, plate, plates, given)`, which takes a second or so, writes nothing and raises InputError for a
brief that `make` would refuse. plates: the folder of the plate's frames. given: option -> the user's own file (such as
"--matte"), so that messages name it as the user did; the brief does not speak of it yet.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

P = TypeVar("P")
R = TypeVar("R")
Arrays = Mapping[str, np.ndarray]


class Context(Protocol):
    """What a running job may ask of the machine."""

    staging: Path
    """The result folder being filled; the door renames it into place when the draft has passed the gate."""
    device: str
    """Where Warp runs: "cpu" or "cuda:0"."""
    plates: Path
    """Folder with the plate's frames and side inputs; read only."""
    files: Path
    """Folder that the relative paths of a brief's stored files (`StoredFile.path`, its matte) start from; read only."""
    timings: dict[str, float]
    """Seconds per stage so far. A stage read back from the cache counts the reading only."""
    reused: set[str]
    """Stages answered wholly from the cache."""

    def cached(
        self, stage: str, inputs: Mapping[str, object], make: Callable[[], Arrays], *, code: Sequence[str]
    ) -> dict[str, np.ndarray]:
        """Arrays of `make()`, made at most once per (stage, inputs, code, device); read-only memory maps.

        inputs: everything the result depends on. JSON values, arrays, records, dataclasses; a `Path` counts by its
            content. code: modules or packages whose source, with all of the house they import, is part of the key.
        """

    def cached_folder(
        self, stage: str, inputs: Mapping[str, object], make: Callable[[Path], None], *, code: Sequence[str]
    ) -> Path:
        """The same for files: `make(folder)` fills an empty folder, which appears whole or not at all. Read only."""

    def cached_series(
        self,
        stage: str,
        inputs: Mapping[str, object],
        make: Callable[[], Iterator[Callable[[Path], None]]],
        count: int,
        *,
        code: Sequence[str],
    ) -> tuple[Path, Iterator[int]]:
        """The same for `count` results that come one after the other, such as a simulation's states.

        Returns the folder in which result n is the folder `str(n)`, and an iterator that makes them: it yields n as
        soon as result n is there, and does nothing before it is asked. `make()` yields what fills each one's folder.
        """

    def cached_frames(
        self,
        stage: str,
        inputs: Mapping[str, object],
        fn: Callable[[P, int, Path], None],
        frames: Sequence[int],
        payload: P,
        *,
        code: Sequence[str],
        ready: Iterator[int] | None = None,
    ) -> dict[int, Path]:
        """A folder per frame, filled by `fn(payload, frame, folder)` over the cores; finished frames survive a kill.

        The frame number belongs to each frame's key, the list of frames does not: a longer shot re-uses a shorter one.
        ready: yields each frame, in the order of `frames`, when what it needs is there; it is advanced while the other
        cores draw, and not at all when every frame is in the cache.
        """

    def map_frames(self, stage: str, fn: Callable[[P, int], R], frames: Sequence[int], payload: P) -> Iterator[R]:
        """Results of `fn(payload, frame)` in the order of `frames`, computed by processes over the cores.

        fn: at the top of a module that can be imported. payload: anything that pickles; big arrays in it travel as
        memory-mapped files. A failing frame raises one error that names it and says how to run it alone.
        """

    def progress(self, stage: str, done: float, total: float) -> None:
        """Show how far the stage is; raises Cancelled like `check`."""

    def check(self) -> None:
        """Raise `schema.Cancelled` when the user has asked to stop."""

    def say(self, line: str) -> None:
        """Tell the user a fact that must be seen: a scale, a guessed colour space, an assumption."""
