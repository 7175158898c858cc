"""What must be erasable is sealed under a key of its performer's: throwing that key away erases it in every copy.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces, far fewer than 2^32 per key. What it is sealed for (production,
performer, kind) is authenticated along with it, so that it opens nowhere else.
"""

import os
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from secondunit.schema import canonical_json

MARK = b"2U\x01"
"""First bytes: what it is, and in which version."""
NONCE, TAG = 12, 16
LONGEST = 4 * 1024 * 1024
"""Bytes of what is sealed: small things, such as a scan of a page."""


@dataclass(frozen=True)
class Context:
    """What it is sealed for. production: its id; kind: what the bytes are, such as `rider`."""

    production: str
    performer: str
    kind: str

    @property
    def bound(self) -> bytes:
        """Unambiguous bytes, the mark first."""
        return MARK + canonical_json(asdict(self)).encode()


def new_key() -> bytes:
    """32 random bytes, for one performer. Kept apart from what it seals, or erasure is a promise only."""
    return AESGCM.generate_key(256)


def seal(key: bytes, data: bytes, context: Context) -> bytes:
    """Sealed bytes, 31 longer than `data`. ValueError for a key that is not 32 bytes, or too much data."""
    if len(data) > LONGEST:
        raise ValueError(f"{len(data)} bytes are too many to seal: {LONGEST} at most.")
    nonce = os.urandom(NONCE)
    return MARK + nonce + _cipher(key).encrypt(nonce, data, context.bound)


def unseal(key: bytes, sealed: bytes, context: Context) -> bytes:
    """What was sealed. ValueError with a sentence for another key or context, or any bit changed."""
    body = sealed.removeprefix(MARK)
    if body == sealed or not NONCE + TAG <= len(body) <= NONCE + TAG + LONGEST:
        raise ValueError("These are no sealed bytes.")
    try:
        return _cipher(key).decrypt(body[:NONCE], body[NONCE:], context.bound)
    except InvalidTag:
        raise ValueError("This does not open: another key, made for something else, or damaged.") from None


def _cipher(key: bytes) -> AESGCM:
    if len(key) != 32:
        raise ValueError("A key to seal with has 32 bytes.")
    return AESGCM(key)
