"""How far faces are apart as a matcher sees them; measured in the looking child, where the matcher is at home."""

from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np

from secondunit.faces import models
from secondunit.faces.inspect import looker
from secondunit.media.child import nothing

from .pictures import Image


class Identities:
    """missing: why nothing can be measured, or nothing."""

    def __init__(self, check: Callable[[], None] = nothing) -> None:
        self.check, self.missing = check, ""
        try:
            models.matcher()
        except models.Missing as missing:
            self.missing = f"{missing}: `make matching` installs it where there is a wheel"

    def distances(self, folder: Path, one: Image, others: Mapping[str, Image]) -> dict[str, float]:
        """Distance of each picture's face from that of `one`; empty where any of them cannot be measured."""
        if self.missing:
            return {}
        out: dict[str, float] = {}
        with looker(self.check) as looking:
            first = _measure(looking.measure, folder, one)
            for name, code in others.items():
                measure = _measure(looking.measure, folder, code)
                if first is None or measure is None:
                    return {}
                out[name] = float(np.linalg.norm(measure - first))
        return out


def _measure(ask: Callable[[Path], dict[str, object]], folder: Path, code: Image) -> np.ndarray | None:
    """128 numbers of the one face in a picture, or None."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "face.png"
    cv2.imwrite(str(path), np.rint(np.clip(code[..., ::-1], 0, 1) * 255).astype(np.uint8))
    found = ask(path.resolve()).get("measure")
    path.unlink()
    return None if found is None else np.asarray(found, np.float64)
