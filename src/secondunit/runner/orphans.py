"""Start-up clean-up: what jobs that died left behind, and measures of faces whose day of destruction has come.

A folder is renamed into versions/ or plates/ only while its process holds the database's write lock, and the row that
names it is committed before that lock is let go. So whoever holds the lock and finds a folder without a row has found
what a dead process left between the two, never work in progress.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from secondunit.runner import identities, staging
from secondunit.schema import Erasure
from secondunit.store.database import Store
from secondunit.store.reading import Reading
from secondunit.store.writing import Writing

SOFTWARE = "second unit"
"""Who acts when no person does."""
PLACES = {"plates": re.compile(r"^PL[0-9]{2}_v[0-9]{3,}$"), "versions": re.compile(r"^v[0-9]{3,}$")}


def clear(production: Path, store: Store, *, at: str) -> None:
    """End the records of dead jobs, and remove their folders and every admitted folder that has no row.

    Where nothing may be written (an archive, somebody else's production) nothing is cleared: it can still be read.
    """
    if not os.access(production, os.W_OK):
        return
    with staging.locked(production):
        with store.reading() as reading:
            found = bool(_died(production, reading)) or any(_unlisted(production, reading))
            due = bool(identities.overdue(reading, at[:10])) or any(identities.strays(production, reading))
        if found:
            _clear(production, store, at=at)
        if due:
            _erase(production, store, at=at)
        for job in staging.dead_jobs(production):
            staging.remove_job(production, job)
    staging.empty_trash(production)


def _clear(production: Path, store: Store, *, at: str) -> None:
    with store.writing() as writing:
        died = _died(production, writing)
        for job in died:
            writing.end_job(job, "died", at=at, error="its process ended without a word")
        removed = [folder.relative_to(production).as_posix() for folder in _unlisted(production, writing)]
        for name in removed:
            staging.bury(production, production / name)
        if not died and not removed:
            return  # what looked orphaned was a live job between its rename and its commit
        body = {"jobs": died, "folders": removed}
        writing.line(at=at, move="clear", actor=SOFTWARE, subject=production.name or "production", body=body)


def _erase(production: Path, store: Store, *, at: str) -> None:
    """Destroy measures that are overdue, each with its record, and what no record names. What cannot be destroyed stays
    overdue on record, and is not used."""
    with store.writing() as writing:
        for one in identities.overdue(writing, at[:10]):
            if _destroyed(production, one.sealed_sha256):
                who, sealed = one.performer, one.sealed_sha256
                gone = Erasure(performer=who, sealed_sha256=sealed, overdue=True, by=SOFTWARE, at=at)
                writing.put_said(gone, who, by=one.by)  # filed under the person who set the day
                body = {"destroy_on": one.destroy_on}
                writing.line(at=at, move="erase", actor=SOFTWARE, subject=one.performer, body=body)
        _sweep(production, writing, at)


def _sweep(production: Path, writing: Writing, at: str) -> None:
    removed = [name for name in sorted({*identities.strays(production, writing)}) if _destroyed(production, name)]
    if removed:
        body = {"measures": removed}
        writing.line(at=at, move="clear", actor=SOFTWARE, subject=production.name or "production", body=body)


def _destroyed(production: Path, name: str) -> bool:
    try:
        identities.destroy(production, name)
    except OSError:
        return False
    return True


def _died(production: Path, reading: Reading) -> list[str]:
    return [job for job in reading.running_jobs() if not staging.is_alive(production, job)]


def _unlisted(production: Path, reading: Reading) -> Iterator[Path]:
    """Folders that look admitted and have no row."""
    known = reading.folders()
    for place, form in PLACES.items():
        for folder in sorted((production / place).glob("*/*")):
            if form.match(folder.name) and folder.relative_to(production).as_posix() not in known:
                yield folder
