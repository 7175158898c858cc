"""What a tool is asked to make. A brief is stored as it was given; an approval of it is for its hash."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from .base import Record
from .names import Sha256, ShotName

Pixel = tuple[float, float]
Quality = Literal["draft", "review", "final"]


class StoredFile(Record, name="stored-file", version=1):
    """A file kept in the production under its content: `path` is relative to the production's folder."""

    path: str
    sha256: Sha256

    @field_validator("path")
    @classmethod
    def _inside(cls, path: str) -> str:
        if path.startswith("/") or "\\" in path or ".." in path.split("/"):
            raise ValueError(f"{path!r} leaves the production's folder: give a relative path")
        return path


class CollapseBrief(Record, name="collapse-brief", version=1):
    """The building in a plate comes down.

    facade: four corners in plate pixels (x right, y down, from the plate's top left), clockwise from the facade's top
    left. focal_mm: 35 mm equivalent; focal_px wins over it. matte: 0..1 image at the plate's resolution, white where
    the building is. building: the text of a building.toml. event_frame: the last frame that equals the plate; frames:
    length of the shot, both counted so that the first frame is 1. sun: (azimuth, elevation) in degrees; azimuth 0
    is straight ahead (behind the building), 90 the picture's right, 180 behind the camera; None: read from the plate.
    """

    shot: ShotName
    facade: tuple[Pixel, Pixel, Pixel, Pixel]
    height_m: float | None = Field(default=None, gt=0, le=1000)
    storeys: int | None = Field(default=None, ge=1, le=200)
    bays: int | None = Field(default=None, ge=1, le=200)
    focal_mm: float | None = Field(default=None, gt=0)
    focal_px: float | None = Field(default=None, gt=0)
    depth_m: float | None = Field(default=None, gt=0, le=1000)
    construction: Literal["masonry", "rc-frame"] | None = None
    matte: StoredFile | None = None
    building: str | None = None
    style: Literal["implode", "topple", "peel"] = "implode"
    trigger: Literal["left", "right", "centre", "both"] = "centre"
    event_frame: int = Field(default=12, ge=1)
    frames: int = Field(default=120, ge=1, le=10_000)
    seed: int = Field(default=1, ge=0, lt=2**63)
    quality: Quality = "draft"
    sun: tuple[float, float] | None = None
    tool: Literal["collapse"] = "collapse"

    @model_validator(mode="after")
    def _event_inside(self) -> "CollapseBrief":
        if self.event_frame > self.frames:
            raise ValueError(
                f"event_frame {self.event_frame} lies after the last of {self.frames} frames: "
                f"give an event of at most {self.frames}, or more frames"
            )
        return self


Brief = CollapseBrief
"""Every kind of brief that some tool can make today."""
