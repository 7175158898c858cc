"""The gate: a truth table of every action and fact, and the property that nothing unclear ever allows."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondunit.policy import gate, pack
from secondunit.policy.cedar import Engine
from secondunit.policy.pack import Policy
from secondunit.schema import Role, Tri
from secondunit.schema.facts import FACTS

AT = "2026-03-01T09:30:00.000000Z"
T, F, U = Tri.TRUE, Tri.FALSE, Tri.UNKNOWN
HOUSE = pack.load()
WHO = {"actor": "Ann", "subject": "A010/v001", "actor_on_record": T, "roles": (Role.SUPERVISOR,)}
GOOD = {
    "init": WHO | {"actor_on_record": F, "roles": (), "folder_free": T},
    "person": WHO | {"key_is_public": T},
    "ingest": WHO,
    "admit-plate": WHO | {"clearance_open": T, "frames_present": T, "nothing_else": T},
    "brief": WHO,
    "make": WHO
    | {"plate_on_record": T, "plate_intact": T, "brief_on_record": T, "brief_intact": T, "rejections": ()}
    | {"tool_declared": T, "tool_alters_people": F},
    "admit": WHO
    | {"clearance_open": T, "plate_intact": T, "brief_intact": T, "rejections": ()}
    | {"tool_complete": T, "tool_finite": T, "hull_untouched": T, "files_present": T, "nothing_else": T}
    | {"looked_right": T, "looked_finite": T},
    "note": WHO | {"version_on_record": T},
    "status": WHO | {"version_on_record": T, "version_final": F},
    "final": WHO | {"version_on_record": T, "version_intact": T, "approvals": (Role.SUPERVISOR,), "rejections": ()},
    "approve": WHO | {"acts_as": Role.SUPERVISOR, "subject_on_record": T, "subject_intact": T},
    "reject": WHO | {"acts_as": Role.SUPERVISOR, "subject_on_record": T},
}
MAY = {
    "init": set(Role),
    "person": {Role.SUPERVISOR},
    "ingest": {Role.ARTIST, Role.SUPERVISOR},
    "admit-plate": {Role.ARTIST, Role.SUPERVISOR},
    "brief": {Role.ARTIST, Role.SUPERVISOR, Role.DIRECTOR},
    "make": {Role.ARTIST, Role.SUPERVISOR},
    "admit": {Role.ARTIST, Role.SUPERVISOR},
    "note": set(Role),
    "status": {Role.ARTIST, Role.SUPERVISOR, Role.DIRECTOR},
    "final": {Role.SUPERVISOR, Role.DIRECTOR},
    "approve": {Role.SUPERVISOR, Role.DIRECTOR, Role.LEGAL},
    "reject": {Role.SUPERVISOR, Role.DIRECTOR, Role.LEGAL},
}
WRONG = {
    ("init", "folder_free", F): {"init.free-folder"},
    ("init", "actor_on_record", T): {"init.free-folder", "gate.contradiction"},
    ("person", "key_is_public", F): {"person.public-key"},
    ("admit-plate", "clearance_open", F): {"admit.clearance"},
    ("admit-plate", "frames_present", F): {"admit-plate.whole"},
    ("admit-plate", "nothing_else", F): {"admit-plate.whole"},
    ("make", "plate_on_record", F): {"plate.intact", "gate.contradiction"},
    ("make", "plate_intact", F): {"plate.intact"},
    ("make", "brief_on_record", F): {"brief.intact", "gate.contradiction"},
    ("make", "brief_intact", F): {"brief.intact"},
    ("make", "tool_declared", F): {"tool.declared", "gate.contradiction"},
    ("make", "tool_alters_people", T): {"tool.alters-people"},
    ("admit", "clearance_open", F): {"admit.clearance"},
    ("admit", "plate_intact", F): {"admit.inputs-intact"},
    ("admit", "brief_intact", F): {"admit.inputs-intact"},
    ("admit", "tool_complete", F): {"admit.whole"},
    ("admit", "tool_finite", F): {"admit.finite"},
    ("admit", "hull_untouched", F): {"admit.hull-untouched"},
    ("admit", "files_present", F): {"admit.whole", "gate.contradiction"},
    ("admit", "nothing_else", F): {"admit.whole"},
    ("admit", "looked_right", F): {"admit.readable"},
    ("admit", "looked_finite", F): {"admit.finite", "gate.contradiction"},
    ("note", "version_on_record", F): {"version.on-record"},
    ("status", "version_on_record", F): {"version.on-record"},
    ("status", "version_final", T): set(),
    ("final", "version_on_record", F): {"version.on-record", "gate.contradiction"},
    ("final", "version_intact", F): {"final.intact", "gate.contradiction"},
    ("approve", "subject_on_record", F): {"review.on-record", "gate.contradiction"},
    ("approve", "subject_intact", F): {"review.intact"},
    ("reject", "subject_on_record", F): {"review.on-record"},
} | {(action, "actor_on_record", F): {"actor.on-record", "gate.contradiction"} for action in GOOD if action != "init"}
"""(action, fact, its other known value) -> the rules that object; the contradiction where another fact leans on it."""
TRI = [(action, name) for action, kind in FACTS.items() for name in kind.tri_names()]


def judge(action, **changes):
    return gate.judge(action, GOOD[action] | changes, HOUSE, at=AT)


def rules(verdict):
    return {objection.rule for objection in verdict.objections}


def right(action, facts):
    """Whether an action may be allowed, said again in Python, without the packs and without the gate."""
    good = dict(GOOD[action])
    roles = set(facts["roles"])
    if action not in ("init", "note") and not roles & MAY[action]:
        return False
    if action == "status" and Role.SUPERVISOR in roles and facts["version_final"] is T:
        good["version_final"] = T
    if any(facts[name] is not value for name, value in good.items() if isinstance(value, Tri)):
        return False
    if facts.get("rejections") or len(roles) != len(facts["roles"]):
        return False
    if action == "init" and roles:
        return False
    if action == "final":
        return Role.SUPERVISOR in facts["approvals"]
    if action in ("approve", "reject"):
        return facts["acts_as"] in roles & MAY[action]
    return True


def test_table_covers_every_action_and_fact():
    assert set(GOOD) == set(FACTS) == set(MAY)
    assert {(action, fact) for action, fact, _ in WRONG} == set(TRI)


@pytest.mark.parametrize("action", GOOD)
def test_facts_that_are_right_allow(action):
    assert judge(action).decision == "allow"


@pytest.mark.parametrize(("action", "fact", "value"), WRONG)
def test_each_wrong_fact_is_refused_by_its_rule(action, fact, value):
    expected = WRONG[action, fact, value]
    verdict = judge(action, **{fact: value})
    assert rules(verdict) == expected
    assert verdict.decision == ("refuse" if expected else "allow")


@pytest.mark.parametrize(("action", "fact"), TRI)
def test_each_unknown_fact_is_refused(action, fact):
    verdict = judge(action, **{fact: U})
    assert verdict.decision == "refuse"
    assert "gate.unknown" in rules(verdict)


@pytest.mark.parametrize(("action", "fact"), [(a, f) for a, kind in FACTS.items() for f in kind.model_fields])
def test_each_missing_fact_is_refused(action, fact):
    facts = {name: value for name, value in GOOD[action].items() if name != fact}
    verdict = gate.judge(action, facts, HOUSE, at=AT)
    assert (verdict.decision, rules(verdict)) == ("refuse", {"gate.facts"})


@pytest.mark.parametrize("action", GOOD)
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says(action, role):
    if action == "init":
        return
    acts_as = {"acts_as": role} if action in ("approve", "reject") else {}
    verdict = judge(action, roles=(role,), **acts_as)
    assert verdict.allowed == (role in MAY[action])
    assert verdict.allowed or "gate.no-permit" in rules(verdict) or "actor.acts-in-own-role" in rules(verdict)


def test_no_role_at_all_may_only_take_notes():
    allowed = {action for action in GOOD if judge(action, roles=()).allowed}
    assert allowed == {"init", "note"}


def test_a_missing_approval_is_named_and_a_refusal_outweighs_it():
    verdict = judge("final", approvals=())
    assert (verdict.decision, verdict.roles) == ("needs_approval", (Role.SUPERVISOR,))
    worse = judge("final", approvals=(), rejections=(Role.DIRECTOR,))
    assert (worse.decision, worse.roles) == ("refuse", ())
    assert rules(worse) == {"final.approved", "final.rejected"}


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


@pytest.mark.parametrize("action", [action for action in GOOD if action != "admit"])
def test_every_combination_of_known_and_unknown(action):
    """All of them, for four sets of roles: allowed exactly when the table says so, whichever way it is asked."""
    names = FACTS[action].tri_names()
    for roles in ((), (Role.SUPERVISOR,), (Role.ARTIST,), (Role.LEGAL, Role.DIRECTOR)):
        for values in itertools.product(Tri, repeat=len(names)):
            facts = GOOD[action] | dict(zip(names, values, strict=True)) | {"roles": roles}
            verdict = gate.judge(action, facts, HOUSE, at=AT)
            assert verdict.allowed == right(action, facts), facts


roles = st.lists(st.sampled_from(list(Role)), max_size=3, unique=True).map(tuple)
some_roles = st.lists(st.sampled_from(list(Role)), max_size=3).map(tuple)


@st.composite
def any_facts(draw):
    """An action and facts for it, near the good ones so that allowing is in reach; some may be missing."""
    action = draw(st.sampled_from(sorted(GOOD)))
    facts = dict(GOOD[action])
    for name in draw(st.lists(st.sampled_from(sorted(facts)), max_size=3, unique=True)):
        value = facts[name]
        if draw(st.booleans()) and draw(st.booleans()):
            del facts[name]
        elif isinstance(value, Tri):
            facts[name] = draw(st.sampled_from(list(Tri)))
        elif name == "acts_as":
            facts[name] = draw(st.sampled_from(list(Role)))
        elif isinstance(value, tuple):
            facts[name] = draw(some_roles)
    return action, facts


@settings(max_examples=600, deadline=None)
@given(any_facts())
def test_allowed_only_if_everything_is_known_given_and_in_harmony(case):
    action, facts = case
    verdict = gate.judge(action, facts, HOUSE, at=AT)
    whole = set(facts) == set(FACTS[action].model_fields)
    harmony = whole and not list(FACTS[action].model_validate(facts).contradictions())
    assert verdict.allowed <= (whole and harmony and U not in facts.values())
    if whole and harmony and verdict.decision != "needs_approval":
        assert verdict.allowed == right(action, facts)


LAX = '@id("lax") @reason("r") @source("s") permit (principal, action, resource);'


@settings(max_examples=300, deadline=None)
@given(any_facts())
def test_the_gate_alone_holds_when_the_packs_permit_everything(case):
    action, facts = case
    lax = Policy("0" * 64, {}, Engine(LAX))
    allowed = gate.judge(action, facts, lax, at=AT).allowed
    whole = set(facts) == set(FACTS[action].model_fields)
    clear = whole and U not in facts.values() and not list(FACTS[action].model_validate(facts).contradictions())
    assert allowed == clear


@pytest.mark.parametrize(("action", "fact"), TRI)
def test_the_packs_alone_hold_against_unknown(action, fact):
    facts = FACTS[action].model_validate(GOOD[action] | {fact: U})
    answer = HOUSE.engine.ask(facts)
    assert not answer.allowed
    assert answer.faults == ()
