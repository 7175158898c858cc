"""Where an edit ends: pixels outside the head, the background's share, lines that bend beside the jaw."""

import cv2
import numpy as np

from .pictures import Image, Mask

CLEAR = 0.02
"""Coverage of the head under which a pixel is background."""
BARS_PX, CONTRAST = 24, 0.35
"""From one bar to the next, and how much lighter and darker than the background they are."""
BLOCK_PX, LEAST = 24, 30
"""Rows that are judged together, and pixels that they must hold."""
NEAR_PX = 15


def hull(head: Image) -> Mask:
    """(H,W): convex hull of the head's largest part, from its coverage (H,W) 0..1."""
    solid = (head > CLEAR).astype(np.uint8)
    parts, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    out = np.zeros_like(solid)
    if parts:
        cv2.fillConvexPoly(out, cv2.convexHull(max(parts, key=cv2.contourArea)), 1)
    return np.asarray(out > 0)


def outside(changed: Mask, inside: Mask) -> int:
    """How many changed pixels lie outside."""
    return int((changed & ~inside).sum())


def around(head: Image) -> Mask:
    """(H,W): what is no head, from its coverage (H,W) 0..1; what lies within the head, such as glasses, is none."""
    clear = np.pad((head < CLEAR).astype(np.uint8), 1, constant_values=1)
    cv2.floodFill(clear, None, (0, 0), 2)
    return np.asarray(clear[1:-1, 1:-1] == 2)


def share_of(changed: Mask, where: Mask) -> float:
    """Share of the changed pixels that lie there, in percent."""
    return 100.0 * float((changed & where).sum()) / max(int(changed.sum()), 1)


def barred(code: Image, head: Image, chin_y: float, degrees: float) -> Image:
    """The picture with soft bars drawn on what is behind the head, above the chin: below it clothes begin."""
    y, x = np.mgrid[: code.shape[0], : code.shape[1]].astype(np.float32)
    across = y * np.cos(np.radians(degrees)) - x * np.sin(np.radians(degrees))
    fade = np.clip((chin_y - y) / 8, 0, 1) * (1 - head)
    bars = 1 + fade * CONTRAST * np.sin(across * 2 * np.pi / BARS_PX)
    return np.asarray(np.clip(code * bars[..., None], 0, 1), np.float32)


def beside_jaw(head: Image, chin_y: float, height: float) -> Mask:
    """(H,W): background near the lower half of a head, above the chin; height: of the face, pixels."""
    near = cv2.dilate((head > 0.5).astype(np.uint8), np.ones((2 * NEAR_PX + 1,) * 2, np.uint8)) > 0
    rows = np.arange(head.shape[0])[:, None]
    return np.asarray(near & (head < CLEAR) & (rows < chin_y - 8) & (rows > chin_y - 0.55 * height))


def bend(after: Image, before: Image, where: Mask) -> float:
    """Pixels by which lines (H,W) are off across themselves, in the worst block of rows: least squares on the slope."""
    down, across = np.gradient(before.astype(np.float64))
    sign = np.where(down >= 0, 1, -1) * np.hypot(down, across)
    worst = 0.0
    for row in range(0, before.shape[0], BLOCK_PX):
        block = slice(row, row + BLOCK_PX)
        here = where[block]
        if here.sum() >= LEAST:
            slope, off = sign[block][here], (after - before).astype(np.float64)[block][here]
            worst = max(worst, abs(float((slope * off).sum() / max((slope * slope).sum(), 1e-12))))
    return worst
