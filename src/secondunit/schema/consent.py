"""What a performer signed, and what became of it. Terms are signed by people; nothing here widens them later."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from .base import Record
from .brief import StoredFile
from .names import LINE, ConsentId, Day, Instant, PersonName, Sha256, ShotName

AdultAge = Annotated[int, Field(ge=0, le=120)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=LINE)]
"""What people read and sign: without characters that they could not see."""
Language = Literal["en", "es"]


class Category(StrEnum):
    """What the use is, as counsel states it. The software never guesses it."""

    ALTERATION = "alteration"
    EMPLOYMENT = "employment-based replica"
    INDEPENDENT = "independently created replica"
    BACKGROUND = "background replica"


class RevocationPlace(Record, name="revocation-place", version=1):
    """Where the performer's side can take the consent back: bit `index` of the list that `issuer` signs.

    issuer: RFC 7638 thumbprint of the key that signs the list.
    """

    issuer: Line
    index: int = Field(ge=0, lt=1_000_000)


class ConsentTerms(Record, name="consent-terms", version=1):
    """One exact intended use of one performer's likeness, as they read and sign it.

    production: the production's id (hash of its ledger's first line), so that no other production can use it.
    category_by: counsel who stated the category. tools: names of tools. ages: lowest and highest apparent age, years,
    both allowed; None where age is not altered. shots and scenes: what is not listed is not covered.
    create_from, create_until: days on which versions may be made, both included; exploit_until: last day on which they
    may be shown, None where the rider states it. training: on what a model may be trained; empty: training is not
    allowed. sequels: named later productions, empty: none. compensation: a reference, never the sum. minor: the
    performer is under 18; guardian then signs too. intimacy: the use shows nudity or sexual conduct. text_sha256: hash
    of the exact text that was shown, empty only while it is being drafted.
    """

    id: ConsentId
    production: Sha256
    production_title: Line
    performer: PersonName
    category: Category
    category_by: PersonName
    tools: tuple[Line, ...] = Field(min_length=1)
    ages: tuple[AdultAge, AdultAge] | None = None
    effect: Line
    shots: tuple[ShotName, ...] = Field(min_length=1)
    scenes: tuple[Line, ...] = ()
    script_revision: Line
    media: tuple[Line, ...] = Field(min_length=1)
    sequels: tuple[Line, ...] = ()
    territory: Line
    create_from: Day
    create_until: Day
    exploit_until: Day | None = None
    training: str = ""
    look_approval: bool = False
    body_double: str = ""
    compensation: Line
    representative: PersonName | None = None
    notice_on: Day
    minor: bool = False
    guardian: PersonName | None = None
    intimacy: bool = False
    retention: Line
    destroy_by: Day
    revocation: RevocationPlace | None = None
    language: Language = "en"
    text_sha256: Sha256 | Literal[""] = ""

    @model_validator(mode="after")
    def _ordered(self) -> "ConsentTerms":
        if self.create_until < self.create_from:
            raise ValueError(f"create_until {self.create_until} lies before create_from {self.create_from}")
        if self.exploit_until is not None and self.exploit_until < self.create_from:
            raise ValueError(f"exploit_until {self.exploit_until} lies before create_from {self.create_from}")
        if self.ages is not None and self.ages[1] < self.ages[0]:
            raise ValueError(f"ages go from {self.ages[0]} to {self.ages[1]}: give the lower one first")
        if self.performer in (self.guardian, self.representative):
            raise ValueError(f"{self.performer} cannot be their own guardian or representative: name somebody else")
        return self

    @property
    def signers(self) -> tuple[str, ...]:
        """Everybody whose signature the terms ask for."""
        return tuple(name for name in (self.performer, self.representative, self.guardian) if name)


class Consent(Record, name="consent", version=1):
    """The evidence that terms were agreed to.

    signed: the terms as a JWS in general JSON form, one signature per signer; None where a scan of a wet-ink signature
    is all there is (scan), which is lower assurance and is called so wherever it is shown. text: the statement as it
    was shown. rider: the executed rider. signature: of legal, who put it on record.
    """

    terms: ConsentTerms
    text: StoredFile
    rider: StoredFile
    signed: str | None = None
    scan: StoredFile | None = None
    by: PersonName
    at: Instant
    signature: str | None = None

    @model_validator(mode="after")
    def _evidenced(self) -> "Consent":
        if (self.signed is None) is (self.scan is None):
            raise ValueError("a consent rests on signed terms or on a scan: give one of the two")
        return self

    @property
    def id(self) -> str:
        """As people call it: c001."""
        return self.terms.id

    @property
    def assurance(self) -> Literal["signed", "wet ink (lower assurance)"]:
        """How much the evidence weighs."""
        return "signed" if self.signed is not None else "wet ink (lower assurance)"


class Withdrawal(Record, name="withdrawal", version=1):
    """A hold on a consent (lifted False), or its lifting by legal (True). The newest one counts.

    signature: JWS over the move's claims. A lifting needs it; without it the hash of a short reason could be guessed.
    """

    consent: ConsentId
    lifted: bool
    reason: str
    by: PersonName
    at: Instant
    signature: str | None = None


class Revocations(Record, name="revocations", version=1):
    """An issuer's revocation list on record. token: the list as signed; issuer: thumbprint of the key that signs it."""

    issuer: str
    sequence: int = Field(ge=0)
    expires_at: Instant
    token: str
    by: PersonName
    at: Instant
