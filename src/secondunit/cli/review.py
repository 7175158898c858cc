"""Commands about what was made: versions, note, status, approve, reject."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from secondunit.cli.answer import require, table, tell
from secondunit.cli.options import Actor, Folder, Json, acting, opened
from secondunit.cli.signed import signed_move

if TYPE_CHECKING:
    from secondunit.runner.production import Production
    from secondunit.schema import Brief

VersionName = Annotated[str, typer.Argument(metavar="SHOT/v003", help="A version.")]
Subject = Annotated[str, typer.Argument(metavar="SHOT/b001|SHOT/v003", help="A brief or a version.")]
Named = Annotated[str, typer.Option("--as", metavar="PERSON", help="Who decides: always said, never assumed.")]
InRole = Annotated[
    str | None,
    typer.Option("--role", metavar="ROLE", help="In which of their roles.  [default: the one that is asked for]"),
]
ASKED = ("style", "trigger", "performer", "look", "seed", "quality")
"""What a brief says that tells its versions from others."""
Reason = Annotated[str, typer.Option(help="Why.")]


def versions(
    context: typer.Context,
    shot: Annotated[str | None, typer.Argument(metavar="[SHOT]", help="One shot only.")] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """List versions: what their briefs ask for, status, who made them and when."""
    home = opened(context, folder)
    with home.reading() as records:
        found = [(version, records.brief(version.shot, version.brief)) for version in records.versions(shot)]
    if not found:
        tell(as_json, {"versions": []}, f"No versions{f' of {shot}' if shot else ''} yet.")
        return
    asked = [_asked(brief) for _, brief in found]
    said = [name for name in ASKED if any(words[name] is not None for words in asked)]
    answer = [
        version.model_dump(mode="json") | words | {"folder": str(home.folder / version.folder)}
        for (version, _), words in zip(found, asked, strict=True)
    ]
    rows = [
        (v.name, v.brief, *(_cell(words[name]) for name in said), v.status, v.made_at[:16].replace("T", " "), v.made_by)
        for (v, _), words in zip(found, asked, strict=True)
    ]
    lines = table(("version", "brief", *said, "status", "made", "by"), rows)
    tell(as_json, {"versions": answer}, *lines, f"Each is a folder in {home.folder / 'versions'}.")


def _asked(brief: "Brief | None") -> dict[str, Any]:
    """What a brief says of ASKED; None for what its tool does not ask."""
    said = dict.fromkeys(ASKED) | (brief.model_dump(mode="json", include=set(ASKED)) if brief else {})
    look = getattr(brief, "look", None)
    return said | {"look": look.called if look else None}


def _cell(word: object) -> str:
    return "-" if word is None else str(word)


def note(
    context: typer.Context,
    version: VersionName,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="What there is to say; without it, the notes are listed.")
    ] = None,
    frame: Annotated[
        int | None, typer.Option(metavar="FRAME", help="About one frame, numbered as the version is.")
    ] = None,
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Say something about a version, or list what was said."""
    from secondunit.cli.words import version_name
    from secondunit.runner.advance import advance
    from secondunit.schema import NoteRequest

    shot, name = version_name(version)
    if text is None:
        _list_notes(opened(context, folder), shot, name, frame, as_json)
        return
    request = NoteRequest.read(actor=acting(person), shot=shot, version=name, text=text, frame=frame)
    require(advance(opened(context, folder), request), as_json)
    answer = {"version": version, "text": text, "frame": frame, "by": request.actor}
    tell(as_json, answer, f"{version}: noted by {request.actor}.")


def _list_notes(home: "Production", shot: str, name: str, frame: int | None, as_json: bool) -> None:
    from secondunit.runner.named import version_named

    with home.reading() as records:
        version = version_named(records, shot, name)
        found = [note for note in records.notes(shot, name) if frame in (None, note.frame)]
    answer = [note.model_dump(mode="json", include={"text", "frame", "by", "at"}) for note in found]
    lines = [
        f"{note.at[:16].replace('T', ' ')}  {note.by}{f', frame {note.frame}' if note.frame is not None else ''}: "
        f"{note.text}"
        for note in found
    ]
    tell(as_json, {"version": version.name, "notes": answer}, *(lines or [f"No notes on {version.name} yet."]))


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
    from secondunit.schema import StatusRequest

    shot, name = version_name(version)
    request = StatusRequest.read(actor=acting(person), shot=shot, version=name, status=to, reason=reason)
    require(signed_move(opened(context, folder), request), as_json)
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
    decide(context, "approve", subject, person, role, reason, folder, as_json)


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
    decide(context, "reject", subject, person, role, reason, folder, as_json)


def decide(
    context: typer.Context,
    word: str,
    subject: str,
    person: str,
    role: str | None,
    reason: str,
    folder: Any,
    as_json: bool,
) -> None:
    """Make the move of `approve` or `reject` (word), and say what it came to."""
    from secondunit.schema import Approval, ApproveRequest, RejectRequest

    kind = ApproveRequest if word == "approve" else RejectRequest
    outcome = signed_move(opened(context, folder), kind.read(actor=person, subject=subject, role=role, reason=reason))
    require(outcome, as_json)
    assert isinstance(outcome.made, Approval)
    said, as_role = "approved" if word == "approve" else "rejected", str(outcome.made.role)
    signed = outcome.made.signature is not None
    answer = {"subject": subject, "decision": word, "by": person, "role": as_role, "signed": signed}
    unsigned = "" if signed else " Unsigned: it does not count for a final (`secondunit key make`)."
    tell(as_json, answer, f"{subject}: {said} by {person}, {as_role}.{unsigned}")
