"""Attacks on a performer's consent: each is refused by the rule named, and goes through once that check is taken out.

Where the check is a rule of the house's pack, it is taken out of the pack; where it is code, the code is patched.
"""

import base64
import hashlib
import hmac
import json

import pytest

from secondunit.runner import facts, facts_consent
from secondunit.runner.advance import advance
from secondunit.schema import (
    AnswerRequest,
    InputError,
    LiftRequest,
    PackReviewRequest,
    PolicyRequest,
    Question,
    RevocationsRequest,
    Role,
    Status,
    StatusRequest,
    SwitchRequest,
    Tri,
    Version,
    WithdrawRequest,
)
from secondunit.trust.jws import Typ
from secondunit.trust.strict import b64url
from tests.runner import attacks, door, people
from tests.runner.attacks import brief, consent, consent_request, make, rules, stopped
from tests.runner.door import Hands, done


def answer(production, question, by="Leo", subject="A010/b001"):
    people.answer(production, subject, question, by=by)


def switch(production, name, on=True, by="Leo"):
    return people.signed(production, SwitchRequest(actor=by, switch=name, on=on))


# ---- the good path


def test_a_performer_who_agreed_is_altered(bare):
    packs = ("sag-aftra", "netflix-genai")
    done(people.signed(bare, PolicyRequest(actor="Leo", packs=packs)))
    for pack in packs:
        done(people.signed(bare, PackReviewRequest(actor="Leo", pack=pack)))
    done(consent(bare, representative="Rae"))
    done(brief(bare))
    asked = make(bare)
    assert (asked.verdict.decision, asked.verdict.roles) == ("needs_approval", ("legal",))
    answer(bare, Question.NOTICE_GIVEN)
    done(people.approve(bare, "A010/b001", "legal", "Leo"))
    assert isinstance(done(make(bare)), Version)


# ---- terms that do not cover what is asked for


@pytest.mark.parametrize(
    ("changed", "asked", "rule"),
    [
        ({"shots": ("B020", "A0100")}, {}, "consent.shot"),
        ({"tools": ("collapse", "ages")}, {}, "consent.tool"),
        ({"ages": (31, 40)}, {}, "consent.age"),
        ({"ages": (20, 29)}, {}, "consent.age"),
        ({"ages": None}, {}, "consent.age"),
        ({}, {"to_age": None, "by_years": -20, "apparent_age": 44}, "consent.age"),
        ({}, {"to_age": None, "by_years": 20, "apparent_age": 30}, "consent.age"),
        ({"create_from": "2020-01-01", "create_until": attacks.day(-1)}, {}, "consent.window"),
        ({"create_from": attacks.day(1)}, {}, "consent.window"),
        ({"ages": (10, 40)}, {"to_age": 17}, "stop.age-and-intimacy"),
        ({"ages": (0, 40)}, {"to_age": None, "by_years": -60, "apparent_age": 60}, "stop.age-and-intimacy"),
        ({"performer": "Quin"}, {}, "consent.missing consent.nobody-states-age"),
        ({"performer": "Quin"}, {"performer": "Quin"}, "stop.stranger"),
    ],
)
def test_a_use_that_nobody_agreed_to(bare, monkeypatch, changed, asked, rule):
    done(consent(bare, **changed))
    done(brief(bare, **asked))
    stopped(lambda: make(bare), monkeypatch, *rule.split())


def test_two_consents_are_not_added_up(bare, monkeypatch):
    """One covers the age in another shot, one the shot at another age."""
    done(consent(bare, shots=("B020",)))
    done(consent(bare, id="c002", ages=(50, 60)))
    done(brief(bare))
    assert rules(make(bare)) in ({"consent.age"}, {"consent.shot"})
    each = facts_consent.of_one

    def added_up(reading, folder, performer, use):
        found = [facts_consent._held(reading, folder, one, use) for one in reading.said(facts_consent.Consent)]
        return {name: any(one[name] for one in found) for name in each(reading, folder, performer, use)}

    monkeypatch.setattr(facts_consent, "of_one", lambda *a: {**added_up(*a), "minor": False, "guardian_signed": False})
    done(make(bare))


def test_young_and_intimate_stays_refused_whatever_legal_answers(bare, monkeypatch):
    done(consent(bare, ages=(10, 40), intimacy=True))
    done(brief(bare, to_age=15))
    answer(bare, Question.NO_INTIMACY)
    weaken = lambda weakened: weakened.setattr(facts_consent, "intimate", lambda *_: False)  # noqa: E731
    stopped(lambda: make(bare), monkeypatch, "stop.age-and-intimacy", weaken=weaken)


def test_a_child_alone_signs_nothing(bare, monkeypatch):
    done(consent(bare, minor=True))
    done(brief(bare))
    people.answer(bare, "A010/b001", Question.NO_INTIMACY, by="Leo")
    done(people.approve(bare, "A010/b001", "legal", "Leo"))
    stopped(lambda: make(bare), monkeypatch, "stop.minor")


def test_a_child_and_its_guardian_need_legal_too(bare, monkeypatch):
    done(consent(bare, minor=True, guardian="Gus"))
    done(brief(bare))
    people.answer(bare, "A010/b001", Question.NO_INTIMACY, by="Leo")
    stopped(lambda: make(bare), monkeypatch, "minor.legal")


def test_a_child_is_not_made_an_adult_by_a_second_consent(bare, monkeypatch):
    done(consent(bare, minor=True, shots=("B020",)))
    done(consent(bare, id="c002"))
    done(brief(bare))
    people.answer(bare, "A010/b001", Question.NO_INTIMACY, by="Leo")
    done(people.approve(bare, "A010/b001", "legal", "Leo"))
    weaken = lambda weakened: weakened.setattr(facts_consent, "stated_minor", lambda *_: False)  # noqa: E731
    stopped(lambda: make(bare), monkeypatch, "stop.minor", weaken=weaken)


@pytest.mark.parametrize("place", ["guardian", "representative"])
def test_nobody_is_their_own_guardian_or_representative(bare, place):
    with pytest.raises(ValueError, match="their own"):
        attacks.terms(bare, minor=True, **{place: "Pia"})


# ---- whose face


def test_a_plate_that_nobody_identified(bare, monkeypatch):
    attacks.identify(bare, "Quin")
    done(consent(bare))
    done(brief(bare))
    stopped(lambda: make(bare), monkeypatch, "stop.stranger")


def test_an_identification_of_other_frames(production, monkeypatch):
    """The shot has a new plate, and nobody has looked at it."""
    done(door.add_plate(production))
    stopped(lambda: make(production), monkeypatch, "stop.stranger")


def test_bystanders_whose_faces_a_tool_touched(production):
    """A tool that is not for people altered a face that was found; the consent of those named does not cover others."""
    done(consent(production, id="c002", tools=("collapse",)))
    attacks.identify(production, "Pia", bystanders=True)
    done(door.add_brief(production))
    hands = Hands()
    hands.people = {"people": Tri.TRUE, "altered": Tri.TRUE}
    done(make(production, "b002", workers=hands))
    final = StatusRequest(actor="Ann", shot="A010", version="v001", status=Status.FINAL)
    assert "final.faces" in rules(advance(production, final))
    attacks.identify(production, "Pia")
    assert "final.faces" not in rules(advance(production, final))


# ---- taken back


def test_withdrawn(production, monkeypatch):
    done(people.signed(production, WithdrawRequest(actor="Pia", consent="c001", reason="no more")))
    stopped(lambda: make(production), monkeypatch, "consent.withdrawn")


def test_withdrawn_while_the_tool_runs(production, monkeypatch):
    def change():
        if not held:
            held.append(done(people.signed(production, WithdrawRequest(actor="Pia", consent="c001"))))

    held: list = []
    hands = Hands()
    hands.during = change
    outcome = make(production, workers=hands)
    assert rules(outcome) == {"consent.withdrawn"}
    assert attacks.versions(production) == 0
    assert door.left(production) == ([], [])
    attacks.without(monkeypatch, "consent.withdrawn")
    done(make(production, workers=hands))


def test_only_legal_lifts_a_hold(production, monkeypatch):
    done(people.signed(production, WithdrawRequest(actor="Pia", consent="c001")))
    lift = LiftRequest(actor="Sue", consent="c001", reason="she did not mean it", role="legal")
    outcome = people.signed(production, lift)
    assert rules(outcome) == {"gate.no-permit", "word.own-role"} or rules(outcome) == {"word.own-role"}


def test_a_strike(production, monkeypatch):
    done(switch(production, "strike"))
    stopped(lambda: make(production), monkeypatch, "stop.strike")


@pytest.mark.parametrize("name", ["strike", "evaluation"])
def test_a_supervisor_turns_no_switch(production, name):
    outcome = switch(production, name, by="Sue")
    assert rules(outcome) == {"gate.no-permit"}


# ---- revocation lists


@pytest.fixture
def revocable(bare):
    """Pia's representative keeps a list; number 7 of it is this consent."""
    place = {"issuer": people.key("Rae").public.thumbprint, "index": 7}
    done(consent(bare, representative="Rae", revocation=place, create_until=attacks.day(300)))
    done(brief(bare))
    return bare


def bring(production, token, actor="Bob"):
    return advance(production, RevocationsRequest(actor=actor, token=token))


def test_a_list_that_spares_it(revocable):
    done(bring(revocable, attacks.revocations("Rae", 3)[1]))
    done(make(revocable))


@pytest.mark.parametrize("revoked", [None, (7,)])
def test_revoked_or_nobody_knows(revocable, monkeypatch, revoked):
    if revoked is not None:
        done(bring(revocable, attacks.revocations("Rae", *revoked)[1]))
    stopped(lambda: make(revocable), monkeypatch, "consent.revoked")


def test_a_list_that_ran_out(revocable, monkeypatch):
    done(bring(revocable, attacks.revocations("Rae", days=20)[1]))
    monkeypatch.setattr(facts, "instant", lambda: attacks.instant(days=-21))
    stopped(lambda: make(revocable), monkeypatch, "consent.revoked")


def test_a_list_too_short_for_it(bare, monkeypatch):
    place = {"issuer": people.key("Rae").public.thumbprint, "index": 64}
    done(consent(bare, representative="Rae", revocation=place))
    done(brief(bare))
    done(bring(bare, attacks.revocations("Rae")[1]))
    stopped(lambda: make(bare), monkeypatch, "consent.revoked")


@pytest.mark.parametrize(
    "token",
    [
        lambda: attacks.revocations("Rae", sequence=1)[1],
        lambda: attacks.revocations("Rae", sequence=2, ago=1)[1],
        lambda: attacks.revocations("Rae", sequence=3, ago=600)[1],
        lambda: attacks.revocations("Mal", sequence=3, ago=0)[1],
        lambda: "e30.e30.e30",
    ],
    ids=["older", "forked", "stale", "another's", "no list"],
)
def test_a_list_rolled_back(revocable, monkeypatch, token):
    done(bring(revocable, attacks.revocations("Rae", 7, sequence=2, ago=2)[1]))
    outcome = bring(revocable, token())
    assert "revocations.good" in rules(outcome)
    assert rules(make(revocable)) == {"consent.revoked"}


def test_a_rolled_back_list_would_give_the_consent_back(revocable, monkeypatch):
    """And if an older list got on record nevertheless, the one with the highest number would count."""
    done(bring(revocable, attacks.revocations("Rae", 7, sequence=2)[1]))
    older = attacks.revocations("Rae", sequence=1)[1]
    stopped(lambda: bring(revocable, older), monkeypatch, "revocations.good")
    last = lambda weakened: weakened.setattr(  # noqa: E731
        facts_consent, "newest_list", lambda reading, _: facts_consent.read_list(reading, older)
    )
    stopped(lambda: make(revocable), monkeypatch, "consent.revoked", weaken=last)


def test_a_list_of_another_signer_does_not_count(revocable, monkeypatch):
    """Quin's key is on record, so a list of hers is genuine; it says nothing about Pia."""
    done(bring(revocable, attacks.revocations("Quin")[1]))
    stopped(lambda: make(revocable), monkeypatch, "consent.revoked")


# ---- terms, text and signatures when a consent goes on record


def token(payload, header, signature):
    head = b64url(json.dumps(header).encode())
    entry = {"protected": head, "signature": signature(f"{head}.{b64url(payload)}".encode())}
    return json.dumps({"payload": b64url(payload), "signatures": [entry]})


def unsigned(payload):
    return token(payload, {"alg": "none", "kid": thumb("Pia"), "typ": Typ.TERMS}, lambda _: "")


def hs256(payload):
    """The public key, which everybody knows, used as a secret."""
    header = {"alg": "HS256", "kid": thumb("Pia"), "typ": Typ.TERMS}
    secret = people.key("Pia").public.raw
    return token(payload, header, lambda data: b64url(hmac.digest(secret, data, hashlib.sha256)))


def for_a_move(payload):
    """Something else that Pia did sign."""
    header = {"alg": "Ed25519", "kid": thumb("Pia"), "typ": Typ.MOVE}
    return token(payload, header, lambda data: b64url(people.key("Pia").sign(data)))


def by_mallory(payload):
    """Mallory's signature under Pia's name."""
    header = {"alg": "Ed25519", "kid": thumb("Pia"), "typ": Typ.TERMS}
    return token(payload, header, lambda data: b64url(people.key("Mal").sign(data)))


def own_key(payload):
    """Mallory's signature, with Mallory's key carried in the token."""
    jwk = people.key("Mal").public.jwk
    header = {"alg": "Ed25519", "kid": thumb("Pia"), "typ": Typ.TERMS, "jwk": jwk}
    return token(payload, header, lambda data: b64url(people.key("Mal").sign(data)))


def thumb(name):
    return people.key(name).public.thumbprint


def trusting(monkeypatch):
    """A reader that believes a token about who signed it, as careless ones do."""

    def believed(token, keys, typ):
        payload = json.loads(token)["payload"]
        data = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return facts_consent.jws.Signatures(data, frozenset(keys), ())

    monkeypatch.setattr(facts_consent.jws, "verify_json", believed)


@pytest.mark.parametrize("forge", [unsigned, hs256, for_a_move, by_mallory, own_key])
def test_terms_that_the_performer_never_signed(bare, monkeypatch, forge):
    agreed_to = attacks.terms(bare)
    signed = forge(agreed_to.to_json().encode())
    attack = lambda: consent(bare, terms=agreed_to, signed=signed)  # noqa: E731
    stopped(attack, monkeypatch, "consent.signed", weaken=trusting)
    done(brief(bare))
    assert rules(make(bare)) == {"consent.genuine"}  # and if it had got on record, it would not count


@pytest.mark.parametrize(
    "widened",
    [{"shots": ("A010", "B020")}, {"ages": (5, 40)}, {"create_until": "2099-01-01"}, {"tools": ("age", "collapse")}],
    ids=str,
)
def test_terms_widened_after_they_were_signed(bare, monkeypatch, widened):
    narrow = attacks.terms(bare)
    wide = attacks.terms(bare, **widened)
    attack = lambda: consent(bare, terms=wide, signed=attacks.agreed(narrow))  # noqa: E731
    stopped(attack, monkeypatch, "consent.signed")


def test_the_payload_of_signed_terms_is_edited(bare, monkeypatch):
    wide = attacks.terms(bare, ages=(5, 40))
    parts = json.loads(attacks.agreed(attacks.terms(bare)))
    edited = json.dumps({**parts, "payload": b64url(wide.to_json().encode())})
    stopped(lambda: consent(bare, terms=wide, signed=edited), monkeypatch, "consent.signed", weaken=trusting)


@pytest.mark.parametrize(
    "text",
    [
        lambda text: text[:-1] + ',"ages":[5,90]}',
        lambda text: text.replace("[25,40]", "[25.0,40.0]"),
        lambda text: text.replace(",", ", "),
        lambda text: text.replace('"minor":false', '"minor":0'),
    ],
    ids=["a member twice", "floats", "spaces", "another spelling"],
)
def test_terms_with_two_readings(bare, monkeypatch, text):
    """Really signed by Pia; but what one reader takes for 25 to 40, another might take for 5 to 90."""
    agreed_to = attacks.terms(bare)
    payload = text(agreed_to.to_json()).encode()
    assert payload != agreed_to.to_json().encode()
    header = {"alg": "Ed25519", "kid": thumb("Pia"), "typ": Typ.TERMS}
    signed = token(payload, header, lambda data: b64url(people.key("Pia").sign(data)))
    stopped(lambda: consent(bare, terms=agreed_to, signed=signed), monkeypatch, "consent.signed")


@pytest.mark.parametrize("missing", ["representative", "guardian"])
def test_one_of_the_signatures_is_missing(bare, monkeypatch, missing):
    agreed_to = attacks.terms(bare, minor=missing == "guardian", representative="Rae", guardian="Gus")
    there = {"Pia", "Rae", "Gus"} - {getattr(agreed_to, missing)}
    attack = lambda: consent(bare, terms=agreed_to, signed=attacks.agreed(agreed_to, *there))  # noqa: E731
    stopped(attack, monkeypatch, "consent.signed")


def test_terms_of_another_production(bare, monkeypatch):
    attack = lambda: consent(bare, terms=attacks.terms(bare).model_copy(update={"production": "0" * 64}))  # noqa: E731
    stopped(attack, monkeypatch, "consent.of-this-production")
    done(brief(bare))
    stopped(lambda: make(bare), monkeypatch, "consent.production")


def test_a_text_that_was_not_shown(bare, monkeypatch):
    other = str(attacks.paper(bare, "other.txt", TEXT_OF_ANOTHER_USE))
    stopped(lambda: consent(bare, text_file=other), monkeypatch, "consent.text")
    done(brief(bare))
    assert rules(make(bare)) == {"consent.genuine"}


TEXT_OF_ANOTHER_USE = "Pia is shown at 5."


def test_a_category_that_no_counsel_stated(bare, monkeypatch):
    stopped(lambda: consent(bare, category_by="Sue"), monkeypatch, "consent.category")


def test_a_signer_in_a_role_that_they_do_not_hold(bare, monkeypatch):
    stopped(lambda: consent(bare, representative="Bob"), monkeypatch, "consent.parties")


def test_a_supervisor_puts_no_consent_on_record(bare):
    outcome = consent(bare, by="Sue")
    assert {"word.own-role", "gate.no-permit"} & rules(outcome)
    assert outcome.made is None


# ---- papers, once they are on record


@pytest.mark.parametrize("which", ["text", "rider", "scan"])
@pytest.mark.parametrize("how", ["edited", "removed"])
def test_papers_edited_on_disk(bare, monkeypatch, which, how):
    scan = {"scan_file": str(attacks.paper(bare, "scan.txt", "a signature on paper"))} if which == "scan" else {}
    made = done(consent(bare, **scan))
    done(brief(bare))
    path = bare.folder / getattr(made, which).path
    path.chmod(0o644)
    path.unlink() if how == "removed" else path.write_text("more")
    stopped(lambda: make(bare), monkeypatch, "consent.genuine")


def test_terms_with_hidden_characters_are_no_terms(bare):
    with pytest.raises(ValueError, match="effect"):
        attacks.terms(bare, effect="shown at \u202e03\u202c")


def test_a_consent_without_papers_is_said_to_be_missing_one(bare):
    with pytest.raises(InputError, match="--scan"):
        people.sign(bare, consent_request(bare, scan_file="/nowhere/\x00"))


def test_answers_are_asked_of_their_role(production, monkeypatch):
    request = AnswerRequest(actor="Sue", subject="A010/b001", question=Question.NO_INTIMACY, answer="yes")
    outcome = people.signed(production, request)
    assert rules(outcome) == {"answer.role"}
    claimed = request.model_copy(update={"role": Role.LEGAL})
    assert "answer.role" in rules(people.signed(production, claimed))
