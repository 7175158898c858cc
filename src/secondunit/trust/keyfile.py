"""Whether the text of a key file is fit to be kept: public keys are, private ones never enter a production."""

import json
import re

from secondunit.schema import Tri

PUBLIC_PEM = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*(?:PUBLIC KEY|CERTIFICATE)(?: BLOCK)?-----")
PUBLIC_SSH = re.compile(r"^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-\S+|sk-\S+) AAAA\S+", re.M)
SECRET = re.compile(r"PRIVATE|SECRET", re.I)
SECRET_JWK = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
"""Members that only private and symmetric keys have (RFC 7518, section 6)."""


def is_public(text: str) -> Tri:
    """TRUE for forms known to be public (PEM, OpenSSH, JWK), FALSE for private ones, UNKNOWN for what is neither."""
    if SECRET.search(text):
        return Tri.FALSE
    if text.lstrip().startswith("{"):
        return _is_public_jwk(text)
    return Tri.TRUE if PUBLIC_PEM.search(text) or PUBLIC_SSH.search(text) else Tri.UNKNOWN


def _is_public_jwk(text: str) -> Tri:
    try:
        key = json.loads(text)
    except ValueError:
        return Tri.UNKNOWN
    if "kty" not in key:
        return Tri.UNKNOWN
    return Tri.of(not any(member in key for member in SECRET_JWK))
