"""The wrapper around Cedar: whatever is not a clear allow is none."""

import cedarpy
import pytest

from secondunit.policy import cedar, gate, pack
from secondunit.policy.cedar import Engine
from secondunit.schema import Role, Tri
from secondunit.schema.facts import FACTS, VersionFacts

AT = "2026-03-01T09:30:00.000000Z"
NOTE = VersionFacts(
    actor="Ann", subject="A/v001", actor_on_record=Tri.TRUE, roles=(Role.LEGAL,), version_on_record=Tri.TRUE
)
PERMIT = '@id("p") @reason("r") @source("s") permit (principal, action, resource);'
FORBID = '@id("f") @effect("refuse") @reason("r") @source("s") forbid (principal, action, resource)'


class Said:
    """Cedar's answer, made up."""

    def __init__(self, decision, reasons=(), errors=()):
        self.decision = cedarpy.Decision[decision]
        self.diagnostics = cedarpy.Diagnostics({"reason": list(reasons), "errors": list(errors)})


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        (Said("Allow", ["policy0"]), True),
        (Said("Allow", ["policy0"], ["policy1: attribute missing"]), False),
        (Said("Allow", []), False),
        (Said("Allow", ["policy1"]), False),
        (Said("Allow", ["policy0", "policy1"]), False),
        (Said("Allow", ["policy0", "policy77"]), False),
        (Said("NoDecision"), False),
        (Said("NoDecision", ["policy0"]), False),
        (Said("Deny", []), False),
        (Said("Deny", ["policy0"]), False),
    ],
)
def test_only_a_clean_allow_for_a_permit_counts(monkeypatch, said, allowed):
    engine = Engine(f"{PERMIT}\n{FORBID} when {{ false }};")
    monkeypatch.setattr(cedarpy, "is_authorized", lambda *_: said)
    answer = engine.ask(NOTE)
    assert answer.allowed is allowed
    clean_deny = said.decision is cedarpy.Decision.Deny and not said.diagnostics.reasons
    assert bool(answer.faults) == (not allowed and not clean_deny)


@pytest.mark.parametrize("error", [ValueError("bad"), RuntimeError("worse"), KeyError("x")])
def test_an_engine_that_breaks_refuses(monkeypatch, error):
    def breaks(*_):
        raise error

    monkeypatch.setattr(cedarpy, "is_authorized", breaks)
    verdict = gate.judge("note", NOTE, pack.load(), at=AT)
    assert verdict.decision == "refuse"
    assert {o.rule for o in verdict.objections} == {"gate.engine"}


def test_a_forbid_that_errs_would_be_skipped_by_cedar_alone():
    """The trap that the wrapper is there for: without a schema Cedar allows, and only the diagnostics say why not."""
    rules = f"{PERMIT}\n{FORBID} unless {{ context.version_on_record }};"
    request = {"principal": 'Person::"Ann"', "action": 'Action::"note"', "resource": 'Subject::"A"', "context": {}}
    naive = cedarpy.is_authorized(request, rules, [])
    assert naive.allowed
    assert naive.diagnostics.errors


def test_facts_that_do_not_reach_cedar_whole_come_to_no_decision(monkeypatch):
    whole = cedar._request

    def without(facts):
        request = whole(facts)
        del request["context"]["version_on_record"]
        return request

    monkeypatch.setattr(cedar, "_request", without)
    answer = pack.load().engine.ask(NOTE)
    assert not answer.allowed
    assert "version_on_record" in answer.faults[0]


def test_roles_come_from_the_facts_and_from_nowhere_else():
    engine = Engine('@id("p") @reason("r") @source("s") permit (principal in Role::"legal", action, resource);')
    assert engine.ask(NOTE).allowed
    assert not engine.ask(NOTE.model_copy(update={"roles": ()})).allowed


@pytest.mark.parametrize("typo", ["context.version_on_recrd", 'context.version_on_record == Tri::"ture"', "1 < true"])
def test_rules_with_typos_do_not_load(typo):
    with pytest.raises(ValueError, match=r"policy1|parse"):
        Engine(f'{PERMIT}\nforbid (principal, action == Action::"note", resource) unless {{ {typo} }};')


def test_schema_is_made_of_every_fact():
    text = cedar.schema_text()
    for action, kind in FACTS.items():
        assert f'action "{action}"' in text
        assert all(f"{name}: " in text for name in kind.tri_names())


def test_policy_hash_changes_with_the_rules():
    stricter = pack.load({"ours": FORBID + " when { false };"})
    assert stricter.fault is None
    assert stricter.sha256 != pack.load().sha256
    assert pack.load().sha256 == pack.load({}).sha256


def test_a_pack_cannot_reach_into_another():
    """Half a rule that the next pack's text would complete does not load on its own."""
    assert pack.load({"a": FORBID, "b": " when { false };"}).fault is not None
