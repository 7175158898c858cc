"""Our own frames on disk: OpenEXR, ZIP or PIZ, half or float, windows, pixel aspect and header. For trusted files only.

Files from outside go through `plates.ingest`, which decodes them in a child process.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from secondunit.schema import InputError, WorkFailed
from secondunit.schema.plate import Window

from .header import STRUCTURE, Field, decode, encode, window

HALF_MAX = 65504.0
AP1 = (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, 0.32168, 0.33767)
"""ACEScg's chromaticities as SMPTE ST 2065-1 and Academy S-2014-004 give them: red, green, blue, white (x, y)."""
ACESCG: dict[str, Field] = {
    "chromaticities": {"type": "tuple", "value": [{"type": "float", "value": number} for number in AP1]},
    "colorInteropID": {"type": "str", "value": "lin_ap1_scene"},
}
"""Header fields that say the colours are scene-linear ACEScg."""
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Frame:
    """One frame: channels (H, W) each over the data window, row 0 at the top, and what the header says."""

    channels: dict[str, Array]
    data_window: Window
    display_window: Window
    pixel_aspect: float = 1.0
    header: dict[str, Field] = field(default_factory=dict)

    def stack(
        self, names: Sequence[str] = ("R", "G", "B"), window: Window | None = None, *, as_stored: bool = False
    ) -> Array:
        """float32 (H, W, len(names)) over `window` (default: the data window); zero where there is no data.

        as_stored: in the file's own type instead. Raises InputError when a channel is absent.
        """
        absent = [name for name in names if name not in self.channels]
        if absent:
            raise InputError(f"The frame has no channel {absent[0]!r}; it holds {', '.join(sorted(self.channels))}.")
        planes = np.stack([self.channels[name] for name in names], axis=-1)
        planes = planes if as_stored else planes.astype(np.float32)
        return planes if window is None else reframe(planes, self.data_window, window)


def reframe(pixels: Array, data_window: Window, window: Window) -> Array:
    """Pixels (H, W, ...) over `data_window` moved onto `window`: cropped, and zero where there is no data."""
    if data_window == window:
        return pixels
    x0, y0, x1, y1 = window
    out = np.zeros((y1 - y0 + 1, x1 - x0 + 1, *pixels.shape[2:]), pixels.dtype)
    left, top = max(x0, data_window[0]), max(y0, data_window[1])
    right, bottom = min(x1, data_window[2]) + 1, min(y1, data_window[3]) + 1
    if left < right and top < bottom:
        rows = slice(top - data_window[1], bottom - data_window[1])
        columns = slice(left - data_window[0], right - data_window[0])
        out[top - y0 : bottom - y0, left - x0 : right - x0] = pixels[rows, columns]
    return out


def whole(width: int, height: int) -> Window:
    """The window of a picture whose top left pixel is (0, 0)."""
    return (0, 0, width - 1, height - 1)


def to_half(values: Array) -> Array:
    """float16, with values beyond half's range held at +-65504 so that no infinity is made."""
    if values.dtype == np.float16:
        return values
    return np.clip(values, -HALF_MAX, HALF_MAX).astype(np.float16)


def write_layer(
    path: Path,
    channels: Mapping[str, Array],
    *,
    pixel_type: str = "half",
    data_window: Window | None = None,
    display_window: Window | None = None,
    pixel_aspect: float = 1.0,
    header: Mapping[str, Field] | None = None,
    grained: bool = False,
) -> None:
    """Write one EXR, ZIP (16 lines a block, lossless). `header` entries win over nothing but layout fields.

    grained: the picture is a photograph: PIZ, lossless too, packs grain tighter, and in half the time.

    channels: name -> (H, W); pixel_type: "half" for colour, "float" for depth, positions, vectors, UV and Cryptomatte.
    The data window defaults to the whole picture, the display window to the data window.
    Raises WorkFailed when a value is NaN, or infinite in half: a version must not carry either.
    """
    import OpenEXR

    shape = next(iter(channels.values())).shape[:2]
    data = data_window or whole(shape[1], shape[0])
    if (data[2] - data[0] + 1, data[3] - data[1] + 1) != (shape[1], shape[0]):
        raise ValueError(f"{path.name}: data window {data} does not fit a picture of {shape[1]} x {shape[0]}")
    fields = {name: decode(value) for name, value in (header or {}).items() if name not in STRUCTURE}
    fields |= {
        "compression": OpenEXR.PIZ_COMPRESSION if grained else OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "dataWindow": _box(data),
        "displayWindow": _box(display_window or data),
        "pixelAspectRatio": float(pixel_aspect),
    }
    planes = {name: _plane(plane, pixel_type, f"{path.name}, channel {name}") for name, plane in channels.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    OpenEXR.File(fields, planes).write(str(path))


def write_rgb(path: Path, pixels: Array, *, alpha: Array | None = None, **keywords: Any) -> None:
    """Write ACEScg pixels (H, W, 3) or premultiplied (H, W, 4) as half; keywords as `write_layer`."""
    channels = {name: pixels[..., index] for index, name in enumerate("RGBA"[: pixels.shape[2]])}
    if alpha is not None:
        channels["A"] = alpha
    keywords["header"] = ACESCG | dict(keywords.get("header") or {})
    write_layer(path, channels, **keywords)


def read(path: Path) -> Frame:
    """Read a frame that this program wrote; raises InputError when it is missing or damaged."""
    import OpenEXR

    try:
        part = OpenEXR.File(str(path), separate_channels=True)
        header = part.header()
        channels = {name: channel.pixels for name, channel in part.channels().items()}
    except (RuntimeError, OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}): make or ingest it again.") from error
    fields = {name: encode(value) for name, value in header.items() if name not in STRUCTURE}
    aspect = float(header.get("pixelAspectRatio", 1.0))
    return Frame(channels, window(header["dataWindow"]), window(header["displayWindow"]), aspect, fields)


def read_head(path: Path) -> tuple[set[str], Window]:
    """Names of the channels, and the display window, of a frame that this program wrote, without its pixels.

    Some hundred times quicker than `read`. Raises InputError when the frame is missing, damaged or cut off.
    """
    import OpenEXR

    try:
        with OpenEXR.File(str(path), header_only=True) as file:
            header = file.header()
            names, box = {channel.name for channel in header["channels"]}, window(header["displayWindow"])
        if not _ends_with_its_last_lines(path.read_bytes()):
            raise ValueError("its end is missing")
    except (RuntimeError, OSError, ValueError, struct.error) as error:
        raise InputError(f"{path} cannot be read ({error}): make or ingest it again.") from error
    return names, box


def _ends_with_its_last_lines(file: bytes) -> bool:
    """Whether an OpenEXR file of scan lines is as long as it says: its table of chunks leads to its last byte."""
    at = 8  # after magic number and version
    while file[at : at + 1] != b"\0":
        at = file.index(b"\0", file.index(b"\0", at) + 1) + 1  # after an attribute's name and type
        at += 4 + int.from_bytes(file[at : at + 4], "little")
    (first,) = struct.unpack_from("<Q", file, at + 1)
    last = max(struct.unpack_from(f"<{(first - at - 1) // 8}Q", file, at + 1))
    _, length = struct.unpack_from("<ii", file, last)
    return bool(last + 8 + length == len(file))


def read_header(path: Path) -> dict[str, Field]:
    """What the header of a frame that this program wrote says (`Frame.header`), without its pixels.

    Raises InputError when it is missing or damaged.
    """
    import OpenEXR

    try:
        with OpenEXR.File(str(path), header_only=True) as file:
            # Closing the file empties the header.
            return {name: encode(value) for name, value in file.header().items() if name not in STRUCTURE}
    except (RuntimeError, OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}): make or ingest it again.") from error


def read_rgb(path: Path, over: Window | None = None) -> Array:
    """float32 (H, W, 3) ACEScg of one of our frames, over its data window or the window given."""
    return read(path).stack(window=over)


def _box(corners: Window) -> tuple[Array, Array]:
    return np.array(corners[:2], np.int32), np.array(corners[2:], np.int32)


def _plane(plane: Array, pixel_type: str, where: str) -> Array:
    if pixel_type == "uint32":
        return np.ascontiguousarray(plane, np.uint32)
    bad = np.isnan(plane) if pixel_type == "float" else ~np.isfinite(plane)
    if bad.any():
        y, x = np.argwhere(bad)[0]
        raise WorkFailed(f"{where} has {int(bad.sum())} NaN or infinite values, the first at x {x}, y {y}: not kept.")
    if pixel_type == "half":
        return np.ascontiguousarray(to_half(plane))
    if pixel_type != "float":
        raise ValueError(f"pixel_type {pixel_type!r}: use half, float or uint32")
    return np.ascontiguousarray(plane, np.float32)
