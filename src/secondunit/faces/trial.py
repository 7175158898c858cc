"""How well faces are found, counted: heads of nobody on walls, and pictures that show nobody. No photograph is in it.

How people are told apart cannot be counted so: all these heads have one skull (docs/benchmarks.md).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from secondunit.schema.identity import upper_bound

from . import heads, models
from .detect import Found, detect
from .network import Network

Array = np.ndarray[Any, Any]
Find = Callable[[Array], Sequence[Found]]
Progress = Callable[[str, float, float], None]
KINDS = range(len(heads.SKINS))
WIDTHS = (8, 10, 12, 14, 16, 20, 28, 48, 96, 200)
YAWS = (0, 30, 45, 60, 75, 90)
TURNED_PX = 32
"""Width of the heads that are turned."""
EACH = 3
"""Heads of every skin at every setting; pictures of every sort that show nobody."""
EMPTY_PX = (540, 960)
"""Height and width of the pictures that show nobody."""
STAGE = "find drawn heads"


@dataclass(frozen=True)
class Count:
    """wrong: heads missed, or pictures in which somebody was found who is not there; of so many."""

    wrong: int
    of: int

    def answer(self) -> dict[str, Any]:
        """at_most: one-sided 95 % bound on the rate (Clopper and Pearson)."""
        return {"wrong": self.wrong, "of": self.of, "at_most": round(upper_bound(self.wrong, self.of), 3)}


def finder() -> Find:
    """The house's detector; raises models.Missing."""
    network = Network(models.find(models.SHORT_RANGE).file)
    return lambda shown: detect(shown, network)


def counted(find: Find, progress: Progress, each: int = EACH) -> dict[str, Any]:
    """Heads missed by width and by turn, and false alarms (`Count.answer`)."""
    asked = [("width_px", width, width, 0) for width in WIDTHS]
    asked += [("yaw_deg", yaw, TURNED_PX, yaw) for yaw in YAWS]
    out: dict[str, Any] = {"each": len(KINDS) * each, "turned_px": TURNED_PX, "width_px": {}, "yaw_deg": {}}
    for done, (table, key, width, yaw) in enumerate(asked):
        progress(STAGE, done, len(asked) + 1)
        shots = [picture(width, kind, yaw, seed) for kind in KINDS for seed in range(each)]
        missed = sum(not any(covers(face, at) for face in find(shown)) for shown, at in shots)
        out[table][str(key)] = Count(missed, len(shots)).answer()
    progress(STAGE, len(asked), len(asked) + 1)
    nobody = [bool(find(shown)) for shown in empty(each)]
    progress(STAGE, len(asked) + 1, len(asked) + 1)
    return out | {"false_alarms": Count(sum(nobody), len(nobody)).answer()}


def picture(width: int, kind: int, yaw: float = 0.0, seed: int = 1) -> tuple[Array, tuple[float, float]]:
    """One head somewhere on a wall, uint8 (H, W, 3), and where the middle of its face is, x and y."""
    rng = np.random.default_rng(seed * 97 + width)
    drawn = heads.head(width, yaw=yaw, kind=kind)
    side = max(160, round(1.3 * drawn.shape[0]))
    room = side - drawn.shape[0], side - drawn.shape[1]
    top, left = (int(rng.integers(0, most + 1)) for most in room)
    scale = width / (2 * heads.HALF_WIDTH)
    return heads.paste(heads.wall(side, side, seed), drawn, left, top), (left + drawn.shape[1] / 2, top + 1.15 * scale)


def covers(face: Found, at: tuple[float, float]) -> bool:
    """Whether the point lies in the box."""
    return bool(face.box[0] < at[0] < face.box[2] and face.box[1] < at[1] < face.box[3])


def empty(each: int = EACH) -> Iterator[Array]:
    """Pictures that show nobody: walls, fronts of houses, rubble."""
    for draw in (heads.wall, facade, rubble):
        for seed in range(each):
            yield draw(*EMPTY_PX, seed)


def facade(height: int, width: int, seed: int) -> Array:
    """uint8 (H, W, 3): rows of windows of two panes with lintels and sills, some lit; two dark spots over a light bar
    are what a face is to a network that looks quickly."""
    rng, out = np.random.default_rng(seed), heads.wall(height, width, seed)
    across, down = int(rng.integers(24, 64)), int(rng.integers(34, 90))
    for y in range(down // 2, height - down, 2 * down):
        for x in range(across // 2, width - across, 2 * across):
            glass = (int(rng.integers(20, 90)),) * 3 if rng.random() < 0.8 else (220, 190, 130)
            out[y - 6 : y - 2, x - 4 : x + across + 4] = 170
            out[y : y + down, x : x + across] = glass
            out[y : y + down, x + across // 2 - 1 : x + across // 2 + 2] = 200
            out[y + down : y + down + 5, x - 4 : x + across + 4] = 190
    return out


def rubble(height: int, width: int, seed: int) -> Array:
    """uint8 (H, W, 3): a heap of angular pieces of brick, stone and plaster, smallest on top, each with a dark edge."""
    rng, out = np.random.default_rng(seed), heads.wall(height, width, seed)
    colours = np.array([(150, 92, 70), (128, 120, 110), (176, 168, 155), (94, 84, 78)])
    for size in np.sort(rng.uniform(4, 70, 900))[::-1]:
        angles = np.sort(rng.uniform(0, 2 * np.pi, 6))
        around = np.stack([np.cos(angles), np.sin(angles)], 1) * size * rng.uniform(0.5, 1, (6, 1))
        piece = cv2.convexHull((around + rng.uniform(0, 1, 2) * (width, height)).astype(np.int32))
        colour = colours[rng.integers(len(colours))] * rng.uniform(0.5, 1.2)
        cv2.fillConvexPoly(out, piece, colour.tolist())
        cv2.polylines(out, [piece], isClosed=True, color=(colour * 0.5).tolist())
    return out
