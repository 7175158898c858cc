"""What a move came to."""

from .answers import Answer
from .base import Fields, Record, upgrade
from .clearance import Clearance, Verdict
from .consent import Consent, Revocations, Withdrawal
from .identity import Enrolment, Erasure
from .inspection import Identification
from .look import Look
from .moves import Move
from .packs import PackReview, Packs, Switch
from .people import Approval, Note, Person, PersonKey, StoredBrief
from .plate import Plate
from .property import Release
from .version import Version

Made = (
    Person
    | Plate
    | StoredBrief
    | Version
    | Note
    | Approval
    | PersonKey
    | Answer
    | Identification
    | Consent
    | Withdrawal
    | Revocations
    | Release
    | Packs
    | PackReview
    | Switch
    | Enrolment
    | Erasure
    | Look
)
"""What a move can put in place."""


class Outcome(Record, name="outcome", version=2):
    """Allowed and done, or refused, or waiting for an approval; failures are exceptions.

    clearance is None when the verdict does not allow. made: the record that the move put in place. advice: what the
    person can do about a refusal, in one sentence that says why; empty where the verdict says it best.
    """

    move: Move
    verdict: Verdict
    clearance: Clearance | None = None
    made: Made | None = None
    ledger_seq: int | None = None
    advice: str = ""

    @property
    def exit_code(self) -> int:
        """0 done, 3 refused by policy, 4 needs an approval."""
        return {"allow": 0, "refuse": 3, "needs_approval": 4}[self.verdict.decision]

    def says(self) -> str:
        """For people: the advice, or else the verdict with its rules and sources."""
        return self.advice or self.verdict.says()


@upgrade("outcome", 1)
def _without_advice(fields: Fields) -> Fields:
    """Version 1 gave none."""
    return fields
