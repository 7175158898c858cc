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
LEAST_WING_M = 0.12


@dataclass(frozen=True)
class Outline:
    """Matte samples: pixels (N,2) continuous, rows and columns (N,), plane (N,2) = x, z on the facade plane."""

    camera: Camera
    shape: tuple[int, int]
    pixels: Floats
    plane: Floats

    @property
    def cells(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Row and column of each sample."""
        return self.pixels[:, 1].astype(np.int64), self.pixels[:, 0].astype(np.int64)


def outline_of(alpha: npt.NDArray[np.float32], camera: Camera, width_m: float) -> Outline:
    """Samples of the matte (alpha > 0.5) in front of the camera, above the ground line and near the facade."""
    step = max(1, int(np.ceil((alpha.size / SAMPLES) ** 0.5)))
    rows, columns = np.nonzero(alpha[::step, ::step] > 0.5)
    pixels = np.stack([columns * step + 0.5, rows * step + 0.5], axis=1).astype(np.float64)
    plane = on_plane(camera, pixels)
    reach = max(6.0, WING_REACH * width_m)
    near = (plane[:, 1] > 0.02) & (plane[:, 0] > -reach) & (plane[:, 0] < width_m + reach)
    return Outline(camera, (alpha.shape[0], alpha.shape[1]), pixels[near], plane[near])


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
    """Kind and size of the roof whose outline fits the matte above the eaves without passing it much."""
    above = _profile(outline.plane, 0.0, building.width_m) - building.height_m
    above = np.maximum(np.nan_to_num(above, nan=0.0), 0.0)
    smooth = _median(above, max(1.5, building.width_m / 12))
    inner = smooth[len(smooth) // 8 : -(len(smooth) // 8) or None]
    usual, spread = float(np.median(inner)), float(np.percentile(inner, 90) - np.percentile(inner, 10))
    if usual < FLAT_M and not (spread > 1.5 and _triangular(smooth)):
        return Roof(kind="flat", parapet_m=round(float(np.percentile(inner, 25)) + 0.02, 3))
    if _triangular(smooth):
        return Roof(kind="gable-front", rise_m=round(float(smooth.max()), 3))
    candidates = [_pitched(building, outline, smooth, float(np.percentile(inner, share))) for share in (50, 30, 15)]
    for roof in candidates:
        trial = building.model_copy(update={"roof": roof, "crests": ()})
        if overshoot_m(trial, outline) < 1.5:
            return roof
    return candidates[-1]


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


def _triangular(above: Floats) -> bool:
    """Whether the outline is one gable that faces the camera."""
    peak = float(above.max())
    if peak < 1.5:
        return False
    at = [float(above[int(share * (len(above) - 1))]) / peak for share in (0.06, 0.27, 0.5, 0.73, 0.94)]
    return at[0] < 0.4 and at[4] < 0.4 and at[2] > 0.85 and abs(at[1] - 0.5) < 0.22 and abs(at[3] - 0.5) < 0.22


def _pitched(building: Building, outline: Outline, above: Floats, ridge_m: float) -> Roof:
    """A gable, hip or mansard whose ridge shows `ridge_m` above the eaves on the facade plane."""
    rise = _behind(building, outline, ridge_m, building.depth_m / 2)
    left, right = _inset(above, ridge_m), _inset(above[::-1], ridge_m)
    if rise / (building.depth_m / 2) > STEEP:
        run = min(max(rise / 3.0, 0.8), 0.25 * building.depth_m)
        high = _behind(building, outline, ridge_m, run)
        return Roof(
            kind="mansard", rise_m=round(high + 0.4, 3), break_run_m=round(run, 3), break_rise_m=round(high, 3)
        )
    hips = {"hip_left_m": round(left, 3), "hip_right_m": round(right, 3)}
    if left + right > 0:
        return Roof(kind="hip", rise_m=round(rise, 3), **hips)
    return Roof(kind="gable", rise_m=round(rise, 3))


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


def shown(building: Building, camera: Camera, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """(H,W) plate pixels that the building's proxies cover; windows count as covered, they hold glass."""
    picture = np.zeros(shape, np.uint8)
    for panel in _shell(building):
        _draw(picture, panel, camera)
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


def _draw(picture: npt.NDArray[np.uint8], panel: Panel, camera: Camera) -> None:
    for shape in [p for p in getattr(panel.polygon(), "geoms", [panel.polygon()]) if p.geom_type == "Polygon"]:
        ring = panel.world(np.asarray(shape.exterior.coords))
        ring = _under(panel, ring)
        front, back = (project(camera, points) for points in (ring, _under(panel, ring + np.asarray(panel.lift))))
        if not (np.isfinite(front).all() and np.isfinite(back).all()):
            continue
        quads = [np.stack([front[i], front[i + 1], back[i + 1], back[i]]) for i in range(len(front) - 1)]
        for loop in (front, back, *quads):
            fixed = np.clip(np.round((loop - 0.5) * 16), -(2**27), 2**27).astype(np.int32)
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
    """Share of the matte's samples above the ground line that the proxies cover."""
    if not len(outline.pixels):
        return 1.0
    return float(shown(building, outline.camera, outline.shape)[outline.cells].mean())


def overshoot_m(building: Building, outline: Outline) -> float:
    """By how much the proxies rise above the matte on the facade plane: the 90th percentile over its width, metres."""
    rows, columns = np.nonzero(shown(building, outline.camera, outline.shape)[::4, ::4])
    plane = on_plane(outline.camera, np.stack([columns * 4 + 0.5, rows * 4 + 0.5], axis=1).astype(np.float64))
    proxy = _profile(plane[np.isfinite(plane).all(axis=1)], 0.0, building.width_m)
    matte = _profile(outline.plane, 0.0, building.width_m)
    over = np.maximum(proxy, building.height_m) - np.maximum(np.nan_to_num(matte, nan=0.0), building.height_m)
    return float(np.nanpercentile(over, 90))


def cover(building: Building, outline: Outline) -> Building:
    """Add crests and wings until the proxies cover the matte."""
    reach = max(6.0, WING_REACH * building.width_m)
    spans = {"left": (-reach, 0.0), "roof": (0.0, building.width_m), "right": (building.width_m, building.width_m + reach)}
    need = {name: np.full(max(4, round((b - a) / BIN_M)), -np.inf) for name, (a, b) in spans.items()}
    for _ in range(4):
        bare = outline.plane[~shown(building, outline.camera, outline.shape)[outline.cells]]
        if len(bare) <= (1.0 - ENOUGH) * len(outline.plane):
            break
        for name, (a, b) in spans.items():
            need[name] = np.fmax(need[name], np.nan_to_num(_profile(bare, a, b), nan=-np.inf))
        crests = [c for name, span in spans.items() for c in _crests(building, need[name], span, name == "roof")]
        crests = sorted(crests, key=lambda c: -_size(c))[:MOST_CRESTS]
        building = building.model_copy(update={"crests": tuple(sorted(crests, key=lambda c: c.span_m))})
    return building


def _size(crest: Crest) -> float:
    xs, zs = np.array(crest.profile).T
    return float(np.trapezoid(zs - crest.base_m, xs))


def _crests(building: Building, need: Floats, span: tuple[float, float], on_roof: bool) -> list[Crest]:
    """Groups of neighbouring bins that need covering, each as one crest (on the roof) or wing (beside it)."""
    width = (span[1] - span[0]) / len(need)
    filled = np.flatnonzero(np.isfinite(need))
    if not len(filled):
        return []
    groups = np.split(filled, np.flatnonzero(np.diff(filled) > 3) + 1)
    crests = []
    for group in groups:
        first, last = int(group[0]), int(group[-1])
        if (last - first + 1) * width < LEAST_WING_M and not on_roof:
            continue
        crests.append(_crest(building, need, (first, last), span, on_roof))
    return crests


def _crest(
    building: Building, need: Floats, group: tuple[int, int], span: tuple[float, float], on_roof: bool
) -> Crest:
    width = (span[1] - span[0]) / len(need)
    base = building.height_m if on_roof else 0.0
    first, last = group
    tops = np.nan_to_num(need[first : last + 1], neginf=base)
    tops = np.maximum.reduce([tops, np.append(tops[1:], base), np.append(base, tops[:-1])]) + MARGIN_M
    edges = span[0] + width * np.arange(first, last + 2)
    heights = np.maximum(np.append(tops, base), np.append(base, tops))
    long, high = float(edges[-1] - edges[0]), float(heights.max() - base)
    hollow = on_roof and long > 2.5 and high > 1.5
    least = base + (0.8 if hollow else 0.15)
    profile = _simplified(edges, np.maximum(heights, least))
    depth = building.wall_m if not on_roof else min(max(0.5 * long, 0.35), 1.0 if high > 1.2 else 0.45)
    if hollow:
        depth = min(max(0.6 * long, 2.5), 0.5 * building.depth_m)
    return Crest(profile=profile, base_m=base, depth_m=round(depth, 3), hollow=hollow)


def _simplified(xs: Floats, zs: Floats) -> tuple[tuple[float, float], ...]:
    """A polyline of few corners that stays above all the given points."""
    line = shapely.LineString(np.stack([xs, zs], axis=1)).simplify(0.3)
    corner_x, corner_z = np.asarray(line.coords).T
    lift = float(np.max(zs - np.interp(xs, corner_x, corner_z)))
    return tuple((round(float(x), 4), round(float(z) + max(lift, 0.0), 4)) for x, z in zip(corner_x, corner_z, strict=True))
