"""How well faces are found, and how fast: heads drawn by numbers, pasted on walls. `python -m bench.faces`."""

import json
import sys
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from secondunit.faces import models
from secondunit.faces.detect import Found, detect
from secondunit.faces.network import Network
from tests.faces import heads

Array = np.ndarray[Any, Any]
KINDS = range(len(heads.SKINS))
WIDTHS = (8, 10, 12, 14, 16, 20, 28, 48, 96, 200)
YAWS = (0, 30, 45, 60, 75, 90)
STOPS = (-5, -4, -3, -2, -1, 0, 1, 2)


def main() -> None:
    """Print the figures as JSON."""
    network = Network(models.find(models.SHORT_RANGE).file)
    json.dump(measure(network), sys.stdout, indent=1)


def measure(network: Network, each: int = 3) -> dict[str, Any]:
    """Share of heads found. each: heads of every skin at every setting."""

    def share(width: int, yaw: float = 0.0, stops: float = 0.0, kinds: Iterable[int] = KINDS) -> float:
        shots = [picture(width, kind, yaw, seed) for kind in kinds for seed in range(each)]
        return rate(network, [exposed(shown, stops) for shown, _ in shots], [at for _, at in shots])

    return {
        "width_px": {width: share(width) for width in WIDTHS},
        "skin_at_16_px": {kind: share(16, kinds=[kind]) for kind in KINDS},
        "yaw_deg_at_32_px": {yaw: share(32, yaw=yaw) for yaw in YAWS},
        "stops_at_32_px": {stops: share(32, stops=stops) for stops in STOPS},
        "false_on_walls": sum(len(detect(heads.wall(540, 960, seed), network)) for seed in range(each)),
        "cpu_s": {"1920x1080": cpu_s(network, 1080, 1920), "3840x2160": cpu_s(network, 2160, 3840)},
    }


def picture(width: int, kind: int, yaw: float = 0.0, seed: int = 1) -> tuple[Array, tuple[float, float]]:
    """One head somewhere on a wall, and where the middle of its face is."""
    rng = np.random.default_rng(seed * 97 + width)
    drawn = heads.head(width, yaw=yaw, kind=kind)
    side = max(160, round(1.3 * drawn.shape[0]))
    room = side - drawn.shape[0], side - drawn.shape[1]
    top, left = (int(rng.integers(0, most + 1)) for most in room)
    scale = width / (2 * heads.HALF_WIDTH)
    return heads.paste(heads.wall(side, side, seed), drawn, left, top), (left + drawn.shape[1] / 2, top + 1.15 * scale)


def exposed(shown: Array, stops: float) -> Array:
    """The same, brighter or darker, in linear light."""
    if stops == 0:
        return shown
    linear = (shown / 255.0) ** 2.2 * 2.0**stops
    return np.asarray(np.rint(np.clip(linear, 0, 1) ** (1 / 2.2) * 255), np.uint8)


def rate(network: Network, pictures: list[Array], places: list[tuple[float, float]]) -> float:
    """Share of the heads that some box lies on. places: the middles of their faces, x and y."""
    pairs = zip(pictures, places, strict=True)
    hits = [any(covers(face, at) for face in detect(shown, network)) for shown, at in pairs]
    return round(float(np.mean(hits)), 3)


def covers(face: Found, at: tuple[float, float]) -> bool:
    """Whether the point lies in the box."""
    return bool(face.box[0] < at[0] < face.box[2] and face.box[1] < at[1] < face.box[3])


def cpu_s(network: Network, height: int, width: int) -> float:
    """Processor seconds for a picture with nobody in it."""
    shown = heads.wall(height, width)
    before = time.process_time()
    detect(shown, network)
    return round(time.process_time() - before, 2)


if __name__ == "__main__":
    main()
