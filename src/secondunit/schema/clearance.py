"""The gate's answer, the permission it gives, and the line that the ledger keeps."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from .base import Fields, Record, upgrade
from .names import Instant, Role, Sha256

Decision = Literal["allow", "needs_approval", "refuse"]
Effect = Literal["refuse", "needs-approval"]


class Objection(Record, name="objection", version=2):
    """One rule that stands in the way. source: the address of the text that the rule comes from.

    pack: the rule's pack, "" for the gate itself. step: a command that would change it, where there is one.
    """

    rule: str
    effect: Effect
    role: Role | None = None
    reason: str
    source: str
    pack: str = ""
    step: str = ""


class Verdict(Record, name="verdict", version=2):
    """allow, needs approval of roles, or refuse. A refusal is a result: it is saved, shown and explained.

    permits: ids of the rules that permit, where it allows. unreviewed: packs that spoke without counsel's signature.
    """

    action: str
    subject: str = ""
    decision: Decision
    objections: tuple[Objection, ...] = ()
    permits: tuple[str, ...] = ()
    unreviewed: tuple[str, ...] = ()
    facts: dict[str, Any] = Field(default_factory=dict)
    facts_sha256: Sha256
    policy_sha256: Sha256
    at: Instant

    @property
    def allowed(self) -> bool:
        """True only for `allow`."""
        return self.decision == "allow"

    @property
    def roles(self) -> tuple[Role, ...]:
        """Whose approval is missing, sorted; empty unless the decision is needs_approval."""
        if self.decision != "needs_approval":
            return ()
        return tuple(sorted({o.role for o in self.objections if o.role is not None}))

    def says(self) -> str:
        """For people: what was decided, why, what would help, by which rule, from which source."""
        stops = sorted(self.objections, key=lambda objection: objection.effect != "refuse")
        lines = [self._head(), *(line for objection in stops for line in _said(objection))]
        if self.unreviewed:
            lines.append(f"Not reviewed by counsel for this production: {', '.join(self.unreviewed)}.")
        return "\n".join(lines)

    def _head(self) -> str:
        what = f"{self.action} {self.subject}".strip()
        roles = " and ".join(self.roles)
        return {
            "allow": f"{what}: allowed.",
            "needs_approval": f"{what}: needs the approval of {roles}.",
            "refuse": f"{what}: refused.",
        }[self.decision]


def _said(objection: Objection) -> Iterator[str]:
    who = f"{objection.role} must agree: " if objection.role else ""
    yield f"  {who}{objection.reason}"
    if objection.step:
        yield f"    Next: {objection.step}"
    pack = f" of {objection.pack}" if objection.pack else ""
    yield f"    (rule {objection.rule}{pack}; source: {objection.source})"


class Clearance(Record, name="clearance", version=1):
    """The gate's written permission for one move. subject: a shot, a SHOT/v003, a SHOT/b001 or a person."""

    id: str
    move: str
    actor: str
    subject: str
    request_sha256: Sha256
    verdict: Verdict


class LedgerLine(Record, name="ledger-line", version=1):
    """One line of the hash chain. sha256 is over every other field; previous is that of the line before it."""

    seq: int = Field(ge=1)
    at: Instant
    move: str
    actor: str
    subject: str
    body: dict[str, Any] = Field(default_factory=dict)
    previous: Sha256
    sha256: Sha256


@upgrade("objection", 1)
def _without_step(fields: Fields) -> Fields:
    """Version 1 named no pack and no next step."""
    return fields


@upgrade("verdict", 1)
def _without_permits(fields: Fields) -> Fields:
    """Version 1 named neither subject nor permits, and knew of no review."""
    return fields
