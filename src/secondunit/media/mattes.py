"""Mattes from outside that belong to a plate: one still for every frame, or one picture a frame under its number."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from secondunit.schema import InputError
from secondunit.schema.plate import Window

from . import frames, sequence, sidecars
from .child import nothing
from .limits import Limits
from .sandbox import Decoded, Decoder
from .sniff import Kind, sniff

Array = np.ndarray[Any, Any]
NAME = "matte.{:04d}.exr"


@dataclass(frozen=True)
class Listed:
    """files: one for each frame of the plate, or one for all of them (numbered: False)."""

    files: tuple[Path, ...]
    numbered: bool


def listed(source: str, wanted: range, limits: Limits | None = None) -> Listed:
    """The pictures that `source` names for the frames wanted; what lies before and after them is left aside.

    One file, given by its own name, is a still. Raises InputError for what is not there, or is no picture.
    """
    limits = limits or Limits()
    found = sequence.find(source, limits)
    if found.single is not None and not found.numbered:
        return Listed((_picture(found.single, limits),), numbered=False)
    absent = [number for number in wanted if number not in found.files]
    if absent:
        raise InputError(
            f"{found.name} lacks frames {sequence.spans(absent)} of the plate's {sequence.spans(list(wanted))}: "
            "give a matte for each."
        )
    return Listed(tuple(_picture(found.files[number], limits) for number in wanted), numbered=True)


def check(files: Sequence[Path], display: Window, stop: Callable[[], None] = nothing) -> None:
    """Raise InputError for mattes that `write` would refuse, and where all of them are black everywhere."""
    with tempfile.TemporaryDirectory() as scratch, Decoder(Path(scratch), Limits(), stop) as decoder:
        lit = [bool(matte.any()) for matte, _ in _read(files, display, decoder)]
    if not any(lit):
        where = "is black everywhere" if len(lit) == 1 else f"is black everywhere in all {len(lit)} frames"
        raise InputError(f"{where}: it must be white where the performer is in front.")


def write(files: Sequence[Path], display: Window, folder: Path, stop: Callable[[], None] = nothing) -> None:
    """Decode the mattes into `folder`: half floats in channel `A` over the display window, counted from 0.

    A matte is a picture's alpha where one of the pictures has an alpha below 1 anywhere, else the brightest channel.
    Values are taken as they are stored. Raises InputError for another size than the plate's and for what is no number.
    """
    opaque = []
    with tempfile.TemporaryDirectory() as scratch, Decoder(Path(scratch), Limits(), stop) as decoder:
        for index, (matte, alpha) in enumerate(_read(files, display, decoder)):
            opaque += [index] if alpha is None else []
            frames.write_layer(folder / NAME.format(index), {"A": matte}, data_window=display)
    if opaque and len(opaque) < len(files):
        # In a sequence that says it by alpha, a frame whose alpha is 1 all over is white: its colours are a picture.
        white = np.ones((display[3] - display[1] + 1, display[2] - display[0] + 1), np.float32)
        for index in opaque:
            frames.write_layer(folder / NAME.format(index), {"A": white}, data_window=display)


def read(folder: Path, index: int) -> Array:
    """float32 (H,W) 0..1 of what `write` left."""
    return frames.read(folder / NAME.format(index)).stack(["A"])[..., 0]


def _picture(path: Path, limits: Limits) -> Path:
    if sniff(path, limits) is Kind.MOVIE:
        raise InputError(f"{path.name} is a movie where a still or a sequence is needed: export it as PNG or EXR.")
    return path


def _read(files: Sequence[Path], display: Window, decoder: Decoder) -> Iterator[tuple[Array, Array | None]]:
    """Each matte (H,W) over the display window; the second of the pair is None where its alpha says nothing."""
    pictures = decoder.pictures([(path, sniff(path, decoder.limits)) for path in files], mattes=True)
    for path, picture in zip(files, pictures, strict=True):
        pixels = np.asarray(picture.pixels)
        says = pixels.shape[2] == 4 and not float(pixels[..., 3].min()) >= 1.0
        plane = pixels[..., 3] if says else pixels[..., :3].max(axis=2)
        _numbers(plane, picture, path.name)
        placed = sidecars.placed(np.clip(plane, 0.0, 1.0)[..., None], picture, display, path.name)[..., 0]
        yield placed, placed if says else None


def _numbers(plane: Array, picture: Decoded, name: str) -> None:
    bad = ~np.isfinite(plane)
    if bad.any():
        y, x = np.argwhere(bad)[0] + np.array(picture.data_window[1::-1])
        raise InputError(
            f"{name} has {int(bad.sum())} pixels that are NaN or infinite, the first at x {x}, y {y}: repair the matte "
            "and give it again."
        )
