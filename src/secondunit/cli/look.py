"""Commands about looks: put on record, listed, shown, approved, rejected."""

import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from secondunit.cli.age import By, From, Region, Seed, Strength, To, Volume, directed
from secondunit.cli.answer import require, table, tell
from secondunit.cli.options import Actor, Folder, Json, acting, opened
from secondunit.cli.review import InRole, Named, Reason, decide
from secondunit.cli.signed import signed_move

if TYPE_CHECKING:
    from secondunit.runner.production import Production

Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the look, such as flashback.")]
Version = Annotated[str, typer.Argument(metavar="NAME/v002", help="A version of a look.")]


def add(
    context: typer.Context,
    name: Name,
    performer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose look it is; a name has one performer's, from v001 on.")
    ] = None,
    by: By = None,
    to: To = None,
    apparent: From = None,
    strength: Strength = None,
    region: Region = None,
    volume: Volume = None,
    seed: Seed = None,
    still: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="A reference picture for people to look at; a copy is kept; may be repeated."
        ),
    ] = None,
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Put the next version of a look on record, and list what an older one made. What is left out stays as it was."""
    from secondunit.schema import Look, LookRequest

    said = directed(by, to, apparent, strength, region, volume, seed)
    stills = tuple(str(path) for path in still) if still else None
    request = LookRequest.read(actor=acting(person), name=name, performer=performer, stills=stills, **said)
    home = opened(context, folder)
    outcome = signed_move(home, request)
    require(outcome, as_json)
    assert isinstance(outcome.made, Look)
    made = outcome.made.called
    next_step = f"  next: secondunit look approve {made} --as PERSON (a supervisor or director who did not make it)"
    told = _told(home, made)
    tell(as_json, told, *_lines(told), next_step)


def listed(context: typer.Context, folder: Folder = None, as_json: Json = False) -> None:
    """List the versions of every look: whose, what they ask for, and how they stand."""
    from secondunit.runner import looking_up

    rows = looking_up.looks_on_record(opened(context, folder))
    if not rows:
        tell(as_json, {"looks": []}, "No look is on record.")
        return
    cells = [
        (
            row["called"],
            row["performer"],
            row["state"],
            row["at"][:10],
            row["by"],
            row["says"],
        )  # the last is cut to fit
        for row in rows
    ]
    tell(as_json, {"looks": rows}, *table(("look", "performer", "state", "on", "by", "says"), cells))


def show(
    context: typer.Context,
    look: Annotated[str, typer.Argument(metavar="NAME[/v002]", help="A look: its newest version, or that one.")],
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Show what a look says, how it stands, which versions it made, and which shots an older one made last."""
    told = _told(opened(context, folder), look)
    tell(as_json, told, *_lines(told))


def approve(
    context: typer.Context,
    look: Version,
    person: Named,
    role: InRole = None,
    reason: Reason = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Approve a version of a look, once for all shots; it counts from a supervisor or director who did not make it."""
    _decide(context, "approve", look, person, role, reason, folder, as_json)


def reject(
    context: typer.Context,
    look: Version,
    person: Named,
    role: InRole = None,
    reason: Reason = "",
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Reject a version of a look: nothing more is made with it."""
    _decide(context, "reject", look, person, role, reason, folder, as_json)


def _decide(
    context: typer.Context,
    word: str,
    look: str,
    person: str,
    role: str | None,
    reason: str,
    folder: Any,
    as_json: bool,
) -> None:
    from secondunit.cli.words import look_version
    from secondunit.schema.look import PREFIX

    decide(context, word, PREFIX + look_version(look), person, role, reason, folder, as_json)
    if word == "approve" and _told(opened(context, folder), look)["state"] != "approved":
        why = "that takes the signature of a supervisor or director who did not make it, and nobody's rejection"
        print(f"{look} does not count as approved yet: {why}.", file=sys.stderr)


def _told(home: "Production", look: str) -> dict[str, Any]:
    from secondunit.runner import looking_up

    return looking_up.look_shown(home, look)


def _lines(told: dict[str, Any]) -> list[str]:
    name, version = told["called"].split("/")
    state = "not approved yet" if told["state"] == "open" else told["state"]
    lines = [
        f"{told['called']}, a look of {told['performer']}, by {told['by']} on {told['at'][:10]}: {state}.",
        f"  {told['says']}",
        *(f"  still: {still['name']} ({still['file']})" for still in told["stills"]),
        *(f"  {said['decision']} by {said['by']}, {said['role']}" for said in told["reviews"]),
        f"  made with it: {', '.join(told['made']) or 'nothing yet'}",
    ]
    if told["newest"] != version:
        return [*lines, f"  {name}/{told['newest']} is newer."]
    for shot, rows in groupby(told["touches"], key=lambda row: row["version"].partition("/")[0]):
        older = ", ".join(f"{row['version'].partition('/')[2]} with {row['look']}" for row in rows)
        lines.append(f"  made with an older one: {shot}: {older}")
    return lines + [f"  to make again: {command}" for command in told["again"]]
