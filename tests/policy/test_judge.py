"""The gate: a truth table of every action and fact, and the property that nothing unclear ever allows."""

import itertools
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondunit.policy import gate, pack
from secondunit.policy.cedar import Engine
from secondunit.policy.pack import Policy
from secondunit.schema import Question, ReleaseKind, Role, Tri
from secondunit.schema.facts import FACTS
from tests.policy.right import MAY, ROLELESS, F, T, U, right
from tests.policy.table import ALTERED, ALTERING, GOOD, WRONG, action_of

AT = "2026-03-01T09:30:00.000000Z"
HOUSE = pack.load()
TRI = [(situation, name) for situation in GOOD for name in FACTS[action_of(situation)].tri_names()]
SMALL = 6
"""Actions with so few facts are tried in every combination, the others in every pair of facts."""


def judge(situation, policy=HOUSE, **changes):
    return gate.judge(action_of(situation), GOOD[situation] | changes, policy, at=AT)


def rules(verdict):
    return {objection.rule for objection in verdict.objections}


def test_table_covers_every_action_and_fact():
    assert set(map(action_of, GOOD)) == set(FACTS) == set(MAY)
    assert {(situation, fact) for situation, fact, _ in WRONG} == set(TRI)
    assert [key for key in WRONG if GOOD[key[0]][key[1]] is key[2]] == []


@pytest.mark.parametrize("situation", GOOD)
def test_table_speaks_of_each_fact_that_the_record_has(situation):
    assert set(GOOD[situation]) == set(FACTS[action_of(situation)].model_fields)
    assert right(action_of(situation), GOOD[situation])


@pytest.mark.parametrize("action", GOOD)
def test_facts_that_are_right_allow(action):
    assert judge(action).decision == "allow"


@pytest.mark.parametrize(("action", "fact", "value"), WRONG)
def test_each_wrong_fact_is_refused_by_its_rule(action, fact, value):
    expected = WRONG[action, fact, value]
    verdict = judge(action, **{fact: value})
    assert rules(verdict) == expected
    asks = {"consent.missing": "performer", "consent.nobody-states-age": "legal", "final.look": "performer"}
    asks |= {"final.faces": "supervisor", "final.packs-reviewed": "legal", "identity.settled": "legal"}
    asks |= {"look.approved": "supervisor"}
    asked = {"needs_approval"} if expected and expected <= set(asks) else {"refuse"} if expected else {"allow"}
    assert {verdict.decision} == asked
    assert set(verdict.roles) == ({asks[rule] for rule in expected} if asked == {"needs_approval"} else set())


@pytest.mark.parametrize(("action", "fact"), TRI)
def test_each_unknown_fact_is_refused(action, fact):
    verdict = judge(action, **{fact: U})
    assert verdict.decision == "refuse"
    assert "gate.unknown" in rules(verdict)


@pytest.mark.parametrize(("action", "fact"), [(a, f) for a in GOOD for f in GOOD[a]])
def test_each_missing_fact_is_refused(action, fact):
    facts = {name: value for name, value in GOOD[action].items() if name != fact}
    verdict = gate.judge(action_of(action), facts, HOUSE, at=AT)
    assert (verdict.decision, rules(verdict)) == ("refuse", {"gate.facts"})


@pytest.mark.parametrize("situation", [name for name in GOOD if name != "init"])
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says(situation, role):
    acts_as = {"acts_as": role} if "acts_as" in GOOD[situation] else {}
    verdict = judge(situation, roles=(role,), **acts_as)
    assert verdict.allowed == (role in MAY[action_of(situation)])
    assert verdict.allowed or rules(verdict) & {"gate.no-permit", "actor.acts-in-own-role"}


@pytest.mark.parametrize("role", Role)
def test_consents_are_put_on_hold_by_their_parties_and_by_those_who_look_after_them(role):
    verdict = judge("withdraw", is_party=F, roles=(role,), acts_as=role)
    assert verdict.allowed == (role not in (Role.ARTIST, Role.DIRECTOR))


@pytest.mark.parametrize("situation", [name for name, facts in GOOD.items() if "acts_as" in facts])
@pytest.mark.parametrize("role", Role)
def test_nobody_speaks_in_a_role_that_they_do_not_hold(situation, role):
    if role not in GOOD[situation]["roles"]:
        assert judge(situation, acts_as=role).decision == "refuse"


def test_no_role_at_all_may_do_little():
    allowed = {situation for situation in GOOD if judge(situation, roles=()).allowed}
    assert allowed == ROLELESS - {"withdraw", "erase"}


@pytest.mark.parametrize("situation", [name for name, facts in GOOD.items() if "has_key" in facts])
def test_only_some_words_count_unsigned_and_only_of_people_without_a_key(situation):
    unsigned = {"signature_given": F, "signature_good": F}
    assert judge(situation, **unsigned).decision == "refuse"
    keyless = judge(situation, has_key=F, **unsigned).allowed
    assert keyless == (action_of(situation) in {"person", "status", "final", "approve", "reject", "withdraw", "look"})


def test_a_missing_approval_is_named_and_a_refusal_outweighs_it():
    verdict = judge("final", approvals=())
    assert (verdict.decision, verdict.roles) == ("needs_approval", (Role.SUPERVISOR,))
    worse = judge("final", approvals=(), rejections=(Role.DIRECTOR,))
    assert (worse.decision, worse.roles) == ("refuse", ())
    assert rules(worse) == {"final.approved", "final.rejected"}


@pytest.mark.parametrize("situation", ["make", "make" + ALTERING])
def test_final_quality_takes_an_approved_look_and_a_draft_any(situation):
    assert judge(situation, look_approved=F).allowed
    asked = judge(situation, look_approved=F, for_final=T)
    assert (asked.decision, asked.roles) == ("needs_approval", (Role.SUPERVISOR,))
    assert rules(asked) == {"look.approved-for-final-quality"}
    assert judge(situation, look_not_rejected=F, look_approved=F).decision == "refuse"


def test_final_status_is_taken_back_by_supervisors():
    assert judge("status", version_final=T).allowed
    assert rules(judge("status", version_final=T, roles=(Role.ARTIST,))) == {"status.final-stays"}


@pytest.mark.parametrize(
    ("action", "facts"),
    [
        ("make", GOOD["make"] | {"extra": T}),
        ("make", GOOD["make"] | {"plate_intact": "yes"}),
        ("make", GOOD["make"] | {"plate_intact": True}),
        ("make", GOOD["make"] | {"plate_intact": None}),
        ("make", GOOD["make"] | {"plate_intact": object()}),
        ("make", GOOD["make"] | {"roles": ("king",)}),
        ("make", GOOD["make"] | {"actor": ""}),
        ("make", GOOD["make"] | {"actor": 'Ann"; permit (principal, action, resource); //\n'}),
        ("make", GOOD["note"]),
        ("deliver", GOOD["make"]),
        ("", {}),
    ],
)
def test_facts_that_are_no_facts_are_refused(action, facts):
    assert gate.judge(action, facts, HOUSE, at=AT).decision == "refuse"


def test_names_with_strange_letters_are_people_too():
    for name in ('Ann "the hammer"', "Åse Ø", "O'Neill", "Ann::Bo"):
        assert judge("make", actor=name).allowed


def test_verdict_says_whose_why_and_from_where():
    words = judge("final", approvals=()).says()
    assert "needs the approval of supervisor" in words
    assert "final.approved" in words
    assert "https://partnerhelp.netflixstudios.com" in words


def settled(situation):
    """Ways in which all facts of a small action can be, or two of those of a large one."""
    names = FACTS[action_of(situation)].tri_names()
    if len(names) <= SMALL:
        yield from (dict(zip(names, values, strict=True)) for values in itertools.product(Tri, repeat=len(names)))
        return
    for pair in itertools.combinations(names, 2):
        yield from (dict(zip(pair, values, strict=True)) for values in itertools.product((T, F), repeat=2))


@pytest.mark.parametrize("situation", GOOD)
def test_every_combination_of_facts(situation):
    """Allowed exactly when `right` says so, for four sets of roles (two where the facts are many)."""
    few = len(FACTS[action_of(situation)].tri_names()) <= SMALL
    own = GOOD[situation]["roles"]
    for held in ((), (Role.SUPERVISOR,), (Role.ARTIST,), (Role.LEGAL, Role.DIRECTOR)) if few else (own,):
        for changes in settled(situation):
            facts = GOOD[situation] | changes | {"roles": held}
            verdict = gate.judge(action_of(situation), facts, HOUSE, at=AT)
            assert verdict.allowed == right(action_of(situation), facts), facts


def several(kind):
    return st.lists(st.sampled_from(list(kind)), max_size=3, unique=True).map(tuple)


SETS = {"answers": several(Question), "releases_missing": several(ReleaseKind), "acts_as": st.sampled_from(list(Role))}
some_roles = st.lists(st.sampled_from(list(Role)), max_size=3).map(tuple)


@st.composite
def any_facts(draw, whole=False, most=5):
    """An action and facts for it, near the good ones so that allowing is in reach; some may be missing."""
    situation = draw(st.sampled_from([*sorted(GOOD), *(name for name in GOOD if ALTERING in name or name in ALTERED)]))
    facts = dict(GOOD[situation])
    for name in draw(st.lists(st.sampled_from(sorted(facts)), max_size=most, unique=True)):
        if not whole and draw(st.integers(0, 9)) == 0:
            del facts[name]
        elif isinstance(facts[name], Tri):
            facts[name] = draw(st.sampled_from([T, F] if draw(st.booleans()) else list(Tri)))
        elif name in SETS or isinstance(facts[name], tuple):
            facts[name] = draw(SETS.get(name, some_roles))
    return action_of(situation), facts


def is_clear(action, facts):
    """Everything given and known, nothing in contradiction."""
    whole = set(facts) == set(FACTS[action].model_fields)
    return whole and U not in facts.values() and not list(FACTS[action].model_validate(facts).contradictions())


@settings(max_examples=800, deadline=None)
@given(any_facts())
def test_allowed_only_if_everything_is_known_given_and_in_harmony(case):
    action, facts = case
    allowed = gate.judge(action, facts, HOUSE, at=AT).allowed
    assert allowed <= is_clear(action, facts)
    assert allowed == (set(facts) == set(FACTS[action].model_fields) and right(action, facts))


LAX = '@id("lax") @reason("r") @source("s") permit (principal, action, resource);'


@cache
def pack_that_permits_everything():
    engine = Engine(LAX)
    return Policy("0" * 64, {key: pack._rule("house", rule) for key, rule in engine.rules.items()}, engine)


@settings(max_examples=300, deadline=None)
@given(any_facts())
def test_the_gate_alone_holds_when_the_packs_permit_everything(case):
    action, facts = case
    assert gate.judge(action, facts, pack_that_permits_everything(), at=AT).allowed == is_clear(action, facts)


@pytest.mark.parametrize(("situation", "fact"), TRI)
def test_the_packs_alone_hold_against_unknown(situation, fact):
    facts = FACTS[action_of(situation)].model_validate(GOOD[situation] | {fact: U})
    answer = HOUSE.engine.ask(facts)
    assert answer.faults == ()
    turns = {value for value in (T, F) if not rules(judge(situation, **{fact: value})) - {"gate.contradiction"}}
    assert answer.allowed <= (turns == {T, F}), "unknown is allowed only where the packs mind neither true nor false"
