"""Looks: a direction for one performer that every shot of a sequence takes over, approved once."""

import hashlib

from pydantic import Field, model_validator

from .base import Record, canonical_json
from .brief import StoredFile
from .direction import Direction, LookNamed
from .names import Instant, LookName, PersonName, VersionId

PREFIX = "look:"
"""Begins the subject of an approval of a look, so that no shot of the same name is meant."""


class Still(Record, name="still", version=1):
    """A reference picture, for people to look at. name: as its file was called."""

    name: str = Field(min_length=1, max_length=255)
    file: StoredFile


class Look(Direction, name="look", version=1):
    """One version of a look: immutable, the next one is a new record. It grants nothing: consent gates each shot."""

    name: LookName
    version: VersionId
    performer: PersonName
    stills: tuple[Still, ...] = ()
    by: PersonName
    at: Instant
    signature: str | None = None

    @model_validator(mode="after")
    def _states_an_age(self) -> "Look":
        if self.apparent_age is None:
            raise ValueError("state how old they look in the plates")
        return self

    @property
    def called(self) -> str:
        """How people and commands call it: NAME/v002."""
        return f"{self.name}/{self.version}"

    @property
    def subject(self) -> str:
        """What an approval names."""
        return f"{PREFIX}{self.called}"

    @property
    def content(self) -> str:
        """Hash of what it says, which approvals and briefs hold; see `content_of`."""
        return content_of(self.name, self.performer, self, [still.file.sha256 for still in self.stills])

    @property
    def named(self) -> LookNamed:
        """What a brief says of it."""
        return LookNamed(name=self.name, version=self.version, sha256=self.content)


def content_of(name: str, performer: str, direction: Direction, stills: list[str]) -> str:
    """Hex SHA-256 of what a look says. Fields are listed one by one: a later form of the record keeps the hash."""
    years = [direction.by_years, direction.to_age, direction.apparent_age]
    how = [direction.regions, float(direction.volume), direction.strength, direction.seed]
    return hashlib.sha256(canonical_json([name, performer, years, how, stills]).encode()).hexdigest()
