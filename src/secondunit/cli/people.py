"""What is said of people in plates and versions, from the record of looking for them."""

from typing import TYPE_CHECKING, Any

from secondunit.schema import Face, Inspection, Match, Tri
from secondunit.schema.inspection import ALTERED

if TYPE_CHECKING:
    from secondunit.runner.production import Production

WHOSE = {
    Match.MATCH: "{}",
    Match.NEAR: "somebody like {} (nobody knows)",
    Match.NOBODY: "others are nobody enrolled",
    Match.UNKNOWN: "some could not be compared",
}
LISTED = 8
"""Frames that a line names at most."""


def looked(home: "Production", name: str) -> Inspection | None:
    """The newest inspection of SHOT/PL01_v001 or SHOT/v001."""
    with home.reading() as records:
        return records.newest(Inspection, name)


def plate_line(found: Inspection | None) -> str:
    """Whether anybody was found in a plate."""
    if found is None or found.people is Tri.UNKNOWN:
        return _unknown(found)
    if found.people is Tri.FALSE:
        return f"people: nobody found in the frames looked at ({_listed(found.frames)})"
    count = max(sum(face.frame == frame for face in found.faces) for frame in _frames(found.faces))
    return f"people: {_faces(count)} found in frame{_s(found.faces)} {_listed(_frames(found.faces))}{_whose(found)}"


def _whose(found: Inspection) -> str:
    """What matching said of them, where it was on."""
    told = {face.match: set[str]() for face in found.faces if face.match is not None}
    for face in found.faces:
        if face.match is not None:
            told[face.match] |= set(face.performers)
    clauses = [words.format(", ".join(sorted(told[match]))) for match, words in WHOSE.items() if match in told]
    return f"; matched: {'; '.join(clauses)}" if clauses else ""


def version_line(found: Inspection | None) -> str:
    """Whether a face was altered in a version."""
    if found is None or found.altered is Tri.UNKNOWN:
        return _unknown(found)
    if found.altered is Tri.FALSE and found.people is Tri.FALSE:
        return "people: nobody found in the frames looked at"
    if found.altered is Tri.FALSE:
        return f"people: somebody is in it, and no face was altered in the {len(found.frames)} frames looked at"
    altered = [face for face in found.faces if (face.changed or 0) > ALTERED]
    most = max(face.changed or 0 for face in altered)
    frames = _listed(_frames(altered))
    return f"people: A FACE WAS ALTERED, up to {most:.0%} of it, in frame{_s(altered)} {frames}: a final needs consent"


def answer(found: Inspection | None) -> dict[str, Any]:
    """What scripts read: people and altered as true, false or unknown, and the faces."""
    if found is None:
        return {"people": str(Tri.UNKNOWN), "altered": str(Tri.UNKNOWN), "faces": []}
    return found.model_dump(mode="json", include={"people", "altered", "faces"})


def _unknown(found: Inspection | None) -> str:
    if found is None or not found.detector:
        return "people: unknown: no face detector is installed"
    return "people: unknown: the face detector failed"


def _frames(faces: "tuple[Face, ...] | list[Face]") -> list[int]:
    return sorted({face.frame for face in faces})


def _faces(count: int) -> str:
    return f"{count} face{'' if count == 1 else 's'}"


def _s(faces: "tuple[Face, ...] | list[Face]") -> str:
    return "" if len(_frames(faces)) == 1 else "s"


def _listed(frames: "tuple[int, ...] | list[int]") -> str:
    return ", ".join(map(str, frames[:LISTED])) + (" …" if len(frames) > LISTED else "")
