"""Records by the names that people give them; raises InputError that says what there is."""

from typing import Any

from secondunit.schema import InputError, Look, Plate, Version
from secondunit.store.reading import Reading


def plate_named(reading: Reading, shot: str, plate: str | None) -> Plate:
    """The plate, or the shot's newest; raises InputError that says how one gets there."""
    found = reading.plate(shot, plate)
    if found is None:
        what = f"{shot}/{plate}" if plate else f"for the shot {shot}"
        raise InputError(f"There is no plate {what}: `secondunit plate add {shot} FILE` takes one in.")
    return found


def version_named(reading: Any, shot: str, version: str) -> Version:
    """The version; raises InputError that lists what there is."""
    found: Version | None = reading.version(shot, version)
    if found is None:
        there = ", ".join(v.name for v in reading.versions(shot)[-5:])
        raise InputError(
            f"There is no version {shot}/{version}: {f'the newest are {there}' if there else 'none is made'}."
        )
    return found


def look_named(reading: Reading, text: str) -> Look:
    """NAME/v002, or the newest of NAME, whoever approved it; raises InputError that lists what there is."""
    name, _, version = text.partition("/")
    there = reading.said(Look, name)
    if not there:
        names = ", ".join(dict.fromkeys(one.name for one in reading.said(Look)))
        known = f"those on record are {names}" if names else "`secondunit look add NAME --performer NAME …` makes one"
        raise InputError(f"There is no look {name!r}: {known}.")
    found = [one for one in there if version in ("", one.version)]
    if not found or text.endswith("/"):
        raise InputError(f"There is no {text}: the versions of {name} are {', '.join(one.version for one in there)}.")
    return found[-1]
