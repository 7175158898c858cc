"""Commands about the rules: which are in force, who reviewed them, why the gate says what it says; and switches."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from secondunit.cli.answer import DONE, FAILED, Exit, require, tell
from secondunit.cli.options import Actor, Folder, Json, acting, opened
from secondunit.cli.signed import signed_move

if TYPE_CHECKING:
    from secondunit.runner.explaining import Explained


def use(
    context: typer.Context,
    packs: Annotated[
        list[str],
        typer.Argument(metavar="PACK...", help="netflix-genai, sag-aftra, eu-ai-act-50, or files of yours (.cedar)."),
    ],
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Put policy packs in force, in place of those that were; they can only forbid."""
    from secondunit.schema import Packs, PolicyRequest

    outcome = signed_move(opened(context, folder), PolicyRequest.read(actor=acting(person), packs=tuple(packs)))
    require(outcome, as_json)
    assert isinstance(outcome.made, Packs)
    names = [one.name for one in outcome.made.packs]
    answer = {"packs": [{"name": one.name, "sha256": one.sha256} for one in outcome.made.packs]}
    line = f"In force: {', '.join(names)}. Counsel signs each with `secondunit policy review PACK`."
    tell(as_json, answer, line)


def listed(context: typer.Context, folder: Folder = None, as_json: Json = False) -> None:
    """List the packs in force, and whether counsel signed them for this production."""
    from secondunit.runner import packs

    with opened(context, folder).reading() as reading:
        rows = [
            {"name": one.name, "sha256": one.sha256, "reviewed": packs.reviewed(reading, one)}
            for one in packs.in_force(reading)
        ]
    lines = [f"  {row['name']:<16} {'reviewed' if row['reviewed'] else 'not reviewed'}" for row in rows]
    tell(as_json, {"packs": rows}, "In force beside the house's own rules:", *(lines or ["  none"]))


def review(
    context: typer.Context,
    pack: Annotated[str, typer.Argument(metavar="PACK", help="A pack that is in force.")],
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Sign a pack, as it is now, for this production (legal)."""
    from secondunit.schema import PackReviewRequest

    request = PackReviewRequest.read(actor=acting(person), pack=pack)
    require(signed_move(opened(context, folder), request), as_json)
    tell(as_json, {"pack": pack, "by": request.actor}, f"{pack}: reviewed by {request.actor} for this production.")


def explain(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT|VERSION", help="SHOT/b001, SHOT/v003, or a SHOT.")],
    brief: Annotated[
        Path | None, typer.Option(metavar="TOML", help="A brief that is not on record: what would the gate say?")
    ] = None,
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Say what the gate would answer now, by which rules and facts, and what would change it. Exit status as there."""
    from secondunit.runner import legible
    from secondunit.runner.explaining import explained

    home = opened(context, folder)
    found, read = explained(home, acting(person), subject, brief), legible.of_subject(home, subject)
    asked = "signage" in found.verdict.facts.get("releases_missing", ())
    lines = [*_lines(found), *(["", read.sentence()] if asked else [])]
    tell(as_json, _as_json(found) | {"signs": read.answer()}, *lines)
    status = {"allow": DONE, "refuse": 3, "needs_approval": 4}[found.verdict.decision]
    if status != DONE:
        raise Exit(status)


def _as_json(found: "Explained") -> dict[str, Any]:
    rules = [{"id": rule.id, "pack": rule.pack, "reason": rule.reason, "source": rule.source} for rule in found.rules]
    changes = [{"rule": one.rule, "fact": one.fact, "value": one.value, "enough": one.alone} for one in found.changes]
    return {
        "decision": found.verdict.decision,
        "verdict": found.verdict.model_dump(mode="json"),
        "rules": rules,
        "facts": {name: value for name, value, _ in found.facts},
        "matched": list(found.matched),
        "changes": changes,
    }


def _lines(found: "Explained") -> list[str]:
    lines = [found.verdict.says(), "", "Rules that spoke:"]
    lines += [f"  {rule.id} ({rule.kind}, {rule.pack}): {rule.reason}" for rule in found.rules] or ["  none"]
    if found.matched:
        lines += ["", "Whose faces:", *(f"  {line}" for line in found.matched)]
    blamed = {one.fact for one in found.changes}
    lines += ["", f"Facts{' (! stands in the way)' if blamed else ''}:"]
    lines += [f"  {'!' if name in blamed else ' '} {value:<8} {name}: {means}" for name, value, means in found.facts]
    if found.changes:
        lines += ["", "What would change it (one fact at a time; * alone would be enough):"]
        lines += [f"  {'*' if one.alone else ' '} {one.rule}: {one.fact} = {one.value}" for one in found.changes]
    return lines


def try_cases(
    context: typer.Context,
    cases: Annotated[Path, typer.Argument(metavar="CASES", help="TOML with [[case]] tables.")],
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Try a table of cases against this production's rules; exit status 1 if one is judged otherwise than expected."""
    from secondunit.runner import explaining

    tried = explaining.try_cases(opened(context, folder), cases)
    rows = [
        {"name": one.case.name, "expected": one.case.expect, "decision": one.verdict.decision, "fault": one.fault}
        for one in tried
    ]
    wrong = [one for one in tried if one.fault]
    lines = [
        f"{'WRONG' if one.fault else 'ok':<6} {one.case.name}: {one.fault or one.verdict.decision}" for one in tried
    ]
    tell(
        as_json, {"cases": rows, "wrong": len(wrong)}, *lines, f"{len(tried) - len(wrong)} of {len(tried)} as expected."
    )
    if wrong:
        raise Exit(FAILED)


def switch(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SWITCH", help="strike or evaluation.")],
    to: Annotated[str, typer.Argument(metavar="on|off", help="What to turn it to.")],
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Turn a switch of the production (legal): a strike is on; what is made is for evaluation only."""
    from secondunit.schema import InputError, SwitchRequest

    if to not in ("on", "off"):
        raise InputError(f"{to!r} is neither on nor off: say which.")
    request = SwitchRequest.read(actor=acting(person), switch=name, on=to == "on")
    require(signed_move(opened(context, folder), request), as_json)
    tell(as_json, {"switch": name, "on": to == "on", "by": request.actor}, f"{name} is {to}, says {request.actor}.")
