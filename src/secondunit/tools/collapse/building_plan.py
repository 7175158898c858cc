"""From the solved camera, the facade's grid, the matte and the brief to a `Building`."""

from typing import Any

from secondunit.schema import CollapseBrief
from secondunit.tools.collapse.building_record import Building, toml_fields
from secondunit.vision.camera import Solve
from secondunit.vision.facade import FacadeGrid
from secondunit.vision.matte import Matte

USUAL_DEPTH = 0.6
"""Depth of a building nobody saw from the side, as a share of its width."""
DEPTH_M = (8.0, 14.0)


def plan_building(solve: Solve, grid: FacadeGrid, matte: Matte, brief: CollapseBrief) -> Building:
    """Plan the building in the plate; what the brief's building.toml states overrules what was seen or assumed.

    Raises InputError for a building.toml that cannot be read or contradicts itself.
    """
    stated = toml_fields(brief.building) if brief.building else {}
    fields: dict[str, Any] = {
        "width_m": solve.facade_width_m,
        "depth_m": brief.depth_m or matte.depth_m or min(max(USUAL_DEPTH * solve.facade_width_m, DEPTH_M[0]), DEPTH_M[1]),
        "floors_m": grid.floors,
        "construction": brief.construction or "masonry",
        "openings": grid.openings,
    }
    return Building.read(**(fields | stated))
