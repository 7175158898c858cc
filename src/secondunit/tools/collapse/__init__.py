"""Collapse: the building in a plate comes down."""

from secondunit.schema import CollapseBrief, Draft, Plate
from secondunit.tools.base import Context


def make(brief: CollapseBrief, plate: Plate, ctx: Context) -> Draft:
    """Make a version of the shot into ``ctx.staging``; see `tools.collapse.tool.make` (heavy, so it loads here)."""
    from secondunit.tools.collapse import tool

    return tool.make(brief, plate, ctx)
