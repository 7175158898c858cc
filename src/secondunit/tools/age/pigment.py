"""Colour that skin takes with age: a few spots, unevenness, thread veins, sallow around the mouth. Faint, and seeded."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.tools.age.regions import FACE_WIDE

Image = NDArray[np.float32]
Random = np.random.Generator
Near = tuple[tuple[int, float], ...]

# fmt: off
SPOTTED: Near = (
    (21, 0.05), (251, 0.05), (54, 0.04), (284, 0.04), (50, 0.06), (280, 0.06), (117, 0.05), (346, 0.05), (108, 0.08),
)
# fmt: on
"""Points of the mesh around which age spots come, and how far around, in units of the map."""
SPOT = np.array([-0.085, 0.012, -0.085], np.float32)
"""Log-luma, red and blue against luma, that a spot of contrast 1 changes."""
SPOT_RADIUS = 0.007
"""Of a usual one, in face widths."""
MOTTLE = ((0.030, 0.016), (0.085, 0.018))
"""Sigma in face widths and log deviation of unevenness."""
MOTTLED = np.array([0.8, -0.45, 0.9], np.float32)
VEINED: Near = ((4, 0.055), (50, 0.07), (280, 0.07), (205, 0.05), (425, 0.05))
RUDDY = np.array([-0.008, 0.030, -0.008], np.float32)
SALLOW = -0.030
"""Log of blue that skin loses all over."""
LIP_ROUND, LIP_PALE = 0.05, 0.035
"""How far around the lips skin loses red, in face widths, and how much."""
CELL = 0.8
"""Sigma of noise in cells of the grid it is drawn on."""


@lru_cache(maxsize=4)
def pigment(seed: int, side: int) -> Image:
    """(S,S,3): change of log-luma, and of the logarithms of red and blue against luma."""
    rng = np.random.default_rng([seed, 101])
    out = np.zeros((side, side, 3), np.float32)
    for blot in _blots(rng):
        blot.lay(out)
    for sigma, deviation in MOTTLE:
        out += noise(rng, side, sigma)[..., None] * deviation * MOTTLED
    out += _veins(rng, side)[..., None] * RUDDY
    out[..., 2] += SALLOW
    out[..., 1] -= LIP_PALE * _around_lips(side)
    return out


def noise(rng: Random, side: int, share: float) -> Image:
    """(S,S) smooth, zero mean and unit deviation; sigma `share` in face widths.

    It is drawn on a grid of its own, so that the same seed gives the same pattern at every size of the map.
    """
    cells = int(np.ceil(CELL / (share * FACE_WIDE)))
    rough = rng.standard_normal((cells, cells)).astype(np.float32)
    rough = cv2.GaussianBlur(rough, (0, 0), CELL)
    rough = (rough - rough.mean()) / max(float(rough.std()), 1e-6)
    if cells > side:
        return np.zeros((side, side), np.float32)
    return np.asarray(cv2.resize(rough, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)


def around(points: Near, side: int) -> Image:
    """(S,S) 0..1: near points of the mesh, each with its reach (a sigma, in units of the map)."""
    at = (np.arange(side, dtype=np.float32) + 0.5) / side
    out = np.zeros((side, side), np.float32)
    for index, reach in points:
        u, v = topology.UV[index]
        across, down = (np.exp(-0.5 * ((at - middle) / reach) ** 2) for middle in (u, v))
        out = np.maximum(out, np.outer(down, across))
    return out


@dataclass(frozen=True)
class Blot:
    """An age spot, not round and soft at its edge. spot (2,) and radius in units of the map; contrast 0..1.

    squash: its width by its length, turn: of its length, radians. ragged (5,5): what its outline is uneven by.
    """

    spot: NDArray[np.float64]
    radius: float
    contrast: float
    squash: float
    turn: float
    ragged: Image

    def lay(self, out: Image) -> None:
        """Add it to a map (S,S,3), if that can show it."""
        side = out.shape[0]
        radius, spot = self.radius * side, self.spot * side
        low = np.clip(np.floor(spot - 3 * radius).astype(int), 0, side)
        high = np.clip(np.ceil(spot + 3 * radius).astype(int), 0, side)
        if radius < CELL or (high <= low).any():
            return
        y, x = np.mgrid[low[1] : high[1], low[0] : high[0]] + 0.5
        shade = self._shade((x - spot[0]) / radius, (y - spot[1]) / radius)
        out[low[1] : high[1], low[0] : high[0]] += shade[..., None] * SPOT

    def _shade(self, across: NDArray[np.float64], down: NDArray[np.float64]) -> Image:
        """0..1 at places counted in radii from its middle."""
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        along, over = across * cosine + down * sine, (down * cosine - across * sine) / self.squash
        grid = [(part / 1.5 + 2).astype(np.float32) for part in (across, down)]
        far = np.hypot(along, over) + 0.28 * cv2.remap(self.ragged, grid[0], grid[1], cv2.INTER_CUBIC)
        share = np.clip((1.5 - far) / 1.1, 0, 1)
        within = np.clip(3 - np.hypot(across, down), 0, 1)
        return np.asarray(self.contrast * share**2 * (3 - 2 * share) * within, np.float32)


def _blots(rng: Random) -> list[Blot]:
    out = []
    for _ in range(int(rng.integers(9, 17))):
        index, reach = SPOTTED[int(rng.integers(len(SPOTTED)))]
        spot = topology.UV[index].astype(np.float64) + rng.normal(0, reach, 2)
        radius = FACE_WIDE * SPOT_RADIUS * float(np.exp(rng.normal(0, 0.45)))
        form = float(rng.uniform(0.35, 1.0)), float(rng.uniform(0.6, 1.0)), float(rng.uniform(0, np.pi))
        out.append(Blot(spot, radius, *form, rng.standard_normal((5, 5)).astype(np.float32)))
    return out


def _veins(rng: Random, side: int) -> Image:
    """(S,S) 0..1: a soft flush with threads in it, where the map can show threads."""
    flush = around(VEINED, side) * np.clip(0.5 + 0.5 * noise(rng, side, 0.04), 0, 1.3)
    thread = np.exp(-0.5 * (noise(rng, side, 0.012) / 0.16) ** 2) * np.clip(noise(rng, side, 0.02), 0, 1.5)
    shown = np.clip(0.0025 * FACE_WIDE * side / CELL, 0, 1)
    return np.asarray(flush * (0.45 + 1.1 * shown * thread), np.float32)


def _around_lips(side: int) -> Image:
    lips = np.zeros((side, side), np.float32)
    points = np.asarray(topology.UV, np.float64)[list(topology.LIPS_OUTER)] * side
    cv2.fillPoly(lips, [np.round(points).astype(np.int32)], 1.0)
    return np.asarray(cv2.GaussianBlur(lips, (0, 0), LIP_ROUND * FACE_WIDE * side), np.float32)
