"""The edit laid over the plate at full resolution: a gain on each pixel, so that grain and pores stay as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from secondunit.tools.age import eyes, regions, unwrap
from secondunit.tools.age.bands import LUMA
from secondunit.tools.age.parts import Box, Part, around, within

Image = NDArray[np.float32]
Half = NDArray[np.float16]
Mask = NDArray[np.bool_]
HAIRS = ("hair", "brows", "beard")
BESIDE_SKIN = (*eyes.PARTS, *HAIRS)
"""What is edited in the picture itself, in the order in which it is laid on."""
GREEN = (0.5, 2.0)
"""Green gives way to a change of colour as far as that."""
MATTES = ("skin", *regions.REGIONS, *BESIDE_SKIN)
"""Channels of the layer of mattes."""
CLOSED, OPEN = 0.05, 0.30
"""The gate up to which a frame is left alone, and from which the change is laid on wholly: the change itself has faded
with the gates of its own and its neighbours' frames."""
SOFT = 256
"""Texels along a side of the map of the regions."""
FAINT = 2**-14
"""A matte below this is none."""
LEAST = 5e-4
"""A smaller change of the logarithm is none: less than half floats hold, so the plate's own bits stay."""


@dataclass(frozen=True)
class Placed:
    """Where the edit lies, whatever its strength, in a rectangle of the picture: its slices; mattes (h,w,M) as MATTES
    names them; uv (h,w,2) of the face; confidence (h,w).
    """

    box: Box
    mattes: Image | Half
    uv: Image
    confidence: Image | Half


def skin(size: tuple[int, int], points: Image, change: Image, gate: Image, presence: float) -> tuple[Part, Placed]:
    """The change of a frame's skin at full strength, and where it lies: mattes of the skin and its regions.

    size: height, width of the picture; points (504,3) pixels of it; change (S,S,3): log light, and log red and blue
    against luma; gate (S,S); presence 0..1 fades the edit.
    """
    seen = unwrap.window(points, size)
    box = _box(seen)
    logs = unwrap.show(change * (presence * _open(gate))[..., None], seen)
    bare, uv = unwrap.show(gate, seen), np.where(seen.inside[..., None], seen.uv, 0.0)
    mattes = np.dstack([bare, unwrap.show(_regions(), seen) * bare[..., None]])
    placed = Placed(box, mattes, uv.astype(np.float32), bare * np.float32(presence))
    return Part(box, logs, bare), placed


@lru_cache(maxsize=1)
def _regions() -> Image:
    """(S,S,R) the regions of the skin over a map of their own: they are soft, and need no finer one."""
    return np.stack([regions.region(name, SOFT) for name in regions.REGIONS], axis=-1)


def nowhere() -> Placed:
    """Of a frame without the face."""
    box = slice(0, 1), slice(0, 1)
    return Placed(box, *(np.zeros((1, 1, *more), np.float32) for more in ((len(MATTES),), (2,), ())))


def placed(skin: Placed, parts: Mapping[str, Sequence[Part]]) -> Placed:
    """Skin and parts together, by name in the order of MATTES: a matte for each, and the edit is as sure of it."""
    box = around([skin.box, *(part.box for each in parts.values() for part in each)])
    size = box[0].stop - box[0].start, box[1].stop - box[1].start
    # Planes of half floats, as they are written: the whole of it would be four times the room, and is nearly all zero.
    mattes = np.zeros((skin.mattes.shape[-1] + len(parts), *size), np.float16)
    uv, confidence = np.zeros((*size, 2), np.float32), np.zeros(size, np.float16)
    own = within(skin.box, box)
    mattes[(slice(skin.mattes.shape[-1]), *own)] = _kept(skin.mattes).transpose(2, 0, 1)
    uv[own], confidence[own] = skin.uv, _kept(skin.confidence)
    for channel, each in enumerate(parts.values(), start=skin.mattes.shape[-1]):
        for part in each:
            there, where = within(part.box, box), _kept(part.where)
            for plane in (mattes[channel], confidence):
                np.maximum(plane[there], where, out=plane[there])
    return Placed(box, np.moveaxis(mattes, 0, -1), uv, confidence)


def _kept(matte: Image | Half) -> Half:
    """In half floats, without those so small that they are no normal numbers: slow to make, and nobody sees them."""
    return np.where(matte < FAINT, 0, matte).astype(np.float16)


def strengths(weights: Mapping[str, float], side: int, uv: Image) -> Image:
    """(h,w): what an artist's sliders make of the strength of skin at its places (h,w,2) on the map."""
    inside = np.asarray((uv > 0).any(axis=-1))
    return unwrap.show(regions.weighted(dict(weights), side), unwrap.Window(0, 0, uv, inside))


def _open(gate: Image) -> Image:
    """(S,S) 0..1: nothing where this very frame shows no skin, whatever its neighbours' average would change there."""
    return np.asarray(np.clip((gate - CLOSED) / (OPEN - CLOSED), 0, 1), np.float32)


def over(picture: Image, parts: Sequence[Part], strength: float | Image = 1.0) -> Image:
    """The picture (H,W,3) with parts laid over it, each as far as `strength` 0..1: one number, or (h,w)."""
    out = picture.copy()
    for part in parts:
        logs = part.change * (strength if isinstance(strength, float) else strength[..., None])
        out[part.box] = _changed(out[part.box], part, logs)
    return out


def _changed(picture: Image, part: Part, logs: Image) -> Image:
    """A part of the picture (h,w,3) changed by logarithms (h,w,3); of a pixel that it shares, only its own light."""
    if part.behind is None:
        return _gained(picture, logs)
    behind = np.minimum(part.behind, picture)
    return np.where(_small(logs)[..., None], picture, behind + _gained(picture - behind, logs)).astype(np.float32)


def _small(logs: Image) -> Mask:
    """(h,w): where logarithms (h,w,3) are as good as none."""
    one, two, three = (np.abs(logs[..., n]) < LEAST for n in range(3))
    return np.asarray(one & two & three)


def _gained(plate: Image, logs: Image) -> Image:
    """Light by the first of the logarithms; red and blue against luma by the others, green so that luma is kept."""
    light, more_red, more_blue = np.exp(logs).transpose(2, 0, 1)
    red, blue = plate[..., 0] * more_red, plate[..., 2] * more_blue
    left = (plate @ LUMA - LUMA[0] * red - LUMA[2] * blue) / LUMA[1]
    green = np.clip(left, *np.sort([GREEN[0] * plate[..., 1], GREEN[1] * plate[..., 1]], axis=0))
    out = np.stack([red, green, blue], axis=-1) * light[..., None]
    return np.where(_small(logs)[..., None], plate, out).astype(np.float32)


def _box(seen: unwrap.Window) -> tuple[slice, slice]:
    height, width = seen.inside.shape
    return slice(seen.y, seen.y + height), slice(seen.x, seen.x + width)
