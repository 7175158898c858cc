"""Performers enrolled in a test production, with faces made of numbers: nobody's picture is needed."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from secondunit.faces import identity
from secondunit.faces.enrol import Measured
from secondunit.runner import identities
from secondunit.runner.advance import advance
from secondunit.runner.production import Production
from secondunit.schema import (
    EnrolRequest,
    EraseRequest,
    Face,
    IngestRequest,
    Inspection,
    Outcome,
    Plate,
    ReleaseRequest,
    Tri,
)
from tests.runner import attacks, door, people
from tests.runner.door import done

BOX = (1.0, 1.0, 4.0, 4.0)
WORDS = ("A010",)


def face(name: str, away: float = 0.0, towards: str = "nobody") -> list[float]:
    """128 numbers of somebody, and so far from them towards somebody else; different people are 1 apart."""
    at = {"Pia": 0, "Quin": 1, "Tom": 2, "nobody": 3}
    measure = [0.0] * 128
    measure[at[name]] = 0.5**0.5 * (1 - away)
    measure[at[towards]] += 0.5**0.5 * away
    return measure


@dataclasses.dataclass
class Eyes(door.Hands):
    """Hands that see the faces given in every plate; `changed` of each in every version of it."""

    def __init__(self, *faces: Sequence[float], changed: float = 0.5) -> None:
        super().__init__()
        self.faces, self.changed = faces, changed

    def measure(self, pictures: Any, others: Any, **_: Any) -> Measured:
        """What a test wrote into the pictures."""
        measures = tuple(json.loads(Path(path).read_text()) for path in pictures)
        return Measured(measures, {}, identity.rates(measures, others))

    def inspect(
        self, blank: Inspection, plate: Plate, folder: Path, *, made: Any = None, enrolled: Any = None, **_: Any
    ) -> Inspection:
        """Compared as the looking child does it."""
        said = [identity.compared(one, enrolled) for one in self.faces] if enrolled else [(None, ())] * len(self.faces)
        about = {"frame": 1001, "box": BOX, "score": 0.9, "changed": self.changed if made else None}
        found = [Face(**about, match=match, performers=of) for match, of in identity.once_each(said)]
        fields = {"people": Tri.TRUE, "faces": tuple(found), "enrolled": tuple(sorted(enrolled or ()))}
        return blank.model_copy(update=fields | {"altered": Tri.TRUE if made else Tri.UNKNOWN})


def release(production: Production, name: str, shots: Sequence[str] = WORDS, **changed: Any) -> str:
    """The performer's biometric release; its name."""
    paper = attacks.paper(production, "biometric.txt", f"{name} lets their face be matched.")
    about = {"kind": "biometric", "what": "matching", "holder": name, "shots": tuple(shots)}
    days = {"valid_from": "2026-01-01", "valid_until": attacks.day(400)}
    request = ReleaseRequest(actor="Leo", document_file=str(paper), **{**about, **days, **changed})
    return str(done(people.signed(production, request)).id)


def request(production: Production, name: str, given: str, by: str = "Leo", **changed: Any) -> EnrolRequest:
    """Three references, a little apart."""
    pictures = []
    for number, away in enumerate((0.0, 0.05, 0.1)):
        path = production.folder.parent / f"{name} {number}.jpg"
        path.write_text(json.dumps(face(name, away)))
        pictures.append(str(path))
    about = {"performer": name, "release": given, "destroy_on": attacks.day(300), "pictures": tuple(pictures)}
    return EnrolRequest(actor=by, **{**about, **changed})


def enrol(production: Production, *names: str) -> None:
    """Each with a release of their own."""
    for name in names:
        done(advance_signed(production, request(production, name, release(production, name))))


def advance_signed(production: Production, asked: EnrolRequest) -> Outcome:
    """Made by hands that can measure."""
    return advance(production, people.sign(production, asked), workers=Eyes())


def erase(production: Production, name: str, by: str = "Leo") -> Outcome:
    """Signed."""
    return people.signed(production, EraseRequest(actor=by, performer=name))


def show(production: Production, workers: Eyes, *who: str) -> None:
    """A new plate of A010 with the faces of `workers`, in which Sue says that `who` is."""
    done(advance(production, IngestRequest(actor="Ann", shot="A010", source="y.exr"), workers=workers))
    attacks.identify(production, *who)


def opens(production: Production, folder: Path | None = None) -> set[str]:
    """Whose measures open, with this production's records, in its folder or a copy of it."""
    with production.reading() as reading:
        return set(identities.known_in(reading, folder or production.folder, "A010", attacks.day(0)))
