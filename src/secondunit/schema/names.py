"""The closed lists of words, and the forms that ids may take."""

import unicodedata
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, StringConstraints


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
SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
GIVEN = rf"^[^\x00-\x1f\x7f-\x9f/\\{UNSEEN}{SPACES}\ue000-\uf8ff]{{1,80}}$"
VERSION, BRIEF, PLATE = r"^v[0-9]{3,9}$", r"^b[0-9]{3,9}$", r"^PL[0-9]{2}_v[0-9]{3,9}$"
SUBJECT = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}/[vb][0-9]{3,9}$"
LOOK = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"
REVIEWED = r"^([A-Za-z0-9][A-Za-z0-9_-]{0,63}/[vb][0-9]{3,9}|look:[A-Za-z0-9][A-Za-z0-9_-]{0,39}/v[0-9]{3,9})$"
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
    GIVEN: "a person's name is 1 to 80 characters that can be seen, with plain spaces, and without / and \\",
    VERSION: "a version is called v001, v002 and so on",
    BRIEF: "a brief is called b001, b002 and so on",
    PLATE: "a plate is called PL01_v001, PL01_v002 and so on",
    SUBJECT: "give a brief as SHOT/b001, or a version as SHOT/v003",
    REVIEWED: "give a brief as SHOT/b001, a version as SHOT/v003, or a version of a look as look:NAME/v002",
    LOOK: "a look's name is 1 to 40 letters, digits, _ and -, and begins with a letter or a digit",
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
"""Somebody on record, or said to be: names of older productions stay readable."""
GivenName = Annotated[
    str,
    StringConstraints(pattern=GIVEN, strip_whitespace=True),
    AfterValidator(lambda name: unicodedata.normalize("NFC", name)),
]
"""A name that goes on record: nothing unseen in it, and written in one way. See `looks_like`."""
LookName = Annotated[str, StringConstraints(pattern=LOOK)]
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


ALIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u0491\u04cf\u043a"
    "\u043c\u0442\u0432\u043d\u03bf\u03b1\u03b9\u03c1\u03bd\u03c5\u03ba\u03c4\u03b5\u03c7\u03c9\u03b7\u03b3"
    "\u03b2l1|0",
    "aeopcyxijshdqwrikmtbhoaipvuktexwnybiiio",
)
"""Cyrillic and Greek letters, and digits, that read as Latin ones (small letters: case is folded before)."""


def looks_like(name: str) -> str:
    """The same text for names that people would take for one another: case, spaces, dots and look-alike letters go.

    Accents stay: they can be seen.
    """
    plain = unicodedata.normalize("NFKC", name).casefold().translate(ALIKE)
    return "".join(letter for letter in plain if letter.isalnum() or unicodedata.category(letter).startswith("M"))
