"""Airborne dust: from a density grid to premultiplied light and a haze that dims the sun behind it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import warp as wp

from . import dust_kernels, scene_kernels
from .device import blank, put, take
from .scene import DustGrid, Floats
from .stage import Stage, no_haze, view_of

OPEN_STRIDE = 2
_NOISE_CELLS = 64


@dataclass(eq=False)
class Cloud:
    """Dust on the device: the kernels' cloud and haze records."""

    cloud: Any
    haze: Any


@lru_cache(maxsize=2)
def noise_cube(seed: int) -> Floats:
    """(64,64,64) periodic noise of zero mean and unit variance with a turbulent spectrum, |k|^(-11/6) in amplitude
    from 3 waves up."""
    rng = np.random.default_rng(seed)
    k = np.fft.fftfreq(_NOISE_CELLS, 1.0 / _NOISE_CELLS)
    size = np.sqrt(k[:, None, None] ** 2 + k[None, :, None] ** 2 + k[None, None, :] ** 2)
    shape = np.where(size < 2.5, 0.0, np.maximum(size, 1.0) ** (-11.0 / 6.0)) * (size < 24)
    wave = np.fft.ifftn(np.fft.fftn(rng.standard_normal((_NOISE_CELLS,) * 3)) * shape).real
    return np.asarray((wave - wave.mean()) / wave.std(), dtype=np.float32)


_FORWARD = 0.45
"""Mean cosine of `dust_kernels.dust_phase`."""


def scattering(pale: Floats) -> tuple[Floats, Floats, Floats]:
    """Of dust that looks `pale` (3,) where it is too thick to see through: (3,) albedo of one scattering; strength of
    the sunlight that was scattered often, over flux per sphere; and how fast that dims per optical depth.

    Van de Hulst (1980, Multiple Light Scattering, ch. 11): a thick cloud reflects (1 - s)(1 - 0.139 s)/(1 + 1.17 s),
    s^2 = (1 - albedo)/(1 - g albedo). Diffusion dims by sqrt(3 (1 - albedo)(1 - g albedo)). The strength is what the
    two first scatterings (`dust_kernels.glow`) leave to be had.
    """
    similar = np.linspace(1.0, 0.0, 512)
    thick = (1.0 - similar) * (1.0 - 0.139 * similar) / (1.0 + 1.17 * similar)
    s = np.interp(pale, thick, similar)
    albedo = (1.0 - s**2) / (1.0 - _FORWARD * s**2)
    dims = np.sqrt(3.0 * (1.0 - albedo) * (1.0 - _FORWARD * albedo))
    many = (1.0 + dims) * np.maximum(4.0 * pale - albedo / 2.0 - 0.5 * albedo**2 / 1.4, 0.0)
    return albedo, many, dims


def optical_depth(extinction: Any, direction: Floats, cell: float, device: str) -> Any:
    """(nx,ny,nz) optical depth from each cell's centre along `direction` to the grid's end, swept slab by slab."""
    shape = extinction.shape
    axis = int(np.argmax(np.abs(direction)))
    step = direction / abs(direction[axis])
    length = cell * float(np.linalg.norm(step))
    side = 1 if direction[axis] > 0 else -1
    tau = blank(shape, wp.float32, device)
    slabs = range(shape[axis] - 1, -1, -1) if side > 0 else range(shape[axis])
    across = tuple(n for i, n in enumerate(shape) if i != axis)
    for slab in slabs:
        wp.launch(
            dust_kernels.depth_slab,
            across,
            device=device,
            inputs=[extinction, tau, axis, slab, slab + side, wp.vec3(*map(float, step)), length],
        )
    return tau


def _haze(sun: Any, up: Any, grid: DustGrid) -> Any:
    haze = scene_kernels.Haze()
    haze.on, haze.sun, haze.up = 1, sun, up
    haze.origin, haze.cell = wp.vec3(*map(float, grid.origin_m)), float(grid.cell_m)
    haze.size = wp.vec3i(*map(int, grid.density.shape))
    return haze


def _sunlit(stage: Stage, extinction: Any, grid: DustGrid) -> Any:
    """(coarse) share of sunlight that the pieces let through to each coarse cell."""
    shape = tuple(max(2, -(-n // OPEN_STRIDE)) for n in grid.density.shape)
    out = blank(shape, wp.float32, stage.device, 1.0)
    middle = len(stage.meshes) // 2
    wp.launch(
        dust_kernels.sun_past_solids,
        shape,
        device=stage.device,
        inputs=[
            stage.meshes[middle].id,
            middle,
            stage.solid,
            stage.maps,
            stage.view,
            stage.sources,
            extinction,
            wp.vec3(*map(float, grid.origin_m)),
            float(grid.cell_m),
            OPEN_STRIDE,
            out,
        ],
    )
    return out


def _carry(cloud: Any, grid: DustGrid, device: str) -> None:
    """Fills in how far the dust has travelled, in two phases where the grid has them."""
    nothing = np.zeros((2, 2, 2, 3), np.float32)
    first, second = grid.drift_m, grid.drift_b_m
    cloud.drifts = int(first is not None)
    cloud.blend = float(grid.blend) if first is not None and second is not None else 0.0
    for name, drift in (("drift_a", first), ("drift_b", second)):
        values = nothing if drift is None else np.ascontiguousarray(drift, dtype=np.float32)
        setattr(cloud, name, put(values, wp.vec3, device))
    cloud.shift_a, cloud.shift_b = (wp.vec3(3.1 * n, 7.7 * n, 1.3 * n) for n in grid.generation)


def make_cloud(stage: Stage, grid: DustGrid | None, frame: int) -> Cloud:
    """Optical depths and sunlight through a dust grid; clear air for None or an empty grid."""
    settings = stage.settings
    if grid is None or not float(np.max(grid.density, initial=0.0)) > 0.0:
        return Cloud(None, no_haze(stage.device))
    density = np.ascontiguousarray(grid.density, dtype=np.float32) * np.float32(settings.dust_extinction_m2pkg)
    extinction = put(density, wp.float32, stage.device)
    to_sun = np.array(stage.scene.light.sun_direction)
    sun = optical_depth(extinction, to_sun, grid.cell_m, stage.device)
    up = optical_depth(extinction, np.array([0.0, 0.0, 1.0]), grid.cell_m, stage.device)
    cloud = dust_kernels.Cloud()
    cloud.extinction, cloud.sun, cloud.up = extinction, sun, up
    cloud.open = _sunlit(stage, extinction, grid)
    cloud.noise = put(noise_cube(stage.scene.seed), wp.float32, stage.device)
    _carry(cloud, grid, stage.device)
    cloud.origin, cloud.cell = wp.vec3(*map(float, grid.origin_m)), float(grid.cell_m)
    albedo, many, dims = scattering(stage.dust_pale)
    for name, colour in (("albedo", albedo), ("pale", stage.dust_pale), ("many", many), ("dims", dims)):
        setattr(cloud, name, wp.vec3(*map(float, colour)))
    cloud.exposure, cloud.detail = stage.exposure, settings.dust_detail
    cloud.rise = 0.5 * frame / stage.scene.fps
    return Cloud(cloud, _haze(sun, up, grid))


def _dust_reach(stage: Stage, grid: DustGrid, shrink: int, shape: tuple[int, int]) -> "np.typing.NDArray[np.int32]":
    """Indices of the small image's pixels that occupied cells can reach: blocks of 8 cells, projected as boxes."""
    camera = stage.scene.camera
    rotation, eye = np.array(camera.rotation).reshape(3, 3), np.array(camera.position_m)
    reach = np.zeros(shape, dtype=bool)
    block = 8
    n = [-(-s // block) for s in grid.density.shape]
    padded = np.zeros([k * block for k in n], dtype=bool)
    padded[tuple(slice(0, s) for s in grid.density.shape)] = grid.density > 0
    full = np.argwhere(padded.reshape(n[0], block, n[1], block, n[2], block).any(axis=(1, 3, 5)))
    corners = np.stack(np.meshgrid([-1, block + 1], [-1, block + 1], [-1, block + 1], indexing="ij"), -1).reshape(-1, 3)
    for low in full:
        q = (np.array(grid.origin_m) + (low * block + corners) * grid.cell_m - eye) @ rotation.T
        if (q[:, 2] < 0.1).any():
            reach[:] = True
            break
        x = (camera.centre_px[0] + camera.focal_px / camera.pixel_aspect * q[:, 0] / q[:, 2]) / shrink
        y = (camera.centre_px[1] + camera.focal_px * q[:, 1] / q[:, 2]) / shrink
        reach[max(0, int(y.min())) : max(0, int(y.max()) + 2), max(0, int(x.min())) : max(0, int(x.max()) + 2)] = True
    return np.flatnonzero(reach).astype(np.int32)


def _blocks(image: Floats, shrink: int, pad: float) -> Floats:
    """(h, w, shrink*shrink) the pixels of each block of an image, padded with `pad`."""
    height, width = image.shape
    h, w = -(-height // shrink), -(-width // shrink)
    full = np.full((h * shrink, w * shrink), pad, dtype=np.float32)
    full[:height, :width] = image
    return full.reshape(h, shrink, w, shrink).swapaxes(1, 2).reshape(h, w, shrink * shrink)


def small_depths(near: Floats, alpha: Floats, far: Floats, shrink: int) -> tuple[Floats, Floats]:
    """Depths for a march at 1/shrink: of the best covered debris pixel of each block, and of what is behind it.

    A block whose neighbourhood is wholly covered needs nothing behind: its far depth is its near one.
    """
    import cv2

    cover = _blocks(alpha, shrink, 0.0)
    best = cover.argmax(axis=-1)[..., None]
    some = cover.max(axis=-1) > 0.0
    close = np.take_along_axis(_blocks(near, shrink, 0.0), best, -1)[..., 0]
    behind = _blocks(far, shrink, 0.0)[..., (shrink * shrink) // 2]
    behind = np.where(behind > 0.0, behind, _blocks(far, shrink, 0.0)[..., 0])
    whole = cv2.erode((cover.min(axis=-1) >= 1.0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    close = np.where(some, close, behind)
    return close.astype(np.float32), np.where(whole, close, np.maximum(behind, close)).astype(np.float32)


def dust_layers(
    stage: Stage, cloud: Cloud, grid: DustGrid | None, near: Floats, alpha: Floats, far: Floats, frame: int
) -> tuple[Floats, Floats]:
    """Two (H,W,4) premultiplied layers: dust in front of the debris at depth `near` where alpha > 0, and of the rest
    at `far`."""
    height, width = far.shape
    if cloud.cloud is None or grid is None:
        nothing = np.zeros((height, width, 4), dtype=np.float32)
        return nothing, nothing
    shrink, device = stage.settings.dust_shrink, stage.device
    view = view_of(stage.scene, shrink)
    close, behind = (put(d, wp.float32, device) for d in small_depths(near, alpha, far, shrink))
    active = _dust_reach(stage, grid, shrink, (view.height, view.width))
    front, whole = (blank((view.height, view.width), wp.vec4, device) for _ in range(2))
    pixels = put(active, wp.int32, device)
    step = float(stage.settings.dust_step * grid.cell_m)
    inputs = [pixels, view, stage.sources, cloud.cloud, close, behind, step, frame % 64, front, whole]
    wp.launch(dust_kernels.march, len(active), inputs=inputs, device=device)
    before_debris = _enlarged(front, close, np.where(alpha > 0.0, near, far), shrink, device)
    return before_debris, _enlarged(whole, behind, far, shrink, device)


def _enlarged(small: Any, small_depth: Any, depth: Floats, shrink: int, device: str) -> Floats:
    out = blank(depth.shape, wp.vec4, device)
    full = put(depth.astype(np.float32), wp.float32, device)
    wp.launch(dust_kernels.enlarge, depth.shape, inputs=[small, small_depth, full, float(shrink), out], device=device)
    return np.asarray(take(out))
