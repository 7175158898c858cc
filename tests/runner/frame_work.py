"""Functions that workers of the tests import: kept apart from the tests, so that a worker does not import pytest."""

import ctypes
import os
import signal
import time
from pathlib import Path

import numpy as np


def double(payload: int, frame: int) -> int:
    return payload + 2 * frame


def slow_first(payload: object, frame: int) -> int:
    time.sleep(0.3 if frame == 1001 else 0.0)
    return frame


def how_array_came(payload: dict[str, np.ndarray], frame: int) -> tuple[str, float]:
    array = payload["array"]
    base = array if isinstance(array, np.memmap) else array.base
    return type(base).__name__, float(array.sum())


def fail_at(payload: int, frame: int) -> int:
    if frame == payload:
        raise ValueError(f"no light in frame {frame}")
    return frame


def die_at(payload: tuple[int, int], frame: int) -> int:
    if frame == payload[0]:
        os.kill(os.getpid(), payload[1])
    return frame


def crash(payload: object, frame: int) -> None:
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    ctypes.string_at(0)


def note_and_sleep(payload: Path, frame: int) -> None:
    (payload / f"{os.getpid()}.pid").touch()
    time.sleep(60)


def write_frame(payload: tuple[int, Path], frame: int, folder: Path) -> None:
    (payload[1] / f"computed-{frame}").touch()
    (folder / "value.txt").write_text(str(payload[0] * frame))


def write_and_fail(payload: tuple[int, Path], frame: int, folder: Path) -> None:
    write_frame(payload, frame, folder)
    if frame == 3:
        raise RuntimeError("the third frame never works")


def write_slowly(payload: tuple[float, Path], frame: int, folder: Path) -> None:
    """Two files with a pause in between: a kill in the pause must leave neither."""
    (payload[1] / f"computed-{frame}-{os.getpid()}").touch()
    (folder / "first.txt").write_text(str(frame))
    time.sleep(payload[0])
    (folder / "second.txt").write_text(str(frame))


def threads(payload: object, frame: int) -> str | None:
    return os.environ.get("OMP_NUM_THREADS")


def ask_too_much(payload: object, frame: int) -> np.ndarray:
    return np.empty((2**28, 2**28))
