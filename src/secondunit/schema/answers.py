"""Questions that software cannot judge: a named person answers them, in a role, and signs."""

from enum import StrEnum
from typing import Literal

from .base import Record
from .names import Instant, PersonName, Role, Sha256


class Question(StrEnum):
    """A closed list; `yes` is the answer that raises no objection. See ASKED for the words and the role."""

    OWN_WORKS = "own-works"
    NO_TRAINING = "no-training"
    SECURE = "secure"
    PERFORMANCE_KEPT = "performance-kept"
    NO_UNION_WORK = "no-union-work"
    NOT_STORY_KEY = "not-story-key"
    NOT_MISTAKABLE = "not-mistakable"
    NO_INTIMACY = "no-intimacy"
    NOTICE_GIVEN = "notice-given"
    CUSTOMARY = "customary"
    SIGNS_CLEARED = "signs-cleared"
    NOBODY_RECOGNISABLE = "nobody-recognisable"
    DISCLOSED = "disclosed"
    DISTRIBUTOR_TOLD = "distributor-told"
    IDENTITY_SETTLED = "identity-settled"


class Asked(Record, name="asked", version=1):
    """A question's words and whose answer counts. of_picture: only a picture can be answered for, not a brief."""

    question: Question
    words: str
    role: Role
    of_picture: bool = False


ASKED: dict[Question, Asked] = {
    asked.question: asked
    for asked in (
        Asked(
            question=Question.OWN_WORKS,
            words="Does the result keep clear of identifiable features of works that the production does not own?",
            role=Role.LEGAL,
            of_picture=True,
        ),
        Asked(
            question=Question.NO_TRAINING,
            words="Is it certain that nothing of the production is stored, re-used or trained on by the tool?",
            role=Role.SUPERVISOR,
        ),
        Asked(
            question=Question.SECURE,
            words="Does the work run on machines that the production or its vendor controls?",
            role=Role.SUPERVISOR,
        ),
        Asked(
            question=Question.PERFORMANCE_KEPT,
            words="Is the performance substantially as scripted, performed and recorded, in tone, delivery and intent?",
            role=Role.DIRECTOR,
        ),
        Asked(
            question=Question.NO_UNION_WORK,
            words="Does the use leave work covered by a union agreement to the people who would do it?",
            role=Role.LEGAL,
        ),
        Asked(
            question=Question.NOT_STORY_KEY,
            words="Is what is made something else than a main character, a key visual or a story-central setting?",
            role=Role.DIRECTOR,
        ),
        Asked(
            question=Question.NOT_MISTAKABLE,
            words="Is it certain that nobody can take the picture for a real event, person or statement?",
            role=Role.LEGAL,
            of_picture=True,
        ),
        Asked(
            question=Question.NO_INTIMACY,
            words="Is the scene free of nudity and sexual conduct?",
            role=Role.LEGAL,
        ),
        Asked(
            question=Question.NOTICE_GIVEN,
            words="Did the performer get the notice that the agreement asks for before their services?",
            role=Role.LEGAL,
        ),
        Asked(
            question=Question.CUSTOMARY,
            words="Is the change one of the customary ones that the agreement exempts from consent?",
            role=Role.LEGAL,
        ),
        Asked(
            question=Question.SIGNS_CLEARED,
            words="Are trade names and signs that can be read in the picture cleared, or none there?",
            role=Role.LEGAL,
        ),
        Asked(
            question=Question.NOBODY_RECOGNISABLE,
            words="Is nobody recognisable altered or covered who has not agreed to it?",
            role=Role.SUPERVISOR,
            of_picture=True,
        ),
        Asked(
            question=Question.DISCLOSED,
            words="Is it settled how audiences are told that the picture is artificially generated or altered?",
            role=Role.LEGAL,
        ),
        Asked(
            question=Question.DISTRIBUTOR_TOLD,
            words="Has the distributor been told of this use, and approved it in writing where that is asked for?",
            role=Role.LEGAL,
        ),
        Asked(
            question=Question.IDENTITY_SETTLED,
            words="Is it certain whose the faces altered are, although matching them does not confirm it?",
            role=Role.LEGAL,
        ),
    )
}


class Answer(Record, name="answer", version=1):
    """One person's signed word on one question about exactly this content; the newest of a question counts.

    subject: SHOT/b001 or SHOT/v001. signature: JWS over the answer's claims.
    """

    question: Question
    answer: Literal["yes", "no", "unsure"]
    subject: str
    subject_sha256: Sha256
    role: Role
    by: PersonName
    at: Instant
    reason: str = ""
    signature: str
