"""Rows that people put on record, against what the ledger tells of them: each in its place, none more, none less.

The ledger's line of a move holds the hash of every row that the move wrote, or the whole of it. Who writes the database
by hand must forge lines as well, which a checkpoint kept elsewhere shows (docs/decisions/0001).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from secondunit.schema import (
    Answer,
    Approval,
    Consent,
    Enrolment,
    Erasure,
    Identification,
    Inspection,
    Look,
    Move,
    PackReview,
    Packs,
    Person,
    PersonKey,
    Record,
    Release,
    Revocations,
    Role,
    Signs,
    Switch,
    Withdrawal,
    canonical_json,
)
from secondunit.store.reading import Reading

KEYS: dict[type[Record], Callable[[Any], str]] = {
    PersonKey: lambda one: str(one["name"]),
    Answer: lambda one: f"{one['subject']} {one['question']}",
    Identification: lambda one: str(one["plate"]),
    Inspection: lambda one: str(one["subject"]),
    Signs: lambda one: str(one["subject"]),
    Consent: lambda one: str(one["terms"]["id"]),
    Withdrawal: lambda one: str(one["consent"]),
    Revocations: lambda one: str(one["issuer"]),
    Release: lambda one: str(one["id"]),
    Packs: lambda one: "packs",
    PackReview: lambda one: str(one["pack"]),
    Switch: lambda one: str(one["switch"]),
    Enrolment: lambda one: str(one["performer"]),
    Erasure: lambda one: str(one["performer"]),
    Look: lambda one: str(one["name"]),
}
"""Every kind of row in `said`, and the key that a record of it has there: a row moved to another key shows."""
SAID = {kind.schema_name: key for kind, key in KEYS.items()}
HEX = 64


def faults(reading: Reading) -> Iterator[str]:
    """A clause for each kind of record, or person, that is not as the ledger tells; nothing where all is well."""
    told: dict[str, list[str]] = defaultdict(list)
    people: dict[str, dict[str, Any]] = {}
    for line in reading.ledger_lines():
        _tell(line, told, people)
    yield from _said(reading, told)
    approvals = [(f"{row['subject']} by {row['person']}", row) for row in reading.rows_approved()]
    yield from _compared(Approval.schema_name, approvals, told[Approval.schema_name], _approval_fits)
    yield from _people(reading, people)


def _tell(line: Mapping[str, Any], told: dict[str, list[str]], people: dict[str, dict[str, Any]]) -> None:
    body = line["body"]
    for name, value in body.items():
        if name in SAID or name == Approval.schema_name:
            told[name].append(_digest(value))
    if line["move"] == Move.INIT:
        first = Person(name=str(body["person"]), roles=(Role.ARTIST, Role.SUPERVISOR))
        people[first.name] = first.model_dump(mode="json")
    if isinstance(body.get("person"), dict):
        people[body["person"]["name"]] = body["person"]
    if line["move"] == Move.KEY and isinstance(body.get("person-key"), dict):
        held = body["person-key"]
        people[held["name"]] = {**people.get(held["name"], {}), "key": held["key"]}


def _digest(value: Any) -> str:
    text = value if isinstance(value, str) else canonical_json(value)
    return text if isinstance(value, str) and len(text) == HEX else _sha256(text)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _said(reading: Reading, told: Mapping[str, list[str]]) -> Iterator[str]:
    rows = defaultdict(list)
    for row in reading.rows_said():
        rows[row["kind"]].append((f"{row['kind']} {row['key']}", row))
    for kind in sorted(rows.keys() - SAID.keys()):
        yield f"{kind} is no kind of record that is known here"
    for kind, key in SAID.items():
        yield from _compared(kind, rows[kind], told.get(kind, []), _KeyFits(key))


@dataclass(frozen=True)
class _KeyFits:
    key: Callable[[Any], str]

    def __call__(self, row: Mapping[str, Any], one: Any) -> bool:
        return bool(row["key"] == self.key(one))


def _compared(
    kind: str,
    rows: list[tuple[str, Mapping[str, Any]]],
    told: list[str],
    fits: Callable[[Mapping[str, Any], Any], bool],
) -> Iterator[str]:
    """The first that differs: what follows it stands in another place, and would be said again and again."""
    for (name, row), sha256 in zip(rows, told, strict=False):
        if _sha256(row["record"]) != sha256 or not fits(row, json.loads(row["record"])):
            yield f"{name} is not what the ledger tells (changed, removed or slipped in)"
            return
    if len(rows) > len(told):
        yield f"{rows[len(told)][0]} is on record without a ledger line"
    elif len(told) > len(rows):
        yield f"the ledger tells of {len(told)} records of the kind {kind}, and {len(rows)} are there"


def _approval_fits(row: Mapping[str, Any], one: Any) -> bool:
    columns = (row["subject"], row["subject_sha256"], row["role"], row["person"])
    return columns == (one["subject"], one["subject_sha256"], one["role"], one["by"])


def _people(reading: Reading, told: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    there = {row["name"]: json.loads(row["record"]) for row in reading.rows_people()}
    for name in sorted(there.keys() | told.keys()):
        if there.get(name) != told.get(name):
            yield f"{name} is not on record as the ledger tells (name, roles, key)"
