"""A few Gaussians over the colours of one thing: hair with its light and its dark, clothes with their pattern."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
MOST = 3000
"""Values that are looked at, evenly taken from all."""
SCALE = np.array([1.0, 0.3, 0.3], np.float32)
"""Log-luma varies with the light; colour tells things apart."""


@dataclass(frozen=True)
class Mixture:
    """weights (K,), means (K,3), roots (K,3,3) of the inverse covariances: a value is whitened by its root."""

    weights: NDArray[np.float64]
    means: NDArray[np.float64]
    roots: NDArray[np.float64]

    def log(self, values: Image) -> Image:
        """(...,) logarithm of the density at values (...,3), but for a constant."""
        best = np.full(values.shape[:-1], -1e6, np.float32)
        for weight, mean, root in zip(self.weights, self.means, self.roots, strict=True):
            off = (values - mean.astype(np.float32)) @ root.astype(np.float32)
            scale = np.log(weight) + np.log(np.abs(np.linalg.det(root)))
            best = np.maximum(best, -0.5 * np.einsum("...i,...i->...", off, off) + scale)
        return np.asarray(best, np.float32)


def fitted(values: Image, count: int, least: tuple[float, ...]) -> Mixture:
    """To values (N,3), N above zero: at most `count` Gaussians, none narrower than `least` (3,)."""
    values = values[:: max(1, len(values) // MOST)].astype(np.float32)
    labels = np.zeros(len(values), np.int64)
    if len(values) > 60 * count:
        cv2.setRNGSeed(1)
        stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.01)
        guess = np.zeros((len(values), 1), np.int32)
        _, split, _ = cv2.kmeans(values / SCALE, count, guess, stop, 1, cv2.KMEANS_PP_CENTERS)
        labels = np.asarray(split)[:, 0].astype(np.int64)
    groups = [values[labels == n] for n in np.unique(labels)]
    groups = [group for group in groups if len(group) >= 20] or [values]
    narrow = np.diag(np.square(least))
    spreads = [(np.cov(group.T) if len(group) > 3 else 0) + narrow for group in groups]
    return Mixture(
        np.array([len(group) / len(values) for group in groups]),
        np.array([np.median(group, axis=0) for group in groups], np.float64),
        np.array([np.linalg.cholesky(np.linalg.inv(spread)) for spread in spreads]),
    )
