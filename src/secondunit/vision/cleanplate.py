"""The plate without the building: sky down to the horizon, a distant band, and the ground carried on behind.

Every pixel outside the removed region stays bit-identical. Inside, the sky is its own slow gradient plus a membrane
that takes up what is left at the rim; the ground is the plate's own ground mirrored about the building's base in
metres, so that its grain shrinks with distance as perspective demands; between them lies a band made of the colours
that the plate shows near the horizon, and of the real trees beside the building, mirrored, where there are any.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.vision.distance import Layout, distance
from secondunit.vision.fill import membrane
from secondunit.vision.floor import far_edge, floor
from secondunit.vision.grain import apply, measure
from secondunit.vision.matte import Matte
from secondunit.vision.sky import Image, Mask, Sky

Floats = NDArray[np.float64]
HALO_PX = 4  # sharpening and compression leave a rim this wide on the sky
CONTACT_SHARE = 0.012  # depth of the contact shadow below the base, of the plate's height
FAR_SHARE = 0.4  # of the way from base to horizon, made ground goes where the plate does not show how far
BESIDE_SHARE = 0.012  # how far a neighbour is carried on behind the building, of the plate's width
PALING = 0.6  # how far an unseen lower sky fades to its pale horizon


def removal(matte: Matte) -> Image:
    """Region (H,W) 0..1 that a clean plate must replace: the building and its halo on the sky."""
    solid = (matte.alpha > 0.004).astype(np.uint8)
    wide = cv2.dilate(solid, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * HALO_PX + 1,) * 2)) > 0
    near = cv2.dilate(solid, np.ones((3, 3), np.uint8)) > 0
    taken = near | (wide & (matte.sky.alpha > 0.9)) | _contact(solid, matte.ground)
    if matte.occluders is not None:
        taken &= matte.occluders < 0.9  # half-covered rims need the distance behind them, cores stay as they are
    return taken.astype(np.float32)


def _contact(solid: NDArray[np.uint8], ground: Image) -> Mask:
    """The dark line where the building stands on the ground: a few rows below its foot."""
    deep = max(3, round(CONTACT_SHARE * solid.shape[0]))
    foot = (solid > 0) & (cv2.dilate(ground, np.ones((5, 1), np.uint8)) > 0.5)
    down = np.zeros((2 * deep + 1, 1), np.uint8)
    down[: deep + 1] = 1
    return np.asarray(cv2.dilate(foot.astype(np.uint8), down) > 0) & (ground > 0)


def clean_plate(plate: Image, remove: Image, sky: Sky, ground: Image, horizon_px: Floats, seed: int) -> Image:
    """Plate (H,W,3 scene-linear) with the pixels where remove (H,W) > 0 replaced; all others bit-identical.

    sky, ground: as in the matte. horizon_px (W,): plate row of eye level at infinity per column. The same seed gives
    the same bits.
    """
    hole = remove > 0
    if not hole.any():
        return plate.copy()
    base = _base_rows(ground)
    horizon = np.minimum(horizon_px, base - 2)
    far = far_edge(plate, sky, Layout(horizon, base - FAR_SHARE * (base - horizon), base, hole))
    layout = Layout(horizon, far, base, hole)
    rng = np.random.Generator(np.random.Philox(key=[seed & 0xFFFFFFFFFFFFFFFF, 77]))
    made = _sky(plate, sky, layout)
    covered = np.zeros(hole.shape, np.float32)
    beside = _beside(plate, sky, ground, hole)
    for colour, cover in (distance(plate, sky, layout, made, rng), floor(plate, layout, rng), beside):
        made = made * (1 - cover[..., None]) + colour * cover[..., None]
        covered = np.maximum(covered, cover)
    rows, columns = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    grained = apply(made[part].astype(np.float32), measure(plate), 0, seed)
    if sky.confidence > 0:  # a sky's noise is finer than that of the things that a plate's flat patches lie on
        airy = apply(made[part].astype(np.float32), measure(plate, (sky.alpha > 0.99) & ~hole), 0, seed)
        grained = np.where((covered[part] > 0.5)[..., None], grained, airy)
    clean = plate.copy()
    clean[part] = np.where(hole[part][..., None], np.maximum(grained, 0), plate[part])
    return clean


def _beside(plate: Image, sky: Sky, ground: Image, hole: Mask) -> tuple[Image, Image]:
    """What stands beside the building, mirrored about its outline a little way in, and where (H,W) 0 or 1.

    A wing or a neighbour does not end where the building begins: sky in the first gap that opens there would betray the
    cut. Only what is wider than the strip counts, which leaves out lamps and signs in front.
    """
    reach = max(3, round(BESIDE_SHARE * plate.shape[1]))
    solid = ((sky.alpha < 0.5) & (ground < 0.5) & ~hole).astype(np.uint8)
    square = np.ones((2 * reach + 1,) * 2, np.uint8)
    thing = solid & np.asarray(cv2.dilate(cv2.morphologyEx(solid, cv2.MORPH_OPEN, square), square))
    if not thing.any():
        return plate, np.zeros(hole.shape, np.float32)
    away, label = cv2.distanceTransformWithLabels(1 - thing, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    rows, columns = np.nonzero(thing)
    place = np.zeros((int(label.max()) + 1, 2), np.int64)
    place[label[rows, columns]] = np.stack([rows, columns], axis=1)
    near = hole & (away <= reach) & (away <= cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 5) + 2.0)
    here = np.argwhere(near)
    behind = 2 * place[label[near]] - here
    behind = np.clip(behind, 0, np.array(hole.shape) - 1)
    unfit = hole[behind[:, 0], behind[:, 1]]
    behind[unfit] = place[label[near]][unfit]
    colour = plate.copy()
    colour[near] = plate[behind[:, 0], behind[:, 1]]
    return colour, near.astype(np.float32)


def _base_rows(ground: Image) -> Floats:
    """Row per column where the ground begins."""
    return np.asarray(ground.shape[0] - ground.sum(axis=0), dtype=np.float64)


def _sky(plate: Image, sky: Sky, layout: Layout) -> Image:
    """Sky everywhere: its gradient, corrected by a membrane so that it meets the real sky without a seam."""
    if sky.confidence == 0:
        return _made_up_sky(plate, layout)
    scale = min(1.0, 480 / plate.shape[1])
    size = (max(8, round(plate.shape[1] * scale)), max(8, round(plate.shape[0] * scale)))
    pure = ((sky.alpha > 0.995) & ~layout.hole).astype(np.float32)
    share = cv2.resize(pure, size, interpolation=cv2.INTER_AREA)
    apart = cv2.resize((plate - sky.model) * pure[..., None], size, interpolation=cv2.INTER_AREA)
    known = share > 0.6
    rest = membrane((apart / np.maximum(share, 1e-6)[..., None]).astype(np.float32), known)
    soft = cv2.GaussianBlur(rest, (0, 0), 1.5)
    made = sky.model + cv2.resize(soft, plate.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return _paled(made, pure, layout)


def _paled(made: Image, pure: Image, layout: Layout) -> Image:
    """Clear sky whitens and brightens towards the horizon; where no sky was seen that low, it must be told so."""
    seen = np.flatnonzero(pure.mean(axis=1) > 0.03)
    lowest = float(seen.max()) if len(seen) else 0.0
    rows = np.arange(made.shape[0])[:, None]
    fall = np.clip((rows - lowest) / np.maximum(layout.horizon[None, :] - lowest, 0.05 * made.shape[0]), 0, 1)
    weight = (PALING * fall * fall * (3 - 2 * fall) * np.clip(layout.horizon[None, :] - lowest, 0, 1))[..., None]
    luma = made.mean(axis=2, keepdims=True)
    blue = np.clip((made[..., 2:] / np.maximum(made[..., :1], 1e-6) - 1.3) / 1.5, 0, 1)  # a pale sky pales no more
    pale = (1 + 0.9 * blue) * luma * np.array([0.95, 1.0, 1.06], np.float32)
    return np.asarray(made * (1 - weight) + pale * weight, dtype=np.float32)


def _made_up_sky(plate: Image, layout: Layout) -> Image:
    """An overcast sky in the plate's own light tones, for plates that show none."""
    tone = np.percentile(plate.reshape(-1, 3)[:: max(1, plate.size // 60000)], 92, axis=0)
    rows = np.arange(plate.shape[0])[:, None] / np.maximum(layout.horizon.mean(), 1)
    grey = tone.mean() * np.array([0.96, 1.0, 1.06]) * 0.8
    fall = (0.85 + 0.25 * np.clip(rows, 0, 1))[..., None]
    return np.asarray(grey * fall * np.ones((1, plate.shape[1], 1)), dtype=np.float32)
