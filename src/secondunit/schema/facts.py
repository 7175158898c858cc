"""What the gate is told: one frozen record per action. Every Tri must be known, every field given, none contradict.

`actor`, `subject` and `roles` come with every action; the rest is what that action turns on. The Cedar schema is made
from these records, so a rule cannot speak of a fact that nobody gathers.
"""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from .base import Record
from .names import PersonName, Role
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


class PersonFacts(Facts, name="person-facts", version=1):
    """Somebody is put on record, or given roles."""

    action: ClassVar[str] = "person"
    key_is_public: Tri = Field(description="the key given, if any, is of a known public form")


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


class MakeFacts(Facts, name="make-facts", version=1):
    """A tool is run."""

    action: ClassVar[str] = "make"
    plate_on_record: Tri = Field(description="the plate is on record for this shot")
    plate_intact: Tri = Field(description="the plate's files have the hashes on record")
    brief_on_record: Tri = Field(description="the brief is on record for this shot")
    brief_intact: Tri = Field(description="the brief's text and files have the hashes on record")
    rejections: tuple[Role, ...] = Field(description="roles whose rejection of this brief stands")
    tool_declared: Tri = Field(description="the tool that the brief names is declared")
    tool_alters_people: Tri = Field(description="the tool is declared to alter how people look, sound or act")

    def contradictions(self) -> Iterator[str]:
        """See Facts."""
        yield from super().contradictions()
        yield from self._needs("plate_intact", only_if="plate_on_record")
        yield from self._needs("brief_intact", only_if="brief_on_record")
        yield from self._needs("tool_alters_people", only_if="tool_declared")
        if self.tool_alters_people is Tri.FALSE and self.tool_declared is Tri.FALSE:
            yield "tool_alters_people is declared for a tool that is not declared"


class AdmitFacts(Facts, name="admit-facts", version=1):
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


class StatusFacts(VersionFacts, name="status-facts", version=1):
    """A version's status is set, to anything but final and approved."""

    action: ClassVar[str] = "status"
    version_final: Tri = Field(description="the version's status is final now")


class FinalFacts(VersionFacts, name="final-facts", version=1):
    """A version's status is set to final."""

    action: ClassVar[str] = "final"
    version_intact: Tri = Field(description="the version's files have the hashes on record")
    approvals: tuple[Role, ...] = Field(description="roles whose approval stands for exactly these files")
    rejections: tuple[Role, ...] = Field(description="roles whose rejection stands for exactly these files")

    def contradictions(self) -> Iterator[str]:
        """See Facts."""
        yield from super().contradictions()
        yield from self._needs("version_intact", only_if="version_on_record")
        for role in sorted(set(self.approvals) & set(self.rejections)):
            yield f"{role} has both approved and rejected these files"
        if self.approvals and self.version_intact is not Tri.TRUE:
            yield "an approval stands for files that are not known to be intact"


class ApproveFacts(Facts, name="approve-facts", version=1):
    """A brief or a version is approved."""

    action: ClassVar[str] = "approve"
    acts_as: Role = Field(description="the role in which the actor decides")
    subject_on_record: Tri = Field(description="what is approved is on record")
    subject_intact: Tri = Field(description="its files have the hashes on record")

    def contradictions(self) -> Iterator[str]:
        """See Facts."""
        yield from super().contradictions()
        yield from self._needs("subject_intact", only_if="subject_on_record")


class RejectFacts(Facts, name="reject-facts", version=1):
    """A brief or a version is rejected."""

    action: ClassVar[str] = "reject"
    acts_as: Role = Field(description="the role in which the actor decides")
    subject_on_record: Tri = Field(description="what is rejected is on record")


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
    )
}
"""Every action that the gate knows, and the facts that it turns on."""
