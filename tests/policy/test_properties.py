"""What holds of the gate whatever the facts are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondunit.policy import gate, pack
from secondunit.schema import Question, ReleaseKind, Role
from tests.policy.right import CONSENT, T
from tests.policy.test_judge import any_facts

AT = "2026-03-01T09:30:00.000000Z"
HOUSE = pack.load()
PACKS = {name: pack.load({name: pack.shipped(name)}) for name in pack.SHIPPED}
ALL_PACKS = pack.load({name: pack.shipped(name) for name in pack.SHIPPED})
POLICIES = st.sampled_from([HOUSE, ALL_PACKS])
WHOLE = any_facts(whole=True, most=8)
USES = WHOLE.filter(lambda case: "consent_on_record" in case[1])
CALM = settings(max_examples=300, deadline=None)


def objections(verdict):
    return {(one.rule, one.effect) for one in verdict.objections}


def names(verdict):
    return {objection.rule for objection in verdict.objections}


@CALM
@given(USES, POLICIES)
def test_a_consent_silences_nothing_but_the_rules_of_consent(case, policy):
    action, facts = case
    more = facts | dict.fromkeys(("consent_on_record", *CONSENT), T)
    before, after = (names(gate.judge(action, each, policy, at=AT)) for each in (facts, more))
    # Contradictions among the consent facts themselves end when all of them are true; so does not knowing them.
    silent = {rule for rule in before - after if not rule.startswith("consent.")}
    assert silent <= {"gate.contradiction", "gate.unknown"}
    # That no rule permits it is said where no rule forbids it: it was so before.
    assert not after - before - {"gate.contradiction", "gate.no-permit"}


@CALM
@given(WHOLE, POLICIES, st.randoms(use_true_random=False))
def test_order_says_nothing(case, policy, random):
    action, facts = case
    order = random.sample(sorted(facts), len(facts))
    other = {name: facts[name] for name in order}
    other |= {n: tuple(random.sample(v, len(v))) for n, v in other.items() if isinstance(v, tuple)}
    first, second = (gate.judge(action, each, policy, at=AT) for each in (facts, other))
    assert (first.decision, objections(first)) == (second.decision, objections(second))
    assert set(first.permits) == set(second.permits)


def grown(held, more):
    return tuple(sorted({*held, *more}))


@CALM
@given(
    USES,
    POLICIES,
    st.sets(st.sampled_from(list(Question))),
    st.sets(st.sampled_from(list(Role))),
    st.sets(st.sampled_from(list(ReleaseKind))),
)
def test_more_on_record_never_adds_an_objection_and_never_lifts_a_hard_stop(case, policy, said, approved, released):
    action, facts = case
    more = facts | {
        "answers": grown(facts["answers"], said),
        "approvals": grown(facts["approvals"], approved - set(facts["rejections"])),
        "releases_missing": tuple(sorted(set(facts["releases_missing"]) - released)),
    }
    before, after = (names(gate.judge(action, each, policy, at=AT)) for each in (facts, more))
    added = after - before - {"gate.no-permit"}
    assert added <= ({"gate.contradiction"} if action == "final" else set())
    assert {rule for rule in before - after if rule.startswith("stop.")} == set()


@pytest.mark.parametrize("name", [*pack.SHIPPED, "all"])
@CALM
@given(case=WHOLE)
def test_packs_of_a_production_only_make_the_gate_stricter(name, case):
    action, facts = case
    stricter = ALL_PACKS if name == "all" else PACKS[name]
    house, both = gate.judge(action, facts, HOUSE, at=AT), gate.judge(action, facts, stricter, at=AT)
    assert house.allowed >= both.allowed
    if not any(rule.startswith("gate.no-permit") for rule in names(house)):
        assert names(house) <= names(both)


@CALM
@given(WHOLE, POLICIES, st.data())
def test_misspelt_missing_and_further_facts_never_allow(case, policy, data):
    action, facts = case
    name = data.draw(st.sampled_from(sorted(facts)))
    without = {key: value for key, value in facts.items() if key != name}
    for spoilt in (without, without | {name + "s": facts[name]}, facts | {"further": T}, facts | {name: "ture"}):
        free_text = name in ("actor", "subject") and spoilt.get(name) == "ture"
        assert free_text or gate.judge(action, spoilt, policy, at=AT).decision == "refuse"
