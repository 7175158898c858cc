"""Age: a performer in a plate is made younger or older, and nothing else is changed."""

from collections.abc import Mapping
from pathlib import Path

from secondunit.schema import AgeBrief, Draft, Plate
from secondunit.tools.base import Context


def make(brief: AgeBrief, plate: Plate, ctx: Context) -> Draft:
    """Make a version of the shot into ``ctx.staging``; see `tools.age.tool.make` (heavy, so it loads here)."""
    from secondunit.tools.age import tool

    return tool.make(brief, plate, ctx)


def check(brief: AgeBrief, plate: Plate, plates: Path, given: Mapping[str, Path]) -> None:
    """Raise InputError for a brief that `make` would refuse; see `tools.age.tool.check`. given: "--roto", "--track"."""
    from secondunit.tools.age import tool

    tool.check(brief, plate, given)
