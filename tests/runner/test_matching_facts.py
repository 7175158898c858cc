"""What matching found against what was said: the truth table of the two facts."""

import pytest

from secondunit.runner import facts_identity, identities
from secondunit.schema import Face, Identification, Inspection, Match, Plate, Role, Tri
from secondunit.schema.inspection import ALTERED

T, F = Tri.TRUE, Tri.FALSE
AT, SHA = "2026-11-22T10:00:00.000000Z", "0" * 64
PIA, QUIN = (Match.MATCH, ("Pia",)), (Match.MATCH, ("Quin",))
NEAR_PIA, NEAR_QUIN, NOBODY, UNKNOWN = (
    (Match.NEAR, ("Pia",)),
    (Match.NEAR, ("Quin",)),
    (Match.NOBODY, ()),
    (Match.UNKNOWN, ()),
)
BOTH = ("Pia", "Quin")
PLATE = Plate.model_construct(shot="A010", id="PL01_v001")


class Records:
    """The one inspection of the plate, and nothing else."""

    def __init__(self, faces, enrolled, sha256=SHA):
        self.found, self.sha256 = looked(faces).model_copy(update={"enrolled": enrolled}), sha256

    def newest(self, kind, key):
        return self.found

    def plate_sha256(self, plate):
        return self.sha256


def looked(faces, changed=1.0):
    seen = [
        Face(frame=1, box=(0, 0, 9, 9), score=0.9, changed=changed, match=match, performers=of) for match, of in faces
    ]
    return Inspection(subject="A010/x", subject_sha256=SHA, faces=tuple(seen), altered=T, at=AT)


def facts(monkeypatch, enrolled, plate, result, said=("Pia",), agreed=(), wanted=None, **records):
    class Stands:
        def __init__(self, name):
            self.performer = name

    monkeypatch.setattr(identities, "standing", lambda _: [Stands(name) for name in enrolled])
    monkeypatch.setattr(identities, "wanted_in", lambda *_: set(enrolled if wanted is None else wanted))
    result = result and result.model_copy(update={"enrolled": tuple(enrolled)})
    word = Identification(
        plate="A010/PL01_v001", plate_sha256=SHA, performers=said, bystanders=False, role=Role.SUPERVISOR, by="Sue",
        at=AT, signature="x",
    )  # fmt: skip
    found = facts_identity.matching(
        Records(plate, enrolled, **records), PLATE, result, word, ("Pia",), lambda name: name in agreed
    )
    return found["no_other_matched"], found["identity_agrees"]


@pytest.mark.parametrize(
    ("enrolled", "plate", "result", "expected"),
    [
        # Nobody enrolled: off, whatever older records say.
        ((), [QUIN], None, (T, T)),
        ((), [], [QUIN], (T, T)),
        # Before making: any face of the plate may be the one.
        (("Pia",), [PIA], None, (T, T)),
        (("Pia",), [PIA, NOBODY, UNKNOWN], None, (T, T)),
        (("Pia",), [NOBODY], None, (T, F)),
        (("Pia",), [UNKNOWN], None, (T, F)),
        (("Pia",), [NEAR_PIA], None, (T, F)),
        (("Pia",), [], None, (T, F)),
        (BOTH, [PIA, QUIN], None, (F, F)),
        (BOTH, [PIA, NEAR_QUIN], None, (T, F)),
        (BOTH, [QUIN], None, (F, F)),
        (("Quin",), [QUIN], None, (F, F)),
        (("Quin",), [NEAR_QUIN], None, (T, F)),
        (("Quin",), [NOBODY], None, (T, T)),
        (("Pia",), [PIA, QUIN], None, (T, T)),  # Quin was erased since
        # After it: the faces that changed.
        (("Pia",), [PIA], [PIA], (T, T)),
        (("Pia",), [PIA], [PIA, NOBODY], (T, F)),
        (("Pia",), [PIA], [UNKNOWN], (T, F)),
        (("Pia",), [PIA], [NEAR_PIA], (T, F)),
        (BOTH, [PIA, QUIN], [PIA], (T, T)),
        (BOTH, [PIA, QUIN], [QUIN], (F, F)),
        (("Quin",), [QUIN], [NOBODY], (T, T)),
        (("Quin",), [NOBODY], [NEAR_QUIN], (T, F)),
        (("Pia",), [NOBODY], [NOBODY], (T, F)),
    ],
)
def test_truth_table(monkeypatch, enrolled, plate, result, expected):
    assert facts(monkeypatch, enrolled, plate, None if result is None else looked(result)) == expected


def test_who_else_agreed_is_no_hard_stop(monkeypatch):
    assert facts(monkeypatch, BOTH, [PIA, QUIN], looked([QUIN]), agreed=("Quin",)) == (T, F)


def test_others_who_were_named_may_stand_beside(monkeypatch):
    assert facts(monkeypatch, BOTH, [PIA, QUIN], None, said=BOTH) == (T, T)


def test_faces_that_did_not_change_do_not_matter(monkeypatch):
    untouched = looked([QUIN], changed=ALTERED)
    assert facts(monkeypatch, BOTH, [PIA, QUIN], untouched) == (T, T)


def test_looking_at_other_frames_than_the_plates_confirms_nobody(monkeypatch):
    assert facts(monkeypatch, ("Pia",), [PIA], None, sha256="1" * 64) == (T, F)


def test_a_result_that_nobody_could_look_at_bears_nothing_out(monkeypatch):
    blind = looked([]).model_copy(update={"altered": Tri.UNKNOWN})
    assert facts(monkeypatch, ("Pia",), [PIA], blind) == (T, F)
    assert facts(monkeypatch, ("Quin",), [PIA], blind) == (T, T)


def test_faces_never_compared_with_somebody_who_is_looked_for(monkeypatch):
    """The key is gone, or they were enrolled after the plate came in."""
    assert facts(monkeypatch, ("Pia",), [PIA], None, wanted=BOTH) == (T, F)
    assert facts(monkeypatch, ("Pia",), [PIA], looked([PIA]), wanted=BOTH) == (T, F)
