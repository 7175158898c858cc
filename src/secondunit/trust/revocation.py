"""The performer's side takes a consent back by setting its bit in a list that it signs (RevocationPlace says where).

The list names nobody. It is short-lived, so that an old one cannot be shown for long, and numbered, so that one who
has seen a newer list refuses an older one. Time is passed in. Modelled on the bit lists of W3C's Bitstring Status List
and OAuth's Token Status List (both: zlib-compressed bits, index per credential), without their envelopes.
"""

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from secondunit.schema import InputError
from secondunit.schema.base import Record
from secondunit.schema.faults import first_fault
from secondunit.schema.names import Instant
from secondunit.trust import jws
from secondunit.trust.jws import BadSignature, Typ
from secondunit.trust.keys import PublicKey, Signer
from secondunit.trust.strict import b64url, from_b64url

MOST_BITS = 1_000_000
LONGEST = 180_000
"""Characters of the compressed bits: more than a million random ones need."""
LIFE = timedelta(days=31)
"""The longest that a list may claim to be good for."""
SKEW = timedelta(minutes=5)
"""How far clocks may differ."""


class RolledBack(InputError):
    """A list that must not take the place of the one known: older, forked, shrunk, or another issuer's."""


class RevocationList(Record, name="revocation-list", version=1):
    """Which consents are taken back, as of `issued_at`.

    issuer: RFC 7638 thumbprint of the key that signs it. sequence: 1, 2 and so on. size: how many bits it has; bits:
    those, eight to a byte, lowest first, zlib-compressed (RFC 1950), base64url.
    """

    issuer: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
    sequence: int = Field(ge=1, lt=2**53)
    issued_at: Instant
    expires_at: Instant
    size: int = Field(ge=1, le=MOST_BITS)
    bits: Annotated[str, StringConstraints(max_length=LONGEST)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not timedelta(0) < _time(self.expires_at) - _time(self.issued_at) <= LIFE:
            raise ValueError(f"a list is good for at most {LIFE.days} days after it is issued")
        last = _inflated(self.bits, self.size)[-1]
        if last >> (8 - -self.size % 8):
            raise ValueError("bits are set beyond the end of the list")
        return self

    def revoked(self, index: int) -> bool:
        """Whether this consent is taken back; ValueError for an index that the list does not reach."""
        if not 0 <= index < self.size:
            raise ValueError(f"The list has {self.size} places, and none called {index}: ask for the newest list.")
        return bool(_inflated(self.bits, self.size)[index // 8] >> index % 8 & 1)

    def stale(self, now: str) -> bool:
        """Whether it says nothing about `now` (an Instant) any more, or not yet: then nobody may rely on it."""
        moment = _time(now)
        return moment >= _time(self.expires_at) or moment < _time(self.issued_at) - SKEW

    def newer_than(self, known: "RevocationList | None") -> bool:
        """True where it takes the place of `known`, False where it is the very same list; RolledBack otherwise."""
        if known is None:
            return True
        if self == known:
            return False
        if self.issuer != known.issuer:
            raise RolledBack("This revocation list is signed by another key than the one known: ask whose it is.")
        if self.sequence <= known.sequence or self.issued_at < known.issued_at or self.size < known.size:
            raise RolledBack(
                f"Revocation list {self.sequence} would take the place of {known.sequence}, which was seen already: "
                "ask for the newest."
            )
        return True


def make(
    issuer: PublicKey, revoked: Iterable[int], *, size: int, sequence: int, issued_at: str, expires_at: str
) -> RevocationList:
    """A list with these bits set. FieldFault names what is wrong; ValueError for an index outside."""
    bits = bytearray(-(-min(size, MOST_BITS) // 8))
    for index in revoked:
        if not 0 <= index < size:
            raise ValueError(f"A list of {size} places has none called {index}.")
        bits[index // 8] |= 1 << index % 8
    packed = b64url(zlib.compress(bytes(bits), 9))
    about = {"sequence": sequence, "issued_at": issued_at, "expires_at": expires_at, "size": size}
    return RevocationList.read(issuer=issuer.thumbprint, bits=packed, **about)


def signed(revocations: RevocationList, signer: Signer) -> str:
    """The list as a compact JWS. ValueError where the signer is not its issuer."""
    if signer.public.thumbprint != revocations.issuer:
        raise ValueError("Only the key that a revocation list names as its issuer signs it.")
    return jws.sign(revocations.to_json().encode(), signer, Typ.REVOCATION)


def verified(token: str, issuer: PublicKey) -> RevocationList:
    """The list that `issuer` signed; BadSignature for anything else. Ask `stale` and `newer_than` next."""
    payload = jws.verify(token, issuer, Typ.REVOCATION)
    try:
        found = RevocationList.model_validate_json(payload)
    except ValidationError as error:
        raise BadSignature(f"it holds no revocation list ({first_fault(error)})") from None
    if found.issuer != issuer.thumbprint:
        raise BadSignature("it names another issuer than the key that signed it")
    return found


def _inflated(bits: str, size: int) -> bytes:
    """Exactly as many bytes as `size` needs; never more are unpacked, whatever the data would unfold to."""
    wanted = -(-size // 8)
    unpacking = zlib.decompressobj()
    try:
        found = unpacking.decompress(from_b64url(bits), wanted + 1)
    except zlib.error:
        raise ValueError("the bits are damaged") from None
    if len(found) != wanted or not unpacking.eof or unpacking.unused_data:
        raise ValueError(f"the bits are not the {size} that the list says it has")
    return found


def _time(instant: str) -> datetime:
    return datetime.fromisoformat(instant)
