"""The plate's light: one sun and one sky."""

import math

from pydantic import Field, model_validator

from .base import Record
from .camera import Vector3


class Light(Record, name="light", version=1):
    """Irradiances in scene-linear ACEScg, in the plate's own relative units.

    sun_direction: unit, from the scene TOWARDS the sun, world frame. sun_rgb: irradiance on a surface that faces the
    sun. sky_rgb: mean sky irradiance on an open surface that faces up. ground_rgb: the ground's mean reflected colour.
    confidence: 0 (a guess) to 1 (given). said: how it was found, for people.
    """

    sun_direction: Vector3
    sun_rgb: Vector3
    sky_rgb: Vector3
    ground_rgb: Vector3
    confidence: float = Field(ge=0, le=1)
    said: str

    @model_validator(mode="after")
    def _unit(self) -> "Light":
        length = math.hypot(*self.sun_direction)
        if abs(length - 1) > 1e-6:
            raise ValueError(f"sun_direction has the length {length:g}: normalise it")
        return self
