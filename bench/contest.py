"""Runs contestants: each in a process of its own, in the interpreter where it lives, in turns."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "peers"
LIMIT_S = 900


@dataclass(frozen=True)
class Contestant:
    """A script of bench/peers with its interpreter and options."""

    name: str
    script: str
    python: str
    task: Path
    options: Mapping[str, object]


@dataclass
class Tally:
    """What a contestant's runs took, and where the last one left its states."""

    contestant: Contestant
    runs: list[dict[str, Any]] = field(default_factory=list)
    out: Path = Path()

    def figures(self) -> dict[str, Any]:
        """Median and spread of every figure."""
        told: dict[str, Any] = {"settings": dict(self.contestant.options), "runs": len(self.runs)}
        for key, value in self.runs[-1].items():
            if isinstance(value, (int, float)):
                values = [float(run[key]) for run in self.runs]
                told[key] = {"median": statistics.median(values), "min": min(values), "max": max(values)}
            else:
                told[key] = value
        return told


def compete(
    contestants: Sequence[Contestant], folder: Path, repeats: int, say: Callable[[str], None] = print
) -> dict[str, Tally]:
    """Every contestant in turn, and the whole round again, so that a busy minute of the machine hits all alike."""
    tallies = {one.name: Tally(one) for one in contestants}
    for turn in range(repeats):
        for one in contestants:
            out = folder / f"{one.name.replace(' ', '-').replace(',', '')}.npz"
            said = play(one, out)
            said["load"] = os.getloadavg()[0]
            tallies[one.name].runs.append(said)
            tallies[one.name].out = out
            say(f"  {turn + 1}/{repeats} {one.name:34} {short(said)}")
    return tallies


def short(said: Mapping[str, Any]) -> str:
    """A line of figures."""
    return ", ".join(f"{k} {v:.2f}" for k, v in said.items() if isinstance(v, float))


def play(one: Contestant, out: Path) -> dict[str, Any]:
    """One run; its last line is JSON. Ends the bench where the program fails."""
    words = [one.python, str(HERE / one.script), str(one.task), str(out), json.dumps(dict(one.options))]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        sys.exit(f"{one.name} ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-2000:]}")
    said = json.loads(lines[-1])
    assert isinstance(said, dict)
    return said
