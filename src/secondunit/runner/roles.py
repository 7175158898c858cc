"""In which of their roles somebody decides, where they did not say."""

from secondunit.policy import gate
from secondunit.runner import facts, strangers
from secondunit.runner.clock import instant
from secondunit.runner.facts import Seen
from secondunit.runner.production import Production
from secondunit.schema import ApproveRequest, InputError, Role, Status, StatusRequest, Tri
from secondunit.schema.facts import FinalFacts
from secondunit.store.reading import Reading


def deciding(production: Production, reading: Reading, request: ApproveRequest) -> Role:
    """The one role in which the actor can say this: the one that a final version asks for, else the only one allowed.

    Raises InputError for a person who is not on record, and where several roles would do.
    """
    if request.role is not None:
        return request.role
    person = reading.person(request.actor)
    if person is None:
        raise InputError(strangers.sentence(reading, request.actor, Role.SUPERVISOR))
    may = [role for role in person.roles if _may(production, reading, request, role)]
    asked = [role for role in may if role in _asked_for(production, reading, request)]
    for roles in (asked, may, person.roles):
        if len(roles) == 1:
            return roles[0]
    if not may:
        return person.roles[0]  # whichever: the gate refuses them all, and says why
    raise InputError(f"{person.name} is {' and '.join(may)}: say in which role with --role.")


def _may(production: Production, reading: Reading, request: ApproveRequest, role: Role) -> bool:
    seen = Seen(brief_intact=Tri.TRUE, version_intact=Tri.TRUE)
    known = facts.gather(reading, request.model_copy(update={"role": role}), seen)
    return gate.judge(known.action, known, production.policy, at=instant()).allowed


def _asked_for(production: Production, reading: Reading, request: ApproveRequest) -> set[Role]:
    """Roles whose approval stands between this version and final, as if nobody had said anything yet."""
    shot, _, name = request.subject.partition("/")
    if not name.startswith("v"):
        return set()
    final = StatusRequest(actor=request.actor, shot=shot, version=name, status=Status.FINAL)
    known = facts.gather(reading, final, Seen(version_intact=Tri.TRUE))
    assert isinstance(known, FinalFacts)
    bare = known.model_copy(update={"approvals": (), "rejections": ()})
    verdict = gate.judge(bare.action, bare, production.policy, at=instant())
    return {objection.role for objection in verdict.objections if objection.role is not None}
