"""The rules that a production is judged by, as they are on record: a pack edited on disk changes nothing."""

import hashlib
from pathlib import Path

from secondunit.policy import pack
from secondunit.policy.pack import Policy
from secondunit.runner import signing
from secondunit.runner.given import file_text
from secondunit.schema import InputError, PackInForce, PackReview, PackReviewRequest, Packs, Role
from secondunit.schema.production import Settings
from secondunit.store.reading import Reading

KEY = "packs"
NOT_IN_FORCE = "this pack is in production.toml and was never put in force"
CHANGED = "this pack is not the text that was put in force"


def policy(reading: Reading, settings: Settings) -> Policy:
    """The house's pack and those in force. What is not as it was put in force makes the gate refuse everything."""
    force = in_force(reading)
    texts = {one.name: one.text if sha256(one.text) == one.sha256 else CHANGED for one in force}
    texts |= {name: NOT_IN_FORCE for name in settings.packs if Path(name).stem not in texts}
    return pack.load(texts, tuple(one.name for one in force if not reviewed(reading, one)))


def in_force(reading: Reading) -> tuple[PackInForce, ...]:
    """The packs beside the house's, by name."""
    found = reading.newest(Packs, KEY)
    return tuple(sorted(found.packs, key=lambda one: one.name)) if found else ()


def reviewed(reading: Reading, one: PackInForce) -> bool:
    """Whether counsel's signature on exactly this text stands."""
    review = reading.newest(PackReview, one.name)
    if review is None or review.sha256 != one.sha256 or not reading.holds(review.by, Role.LEGAL):
        return False
    request = PackReviewRequest(actor=review.by, role=Role.LEGAL, pack=one.name)
    return signing.proven_whole(reading, review.signature, request, one.sha256)


def named(words: tuple[str, ...]) -> tuple[PackInForce, ...]:
    """Packs by the names of those that ship, or from the user's files; raises InputError for what is neither."""
    found = [_pack(word) for word in words]
    twice = {one.name for one in found if [other.name for other in found].count(one.name) > 1}
    if twice:
        raise InputError(f"Two packs are called {', '.join(sorted(twice))}: give one of them.")
    return tuple(found)


def usable(packs: tuple[PackInForce, ...]) -> str | None:
    """Why these packs cannot be used; None if they can."""
    return pack.load({one.name: one.text for one in packs}).fault


def _pack(word: str) -> PackInForce:
    if word in pack.SHIPPED:
        text, name = pack.shipped(word), word
    elif word.endswith(".cedar"):
        text, name = file_text(Path(word), "PACK", "a file of Cedar rules"), Path(word).stem
    else:
        raise InputError(f"There is no pack {word!r}: give {', '.join(pack.SHIPPED)}, or a file of yours (….cedar).")
    if name == pack.HOUSE or (name in pack.SHIPPED and text != pack.shipped(name)):
        raise InputError(f"{word} would pass for the pack {name} that ships: give the file another name.")
    return PackInForce(name=name, sha256=sha256(text), text=text)


def sha256(text: str) -> str:
    """Hex hash of a pack's text."""
    return hashlib.sha256(text.encode()).hexdigest()
