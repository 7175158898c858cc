"""Moves that only write records: gate, clearance, record and ledger line in one transaction.

Only `advance` calls this.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from secondunit.runner import facts, facts_said, roles, said, signing
from secondunit.runner.named import look_named, version_named
from secondunit.runner.production import Production, put_verdict
from secondunit.schema import (
    Approval,
    ApproveRequest,
    BriefRequest,
    Claims,
    Clearance,
    EnrolRequest,
    InputError,
    KeyRequest,
    Note,
    NoteRequest,
    Outcome,
    Person,
    PersonKey,
    PersonRequest,
    RejectRequest,
    Request,
    Role,
    SignedRequest,
    Status,
    StatusRequest,
    StoredBrief,
    Version,
    WorkFailed,
)
from secondunit.schema.look import PREFIX
from secondunit.schema.names import looks_like
from secondunit.schema.outcome import Made
from secondunit.store.reading import Reading
from secondunit.store.writing import Writing

if TYPE_CHECKING:
    from secondunit.faces.enrol import Measured

S = TypeVar("S", bound=SignedRequest)
LEADS = (Role.SUPERVISOR, Role.DIRECTOR)
"""Whose approval sets a version's status."""
WHOLE = (Person, StoredBrief, Note, Approval, PersonKey)
"""Records that the ledger holds whole; of others it holds the hash: a ledger can be shown to people outside."""


def enter(production: Production, request: Request, measured: "Measured | None" = None) -> Outcome:
    """Make one such move, or say why not. Raises InputError for words that name nothing on record.

    measured: a performer's references, where one is enrolled.
    """
    with production.reading() as reading:
        request = resolved(production, reading, request)
        seen = facts.see_subject(production.folder, reading, request)
    with production.store.writing() as writing:
        known = facts.gather(writing, request, seen)
        verdict = production.judge(writing, known)
        clearance = put_verdict(
            writing, request.move, request.digest, verdict, actor=request.actor, subject=known.subject
        )
        body: dict[str, Any] = {
            "decision": verdict.decision,
            "request": request.digest,
            "policy": verdict.policy_sha256,
        }
        if isinstance(request, EnrolRequest) and clearance and measured is None:
            raise WorkFailed(f"{request.performer} became ready to be enrolled this moment: give the command again.")
        made = _written(production, writing, request, clearance, seen, measured) if clearance else None
        body |= _on_the_line(made) if made else {"rules": [objection.rule for objection in verdict.objections]}
        line = writing.line(at=verdict.at, move=request.move, actor=request.actor, subject=known.subject, body=body)
    return Outcome(move=request.move, verdict=verdict, clearance=clearance, made=made, ledger_seq=line.seq)


def has_key(production: Production, name: str) -> bool:
    """Whether a key of this person is on record: then they sign, and nobody else can act in their name."""
    with production.reading() as reading:
        return signing.key_of(reading, name) is not None


def to_sign(production: Production, request: S) -> tuple[S, Claims]:
    """The move with nothing left open (role, plate), and what its actor signs. Raises InputError as the move would."""
    with production.reading() as reading:
        request = resolved(production, reading, request)
        seen = facts.see_subject(production.folder, reading, request)
        return request, signing.claims(reading, request, facts_said.about(reading, request, seen.papers))


def resolved(production: Production, reading: Any, request: Any) -> Any:
    """The request with its words checked, and what it left open filled in."""
    _check_words(reading, request)
    said.check_words(reading, request)
    if isinstance(request, SignedRequest):
        request = said.filled_in(reading, request)
        return request.model_copy(update={"role": roles.speaking(production, reading, request)})
    return request


def _written(
    production: Production,
    writing: Writing,
    request: Request,
    clearance: Clearance,
    seen: facts.Seen,
    measured: "Measured | None",
) -> Made:
    if isinstance(request, SignedRequest) and request.signature is not None:
        writing.put_signature(request.signature, by=request.actor)
    if type(request) in WRITERS:
        return WRITERS[type(request)](writing, request, clearance.id, clearance.verdict.at)
    if isinstance(request, EnrolRequest) and measured is not None:
        return said.enrol(production.folder, writing, request, clearance.verdict.at, seen.papers, measured)
    return said.write(production.folder, writing, request, clearance.verdict.at, seen.papers)


def allowed(production: Production, request: Request) -> bool:
    """Whether the gate would allow it now; nothing is put on record."""
    with production.reading() as reading:
        known = facts.gather(reading, request, facts.Seen(production.folder))
        return production.judge(reading, known).allowed


def _on_the_line(made: Made) -> dict[str, Any]:
    """The record itself where it is small and meant for everybody; a version by its status; others by their hash."""
    if isinstance(made, Version):
        return {"status": made.status}
    if isinstance(made, WHOLE):
        return {made.schema_name: made.model_dump(mode="json")}
    return {made.schema_name: made.digest}


def _check_words(reading: Any, request: Request) -> None:
    """Names that a person may have mistyped, before the gate is asked about them."""
    if isinstance(request, StatusRequest) and request.status is Status.APPROVED:
        raise InputError(
            "STATUS approved is somebody's approval: give it with `secondunit approve "
            f"{request.shot}/{request.version} --as PERSON`; status sets wip, cbb, final, omit or hold."
        )
    if isinstance(request, PersonRequest):
        _check_name(reading, request.name)
    if isinstance(request, NoteRequest | StatusRequest):
        version = version_named(reading, request.shot, request.version)
        if isinstance(request, NoteRequest) and request.frame is not None:
            _check_frame(version, request.frame)
    if isinstance(request, ApproveRequest):
        _check_reviewed(reading, request.subject)


def _check_reviewed(reading: Reading, subject: str) -> None:
    shot, _, name = subject.partition("/")
    if subject.startswith(PREFIX):
        look_named(reading, subject.removeprefix(PREFIX))
    elif name.startswith("v"):
        version_named(reading, shot, name)
    elif reading.stored_brief(shot, name) is None:
        there = ", ".join(brief.name for brief in reading.briefs(shot)[-5:])
        raise InputError(f"There is no brief {subject}: {f'the newest are {there}' if there else 'none is on record'}.")


def _check_name(reading: Reading, name: str) -> None:
    """Nobody passes for somebody else by another spelling."""
    for known in reading.people():
        if known.name != name and looks_like(known.name) == looks_like(name):
            raise InputError(f"{name!a} reads like {known.name}, who is on record: give a fuller name.")


def _check_frame(version: Version, frame: int) -> None:
    first, last = version.manifest.first_frame, version.manifest.last_frame
    if not first <= frame <= last:
        raise InputError(f"--frame {frame} is not in {version.name}: give one of its frames, {first} to {last}.")


def _put_person(writing: Writing, request: PersonRequest, clearance: str, at: str) -> Person:
    known = writing.person(request.name)
    held = tuple(sorted({*request.roles, *(known.roles if known else ())}))
    person = Person(name=request.name, roles=held, key=request.key or (known.key if known else None))
    writing.put_person(person)
    if request.key is not None and signing.key_of(writing, request.name) is None:
        _put_key(writing, request.name, request.key, by=request.actor, at=at, lost=False)
    return person


def _put_key(writing: Writing, name: str, key: str, *, by: str, at: str, lost: bool) -> PersonKey:
    held = PersonKey(name=name, key=key, thumbprint=facts_said.thumbprint(key) or "", lost=lost, by=by, at=at)
    writing.put_said(held, name, by=by)
    return held


def _replace_key(writing: Writing, request: KeyRequest, clearance: str, at: str) -> PersonKey:
    person = writing.person(request.name)
    assert person is not None
    writing.put_person(person.model_copy(update={"key": request.key}))
    lost = request.reason == "lost"
    return _put_key(writing, request.name, request.key, by=request.actor, at=at, lost=lost)


def _put_brief(writing: Writing, request: BriefRequest, clearance: str, at: str) -> StoredBrief:
    brief = request.brief
    known = writing.brief_by_hash(brief.shot, brief.digest)
    if known is not None:
        return known
    name = writing.next_brief(brief.shot)
    stored = StoredBrief(id=name, shot=brief.shot, brief_sha256=brief.digest, by=request.actor, at=at)
    writing.put_brief(stored, brief, clearance)
    return stored


def _put_note(writing: Writing, request: NoteRequest, clearance: str, at: str) -> Note:
    version = f"{request.shot}/{request.version}"
    note = Note(version=version, text=request.text, frame=request.frame, by=request.actor, at=at)
    writing.put_note(request.shot, request.version, note)
    return note


def _put_status(writing: Writing, request: StatusRequest, clearance: str, at: str) -> Version:
    version = version_named(writing, request.shot, request.version)
    writing.put_status(version, request.status, by=request.actor, at=at, reason=request.reason)
    return version_named(writing, request.shot, request.version)


def _put_approval(writing: Writing, request: ApproveRequest, clearance: str, at: str) -> Approval:
    """For the hash on record now. A lead's approval and anybody's rejection also move the version's status."""
    granted = not isinstance(request, RejectRequest)
    shot, _, name = request.subject.partition("/")
    version = writing.version(shot, name) if name.startswith("v") else None
    sha256 = facts_said.content_sha256(writing, request.subject)
    words = {"subject": request.subject, "subject_sha256": sha256, "role": request.role, "reason": request.reason}
    words |= {"signature": request.signature}
    approval = Approval.model_validate({**words, "granted": granted, "by": request.actor, "at": at})
    writing.put_approval(approval)
    if version:
        _follow(writing, version, approval)
    return approval


def _follow(writing: Writing, version: Version, approval: Approval) -> None:
    """Approved becomes the status; a rejection takes approved and final back to wip. Final outlasts an approval."""
    words = {"by": approval.by, "at": approval.at, "reason": approval.reason}
    if approval.granted and approval.role in LEADS and version.status is not Status.FINAL:
        writing.put_status(version, Status.APPROVED, **words)
    if not approval.granted and version.status in (Status.APPROVED, Status.FINAL):
        writing.put_status(version, Status.WIP, **words)


WRITERS: dict[type[Request], Callable[..., Made]] = {
    PersonRequest: _put_person,
    BriefRequest: _put_brief,
    NoteRequest: _put_note,
    StatusRequest: _put_status,
    ApproveRequest: _put_approval,
    RejectRequest: _put_approval,
    KeyRequest: _replace_key,
}
