"""Where inner walls, columns and windows go, so that every slab spans at most SPAN_M and every pier can carry."""

from dataclasses import dataclass

from secondunit.tools.collapse.building_record import Building, Opening

SPAN_M, LARGE_SPAN_M = 4.5, 5.8
"""No slab field is wider than this between supports, where the piers allow it (in large buildings: the second)."""
LARGE_M2 = 1400.0
"""Buildings with more floor than this are drawn simpler inside: wider fields, no doors, no windows that nobody sees."""
PIER_M = 0.3
LINTEL_M = 0.12
LEAST_OPENING_M = 0.35


@dataclass(frozen=True)
class Level:
    """One storey between its floor (top of the slab below) and the underside of the slab above, metres."""

    number: int
    floor_m: float
    ceiling_m: float
    slab_top_m: float

    @property
    def clear_m(self) -> float:
        """Height of the walls."""
        return self.ceiling_m - self.floor_m


def levels(building: Building) -> list[Level]:
    """The storeys from the ground up."""
    floors = building.floors_m
    return [Level(k, floors[k], floors[k + 1] - building.slab_m, floors[k + 1]) for k in range(building.storeys)]


def cross_walls(building: Building) -> list[float]:
    """x of the cross walls' (or inner column rows') middles, between the side walls, in piers where there are some."""
    if building.inner_walls_m is not None:
        return sorted(building.inner_walls_m)
    margin = building.wall_m + 1.0
    piers = _piers(building)
    return _spaced(building.wall_m, building.width_m - building.wall_m, margin, piers, span_m(building))


def spines(building: Building) -> list[float]:
    """y of the walls (or column rows) along the facade, between facade and back wall."""
    if building.spines_m is not None:
        return sorted(building.spines_m)
    return _spaced(building.wall_m, building.depth_m - building.wall_m, 1.5, [], span_m(building))


def _piers(building: Building) -> list[tuple[float, float]]:
    """Stretches of x that no window of the facade covers on any storey above the ground floor."""
    above = [o for o in building.openings if o[3] > building.floors_m[1]] or list(building.openings)
    edges = sorted((o[0], o[2]) for o in above)
    piers, reach = [], 0.0
    for left, right in edges:
        if left > reach:
            piers.append((reach, left))
        reach = max(reach, right)
    return [(a, b) for a, b in [*piers, (reach, building.width_m)] if b - a > 0.25]


def large(building: Building) -> bool:
    """Whether the building is so large that its inside must be simple."""
    return building.width_m * building.depth_m * building.storeys > LARGE_M2


def span_m(building: Building) -> float:
    """Widest slab field."""
    return LARGE_SPAN_M if large(building) else SPAN_M


def _spaced(start: float, stop: float, margin: float, piers: list[tuple[float, float]], span: float) -> list[float]:
    """Positions that part start..stop into fields of at most about `span`, each moved into the nearest pier."""
    fields = max(1, round((stop - start) / span + 0.35))
    chosen: list[float] = []
    for i in range(1, fields):
        wanted = start + (stop - start) * i / fields
        middles = [min(max(wanted, a + 0.15), b - 0.15) for a, b in piers if b - a > 0.3]
        near = [x for x in middles if abs(x - wanted) < 0.9]
        place = min(near, key=lambda x: abs(x - wanted)) if near else wanted
        if start + margin - 0.5 <= place <= stop - margin + 0.5 and (not chosen or place - chosen[-1] > 1.5):
            chosen.append(place)
    return chosen


def storey_openings(openings: tuple[Opening, ...], level: Level, left: float, right: float) -> list[Opening]:
    """The facade's openings of one storey, cut to its wall: piers of PIER_M between them, a lintel above."""
    cut = []
    for x0, z0, x1, z1 in sorted(openings):
        bottom = max(z0, level.floor_m)
        if bottom - level.floor_m < 0.15:
            bottom = level.floor_m
        box = (max(x0, left + PIER_M), bottom, min(x1, right - PIER_M), min(z1, level.ceiling_m - LINTEL_M))
        if box[2] - box[0] > LEAST_OPENING_M and box[3] - box[1] > LEAST_OPENING_M:
            cut.append(box)
    return _parted(cut)


def _parted(openings: list[Opening]) -> list[Opening]:
    """Openings that leave piers between them: one that overlaps its left neighbour in height gives way."""
    kept: list[Opening] = []
    for x0, z0, x1, z1 in openings:
        before = [k[2] for k in kept if k[1] < z1 and k[3] > z0]
        left = max([x0, *(b + PIER_M for b in before)])
        if x1 - left > LEAST_OPENING_M:
            kept.append((left, z0, x1, z1))
    return kept


def side_openings(level: Level, start: float, stop: float) -> list[Opening]:
    """Ordinary windows for a wall nobody photographed: one about every three metres, (s0, z0, s1, z1)."""
    length = stop - start
    count = int((length - 0.8) // 3.2)
    if count < 1 or level.clear_m < 2.2:
        return []
    pitch = length / count
    sill, head = level.floor_m + 0.9, min(level.floor_m + 2.3, level.ceiling_m - 0.3)
    middles = [start + pitch * (i + 0.5) for i in range(count)]
    return [(m - 0.5, sill, m + 0.5, head) for m in middles]
