"""How good the ageing tool is, measured: on rendered heads, on a still that is moved, in seconds. No version is made.

Everything happens in a temporary folder that is gone afterwards: nothing of a picture leaves this process but numbers.
"""

import hashlib
import json
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from secondunit.runner import bench_age_speed
from secondunit.runner.bench_age_speed import InProcess
from secondunit.runner.local import LocalContext
from secondunit.runner.workers import Listener
from secondunit.schema import AgeBrief, IngestRequest, InputError

if TYPE_CHECKING:
    from secondunit.tools.age_trial.gates import Figure
    from secondunit.tools.age_trial.on_clip import Still
    from secondunit.tools.age_trial.pictures import Image, Take

OWN = Path(__file__).parents[3] / "examples" / "head"
"""The repository's own rendered head, in a checkout."""
SCALE = (
    "Estimated years are those of the program given with --estimator, which errs, and rewards smoothing: they count "
    "only while identity, grain and moles hold. The recipe's scale is of rendered heads: the age between whose renders "
    "the result's detail lies. It says what the tool does to these heads, not what a person sees."
)
FEW = 4
"""Frames for which it does not pay to start a process on every core."""
FILMED = "measure on a filmed clip"
FOREIGN = (
    "is not the repository's own rendered head: it is measured only. No picture is written outside a temporary folder "
    "that is removed, no version is made, and only numbers leave."
)


@dataclass(frozen=True)
class Asked:
    """pairs: folders of rendered heads. still: the picture that is moved, None: the repository's own. frames: of it.

    speed: whether seconds are measured, at 1080p. estimator: a command line that tells years (see `_Estimator`).
    """

    pairs: tuple[Path, ...] = ()
    still: Path | None = None
    frames: int = 24
    speed: bool = True
    estimator: str = ""


class Quiet:
    """A listener that hears the tool's own words and does not repeat them, and stops when the person asks to."""

    def __init__(self, console: Listener) -> None:
        self.console = console

    def say(self, line: str) -> None:
        """Nothing."""

    def progress(self, stage: str, done: float, total: float) -> None:
        """Nothing, but it may raise Cancelled."""
        self.console.check()

    def check(self) -> None:
        """Raise Cancelled when the person has asked to stop."""
        self.console.check()


def measure(asked: Asked, console: Listener) -> "list[Figure]":
    """Every figure, in the order of the table. Raises InputError for material that does not do, Cancelled."""
    from secondunit.faces import follow, models

    try:
        follow.networks()
    except models.Missing as missing:
        raise InputError(f"No face can be followed here ({missing}): `make demo` or `make test` installs it.") from None
    with tempfile.TemporaryDirectory(prefix="secondunit-bench-") as scratch:
        return _Bench(asked, Path(scratch), console).figures()


def answer(figures: "Sequence[Figure]") -> dict[str, Any]:
    """For JSON."""
    from secondunit.tools.age_trial import gates

    return {"figures": [figure.answer() for figure in figures], "said": gates.tally(figures), "scale": SCALE}


def lines(figures: "Sequence[Figure]") -> list[str]:
    """For a person."""
    from secondunit.tools.age_trial import gates

    return [*gates.lines(figures), "", gates.tally(figures), SCALE]


class _Estimator:
    """A program of the user's that estimates age: given paths of pictures, it prints a JSON list of years, or nulls."""

    def __init__(self, command: str) -> None:
        self.words = shlex.split(command)
        if not self.words or shutil.which(self.words[0]) is None:
            raise InputError(f"--estimator {command}: no such program; give a command line that takes pictures.")

    def years(self, pictures: Sequence[Path]) -> "list[float | None]":
        """Years of the face in each picture. Raises InputError where the program fails or answers something else."""
        done = subprocess.run([*self.words, *map(str, pictures)], capture_output=True, text=True, check=False)
        try:
            if done.returncode:
                raise ValueError(f"it ended with {done.returncode}: {(done.stderr.strip() or 'no word')[-200:]}")
            said = json.loads(done.stdout.strip().splitlines()[-1])
            years = [None if each is None else float(each) for each in said]
            if len(years) != len(pictures):
                raise ValueError(f"{len(years)} answers for {len(pictures)} pictures")
        except (ValueError, TypeError, IndexError) as wrong:
            raise InputError(
                f"--estimator {self.words[0]} did not answer with one JSON list of years ({wrong})."
            ) from wrong
        return years


class _Bench:
    def __init__(self, asked: Asked, scratch: Path, console: Listener) -> None:
        self.asked, self.scratch, self.console = asked, scratch, console
        self.quiet, self.count = Quiet(console), 0

    def figures(self) -> "list[Figure]":
        from secondunit.tools.age_trial import on_clip

        still = self._still()
        heads = self._heads()
        clip = on_clip.measure(still, self.asked.frames, self.make, self.scratch, self.console.progress)
        return [*heads, *clip, *self._filmed(), *self._speed(still)]

    def make(self, take: "Take", brief: AgeBrief) -> Path:
        """A version by the real tool: a few frames in this process, a clip over the cores."""
        from secondunit.tools import age

        self.count += 1
        staging = self.scratch / f"version-{self.count}"
        shutil.rmtree(self.scratch / f"version-{self.count - 1}", ignore_errors=True)
        context = InProcess if len(take.frames) <= FEW else LocalContext
        with context(staging, self.scratch / "cache", take.folder, console=self.quiet, files=self.scratch) as ctx:
            age.make(brief, take.plate, ctx)
        return staging

    def _still(self) -> "Still":
        from secondunit.tools.age_trial import on_clip, pictures

        own = OWN / "plate.jpg"
        path = self.asked.still or own
        if not path.is_file():
            raise InputError(f"{path} is not there: give a picture of a face with --still.")
        foreign = not own.is_file() or _sha256(path) != _sha256(own)
        if foreign:
            self.console.say(f"{path} {FOREIGN}")
        taken = self._taken(path, "still")
        code = pictures.shown(frames_of(taken)[0])
        return on_clip.Still.of_picture(code, "the still given" if foreign else "the example's still")

    def _taken(self, path: Path, name: str) -> "Take":
        """A picture or a film as a plate, decoded in the child process that all plates go through."""
        from secondunit.media import plates
        from secondunit.tools.age_trial.pictures import Take

        folder = self.scratch / name
        folder.mkdir()
        asked = IngestRequest(actor="bench", shot="TR010", source=str(path))
        plate = plates.ingest(
            asked,
            plate="PL01_v001",
            folder=name,
            staging=folder,
            fps=24.0,
            start=1001,
            say=self.quiet.say,
            check=self.quiet.check,
            progress=self.quiet.progress,
        )
        return Take(plate, folder)

    def _heads(self) -> "list[Figure]":
        from secondunit.tools.age_trial import estimate, identity, material, on_heads

        heads = material.heads(self.asked.pairs)
        ask = _Estimator(self.asked.estimator).years if self.asked.estimator else None
        judges = on_heads.Judges(identity.Identities(self.quiet.check), estimate.Estimates(ask))
        return on_heads.measure(heads, self.make, judges, self.scratch, self.console.progress)

    def _filmed(self) -> "list[Figure]":
        from secondunit.tools.age_trial import on_clip

        film = OWN / "plate.mp4"
        if not film.is_file():
            return [on_clip.NOT_FILMED]
        self.console.progress(FILMED, 0, 1)
        found = on_clip.filmed(self._taken(film, "film"), "the example's clip", self.make)
        self.console.progress(FILMED, 1, 1)
        return [found]

    def _speed(self, still: "Still") -> "list[Figure]":
        if not self.asked.speed:
            return bench_age_speed.unasked()
        return bench_age_speed.measure(still, self.scratch, self.quiet, self.console.progress)


def frames_of(take: "Take") -> "list[Image]":
    """The frames of a plate, (H,W,3) ACEScg."""
    from secondunit.media import frames

    window = take.plate.display_window
    return [frames.read_rgb(take.folder / take.plate.frame_name(n), window) for n in take.frames]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
