"""Runs the program in this process, as a shell would."""

import json
import sys
from dataclasses import dataclass
from typing import Any

from secondunit.cli.answer import end
from secondunit.cli.main import app


@dataclass(frozen=True)
class Ended:
    """How a command ended: its status, and what it wrote where."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on standard output."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)


class Front:
    """Types commands. capture, monkeypatch: pytest's."""

    def __init__(self, capture: Any, monkeypatch: Any) -> None:
        self.capture, self.monkeypatch = capture, monkeypatch

    def __call__(self, *words: object) -> Ended:
        """One command, without the program's name."""
        self.monkeypatch.setattr(sys, "argv", ["secondunit", *map(str, words)])
        self.capture.readouterr()
        status = end(lambda: app(standalone_mode=False))
        return Ended(status, *self.capture.readouterr())
