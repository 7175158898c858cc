"""The ledger checked: against itself, against the rows it speaks of, and against a checkpoint kept elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass

from secondunit.runner import inspection, told
from secondunit.runner.production import Production
from secondunit.schema import LedgerLine
from secondunit.store.reading import Reading
from secondunit.trust import ledger as trust
from secondunit.trust.ledger import Checkpoint

SHOWN = 5
"""Files of one version or plate that a fault names; the rest is counted."""


@dataclass(frozen=True)
class Report:
    """lines: how many; head: the newest line's hash; root: their RFC 6962 root; faults: every one, a clause each.

    (lines, root) is the checkpoint to keep elsewhere.
    """

    lines: int
    head: str
    root: str
    faults: tuple[str, ...]

    @property
    def fault(self) -> str | None:
        """The first, or None."""
        return self.faults[0] if self.faults else None


def verify_ledger(production: Production, *, kept: Checkpoint | None = None, files: bool = False) -> Report:
    """Follow the chain, then the rows. kept: a checkpoint from elsewhere. files: hash plates and versions as well."""
    with production.reading() as reading:
        lines = list(reading.ledger())
        faults = tuple(_faults(production, reading, lines, kept, files=files))
    head = lines[-1].sha256 if lines else trust.START
    return Report(len(lines), head, trust.checkpoint(lines).root, faults)


def _faults(
    production: Production, reading: Reading, lines: list[LedgerLine], kept: Checkpoint | None, *, files: bool
) -> Iterator[str]:
    if not lines:
        yield "the ledger is empty, and a production's first line is its init"
    yield from trust.faults(lines)
    broken = trust.broken_promise(lines, kept) if kept else None
    if broken:
        yield broken
    yield from _rows(reading, lines)
    yield from told.faults(reading)
    if files:
        yield from _files(production, reading)


def _rows(reading: Reading, lines: list[LedgerLine]) -> Iterator[str]:
    """Each version and plate has its line with the same hash, and each such line its row."""
    listed = {(line.move, line.subject): line.body.get("files") for line in lines if "files" in line.body}
    rows: dict[tuple[str, str], str | None] = {
        ("make", version.name): version.files_sha256 for version in reading.versions()
    }
    rows |= {("ingest", f"{p.shot}/{p.id}"): reading.plate_sha256(p) for p in reading.plates()}
    for move, name in sorted(listed.keys() - rows.keys()):
        yield f"the ledger tells of {name} ({move}), and there is no such row"
    for key, sha256 in sorted(rows.items()):
        if key not in listed:
            yield f"{key[1]} is on record without a ledger line"
        elif listed[key] != sha256:
            yield f"{key[1]} has other hashes on record than the ledger tells"


def _files(production: Production, reading: Reading) -> Iterator[str]:
    owners = [(version.name, version.folder) for version in reading.versions()]
    owners += [(f"{plate.shot}/{plate.id}", plate.frames_folder) for plate in reading.plates()]
    for name, folder in owners:
        recorded = reading.files(name)
        if not recorded:
            yield f"{name} has no files on record"
        for word, files in inspection.departures(production.folder / folder, recorded).items():
            more = f" and {len(files) - SHOWN} more" if len(files) > SHOWN else ""
            yield f"{name}: {', '.join(files[:SHOWN])}{more} {word}"
