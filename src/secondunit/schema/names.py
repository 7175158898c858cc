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
    GUARDIAN = "guardian"


class Status(StrEnum):
    """Where a version stands in review. cbb: could be better, good enough to cut with."""

    WIP = "wip"
    CBB = "cbb"
    APPROVED = "approved"
    FINAL = "final"
    OMIT = "omit"
    HOLD = "hold"


UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff"
)
"""Characters that show nothing, or that turn the direction of others: what is read would not be what is meant."""
SHOT = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
PERSON = r"^[^\x00-\x1f\x7f/\\]{1,80}$"
VERSION, BRIEF, PLATE = r"^v[0-9]{3,9}$", r"^b[0-9]{3,9}$", r"^PL[0-9]{2}_v[0-9]{3,9}$"
SUBJECT = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}/[vb][0-9]{3,9}$"
CONSENT, RELEASE = r"^c[0-9]{3,9}$", r"^r[0-9]{3,9}$"
CODE = r"^[A-Z][A-Z0-9]{1,7}$"
DEVICE = r"^(cpu|cuda:[0-9]{1,3})$"
DAY = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
TITLE = r"^[^\x00-\x1f\x7f]+$"
LINE = rf"^[^\x00-\x08\x0b-\x1f\x7f{UNSEEN}]+$"
FORMS = {
    LINE: "write it in letters that can be seen, without control characters and marks that turn the direction",
    TITLE: "a title is one line, and not empty",
    SHOT: "a shot's name is 1 to 64 letters, digits, _ and -, and begins with a letter or a digit",
    PERSON: "a person's name is 1 to 80 characters without / and \\ and without line breaks",
    VERSION: "a version is called v001, v002 and so on",
    BRIEF: "a brief is called b001, b002 and so on",
    PLATE: "a plate is called PL01_v001, PL01_v002 and so on",
    SUBJECT: "give a brief as SHOT/b001, or a version as SHOT/v003",
    CONSENT: "a consent is called c001, c002 and so on",
    RELEASE: "a release is called r001, r002 and so on",
    DAY: "write a day as 2026-03-01",
    CODE: "give 2 to 8 capital letters and digits that begin with a letter, such as AGM",
    DEVICE: "give cpu, or cuda:0 for the first graphics card",
}
"""Pattern -> how to write what it asks for."""
ShotName = Annotated[str, StringConstraints(pattern=SHOT)]
"""Shots become folder names on every file system: letters, digits, _ and - only."""
PersonName = Annotated[str, StringConstraints(pattern=PERSON, strip_whitespace=True)]
VersionId = Annotated[str, StringConstraints(pattern=VERSION)]
BriefId = Annotated[str, StringConstraints(pattern=BRIEF)]
PlateId = Annotated[str, StringConstraints(pattern=PLATE)]
ConsentId = Annotated[str, StringConstraints(pattern=CONSENT)]
ReleaseId = Annotated[str, StringConstraints(pattern=RELEASE)]
Day = Annotated[str, StringConstraints(pattern=DAY)]
"""A day in UTC, YYYY-MM-DD: sorts as text."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Instant = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]
"""A moment in UTC, microseconds, e.g. 2026-03-01T09:30:00.000000Z: sorts as text."""
