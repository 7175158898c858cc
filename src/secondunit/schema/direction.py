"""How a performer shall look: years, and how strongly, part by part and frame by frame."""

from bisect import bisect_right
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from .base import Record
from .names import LookName, Sha256, VersionId

Region = Literal[
    "forehead",
    "glabella",
    "crows_feet",
    "under_eye",
    "nasolabial",
    "marionette",
    "cheek",
    "chin",
    "upper_lip",
    "neck",
    "eyes",
    "teeth",
    "hair",
    "brows",
    "beard",
]
"""Parts of a face that age differently and have a slider of their own."""
Regions = dict[Region, Annotated[float, Field(ge=0, le=2)]]
StrengthKey = tuple[Annotated[int, Field(ge=0, le=1_000_000)], Annotated[float, Field(ge=0, le=1)]]
Strength = Annotated[tuple[StrengthKey, ...], Field(min_length=1, max_length=1000)]
FULL: tuple[StrengthKey, ...] = ((0, 1.0),)
By = Annotated[int, Field(ge=-100, le=100)]
Age = Annotated[int, Field(ge=0, le=120)]
Volume = Annotated[float, Field(ge=0, le=2)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]


class Direction(Record, name="direction", version=1):
    """What makes one performer look one way in every shot. Exactly one of by_years (negative: younger) and to_age.

    apparent_age: how old they look in the plate, years, as a named person states it; needed with by_years.
    regions: how strong the edit is in a part of the face, 1 as everywhere else, 0 nothing. volume: the same of the
    face's shape: jaw line, cheeks, lids, nose, lips, neck. strength: keys (frame, share of the whole edit, 0 to 1).
    Frames are counted from the plate's first, which is 0; straight lines lie between keys, the first and last hold
    beyond them.
    """

    by_years: By | None = None
    to_age: Age | None = None
    apparent_age: Age | None = None
    regions: Regions = Field(default_factory=dict)
    volume: Volume = 1.0
    strength: Strength = FULL
    seed: Seed = 1

    @field_validator("strength")
    @classmethod
    def _in_order(cls, keys: tuple[StrengthKey, ...]) -> tuple[StrengthKey, ...]:
        frames = [frame for frame, _ in keys]
        if frames != sorted(set(frames)):
            raise ValueError("give each frame once, the earlier ones first")
        return keys

    @model_validator(mode="after")
    def _one_target(self) -> "Direction":
        if (self.by_years is None) is (self.to_age is None):
            raise ValueError("say either by how many years, or to which age")
        if self.by_years is not None and self.apparent_age is None:
            raise ValueError("by_years needs apparent_age: state how old they look in the plate")
        return self

    @property
    def target_age(self) -> int:
        """The apparent age asked for, years, at full strength."""
        return self.to_age if self.to_age is not None else (self.apparent_age or 0) + (self.by_years or 0)

    def strength_at(self, frame: int) -> float:
        """The strength on a frame, counted from the plate's first (0)."""
        after = bisect_right(self.strength, frame, key=lambda key: key[0])
        if after in (0, len(self.strength)):
            return self.strength[0 if after == 0 else -1][1]
        (start, low), (end, high) = self.strength[after - 1 : after + 1]
        return low + (high - low) * (frame - start) / (end - start)

    @property
    def direction(self) -> dict[str, object]:
        """The fields that direct, without anything else that a record holds."""
        return {name: getattr(self, name) for name in Direction.model_fields}

    def says(self) -> str:
        """The direction in one line."""
        years = f"by {self.by_years:+d} years" if self.by_years is not None else f"to {self.to_age}"
        start = f", from {self.apparent_age}" if self.apparent_age is not None else ""
        keys = self.strength
        how = f"{keys[0][1]:g}" if len(keys) == 1 else ", ".join(f"{share:g} at frame {frame}" for frame, share in keys)
        parts = "".join(f", {name} {weight:g}" for name, weight in sorted(self.regions.items()))
        return f"{years}{start}; strength {how}; volume {self.volume:g}{parts}; seed {self.seed}"

    def directs_as(self, other: "Direction") -> bool:
        """Whether the other says the same, whatever else either of them says."""
        return self.direction == other.direction


class LookNamed(Record, name="look-named", version=1):
    """One version of a look, as a brief names it. sha256: of what that version says (`Look.content`)."""

    name: LookName
    version: VersionId
    sha256: Sha256

    @property
    def called(self) -> str:
        """How people and commands call it: NAME/v002."""
        return f"{self.name}/{self.version}"
