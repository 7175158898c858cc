"""The tool, asked for versions of a plate: how it is asked, and what it answers, picture by picture."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from secondunit.schema import AgeBrief
from secondunit.tools.age.plan import YEARS_AT_FULL

from . import pictures
from .pictures import Made, Take

APPARENT = 68
"""Years stated of every face measured here."""
FULL = YEARS_AT_FULL["younger"]
NO_SKIN = ("eyes", "teeth", "hair", "brows", "beard")
"""Regions of a brief that are not the face's skin."""
Maker = Callable[[Take, AgeBrief], Path]
"""Makes a version with the real tool, and answers with its folder."""
Progress = Callable[[str, float, float], None]


def brief(years: float = FULL, **words: Any) -> AgeBrief:
    """So many years younger, at the plate's own resolution."""
    fields = {"shot": "TR010", "performer": "Nobody", "apparent_age": APPARENT, "quality": "final"}
    return AgeBrief.read(**fields, by_years=-round(years), **words)


def skin_only(years: float = FULL) -> AgeBrief:
    """The same of the skin alone: nothing moves, and eyes, teeth, hair, brows and beard stay."""
    return brief(years, volume=0, regions=dict.fromkeys(NO_SKIN, 0.0))


def made(make: Maker, take: Take, asked: AgeBrief) -> Iterator[Made]:
    """Every frame of a version."""
    version = make(take, asked)
    for frame in take.frames:
        yield pictures.read(take, version, frame)
