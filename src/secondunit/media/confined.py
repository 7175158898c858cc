"""The child's side of a confined process (see `child`): one JSON request a line in, one JSON answer a line out.

It limits its own memory, time and file size before the first request, dumps no core, and ends when its input ends or
its parent dies.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .limits import Limits

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
Answer = dict[str, Any]


def confine(limits: Limits) -> None:
    """Give up memory, core dumps and big files; die with the parent. Linux keeps all promises, others most."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    largest = limits.pixels * 16 + 4096
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def allow_seconds(seconds: float) -> None:
    """Processor time for the next request (two threads may spend it), on top of what is already used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + 2 * seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def attempted(doing: Mapping[str, Callable[[Answer], Answer]], request: Answer, limits: Limits) -> Answer:
    """Do one request, by its "do", within a frame's time. Whatever goes wrong is answered as {"failed": why}."""
    allow_seconds(limits.frame_s)
    try:
        return doing[request["do"]](request)
    except Exception as error:  # noqa: BLE001 - a failure is an answer: what was asked stays unknown then
        return {"failed": " ".join(f"{type(error).__name__}: {error}".split())[:200]}


def serve(open_session: Callable[[Path, Limits], Callable[[Answer], Answer]]) -> None:
    """Answer requests until the input ends. open_session: scratch folder and limits -> what answers a request."""
    setup = json.loads(sys.stdin.readline())
    confine(limits := Limits(**setup["limits"]))
    if os.getppid() != setup["parent"]:
        return  # the parent died before we asked to die with it
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not look like an answer
    answer = open_session(Path(setup["scratch"]), limits)
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()
