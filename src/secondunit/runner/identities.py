"""Measures of performers' faces: sealed beside the records, each under a key of its own, and erased by destroying it.

PRODUCTION/identities/    sealed measures, named by their hash
PRODUCTION.identities/    their keys, beside the production and not in it: a copy of the production opens nothing

Keys are 32 bytes each, for their owner's eyes only (0600 in a folder of 0700). No name of anybody is in a file's name.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from secondunit.runner import releases, signing
from secondunit.runner.clock import instant
from secondunit.schema import (
    Enrolment,
    EnrolRequest,
    Erasure,
    InputError,
    Move,
    Release,
    ReleaseKind,
    Role,
    canonical_json,
)
from secondunit.store.blobs import sync_folder
from secondunit.store.reading import Reading
from secondunit.trust.sealed import Context, new_key, seal, unseal

FOLDER, KIND = "identities", "face"
Measures = Sequence[Sequence[float]]


# ---- on record


def enrolment_sha256(of: EnrolRequest | Enrolment, pictures: Iterable[str]) -> str:
    """One hash for who is enrolled by which release, until when, from which pictures: what legal signs."""
    return signing.together(canonical_json([of.performer, of.release, of.destroy_on]), *pictures)


def standing(reading: Reading) -> list[Enrolment]:
    """Enrolments that were not erased, whether they may still be used or not."""
    erased = {one.sealed_sha256: one for one in reading.said(Erasure)}
    return [one for one in reading.said(Enrolment) if not _erased(reading, one, erased.get(one.sealed_sha256))]


def of(reading: Reading, performer: str) -> Enrolment | None:
    """The performer's, if one stands."""
    return next((one for one in standing(reading) if one.performer == performer), None)


def _erased(reading: Reading, enrolment: Enrolment, erasure: Erasure | None) -> bool:
    """An erasure slipped in would switch matching off unseen: it counts if it was signed, or its day had come."""
    if erasure is None:
        return False
    if erasure.overdue:
        return not enrolment.in_time(erasure.at[:10])
    sha256 = enrolment.sealed_sha256
    return signing.proven(reading, erasure.signature, by=erasure.by, move=Move.ERASE, sha256=sha256)


def biometric_release(reading: Reading, folder: Path, name: str, performer: str, day: str) -> Release | None:
    """The release of this name, if the performer gave it, for matching, it is in date, and its paper is whole."""
    found = reading.newest(Release, name)
    if found is None or (found.kind, found.holder) != (ReleaseKind.BIOMETRIC, performer):
        return None
    in_date = found.valid_from <= day and (found.valid_until is None or day <= found.valid_until)
    return found if in_date and releases.released(reading, folder, found) else None


def usable(reading: Reading, folder: Path, enrolment: Enrolment, shot: str | None, day: str) -> bool:
    """Whether faces may be compared with it today. shot None: at enrolment, with other performers' references."""
    release = biometric_release(reading, folder, enrolment.release, enrolment.performer, day)
    if release is None or not enrolment.in_time(day) or (shot is not None and shot not in release.shots):
        return False
    sha256 = enrolment_sha256(enrolment, enrolment.pictures)
    signed = signing.proven(reading, enrolment.signature, by=enrolment.by, move=Move.ENROL, sha256=sha256)
    return signed and reading.holds(enrolment.by, Role.LEGAL)


def known_in(reading: Reading, folder: Path, shot: str | None, day: str) -> dict[str, list[list[float]]]:
    """Measures to compare faces of a shot with, by performer. Whoever's does not open has none: nobody matches them."""
    found = {}
    for one in standing(reading):
        if usable(reading, folder, one, shot, day):
            with contextlib.suppress(OSError, ValueError):
                found[one.performer] = _opened(folder, reading.production_id(), one)
    return found


def wanted_in(reading: Reading, shot: str) -> set[str]:
    """Performers who are to be looked for in a shot, whether they can be or not."""
    found = [(one.performer, reading.newest(Release, one.release)) for one in standing(reading)]
    return {performer for performer, release in found if release is not None and shot in release.shots}


def looked_for(reading: Reading, folder: Path, shot: str, say: Callable[[str], None]) -> dict[str, list[list[float]]]:
    """Measures to compare a shot's faces with now; says of whom there is none to be had."""
    found = known_in(reading, folder, shot, instant()[:10])
    lost = sorted(wanted_in(reading, shot) - found.keys())
    if lost:
        say(
            f"{', '.join(lost)} cannot be looked for (key, release or day): whether a face is theirs stays unknown; "
            "see `secondunit enrol list`."
        )
    return found


# ---- on disk


def keys(folder: Path) -> Path:
    """Where a production's keys lie: beside it."""
    real = folder.resolve()
    return real.with_name(f"{real.name}.{FOLDER}")


def put_away(folder: Path, production: str, performer: str, measures: Measures) -> str:
    """Seal measures under a new key; returns the hash that names both. InputError where they cannot be written."""
    key = new_key()
    sealed = seal(key, json.dumps([list(one) for one in measures]).encode(), Context(production, performer, KIND))
    name = hashlib.sha256(sealed).hexdigest()
    try:
        for place, data in ((keys(folder), key), (folder / FOLDER, sealed)):
            place.mkdir(mode=0o700, exist_ok=True)
            _write(place / name, data)
    except OSError as error:
        destroy(folder, name)
        raise InputError(
            f"{error.filename} cannot be written ({error.strerror}): let its folder be written."
        ) from error
    return name


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def _opened(folder: Path, production: str, enrolment: Enrolment) -> list[list[float]]:
    name = enrolment.sealed_sha256
    key, sealed = (keys(folder) / name).read_bytes(), (folder / FOLDER / name).read_bytes()
    if hashlib.sha256(sealed).hexdigest() != name:  # whoever can read the key can seal another face with it
        raise ValueError("This is not what was sealed.")
    context = Context(production, enrolment.performer, KIND)
    return [[float(number) for number in one] for one in json.loads(unseal(key, sealed, context))]


def destroy(folder: Path, name: str) -> None:
    """The key written over and removed, then what it sealed. Done again it does nothing; OSError if it cannot be."""
    key = keys(folder) / name
    with contextlib.suppress(FileNotFoundError):
        with key.open("r+b") as file:  # a disk that writes elsewhere keeps the old block: see docs/guardrails.md
            file.write(os.urandom(32))
            file.flush()
            os.fsync(file.fileno())
        key.unlink()
        sync_folder(key.parent)
    (folder / FOLDER / name).unlink(missing_ok=True)


def has_key(folder: Path, enrolment: Enrolment) -> bool:
    """Whether the key is there: without it the measure is gone, whatever the record says."""
    return (keys(folder) / enrolment.sealed_sha256).is_file()


# ---- what start-up destroys


def overdue(reading: Reading, day: str) -> list[Enrolment]:
    """Those whose day of destruction has come."""
    return [one for one in standing(reading) if not one.in_time(day)]


def strays(folder: Path, reading: Reading) -> Iterator[str]:
    """Keys and sealed measures that no standing enrolment names: left by a move that died, or brought in."""
    known = {one.sealed_sha256 for one in standing(reading)}
    for place in (keys(folder), folder / FOLDER):
        if place.is_dir():
            yield from sorted(path.name for path in place.iterdir() if path.name not in known)
