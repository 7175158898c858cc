"""One frame of the picture, as layers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp

from . import light_kernels, scene_kernels, trace_kernels
from .device import blank, put, take
from .dust import Cloud, dust_layers, make_cloud
from .layers import dust_before_both, over_plate, st_map
from .posing import Shutter, open_shutter, radii
from .scene import DustGrid, Floats, Ints, Mask, Pose, Scene, Settings
from .stage import Stage, stage_for

EDGE_SHARE = 5
EDGE_SKY = 3
"""Where surfaces meet, so many samples share one light, found with so many times the rays to the sky."""
UNCHANGED = 2.0e-3
"""Light ratios closer to 1 than this are 1: less than a code value of an 8-bit display."""


@dataclass(eq=False)
class Seen:
    """What tracing found, as NumPy (see trace_kernels.Film): debris premultiplied (H,W,4), real (H,W) share that is
    photograph, reach (H,W) mean depth of the debris in a pixel."""

    debris: Floats
    real: Floats
    normal: Floats
    place: Floats
    depth: Floats
    reach: Floats
    rest_px: Floats
    shift: Floats
    ids: Ints
    counts: Floats


def render_frame(
    scene: Scene,
    before: Pose,
    now: Pose,
    after: Pose,
    dust: DustGrid | None,
    settings: Settings,
    frame: int,
    device: str = "cpu",
    coat: Floats | None = None,
) -> dict[str, np.ndarray]:
    """Renders one frame; `before`, `now`, `after` are the poses one frame apart. coat (P,): dust lying on each piece,
    0 to 1.

    Returns, each (H,W,...) float32 unless said: `comp` rgb; `debris`, `dust` premultiplied rgba; `shadow` ratio rgb;
    `background`
    rgb (plate, or clean where the building has gone); `clean` rgb; `Z` m along the lens axis (1e6 = sky); `P` world
    m; `N` world;
    `motion` forward px per frame; `uv` ST map into the plate at rest; `crypto_id` int32 (-1 none) and
    `crypto_coverage` (H,W,R)
    piece indices ranked by coverage; `touched` 1 where comp is not the plate; `synthetic` share that has no grain of
    its own.
    `layers.over_plate` recombines them into comp. Deterministic: the same inputs give the same bytes on one device.
    """
    stage = stage_for(scene, settings, device)
    shutter = open_shutter(
        scene.rest, before, now, after, settings.times, settings.shutter, radii(scene.mesh, len(now.position_m))
    )
    _pose(stage, shutter, now, coat)
    cloud = make_cloud(stage, dust, frame)
    gone = (stage.labels >= 0) & shutter.moved[np.maximum(stage.labels, 0)]
    seen = _trace(stage, shutter, gone, cloud, frame)
    shadow = _shadow(stage, shutter, gone, cloud, seen)
    behind = np.where(gone, stage.behind_depth, stage.depth)
    puffs = dust_layers(stage, cloud, dust, seen.reach, seen.debris[..., 3], behind, frame)
    return _assemble(stage, gone, seen, shadow, behind, puffs)


def _pose(stage: Stage, shutter: Shutter, now: Pose, coat: Floats | None) -> None:
    """Puts the meshes and per-piece arrays of the stage into this frame."""
    device, mesh = stage.device, stage.scene.mesh
    alive = put(np.asarray(now.alive).astype(np.int32), wp.int32, device)
    for k, each in enumerate(stage.meshes):
        world = put(shutter.world[k], wp.transform, device)
        wp.launch(
            trace_kernels.pose_vertices,
            len(mesh.vertices_m),
            device=device,
            inputs=[stage.local_wp, stage.vertex_piece_wp, world, alive, each.points],
        )
        stage.meshes[k] = wp.Mesh(points=each.points, indices=each.indices)
    ids = np.array([mesh.id for mesh in stage.meshes], dtype=np.uint64)
    stage.mesh_ids_wp = put(ids, wp.uint64, device)
    stage.solid.rest_from_time = put(shutter.rest_from_time, wp.transform, device)
    stage.look.moved = put(shutter.moved.astype(np.int32), wp.int32, device)
    dusted = np.zeros(len(now.alive), np.float32) if coat is None else np.asarray(coat, dtype=np.float32)
    stage.look.coat = put(dusted, wp.float32, device)


def _project(scene: Scene, points: Floats) -> tuple[Floats, Floats]:
    camera = scene.camera
    q = (points - np.array(camera.position_m)) @ np.array(camera.rotation).reshape(3, 3).T
    z = np.maximum(q[:, 2], 1e-3)
    x = camera.centre_px[0] + camera.focal_px / camera.pixel_aspect * q[:, 0] / z
    y = camera.centre_px[1] + camera.focal_px * q[:, 1] / z
    return np.stack([x, y], axis=1), q[:, 2]


def swept(stage: Stage, moved: Mask) -> Mask:
    """(H,W) pixels that a moved piece may touch during the shutter: each piece's bounding rectangle and three pixels
    around."""
    scene, mesh = stage.scene, stage.scene.mesh
    out = np.zeros(stage.labels.shape, dtype=bool)
    which = moved[mesh.vertex_piece]
    if not which.any():
        return out
    owner = mesh.vertex_piece[which]
    pixels, low, high = [], np.full((len(moved), 2), np.inf), np.full((len(moved), 2), -np.inf)
    for each in (stage.meshes[0], stage.meshes[-1]):
        pixel, depth = _project(scene, take(each.points)[which])
        if (depth < 0.1).any():
            out[:] = True
            return out
        pixels.append(pixel)
    for pixel in pixels:
        np.minimum.at(low, owner, pixel)
        np.maximum.at(high, owner, pixel)
    for piece in np.unique(owner):
        x0, y0 = np.maximum(low[piece] - 3.0, 0.0).astype(int)
        x1, y1 = np.maximum(high[piece] + 4.0, 0.0).astype(int)
        out[y0:y1, x0:x1] = True
    return out


def _film(stage: Stage) -> Any:
    shape, device = stage.labels.shape, stage.device
    film = trace_kernels.Film()
    film.base = blank(shape, wp.vec4, device)
    film.rest_px, film.shift = (blank(shape, wp.vec2, device) for _ in range(2))
    film.lit, film.normal, film.place = (blank(shape, wp.vec3, device) for _ in range(3))
    film.real, film.reach, film.depth = (blank(shape, wp.float32, device) for _ in range(3))
    ranks = stage.settings.ranks + 2
    film.mixed = blank(shape, wp.int32, device)
    film.ids = blank((*shape, ranks), wp.int32, device, -1)
    film.counts = blank((*shape, ranks), wp.float32, device)
    return film


def _how(stage: Stage, frame: int, samples: int, shade_every: int, sky_rays: int) -> Any:
    how, settings = trace_kernels.How(), stage.settings
    how.samples, how.times, how.sky_rays = samples, settings.times, sky_rays
    how.shade_every = shade_every
    how.seed, how.frame, how.exposure = stage.scene.seed, frame, stage.exposure
    return how


def _cropped(stage: Stage, mask: Mask) -> Mask:
    if stage.settings.crop is None:
        return mask
    x0, y0, x1, y1 = stage.settings.crop
    keep = np.zeros_like(mask)
    keep[y0:y1, x0:x1] = True
    return np.asarray(mask & keep)


def _trace(stage: Stage, shutter: Shutter, gone: Mask, cloud: Cloud, frame: int) -> Seen:
    """Camera samples on every pixel that a moved piece may touch, more where surfaces meet, then the light evened
    along them."""
    device, shape = stage.device, stage.labels.shape
    pixels = np.flatnonzero(_cropped(stage, swept(stage, shutter.moved) | gone)).astype(np.int32)
    film = _film(stage)
    smooth = blank(shape, wp.vec3, device)
    if len(pixels):
        active = put(pixels, wp.int32, device)
        settings = stage.settings
        now, after = (put(each, wp.transform, device) for each in (shutter.now_from_rest, shutter.after_from_rest))
        scene = [stage.mesh_ids_wp, stage.solid, now, after, stage.look, put(gone.astype(np.int32), wp.int32, device)]
        scene += [stage.view, stage.maps, stage.sources, cloud.haze]
        how = _how(stage, frame, settings.samples, settings.shade_every, settings.sky_rays)
        wp.launch(trace_kernels.trace_pixels, len(pixels), inputs=[active, *scene, how, film], device=device)
        edge = blank((len(pixels),), wp.int32, device)
        wp.launch(trace_kernels.find_edges, len(pixels), inputs=[active, film, edge], device=device)
        meeting = put(pixels[take(edge) > 0], wp.int32, device)
        # What is mixed cannot be evened afterwards, so its light has to be less noisy from the start.
        how = _how(stage, frame, settings.edge_samples, EDGE_SHARE, EDGE_SKY * settings.sky_rays)
        wp.launch(trace_kernels.trace_pixels, len(meeting), inputs=[meeting, *scene, how, film], device=device)
        wp.launch(trace_kernels.even_light, len(pixels), inputs=[active, film, 3, smooth], device=device)
    alpha = take(film.base)[..., 3:]
    ids, counts = _resting_ids(stage, pixels, take(film.ids), take(film.counts))
    return Seen(
        debris=np.concatenate([take(smooth), alpha], axis=-1),
        real=take(film.real),
        normal=take(film.normal),
        place=take(film.place),
        depth=take(film.depth),
        reach=take(film.reach),
        rest_px=take(film.rest_px),
        shift=take(film.shift),
        ids=ids,
        counts=counts,
    )


def _resting_ids(stage: Stage, traced: Ints, ids: Ints, counts: Floats) -> tuple[Ints, Floats]:
    """Ranked ids: traced pixels by coverage, the rest by the piece that the plate shows there."""
    order = np.argsort(-counts, axis=-1, kind="stable")
    ids, counts = np.take_along_axis(ids, order, -1), np.take_along_axis(counts, order, -1)
    still = np.ones(stage.labels.size, dtype=bool)
    still[traced] = False
    still = still.reshape(stage.labels.shape) & (stage.labels >= 0) & (stage.scene.matte > 0.0)
    ids[still, 0], counts[still, 0] = stage.labels[still], stage.scene.matte[still]
    ranks = stage.settings.ranks
    return ids[..., :ranks], counts[..., :ranks]


def _shadow(stage: Stage, shutter: Shutter, gone: Mask, cloud: Cloud, seen: Seen) -> Floats:
    """(H,W,3) light on what did not move: now over then. Exactly 1 where nothing changed."""
    shape, device, settings = stage.labels.shape, stage.device, stage.settings
    if not shutter.moved.any() and cloud.cloud is None:
        return np.ones((*shape, 3), dtype=np.float32)
    kind = take(stage.still.kind)
    usable = np.where(gone, take(stage.still.behind) > 0, kind > 0) & (seen.debris[..., 3] < 1.0)
    pixels = np.flatnonzero(_cropped(stage, usable)).astype(np.int32)
    active = put(pixels, wp.int32, device)
    gone_wp = put(gone.astype(np.int32), wp.int32, device)
    low, high = _moved_box(stage, shutter.moved)
    before, after = (blank(shape, wp.vec3, device) for _ in range(2))
    ratio = blank(shape, wp.vec3, device, wp.vec3(1.0, 1.0, 1.0))
    rays = [settings.static_sun, settings.static_sky, stage.scene.seed]
    inputs = [active, stage.mesh_ids_wp, settings.times, stage.solid, stage.maps, stage.view, stage.sources, cloud.haze]
    inputs += [stage.still, gone_wp, stage.look.moved, low, high, *stage.around, *rays, stage.blocker_wp, before, after]
    wp.launch(light_kernels.light_change, len(pixels), inputs=inputs, device=device)
    inputs = [active, stage.still, gone_wp, before, after, 3, ratio]
    wp.launch(light_kernels.smooth_ratio, len(pixels), inputs=inputs, device=device)
    return _sane(stage, take(ratio), gone, kind)


def _sane(stage: Stage, ratio: Floats, gone: Mask, kind: Ints) -> Floats:
    """Bounds the ratio by what the plate allows, and snaps what is as good as 1 to 1."""
    wall = ((kind == 2) & ~gone)[..., None]
    high = np.where(wall, 3.5, np.where(gone[..., None], 1.0, stage.ground.lift))
    out = np.clip(ratio, 0.02, high).astype(np.float32)
    out[np.abs(out - 1.0).max(axis=-1) < UNCHANGED] = 1.0
    return out


def _moved_box(stage: Stage, moved: Mask) -> tuple[Any, Any]:
    """World box around everything that moved, over the shutter; an empty box when nothing did."""
    which = moved[stage.scene.mesh.vertex_piece]
    if not which.any():
        return wp.vec3(1.0, 1.0, 1.0), wp.vec3(-1.0, -1.0, -1.0)
    points = np.concatenate([take(stage.meshes[k].points)[which] for k in (0, len(stage.meshes) - 1)])
    return wp.vec3(*map(float, points.min(axis=0) - 0.01)), wp.vec3(*map(float, points.max(axis=0) + 0.01))


def _assemble(
    stage: Stage, gone: Mask, seen: Seen, shadow: Floats, behind: Floats, puffs: tuple[Floats, Floats]
) -> dict[str, np.ndarray]:
    scene = stage.scene
    background = np.where(gone[..., None], scene.clean, scene.plate).astype(np.float32)
    puff = dust_before_both(seen.debris, background * shadow, *puffs)
    comp = over_plate(seen.debris, puff, shadow, background, scene.plate, scene.occluders)
    depth = np.where(seen.debris[..., 3] >= 0.5, seen.depth, behind).astype(np.float32)
    solid = seen.debris[..., 3:] >= 0.5
    still = np.where(gone[..., None], stage.behind_point, stage.point)
    centres = np.stack(np.meshgrid(np.arange(depth.shape[1]) + 0.5, np.arange(depth.shape[0]) + 0.5), axis=-1)
    alpha, haze = seen.debris[..., 3], puff[..., 3]
    painted = np.maximum(alpha - seen.real, 0.0) + (1.0 - alpha) * gone
    return {
        "comp": comp,
        "debris": seen.debris,
        "dust": puff,
        "shadow": shadow,
        "background": background,
        "clean": scene.clean,
        "Z": depth,
        "P": np.where(solid, seen.place, np.where(depth[..., None] < scene_kernels.FAR, still, 0.0)).astype(np.float32),
        "N": np.where(solid, seen.normal, np.where(gone[..., None], [0.0, 0.0, 1.0], stage.normal)).astype(np.float32),
        "motion": np.where(solid, seen.shift, 0.0).astype(np.float32),
        "uv": st_map(np.where(solid, seen.rest_px, centres).astype(np.float32)),
        "crypto_id": seen.ids,
        "crypto_coverage": seen.counts,
        "touched": np.any(comp != scene.plate, axis=-1).astype(np.float32),
        "synthetic": (haze + (1.0 - haze) * painted).astype(np.float32),
    }
