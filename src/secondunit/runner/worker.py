"""A worker process of `jobs.map_frames`, and the replay of a frame that failed.

`python -m secondunit.runner.worker JOB FD PARENT` serves frames over a pipe; `... FILE.replay` runs one frame alone,
here, with its traceback. Job files are pickles that the same user's own process wrote a moment before.
"""

import ctypes
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """End when `parent` ends, even by kill -9: the kernel sees to it on Linux, a thread that looks elsewhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        os._exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def serve(job: Path, fd: int, parent: int) -> None:
    """Answer (index, frame) with (ok, result or reason) until the pipe closes."""
    die_with(parent)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    pipe = Connection(fd)
    state: tuple[Callable[[Any, int], Any], Any] | None = None
    while True:
        try:
            _, frame = pipe.recv()
        except (EOFError, ConnectionResetError):
            return
        try:
            state = state or load(job)
            answer = pickle.dumps((True, state[0](state[1], frame)), protocol=5)
        except BaseException as error:  # noqa: BLE001 - the parent judges; whatever happened must reach it
            answer = pickle.dumps((False, describe(error)))
        pipe.send_bytes(answer)


def describe(error: BaseException) -> str:
    """The error in one line with its place, as the parent prints it."""
    from secondunit.runner.jobs import one_line

    if isinstance(error, MemoryError):
        return f"memory ran out: {one_line(error)}; try fewer processes with SECONDUNIT_WORKERS=1."
    return one_line(error)


def load(job: Path) -> tuple[Callable[[Any, int], Any], Any]:
    """Function and payload of a job file."""
    paths, cwd, fn, payload = pickle.loads(job.read_bytes())[:4]
    os.chdir(cwd)
    sys.path[:] = paths + [p for p in sys.path if p not in paths]
    function, arguments = pickle.loads(fn), pickle.loads(payload)
    if "warp" in sys.modules:
        from secondunit.tools.warp_start import start_warp

        start_warp()
    return function, arguments


def replay(file: Path) -> None:
    """Run the frame of a replay file in this process; its traceback is the answer."""
    fn, payload = load(file)
    frame = pickle.loads(file.read_bytes())[4]
    result = fn(payload, frame)
    print(f"frame {frame} ran: {type(result).__name__}")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        replay(Path(sys.argv[1]))
    else:
        serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
