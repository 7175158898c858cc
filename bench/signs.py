"""How well signs are read, and how fast: words drawn here, hung on walls. `python -m bench.signs [PHOTOGRAPH ...]`.

Of photographs that are named, every line that was read is printed: look at them, and judge.
"""

import json
import sys
import time
import unicodedata
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from secondunit.signs import models
from secondunit.signs.networks import Finder, Reader
from secondunit.signs.read import Line, read
from tests.faces.heads import wall
from tests.signs import boards

Array = np.ndarray[Any, Any]
HEIGHTS = (5, 6, 7, 8, 10, 12, 16, 24, 48, 120)
TILTS = (0, 10, 20, 30, 45)
YAWS = (0, 30, 45, 60, 70)
CONTRASTS = (0.04, 0.08, 0.15, 0.3, 0.6)
SETTLED = 16
"""Height of capitals, in pixels, where turns and contrasts are tried."""


class Eyes:
    """Both networks, loaded."""

    def __init__(self) -> None:
        self.finder = Finder(models.find(models.FINDS).file)
        self.reader = Reader(models.find(models.READS).file)

    def read(self, picture: Array) -> tuple[Line, ...]:
        """Lines in uint8 RGB (H, W, 3)."""
        return read(picture, self.finder, self.reader)


def main() -> None:
    """Print the figures as JSON."""
    eyes = Eyes()
    photographs = {path: _photograph(eyes, path) for path in sys.argv[1:]}
    found = measure(eyes) if not photographs else {"photographs": photographs}
    json.dump(found, sys.stdout, indent=1, ensure_ascii=False)


def measure(eyes: Eyes, words: Sequence[str] = boards.WORDS) -> dict[str, Any]:
    """Share of words read, whole and letter by letter, but for case; "bare": but for accents too."""

    def share(height: float, **how: float) -> dict[str, float]:
        said = [(word, _said(eyes, word, height, seed, **how)) for seed, word in enumerate(words)]
        right = {"whole": _plain, "bare": _bare}
        return {name: round(float(np.mean([way(a) == way(b) for a, b in said])), 2) for name, way in right.items()}

    return {
        "height_px": {height: share(height) for height in HEIGHTS},
        "tilt_deg": {tilt: share(SETTLED, tilt=tilt) for tilt in TILTS},
        "yaw_deg": {yaw: share(SETTLED, yaw=yaw) for yaw in YAWS},
        "contrast": {contrast: share(SETTLED, contrast=contrast) for contrast in CONTRASTS},
        "false_on_walls": sum(len(eyes.read(wall(540, 960, seed))) for seed in range(3)),
        "cpu_s": {f"{w}x{h}": _cpu_s(eyes, wall(h, w)) for w, h in ((1920, 1080), (3840, 2160))},
    }


def _said(eyes: Eyes, word: str, height: float, seed: int, **how: float) -> str:
    picture, (x, y) = boards.hung(word, height, seed=seed, **how)
    hits = [line for line in eyes.read(picture) if line.box[0] < x < line.box[2] and line.box[1] < y < line.box[3]]
    return hits[0].text if hits else ""


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def _bare(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", _plain(text)) if letter.isalnum())


def _photograph(eyes: Eyes, path: str) -> list[str]:
    picture = cv2.imread(path)
    if picture is None:
        raise SystemExit(f"{path} is no picture that OpenCV reads")
    return [
        f"{line.text} {line.confidence:.2f} {[round(n) for n in line.box]}" for line in eyes.read(picture[..., ::-1])
    ]


def _cpu_s(eyes: Eyes, picture: Array) -> float:
    """Processor seconds for a picture without text."""
    before = time.process_time()
    eyes.read(picture)
    return round(time.process_time() - before, 2)


if __name__ == "__main__":
    main()
