"""Cracks in the plane: a polygon with holes falls into convex cells, with small bits where three cracks meet.

Sites are spread evenly over the material (Lloyd's relaxation on samples), so cells have alike areas; their Voronoi
cells are cut to the polygon, and where a window leaves a cell a reflex corner the crack starts at that very corner.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import Polygon

from secondunit.physics.pieces import Floats

Point = tuple[float, float]
Corner = tuple[Point, Point, Point]

SAMPLES_PER_SITE = 40
LLOYD_ROUNDS = 5
REFLEX_RAD = 1e-6
"""A corner turning the wrong way by more than this (radians, roughly) is reflex."""
CRUMB_M2 = 1e-10
HALF_PLANE = 1e3
"""Half-planes are squares of this size, metres: larger than any building."""
BEAM_M, BEAM = 2.4, 2.5
"""Longer than this, and so many times longer than wide, is a beam: masonry of that shape snaps when it lands."""
BIT_SHARE = 0.28
"""Share of the way along each crack at which the small triangle at a triple point ends."""


def crack(polygon: Polygon, cell: tuple[float, float], rng: np.random.Generator, bits: float) -> list[Polygon]:
    """Convex cells that tile `polygon`.

    cell: wanted extent along u and v, in the polygon's units; bits: share of triple points that crumble.
    """
    scale = np.array(cell)
    work = shapely.transform(polygon, lambda points: points / scale)
    count = _cell_count(work)
    if count <= 1:
        cells = [work]
    else:
        sites = _spread(work, count, rng)
        cells = [work.intersection(cell) for cell in _voronoi(sites, work.bounds, bits, rng)]
    convex = [part for cell in cells for part in convex_parts(cell)]
    mended = _mend(convex, smallest=0.06)
    return [shapely.transform(cell, lambda points: points * scale) for cell in mended]


def snapped(cell: Polygon, metres: tuple[float, float], rng: np.random.Generator) -> list[Polygon]:
    """A convex cell, cut across until none of its parts is a beam. metres: what a unit of u and of v measures."""
    ring = np.array(cell.exterior.coords) * metres
    corners = np.array(shapely.oriented_envelope(Polygon(ring)).exterior.coords)
    sides = np.linalg.norm(np.diff(corners[:3], axis=0), axis=1)
    long, short = float(sides.max()), float(sides.min())
    if long <= max(BEAM_M, BEAM * short):
        return [cell]
    along = np.diff(corners[:3], axis=0)[int(sides.argmax())] / long
    across = np.array([-along[1], along[0]]) + rng.uniform(-0.2, 0.2) * along
    middle = corners[:4].mean(axis=0) + rng.uniform(-0.1, 0.1) * long * along
    halves = _half_planes([(tuple(middle), tuple(across))])[0]
    parts = [part for half in halves for part in polygons(Polygon(ring).intersection(half))]
    unit = [shapely.transform(part, lambda points: points / metres) for part in parts]
    return [short for part in unit for short in snapped(part, metres, rng)] if len(unit) > 1 else [cell]


def _cell_count(work: Polygon) -> int:
    """Cells of unit edge that a polygon holds; a strip narrower than one cell is cut along its length only."""
    x0, y0, x1, y1 = work.bounds
    width: float = max(min(x1 - x0, y1 - y0), 1e-9)
    area: float = work.area
    return max(1, round(area / min(width, 1.0)))


def _spread(work: Polygon, count: int, rng: np.random.Generator) -> Floats:
    """`count` sites, evenly spread over the polygon's material."""
    from scipy.spatial import cKDTree

    samples = _inside(work, SAMPLES_PER_SITE * count, rng)
    sites = samples[rng.permutation(len(samples))[:count]]
    for _ in range(LLOYD_ROUNDS):
        owner = cKDTree(sites).query(samples)[1]
        hits = np.bincount(owner, minlength=len(sites))
        moved = np.stack([np.bincount(owner, samples[:, k], len(sites)) for k in range(2)], axis=1)
        sites = np.where(hits[:, None] > 0, moved / np.maximum(hits, 1)[:, None], sites)
    jitter: Floats = rng.uniform(-0.12, 0.12, sites.shape)
    return sites + jitter


def _inside(work: Polygon, count: int, rng: np.random.Generator) -> Floats:
    x0, y0, x1, y1 = work.bounds
    box = max((x1 - x0) * (y1 - y0), 1e-12)
    step = (work.area / count) ** 0.5
    while True:
        nx, ny = max(1, round((x1 - x0) / step)), max(1, round((y1 - y0) / step))
        cell = np.stack(np.meshgrid(np.arange(nx), np.arange(ny), indexing="ij"), axis=-1).reshape(-1, 2)
        points = (cell + rng.uniform(0.1, 0.9, cell.shape)) * [(x1 - x0) / nx, (y1 - y0) / ny] + [x0, y0]
        points = points[shapely.contains_xy(work, points[:, 0], points[:, 1])]
        if len(points) >= count // 4 or step < 1e-4 * box**0.5:
            return np.asarray(points, dtype=np.float64)
        step *= 0.5


def _voronoi(sites: Floats, bounds: Sequence[float], bits: float, rng: np.random.Generator) -> list[Polygon]:
    """Voronoi cells of the sites, with a small triangle at some of the points where three cells meet."""
    from scipy.spatial import Voronoi

    x0, y0, x1, y1 = bounds
    far = 4.0 * max(x1 - x0, y1 - y0) + 4.0
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    ring = middle + far * np.array(
        [[1, 0.1], [-0.1, 1], [-1, -0.1], [0.1, -1], [0.9, 1], [-1, 0.9], [-0.9, -1], [1, -0.9]]
    )
    diagram = Voronoi(np.concatenate([sites, ring]))
    loops = [list(diagram.regions[diagram.point_region[i]]) for i in range(len(sites))]
    loops = [_turned(loop, diagram.vertices) for loop in loops]
    return _with_bits(loops, diagram.vertices, bits, rng)


def _turned(loop: list[int], vertices: Floats) -> list[int]:
    points = vertices[loop]
    area = float((points[:, 0] * np.roll(points[:, 1], -1) - points[:, 1] * np.roll(points[:, 0], -1)).sum())
    return loop if area > 0 else loop[::-1]


def _with_bits(loops: list[list[int]], vertices: Floats, bits: float, rng: np.random.Generator) -> list[Polygon]:
    """Cut the corner off each of three cells that meet at a chosen vertex, put a triangle there: all stay convex."""
    arms: dict[int, set[int]] = {}
    for loop in loops:
        for a, b in zip(loop, [*loop[1:], loop[0]], strict=True):
            arms.setdefault(a, set()).add(b)
            arms.setdefault(b, set()).add(a)
    shared = {v: sum(v in loop for loop in loops) for v in arms}
    chosen = [v for v in sorted(arms) if shared[v] == 3 and len(arms[v]) == 3 and rng.random() < bits]
    tip = {
        (v, w): vertices[v] + _reach(vertices[w] - vertices[v], rng) * (vertices[w] - vertices[v])
        for v in chosen
        for w in sorted(arms[v])
    }
    cells = [Polygon(_blunted(loop, vertices, tip)) for loop in loops]
    triangles = [Polygon([tip[v, w] for w in sorted(arms[v])]) for v in chosen]
    return [*cells, *(t for t in triangles if t.area > 0)]


def _reach(arm: Floats, rng: np.random.Generator) -> float:
    """How far along a crack the small triangle goes: never past the middle, never more than about half a cell."""
    length = float(np.linalg.norm(arm))
    return float(min(0.48, rng.uniform(0.8, 1.2) * BIT_SHARE / max(length, 1e-9)))


def _blunted(loop: list[int], vertices: Floats, tip: dict[tuple[int, int], Floats]) -> list[Floats]:
    points: list[Floats] = []
    for i, v in enumerate(loop):
        before, after = loop[i - 1], loop[(i + 1) % len(loop)]
        if (v, before) in tip:
            points += [tip[v, before], tip[v, after]]
        else:
            points.append(vertices[v])
    return points


def polygons(shape: Any) -> list[Polygon]:
    """The polygons of any shapely result, without crumbs."""
    if isinstance(shape, Polygon):
        return [shape] if shape.area > CRUMB_M2 else []
    return [p for part in getattr(shape, "geoms", []) for p in polygons(part)]


def convex_parts(shape: Any) -> list[Polygon]:
    """Split anything polygonal into convex polygons by lines through its reflex corners."""
    waiting, done = polygons(shape), []
    while waiting:
        polygon = waiting.pop()
        corners = _reflex(polygon)
        if not corners:
            ring = _rings(polygon)[0]  # without spikes of no width that intersections leave
            done += [Polygon(ring)] if len(ring) > 2 else []
            continue
        parts = _best_split(polygon, corners)
        if len(parts) > 1:
            waiting += parts
        else:  # a reflex corner too shallow to cut off anything: straighten it
            done.append(polygon.convex_hull)
    return done


def _rings(polygon: Polygon) -> list[list[Point]]:
    """Exterior counter-clockwise and holes clockwise, open, without repeated or straight corners."""
    turned = shapely.geometry.polygon.orient(polygon)
    return [tidy(ring.coords[:-1]) for ring in (turned.exterior, *turned.interiors)]


def tidy(ring: Sequence[Point]) -> list[Point]:
    """An open ring without vertices that repeat (closer than 1e-7) or lie on a straight edge."""
    ring = [p for i, p in enumerate(ring) if math.dist(p, ring[i - 1]) > 1e-7]
    kept = []
    for i, (x, y) in enumerate(ring):
        (x0, y0), (x1, y1) = ring[i - 1], ring[(i + 1) % len(ring)]
        ax, ay, bx, by = x - x0, y - y0, x1 - x, y1 - y
        if abs(ax * by - ay * bx) > 1e-9 * math.hypot(ax, ay) * math.hypot(bx, by):
            kept.append((x, y))
    return kept


def _reflex(polygon: Polygon) -> list[Corner]:
    """(corner, incoming direction, outgoing direction) of each reflex corner."""
    found: list[Corner] = []
    for ring in _rings(polygon):
        for i, (x, y) in enumerate(ring):
            before, after = _unit(ring[i - 1], (x, y)), _unit((x, y), ring[(i + 1) % len(ring)])
            if before[0] * after[1] - before[1] * after[0] < -REFLEX_RAD:
                found.append(((x, y), before, after))
    return found


def _unit(a: Point, b: Point) -> Point:
    length = math.dist(a, b)
    return (b[0] - a[0]) / length, (b[1] - a[1]) / length


def _best_split(polygon: Polygon, corners: list[Corner]) -> list[Polygon]:
    """Both sides of the best line through a reflex corner: few, compact, convex, not too small parts."""
    lines = [
        (corner, direction)
        for corner, before, after in corners[:3]
        for direction in (before, after, (before[0] + after[0], before[1] + after[1]))
        if math.hypot(*direction) > 1e-6
    ]
    parts, line = shapely.get_parts(shapely.intersection(polygon, _half_planes(lines)).ravel(), return_index=True)
    real = shapely.area(parts) > CRUMB_M2
    parts, line = parts[real], line[real] // 2
    quality = _quality(parts, line, len(lines))
    best = int(np.argmax(quality))
    return list(parts[line == best]) if quality[best] > -1e3 else []


def _half_planes(lines: list[tuple[Point, Point]]) -> npt.NDArray[np.object_]:
    """(N,2) polygons: what lies left and right of each line, as squares."""
    points, directions = (np.array(rows) for rows in zip(*lines, strict=True))
    along = directions / np.linalg.norm(directions, axis=1)[:, None] * HALF_PLANE
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    a, b = points - along, points + along
    left, right = np.stack([a, b, b + across, a + across], axis=1), np.stack([b, a, a - across, b - across], axis=1)
    squares: npt.NDArray[np.object_] = shapely.polygons(np.stack([left, right], axis=1))
    return squares


def _quality(parts: npt.NDArray[np.object_], line: npt.NDArray[np.intp], count: int) -> Floats:
    """(count,) how good the split by each line is; -1000 where it does not split. parts (M,) belong to line (M,)."""
    area = shapely.area(parts)
    compact = np.full(count, np.inf)
    np.minimum.at(compact, line, 12.566 * area / shapely.length(parts) ** 2)
    least = np.full(count, np.inf)
    np.minimum.at(least, line, area / area.sum() * count)  # every line's parts add up to the same whole
    pieces = np.bincount(line, minlength=count)
    convex = np.bincount(line, area / shapely.area(shapely.convex_hull(parts)), count) / np.maximum(pieces, 1)
    score = compact + 1.5 * np.minimum(least, 0.35) + 2.0 * convex - 0.2 * pieces
    return np.where(pieces > 1, score, -1e3)


def _mend(cells: list[Polygon], smallest: float) -> list[Polygon]:
    """Give slivers back to a neighbour and split the pair anew, where that helps. Areas in cells of unit edge."""
    cells = list(cells)
    for _ in range(len(cells)):
        index = next((i for i, cell in enumerate(cells) if _sliver(cell, smallest)), None)
        if index is None:
            break
        sliver = cells[index]
        partner = _partner(cells, index)
        if partner is None:
            smallest = min(smallest, sliver.area)
            continue
        gone, parts = partner
        cells = [cell for i, cell in enumerate(cells) if i not in (index, gone)] + parts
    return cells


def _sliver(cell: Polygon, smallest: float) -> bool:
    return bool(cell.area < smallest)


def _partner(cells: list[Polygon], index: int) -> tuple[int, list[Polygon]] | None:
    """The neighbour with whom a sliver splits best: the least part must at least double."""
    sliver = cells[index]
    tree = shapely.STRtree(cells)
    best: tuple[float, int, list[Polygon]] | None = None
    for j in sorted(int(k) for k in tree.query(sliver.buffer(1e-6))):
        if j == index or sliver.intersection(cells[j]).length < 1e-6:
            continue
        union = sliver.union(cells[j])
        if not isinstance(union, Polygon):
            continue
        parts = convex_parts(union)
        least = min(p.area for p in parts)
        if least > 2.0 * sliver.area and (best is None or least > best[0]):
            best = (least, j, parts)
    return None if best is None else (best[1], best[2])
