"""Smooth filling of holes: the membrane that hangs from the known rim (Laplace), coarse to fine."""

from __future__ import annotations

import cv2
import numpy as np

from secondunit.vision.sky import Image, Mask


def membrane(image: Image, known: Mask, sweeps: int = 24) -> Image:
    """Fill unknown pixels of (H,W,C) so that each is the mean of its neighbours; known pixels stay as they are.

    Starts from the same problem at half size, so a few Jacobi sweeps per level are enough. With nothing known the
    result is zero.
    """
    height, width = known.shape
    weight = known.astype(np.float32)[..., None]
    if min(height, width) <= 4 or known.all():
        total = float(weight.sum())
        mean = (image * weight).sum(axis=(0, 1)) / total if total else np.zeros(image.shape[2], np.float32)
        return np.asarray(np.where(weight > 0, image, mean), dtype=np.float32)
    size = ((width + 1) // 2, (height + 1) // 2)
    share = cv2.resize(weight[..., 0], size, interpolation=cv2.INTER_AREA)[..., None]
    total_small = _resize(image * weight, size, cv2.INTER_AREA)
    coarse = membrane(np.asarray(total_small / np.maximum(share, 1e-6)), share[..., 0] > 0.01, sweeps)
    filled = np.where(weight > 0, image, _resize(coarse, (width, height), cv2.INTER_LINEAR)).astype(np.float32)
    for _ in range(sweeps if max(height, width) <= 256 else sweeps // 3):
        mean = cv2.blur(filled, (3, 3), borderType=cv2.BORDER_REPLICATE)
        filled = np.where(weight > 0, image, mean.reshape(image.shape)).astype(np.float32)
    return np.asarray(filled, dtype=np.float32)


def _resize(image: Image, size: tuple[int, int], how: int) -> Image:
    """cv2.resize that keeps a channel axis of one."""
    resized = np.asarray(cv2.resize(image, size, interpolation=how), dtype=np.float32)
    return resized.reshape(size[1], size[0], image.shape[2])
