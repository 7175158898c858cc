"""The gate. Pure: facts, rules and time in, a verdict out.

Two locks, each enough alone: the rules object to every fact that is not as it must be, unknown included; and
`_own_objections` refuses unknown, missing and contradictory facts whatever the rules say.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from secondunit.policy.pack import Policy
from secondunit.schema import Objection, Tri, Verdict, canonical_json
from secondunit.schema.base import TAG
from secondunit.schema.facts import FACTS, Facts

SOURCE, RECORDS = "docs/decisions/0002-cedar.md", "docs/decisions/0001-one-door.md"


def judge(
    action: str, facts: Facts | Mapping[str, Any], policy: Policy, *, at: str, broken: str | None = None
) -> Verdict:
    """Allow, needs approval of roles, or refuse; never raises for facts or rules that are wrong.

    action: one of `schema.facts.FACTS`. facts: its record, or a mapping that is read as one. at: now, an Instant.
    broken: why the records that the facts come from cannot be believed; None if they can.
    """
    given = facts.model_dump(mode="json") if isinstance(facts, Facts) else dict(facts)
    permits: list[str] = []
    objections = list(_objections(action, given, policy, permits))
    if broken is not None:
        objections.insert(0, _own("gate.records", broken, RECORDS))
    refused = any(objection.effect == "refuse" for objection in objections)
    shown = {str(name): _plain(given[name]) for name in sorted(given, key=str) if name != TAG}
    return Verdict(
        action=action,
        subject=str(shown.get("subject", "")),
        decision="refuse" if refused else "needs_approval" if objections else "allow",
        objections=tuple(objections),
        permits=() if objections else tuple(permits),
        unreviewed=policy.unreviewed,
        facts=shown,
        facts_sha256=hashlib.sha256(canonical_json(shown).encode()).hexdigest(),
        policy_sha256=policy.sha256,
        at=at,
    )


def _plain(value: object) -> Any:
    """JSON of a fact, whatever was handed in: what made no sense is on record too."""
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | bool | int | None) else repr(value)


def _objections(action: str, given: Mapping[str, Any], policy: Policy, permits: list[str]) -> Iterator[Objection]:
    kind = FACTS.get(action)
    if kind is None:
        yield _own("gate.action", f"{action!r} is not an action that the gate knows")
        return
    try:
        facts = kind.model_validate(given)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"]) or "the record"
        yield _own("gate.facts", f"the facts of {action} are not whole: {place}: {fault['msg']}")
        return
    yield from _own_objections(facts)
    if policy.unreviewed and getattr(facts, "packs_reviewed", None) is Tri.TRUE:
        names = ", ".join(policy.unreviewed)
        yield _own("gate.contradiction", f"the packs are called reviewed, and counsel has not signed {names}")
    yield from _rules_objections(facts, policy, permits)


def _own_objections(facts: Facts) -> Iterator[Objection]:
    """What no rule can lift."""
    for name, value in facts.tri().items():
        if value is Tri.UNKNOWN:
            yield _own("gate.unknown", f"it is not known whether {type(facts).model_fields[name].description}")
    for sentence in facts.contradictions():
        yield _own("gate.contradiction", f"the facts contradict each other: {sentence}")


def _rules_objections(facts: Facts, policy: Policy, permits: list[str]) -> Iterator[Objection]:
    """What the packs say, and every way in which they fail to say something clear. permits: filled where they allow."""
    if policy.engine is None:
        yield _own("gate.packs", policy.fault or "no rules are loaded")
        return
    answer = policy.engine.ask(facts)
    for fault in answer.faults:
        yield _own("gate.engine", fault)
    if answer.allowed:
        permits += sorted(policy.rules[key].id for key in answer.rules)
    if answer.allowed or answer.faults:
        return
    if not answer.rules:
        roles = ", ".join(facts.roles) or "no role"
        yield _own("gate.no-permit", f"no rule lets {facts.actor} ({roles}) do this: {facts.action}")
    yield from (
        policy.rules[key].objection(facts.subject) for key in sorted(answer.rules, key=lambda key: policy.rules[key].id)
    )


def _own(rule: str, reason: str, source: str = SOURCE) -> Objection:
    return Objection(rule=rule, effect="refuse", reason=reason[0].upper() + reason[1:] + ".", source=source)
