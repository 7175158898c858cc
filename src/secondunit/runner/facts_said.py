"""Facts about what named people say and sign: approvals, answers, consents, releases, packs, keys, switches."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from secondunit.runner import facts_consent, facts_identity, identities, looks, packs, signing
from secondunit.runner.clock import instant
from secondunit.runner.given import file_sha256
from secondunit.runner.releases import release_sha256
from secondunit.runner.signing import About
from secondunit.schema import (
    ASKED,
    AnswerRequest,
    ApproveRequest,
    Consent,
    ConsentRequest,
    EnrolRequest,
    EraseRequest,
    IdentifyRequest,
    KeyRequest,
    LiftRequest,
    Look,
    LookRequest,
    PackReviewRequest,
    PersonKey,
    PersonRequest,
    PolicyRequest,
    RejectRequest,
    ReleaseRequest,
    Request,
    RevocationsRequest,
    Role,
    SignedRequest,
    StatusRequest,
    SwitchRequest,
    Tri,
    WithdrawRequest,
)
from secondunit.schema import facts as f
from secondunit.schema.look import PREFIX
from secondunit.store.reading import Reading
from secondunit.trust.keys import read_public
from secondunit.trust.revocation import RevocationList, RolledBack

if TYPE_CHECKING:
    from secondunit.runner.facts import Seen

PAPERS: dict[type[SignedRequest], tuple[str, ...]] = {
    ConsentRequest: ("text_file", "rider_file", "scan_file"),
    ReleaseRequest: ("document_file",),
}
"""Fields of a request that name files of the user's own."""


def see(seen: "Seen", request: SignedRequest) -> "Seen":
    """Hash the user's files; raises InputError for one that cannot be read."""
    found = {}
    for name in PAPERS.get(type(request), ()):
        path = getattr(request, name)
        if path is not None:
            found[name] = file_sha256(Path(path), f"--{name.removesuffix('_file')}")
    named = "--still" if isinstance(request, LookRequest) else "PICTURE"
    for number, path in enumerate(pictures_of(request)):
        found[f"picture {number:03d}"] = file_sha256(Path(path), named)
    usable = Tri.UNKNOWN
    if isinstance(request, PolicyRequest):
        usable = Tri.of(packs.usable(packs.named(request.packs)) is None)
    return replace(seen, papers=found, packs_usable=usable)


def pictures_of(request: SignedRequest) -> tuple[str, ...]:
    """The references that a request names."""
    if isinstance(request, LookRequest):
        return request.stills or ()
    return request.pictures if isinstance(request, EnrolRequest) else ()


# ---- what a move decides on


def about(reading: Reading, request: SignedRequest, papers: Mapping[str, str]) -> About:
    """What is decided on, with the hash of its content as it is on record now: what a signature is bound to."""
    match request:
        case PersonRequest():
            return About(request.name, thumbprint(request.key) or "" if request.key else "")
        case StatusRequest():
            name = f"{request.shot}/{request.version}"
            return About(name, content_sha256(reading, name))
        case ApproveRequest() | AnswerRequest():
            return About(request.subject, content_sha256(reading, request.subject))
        case IdentifyRequest():
            plate = reading.plate(request.shot, request.plate)
            name = f"{request.shot}/{plate.id}" if plate else request.shot
            return About(name, (reading.plate_sha256(plate) if plate else None) or "")
        case ConsentRequest():
            listed = [papers[name] for name in PAPERS[ConsentRequest] if name in papers]
            return About(request.terms.id, signing.together(request.terms.digest, *listed, request.signed or ""))
        case WithdrawRequest() | LiftRequest():
            held = reading.newest(Consent, request.consent)
            return About(request.consent, held.terms.digest if held else "")
        case ReleaseRequest():
            return About(request.shots[0], release_sha256(request, papers.get("document_file", "")))
        case PolicyRequest():
            return About("packs", signing.together(*(one.sha256 for one in packs.named(request.packs))))
        case PackReviewRequest():
            found = {one.name: one.sha256 for one in packs.in_force(reading)}
            return About(request.pack, found.get(request.pack, ""))
        case KeyRequest():
            return About(request.name, thumbprint(request.key) or "")
        case SwitchRequest():
            return About(request.switch)
        case EnrolRequest():
            pictures = [papers[name] for name in sorted(papers)]
            return About(request.performer, identities.enrolment_sha256(request, pictures))
        case LookRequest():
            return About(f"{PREFIX}{request.name}", looks.asked_content(reading, request, papers))
        case EraseRequest():
            standing = identities.of(reading, request.performer)
            return About(request.performer, standing.sealed_sha256 if standing else "")
        case _:
            raise TypeError(f"nobody knows what {type(request).__name__} is about")


def content_sha256(reading: Reading, subject: str) -> str:
    """Hash of a brief (SHOT/b001), a version (SHOT/v001) or a look (look:NAME/v001) on record, "" if there is none."""
    if subject.startswith(PREFIX):
        look = looks.of_subject(reading, subject)
        return look.content if look else ""
    shot, _, name = subject.partition("/")
    if name.startswith("b"):
        stored = reading.stored_brief(shot, name)
        return stored.brief_sha256 if stored else ""
    version = reading.version(shot, name)
    return version.files_sha256 if version else ""


def thumbprint(key: str) -> str | None:
    """RFC 7638 thumbprint of a public key's text; None for what is none that signs here."""
    try:
        return read_public(key).thumbprint
    except ValueError:
        return None


def other_key(reading: Reading, name: str, key: str) -> bool:
    """Whether this person has a key on record, and it is another one."""
    held = signing.key_of(reading, name)
    return held is not None and held.thumbprint != thumbprint(key)


def unshared(reading: Reading, name: str, key: str) -> bool:
    """Whether nobody else holds, or held, this key."""
    same = thumbprint(key)
    return not any(held.thumbprint == same and held.name != name for held in reading.said(PersonKey))


# ---- gathering


def acting(reading: Reading, name: str, subject: str) -> dict[str, Any]:
    """The facts of every action: who acts, on what, in which roles."""
    person = reading.person(name)
    roles = tuple(sorted(person.roles)) if person else ()
    return {"actor": name, "subject": subject, "actor_on_record": Tri.of(person is not None), "roles": roles}


def signed(reading: Reading, request: SignedRequest, seen: "Seen") -> dict[str, Any]:
    """The facts of every action that people sign."""
    return _common(reading, request, seen)[0]


def _common(reading: Reading, request: SignedRequest, seen: "Seen") -> tuple[dict[str, Any], About]:
    on = about(reading, request, seen.papers)
    return acting(reading, request.actor, on.subject) | signing.seen(reading, request, on), on


def _person(reading: Reading, request: PersonRequest, seen: "Seen") -> f.Facts:
    """Somebody is put on record."""
    key = request.key
    return f.PersonFacts.model_validate(
        signed(reading, request, seen)
        | {
            "key_is_public": Tri.of(key is None or thumbprint(key) is not None),
            "key_replaces": Tri.of(key is not None and other_key(reading, request.name, key)),
            "key_unshared": Tri.of(key is None or unshared(reading, request.name, key)),
            "is_self": Tri.of(request.actor == request.name),
            "legal_by_legal": Tri.of(_legal_by_legal(reading, request)),
        }
    )


def _legal_by_legal(reading: Reading, request: PersonRequest) -> bool:
    given = Role.LEGAL in request.roles and not reading.holds(request.name, Role.LEGAL)
    there = any(Role.LEGAL in one.roles for one in reading.people())
    return not given or not there or reading.holds(request.actor, Role.LEGAL)


def _word(reading: Reading, request: SignedRequest, seen: "Seen") -> dict[str, Any]:
    """Common to all words. The role is decided by now: see `roles.speaking`."""
    facts, on = _common(reading, request, seen)
    return facts | {"acts_as": request.role, "subject_on_record": Tri.of(on.sha256 != "")}


def _approve(reading: Reading, request: ApproveRequest, seen: "Seen") -> f.Facts:
    common = _word(reading, request, seen)
    if isinstance(request, RejectRequest):
        return f.RejectFacts.model_validate(common)
    is_brief = request.subject.partition("/")[2].startswith("b")
    whole = seen.brief_intact if is_brief else seen.version_intact
    if request.subject.startswith(PREFIX):
        whole = seen.look_intact
    return f.ApproveFacts.model_validate(common | {"subject_intact": whole})


def _answer(reading: Reading, request: AnswerRequest, seen: "Seen") -> f.Facts:
    asked = Tri.of(ASKED[request.question].role is request.role)
    return f.AnswerFacts.model_validate(_word(reading, request, seen) | {"asked_of_role": asked})


def _identify(reading: Reading, request: IdentifyRequest, seen: "Seen") -> f.Facts:
    known = all(reading.holds(name, Role.PERFORMER) for name in request.performers)
    return f.IdentifyFacts.model_validate(_word(reading, request, seen) | {"performers_on_record": Tri.of(known)})


def _consent(reading: Reading, request: ConsentRequest, seen: "Seen") -> f.Facts:
    terms = request.terms
    parties = (
        (terms.performer, Role.PERFORMER),
        (terms.representative, Role.REPRESENTATIVE),
        (terms.guardian, Role.GUARDIAN),
    )
    signers = facts_consent.signers_of(reading, terms, request.signed, not_by=request.actor)
    return f.ConsentFacts.model_validate(
        _word(reading, request, seen)
        | {
            "subject_on_record": Tri.TRUE,  # the terms come with the move
            "performers_on_record": Tri.of(all(reading.holds(name, role) for name, role in parties if name)),
            "for_production": Tri.of(terms.production == reading.production_id()),
            "text_shown": Tri.of(seen.papers.get("text_file") == terms.text_sha256),
            "terms_signed": Tri.of(signers >= set(terms.signers)),
            "wet_ink": Tri.of(request.signed is None and "scan_file" in seen.papers),
            "category_by_legal": Tri.of(reading.holds(terms.category_by, Role.LEGAL)),
        }
    )


def _withdraw(reading: Reading, request: WithdrawRequest, seen: "Seen") -> f.Facts:
    held = reading.newest(Consent, request.consent)
    party = held is not None and request.actor in held.terms.signers
    return f.WithdrawFacts.model_validate(_word(reading, request, seen) | {"is_party": Tri.of(party)})


def _lift(reading: Reading, request: LiftRequest, seen: "Seen") -> f.Facts:
    held = Tri.of(facts_consent.on_hold(reading, request.consent))
    return f.LiftFacts.model_validate(_word(reading, request, seen) | {"withdrawn": held})


def _release(reading: Reading, request: ReleaseRequest, seen: "Seen") -> f.Facts:
    return f.ReleaseFacts.model_validate(signed(reading, request, seen))


def _policy(reading: Reading, request: PolicyRequest, seen: "Seen") -> f.Facts:
    named = {(one.name, one.sha256) for one in packs.named(request.packs)}
    kept = Tri.of({(one.name, one.sha256) for one in packs.in_force(reading)} <= named)
    return f.PolicyFacts.model_validate(
        signed(reading, request, seen) | {"packs_usable": seen.packs_usable, "packs_kept": kept}
    )


def _pack_review(reading: Reading, request: PackReviewRequest, seen: "Seen") -> f.Facts:
    return f.PackReviewFacts.model_validate(_word(reading, request, seen))


def _switch(reading: Reading, request: SwitchRequest, seen: "Seen") -> f.Facts:
    return f.SwitchFacts.model_validate(signed(reading, request, seen))


def _enrol(reading: Reading, request: EnrolRequest, seen: "Seen") -> f.Facts:
    there = Tri.of(reading.holds(request.performer, Role.PERFORMER))
    more = facts_identity.of_enrolment(reading, seen.folder, request, instant()[:10])
    return f.EnrolFacts.model_validate(_word(reading, request, seen) | {"subject_on_record": there} | more)


def _erase(reading: Reading, request: EraseRequest, seen: "Seen") -> f.Facts:
    mine = Tri.of(request.actor == request.performer)
    return f.EraseFacts.model_validate(_word(reading, request, seen) | {"is_self": mine})


def _look(reading: Reading, request: LookRequest, seen: "Seen") -> f.Facts:
    others = [one for one in reading.said(Look, request.name) if one.performer != request.performer]
    known = request.performer is not None and reading.holds(request.performer, Role.PERFORMER)
    return f.LookFacts.model_validate(
        signed(reading, request, seen) | {"performer_on_record": Tri.of(known), "one_performer": Tri.of(not others)}
    )


def _key(reading: Reading, request: KeyRequest, seen: "Seen") -> f.Facts:
    return f.KeyFacts.model_validate(
        signed(reading, request, seen)
        | {
            "person_on_record": Tri.of(reading.person(request.name) is not None),
            "is_self": Tri.of(request.name == request.actor),
            "key_is_public": Tri.of(thumbprint(request.key) is not None),
            "key_unshared": Tri.of(unshared(reading, request.name, request.key)),
        }
    )


def _revocations(reading: Reading, request: RevocationsRequest, seen: "Seen") -> f.Facts:
    listed = facts_consent.read_list(reading, request.token)
    return f.RevocationFacts.model_validate(
        acting(reading, request.actor, "revocations")
        | {
            "list_genuine": Tri.of(listed is not None),
            "list_newer": Tri.of(listed is not None and _takes_its_place(reading, listed)),
            "list_fresh": Tri.of(listed is not None and not listed.stale(instant())),
        }
    )


def _takes_its_place(reading: Reading, listed: RevocationList) -> bool:
    try:
        return listed.newer_than(facts_consent.newest_list(reading, listed.issuer))
    except RolledBack:
        return False


GATHERERS: dict[type[Request], Callable[..., f.Facts]] = {
    PersonRequest: _person,
    ApproveRequest: _approve,
    RejectRequest: _approve,
    KeyRequest: _key,
    AnswerRequest: _answer,
    IdentifyRequest: _identify,
    ConsentRequest: _consent,
    WithdrawRequest: _withdraw,
    LiftRequest: _lift,
    RevocationsRequest: _revocations,
    ReleaseRequest: _release,
    PolicyRequest: _policy,
    PackReviewRequest: _pack_review,
    SwitchRequest: _switch,
    EnrolRequest: _enrol,
    EraseRequest: _erase,
    LookRequest: _look,
}
