"""In which of their roles somebody decides, where they did not say."""

from secondunit.runner import facts, strangers
from secondunit.runner.facts import Seen
from secondunit.runner.production import Production
from secondunit.schema import (
    ASKED,
    AnswerRequest,
    ApproveRequest,
    ConsentRequest,
    EraseRequest,
    InputError,
    KeyRequest,
    LiftRequest,
    LookRequest,
    PackReviewRequest,
    PersonRequest,
    PolicyRequest,
    ReleaseRequest,
    Role,
    SignedRequest,
    Status,
    StatusRequest,
    SwitchRequest,
    Tri,
)
from secondunit.schema.facts import FinalFacts
from secondunit.schema.look import PREFIX
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
    wanted = _asked_for(production, reading, request) if len(may) > 1 else set()
    asked = [role for role in may if role in wanted]
    for roles in (asked, may, person.roles):
        if len(roles) == 1:
            return roles[0]
    if not may:
        return person.roles[0]  # whichever: the gate refuses them all, and says why
    raise InputError(f"{person.name} is {' and '.join(may)}: say in which role with --role.")


FIRST = (Role.LEGAL, Role.SUPERVISOR, Role.DIRECTOR)
"""Whose word weighs most, where several of a person's roles would do."""
BY_NAME = (PersonRequest, StatusRequest, KeyRequest, ReleaseRequest, PolicyRequest, SwitchRequest, LookRequest)
"""Moves that a person makes in all of their roles at once."""


def speaking(production: Production, reading: Reading, request: SignedRequest) -> Role | None:
    """The role in which the actor signs, where it matters. Raises InputError for a person who is not on record."""
    if isinstance(request, BY_NAME):
        return request.role
    if isinstance(request, ApproveRequest):
        return deciding(production, reading, request)
    if request.role is not None:
        return request.role
    if isinstance(request, AnswerRequest):
        return ASKED[request.question].role
    if isinstance(request, ConsentRequest | LiftRequest | PackReviewRequest):
        return Role.LEGAL
    if isinstance(request, EraseRequest) and request.actor == request.performer:
        return Role.PERFORMER
    person = reading.person(request.actor)
    if person is None:
        raise InputError(strangers.sentence(reading, request.actor, Role.SUPERVISOR))
    return next((role for role in FIRST if role in person.roles), person.roles[0])


def _may(production: Production, reading: Reading, request: ApproveRequest, role: Role) -> bool:
    seen = Seen(production.folder, brief_intact=Tri.TRUE, version_intact=Tri.TRUE, look_intact=Tri.TRUE)
    known = facts.gather(reading, request.model_copy(update={"role": role, "signature": None}), seen)
    # Whether it is signed is seen when it is: here only the role is asked about.
    unsigned = dict.fromkeys(("has_key", "signature_given", "signature_good"), Tri.FALSE)
    return production.judge(reading, known.model_copy(update=unsigned)).allowed


def _asked_for(production: Production, reading: Reading, request: ApproveRequest) -> set[Role]:
    """Roles whose approval stands between this version and final, as if nobody had said anything yet."""
    if request.subject.startswith(PREFIX):
        return {Role.SUPERVISOR}
    shot, _, name = request.subject.partition("/")
    if not name.startswith("v"):
        return set()
    final = StatusRequest(actor=request.actor, shot=shot, version=name, status=Status.FINAL)
    known = facts.gather(reading, final, Seen(production.folder, version_intact=Tri.TRUE))
    assert isinstance(known, FinalFacts)
    bare = known.model_copy(update={"approvals": (), "rejections": ()})
    verdict = production.judge(reading, bare)
    return {objection.role for objection in verdict.objections if objection.role is not None}
