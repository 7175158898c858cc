"""What to say to somebody who acts and is not on record: who they are taken for, and who can add them."""

import shlex

from secondunit.runner.production import Production
from secondunit.schema import Move, Outcome, Role, Verdict
from secondunit.store.reading import Reading

RULE = "actor.on-record"
LEADING = {Move.PERSON: Role.SUPERVISOR, "final": Role.SUPERVISOR}
"""Actions that an artist may not take -> who may; docs/policy.md has all of them."""
NAMED = 3
"""So many supervisors are named; more would not make it clearer."""


def advised(production: Production, outcome: Outcome) -> Outcome:
    """The outcome, with the next step where it was refused because its actor is not on record."""
    verdict = outcome.verdict
    if not any(objection.rule == RULE for objection in verdict.objections):
        return outcome
    with production.reading() as reading:
        advice = sentence(reading, str(verdict.facts["actor"]), _wanted(verdict))
    return outcome.model_copy(update={"advice": advice})


def sentence(reading: Reading, name: str, role: Role) -> str:
    """Who is not on record, by which rule, and what they can do. role: one that would do for what they asked."""
    leads = [person.name for person in reading.people() if Role.SUPERVISOR in person.roles]
    who = " or ".join(leads) if len(leads) <= NAMED else f"{', '.join(leads[:NAMED])} or another supervisor"
    command = f"secondunit person add {shlex.quote(name)} --role {role}"
    command += f" --as {shlex.quote(leads[0])}" if leads else " --as SUPERVISOR"
    return (
        f"{name} is not on record in this production (rule {RULE}): say who acts with --as, or let "
        f"{who or 'a supervisor'} put them on record with `{command}`."
    )


def _wanted(verdict: Verdict) -> Role:
    """A role that would do for what was asked: the one they spoke in, where they said one."""
    return Role(verdict.facts.get("acts_as", LEADING.get(verdict.action, Role.ARTIST)))
