"""Dataclasses of arrays as named arrays and back, so that a stage's result can lie in the cache as memory maps."""

import dataclasses
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from secondunit.schema import Record

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)

Arrays = dict[str, NDArray[Any]]
NOTE = "json:"
"""Marks the name of an array that holds the bytes of a JSON value."""


def pack(prefix: str, record: "DataclassInstance") -> Arrays:
    """Every field of ``record`` as ``prefix.field``: arrays as they are, dataclasses by their own fields, the rest as
    JSON."""
    out: Arrays = {}
    for field in dataclasses.fields(record):
        name, value = f"{prefix}.{field.name}", getattr(record, field.name)
        if isinstance(value, np.ndarray):
            out[name] = value
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            out |= pack(name, value)
        else:
            out[NOTE + name] = note(value)
    return out


def unpack(cls: "type[T]", prefix: str, arrays: Mapping[str, NDArray[Any]]) -> "T":
    """The inverse of `pack`; JSON lists come back as tuples, records as their class, absent arrays as None."""
    hints = get_type_hints(cls)
    return cls(**{f.name: _value(hints[f.name], f"{prefix}.{f.name}", arrays) for f in dataclasses.fields(cls)})


def note(value: object) -> NDArray[np.uint8]:
    """A JSON value (or a record) as bytes."""
    if isinstance(value, Record):
        value = value.model_dump(mode="json")
    return np.frombuffer(json.dumps(value).encode(), np.uint8)


def read_note(data: NDArray[Any]) -> Any:
    """The JSON value behind `note`; lists come back as tuples."""
    return _tuples(json.loads(data.tobytes()))


def _value(hint: Any, name: str, arrays: Mapping[str, NDArray[Any]]) -> Any:
    if name in arrays:
        return arrays[name]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return unpack(hint, name, arrays)
    value = read_note(arrays[NOTE + name])
    return hint.model_validate(value) if isinstance(hint, type) and issubclass(hint, Record) else value


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuples(v) for v in value)
    if isinstance(value, dict):
        return {k: _tuples(v) for k, v in value.items()}
    return value
