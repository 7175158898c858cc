"""The building's matte: soft and pixel-exact against the sky, by colour and geometry against everything else.

The facade's quad is building for certain. Above its eaves and beside it only the box that the facade can carry is
asked: its hull in the picture, widened by an overhang. Inside, what is neither sky nor ground is divided between
building and background by colour (GrabCut), and only what hangs together with the facade stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from secondunit.media.guided import guided
from secondunit.schema.camera import Camera
from secondunit.vision.camera import horizon_y, project
from secondunit.vision.corners import Floats
from secondunit.vision.sky import Image, Mask, Sky, display_values, find_sky

OVERHANG_M = 0.8
PLINTH_M = 0.35
BROW_M = 0.8
EAVES_M = 1.6  # eaves and cornices reach farther out than walls and plinths
ROOF_SHARE = 1.4  # roofs, towers and finials end below this many facade heights above the eaves
USUAL_DEPTH_M = 12.0
CORNER_SLACK = 0.006  # of the plate's width: how far a corner may lie in the sky without taking it along
GRABCUT_PX = 640
UNSETTLED = 0.1  # share of the outline against sky below which where the building ends is a guess
CROWDED = 0.3  # share of the roof zone's rim that is not sky, from which the roof is divided by colour


@dataclass(frozen=True)
class Matte:
    """alpha, ground (H,W) 0..1; sky is the whole sky model; occluders (H,W) or None were taken out of alpha.

    side: which side wall the camera sees ("left", "right" or None); depth_m is its measured depth, or None. front,
    flank (H,W) 0..1: the facade itself and the visible side wall up to the eaves (zero where there is none).
    """

    alpha: Image
    sky: Sky
    ground: Image
    occluders: Image | None
    side: str | None
    depth_m: float | None
    confidence: float
    said: str
    front: Image
    flank: Image


def building_matte(
    plate: Image,
    facade: Sequence[Sequence[float]],
    camera: Camera,
    facade_width_m: float,
    facade_height_m: float,
    occluders: Image | None = None,
    depth_m: float | None = None,
) -> Matte:
    """Matte of the building whose facade corners (plate pixels, clockwise from top left) are given.

    plate (H,W,3) scene-linear. occluders (H,W) 0..1: things in front, taken out of the matte. depth_m: of the building,
    where it is known; else it is measured on the side wall, if sky shows where that ends.
    """
    height, width = plate.shape[:2]
    corners = np.asarray(facade, dtype=np.float64)
    quad = polygon_coverage(corners, height, width)
    core = _core(quad)
    sky = find_sky(plate, horizon_y(camera, np.arange(width, dtype=np.float64) + 0.5), core)
    ground = _ground(corners, height, width)
    side = visible_side(camera, facade_width_m)
    depth = depth_m or _side_depth(sky, camera, facade_width_m, facade_height_m, side)
    zones = _zones(camera, facade_width_m, facade_height_m, depth or USUAL_DEPTH_M, side, quad)
    shown = display_values(plate)
    beside = _beside(shown, sky.alpha, camera, (facade_width_m, facade_height_m), side)
    solid, crowded = _divide(shown, zones, sky.alpha, ground, quad, beside)
    alpha = _soften(solid, sky.alpha, core, ground)
    if occluders is not None:
        alpha = (alpha * (1 - np.clip(occluders, 0, 1))).astype(np.float32)
    confidence, said = _judge(alpha, sky, quad, crowded, side, depth, occluders)
    return Matte(alpha, sky, ground, occluders, side, depth, confidence, said, quad, zones.flank.astype(np.float32))


def polygon_coverage(corners: Floats, height: int, width: int) -> Image:
    """Antialiased coverage (H,W) 0..1 of a convex polygon (N,2), clockwise on screen or not, in continuous pixels."""
    canvas = np.zeros((height, width), np.float32)
    low = np.clip(np.floor(corners.min(axis=0)).astype(int) - 1, 0, [width, height])
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int) + 1, 0, [width, height])
    if (high <= low).any():
        return np.asarray(canvas, dtype=np.float32)
    x = np.arange(low[0], high[0], dtype=np.float32)[None, :] + 0.5
    y = np.arange(low[1], high[1], dtype=np.float32)[:, None] + 0.5
    following = np.roll(corners, -1, axis=0)
    area = float((corners[:, 0] * following[:, 1] - corners[:, 1] * following[:, 0]).sum())
    share = np.ones((high[1] - low[1], high[0] - low[0]), np.float32)
    for (x0, y0), (x1, y1) in zip(corners, following, strict=True):
        length = float(np.hypot(x1 - x0, y1 - y0))
        if length > 1e-9:
            a, b = np.float32(np.sign(area) * (y1 - y0) / length), np.float32(np.sign(area) * (x1 - x0) / length)
            inside = (y - np.float32(y0)) * b - (x - np.float32(x0)) * a
            np.minimum(share, inside + 0.5, out=share)
    canvas[low[1] : high[1], low[0] : high[0]] = np.clip(share, 0, 1)
    return np.asarray(canvas, dtype=np.float32)


def _core(quad: Image) -> Mask:
    """The facade without a rim that badly placed corners may have taken from the sky."""
    rim = max(3, round(CORNER_SLACK * quad.shape[1]))
    return np.asarray(cv2.erode((quad > 0.99).astype(np.uint8), np.ones((2 * rim + 1,) * 2, np.uint8)) > 0)


def visible_side(camera: Camera, facade_width_m: float) -> str | None:
    """Which side wall of a box behind the facade faces the camera."""
    x = camera.position_m[0]
    return "left" if x < 0 else "right" if x > facade_width_m else None


def _ground(corners: Floats, height: int, width: int) -> Image:
    """What lies below the facade's base line, carried across the plate (soft at the line)."""
    right, left = corners[2], corners[3]
    slope = (right[1] - left[1]) / max(right[0] - left[0], 1e-6)
    line = left[1] + slope * (np.arange(width) + 0.5 - left[0])
    rows = np.arange(height)[:, None] + 0.5
    return np.asarray(np.clip(rows - line[None, :] + 0.5, 0, 1), dtype=np.float32)


@dataclass(frozen=True)
class _Zones:
    """Where building may be (H,W) bool: beside the facade, over its eaves, and on the visible side wall."""

    beside: Mask
    above: Mask
    flank: Mask
    brow: Mask  # cornice and gutter, right over the facade's top edge: part of `above` that needs no proof


def _zones(camera: Camera, wide: float, high: float, depth: float, side: str | None, quad: Image) -> _Zones:
    shape = quad.shape[0], quad.shape[1]
    top = high * (1 + ROOF_SHARE)
    left, right = (0.0 if side == "left" else -OVERHANG_M), wide + (0.0 if side == "right" else OVERHANG_M)
    wall = _hull(camera, (left, right), (0.0, 0.0), (0.0, high), shape)
    eaves = _hull(camera, (-EAVES_M, wide + EAVES_M), (-EAVES_M, depth), (0.9 * high, top), shape)
    flank = np.zeros(shape, bool)
    if side:
        x = 0.0 if side == "left" else wide
        flank = _hull(camera, (x, x), (0.0, depth), (0.0, high), shape)
    front = quad > 0.5
    brow = _hull(camera, (0.0, wide), (0.0, 0.0), (0.95 * high, high + BROW_M), shape)
    return _Zones(wall & ~front & ~flank, eaves & ~front & ~flank, flank & ~front, brow & eaves & ~front)


def _hull(
    camera: Camera,
    x: tuple[float, float],
    y: tuple[float, float],
    z: tuple[float, float],
    shape: tuple[int, int],
) -> Mask:
    """Filled convex hull of a box's projection; the part behind the camera is left out."""
    points = project(camera, np.array([[a, b, c] for a in x for b in y for c in z]))
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) < 3:
        return np.zeros(shape, bool)
    hull = cv2.convexHull(points.astype(np.float32))[:, 0].astype(np.float64)
    return np.asarray(polygon_coverage(hull, *shape) > 0.5)


def _divide(shown: Image, zones: _Zones, sky: Image, ground: Image, quad: Image, beside: Mask) -> tuple[Mask, bool]:
    """Building or not, per pixel, one piece with the facade; and whether the roof had to be divided by colour."""
    open_ = (sky < 0.5) & (ground < 0.5)
    above = zones.above & open_ & ~zones.beside
    crowded = _crowded(zones, quad, sky)
    if crowded:
        above &= _by_colour(shown, zones, sky, open_, quad) | _thin(sky) | _outlined(sky, quad) | zones.brow
    solid = ((quad > 0.5) & (sky < 0.5)) | (open_ & (above | zones.flank | beside))
    return _with_facade(solid, quad), crowded


def _crowded(zones: _Zones, quad: Image, sky: Image) -> bool:
    """True where something other than sky crosses much of the roof zone's outer rim: a neighbour or a hill behind."""
    grown = cv2.dilate(zones.above.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    rim = grown & ~(zones.above | zones.beside | zones.flank | (quad > 0))
    return bool(rim.any()) and float((sky[rim] < 0.5).mean()) > CROWDED


def _outlined(sky: Image, quad: Image) -> Mask:
    """Pixels with sky on the way outward to the plate's border: a silhouette of their own."""
    airy = sky > 0.5
    left = np.maximum.accumulate(airy, axis=1)
    right = np.maximum.accumulate(airy[:, ::-1], axis=1)[:, ::-1]
    middle = float(np.flatnonzero((quad > 0.5).any(axis=0)).mean())
    outward = np.where(np.arange(sky.shape[1])[None, :] < middle, left, right)
    return np.asarray(outward & ~airy)


def _by_colour(shown: Image, zones: _Zones, sky: Image, open_: Mask, quad: Image) -> Mask:
    """GrabCut over the roof zone: facade and roof against what lies outside every zone (sky left out of it)."""
    height, width = quad.shape
    scale = min(1.0, GRABCUT_PX / width)
    size = (round(width * scale), round(height * scale))
    label = np.full(quad.shape, cv2.GC_BGD, np.uint8)
    label[open_ & zones.above] = cv2.GC_PR_FGD
    label[quad > 0.5] = cv2.GC_FGD
    small = np.asarray(cv2.resize(label, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    picture = (cv2.resize(shown, size, interpolation=cv2.INTER_AREA) * 255).astype(np.uint8)
    airy = cv2.resize(sky, size, interpolation=cv2.INTER_AREA) > 0.3
    others = picture[(small == cv2.GC_BGD) & ~airy]
    if len(others) > 50:
        picture[airy] = others[np.linspace(0, len(others) - 1, int(airy.sum())).astype(int)]
    if np.any(small == cv2.GC_PR_FGD) and np.any(small == cv2.GC_BGD):
        cv2.setRNGSeed(1)
        whole = 0, 0, *size
        cv2.grabCut(picture, small, whole, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    chosen = ((small == cv2.GC_FGD) | (small == cv2.GC_PR_FGD)).astype(np.float32)
    share = guided(cv2.resize(chosen, (width, height), interpolation=cv2.INTER_LINEAR), shown.mean(axis=2), 6, 1e-3)
    return np.asarray(share > 0.5)


def _beside(shown: Image, sky: Image, camera: Camera, size: tuple[float, float], side: str | None) -> Mask:
    """Plinths, quoins and cornices that stand out past the facade's upright edges, row by row.

    A pixel there is building when its colour is nearer to the facade's last metre at that height than to what lies
    beyond the overhang, and nothing in between broke off. Against anything but sky it may reach only a plinth's depth.
    """
    found = np.zeros(shown.shape[:2], np.float32)
    for name, edge, outward in (("left", 0.0, -1.0), ("right", size[0], 1.0)):
        if name != side:
            found = np.maximum(found, _strip(np.dstack([shown, sky]), camera, edge, outward, size[1]))
    return np.asarray(found > 0.5)


def _strip(shown: Image, camera: Camera, edge: float, outward: float, high: float) -> Image:
    """One edge's share of `_beside`, as coverage of the plate (H,W); the fourth channel of `shown` is sky."""
    corner = project(camera, np.array([[edge, 0, 0], [edge, 0, high]]))
    per_m = float(np.clip(np.hypot(*(corner[1] - corner[0])) / high, 8, 60))
    before, after = 1.0, OVERHANG_M + 1.6
    columns, rows = round((before + after) * per_m), max(2, round(high * per_m))
    x = [edge - outward * before, edge + outward * after]
    world = np.array([[x[0], 0, high], [x[1], 0, high], [x[1], 0, 0], [x[0], 0, 0]])
    flat = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32) - 0.5
    seen = project(camera, world)
    if not np.isfinite(seen).all():
        return np.zeros(shown.shape[:2], np.float32)
    warp = cv2.getPerspectiveTransform((seen - 0.5).astype(np.float32), flat)
    how = cv2.INTER_LINEAR
    flat_view = cv2.warpPerspective(shown, warp, (columns, rows), flags=how, borderMode=cv2.BORDER_REPLICATE)
    strip = np.asarray(flat_view, dtype=np.float32)
    inner, outer = round(before * per_m), round((before + OVERHANG_M) * per_m)
    strip, airy = strip[..., :3], strip[..., 3]
    near = _distance(strip, strip[:, : max(inner - 1, 2)], 0.4 * per_m)
    far = _distance(strip, strip[:, outer:], 0.4 * per_m)
    evidence = cv2.GaussianBlur(np.clip(far - near, -12, 12), (0, 0), 0.12 * per_m)
    reach = np.minimum.accumulate((evidence > 2.0)[:, inner : outer + 1], axis=1)
    walled = cv2.blur(airy[:, outer:].mean(axis=1, keepdims=True), (1, 5))[:, 0] < 0.5
    reach[walled, round(PLINTH_M * per_m) :] = False
    mask = np.zeros(strip.shape[:2], np.float32)
    mask[:, inner : outer + 1] = reach
    mask[:, max(inner - 3, 0) : inner] = 1.0
    back = cv2.warpPerspective(mask, warp, shown.shape[1::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(back, dtype=np.float32)


def _distance(strip: Image, sample: Image, sigma: float) -> Image:
    """Squared distance of each pixel from a sample's colours at its height, in standard deviations (plus ln det)."""
    mean = cv2.GaussianBlur(sample.mean(axis=1), (1, 0), sigmaX=1, sigmaY=sigma)
    square = cv2.GaussianBlur((sample**2).mean(axis=1), (1, 0), sigmaX=1, sigmaY=sigma)
    variance = np.maximum(square - mean**2, 0) + 0.03**2
    apart = (strip - mean[:, None]) ** 2 / variance[:, None]
    return np.asarray(apart.sum(axis=2) + np.log(variance).sum(axis=1)[:, None])


def _thin(sky: Image) -> Mask:
    """Not-sky that a small GrabCut cannot see: narrower than 9 px between sky and sky."""
    solid = (sky < 0.5).astype(np.uint8)
    opened = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    return np.asarray((solid > 0) & (opened == 0))


def _with_facade(solid: Mask, quad: Image) -> Mask:
    """Parts of the mask that hang together with the facade, over gaps of a few pixels (finials, wires)."""
    gap = max(3, round(0.004 * solid.shape[1])) | 1
    grown = cv2.dilate(solid.astype(np.uint8), np.ones((gap, gap), np.uint8))
    count, labels = cv2.connectedComponents(grown, connectivity=8)
    keep = np.zeros(count, bool)
    keep[np.unique(labels[quad > 0.5])] = True
    keep[0] = False
    return np.asarray(keep[labels] & solid)


def _soften(solid: Mask, sky: Image, core: Mask, ground: Image) -> Image:
    """Edges against the sky by colour, other edges one pixel soft, the foot of the facade by its line."""
    soft = cv2.GaussianBlur(solid.astype(np.float32), (0, 0), 0.7)
    reach = cv2.dilate(solid.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    by_sky = cv2.dilate((sky > 0.5).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    alpha = np.where(by_sky & reach, 1 - sky, soft)
    alpha = np.where(core, 1.0, alpha)
    return np.asarray(np.minimum(alpha, 1 - ground), dtype=np.float32)


def _side_depth(sky: Sky, camera: Camera, wide: float, high: float, side: str | None) -> float | None:
    """Depth at which the visible side wall gives way to sky, or None."""
    if side is None:
        return None
    x = 0.0 if side == "left" else wide
    depths, heights = np.arange(0.25, 40.0, 0.25), np.linspace(0.40, 0.88, 24) * high
    points = np.array([[x, y, z] for y in depths for z in heights])
    pixels = project(camera, points)
    rows, columns = sky.alpha.shape
    inside = (pixels >= 0).all(axis=1) & (pixels[:, 0] < columns) & (pixels[:, 1] < rows)
    value = np.full(len(points), np.nan)
    index = np.nan_to_num(pixels[inside]).astype(int)
    value[inside] = sky.alpha[index[:, 1], index[:, 0]]
    table = value.reshape(len(depths), len(heights))
    if not np.isfinite(table[0]).any():
        return None
    share = np.array([np.nanmean(row) if np.isfinite(row).any() else 0.0 for row in table])
    open_ = np.flatnonzero(share > 0.35)
    return float(depths[open_[0]]) if len(open_) and depths[open_[0]] >= 2.0 else None


def _judge(
    alpha: Image, sky: Sky, quad: Image, crowded: bool, side: str | None, depth: float | None, occluders: Image | None
) -> tuple[float, str]:
    """Confidence and the sentence: how much of the outline the sky settles, and what was not known."""
    solid = (alpha > 0.5).astype(np.uint8)
    rim = cv2.dilate(solid, np.ones((3, 3), np.uint8)) > solid
    upper = rim & (np.arange(alpha.shape[0])[:, None] < np.flatnonzero((quad > 0.5).any(axis=1)).max() - 4)
    near_sky = cv2.dilate(sky.alpha, np.ones((5, 5), np.uint8)) > 0.5
    settled = float((upper & near_sky).sum() / max(int(upper.sum()), 1))
    parts = [f"matte: {alpha.mean():.0%} of the plate; {settled:.0%} of its outline stands against sky"]
    if sky.confidence == 0:
        parts.append("no sky was found, so the roof is divided from what is behind by colour alone")
    elif crowded:
        parts.append("other things than sky stand behind the roof, which is divided from them by colour")
    if side:
        seen = f"{depth:.1f} m deep" if depth else f"of unknown depth ({USUAL_DEPTH_M:g} m searched; give --depth-m)"
        parts.append(f"the {side} side wall is visible, {seen}")
    if settled < UNSETTLED:
        parts.append("where it ends and its neighbours begin is a guess; look at the first frames, and give --matte")
    if occluders is None:
        parts.append("things in front of the building cannot be told from it; give --occluders if there are any")
    confidence = float(np.clip(0.25 + 0.7 * settled, 0, 0.95)) if sky.confidence else 0.25
    return confidence, "; ".join(parts) + "."
