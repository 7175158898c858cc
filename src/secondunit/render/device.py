"""Arrays to and from the device that kernels run on."""

from typing import Any

import numpy as np
import numpy.typing as npt
import warp as wp


def put(values: npt.ArrayLike, kind: Any, device: str) -> Any:
    """A Warp array of `kind` on `device` with the values of a NumPy array."""
    return wp.array(np.asarray(values), dtype=kind, device=device)


def blank(shape: tuple[int, ...], kind: Any, device: str, value: Any = 0) -> Any:
    """A Warp array filled with one value."""
    if isinstance(value, int) and value == 0:
        return wp.zeros(shape, dtype=kind, device=device)
    return wp.full(shape, value, dtype=kind, device=device)


def take(array: Any) -> Any:
    """The values of a Warp array as NumPy."""
    return array.numpy()
