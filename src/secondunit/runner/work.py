"""The walk of every move that does work; what differs between plates and versions is a `Result`.

gate -> clearance and job committed -> work in staging, outside any transaction -> gate again on what came out ->
staging renamed into place, rows and ledger line committed together. Only `advance` calls this.

Why the order of the last step is safe: files and folders are forced to disk before the rename, the rename before the
commit, and the rename happens only while the database's write lock is held. Dying before the commit leaves a folder
without a row, which `orphans` removes; a row without its folder cannot come to be.
"""

import contextlib
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from secondunit.runner import facts, orphans, staging
from secondunit.runner.clock import instant
from secondunit.runner.facts import Seen
from secondunit.runner.production import Production, put_verdict
from secondunit.runner.staging import Job
from secondunit.runner.workers import Listener, Workers
from secondunit.schema import (
    Cancelled,
    Clearance,
    IngestRequest,
    MakeRequest,
    Outcome,
    Plate,
    Verdict,
    Version,
    WorkFailed,
)
from secondunit.schema.facts import Facts
from secondunit.store.blobs import sync_folder
from secondunit.store.reading import Reading
from secondunit.store.writing import KeptFile, Writing
from secondunit.trust.tree import files_digest

ERROR_LENGTH = 2000


@dataclass(frozen=True)
class Under:
    """Work under way: where it happens, by what it was cleared, who does it and who listens."""

    production: Production
    job: Job
    clearance: Clearance
    workers: Workers
    console: Listener


@dataclass(frozen=True)
class Admission:
    """What a result becomes. folder: relative to the production; told: what the ledger says beside the hashes."""

    made: Plate | Version
    name: str
    folder: str
    told: dict[str, Any]


class Result(Protocol):
    """What a worker left in staging."""

    @property
    def files(self) -> dict[str, KeptFile]:
        """Everything in staging, hashed and on disk."""
        ...

    def facts(self, reading: Reading) -> Facts:
        """What the second gate turns on."""
        ...

    def admission(self, reading: Reading) -> Admission:
        """Its record, under the next free id. Called while the database is locked."""
        ...

    def put(self, writing: Writing, admission: Admission) -> None:
        """Write its row."""
        ...


def walk(
    production: Production,
    request: IngestRequest | MakeRequest,
    seen: Seen,
    console: Listener,
    workers: Workers,
    work: Callable[[Under], Result],
) -> Outcome:
    """Ask, work, ask again, admit. work: fills `under.job.staging`."""
    with staging.open_job(production.folder) as job:
        verdict, clearance, seq = _clear(production, request, seen, job)
        if clearance is None:
            return Outcome(move=request.move, verdict=verdict, ledger_seq=seq)
        under = Under(production, job, clearance, workers, console)
        with _ended_on_record(under):
            return _admit(under, request, _worked(under, work))


def _worked(under: Under, work: Callable[[Under], Result]) -> Result:
    try:
        return work(under)
    except OSError as error:
        free = shutil.disk_usage(under.production.folder).free >> 20
        raise WorkFailed(
            f"The work stopped, because a file could not be written or read ({error}): {free} MiB are free at "
            f"{under.production.folder}; make room, then run it again, and it goes on from the cache."
        ) from error


def _clear(
    production: Production, request: IngestRequest | MakeRequest, seen: Seen, job: Job
) -> tuple[Verdict, Clearance | None, int]:
    """Ask the gate; commit clearance and job before any work."""
    with production.store.writing() as writing:
        known = facts.gather(writing, request, seen)
        verdict = production.judge(writing, known)
        clearance = put_verdict(
            writing, request.move, request.digest, verdict, actor=request.actor, subject=known.subject, key=job.id
        )
        told: dict[str, Any] = {
            "decision": verdict.decision,
            "policy": verdict.policy_sha256,
            "request": request.digest,
        }
        if clearance is not None:
            writing.put_job(job.id, clearance.id, host=socket.gethostname(), pid=os.getpid(), at=verdict.at)
            told["clearance"] = clearance.id
        else:
            told["rules"] = [objection.rule for objection in verdict.objections]
        move = f"{request.move} asked"
        line = writing.line(at=verdict.at, move=move, actor=request.actor, subject=known.subject, body=told)
    return verdict, clearance, line.seq


@contextlib.contextmanager
def _ended_on_record(under: Under) -> Iterator[None]:
    """Whatever stops the work, the record says so; if even that cannot be written, the next opening does it."""
    try:
        yield
    except BaseException as error:
        state = "cancelled" if isinstance(error, Cancelled | KeyboardInterrupt) else "failed"
        with contextlib.suppress(Exception):
            _put_end(under, state, f"{type(error).__name__}: {error}"[:ERROR_LENGTH])
        with contextlib.suppress(Exception):
            orphans.clear(under.production.folder, under.production.store, at=instant())
        raise


def _put_end(under: Under, state: str, error: str) -> None:
    with under.production.reading() as reading:
        if reading.job_state(under.job.id) != "running":
            return  # the commit that ended the job went through after all: what is on record stands
    with under.production.store.writing() as writing:
        at = instant()
        writing.end_job(under.job.id, state, at=at, error=error)
        _line(writing, under, f"{under.clearance.move} {state}", under.clearance.subject, at, {"error": error})


def _admit(under: Under, request: IngestRequest | MakeRequest, result: Result) -> Outcome:
    """The second gate, and the last step. Everything in here happens, or nothing does."""
    under.console.check()
    with under.production.store.writing() as writing:
        known = result.facts(writing)
        verdict = under.production.judge(writing, known)
        writing.put_verdict(f"{under.job.id}-out", verdict, actor=known.actor, subject=known.subject)
        told: dict[str, Any] = {"decision": verdict.decision, "policy": verdict.policy_sha256}
        if not verdict.allowed:
            writing.end_job(under.job.id, "refused", at=verdict.at, error=verdict.says()[:ERROR_LENGTH])
            told["rules"] = [objection.rule for objection in verdict.objections]
            seq = _line(writing, under, f"{request.move} refused", known.subject, verdict.at, told)
            return Outcome(move=request.move, verdict=verdict, ledger_seq=seq)
        admission = result.admission(writing)
        _into_place(under, admission.folder)
        result.put(writing, admission)
        writing.put_files(admission.name, result.files)
        writing.end_job(under.job.id, "done", at=verdict.at)
        told |= {"files": digest(result.files), **admission.told}
        seq = _line(writing, under, request.move, admission.name, verdict.at, told)
    return Outcome(move=request.move, verdict=verdict, clearance=under.clearance, made=admission.made, ledger_seq=seq)


def _into_place(under: Under, folder: str) -> None:
    """Rename staging. Whatever lies there already has no row, so it is a dead job's."""
    target = under.production.folder / folder
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        staging.bury(under.production.folder, target)
    os.rename(under.job.staging, target)
    sync_folder(target.parent)
    sync_folder(target.parent.parent)


def _line(writing: Writing, under: Under, move: str, subject: str, at: str, told: dict[str, Any]) -> int:
    body = {"clearance": under.clearance.id, **told}
    return writing.line(at=at, move=move, actor=under.clearance.actor, subject=subject, body=body).seq


def digest(files: dict[str, KeptFile], ending: str = "") -> str:
    """One hash for the files whose names end so."""
    return files_digest({name: file.sha256 for name, file in files.items() if name.endswith(ending)})
