"""How far faces are apart as a matcher sees them; measured in the looking child, where the matcher is at home."""

from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import models
from secondunit.faces.inspect import looker
from secondunit.media.child import nothing

from .pictures import Image

Measure = NDArray[np.float64]


class Identities:
    """missing: why nothing can be measured, or nothing."""

    def __init__(self, check: Callable[[], None] = nothing) -> None:
        self.check, self.missing = check, ""
        try:
            models.matcher()
        except models.Missing as missing:
            self.missing = f"{missing}: `make matching` installs it where there is a wheel"

    def measures(self, folder: Path, faces: Mapping[str, Image]) -> dict[str, Measure]:
        """128 numbers of each picture's face; empty where one cannot be measured. folder: for a moment's use."""
        if self.missing:
            return {}
        with looker(self.check) as looking:
            found = {name: _measure(looking.measure, folder, code) for name, code in faces.items()}
        known = {name: measure for name, measure in found.items() if measure is not None}
        return known if len(known) == len(faces) else {}


def _measure(ask: Callable[[Path], dict[str, object]], folder: Path, code: Image) -> Measure | None:
    """128 numbers of the one face in a picture, or None."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "face.png"
    cv2.imwrite(str(path), np.rint(np.clip(code[..., ::-1], 0, 1) * 255).astype(np.uint8))
    found = ask(path.resolve()).get("measure")
    path.unlink()
    return None if found is None else np.asarray(found, np.float64)
