"""How old somebody else's program takes a face to be: a scale that was not made here.

An estimator errs by years, and rewards smoothing: it says nothing unless identity, grain and marks hold as well.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from .pictures import Image

Years = float | None
Ask = Callable[[Sequence[Path]], list[Years]]
"""Years of the face in each of these pictures, None where the estimator finds none."""
OVER = 60.0
"""Years from which a face counts for the gate, by the estimator itself."""
MOVED = ((0.0, 0.0, 1.0), (0.03, -0.02, 1.0), (-0.02, 0.03, 1.0), (0.0, 0.0, 0.92))
"""Variants of a picture beside its mirror image: shifts right and down as shares of its size, and its scale."""
HOW = "no program that estimates age was given: --estimator, see docs/benchmarks.md"


class Estimates:
    """Means over the variants of a picture, since one look errs by more than the tool may."""

    def __init__(self, ask: Ask | None) -> None:
        self._ask = ask
        self.missing = "" if ask else HOW

    def years(self, folder: Path, faces: Mapping[str, Image]) -> dict[str, float]:
        """Years of each picture's face; empty where one is not found in every variant. folder: for a moment's use."""
        if self._ask is None:
            return {}
        folder.mkdir(parents=True, exist_ok=True)
        paths = [path for name, code in faces.items() for path in _written(folder, name, code)]
        said = self._ask(paths)
        for path in paths:
            path.unlink()
        known = [years for years in said if years is not None and np.isfinite(years)]
        if len(known) < len(paths):
            return {}
        means = np.reshape(known, (len(faces), -1)).mean(axis=1)
        return {name: float(mean) for name, mean in zip(faces, means, strict=True)}


def variants(code: Image) -> list[Image]:
    """The picture (H,W,3) itself, moved a little, smaller, and its mirror image."""
    height, width = code.shape[:2]
    out = [np.ascontiguousarray(code[:, ::-1])]
    for right, down, scale in MOVED:
        x, y = (right + (1 - scale) / 2) * width, (down + (1 - scale) / 2) * height
        turned = np.array([[scale, 0, x], [0, scale, y]], np.float64)
        moved = cv2.warpAffine(code, turned, (width, height), borderMode=cv2.BORDER_REPLICATE)
        out.append(np.asarray(moved, np.float32))
    return out


def _written(folder: Path, name: str, code: Image) -> list[Path]:
    paths = []
    for number, each in enumerate(variants(code)):
        paths.append((folder / f"{name}-{number}.png").resolve())
        cv2.imwrite(str(paths[-1]), np.rint(np.clip(each[..., ::-1], 0, 1) * 255).astype(np.uint8))
    return paths
