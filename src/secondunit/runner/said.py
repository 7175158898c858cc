"""What named people put on record beside plates, briefs and versions: words checked, then written.

Only `entries` calls this.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from secondunit.runner import facts_consent, facts_said, facts_use, identities, looks, packs
from secondunit.runner.facts_consent import evidence
from secondunit.runner.named import plate_named
from secondunit.schema import (
    Answer,
    AnswerRequest,
    Consent,
    ConsentRequest,
    Direction,
    Enrolment,
    EnrolRequest,
    EraseRequest,
    Erasure,
    Identification,
    IdentifyRequest,
    InputError,
    LiftRequest,
    Look,
    LookRequest,
    PackReview,
    PackReviewRequest,
    Packs,
    PolicyRequest,
    Release,
    ReleaseRequest,
    Request,
    Revocations,
    RevocationsRequest,
    Still,
    StoredFile,
    Switch,
    SwitchRequest,
    Withdrawal,
    WithdrawRequest,
)
from secondunit.schema.outcome import Made
from secondunit.store import blobs
from secondunit.store.reading import Reading
from secondunit.store.writing import Writing

if TYPE_CHECKING:
    from secondunit.faces.enrol import Measured


def check_words(reading: Reading, request: Request) -> None:
    """Raises InputError for names that a person may have mistyped, before the gate is asked about them."""
    match request:
        case AnswerRequest():
            if not facts_said.content_sha256(reading, request.subject):
                raise InputError(f"There is no {request.subject} on record: give a brief or a version that is there.")
        case WithdrawRequest() | LiftRequest():
            if reading.newest(Consent, request.consent) is None:
                there = ", ".join(one.id for one in reading.said(Consent)) or "none is on record"
                raise InputError(f"There is no consent {request.consent}: {there}.")
        case ConsentRequest():
            if reading.newest(Consent, request.terms.id) is not None:
                raise InputError(f"A consent {request.terms.id} is on record already: draft the new one anew.")
        case PackReviewRequest():
            names = [one.name for one in packs.in_force(reading)]
            if request.pack not in names:
                raise InputError(f"The pack {request.pack!r} is not in force: {', '.join(names) or 'none is'}.")
        case EnrolRequest():
            if reading.newest(Release, request.release) is None:
                there = ", ".join(one.id for one in reading.said(Release)) or "none is on record"
                raise InputError(f"There is no release {request.release}: {there}; `secondunit release add biometric`.")
        case EraseRequest():
            if identities.of(reading, request.performer) is None:
                raise InputError(f"Nothing of {request.performer} is kept: see `secondunit enrol list`.")
        case PolicyRequest():
            packs.named(request.packs)
        case LookRequest():
            looks.check_words(reading, request)


def filled_in(reading: Reading, request: Any) -> Any:
    """The request with what it left open filled in: the shot's newest plate, a look's version before."""
    if isinstance(request, LookRequest):
        return looks.whole(reading, request)
    if isinstance(request, IdentifyRequest):
        return request.model_copy(update={"plate": plate_named(reading, request.shot, request.plate).id})
    return request


def write(folder: Path, writing: Writing, request: Any, at: str, papers: Mapping[str, str]) -> Made:
    """Put it on record; papers: hashes of the files that the request names, as the gate was told them."""
    made: Made
    made, key = MAKERS[type(request)](folder, writing, request, at, papers)
    writing.put_said(made, key, by=request.actor)
    return made


def _kept(folder: Path, path: str, sha256: str) -> StoredFile:
    """The paper copied in; raises InputError if it is no longer the one that was looked at."""
    stored = blobs.keep(folder, Path(path))
    if stored.sha256 != sha256:
        raise InputError(f"{path} changed while it was read: give it again when it is whole.")
    return stored


def _signed(request: Any, at: str) -> dict[str, Any]:
    return {"by": request.actor, "at": at, "signature": request.signature}


Written = tuple[Any, str]


def _answer(folder: Path, writing: Writing, request: AnswerRequest, at: str, papers: Mapping[str, str]) -> Written:
    assert request.role is not None
    word = Answer(
        question=request.question,
        answer=request.answer,
        subject=request.subject,
        subject_sha256=facts_said.content_sha256(writing, request.subject),
        role=request.role,
        reason=request.reason,
        **_signed(request, at),
    )
    return word, facts_use.answer_key(request.subject, request.question)


def _identify(folder: Path, writing: Writing, request: IdentifyRequest, at: str, papers: Mapping[str, str]) -> Written:
    on = facts_said.about(writing, request, papers)
    who: dict[str, Any] = {"performers": request.performers, "bystanders": request.bystanders, "role": request.role}
    return Identification(plate=on.subject, plate_sha256=on.sha256, **who, **_signed(request, at)), on.subject


def _consent(folder: Path, writing: Writing, request: ConsentRequest, at: str, papers: Mapping[str, str]) -> Written:
    kept: dict[str, Any] = {
        name.removesuffix("_file"): _kept(folder, getattr(request, name), sha256) for name, sha256 in papers.items()
    }
    consent = Consent(terms=request.terms, signed=request.signed, **kept, **_signed(request, at))
    assert evidence(consent) == facts_said.about(writing, request, papers).sha256
    return consent, consent.id


def _withdraw(folder: Path, writing: Writing, request: WithdrawRequest, at: str, papers: Mapping[str, str]) -> Written:
    word = {"consent": request.consent, "reason": request.reason, **_signed(request, at)}
    return Withdrawal(lifted=False, **word), request.consent


def _lift(folder: Path, writing: Writing, request: LiftRequest, at: str, papers: Mapping[str, str]) -> Written:
    word = {"consent": request.consent, "reason": request.reason, **_signed(request, at)}
    return Withdrawal(lifted=True, **word), request.consent


def _revocations(
    folder: Path, writing: Writing, request: RevocationsRequest, at: str, papers: Mapping[str, str]
) -> Written:
    listed = facts_consent.read_list(writing, request.token)
    assert listed is not None
    of: dict[str, Any] = {"issuer": listed.issuer, "sequence": listed.sequence, "expires_at": listed.expires_at}
    return Revocations(token=request.token, by=request.actor, at=at, **of), listed.issuer


def _release(folder: Path, writing: Writing, request: ReleaseRequest, at: str, papers: Mapping[str, str]) -> Written:
    key = writing.next_said(Release, "r")
    document = _kept(folder, request.document_file, papers["document_file"])
    given: dict[str, Any] = {name: getattr(request, name) for name in ("kind", "what", "holder", "shots", "territory")}
    days: dict[str, Any] = {"valid_from": request.valid_from, "valid_until": request.valid_until}
    return Release(id=key, document=document, **given, **days, **_signed(request, at)), key


def enrol(
    folder: Path, writing: Writing, request: EnrolRequest, at: str, papers: Mapping[str, str], measured: "Measured"
) -> Enrolment:
    """Seal what was measured, and put on record that it was. Its key is there before the record, or the move fails."""
    sealed = identities.put_away(folder, writing.production_id(), request.performer, measured.measures)
    about: dict[str, Any] = {"performer": request.performer, "release": request.release, "role": request.role}
    of: dict[str, Any] = {"models": measured.models, "rates": measured.rates, "destroy_on": request.destroy_on}
    pictures = tuple(papers[name] for name in sorted(papers))
    made = Enrolment(**about, **of, pictures=pictures, sealed_sha256=sealed, **_signed(request, at))
    writing.put_said(made, made.performer, by=request.actor)
    return made


def _erase(folder: Path, writing: Writing, request: EraseRequest, at: str, papers: Mapping[str, str]) -> Written:
    """The key goes before the record is written: no record says erased of what is still there."""
    standing = identities.of(writing, request.performer)
    assert standing is not None
    try:
        identities.destroy(folder, standing.sealed_sha256)
    except OSError as error:
        raise InputError(
            f"{error.filename} cannot be removed ({error.strerror}): remove it, and erase again."
        ) from error
    about: dict[str, Any] = {"performer": request.performer, "sealed_sha256": standing.sealed_sha256}
    return Erasure(**about, overdue=False, role=request.role, **_signed(request, at)), request.performer


def _policy(folder: Path, writing: Writing, request: PolicyRequest, at: str, papers: Mapping[str, str]) -> Written:
    return Packs(packs=packs.named(request.packs), by=request.actor, at=at), packs.KEY


def _pack_review(
    folder: Path, writing: Writing, request: PackReviewRequest, at: str, papers: Mapping[str, str]
) -> Written:
    on = facts_said.about(writing, request, papers)
    return PackReview(pack=request.pack, sha256=on.sha256, **_signed(request, at)), request.pack


def _switch(folder: Path, writing: Writing, request: SwitchRequest, at: str, papers: Mapping[str, str]) -> Written:
    return Switch(switch=request.switch, on=request.on, by=request.actor, at=at), request.switch


def _look(folder: Path, writing: Writing, request: LookRequest, at: str, papers: Mapping[str, str]) -> Written:
    """The next version. Stills that were not given again are those of the version before."""
    there = writing.said(Look, request.name)
    stills = there[-1].stills if there else ()
    if request.stills is not None:
        hashes = [papers[name] for name in sorted(papers)]
        given = zip(request.stills, hashes, strict=True)
        stills = tuple(Still(name=Path(path).name, file=_kept(folder, path, sha256)) for path, sha256 in given)
    said: dict[str, Any] = {name: getattr(request, name) for name in ("name", "performer", *Direction.model_fields)}
    return Look(version=f"v{len(there) + 1:03d}", stills=stills, **said, **_signed(request, at)), request.name


MAKERS: dict[type[Request], Callable[..., Written]] = {
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
    EraseRequest: _erase,
    LookRequest: _look,
}
