"""What every tool does with finished frames: layers as the plate was, pictures to look at, and all of it in staging.

A frame's folder holds one `NAME.exr` for each layer, and `shown.jpg` as people see it.
"""

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from secondunit.schema import Layer, Plate, WorkFailed
from secondunit.schema.plate import Window
from secondunit.tools.base import Context

Image = NDArray[np.float32]
Shown = NDArray[np.uint8]
SHOWN = "shown.jpg"
WIDTHS = {"draft": 640, "review": 960, "final": 1_000_000}
"""A version's picture is never wider than this (pixels); final is the plate's own resolution."""


def resized(image: Image, width: int, height: int) -> Image:
    """The image by area average, or itself when it has that size."""
    if image.shape[1::-1] == (width, height):
        return image
    import cv2

    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), dtype=np.float32)


def window_of(plate: Plate, width: int, height: int) -> Window:
    """Data and display window of every layer: the plate's display window at full size, else one that starts at zero."""
    return plate.display_window if (width, height) == (plate.width, plate.height) else (0, 0, width - 1, height - 1)


def write_layers(
    folder: Path,
    layers: Sequence[Layer],
    images: Mapping[str, Image | NDArray[np.float16]],
    *,
    header: dict[str, Any],
    box: Window,
    pixel_aspect: float,
    tight: Mapping[str, tuple[int, int]] = MappingProxyType({}),
    grained: Collection[str] = (),
) -> None:
    """Write each layer's image (H,W) or (H,W,C), by the layer's name, as ``NAME.exr``.

    The data window of layers named in `tight` holds no more than what is not zero: beyond it readers see zero anyway.
    Their images may be a part of the picture: `tight` says where its corner lies, x and y counted from the picture's.
    grained: layers that are photographs, see `frames.write_layer`.
    """
    from secondunit.media import frames

    for layer in layers:
        image: NDArray[Any] = np.atleast_3d(images[layer.name])
        x, y = box[:2]
        if layer.name in tight:
            rows, columns = _filled(image)
            image = image[rows, columns]
            x, y = x + tight[layer.name][0] + columns.start, y + tight[layer.name][1] + rows.start
        data = (x, y, x + image.shape[1] - 1, y + image.shape[0] - 1)
        common: dict[str, Any] = {"pixel_aspect": pixel_aspect, "data_window": data, "display_window": box}
        channels = {name: np.ascontiguousarray(image[..., n]) for n, name in enumerate(layer.channels)}
        fields = header | frames.ACESCG if layer.pixel_type == "half" else header
        file = folder / f"{layer.name}.exr"
        common["grained"] = layer.name in grained
        frames.write_layer(file, channels, pixel_type=layer.pixel_type, header=fields, **common)


def _filled(image: NDArray[Any]) -> tuple[slice, slice]:
    """Rows and columns of the smallest box with everything that is not zero; of an empty image its first pixel."""
    filled = np.flatnonzero(image.any(axis=(1, 2)))
    if not len(filled):
        return slice(0, 1), slice(0, 1)
    rows = slice(int(filled[0]), int(filled[-1]) + 1)
    across = np.flatnonzero(image[rows].any(axis=0).any(axis=-1))
    return rows, slice(int(across[0]), int(across[-1]) + 1)


def header_of(plates: Path, plate: Plate, frame: int) -> dict[str, Any]:
    """What the plate's header says of this frame, with the time code counted on where the plate is held."""
    from secondunit.media import frames, header, timecode

    shown = min(frame, plate.last_frame)
    fields = frames.read_header(plates / plate.frame_name(shown))
    for colour in frames.ACESCG:
        fields.pop(colour, None)
    if plate.timecode is not None:
        label = timecode.advance(timecode.parse(plate.timecode), frame - plate.first_frame, plate.fps)
        fields["timeCode"] = header.of_timecode(label)
    return fields


def save_shown(folder: Path, picture: NDArray[np.uint8]) -> None:
    """Keep a frame as people see it, uint8 (H,W,3), where it can be opened while the others are being made.

    JPEG, finer than the preview made of it: a PNG takes five times as long and four times the room.
    """
    import cv2

    whole = cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    cv2.imwrite(str(folder / SHOWN), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95, *whole])


def shown(folder: Path) -> NDArray[np.uint8]:
    """What `save_shown` kept."""
    import cv2

    picture = cv2.imread(str(folder / SHOWN), cv2.IMREAD_COLOR)
    if picture is None:
        raise WorkFailed(f"{folder / SHOWN} cannot be read: run the same command again, and this frame is made anew.")
    return np.ascontiguousarray(picture[..., ::-1]).astype(np.uint8)


def link_layers(layers: Sequence[Layer], frames: Mapping[int, Path], ctx: Context) -> None:
    """Put every frame's layers into ``ctx.staging``."""
    for frame, folder in frames.items():
        ctx.progress("layers", frame - min(frames), len(frames))
        for layer in layers:
            target = ctx.staging / layer.file(frame)
            target.parent.mkdir(parents=True, exist_ok=True)
            link(folder / f"{layer.name}.exr", target)


def link(source: Path, target: Path) -> None:
    """The same file at a second place: a hard link where the disk can, else a copy. Both are read only from here on."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _whole(_: int, picture: Shown) -> Shown:
    return picture


@dataclass(frozen=True)
class Sheet:
    """What a contact sheet shows: frames from `first` on, each as `cell` makes it of number and picture (H,W,3)."""

    first: int
    title: str
    subtitle: str
    cell: Callable[[int, Shown], Shown] = _whole
    columns: int = 4
    cell_width: int = 460
    frames: int = 12


def preview(plate: Plate, frames: Mapping[int, Path], sheet: Sheet, ctx: Context) -> None:
    """Write the preview movie and the contact sheet."""
    from secondunit.media import colour, contact, movies

    aspect = plate.pixel_aspect
    view = colour.view_for(plate.colorspace)
    chosen = dict.fromkeys(contact.pick(sheet.first, max(frames), sheet.frames), np.zeros((0, 0, 3), np.uint8))
    pictures = _shown(frames, chosen, ctx)
    movies.write_preview(ctx.staging / "preview.mp4", pictures, fps=plate.fps, view=view, pixel_aspect=aspect)
    contact.write_contact(
        ctx.staging / "contact.png",
        {number: sheet.cell(number, picture) for number, picture in chosen.items()},
        title=sheet.title,
        subtitle=sheet.subtitle,
        columns=sheet.columns,
        cell_width=sheet.cell_width,
        pixel_aspect=aspect,
    )


def _shown(frames: Mapping[int, Path], kept: dict[int, NDArray[np.uint8]], ctx: Context) -> Iterator[NDArray[np.uint8]]:
    """Frames as people see them, one by one; those that `kept` has a place for stay there."""
    for done, frame in enumerate(sorted(frames)):
        ctx.progress("preview", done, len(frames))
        picture = shown(frames[frame])
        if frame in kept:
            kept[frame] = picture
        yield picture
