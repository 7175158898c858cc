"""Versions made: the tool fills staging; the door looks, writes recipe and run, keeps. Only `advance` calls this."""

import os
import platform
from dataclasses import dataclass

from secondunit.runner import appearing, facts, inspection, recipe
from secondunit.runner.clock import instant
from secondunit.runner.facts import Look, Seen
from secondunit.runner.named import plate_named
from secondunit.runner.production import Production
from secondunit.runner.work import Admission, Under, digest, walk
from secondunit.runner.workers import Listener, Workers
from secondunit.schema import (
    Brief,
    Draft,
    InputError,
    Inspection,
    LayerManifest,
    MakeRequest,
    Outcome,
    Plate,
    Recipe,
    Version,
    WorkFailed,
)
from secondunit.schema.facts import Facts
from secondunit.store.reading import Reading
from secondunit.store.writing import KeptFile, Writing


@dataclass(frozen=True)
class Inputs:
    """What a run starts from, as on record. plate_sha256: over the plate's files."""

    plate: Plate
    plate_sha256: str
    brief: Brief
    brief_sha256: str


@dataclass(frozen=True)
class Drafted:
    """A `work.Result`."""

    under: Under
    request: MakeRequest
    inputs: Inputs
    draft: Draft
    manifest: LayerManifest
    recipe: Recipe
    files: dict[str, KeptFile]
    seen: Seen
    look: Look
    inspected: Inspection

    def facts(self, reading: Reading) -> Facts:
        """See `work.Result`."""
        return facts.admit(
            reading,
            self.request,
            draft=self.draft,
            manifest=self.manifest,
            staging=self.under.job.staging,
            clearance=self.under.clearance.id,
            seen=self.seen,
            look=self.look,
            inspected=self.inspected,
        )

    def admission(self, reading: Reading) -> Admission:
        """See `work.Result`."""
        name, shot = reading.next_version(self.request.shot), self.request.shot
        version = Version(
            id=name,
            shot=shot,
            tool=self.recipe.tool,
            folder=f"versions/{shot}/{name}",
            brief=self.request.brief,
            brief_sha256=self.inputs.brief_sha256,
            plate=self.inputs.plate.id,
            clearance=self.under.clearance.id,
            made_by=self.request.actor,
            made_at=instant(),
            manifest=self.manifest,
            recipe_sha256=self.recipe.digest,
            files_sha256=digest(self.files),
            frames_sha256=digest(self.files, ".exr"),
            timings=self.draft.timings,
        )
        return Admission(version, version.name, version.folder, {"recipe": version.recipe_sha256})

    def put(self, writing: Writing, admission: Admission) -> None:
        """See `work.Result`."""
        assert isinstance(admission.made, Version)
        writing.put_version(admission.made)
        inspected = self.inspected.model_copy(update={"subject": admission.name})
        writing.put_said(inspected, admission.name, by=self.request.actor)


def make(production: Production, request: MakeRequest, console: Listener, workers: Workers) -> Outcome:
    """Run the brief's tool. Raises InputError when shot, plate, brief or device name nothing that is there."""
    with production.reading() as reading:
        plate = plate_named(reading, request.shot, request.plate)
        if reading.stored_brief(request.shot, request.brief) is None:
            raise InputError(f"There is no brief {request.shot}/{request.brief}: put one on record first.")
        seen = facts.see_make(production.folder, reading, plate, request.shot, request.brief)
    workers.find_device(request.device)
    # The plate that was looked at is the one that is used, even if a newer one comes in meanwhile.
    chosen = request.model_copy(update={"plate": plate.id})
    return walk(production, chosen, seen, console, workers, lambda under: _run(under, chosen))


def _run(under: Under, request: MakeRequest) -> Drafted:
    started, staging, inputs = instant(), under.job.staging, _inputs(under.production, request)
    draft = under.workers.make(
        inputs.brief,
        inputs.plate,
        staging=staging,
        production=under.production.folder,
        device=request.device,
        console=under.console,
    )
    manifest = inspection.manifest_of(draft, inputs.plate)
    ocio = under.production.settings.ocio_config
    made_of = recipe.recipe_of(inputs.brief, inputs.plate, inputs.plate_sha256, draft, request.device, ocio)
    recipe.write(staging, made_of, recipe.run_of(under.clearance, under.job.id, draft, _machine(), started, instant()))
    files = inspection.keep_files(staging)
    look = under.workers.look(staging, manifest)
    with under.production.reading() as reading:
        seen = facts.see_make(under.production.folder, reading, inputs.plate, request.shot, request.brief)
    blank = Inspection(subject=request.shot, subject_sha256=digest(files, ".exr"), at=instant())
    inspected = appearing.in_version(
        under.production, blank, inputs.plate, manifest, staging, workers=under.workers, console=under.console
    )
    return Drafted(under, request, inputs, draft, manifest, made_of, files, seen, look, inspected)


def _inputs(production: Production, request: MakeRequest) -> Inputs:
    with production.reading() as reading:
        plate, brief = reading.plate(request.shot, request.plate), reading.brief(request.shot, request.brief)
        sha256, stored = (
            reading.plate_sha256(plate) if plate else None,
            reading.stored_brief(request.shot, request.brief),
        )
    if plate is None or brief is None or sha256 is None or stored is None:
        raise WorkFailed(f"{request.shot}: its plate or brief went off the record after they were cleared.")
    return Inputs(plate, sha256, brief, stored.brief_sha256)


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
