"""The networks that others made."""

import typer

from secondunit.cli.answer import tell
from secondunit.cli.options import Json


def models(context: typer.Context, as_json: Json = False) -> None:
    """List the networks that others made: what for, licence, what they were trained on, and whether they are here."""
    from secondunit.runner.networks import listed

    found, lines = listed(), []
    for one in found:
        lines += [
            f"{one['name']}: {one['what']}.",
            f"  licence {one['licence']}; trained on {one['trained_on']}.",
            f"  {'in ' + one['carrier'] if one['here'] else 'not here: ' + one['why']}; sha256 {one['sha256']}",
        ]
    tell(as_json, {"models": found}, *lines)
