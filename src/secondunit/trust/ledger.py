"""The ledger: lines chained by hash, and a checkpoint (size, Merkle root) that can be kept elsewhere.

The chain alone shows edits, gaps and swaps, but not a tail cut off or a whole chain computed anew: whoever may write
the database can do both. A checkpoint noted outside the production shows those too (see docs/decisions/0001).
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from secondunit.schema import LedgerLine, canonical_json
from secondunit.schema.base import Record
from secondunit.trust import merkle

START = "0" * 64


class Checkpoint(Record, name="checkpoint", version=1):
    """The first `size` lines have the RFC 6962 root `root` (hex)."""

    size: int
    root: str


def link(
    previous: LedgerLine | None, *, at: str, move: str, actor: str, subject: str, body: dict[str, Any]
) -> LedgerLine:
    """The next line of the chain."""
    fields: dict[str, Any] = {
        "seq": previous.seq + 1 if previous else 1,
        "at": at,
        "move": move,
        "actor": actor,
        "subject": subject,
        "body": body,
        "previous": previous.sha256 if previous else START,
    }
    return LedgerLine(**fields, sha256=_hash(fields))


def faults(lines: Iterable[LedgerLine]) -> Iterator[str]:
    """A sentence for each line that does not follow from the one before it."""
    before: LedgerLine | None = None
    for line in lines:
        if line.sha256 != _hash(line.model_dump(mode="json", exclude={"sha256", "schema"})):
            yield f"line {line.seq} ({line.move} by {line.actor}) does not match its own hash: it was changed"
        expected = before.seq + 1 if before else 1
        if line.seq != expected:
            yield f"line {line.seq} stands where line {expected} should: lines are missing or swapped"
        if line.previous != (before.sha256 if before else START):
            yield f"line {line.seq} does not follow from the line before it"
        before = line


def checkpoint(lines: Sequence[LedgerLine]) -> Checkpoint:
    """What to keep elsewhere."""
    return Checkpoint(size=len(lines), root=merkle.root([bytes.fromhex(line.sha256) for line in lines]).hex())


def broken_promise(lines: Sequence[LedgerLine], kept: Checkpoint) -> str | None:
    """None if the ledger still begins with exactly the lines that `kept` was taken of; else a sentence."""
    if len(lines) < kept.size:
        return f"the ledger has {len(lines)} lines, and a checkpoint was taken of {kept.size}: its end was cut off"
    if checkpoint(lines[: kept.size]).root != kept.root:
        return f"the first {kept.size} lines are not those that the checkpoint was taken of: the ledger was rewritten"
    return None


def _hash(fields: dict[str, Any]) -> str:
    return hashlib.sha256(canonical_json({k: v for k, v in fields.items() if k != "schema"}).encode()).hexdigest()
