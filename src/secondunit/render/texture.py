"""The plate as a texture: only what belongs to the building, filled a little beyond it so that filters find no sky."""

import numpy as np

from .scene import Floats, Ints, Mask


def fill_from_sure(image: Floats, sure: Floats) -> Floats:
    """(H,W,3) `image` where `sure` (H,W) is 1, and elsewhere the nearest sure colours, blurred ever wider with
    distance."""
    import cv2

    out = (image * (sure >= 0.999)[..., None]).astype(np.float32)
    known = (sure >= 0.999).astype(np.float32)
    if not known.any():
        return image.copy()
    mean = out.reshape(-1, 3).sum(axis=0) / known.sum()
    todo = known < 0.5
    sigma = 1.0
    while todo.any() and sigma < max(image.shape[:2]):
        weight = cv2.GaussianBlur(known, (0, 0), sigma)
        colour = cv2.GaussianBlur(image * known[..., None], (0, 0), sigma)
        found = todo & (weight > 0.02)
        out[found] = colour[found] / weight[found][:, None]
        todo &= ~found
        sigma *= 2.5
    out[todo] = mean
    return out


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
