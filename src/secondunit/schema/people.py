"""Who acts, and what they said."""

from .base import Fields, Record, upgrade
from .names import Instant, PersonName, Role, Sha256


class Person(Record, name="person", version=1):
    """Somebody on record. key: text of their public key, or None; private keys never enter a production."""

    name: PersonName
    roles: tuple[Role, ...]
    key: str | None = None


class Note(Record, name="note", version=1):
    """One remark about a version (SHOT/v003); frame None: the whole of it."""

    version: str
    text: str
    frame: int | None
    by: str
    at: Instant


class PersonKey(Record, name="person-key", version=1):
    """A public key that a person held from `at` on, until the next one; lost: the one before was lost or stolen.

    thumbprint: RFC 7638.
    """

    name: PersonName
    key: str
    thumbprint: str
    lost: bool = False
    by: PersonName
    at: Instant


class Approval(Record, name="approval", version=2):
    """A person, in a role, approved or rejected exactly this content: it dies when the content's hash changes.

    signature: JWS over the move's claims, or None: said under a name that nobody proved.
    """

    subject: str
    subject_sha256: Sha256
    role: Role
    granted: bool
    by: str
    at: Instant
    reason: str = ""
    signature: str | None = None


@upgrade("approval", 1)
def _unsigned(fields: Fields) -> Fields:
    """Version 1 knew of no signatures."""
    return fields


class StoredBrief(Record, name="stored-brief", version=1):
    """A brief on record, as SHOT/b001."""

    id: str
    shot: str
    brief_sha256: Sha256
    by: str
    at: Instant

    @property
    def name(self) -> str:
        """How people and commands call it: SHOT/b001."""
        return f"{self.shot}/{self.id}"
