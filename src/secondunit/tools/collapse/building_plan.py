"""From the solved camera, the facade's grid, the matte and the brief to a `Building`."""

from typing import Any

from secondunit.schema import CollapseBrief, FieldFault, InputError
from secondunit.tools.collapse.building_cover import (
    Outline,
    choose_roof,
    cover,
    coverage,
    deepened,
    outline_of,
    overshoot_m,
    side_depth,
)
from secondunit.tools.collapse.building_record import Building, Roof, toml_fields
from secondunit.vision.camera import Solve
from secondunit.vision.facade import FacadeGrid
from secondunit.vision.matte import Matte

USUAL_DEPTH = 0.6
"""Depth of a building nobody saw from the side, as a share of its width."""
DEPTH_M = (8.0, 14.0)
DEEPEST_M = 40.0
LOWEST_STOREY_M = 2.0


def plan_building(solve: Solve, grid: FacadeGrid, matte: Matte, brief: CollapseBrief) -> Building:
    """Plan the building in the plate; what the brief's building.toml states overrules what was seen or assumed.

    The result covers the matte (its `said` tells how much). Raises InputError for a building.toml that cannot be read
    or contradicts itself.
    """
    stated = toml_fields(brief.building) if brief.building else {}
    outline = outline_of(matte.alpha, solve.camera, solve.facade_width_m)
    depth, depth_said = _depth(solve, matte, brief, outline)
    floors = _floors(grid.floors, solve.facade_height_m)
    fields: dict[str, Any] = {
        "width_m": solve.facade_width_m,
        "depth_m": depth,
        "floors_m": floors,
        "construction": brief.construction or "masonry",
        "openings": grid.openings,
        "roof": Roof(kind="flat", parapet_m=0.0),
    }
    building = _read(fields | stated, "--building" if stated else "building")
    if "roof" not in stated:
        building = building.model_copy(update={"roof": choose_roof(building, outline)})
    if "depth_m" not in stated and brief.depth_m is None:
        building = deepened(building, outline)
    if "crests" not in stated:
        building = cover(building, outline)
    said = [
        *_said(building, brief, stated),
        *([] if "depth_m" in stated else [depth_said]),
        _covered(building, outline),
    ]
    return building.model_copy(update={"said": tuple(said)})


def stated_building(text: str, place: str, *, width_m: float = 20.0, height_m: float | None = None) -> None:
    """Raise InputError for a building.toml that no building could be planned from; `place` is the file's name in it.

    width_m, height_m: the facade's, as the camera sees it; without a height, a usual building stands in.
    """
    fields: dict[str, Any] = {"width_m": width_m, "depth_m": DEPTH_M[0], "floors_m": (0.0, height_m or 12.0)}
    _read(fields | toml_fields(text, place), place)


def _read(fields: dict[str, Any], place: str) -> Building:
    try:
        return Building.read(**fields)
    except FieldFault as fault:
        raise InputError(f"{place}: {fault}") from fault


def _depth(solve: Solve, matte: Matte, brief: CollapseBrief, outline: Outline) -> tuple[float, str]:
    """Depth in metres and where it comes from."""
    if brief.depth_m is not None:
        return brief.depth_m, f"building: {brief.depth_m:.1f} m deep, as given."
    seen = matte.depth_m or side_depth(outline, solve.facade_width_m, solve.facade_height_m)
    if seen is not None and seen >= 3.0:
        seen = min(seen, DEEPEST_M)
        return seen, f"building: {seen:.1f} m deep, measured on the visible side wall; --depth-m overrides it."
    usual = min(max(USUAL_DEPTH * solve.facade_width_m, DEPTH_M[0]), DEPTH_M[1])
    return usual, f"building: {usual:.1f} m deep is assumed, the plate does not show its side; --depth-m sets it."


def _floors(floors: tuple[float, ...], height_m: float) -> tuple[float, ...]:
    """Slab heights from the ground to the eaves, none nearer than a low storey to the next."""
    kept = [0.0]
    for z in floors:
        if z - kept[-1] >= LOWEST_STOREY_M and height_m - z >= LOWEST_STOREY_M:
            kept.append(float(z))
    return (*kept, float(height_m))


def _said(building: Building, brief: CollapseBrief, stated: dict[str, Any]) -> list[str]:
    roof = building.roof
    size = f"parapet {roof.parapet_m:.1f} m" if roof.kind == "flat" else f"{roof.rise_m:.1f} m high"
    lines = [
        f"building: {building.construction}, {building.width_m:.1f} x {building.depth_m:.1f} m, {building.storeys} "
        f"storeys to {building.height_m:.1f} m, {roof.kind} roof ({size}), parts that stick out (chimneys, dormers, "
        f"wings): {len(building.crests)}; a facade with setbacks is taken as flat."
    ]
    if brief.construction is None and "construction" not in stated:
        lines.append("building: masonry is assumed; --construction rc-frame gives columns and beams.")
    return lines


def _covered(building: Building, outline: Outline) -> str:
    share, over = coverage(building, outline), overshoot_m(building, outline)
    line = (
        f"building: the model covers {share:.2%} of the building in the picture, and over 90 % of its width it stands "
        f"at most {over:.1f} m above it."
    )
    if share < 0.995:
        line += (
            " What is not covered stays in the picture; state what sticks out (crests in building.toml), or correct "
            "the matte."
        )
    return line
