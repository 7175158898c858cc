"""Briefs put on record: checked against the plate first, so that what is on record can be worked with.

Only `advance` calls this.
"""

from pathlib import Path

from secondunit.runner import entries
from secondunit.runner.given import file_sha256, file_text
from secondunit.runner.named import plate_named
from secondunit.runner.production import Production
from secondunit.runner.workers import Listener, Workers
from secondunit.schema import Brief, BriefRequest, InputError, Outcome, Plate
from secondunit.store import blobs


def put(production: Production, request: BriefRequest, console: Listener, workers: Workers) -> Outcome:
    """Put a brief on record, with copies of its files. Raises InputError for one that its tool could not work with, or
    for a device that is not there, Cancelled when the person stops it.

    The gate is asked first, without a record of it: nobody's file is decoded for a person who may write no briefs.
    """
    with production.reading() as reading:
        plate = plate_named(reading, request.brief.shot, request.plate)
    if entries.allowed(production, request):
        request = _checked(production, request, plate, console, workers)
    return entries.enter(production, request)


def _checked(
    production: Production, request: BriefRequest, plate: Plate, console: Listener, workers: Workers
) -> BriefRequest:
    """The brief as it is kept: its files read, checked, copied in and named by content."""
    brief = request.brief
    if request.device is not None:
        workers.find_device(request.device)
    if request.building_file is not None:
        brief = _with(brief, building=file_text(Path(request.building_file), "--building", "a TOML file"))
    matte = Path(request.matte_file) if request.matte_file is not None else None
    before = file_sha256(matte, "--matte") if matte else None
    given = {"--matte": request.matte_file, "--building": request.building_file}
    workers.check(
        brief,
        plate,
        production=production.folder,
        given={option: Path(name) for option, name in given.items() if name is not None},
    )
    console.check()
    if matte:
        stored = blobs.keep(production.folder, matte)
        if stored.sha256 != before:
            raise InputError(f"--matte {matte} changed while it was read: give it again when it is whole.")
        brief = _with(brief, matte=stored)
    return request.model_copy(update={"brief": brief, "matte_file": None, "building_file": None})


def _with(brief: Brief, **fields: object) -> Brief:
    return brief.model_copy(update=fields)
