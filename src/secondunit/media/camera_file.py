"""A camera given as USD, turned into the house's own: plate pixels, metres, Z up, ground at height 0."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from secondunit.schema import Camera, InputError

USD_METRES_PER_UNIT = 0.01
"""What USD takes for the unit where a file states none: a centimetre."""
SHAPE_TOLERANCE = 0.02
Z_UP = {"Z": np.eye(3), "Y": np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])}
FLIP = np.array([[1.0], [-1.0], [-1.0]])
"""USD's cameras look along -Z with Y up, ours along +Z with Y down."""


@dataclass(frozen=True)
class Given:
    """camera: in the file's world, turned to metres and Z up. placed: False where the file gives a lens only.

    notes: what a person must hear.
    """

    camera: Camera
    placed: bool
    notes: tuple[str, ...]


def given(facts: Mapping[str, Any], name: str, width: int, height: int, pixel_aspect: float) -> Given:
    """The camera of a file called `name` (facts: see `decode_camera.read`) for a plate of width x height pixels.

    The horizontal aperture is the plate's width. Raises InputError for answers that make no camera.
    """
    try:
        focal, (across, down) = float(facts["focal"]), (float(value) for value in facts["aperture"])
        right, up = (float(value) for value in facts["offset"])
        matrix = np.array(facts["matrix"], np.float64).reshape(4, 4)
        stated, turn, placed = facts["metres_per_unit"], Z_UP[facts["up"]], bool(facts["placed"])
        unit = USD_METRES_PER_UNIT if stated is None else float(stated)
        per_px = across / (width * pixel_aspect)
        rotation = (matrix[:3, :3] * FLIP) @ turn.T
        camera = Camera.read(
            width=width,
            height=height,
            focal_px=focal / per_px,
            centre_px=(width / 2 - right / per_px / pixel_aspect, height / 2 + up / per_px),
            pixel_aspect=pixel_aspect,
            rotation=tuple(rotation.ravel().tolist()),
            position_m=tuple((turn @ matrix[3, :3] * unit).tolist()),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{name} makes no camera ({error}): export it again.") from error
    notes = [f"camera {facts['prim']} of {name}: {_lens_said(camera)}{_place_said(camera) if placed else ''}"]
    if not placed:
        notes.append("that camera has no transform: its lens is used, its place is solved from the facade")
    if placed and stated is None:
        notes.append(f"{name} states no unit: centimetres are taken, as USD does")
    plate_shape = height / (width * pixel_aspect)
    if abs(down / across / plate_shape - 1) > SHAPE_TOLERANCE:
        notes.append(
            f"the camera's aperture is {across:g} x {down:g}, another shape than the plate's {width} x {height}: its "
            "width is taken as the plate's width"
        )
    return Given(camera, placed, tuple(notes))


def _lens_said(camera: Camera) -> str:
    wide = np.degrees(2 * np.arctan(camera.width * camera.pixel_aspect / 2 / camera.focal_px))
    return f"focal length {camera.focal_px:.0f} px ({wide:.1f} degrees wide)"


def _place_said(camera: Camera) -> str:
    return f", {camera.position_m[2]:.2f} m above the height 0 of its world"
