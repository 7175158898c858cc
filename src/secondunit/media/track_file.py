"""A head track given as USD, turned into plate pixels: what the camera saw of a rigid head, frame by frame."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from secondunit.schema import InputError, Plate

from .camera_file import USD_METRES_PER_UNIT
from .child import nothing
from .limits import Limits
from .sandbox import Decoder

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class HeadTrack:
    """frames (N,): numbers, one after the other. A point h of the head lies at q = turn @ h + place_m in the camera's
    axes (x right, y down, z forward), and in the plate at centre_px + focal_px * (q.x / q.z / pixel_aspect, q.y / q.z).

    turn (N,3,3), place_m (N,3), focal_px (N,), centre_px (N,2). said: what a person must hear.
    """

    frames: Array
    turn: Array
    place_m: Array
    focal_px: Array
    centre_px: Array
    pixel_aspect: float
    said: str = ""


def read(
    path: Path, plate: Plate, prim: str | None, stop: Callable[[], None] = nothing, name: str | None = None
) -> HeadTrack:
    """The track of a file for a plate, decoded in a child. Raises InputError, which calls the file `name`.

    The camera's horizontal aperture is the plate's width.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}: check the path.")
    with tempfile.TemporaryDirectory() as scratch, Decoder(Path(scratch), Limits(), stop) as decoder:
        facts = decoder.track(path, plate.frames, prim)
    return given(facts, name or path.name, plate)


def given(facts: Mapping[str, Any], name: str, plate: Plate) -> HeadTrack:
    """The same from what the child answered. Raises InputError for answers that make no track."""
    try:
        frames = np.array(facts["frames"], np.int64)
        turn = np.array(facts["turn"], np.float64).reshape(len(frames), 3, 3)
        place = np.array(facts["place"], np.float64).reshape(len(frames), 3)
        focal, across, _, right, up = np.array(facts["lens"], np.float64).reshape(len(frames), 5).T
        stated = facts["metres_per_unit"]
        unit = USD_METRES_PER_UNIT if stated is None else float(stated)
        per_px = across / (plate.width * plate.pixel_aspect)
        centre = np.stack(
            [plate.width / 2 - right / per_px / plate.pixel_aspect, plate.height / 2 + up / per_px], axis=1
        )
        numbers = np.concatenate([turn.ravel(), place.ravel(), (focal / per_px), centre.ravel(), [unit]])
        if not (np.isfinite(numbers).all() and len(frames) and (np.diff(frames) == 1).all() and unit > 0):
            raise ValueError("its numbers make no sense")
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{name} makes no head track ({error}): export it again.") from error
    far = float(np.median(place[:, 2])) * unit
    said = (
        f"Head track {facts['prim']} of {name}: frames {frames[0]} to {frames[-1]}, {far:.2f} m from "
        f"{facts['camera']}{'' if stated else '; the file states no unit: centimetres are taken, as USD does'}."
    )
    return HeadTrack(frames, turn, place * unit, focal / per_px, centre, plate.pixel_aspect, said)
