"""Records outlive the code that wrote them: each has a name, a version and a chain of upgrades.

A saved record carries the tag `"schema": "name/version"`, nested records too. Reading an older tag runs the upgrades
registered for it, one version at a time; a newer or foreign tag is refused with the way out.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, ValidationError, model_serializer
from pydantic import model_validator as validator

from .faults import first_fault

TAG = "schema"
Fields = dict[str, Any]
_upgrades: dict[tuple[str, int], Callable[[Fields], Fields]] = {}


class Record(BaseModel):
    """Frozen, closed, versioned. Subclass with `class Plate(Record, name="plate", version=1)`.

    Equality is by value; `digest` is the hash of the canonical JSON and is what approvals are given for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    schema_name: ClassVar[str] = ""
    schema_version: ClassVar[int] = 1

    def __init_subclass__(cls, *, name: str = "", version: int = 1, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.schema_name, cls.schema_version = name or cls.__name__.lower(), version

    @validator(mode="before")
    @classmethod
    def _read_tag(cls, fields: Any) -> Any:
        if not isinstance(fields, dict) or TAG not in fields:
            return fields
        rest = {key: value for key, value in fields.items() if key != TAG}
        return _upgraded(cls.schema_name, cls.schema_version, str(fields[TAG]), rest)

    @model_serializer(mode="wrap")
    def _write_tag(self, fields: SerializerFunctionWrapHandler) -> Fields:
        return {TAG: f"{self.schema_name}/{self.schema_version}", **fields(self)}

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no spaces, UTF-8 text, floats in Python's shortest exact form."""
        return canonical_json(self.model_dump(mode="json"))

    @property
    def digest(self) -> str:
        """Hex SHA-256 of `to_json()`."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a record of this or an older version; raises FieldFault that names the field."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise first_fault(error, of=cls.schema_name) from error

    @classmethod
    def read(cls, **fields: Any) -> Self:
        """Build from untrusted words (a command line, a form); raises FieldFault that names the field."""
        try:
            return cls(**fields)
        except ValidationError as error:
            raise first_fault(error) from error


def canonical_json(value: object) -> str:
    """The one text that hashes are taken of; NaN and infinity are refused."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def upgrade(name: str, version: int) -> Callable[[Callable[[Fields], Fields]], Callable[[Fields], Fields]]:
    """Register the step from `version` to `version + 1` of the record called `name`.

    The step takes and returns the plain fields, without the tag.
    """

    def register(step: Callable[[Fields], Fields]) -> Callable[[Fields], Fields]:
        if (name, version) in _upgrades:
            raise ValueError(f"two upgrades from {name}/{version}: keep one")
        _upgrades[name, version] = step
        return step

    return register


def _upgraded(name: str, version: int, tag: str, fields: Fields) -> Fields:
    found, _, number = tag.partition("/")
    if found != name or not number.isdigit():
        raise ValueError(f"this is a record of the kind {tag!r}, where {name}/{version} is needed")
    if int(number) > version:
        raise ValueError(f"{tag} was written by a newer Second Unit; this one reads up to {name}/{version}: update it")
    for step in range(int(number), version):
        if (name, step) not in _upgrades:
            raise ValueError(f"no upgrade is known from {name}/{step} to {name}/{step + 1}")
        fields = _upgrades[name, step](fields)
    return fields
