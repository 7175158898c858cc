"""What can be read in a plate. Information for people: no rule asks for it, and it permits nothing."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from .base import Record
from .inspection import Box
from .names import UNSEEN, Instant, Sha256
from .tri import Tri

LONGEST = 60
"""Characters of one line that are kept."""
MOST_SIGNS = 200
"""Lines that one record holds at most."""


def plain_text(text: str) -> str:
    """Text out of a picture as it may be kept and printed: one line of characters that can be seen.

    Control characters, marks that turn the direction, characters that show nothing, private ones, and marks piled on
    marks go; the rest is cut at LONGEST.
    """
    seen = re.sub(f"[{UNSEEN}]", "", " ".join(unicodedata.normalize("NFC", text).split()))
    kept = ""
    for letter in seen:
        kind = unicodedata.category(letter)
        if not (kind[0] == "C" or (kind[0] == "M" and (not kept or unicodedata.category(kept[-1])[0] in "MZ"))):
            kept += letter
    return " ".join(unicodedata.normalize("NFC", kept).split())[:LONGEST].strip()


def _is_plain(text: str) -> str:
    if not text or text != plain_text(text):
        raise ValueError("text out of a picture is kept as `plain_text` leaves it, and not empty")
    return text


class Sign(Record, name="sign", version=1):
    """One line of text that was read. box: in pixels of the frame, y down. confidence: the network's own, 0..1."""

    text: Annotated[str, AfterValidator(_is_plain)]
    frame: int
    box: Box
    confidence: float = Field(ge=0, le=1)


class Signs(Record, name="signs", version=1):
    """What reading a plate gave. Made at ingest of every plate; what is not listed may still be legible.

    subject: SHOT/PL01_v001. legible: TRUE: something was read; FALSE: nothing was, in the frames looked at; UNKNOWN:
    no reader, or it failed. reader: name and version, "" where there is none; models: file name -> sha256.
    """

    subject: str
    subject_sha256: Sha256
    frames: tuple[int, ...] = ()
    signs: tuple[Sign, ...] = Field(default=(), max_length=MOST_SIGNS)
    legible: Tri = Tri.UNKNOWN
    reader: str = ""
    models: dict[str, Sha256] = Field(default_factory=dict)
    at: Instant
