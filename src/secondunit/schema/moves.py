"""The closed list of moves and one request record for each. Every request names its actor.

Paths in requests are the user's own (absolute, or relative to the current folder); what is kept of them is copied in.
"""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field, field_validator

from .base import Fields, Record, upgrade
from .brief import Brief
from .names import CODE, DEVICE, SUBJECT, TITLE, BriefId, PersonName, PlateId, Role, ShotName, Status, VersionId


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


class InitRequest(Record, name="init-request", version=1):
    """A new production; its actor becomes the first person on record, as supervisor and artist."""

    move: ClassVar[Move] = Move.INIT
    actor: PersonName
    title: str = Field(max_length=200, pattern=TITLE)
    code: str = Field(pattern=CODE)
    fps: float = Field(default=24.0, ge=0.01, le=1000)
    start: int = Field(default=1001, ge=0, le=9_000_000)


class PersonRequest(Record, name="person-request", version=1):
    """Put a person on record, or give one on record more roles. key: text of a public key file."""

    move: ClassVar[Move] = Move.PERSON
    actor: PersonName
    name: PersonName
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


class BriefRequest(Record, name="brief-request", version=2):
    """Put a brief on record, once its tool can work with it on this plate (None: the shot's newest).

    device: where it will be made straight away, `cpu` or `cuda:0`; None: not yet, or elsewhere.

    matte_file, building_file: the user's own files; the first is copied into the production, the second's text into
    the brief.
    """

    move: ClassVar[Move] = Move.BRIEF
    actor: PersonName
    brief: Brief
    plate: PlateId | None = None
    matte_file: str | None = None
    building_file: str | None = None
    device: str | None = Field(default=None, pattern=DEVICE)


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


class StatusRequest(Record, name="status-request", version=1):
    """Set where a version stands. `approved` is set by the approve move only."""

    move: ClassVar[Move] = Move.STATUS
    actor: PersonName
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


class ApproveRequest(Record, name="approve-request", version=1):
    """Approve exactly what is on record now. subject: `SHOT/v003` or `SHOT/b001`.

    role: one of the actor's own; None: the one that the rules ask for, where that is clear.
    """

    move: ClassVar[Move] = Move.APPROVE
    actor: PersonName
    subject: str = Field(pattern=SUBJECT)
    role: Role | None = None
    reason: str = ""


class RejectRequest(ApproveRequest, name="reject-request", version=1):
    """Reject what is on record now; it takes back an approval of the same person's role."""

    move: ClassVar[Move] = Move.REJECT


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
)
