"""A production's own table of cases, and what would change a verdict."""

import pytest

from secondunit.policy import cases, explain, gate, pack
from secondunit.schema import InputError, Tri
from secondunit.schema.facts import FACTS
from tests.policy.right import F
from tests.policy.table import GOOD, WRONG, action_of

AT = "2026-03-01T09:30:00.000000Z"
HOUSE = pack.load()
ALL = pack.load({name: pack.shipped(name) for name in pack.SHIPPED})
CASE = '[[case]]\nname = "x"\naction = "make"\nexpect = "refuse"\n'


def names(verdict):
    return {objection.rule for objection in verdict.objections}


def tried(text, policy=HOUSE):
    return [one.fault for one in cases.tried(cases.read(text, "cases.toml"), policy, AT)]


@pytest.mark.parametrize("policy", [HOUSE, ALL], ids=["house", "all packs"])
@pytest.mark.parametrize("base", [cases.NOBODY, cases.PERFORMER])
@pytest.mark.parametrize("action", ["make", "admit", "final"])
def test_bases_are_in_order_by_every_pack(action, base, policy):
    assert gate.judge(action, cases.in_order(action, base), policy, at=AT).allowed


def test_cases_that_hold_have_no_fault():
    assert tried(CASE + 'base = "performer-agreed"\nfacts = { strike = "true" }\nrules = ["stop.strike"]\n') == [None]


def test_cases_say_themselves_whether_packs_are_reviewed():
    policy = pack.load({"ours": UNFELT}, unreviewed=("ours",))
    final = CASE.replace("make", "final").replace("refuse", "needs_approval")
    assert tried(final + 'facts = { packs_reviewed = "false" }', policy) == [None]
    assert tried(final.replace("needs_approval", "allow"), policy) == [None]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "expected refuse, and the gate says allow (nothing objects)"),
        ('facts = { plate_intact = "false" }\nrules = ["stop.strike"]', "stop.strike does not object"),
    ],
)
def test_a_wrong_expectation_is_reported(more, said):
    assert tried(CASE + more) == [said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CASE + 'facts = { strik = "true" }', "cases.toml, case 1: there is no fact 'strik' of make"),
        (CASE + 'facts = { strike = "ture" }', "cases.toml, case 1: the fact strike cannot be 'ture'"),
        (CASE + "facts = { strike = true }", "cases.toml, case 1: the fact strike cannot be True"),
        (CASE + 'facts = { approvals = ["king"] }', "cases.toml, case 1: the fact approvals.0 cannot be 'king'"),
        (CASE + 'base = "everybody"', "cases.toml, case 1: "),
        (CASE.replace('"make"', '"deliver"'), "cases.toml, case 1: "),
        (CASE.replace('"refuse"', '"maybe"'), "cases.toml, case 1: "),
        ("case = [1]", "cases.toml, case 1: "),
        ("[[cases]]", "cases.toml has no [[case]] in it"),
        ("[[case", "cases.toml is not TOML"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(text, said):
    with pytest.raises(InputError, match=r"\w") as error:
        cases.read(text, "cases.toml")
    assert str(error.value).startswith(said)


def wrong(situation, fact, value):
    return FACTS[action_of(situation)].model_validate(GOOD[situation] | {fact: value})


@pytest.mark.parametrize(("situation", "fact", "value"), [key for key, rules in WRONG.items() if rules])
def test_every_change_listed_silences_its_rule_and_says_whether_it_is_enough(situation, fact, value):
    facts = wrong(situation, fact, value)
    verdict = gate.judge(facts.action, facts, HOUSE, at=AT)
    for change in explain.changes(facts, HOUSE, verdict):
        then = gate.judge(facts.action, GOOD[situation] | {fact: value} | changed(facts, change), HOUSE, at=AT)
        assert change.rule in names(verdict) - names(then)
        assert names(then) < names(verdict)
        assert change.alone == then.allowed
        assert change.means


def changed(facts, change):
    if change.value in ("true", "false"):
        return {change.fact: Tri(change.value)}
    held = getattr(facts, change.fact)
    one = change.value.removeprefix("with ")
    return {change.fact: () if change.value == "empty" else tuple(sorted((*held, one)))}


def listed(situation, policy=HOUSE, **changes):
    facts = FACTS[action_of(situation)].model_validate(GOOD[situation] | changes)
    found = explain.changes(facts, policy, gate.judge(facts.action, facts, policy, at=AT))
    return {(one.rule, one.fact, one.value, one.alone) for one in found}


def test_one_fact_that_is_enough_is_said_to_be():
    assert listed("make", plate_intact=F) == {("plate.intact", "plate_intact", "true", True)}


def test_a_fact_that_is_not_enough_is_said_not_to_be():
    found = listed("final", approvals=(), packs_reviewed=F)
    assert found == {
        ("final.approved", "approvals", "with supervisor", False),
        ("final.packs-reviewed", "packs_reviewed", "true", False),
    }


def test_review_of_packs_is_named_as_what_would_change_it():
    policy = pack.load({"ours": UNFELT}, unreviewed=("ours",))
    assert ("final.packs-reviewed", "packs_reviewed", "true", True) in listed("final", policy, packs_reviewed=F)


UNFELT = (
    '@id("ours.x") @effect("refuse") @reason("r") @source("s") '
    'forbid (principal, action == Action::"note", resource) when { false };'
)


def test_nothing_would_change_what_is_allowed_and_the_rules_that_allow_are_shown():
    facts = FACTS["make"].model_validate(GOOD["make"])
    verdict = gate.judge("make", facts, HOUSE, at=AT)
    assert explain.changes(facts, HOUSE, verdict) == ()
    assert [rule.id for rule in explain.spoke(HOUSE, verdict)] == ["make.artists"]
    refused = gate.judge("note", GOOD["note"] | {"version_on_record": F}, HOUSE, at=AT)
    assert [rule.id for rule in explain.spoke(HOUSE, refused)] == ["version.on-record"]
