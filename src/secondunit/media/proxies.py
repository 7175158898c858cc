"""Small display-referred pictures of a plate's frames, made once at ingest: `proxy/frame.1001.jpg`."""

from pathlib import Path
from typing import Any

import numpy as np

from . import colour, frames
from .sandbox import Decoded

WIDTH = 960
QUALITY = 90
FOLDER = "proxy"
Array = np.ndarray[Any, Any]


def write(folder: Path, frame: int, pixels: Array, picture: Decoded, space: str) -> Path:
    """Write the proxy of ACEScg pixels (H, W, 3): at most 960 wide, square pixels, through the plate's own view."""
    from PIL import Image

    path = folder / FOLDER / f"frame.{frame:04d}.jpg"
    path.parent.mkdir(exist_ok=True)
    small = shrink(frames.reframe(pixels, picture.data_window, picture.display_window), WIDTH)
    view = colour.view_for(space)
    # JPEG files are sRGB to every viewer: a video plate's proxy is re-encoded, its look kept.
    shown = colour.show(small, colour.PHOTOGRAPH if view == colour.VIDEO else view)
    image = Image.fromarray(shown)
    if picture.pixel_aspect != 1:
        image = image.resize((max(1, round(image.width * picture.pixel_aspect)), image.height))
    image.save(path, quality=QUALITY, subsampling=0)
    return path


def shrink(pixels: Array, width: int) -> Array:
    """Box-filtered in linear light by a whole factor, so that the result is at most `width` wide."""
    factor = -(-pixels.shape[1] // width)
    if factor <= 1:
        return pixels
    rows, columns = (max(1, size // factor) for size in pixels.shape[:2])
    cut = pixels[: rows * factor, : columns * factor]
    if cut.shape[0] < rows * factor:
        return cut[:, ::factor]
    summed = np.add.reduceat(cut, np.arange(0, columns * factor, factor), axis=1)
    summed = np.add.reduceat(summed, np.arange(0, rows * factor, factor), axis=0)
    return np.asarray(summed / factor**2, np.float32)
