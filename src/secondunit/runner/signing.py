"""Signatures on moves: what is signed, and whether a signature is the actor's, for exactly this, fresh and unused."""

import hashlib
import itertools
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from secondunit.runner.clock import instant
from secondunit.schema import Claims, FieldFault, Move, PersonKey, SignedRequest, Tri
from secondunit.store.reading import Reading
from secondunit.trust import jws
from secondunit.trust.jws import Typ
from secondunit.trust.keys import PublicKey, read_public

OLD_AFTER = timedelta(minutes=15)
AHEAD = timedelta(minutes=2)
"""How far a signer's clock may be ahead of this machine's."""


@dataclass(frozen=True)
class About:
    """What a move decides on. sha256: of its content as it is on record, "" where there is none."""

    subject: str
    sha256: str = ""


def claims(reading: Reading, request: SignedRequest, about: About) -> Claims:
    """What the actor signs for this move, now."""
    return Claims(
        production=reading.production_id(),
        move=request.move,
        actor=request.actor,
        role=request.role,
        subject=about.subject,
        subject_sha256=about.sha256,
        content=request.content,
        at=instant(),
        nonce=secrets.token_hex(16),
    )


def seen(reading: Reading, request: SignedRequest, about: About) -> dict[str, Tri]:
    """The facts about a move's signature."""
    key = key_of(reading, request.actor)
    good = key is not None and request.signature is not None and _good(reading, request, about, key)
    return {
        "has_key": Tri.of(key is not None),
        "signature_given": Tri.of(request.signature is not None),
        "signature_good": Tri.of(good),
    }


def _good(reading: Reading, request: SignedRequest, about: About, key: PublicKey) -> bool:
    assert request.signature is not None
    said = _read(request.signature, key)
    if said is None or reading.signature_used(request.signature):
        return False
    expected = claims(reading, request, about).model_copy(update={"at": said.at, "nonce": said.nonce})
    return said == expected and _fresh(said.at)


def _read(signature: str, key: PublicKey) -> Claims | None:
    try:
        return Claims.from_json(jws.verify(signature, key, Typ.MOVE))
    except (jws.BadSignature, FieldFault):
        return None


def _fresh(at: str) -> bool:
    age = datetime.now(UTC) - datetime.fromisoformat(at)
    return -AHEAD <= age <= OLD_AFTER


def proven(
    reading: Reading, signature: str | None, *, by: str, move: Move, sha256: str, content: str | None = None
) -> bool:
    """Whether a signature on record is one that this person gave for this move on exactly what has this hash, here.

    Checked anew each time, so that a row slipped into the database, or changed in it, proves nothing. Any key counts
    that was theirs then. content: of the request, where the record holds all of it and the hash is not all that counts.
    """
    said = _by_any_key(reading, signature, by) if signature is not None else None
    if said is None:
        return False
    where = (said.production, said.move, said.actor, said.subject_sha256)
    return where == (reading.production_id(), move, by, sha256) and content in (None, said.content)


def proven_whole(reading: Reading, signature: str | None, request: SignedRequest, sha256: str) -> bool:
    """The same for a request that its record can make again, to the last word."""
    about = {"by": request.actor, "sha256": sha256, "content": request.content}
    return proven(reading, signature, move=request.move, **about)


def signed_at(reading: Reading, signature: str, name: str) -> str:
    """When the signer says that they signed it, by their own clock; "" for a signature that is not theirs."""
    said = _by_any_key(reading, signature, name)
    return said.at if said else ""


def _by_any_key(reading: Reading, signature: str, name: str) -> Claims | None:
    """The claims, if a key signed them that this person held; after its loss a key signs nothing."""
    held = reading.said(PersonKey, name)
    for key, following in itertools.zip_longest(held, held[1:]):
        said = _read(signature, read_public(key.key))
        if said is not None and not (following is not None and following.lost and said.at >= following.at):
            return said
    return None


def key_of(reading: Reading, name: str, at: str | None = None, *, not_by: str | None = None) -> PublicKey | None:
    """The key that a person holds now, or held at that moment; None if none is on record.

    not_by: None too if that person put it there for them.
    """
    held = [one for one in reading.said(PersonKey, name) if at is None or one.at <= at]
    if not held or (not_by is not None and held[-1].by == not_by != name):
        return None
    return read_public(held[-1].key)


def trusted_keys(reading: Reading) -> list[PublicKey]:
    """Every key on record, present and past, but those that were lost or stolen."""
    by_name: dict[str, list[PersonKey]] = {}
    for one in reading.said(PersonKey):
        by_name.setdefault(one.name, []).append(one)
    kept = [
        one
        for held in by_name.values()
        for one, following in itertools.zip_longest(held, held[1:])
        if following is None or not following.lost
    ]
    return [read_public(one.key) for one in kept]


def together(*hashes: str) -> str:
    """One hash for several."""
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()
