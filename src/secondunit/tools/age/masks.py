"""Masks of a whole picture on their way from one stage to the next: only the rectangle that is not empty is kept."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
STEPS = 65535
"""Of a mask's values, 0 to 1: in eight bits the foot of a matte would move."""


def save(path: Path, mask: Image) -> None:
    """Keep a mask (H,W) 0..1, in 16 bits."""
    box = _filled(mask)
    values = np.rint(mask[box] * np.float32(STEPS)).astype(np.uint16)
    np.savez(path, size=mask.shape, corner=(box[0].start, box[1].start), values=values)


def load(path: Path) -> Image:
    """What `save` kept."""
    with np.load(path) as kept:
        out, (top, left), values = np.zeros(kept["size"], np.float32), kept["corner"], kept["values"]
    np.multiply(values, np.float32(1 / STEPS), out=out[top : top + values.shape[0], left : left + values.shape[1]])
    return out


def _filled(mask: Image) -> tuple[slice, slice]:
    """The smallest rectangle with everything that is not zero; an empty one where nothing is."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    down = slice(int(rows[0]), int(rows[-1]) + 1)
    columns = np.flatnonzero(mask[down].any(axis=0))
    return down, slice(int(columns[0]), int(columns[-1]) + 1)
