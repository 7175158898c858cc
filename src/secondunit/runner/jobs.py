"""Processes of a job: frames mapped over cores, cancellation by signal, children that never outlive their parent."""

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import Any

from secondunit.runner import shared
from secondunit.schema import Cancelled, WorkFailed

WINDOW = 4
"""Frames in flight or waiting to be taken, per worker: bounds the memory held by results that come out of order."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "OIIO_THREADS")


class Stop:
    """Whether the user has asked to stop. Set by a signal, read by `check`."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._signal = 0

    def set(self, signum: int = 0) -> None:
        """Ask the job to stop at its next check. signum: the signal that asks, if one does."""
        self._signal = signum
        self._event.set()

    def check(self) -> None:
        """Raise Cancelled if asked to stop."""
        if self._event.is_set():
            what = "Stopped: nothing half-made is left, and the next run continues from the cache."
            raise Cancelled(what, self._signal)


@contextlib.contextmanager
def stop_on_signals(stop: Stop) -> Iterator[None]:
    """Ctrl-C and SIGTERM ask `stop` to stop; the second one raises Cancelled at once. Main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(signum: int, frame: FrameType | None) -> None:
        stop.check()
        stop.set(signum)
        os.write(2, b"\nStopping as soon as this step allows; once more stops at once.\n")

    before = {s: signal.signal(s, handle) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for s, handler in before.items():
            signal.signal(s, handler)


class FrameError(WorkFailed):
    """A frame could not be made. The message names stage, frame, cause and how to run it alone."""

    def __init__(self, stage: str, frame: int, why: str, replay: Path) -> None:
        super().__init__(
            f"{stage}: frame {frame} failed: {why} Run it alone: {sys.executable} -m secondunit.runner.worker {replay}"
        )
        self.stage, self.frame, self.replay = stage, frame, replay


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    pipe: Connection
    frame: int | None = None


def core_count() -> int:
    """Cores this process may use; SECONDUNIT_WORKERS overrides."""
    asked = os.environ.get("SECONDUNIT_WORKERS", "")
    if asked.isdigit():
        return max(1, int(asked))
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_frames(
    stage: str,
    fn: Callable[[Any, int], Any],
    frames: Sequence[int],
    payload: object,
    *,
    scratch: Path,
    check: Callable[[], None],
    workers: int,
    replay_folder: Path | None = None,
    ready: Iterator[int] | None = None,
) -> Generator[Any, None, None]:
    """Results of `fn(payload, frame)` in the order of `frames`, each computed in one of `workers` processes.

    ready: yields the same frames in the same order, each when its turn to be computed may come; it is advanced here
    while the workers work (None: all may start).
    Raises FrameError when a frame raises or its process dies, Cancelled when `check` does, and TypeError for a
    function that another process cannot import. No process is left behind whichever way it ends.
    """
    if not frames:
        return
    job = write_job(fn, payload, scratch)
    crew: list[_Worker] = []
    results: dict[int, Any] = {}
    todo = list(enumerate(frames))[::-1]
    free = len(frames) if ready is None else 0
    try:
        crew.extend(_start(job) for _ in range(min(workers, len(frames))))
        for taken in range(len(frames)):
            while taken not in results:
                check()
                _hand_out(crew, todo, min(free, taken + WINDOW * len(crew)))
                if waiting := ready if free < len(frames) else None:
                    next(waiting)
                    free += 1
                for worker in _ready(crew, 0.0 if waiting else 0.1):
                    results.update([_receive(worker, stage, frames, job, replay_folder or scratch)])
            yield results.pop(taken)
    finally:
        _end(crew)


def _hand_out(crew: list[_Worker], todo: list[tuple[int, int]], limit: int) -> None:
    """Give idle workers their next frame, no further than `limit` in the order of results."""
    for worker in crew:
        if worker.frame is None and todo and todo[-1][0] < limit:
            index, frame = todo.pop()
            worker.frame = index
            with contextlib.suppress(BrokenPipeError):
                worker.pipe.send((index, frame))


def _ready(crew: list[_Worker], timeout_s: float) -> list[_Worker]:
    """Workers with an answer, waiting so long for one."""
    pipes = {worker.pipe: worker for worker in crew if worker.frame is not None}
    return [pipes[pipe] for pipe in wait(list(pipes), timeout=timeout_s) if isinstance(pipe, Connection)]


def _receive(worker: _Worker, stage: str, frames: Sequence[int], job: Path, replay_folder: Path) -> tuple[int, Any]:
    """One result, or the error that says why there is none."""
    index = worker.frame
    assert index is not None
    try:
        answer = worker.pipe.recv_bytes()
        ok, value = pickle.loads(answer)
    except (EOFError, ConnectionResetError):
        ok, value = False, _how_it_died(worker.process)
    if not ok:
        raise FrameError(stage, frames[index], str(value), keep_replay(job, frames[index], replay_folder))
    worker.frame = None
    return index, value


def _how_it_died(process: subprocess.Popen[bytes]) -> str:
    code = process.wait(timeout=10)
    if code == -signal.SIGKILL:
        return (
            f"its process was killed (signal 9), most likely because memory ran out{_memory()}; "
            "try a lower quality, or fewer processes with SECONDUNIT_WORKERS=1."
        )
    if code < 0:
        return f"its process crashed with {signal.Signals(-code).name}."
    return f"its process ended by itself with status {code}."


def _memory() -> str:
    with contextlib.suppress(OSError, StopIteration, ValueError, IndexError):
        line = next(x for x in Path("/proc/meminfo").read_text().splitlines() if x.startswith("MemAvailable"))
        return f" ({int(line.split()[1]) / 2**20:.1f} GB free now)"
    return ""


def _start(job: Path) -> _Worker:
    """A fresh Python that imports only what its function needs, in a process group of its own.

    Its own group: a Ctrl-C in the terminal reaches the parent only, which decides.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        env = os.environ | dict.fromkeys(ONE_THREAD, "1")
        command = [sys.executable, "-m", "secondunit.runner.worker", str(job), str(theirs.fileno()), str(os.getpid())]
        process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], process_group=0, env=env, stdin=subprocess.DEVNULL, stdout=2
        )
    return _Worker(process, Connection(ours.detach()))


def _end(crew: list[_Worker]) -> None:
    """Kill and reap: a worker holds nothing that a kill could spoil."""
    for worker in crew:
        worker.pipe.close()
        worker.process.kill()
    for worker in crew:
        worker.process.wait()


def write_job(fn: Callable[..., Any], payload: object, folder: Path) -> Path:
    """Pickle what every worker of a map needs into one file.

    Raises TypeError if another process could not import `fn`.
    """
    if fn.__module__ == "__main__" or "<" in fn.__qualname__:
        raise TypeError(
            f"map_frames runs {fn.__module__}.{fn.__qualname__} in other processes, which can only import functions "
            "at the top of a module; move it there."
        )
    job = folder / f"job-{os.urandom(6).hex()}.pickle"
    job.write_bytes(pickle.dumps((list(sys.path), os.getcwd(), pickle.dumps(fn), shared.dumps(payload, folder))))
    return job


def keep_replay(job: Path, frame: int, folder: Path) -> Path:
    """Put the failed frame where `python -m secondunit.runner.worker FILE` finds it after the job has gone.

    Big arrays are copied into the file, because the scratch folder that holds them goes with the job.
    """
    paths, cwd, fn, payload = pickle.loads(job.read_bytes())
    folder.mkdir(parents=True, exist_ok=True)
    replay = folder / f"frame-{frame}.replay"
    replay.write_bytes(pickle.dumps((paths, cwd, fn, pickle.dumps(pickle.loads(payload), protocol=5), frame)))
    return replay


def one_line(error: BaseException) -> str:
    """`ValueError: message` and where it was raised, in one line."""
    where = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(where[-1].filename).name}:{where[-1].lineno})" if where else ""
    return f"{type(error).__name__}: {error}{place}"
