"""Commands about the ledger."""

from typing import TYPE_CHECKING, Annotated

import typer

from secondunit.cli.answer import FAILED, fail, tell
from secondunit.cli.options import Folder, Json, opened

if TYPE_CHECKING:
    from secondunit.runner.production import Production
    from secondunit.schema import LedgerLine

Kept = Annotated[
    str | None,
    typer.Option(
        "--checkpoint", metavar="SIZE:ROOT", help="A checkpoint noted earlier: shows a cut or rewritten ledger too."
    ),
]


def verify(context: typer.Context, kept: Kept = None, folder: Folder = None, as_json: Json = False) -> None:
    """Check that every line of the ledger follows from the one before it; prints a checkpoint to keep elsewhere."""
    from secondunit.trust import ledger

    lines, faults = _lines(opened(context, folder))
    faults += list(ledger.faults(lines))
    if kept:
        size, root = _checkpoint(kept)
        broken = ledger.broken_promise(lines, ledger.Checkpoint.read(size=size, root=root))
        faults += [broken] if broken else []
    now = ledger.checkpoint(lines)
    answer = {"lines": now.size, "checkpoint": f"{now.size}:{now.root}", "faults": faults}
    if faults:
        fail(as_json, answer, "The ledger is broken: " + "; ".join(faults) + ".", FAILED)
    tell(as_json, answer, f"The ledger is whole: {now.size} lines.", f"checkpoint {now.size}:{now.root}")


def _lines(home: "Production") -> tuple[list["LedgerLine"], list[str]]:
    """The lines that can be read, and what is wrong with the first that cannot."""
    from secondunit.schema import InputError

    lines: list[LedgerLine] = []
    with home.reading() as records:
        try:
            lines.extend(records.ledger())
        except InputError as error:
            return lines, [f"a line cannot be read: {error}"]
    return lines, []


def _checkpoint(text: str) -> tuple[int, str]:
    from secondunit.schema import InputError

    size, colon, root = text.partition(":")
    if not (colon and size.isdigit() and len(root) == 64):
        raise InputError(f"--checkpoint {text!r} is none: give SIZE:ROOT as `secondunit ledger verify` printed it.")
    return int(size), root
