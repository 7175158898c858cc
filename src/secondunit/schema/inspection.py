"""Who is in the picture: what a detector found, and what named people say."""

from enum import StrEnum

from pydantic import Field

from .base import Fields, Record, upgrade
from .names import Instant, PersonName, Role, Sha256
from .tri import Tri

Box = tuple[float, float, float, float]
"""x_min, y_min, x_max, y_max in pixels of the frame, y down, as found."""

ALTERED = 0.01
"""Share of a face's box from which on it counts as altered."""


class Match(StrEnum):
    """What comparing a face with those of enrolled performers came to. near: like somebody, and nobody knows; unknown:
    too small, or it could not be compared."""

    MATCH = "match"
    NEAR = "near"
    NOBODY = "nobody"
    UNKNOWN = "unknown"


class Face(Record, name="face", version=2):
    """One face found. changed: largest share (0..1) of its box in which the version differs from the plate.

    match: None where nobody was enrolled. performers: whom it matches (one) or is near (one or more).
    """

    frame: int
    box: Box
    score: float = Field(ge=0, le=1)
    changed: float | None = Field(default=None, ge=0, le=1)
    match: Match | None = None
    performers: tuple[PersonName, ...] = ()


@upgrade("face", 1)
def _unmatched_face(fields: Fields) -> Fields:
    """Version 1 compared nobody."""
    return fields


class Inspection(Record, name="inspection", version=2):
    """What looking for people found. Made at ingest of every plate, and of every version after making.

    subject: SHOT/PL01_v001 or SHOT/v001. people: TRUE: somebody was found; FALSE: nobody was, in the frames looked at;
    UNKNOWN: no detector, or it failed. altered: of a version: whether pixels changed on a face that was found.
    detector: name and version; models: file name -> sha256 of the networks that were used, and of the code that says
    how faces are looked for. frames: those that were looked at.
    enrolled: the performers that faces were compared with.
    """

    subject: str
    subject_sha256: Sha256
    frames: tuple[int, ...] = ()
    faces: tuple[Face, ...] = ()
    people: Tri = Tri.UNKNOWN
    altered: Tri = Tri.UNKNOWN
    detector: str = ""
    models: dict[str, Sha256] = Field(default_factory=dict)
    enrolled: tuple[PersonName, ...] = ()
    at: Instant


@upgrade("inspection", 1)
def _unmatched(fields: Fields) -> Fields:
    """Version 1 compared nobody."""
    return fields


class Identification(Record, name="identification", version=1):
    """A named person's signed word on who is in a plate: exactly these performers, and others or nobody else.

    bystanders: people who are not on record can be recognised in it. None of them is ever named or measured.
    """

    plate: str
    plate_sha256: Sha256
    performers: tuple[PersonName, ...] = ()
    bystanders: bool
    role: Role
    by: PersonName
    at: Instant
    signature: str
