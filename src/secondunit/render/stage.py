"""Everything about a scene that frames share: arrays on the device, what the plate shows, and its light at rest."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import warp as wp

from . import light_kernels, scene_kernels, trace_kernels
from .device import blank, put, take
from .evidence import GroundLight, read_ground
from .materials import PATTERNS, albedo_table, pattern_codes, powder_table
from .scene import SKIN, Floats, Ints, Mask, Pose, Scene, Settings
from .texture import building_texture, cut_matte, owner_labels

GROUND_REACH_M = 400.0
AMBIENT_HEIGHTS = 4.0
"""Ground further than this many building heights away sees the building under less than 1 % of its sky."""
GROUND_ALBEDO = 0.25
FACADE_ALBEDO = 0.35
REST_RAYS = (4, 12)
"""Rays to sun and sky for the light that the photograph was taken in: every relit pixel is divided by it."""
SUN_DISC = math.tan(math.radians(0.265))
WEIGHTS = np.array([0.2722, 0.6741, 0.0537], dtype=np.float32)
"""Luminance of ACEScg (AP1)."""


@dataclass(eq=False)
class Stage:
    """A scene made ready on one device. Arrays named *_wp live there; the rest is NumPy. Frames are as in `Scene`."""

    scene: Scene
    settings: Settings
    device: str
    view: Any
    sources: Any
    solid: Any
    maps: Any
    still: Any
    look: Any
    local_wp: Any
    vertex_piece_wp: Any
    meshes: list[Any]
    mesh_ids_wp: Any
    blocker_wp: Any
    labels: Ints
    depth: Floats
    behind_depth: Floats
    point: Floats
    behind_point: Floats
    normal: Floats
    exposure: float
    dust_pale: Floats
    around: tuple[Any, Any]
    ground: GroundLight


def view_of(scene: Scene, shrink: int = 1) -> Any:
    """The camera as a kernel record; `shrink` gives the same view at a fraction of the resolution."""
    camera = scene.camera
    view = scene_kernels.View()
    view.position = wp.vec3(*camera.position_m)
    view.camera_from_world = wp.mat33(*camera.rotation)
    view.focal = wp.vec2(camera.focal_px / camera.pixel_aspect / shrink, camera.focal_px / shrink)
    view.centre = wp.vec2(camera.centre_px[0] / shrink, camera.centre_px[1] / shrink)
    view.width = -(-camera.width // shrink)
    view.height = -(-camera.height // shrink)
    return view


def make_sources(to_sun: Floats, sun: Floats, sky: Floats, ground: Floats, bounce: Floats) -> Any:
    """Kernel record of the light: irradiance `sun` facing it; radiances `sky`, `ground` and `bounce` (of what blocks
    a ray)."""
    axis = np.array(to_sun, dtype=np.float64) / np.linalg.norm(to_sun)
    tangent = np.cross(axis, [0.0, 0.0, 1.0] if abs(axis[2]) < 0.9 else [1.0, 0.0, 0.0])
    tangent /= np.linalg.norm(tangent)
    sources = scene_kernels.Sources()
    sources.to_sun = wp.vec3(*axis)
    sources.tangent = wp.vec3(*tangent)
    sources.bitangent = wp.vec3(*np.cross(axis, tangent))
    sources.disc = SUN_DISC
    sources.sun, sources.sky = wp.vec3(*map(float, sun)), wp.vec3(*map(float, sky))
    sources.ground, sources.bounce = wp.vec3(*map(float, ground)), wp.vec3(*map(float, bounce))
    return sources


def sources_of(scene: Scene) -> Any:
    """Sources from the plate's light: the ground's colour is the light's, its strength that of a 25 % grey in sun and
    sky."""
    light = scene.light
    sun, sky = np.array(light.sun_rgb), np.array(light.sky_rgb)
    height = max(0.0, light.sun_direction[2])
    tint = np.array(light.ground_rgb) / max(float(WEIGHTS @ np.array(light.ground_rgb)), 1e-6)
    ground = tint * GROUND_ALBEDO / math.pi * float(WEIGHTS @ (sun * height + sky))
    facade = _mean(scene.plate[scene.matte > 0.97], np.ones((1, 3), np.float32))
    facade = facade / max(float(WEIGHTS @ facade), 1e-6)
    bounce = facade * FACADE_ALBEDO / math.pi * 0.4 * 0.5 * float(WEIGHTS @ (sky + math.pi * ground))
    return make_sources(np.array(light.sun_direction), sun, sky / math.pi, ground, bounce)


def transforms(pose: Pose) -> Floats:
    """(P,7) world-from-piece transforms as Warp stores them: position, quaternion xyzw."""
    return np.concatenate([pose.position_m, pose.rotation], axis=1).astype(np.float32)


def no_haze(device: str) -> Any:
    """Clear air for the kernels."""
    haze = scene_kernels.Haze()
    haze.on = 0
    haze.sun = blank((2, 2, 2), wp.float32, device)
    haze.up = haze.sun
    return haze


def _solid(scene: Scene, times: int, device: str) -> Any:
    mesh = scene.mesh
    solid = scene_kernels.Solid()
    solid.tri_piece = put(mesh.tri_piece, wp.int32, device)
    solid.tri_kind = put(mesh.tri_kind, wp.int32, device)
    solid.tri_material = put(mesh.tri_material, wp.int32, device)
    identity = np.tile(np.array([0, 0, 0, 0, 0, 0, 1], np.float32), (times, len(scene.rest.position_m), 1))
    solid.rest_from_time = put(identity, wp.transform, device)
    return solid


def _maps(scene: Scene, device: str) -> Any:
    shape = scene.matte.shape
    maps = scene_kernels.PlateMaps()
    maps.texture = put(building_texture(scene.plate, scene.matte, scene.occluders), wp.vec3, device)
    maps.cut = put(cut_matte(scene.matte, scene.occluders), wp.float32, device)
    maps.far = blank(shape, wp.float32, device, 1.0e6)
    maps.light = blank(shape, wp.vec3, device, wp.vec3(1.0, 1.0, 1.0))
    maps.normal = blank(shape, wp.vec3, device)
    return maps


def _still(shape: tuple[int, int], device: str) -> Any:
    still = light_kernels.Still()
    for name in ("point", "normal", "behind_point"):
        setattr(still, name, blank(shape, wp.vec3, device))
    for name in ("kind", "owner", "face_kind", "behind"):
        setattr(still, name, blank(shape, wp.int32, device))
    still.depth = blank(shape, wp.float32, device, float(scene_kernels.FAR))
    return still


def furthest_seen(depth: Floats, building: Mask) -> Floats:
    """(H,W) depth of the furthest building surface within two pixels; 1e6 where there is none."""
    import cv2

    far = cv2.dilate(np.where(building, depth, 0.0).astype(np.float32), np.ones((5, 5), np.uint8))
    return np.where(far > 0.0, far, 1.0e6).astype(np.float32)


def piece_albedo(scene: Scene, labels: Ints, seen: Mask, light: Floats, exposure: float) -> Floats:
    """(P,3) each piece's own albedo, measured on its plate pixels; unseen pieces take their material's mean, else the
    table's."""
    count = len(scene.rest.position_m)
    reflect = scene.plate * (math.pi / exposure) / np.maximum(light, 1e-5)
    who = labels[seen]
    hits = np.bincount(who, minlength=count)[:count].astype(np.float64)
    sums = np.stack([np.bincount(who, weights=reflect[seen][:, c], minlength=count)[:count] for c in range(3)], axis=1)
    material = np.zeros(count, dtype=np.int64)
    material[scene.mesh.tri_piece] = scene.mesh.tri_material
    out = albedo_table(scene.materials)[material]
    for code in np.unique(material):
        of = (material == code) & (hits >= 12)
        if of.any() and PATTERNS[int(pattern_codes(scene.materials)[code])] not in ("glass", "steel"):
            out[material == code] = sums[of].sum(axis=0) / hits[of].sum()
    own = hits >= 12
    out[own] = sums[own] / hits[own][:, None]
    return np.clip(out, 0.03, 0.75).astype(np.float32)


def _meshes(scene: Scene, times: int, device: str) -> tuple[Any, Any, list[Any]]:
    mesh = scene.mesh
    local = put(mesh.vertices_m, wp.vec3, device)
    owner = put(mesh.vertex_piece, wp.int32, device)
    indices = put(mesh.triangles.reshape(-1), wp.int32, device)
    rest = put(transforms(scene.rest), wp.transform, device)
    alive = put(np.asarray(scene.rest.alive).astype(np.int32), wp.int32, device)
    out = []
    for _ in range(times):
        points = blank((len(mesh.vertices_m),), wp.vec3, device)
        wp.launch(
            trace_kernels.pose_vertices, len(mesh.vertices_m), inputs=[local, owner, rest, alive, points], device=device
        )
        out.append(wp.Mesh(points=points, indices=indices))
    return local, owner, out


def prepare(scene: Scene, settings: Settings, device: str) -> Stage:
    """Builds a `Stage`: rest geometry per pixel, what the photograph's light was, texture, colours. About a second at
    960x540."""
    config: Any = wp.config
    config.quiet = True
    shape = (scene.camera.height, scene.camera.width)
    view, sources = view_of(scene), sources_of(scene)
    solid, maps, still = _solid(scene, settings.times, device), _maps(scene, device), _still(shape, device)
    local, owner, meshes = _meshes(scene, settings.times, device)
    wp.launch(
        light_kernels.find_rest_surfaces,
        shape,
        inputs=[meshes[0].id, solid, maps, view, GROUND_REACH_M, still],
        device=device,
    )
    _hide_ground(scene, still, device)
    blocker, raw = _rest_light(scene, settings, meshes[0], view, sources, solid, maps, still, device)
    kind, point, shown = take(still.kind), take(still.point), take(blocker)
    ground = read_ground(scene.plate, take(raw), kind, point, shown, settings.static_sun)
    if (ground.sun_gain != 1.0).any():
        sources.sun, sources.sky = _scaled(sources.sun, ground.sun_gain), _scaled(sources.sky, ground.sky_gain)
    blocker = put(ground.blocker, wp.int16, device)
    finer = replace(settings, static_sun=max(REST_RAYS[0], settings.static_sun), static_sky=REST_RAYS[1])
    raw = _rest_light(scene, finer, meshes[0], view, sources, solid, maps, still, device)[1]
    maps.light = wp.clone(raw)
    walls = put(np.flatnonzero(take(still.kind) == 2), wp.int32, device)
    nothing = blank(shape, wp.int32, device)
    inputs = [walls, still, nothing, raw, 4, maps.light]
    wp.launch(light_kernels.smooth_along, len(walls), inputs=inputs, device=device)
    return _finish(scene, settings, device, view, sources, solid, maps, still, local, owner, meshes, blocker, ground)


def _scaled(colour: Any, gain: Floats) -> Any:
    return wp.vec3(*(float(a) * float(b) for a, b in zip(colour, gain, strict=True)))


def _rest_light(
    scene: Scene, settings: Settings, mesh: Any, view: Any, sources: Any, solid: Any, maps: Any, still: Any, device: str
) -> tuple[Any, Any]:
    """What blocks each fixed ray at rest (H,W,rays), and the irradiance (H,W,3), not yet smoothed."""
    shape = (scene.camera.height, scene.camera.width)
    rays = settings.static_sun, settings.static_sky
    blocker = blank((*shape, sum(rays)), wp.int16, device, -1)
    raw = blank(shape, wp.vec3, device)
    inputs = [mesh.id, solid, maps, view, sources, still, *rays, scene.seed, blocker, raw]
    wp.launch(light_kernels.light_at_rest, shape, inputs=inputs, device=device)
    return blocker, raw


def _hide_ground(scene: Scene, still: Any, device: str) -> None:
    """Takes ground away where the plate is said to show something else."""
    if scene.ground is None:
        return
    kind = take(still.kind)
    kind[(kind == 1) & (scene.ground < 0.5)] = 0
    still.kind = put(kind, wp.int32, device)


def _finish(
    scene: Scene,
    settings: Settings,
    device: str,
    view: Any,
    sources: Any,
    solid: Any,
    maps: Any,
    still: Any,
    local: Any,
    owner: Any,
    meshes: list[Any],
    blocker: Any,
    ground: GroundLight,
) -> Stage:
    kind, who, faces = take(still.kind), take(still.owner), take(still.face_kind)
    depth, light = take(still.depth), take(maps.light)
    skin = (kind == 2) & (faces == SKIN)
    labels = owner_labels(who, skin, scene.matte)
    seen = skin & (scene.matte > 0.97)
    if scene.occluders is not None:
        seen &= scene.occluders < 0.02
    exposure = _exposure(scene, seen, light)
    floor = np.maximum(light, 0.02 * float(light.max(initial=1e-6)))
    maps.light = put(
        np.where((kind == 2)[..., None], floor, np.maximum(floor, _mean(light[seen], floor))), wp.vec3, device
    )
    maps.normal = still.normal
    maps.far = put(furthest_seen(depth, kind == 2), wp.float32, device)
    albedo = piece_albedo(scene, np.maximum(labels, 0), seen, light, exposure)
    tint = _mean(scene.plate[seen], np.full((1, 3), 0.3, np.float32))
    tint = tint / max(float(WEIGHTS @ tint), 1e-6)
    behind = take(still.behind_point)
    rotation = np.array(scene.camera.rotation).reshape(3, 3)
    behind_depth = (behind - np.array(scene.camera.position_m)) @ rotation[2]
    return Stage(
        scene=scene,
        settings=settings,
        device=device,
        view=view,
        sources=sources,
        solid=solid,
        maps=maps,
        still=still,
        look=_look(scene, albedo, tint, device),
        local_wp=local,
        vertex_piece_wp=owner,
        meshes=meshes,
        mesh_ids_wp=put(np.array([mesh.id for mesh in meshes], dtype=np.uint64), wp.uint64, device),
        blocker_wp=blocker,
        labels=labels,
        depth=depth,
        behind_depth=np.where(take(still.behind) > 0, behind_depth, float(scene_kernels.FAR)).astype(np.float32),
        point=take(still.point),
        behind_point=behind,
        normal=take(still.normal),
        exposure=exposure,
        dust_pale=_dust_pale(scene, albedo),
        around=_around(scene),
        ground=ground,
    )


def _mean(values: Floats, otherwise: Floats) -> Floats:
    source = values if len(values) else otherwise.reshape(-1, 3)
    return np.asarray(source.reshape(-1, 3).mean(axis=0), dtype=np.float32)


def _around(scene: Scene) -> tuple[Any, Any]:
    """Ground box (x, y) that the building's skylight reaches: AMBIENT_HEIGHTS of its height beyond its walls."""
    points = scene.mesh.vertices_m + scene.rest.position_m[scene.mesh.vertex_piece]
    reach = AMBIENT_HEIGHTS * float(points[:, 2].max())
    low, high = points[:, :2].min(axis=0) - reach, points[:, :2].max(axis=0) + reach
    return wp.vec2(*map(float, low)), wp.vec2(*map(float, high))


def _dust_pale(scene: Scene, albedo: Floats) -> Floats:
    """(3,) colour of a thick cloud of what is ground: each material's powder by how much dust it yields, a quarter of
    the way to what the plate says of the solid (no further: that carries every error of the light's colour)."""
    material = np.zeros(len(albedo), dtype=np.int64)
    material[scene.mesh.tri_piece] = scene.mesh.tri_material
    yields = np.ones(len(scene.materials)) if scene.dust_yield is None else np.asarray(scene.dust_yield)
    weight = yields[material] / np.maximum(np.bincount(material, minlength=len(yields))[material], 1)
    weight = weight / max(float(weight.sum()), 1e-9)
    powder, solid = weight @ powder_table(scene.materials)[material], weight @ albedo
    return np.asarray(np.clip(powder**0.75 * solid**0.25, 0.05, 0.85), dtype=np.float32)


def _exposure(scene: Scene, seen: Mask, light: Floats) -> float:
    """Plate value per radiance, from taking the facade for a 35 % grey; 1 where the plate shows none of it."""
    if seen.sum() < 16:
        return 1.0
    value, lit = float((scene.plate[seen] @ WEIGHTS).mean()), float((light[seen] @ WEIGHTS).mean())
    return float(np.clip(value / max(FACADE_ALBEDO / math.pi * lit, 1e-6), 0.3, 3.0))


def _look(scene: Scene, albedo: Floats, tint: Floats, device: str) -> Any:
    look = trace_kernels.Look()
    count = len(scene.rest.position_m)
    look.small_from = count if scene.small_from is None else scene.small_from
    look.moved = blank((count,), wp.int32, device)
    look.coat = blank((count,), wp.float32, device)
    look.albedo = put(albedo, wp.vec3, device)
    look.pattern = put(pattern_codes(scene.materials), wp.int32, device)
    look.coat_albedo = wp.vec3(*map(float, np.clip(0.48 * (0.5 + 0.5 * tint), 0.0, 0.8)))
    return look


_READY: list[tuple[Scene, Settings, str, Stage]] = []


def stage_for(scene: Scene, settings: Settings, device: str) -> Stage:
    """The scene's stage on this device, made once per process; the two latest are kept."""
    for known, how, where, stage in _READY:
        if known is scene and how == settings and where == device:
            return stage
    stage = prepare(scene, settings, device)
    _READY[:] = [*_READY[-1:], (scene, settings, device, stage)]
    return stage
