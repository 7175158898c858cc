"""Commands about what was made: versions, note, status, approve, reject."""

from typing import Annotated, Any

import typer

from secondunit.cli.answer import require, tell
from secondunit.cli.options import Actor, Folder, Json, acting, opened

VersionName = Annotated[str, typer.Argument(metavar="SHOT/v003", help="A version.")]
Subject = Annotated[str, typer.Argument(metavar="SHOT/b001|SHOT/v003", help="A brief or a version.")]
Named = Annotated[str, typer.Option("--as", metavar="PERSON", help="Who decides: always said, never assumed.")]
InRole = Annotated[
    str | None, typer.Option("--role", metavar="ROLE", help="In which of their roles.  [default: their only one]")
]
Reason = Annotated[str, typer.Option(help="Why.")]


def versions(
    context: typer.Context,
    shot: Annotated[str | None, typer.Argument(metavar="[SHOT]", help="One shot only.")] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """List versions, with status and brief."""
    home = opened(context, folder)
    with home.reading() as records:
        found = records.versions(shot)
    answer = [version.model_dump(mode="json") | {"folder": str(home.folder / version.folder)} for version in found]
    lines = [
        f"{v.name:20} {v.status:8} {v.brief}  {v.plate}  {v.made_at[:16]}  {v.made_by}  {home.folder / v.folder}"
        for v in found
    ]
    tell(as_json, {"versions": answer}, *(lines or ["No versions yet."]))


def note(
    context: typer.Context,
    version: VersionName,
    text: Annotated[str, typer.Argument(help="What there is to say.")],
    frame: Annotated[int | None, typer.Option(metavar="FRAME", help="About one frame.")] = None,
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Say something about a version."""
    from secondunit.cli.words import version_name
    from secondunit.runner.advance import advance
    from secondunit.schema import NoteRequest

    shot, name = version_name(version)
    request = NoteRequest.read(actor=acting(person), shot=shot, version=name, text=text, frame=frame)
    require(advance(opened(context, folder), request), as_json)
    answer = {"version": version, "text": text, "frame": frame, "by": request.actor}
    tell(as_json, answer, f"{version}: noted by {request.actor}.")


def status(
    context: typer.Context,
    version: VersionName,
    to: Annotated[str, typer.Argument(metavar="STATUS", help="wip, cbb, final, omit or hold; approve sets approved.")],
    reason: Reason = "",
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Set where a version stands."""
    from secondunit.cli.words import version_name
    from secondunit.runner.advance import advance
    from secondunit.schema import StatusRequest

    shot, name = version_name(version)
    request = StatusRequest.read(actor=acting(person), shot=shot, version=name, status=to, reason=reason)
    require(advance(opened(context, folder), request), as_json)
    answer = {"version": version, "status": to, "by": request.actor}
    tell(as_json, answer, f"{version} is {to}, says {request.actor}.")


def approve(
    context: typer.Context,
    subject: Subject,
    person: Named,
    role: InRole = None,
    reason: Reason = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Approve a brief or a version exactly as it is on record now."""
    _decide(context, "approve", subject, person, role, reason, folder, as_json)


def reject(
    context: typer.Context,
    subject: Subject,
    person: Named,
    role: InRole = None,
    reason: Reason = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Reject a brief or a version as it is on record now."""
    _decide(context, "reject", subject, person, role, reason, folder, as_json)


def _decide(
    context: typer.Context,
    word: str,
    subject: str,
    person: str,
    role: str | None,
    reason: str,
    folder: Any,
    as_json: bool,
) -> None:
    from secondunit.runner.advance import advance
    from secondunit.schema import ApproveRequest, RejectRequest

    home = opened(context, folder)
    kind = ApproveRequest if word == "approve" else RejectRequest
    request = kind.read(actor=person, subject=subject, role=role or _only_role(home, person), reason=reason)
    require(advance(home, request), as_json)
    answer = {"subject": subject, "decision": word, "by": person, "role": str(request.role)}
    tell(as_json, answer, f"{subject}: {word} by {person}, {request.role}.")


def _only_role(home: Any, name: str) -> str:
    """The role of a person who has one; raises InputError that lists them otherwise."""
    from secondunit.schema import InputError

    with home.reading() as records:
        person = records.person(name)
    if person is None:
        raise InputError(f"{name} is not on record here: `secondunit person add` puts people on record.")
    if len(person.roles) != 1:
        raise InputError(f"{name} is {' and '.join(person.roles)}: say in which role with --role.")
    return str(person.roles[0])
