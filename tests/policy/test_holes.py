"""Ways in which somebody clever or careless might get past the gate, each tried."""

import pytest

from secondunit.policy import gate, pack
from secondunit.schema import Question, Role
from tests.policy.right import F, T
from tests.policy.table import ALTERED, ALTERING, GOOD, action_of

AT = "2026-03-01T09:30:00.000000Z"
HOUSE = pack.load()
UNDER_REVIEW = pack.load({"sag-aftra": pack.shipped("sag-aftra")}, unreviewed=("sag-aftra",))
EVERYBODY = tuple(sorted(Role))
WORKS = sorted(ALTERED)


def judge(situation, policy=HOUSE, **changes):
    return gate.judge(action_of(situation), GOOD[situation] | changes, policy, at=AT)


def rules(verdict):
    return {objection.rule for objection in verdict.objections}


@pytest.mark.parametrize("action", WORKS)
def test_a_minor_made_to_look_adult_is_still_a_minor_in_an_intimate_scene(action):
    grown = {"no_minor": F, "guardian_signed": T, "adult_age": T, "approvals": (Role.LEGAL, Role.SUPERVISOR)}
    assert rules(judge(action + ALTERING, **grown)) == {"stop.age-and-intimacy"}
    clean = grown | {"no_intimacy": T, "answers": (Question.NO_INTIMACY,)}
    assert judge(action + ALTERING, **clean).allowed


@pytest.mark.parametrize("action", WORKS)
def test_a_guardian_alone_does_not_release_a_minor(action):
    clean = {"no_intimacy": T, "answers": (Question.NO_INTIMACY,)}
    alone = judge(action + ALTERING, no_minor=F, guardian_signed=T, **clean)
    assert "minor.legal" in rules(alone)
    assert not alone.allowed


@pytest.mark.parametrize("action", WORKS)
@pytest.mark.parametrize("stop", [{"strike": T}, {"no_minor": F}, {"adult_age": F}, {"performer_in_plate": F}])
def test_nothing_lifts_a_hard_stop(action, stop):
    every = tuple(sorted(set(Question) - {Question.NO_INTIMACY}))
    verdict = judge(action + ALTERING, **stop, approvals=EVERYBODY, answers=every, roles=EVERYBODY)
    assert verdict.decision == "refuse"
    assert any(rule.startswith("stop.") for rule in rules(verdict))


FOUND = {"alters_people": T, "performer_on_record": T, "performer_in_plate": T, "answers": (Question.CUSTOMARY,)}


@pytest.mark.parametrize("action", ["admit", "final"])
def test_a_face_found_altered_by_a_tool_that_alters_nobody_needs_consent(action):
    changes = {"faces_untouched": F} if action == "final" else {}
    assert "consent.missing" in rules(judge(action, **(FOUND | {"answers": ()}), **changes))
    look = {"looks_approved": T} if action == "final" else {}
    passer_by = FOUND | {"performer_on_record": F, "performer_in_plate": F}
    assert judge(action, **FOUND, **changes, **look).allowed
    assert judge(action, **passer_by, **changes, **look).allowed  # legal called it customary


@pytest.mark.parametrize("action", WORKS)
def test_no_change_by_a_tool_that_alters_people_is_customary(action):
    no_consent = dict.fromkeys([name for name in GOOD[action] if name.startswith("consent_")], F)
    verdict = judge(action + ALTERING, **no_consent, answers=(Question.CUSTOMARY,), approvals=EVERYBODY)
    assert rules(verdict) == {"consent.missing"}


@pytest.mark.parametrize("action", ["make", "admit"])
def test_a_trial_without_consent_needs_legal_as_nobody_stated_an_age(action):
    trial = {"evaluation": T} | dict.fromkeys([name for name in GOOD[action] if name.startswith("consent_")], F)
    assert rules(judge(action + ALTERING, **trial)) == {"consent.nobody-states-age"}
    assert judge(action + ALTERING, **trial, approvals=(Role.LEGAL,)).allowed


@pytest.mark.parametrize("when", ["evaluation", "made_in_evaluation"])
@pytest.mark.parametrize("situation", ["final", "final" + ALTERING])
def test_what_was_a_trial_is_never_final(situation, when):
    verdict = judge(situation, **{when: T}, approvals=EVERYBODY, answers=tuple(Question), roles=EVERYBODY)
    assert "final.evaluation" in rules(verdict)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPERVISOR])
def test_final_needs_a_supervisor_and_nobody_stands_in_for_one(role):
    assert rules(judge("final", approvals=(role,))) == {"final.approved"}


def test_supervisors_cannot_drop_what_counsel_put_in_force():
    assert judge("policy", packs_kept=F).decision == "refuse"
    assert judge("policy", packs_kept=F, roles=(Role.LEGAL,)).allowed


@pytest.mark.parametrize("situation", GOOD)
def test_a_pack_without_counsels_signature_is_named_in_every_verdict(situation):
    verdict = judge(situation, UNDER_REVIEW)
    assert verdict.unreviewed == ("sag-aftra",)
    assert "Not reviewed by counsel for this production: sag-aftra." in verdict.says()
    if action_of(situation) == "final":
        assert "gate.contradiction" in rules(verdict)
        asked = judge(situation, UNDER_REVIEW, packs_reviewed=F)
        assert "final.packs-reviewed" in rules(asked)
        assert not asked.allowed
