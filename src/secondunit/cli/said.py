"""Commands in which named people say what software cannot judge: answers, who is in a plate, releases."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from secondunit.cli.answer import require, tell
from secondunit.cli.options import Actor, Folder, Json, acting, opened
from secondunit.cli.signed import signed_move

if TYPE_CHECKING:
    from secondunit.runner.production import Production

Subject = Annotated[str, typer.Argument(metavar="SHOT/b001|SHOT/v003", help="A brief or a version.")]


def questions(context: typer.Context, subject: Subject, folder: Folder = None, as_json: Json = False) -> None:
    """List the questions that can be asked about a brief or a version, whose word counts, and what was said."""
    from secondunit.runner import legible
    from secondunit.runner.looking_up import questions_about

    home = opened(context, folder)
    rows, read = questions_about(home, subject), legible.of_subject(home, subject)
    lines = [f"  {row['question']:<20} {row['role']:<10} {row['answer'] or '-':<7} {row['words']}" for row in rows]
    told = {"subject": subject, "questions": rows, "signs": read.answer()}
    tell(as_json, told, f"Questions about {subject}:", *lines, f"About signs-cleared: {read.sentence()}")


def answer(
    context: typer.Context,
    subject: Subject,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="See `secondunit questions`.")],
    word: Annotated[str, typer.Argument(metavar="yes|no|unsure", help="no and unsure escalate.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Answer a question about exactly what is on record now; signed."""
    from secondunit.schema import AnswerRequest, Question

    request = AnswerRequest.read(actor=acting(person), subject=subject, question=question, answer=word, reason=reason)
    home = opened(context, folder)
    signs: dict[str, Any] = _said_before(home, subject) if request.question is Question.SIGNS_CLEARED else {}
    require(signed_move(home, request), as_json)
    told = {"subject": subject, "question": question, "answer": word, "by": request.actor} | signs
    tell(as_json, told, f"{subject}, {question}: {word}, says {request.actor}.")


def _said_before(home: "Production", subject: str) -> dict[str, Any]:
    """Who says that signs are cleared reads first, on standard error, which names were found."""
    from secondunit.runner import legible
    from secondunit.schema import InputError

    try:
        read = legible.of_subject(home, subject)
    except InputError:
        return {}  # the gate says what is wrong with the subject
    print(read.sentence(), file=sys.stderr)
    return {"signs": read.answer()}


def identify(
    context: typer.Context,
    shot: Annotated[str, typer.Argument(metavar="SHOT", help="A shot that has a plate.")],
    performer: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A performer who can be recognised; may be repeated.")
    ] = None,
    bystanders: Annotated[bool, typer.Option("--bystanders", help="Others than those can be recognised too.")] = False,
    plate: Annotated[str | None, typer.Option(metavar="PLATE", help="[default: the newest]")] = None,
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Say who can be recognised in a plate; signed. With no name: nobody on record."""
    from secondunit.schema import Identification, IdentifyRequest

    who = {"performers": tuple(performer or ()), "bystanders": bystanders}
    request = IdentifyRequest.read(actor=acting(person), shot=shot, plate=plate, **who)
    outcome = signed_move(opened(context, folder), request)
    require(outcome, as_json)
    assert isinstance(outcome.made, Identification)
    names = ", ".join(performer or ()) or "nobody on record"
    others = " and bystanders" if bystanders else ""
    told = {"plate": outcome.made.plate, "performers": list(performer or ()), "bystanders": bystanders}
    tell(as_json, told, f"{outcome.made.plate}: {names}{others}, says {request.actor}.")


def release_add(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="location, signage, archive, photograph, artwork or biometric.")
    ],
    shots: Annotated[list[str], typer.Argument(metavar="SHOT...", help="The shots that it covers.")],
    what: Annotated[str, typer.Option(help="What is released: the building, the sign, the footage.")],
    holder: Annotated[str, typer.Option(help="Who gave it.")],
    document: Annotated[Path, typer.Option(metavar="FILE", help="The signed paper; a copy is kept.")],
    valid_from: Annotated[str | None, typer.Option("--from", metavar="DAY", help="[default: today]")] = None,
    valid_until: Annotated[str | None, typer.Option("--until", metavar="DAY", help="[default: no end]")] = None,
    territory: Annotated[str, typer.Option(help="Where it holds.")] = "worldwide",
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Put a release on record."""
    from secondunit.runner import legible
    from secondunit.runner.clock import instant
    from secondunit.schema import Release, ReleaseKind, ReleaseRequest

    days = {"valid_from": valid_from or instant()[:10], "valid_until": valid_until}
    given = {"kind": kind, "what": what, "holder": holder, "shots": tuple(shots), "territory": territory}
    request = ReleaseRequest.read(actor=acting(person), document_file=str(document), **given, **days)
    home = opened(context, folder)
    outcome = signed_move(home, request)
    require(outcome, as_json)
    assert isinstance(outcome.made, Release)
    read = legible.of_shots(home, shots) if request.kind is ReleaseKind.SIGNAGE else []
    told = outcome.made.model_dump(mode="json") | ({"signs": [one.answer() for one in read]} if read else {})
    line = f"{outcome.made.id}: {kind} release for {', '.join(shots)} from {holder}."
    tell(as_json, told, line, *(f"  {one.sentence()}" for one in read))


def release_list(context: typer.Context, folder: Folder = None, as_json: Json = False) -> None:
    """List the releases on record, and the names that were read in the newest plate of each shot."""
    from secondunit.runner import legible
    from secondunit.schema import Release

    home = opened(context, folder)
    with home.reading() as reading:
        found, shots = reading.said(Release), [plate.shot for plate in reading.plates()]
    read = legible.of_shots(home, shots)
    lines = [
        f"{one.id}  {one.kind:<10} {', '.join(one.shots)}  {one.what} ({one.holder}), {one.valid_from} to "
        f"{one.valid_until or 'no end'}"
        for one in found
    ]
    told = {"releases": [one.model_dump(mode="json") for one in found], "signs": [one.answer() for one in read]}
    tell(as_json, told, *(lines or ["No release is on record."]), *(one.sentence() for one in read))
