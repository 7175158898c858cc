"""A production in a folder, and workers that write a few bytes: enough to test the door, not the tools."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from secondunit.runner.advance import advance
from secondunit.runner.facts import Look
from secondunit.runner.production import Production, init_production, open_production
from secondunit.schema import (
    BriefRequest,
    CollapseBrief,
    Draft,
    IngestRequest,
    InitRequest,
    InputError,
    Inspection,
    Layer,
    MakeRequest,
    Outcome,
    Plate,
    Signs,
    Tri,
    Version,
)
from tests.runner import people

GOOD = {"finite": Tri.TRUE, "complete": Tri.TRUE, "hull_untouched": Tri.TRUE}
LAYERS = (Layer(name="comp", channels=("R", "G", "B"), pixel_type="half", what="everything"),)
EXTRAS = ("contact.png",)
CORNERS = ((1, 1), (5, 1), (5, 5), (1, 5))


class Hands:
    """Workers whose every answer a test can change."""

    def __init__(self, **facts: Tri) -> None:
        self.facts = GOOD | facts
        self.looked = Look(Tri.TRUE, Tri.TRUE)
        self.people: dict[str, Tri] = {}
        self.signs: dict[str, Any] = {}
        self.leave_out: tuple[str, ...] = ()
        self.add: tuple[str, ...] = ()
        self.during: Any = lambda: None
        self.fault: str | None = None
        self.devices: tuple[str, ...] = ("cpu", "cuda:0")

    def ingest(self, request: IngestRequest, *, plate: str, folder: str, staging: Path, **_: Any) -> Plate:
        """Two frames of a few bytes."""
        for frame in (1001, 1002):
            self._write(staging, f"frame.{frame}.exr", f"{request.source} {frame}")
        self._write_extra(staging)
        self.during()
        about = {"id": plate, "shot": request.shot, "kind": "sequence", "frames_folder": folder}
        window = {"width": 8, "height": 6, "data_window": (0, 0, 7, 5), "display_window": (0, 0, 7, 5)}
        clock = {"first_frame": 1001, "last_frame": 1002, "fps": 24.0, "colorspace": "ACEScg"}
        return Plate(**about, **window, **clock, source_name="x", source_sha256="0" * 64, colorspace_said="given")

    def make(self, brief: CollapseBrief, plate: Plate, *, staging: Path, **_: Any) -> Draft:
        """One layer of two frames, one extra."""
        for name in ("comp/comp.1001.exr", "comp/comp.1002.exr", *EXTRAS):
            self._write(staging, name, f"{name} {brief.seed}")
        self._write_extra(staging)
        self.during()
        frames = {"first_frame": 1001, "last_frame": 1002, "width": 8, "height": 6}
        return Draft(layers=LAYERS, extras=EXTRAS, facts=self.facts, timings={"make": 0.5}, **frames)

    def measure(self, pictures: Any, others: Any, **_: Any) -> Any:
        """Nobody is measured, unless a test has hands that do."""
        raise InputError("no face matcher is installed")

    def inspect(self, blank: Inspection, plate: Plate, folder: Path, **_: Any) -> Inspection:
        """Nobody can tell, unless the test says what was found (people, altered)."""
        return blank.model_copy(update=self.people)

    def read_signs(self, blank: Signs, plate: Plate, folder: Path, **_: Any) -> Signs:
        """Nobody can tell, unless the test says what was read (signs, legible)."""
        return blank.model_copy(update=self.signs)

    def check(self, brief: CollapseBrief, plate: Plate, **_: Any) -> None:
        """Refuses a brief where the test wants it."""
        if self.fault:
            raise InputError(self.fault)

    def find_device(self, device: str) -> None:
        """Only those that the test has."""
        if device not in self.devices:
            raise InputError(f"--device {device} is not on this machine: use cpu.")

    def look(self, staging: Path, manifest: Any) -> Look:
        """What the test wants seen."""
        return self.looked

    def _write(self, staging: Path, name: str, text: str) -> None:
        if name in self.leave_out:
            return
        (staging / name).parent.mkdir(exist_ok=True)
        (staging / name).write_text(text)

    def _write_extra(self, staging: Path) -> None:
        for name in self.add:
            self._write(staging, name, name)


@contextlib.contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder in memory where the system offers one: these tests kill processes, not the power."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def new(folder: Path) -> Production:
    """An open production with Ann (supervisor and artist), Leo (legal) and Sue (supervisor); the last two have keys."""
    outcome = init_production(folder, InitRequest(actor="Ann", title="Again", code="AGM"))
    assert outcome.exit_code == 0, outcome.says()
    production = open_production(folder)
    people.add(production, "Leo", "legal")
    people.add(production, "Sue", "supervisor")
    return production


def done(outcome: Outcome) -> Any:
    """What the move put in place; fails with the gate's words if it was not allowed."""
    assert outcome.exit_code == 0, outcome.says()
    return outcome.made


def add_plate(production: Production, shot: str = "A010", workers: Any = None, actor: str = "Ann") -> Outcome:
    """Take in the plate of a shot."""
    return advance(production, IngestRequest(actor=actor, shot=shot, source="x.exr"), workers=workers or Hands())


def add_brief(
    production: Production, shot: str = "A010", seed: int = 1, workers: Any = None, actor: str = "Ann", **given: Any
) -> Outcome:
    """Put a brief on record. given: fields of its request."""
    brief = CollapseBrief(shot=shot, facade=CORNERS, seed=seed)
    return advance(production, BriefRequest(actor=actor, brief=brief, **given), workers=workers or Hands())


def ready(folder: Path) -> Production:
    """A production with a plate and a brief for A010."""
    production = new(folder)
    done(add_plate(production))
    done(add_brief(production))
    return production


def make(production: Production, workers: Any = None, actor: str = "Ann", brief: str = "b001") -> Outcome:
    """Make a version of A010."""
    request = MakeRequest(actor=actor, shot="A010", brief=brief)
    return advance(production, request, workers=workers or Hands())


def made(production: Production) -> Version:
    """A version of A010."""
    version = done(make(production))
    assert isinstance(version, Version)
    return version


def on_record(production: Production) -> Version:
    """The first version of A010, as it is on record."""
    with production.reading() as reading:
        found = reading.version("A010", "v001")
    assert found is not None
    return found


def left(production: Production) -> tuple[list[str], list[str]]:
    """Version folders, and job folders, that lie on disk."""
    versions = sorted(p.relative_to(production.folder).as_posix() for p in production.folder.glob("versions/*/*"))
    jobs = sorted(p.name for p in production.folder.glob("scratch/jobs/*"))
    return versions, jobs
