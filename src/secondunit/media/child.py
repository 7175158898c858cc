"""The parent's side of a child process that does what native code might crash, hang or blow up over.

It asks one JSON request a line and reads one JSON line; a deadline, a size and a look at the exit status tell what went
wrong. This contains crashes, hangs, memory and disk bombs. It is no wall against code that takes the child over: that
has your rights. The child's side is `confined`.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .limits import Limits

POLL_S = 0.1
ANSWER_BYTES = 32 * 1024**2
PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR")
QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"}


def nothing() -> None:
    """Nobody asks to stop."""


def unwatched(stage: str, done: float, total: float) -> None:
    """Nobody watches how far it is."""


class Late(Exception):
    """No answer within the seconds allowed."""


class TooLong(Exception):
    """The answer has more bytes than we read."""


class Ended(Exception):
    """The child is gone. code: its exit status, negative for a signal."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    @property
    def cause(self) -> str:
        """The signal's name, or the status."""
        return signal.Signals(-self.code).name if self.code < 0 else f"exit {self.code}"


class Failed(Exception):
    """The child did not answer, or said that it could not; the words say why in one clause."""


class Child:
    """A child process. Use in a `with`; it is gone afterwards, whatever happened.

    command: Python's arguments. scratch: an empty folder of ours. check: called ten times a second while waiting; it
    may raise Cancelled.
    """

    def __init__(
        self, command: tuple[str, ...], scratch: Path, limits: Limits, check: Callable[[], None] = nothing
    ) -> None:
        self.command, self.scratch, self.limits, self.check = command, scratch, limits, check
        self._buffer = b""

    def __enter__(self) -> Self:
        scratch = self.scratch.resolve()
        environment = QUIET | {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self._child = subprocess.Popen(
            [sys.executable, *self.command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=scratch,
            env=environment,
            start_new_session=True,
        )
        self.send({"parent": os.getpid(), "scratch": str(scratch), "limits": asdict(self.limits)})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                # A child that died may leave a request in the pipe's buffer: nobody will read it.
                _close(pipe)

    def send(self, request: dict[str, Any]) -> None:
        """Ask; a child that is gone says why when its answer is read."""
        assert self._child.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._child.stdin.write(json.dumps(request).encode() + b"\n")
            self._child.stdin.flush()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer of a child that says {"failed": why} where it cannot; raises Failed, and whatever `check` does."""
        self.send(request)
        try:
            answer = json.loads(self.line())
        except Late as error:
            raise Failed(f"no answer within {self.limits.frame_s:.0f} s") from error
        except (TooLong, ValueError) as error:
            raise Failed("an answer that makes no sense") from error
        except Ended as ended:
            raise Failed(f"its process ended with {ended.cause}") from ended
        if not isinstance(answer, dict) or "failed" in answer:
            raise Failed(str(answer["failed"]) if isinstance(answer, dict) else "an answer that makes no sense")
        return answer

    def line(self) -> bytes:
        """The next answer; raises Late, TooLong or Ended, and whatever `check` raises."""
        assert self._child.stdout is not None
        until = time.monotonic() + self.limits.frame_s
        while b"\n" not in self._buffer:
            self.check()
            if time.monotonic() > until:
                raise Late
            ready, _, _ = select.select([self._child.stdout], [], [], POLL_S)
            if ready:
                chunk = os.read(self._child.stdout.fileno(), 1 << 20)
                if not chunk:
                    raise Ended(self._child.wait())
                self._buffer += chunk
            if len(self._buffer) > ANSWER_BYTES:
                raise TooLong
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


def _close(pipe: Any) -> None:
    with contextlib.suppress(OSError):
        pipe.close()
