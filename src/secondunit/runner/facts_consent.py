"""What is on record about a performer's consent, against one use of their likeness. Nothing here decides."""

import contextlib
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from secondunit.runner import signing
from secondunit.schema import (
    AgeBrief,
    Brief,
    Consent,
    ConsentTerms,
    Move,
    Revocations,
    Role,
    Tri,
    Withdrawal,
)
from secondunit.schema.facts import CONSENT
from secondunit.store.blobs import intact
from secondunit.store.reading import Reading
from secondunit.trust import jws, revocation
from secondunit.trust.jws import Typ


@dataclass(frozen=True)
class Use:
    """What is asked for. now: an Instant; the day counts in UTC. age: apparent, years; None: not altered."""

    tool: str
    shot: str
    age: int | None
    now: str

    @classmethod
    def of(cls, brief: Brief, now: str) -> "Use":
        """The use that a brief asks for."""
        age = brief.target_age if isinstance(brief, AgeBrief) else None
        return cls(brief.tool, brief.shot, age, now)


def of_all(reading: Reading, folder: Path, performers: tuple[str, ...], use: Use) -> dict[str, Tri]:
    """Facts that hold only if they hold for everybody; all false where there is nobody."""
    each = [of_one(reading, folder, name, use) for name in performers]
    names = ("consent_on_record", *CONSENT)
    facts = {name: Tri.of(bool(each) and all(one[name] for one in each)) for name in names}
    minors = [one for one in each if one["minor"]]
    facts["no_minor"] = Tri.of(not minors and not stated_minor(reading, performers, use))
    facts["guardian_signed"] = Tri.of(bool(minors) and all(one["guardian_signed"] for one in minors))
    if facts["consent_on_record"] is not Tri.TRUE:
        facts |= dict.fromkeys(CONSENT, Tri.FALSE)
    return facts


def intimate(reading: Reading, performers: tuple[str, ...]) -> bool:
    """Whether any consent of theirs is for a scene with nudity or sexual conduct."""
    return any(one.terms.intimacy for one in reading.said(Consent) if one.terms.performer in performers)


def stated_minor(reading: Reading, performers: tuple[str, ...], use: Use) -> bool:
    """Whether any consent of theirs says that they are under 18, though another one were used; old ones say nothing."""
    theirs = [one.terms for one in reading.said(Consent) if one.terms.performer in performers]
    return any(terms.minor and use.now[:10] <= terms.create_until for terms in theirs)


def of_one(reading: Reading, folder: Path, performer: str, use: Use) -> dict[str, bool]:
    """The consent of this performer that fits the use best; facts of several are never added up."""
    found = [_held(reading, folder, one, use) for one in reading.said(Consent) if one.terms.performer == performer]
    nothing = dict.fromkeys(("consent_on_record", *CONSENT, "minor", "guardian_signed"), False)
    return max(found, key=lambda facts: sum(facts[name] for name in CONSENT), default=nothing)


def covered(reading: Reading, folder: Path, performer: str, use: Use) -> bool:
    """Whether a consent of this performer's covers the use, and they are stated to be of age."""
    held = of_one(reading, folder, performer, use)
    whole = held["consent_on_record"] and all(held[name] for name in CONSENT)
    return whole and not held["minor"] and not stated_minor(reading, (performer,), use)


def _held(reading: Reading, folder: Path, consent: Consent, use: Use) -> dict[str, bool]:
    terms, signers = consent.terms, signed_by(reading, consent)
    return {
        "consent_on_record": True,
        "consent_genuine": _genuine(reading, folder, consent, signers),
        "consent_for_production": terms.production == reading.production_id(),
        "consent_covers_tool": use.tool in terms.tools,
        "consent_covers_shot": use.shot in terms.shots,
        "consent_covers_age": _covers_age(terms, use.age),
        "consent_in_window": terms.create_from <= use.now[:10] <= terms.create_until,
        "consent_not_withdrawn": not on_hold(reading, consent.id),
        "consent_not_revoked": _not_revoked(reading, terms, use.now),
        "minor": terms.minor,
        "guardian_signed": terms.guardian is not None and (terms.guardian in signers or consent.scan is not None),
    }


def _covers_age(terms: ConsentTerms, age: int | None) -> bool:
    return age is None or (terms.ages is not None and terms.ages[0] <= age <= terms.ages[1])


def on_hold(reading: Reading, consent: str) -> bool:
    """Whether a hold stands on it. A lifting that legal did not sign, or that was used before, is a hold."""
    words, held, seen = reading.said(Withdrawal, consent), False, set[str | None]()
    for word in words:
        held = not (word.lifted and _lifted_by_legal(reading, word, seen))
        seen.add(word.signature)
    return held


def _lifted_by_legal(reading: Reading, word: Withdrawal, seen: Container[str | None]) -> bool:
    held = reading.newest(Consent, word.consent)
    if held is None or word.signature in seen or not reading.holds(word.by, Role.LEGAL):
        return False
    return signing.proven(reading, word.signature, by=word.by, move=Move.LIFT, sha256=held.terms.digest)


def signed_by(reading: Reading, consent: Consent) -> frozenset[str]:
    """Whose signatures on exactly these terms are good, with the keys they held when it went on record."""
    return signers_of(reading, consent.terms, consent.signed, at=consent.at, not_by=consent.by)


def signers_of(
    reading: Reading, terms: ConsentTerms, signed: str | None, *, at: str | None = None, not_by: str
) -> frozenset[str]:
    """Whose signatures on exactly these terms are good. at: with the keys held then; None: now.

    not_by: who puts the consent on record: a key that the same person put there for somebody else proves nothing.
    """
    keys = {name: signing.key_of(reading, name, at, not_by=not_by) for name in terms.signers}
    known = {name: key for name, key in keys.items() if key is not None}
    if signed is None or not known:
        return frozenset()
    try:
        found = jws.verify_json(signed, known, Typ.TERMS)
    except jws.BadSignature:
        return frozenset()
    return found.names if found.payload == terms.to_json().encode() else frozenset()


def _genuine(reading: Reading, folder: Path, consent: Consent, signers: frozenset[str]) -> bool:
    """Papers unchanged; signed by all (or the scan is there); put on record by somebody who signed for that."""
    papers = [paper for paper in (consent.text, consent.rider, consent.scan) if paper is not None]
    try:
        whole = all(intact(folder, paper) for paper in papers)
    except OSError:
        return False
    agreed = consent.scan is not None or signers >= set(consent.terms.signers)
    # Its files were the user's own, so the request itself cannot be made again; the evidence holds all that matters.
    given = evidence(consent)
    proven = signing.proven(reading, consent.signature, by=consent.by, move=Move.CONSENT, sha256=given)
    return (
        whole and agreed and proven and by_legal(reading, consent) and consent.text.sha256 == consent.terms.text_sha256
    )


def by_legal(reading: Reading, consent: Consent) -> bool:
    """Whether somebody of legal put it on record: anybody with a key can sign that they did."""
    return reading.holds(consent.by, Role.LEGAL)


def evidence(consent: Consent) -> str:
    """One hash for terms, papers and signatures: what legal signs when a consent goes on record."""
    papers = [paper.sha256 for paper in (consent.text, consent.rider, consent.scan) if paper is not None]
    return signing.together(consent.terms.digest, *papers, consent.signed or "")


def _not_revoked(reading: Reading, terms: ConsentTerms, now: str) -> bool:
    """True only with a list that its issuer signed, in date, that spares it; or where the terms name none."""
    if terms.revocation is None:
        return True
    listed = newest_list(reading, terms.revocation.issuer)
    if listed is None or listed.issuer != terms.revocation.issuer or listed.stale(now):
        return False
    return terms.revocation.index < listed.size and not listed.revoked(terms.revocation.index)


def newest_list(reading: Reading, issuer: str) -> revocation.RevocationList | None:
    """The issuer's list with the highest number, whatever came on record last."""
    found = [read_list(reading, one.token) for one in reading.said(Revocations, issuer)]
    lists = [one for one in found if one is not None and one.issuer == issuer]
    return max(lists, key=lambda one: one.sequence, default=None)


def read_list(reading: Reading, token: str) -> revocation.RevocationList | None:
    """The list, if a key on record signed it that nobody lost."""
    for held in signing.trusted_keys(reading):
        with contextlib.suppress(jws.BadSignature):
            return revocation.verified(token, held)
    return None
