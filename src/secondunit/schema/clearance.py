"""The gate's answer, the permission it gives, and the line that the ledger keeps."""

from typing import Any, Literal

from pydantic import Field

from .base import Record
from .names import Instant, Role, Sha256

Decision = Literal["allow", "needs_approval", "refuse"]
Effect = Literal["refuse", "needs-approval"]


class Objection(Record, name="objection", version=1):
    """One rule that stands in the way. source: the address of the text that the rule comes from."""

    rule: str
    effect: Effect
    role: Role | None = None
    reason: str
    source: str


class Verdict(Record, name="verdict", version=1):
    """allow, needs approval of roles, or refuse. A refusal is a result: it is saved, shown and explained."""

    action: str
    decision: Decision
    objections: tuple[Objection, ...] = ()
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
        """For people: what was decided, why, by which rule, from which source; one line per objection."""
        head = {
            "allow": f"{self.action}: allowed.",
            "needs_approval": f"{self.action}: needs the approval of {' and '.join(self.roles)}.",
            "refuse": f"{self.action}: refused.",
        }[self.decision]
        return "\n".join([head, *(f"  {o.reason} (rule {o.rule}; source: {o.source})" for o in self.objections)])


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
