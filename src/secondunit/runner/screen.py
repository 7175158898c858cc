"""Consoles for a person: progress with time left, lines that must be seen. Never on standard output."""

import sys
import time
from typing import Any, Protocol, TextIO

from secondunit.runner.jobs import Stop
from secondunit.runner.pace import Pace

PLAIN_EVERY_S = 5.0


class Screen(Protocol):
    """A `workers.Listener` that can be put away."""

    stop: Stop
    """Asked by `check`; a signal handler sets it."""

    def check(self) -> None:
        """Raise `schema.Cancelled` when the person has asked to stop."""
        ...

    def progress(self, stage: str, done: float, total: float) -> None:
        """How far a stage is; done == total ends it."""
        ...

    def say(self, line: str) -> None:
        """A fact that the person must see."""
        ...

    def close(self) -> None:
        """Put the terminal back."""
        ...


class PlainScreen:
    """One line at a time, for logs and pipes: at most one progress line per stage every few seconds."""

    def __init__(self, stream: TextIO | None = None, every_s: float = PLAIN_EVERY_S) -> None:
        self.stop = Stop()
        self.stream = stream or sys.stderr
        self.every_s = every_s
        self._paces: dict[str, Pace] = {}
        self._shown: dict[str, float] = {}

    def say(self, line: str) -> None:
        """Write the line at once."""
        print(line, file=self.stream, flush=True)

    def check(self) -> None:
        """Raise Cancelled when the person has asked to stop."""
        self.stop.check()

    def progress(self, stage: str, done: float, total: float) -> None:
        """Write `stage 12/48 25%, 00:31 left` when the last such line is old enough, and when the stage ends."""
        self.check()
        if done >= total and stage not in self._paces:
            return  # over before it began: no news
        now = time.monotonic()
        pace = self._paces.setdefault(stage, Pace(now))
        pace.step(now, done)
        if done >= total:
            self._paces.pop(stage)
            self._shown.pop(stage, None)
            self.say(f"{stage}: done in {now - pace.start:.1f} s")
        elif now - self._shown.setdefault(stage, now) >= self.every_s:
            self._shown[stage] = now
            left = left_said(pace, total)
            self.say(f"{stage}: {done:g}/{total:g} {done / total:.0%}{f', {left}' if left else ''}")

    def close(self) -> None:
        """Nothing to put back."""


class RichScreen:
    """Bars with time left on a terminal."""

    def __init__(self, stream: TextIO | None = None) -> None:
        from rich.console import Console as Terminal
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        self.stop = Stop()
        self._terminal = Terminal(file=stream or sys.stderr)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[left]}"),
        )
        self._bars = Progress(*columns, console=self._terminal, transient=True)
        self._tasks: dict[str, tuple[Any, Pace]] = {}

    def say(self, line: str) -> None:
        """Print above the bars."""
        self._terminal.print(line, highlight=False, markup=False)

    def check(self) -> None:
        """Raise Cancelled when the person has asked to stop."""
        self.stop.check()

    def progress(self, stage: str, done: float, total: float) -> None:
        """Move the stage's bar; a finished stage leaves one line with its seconds."""
        self.check()
        if done >= total and stage not in self._tasks:
            return
        if stage not in self._tasks:
            self._bars.start()
            self._tasks[stage] = (self._bars.add_task(stage, total=total, left=""), Pace(time.monotonic()))
        task, pace = self._tasks[stage]
        now = time.monotonic()
        pace.step(now, done)
        self._bars.update(task, completed=done, total=total, left=left_said(pace, total))
        if done >= total:
            self._bars.remove_task(task)
            del self._tasks[stage]
            self.say(f"{stage}: done in {now - pace.start:.1f} s")
            if not self._tasks:
                self._bars.stop()

    def close(self) -> None:
        """Remove what is left of the bars."""
        self._bars.stop()


def open_screen(stream: TextIO | None = None) -> Screen:
    """Bars on a terminal, plain lines elsewhere."""
    stream = stream or sys.stderr
    return RichScreen(stream) if stream.isatty() else PlainScreen(stream)


def left_said(pace: Pace, total: float) -> str:
    """`00:31 left`, or nothing while nobody can know."""
    left = pace.left_s(total)
    return "" if left is None else f"{clock(left)} left"


def clock(seconds: float) -> str:
    """`1:02:03` or `02:03`."""
    minutes, s = divmod(round(seconds), 60)
    hours, m = divmod(minutes, 60)
    return f"{hours}:{m:02d}:{s:02d}" if hours else f"{m:02d}:{s:02d}"
