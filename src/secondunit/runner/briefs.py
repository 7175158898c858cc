"""Briefs put on record: checked against the plate first, so that what is on record can be worked with.

Only `advance` calls this.
"""

from dataclasses import dataclass
from pathlib import Path

from secondunit.runner import entries
from secondunit.runner.given import file_sha256, file_text
from secondunit.runner.named import plate_named
from secondunit.runner.production import Production
from secondunit.runner.workers import Listener, Workers
from secondunit.schema import Brief, BriefRequest, InputError, Outcome, Plate, StoredFile, StoredFrames
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
    files = _given(request, plate)
    before = {path: file_sha256(path, option) for option, listed in files.items() for path in listed.files}
    given = {
        "--matte": request.matte_file,
        "--building": request.building_file,
        "--roto": request.roto_file,
        "--track": request.track_file,
    }
    workers.check(
        brief,
        plate,
        production=production.folder,
        given={option: Path(name) for option, name in given.items() if name is not None},
    )
    console.check()
    for option, listed in files.items():
        stored = tuple(_kept(production, path, option, before[path]) for path in listed.files)
        kept = StoredFrames(files=stored, first_frame=listed.first_frame) if option == "--roto" else stored[0]
        brief = _with(brief, **{option.removeprefix("--"): kept})
    done = dict.fromkeys(("matte_file", "roto_file", "track_file", "building_file"))
    return request.model_copy(update={**done, "brief": brief})


@dataclass(frozen=True)
class _Given:
    """Files of the user's own; first_frame as in `StoredFrames`."""

    files: tuple[Path, ...]
    first_frame: int | None = None


def _given(request: BriefRequest, plate: Plate) -> dict[str, _Given]:
    """Files that a request names and that are kept, by option. Raises InputError for what a sequence lacks."""
    out = {}
    if request.matte_file is not None:
        out["--matte"] = _Given((Path(request.matte_file),))
    if request.track_file is not None:
        out["--track"] = _Given((Path(request.track_file),))
    if request.roto_file is not None:
        from secondunit.media import mattes, sidecars

        with sidecars.named("--roto", request.roto_file):
            found = mattes.listed(request.roto_file, plate.frames)
        out["--roto"] = _Given(found.files, plate.first_frame if found.numbered else None)
    return out


def _kept(production: Production, path: Path, option: str, before: str) -> StoredFile:
    """A user's file copied in. Raises InputError where it is no longer what was checked."""
    stored = blobs.keep(production.folder, path)
    if stored.sha256 != before:
        raise InputError(f"{option} {path} changed while it was read: give it again when it is whole.")
    return stored


def _with(brief: Brief, **fields: object) -> Brief:
    return brief.model_copy(update=fields)
