"""Roofs, the attic walls that carry them, and what sticks out of them.

A pitched roof is the lower envelope of its planes: over its part of the plan every plane carries one slope, swept
straight down, so slopes share vertical mitres and nothing overlaps. Attic walls are cut by the slopes' undersides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from secondunit.physics.fracture import Panel, Plane
from secondunit.tools.collapse.building_layout import SPAN_M, cross_walls
from secondunit.tools.collapse.building_record import Building, Crest
from secondunit.tools.collapse.building_walls import HIDDEN, along_x, along_y

BEARING_M = 0.25
"""Width on which a slope rests at the eaves."""
PARAPET_WALL_M = 0.25
ATTIC_WALL_M = 0.25
SHELL_M = 0.3
"""Walls of hollow towers and pavilions."""
CAP_M = 0.16

Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class Slope:
    """One roof plane, z = height + x slope_x + y slope_y (metres, top surface), `drop_m` thick straight down."""

    height_m: float
    slope_x: float
    slope_y: float
    drop_m: float

    def at(self, x: float, y: float) -> float:
        """Height of the top surface."""
        return self.height_m + x * self.slope_x + y * self.slope_y

    def below(self) -> Plane:
        """The half-space under the slope's underside."""
        return (-self.slope_x, -self.slope_y, 1.0), self.height_m - self.drop_m


def roof_panels(building: Building) -> list[Panel]:
    """Everything above the uppermost slab, and the wings beside the facade."""
    crests = [panel for i, crest in enumerate(building.crests) for panel in crest_panels(building, crest, i)]
    taken = [footprint(building, crest) for crest in building.crests if crest.base_m >= building.height_m - 1e-6]
    if building.roof.kind == "flat":
        return [*_parapets(building, taken), *crests]
    slopes = roof_slopes(building)
    return [*_slope_panels(building, slopes, taken), *_attic(building, slopes, taken), *crests]


def footprint(building: Building, crest: Crest) -> Rect:
    """What a crest takes of the plan: x0, y0, x1, y1."""
    left, right = crest.span_m
    if crest.side == "left":
        return (crest.front_m, left, crest.front_m + crest.depth_m, right)
    if crest.side == "right":
        return (building.width_m - crest.front_m - crest.depth_m, left, building.width_m - crest.front_m, right)
    return (left, crest.front_m, right, crest.front_m + crest.depth_m)


def _free(span: tuple[float, float], taken: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """What is left of an interval, without crumbs under 30 cm."""
    parts = [span]
    for low, high in taken:
        parts = [p for a, b in parts for p in ((a, min(b, low)), (max(a, high), b)) if p[1] - p[0] > 0.3]
    return parts


def _parapets(building: Building, taken: list[Rect]) -> list[Panel]:
    """A low wall around a flat roof, interrupted by crests."""
    high, w, d, t = building.roof.parapet_m, building.width_m, building.depth_m, PARAPET_WALL_M
    if high < 0.15:
        return []
    z = (building.height_m, building.height_m + high)
    out = frozenset({"front", "back", "rim"})
    panels = []
    for name, y in (("front", (0.0, t)), ("back", (d - t, d))):
        busy = [(r[0], r[2]) for r in taken if r[1] < y[1] and r[3] > y[0]]
        for i, x in enumerate(_free((0.0, w), busy)):
            more: dict[str, Any] = {
                "storey": building.storeys,
                "skin": out,
                "detail": 1.0 if name == "front" else HIDDEN,
            }
            panels.append(along_x(f"parapet {name} {i}", "brick", x, y, z, **more))
    for name, x in (("left", (0.0, t)), ("right", (w - t, w))):
        busy = [(r[1], r[3]) for r in taken if r[0] < x[1] and r[2] > x[0]]
        for i, y in enumerate(_free((t, d - t), busy)):
            panels.append(
                along_y(f"parapet {name} {i}", "brick", x, y, z, storey=building.storeys, skin=out, detail=HIDDEN)
            )
    return panels


def roof_slopes(building: Building) -> list[Slope]:
    """The planes of a pitched roof; their lower envelope over the plan is its top surface."""
    roof, w, d = building.roof, building.width_m, building.depth_m
    if roof.kind == "gable-front":
        return [_from_edge(building, 1.0, 0.0, roof.rise_m, w / 2), _from_edge(building, -1.0, 0.0, roof.rise_m, w / 2)]
    ends = _ends(building)
    if roof.kind == "mansard":
        run = min(roof.break_run_m, 0.3 * d, 0.3 * w)
        high = min(roof.break_rise_m, roof.rise_m)
        steep = [_from_edge(building, x, y, high, run) for x, y in ((0, 1), (0, -1), (1, 0), (-1, 0))]
        rest = max(roof.rise_m - high, 0.35)
        upper = [_from_edge(building, 0.0, y, rest, d / 2 - run, run, high) for y in (1.0, -1.0)]
        return [*steep, *upper]
    long = [_from_edge(building, 0.0, y, roof.rise_m, d / 2) for y in (1.0, -1.0)]
    return [*long, *(_from_edge(building, x, 0.0, roof.rise_m, run) for x, run in ends)]


def _ends(building: Building) -> list[tuple[float, float]]:
    roof, most = building.roof, 0.5 * building.width_m - 0.25
    if roof.kind != "hip":
        return []
    usual = 0.5 * building.depth_m if roof.hip_left_m + roof.hip_right_m == 0 else 0.0
    left, right = (min(run or usual, most) for run in (roof.hip_left_m, roof.hip_right_m))
    return [(x, max(run, 0.5)) for x, run in ((1.0, left), (-1.0, right)) if run > 0.0]


def _from_edge(
    building: Building, dx: float, dy: float, rise: float, run: float, inset: float = 0.0, up: float = 0.0
) -> Slope:
    """The plane that climbs `rise` in `run` inwards from the edge that (dx, dy) looks away from."""
    slope = rise / run
    drop = building.roof.thickness_m * (1.0 + slope * slope) ** 0.5
    # at the eaves the underside dips under the slab's top by what gives it a bearing, but its top stays above
    dip = min(BEARING_M * slope, 0.7 * drop)
    x0 = 0.0 if dx >= 0 else building.width_m
    y0 = 0.0 if dy >= 0 else building.depth_m
    base = building.height_m + up + drop - dip
    start = base - slope * (dx * (x0 + dx * inset) + dy * (y0 + dy * inset))
    return Slope(start, slope * dx, slope * dy, drop)


def _slope_panels(building: Building, slopes: Sequence[Slope], taken: list[Rect]) -> list[Panel]:
    plan = shapely.box(0.0, 0.0, building.width_m, building.depth_m)
    for rect in taken:
        plan = plan.difference(shapely.box(*rect))
    panels = []
    for i, slope in enumerate(slopes):
        for j, part in enumerate(_polygons(_lowest(plan, slopes, i))):
            panels.append(_slope_panel(building, slope, part, f"roof {i}.{j}"))
    return panels


def _polygons(shape: shapely.Geometry) -> list[shapely.Polygon]:
    parts = [shape] if shape.geom_type == "Polygon" else getattr(shape, "geoms", [])
    return [p for p in parts if p.geom_type == "Polygon" and p.area > 0.02]


def _lowest(plan: shapely.Geometry, slopes: Sequence[Slope], index: int) -> shapely.Geometry:
    """Where in the plan one slope is the lowest of all."""
    mine = slopes[index]
    for other in slopes:
        if other is not mine:
            plan = plan.intersection(
                _half_plane(mine.slope_x - other.slope_x, mine.slope_y - other.slope_y, other.height_m - mine.height_m)
            )
    return plan


def _half_plane(a: float, b: float, c: float) -> shapely.Polygon:
    """The part of the plan with a x + b y <= c."""
    squared = a * a + b * b
    if squared < 1e-18:
        return shapely.box(-1e3, -1e3, 1e3, 1e3) if c >= 0 else shapely.Polygon()
    foot = np.array([a, b]) * c / squared
    away = np.array([a, b]) / squared**0.5 * 1e3
    along = np.array([-away[1], away[0]])
    return shapely.Polygon([foot + along, foot - along, foot - along - away, foot + along - away])


def _slope_panel(
    building: Building, slope: Slope, part: shapely.Polygon, name: str, base: float | None = None
) -> Panel:
    base = building.height_m if base is None else base
    ring = [tuple(point) for point in part.exterior.coords[:-1]]
    holes = tuple(tuple(tuple(point) for point in hole.coords[:-1]) for hole in part.interiors)
    return Panel(
        name, "slate", tuple(ring), (0.0, 0.0, slope.height_m),
        (1.0, 0.0, slope.slope_x), (0.0, 1.0, slope.slope_y), (0.0, 0.0, -slope.drop_m),
        holes=holes, storey=building.storeys, skin=frozenset({"front", "rim"}),
        trims=(((0.0, 0.0, -1.0), -base),),
    )  # fmt: skip


def _attic(building: Building, slopes: Sequence[Slope], taken: list[Rect]) -> list[Panel]:
    """Walls under the slopes, so that no slope spans more than about SPAN_M."""
    along = building.roof.kind == "gable-front"
    w, d = building.width_m, building.depth_m
    length, across = (d, w) if along else (w, d)
    middles = _attic_places(building, length, along)
    trims = tuple(slope.below() for slope in slopes)
    top = building.height_m + building.roof.rise_m + 1.0
    panels = []
    for i, (place, outer) in enumerate(middles):
        band = (place - ATTIC_WALL_M / 2, place + ATTIC_WALL_M / 2)
        skin = frozenset({"front", "back"}) if outer else frozenset()
        busy = [_cut_span(rect, along) for rect in taken if _meets(rect, band, along)]
        for j, span in enumerate(_free((0.0, across), busy)):
            more: dict[str, Any] = {
                "storey": building.storeys,
                "trims": trims,
                "skin": skin,
                "detail": HIDDEN if i else 0.8,
            }
            make = along_x if along else along_y
            box = (span, band) if along else (band, span)
            panels.append(make(f"attic wall {i}.{j}", "brick", *box, (building.height_m, top), **more))
    return panels


def _attic_places(building: Building, length: float, along: bool) -> list[tuple[float, bool]]:
    half = ATTIC_WALL_M / 2
    inner = [] if along else cross_walls(building)
    if not inner or max(np.diff([0.0, *inner, length])) > SPAN_M + 1.0:
        fields = max(2, round(length / SPAN_M + 0.3))
        inner = [length * i / fields for i in range(1, fields)]
    hipped = building.roof.kind in ("hip", "mansard")
    ends = [] if hipped else [(half, True), (length - half, True)]
    return [*ends[:1], *((x, False) for x in inner), *ends[1:]]


def _meets(rect: Rect, band: tuple[float, float], along: bool) -> bool:
    low, high = (rect[1], rect[3]) if along else (rect[0], rect[2])
    return low < band[1] and high > band[0]


def _cut_span(rect: Rect, along: bool) -> tuple[float, float]:
    return (rect[0], rect[2]) if along else (rect[1], rect[3])


def crest_panels(building: Building, crest: Crest, index: int) -> list[Panel]:
    """A solid crest is one swept profile; a hollow one has walls all round and a cap that follows the profile."""
    name = f"{'wing' if crest.base_m < building.height_m - 1e-6 else 'crest'} {index}"
    if crest.side != "front":
        return [_side_wall(building, crest, name)]
    if not crest.hollow:
        return [_profile_wall(building, crest, name, (crest.front_m, crest.front_m + crest.depth_m), ())]
    drops = [_crest_slope(a, b) for a, b in zip(crest.profile, crest.profile[1:], strict=False)]
    return [*_caps(building, crest, drops, name), *_shell(building, crest, drops, name)]


def _crest_slope(a: tuple[float, float], b: tuple[float, float]) -> Slope:
    slope = (b[1] - a[1]) / (b[0] - a[0])
    drop = min(CAP_M * (1.0 + slope * slope) ** 0.5, 0.8)
    return Slope(a[1] - slope * a[0], slope, 0.0, drop)


def _profile_wall(
    building: Building, crest: Crest, name: str, y: tuple[float, float], trims: tuple[Plane, ...]
) -> Panel:
    left, right = crest.span_m
    outline = ((left, crest.base_m), (right, crest.base_m), *reversed(crest.profile))
    # what hangs beside the facade without reaching the ground is an overhang: light, or it would tear off
    material = "timber" if 0.0 < crest.base_m < building.height_m - 1e-6 else "brick"
    return Panel(
        name, material, outline, (0.0, y[0], 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, y[1] - y[0], 0.0),
        storey=building.storeys if crest.base_m > 0 else 0, skin=frozenset({"front", "back", "rim"}), trims=trims,
    )  # fmt: skip


def _side_wall(building: Building, crest: Crest, name: str) -> Panel:
    low, high = crest.span_m
    x0, _, x1, _ = footprint(building, crest)
    outline = ((low, crest.base_m), (high, crest.base_m), *reversed(crest.profile))
    return Panel(
        name, "brick", outline, (x0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (x1 - x0, 0.0, 0.0),
        storey=building.storeys, skin=frozenset({"front", "back", "rim"}),
    )  # fmt: skip


def _caps(building: Building, crest: Crest, slopes: list[Slope], name: str) -> list[Panel]:
    y0, y1 = crest.front_m, crest.front_m + crest.depth_m
    pairs = zip(crest.profile, crest.profile[1:], strict=False)
    return [
        _slope_panel(building, slope, shapely.box(a[0], y0, b[0], y1), f"{name} cap {i}", crest.base_m)
        for i, (slope, (a, b)) in enumerate(zip(slopes, pairs, strict=True))
    ]


def _shell(building: Building, crest: Crest, slopes: list[Slope], name: str) -> list[Panel]:
    """Front and back wall under the cap, and side walls between them."""
    y0, y1 = crest.front_m, crest.front_m + crest.depth_m
    left, right = crest.span_m
    lowered = []
    for (a, b), slope in zip(zip(crest.profile, crest.profile[1:], strict=False), slopes, strict=True):
        lowered += [(a[0], a[1] - slope.drop_m), (b[0], b[1] - slope.drop_m)]
    top = _strictly_rising([(x, max(z, crest.base_m + 0.05)) for x, z in lowered])
    under = crest.model_copy(update={"profile": top})
    walls = [
        _profile_wall(building, under, f"{name} front", (y0, y0 + SHELL_M), ()),
        _profile_wall(building, under, f"{name} back", (y1 - SHELL_M, y1), ()),
    ]
    for side, x in (("left", (left, left + SHELL_M)), ("right", (right - SHELL_M, right))):
        trims = tuple(s.below() for s, (a, b) in zip(slopes, zip(top[::2], top[1::2], strict=True), strict=True)
                      if a[0] < x[1] and b[0] > x[0])  # fmt: skip
        z = (crest.base_m, max(p[1] for p in crest.profile))
        more: dict[str, Any] = {
            "storey": building.storeys,
            "skin": frozenset({"front", "back"}),
            "trims": trims,
            "detail": HIDDEN,
        }
        walls.append(along_y(f"{name} {side}", "brick", x, (y0 + SHELL_M, y1 - SHELL_M), z, **more))
    return walls


def _strictly_rising(points: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The steps that different thicknesses leave at one x lean by a micrometre, so that the outline stays simple."""
    leaning = []
    last = -1e9
    for x, z in points:
        last = max(x, last + 1e-6)
        leaning.append((last, z))
    return tuple(leaning)
