"""Who does the work behind the door. The door knows this protocol only; the heavy rooms load when called."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from secondunit.runner.facts import Look
from secondunit.schema import (
    Brief,
    Draft,
    IngestRequest,
    Inspection,
    LayerManifest,
    Plate,
    Signs,
)

if TYPE_CHECKING:
    from secondunit.faces.enrol import Measured

Enrolled = Mapping[str, Sequence[Sequence[float]]]
"""Measures of performers, by name."""


class Listener(Protocol):
    """A front's ear while work goes on (`runner.screen.Screen` is one)."""

    def check(self) -> None:
        """Raise `schema.Cancelled` when the person has asked to stop."""
        ...

    def progress(self, stage: str, done: float, total: float) -> None:
        """How far a stage is, in units of its own."""
        ...

    def say(self, line: str) -> None:
        """A fact that the person must see."""
        ...


class Quiet:
    """Nobody listens: for tests and scripts."""

    def check(self) -> None:
        """Never cancels."""

    def progress(self, stage: str, done: float, total: float) -> None:
        """Shows nothing."""

    def say(self, line: str) -> None:
        """Shows nothing."""


class Workers(Protocol):
    """Workers take records and return records: they neither save nor judge. Files go into the given staging folder."""

    def ingest(
        self,
        request: IngestRequest,
        *,
        plate: str,
        folder: str,
        staging: Path,
        fps: float,
        start: int,
        console: Listener,
    ) -> Plate:
        """Decode into `staging`; plate is the new plate's id, folder where it will lie in the production."""
        ...

    def make(
        self, brief: Brief, plate: Plate, *, staging: Path, production: Path, device: str, console: Listener
    ) -> Draft:
        """Run the brief's tool into `staging`. production: the root that the records' relative paths start from."""
        ...

    def inspect(
        self,
        blank: Inspection,
        plate: Plate,
        folder: Path,
        *,
        made: Mapping[int, Path] | None = None,
        known: Inspection | None = None,
        enrolled: Enrolled | None = None,
        console: Listener,
    ) -> Inspection:
        """Look for people in a plate whose frames lie in `folder`, or in the pictures made of it (frame -> file).

        blank: all but what is found, which stays unknown where nobody can tell. known: what was found in the plate.
        enrolled: measures of the performers that faces are compared with; nothing of anybody else is kept.
        """
        ...

    def read_signs(self, blank: Signs, plate: Plate, folder: Path, *, console: Listener) -> Signs:
        """Read what is legible in a plate whose frames lie in `folder`. blank: all but what is found."""
        ...

    def measure(self, pictures: Sequence[Path], others: Enrolled, *, console: Listener) -> "Measured":
        """Measure a performer's references. Raise InputError for one that does not do. others: for the error rates."""
        ...

    def check(self, brief: Brief, plate: Plate, *, production: Path, given: Mapping[str, Path]) -> None:
        """Raise InputError for a brief that its tool could not work with. given: option -> the user's own file."""
        ...

    def find_device(self, device: str) -> None:
        """Raise InputError for a device that work cannot run on here."""
        ...

    def look(self, staging: Path, manifest: LayerManifest) -> Look:
        """Read frames back, independently of the tool that wrote them."""
        ...


class House:
    """The house's own workers."""

    def ingest(
        self,
        request: IngestRequest,
        *,
        plate: str,
        folder: str,
        staging: Path,
        fps: float,
        start: int,
        console: Listener,
    ) -> Plate:
        """See `media.plates.ingest`."""
        from secondunit.media import plates

        return plates.ingest(
            request,
            plate=plate,
            folder=folder,
            staging=staging,
            fps=fps,
            start=start,
            say=console.say,
            check=console.check,
            progress=console.progress,
        )

    def make(
        self, brief: Brief, plate: Plate, *, staging: Path, production: Path, device: str, console: Listener
    ) -> Draft:
        """See `runner.local.run_tool`."""
        from secondunit.runner import local

        return local.run_tool(brief, plate, staging=staging, production=production, device=device, console=console)

    def inspect(
        self,
        blank: Inspection,
        plate: Plate,
        folder: Path,
        *,
        made: Mapping[int, Path] | None = None,
        known: Inspection | None = None,
        enrolled: Enrolled | None = None,
        console: Listener,
    ) -> Inspection:
        """See `faces.inspect`."""
        from secondunit.faces import inspect

        say, check, progress = console.say, console.check, console.progress
        if made is None:
            return inspect.inspect_plate(
                blank, plate, folder, enrolled=enrolled, say=say, check=check, progress=progress
            )
        return inspect.inspect_version(
            blank, plate, folder, dict(made), known=known, enrolled=enrolled, say=say, check=check, progress=progress
        )

    def read_signs(self, blank: Signs, plate: Plate, folder: Path, *, console: Listener) -> Signs:
        """See `signs.inspect`."""
        from secondunit.signs import inspect

        return inspect.read_plate(blank, plate, folder, say=console.say, check=console.check, progress=console.progress)

    def measure(self, pictures: Sequence[Path], others: Enrolled, *, console: Listener) -> "Measured":
        """See `faces.enrol`."""
        from secondunit.faces import enrol

        return enrol.measure(pictures, others, console.check)

    def check(self, brief: Brief, plate: Plate, *, production: Path, given: Mapping[str, Path]) -> None:
        """See `tools.base`."""
        from secondunit.runner import local

        local.tool_of(brief).check(brief, plate, production / plate.frames_folder, given)

    def find_device(self, device: str) -> None:
        """See `runner.local.check_device`."""
        from secondunit.runner import local

        local.check_device(device)

    def look(self, staging: Path, manifest: LayerManifest) -> Look:
        """See `runner.looking`."""
        from secondunit.runner import looking

        return looking.look(staging, manifest)
