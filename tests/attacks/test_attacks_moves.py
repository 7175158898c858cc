"""Attacks on signatures, roles, keys, names and words: refused by the rule named, and through once it is taken out."""

import json

import pytest

from secondunit.policy import gate
from secondunit.policy.pack import load
from secondunit.runner import entries, facts, signing
from secondunit.runner.advance import advance
from secondunit.schema import (
    AnswerRequest,
    ApproveRequest,
    Consent,
    FieldFault,
    IngestRequest,
    InitRequest,
    InputError,
    MakeRequest,
    PersonKey,
    PersonRequest,
    PolicyRequest,
    Question,
    RevocationsRequest,
    Role,
    Status,
    StatusRequest,
    SwitchRequest,
    WithdrawRequest,
)
from secondunit.store.reading import Reading
from secondunit.trust import jws
from secondunit.trust.jws import Typ
from secondunit.trust.keys import read_public
from tests.runner import attacks, people
from tests.runner.attacks import brief, consent, make, rules, stopped
from tests.runner.door import done

APPROVE = ApproveRequest(actor="Sue", subject="A010/b001", role=Role.SUPERVISOR)


# ---- signatures on moves


def carelessly(monkeypatch):
    """Whatever is signed by the actor's key is good, whatever it says."""
    monkeypatch.setattr(signing, "_good", lambda *_: True)


def test_a_signature_used_twice(production, monkeypatch):
    signed = people.sign(production, APPROVE)
    done(advance(production, signed))
    outcome = advance(production, signed)
    assert rules(outcome) == {"signed.by-key"}
    monkeypatch.setattr(Reading, "signature_used", lambda *_: False)
    with pytest.raises(Exception, match=r"append-only|UNIQUE"):  # and the table of used signatures is a second lock
        advance(production, signed)


@pytest.mark.parametrize("minutes", [16, -3])
def test_a_signature_from_another_time(production, monkeypatch, minutes):
    with monkeypatch.context() as then:
        then.setattr(signing, "instant", lambda: attacks.instant(minutes=minutes))
        signed = people.sign(production, APPROVE)
    weaken = lambda weakened: weakened.setattr(signing, "_fresh", lambda _: True)  # noqa: E731
    stopped(lambda: advance(production, signed), monkeypatch, "signed.by-key", weaken=weaken)


@pytest.mark.parametrize(
    "other",
    [
        APPROVE.model_copy(update={"reason": "only if it is shorter"}),
        people.ApproveRequest(actor="Sue", subject="A010/b002", role=Role.SUPERVISOR),
        people.ApproveRequest(actor="Leo", subject="A010/b001", role=Role.LEGAL),
        WithdrawRequest(actor="Sue", consent="c001"),
    ],
    ids=["other words", "other subject", "other person", "other move"],
)
def test_a_signature_for_another_move(production, monkeypatch, other):
    done(brief(production, to_age=31))
    signed = APPROVE.model_copy(update={"signature": people.sign(production, other).signature})
    stopped(lambda: advance(production, signed), monkeypatch, "signed.by-key", weaken=carelessly)


@pytest.mark.parametrize("signature", [None, "e30.e30.e30"])
def test_a_name_without_its_signature(production, monkeypatch, signature):
    """Sue has a key on record: nobody speaks for her without it."""
    request = APPROVE.model_copy(update={"signature": signature})
    stopped(lambda: advance(production, request), monkeypatch, "signed.by-key")


def test_a_move_signed_with_somebody_elses_key(production, monkeypatch):
    signed = people.sign(production, APPROVE, by="Bob")
    stopped(lambda: advance(production, signed), monkeypatch, "signed.by-key", weaken=carelessly)


def test_a_role_claimed_and_not_held(production, monkeypatch):
    claimed = APPROVE.model_copy(update={"role": Role.LEGAL})
    attack = lambda: people.signed(production, claimed)  # noqa: E731
    stopped(attack, monkeypatch, "actor.acts-in-own-role")


def test_nobody_gives_roles_to_themselves(production, monkeypatch):
    request = PersonRequest(actor="Sue", name="Sue", roles=("director",))
    stopped(lambda: people.signed(production, request), monkeypatch, "person.not-oneself")


def test_a_supervisor_answers_for_legal(production, monkeypatch):
    request = AnswerRequest(actor="Sue", subject="A010/b001", question=Question.NO_INTIMACY, answer="yes")
    assert rules(people.signed(production, request)) == {"answer.role"}
    claimed = request.model_copy(update={"role": Role.SUPERVISOR})
    stopped(lambda: people.signed(production, claimed), monkeypatch, "answer.role")


# ---- approvals


def final(production, version="v001"):
    return people.signed(production, StatusRequest(actor="Dee", shot="A010", version=version, status=Status.FINAL))


def test_the_maker_alone(production, monkeypatch):
    done(make(production, actor="Sue"))
    done(people.approve(production, "A010/v001", "supervisor"))
    stopped(lambda: final(production), monkeypatch, "final.approved")


def test_the_briefs_writer_alone(production, monkeypatch):
    done(brief(production, by="Sue", to_age=31))
    done(make(production, "b002"))
    done(people.approve(production, "A010/v001", "supervisor"))
    stopped(lambda: final(production), monkeypatch, "final.approved")


def test_an_approval_of_an_earlier_version(production, monkeypatch):
    done(make(production))
    people.add(production, "Sam", "supervisor")
    first = people.sign(production, ApproveRequest(actor="Sam", subject="A010/v001", role=Role.SUPERVISOR))
    done(advance(production, first))
    done(brief(production, to_age=31, seed=2))
    done(make(production, "b002"))
    assert rules(final(production, "v002")) == {"final.approved"}
    replayed = first.model_copy(update={"subject": "A010/v002"})
    stopped(lambda: advance(production, replayed), monkeypatch, "signed.by-key", weaken=carelessly_unused)
    assert rules(final(production, "v002")) == {"final.approved"}  # it went in, and it still proves nothing


def carelessly_unused(monkeypatch):
    carelessly(monkeypatch)
    monkeypatch.setattr(entries.Writing, "put_signature", lambda *_, **__: None)


def test_an_evaluation_called_final(production, monkeypatch):
    switch = lambda on: done(people.signed(production, SwitchRequest(actor="Leo", switch="evaluation", on=on)))  # noqa: E731
    switch(True)
    done(make(production))
    switch(False)
    done(people.approve(production, "A010/v001", "supervisor"))
    stopped(lambda: final(production), monkeypatch, "final.evaluation")


def test_a_clearance_for_another_brief(production, monkeypatch):
    """What was cleared for one brief cannot bring in what another one made, nor be used again."""
    done(make(production))
    with production.reading() as reading:
        used = reading.version("A010", "v001").clearance
        request = MakeRequest(actor="Ann", shot="A010", brief="b001", plate="PL01_v001")
        assert reading.clearance(used).request_sha256 == request.digest
        assert facts._open(reading, used, request.digest) == "false"
        other = request.model_copy(update={"brief": "b002"})
        assert facts._open(reading, used, other.digest) == "false"
        assert facts._open(reading, "nothing", request.digest) == "false"


# ---- keys


def test_a_supervisor_swaps_a_key(production, monkeypatch):
    request = PersonRequest(actor="Ann", name="Pia", roles=("performer",), key=people.public("Mal"))
    attack = lambda: advance(production, request)  # noqa: E731
    stopped(attack, monkeypatch, "person.key-stays")


def test_a_supervisor_says_that_a_key_is_lost(production):
    request = people.key_request("Pia", "Mal", by="Sue", lost=True)
    assert rules(people.signed(production, request)) == {"gate.no-permit"}


def test_a_lost_key_signs_nothing_more(production, monkeypatch):
    old = people.sign(production, WithdrawRequest(actor="Pia", consent="c001"))
    terms = attacks.terms(production, id="c002", ages=(5, 90))
    signed = attacks.agreed(terms)
    done(people.signed(production, people.key_request("Pia", "Pia 2", by="Leo", lost=True)))
    assert rules(advance(production, old)) == {"signed.by-key"}
    outcome = consent(production, terms=terms, signed=signed)
    assert rules(outcome) == {"consent.signed"}
    done(make(production))  # what she signed before it was lost stands


def test_a_list_by_a_lost_key_gives_nothing_back(production, monkeypatch):
    place = {"issuer": people.key("Rae").public.thumbprint, "index": 7}
    done(consent(production, id="c002", representative="Rae", revocation=place, ages=(50, 60)))
    done(brief(production, to_age=55))
    done(people.signed(production, people.key_request("Rae", "Rae 2", by="Leo", lost=True)))
    token = attacks.revocations("Rae", sequence=9)[1]
    attack = lambda: advance(production, RevocationsRequest(actor="Bob", token=token))  # noqa: E731
    assert rules(make(production, "b002")) <= {"consent.age", "consent.revoked"}
    assert {"revocations.good"} < rules(attack()) | {"gate.no-permit"}
    every = lambda reading: [read_public(one.key) for one in reading.said(PersonKey)]  # noqa: E731
    monkeypatch.setattr(signing, "trusted_keys", every)
    done(attack())
    done(make(production, "b002"))


# ---- names and paths

HOSTILE = [
    "../A010",
    "..",
    "/etc/passwd",
    "A\x00",
    "A\n",
    "A\u202e010",
    "A" * 10_000,
    "",
    ".",
    "A/v001",
    "\uff21010",
    "~",
    "-A",
]


@pytest.mark.parametrize("shot", HOSTILE, ids=repr)
def test_shots_are_plain(production, shot):
    for kind, words in ((IngestRequest, {"source": "x"}), (MakeRequest, {"brief": "b001"})):
        with pytest.raises(FieldFault):
            kind.read(actor="Ann", shot=shot, **words)


MARKS = "\u200b\u200c\u200d\u00ad\u202e\u2066\u2060\ufeff\u3164\u2800\ufe0f\u00a0\u2003\u3000\x00\x7f"
UNSEEN = [f"P{mark}ia" for mark in MARKS]


@pytest.mark.parametrize("name", [*UNSEEN, "../Pia", "P" * 10_000, "", "\U000e0041Pia", "P\ue000ia"], ids=ascii)
def test_names_that_nobody_can_read(name):
    with pytest.raises(FieldFault):
        PersonRequest.read(actor="Ann", name=name, roles=("performer",))
    with pytest.raises(FieldFault):
        InitRequest.read(actor=name, title="T", code="AGM")


@pytest.mark.parametrize(
    "name", ["pia", "PIA", "\u0420ia", "\u0420\u0456\u0430", "\uff30ia", "P ia", "Pia.", "P\u03b9a", "Pla", "P1a"]
)
def test_names_that_pass_for_another(production, monkeypatch, name):
    request = PersonRequest(actor="Ann", name=name, roles=("performer",), key=people.public("Mal"))
    with pytest.raises(InputError, match="Pia"):
        advance(production, request)
    monkeypatch.setattr(entries, "looks_like", lambda name: name)
    done(advance(production, request))


@pytest.mark.parametrize("name", ["José Núñez", "Mª José", "Zoë O'Brien-Łuczak", "李小龍", "नीरज", "Đặng Thị", "Pia B"])
def test_names_of_real_people(production, name):
    person = done(advance(production, PersonRequest(actor="Ann", name=name, roles=("performer",))))
    assert done(advance(production, PersonRequest(actor="Ann", name=name, roles=("artist",)))).name == person.name


# ---- what the ledger gives away


def test_the_ledger_tells_hashes_only(production):
    secret = "because her mother is ill"
    word = AnswerRequest(actor="Leo", subject="A010/b001", question=Question.NO_INTIMACY, answer="yes", reason=secret)
    done(people.signed(production, word))
    done(people.signed(production, WithdrawRequest(actor="Pia", consent="c001", reason=secret)))
    with production.reading() as reading:
        lines = "\n".join(line.to_json() for line in reading.ledger())
        terms = reading.newest(Consent, "c001").terms
    assert json.dumps("c001") in lines
    for hidden in (secret, attacks.FEE, attacks.TEXT, terms.effect, terms.text_sha256, "theatrical", "The rider."):
        assert hidden not in lines


# ---- facts and packs that are not whole


def test_missing_facts_are_refused(production):
    with production.reading() as reading:
        verdicts = reading.verdicts(1)
    known = make(production).verdict.facts
    for name in sorted(known):
        short = {key: value for key, value in known.items() if key != name}
        assert not gate.judge("admit", short, load(), at=verdicts[0].at).allowed, name
        unknown = gate.judge("admit", {**known, name: "unknown"}, load(), at=verdicts[0].at)
        assert not unknown.allowed or name in ("actor", "subject")


def test_a_misspelt_attribute_goes_not_into_force(production, monkeypatch):
    rule = '@id("x.y")@effect("refuse")@reason("r")@source("s")forbid(principal, action, resource) when {'
    path = attacks.paper(production, "mine.cedar", f'{rule} context.consent_on_recrod == Tri::"false" }};')
    attack = lambda: people.signed(production, PolicyRequest(actor="Leo", packs=(str(path),)))  # noqa: E731
    stopped(attack, monkeypatch, "policy.usable")
    assert rules(make(production)) == {"gate.packs"}  # in force nevertheless, it stops everything


def test_moves_that_are_no_tokens(production):
    signed = jws.sign(b"{}", people.key("Sue"), Typ.MOVE)
    assert rules(advance(production, APPROVE.model_copy(update={"signature": signed}))) == {"signed.by-key"}
