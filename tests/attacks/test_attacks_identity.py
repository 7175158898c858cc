"""Attacks on who is in the plate: each is refused by the rule named, and goes through once that check is taken out."""

import hashlib
import json
import shutil
import sqlite3
import types

import pytest

from secondunit.cli import law
from secondunit.faces import identity
from secondunit.runner import facts_identity, identities, orphans
from secondunit.runner.advance import advance
from secondunit.runner.explaining import explained
from secondunit.runner.production import open_production
from secondunit.runner.workers import Quiet
from secondunit.schema import (
    Enrolment,
    Erasure,
    InputError,
    Inspection,
    Match,
    Question,
    Status,
    StatusRequest,
    Version,
)
from secondunit.trust import sealed
from secondunit.trust.ledger import faults
from tests.runner import attacks, door, enrolled, people
from tests.runner.attacks import rules, stopped
from tests.runner.door import done
from tests.runner.enrolled import Eyes, enrol, erase, face, show


def make(production, workers):
    return attacks.make(production, workers=workers)


# ---- the good path, and matching off


def test_the_face_of_who_agreed_is_altered(production):
    enrol(production, "Pia", "Quin")
    eyes = Eyes(face("Pia", 0.2))
    show(production, eyes, "Pia")
    assert isinstance(done(make(production, eyes)), Version)


def test_where_nobody_is_enrolled_nothing_is_compared_and_nothing_changes(production):
    eyes = Eyes(face("Quin"))
    show(production, eyes, "Pia")
    done(make(production, eyes))
    with production.reading() as reading:
        assert {one.match for seen in reading.said(Inspection) for one in seen.faces} == {None}


# ---- consent of one, face of another


@pytest.mark.parametrize("both", [True, False], ids=["both enrolled", "only the other"])
def test_consent_of_one_on_the_face_of_another(production, monkeypatch, both):
    enrol(production, *(("Pia", "Quin") if both else ("Quin",)))
    eyes = Eyes(face("Quin"))
    show(production, eyes, "Pia")
    people.answer(production, "A010/b001", Question.IDENTITY_SETTLED, by="Leo")
    done(people.approve(production, "A010/b001", "legal", "Leo"))
    line = "A010/PL01_v002: a face matches Quin; Sue named Pia."
    assert line in make(production, eyes).says()
    assert explained(production, "Ann", "A010/b001").matched == (line,)
    stopped(lambda: make(production, eyes), monkeypatch, "stop.other-face")


def test_consent_of_one_on_the_face_of_another_found_only_in_the_result(production, monkeypatch):
    """Both are in the plate; the tool altered the wrong one."""
    enrol(production, "Pia", "Quin")
    plate, result = Eyes(face("Pia"), face("Quin")), Eyes(face("Quin"))
    show(production, plate, "Pia", "Quin")
    people.answer(production, "A010/b001", Question.IDENTITY_SETTLED, by="Leo")
    stopped(lambda: make(production, result), monkeypatch, "stop.other-face")


def test_the_other_agreed_too_and_legal_settles_it(production):
    done(attacks.consent(production, id="c002", performer="Quin"))
    enrol(production, "Quin")
    eyes = Eyes(face("Quin"))
    show(production, eyes, "Pia")
    assert rules(make(production, eyes)) == {"identity.settled"}
    people.answer(production, "A010/b001", Question.IDENTITY_SETTLED, by="Leo")
    done(make(production, eyes))


def test_who_is_altered_is_in_no_face_of_the_plate(production, monkeypatch):
    enrol(production, "Pia")
    eyes = Eyes(face("Tom"))
    show(production, eyes, "Pia")
    outcome = make(production, eyes)
    assert (outcome.verdict.decision, outcome.verdict.roles) == ("needs_approval", ("legal",))
    assert "identity-settled yes" in outcome.says()
    assert "A010/PL01_v002: no face matches Pia; Sue named Pia." in outcome.says()
    stopped(lambda: make(production, eyes), monkeypatch, "identity.settled")


def final(production):
    return people.signed(production, StatusRequest(actor="Sue", shot="A010", version="v001", status=Status.FINAL))


def dust_on_quin(production):
    """A tool that alters nobody covers somebody enrolled; a supervisor says that nobody can be recognised."""
    enrol(production, "Quin")
    eyes = Eyes(face("Quin"))
    show(production, eyes, "Pia")
    done(door.add_brief(production))
    done(attacks.make(production, "b002", workers=eyes))
    people.settle(production)


def test_dust_on_a_face_that_is_known_is_not_called_unrecognisable(production, monkeypatch):
    dust_on_quin(production)
    done(people.approve(production, "A010/v001", "supervisor", "Sue"))
    assert rules(final(production)) == {"stop.other-face"}
    with monkeypatch.context() as weakened:
        attacks.without(weakened, "stop.other-face")
        assert final(production).verdict.allowed


def test_why_it_is_not_final_says_whose_face_and_nothing_that_was_measured(production):
    dust_on_quin(production)
    found = explained(production, "Sue", "A010/v001")
    assert found.matched == tuple(
        f"A010/{name}: a face matches Quin{named}." for name, named in (("PL01_v002", "; Sue named Pia"), ("v001", ""))
    )
    said = [*law._lines(found), json.dumps(law._as_json(found))]
    assert all(any(line in one for one in said[:-1]) for line in found.matched)
    assert not [one for one in said if "0.7071" in one or "score" in one or "distance" in one]


def test_what_is_explained_otherwise_names_nobody(production):
    enrol(production, "Pia")
    show(production, Eyes(face("Pia")), "Pia")
    found = explained(production, "Ann", "A010/b001")
    assert found.matched == ()
    assert "Whose faces:" not in law._lines(found)


def test_a_change_that_legal_calls_customary_needs_no_consent_of_theirs(production):
    dust_on_quin(production)
    people.answer(production, "A010/v001", Question.CUSTOMARY, by="Leo")
    done(people.approve(production, "A010/v001", "supervisor", "Sue"))
    assert final(production).verdict.allowed


# ---- look-alikes


def like_both():
    """Under the threshold to Pia, and hardly further from Quin."""
    return [0.55 * one + 0.45 * other for one, other in zip(face("Pia", 0.1), face("Quin"), strict=True)]


@pytest.mark.parametrize(
    ("measure", "weak"),
    [(face("Pia", 0.62), ("MATCH_BELOW", 0.6)), (like_both(), ("MARGIN", 0.0))],
    ids=["at the threshold", "like two performers"],
)
def test_look_alike_at_the_threshold(production, monkeypatch, measure, weak):
    enrol(production, "Pia", "Quin")
    eyes = Eyes(measure)

    def attack():
        show(production, eyes, "Pia")
        return make(production, eyes)

    stopped(attack, monkeypatch, "identity.settled", weaken=lambda weakened: weakened.setattr(identity, *weak))


def test_two_faces_of_one_performer_in_one_frame(production, monkeypatch):
    enrol(production, "Pia")
    eyes = Eyes(face("Pia"), face("Pia", 0.2))

    def attack():
        show(production, eyes, "Pia")
        return make(production, eyes)

    weaken = lambda weakened: weakened.setattr(identity, "once_each", list)  # noqa: E731
    stopped(attack, monkeypatch, "identity.settled", weaken=weaken)


# ---- enrolling


def test_nobody_is_measured_without_a_release(production, monkeypatch):
    given = enrolled.release(production, "Quin")
    asked = enrolled.request(production, "Pia", given)
    outcome = enrolled.advance_signed(production, asked)
    assert rules(outcome) == {"enrol.release", "enrol.destruction"}
    measured = []
    monkeypatch.setattr(Eyes, "measure", lambda *_, **__: measured.append(1))
    enrolled.advance_signed(production, asked)
    assert not measured


@pytest.mark.parametrize(
    ("changed", "rule"),
    [({"destroy_on": attacks.day(0)}, "enrol.destruction"), ({"destroy_on": attacks.day(401)}, "enrol.destruction")],
    ids=["today", "after the release"],
)
def test_a_destruction_schedule_that_is_none(production, monkeypatch, changed, rule):
    asked = enrolled.request(production, "Pia", enrolled.release(production, "Pia"), **changed)
    stopped(lambda: enrolled.advance_signed(production, asked), monkeypatch, rule)


@pytest.mark.parametrize("changed", [{"valid_until": attacks.day(-1)}, {"kind": "photograph"}])
def test_a_release_that_is_out_of_date_or_for_something_else(production, changed):
    asked = enrolled.request(production, "Pia", enrolled.release(production, "Pia", **changed))
    assert "enrol.release" in rules(enrolled.advance_signed(production, asked))


@pytest.mark.parametrize("by", ["Sue", "Pia", "Bob"])
def test_only_legal_enrols(production, by):
    asked = enrolled.request(production, "Pia", enrolled.release(production, "Pia"), by=by)
    assert not enrolled.advance_signed(production, asked).verdict.allowed


def test_a_release_covers_its_shots_only(production):
    given = enrolled.release(production, "Pia", shots=("B020",))
    done(enrolled.advance_signed(production, enrolled.request(production, "Pia", given)))
    assert enrolled.opens(production) == set()


def test_pictures_swapped_after_signing(production):
    asked = people.sign(production, enrolled.request(production, "Pia", enrolled.release(production, "Pia")))
    with open(asked.pictures[0], "w") as other:
        other.write("[1.0]")
    outcome = advance(production, asked, workers=Eyes())
    assert rules(outcome) == {"signed.by-key", "signed.always"}


# ---- what is kept, and erased


def everything(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_keys_lie_apart_for_their_owner_only(production):
    enrol(production, "Pia")
    (key,) = identities.keys(production.folder).iterdir()
    (kept,) = (production.folder / identities.FOLDER).iterdir()
    assert {path.stat().st_mode & 0o777 for path in (key, kept)} == {0o600}
    assert not key.is_relative_to(production.folder)
    assert key.name == hashlib.sha256(kept.read_bytes()).hexdigest()


def test_another_face_sealed_under_the_name_and_the_key_of_a_performer(production, monkeypatch):
    """An insider who may read the key: Quin's face would pass for Pia's."""
    enrol(production, "Pia")
    name, here = sealed_of(production), production.folder
    key = (identities.keys(here) / name).read_bytes()
    with production.reading() as reading:
        context = sealed.Context(reading.production_id(), "Pia", identities.KIND)
    (here / identities.FOLDER / name).write_bytes(sealed.seal(key, json.dumps([face("Quin")]).encode(), context))
    eyes = Eyes(face("Quin"))

    def attack():
        show(production, eyes, "Pia")
        return make(production, eyes)

    def unchecked(weakened):
        """Every hash is the one on record."""
        blind = types.SimpleNamespace(hexdigest=lambda: name)
        weakened.setattr(identities, "hashlib", types.SimpleNamespace(sha256=lambda _: blind))

    stopped(attack, monkeypatch, "identity.settled", weaken=unchecked)


def test_a_key_that_is_taken_away_does_not_switch_matching_off(production, monkeypatch):
    """Pia's consent on Quin's face, and Quin's key gone."""
    enrol(production, "Quin")
    (key,) = identities.keys(production.folder).iterdir()
    key.rename(production.folder.parent / "away")
    eyes, said = Eyes(face("Quin")), []
    monkeypatch.setattr(Quiet, "say", lambda _, line: said.append(line))
    show(production, eyes, "Pia")
    assert said[0].startswith("Quin cannot be looked for")
    assert "compared with nobody" in make(production, eyes).says()
    weaken = lambda weakened: weakened.setattr(facts_identity, "_compared", lambda *_: True)  # noqa: E731
    stopped(lambda: make(production, eyes), monkeypatch, "identity.settled", weaken=weaken)


def chain_holds(production):
    with production.reading() as reading:
        assert not list(faults(reading.ledger()))
        assert not list(identities.strays(production.folder, reading))


@pytest.mark.parametrize("by", ["Leo", "Pia"])
def test_erased_for_good_in_every_copy(production, monkeypatch, by):
    enrol(production, "Pia", "Quin")
    copy = production.folder.parent / "agm copy"
    shutil.copytree(production.folder, copy)
    (kept,) = [path for path in identities.keys(production.folder).iterdir() if path.name == sealed_of(production)]
    secret = kept.read_bytes()
    assert enrolled.opens(production) == {"Pia", "Quin"}
    assert isinstance(done(erase(production, "Pia", by)), Erasure)
    assert enrolled.opens(production) == {"Quin"}
    assert not [path for path in everything(production.folder.parent) if secret in path.read_bytes()]
    assert enrolled.opens(production, copy) == set()
    with pytest.raises(InputError, match="Nothing of Pia is kept"):
        erase(production, "Pia", by)


def sealed_of(production, name="Pia"):
    with production.reading() as reading:
        return reading.newest(Enrolment, name).sealed_sha256


def test_an_erasure_that_keeps_the_key_is_seen(production, monkeypatch):
    """The same, with a house that forgets to destroy: what is left over is destroyed when the production is opened."""
    enrol(production, "Pia")
    with monkeypatch.context() as weakened:
        weakened.setattr(identities, "destroy", lambda *_: None)
        done(erase(production, "Pia"))
        assert everything(identities.keys(production.folder))
    production.store.close()
    open_production(production.folder)
    assert not everything(identities.keys(production.folder))
    assert not everything(production.folder / identities.FOLDER)


@pytest.mark.parametrize("by", ["Quin", "Sue", "Bob"])
def test_others_erase_nothing(production, by):
    enrol(production, "Pia")
    assert not erase(production, "Pia", by).verdict.allowed
    assert enrolled.opens(production) == {"Pia"}


def test_the_ledger_keeps_verifying_and_holds_no_measure(production):
    enrol(production, "Pia")
    done(erase(production, "Pia"))
    chain_holds(production)
    done(enrolled.advance_signed(production, enrolled.request(production, "Pia", "r001")))
    assert enrolled.opens(production) == {"Pia"}


def test_the_day_has_come(production, monkeypatch):
    """Nothing is compared any more; opening the production destroys it, and tells."""
    enrol(production, "Pia")
    later = attacks.day(300)
    with production.reading() as reading:
        assert not identities.known_in(reading, production.folder, "A010", later)
        assert identities.overdue(reading, later)
    orphans.clear(production.folder, production.store, at=f"{later}T00:00:00.000000Z")
    with production.reading() as reading:
        (gone,) = reading.said(Erasure)
        line = reading.last_line()
    assert (gone.overdue, gone.by, line.move, line.subject) == (True, orphans.SOFTWARE, "erase", "Pia")
    assert not everything(identities.keys(production.folder))
    chain_holds(production)


def test_an_erasure_slipped_in_does_not_switch_matching_off(production, monkeypatch):
    enrol(production, "Quin")
    eyes = Eyes(face("Quin"))
    show(production, eyes, "Pia")
    people.answer(production, "A010/b001", Question.IDENTITY_SETTLED, by="Leo")
    about = {"performer": "Quin", "sealed_sha256": sealed_of(production, "Quin"), "by": orphans.SOFTWARE}
    false = Erasure(**about, overdue=True, at=attacks.instant(hours=1))
    attacks.slip(production, false, "Quin", orphans.SOFTWARE)
    assert rules(make(production, eyes)) == {"gate.records", "stop.other-face"}


def test_nothing_of_anybody_is_in_the_database(production):
    """Neither of the enrolled nor of bystanders: their numbers are in no row, line or file that is not sealed."""
    enrol(production, "Pia")
    stranger = [0.123456789 + number for number in range(128)]
    eyes = Eyes(face("Pia"), stranger)
    show(production, eyes, "Pia")
    done(make(production, Eyes(face("Pia"))))
    with sqlite3.connect(production.store.path) as connection:
        text = "\n".join(connection.iterdump())
    assert "0.123456789" not in text
    assert "0.7071" not in text
    files = [path for path in everything(production.folder.parent) if path.suffix != ".jpg"]
    assert not [path for path in files if b"0.7071" in path.read_bytes() or b"0.12345" in path.read_bytes()]


def test_faces_that_could_not_be_compared_are_not_borne_out(production, monkeypatch):
    enrol(production, "Pia")
    plate, result = Eyes(face("Pia")), Eyes([float("nan")] * 128)
    show(production, plate, "Pia")
    weaken = lambda weakened: weakened.setattr(facts_identity, "_borne_out", lambda *_: True)  # noqa: E731
    stopped(lambda: make(production, result), monkeypatch, "identity.settled", weaken=weaken)
    assert identity.compared([float("nan")] * 128, {"Pia": [face("Pia")]}) == (Match.UNKNOWN, ())
