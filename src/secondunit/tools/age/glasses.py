"""Frames of glasses: thin things that run around both eyes. They stay as they are.

Around each eye the strongest closed line is sought, by dynamic programming over the angle (Amini, Weymouth and Jain,
PAMI 1990). Lids, bags and brows make such lines too, but at the temples the lines of a face run outward, and a frame
crosses them.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.tools.age import regions

Image = NDArray[np.float32]
ANGLES = 128
NEAREST, FARTHEST = 0.08, 0.30
"""A frame runs so far from the eye's middle, in widths of the face."""
HALF = 0.007
"""Half its thickness, in widths of the face."""
FINEST_TEXELS = 1.0
MOST = 0.35
"""Log-luma of a line's depth from which it counts no more."""
STEP = 0.03
"""Log-luma that a step outward or inward costs, from angle to angle."""
ASIDE_DEG = 50.0
"""The temples' side, to both sides of straight outward."""
IS_FRAME = (0.15, 0.20)
"""Log-luma by which four fifths of both temples' sides stand out, to begin to be frames, and to be."""
BESIDE, STANDS_OUT = 0.022, (0.05, 0.10)
"""Widths of the face around the line, and log-luma of what stands out there, that are left alone."""
BRIDGE = (0.42, 0.58)
"""Columns of the map between which the bridge is sought too."""


def frames(light: Image) -> Image:
    """(S,S) 0..1: where frames are, in log-luma (S,S) of a face's map."""
    side = light.shape[0]
    wide = regions.FACE_WIDE * side
    loops = [_loop(light, ring, wide) for ring in (topology.RIGHT_EYE, topology.LEFT_EYE)]
    low, high = IS_FRAME
    sure = float(np.clip((min(aside for _, aside in loops) - low) / (high - low), 0, 1))
    if sure == 0:
        return np.zeros_like(light)
    band = _band([line for line, _ in loops], side, wide)
    sigma = max(FINEST_TEXELS, HALF * wide)
    there = np.maximum(thin(light, sigma), thin(-light, sigma))
    found = np.clip((there - STANDS_OUT[0]) / (STANDS_OUT[1] - STANDS_OUT[0]), 0, 1) * band
    size = 2 * max(1, round(2 * sigma)) + 1
    grown = cv2.dilate(np.asarray(found, np.float32), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    return np.asarray(np.clip(sure * cv2.GaussianBlur(grown, (0, 0), 0.7 * sigma), 0, 1), np.float32)


def thin(light: Image, sigma: float) -> Image:
    """(S,S) >= 0: how dark a line of that half width is against what is beside it; less if it is as short as wide."""
    smooth = cv2.GaussianBlur(light, (0, 0), sigma)
    xx, yy = (cv2.Sobel(smooth, cv2.CV_32F, *order, ksize=3, scale=0.25) for order in ((2, 0), (0, 2)))
    xy = cv2.Sobel(smooth, cv2.CV_32F, 1, 1, ksize=3, scale=0.25)
    half, apart = 0.5 * (xx + yy), np.sqrt((0.5 * (xx - yy)) ** 2 + xy**2)
    large, small = half + apart, half - apart
    # Blurred to sigma sqrt(2), a valley of depth d bends by d / (2 sqrt(2) sigma^2).
    return np.asarray(np.maximum(large - np.abs(small), 0) * 2.8 * sigma**2, np.float32)


def _loop(light: Image, ring: tuple[int, ...], wide: float) -> tuple[NDArray[np.float64], float]:
    """The strongest line (ANGLES,2) around an eye, texels, and the log-luma by which it stands out at the temple."""
    side = light.shape[0]
    middle = topology.UV[list(ring)].mean(axis=0) * side
    turn = np.arange(ANGLES) * 2 * np.pi / ANGLES
    rays = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    radii = np.arange(NEAREST * wide, FARTHEST * wide)
    spots = (middle + radii[:, None, None] * rays).astype(np.float32)
    polar = cv2.remap(
        light, spots[..., 0] - 0.5, spots[..., 1] - 0.5, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    depth = _across(np.asarray(polar, np.float32), max(FINEST_TEXELS, HALF * wide))
    path = _closed(np.minimum(depth, MOST))
    outward = np.pi if middle[0] < side / 2 else 0.0
    aside = np.abs((turn - outward + np.pi) % (2 * np.pi) - np.pi) < np.radians(ASIDE_DEG)
    return middle + radii[path][:, None] * rays, float(np.quantile(depth[path, np.arange(ANGLES)][aside], 0.2))


def _across(polar: Image, sigma: float) -> Image:
    """(R,ANGLES) log-luma by which lines along the angle stand out, darker or lighter."""
    more = ANGLES // 8
    around = np.concatenate([polar[:, -more:], polar, polar[:, :more]], axis=1)
    smooth = cv2.GaussianBlur(around, (0, 0), sigmaX=1.2, sigmaY=sigma)
    bent = np.abs(cv2.Sobel(smooth, cv2.CV_32F, 0, 2, ksize=3, scale=0.25)) * 2.8 * sigma**2
    return np.asarray(bent[:, more:-more], np.float32)


def _closed(worth: Image) -> NDArray[np.int64]:
    """(ANGLES,) rows of the path that is worth most, a row up or down at a step. The middle of three rounds: there it
    has closed.
    """
    best, steps = worth[:, 0].astype(np.float64), []
    never = np.array([-np.inf])
    for n in range(1, 3 * ANGLES):
        ways = np.stack([np.r_[never, best[:-1]] - STEP, best, np.r_[best[1:], never] - STEP])
        step = ways.argmax(axis=0)
        steps.append(step)
        best = ways.max(axis=0) + worth[:, n % ANGLES]
    path = [int(best.argmax())]
    for step in reversed(steps):
        path.append(path[-1] + int(step[path[-1]]) - 1)
    return np.array(path[::-1][ANGLES : 2 * ANGLES])


def _band(lines: list[NDArray[np.float64]], side: int, wide: float) -> Image:
    """(S,S) 0 or 1: near the lines, and between them over the nose, texels of a map."""
    canvas = np.zeros((side, side), np.uint8)
    thick = 2 * max(1, round(BESIDE * wide)) + 1
    for line in lines:
        cv2.polylines(canvas, [np.round(line - 0.5).astype(np.int32)], True, 1, thick)
    rows = np.concatenate(lines)[:, 1]
    top, eyes = rows.min(), topology.UV[list(topology.RIGHT_EYE), 1].mean() * side
    left, right = (round(column * side) for column in BRIDGE)
    canvas[max(0, round(top)) : round(eyes + 0.5 * (rows.max() - eyes)), left:right] = 1
    return canvas.astype(np.float32)
