"""The plate as a texture: only what belongs to the building, filled a little beyond it so that filters find no sky."""

import numpy as np

from .scene import Floats, Ints, Mask


def fill_from_sure(image: Floats, sure: Floats) -> Floats:
    """(H,W,3) `image` where `sure` (H,W) is 1, and elsewhere sure colours from around, blurrier from afar.

    Pull and push (Gortler et al. 1996): means over ever larger squares, then back up, keeping what is sure.
    """
    import cv2

    known = (sure >= 0.999).astype(np.float32)
    if not known.any():
        return image.copy()
    sums: list[Floats] = [(image * known[..., None]).astype(np.float32)]
    weights: list[Floats] = [known]
    while min(weights[-1].shape) > 1 and weights[-1].min() <= 0.0:
        size = (-(-weights[-1].shape[1] // 2), -(-weights[-1].shape[0] // 2))
        sums.append(cv2.resize(sums[-1], size, interpolation=cv2.INTER_AREA).astype(np.float32))
        weights.append(cv2.resize(weights[-1], size, interpolation=cv2.INTER_AREA).astype(np.float32))
    filled = sums[-1] / np.maximum(weights[-1], 1e-8)[..., None]
    mean = sums[0].reshape(-1, 3).sum(axis=0) / known.sum()
    filled = np.where(weights[-1][..., None] > 0.0, filled, mean).astype(np.float32)
    for colour, weight in zip(sums[-2::-1], weights[-2::-1], strict=True):
        wide = cv2.resize(filled, weight.shape[::-1], interpolation=cv2.INTER_LINEAR)
        trust = np.clip(weight * 4.0, 0.0, 1.0)[..., None]
        own = colour / np.maximum(weight, 1e-8)[..., None]
        filled = (own * trust + wide * (1.0 - trust)).astype(np.float32)
    return np.where(known[..., None] > 0.0, image, filled).astype(np.float32)


def building_texture(plate: Floats, matte: Floats, occluders: Floats | None) -> Floats:
    """(H,W,3) plate colours of the building alone: mixed edge pixels and what stands in front are replaced by their
    neighbours."""
    sure = (matte > 0.97).astype(np.float32)
    if occluders is not None:
        sure *= occluders < 0.02
    return fill_from_sure(plate, sure)


def cut_matte(matte: Floats, occluders: Floats | None) -> Floats:
    """(H,W) where pieces exist: the matte, and behind what stands in front of it."""
    cut = matte if occluders is None else np.maximum(matte, occluders)
    return np.ascontiguousarray(cut, dtype=np.float32)


def owner_labels(owner: Ints, is_skin: Mask, matte: Floats) -> Ints:
    """(H,W) the piece each plate pixel belongs to, -1 none.

    A pixel that shows an outer surface belongs to its piece; anything else the matte covers (window holes, proxies
    that fall
    short, the matte's soft rim and three pixels beyond) belongs to the nearest such pixel's piece.
    """
    import cv2
    from scipy.ndimage import distance_transform_edt

    sure = is_skin & (owner >= 0)
    if not sure.any():
        return np.full(owner.shape, -1, dtype=np.int32)
    rows, columns = distance_transform_edt(~sure, return_distances=False, return_indices=True)
    region = cv2.dilate((matte > 0.004).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    return np.where(region, owner[rows, columns], -1).astype(np.int32)
