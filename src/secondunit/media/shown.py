"""Our frames as networks see them, and which of a clip's are looked at."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from . import colour, frames

Array = np.ndarray[Any, Any]


def spread(first: int, last: int, most: int) -> tuple[int, ...]:
    """Numbers of at most so many frames: the first, the last, and others evenly between."""
    return tuple(sorted({round(float(number)) for number in np.linspace(first, last, min(most, last - first + 1))}))


def shown(path: Path, space: str, aspect: float) -> tuple[Array, float]:
    """One of our frames (its display window) as uint8 sRGB (H, W, 3) with square pixels, and how much wider it became.

    space: what the plate was read as; it decides the view. aspect: width of a pixel by its height.
    """
    return developed(pixels(path), space, aspect)


def developed(linear: Array, space: str, aspect: float) -> tuple[Array, float]:
    """The same of pixels that are here already, or of a part of them."""
    view = colour.view_for(space)
    picture = colour.show(linear, colour.PHOTOGRAPH if view == colour.VIDEO else view)
    if aspect == 1:
        return picture, 1.0
    width = max(1, round(picture.shape[1] * aspect))
    wide = cv2.resize(
        picture, (width, picture.shape[0]), interpolation=cv2.INTER_AREA if aspect < 1 else cv2.INTER_CUBIC
    )
    return np.asarray(wide, np.uint8), width / picture.shape[1]


def pixels(path: Path) -> Array:
    """float32 (H, W, 3) over the display window."""
    frame = frames.read(path)
    return frame.stack(window=frame.display_window)
