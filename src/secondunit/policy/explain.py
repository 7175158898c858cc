"""What would change a verdict: single facts, tried one after the other against the same rules."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import get_args, get_origin

from secondunit.policy import gate
from secondunit.policy.pack import Policy, Rule
from secondunit.schema import Role, Tri, Verdict
from secondunit.schema.facts import Facts

FIXED = ("actor", "subject", "roles", "acts_as", "tool_alters_people", "alters_people")
"""Who asks, about what, and what kind of thing it is: not what would have to change."""


@dataclass(frozen=True)
class Change:
    """One fact that, if it were so, would silence a rule. value: as people write it; alone: no other rule objects."""

    rule: str
    fact: str
    value: str
    means: str
    alone: bool


def changes(facts: Facts, policy: Policy, verdict: Verdict) -> tuple[Change, ...]:
    """For every rule that objects, the single facts that would silence it without making another one speak."""
    spoke = {objection.rule for objection in verdict.objections}
    found: list[Change] = []
    for name, value, other in _others(facts):
        # Were the packs reviewed, the policy would not say otherwise.
        rules = replace(policy, unreviewed=()) if name == "packs_reviewed" else policy
        then = gate.judge(facts.action, other, rules, at=verdict.at)
        left = {objection.rule for objection in then.objections}
        if left <= spoke:
            means = type(facts).model_fields[name].description or ""
            found += [Change(rule, name, value, means, then.allowed) for rule in sorted(spoke - left)]
    return tuple(found)


def spoke(policy: Policy, verdict: Verdict) -> tuple[Rule, ...]:
    """The rules that decided, as they stand in their packs."""
    named = {*verdict.permits, *(objection.rule for objection in verdict.objections)}
    return tuple(sorted((rule for rule in policy.rules.values() if rule.id in named), key=lambda rule: rule.id))


def _others(facts: Facts) -> Iterator[tuple[str, str, Facts]]:
    """The same facts with one of them otherwise: (fact, its new value, the facts)."""
    for name, field in type(facts).model_fields.items():
        if name in FIXED:
            continue
        held = getattr(facts, name)
        if field.annotation is Tri:
            for value in (Tri.TRUE, Tri.FALSE):
                if value is not held:
                    yield name, value.value, facts.model_copy(update={name: value})
        elif get_origin(field.annotation) is tuple:
            yield from _other_sets(facts, name, held, get_args(field.annotation)[0])


def _other_sets(facts: Facts, name: str, held: tuple[str, ...], kind: type[Role]) -> Iterator[tuple[str, str, Facts]]:
    if held:
        yield name, "empty", facts.model_copy(update={name: ()})
    for one in kind:
        if one not in held:
            yield name, f"with {one.value}", facts.model_copy(update={name: tuple(sorted((*held, one)))})
