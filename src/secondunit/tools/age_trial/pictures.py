"""Pictures on their way to the tool and back: sRGB code values 0..1 here, scene-linear ACEScg half floats there."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from secondunit.media import colour, frames
from secondunit.schema import Plate

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]
FIRST = 1001
REC709 = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Luma of linear Rec.709 (ITU-R BT.709)."""
DARKEST = 1e-3
"""Light below which no logarithm is taken."""


@dataclass(frozen=True)
class Take:
    """A plate on disk; folder holds its frames."""

    plate: Plate
    folder: Path

    @property
    def frames(self) -> range:
        """Their numbers."""
        return self.plate.frames


@dataclass(frozen=True)
class Made:
    """What the tool left of one frame. comp, plate (H,W,3): code values 0..1; changed (H,W): other bits than before."""

    plate: Image
    comp: Image
    changed: Mask


def linear(code: Image) -> Image:
    """sRGB code values to linear light, both 0..1."""
    return np.asarray(np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4), np.float32)


def code_of(light: Image) -> Image:
    """Linear Rec.709 light to sRGB code values, clipped to 0..1."""
    held = np.clip(light, 0, 1)
    return np.asarray(
        np.where(held <= 0.0031308, 12.92 * held, 1.055 * np.maximum(held, 1e-9) ** (1 / 2.4) - 0.055), np.float32
    )


def shown(working: Image) -> Image:
    """ACEScg as sRGB code values, in floats: changes smaller than one of 255 levels are seen too."""
    return code_of(working @ _to_rec709())


def luma(code: Image) -> Image:
    """Luma (H,W) of code values, 0..1."""
    return np.asarray(code @ REC709, np.float32)


def log_light(code: Image) -> Image:
    """Natural logarithm (H,W) of the light of code values."""
    return np.asarray(np.log(np.maximum(linear(np.clip(code, 0, 1)) @ REC709, DARKEST)), np.float32)


def grained(code: Image, levels: float, seed: int) -> Image:
    """The picture with noise of that standard deviation, in levels of 255; one seed is one pattern."""
    noise = np.random.default_rng(seed).normal(0, levels / 255, code.shape)
    return np.clip(code + noise, 0, 1).astype(np.float32)


def write(codes: Iterable[Image], folder: Path, name: str) -> Take:
    """Frames as a plate in `folder`, such as `plate add` would leave of an sRGB source."""
    folder.mkdir(parents=True, exist_ok=True)
    known, last, size = hashlib.sha256(name.encode()), FIRST, (0, 0)
    for index, code in enumerate(codes):
        working = colour.to_working(code, colour.SRGB)
        channels = {channel: np.ascontiguousarray(working[..., n]) for n, channel in enumerate("RGB")}
        frames.write_layer(folder / f"frame.{FIRST + index}.exr", channels, header=dict(frames.ACESCG))
        known.update(working.tobytes())
        last, size = FIRST + index, (code.shape[0], code.shape[1])
    height, width = size
    plate = Plate(
        id="PL01_v001",
        shot="TR010",
        kind="sequence",
        source_name=name,
        source_sha256=known.hexdigest(),
        width=width,
        height=height,
        data_window=frames.whole(width, height),
        display_window=frames.whole(width, height),
        first_frame=FIRST,
        last_frame=last,
        fps=24.0,
        colorspace=colour.SRGB,
        colorspace_said="Written by the measurement itself.",
        frames_folder=folder.name,
    )
    return Take(plate, folder)


def read(take: Take, version: Path, frame: int) -> Made:
    """One frame of what the tool left in `version`, beside the plate as the tool read it."""
    before = frames.read_rgb(take.folder / take.plate.frame_name(frame), take.plate.display_window)
    after = frames.read_rgb(version / "comp" / f"comp.{frame:04d}.exr", take.plate.display_window)
    return Made(shown(before), shown(after), np.asarray((before != after).any(axis=-1)))


@lru_cache(maxsize=1)
def _to_rec709() -> Image:
    """(3,3) by which ACEScg rows become linear Rec.709: the inverse of what OCIO does with the three primaries."""
    there = colour.to_working(np.eye(3, dtype=np.float32)[None], colour.LINEAR709)[0]
    return np.linalg.inv(there.astype(np.float64)).astype(np.float32)
