"""A plate on record: what was shot, and how it lies in the production."""

from typing import Literal

from pydantic import Field, model_validator

from .base import Fields, Record, upgrade
from .camera import Camera
from .names import PlateId, Sha256, ShotName

Window = tuple[int, int, int, int]
"""x_min, y_min, x_max, y_max in pixels, inclusive, y down: OpenEXR's box2i."""


class Plate(Record, name="plate", version=2):
    """One plate. Frames lie in `frames_folder` (relative to the production) as `frame.1001.exr`: half, ZIP, ACEScg.

    width, height: pixels of the display window; pixel_aspect as shot. colorspace: the OCIO name that the source was
    read as; colorspace_said: who said so. focal_35mm_mm: 35 mm equivalent, as EXIF gives it. header: fields that this
    version does not know, kept word for word. occluders, clean: name patterns (`occluders.%04d.exr`) in the same
    folder, or None. camera: as given with the plate, in a world of its own (metres, Z up, the ground at height 0);
    camera_placed: whether its place counts, or its lens only. notes: what a person must hear (a guess, a repair).
    """

    id: PlateId
    shot: ShotName
    kind: Literal["still", "sequence", "movie"]
    source_name: str
    source_sha256: Sha256
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    data_window: Window
    display_window: Window
    pixel_aspect: float = Field(default=1.0, gt=0)
    first_frame: int = Field(ge=0)
    last_frame: int = Field(ge=0)
    fps: float = Field(gt=0)
    timecode: str | None = None
    colorspace: str
    colorspace_said: str
    exif: dict[str, str] = Field(default_factory=dict)
    header: dict[str, str] = Field(default_factory=dict)
    focal_35mm_mm: float | None = Field(default=None, gt=0)
    focal_mm: float | None = Field(default=None, gt=0)
    frames_folder: str
    occluders: str | None = None
    clean: str | None = None
    camera: Camera | None = None
    camera_placed: bool = False
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _ordered(self) -> "Plate":
        if self.last_frame < self.first_frame:
            raise ValueError(f"last_frame {self.last_frame} lies before first_frame {self.first_frame}")
        return self

    @property
    def frames(self) -> range:
        """Every frame number, in order."""
        return range(self.first_frame, self.last_frame + 1)

    def frame_name(self, frame: int) -> str:
        """File name of one frame inside `frames_folder`."""
        return f"frame.{frame:04d}.exr"


@upgrade("plate", 1)
def _without_camera(fields: Fields) -> Fields:
    """Version 1 knew of no camera."""
    return fields
