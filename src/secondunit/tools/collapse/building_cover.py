"""Make the model cover the matte: the roof's kind from the outline above the eaves, crests for what sticks out of it.

Everything is measured on the facade plane: a matte pixel becomes the point (x, z), metres, where its ray meets y = 0.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import shapely

from secondunit.physics.fracture import Panel
from secondunit.schema.camera import Camera
from secondunit.tools.collapse.building_record import Building, Crest, Roof
from secondunit.tools.collapse.building_roof import roof_panels
from secondunit.tools.collapse.building_walls import along_x, along_y
from secondunit.vision.camera import project, rays

Floats = npt.NDArray[np.float64]
SAMPLES = 250_000
BIN_M = 0.2
FLAT_M = 1.7
"""An outline that stays this low above the eaves is a parapet, a higher one a roof."""
STEEP = 1.35
"""Slopes beyond this (53 degrees) are built as a mansard."""
MARGIN_M = 0.08
ENOUGH = 0.9985
MOST_CRESTS = 14
WING_REACH = 0.35
DEEPER_M = 2.0
LEAST_WING_M = 0.12


@dataclass(frozen=True)
class Outline:
    """The matte on a coarse grid: every `step`-th plate pixel.

    mask (h,w): matte above the ground line and near the facade. pixels (N,2): continuous plate pixels of its samples;
    plane (N,2): their x, z on the facade plane, metres. height_m (h,w): z of every grid cell there, NaN beside it.
    """

    camera: Camera
    step: int
    mask: npt.NDArray[np.bool_]
    pixels: Floats
    plane: Floats
    height_m: Floats


def outline_of(alpha: npt.NDArray[np.float32], camera: Camera, width_m: float) -> Outline:
    """Samples of the matte (alpha > 0.5) in front of the camera, above the ground line and near the facade."""
    step = max(1, int(np.ceil((alpha.size / SAMPLES) ** 0.5)))
    coarse = alpha[::step, ::step] > 0.5
    rows, columns = np.indices(coarse.shape).reshape(2, -1)
    pixels = np.stack([columns * step + 0.5, rows * step + 0.5], axis=1).astype(np.float64)
    plane = on_plane(camera, pixels)
    reach = max(6.0, WING_REACH * width_m)
    near = (plane[:, 1] > 0.02) & (plane[:, 0] > -reach) & (plane[:, 0] < width_m + reach)
    mask = coarse & near.reshape(coarse.shape)
    chosen = mask.ravel()
    height = np.where(near, plane[:, 1], np.nan).reshape(coarse.shape)
    return Outline(camera, step, mask, pixels[chosen], plane[chosen], height)


def on_plane(camera: Camera, pixels: Floats, axis: int = 1, at: float = 0.0) -> Floats:
    """The two other world coordinates where rays meet the plane world[axis] = at; NaN where they never do."""
    direction = rays(camera, pixels)
    position = np.asarray(camera.position_m)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = (at - position[axis]) / direction[:, axis]
    distance = np.where(distance > 0, distance, np.nan)
    points = position + distance[:, None] * direction
    return np.asarray(np.delete(points, axis, axis=1))


def side_depth(outline: Outline, width_m: float, height_m: float) -> float | None:
    """How deep the matte shows the visible side wall to be, metres, or None when the camera sees none."""
    x = float(outline.camera.position_m[0])
    if 0.0 <= x <= width_m:
        return None
    at = 0.0 if x < 0 else width_m
    beyond = outline.plane[:, 0] < -0.1 if x < 0 else outline.plane[:, 0] > width_m + 0.1
    if beyond.sum() < 50:
        return None
    wall = on_plane(outline.camera, outline.pixels[beyond], axis=0, at=at)
    wall = wall[(wall[:, 1] > 0.1 * height_m) & (wall[:, 1] < 0.95 * height_m) & (wall[:, 0] > 0)]
    return float(np.percentile(wall[:, 0], 97)) if len(wall) > 50 else None


def choose_roof(building: Building, outline: Outline) -> Roof:
    """The roof, of some kinds and heights, whose outline differs least from the matte's above the eaves."""
    above = _profile(outline.plane, 0.0, building.width_m) - building.height_m
    above = np.maximum(np.nan_to_num(above, nan=0.0), 0.0)
    smooth = _median(above, max(1.5, building.width_m / 12))
    inner = smooth[len(smooth) // 8 : -(len(smooth) // 8) or None]
    parapet = round(float(np.percentile(inner, 25)) + 0.02, 3)
    if float(np.percentile(inner, 90)) < FLAT_M:
        return Roof(kind="flat", parapet_m=parapet)
    runs = _insets(building, outline, smooth)
    candidates = [Roof(kind="gable-front", rise_m=round(float(smooth.max()), 3))] if smooth.max() > 1.5 else []
    if parapet < FLAT_M:
        candidates.append(Roof(kind="flat", parapet_m=parapet))
    for share in (70, 50, 30, 15):
        ridge = float(np.percentile(inner, share))
        if ridge > 0.5:
            candidates += _pitched(building, outline, ridge, runs)
    return min(candidates, key=lambda roof: _misfit(building.model_copy(update={"roof": roof}), outline))


def _misfit(building: Building, outline: Outline) -> float:
    """Grid cells above the eaves that only the proxies or only the matte fill; what stands out counts more."""
    proxies = shown(building, outline)
    sky = outline.height_m > building.height_m
    over, under = proxies & ~outline.mask & sky, outline.mask & ~proxies & sky
    return 1.5 * float(over.sum()) + float(under.sum())


def _profile(plane: Floats, left: float, right: float) -> Floats:
    """Highest z of the samples in each bin of x; NaN where there are none."""
    count = max(4, round((right - left) / BIN_M))
    index = np.floor((plane[:, 0] - left) / (right - left) * count).astype(int)
    inside = (index >= 0) & (index < count)
    top = np.full(count, -np.inf)
    np.maximum.at(top, index[inside], plane[inside, 1])
    return np.where(np.isfinite(top), top, np.nan)


def _median(values: Floats, window_m: float) -> Floats:
    """Running median: chimneys and finials narrower than half the window vanish."""
    half = max(1, round(window_m / BIN_M / 2))
    padded = np.pad(values, half, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1))


def _pitched(building: Building, outline: Outline, ridge_m: float, runs: tuple[float, float]) -> list[Roof]:
    """Gable, hip and mansard whose ridges show `ridge_m` above the eaves on the facade plane; none too steep."""
    half = building.depth_m / 2
    rise = _behind(building, outline, ridge_m, half)
    roofs = []
    if rise / half < STEEP:
        roofs.append(Roof(kind="gable", rise_m=round(rise, 3)))
        left, right = (round(run or min(half, 0.4 * building.width_m), 3) for run in runs)
        roofs.append(Roof(kind="hip", rise_m=round(rise, 3), hip_left_m=left, hip_right_m=right))
    for run in {round(min(max(r, 0.8), 0.25 * building.depth_m), 3) for r in (ridge_m / 3.0, ridge_m / 1.6)}:
        high = _behind(building, outline, ridge_m, run)
        if high / run > 1.0:
            flat = {"break_run_m": run, "break_rise_m": round(high, 3)}
            roofs.append(Roof(kind="mansard", rise_m=round(high + 0.1 * (half - run), 3), **flat))
    return roofs


def _insets(building: Building, outline: Outline, above: Floats) -> tuple[float, float]:
    """Runs of the hips at both ends; the end at which the camera sees the side wall repeats the other."""
    ridge = float(np.percentile(above, 60))
    left, right = _inset(above, ridge), _inset(above[::-1], ridge)
    x = float(outline.camera.position_m[0])
    if x < 0:
        left = right
    if x > building.width_m:
        right = left
    return left, right


def _behind(building: Building, outline: Outline, above_m: float, depth_m: float) -> float:
    """Height above the eaves at a depth that shows `above_m` above them on the facade plane."""
    _, y, z = outline.camera.position_m
    grown = (depth_m - y) / -y
    return float(max(z + (building.height_m + above_m - z) * grown - building.height_m, 0.3))


def _inset(above: Floats, ridge_m: float) -> float:
    """How far from an end the outline reaches the ridge: a hip's run, 0 for a gable."""
    reached = np.flatnonzero(above > 0.7 * ridge_m)
    run = float(reached[0]) * BIN_M / 0.7 if len(reached) else 0.0
    return run if run > 1.2 else 0.0


def shown(building: Building, outline: Outline) -> npt.NDArray[np.bool_]:
    """(h,w) grid cells that the building's proxies cover; windows count as covered, they hold glass."""
    picture = np.zeros(outline.mask.shape, np.uint8)
    for panel in _shell(building):
        _draw(picture, panel, outline)
    return picture > 0


def _shell(building: Building) -> list[Panel]:
    w, d, h, t = building.width_m, building.depth_m, building.height_m, building.wall_m
    walls = [
        along_x("front", "brick", (0.0, w), (0.0, t), (0.0, h)),
        along_x("back", "brick", (0.0, w), (d - t, d), (0.0, h)),
        along_y("left", "brick", (0.0, t), (0.0, d), (0.0, h)),
        along_y("right", "brick", (w - t, w), (0.0, d), (0.0, h)),
    ]
    return [*walls, *roof_panels(building)]


def _draw(picture: npt.NDArray[np.uint8], panel: Panel, outline: Outline) -> None:
    for shape in [p for p in getattr(panel.polygon(), "geoms", [panel.polygon()]) if p.geom_type == "Polygon"]:
        ring = panel.world(np.asarray(shape.exterior.coords))
        ring = _under(panel, ring)
        loops = (ring, _under(panel, ring + np.asarray(panel.lift)))
        front, back = (project(outline.camera, points) for points in loops)
        if not (np.isfinite(front).all() and np.isfinite(back).all()):
            continue
        quads = [np.stack([front[i], front[i + 1], back[i + 1], back[i]]) for i in range(len(front) - 1)]
        for loop in (front, back, *quads):
            fixed = np.clip(np.round((loop - 0.5) / outline.step * 16), -(2**27), 2**27).astype(np.int32)
            cv2.fillPoly(picture, [fixed], 255, shift=4)


def _under(panel: Panel, points: Floats) -> Floats:
    """Points of a panel that its trims cut off move straight up or down onto the trimming plane."""
    for normal, offset in panel.trims:
        over = points @ np.asarray(normal) - offset
        steep = normal[2]
        if abs(steep) > 1e-9:
            points = points - np.where(over > 0, over / steep, 0.0)[:, None] * np.array([0.0, 0.0, 1.0])
    return points


def coverage(building: Building, outline: Outline) -> float:
    """Share of the matte above the ground line that the proxies cover."""
    return float(shown(building, outline)[outline.mask].mean()) if outline.mask.any() else 1.0


def overshoot_m(building: Building, outline: Outline) -> float:
    """By how much the proxies rise above the matte on the facade plane: the 90th percentile over its width, metres."""
    cells = shown(building, outline)
    rows, columns = np.nonzero(cells)
    pixels = np.stack([columns, rows], axis=1) * outline.step + 0.5
    plane = on_plane(outline.camera, pixels.astype(np.float64))
    proxy = _profile(plane[np.isfinite(plane).all(axis=1)], 0.0, building.width_m)
    matte = _profile(outline.plane, 0.0, building.width_m)
    over = np.maximum(proxy, building.height_m) - np.maximum(np.nan_to_num(matte, nan=0.0), building.height_m)
    return float(np.nanpercentile(over, 90)) if np.isfinite(over).any() else 0.0


def deepened(building: Building, outline: Outline) -> Building:
    """Up to DEEPER_M more depth where the matte goes on behind the visible side wall: a cornice, a gutter."""
    x = float(outline.camera.position_m[0])
    if 0.0 <= x <= building.width_m:
        return building
    at, beyond = (0.0, outline.plane[:, 0] < 0) if x < 0 else (building.width_m, outline.plane[:, 0] > building.width_m)
    bare = ~shown(building, outline)[outline.mask] & beyond
    depth = on_plane(outline.camera, outline.pixels[bare], axis=0, at=at)[:, 0]
    depth = depth[(depth > building.depth_m) & (depth < building.depth_m + DEEPER_M)]
    return building.model_copy(update={"depth_m": round(float(depth.max()), 3)}) if len(depth) else building


@dataclass(frozen=True)
class Face:
    """Where crests may stand: "roof", a visible "side", or a "wing" beside the facade; span of x (of y on a side)."""

    kind: str
    side: str
    at_m: float
    span: tuple[float, float]

    @property
    def bins(self) -> int:
        """Cells of its profile."""
        return max(4, round((self.span[1] - self.span[0]) / BIN_M))

    def flat(self, outline: Outline, bare: npt.NDArray[np.bool_]) -> Floats:
        """(N,2) what is bare as seen on this face's plane."""
        if self.kind != "side":
            return outline.plane[bare]
        beyond = outline.plane[:, 0] < 0 if self.side == "left" else outline.plane[:, 0] > self.at_m
        return on_plane(outline.camera, outline.pixels[bare & beyond], axis=0, at=self.at_m)


def cover(building: Building, outline: Outline) -> Building:
    """Add crests on the roof, crests on a visible side wall and wings beside the facade until the matte is covered."""
    faces = _faces(building, outline)
    tops = {face: np.full(face.bins, -np.inf) for face in faces}
    lows = {face: np.full(face.bins, np.inf) for face in faces}
    for _ in range(4):
        bare = ~shown(building, outline)[outline.mask]
        if bare.sum() <= (1.0 - ENOUGH) * len(outline.plane):
            break
        for face in faces:
            points = face.flat(outline, bare)
            tops[face] = np.fmax(tops[face], np.nan_to_num(_profile(points, *face.span), nan=-np.inf))
            lower = _profile(points * [1.0, -1.0], *face.span)
            lows[face] = np.fmin(lows[face], -np.nan_to_num(lower, nan=-np.inf))
        building = _crested(building, tops, lows)
    return building


def _faces(building: Building, outline: Outline) -> list[Face]:
    """The roof's front, and each end: a crest on the side wall that the camera sees, else a wing."""
    x, reach = float(outline.camera.position_m[0]), max(6.0, WING_REACH * building.width_m)
    faces = [Face("roof", "front", 0.0, (0.0, building.width_m))]
    for side, at, outward in (("left", 0.0, -reach), ("right", building.width_m, reach)):
        seen = x < 0 if side == "left" else x > building.width_m
        span = (0.0, building.depth_m) if seen else (min(at, at + outward), max(at, at + outward))
        faces.append(Face("side" if seen else "wing", side, at, span))
    return faces


def _crested(building: Building, tops: dict[Face, Floats], lows: dict[Face, Floats]) -> Building:
    crests: list[Crest] = []
    for face, need in tops.items():
        start = face.span[0]
        if face.kind == "side":  # the front's crests keep the corner
            start = max([0.0, *(c.depth_m for c in crests if abs(_near_end(c, face.side) - face.at_m) < 1.2)])
        crests += _crests(building, face, need, lows[face], start)
    crests = sorted(crests, key=lambda c: -_size(c))[:MOST_CRESTS]
    return building.model_copy(update={"crests": tuple(sorted(crests, key=lambda c: (c.side, c.span_m)))})


def _near_end(crest: Crest, side: str) -> float:
    return crest.span_m[0] if side == "left" else crest.span_m[1]


def _size(crest: Crest) -> float:
    xs, zs = np.array(crest.profile).T
    return float(np.trapezoid(zs - crest.base_m, xs))


def _crests(building: Building, face: Face, need: Floats, low: Floats, start: float) -> list[Crest]:
    """Groups of neighbouring bins that need covering, each as one crest or wing."""
    width = (face.span[1] - face.span[0]) / len(need)
    wanted = np.isfinite(need) & (face.span[0] + width * np.arange(len(need)) >= start - 1e-9)
    if face.kind == "side":
        wanted &= need > building.height_m
    filled = np.flatnonzero(wanted)
    if not len(filled):
        return []
    groups = np.split(filled, np.flatnonzero(np.diff(filled) > 3) + 1)
    if face.kind == "wing":
        groups = _attached(groups, len(need), at_end=face.side == "left")
        high = low > 0.5 * building.height_m  # an overhang is one thing, what reaches down beside the facade another
        groups = [part for g in groups for part in np.split(g, np.flatnonzero(np.diff(high[g])) + 1)]
        groups = [g for g in groups if len(g) * width >= LEAST_WING_M]
    return [_crest(building, face, need, low, (int(g[0]), int(g[-1]))) for g in groups]


def _attached(groups: list[npt.NDArray[np.intp]], count: int, at_end: bool) -> list[npt.NDArray[np.intp]]:
    """Only the wing that touches the facade's end: what stands apart is no part of this building."""
    touching = [g for g in groups if (g[-1] >= count - 3 if at_end else g[0] <= 2)]
    return [np.append(g, count - 1) if at_end else np.append(0, g) for g in touching[:1]]


def _crest(building: Building, face: Face, need: Floats, low: Floats, group: tuple[int, int]) -> Crest:
    first, last = group
    base = building.height_m
    if face.kind == "wing":  # an overhang that starts high stays high, anything else stands on the ground
        lowest = float(low[first : last + 1].min()) - 0.3
        base = min(lowest, building.height_m - 0.5) if lowest > 0.5 * building.height_m else 0.0
    tops = np.nan_to_num(need[first : last + 1], neginf=base)
    tops = np.maximum.reduce([tops, np.append(tops[1:], base), np.append(base, tops[:-1])]) + MARGIN_M
    edges = np.linspace(*face.span, len(need) + 1)[first : last + 2]
    heights = np.maximum(np.append(tops, base), np.append(base, tops))
    long, high = float(edges[-1] - edges[0]), float(heights.max() - base)
    hollow = face.kind == "roof" and long > 2.5 and high > 1.5
    profile = _simplified(edges, np.maximum(heights, base + (0.8 if hollow else 0.15)))
    depth = min(max(0.5 * long, 0.35), 1.0 if high > 1.2 else 0.45)
    if face.kind != "roof":
        depth = building.wall_m
    if hollow:
        depth = min(max(0.6 * long, 2.5), 0.5 * building.depth_m)
    side = face.side if face.kind == "side" else "front"
    return Crest.read(profile=profile, base_m=round(base, 4), depth_m=round(depth, 3), hollow=hollow, side=side)


def _simplified(xs: Floats, zs: Floats) -> tuple[tuple[float, float], ...]:
    """A polyline of few corners that stays above all the given points; its ends stay where they are to the bit."""
    line = shapely.LineString(np.stack([xs, zs], axis=1)).simplify(0.3)
    corner_x, corner_z = np.asarray(line.coords).T
    lift = max(float(np.max(zs - np.interp(xs, corner_x, corner_z))), 0.0)
    return tuple((float(x), round(float(z) + lift, 4)) for x, z in zip(corner_x, corner_z, strict=True))
