"""Policy packs in force, and counsel's review of them."""

from typing import Literal

from .base import Record
from .names import Instant, PersonName, Sha256


class PackInForce(Record, name="pack", version=1):
    """One pack of this production, its text as put in force. name: a pack that ships, or the file it came from."""

    name: str
    sha256: Sha256
    text: str


class Packs(Record, name="packs", version=1):
    """All packs of a production beside the house's own, from this move on."""

    packs: tuple[PackInForce, ...]
    by: PersonName
    at: Instant


class PackReview(Record, name="pack-review", version=1):
    """Counsel signed exactly this text for this production."""

    pack: str
    sha256: Sha256
    by: PersonName
    at: Instant
    signature: str


class Switch(Record, name="switch", version=1):
    """strike: a strike is on. evaluation: what is made is for evaluation and can never be delivered."""

    switch: Literal["strike", "evaluation"]
    on: bool
    by: PersonName
    at: Instant
