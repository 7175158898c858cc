"""What is known of a building, as a record and as the text of a building.toml.

World frame: metres, Z up, origin at the facade's bottom-left corner, +X along the facade, +Y into the building.
"""

import itertools
import tomllib
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from secondunit.schema.base import TAG, Record
from secondunit.schema.errors import InputError

Opening = tuple[float, float, float, float]
Construction = Literal["masonry", "rc-frame"]
RoofKind = Literal["flat", "gable", "gable-front", "hip", "mansard"]


class Roof(Record, name="roof", version=1):
    """What stands on the uppermost slab. rise_m: ridge above the eaves (the slab's top). parapet_m: flat roofs only.

    hip_left_m, hip_right_m: how far the ridge stays back from each end; 0 makes a gable there.
    break_run_m, break_rise_m: a mansard's steep lower part, inwards and upwards.
    """

    kind: RoofKind = "flat"
    rise_m: float = Field(default=0.0, ge=0, le=60)
    parapet_m: float = Field(default=0.6, ge=0, le=8)
    hip_left_m: float = Field(default=0.0, ge=0)
    hip_right_m: float = Field(default=0.0, ge=0)
    break_run_m: float = Field(default=1.2, gt=0)
    break_rise_m: float = Field(default=2.5, gt=0)
    thickness_m: float = Field(default=0.16, gt=0.02, le=1)


class Crest(Record, name="crest", version=1):
    """Something that sticks out of the main body: chimney, dormer, tower, pavilion, or a wing beside the facade.

    profile: its upper edge, (x, z) from left to right, metres. It fills the space from base_m up to the profile, from
    front_m to front_m + depth_m into the building; hollow ones have walls and a roof, the others are solid. On the
    side "left" or "right" it stands on that side wall instead: profile (y, z), depth inwards, never hollow.
    """

    side: Literal["front", "left", "right"] = "front"

    profile: tuple[tuple[float, float], ...] = Field(min_length=2)
    base_m: float = Field(ge=0)
    front_m: float = Field(default=0.0, ge=0)
    depth_m: float = Field(gt=0.05)
    hollow: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        xs = [x for x, _ in self.profile]
        if any(b - a < 1e-6 for a, b in itertools.pairwise(xs)):
            raise ValueError(f"the profile's x {xs} must rise from left to right")
        if self.hollow and self.side != "front":
            raise ValueError(f"a crest on the {self.side} side cannot be hollow")
        if min(z for _, z in self.profile) <= self.base_m:
            raise ValueError(f"the profile must stay above base_m = {self.base_m}")
        return self

    @property
    def span_m(self) -> tuple[float, float]:
        """Left and right end."""
        return self.profile[0][0], self.profile[-1][0]


class Building(Record, name="building", version=1):
    """A building by its measures; walls, slabs and roofs follow from them (see `solids`).

    floors_m: tops of the slabs from the ground (0) to the eaves. openings: windows and doors of the facade,
    (x0, z0, x1, z1). inner_walls_m: x of the cross walls (masonry) or column rows (rc-frame); spines_m: y of the walls
    or column rows along the facade; None: chosen. side_windows: whether back and sides have windows like the facade's.
    said: what was assumed, one sentence each, for the user.
    """

    width_m: float = Field(gt=2, le=300)
    depth_m: float = Field(gt=2, le=150)
    floors_m: tuple[float, ...] = Field(min_length=2)
    construction: Construction = "masonry"
    wall_m: float = Field(default=0.45, gt=0.05, le=2)
    inner_wall_m: float = Field(default=0.25, gt=0.05, le=2)
    slab_m: float = Field(default=0.22, gt=0.05, le=1)
    column_m: float = Field(default=0.4, gt=0.1, le=2)
    beam_m: float = Field(default=0.5, gt=0.1, le=2)
    openings: tuple[Opening, ...] = ()
    inner_walls_m: tuple[float, ...] | None = None
    spines_m: tuple[float, ...] | None = None
    side_windows: bool = True
    glazed: bool = True
    stairs: bool = True
    roof: Roof = Roof()
    crests: tuple[Crest, ...] = ()
    said: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _thin_infill(cls, fields: Any) -> Any:
        """An infill wall of a frame is 0.2 m thick where nothing else is stated."""
        if isinstance(fields, dict) and fields.get("construction") == "rc-frame":
            return {"wall_m": 0.2, **fields}
        return fields

    @field_validator("floors_m")
    @classmethod
    def _rising(cls, floors: tuple[float, ...]) -> tuple[float, ...]:
        if abs(floors[0]) > 1e-6:
            raise ValueError(f"floors_m must begin with the ground, 0, not {floors[0]}")
        low = [b - a for a, b in itertools.pairwise(floors)]
        if min(low) < 1.6:
            raise ValueError(f"floors_m {floors}: a storey of {min(low):.2f} m is too low; at least 1.6 m")
        return floors

    @field_validator("openings")
    @classmethod
    def _upright(cls, openings: tuple[Opening, ...]) -> tuple[Opening, ...]:
        for x0, z0, x1, z1 in openings:
            if x1 <= x0 or z1 <= z0:
                raise ValueError(f"opening ({x0}, {z0}, {x1}, {z1}): write it as left, bottom, right, top")
        return openings

    @property
    def height_m(self) -> float:
        """Top of the uppermost slab, where the roof begins."""
        return self.floors_m[-1]

    @property
    def storeys(self) -> int:
        """Number of storeys below the eaves."""
        return len(self.floors_m) - 1

    def to_toml(self) -> str:
        """The building as a building.toml that reads back equal."""
        fields = _untagged(self.model_dump(mode="json", exclude_none=True))
        tables = [key for key, value in fields.items() if _is_table(value)]
        lines = [f"{key} = {_toml(value)}" for key, value in fields.items() if key not in tables]
        for key in tables:
            many = isinstance(fields[key], list)
            for table in fields[key] if many else [fields[key]]:
                lines += ["", f"[[{key}]]" if many else f"[{key}]"]
                lines += [f"{name} = {_toml(value)}" for name, value in table.items()]
        return "\n".join(lines) + "\n"

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read a complete building.toml; raises InputError with the field at fault."""
        return cls.read(**toml_fields(text))


def toml_fields(text: str, place: str = "--building") -> dict[str, Any]:
    """The fields that a building.toml states; raises InputError when it is not TOML or names an unknown field.

    place: what the sentence calls the file.
    """
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{place} is not TOML ({error}): see docs/building.md for an example.") from error
    unknown = sorted(set(fields) - set(Building.model_fields))
    if unknown:
        known = ", ".join(sorted(Building.model_fields))
        raise InputError(f"{place}: {unknown[0]!r} is not a field of a building; use {known}.")
    return fields


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _untagged(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _untagged(item) for key, item in value.items() if key != TAG}
    return [_untagged(item) for item in value] if isinstance(value, list) else value


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return repr(float(value)) if isinstance(value, float) else str(value)
