"""Panels and solids of an intact building fall into convex pieces that tile them exactly.

Frame: the building's world frame, metres, Z up. A panel is a plane polygon with holes, swept along `lift`; because
`lift` need not stand at right angles to the plane, neighbouring roof slopes share a vertical mitre without a gap.
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from shapely.geometry import Polygon

from secondunit.physics.fracture_overlap import Trim, trim_overlaps
from secondunit.physics.fracture_plane import crack, polygons, snapped, tidy
from secondunit.physics.fracture_solid import Chunk, Solid, clip, hull, pack, prism, volume_m3, volumes_m3
from secondunit.physics.pieces import FRACTURE, INNER, MATERIALS, SKIN, Floats, Pieces, material_index

Plane = tuple[tuple[float, float, float], float]
"""(n, d): keep the side n . x <= d, world frame, metres."""

ORIGIN = (0.0, 0.0, 0.0)
SEEN_GROWS, UNSEEN_GROWS = 0.75, 1.25
"""How cells grow with the size factor: what nobody sees gives way first."""
LARGEST_SEEN_M, LARGEST_UNSEEN_M = 2.4, 4.5
SPLITS = 1.35
"""Pieces for each cell, as measured: corners of windows and triple points make more of them."""
SMALLEST_M3 = 2e-5
"""A crumb below this volume (a walnut) is dropped, and reported: too light to integrate, too small to see."""


@dataclass(frozen=True)
class Panel:
    """A wall, slab or roof slope: points are origin + u axis_u + v axis_v + w lift, (u, v) in the outline, w in 0..1.

    outline and holes: rings of (u, v); axis_u, axis_v, lift: (3,) world, metres for one unit of u, v, w.
    skin: which sides face the open air: "front" (w = 0), "back" (w = 1), "rim" (outline), "reveal" (edges of holes).
    trims: half-spaces (n, d) that the panel is cut to. detail: pieces are this much smaller than the material asks.
    grain: pieces are this much longer along u and v. cut: False leaves convex parts whole.
    """

    name: str
    material: str
    outline: tuple[tuple[float, float], ...]
    origin: tuple[float, float, float]
    axis_u: tuple[float, float, float]
    axis_v: tuple[float, float, float]
    lift: tuple[float, float, float]
    holes: tuple[tuple[tuple[float, float], ...], ...] = ()
    storey: int = 0
    skin: frozenset[str] = frozenset()
    fixed: bool = False
    trims: tuple[Plane, ...] = ()
    detail: float = 1.0
    grain: tuple[float, float] = (1.0, 1.0)
    bits: float = 0.3

    def polygon(self) -> Polygon:
        """Outline less holes and less what in-plane trims take, in (u, v)."""
        shape = shapely.Polygon(self.outline)
        for hole in self.holes:
            shape = shape.difference(shapely.Polygon(hole))
        for normal, offset in self.trims:
            if self._along(normal):
                shape = shape.intersection(self._half_plane(normal, offset))
        return shape

    def _along(self, normal: tuple[float, float, float]) -> bool:
        return abs(float(np.dot(normal, self.lift))) < 1e-9

    def _half_plane(self, normal: tuple[float, float, float], offset: float) -> Polygon:
        gradient = np.array([np.dot(normal, self.axis_u), np.dot(normal, self.axis_v)])
        room = offset - float(np.dot(normal, self.origin))
        squared = float(gradient @ gradient)
        if squared < 1e-18:
            return shapely.box(-1e4, -1e4, 1e4, 1e4) if room >= 0 else Polygon()
        foot = gradient * room / squared
        unit = gradient / squared**0.5
        along = np.array([-unit[1], unit[0]]) * 1e4
        return Polygon([foot - along, foot + along, foot + along - 1e4 * unit, foot - along - 1e4 * unit])

    def world(self, points: Floats) -> Floats:
        """(n,2) plane coordinates to (n,3) world at w = 0."""
        axes = np.array([self.axis_u, self.axis_v])
        return np.asarray(np.asarray(self.origin) + points @ axes)

    def volume_m3(self) -> float:
        """Volume before trims that run across the panel."""
        det = float(np.dot(np.cross(self.axis_u, self.axis_v), self.lift))
        return float(self.polygon().area) * abs(det)


@dataclass(frozen=True)
class ConvexSolid:
    """A convex block given by its corners (N,3), world metres; it falls into Voronoi cells of its material's size."""

    name: str
    material: str
    corners: tuple[tuple[float, float, float], ...]
    storey: int = 0
    skin: bool = False
    fixed: bool = False
    detail: float = 1.0


@dataclass(frozen=True)
class FractureReport:
    """What fracturing did: sizes, what overlapped at rest and was cut, what was too small to keep."""

    pieces: int
    size_factor: float
    volume_m3: float
    trimmed_m3: float
    trims: tuple[Trim, ...]
    dropped_m3: float
    dropped: tuple[str, ...] = field(default=())

    def said(self) -> str:
        """One line for the user."""
        cut = f"{self.trimmed_m3:.4f} m3 cut at {len(self.trims)} overlapping pairs" if self.trims else "no overlaps"
        lost = f", {1000 * self.dropped_m3:.1f} litres of splinters left out" if self.dropped_m3 >= 0.0001 else ""
        return f"broken into {self.pieces} pieces, {self.volume_m3:.1f} m3, {cut}{lost}"


def fracture(
    panels: Sequence[Panel], solids: Sequence[ConvexSolid] = (), seed: int = 0, budget: int = 1500
) -> tuple[Pieces, FractureReport]:
    """Break panels and solids into about `budget` convex pieces that do not overlap.

    Sizes follow the materials' `piece_size_m`, scaled by one factor to meet the budget (within about a tenth; a large
    building exceeds a small budget rather than break into slabs of several metres).
    The same arguments give the same bytes. Raises ValueError for a panel whose outline crosses itself.
    """
    for panel in panels:
        _checked(panel)
    wanted = budget
    for _ in range(3):
        factor = _first_factor(panels, wanted)
        chunks, dropped = _break_all(panels, solids, seed, factor)
        if abs(len(chunks) - budget) <= 0.1 * budget:
            break
        # the count from areas misses by some share; aim beside the budget by as much
        wanted = round(wanted * float(np.clip(budget / len(chunks), 0.4, 2.5)))
    before = _volume(chunks)
    chunks, trims = trim_overlaps(chunks)
    after = _volume(chunks)
    order = [*(p.name for p in panels), *(s.name for s in solids)]
    report = FractureReport(
        len(chunks),
        factor,
        after,
        before - after,
        tuple(trims),
        sum(d[1] for d in dropped),
        tuple(d[0] for d in dropped),
    )
    return pack(chunks, order), report


def _first_factor(panels: Sequence[Panel], budget: int) -> float:
    """A size factor that should meet the budget, from areas alone: cells are counted as in `crack`."""
    shapes = [(panel, polygon) for panel in panels for polygon in polygons(panel.polygon())]
    if not shapes:
        return 1.0
    area = np.array([polygon.area for _, polygon in shapes])
    bounds = np.array([polygon.bounds for _, polygon in shapes])
    extent = bounds[:, 2:] - bounds[:, :2]
    for factor in np.geomspace(0.3, 8.0, 60):
        cell = np.array([_cell(panel, float(factor)) for panel, _ in shapes])
        width = np.minimum((extent / cell).min(axis=1), 1.0)
        cells = np.maximum(area / cell.prod(axis=1) / np.maximum(width, 1e-9), 1.0)
        if SPLITS * cells.sum() <= budget:
            break
    return float(factor)


def _cell(panel: Panel, factor: float) -> tuple[float, float]:
    """Wanted extent of a cell along u and v, in the panel's own units.

    Cells stop growing at a size beyond which a collapse looks like a house of cards, even if the budget is exceeded.
    """
    base = MATERIALS[material_index(panel.material)].piece_size_m / panel.detail
    grows, most = (SEEN_GROWS, LARGEST_SEEN_M) if panel.detail >= 1.0 else (UNSEEN_GROWS, LARGEST_UNSEEN_M)
    size = min(base * factor**grows, max(most, base))
    grain, axes = panel.grain, (math.dist(panel.axis_u, ORIGIN), math.dist(panel.axis_v, ORIGIN))
    return size * grain[0] / axes[0], size * grain[1] / axes[1]


def _volume(chunks: Sequence[Chunk]) -> float:
    return float(volumes_m3([chunk.solid for chunk in chunks]).sum())


def _checked(panel: Panel) -> None:
    material_index(panel.material)
    if not shapely.Polygon(panel.outline).is_valid:
        raise ValueError(
            f"panel {panel.name!r}: its outline {panel.outline} crosses itself; order its corners around it"
        )


def _break_all(
    panels: Sequence[Panel], solids: Sequence[ConvexSolid], seed: int, factor: float
) -> tuple[list[Chunk], list[tuple[str, float]]]:
    chunks: list[Chunk] = []
    for panel in panels:
        chunks += _break_panel(panel, _stream(seed, panel.name), factor)
    for solid in solids:
        chunks += _break_solid(solid, _stream(seed, solid.name), factor)
    sizes = [float(v) for v in volumes_m3([chunk.solid for chunk in chunks])]
    dropped = [(c.part, s) for c, s in zip(chunks, sizes, strict=True) if s < SMALLEST_M3]
    return [c for c, s in zip(chunks, sizes, strict=True) if s >= SMALLEST_M3], dropped


def _stream(seed: int, name: str) -> np.random.Generator:
    """A random stream per panel, so that a change in one panel leaves the cracks of all others alone."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _break_panel(panel: Panel, rng: np.random.Generator, factor: float) -> list[Chunk]:
    material = material_index(panel.material)
    cell_uv, tied = _cell(panel, factor), MATERIALS[material].tied
    metres = math.dist(panel.axis_u, ORIGIN), math.dist(panel.axis_v, ORIGIN)
    chunks = []
    for shape in polygons(panel.polygon()):
        cells = crack(shape, cell_uv, rng, panel.bits)
        for cell in cells if tied else (part for whole in cells for part in snapped(whole, metres, rng)):
            solid = _swept(panel, shape, cell)
            if solid is not None:
                chunks.append(Chunk(solid, material, panel.name, panel.storey, panel.fixed))
    return chunks


def _swept(panel: Panel, shape: Polygon, cell: Polygon) -> Solid | None:
    ring = np.array(tidy(shapely.geometry.polygon.orient(cell).exterior.coords[:-1]))
    if len(ring) < 3:
        return None
    sides = [_kind(panel, "front"), _kind(panel, "back"), *_edge_kinds(panel, shape, ring)]
    solid: Solid | None = prism(panel.world(ring), np.asarray(panel.lift, dtype=np.float64), sides)
    for normal, offset in panel.trims:
        if solid is not None and not panel._along(normal):
            solid = clip(solid, np.asarray(normal), offset, INNER)
    return solid


def _kind(panel: Panel, side: str) -> int:
    return SKIN if side in panel.skin else INNER


def _edge_kinds(panel: Panel, shape: Polygon, ring: Floats) -> list[int]:
    """Each edge of a cell lies on the panel's outline, on a hole, or is a crack.

    One that does both (a crack that goes on in line with a window's side) counts as surface: what of it was hidden at
    rest shows no plate pixels anyway.
    """
    after = np.roll(ring, -1, axis=0)
    points = shapely.points(np.stack([ring + share * (after - ring) for share in (0.05, 0.5, 0.95)]))
    on_rim = (shapely.distance(shape.exterior, points) < 1e-6).any(axis=0)
    on_hole = np.zeros(len(ring), dtype=bool)
    for hole in shape.interiors:
        on_hole |= (shapely.distance(hole, points) < 1e-6).any(axis=0)
    rim, reveal = _kind(panel, "rim"), _kind(panel, "reveal")
    return [reveal if h else rim if r else FRACTURE for r, h in zip(on_rim, on_hole, strict=True)]


def _break_solid(block: ConvexSolid, rng: np.random.Generator, factor: float) -> list[Chunk]:
    material = material_index(block.material)
    size = MATERIALS[material].piece_size_m / block.detail * factor
    corners = np.asarray(block.corners, dtype=np.float64)
    whole = hull(corners, SKIN if block.skin else INNER)
    low, high = corners.min(axis=0), corners.max(axis=0)
    reach = np.maximum(np.minimum(high - low, size), 1e-6)
    count = max(1, round(volume_m3(whole) / float(np.prod(reach))))
    sites = low + (high - low) * rng.uniform(0.05, 0.95, (count, 3))
    samples = low + (high - low) * rng.random((60 * count, 3))
    for _ in range(6):
        owner = ((samples[:, None] - sites[None]) ** 2).sum(axis=2).argmin(axis=1)
        sites = np.array([samples[owner == i].mean(axis=0) if (owner == i).any() else s for i, s in enumerate(sites)])
    cells = (_voronoi_cell(whole, sites, i) for i in range(count))
    return [Chunk(cell, material, block.name, block.storey, block.fixed) for cell in cells if cell is not None]


def _voronoi_cell(whole: Solid, sites: Floats, index: int) -> Solid | None:
    cell: Solid | None = replace(whole)
    for j, site in enumerate(sites):
        if j != index and cell is not None:
            away = site - sites[index]
            away = away / np.linalg.norm(away)
            cell = clip(cell, away, float(away @ (site + sites[index]) / 2))
    return cell
