"""A production's own table of cases, tried against its rules: `secondunit policy test CASES`."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import Field, ValidationError

from secondunit.policy import gate
from secondunit.policy.pack import Policy
from secondunit.schema import InputError, Question, Record, Role, Tri, Verdict
from secondunit.schema.facts import CONSENT, FACTS

Decision = Literal["allow", "needs_approval", "refuse"]
NOBODY = "nobody-altered"
PERFORMER = "performer-agreed"
BAD = ("strike", "evaluation", "made_in_evaluation", "for_final")
PEOPLE = ("tool_alters_people", "alters_people", "performer_on_record", "performer_in_plate", "consent_on_record")


class Case(Record, name="policy-case", version=1):
    """One row: facts as in `base` but for those given, and what is expected of the gate.

    base: nobody-altered (a tool that alters nobody, all in order) or performer-agreed (one that does, all in order).
    rules: ids that must be among those that object; empty: not looked at.
    """

    name: str
    action: Literal["make", "admit", "final"]
    base: Literal["nobody-altered", "performer-agreed"] = "nobody-altered"
    facts: dict[str, Any] = Field(default_factory=dict)
    expect: Decision
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tried:
    """A case and what the gate said. fault: how it differs from what was expected, None if it does not."""

    case: Case
    verdict: Verdict
    fault: str | None


def read(text: str, place: str) -> tuple[Case, ...]:
    """Cases from TOML: `[[case]]` tables; raises InputError that names the case and the field."""
    try:
        rows = tomllib.loads(text).get("case", [])
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{place} is not TOML: {error}; repair that line.") from error
    if not isinstance(rows, list) or not rows:
        raise InputError(f"{place} has no [[case]] in it: give each a name, an action and what you expect.")
    return tuple(_case(row, f"{place}, case {number}") for number, row in enumerate(rows, 1))


def _case(row: Any, place: str) -> Case:
    try:
        case = Case.read(**row)
    except (InputError, TypeError) as error:
        raise InputError(f"{place}: {error}") from error
    known = FACTS[case.action].model_fields
    strange = sorted(set(case.facts) - set(known))
    if strange:
        raise InputError(f"{place}: there is no fact {strange[0]!r} of {case.action}; see docs/policy.md for them.")
    _readable(case, place)
    return case


def _readable(case: Case, place: str) -> None:
    """A value that is none refuses too: a case that expects a refusal would pass for a slip of the pen."""
    try:
        FACTS[case.action].model_validate(in_order(case.action, case.base) | case.facts)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise InputError(f"{place}: the fact {where} cannot be {fault['input']!r}: {fault['msg']}.") from error


def tried(cases: tuple[Case, ...], policy: Policy, at: str) -> Iterator[Tried]:
    """Each case, judged. Whether the packs are reviewed is a fact of the case, not of the day."""
    policy = replace(policy, unreviewed=())
    for case in cases:
        verdict = gate.judge(case.action, in_order(case.action, case.base) | case.facts, policy, at=at)
        yield Tried(case, verdict, _fault(case, verdict))


def _fault(case: Case, verdict: Verdict) -> str | None:
    if verdict.decision != case.expect:
        said = ", ".join(objection.rule for objection in verdict.objections) or "nothing objects"
        return f"expected {case.expect}, and the gate says {verdict.decision} ({said})"
    absent = sorted(set(case.rules) - {objection.rule for objection in verdict.objections})
    return f"{absent[0]} does not object" if absent else None


def in_order(action: str, base: str) -> dict[str, Any]:
    """Facts of making, admitting or calling final with everything as it must be."""
    kind = FACTS[action]
    facts: dict[str, Any] = dict.fromkeys(kind.tri_names(), Tri.TRUE)
    facts |= {name: Tri.FALSE for name in BAD if name in facts}
    if base == NOBODY:
        facts |= dict.fromkeys((*PEOPLE, *CONSENT, "no_intimacy"), Tri.FALSE)
    facts["guardian_signed"] = Tri.FALSE
    who = {"actor": "Ann", "subject": "A010/v001", "roles": (Role.SUPERVISOR,)}
    sets = {"rejections": (), "releases_missing": (), "answers": tuple(sorted(Question)), "approvals": (Role.LEGAL,)}
    facts |= {name: value for name, value in (who | sets).items() if name in kind.model_fields}
    if action == "final":
        facts["approvals"] = (Role.LEGAL, Role.SUPERVISOR)
    return facts
