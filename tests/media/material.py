"""Files that the media tests make for themselves, the real ones they use when they are there, and a way to ingest."""

import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import OpenEXR
import pytest
from PIL import Image

from secondunit.media import plates

SHARED = Path(os.environ.get("SECONDUNIT_SHARED") or Path(__file__).parents[3] / "shared")


def shared(name):
    """A real file; skips the test where the folder is not at hand."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not there: set SECONDUNIT_SHARED to the folder with the real plates")
    return path


@dataclass
class Asked:
    """What `schema.IngestRequest` would carry."""

    source: str
    colorspace: str | None = None
    occluders: str | None = None
    clean: str | None = None
    camera: str | None = None
    shot: str = "SC010"


def ingest(source, staging, said=None, *, fps=24.0, start=1001, limits=None, check=lambda: None, **asked):
    """Ingest as the door does."""
    return plates.ingest(
        Asked(str(source), **asked),
        plate="PL01_v001",
        folder="plates/SC010/PL01_v001",
        staging=staging,
        fps=fps,
        start=start,
        say=(said if said is not None else []).append,
        check=check,
        limits=limits,
    )


def ramp(width=64, height=48):
    """uint8 RGB: red grows right, green grows down, blue is constant."""
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([x, y, np.full_like(x, 90)], axis=-1).round().astype(np.uint8)


def jpeg(path, pixels, *, exif=None, quality=95):
    """A JPEG; exif: tag number -> value, sub-IFD tags (from 0x8000 up, 0x829A…) sorted into place."""
    tags = Image.Exif()
    for tag, value in (exif or {}).items():
        (tags if tag < 0x8000 else tags.get_ifd(0x8769))[tag] = value
    Image.fromarray(pixels).save(path, quality=quality, subsampling=0, exif=tags)
    return path


def box(x0, y0, x1, y1):
    return np.array([x0, y0], np.int32), np.array([x1, y1], np.int32)


def exr(path, channels, **header):
    """An EXR with any header fields; channels name -> array."""
    fields = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage} | header
    OpenEXR.File(fields, channels).write(str(path))
    return path


def rgb_exr(path, value=0.18, shape=(12, 16), dtype=np.float16, **header):
    plane = np.full(shape, value, dtype)
    return exr(path, {"R": plane, "G": plane * 2, "B": plane / 2}, **header)


TAGS = {"bt709": (1, 1, 1), "bt2020": (9, 14, 9), "pq": (9, 16, 9), "hlg": (9, 18, 9), "srgb": (1, 13, 1)}
"""Primaries, transfer and matrix numbers of ITU-T H.273."""


def movie(path, pictures, *, codec="prores_ks", fmt="yuv422p10le", tags="bt709", full=False, timecode=None, **options):
    """A movie of YCbCr planes: each picture is a list of integer arrays, one a plane."""
    container = av.open(str(path), "w")
    stream = container.add_stream(codec, rate=options.pop("rate", Fraction(24)))
    stream.height, stream.width = pictures[0][0].shape
    stream.pix_fmt, stream.options = fmt, {key: str(value) for key, value in options.items()}
    context = stream.codec_context
    context.color_primaries, context.color_trc, context.colorspace = TAGS.get(tags, (2, 2, 2))
    context.color_range = 2 if full else 1
    if timecode:
        stream.metadata["timecode"] = timecode
    for number, planes in enumerate(pictures):
        frame = av.VideoFrame(stream.width, stream.height, fmt)
        for plane, values in zip(frame.planes, planes, strict=True):
            kind = np.dtype("u1" if plane.line_size < 2 * values.shape[1] else "<u2")
            rows = np.zeros((values.shape[0], plane.line_size // kind.itemsize), kind)
            rows[:, : values.shape[1]] = values
            plane.update(rows.tobytes())
        frame.pts = number
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
    container.close()
    return path


def flat422(y, cb, cr, shape=(48, 64)):
    """One flat 4:2:2 picture of 10-bit code values."""
    half = (shape[0], shape[1] // 2)
    return [np.full(shape, y), np.full(half, cb), np.full(half, cr)]


def left_behind(folder):
    """Every path under a folder that should be empty or gone."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) if folder.exists() else []
