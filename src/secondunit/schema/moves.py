"""The closed list of moves and one request record for each. Every request names its actor.

Paths in requests are the user's own (absolute, or relative to the current folder); what is kept of them is copied in.
"""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from .answers import Question
from .base import Fields, Record, upgrade
from .brief import Brief
from .consent import ConsentTerms, Line
from .direction import Age, By, Regions, Seed, Strength, Volume
from .names import (
    CODE,
    DEVICE,
    REVIEWED,
    SUBJECT,
    TITLE,
    BriefId,
    ConsentId,
    Day,
    GivenName,
    LookName,
    PersonName,
    PlateId,
    ReleaseId,
    Role,
    ShotName,
    Status,
    VersionId,
)
from .property import ReleaseKind


class Move(StrEnum):
    """Everything that can happen to a production; `runner.advance` makes them and nothing else does."""

    INIT = "init"
    PERSON = "person"
    INGEST = "ingest"
    BRIEF = "brief"
    MAKE = "make"
    NOTE = "note"
    STATUS = "status"
    APPROVE = "approve"
    REJECT = "reject"
    KEY = "key"
    ANSWER = "answer"
    IDENTIFY = "identify"
    CONSENT = "consent"
    WITHDRAW = "withdraw"
    LIFT = "lift"
    REVOCATIONS = "revocations"
    RELEASE = "release"
    POLICY = "policy"
    POLICY_REVIEW = "policy-review"
    SWITCH = "switch"
    ENROL = "enrol"
    ERASE = "erase"
    LOOK = "look"


class InitRequest(Record, name="init-request", version=2):
    """A new production; its actor becomes the first person on record, as supervisor and artist.

    key: text of their public key; without one nobody can tell their moves from those of others under their name.
    """

    move: ClassVar[Move] = Move.INIT
    actor: GivenName
    title: str = Field(max_length=200, pattern=TITLE)
    code: str = Field(pattern=CODE)
    fps: float = Field(default=24.0, ge=0.01, le=1000)
    start: int = Field(default=1001, ge=0, le=9_000_000)
    key: str | None = None


class SignedRequest(Record, name="signed-request", version=1):
    """A move that its actor signs. signature: JWS over `schema.signing.Claims`; role: one of the actor's own."""

    move: ClassVar[Move]
    actor: PersonName
    role: Role | None = None
    signature: str | None = Field(default=None, max_length=20_000)

    @property
    def content(self) -> str:
        """Hash of everything but the signature: what the signature is for."""
        return self.model_copy(update={"signature": None}).digest


class PersonRequest(SignedRequest, name="person-request", version=2):
    """Put a person on record, or give one on record more roles. key: text of a public key file."""

    move: ClassVar[Move] = Move.PERSON
    name: GivenName
    roles: tuple[Role, ...] = Field(min_length=1)
    key: str | None = None


class IngestRequest(Record, name="ingest-request", version=1):
    """Take a plate in. source: a still, a movie, or a pattern such as `plate.%04d.exr` or `plate.####.exr`.

    camera: a USD file with the one camera that shot it.
    """

    move: ClassVar[Move] = Move.INGEST
    actor: PersonName
    shot: ShotName
    source: str
    colorspace: str | None = None
    occluders: str | None = None
    clean: str | None = None
    camera: str | None = None


class BriefRequest(Record, name="brief-request", version=3):
    """Put a brief on record, once its tool can work with it on this plate (None: the shot's newest).

    device: where it will be made straight away, `cpu` or `cuda:0`; None: not yet, or elsewhere.

    matte_file, track_file, roto_file, building_file: the user's own files; they are copied into the production, those
    too that roto_file names (a still, or a pattern such as `roto.####.exr`), and the last one's text into the brief.
    """

    move: ClassVar[Move] = Move.BRIEF
    actor: PersonName
    brief: Brief
    plate: PlateId | None = None
    matte_file: str | None = None
    roto_file: str | None = None
    track_file: str | None = None
    building_file: str | None = None
    device: str | None = Field(default=None, pattern=DEVICE)


@upgrade("brief-request", 2)
def _without_roto(fields: Fields) -> Fields:
    """Version 2 took neither mattes nor a track for a face."""
    return fields


@upgrade("brief-request", 1)
def _made_later(fields: Fields) -> Fields:
    """Version 1 did not say where the brief would be made."""
    return fields


class MakeRequest(Record, name="make-request", version=1):
    """Run the brief's tool. plate None: the shot's newest plate. device: `cpu` or `cuda:0`."""

    move: ClassVar[Move] = Move.MAKE
    actor: PersonName
    shot: ShotName
    brief: BriefId
    plate: PlateId | None = None
    device: str = Field(default="cpu", pattern=DEVICE)


class NoteRequest(Record, name="note-request", version=1):
    """Say something about a version. frame None: the whole of it."""

    move: ClassVar[Move] = Move.NOTE
    actor: PersonName
    shot: ShotName
    version: VersionId
    text: str = Field(min_length=1, max_length=10_000)
    frame: int | None = None


class StatusRequest(SignedRequest, name="status-request", version=2):
    """Set where a version stands. `approved` is set by the approve move only."""

    move: ClassVar[Move] = Move.STATUS
    shot: ShotName
    version: VersionId
    status: Status
    reason: str = ""

    @field_validator("status", mode="before")
    @classmethod
    def _one_that_can_be_set(cls, status: object) -> object:
        if isinstance(status, Status) or status in list(Status):
            return status
        raise ValueError("give wip, cbb, final, omit or hold; approved comes with `secondunit approve`")


class ApproveRequest(SignedRequest, name="approve-request", version=2):
    """Approve exactly what is on record now. subject: `SHOT/v003`, `SHOT/b001`, or a look's version, `look:NAME/v002`.

    role: one of the actor's own; None: the one that the rules ask for, where that is clear.
    """

    move: ClassVar[Move] = Move.APPROVE
    subject: str = Field(pattern=REVIEWED)
    reason: str = ""


class RejectRequest(ApproveRequest, name="reject-request", version=2):
    """Reject what is on record now; it takes back an approval of the same person's role."""

    move: ClassVar[Move] = Move.REJECT


class KeyRequest(SignedRequest, name="key-request", version=1):
    """Replace a person's key: signed with the old one by its owner, or by legal where it is lost or stolen."""

    move: ClassVar[Move] = Move.KEY
    name: PersonName
    key: str
    reason: Literal["rotated", "lost"]


class AnswerRequest(SignedRequest, name="answer-request", version=1):
    """Answer a question about a brief or a version, as it is on record now."""

    move: ClassVar[Move] = Move.ANSWER
    subject: str = Field(pattern=SUBJECT)
    question: Question
    answer: Literal["yes", "no", "unsure"]
    reason: str = Field(default="", max_length=10_000)


class IdentifyRequest(SignedRequest, name="identify-request", version=1):
    """Say who can be recognised in a plate. plate None: the shot's newest."""

    move: ClassVar[Move] = Move.IDENTIFY
    shot: ShotName
    plate: PlateId | None = None
    performers: tuple[PersonName, ...] = ()
    bystanders: bool = False


class ConsentRequest(SignedRequest, name="consent-request", version=1):
    """Put a consent on record. Files are the user's own: text: the statement as it was shown; rider: the executed one;
    signed: JWS of the terms in JSON form, or scan: of a signature on paper.
    """

    move: ClassVar[Move] = Move.CONSENT
    terms: ConsentTerms
    text_file: str
    rider_file: str
    signed: str | None = Field(default=None, max_length=100_000)
    scan_file: str | None = None


class WithdrawRequest(SignedRequest, name="withdraw-request", version=1):
    """Put a hold on a consent."""

    move: ClassVar[Move] = Move.WITHDRAW
    consent: ConsentId
    reason: str = Field(default="", max_length=10_000)


class LiftRequest(SignedRequest, name="lift-request", version=1):
    """Lift the hold on a consent."""

    move: ClassVar[Move] = Move.LIFT
    consent: ConsentId
    reason: str = Field(min_length=1, max_length=10_000)


class RevocationsRequest(Record, name="revocations-request", version=1):
    """Take in an issuer's newest revocation list. token: the signed list's text."""

    move: ClassVar[Move] = Move.REVOCATIONS
    actor: PersonName
    token: str = Field(max_length=2_000_000)


class ReleaseRequest(SignedRequest, name="release-request", version=1):
    """Put a release on record. document_file: the signed paper."""

    move: ClassVar[Move] = Move.RELEASE
    kind: ReleaseKind
    what: Line
    holder: Line
    shots: tuple[ShotName, ...] = Field(min_length=1)
    territory: Line = "worldwide"
    valid_from: Day
    valid_until: Day | None = None
    document_file: str


class PolicyRequest(SignedRequest, name="policy-request", version=1):
    """Put packs in force, in place of those that were: names of packs that ship, or the user's own files."""

    move: ClassVar[Move] = Move.POLICY
    packs: tuple[str, ...]


class PackReviewRequest(SignedRequest, name="pack-review-request", version=1):
    """Counsel signs a pack that is in force, as it is now."""

    move: ClassVar[Move] = Move.POLICY_REVIEW
    pack: str


class SwitchRequest(SignedRequest, name="switch-request", version=1):
    """Turn a switch of the production."""

    move: ClassVar[Move] = Move.SWITCH
    switch: Literal["strike", "evaluation"]
    on: bool


class EnrolRequest(SignedRequest, name="enrol-request", version=1):
    """Measure a performer's face in reference pictures (files of the user's own), so that it is known again in plates.

    release: their biometric release; destroy_on: the day on which the measure is destroyed.
    """

    move: ClassVar[Move] = Move.ENROL
    performer: PersonName
    release: ReleaseId
    destroy_on: Day
    pictures: tuple[str, ...] = Field(min_length=1, max_length=200)


class EraseRequest(SignedRequest, name="erase-request", version=1):
    """Destroy the measure of a performer's face, for good."""

    move: ClassVar[Move] = Move.ERASE
    performer: PersonName


class LookRequest(SignedRequest, name="look-request", version=1):
    """Put the next version of a look on record. What is None is as in the version before; of regions, those not named.

    stills: reference pictures, files of the user's own. The rest as in `Direction`; by_years takes the place of to_age,
    and to_age of by_years.
    """

    move: ClassVar[Move] = Move.LOOK
    name: LookName
    performer: PersonName | None = None
    by_years: By | None = None
    to_age: Age | None = None
    apparent_age: Age | None = None
    regions: Regions | None = None
    volume: Volume | None = None
    strength: Strength | None = None
    seed: Seed | None = None
    stills: tuple[str, ...] | None = Field(default=None, max_length=100)


Request = (
    InitRequest
    | PersonRequest
    | IngestRequest
    | BriefRequest
    | MakeRequest
    | NoteRequest
    | StatusRequest
    | ApproveRequest
    | RejectRequest
    | KeyRequest
    | AnswerRequest
    | IdentifyRequest
    | ConsentRequest
    | WithdrawRequest
    | LiftRequest
    | RevocationsRequest
    | ReleaseRequest
    | PolicyRequest
    | PackReviewRequest
    | SwitchRequest
    | EnrolRequest
    | EraseRequest
    | LookRequest
)


@upgrade("init-request", 1)
def _keyless_init(fields: Fields) -> Fields:
    """Version 1 knew of no keys."""
    return fields


@upgrade("approve-request", 1)
def _unsigned_approval(fields: Fields) -> Fields:
    """Version 1 could not be signed."""
    return fields


@upgrade("person-request", 1)
def _unsigned_person(fields: Fields) -> Fields:
    """Version 1 could not be signed."""
    return fields


@upgrade("status-request", 1)
def _unsigned_status(fields: Fields) -> Fields:
    """Version 1 could not be signed."""
    return fields


@upgrade("reject-request", 1)
def _unsigned_rejection(fields: Fields) -> Fields:
    """Version 1 could not be signed."""
    return fields
