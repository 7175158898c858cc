"""Attacks of somebody who may write the database's file or the production's folder: rows slipped in, edited, removed.

The ledger tells the hash of every such row, so the gate refuses everything once a row is not what the ledger tells.
Where people signed, their signatures are a second lock: shown by taking the first one out.
"""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from secondunit.policy import pack
from secondunit.runner import facts_consent, facts_use, legible, packs, reviews, signing, told
from secondunit.runner.advance import advance
from secondunit.runner.ledger import verify_ledger
from secondunit.schema import (
    Answer,
    Approval,
    Consent,
    FieldFault,
    Identification,
    LiftRequest,
    PackReview,
    PackReviewRequest,
    Packs,
    PersonKey,
    PolicyRequest,
    Question,
    RejectRequest,
    Release,
    ReleaseKind,
    Revocations,
    RevocationsRequest,
    Role,
    Sign,
    Signs,
    Status,
    StatusRequest,
    Switch,
    SwitchRequest,
    Tri,
    Withdrawal,
    WithdrawRequest,
)
from secondunit.store.blobs import keep
from secondunit.trust import jws
from secondunit.trust.jws import Typ
from tests.runner import attacks, door, people
from tests.runner.attacks import brief, consent, consent_request, edit, make, rules, slip, sql, stopped
from tests.runner.door import done


def blind(monkeypatch):
    """Nobody compares rows with the ledger."""
    monkeypatch.setattr(told, "faults", lambda _: iter(()))


def also(patched, name, value):
    """Blind, and one more lock open."""

    def both(monkeypatch):
        blind(monkeypatch)
        monkeypatch.setattr(patched, name, value)

    return both


def two_locks(attack, monkeypatch, second, both):
    """The ledger shows the row; blind to that, the second rule stops it; with both taken out it succeeds."""
    assert rules(attack()) == {"gate.records", second}
    with monkeypatch.context() as weakened:
        blind(weakened)
        assert rules(attack()) == {second}
    with monkeypatch.context() as weakened:
        both(weakened)
        done(attack())


def signed_by(production, request, name):
    """A signature by whoever's key it is: an insider has their own."""
    return people.sign(production, request, name).signature


def forged_consent(production, by, signer):
    """A consent that Pia never saw: her signature is a scan of anything, and `signer` signs what legal would."""
    scan = attacks.paper(production, "scan.txt", "not hers")
    request = consent_request(production, by, scan_file=str(scan)).model_copy(update={"role": Role.LEGAL})
    token = signed_by(production, request, signer)
    files = {name: keep(production.folder, Path(getattr(request, f"{name}_file"))) for name in PAPERS}
    return Consent(terms=request.terms, by=by, at=attacks.instant(), signature=token, **files)


PAPERS = ("text", "rider", "scan")


# ---- consent


def test_a_consent_slipped_in(bare, monkeypatch):
    """By Sue, who has a key and is not legal."""
    done(brief(bare))
    slip(bare, forged_consent(bare, "Sue", "Sue"), "c001", "Sue")
    both = also(facts_consent, "by_legal", lambda *_: True)
    two_locks(lambda: make(bare), monkeypatch, "consent.genuine", both)


def test_a_consent_slipped_in_under_the_name_of_legal(bare, monkeypatch):
    done(brief(bare))
    slip(bare, forged_consent(bare, "Leo", "Sue"), "c001", "Leo")
    both = also(signing, "proven", lambda *_, **__: True)
    two_locks(lambda: make(bare), monkeypatch, "consent.genuine", both)


@pytest.mark.parametrize(
    ("changed", "asked"), [({"ages": (5, 90)}, {"to_age": 60}), ({"shots": ("A010", "B020")}, {"to_age": 60})], ids=str
)
def test_terms_widened_in_the_database(production, monkeypatch, changed, asked):
    done(brief(production, **asked))
    with production.reading() as reading:
        terms = reading.newest(Consent, "c001").terms
    edit(production, Consent, terms=terms.model_copy(update={"ages": (5, 90), **changed}))
    both = also(facts_consent, "_genuine", lambda *_: True)
    two_locks(lambda: make(production, "b002"), monkeypatch, "consent.genuine", both)


def test_a_withdrawal_removed(production, monkeypatch):
    done(people.signed(production, WithdrawRequest(actor="Pia", consent="c001")))
    sql(production, "DELETE FROM said WHERE kind = ?", Withdrawal.schema_name)
    stopped(lambda: make(production), monkeypatch, "gate.records", weaken=blind)


def test_a_withdrawal_turned_into_its_lifting(production, monkeypatch):
    done(people.signed(production, WithdrawRequest(actor="Pia", consent="c001")))
    edit(production, Withdrawal, lifted=True)
    both = also(facts_consent, "_lifted_by_legal", lambda *_: True)
    two_locks(lambda: make(production), monkeypatch, "consent.withdrawn", both)


def test_a_lifting_slipped_in(production, monkeypatch):
    done(people.signed(production, WithdrawRequest(actor="Pia", consent="c001")))
    lift = LiftRequest(actor="Leo", consent="c001", reason="never mind", role=Role.LEGAL)
    word = {"consent": "c001", "lifted": True, "reason": lift.reason, "by": "Leo", "at": attacks.instant()}
    token = signed_by(production, lift, "Sue")
    slip(production, Withdrawal(**word, signature=token), "c001", "Leo")
    both = also(facts_consent, "_lifted_by_legal", lambda *_: True)
    two_locks(lambda: make(production), monkeypatch, "consent.withdrawn", both)


def test_a_lifting_used_again(production, monkeypatch):
    """Legal lifted the first hold, and its word is copied onto the second."""
    done(people.signed(production, WithdrawRequest(actor="Pia", consent="c001")))
    lifting = done(people.signed(production, LiftRequest(actor="Leo", consent="c001", reason="agreed by telephone")))
    done(people.signed(production, WithdrawRequest(actor="Pia", consent="c001")))
    slip(production, lifting.model_copy(update={"at": attacks.instant()}), "c001", "Leo")
    both = also(facts_consent, "_lifted_by_legal", lambda *_: True)
    two_locks(lambda: make(production), monkeypatch, "consent.withdrawn", both)


def test_an_older_revocation_list_slipped_in(bare, monkeypatch):
    place = {"issuer": people.key("Rae").public.thumbprint, "index": 7}
    done(consent(bare, representative="Rae", revocation=place))
    done(brief(bare))
    listed, token = attacks.revocations("Rae", sequence=1)
    newer = attacks.revocations("Rae", 7, sequence=2)[1]
    done(advance(bare, RevocationsRequest(actor="Bob", token=newer)))
    about = {"issuer": listed.issuer, "sequence": 9, "expires_at": listed.expires_at}
    row = Revocations(token=token, by="Bob", at=attacks.instant(), **about)
    slip(bare, row, listed.issuer, "Bob")
    both = also(facts_consent, "newest_list", lambda reading, _: facts_consent.read_list(reading, token))
    two_locks(lambda: make(bare), monkeypatch, "consent.revoked", both)


# ---- who is in the plate, and what was answered


def test_an_identification_slipped_in(production, monkeypatch):
    """By Bob, an artist with a key: that the plate shows Pia, not Quin."""
    attacks.identify(production, "Quin")
    assert rules(make(production)) == {"stop.stranger"}
    request = attacks.IdentifyRequest(actor="Bob", shot="A010", performers=("Pia",), role=Role.SUPERVISOR)
    token = signed_by(production, request, "Bob")
    with production.reading() as reading:
        before = reading.said(Identification)[-1]
    word = {"performers": ("Pia",), "by": "Bob", "role": Role.SUPERVISOR, "signature": token}
    slip(production, before.model_copy(update=word), before.plate, "Bob")
    both = also(facts_use.Reading, "holds", lambda *_: True)
    two_locks(lambda: make(production), monkeypatch, "stop.stranger", both)


def test_an_answer_edited_from_no_to_yes(bare, monkeypatch):
    done(consent(bare, ages=(10, 40)))
    done(brief(bare, to_age=15))
    people.answer(bare, "A010/b001", Question.NO_INTIMACY, "no", by="Leo")
    edit(bare, Answer, answer="yes")
    both = also(signing, "proven", lambda *_, **__: True)
    two_locks(lambda: make(bare), monkeypatch, "stop.age-and-intimacy", both)


def test_an_older_answer_copied_over_a_newer_one(bare, monkeypatch):
    """Leo said yes, and then no; his yes is put there again, as if he had said it since."""
    done(consent(bare, ages=(10, 40)))
    done(brief(bare, to_age=15))
    people.answer(bare, "A010/b001", Question.NO_INTIMACY, "yes", by="Leo")
    with bare.reading() as reading:
        yes = reading.said(Answer)[-1]
    people.answer(bare, "A010/b001", Question.NO_INTIMACY, "no", by="Leo")
    slip(bare, yes.model_copy(update={"at": attacks.instant()}), facts_use.answer_key("A010/b001", yes.question), "Leo")
    both = also(facts_use, "_said_at", lambda _, word: word.at)
    two_locks(lambda: make(bare), monkeypatch, "stop.age-and-intimacy", both)


# ---- approvals and rejections


def test_a_rejection_taken_back_by_a_row(production, monkeypatch):
    """An approval that Leo never signed is put after his rejection."""
    done(people.approve(production, "A010/b001", "legal", "Leo", RejectRequest))
    with production.reading() as reading:
        said = reading.approvals("A010/b001", reading.stored_brief("A010", "b001").brief_sha256)[-1]
    row = said.model_copy(update={"granted": True, "signature": None})
    add_approval(production, row)
    both = also(reviews, "rejecting", lambda *_: ())
    two_locks(lambda: make(production), monkeypatch, "brief.rejected", both)


def test_an_approval_that_nobody_gave(bare, monkeypatch):
    done(consent(bare, minor=True, guardian="Gus"))
    done(brief(bare))
    people.answer(bare, "A010/b001", Question.NO_INTIMACY, by="Leo")
    with bare.reading() as reading:
        sha256 = reading.stored_brief("A010", "b001").brief_sha256
    about = {"subject": "A010/b001", "subject_sha256": sha256, "role": Role.LEGAL, "granted": True}
    request = people.ApproveRequest(actor="Leo", subject="A010/b001", role=Role.LEGAL)
    token = signed_by(bare, request, "Sue")
    add_approval(bare, Approval(by="Leo", at=attacks.instant(), signature=token, **about))
    both = also(reviews, "counts", lambda *_: True)
    two_locks(lambda: make(bare), monkeypatch, "minor.legal", both)


def add_approval(production, row):
    with contextlib.closing(sqlite3.connect(production.store.path)) as connection:
        values = (row.subject, row.subject_sha256, row.role, row.by, row.to_json())
        columns = "subject, subject_sha256, role, person, record"
        connection.execute(f"INSERT INTO approvals ({columns}) VALUES (?, ?, ?, ?, ?)", values)
        connection.commit()


# ---- keys, roles, switches, releases


@pytest.mark.parametrize("seq", [None, 0], ids=["newest", "first"])
def test_a_key_slipped_in(bare, monkeypatch, seq):
    """Mallory's key as Pia's: then Mallory signs her terms."""
    text = people.public("Mal")
    key = people.key("Mal").public
    row = PersonKey(name="Pia", key=text, thumbprint=key.thumbprint, by="Ann", at=attacks.instant())
    slip(bare, row, "Pia", "Ann", seq=seq)
    terms = attacks.terms(bare)
    signed = jws.sign_json(terms.to_json().encode(), [people.key("Mal")], Typ.TERMS)
    if seq == 0:  # the key before it is the newest: it is taken away
        sql(bare, "DELETE FROM said WHERE kind = ? AND key = 'Pia' AND seq > 0", PersonKey.schema_name)
    attack = lambda: consent(bare, terms=terms, signed=signed)  # noqa: E731
    stopped(attack, monkeypatch, "gate.records", weaken=blind)


def test_a_role_written_into_a_row(bare, monkeypatch):
    """Sue makes herself legal."""
    attacks.put_role(bare, "Sue", "legal", "supervisor")
    attack = lambda: consent(bare, by="Sue", category_by="Sue")  # noqa: E731
    stopped(attack, monkeypatch, "gate.records", weaken=blind)


def test_a_role_lost_since_the_signature(bare, monkeypatch):
    """No move takes roles away; where a row says so nevertheless, an approval in that role is worth nothing."""
    done(consent(bare, minor=True, guardian="Gus"))
    done(brief(bare))
    people.answer(bare, "A010/b001", Question.NO_INTIMACY, by="Leo")
    done(people.approve(bare, "A010/b001", "legal", "Leo"))
    attacks.put_role(bare, "Leo", "artist")
    theirs = {"consent.genuine", "minor.legal", "stop.age-and-intimacy"}  # their answer is worth nothing either
    assert rules(make(bare)) == {"gate.records", *theirs}
    blind(monkeypatch)
    assert rules(make(bare)) == theirs
    monkeypatch.setattr(facts_use.Reading, "holds", lambda *_: True)
    done(make(bare))


@pytest.mark.parametrize("how", ["slipped in", "edited", "removed"])
def test_a_strike_ended_in_the_database(production, monkeypatch, how):
    on = done(people.signed(production, SwitchRequest(actor="Leo", switch="strike", on=True)))
    if how == "slipped in":
        slip(production, on.model_copy(update={"on": False}), "strike", "Leo")
    elif how == "edited":
        edit(production, Switch, on=False)
    else:
        sql(production, "DELETE FROM said WHERE kind = ?", Switch.schema_name)
    stopped(lambda: make(production), monkeypatch, "gate.records", weaken=blind)


def test_a_name_hidden_from_whoever_clears_signs(production):
    """What was read is made to look as if nothing had been: nothing goes on, and no raw text is printed."""
    workers = door.Hands()
    sign = Sign(text="FARMACIA", frame=1001, box=(1, 1, 4, 2), confidence=0.9)
    workers.signs = {"legible": Tri.TRUE, "signs": (sign,), "reader": "r"}
    done(door.add_plate(production, workers=workers))
    assert rules(attacks.brief(production)) == set()
    edit(production, Signs, legible=Tri.FALSE, signs=())
    assert "gate.records" in rules(attacks.brief(production))
    edit(production, Signs, signs=(sign.model_copy(update={"text": "\x1b[2J"}),))
    with pytest.raises(FieldFault):
        legible.of_shot(production, "A010")


def test_a_release_slipped_in(production, monkeypatch):
    """A final of a building needs releases: a row says that they are there."""
    done(door.add_brief(production))
    done(make(production, "b002"))
    people.settle(production)
    done(people.approve(production, "A010/v001"))
    sql(production, "DELETE FROM said WHERE kind = ? AND key = 'r002'", Release.schema_name)
    final = StatusRequest(actor="Ann", shot="A010", version="v001", status=Status.FINAL)
    assert rules(advance(production, final)) == {"gate.records", "release.missing"}
    with production.reading() as reading:
        other = reading.said(Release)[0]
    slip(production, other.model_copy(update={"kind": ReleaseKind.SIGNAGE, "id": "r003"}), "r003", "Leo")
    both = also(facts_use, "released", lambda *_: True)
    two_locks(lambda: advance(production, final), monkeypatch, "release.missing", both)


# ---- packs


@pytest.fixture
def packed(production):
    done(people.signed(production, PolicyRequest(actor="Leo", packs=("sag-aftra",))))
    return production


def test_a_pack_edited_in_the_database(packed, monkeypatch):
    with packed.reading() as reading:
        (one,) = packs.in_force(reading)
    lax = one.text.replace('action in [Action::"make", Action::"final"]', 'action == Action::"final"')
    assert lax != one.text
    edit(packed, Packs, packs=(one.model_copy(update={"text": lax}),))
    assert rules(make(packed)) == {"gate.packs", "gate.records"}
    blind(monkeypatch)
    assert rules(make(packed)) == {"gate.packs"}
    edit(packed, Packs, packs=(one.model_copy(update={"text": lax, "sha256": packs.sha256(lax)}),))
    done(make(packed))


def test_packs_taken_out_of_force_by_a_row(packed, monkeypatch):
    slip(packed, Packs(packs=(), by="Leo", at=attacks.instant()), packs.KEY, "Leo")
    stopped(lambda: make(packed), monkeypatch, "gate.records", weaken=blind)


def test_a_review_that_counsel_did_not_sign(packed, monkeypatch):
    """By Sue, who has a key, as if she were legal."""
    with packed.reading() as reading:
        (one,) = packs.in_force(reading)
    request = PackReviewRequest(actor="Sue", role=Role.LEGAL, pack="sag-aftra")
    word = {"pack": one.name, "sha256": one.sha256, "by": "Sue", "at": attacks.instant()}
    slip(packed, PackReview(**word, signature=signed_by(packed, request, "Sue")), one.name, "Sue")
    with packed.reading() as reading:
        assert not packs.reviewed(reading, one)
        monkeypatch.setattr(facts_use.Reading, "holds", lambda *_: True)
        assert packs.reviewed(reading, one)


def test_a_pack_edited_on_disk_changes_nothing(production, tmp_path, monkeypatch):
    path = attacks.paper(production, "mine.cedar", pack.shipped("sag-aftra").replace("sag.", "mine."))
    done(people.signed(production, PolicyRequest(actor="Leo", packs=(str(path),))))
    before = make(production)
    assert {"mine.consent-legal", "mine.notice-given"} == rules(before)
    path.write_text("")
    after = make(production)
    assert rules(after) == rules(before)
    assert after.verdict.policy_sha256 == before.verdict.policy_sha256


# ---- what the check of the ledger sees


def test_verify_sees_rows_in_both_directions(production):
    assert verify_ledger(production).faults == ()
    with production.reading() as reading:
        held = reading.newest(Consent, "c001")
    slip(production, held.model_copy(update={"at": attacks.instant()}), "c001", "Leo")
    sql(production, "DELETE FROM said WHERE kind = ?", Identification.schema_name)
    attacks.put_role(production, "Bob", "legal")
    faults = "\n".join(verify_ledger(production).faults)
    assert "consent c001" in faults
    assert "identification" in faults
    assert "Bob" in faults


def test_verify_is_content_with_everything_that_moves_put_there(production):
    done(people.signed(production, PolicyRequest(actor="Leo", packs=("sag-aftra",))))
    people.answer(production, "A010/b001", Question.NOTICE_GIVEN, by="Leo")
    done(people.approve(production, "A010/b001", "legal", "Leo"))
    done(make(production))
    done(people.signed(production, people.key_request("Pia")))
    assert verify_ledger(production, files=True).faults == ()
