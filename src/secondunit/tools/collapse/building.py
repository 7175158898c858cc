"""The building in the plate: from what the picture says and what the brief states to panels that can break.

World frame: metres, Z up, origin at the facade's bottom-left corner, +X along the facade, +Y into the building.
"""

from secondunit.physics.fracture import ConvexSolid, Panel
from secondunit.tools.collapse.building_plan import plan_building
from secondunit.tools.collapse.building_record import Building, Construction, Crest, Opening, Roof
from secondunit.tools.collapse.building_roof import roof_panels
from secondunit.tools.collapse.building_walls import storey_panels

__all__ = ["Building", "Construction", "Crest", "Opening", "Roof", "example", "plan_building", "solids"]


def solids(building: Building) -> tuple[list[Panel], list[ConvexSolid]]:
    """Everything the building is built of, for `physics.fracture.fracture`."""
    return [*storey_panels(building), *roof_panels(building)], []


def example(construction: Construction = "masonry", storeys: int = 5, width_m: float = 18.0) -> Building:
    """A regular building without any picture: bays of about 3 m, a gable (masonry) or a flat roof (rc-frame)."""
    floors = tuple(3.1 * k for k in range(storeys + 1))
    bays = max(2, round(width_m / 3.0))
    pitch = width_m / bays
    openings = tuple(
        (pitch * (i + 0.5) - 0.6, z + 0.9, pitch * (i + 0.5) + 0.6, z + 2.4) for z in floors[:-1] for i in range(bays)
    )
    roof = Roof(kind="gable", rise_m=3.0) if construction == "masonry" else Roof(kind="flat", parapet_m=0.9)
    return Building(
        width_m=width_m, depth_m=10.0, floors_m=floors, construction=construction, openings=openings, roof=roof
    )
