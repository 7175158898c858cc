"""How well signs are read, and how fast: words drawn here, nine on a wall of 1920 x 1080. `python -m bench.signs`.

`python -m bench.signs PHOTOGRAPH …` prints every line that is read in them instead: look at them, and judge.
"""

import json
import sys
import time
import unicodedata
from typing import Any

import cv2
import numpy as np

from secondunit.faces.heads import wall
from secondunit.signs import models
from secondunit.signs.networks import Finder, Reader
from secondunit.signs.read import Line, read
from tests.signs import boards

Array = np.ndarray[Any, Any]
HEIGHTS = (3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 48)
TILTS = (0, 10, 20, 30, 45)
YAWS = (0, 30, 45, 60, 70)
CONTRASTS = (0.03, 0.06, 0.12, 0.25, 0.6)
BLURS = (1, 2, 3, 4, 6)
SETTLED = 16
"""Height of capitals, in pixels, where turns, contrasts and blurs are tried."""
SIZE = 1080, 1920


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


def measure(eyes: Eyes) -> dict[str, Any]:
    """Shares of words read right but for case; "bare": but for accents too."""

    def share(height: float, blur: float = 0.0, **how: float) -> dict[str, float]:
        said = [pair for seed in range(2) for pair in _said(eyes, height, seed, blur, **how)]
        right = {"whole": _plain, "bare": _bare}
        return {name: round(float(np.mean([way(a) == way(b) for a, b in said])), 2) for name, way in right.items()}

    return {
        "height_px": {height: share(height) for height in HEIGHTS},
        "tilt_deg": {tilt: share(SETTLED, tilt=tilt) for tilt in TILTS},
        "yaw_deg": {yaw: share(SETTLED, yaw=yaw) for yaw in YAWS},
        "contrast": {contrast: share(SETTLED, contrast=contrast) for contrast in CONTRASTS},
        "blur_sigma_px": {blur: share(SETTLED, blur=blur) for blur in BLURS},
        "read_on_bare_walls": sum(len(eyes.read(wall(*SIZE, seed))) for seed in range(3)),
        "cpu_s": {f"{w}x{h}": _cpu_s(eyes, wall(h, w)) for h, w in (SIZE, (2160, 3840))},
    }


def _said(eyes: Eyes, height: float, seed: int, blur: float, **how: float) -> list[tuple[str, str]]:
    """(word, what was read there), of every word."""
    rng = np.random.default_rng(seed * 97 + round(height))
    picture, places = wall(*SIZE, seed), {}
    for n, word in enumerate(boards.WORDS):
        middle = ((n % 3 + 0.5) * 640 + rng.uniform(-40, 40), (n // 3 + 0.5) * 360 + rng.uniform(-40, 40))
        picture, places[word] = boards.hang(picture, word, height, middle, **how), middle
    if blur:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), blur))
    lines = eyes.read(picture)
    return [(word, next((line.text for line in lines if _holds(line, at)), "")) for word, at in places.items()]


def _holds(line: Line, at: tuple[float, float]) -> bool:
    return line.box[0] < at[0] < line.box[2] and line.box[1] < at[1] < line.box[3]


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
