"""What is wrong with a record's fields, in words that a person can act on."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from .errors import FieldFault
from .names import FORMS

SHOWN = 60
SAID: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda about: "it is missing and must be given",
    "extra_forbidden": lambda about: "there is no such field; check the spelling, or leave it out",
    "greater_than": lambda about: f"it must be more than {_number(about['gt'])}",
    "greater_than_equal": lambda about: f"it must be at least {_number(about['ge'])}",
    "less_than": lambda about: f"it must be less than {_number(about['lt'])}",
    "less_than_equal": lambda about: f"it must be at most {_number(about['le'])}",
    "finite_number": lambda about: "give a finite number",
    "literal_error": lambda about: f"give {about['expected']}",
    "enum": lambda about: f"give {about['expected']}",
    "string_pattern_mismatch": lambda about: FORMS.get(about["pattern"], f"it must match {about['pattern']}"),
    "string_too_short": lambda about: "it must not be empty",
    "string_too_long": lambda about: f"it may be at most {about['max_length']} characters long",
    "too_short": lambda about: f"give at least {about['min_length']}",
    "int_parsing": lambda about: "give a whole number",
    "int_from_float": lambda about: "give a whole number",
    "int_parsing_size": lambda about: "give a smaller whole number",
    "float_parsing": lambda about: "give a number",
    "string_type": lambda about: "give a text",
}
"""What pydantic found -> what to do."""


def _number(limit: float) -> str:
    """As people write it: 10000, 0.5."""
    return f"{limit:.12g}"


def first_fault(error: ValidationError, *, of: str = "") -> FieldFault:
    """The first fault of a record. of: which record, where the text of one was read, for the sentence."""
    fault = error.errors(include_url=False)[0]
    say = SAID.get(fault["type"])
    said = say(fault.get("ctx", {})) if say else fault["msg"].removeprefix("Value error, ").rstrip(".")
    place = ".".join(str(part) for part in fault["loc"])
    value = "" if fault["type"] == "missing" else repr(fault.get("input"))
    return FieldFault(place, value if len(value) <= SHOWN else value[: SHOWN - 3] + "...", said, of=of)
