"""What can be known of a brief before any work: event, corners, camera, sun, matte, building.toml."""

from collections.abc import Mapping
from pathlib import Path

from secondunit.schema import CollapseBrief, Plate
from secondunit.tools.collapse.building_plan import stated_building
from secondunit.tools.collapse.shot import clock_of
from secondunit.tools.collapse.survey import first_frame, read_matte, solved, steady
from secondunit.vision import light
from secondunit.vision.corners import check_corners


def check(brief: CollapseBrief, plate: Plate, plates: Path, given: Mapping[str, Path]) -> None:
    """Raise InputError for a brief that `make` would refuse; the cheapest questions come first.

    plates: the folder of the plate's frames. given: the user's own files, "--matte" and "--building"; the text of the
    latter is in the brief already.
    """
    clock_of(brief, plate)
    check_corners(brief.facade, plate.width, plate.height)
    if brief.sun is not None:
        light.check_sun(brief.sun)
    building = f"--building {given['--building']}" if "--building" in given else "--building"
    if brief.building is not None:
        stated_building(brief.building, building)
    if "--matte" in given:
        read_matte(given["--matte"], plate, f"--matte {given['--matte']}")
    picture = first_frame(plate, plates)
    steady(plate, plates, picture)
    solve = solved(brief, plate, picture)
    if brief.building is not None:
        stated_building(brief.building, building, width_m=solve.facade_width_m, height_m=solve.facade_height_m)
