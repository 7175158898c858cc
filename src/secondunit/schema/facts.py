"""What the gate is told: one frozen record per action. Every Tri must be known, every field given, none contradict.

`actor`, `subject` and `roles` come with every action; the rest is what that action turns on. The Cedar schema is made
from these records, so a rule cannot speak of a fact that nobody gathers. "On record" facts are true or false; unknown
is kept for what could not be found out.
"""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from .answers import Question
from .base import Record
from .names import PersonName, Role
from .property import ReleaseKind
from .tri import Tri


class Facts(Record, name="facts", version=1):
    """Common to all actions. subject: a shot, SHOT/v003, SHOT/b001, a person's name or a production's code."""

    action: ClassVar[str] = ""
    actor: PersonName
    subject: str = Field(min_length=1)
    actor_on_record: Tri = Field(description="the actor is a person on record in this production")
    roles: tuple[Role, ...] = Field(description="the roles that the actor holds")

    def tri(self) -> dict[str, Tri]:
        """Every three-valued fact by name."""
        return {name: getattr(self, name) for name in type(self).tri_names()}

    @classmethod
    def tri_names(cls) -> tuple[str, ...]:
        """Names of the three-valued facts."""
        return tuple(name for name, field in cls.model_fields.items() if field.annotation is Tri)

    def contradictions(self) -> Iterator[str]:
        """Sentences about facts that cannot hold together."""
        if self.actor_on_record is not Tri.TRUE and self.roles:
            yield f"{self.actor} is not known to be on record, yet holds roles"
        if len(set(self.roles)) != len(self.roles):
            yield f"{self.actor} holds a role twice"

    def _needs(self, holds: str, *, only_if: str) -> Iterator[str]:
        if getattr(self, holds) is Tri.TRUE and getattr(self, only_if) is not Tri.TRUE:
            yield f"{holds} is true while {only_if} is {getattr(self, only_if)}"


class InitFacts(Facts, name="init-facts", version=1):
    """A new production. Nobody is on record yet."""

    action: ClassVar[str] = "init"
    folder_free: Tri = Field(description="the folder is absent or empty")

    def contradictions(self) -> Iterator[str]:
        """See Facts."""
        yield from super().contradictions()
        if self.actor_on_record is Tri.TRUE and self.folder_free is Tri.TRUE:
            yield "somebody is on record in a folder that is free"


class SignedFacts(Facts, name="signed-facts", version=1):
    """Common to moves that people sign."""

    has_key: Tri = Field(description="the actor has a key on record")
    signature_given: Tri = Field(description="the move is signed")
    signature_good: Tri = Field(
        description="the signature is by the actor's key on record, for exactly this move on exactly this content, "
        "recent, and was never used before"
    )

    def contradictions(self) -> Iterator[str]:
        """See Facts."""
        yield from super().contradictions()
        yield from self._needs("signature_good", only_if="signature_given")
        yield from self._needs("signature_good", only_if="has_key")


class PersonFacts(SignedFacts, name="person-facts", version=2):
    """Somebody is put on record, or given roles."""

    action: ClassVar[str] = "person"
    key_is_public: Tri = Field(description="the key given, if any, is of a known public form")
    key_replaces: Tri = Field(description="the key given takes the place of another on record")
    key_unshared: Tri = Field(description="nobody else holds, or held, the key given")
    is_self: Tri = Field(description="the person put on record is the actor")
    legal_by_legal: Tri = Field(
        description="the role of legal is not given, or given by legal, or nobody of legal is on record yet"
    )


class KeyFacts(SignedFacts, name="key-facts", version=1):
    """A person's key is replaced: by its owner (rotation), or by legal for an owner who lost it."""

    action: ClassVar[str] = "key"
    person_on_record: Tri = Field(description="the person whose key it is is on record")
    is_self: Tri = Field(description="the actor replaces their own key")
    key_is_public: Tri = Field(description="the new key is of a known public form")
    key_unshared: Tri = Field(description="nobody else holds, or held, the new key")


class WordFacts(SignedFacts, name="word-facts", version=1):
    """Somebody's signed word on what is on record."""

    acts_as: Role = Field(description="the role in which the actor speaks")
    subject_on_record: Tri = Field(description="what it is about is on record")


class AnswerFacts(WordFacts, name="answer-facts", version=1):
    """A question about a brief or a version is answered."""

    action: ClassVar[str] = "answer"
    asked_of_role: Tri = Field(description="the question is asked of that role")


class IdentifyFacts(WordFacts, name="identify-facts", version=1):
    """Somebody says who is in a plate."""

    action: ClassVar[str] = "identify"
    performers_on_record: Tri = Field(description="everybody named is on record as a performer")


class ConsentFacts(WordFacts, name="consent-facts", version=1):
    """A consent goes on record."""

    action: ClassVar[str] = "consent"
    performers_on_record: Tri = Field(description="everybody who signs is on record in the role that they sign in")
    for_production: Tri = Field(description="the terms name this production")
    text_shown: Tri = Field(description="the text that was shown has the hash that was signed")
    terms_signed: Tri = Field(description="the terms are signed by everybody that they ask for, with keys on record")
    wet_ink: Tri = Field(description="a scan of a signature on paper stands in for the signed terms")
    category_by_legal: Tri = Field(description="a person of legal on record stated the category")

    def contradictions(self) -> Iterator[str]:
        """See Facts."""
        yield from super().contradictions()
        if self.terms_signed is Tri.TRUE and self.wet_ink is Tri.TRUE:
            yield "the terms are both signed and on a scan alone"


class WithdrawFacts(WordFacts, name="withdraw-facts", version=1):
    """A consent is put on hold."""

    action: ClassVar[str] = "withdraw"
    is_party: Tri = Field(description="the actor is one of those who signed the consent")


class LiftFacts(WordFacts, name="lift-facts", version=1):
    """The hold on a consent is lifted."""

    action: ClassVar[str] = "lift"
    withdrawn: Tri = Field(description="the consent is on hold")


class RevocationFacts(Facts, name="revocation-facts", version=1):
    """A list of revoked consents, signed by its issuer, goes on record."""

    action: ClassVar[str] = "revocations"
    list_genuine: Tri = Field(description="the list is signed by the issuer's key on record")
    list_newer: Tri = Field(description="no newer list of that issuer is on record")
    list_fresh: Tri = Field(description="the list has not run out")


class ReleaseFacts(SignedFacts, name="release-facts", version=1):
    """A release goes on record."""

    action: ClassVar[str] = "release"


class PolicyFacts(SignedFacts, name="policy-facts", version=1):
    """The packs in force are changed."""

    action: ClassVar[str] = "policy"
    packs_usable: Tri = Field(description="the packs parse, fit the facts, and only forbid")
    packs_kept: Tri = Field(description="every pack in force so far stays in force, as it is")


class PackReviewFacts(WordFacts, name="pack-review-facts", version=1):
    """Counsel signs a pack's text for this production."""

    action: ClassVar[str] = "policy-review"


class EnrolFacts(WordFacts, name="enrol-facts", version=1):
    """A performer's face is measured, to be known again."""

    action: ClassVar[str] = "enrol"
    release_given: Tri = Field(
        description="a biometric release that the performer gave is on record, its paper is whole, and it is in date"
    )
    destruction_set: Tri = Field(
        description="the day of destruction lies ahead, and not after the last day of the release"
    )
    enrolled: Tri = Field(description="a measure of this performer's face is kept already")

    def contradictions(self) -> Iterator[str]:
        """See Facts."""
        yield from super().contradictions()
        yield from self._needs("destruction_set", only_if="release_given")


class EraseFacts(WordFacts, name="erase-facts", version=1):
    """The measure of a performer's face is destroyed."""

    action: ClassVar[str] = "erase"
    is_self: Tri = Field(description="the actor is the performer")


class LookFacts(SignedFacts, name="look-facts", version=1):
    """A version of a look goes on record."""

    action: ClassVar[str] = "look"
    performer_on_record: Tri = Field(description="the performer is on record in that role")
    one_performer: Tri = Field(description="no look of this name is another performer's")


class SwitchFacts(SignedFacts, name="switch-facts", version=1):
    """A switch of the production is turned: strike, evaluation."""

    action: ClassVar[str] = "switch"


class IngestFacts(Facts, name="ingest-facts", version=1):
    """A plate is taken in."""

    action: ClassVar[str] = "ingest"


class AdmitPlateFacts(Facts, name="admit-plate-facts", version=1):
    """What decoding left in staging becomes a plate."""

    action: ClassVar[str] = "admit-plate"
    clearance_open: Tri = Field(description="this job's clearance is on record, and nothing was admitted under it yet")
    frames_present: Tri = Field(description="every frame of the plate's range lies in staging")
    nothing_else: Tri = Field(description="staging holds no file that the plate does not name")


class BriefFacts(Facts, name="brief-facts", version=1):
    """A brief is put on record."""

    action: ClassVar[str] = "brief"


class UseFacts(Facts, name="use-facts", version=1):
    """Common to running a tool, taking in what it made, and calling that final: people, property, answers.

    Where nobody is altered the facts about performer and consent are false and no rule asks for them; where several
    performers are, each fact holds only if it holds for all of them.
    """

    tool_alters_people: Tri = Field(description="the tool is declared to alter how people look, sound or act")
    alters_people: Tri = Field(
        description="the tool alters people, or a face was found altered in the result and may be recognised"
    )
    performer_on_record: Tri = Field(description="everybody who is altered is on record as a performer")
    performer_in_plate: Tri = Field(description="a named person identified everybody who is altered in this plate")
    no_other_matched: Tri = Field(
        description="no face to be altered clearly matches an enrolled performer who is not among those altered, or "
        "what is done needs no consent of theirs, or has it"
    )
    identity_agrees: Tri = Field(
        description="matching bears out who is altered, or nobody who is altered or matched is enrolled"
    )
    consent_on_record: Tri = Field(description="a consent of everybody who is altered is on record")
    consent_genuine: Tri = Field(description="its signatures and papers are those that were put on record")
    consent_for_production: Tri = Field(description="it names this production")
    consent_covers_tool: Tri = Field(description="it names this tool")
    consent_covers_shot: Tri = Field(description="it names this shot")
    consent_covers_age: Tri = Field(description="it covers the apparent age asked for, or none is asked for")
    consent_in_window: Tri = Field(description="today lies in the days on which versions may be made")
    consent_not_withdrawn: Tri = Field(description="it is not on hold")
    consent_not_revoked: Tri = Field(description="the newest revocation list that it names is in date and spares it")
    adult_age: Tri = Field(description="no apparent age under 18 is asked for")
    no_intimacy: Tri = Field(description="legal answered that the scene is free of nudity and sexual conduct")
    no_minor: Tri = Field(description="nobody who is altered is stated to be under 18")
    guardian_signed: Tri = Field(description="a guardian signed for everybody under 18")
    strike: Tri = Field(description="the production's strike switch is on")
    evaluation: Tri = Field(description="the production's evaluation switch is on")
    look_holds: Tri = Field(
        description="the look that the brief names is on record for its performer, and the brief says what it says; "
        "or the brief names none"
    )
    look_approved: Tri = Field(
        description="a supervisor or director other than its maker signed an approval of that look; or none is named"
    )
    look_not_rejected: Tri = Field(description="no rejection of that look stands, or none is named")
    releases_missing: tuple[ReleaseKind, ...] = Field(description="releases that the tool needs and that are not there")
    answers: tuple[Question, ...] = Field(description="questions whose signed answer raises no objection")
    approvals: tuple[Role, ...] = Field(description="roles whose signed approval stands, not counting the maker's")

    def contradictions(self) -> Iterator[str]:
        """See Facts."""
        yield from super().contradictions()
        for name in CONSENT:
            yield from self._needs(name, only_if="consent_on_record")
        yield from self._needs("performer_in_plate", only_if="performer_on_record")
        yield from self._needs("tool_alters_people", only_if="alters_people")
        yield from self._needs("look_approved", only_if="look_holds")
        if self.no_intimacy is Tri.TRUE and Question.NO_INTIMACY not in self.answers:
            yield "no_intimacy is true, and nobody answered that question so"
        if self.no_minor is Tri.TRUE and self.guardian_signed is Tri.TRUE:
            yield "a guardian signed where nobody is under 18"


CONSENT = (
    "consent_genuine",
    "consent_for_production",
    "consent_covers_tool",
    "consent_covers_shot",
    "consent_covers_age",
    "consent_in_window",
    "consent_not_withdrawn",
    "consent_not_revoked",
)
"""What must hold of a consent that is on record."""


class MakeFacts(UseFacts, name="make-facts", version=2):
    """A tool is run."""

    action: ClassVar[str] = "make"
    for_final: Tri = Field(description="the brief asks for final quality")
    plate_on_record: Tri = Field(description="the plate is on record for this shot")
    plate_intact: Tri = Field(description="the plate's files have the hashes on record")
    brief_on_record: Tri = Field(description="the brief is on record for this shot")
    brief_intact: Tri = Field(description="the brief's text and files have the hashes on record")
    rejections: tuple[Role, ...] = Field(description="roles whose rejection of this brief stands")
    tool_declared: Tri = Field(description="the tool that the brief names is declared")

    def contradictions(self) -> Iterator[str]:
        """See Facts."""
        yield from super().contradictions()
        yield from self._needs("plate_intact", only_if="plate_on_record")
        yield from self._needs("brief_intact", only_if="brief_on_record")
        yield from self._needs("tool_alters_people", only_if="tool_declared")
        if self.tool_alters_people is Tri.FALSE and self.tool_declared is Tri.FALSE:
            yield "tool_alters_people is declared for a tool that is not declared"


class AdmitFacts(UseFacts, name="admit-facts", version=2):
    """What a tool left in staging becomes a version."""

    action: ClassVar[str] = "admit"
    clearance_open: Tri = Field(description="this job's clearance is on record, and nothing was admitted under it yet")
    plate_intact: Tri = Field(description="the plate's files still have the hashes on record")
    brief_intact: Tri = Field(description="the brief's text and files still have the hashes on record")
    rejections: tuple[Role, ...] = Field(description="roles whose rejection of this brief stands by now")
    tool_complete: Tri = Field(description="the tool says that it wrote everything")
    tool_finite: Tri = Field(description="the tool says that no pixel is NaN and no colour infinite")
    hull_untouched: Tri = Field(description="the tool measured that pixels outside what it changed are the plate's")
    files_present: Tri = Field(description="every file that the manifest names was found in staging, and is not empty")
    nothing_else: Tri = Field(description="staging holds no file that the manifest does not name")
    looked_right: Tri = Field(description="frames read back have the manifest's size and channels")
    looked_finite: Tri = Field(description="frames read back hold no NaN and no infinite colour")

    def contradictions(self) -> Iterator[str]:
        """See Facts."""
        yield from super().contradictions()
        yield from self._needs("tool_complete", only_if="files_present")
        if self.tool_finite is Tri.TRUE and self.looked_finite is Tri.FALSE:
            yield "the tool says that every pixel is finite, and frames read back are not"


class VersionFacts(Facts, name="version-facts", version=1):
    """A note is written on a version."""

    action: ClassVar[str] = "note"
    version_on_record: Tri = Field(description="the version is on record")


class StatusFacts(VersionFacts, SignedFacts, name="status-facts", version=2):
    """A version's status is set, to anything but final and approved."""

    action: ClassVar[str] = "status"
    version_final: Tri = Field(description="the version's status is final now")


class FinalFacts(UseFacts, SignedFacts, name="final-facts", version=2):
    """A version's status is set to final."""

    action: ClassVar[str] = "final"
    version_on_record: Tri = Field(description="the version is on record")
    version_intact: Tri = Field(description="the version's files have the hashes on record")
    faces_untouched: Tri = Field(description="looking at the result found every face in the plate untouched")
    looks_approved: Tri = Field(
        description="every performer whose consent asks for it signed an approval of exactly these files"
    )
    packs_reviewed: Tri = Field(description="counsel signed every pack in force, as it is now, for this production")
    made_in_evaluation: Tri = Field(description="the version was made while the evaluation switch was on")
    rejections: tuple[Role, ...] = Field(description="roles whose rejection stands for exactly these files")

    def contradictions(self) -> Iterator[str]:
        """See Facts."""
        yield from super().contradictions()
        yield from self._needs("version_intact", only_if="version_on_record")
        found = self.alters_people is Tri.TRUE and self.tool_alters_people is Tri.FALSE
        if found and self.faces_untouched is Tri.TRUE:
            yield "a face was found altered, and every face was found untouched"
        for role in sorted(set(self.approvals) & set(self.rejections)):
            yield f"{role} has both approved and rejected these files"
        if self.approvals and self.version_intact is not Tri.TRUE:
            yield "an approval stands for files that are not known to be intact"


class ApproveFacts(WordFacts, name="approve-facts", version=2):
    """A brief or a version is approved."""

    action: ClassVar[str] = "approve"
    subject_intact: Tri = Field(description="its files have the hashes on record")

    def contradictions(self) -> Iterator[str]:
        """See Facts."""
        yield from super().contradictions()
        yield from self._needs("subject_intact", only_if="subject_on_record")


class RejectFacts(WordFacts, name="reject-facts", version=2):
    """A brief or a version is rejected."""

    action: ClassVar[str] = "reject"


FACTS: dict[str, type[Facts]] = {
    kind.action: kind
    for kind in (
        InitFacts,
        PersonFacts,
        IngestFacts,
        AdmitPlateFacts,
        BriefFacts,
        MakeFacts,
        AdmitFacts,
        VersionFacts,
        StatusFacts,
        FinalFacts,
        ApproveFacts,
        RejectFacts,
        KeyFacts,
        AnswerFacts,
        IdentifyFacts,
        ConsentFacts,
        WithdrawFacts,
        LiftFacts,
        RevocationFacts,
        ReleaseFacts,
        PolicyFacts,
        PackReviewFacts,
        SwitchFacts,
        EnrolFacts,
        EraseFacts,
        LookFacts,
    )
}
"""Every action that the gate knows, and the facts that it turns on."""
