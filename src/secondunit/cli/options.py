"""Options that many commands share, each written once."""

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from secondunit.runner.production import Production

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Folder = Annotated[
    Path | None,
    typer.Option("-C", metavar="DIR", help="The production's folder.  [default: found from here upwards]"),
]
Actor = Annotated[
    str | None,
    typer.Option("--as", metavar="PERSON", help="Who acts.  [default: $SECONDUNIT_PERSON, or your login name]"),
]
QualityOf = Annotated[str, typer.Option("--quality", metavar="Q", help="draft, review or final.")]
PlateOf = Annotated[
    str | None, typer.Option("--plate", metavar="PLATE", help="Such as PL01_v001.  [default: the newest]")
]
DeviceOf = Annotated[str, typer.Option("--device", metavar="DEV", help="cpu or cuda:0.")]


def acting(person: str | None) -> str:
    """The person who acts: every move names one."""
    try:
        return person or os.environ.get("SECONDUNIT_PERSON") or getpass.getuser()
    except (OSError, KeyError) as error:
        from secondunit.schema import InputError

        raise InputError("Nobody is logged in under a name here: say who acts with --as PERSON.") from error


def opened(context: typer.Context, folder: Path | None) -> "Production":
    """The production of this command: -C after the command, -C before it, or found from here upwards."""
    from secondunit.runner.production import find_production, open_production

    return open_production(find_production(folder or context.find_root().obj or Path.cwd()))
