"""Signatures over JSON: JWS (RFC 7515) with the algorithm Ed25519 (RFC 9864), and nothing else.

The verifier decides what is accepted, never the token. A protected header has exactly alg, kid and typ; the signature
is checked with the key that the caller holds for that kid. So `none`, HMAC under a public key, the polymorphic alias
EdDSA, keys carried in the token (jwk, jku, x5u, x5c), critical extensions and unencoded payloads (b64, RFC 7797) end
before any arithmetic (RFC 8725, sections 2.1, 2.7, 3.1, 3.11). Payloads are JSON objects without doubled members.
"""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from secondunit.schema import InputError, canonical_json
from secondunit.trust.keys import PublicKey, Signer
from secondunit.trust.strict import b64url, from_b64url, json_object

ALG = "Ed25519"
LONGEST = 512 * 1024
"""Bytes of a payload."""
MOST_SIGNATURES = 16
MEMBERS = {"alg", "kid", "typ"}
_registry = jws.JWSRegistry(algorithms=[ALG])
_registry.max_payload_length = LONGEST * 4 // 3 + 4


class Typ(StrEnum):
    """What a signature is about, so that one made for a thing cannot stand for another (RFC 8725, section 3.11)."""

    TERMS = "secondunit-terms+jws"
    MOVE = "secondunit-move+jws"
    REVOCATION = "secondunit-revocation+jws"
    CHECKPOINT = "secondunit-checkpoint+jws"


class BadSignature(InputError):
    """A token is not what its verifier asked for. reason: why, a clause without a full stop."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The signature does not hold: {reason}.")


class Signatures(NamedTuple):
    """What a token of several signatures is worth: only `names` count.

    payload: what they signed. faults: a sentence for each signature that counts for nobody.
    """

    payload: bytes
    names: frozenset[str]
    faults: tuple[str, ...]


def sign(payload: bytes, signer: Signer, typ: str) -> str:
    """A compact JWS. BadSignature where the signer's answer is no signature, or the payload no JSON object."""
    _check_payload(payload)
    header = {"alg": ALG, "kid": signer.public.thumbprint, "typ": str(typ)}
    head = b64url(canonical_json(header).encode())
    begun = f"{head}.{b64url(payload)}"
    token = f"{begun}.{b64url(signer.sign(begun.encode('ascii')))}"
    verify(token, signer.public, typ)
    return token


def verify(token: str, public: PublicKey, typ: str) -> bytes:
    """The payload of a compact JWS that the holder of `public` signed as a `typ`; BadSignature says why not."""
    if len(token) > 2 * LONGEST or not token.isascii():
        raise BadSignature("it is too long, or no token")
    head, dot, rest = token.partition(".")
    if not dot or rest.count(".") != 1:
        raise BadSignature("it has not the three parts of a compact JWS")
    _check_header(head, typ, public.thumbprint)
    try:
        payload = jws.deserialize_compact(token, OKPKey.import_key({**public.jwk}), registry=_registry).payload
    except (JoseError, ValueError, TypeError):
        raise BadSignature("it was not made by this key over this content") from None
    _check_payload(payload)
    return payload


def sign_json(payload: bytes, signers: Iterable[Signer], typ: str) -> str:
    """A JWS in general JSON form (RFC 7515, section 7.2.1) with a signature of each signer; errors as `sign`."""
    token = canonical_json({"payload": b64url(payload), "signatures": []})
    for signer in signers:
        token = add_signature(token, signer, typ)
    if not json.loads(token)["signatures"]:
        raise BadSignature("nobody signed")
    return token


def add_signature(token: str, signer: Signer, typ: str) -> str:
    """The same payload with one signature more. Those there are not checked, but must be of the same `typ`.

    BadSignature for a damaged token, and where this key has signed already.
    """
    encoded, signatures = _parts(token)
    payload = _decoded(encoded)
    kids = [_check_header(entry["protected"], typ) for entry in signatures]
    if signer.public.thumbprint in kids:
        raise BadSignature("this key has signed it already")
    if len(kids) >= MOST_SIGNATURES:
        raise BadSignature(f"it has {len(kids)} signatures, and may not have more")
    head, _, signature = sign(payload, signer, typ).split(".")
    return canonical_json(
        {"payload": encoded, "signatures": [*signatures, {"protected": head, "signature": signature}]}
    )


def verify_json(token: str, keys: Mapping[str, PublicKey], typ: str) -> Signatures:
    """Who of `keys` signed: a signature counts for the name whose key it names and fits.

    BadSignature where none counts, where the token is damaged, or where two names share a key, since one signature
    would then count as two people's.
    """
    names = {public.thumbprint: name for name, public in keys.items()}
    if len(names) != len(keys):
        raise BadSignature("two names are on record with the same key")
    encoded, signatures = _parts(token)
    payload = _decoded(encoded)
    good: set[str] = set()
    faults = []
    for place, entry in enumerate(signatures, start=1):
        try:
            good.add(_whose(entry, encoded, names, keys, typ))
        except BadSignature as bad:
            faults.append(f"signature {place}: {bad.reason}")
    if not good:
        raise BadSignature("; ".join(faults) or "nobody signed")
    return Signatures(payload, frozenset(good), tuple(faults))


def payload_unverified(token: str) -> bytes:
    """What a token in general JSON form is about, before anybody vouches for it: to show it, or to find whose key."""
    return _decoded(_parts(token)[0])


def signed_by(token: str, typ: str) -> tuple[str, ...]:
    """Thumbprints that the signatures of a token in general JSON form claim; nothing is verified."""
    return tuple(_check_header(entry["protected"], typ) for entry in _parts(token)[1])


def _whose(
    entry: dict[str, str], encoded: str, names: Mapping[str, str], keys: Mapping[str, PublicKey], typ: str
) -> str:
    kid = _check_header(entry["protected"], typ)
    if kid not in names:
        raise BadSignature(f"the key {kid} belongs to nobody asked for")
    verify(f"{entry['protected']}.{encoded}.{entry['signature']}", keys[names[kid]], typ)
    return names[kid]


def _check_header(encoded: str, typ: str, kid: str | None = None) -> str:
    """The kid of a protected header that is as this house writes them; BadSignature otherwise."""
    if len(encoded) > _registry.max_header_length:
        raise BadSignature("its header is too long")
    try:
        header = json_object(from_b64url(encoded))
    except ValueError as error:
        raise BadSignature(f"its header cannot be read: {error}") from None
    if header.get("alg") != ALG:
        raise BadSignature(f"its algorithm is {header.get('alg')!r}, and only {ALG} is accepted")
    if header.keys() != MEMBERS:
        odd = ", ".join(sorted(header.keys() ^ MEMBERS))
        raise BadSignature(f"its header may hold alg, kid and typ alone: see {odd}")
    if header["typ"] != typ:
        raise BadSignature(f"it was made for {header['typ']!r}, and {str(typ)!r} is needed")
    if not isinstance(header["kid"], str) or (kid is not None and header["kid"] != kid):
        raise BadSignature("it names another key")
    return header["kid"]


def _parts(token: str) -> tuple[str, list[dict[str, str]]]:
    """(payload, signatures) of the general JSON form, strictly: no unprotected headers, no other members."""
    if len(token) > 2 * LONGEST:
        raise BadSignature("it is too long")
    try:
        found = json_object(token)
    except ValueError as error:
        raise BadSignature(f"it is no JWS in JSON form: {error}") from None
    signatures = found.get("signatures")
    if found.keys() != {"payload", "signatures"} or not isinstance(found["payload"], str):
        raise BadSignature("it is no JWS in general JSON form, of a payload and signatures alone")
    if not isinstance(signatures, list) or len(signatures) > MOST_SIGNATURES or not all(map(_is_entry, signatures)):
        raise BadSignature("its signatures are not a short list of protected headers and signatures alone")
    return found["payload"], signatures


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and entry.keys() == {"protected", "signature"}
        and all(isinstance(part, str) and part.isascii() for part in entry.values())
    )


def _decoded(encoded: str) -> bytes:
    try:
        payload = from_b64url(encoded)
    except ValueError as error:
        raise BadSignature(f"its payload cannot be read: {error}") from None
    _check_payload(payload)
    return payload


def _check_payload(payload: bytes) -> None:
    if len(payload) > LONGEST:
        raise BadSignature(f"its payload has {len(payload)} bytes, more than {LONGEST}")
    try:
        json_object(payload)
    except ValueError as error:
        raise BadSignature(f"its payload is not plain: {error}") from None
