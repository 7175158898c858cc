"""Plates taken in: the worker decodes, the door keeps. Only `advance` calls this."""

from dataclasses import dataclass

from secondunit.runner import facts, identities, inspection
from secondunit.runner.clock import instant
from secondunit.runner.facts import Seen
from secondunit.runner.production import Production
from secondunit.runner.work import Admission, Under, digest, walk
from secondunit.runner.workers import Listener, Workers
from secondunit.schema import IngestRequest, Inspection, Outcome, Plate, Signs
from secondunit.schema.facts import Facts
from secondunit.store.reading import Reading
from secondunit.store.writing import KeptFile, Writing


@dataclass(frozen=True)
class Decoded:
    """A `work.Result`."""

    under: Under
    request: IngestRequest
    plate: Plate
    files: dict[str, KeptFile]
    inspected: Inspection
    signs: Signs

    def facts(self, reading: Reading) -> Facts:
        """See `work.Result`."""
        return facts.admit_plate(reading, self.request, self.plate, self.under.job.staging, self.under.clearance.id)

    def admission(self, reading: Reading) -> Admission:
        """The id guessed for the worker may have been taken meanwhile: this one counts."""
        name = reading.next_plate(self.request.shot)
        folder = _folder(self.request.shot, name)
        fields = {"id": name, "shot": self.request.shot, "frames_folder": folder}
        plate = Plate.model_validate(self.plate.model_dump() | fields)
        return Admission(plate, f"{plate.shot}/{plate.id}", folder, {"source": plate.source_sha256})

    def put(self, writing: Writing, admission: Admission) -> None:
        """See `work.Result`."""
        assert isinstance(admission.made, Plate)
        writing.put_plate(admission.made, digest(self.files), self.under.clearance.id)
        inspected = self.inspected.model_copy(update={"subject": admission.name})
        writing.put_said(inspected, admission.name, by=self.request.actor)
        signs = self.signs.model_copy(update={"subject": admission.name})
        writing.put_said(signs, admission.name, by=self.request.actor)


def ingest(production: Production, request: IngestRequest, console: Listener, workers: Workers) -> Outcome:
    """Take a plate in."""
    return walk(production, request, Seen(production.folder), console, workers, lambda under: _decode(under, request))


def _decode(under: Under, request: IngestRequest) -> Decoded:
    with under.production.reading() as reading:
        guess = reading.next_plate(request.shot)
    plate = under.workers.ingest(
        request,
        plate=guess,
        folder=_folder(request.shot, guess),
        staging=under.job.staging,
        fps=under.production.settings.fps,
        start=under.production.settings.start,
        console=under.console,
    )
    files = inspection.keep_files(under.job.staging)
    blank = Inspection(subject=f"{request.shot}/{guess}", subject_sha256=digest(files), at=instant())
    with under.production.reading() as reading:
        enrolled = identities.looked_for(reading, under.production.folder, request.shot, under.console.say)
    inspected = under.workers.inspect(blank, plate, under.job.staging, enrolled=enrolled, console=under.console)
    unread = Signs(subject=blank.subject, subject_sha256=blank.subject_sha256, at=instant())
    signs = under.workers.read_signs(unread, plate, under.job.staging, console=under.console)
    return Decoded(under, request, plate, files, inspected, signs)


def _folder(shot: str, plate: str) -> str:
    return f"plates/{shot}/{plate}"
