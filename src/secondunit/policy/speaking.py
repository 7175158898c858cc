"""When each rule of a production's pack speaks, and what silences it: found by asking the gate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from secondunit.policy import cases, explain, gate
from secondunit.policy.pack import Policy, Rule, load, shipped
from secondunit.schema import Role, Tri, Verdict
from secondunit.schema.facts import FACTS

AT = "2026-01-01T00:00:00.000000Z"
SITUATIONS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "nobody is altered": (cases.NOBODY, {}),
    "somebody who agreed is altered": (cases.PERFORMER, {}),
    "somebody is altered while the evaluation switch is on": (cases.PERFORMER, {"evaluation": Tri.TRUE}),
}
"""Words -> base and facts. Nothing has been answered then, and nothing approved by legal."""


@dataclass(frozen=True)
class Row:
    """When a rule speaks. when: words of SITUATIONS; silence: what ends it, each alone enough, as `fact value`."""

    rule: Rule
    actions: tuple[str, ...]
    when: tuple[str, ...]
    silence: tuple[str, ...]


def rows(name: str) -> Iterator[Row]:
    """One for every rule of a shipped pack; one that never speaks has no actions."""
    policy = load({name: shipped(name)})
    for rule in policy.rules.values():
        if rule.pack == name:
            yield _row(rule, policy)


def _row(rule: Rule, policy: Policy) -> Row:
    found = [(action, when) for action in rule.actions for when in SITUATIONS if speaks(rule, action, when, policy)]
    actions, whens = dict.fromkeys(action for action, _ in found), dict.fromkeys(when for _, when in found)
    ends = dict.fromkeys(end for action, when in found for end in _silence(rule, action, when, policy))
    return Row(rule, tuple(actions), tuple(when for when in SITUATIONS if when in whens), tuple(ends))


def speaks(rule: Rule, action: str, when: str, policy: Policy) -> bool:
    """Whether it objects in that situation."""
    return rule.id in {objection.rule for objection in judged(action, situation(action, when), policy).objections}


def situation(action: str, when: str) -> dict[str, Any]:
    """The facts of a situation."""
    base, changes = SITUATIONS[when]
    facts = cases.in_order(action, base) | changes | {"answers": (), "no_intimacy": Tri.FALSE}
    return facts | {"approvals": tuple(role for role in facts["approvals"] if role is not Role.LEGAL)}


def judged(action: str, facts: dict[str, Any], policy: Policy) -> Verdict:
    """The gate's answer."""
    return gate.judge(action, facts, policy, at=AT)


def _silence(rule: Rule, action: str, when: str, policy: Policy) -> Iterator[str]:
    facts = situation(action, when)
    known = FACTS[action].model_validate(facts)
    for change in explain.changes(known, policy, judged(action, facts, policy)):
        if change.rule == rule.id:
            yield f"{change.fact} {change.value}"
