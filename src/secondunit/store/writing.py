"""What can be written to a production's database. Every transaction ends on the ledger."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from secondunit.schema import (
    Approval,
    Brief,
    Clearance,
    LedgerLine,
    Note,
    Person,
    Plate,
    Record,
    Status,
    StoredBrief,
    Verdict,
    Version,
)
from secondunit.store import tables as t
from secondunit.store.reading import Reading
from secondunit.trust.ledger import link


@dataclass(frozen=True)
class KeptFile:
    """One file of a plate or version. path: relative to its folder; size in bytes."""

    path: str
    sha256: str
    size: int


class Writing(Reading):
    """Inserts of one move. The connection's transaction is held by `Store.writing`."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection)
        self._lines = self._changes = 0
        self._untold: list[Record] = []

    def _change(self, statement: sa.Insert | sa.Update, *rows: Any) -> None:
        self._connection.execute(statement, *rows)
        self._changes += 1

    def _insert(self, table: sa.Table, **values: Any) -> None:
        self._change(sa.insert(table).values(**values))

    def line(self, *, at: str, move: str, actor: str, subject: str, body: dict[str, Any]) -> LedgerLine:
        """Add the ledger's next line, with the hash of everything said since the one before."""
        said = {record.schema_name: record.digest for record in self._untold}
        if len(said) != len(self._untold):
            raise RuntimeError("one line cannot tell of two records of the same kind: write a line for each")
        body, self._untold = {**said, **body}, []
        line = link(self.last_line(), at=at, move=move, actor=actor, subject=subject, body=body)
        self._insert(t.ledger, seq=line.seq, sha256=line.sha256, record=line.to_json())
        self._lines += 1
        return line

    def must_be_on_the_ledger(self) -> None:
        """Raises RuntimeError, and so undoes the transaction, if something was written and no line about it."""
        if self._untold:
            raise RuntimeError("a record was put down after the last ledger line: nothing tells of it")
        if self._changes and not self._lines:
            raise RuntimeError("a transaction without a ledger line: every change is on the ledger")

    def put_verdict(self, key: str, verdict: Verdict, *, actor: str, subject: str) -> None:
        """Save what the gate answered, whatever it was."""
        values = {"action": verdict.action, "decision": verdict.decision, "at": verdict.at}
        self._insert(t.verdicts, id=key, actor=actor, subject=subject, record=verdict.to_json(), **values)

    def put_clearance(self, clearance: Clearance, shot: str) -> None:
        """Needs its verdict on record (same id) and allowing."""
        values = {"id": clearance.id, "move": clearance.move, "shot": shot, "actor": clearance.actor}
        self._insert(t.clearances, decision=clearance.verdict.decision, record=clearance.to_json(), **values)

    def put_job(self, job: str, clearance: str, *, host: str, pid: int, at: str) -> None:
        """A job begins."""
        self._insert(t.jobs, id=job, clearance=clearance, state="running", host=host, pid=pid, started_at=at)

    def end_job(self, job: str, state: str, *, at: str, error: str | None = None) -> None:
        """A job ends; one that has ended keeps its state."""
        where = (t.jobs.c.id == job) & (t.jobs.c.state == "running")
        self._change(sa.update(t.jobs).where(where).values(state=state, ended_at=at, error=error))

    def put_person(self, person: Person) -> None:
        """New, or in place of the record of the same name; the ledger keeps what was."""
        known = self.person(person.name)
        if known is None:
            self._insert(t.people, name=person.name, record=person.to_json())
        else:
            where = t.people.c.name == person.name
            self._change(sa.update(t.people).where(where).values(record=person.to_json()))

    def put_files(self, owner: str, files: Mapping[str, KeptFile]) -> None:
        """Hashes of every file of SHOT/v001 or SHOT/PL01_v001."""
        rows = [{"owner": owner, "path": f.path, "sha256": f.sha256, "size": f.size} for f in files.values()]
        self._change(sa.insert(t.files), rows)

    def put_plate(self, plate: Plate, files_sha256: str, clearance: str) -> None:
        """Under a clearance to ingest for the same shot."""
        values = {"shot": plate.shot, "id": plate.id, "files_sha256": files_sha256, "record": plate.to_json()}
        self._insert(t.plates, clearance=clearance, move="ingest", **values)

    def put_brief(self, stored: StoredBrief, brief: Brief, clearance: str) -> None:
        """Under a clearance to put a brief on record for the same shot."""
        values = {"shot": stored.shot, "id": stored.id, "brief_sha256": stored.brief_sha256, "record": stored.to_json()}
        self._insert(t.briefs, brief=brief.to_json(), clearance=clearance, move="brief", **values)

    def put_version(self, version: Version) -> None:
        """Under the clearance that the version names, which must be one to make, for the same shot, and unused."""
        values = {"shot": version.shot, "id": version.id, "brief": version.brief, "plate": version.plate}
        values |= {"files_sha256": version.files_sha256, "record": version.to_json()}
        self._insert(t.versions, clearance=version.clearance, move="make", **values)

    def put_status(self, version: Version, status: Status, *, by: str, at: str, reason: str) -> None:
        """The version stands here from now on."""
        values = {"shot": version.shot, "version": version.id, "status": status.value}
        self._insert(t.statuses, person=by, at=at, reason=reason, **values)

    def put_note(self, shot: str, version: str, note: Note) -> None:
        """One remark."""
        self._insert(t.notes, shot=shot, version=version, record=note.to_json())

    def put_said(self, record: Record, key: str, *, by: str) -> None:
        """One more word about `key`, which counts from now on; the next ledger line tells of it."""
        self._untold.append(record)
        self._insert(t.said, kind=record.schema_name, key=key, person=by, record=record.to_json())

    def put_signature(self, signature: str, *, by: str) -> None:
        """Used up: it is never accepted again."""
        self._insert(t.signatures, sha256=hashlib.sha256(signature.encode()).hexdigest(), person=by)

    def put_approval(self, approval: Approval) -> None:
        """Somebody's latest word on exactly this content."""
        values = {"subject": approval.subject, "subject_sha256": approval.subject_sha256, "role": approval.role.value}
        self._insert(t.approvals, person=approval.by, record=approval.to_json(), **values)
