"""Commands about the ledger."""

from typing import Annotated

import typer

from secondunit.cli.answer import FAILED, fail, tell
from secondunit.cli.options import Folder, Json, opened

Kept = Annotated[
    str | None,
    typer.Option(
        "--checkpoint", metavar="SIZE:ROOT", help="A checkpoint noted earlier: shows a cut or rewritten ledger too."
    ),
]
Files = Annotated[bool, typer.Option("--files", help="Hash every file of every plate and version as well.")]


def verify(
    context: typer.Context, kept: Kept = None, files: Files = False, folder: Folder = None, as_json: Json = False
) -> None:
    """Check that every line of the ledger follows from the one before it; prints a checkpoint to keep elsewhere."""
    from secondunit.runner.ledger import verify_ledger
    from secondunit.schema import InputError
    from secondunit.trust.ledger import Checkpoint

    home = opened(context, folder)
    promise = Checkpoint.read(**_checkpoint(kept)) if kept else None
    try:
        report = verify_ledger(home, kept=promise, files=files)
    except InputError as error:
        fail(as_json, {"fault": str(error), "faults": [str(error)]}, f"The ledger cannot be read: {error}", FAILED)
    answer: dict[str, object] = {
        "lines": report.lines,
        "checkpoint": f"{report.lines}:{report.root}",
        "fault": report.fault,
    }
    answer["faults"] = list(report.faults)
    if report.faults:
        fail(as_json, answer, _broken(report.faults), FAILED)
    tell(as_json, answer, f"The ledger is whole: {report.lines} lines.", f"checkpoint {report.lines}:{report.root}")


def _broken(faults: tuple[str, ...]) -> str:
    if len(faults) == 1:
        return f"The ledger is broken: {faults[0]}."
    return "\n".join([f"The ledger is broken in {len(faults)} places:", *(f"  {fault}" for fault in faults)])


def _checkpoint(text: str) -> dict[str, object]:
    from secondunit.schema import InputError

    size, colon, root = text.partition(":")
    if not (colon and size.isascii() and size.isdigit() and len(root) == 64):
        raise InputError(f"--checkpoint {text!r} is none: give SIZE:ROOT as `secondunit ledger verify` printed it.")
    return {"size": int(size), "root": root}
