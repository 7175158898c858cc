"""A pinhole camera.

World frame: right-handed, metres, Z up; origin at the facade's bottom left corner on the ground, +X along the facade to
the right as the camera sees it, +Y into the building. Camera axes as in OpenCV: x right, y down, z forward.
"""

from pydantic import Field, model_validator

from .base import Record

Vector3 = tuple[float, float, float]
Matrix3 = tuple[float, float, float, float, float, float, float, float, float]


class Camera(Record, name="camera", version=1):
    """Projects p (world, metres) to continuous plate pixels (x right, y down, origin at the top left pixel's corner).

    q = camera_from_world @ (p - position_m);
    x = centre_px[0] + focal_px * q.x / q.z / pixel_aspect;  y = centre_px[1] + focal_px * q.y / q.z.
    """

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    focal_px: float = Field(gt=0)
    centre_px: tuple[float, float]
    pixel_aspect: float = Field(default=1.0, gt=0)
    rotation: Matrix3
    """camera_from_world, row-major: a proper rotation within 1e-6."""
    position_m: Vector3

    @model_validator(mode="after")
    def _proper(self) -> "Camera":
        r = (self.rotation[0:3], self.rotation[3:6], self.rotation[6:9])
        for i in range(3):
            for j in range(3):
                dot = sum(a * b for a, b in zip(r[i], r[j], strict=True))
                if abs(dot - (i == j)) > 1e-6:
                    raise ValueError(f"rotation rows {i} and {j} have the dot product {dot:g}: not a rotation matrix")
        if _determinant(r) < 0:
            raise ValueError("rotation mirrors the world (determinant -1): flip one axis")
        return self


def _determinant(r: tuple[tuple[float, ...], ...]) -> float:
    (a, b, c), (d, e, f), (g, h, i) = r
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
