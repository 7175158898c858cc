"""Facts about whose the altered faces are: what matching found, against what a named person said. Nothing here decides.

Where nobody is enrolled matching is off, and both facts are true: nothing changes.
"""

from collections.abc import Callable, Container, Iterable
from pathlib import Path

from secondunit.runner import identities
from secondunit.schema import EnrolRequest, Face, Identification, Inspection, Match, Plate, Tri
from secondunit.schema.inspection import ALTERED
from secondunit.store.reading import Reading


def of_enrolment(reading: Reading, folder: Path, request: EnrolRequest, day: str) -> dict[str, Tri]:
    """What enrolling somebody turns on beside who asks."""
    release = identities.biometric_release(reading, folder, request.release, request.performer, day)
    until = release.valid_until if release else None
    ahead = release is not None and day < request.destroy_on and (until is None or request.destroy_on <= until)
    return {
        "release_given": Tri.of(release is not None),
        "destruction_set": Tri.of(ahead),
        "enrolled": Tri.of(identities.of(reading, request.performer) is not None),
    }


def matching(
    reading: Reading,
    plate: Plate | None,
    looked: Inspection | None,
    said: Identification | None,
    altered: tuple[str, ...],
    agreed: Callable[[str], bool],
) -> dict[str, Tri]:
    """looked: at the result; None: there is none yet, and any face of the plate may be the one. said: who is in the
    plate. altered: performers who are, or shall be. agreed: whether what is done to a performer needs no consent, or
    has it."""
    enrolled = {one.performer for one in identities.standing(reading)}
    if not enrolled:
        return {"no_other_matched": Tri.TRUE, "identity_agrees": Tri.TRUE}
    at_plate = of_plate(reading, plate)
    in_plate = at_plate.faces if at_plate else ()
    if looked is None:
        faces, expected = (in_plate if altered else ()), {*altered, *(said.performers if said else ())}
    else:
        faces, expected = tuple(face for face in looked.faces if (face.changed or 0) > ALTERED), set(altered)
    others = (clear(faces) & enrolled) - expected
    borne_out = _borne_out(faces if looked else (), altered, enrolled) and not _like(faces, enrolled - expected)
    if looked is not None and looked.altered is Tri.UNKNOWN:
        borne_out = borne_out and not enrolled & set(altered)  # nobody could look at what came out
    if altered and not _compared(reading, plate, looked or at_plate):
        borne_out = False
    confirmed = (enrolled & set(altered)) <= clear((*in_plate, *(looked.faces if looked else ())))
    return {
        "no_other_matched": Tri.of(all(agreed(name) for name in others)),
        "identity_agrees": Tri.of(not others and borne_out and confirmed),
    }


def clear(faces: Iterable[Face]) -> set[str]:
    """Whom some face clearly matches."""
    return {name for face in faces if face.match is Match.MATCH for name in face.performers}


def _like(faces: Iterable[Face], names: Container[str]) -> bool:
    """Whether a face is like one of these: nobody knows then whose it is."""
    return any(face.match is Match.NEAR and any(name in names for name in face.performers) for face in faces)


def _borne_out(faces: Iterable[Face], altered: tuple[str, ...], enrolled: Container[str]) -> bool:
    """Where everybody who is altered is enrolled, each face altered must clearly be one of theirs."""
    if not altered or not all(name in enrolled for name in altered):
        return True
    return all(face.match is Match.MATCH for face in faces)


def _compared(reading: Reading, plate: Plate | None, looked: Inspection | None) -> bool:
    """Whether faces were compared with everybody who is to be looked for: a key that is gone does not switch it off."""
    wanted = identities.wanted_in(reading, plate.shot) if plate else set()
    return wanted <= set(looked.enrolled if looked else ())


def of_plate(reading: Reading, plate: Plate | None) -> Inspection | None:
    """What looking at exactly these frames found."""
    found = reading.newest(Inspection, f"{plate.shot}/{plate.id}") if plate else None
    if plate is None or found is None or found.subject_sha256 != reading.plate_sha256(plate):
        return None
    return found
