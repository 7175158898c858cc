"""Pictures that come with a plate: occluder mattes and clean plates, checked against its size and frames."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from secondunit.schema import InputError
from secondunit.schema.plate import Window

from . import colour, frames, sequence
from .limits import Limits
from .sandbox import Decoded, Decoder
from .sniff import Kind, sniff

Array = np.ndarray[Any, Any]


@dataclass
class Extras:
    """Takes sidecar pictures into the plate's staging folder, one per plate frame, over its display window."""

    staging: Path
    decoder: Decoder
    limits: Limits
    frame_numbers: list[int]
    display: Window
    notes: list[str] = field(default_factory=list)

    def occluders(self, source: str) -> str:
        """Mattes of what stands before the building, as float channel `A`; returns their name pattern."""
        for number, path, picture in self._pictures(source, "occluder matte"):
            matte = placed(matte_of(picture, path.name)[..., None], picture, self.display, path.name)
            target = self.staging / f"occluders.{number:04d}.exr"
            frames.write_layer(target, {"A": matte[..., 0]}, pixel_type="half", data_window=self.display)
        self._fill("occluders")
        return "occluders.%04d.exr"

    def clean(self, source: str, space: str | None) -> str:
        """Clean plates, converted like the plate itself; returns their name pattern."""
        for number, path, picture in self._pictures(source, "clean plate"):
            if space is None:
                guess = colour.guess(sniff(path, self.limits).value, picture.hints, path.name)
                self.notes.append(f"clean plate: {guess.said.rstrip('.')}")
                space = guess.space
            rgb = placed(colour.to_working(picture.pixels[..., :3], space), picture, self.display, path.name)
            frames.write_rgb(self.staging / f"clean.{number:04d}.exr", rgb, data_window=self.display)
        self._fill("clean")
        return "clean.%04d.exr"

    def _pictures(self, source: str, what: str) -> Any:
        numbered = listed(source, what, self.limits, self.frame_numbers)
        pictures = self.decoder.pictures(list(numbered.values()))
        for (number, (path, _)), picture in zip(numbered.items(), pictures, strict=True):
            if not np.isfinite(picture.pixels).all():
                raise InputError(f"{path.name} has NaN or infinite pixels: repair the {what} first.")
            yield number, path, picture

    def _fill(self, stem: str) -> None:
        """One picture for all frames: further names for the same file."""
        first = self.staging / f"{stem}.{self.frame_numbers[0]:04d}.exr"
        for number in self.frame_numbers[1:]:
            target = self.staging / f"{stem}.{number:04d}.exr"
            if not target.exists():
                os.link(first, target)


def listed(source: str, what: str, limits: Limits, frame_numbers: Sequence[int]) -> dict[int, tuple[Path, Kind]]:
    """Files of a sidecar by frame number; one file stands for all frames, under the first.

    Raises InputError for files that are not there, are no pictures, or do not cover `frame_numbers` (of the plate).
    """
    found = sequence.find(source, limits)
    files = {number: (path, sniff(path, limits)) for number, path in found.files.items()}
    for path, kind in files.values():
        if kind is Kind.MOVIE:
            raise InputError(f"{path.name} is a movie where a still or a sequence is needed for the {what}.")
    if found.single is not None:
        return {frame_numbers[0]: next(iter(files.values()))}
    absent = [number for number in frame_numbers if number not in files]
    if absent:
        raise InputError(f"{found.name} lacks frames {sequence.spans(absent)} of the plate: give one {what} for each.")
    return {number: files[number] for number in frame_numbers}


@contextmanager
def named(option: str, source: str) -> Iterator[None]:
    """Sentences about a sidecar begin with the option and the file or pattern that it was given by."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{option} {source}: {error}") from error


def matte_of(picture: Decoded, name: str) -> Array:
    """float32 (H, W) 0..1: alpha where the picture has one that says anything, else the brightest channel."""
    pixels = np.asarray(picture.pixels)
    if pixels.shape[2] == 4 and float(pixels[..., 3].min()) < 1.0:
        matte = pixels[..., 3]
    else:
        matte = pixels[..., :3].max(axis=2)
    if not np.isfinite(matte).all():
        raise InputError(f"{name} has NaN or infinite pixels: repair the matte first.")
    return np.asarray(np.clip(matte, 0.0, 1.0), np.float32)


def placed(pixels: Array, picture: Decoded, display: Window, name: str) -> Array:
    """Pixels (h,w,C) of a picture over the plate's display window, zero beyond them. InputError for another size."""
    here, there = _size(picture.display_window), _size(display)
    if here != there:
        raise InputError(
            f"{name} is {here[0]} x {here[1]} pixels and the plate {there[0]} x {there[1]}: give it at plate size."
        )
    if picture.display_window != display and picture.data_window == picture.display_window:
        return pixels  # a plain picture for a plate whose window does not start at zero
    return frames.reframe(pixels, picture.data_window, display)


def _size(box: Window) -> tuple[int, int]:
    return box[2] - box[0] + 1, box[3] - box[1] + 1
