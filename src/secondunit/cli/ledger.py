"""Commands about the ledger."""

import typer

from secondunit.cli.answer import FAILED, fail, tell
from secondunit.cli.options import Folder, Json, opened


def verify(context: typer.Context, folder: Folder = None, as_json: Json = False) -> None:
    """Check that every line of the ledger follows from the one before it."""
    from secondunit.runner.ledger import verify_ledger

    report = verify_ledger(opened(context, folder))
    answer = {"lines": report.lines, "head": report.head, "fault": report.fault}
    if report.fault:
        fail(as_json, answer, f"The ledger is broken: {report.fault}", FAILED)
    tell(as_json, answer, f"The ledger is whole: {report.lines} lines, newest hash {report.head}.")
