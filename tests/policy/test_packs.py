"""The packs that ship: every rule speaks in its situations, with its effect, and falls silent as the page says."""

import pytest

from secondunit.policy import pack, speaking
from secondunit.schema import Question, Role, Tri

ALWAYS = tuple(speaking.SITUATIONS)
ALTERED, TRIAL = ALWAYS[1:], ALWAYS[2:]
LEGAL = "approvals with legal"


def asks(question, when=ALWAYS, actions=("final",)):
    return actions, when, Role.LEGAL, (f"answers with {question}", LEGAL)


TABLE = {
    "netflix.own-works": asks("own-works"),
    "netflix.no-training": asks("no-training"),
    "netflix.secure": asks("secure"),
    "netflix.no-union-work": asks("no-union-work"),
    "netflix.not-story-key": asks("not-story-key"),
    "netflix.not-mistakable": asks("not-mistakable"),
    "netflix.distributor-told": asks("distributor-told"),
    "netflix.performance-kept": asks("performance-kept", ALTERED),
    "netflix.talent-legal": (("make", "final"), ALTERED, Role.LEGAL, (LEGAL,)),
    "sag.notice-given": asks("notice-given", ALTERED, ("make", "final")),
    "sag.performance-kept": asks("performance-kept", ALTERED),
    "sag.consent-legal": (("make", "final"), ALTERED, Role.LEGAL, (LEGAL,)),
    "sag.evaluation": (("make", "admit"), TRIAL, None, ("evaluation false",)),
    "eu50.disclosed": asks("disclosed"),
    "eu50.not-mistakable": asks("not-mistakable"),
}
"""Rule -> actions and situations in which it speaks, whose word it wants (None: refuses), what silences it."""
ROWS = {row.rule.id: row for name in pack.SHIPPED for row in speaking.rows(name)}


def test_every_rule_has_a_row():
    assert set(ROWS) == set(TABLE)


@pytest.mark.parametrize("rule", TABLE)
def test_rule_speaks_and_falls_silent_as_the_table_says(rule):
    row = ROWS[rule]
    assert (row.actions, row.when, row.rule.role, row.silence) == TABLE[rule]
    assert row.rule.effect == ("needs-approval" if row.rule.role else "refuse")


@pytest.mark.parametrize("rule", TABLE)
@pytest.mark.parametrize("when", ALWAYS)
def test_what_silences_a_rule_does(rule, when):
    row = ROWS[rule]
    policy = pack.load({row.rule.pack: pack.shipped(row.rule.pack)})
    for action in row.actions:
        assert speaking.speaks(row.rule, action, when, policy) == (when in row.when)
        for end in row.silence:
            fact, _, value = end.partition(" ")
            told = speaking.situation(action, when)
            one = {"answers": Question, "approvals": Role}.get(fact)
            told[fact] = (*told[fact], one(value.removeprefix("with "))) if one else Tri(value)
            said = speaking.judged(action, told, policy)
            assert rule not in {objection.rule for objection in said.objections}


@pytest.mark.parametrize("rule", TABLE)
def test_unknown_counts_as_altered_and_as_trial(rule):
    """What nobody could find out does not silence a pack, whatever the gate itself says to it."""
    row = ROWS[rule]
    policy = pack.load({row.rule.pack: pack.shipped(row.rule.pack)})
    for action in row.actions:
        unsure = {"alters_people": Tri.UNKNOWN, "evaluation": Tri.UNKNOWN}
        said = speaking.judged(action, speaking.situation(action, ALWAYS[0]) | unsure, policy)
        assert rule in {objection.rule for objection in said.objections}
