"""Looks: the next version filled in, which one is meant, whether it is approved, and what an older one made."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from secondunit.media import sniff
from secondunit.media.limits import Limits
from secondunit.runner import reviews
from secondunit.runner.named import look_named
from secondunit.schema import AgeBrief, Direction, InputError, Look, LookRequest, Role, Status, Tri
from secondunit.schema.look import PREFIX, content_of
from secondunit.store.blobs import intact
from secondunit.store.reading import Reading

LEADS = {Role.SUPERVISOR, Role.DIRECTOR}
"""Whose approval of a look counts for a final."""


# ---- the next version


def check_words(reading: Reading, request: LookRequest) -> None:
    """Raise InputError for a name that is another performer's look, for nobody named, and for stills that are none."""
    before = _newest(reading, request.name)
    if before is None and request.performer is None:
        raise InputError(f"{request.name} is a new look: say with --performer whose it is.")
    if before is not None and request.performer not in (None, before.performer):
        raise InputError(
            f"The look {request.name} is {before.performer}'s: give that of {request.performer} another name."
        )
    for path in request.stills or ():
        if sniff.sniff(Path(path), Limits()) is sniff.Kind.MOVIE:
            raise InputError(f"--still {path} is a movie: give pictures.")


def whole(reading: Reading, request: LookRequest) -> LookRequest:
    """The request with everything said. Raises InputError where the direction is none, or nothing is new in it."""
    before = _newest(reading, request.name)
    given = {name: getattr(request, name) for name in Direction.model_fields}
    said = _over(before, {name: value for name, value in given.items() if value is not None})
    if said.get("apparent_age") is None:
        raise InputError("--from is missing: say how old they look in the plates, as you judge it.")
    direction = Direction.read(**said)
    if before is not None and request.stills is None and direction.directs_as(before):
        raise InputError(f"{before.called} says exactly that already: say what shall be different.")
    performer = request.performer if before is None else before.performer
    return request.model_copy(update={"performer": performer, **direction.direction})


def _over(before: Look | None, given: dict[str, Any]) -> dict[str, Any]:
    """What is said now, over what the version before said."""
    if before is None:
        return given
    kept = before.direction
    if {"by_years", "to_age"} & set(given):
        kept |= {"by_years": None, "to_age": None}
    return {**kept, **given, "regions": {**before.regions, **given.get("regions", {})}}


def asked_content(reading: Reading, request: LookRequest, papers: Mapping[str, str]) -> str:
    """Hash of what a whole request says; papers: hashes of its stills. See `schema.look.content_of`."""
    before = _newest(reading, request.name)
    stills = [papers[name] for name in sorted(papers)]
    if request.stills is None:
        stills = [still.file.sha256 for still in before.stills] if before else []
    said = Direction(**{name: getattr(request, name) for name in Direction.model_fields})
    return content_of(request.name, str(request.performer), said, stills)


def _newest(reading: Reading, name: str) -> Look | None:
    return reading.newest(Look, name)


# ---- how one stands


def of_subject(reading: Reading, subject: str) -> Look | None:
    """The look that an approval names (look:NAME/v002), or None."""
    name, _, version = subject.removeprefix(PREFIX).partition("/")
    there = reading.said(Look, name) if subject.startswith(PREFIX) else []
    return next((one for one in there if one.version == version), None)


def see(folder: Path, look: Look) -> Tri:
    """Whether its stills are those that were kept."""
    try:
        return Tri.of(all(intact(folder, still.file) for still in look.stills))
    except OSError:
        return Tri.UNKNOWN


def approved(reading: Reading, look: Look) -> bool:
    """Whether a lead other than its maker signed it, and nobody's rejection stands."""
    roles = reviews.approving(reading, (look.subject, look.content), frozenset({look.by}))
    return bool(LEADS & set(roles)) and not rejected(reading, look)


def rejected(reading: Reading, look: Look) -> bool:
    """Whether a rejection of it stands."""
    return bool(reviews.rejecting(reading, (look.subject, look.content)))


def followed(reading: Reading, brief: AgeBrief) -> Look | None:
    """The look that a brief names, if it is on record as the brief has it, and the brief says the same and no more."""
    if brief.look is None:
        return None
    look = of_subject(reading, f"{PREFIX}{brief.look.called}")
    same = look is not None and look.named == brief.look and look.performer == brief.performer
    return look if same and look is not None and brief.directs_as(look) else None


# ---- which one is meant


@dataclass(frozen=True)
class Chosen:
    """The version of a look that a shot takes over, how it stands (see `state`), and what a person must hear of it."""

    look: Look
    state: str
    said: str


def chosen(reading: Reading, text: str, performer: str) -> Chosen:
    """NAME/v002, or the newest approved version of NAME, or else its newest that nobody rejected.

    Raises InputError where there is none, and where it is another performer's.
    """
    look = look_named(reading, text)
    if look.performer != performer:
        raise InputError(
            f"The look {look.called} is {look.performer}'s, not {performer}'s: name that performer, or another look "
            "(`secondunit look list`)."
        )
    if "/" in text:
        return _chosen(reading, look)
    there = reading.said(Look, look.name)
    standing = [one for one in there if approved(reading, one)] or [one for one in there if not rejected(reading, one)]
    if not standing:
        raise InputError(
            f"Every version of {look.name} was rejected: `secondunit look add {look.name}` makes the next."
        )
    newest = there[-1]
    newer = "" if standing[-1] == newest else f"; {newest.called} is newer, and {STANDS[state(reading, newest)]}"
    return _chosen(reading, standing[-1], newer)


STANDS = {"approved": "approved", "rejected": "rejected", "open": "not approved"}
"""How a look stands, as people are told."""


def _chosen(reading: Reading, look: Look, newer: str = "") -> Chosen:
    stands = state(reading, look)
    return Chosen(look, stands, f"Look {look.called}, {STANDS[stands]}{newer}.")


def state(reading: Reading, look: Look) -> str:
    """approved, rejected or open."""
    return "rejected" if rejected(reading, look) else "approved" if approved(reading, look) else "open"


# ---- what it made


@dataclass(frozen=True)
class MadeWith:
    """A version of a shot, and the version of the look in its brief. again: no version of that shot has the newest."""

    version: str
    shot: str
    look: str
    status: Status
    again: bool


def made_with(reading: Reading, name: str) -> list[MadeWith]:
    """Every version whose brief names the look, in the order of shots and numbers."""
    there = reading.said(Look, name)
    newest = there[-1].version if there else ""
    found = []
    for version in reading.versions():
        brief = reading.brief(version.shot, version.brief)
        if isinstance(brief, AgeBrief) and brief.look and brief.look.name == name:
            found.append((version, brief.look.version))
    fresh = {version.shot for version, look in found if look == newest}
    return [
        MadeWith(version.name, version.shot, look, version.status, again=version.shot not in fresh)
        for version, look in found
    ]
