"""Moves that only write records: gate, clearance, record and ledger line in one transaction.

Only `advance` calls this.
"""

from collections.abc import Callable
from typing import Any

from secondunit.policy import gate
from secondunit.runner import facts, roles
from secondunit.runner.clock import instant
from secondunit.runner.production import Production, put_verdict
from secondunit.schema import (
    Approval,
    ApproveRequest,
    BriefRequest,
    InputError,
    Note,
    NoteRequest,
    Outcome,
    Person,
    PersonRequest,
    RejectRequest,
    Request,
    Role,
    Status,
    StatusRequest,
    StoredBrief,
    Version,
)
from secondunit.store.writing import Writing

Made = Person | StoredBrief | Note | Approval | Version
LEADS = (Role.SUPERVISOR, Role.DIRECTOR)
"""Whose approval sets a version's status."""


def enter(production: Production, request: Request) -> Outcome:
    """Make one such move, or say why not. Raises InputError for words that name nothing on record."""
    with production.reading() as reading:
        _check_words(reading, request)
        if isinstance(request, ApproveRequest):
            request = request.model_copy(update={"role": roles.deciding(production, reading, request)})
        seen = facts.see_subject(production.folder, reading, request)
    with production.store.writing() as writing:
        known = facts.gather(writing, request, seen)
        verdict = gate.judge(known.action, known, production.policy, at=instant())
        clearance = put_verdict(
            writing, request.move, request.digest, verdict, actor=request.actor, subject=known.subject
        )
        made = WRITERS[type(request)](writing, request, clearance.id, verdict.at) if clearance else None
        body: dict[str, Any] = {
            "decision": verdict.decision,
            "request": request.digest,
            "policy": verdict.policy_sha256,
        }
        body |= _on_the_line(made) if made else {"rules": [objection.rule for objection in verdict.objections]}
        line = writing.line(at=verdict.at, move=request.move, actor=request.actor, subject=known.subject, body=body)
    return Outcome(move=request.move, verdict=verdict, clearance=clearance, made=made, ledger_seq=line.seq)


def allowed(production: Production, request: Request) -> bool:
    """Whether the gate would allow it now; nothing is put on record."""
    with production.reading() as reading:
        known = facts.gather(reading, request, facts.Seen())
    return gate.judge(known.action, known, production.policy, at=instant()).allowed


def _on_the_line(made: Made) -> dict[str, Any]:
    """The record itself where it is small; a version by its status."""
    if isinstance(made, Version):
        return {"status": made.status}
    return {made.schema_name: made.model_dump(mode="json")}


def _check_words(reading: Any, request: Request) -> None:
    """Names that a person may have mistyped, before the gate is asked about them."""
    if isinstance(request, StatusRequest) and request.status is Status.APPROVED:
        raise InputError(
            "STATUS approved is somebody's approval: give it with `secondunit approve "
            f"{request.shot}/{request.version} --as PERSON`; status sets wip, cbb, final, omit or hold."
        )
    if isinstance(request, NoteRequest | StatusRequest):
        version = version_named(reading, request.shot, request.version)
        if isinstance(request, NoteRequest) and request.frame is not None:
            _check_frame(version, request.frame)
    if isinstance(request, ApproveRequest):
        shot, _, name = request.subject.partition("/")
        if name.startswith("v"):
            version_named(reading, shot, name)
        elif reading.stored_brief(shot, name) is None:
            there = ", ".join(brief.name for brief in reading.briefs(shot)[-5:])
            raise InputError(
                f"There is no brief {request.subject}: {f'the newest are {there}' if there else 'none is on record'}."
            )


def _check_frame(version: Version, frame: int) -> None:
    first, last = version.manifest.first_frame, version.manifest.last_frame
    if not first <= frame <= last:
        raise InputError(f"--frame {frame} is not in {version.name}: give one of its frames, {first} to {last}.")


def version_named(reading: Any, shot: str, version: str) -> Version:
    """The version; raises InputError that lists what there is."""
    found: Version | None = reading.version(shot, version)
    if found is None:
        there = ", ".join(v.name for v in reading.versions(shot)[-5:])
        raise InputError(
            f"There is no version {shot}/{version}: {f'the newest are {there}' if there else 'none is made'}."
        )
    return found


def _put_person(writing: Writing, request: PersonRequest, clearance: str, at: str) -> Person:
    known = writing.person(request.name)
    roles = tuple(sorted({*request.roles, *(known.roles if known else ())}))
    person = Person(name=request.name, roles=roles, key=request.key or (known.key if known else None))
    writing.put_person(person)
    return person


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
    stored = writing.stored_brief(shot, name)
    sha256 = version.files_sha256 if version else stored.brief_sha256 if stored else ""
    said = {"subject": request.subject, "subject_sha256": sha256, "role": request.role, "reason": request.reason}
    approval = Approval.model_validate({**said, "granted": granted, "by": request.actor, "at": at})
    writing.put_approval(approval)
    if version:
        _follow(writing, version, approval)
    return approval


def _follow(writing: Writing, version: Version, approval: Approval) -> None:
    """Approved becomes the status; a rejection takes approved and final back to wip. Final outlasts an approval."""
    said = {"by": approval.by, "at": approval.at, "reason": approval.reason}
    if approval.granted and approval.role in LEADS and version.status is not Status.FINAL:
        writing.put_status(version, Status.APPROVED, **said)
    if not approval.granted and version.status in (Status.APPROVED, Status.FINAL):
        writing.put_status(version, Status.WIP, **said)


WRITERS: dict[type[Request], Callable[..., Made]] = {
    PersonRequest: _put_person,
    BriefRequest: _put_brief,
    NoteRequest: _put_note,
    StatusRequest: _put_status,
    ApproveRequest: _put_approval,
    RejectRequest: _put_approval,
}
