"""Walls, slabs, columns, beams, windows and stairs. Slabs reach to the outer face; all else stands between them.

Every joint is a plane where one panel ends and the next begins: front and back walls run through, side walls stand
between them, the spine walls between the side walls, cross walls between those. So nothing needs cutting later.
"""

from itertools import pairwise
from typing import Any

from secondunit.physics.fracture import Panel
from secondunit.tools.collapse.building_layout import (
    Level,
    cross_walls,
    large,
    levels,
    side_openings,
    spines,
    storey_openings,
)
from secondunit.tools.collapse.building_record import Building, Opening

OUT = frozenset({"front", "reveal"})
HIDDEN = 0.62
"""Detail of what the camera does not see: larger, fewer pieces."""
PANE_M, FRAME_M = 0.02, 0.07
DOOR = (0.95, 2.05)
WIDE_M = 1.9
"""Wider openings in masonry get a concrete lintel."""


def rectangle(u0: float, v0: float, u1: float, v1: float) -> tuple[tuple[float, float], ...]:
    """An upright rectangle as a ring."""
    return ((u0, v0), (u1, v0), (u1, v1), (u0, v1))


def along_x(
    name: str, material: str, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float], **more: Any
) -> Panel:
    """A wall parallel to the facade: outline in (x, z), its front the face at y[0]."""
    outline = rectangle(x[0], z[0], x[1], z[1])
    lift = (0.0, y[1] - y[0], 0.0)
    return Panel(name, material, outline, (0.0, y[0], 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), lift, **more)


def along_y(
    name: str, material: str, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float], **more: Any
) -> Panel:
    """A wall that runs into the building: outline in (y, z), its front the face at x[0]."""
    outline = rectangle(y[0], z[0], y[1], z[1])
    lift = (x[1] - x[0], 0.0, 0.0)
    return Panel(name, material, outline, (x[0], 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), lift, **more)


def flat(
    name: str, material: str, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float], **more: Any
) -> Panel:
    """A slab: outline in (x, y), its front the underside at z[0]."""
    outline = rectangle(x[0], y[0], x[1], y[1])
    lift = (0.0, 0.0, z[1] - z[0])
    return Panel(name, material, outline, (0.0, 0.0, z[0]), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), lift, **more)


def storey_panels(building: Building) -> list[Panel]:
    """All panels below the eaves."""
    panels: list[Panel] = []
    for level in levels(building):
        panels += _envelope(building, level)
        panels += _masonry(building, level) if building.construction == "masonry" else _frame(building, level)
        panels += _stairs(building, level)
        panels.append(_slab(building, level))
    return panels


def _slab(building: Building, level: Level) -> Panel:
    size = (0.0, building.width_m), (0.0, building.depth_m), (level.ceiling_m, level.slab_top_m)
    top = {"back"} if level.number == building.storeys - 1 else set()
    skin = frozenset({"rim", *top})
    return flat(f"slab {level.number + 1}", "concrete", *size, storey=level.number, skin=skin, detail=0.8, bits=0.2)


def _ring(opening: Opening) -> tuple[tuple[float, float], ...]:
    return rectangle(*opening)


def _envelope(building: Building, level: Level) -> list[Panel]:
    """Facade with its windows, back wall and side walls."""
    w, t, k = building.width_m, building.wall_m, level.number
    z = (level.floor_m, level.ceiling_m)
    front = storey_openings(building.openings, level, 0.0, w)
    lintels = [_lintel(o, level, w) for o in front if building.construction == "masonry" and o[2] - o[0] > WIDE_M]
    lintels = _apart(lintels, front)
    holes = tuple(_ring(o) for o in [*front, *lintels])
    facade = along_x(f"facade {k}", "brick", (0.0, w), (0.0, t), z, storey=k, holes=holes, skin=OUT | {"rim"})
    panels = [facade]
    for i, box in enumerate(lintels):
        x, high = (box[0], box[2]), (box[1], box[3])
        panels.append(along_x(f"lintel {k}.{i}", "concrete", x, (0.0, t), high, storey=k, skin=OUT, bits=0.0))
    panels += _hidden_walls(building, level)
    if building.glazed:
        panels += [p for i, o in enumerate(front) for p in _window(building, level, i, o)]
    return panels


def _hidden_walls(building: Building, level: Level) -> list[Panel]:
    w, d, t, k = building.width_m, building.depth_m, building.wall_m, level.number
    z = (level.floor_m, level.ceiling_m)
    windows = building.side_windows and not large(building)
    rear = side_openings(level, t, w - t) if windows else []
    sides = side_openings(level, t, d - t) if windows else []
    more: dict[str, Any] = {"storey": k, "detail": HIDDEN}
    back, left = frozenset({"back", "reveal", "rim"}), frozenset({"front", "reveal"})
    right = frozenset({"back", "reveal"})
    flank = tuple(_ring(o) for o in sides)
    return [
        along_x(f"back {k}", "brick", (0.0, w), (d - t, d), z, holes=tuple(map(_ring, rear)), skin=back, **more),
        along_y(f"left {k}", "brick", (0.0, t), (t, d - t), z, holes=flank, skin=left, **more),
        along_y(f"right {k}", "brick", (w - t, w), (t, d - t), z, holes=flank, skin=right, **more),
    ]


def _lintel(opening: Opening, level: Level, width: float) -> Opening:
    x0, _, x1, top = opening
    return (max(x0 - 0.25, 0.05), top, min(x1 + 0.25, width - 0.05), min(top + 0.35, level.ceiling_m))


def _apart(lintels: list[Opening], openings: list[Opening]) -> list[Opening]:
    """Lintels that neither meet each other nor cut into another opening."""
    kept: list[Opening] = []
    for box in lintels:
        others = [*kept, *(o for o in openings if abs(o[3] - box[1]) > 1e-9)]
        if all(o[2] <= box[0] or o[0] >= box[2] or o[3] <= box[1] or o[1] >= box[3] for o in others):
            kept.append(box)
    return kept


def _window(building: Building, level: Level, index: int, opening: Opening) -> list[Panel]:
    """Glass panes between upright timber frame strips, set back from the facade."""
    x0, z0, x1, z1 = opening
    back = min(0.15, 0.4 * building.wall_m)
    panes = max(1 if large(building) else 2, round((x1 - x0) / 1.2))
    pitch = (x1 - x0) / panes
    name = f"window {level.number}.{index}"
    more: dict[str, Any] = {"storey": level.number, "bits": 0.0, "detail": 0.35, "skin": frozenset({"front"})}
    panels = []
    for i in range(panes):
        left = x0 + i * pitch + (FRAME_M / 2 if i else 0.0)
        right = x0 + (i + 1) * pitch - (FRAME_M / 2 if i < panes - 1 else 0.0)
        panels.append(along_x(f"{name} pane {i}", "glass", (left, right), (back, back + PANE_M), (z0, z1), **more))
    for i in range(1, panes):
        x = (x0 + i * pitch - FRAME_M / 2, x0 + i * pitch + FRAME_M / 2)
        y = (back - 0.02, back + 0.05)
        panels.append(along_x(f"{name} frame {i}", "timber", x, y, (z0, z1), **more))
    return panels


def _doorway(
    building: Building, middle: float, level: Level, room: tuple[float, float]
) -> tuple[tuple[tuple[float, float], ...], ...]:
    half = DOOR[0] / 2
    top = level.floor_m + DOOR[1]
    if large(building) or room[1] - room[0] < DOOR[0] + 0.8 or top > level.ceiling_m - 0.15:
        return ()
    middle = min(max(middle, room[0] + half + 0.3), room[1] - half - 0.3)
    return (rectangle(middle - half, level.floor_m, middle + half, top),)


def _masonry(building: Building, level: Level) -> list[Panel]:
    """Spine walls from side to side, cross walls between facade, spines and back wall, each with a door."""
    w, d, t, k = building.width_m, building.depth_m, building.wall_m, level.number
    half, z = building.inner_wall_m / 2, (level.floor_m, level.ceiling_m)
    more: dict[str, Any] = {"storey": k, "detail": HIDDEN}
    rows, columns = spines(building), cross_walls(building)
    panels = []
    stops = [t, *columns, w - t]
    for j, row in enumerate(rows):
        doors = tuple(
            door for a, b in pairwise(stops) for door in _doorway(building, (a + b) / 2, level, (a + half, b - half))
        )
        panels.append(along_x(f"spine {k}.{j}", "brick", (t, w - t), (row - half, row + half), z, holes=doors, **more))
    stands = [(0.0, t), *((y - half, y + half) for y in rows), (d - t, d)]
    for i, x in enumerate(columns):
        for j, (near, far) in enumerate(pairwise(stands)):
            y = (near[1], far[0])
            door = _doorway(building, y[0] + 0.3 * (y[1] - y[0]), level, y)
            panels.append(along_y(f"cross {k}.{i}.{j}", "brick", (x - half, x + half), y, z, holes=door, **more))
    return panels


def _frame(building: Building, level: Level) -> list[Panel]:
    """Columns behind the facade and inside, beams between them under the slab, light partitions."""
    xs, ys = column_grid(building)
    half, k, z = building.column_m / 2, level.number, (level.floor_m, level.ceiling_m)
    bw = min(0.15, half)
    beam = (level.ceiling_m - min(building.beam_m, 0.3 * level.clear_m), level.ceiling_m)
    post: dict[str, Any] = {"storey": k, "bits": 0.0, "detail": 1.3}
    span: dict[str, Any] = {"storey": k, "bits": 0.0, "detail": 1.0, "grain": (1.4, 1.0)}
    panels = []
    for i, x in enumerate(xs):
        for j, y in enumerate(ys):
            box = (x - half, x + half), (y - half, y + half), z
            panels.append(along_x(f"column {k}.{i}.{j}", "concrete", *box, **post))
    for j, y in enumerate(ys):
        for i, (a, b) in enumerate(pairwise(xs)):
            box = (a + half, b - half), (y - bw, y + bw), beam
            panels.append(along_x(f"beam x {k}.{i}.{j}", "concrete", *box, **span))
    for i, x in enumerate(xs):
        for j, (a, b) in enumerate(pairwise(ys)):
            box = (x - bw, x + bw), (a + half, b - half), beam
            panels.append(along_y(f"beam y {k}.{i}.{j}", "concrete", *box, **span))
            if 0 < i < len(xs) - 1:
                door = _doorway(building, a + half + 1.0, level, (a + half, b - half))
                low = (level.floor_m, beam[0])
                more: dict[str, Any] = {"storey": k, "detail": HIDDEN, "holes": door}
                panels.append(along_y(f"partition {k}.{i}.{j}", "plaster", (x - 0.06, x + 0.06), box[1], low, **more))
    return panels


def column_grid(building: Building) -> tuple[list[float], list[float]]:
    """x and y of the column rows' middles: the outer rows touch the infill walls from inside."""
    edge = building.wall_m + building.column_m / 2
    xs = [edge, *cross_walls(building), building.width_m - edge]
    ys = [edge, *spines(building), building.depth_m - edge]
    return xs, ys


def _stairs(building: Building, level: Level) -> list[Panel]:
    """One straight flight from slab to slab in the middle of the building, standing free of all walls."""
    if not building.stairs or level.clear_m < 2.0:
        return []
    bay = _stair_bay(building)
    if bay is None:
        return []
    (x0, x1), (y0, y1) = bay
    rise = level.clear_m + 0.5
    slope = rise / (y1 - y0)
    outline = rectangle(x0, y0, x1, y1)
    trims = (((0.0, 0.0, -1.0), -level.floor_m), ((0.0, 0.0, 1.0), level.ceiling_m))
    origin = (0.0, 0.0, level.floor_m - 0.25 - slope * y0)
    axis_v, lift = (0.0, 1.0, slope), (0.0, 0.0, 0.3)
    return [
        Panel(
            f"stairs {level.number}", "concrete", outline, origin, (1.0, 0.0, 0.0), axis_v, lift,
            storey=level.number, trims=trims, bits=0.0, detail=0.8,
        )
    ]  # fmt: skip


def _stair_bay(building: Building) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Free floor of about 1.2 m by 4 m beside an inner wall, on the back side."""
    if building.construction == "masonry":
        edge, inner = building.wall_m, building.inner_wall_m / 2
        xs = [edge - inner, *cross_walls(building), building.width_m - edge + inner]
        ys = [edge - inner, *spines(building), building.depth_m - edge + inner]
    else:
        inner = building.column_m / 2
        xs, ys = column_grid(building)
    column = len(xs) // 2 - 1
    x0, y0, y1 = xs[column] + inner + 0.3, ys[-2] + inner + 0.15, ys[-1] - inner - 0.15
    if xs[column + 1] - inner - 0.3 < x0 + 1.2 or y1 - y0 < 2.6:
        return None
    return (x0, x0 + 1.2), (y0, min(y1, y0 + 4.5))
