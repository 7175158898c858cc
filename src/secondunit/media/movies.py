"""Preview movies: H.264 in MP4, 4:2:0, tagged with the colours they really have, ready to play while loading.

Flags follow the ASWF encoding guidelines (Quickstart): BT.709 primaries and matrix, limited range, `iec61966-2-1`
transfer for pictures made for an sRGB display.
"""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from secondunit.schema import WorkFailed

from .colour import PHOTOGRAPH, View
from .timecode import exact_rate

Array = np.ndarray[Any, Any]
SIDE_STEP = 4
THREADS = 2
"""Fixed, because x264's bytes depend on it."""
PRIMARIES_BT709, MATRIX_BT709, RANGE_LIMITED = 1, 1, 1
LUMA = (0.2126, 0.7152, 0.0722)
"""Weights of red, green and blue in it, as BT.709 gives them."""
TRANSFERS = {"bt709": 1, "iec61966-2-1": 13}


def write_preview(
    path: Path,
    pictures: Iterable[Array],
    *,
    fps: float | Fraction,
    view: View = PHOTOGRAPH,
    pixel_aspect: float = 1.0,
    crf: int = 18,
    preset: str = "veryfast",
) -> int:
    """Write uint8 (H, W, 3) display pictures (from `colour.show(…, view)`) as MP4 and return how many there were.

    Sides are filled up to a multiple of 4 by repeating the last row and column. All pictures must have one size.
    The same pictures give the same bytes. Raises WorkFailed when the disk or the encoder refuses, or nothing came.
    """
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "faststart", "fflags": "+bitexact"}) as movie:
            stream: Any = None
            for picture in pictures:
                padded = pad(picture)
                if stream is None:
                    stream = _stream(movie, padded.shape, exact_rate(fps), view, pixel_aspect, crf, preset)
                movie.mux(stream.encode(_frame(padded, count)))
                count += 1
            if stream is not None:
                movie.mux(stream.encode())
    except (av.FFmpegError, OSError) as error:
        path.unlink(missing_ok=True)
        raise WorkFailed(f"{path} could not be written after {count} frames ({error}): check the disk.") from error
    if not count:
        path.unlink(missing_ok=True)
        raise WorkFailed(f"{path.name} got no frames: nothing to preview.")
    return count


def pad(picture: Array) -> Array:
    """The picture with both sides a multiple of 4, its edge repeated."""
    down, right = (-side % SIDE_STEP for side in picture.shape[:2])
    if not (down or right):
        return picture
    return np.pad(picture, ((0, down), (0, right), (0, 0)), mode="edge")


def _stream(
    movie: Any, shape: tuple[int, ...], rate: Fraction, view: View, pixel_aspect: float, crf: int, preset: str
) -> Any:
    stream = movie.add_stream("libx264", rate=rate)
    stream.height, stream.width, stream.pix_fmt = shape[0], shape[1], "yuv420p"
    stream.options = {"crf": str(crf), "preset": preset, "x264-params": "open-gop=0"}
    context = stream.codec_context
    context.thread_count = THREADS
    context.color_primaries, context.colorspace = PRIMARIES_BT709, MATRIX_BT709
    context.color_trc, context.color_range = TRANSFERS[view.trc], RANGE_LIMITED
    context.sample_aspect_ratio = Fraction(pixel_aspect).limit_denominator(1000)
    return stream


def _frame(picture: Array, number: int) -> Any:
    import av

    planes = to_yuv420(picture)
    height, width = picture.shape[:2]
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, pixels in zip(frame.planes, planes, strict=True):
        if plane.line_size != pixels.shape[1]:
            pixels = np.pad(pixels, ((0, 0), (0, plane.line_size - pixels.shape[1])))
        plane.update(pixels.tobytes())
    frame.pts = number
    return frame


def to_yuv420(picture: Array) -> tuple[Array, Array, Array]:
    """uint8 RGB (H, W, 3) to limited-range BT.709 Y, Cb, Cr (ITU-T H.273); chroma averaged, sited left-centre."""
    import cv2

    red, green, blue = (weight * 219 / 255 for weight in LUMA)
    y8 = cv2.transform(picture, np.array([[red, green, blue, 16]]))
    small, share = _halved(picture), np.array(LUMA) * 224 / 255
    chroma = [(np.eye(3)[2] * 224 / 255 - share) / 1.8556, (np.eye(3)[0] * 224 / 255 - share) / 1.5748]
    cb8, cr8 = cv2.split(np.rint(cv2.transform(small, np.c_[chroma, [128, 128]])).astype(np.uint8))
    return np.asarray(y8), np.asarray(cb8), np.asarray(cr8)


def _halved(picture: Array) -> Array:
    """float32, half the size: 1-2-1 across (centred on the even columns), a mean of two down."""
    rows = np.add(picture[0::2], picture[1::2], dtype=np.uint16)
    left = np.concatenate([rows[:, :1], rows[:, 1:-1:2]], axis=1)
    return np.asarray((left + 2 * rows[:, 0::2] + rows[:, 1::2]).astype(np.float32) / 8)
