"""What a signature on a move says, so that it can be used for that one move and nothing else."""

from .base import Record
from .names import Instant, PersonName, Role, Sha256


class Claims(Record, name="claims", version=1):
    """Payload of the JWS on a signed move.

    production: the production's id. subject_sha256: hash of what is decided on, as the signer saw it, "" where there
    is no such thing. content: hash of the request without its signature. nonce: random, so that no two are the same.
    """

    production: Sha256
    move: str
    actor: PersonName
    role: Role | None = None
    subject: str
    subject_sha256: str = ""
    content: Sha256
    at: Instant
    nonce: str
