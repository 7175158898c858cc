"""What looking for people found goes on record with the plate and the version that it is about."""

import hashlib

import pytest

from secondunit.cli import people
from secondunit.runner import told
from secondunit.runner.workers import House, Quiet
from secondunit.schema import Face, Inspection, Match, Tri, canonical_json
from tests.runner import door

BOX = (1.0, 1.0, 4.0, 4.0)


def newest(production, name):
    with production.reading() as reading:
        return reading.newest(Inspection, name)


@pytest.fixture
def production(tmp_path):
    return door.ready(tmp_path / "agm")


def test_plate_is_looked_through_when_it_comes_in(production):
    workers = door.Hands()
    workers.people = {"people": Tri.TRUE, "faces": (Face(frame=1001, box=BOX, score=0.9),)}
    plate = door.done(door.add_plate(production, workers=workers))
    found = newest(production, f"A010/{plate.id}")
    assert (found.subject, found.people, len(found.faces)) == (f"A010/{plate.id}", Tri.TRUE, 1)
    with production.reading() as reading:
        assert found.subject_sha256 == reading.plate_sha256(plate)


def test_nobody_knows_unless_somebody_looked(production):
    assert newest(production, "A010/PL01_v001").people is Tri.UNKNOWN


def test_version_is_looked_through_where_its_plate_showed_somebody(production):
    workers, asked = door.Hands(), []
    workers.people = {"people": Tri.TRUE, "faces": (Face(frame=1002, box=BOX, score=0.9),)}
    door.done(door.add_plate(production, workers=workers))
    workers.people, look = {"people": Tri.TRUE, "altered": Tri.FALSE}, workers.inspect

    def inspect(blank, plate, folder, **rest):
        asked.append((plate.id, folder, [face.frame for face in rest["known"].faces], sorted(rest["made"])))
        return look(blank, plate, folder, **rest)

    workers.inspect = inspect
    version = door.done(door.make(production, workers))
    found = newest(production, version.name)
    assert (found.altered, found.subject_sha256) == (Tri.FALSE, version.frames_sha256)
    assert asked == [("PL01_v002", production.folder / "plates/A010/PL01_v002", [1002], [1001, 1002])]


def test_the_house_asks_the_faces_room(production, tmp_path, monkeypatch):
    from secondunit.faces import models

    def missing(model):
        raise models.Missing("no face detector is installed")

    monkeypatch.setattr(models, "find", missing)
    blank = newest(production, "A010/PL01_v001")
    with production.reading() as reading:
        plate = reading.plate("A010", None)
    assert House().inspect(blank, plate, tmp_path, console=Quiet()).people is Tri.UNKNOWN
    made = {1001: tmp_path / "a.exr"}
    assert House().inspect(blank, plate, tmp_path, made=made, console=Quiet()).altered is Tri.UNKNOWN


# ---- what a front says of it


def said(**fields):
    about = {"subject": "A010/v001", "subject_sha256": "0" * 64, "at": "2026-11-22T10:00:00.000000Z"}
    return Inspection(**(about | {"frames": (1001, 1013), "detector": "d"} | fields))


def face(frame, changed=None):
    return Face(frame=frame, box=BOX, score=0.9, changed=changed)


TWO_AND_ONE = face(1001), face(1001), face(1013)


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (None, "people: unknown: no face detector is installed"),
        (said(detector=""), "people: unknown: no face detector is installed"),
        (said(), "people: unknown: the face detector failed"),
        (said(people=Tri.FALSE), "people: nobody found in the frames looked at (1001, 1013)"),
        (said(people=Tri.TRUE, faces=TWO_AND_ONE), "people: 2 faces found in frames 1001, 1013"),
        (said(people=Tri.TRUE, faces=(face(1001),)), "people: 1 face found in frame 1001"),
    ],
)
def test_words_about_a_plate(found, line):
    assert people.plate_line(found) == line


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (None, "people: unknown: no face detector is installed"),
        (said(people=Tri.TRUE), "people: unknown: the face detector failed"),
        (said(people=Tri.FALSE, altered=Tri.FALSE), "people: nobody found in the frames looked at"),
        (
            said(people=Tri.TRUE, altered=Tri.FALSE, faces=(face(1001, 0.0),)),
            "people: somebody is in it, and no face was altered in the 2 frames looked at",
        ),
        (
            said(people=Tri.TRUE, altered=Tri.TRUE, faces=(face(1001, 0.005), face(1013, 0.4))),
            "people: A FACE WAS ALTERED, up to 40% of it, in frame 1013: a final needs consent",
        ),
    ],
)
def test_words_about_a_version(found, line):
    assert people.version_line(found) == line


# ---- records of before anybody was matched


def test_inspection_of_an_older_house_is_read_and_still_what_the_ledger_tells(production):
    """Its row stays as it was written: the ledger holds the hash of that text."""
    old = newest(production, "A010/PL01_v001").model_dump(mode="json") | {"schema": "inspection/1"}
    del old["enrolled"]
    old["faces"] = [{"schema": "face/1", "frame": 1001, "box": BOX, "score": 0.9, "changed": None}]
    text = canonical_json(old)
    read = Inspection.from_json(text)
    assert (read.enrolled, read.faces[0].match, read.faces[0].performers) == ((), None, ())
    assert hashlib.sha256(text.encode()).hexdigest() == told._digest(old)


@pytest.mark.parametrize(
    ("match", "performers", "words"),
    [
        (Match.MATCH, ("Pia",), "; matched: Pia"),
        (Match.NEAR, ("Pia", "Quin"), "; matched: somebody like Pia, Quin (nobody knows)"),
        (Match.NOBODY, (), "; matched: others are nobody enrolled"),
        (Match.UNKNOWN, (), "; matched: some could not be compared"),
    ],
)
def test_words_about_whose_faces(match, performers, words):
    seen = Face(frame=1001, box=BOX, score=0.9, match=match, performers=performers)
    assert people.plate_line(said(people=Tri.TRUE, faces=(seen,))).endswith(f"in frame 1001{words}")
