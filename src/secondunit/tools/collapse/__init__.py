"""Collapse: the building in a plate comes down."""

from collections.abc import Mapping
from pathlib import Path

from secondunit.schema import CollapseBrief, Draft, Plate
from secondunit.tools.base import Context


def make(brief: CollapseBrief, plate: Plate, ctx: Context) -> Draft:
    """Make a version of the shot into ``ctx.staging``; see `tools.collapse.tool.make` (heavy, so it loads here)."""
    from secondunit.tools.collapse import tool
    from secondunit.tools.warp_start import start_warp

    start_warp()
    return tool.make(brief, plate, ctx)


def check(brief: CollapseBrief, plate: Plate, plates: Path, given: Mapping[str, Path]) -> None:
    """Raise InputError for a brief that `make` would refuse; see `tools.collapse.premises.check`."""
    from secondunit.tools.collapse import premises

    premises.check(brief, plate, plates, given)
