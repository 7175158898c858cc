"""The `secondunit` program: its commands, and nothing heavy before one of them runs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from secondunit import __version__
from secondunit.cli import (
    age,
    bench,
    collapse,
    consent,
    enrol,
    key,
    law,
    ledger,
    look,
    models,
    production,
    review,
    said,
)
from secondunit.cli.answer import end

app = typer.Typer(
    name="secondunit",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
person = typer.Typer(no_args_is_help=True, help="People on record: everyone who acts.")
plate = typer.Typer(no_args_is_help=True, help="Plates: what was shot.")
agreed = typer.Typer(no_args_is_help=True, help="Consents: what performers agreed to, and the evidence.")
released = typer.Typer(no_args_is_help=True, help="Releases: what others own and give.")
directed = typer.Typer(no_args_is_help=True, help="Looks: how a performer shall look in every shot, approved once.")
known = typer.Typer(no_args_is_help=True, help="Performers whose faces are known again in plates, until a day.")
rules = typer.Typer(no_args_is_help=True, help="The rules: which are in force, and why the gate says what it says.")
keys = typer.Typer(no_args_is_help=True, help="Your own keys, to sign with: in your configuration folder.")
timing = typer.Typer(no_args_is_help=True, help="Benchmarks: how long things take on this machine.")
book = typer.Typer(no_args_is_help=True, help="The ledger: every move, in a chain of hashes.")

app.command("init")(production.init)
app.add_typer(person, name="person")
person.command("add")(production.person_add)
app.add_typer(keys, name="key")
keys.command("make")(key.make)
keys.command("show")(key.show)
keys.command("passphrase")(key.passphrase)
keys.command("sign-terms")(key.sign_terms)
keys.command("replace")(key.replace)
app.add_typer(plate, name="plate")
plate.command("add")(production.plate_add)
app.command("collapse")(collapse.collapse)
app.command("age")(age.age)
app.add_typer(directed, name="look")
directed.command("add")(look.add)
directed.command("list")(look.listed)
directed.command("show")(look.show)
directed.command("approve")(look.approve)
directed.command("reject")(look.reject)
app.command("models")(models.models)
app.command("versions")(review.versions)
app.command("note")(review.note)
app.command("status")(review.status)
app.command("approve")(review.approve)
app.command("reject")(review.reject)
app.command("identify")(said.identify)
app.command("questions")(said.questions)
app.command("answer")(said.answer)
app.add_typer(agreed, name="consent")
agreed.command("draft")(consent.draft)
agreed.command("record")(consent.record)
agreed.command("withdraw")(consent.withdraw)
agreed.command("lift")(consent.lift)
agreed.command("revocations")(consent.revocations)
agreed.command("list")(consent.listed)
agreed.command("show")(consent.show)
app.add_typer(released, name="release")
released.command("add")(said.release_add)
released.command("list")(said.release_list)
app.add_typer(known, name="enrol")
known.command("add")(enrol.add)
known.command("list")(enrol.listed)
known.command("erase")(enrol.erase)
app.add_typer(rules, name="policy")
rules.command("use")(law.use)
rules.command("review")(law.review)
rules.command("list")(law.listed)
rules.command("explain")(law.explain)
rules.command("test")(law.try_cases)
app.command("switch")(law.switch)
app.add_typer(timing, name="bench")
timing.command("guard")(bench.guard)
timing.command("age")(bench.age)
app.add_typer(book, name="ledger")
book.command("verify")(ledger.verify)


def _version(asked: bool) -> None:
    if asked:
        print(f"secondunit {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Option("-C", metavar="DIR", help="The production's folder.")] = None,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")] = False,
) -> None:
    """A generative VFX department: from a camera plate and a brief to layers, under one gate.

    Exit status: 0 done, 1 failed, 2 the input or the words are wrong, 3 refused by policy, 4 needs an approval, 130
    stopped by Ctrl-C (nothing half-made is left).
    """
    context.obj = folder


def run() -> None:
    """Entry point: never a traceback, always a status that means something."""
    sys.exit(end(lambda: app(standalone_mode=False)))
