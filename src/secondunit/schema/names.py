"""The closed lists of words, and the forms that ids may take."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints


class Role(StrEnum):
    """What a person may act as. One person may hold several."""

    ARTIST = "artist"
    SUPERVISOR = "supervisor"
    DIRECTOR = "director"
    LEGAL = "legal"
    PERFORMER = "performer"
    REPRESENTATIVE = "representative"


class Status(StrEnum):
    """Where a version stands in review. cbb: could be better, good enough to cut with."""

    WIP = "wip"
    CBB = "cbb"
    APPROVED = "approved"
    FINAL = "final"
    OMIT = "omit"
    HOLD = "hold"


ShotName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""Shots become folder names on every file system: letters, digits, _ and - only."""
PersonName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f/\\]{1,80}$", strip_whitespace=True)]
VersionId = Annotated[str, StringConstraints(pattern=r"^v[0-9]{3,}$")]
BriefId = Annotated[str, StringConstraints(pattern=r"^b[0-9]{3,}$")]
PlateId = Annotated[str, StringConstraints(pattern=r"^PL[0-9]{2}_v[0-9]{3,}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Instant = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]
"""A moment in UTC, microseconds, e.g. 2026-03-01T09:30:00.000000Z: sorts as text."""
