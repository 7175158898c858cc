"""The context of a job on this machine: scratch, cache, cores, progress, cancellation."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar, cast

import numpy as np

from secondunit.runner import jobs, keys
from secondunit.runner.cache import Cache, finish_entry, load_arrays, save_arrays
from secondunit.runner.screen import Screen, open_screen
from secondunit.schema import Brief, Draft, InputError, Plate, Tri

if TYPE_CHECKING:
    from secondunit.runner.workers import Listener
    from secondunit.tools.base import Context

P = TypeVar("P")
R = TypeVar("R")
CACHE_GB = 20.0
"""Default cap of a production's cache; SECONDUNIT_CACHE_GB overrides."""
CARD_WORKERS = 3
"""On a graphics card more processes only take turns; a few hide each other's reading and writing."""
CACHE_FOLDER = "scratch/cache"


@dataclass(frozen=True)
class _FrameJob(Generic[P]):
    """Payload of `cached_frames`: the caller's, and where a finished frame goes."""

    fn: Callable[[P, int, Path], None]
    payload: P
    scratch: Path
    entry: Path
    note: Mapping[str, object]


class LocalContext:
    """Implements `tools.base.Context`. Close it, or use it in a `with`: that removes what is unfinished.

    staging: folder being filled. cache_folder: kept between runs. plates: the plate's folder. console: one of its own
    if none is given; its `check` decides whether to stop. workers: processes for frames, all cores by default.
    files: where a brief's stored files lie, `plates` if not given.
    """

    def __init__(
        self,
        staging: Path,
        cache_folder: Path,
        plates: Path,
        device: str = "cpu",
        console: "Listener | None" = None,
        *,
        workers: int | None = None,
        files: Path | None = None,
    ) -> None:
        self.staging, self.plates, self.device = staging, plates, device
        self.files = files or plates
        staging.mkdir(parents=True, exist_ok=True)
        self._own_screen: Screen | None = None if console else open_screen()
        self.console = console or self._own_screen or open_screen()
        self.workers = workers or worker_count(device)
        self.timings: dict[str, float] = {}
        self.reused: set[str] = set()
        self._computed = True
        self._cache = Cache(cache_folder, cap_bytes=int(float(os.environ.get("SECONDUNIT_CACHE_GB", CACHE_GB)) * 1e9))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Remove unfinished work and put the terminal back. The staging folder belongs to the caller."""
        self._cache.close()
        if self._own_screen:
            self._own_screen.close()

    def cached(
        self,
        stage: str,
        inputs: Mapping[str, object],
        make: Callable[[], Mapping[str, np.ndarray]],
        *,
        code: Sequence[str],
    ) -> dict[str, np.ndarray]:
        """See `tools.base.Context.cached`."""
        return load_arrays(self.cached_folder(stage, inputs, lambda folder: save_arrays(folder, make()), code=code))

    def cached_folder(
        self, stage: str, inputs: Mapping[str, object], make: Callable[[Path], None], *, code: Sequence[str]
    ) -> Path:
        """See `tools.base.Context.cached_folder`."""
        self.check()
        with self._timed(stage):
            entry = self._cache.entry(stage, self._key(stage, inputs, code))
            if self._cache.find(entry):
                self.reused.add(stage)
                self.say(f"{stage}: from the cache")
            else:
                self._cache.store(entry, make, {"stage": stage, "inputs": keys.describe(inputs)})
        return entry

    def cached_series(
        self,
        stage: str,
        inputs: Mapping[str, object],
        make: Callable[[], Iterator[Callable[[Path], None]]],
        count: int,
        *,
        code: Sequence[str],
    ) -> tuple[Path, Iterator[int]]:
        """See `tools.base.Context.cached_series`."""
        self.check()
        parent = self._cache.entry(stage, self._key(stage, inputs, code))
        return parent, self._series(stage, parent, make, count, {"stage": stage, "inputs": keys.describe(inputs)})

    def _series(
        self,
        stage: str,
        parent: Path,
        make: Callable[[], Iterator[Callable[[Path], None]]],
        count: int,
        note: Mapping[str, object],
    ) -> Iterator[int]:
        """A series that is not whole is made from its start; what a killed run left of it is kept as it is."""
        there = [self._cache.find(parent / str(n)) for n in range(count)]
        if all(there):
            self.reused.add(stage)
            self.say(f"{stage}: from the cache")
            yield from range(count)
            return
        results = make()
        for n in range(count):
            self.check()
            with self._timed(stage):
                fill = next(results)
                if not there[n]:
                    self._cache.store(parent / str(n), fill, note)
            yield n

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
        """See `tools.base.Context.cached_frames`."""
        with self._timed(stage):
            parent = self._cache.entry(stage, self._key(stage, inputs, code))
            missing = [f for f in frames if not self._cache.find(parent / str(f))]
            if not missing:
                self.reused.add(stage)
            else:
                self.say(f"{stage}: frames appear one by one in {parent}")
            if len(missing) < len(frames):
                self._computed = False
                self.say(f"{stage}: {len(frames) - len(missing)} of {len(frames)} frames from the cache")
            note = {"stage": stage, "inputs": keys.describe(inputs)}
            job = _FrameJob(fn, payload, self._cache.scratch, parent, note)
            for _ in self._mapped(stage, _make_frame, missing, job, _of(missing, ready)):
                pass
        return {f: parent / str(f) for f in frames}

    def map_frames(self, stage: str, fn: Callable[[P, int], R], frames: Sequence[int], payload: P) -> Iterator[R]:
        """See `tools.base.Context.map_frames`."""
        yield from self._mapped(stage, fn, frames, payload, None)

    def _mapped(
        self, stage: str, fn: Callable[[P, int], R], frames: Sequence[int], payload: P, ready: Iterator[int] | None
    ) -> Iterator[R]:
        scratch = self._cache.new_folder()
        arguments: dict[str, Any] = {"check": self.check, "workers": self.workers, "scratch": scratch, "ready": ready}
        results = jobs.map_frames(stage, fn, frames, payload, replay_folder=self._cache.folder / "failed", **arguments)
        try:
            self.progress(stage, 0, len(frames))
            for done, result in enumerate(results, start=1):
                self.progress(stage, done, len(frames))
                yield result
        finally:
            results.close()
            shutil.rmtree(scratch, ignore_errors=True)

    def told(self, draft: Draft) -> Draft:
        """What the tool left, and whether every frame of it was computed in this run (`Draft.facts`)."""
        return draft.model_copy(update={"facts": draft.facts | {"computed": Tri.of(self._computed)}})

    def progress(self, stage: str, done: float, total: float) -> None:
        """See `tools.base.Context.progress`."""
        self.console.progress(stage, done, total)
        self.check()

    def check(self) -> None:
        """See `tools.base.Context.check`."""
        self.console.check()

    def say(self, line: str) -> None:
        """See `tools.base.Context.say`."""
        self.console.say(line)

    def _key(self, stage: str, inputs: Mapping[str, object], code: Sequence[str]) -> str:
        return keys.result_key(stage, inputs, code, device_name(self.device))

    @contextlib.contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        """Count the seconds of a stage; what another stage takes meanwhile is counted for that one only."""
        start, before = time.perf_counter(), sum(self.timings.values())
        try:
            yield
        finally:
            others = sum(self.timings.values()) - before
            self.timings[stage] = self.timings.get(stage, 0.0) + time.perf_counter() - start - others


def _of(frames: Sequence[int], ready: Iterator[int] | None) -> Iterator[int] | None:
    """Those of `ready` that are in `frames`."""
    wanted = set(frames)
    return None if ready is None else (frame for frame in ready if frame in wanted)


def _make_frame(job: _FrameJob[Any], frame: int) -> None:
    """In a worker: fill a scratch folder with one frame, then make it appear."""
    folder = job.scratch / f"{os.getpid()}-{frame}"
    folder.mkdir()
    job.fn(job.payload, frame, folder)
    finish_entry(folder, job.entry / str(frame), job.note)


def worker_count(device: str) -> int:
    """Processes for frames: one per core, but few on a graphics card: each holds a context and a scene there."""
    return jobs.core_count() if device == "cpu" else min(jobs.core_count(), CARD_WORKERS)


def device_name(device: str) -> str:
    """`cpu`, or the name of the graphics card: results are repeatable per kind of device."""
    if device == "cpu":
        return device
    import warp

    return f"cuda {warp.get_device(device).name}"


def check_device(device: str) -> None:
    """InputError when this machine has no such graphics card; the processor is always there."""
    if device == "cpu":
        return
    import warp

    from secondunit.tools.warp_start import start_warp

    start_warp()
    if not any(found.alias == device for found in warp.get_cuda_devices()):
        raise InputError(f"--device {device} is not on this machine: use cpu, or see what nvidia-smi lists.")


def run_tool(brief: Brief, plate: Plate, *, staging: Path, production: Path, device: str, console: "Listener") -> Draft:
    """Run the brief's tool on this machine. production: the folder that holds plates, stored files and the cache."""
    check_device(device)
    plates = production / plate.frames_folder
    with LocalContext(staging, production / CACHE_FOLDER, plates, device, console, files=production) as ctx:
        return ctx.told(tool_of(brief).make(brief, plate, ctx))


class Tool(Protocol):
    """What the module of a tool has; see `tools.base`."""

    def make(self, brief: Any, plate: Plate, ctx: "Context") -> Draft:
        """Make one version into ``ctx.staging``. Raises InputError, Cancelled."""

    def check(self, brief: Any, plate: Plate, plates: Path, given: Mapping[str, Path]) -> None:
        """Raise InputError for a brief that `make` would refuse."""


def tool_of(brief: Brief) -> Tool:
    """The tool that makes versions of such a brief."""
    from secondunit.tools import age, collapse

    return cast(Tool, {"age": age, "collapse": collapse}[brief.tool])
