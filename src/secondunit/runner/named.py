"""Records by the names that people give them; raises InputError that says what there is."""

from typing import Any

from secondunit.schema import InputError, Plate, Version
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
