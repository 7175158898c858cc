"""MOV and MP4 in the decoding child: frames as RGB code values, by the movie's own matrix and range tags.

The YUV to RGB step is written out here (ITU-T H.273), so that ten bits stay ten bits and no scaler's default decides.
"""

import itertools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from .decode_picture import Picture, Refused, _short, check_size
from .header import Field, encode
from .limits import Limits

Array = np.ndarray[Any, Any]
LUMA = {"ITU709": (0.2126, 0.0722), "BT2020": (0.2627, 0.0593), "SMPTE240M": (0.212, 0.087)}
"""Kr and Kb by matrix tag; all others are the 601 family's 0.299 and 0.114."""
LUMA_601 = (0.299, 0.114)
OPTIONS = {"protocol_whitelist": "file", "enable_drefs": "0", "use_absolute_path": "0"}
"""Nothing in a movie may make us open another file or a network address."""


class Movie:
    """One open movie. Raises Refused wherever the file is damaged, too big, or not video."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.limits = limits
        try:
            self.container = av.open(str(path), format="mov", options=OPTIONS, metadata_errors="replace")
        except (av.FFmpegError, ValueError, OSError) as error:
            raise Refused(f"is damaged or cut short, its index cannot be read ({_short(error)})") from error
        if not self.container.streams.video:
            raise Refused("holds no picture track", "give a movie with one")
        self.stream = self.container.streams.video[0]
        self.context = self.stream.codec_context
        if self.context is None:
            raise Refused("uses a codec that we cannot read", "re-export it as ProRes, DNxHD or H.264")
        check_size(self.context.width, self.context.height, limits)
        if self.stream.frames > limits.frames:
            raise Refused(f"holds {self.stream.frames} frames, more than {limits.frames}", "cut the shot out of it")
        self.context.thread_type = "AUTO"
        self.context.thread_count = 2
        self.context.options = {"err_detect": "explode"}
        self.decoded = 0
        self.times: list[Fraction] = []
        self.rate = self.stream.average_rate or self.stream.base_rate or Fraction(0)
        if not 0 < self.rate <= 1000:
            raise Refused(f"states a frame rate of {float(self.rate):g}", "re-wrap it with its true rate")

    def facts(self) -> dict[str, Any]:
        """What the movie says of itself: rate, size, aspect, timecode, tags, metadata."""
        aspect = self.stream.sample_aspect_ratio or Fraction(1)
        return {
            "fps": [self.rate.numerator, self.rate.denominator],
            "frames": self.stream.frames,
            "pixel_aspect": float(aspect) if 0.1 <= aspect <= 10 else 1.0,
            "timecode": self._timecode(),
            "hints": self.hints(),
            "header": self._header(),
        }

    def pictures(self) -> Iterator[Picture]:
        """Every frame in order of display; raises Refused at the first that is damaged."""
        try:
            for frame in self.container.decode(self.stream):
                if frame.is_corrupt:
                    raise Refused(f"is damaged at frame {self.decoded + 1}")
                if self.decoded >= self.limits.frames:
                    raise Refused(f"holds more than {self.limits.frames} frames", "cut the shot out of it")
                check_size(frame.width, frame.height, self.limits)
                yield self._picture(frame)
                self.decoded += 1
        except (av.FFmpegError, ValueError, OSError) as error:
            raise Refused(f"is damaged or cut short after {self.decoded} frames ({_short(error)})") from error
        if self.stream.frames and self.decoded < self.stream.frames:
            raise Refused(f"is cut short, {self.decoded} of its {self.stream.frames} frames could be read")
        if not self.decoded:
            raise Refused("holds no frame that can be read")

    def notes(self) -> list[str]:
        """What a person must hear, once all frames are read."""
        notes = []
        steps = [b - a for a, b in itertools.pairwise(self.times)]
        odd = sum(abs(step * self.rate - 1) > Fraction(1, 2) for step in steps)
        if odd:
            notes.append(f"the frame rate varies ({odd} steps are off): frames are taken one by one at {self.rate}/s")
        return notes

    def hints(self) -> dict[str, str]:
        """Colour tags by name, UNSPECIFIED where the movie has none."""
        context = self.context
        return {
            "primaries": _tag(ColorPrimaries, context.color_primaries),
            "transfer": _tag(ColorTrc, context.color_trc),
            "matrix": _tag(Colorspace, context.colorspace).upper(),
            "range": _tag(ColorRange, context.color_range),
            "format": str(context.pix_fmt),
            "codec": str(context.codec.name),
        }

    def _picture(self, frame: Any) -> Picture:
        if frame.pts is not None and frame.time_base:
            self.times.append(frame.pts * frame.time_base)
        pixels = rgb(frame, self.hints())
        notes = ["the movie is interlaced: its fields are left together"] if frame.interlaced_frame else []
        turns = round(frame.rotation / 90) % 4
        if turns:
            pixels = np.ascontiguousarray(np.rot90(pixels, turns))
            notes.append(f"turned by {turns * 90} degrees as the movie asks")
        box = (0, 0, pixels.shape[1] - 1, pixels.shape[0] - 1)
        return Picture(pixels, box, box, notes=notes)

    def _timecode(self) -> str | None:
        for stream in (self.stream, *self.container.streams):
            if text := stream.metadata.get("timecode"):
                return str(text)
        return self.container.metadata.get("timecode")

    def _header(self) -> dict[str, Field]:
        fields = {str(key): encode(str(value)) for key, value in self.container.metadata.items()}
        fields |= {f"video/{key}": encode(str(value)) for key, value in self.stream.metadata.items()}
        fields |= {f"movie/{key}": encode(value) for key, value in self.hints().items()}
        return fields


def rgb(frame: Any, hints: dict[str, str]) -> Array:
    """float32 (H, W, 3 or 4) code values, 0..1 nominal; super-whites of limited range lie above 1."""
    frame, names, bits = _planar(frame)
    if names[:1] == ["g"]:
        planes = {name: _plane(frame, index, bits) / (2**bits - 1) for index, name in enumerate(names)}
        return np.stack([planes[name] for name in "rgba" if name in planes], axis=-1)
    full = hints.get("range") == "JPEG" or "yuvj" in frame.format.name
    offset, luma, chroma = (0.0, 2.0**bits - 1, 2.0**bits - 1) if full else _limited(bits)
    y = (_plane(frame, 0, bits) - offset) / luma
    if len(names) < 3:
        return np.stack([y, y, y], axis=-1)
    shape = (frame.height, frame.width)
    cb, cr = ((_spread(_plane(frame, index, bits), shape) - 2.0 ** (bits - 1)) / chroma for index in (1, 2))
    kr, kb = _luma(hints.get("matrix", ""), frame.height)
    red = y + 2 * (1 - kr) * cr
    blue = y + 2 * (1 - kb) * cb
    planes3 = [red, (y - kr * red - kb * blue) / (1 - kr - kb), blue]
    if len(names) == 4:
        planes3.append(_plane(frame, 3, bits) / (2**bits - 1))
    return np.stack(planes3, axis=-1)


def _limited(bits: int) -> tuple[float, float, float]:
    scale = 2.0 ** (bits - 8)
    return 16 * scale, 219 * scale, 224 * scale


def _luma(matrix: str, height: int) -> tuple[float, float]:
    if matrix in LUMA:
        return LUMA[matrix]
    unspecified = matrix in ("", "UNSPECIFIED", "DEFAULT")
    return LUMA["ITU709"] if unspecified and height > 576 else LUMA_601


def _planar(frame: Any) -> tuple[Any, list[str], int]:
    """The frame with one plane per component, its component names in plane order, and bits per component."""
    for _ in range(2):
        form = frame.format
        planes = len(frame.planes)
        bits = form.components[0].bits
        plain = planes == len(form.components) and 8 <= bits <= 16 and not form.is_big_endian and "f32" not in form.name
        if plain and not form.has_palette and not form.is_bit_stream:
            names = list("gbra") if form.is_rgb else list("yuva")
            return frame, names[:planes] if planes != 2 else ["y"], bits
        frame = frame.reformat(format=_lossless(form, bits))
    raise Refused(f"has a pixel layout ({frame.format.name}) that we cannot read", "re-export it as ProRes or H.264")


def _lossless(form: Any, bits: int) -> str:
    """The planar layout that holds the same samples."""
    deep = f"{10 if bits <= 10 else 12 if bits <= 12 else 16}le" if bits > 8 else ""
    alpha = len(form.components) == 4
    if form.is_rgb or form.has_palette:
        return "gbrap16le" if alpha else "gbrp16le"
    if len(form.components) < 3:
        return f"gray{deep}"
    halves = form.chroma_width(2) == 1, form.chroma_height(2) == 1
    sampling = {(True, True): "420", (True, False): "422"}.get(halves, "444")
    return f"yuva444p{deep}" if alpha else f"yuv{sampling}p{deep}"


def _plane(frame: Any, index: int, bits: int) -> Array:
    plane = frame.planes[index]
    kind = np.dtype("<u2" if bits > 8 else "u1")
    rows = np.frombuffer(plane, kind).reshape(-1, plane.line_size // kind.itemsize)
    return rows[: plane.height, : plane.width].astype(np.float32)


def _spread(chroma: Array, shape: tuple[int, int]) -> Array:
    """Chroma samples at every pixel, linear between them; sited left (4:2:2) and left-centre (4:2:0), as H.264 is."""
    height, width = shape
    if chroma.shape[1] != width:
        right = np.concatenate([chroma[:, 1:], chroma[:, -1:]], axis=1)
        wide = np.empty((chroma.shape[0], chroma.shape[1] * 2), np.float32)
        wide[:, 0::2], wide[:, 1::2] = chroma, (chroma + right) / 2
        chroma = wide[:, :width]
    if chroma.shape[0] != height:
        above = np.concatenate([chroma[:1], chroma[:-1]])
        below = np.concatenate([chroma[1:], chroma[-1:]])
        tall = np.empty((chroma.shape[0] * 2, width), np.float32)
        tall[0::2], tall[1::2] = (3 * chroma + above) / 4, (3 * chroma + below) / 4
        chroma = tall[:height]
    return chroma


def _tag(names: Any, value: Any) -> str:
    try:
        return str(names(value).name)
    except ValueError:
        return "UNSPECIFIED"
