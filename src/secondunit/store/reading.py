"""What can be asked of a production's database."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import sqlalchemy as sa

from secondunit.schema import (
    Approval,
    Brief,
    Clearance,
    InputError,
    LedgerLine,
    Note,
    Person,
    Plate,
    Record,
    Role,
    Status,
    StoredBrief,
    Verdict,
    Version,
    read_brief,
)
from secondunit.store import tables as t

S = TypeVar("S", bound=Record)


class Reading:
    """Queries over one connection. Everything returned is a record; what is not there is None."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def _one(self, query: sa.Select[Any]) -> str | None:
        found: str | None = self._connection.execute(query).scalar()
        return found

    def _all(self, query: sa.Select[Any]) -> list[str]:
        return list(self._connection.execute(query).scalars())

    def person(self, name: str) -> Person | None:
        """By exact name."""
        text = self._one(sa.select(t.people.c.record).where(t.people.c.name == name))
        return Person.from_json(text) if text else None

    def holds(self, name: str, role: Role) -> bool:
        """Whether somebody is on record in that role."""
        person = self.person(name)
        return person is not None and role in person.roles

    def people(self) -> list[Person]:
        """Everybody on record, by name."""
        return [Person.from_json(text) for text in self._all(sa.select(t.people.c.record).order_by(t.people.c.name))]

    def plate(self, shot: str, plate: str | None = None) -> Plate | None:
        """One plate, or the shot's newest."""
        query = sa.select(t.plates.c.record).where(t.plates.c.shot == shot)
        query = query.where(t.plates.c.id == plate) if plate else query.order_by(_newest(t.plates.c.id)).limit(1)
        text = self._one(query)
        return Plate.from_json(text) if text else None

    def plate_sha256(self, plate: Plate) -> str | None:
        """Hash over the plate's files, as taken in."""
        where = (t.plates.c.shot == plate.shot) & (t.plates.c.id == plate.id)
        return self._one(sa.select(t.plates.c.files_sha256).where(where))

    def plates(self) -> list[Plate]:
        """All plates, by shot and id."""
        query = sa.select(t.plates.c.record).order_by(t.plates.c.shot, t.plates.c.id)
        return [Plate.from_json(text) for text in self._all(query)]

    def stored_brief(self, shot: str, brief: str) -> StoredBrief | None:
        """By id, such as b001."""
        where = (t.briefs.c.shot == shot) & (t.briefs.c.id == brief)
        text = self._one(sa.select(t.briefs.c.record).where(where))
        return StoredBrief.from_json(text) if text else None

    def brief_by_hash(self, shot: str, brief_sha256: str) -> StoredBrief | None:
        """The same words given twice are one brief."""
        where = (t.briefs.c.shot == shot) & (t.briefs.c.brief_sha256 == brief_sha256)
        text = self._one(sa.select(t.briefs.c.record).where(where))
        return StoredBrief.from_json(text) if text else None

    def brief_text(self, shot: str, brief: str) -> str | None:
        """The brief's canonical JSON as stored, unchecked."""
        where = (t.briefs.c.shot == shot) & (t.briefs.c.id == brief)
        return self._one(sa.select(t.briefs.c.brief).where(where))

    def brief(self, shot: str, brief: str) -> Brief | None:
        """The brief's record."""
        text = self.brief_text(shot, brief)
        return read_brief(text) if text else None

    def version(self, shot: str, version: str) -> Version | None:
        """With its latest status."""
        where = (t.versions.c.shot == shot) & (t.versions.c.id == version)
        text = self._one(sa.select(t.versions.c.record).where(where))
        return self._with_status(Version.from_json(text)) if text else None

    def versions(self, shot: str | None = None) -> list[Version]:
        """All, or one shot's, in the order of their numbers."""
        query = sa.select(t.versions.c.record).order_by(t.versions.c.shot, *_oldest(t.versions.c.id))
        if shot is not None:
            query = query.where(t.versions.c.shot == shot)
        return [self._with_status(Version.from_json(text)) for text in self._all(query)]

    def _with_status(self, version: Version) -> Version:
        s = t.statuses.c
        where = (s.shot == version.shot) & (s.version == version.id)
        query = sa.select(s.status, s.person).where(where).order_by(s.seq.desc()).limit(1)
        row = self._connection.execute(query).first()
        if row is None:
            return version
        return version.model_copy(update={"status": Status(row.status), "status_by": row.person})

    def notes(self, shot: str, version: str) -> list[Note]:
        """Oldest first."""
        where = (t.notes.c.shot == shot) & (t.notes.c.version == version)
        query = sa.select(t.notes.c.record).where(where).order_by(t.notes.c.seq)
        return [Note.from_json(text) for text in self._all(query)]

    def reviews(self, subject: str, subject_sha256: str) -> list[Approval]:
        """Every approval and rejection of exactly this content, oldest first."""
        a = t.approvals.c
        where = (a.subject == subject) & (a.subject_sha256 == subject_sha256)
        return [Approval.from_json(x) for x in self._all(sa.select(a.record).where(where).order_by(a.seq))]

    def approvals(self, subject: str, subject_sha256: str) -> list[Approval]:
        """The latest word of each (person, role) on exactly this content, oldest first."""
        found = self.reviews(subject, subject_sha256)
        return list({(approval.by, approval.role): approval for approval in found}.values())

    def files(self, owner: str) -> dict[str, str]:
        """Relative path -> hex SHA-256 of the files of SHOT/v001 or SHOT/PL01_v001."""
        query = sa.select(t.files.c.path, t.files.c.sha256).where(t.files.c.owner == owner)
        return {row.path: row.sha256 for row in self._connection.execute(query)}

    def clearance(self, clearance: str) -> Clearance | None:
        """By id."""
        text = self._one(sa.select(t.clearances.c.record).where(t.clearances.c.id == clearance))
        return Clearance.from_json(text) if text else None

    def clearance_used(self, clearance: str) -> bool:
        """Whether a plate, brief or version stands under it."""
        tables = (t.plates, t.briefs, t.versions)
        return any(self._one(sa.select(x.c.clearance).where(x.c.clearance == clearance)) for x in tables)

    def verdicts(self, limit: int = 100) -> list[Verdict]:
        """The newest answers of the gate, newest first."""
        query = sa.select(t.verdicts.c.record).order_by(t.verdicts.c.at.desc(), t.verdicts.c.id).limit(limit)
        return [Verdict.from_json(text) for text in self._all(query)]

    def job_state(self, job: str) -> str | None:
        """running, done, refused, failed, cancelled or died."""
        return self._one(sa.select(t.jobs.c.state).where(t.jobs.c.id == job))

    def running_jobs(self) -> list[str]:
        """Ids of jobs that were never brought to an end."""
        return self._all(sa.select(t.jobs.c.id).where(t.jobs.c.state == "running").order_by(t.jobs.c.started_at))

    def said(self, kind: type[S], key: str | None = None) -> list[S]:
        """Everything of one kind that people put on record, in order: all of it, or what was said about `key`."""
        query = sa.select(t.said.c.record).where(t.said.c.kind == kind.schema_name).order_by(t.said.c.seq)
        if key is not None:
            query = query.where(t.said.c.key == key)
        return [kind.from_json(text) for text in self._all(query)]

    def newest(self, kind: type[S], key: str) -> S | None:
        """The latest word about `key`, which is the one that counts."""
        found = self.said(kind, key)
        return found[-1] if found else None

    def signature_used(self, signature: str) -> bool:
        """Whether this very signature was accepted before."""
        sha256 = hashlib.sha256(signature.encode()).hexdigest()
        return self._one(sa.select(t.signatures.c.sha256).where(t.signatures.c.sha256 == sha256)) is not None

    def production_id(self) -> str:
        """The production's id: hash of its ledger's first line, so that no two productions share one.

        Raises InputError for a ledger without lines.
        """
        found = self._one(sa.select(t.ledger.c.sha256).order_by(t.ledger.c.seq).limit(1))
        if found is None:
            raise InputError("The ledger has no lines: restore the database from a copy.")
        return found

    def next_said(self, kind: type[S], prefix: str) -> str:
        """c001, c002 … or r001 …: the number after the highest of that kind. Only stable while writing."""
        query = sa.select(t.said.c.key).where(t.said.c.kind == kind.schema_name).distinct()
        numbers = [int(key.removeprefix(prefix)) for key in self._all(query)]
        return f"{prefix}{max(numbers, default=0) + 1:03d}"

    def ledger(self) -> Iterator[LedgerLine]:
        """Every line, in order."""
        for text in self._connection.execute(sa.select(t.ledger.c.record).order_by(t.ledger.c.seq)).scalars():
            yield LedgerLine.from_json(text)

    def ledger_lines(self) -> Iterator[dict[str, Any]]:
        """Every line as plain JSON, in order: quicker, where the chain itself is not asked about."""
        for text in self._connection.execute(sa.select(t.ledger.c.record).order_by(t.ledger.c.seq)).scalars():
            yield json.loads(text)

    def rows_said(self) -> list[Mapping[str, Any]]:
        """Rows of what people said as they lie there, in order: kind, key, record (its text)."""
        return self._rows(sa.select(t.said.c.kind, t.said.c.key, t.said.c.record).order_by(t.said.c.seq))

    def rows_approved(self) -> list[Mapping[str, Any]]:
        """Rows of approvals and rejections as they lie there, in order."""
        return self._rows(sa.select(t.approvals).order_by(t.approvals.c.seq))

    def rows_people(self) -> list[Mapping[str, Any]]:
        """Rows of people as they lie there: name, record (its text)."""
        return self._rows(sa.select(t.people))

    def _rows(self, query: sa.Select[Any]) -> list[Mapping[str, Any]]:
        return [dict(row._mapping) for row in self._connection.execute(query)]

    def last_line(self) -> LedgerLine | None:
        """The ledger's newest line."""
        text = self._one(sa.select(t.ledger.c.record).order_by(t.ledger.c.seq.desc()).limit(1))
        return LedgerLine.from_json(text) if text else None

    def briefs(self, shot: str) -> list[StoredBrief]:
        """A shot's briefs, in the order of their numbers."""
        query = sa.select(t.briefs.c.record).where(t.briefs.c.shot == shot).order_by(*_oldest(t.briefs.c.id))
        return [StoredBrief.from_json(text) for text in self._all(query)]

    def folders(self) -> set[str]:
        """Folders of all plates and versions, relative to the production, without reading their records."""
        tables = (("plates", t.plates), ("versions", t.versions))
        rows = ((place, self._connection.execute(sa.select(table.c.shot, table.c.id))) for place, table in tables)
        return {f"{place}/{row.shot}/{row.id}" for place, found in rows for row in found}

    def next_version(self, shot: str) -> str:
        """v001, v002 … per shot."""
        return self._next_id(t.versions, shot, "v")

    def next_plate(self, shot: str) -> str:
        """PL01_v001, PL01_v002 …: each new take of the shot's plate is a new version of it."""
        return self._next_id(t.plates, shot, "PL01_v")

    def next_brief(self, shot: str) -> str:
        """b001, b002 … per shot."""
        return self._next_id(t.briefs, shot, "b")

    def _next_id(self, table: sa.Table, shot: str, prefix: str) -> str:
        """The id after the shot's highest: prefix + number of at least three digits. Only stable while writing."""
        numbers = [int(x.removeprefix(prefix)) for x in self._all(sa.select(table.c.id).where(table.c.shot == shot))]
        return f"{prefix}{max(numbers, default=0) + 1:03d}"


def _oldest(column: sa.Column[str]) -> tuple[sa.ColumnElement[int], sa.Column[str]]:
    """By number: v1000 comes after v999."""
    return sa.func.length(column), column


def _newest(column: sa.Column[str]) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.substr(column, 7), sa.Integer).desc()
