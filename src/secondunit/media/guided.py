"""The guided filter (He, Sun and Tang, ECCV 2010): a mask smoothed so that its edge is the picture's."""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]


def guided(signal: Image, guide: Image, radius: int, epsilon: float, shrink: int = 1) -> Image:
    """`signal` (H,W) smoothed over windows of 2 radius + 1 pixels, with the edges of `guide` (H,W).

    epsilon: variance of the guide from which it counts as an edge. shrink: the lines are fitted at so many times fewer
    pixels each way (He and Sun, 2015), with little to be seen of it while shrink is well below the radius.
    """
    small, fine = (_shrunk(image, shrink) for image in (signal, guide))
    size = (2 * max(1, round(radius / shrink)) + 1,) * 2
    mean_g, mean_s = cv2.blur(fine, size), cv2.blur(small, size)
    slope = (cv2.blur(fine * small, size) - mean_g * mean_s) / (cv2.blur(fine * fine, size) - mean_g**2 + epsilon)
    slope, offset = cv2.blur(slope, size), cv2.blur(mean_s - slope * mean_g, size)
    if shrink > 1:
        whole = guide.shape[1::-1]
        slope, offset = (cv2.resize(each, whole, interpolation=cv2.INTER_LINEAR) for each in (slope, offset))
    return np.asarray(slope * guide + offset, np.float32)


def _shrunk(image: Image, shrink: int) -> Image:
    if shrink <= 1:
        return image
    size = tuple(max(1, length // shrink) for length in image.shape[1::-1])
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)
