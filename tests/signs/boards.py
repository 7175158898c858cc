"""Shop signs drawn here, so that no photograph of anybody's trade name lies in the repository."""

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import reportlab
from PIL import Image, ImageDraw, ImageFont

from secondunit.faces.heads import wall

Array = np.ndarray[Any, Any]
WORDS = ("FARMACIA", "PANADERÍA", "Café Español", "HOTEL", "Zapatería", "ÓPTICA 24", "Bäckerei", "Peluquería", "Kiosco")
DRAWN = 96
"""Every sign is drawn with capitals this many pixels high and made smaller."""
FONT = str(Path(reportlab.__file__).parent / "fonts" / "VeraBd.ttf")
CAPITALS = 0.729
"""Height of a capital, by the font's size."""
PAPER = 0.72
"""Brightness of a sign's ground, display-referred."""


def board(word: str, *, contrast: float = 0.6) -> Array:
    """uint8 (H, W, 3): dark letters on a light ground. contrast: between the two, as display-referred brightness."""
    font = ImageFont.truetype(FONT, DRAWN / CAPITALS)
    x0, y0, x1, y1 = (round(number) for number in font.getbbox(word))
    size = (x1 - x0 + DRAWN, y1 - y0 + DRAWN)
    drawn = Image.new("RGB", size, (round(255 * PAPER),) * 3)
    ink = (round(255 * (PAPER - contrast)),) * 3
    ImageDraw.Draw(drawn).text((DRAWN / 2 - x0, DRAWN / 2 - y0), word, fill=ink, font=font)
    return np.asarray(drawn)


def hung(word: str, height: float, *, seed: int = 1, **how: float) -> tuple[Array, tuple[float, float]]:
    """uint8 (H, W, 3): a wall with a sign whose capitals are `height` pixels high, and the sign's middle (x, y)."""
    drawn = board(word)
    side = max(math.ceil(math.hypot(*drawn.shape[:2]) * height / DRAWN) + 120, 320)
    rng = np.random.default_rng(seed)
    middle = side / 2 + rng.uniform(-20, 20), side / 2 + rng.uniform(-20, 20)
    return hang(wall(side, side, seed), word, height, middle, **how), middle


def hang(
    picture: Array,
    word: str,
    height: float,
    middle: tuple[float, float],
    *,
    tilt: float = 0.0,
    yaw: float = 0.0,
    contrast: float = 0.6,
) -> Array:
    """The picture with a sign whose middle is there.

    tilt: degrees that it hangs askew. yaw: degrees that it is turned away from the camera, seen in perspective.
    """
    drawn = board(word, contrast=contrast)
    half = np.array([drawn.shape[1], drawn.shape[0]]) / 2 * height / DRAWN
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half
    far = 6 * half[0]
    depth = far / (far + corners[:, 0] * math.sin(math.radians(yaw)))
    seen = np.stack([corners[:, 0] * math.cos(math.radians(yaw)) * depth, corners[:, 1] * depth], axis=1)
    c, s = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    target = (seen @ np.array([[c, s], [-s, c]]) + middle).astype(np.float32)
    return _pasted(picture, _shrunk(drawn, height), target)


def _shrunk(drawn: Array, height: float) -> Array:
    """By area average, as a lens and a sensor do; a little larger than it will be, for the last turn."""
    scale = min(1.0, 1.5 * height / DRAWN)
    return np.asarray(cv2.resize(drawn, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def _pasted(out: Array, drawn: Array, target: Array) -> Array:
    height, width = drawn.shape[:2]
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turn = cv2.getPerspectiveTransform(source, target)
    size = out.shape[1::-1]
    over = cv2.warpPerspective(drawn.astype(np.float32), turn, size, flags=cv2.INTER_LINEAR)
    alpha = cv2.warpPerspective(np.ones((height, width, 1), np.float32), turn, size, flags=cv2.INTER_LINEAR)[..., None]
    grain = np.random.default_rng(7).normal(0, 2, (*out.shape[:2], 1))
    return np.asarray(np.clip(out * (1 - alpha) + over * alpha + grain, 0, 255), np.uint8)
