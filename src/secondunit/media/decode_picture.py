"""Pictures in the decoding child: header first, limits, then pixels. Never imported by the parent program.

OpenEXR reads the headers of EXR files (every attribute type), OpenImageIO all pixels.
"""

import contextlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio

from .header import STRUCTURE, Field, encode, of_timecode, window
from .limits import Limits
from .timecode import parse

Array = np.ndarray[Any, Any]
SUFFIX = {"JPEG": ".jpg", "PNG": ".png", "TIFF": ".tif", "EXR": ".exr", "DPX": ".dpx"}
ORIENTED = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: a.transpose(1, 0, 2)[:, ::-1],
    7: lambda a: a.transpose(1, 0, 2)[::-1, ::-1],
    8: lambda a: a.transpose(1, 0, 2)[::-1],
}
"""What to do to rows and columns so that the picture stands upright, by EXIF orientation."""
PNG_END, PNG_TAIL = b"IEND\xaeB`\x82", 1 << 20
"""A PNG's last chunk. Some writers append data of their own behind it."""
QUIET = ("oiio:", "ICCProfile:attributes", "ICCProfile:flags", "Orientation")
"""What the reader adds itself, what only describes the profile's file, and what has been applied."""


class Refused(Exception):
    """The file will not be taken in; the message completes a sentence that begins with the file's name."""

    def __init__(self, fault: str, step: str = "export or copy it again") -> None:
        super().__init__(f"{fault}: {step}")


@dataclass
class Picture:
    """Pixels (H, W, C) float32 as encoded, RGB or RGBA with straight alpha, and what the file says of itself."""

    pixels: Array
    data_window: tuple[int, int, int, int]
    display_window: tuple[int, int, int, int]
    pixel_aspect: float = 1.0
    header: dict[str, Field] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read(path: Path, kind: str, scratch: Path, limits: Limits, *, matte: bool = False) -> Picture:
    """Decode one picture whose kind is known from its first bytes; raises Refused.

    matte: an EXR with an alpha channel alone is a grey picture of it.
    """
    # OpenImageIO chooses the reader by suffix: the link's is ours, so a lying name cannot choose another.
    link = scratch / f"input{SUFFIX[kind]}"
    link.unlink(missing_ok=True)
    os.symlink(path.resolve(), link)
    oiio.attribute("try_all_readers", 0)
    oiio.attribute("threads", 1)
    oiio.attribute("exr_threads", 1)
    oiio.attribute("limits:imagesize_MB", 0)  # ours are checked before any pixel is read, and say more
    return _read_exr(link, limits, matte) if kind == "EXR" else _read_other(link, kind, limits)


def check_size(width: int, height: int, limits: Limits) -> None:
    """Refuse before any pixel is decoded."""
    if width < 1 or height < 1:
        raise Refused(f"is {width} x {height} pixels and holds no picture")
    if max(width, height) > limits.side_px or width * height > limits.pixels:
        raise Refused(
            f"claims {width} x {height} pixels, more than the {limits.side_px} a side or "
            f"{limits.pixels / 1e6:.0f} million in all that we take in",
            "crop or scale it first",
        )


def _read_exr(path: Path, limits: Limits, matte: bool) -> Picture:
    import OpenEXR

    try:
        file = OpenEXR.File(str(path), header_only=True)
        parts = [dict(part.header) for part in file.parts]
    except Exception as error:
        raise Refused(f"has a damaged EXR header ({_short(error)})") from error
    index, names = _choose(parts, ("Y", "A") if matte else ("Y",))
    header = parts[index]
    data, display = window(header["dataWindow"]), window(header["displayWindow"])
    for box in (data, display):
        check_size(box[2] - box[0] + 1, box[3] - box[1] + 1, limits)
    pixels = _pixels(path, index, names)
    notes = _part_notes(parts, index, names)
    fields = {name: encode(value) for name, value in header.items() if name not in STRUCTURE}
    if len(names) == 4:
        pixels = _straight(pixels)
    aspect = float(header.get("pixelAspectRatio", 1.0))
    if not (np.isfinite(aspect) and 0.1 <= aspect <= 10):
        notes.append(f"the header's pixel aspect {aspect} makes no sense: taken as 1")
        aspect = 1.0
    return Picture(_rgb(pixels), data, display, aspect, fields, _exr_hints(header), notes)


def _choose(parts: list[dict[str, Any]], alone: tuple[str, ...]) -> tuple[int, list[str]]:
    """The first part with R, G, B (or a layer of them, or one of the channels that do alone), and its channels."""
    seen = []
    for index, header in enumerate(parts):
        if "deep" in str(header.get("type", "")):
            seen.append("deep data")
            continue
        names = [channel.name for channel in header["channels"]]
        seen += names
        for prefix in ("", *sorted({name.rpartition(".")[0] + "." for name in names if "." in name})):
            if all(prefix + letter in names for letter in "RGB"):
                return index, [prefix + letter for letter in "RGBA" if prefix + letter in names]
        for letter in alone:
            if letter in names and "RY" not in names:
                return index, [letter]
    shown = ", ".join(seen[:8]) or "none"
    raise Refused(f"has no R, G and B channels (it holds {shown})", "export the beauty pass as RGB")


def _part_notes(parts: list[dict[str, Any]], index: int, names: list[str]) -> list[str]:
    notes = []
    if len(parts) > 1:
        called = parts[index].get("name") or f"number {index + 1}"
        notes.append(f"of {len(parts)} parts, {called} is used: the first with R, G and B")
    left = [channel.name for channel in parts[index]["channels"] if channel.name not in names]
    if left or "." in names[0]:
        notes.append(f"channels {', '.join(names)} are used" + (f"; left out: {', '.join(left[:12])}" if left else ""))
    return notes


def _pixels(path: Path, part: int, names: list[str]) -> Array:
    source = oiio.ImageInput.open(str(path))
    if source is None:
        raise Refused(f"is damaged ({_short(oiio.geterror())})")
    try:
        order = list(source.spec(part).channelnames)
        first, last = min(map(order.index, names)), max(map(order.index, names)) + 1
        pixels = source.read_image(part, 0, first, last, oiio.FLOAT)
        if pixels is None or source.has_error:
            raise Refused(f"is damaged or cut short ({_short(source.geterror())})")
    except ValueError as error:
        raise Refused(f"is damaged (its channels do not match its header; {_short(error)})") from error
    finally:
        source.close()
    pixels = pixels.reshape(*pixels.shape[:2], -1)
    return np.asarray(pixels[..., [order.index(name) - first for name in names]])


def _exr_hints(header: dict[str, Any]) -> dict[str, str]:
    hints = {
        "premultiplied": "1",
        "interop": str(header.get("colorInteropID", "")),
        "aces": str(header.get("acesImageContainerFlag", "")),
    }
    if "chromaticities" in header:
        hints["chromaticities"] = " ".join(f"{float(number):.6g}" for number in header["chromaticities"])
    return hints


def _read_other(path: Path, kind: str, limits: Limits) -> Picture:
    config = oiio.ImageSpec()
    config["oiio:UnassociatedAlpha"] = 1
    source = oiio.ImageInput.open(str(path), config)
    if source is None:
        raise Refused(f"is damaged ({_short(oiio.geterror())})")
    spec = source.spec()
    check_size(spec.width, spec.height, limits)
    if spec.depth > 1:
        raise Refused(f"holds a volume of {spec.depth} layers", "give a picture")
    if spec.get_string_attribute("jpeg:ColorSpace") == "CMYK" or spec.get_string_attribute("tiff:ColorSpace") == "CMYK":
        raise Refused("is a CMYK print file", "convert it to RGB first")
    pixels = source.read_image(0, 0, 0, min(spec.nchannels, 4), oiio.FLOAT)
    if pixels is None or source.has_error:
        raise Refused(f"is damaged or cut short ({_short(source.geterror())})")
    if kind == "PNG" and PNG_END not in path.read_bytes()[-PNG_TAIL:]:
        raise Refused("is cut short (a PNG without its end mark)")
    pixels = pixels.reshape(spec.height, spec.width, -1)
    notes = []
    if kind == "TIFF" and source.seek_subimage(1, 0):
        notes.append("the TIFF has several pages: the first is used")
    if spec.alpha_channel < 0 and pixels.shape[2] in (2, 4):
        pixels = pixels[..., :-1]
        notes.append("an extra channel that is no alpha is left out")
    turned = int(spec.get_int_attribute("Orientation", 1))
    if turned in ORIENTED:
        pixels = ORIENTED[turned](pixels)
        notes.append(f"orientation tag {turned} applied")
    box = (0, 0, pixels.shape[1] - 1, pixels.shape[0] - 1)
    aspect = float(spec.get_float_attribute("PixelAspectRatio", 1.0))
    if turned in (5, 6, 7, 8):
        aspect = 1 / aspect
    aspect = aspect if kind == "DPX" and 0.1 <= aspect <= 10 else 1.0  # stills carry print densities there
    return Picture(_rgb(pixels), box, box, aspect, _attributes(spec), _hints(spec), notes)


def _hints(spec: Any) -> dict[str, str]:
    is_float = spec.format.basetype in (oiio.BASETYPE.HALF, oiio.BASETYPE.FLOAT, oiio.BASETYPE.DOUBLE)
    # The reader names the space of a CICP chunk (ITU-T H.273 numbers); without one its name is only a default.
    stated = "oiio:ColorSpace" if spec.getattribute("CICP") is not None else "colorInteropID"
    return {
        "float": "1" if is_float else "0",
        "profile": spec.get_string_attribute("ICCProfile:profile_description"),
        "interop": spec.get_string_attribute(stated),
        "transfer": spec.get_string_attribute("dpx:Transfer"),
    }


def _attributes(spec: Any) -> dict[str, Field]:
    fields = {}
    for attribute in spec.extra_attribs:
        value = attribute.value
        if attribute.name.startswith(QUIET) or attribute.name == "ICCProfile":
            continue
        if isinstance(value, int | float | str):
            fields[attribute.name] = encode(value)
        elif isinstance(value, tuple) and len(value) <= 16:
            fields[attribute.name] = encode(" ".join(str(item) for item in value))
    with contextlib.suppress(ValueError):
        fields["timeCode"] = of_timecode(parse(spec.get_string_attribute("dpx:TimeCode")))
    return fields


def _rgb(pixels: Array) -> Array:
    """Grey becomes RGB; alpha stays last."""
    if pixels.shape[2] in (1, 2):
        pixels = np.concatenate([np.repeat(pixels[..., :1], 3, axis=2), pixels[..., 1:]], axis=2)
    return np.ascontiguousarray(pixels, np.float32)


def _straight(pixels: Array) -> Array:
    """EXR colour is premultiplied: divide where alpha allows, so that a colour transform sees the colour itself."""
    alpha = pixels[..., 3:4]
    usable = np.isfinite(alpha) & (alpha > 0)
    return np.concatenate([np.divide(pixels[..., :3], alpha, out=pixels[..., :3].copy(), where=usable), alpha], axis=2)


def _short(error: object) -> str:
    """A library's message on one line, without the scratch path."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    message = lines[0] if lines else "the reader gives no reason"
    for suffix in SUFFIX.values():
        message = message.replace(f'"{suffix}"', "")
    message = re.sub(r"\[Errno -?\d+\] ?", "", message)
    words = [word for word in message.split() if "/" not in word and "input." not in word and "avcodec_" not in word]
    return " ".join(words)[:160].rstrip(" .:'") or "the reader gives no reason"
