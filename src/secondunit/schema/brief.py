"""What a tool is asked to make. A brief is stored as it was given; an approval of it is for its hash."""

import json
from typing import Literal

from pydantic import Field, field_validator

from .base import Fields, Record, upgrade
from .direction import Direction, LookNamed
from .errors import InputError
from .names import PersonName, Sha256, ShotName

Pixel = tuple[float, float]
Quality = Literal["draft", "review", "final"]
DEFAULT_EVENT = 12
"""Where nothing else is asked for, so many frames equal the plate."""


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


class StoredFrames(Record, name="stored-frames", version=1):
    """Pictures kept in the production, one a frame from `first_frame` on; None: there is one, for every frame."""

    files: tuple[StoredFile, ...] = Field(min_length=1)
    first_frame: int | None = Field(default=None, ge=0)


class CollapseBrief(Record, name="collapse-brief", version=2):
    """The building in a plate comes down.

    facade: four corners in plate pixels (x right, y down, from the plate's top left), clockwise from the facade's top
    left. focal_mm: 35 mm equivalent; focal_px wins over it. matte: 0..1 image at the plate's resolution, white where
    the building is. building: the text of a building.toml. event_frame: the last frame that equals the plate, in the
    plate's own numbering; None: its twelfth. event_from_one: true only in briefs of version 1, which counted the event
    so that the plate's first frame is 1. frames: length of the shot. sun: (azimuth, elevation) in degrees; azimuth 0
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
    event_frame: int | None = Field(default=None, ge=0)
    event_from_one: bool = False
    frames: int = Field(default=120, ge=1, le=10_000)
    seed: int = Field(default=1, ge=0, lt=2**63)
    quality: Quality = "draft"
    sun: tuple[float, float] | None = None
    tool: Literal["collapse"] = "collapse"

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """Every file that is kept for it."""
        return (self.matte,) if self.matte else ()

    def event_on(self, first_frame: int) -> int:
        """The event's frame number on a plate that begins with `first_frame`."""
        if self.event_frame is None:
            return first_frame + DEFAULT_EVENT - 1
        return first_frame + self.event_frame - 1 if self.event_from_one else self.event_frame


@upgrade("collapse-brief", 1)
def _says_how_it_counts(fields: Fields) -> Fields:
    """Version 1 counted the event from 1."""
    return {"event_frame": DEFAULT_EVENT, **fields, "event_from_one": True}


class AgeBrief(Direction, name="age-brief", version=4):
    """A performer is made younger or older in a shot, as the direction says. face_at: plate pixels (x right, y down) on
    the performer's face in the first frame that shows it, where there are several.

    look: the version of a look that the direction was taken from, or None: the direction is all that the tool reads, so
    that the brief stays as it is whatever becomes of the look. roto: mattes at the plate's resolution, white where the
    performer is in front, black where nothing may be edited. track: USD with the performer's head, animated, and the
    camera that shot the plate; track_prim: path of the head in it, needed where more than one transform is animated.
    """

    shot: ShotName
    performer: PersonName
    face_at: Pixel | None = None
    look: LookNamed | None = None
    roto: StoredFrames | None = None
    track: StoredFile | None = None
    track_prim: str | None = Field(default=None, pattern=r"^/[^\s]*$", max_length=1000)
    quality: Quality = "draft"
    tool: Literal["age"] = "age"

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """Every file that is kept for it."""
        return (*(self.roto.files if self.roto else ()), *((self.track,) if self.track else ()))


@upgrade("age-brief", 1)
def _of_one_face(fields: Fields) -> Fields:
    """Version 1 knew neither several faces nor their regions: what it says holds as it is."""
    return fields


@upgrade("age-brief", 2)
def _without_an_artists_help(fields: Fields) -> Fields:
    """Version 2 knew neither mattes nor head tracks from outside."""
    return fields


@upgrade("age-brief", 3)
def _of_no_look(fields: Fields) -> Fields:
    """Version 3 knew neither looks nor a strength over the frames: what it says holds at full strength."""
    return fields


Brief = CollapseBrief | AgeBrief
"""Every kind of brief that the gate can judge."""
KINDS: dict[str, type[CollapseBrief] | type[AgeBrief]] = {"collapse": CollapseBrief, "age": AgeBrief}


def read_brief(text: str | bytes) -> Brief:
    """A stored brief of whatever kind; raises FieldFault, InputError for text of no known tool."""
    try:
        tool = str(json.loads(text).get("tool", ""))
    except (ValueError, AttributeError) as error:
        raise InputError("the brief is no JSON object: restore it from a copy.") from error
    if tool not in KINDS:
        raise InputError(f"the brief is for the tool {tool!r}, which is not known here: update Second Unit.")
    return KINDS[tool].from_json(text)
