"""The edit laid over the plate at full resolution: a gain on each pixel, so that grain and pores stay as they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from secondunit.tools.age import eyes, regions, unwrap
from secondunit.tools.age.eyes import Part
from secondunit.tools.age.skin import LUMA

Image = NDArray[np.float32]
HAIRS = ("hair", "brows", "beard")
GREEN = (0.5, 2.0)
"""Green gives way to a change of colour as far as that."""
MATTES = ("skin", *regions.REGIONS, *eyes.PARTS, *HAIRS)
"""Channels of the layer of mattes."""
CLOSED, OPEN = 0.05, 0.30
"""The gate up to which a frame is left alone, and from which the change is laid on wholly: the change itself has faded
with the gates of its own and its neighbours' frames."""
LEAST = 5e-4
"""A smaller change of the logarithm is none: less than half floats hold, so the plate's own bits stay."""


@dataclass(frozen=True)
class Pasted:
    """comp, delta (H,W,3); mattes (H,W,M) as MATTES names them; uv (H,W,2) of the face; confidence (H,W).

    stmap (H,W,2): where the comp was sampled, u right, v up, 0..1; the pixel itself where nothing moved.
    """

    comp: Image
    delta: Image
    mattes: Image
    uv: Image
    confidence: Image
    stmap: Image


def paste(plate: Image, points: Image, change: Image, gate: Image, strength: Image, presence: float) -> Pasted:
    """Lay a change over a frame.

    plate (H,W,3) scene-linear; points (504,3) pixels of it; change (S,S,3): log light, and log red and blue against
    luma; gate, strength (S,S); presence 0..1 fades the edit.
    """
    seen = unwrap.window(points, plate.shape[:2])
    side = change.shape[0]
    masks = np.stack([gate, *(regions.region(name, side) * gate for name in regions.REGIONS)], axis=-1)
    logs = unwrap.show(change * (strength * presence * _open(gate))[..., None], seen)
    box = _box(seen)
    out = {
        "comp": plate.copy(),
        "mattes": np.zeros((*plate.shape[:2], masks.shape[-1]), np.float32),
        "uv": np.zeros((*plate.shape[:2], 2), np.float32),
        "confidence": np.zeros(plate.shape[:2], np.float32),
    }
    out["comp"][box] = _gained(plate[box], logs)
    out["mattes"][box] = unwrap.show(masks, seen)
    out["uv"][box] = np.where(seen.inside[..., None], seen.uv, 0.0)
    out["confidence"][box] = unwrap.show(gate, seen) * presence
    out["comp"] = _as_half(out["comp"])
    return Pasted(delta=out["comp"] - plate, stmap=_still(plate.shape[:2]), **out)


def moved(plate: Image, made: Pasted, picture: Image, stmap: Image) -> Pasted:
    """The same after its shape was moved: `picture` (H,W,3) takes the comp's place. The other layers stay put."""
    comp = _as_half(picture)
    return replace(made, comp=comp, delta=comp - plate, stmap=stmap)


def _open(gate: Image) -> Image:
    """(S,S) 0..1: nothing where this very frame shows no skin, whatever its neighbours' average would change there."""
    return np.asarray(np.clip((gate - CLOSED) / (OPEN - CLOSED), 0, 1), np.float32)


def over(plate: Image, made: Pasted, parts: Sequence[Part], strength: float) -> Pasted:
    """The same with changes of the picture itself laid over it: each part's, as far as `strength` 0..1.

    One matte (H,W) is added behind the others: where the parts are, and the edit is as sure of.
    """
    comp, where = made.comp.copy(), np.zeros(plate.shape[:2], np.float32)
    for part in parts:
        comp[part.box] = _changed(comp[part.box], part, strength)
        where[part.box] = np.maximum(where[part.box], part.where)
    comp = _as_half(comp)
    mattes = np.concatenate([made.mattes, where[..., None]], axis=-1)
    sure = np.maximum(made.confidence, where)
    return replace(made, comp=comp, delta=comp - plate, mattes=mattes, confidence=sure)


def _changed(picture: Image, part: Part, strength: float) -> Image:
    """A part of the picture (h,w,3) with the part's change; of a pixel that it shares, only its own light."""
    logs = part.change * strength
    if part.behind is None:
        return _gained(picture, logs)
    behind = np.minimum(part.behind, picture)
    small = np.abs(logs).max(axis=-1) < LEAST
    return np.where(small[..., None], picture, behind + _gained(picture - behind, logs)).astype(np.float32)


def untouched(plate: Image) -> Pasted:
    """A frame without the face."""
    shape = plate.shape[:2]
    mattes = np.zeros((*shape, len(MATTES)), np.float32)
    nothing = np.zeros_like(plate)
    return Pasted(plate, nothing, mattes, np.zeros((*shape, 2), np.float32), np.zeros(shape, np.float32), _still(shape))


def _still(shape: tuple[int, ...]) -> Image:
    height, width = shape
    u, v = (np.arange(width) + 0.5) / width, 1 - (np.arange(height) + 0.5) / height
    return np.stack(np.broadcast_arrays(u[None, :], v[:, None]), axis=-1).astype(np.float32)


def _gained(plate: Image, logs: Image) -> Image:
    """Light by the first of the logarithms; red and blue against luma by the others, green so that luma is kept."""
    light, ends = logs[..., 0], logs[..., 1:]
    small = np.abs(logs).max(axis=-1) < LEAST
    red, blue = plate[..., 0] * np.exp(ends[..., 0]), plate[..., 2] * np.exp(ends[..., 1])
    left = (plate @ LUMA - LUMA[0] * red - LUMA[2] * blue) / LUMA[1]
    green = np.clip(left, *np.sort([GREEN[0] * plate[..., 1], GREEN[1] * plate[..., 1]], axis=0))
    out = np.stack([red, green, blue], axis=-1) * np.exp(light)[..., None]
    return np.where(small[..., None], plate, out).astype(np.float32)


def _as_half(picture: Image) -> Image:
    """What a half float holds of it: the delta is against what the comp's file says."""
    return np.clip(picture, -65504, 65504).astype(np.float16).astype(np.float32)


def _box(seen: unwrap.Window) -> tuple[slice, slice]:
    height, width = seen.inside.shape
    return slice(seen.y, seen.y + height), slice(seen.x, seen.x + width)
