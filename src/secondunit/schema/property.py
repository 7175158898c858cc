"""Releases: what others than performers own and give."""

from enum import StrEnum

from pydantic import Field

from .base import Record
from .brief import StoredFile
from .consent import Line
from .names import Day, Instant, PersonName, ReleaseId, ShotName


class ReleaseKind(StrEnum):
    """What is released. archive: footage; photograph: of a performer, whose copyright is the photographer's.
    biometric: a performer, its holder, lets their face be measured and matched in the shots named."""

    LOCATION = "location"
    SIGNAGE = "signage"
    ARCHIVE = "archive"
    PHOTOGRAPH = "photograph"
    ARTWORK = "artwork"
    BIOMETRIC = "biometric"


class Release(Record, name="release", version=1):
    """A written release on record. what: what is released, holder: who gave it, document: the signed paper,
    signature: of the person who put it on record.

    valid_from, valid_until: days, both included; None: no end. Covers the shots listed, and no other.
    """

    id: ReleaseId
    kind: ReleaseKind
    what: Line
    holder: Line
    shots: tuple[ShotName, ...] = Field(min_length=1)
    territory: Line
    valid_from: Day
    valid_until: Day | None = None
    document: StoredFile
    by: PersonName
    at: Instant
    signature: str

    def covers(self, kind: ReleaseKind, shot: str, day: str) -> bool:
        """Whether it releases this kind of thing for this shot on this day (YYYY-MM-DD)."""
        in_time = self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
        return self.kind is kind and shot in self.shots and in_time
