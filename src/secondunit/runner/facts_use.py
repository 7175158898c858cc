"""Facts that running a tool, taking in its result and calling it final share: people, property, answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from secondunit.runner import facts_consent, facts_identity, looks, reviews, signing
from secondunit.runner.facts_consent import Use
from secondunit.runner.releases import released
from secondunit.schema import (
    ASKED,
    AgeBrief,
    Answer,
    AnswerRequest,
    Brief,
    Consent,
    Identification,
    IdentifyRequest,
    Inspection,
    Plate,
    Question,
    Release,
    ReleaseKind,
    Role,
    Switch,
    Tri,
)
from secondunit.schema.declaration import DECLARED
from secondunit.store.reading import Reading


@dataclass(frozen=True)
class Asked:
    """What the facts are gathered for. content: (subject, sha256) that answers may be about, what is decided on first.

    makers: those whose own approval does not count. altered: what looking at the result said about faces, which is
    kept in `looked` where it matters whose they are.
    """

    folder: Path
    brief: Brief | None
    plate: Plate | None
    now: str
    content: tuple[tuple[str, str], ...]
    makers: frozenset[str] = field(default_factory=frozenset)
    altered: Tri = Tri.FALSE
    looked: Inspection | None = None


def use(reading: Reading, asked: Asked) -> dict[str, object]:
    """The fields of `schema.facts.UseFacts` but those of every action."""
    declared = DECLARED.get(asked.brief.tool) if asked.brief else None
    by_tool = _by_tool(asked.brief)
    answers = answered(reading, asked.content, asked.makers)
    alters = by_tool or (asked.altered is Tri.TRUE and Question.NOBODY_RECOGNISABLE not in answers)
    facts: dict[str, object] = {
        "tool_alters_people": Tri.of(by_tool) if declared else Tri.UNKNOWN,
        "alters_people": Tri.of(alters) if declared else Tri.UNKNOWN,
        "strike": Tri.of(switched(reading, "strike")),
        "evaluation": Tri.of(switched(reading, "evaluation")),
        **_look(reading, asked.brief),
        "releases_missing": missing(reading, asked, answers),
        "answers": answers,
        "approvals": reviews.approving(reading, asked.content[0], asked.makers) if asked.content else (),
    }
    return facts | _people(reading, asked, alters, answers)


def _look(reading: Reading, brief: Brief | None) -> dict[str, Tri]:
    """What is so of the look that a brief names; all of it where it names none."""
    if brief is None:
        return dict.fromkeys(("look_holds", "look_approved", "look_not_rejected"), Tri.UNKNOWN)
    look = looks.followed(reading, brief) if isinstance(brief, AgeBrief) and brief.look else None
    free = not isinstance(brief, AgeBrief) or brief.look is None
    return {
        "look_holds": Tri.of(free or look is not None),
        "look_approved": Tri.of(free or (look is not None and looks.approved(reading, look))),
        "look_not_rejected": Tri.of(look is None or not looks.rejected(reading, look)),
    }


def _people(reading: Reading, asked: Asked, alters: bool, answers: tuple[Question, ...]) -> dict[str, Tri]:
    brief, seen = asked.brief, _identified(reading, asked.plate) if asked.plate else None
    performers = _altered(brief, seen) if alters else ()
    known = bool(performers) and all(reading.holds(name, Role.PERFORMER) for name in performers)
    strangers = seen is not None and seen.bystanders and not isinstance(brief, AgeBrief)
    in_plate = known and seen is not None and set(performers) <= set(seen.performers) and not strangers
    wanted = Use.of(brief, asked.now) if brief else Use("", "", None, asked.now)
    customary = Question.CUSTOMARY in answers and not _by_tool(brief)

    def agreed(name: str) -> bool:
        return customary or facts_consent.covered(reading, asked.folder, name, wanted)

    free = Question.NO_INTIMACY in answers and not facts_consent.intimate(reading, performers)
    return {
        "performer_on_record": Tri.of(known),
        "performer_in_plate": Tri.of(in_plate),
        "adult_age": Tri.of(wanted.age is None or wanted.age >= 18),
        "no_intimacy": Tri.of(free),
        **facts_identity.matching(reading, asked.plate, asked.looked, seen, performers, agreed),
        **facts_consent.of_all(reading, asked.folder, performers, wanted),
    }


def _by_tool(brief: Brief | None) -> bool:
    declared = DECLARED.get(brief.tool) if brief else None
    return bool(declared and declared.alters_people)


def _altered(brief: Brief | None, seen: Identification | None) -> tuple[str, ...]:
    """Who is altered: the one that the brief names, or else everybody identified in the plate."""
    if isinstance(brief, AgeBrief):
        return (brief.performer,)
    return seen.performers if seen else ()


def looks_approved(reading: Reading, asked: Asked) -> bool:
    """Whether every performer whose consent asks for look approval signed one, of the version decided on."""
    seen = _identified(reading, asked.plate) if asked.plate else None
    agreed = [one.terms for one in reading.said(Consent) if one.terms.performer in _altered(asked.brief, seen)]
    wanted = {terms.performer for terms in agreed if terms.look_approval}
    said = [word for word in reading.approvals(*asked.content[0]) if word.granted] if asked.content else []
    return wanted <= {word.by for word in said if word.role is Role.PERFORMER and reviews.counts(reading, word)}


IDENTIFIERS = (Role.SUPERVISOR, Role.DIRECTOR, Role.LEGAL)
"""Whose word on who is in a plate counts, while they hold that role."""


def _identified(reading: Reading, plate: Plate) -> Identification | None:
    """The newest signed word on who is in exactly these frames."""
    name, sha256 = f"{plate.shot}/{plate.id}", reading.plate_sha256(plate)
    found = reading.newest(Identification, name)
    if found is None or sha256 is None or found.plate_sha256 != sha256:
        return None
    request = IdentifyRequest(
        actor=found.by,
        role=found.role,
        shot=plate.shot,
        plate=plate.id,
        performers=found.performers,
        bystanders=found.bystanders,
    )
    entitled = found.role in IDENTIFIERS and reading.holds(found.by, found.role)
    return found if entitled and signing.proven_whole(reading, found.signature, request, sha256) else None


def switched(reading: Reading, switch: str) -> bool:
    """Whether a switch of the production is on."""
    last = reading.newest(Switch, switch)
    return last is not None and last.on


def answered(
    reading: Reading, content: Iterable[tuple[str, str]], makers: frozenset[str] = frozenset()
) -> tuple[Question, ...]:
    """Questions whose newest answer by everybody who signed one, and holds the role asked, is yes.

    The makers' own words count for nothing.
    """
    good = set()
    for question, asked in ASKED.items():
        about = [one for one in content if not asked.of_picture or one[0].partition("/")[2].startswith("v")]
        words = [word for subject, sha256 in about for word in _answers(reading, question, subject, sha256)]
        counted = [word for word in words if word.by not in makers and _counts(reading, word, asked.role)]
        latest = {word.by: word.answer for word in sorted(counted, key=lambda word: _said_at(reading, word))}
        if latest and set(latest.values()) == {"yes"}:
            good.add(question)
    return tuple(sorted(good))


def _said_at(reading: Reading, word: Answer) -> str:
    """As signed: when a row was written, its writer says."""
    return signing.signed_at(reading, word.signature, word.by)


def _answers(reading: Reading, question: Question, subject: str, sha256: str) -> list[Answer]:
    return [word for word in reading.said(Answer, answer_key(subject, question)) if word.subject_sha256 == sha256]


def answer_key(subject: str, question: Question) -> str:
    """Where an answer is kept."""
    return f"{subject} {question}"


def _counts(reading: Reading, word: Answer, role: Role) -> bool:
    mine = word.role is role and reading.holds(word.by, role)
    request = AnswerRequest(
        actor=word.by,
        role=word.role,
        subject=word.subject,
        question=word.question,
        answer=word.answer,
        reason=word.reason,
    )
    return mine and signing.proven_whole(reading, word.signature, request, word.subject_sha256)


def missing(reading: Reading, asked: Asked, answers: tuple[Question, ...]) -> tuple[ReleaseKind, ...]:
    """Releases that the brief's tool needs and that are not on record for its shot today."""
    declared = DECLARED.get(asked.brief.tool) if asked.brief else None
    if declared is None or asked.brief is None:
        return ()
    needed = set(declared.releases) - ({ReleaseKind.SIGNAGE} if Question.SIGNS_CLEARED in answers else set())
    shot, day, there = asked.brief.shot, asked.now[:10], reading.said(Release)

    def given(kind: ReleaseKind) -> bool:  # papers are hashed last: only those of this shot, and no more than needed
        return any(one.covers(kind, shot, day) and released(reading, asked.folder, one) for one in there)

    return tuple(sorted(kind for kind in needed if not given(kind)))
