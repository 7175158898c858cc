"""Arrays between processes: big ones travel as memory-mapped `.npy` files, never through a pipe."""

import io
import mmap
import os
import pickle
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

BIG_ARRAY_BYTES = 1 << 20


def dumps(value: object, folder: Path) -> bytes:
    """Pickle `value`; its big arrays are written to `folder`, which must outlive every reader's `pickle.loads`."""
    buffer = io.BytesIO()
    _Pickler(buffer, folder).dump(value)
    return buffer.getvalue()


class _Pickler(pickle.Pickler):
    """Sends big arrays as files: a memory map by its path and place, any other by writing it to `folder` first."""

    def __init__(self, file: io.BytesIO, folder: Path) -> None:
        super().__init__(file, protocol=5)
        self.folder = folder

    def reducer_override(self, value: object) -> Any:
        if not isinstance(value, np.ndarray) or value.dtype.hasobject:
            return NotImplemented
        place = place_in_file(value)
        if place is not None:
            return map_array, place
        if value.nbytes < BIG_ARRAY_BYTES:
            return NotImplemented
        handle, name = tempfile.mkstemp(suffix=".npy", dir=self.folder)
        with os.fdopen(handle, "wb") as file:
            np.save(file, value, allow_pickle=False)
        return open_shared, (name,)


def place_in_file(array: np.ndarray) -> tuple[str, str, tuple[int, ...], int, tuple[int, ...]] | None:
    """(file, dtype, shape, offset in bytes, strides) of a view into a read-only memory map, else None."""
    base: Any = array
    while isinstance(base, np.ndarray) and isinstance(base.base, np.ndarray):
        base = base.base
    if not isinstance(base, np.memmap) or base.filename is None or base.mode != "r":
        return None
    whole = np.frombuffer(base.base, np.uint8)  # type: ignore[arg-type]
    start = base.offset - base.offset % mmap.ALLOCATIONGRANULARITY
    offset = array.__array_interface__["data"][0] - whole.__array_interface__["data"][0] + start
    return str(base.filename), array.dtype.str, array.shape, offset, array.strides


def map_array(file: str, dtype: str, shape: tuple[int, ...], offset: int, strides: tuple[int, ...]) -> np.ndarray:
    """The inverse of `place_in_file`."""
    return np.ndarray(shape, np.dtype(dtype), np.memmap(file, np.uint8, "r"), offset, strides)


def open_shared(file: str) -> np.ndarray:
    """An array that was written for the workers."""
    array: np.ndarray = np.load(file, mmap_mode="r", allow_pickle=False)
    return array
