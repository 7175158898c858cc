"""Facts for the gate, gathered from records and from what the door itself saw. Nothing here decides.

Slow looking (hashing files) is done first, outside the database's lock, and handed in as `Seen`; records are read
inside the transaction that the verdict is written in, so nobody can change them between question and answer.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from secondunit.runner import inspection
from secondunit.schema import (
    ApproveRequest,
    BriefRequest,
    CollapseBrief,
    Draft,
    IngestRequest,
    InputError,
    LayerManifest,
    MakeRequest,
    NoteRequest,
    PersonRequest,
    Plate,
    RejectRequest,
    Request,
    Role,
    Status,
    StatusRequest,
    Tri,
    Version,
)
from secondunit.schema.declaration import DECLARED
from secondunit.schema.facts import (
    AdmitFacts,
    AdmitPlateFacts,
    ApproveFacts,
    BriefFacts,
    Facts,
    FinalFacts,
    IngestFacts,
    MakeFacts,
    PersonFacts,
    RejectFacts,
    StatusFacts,
    VersionFacts,
)
from secondunit.store.blobs import intact
from secondunit.store.reading import Reading
from secondunit.trust import keyfile


@dataclass(frozen=True)
class Seen:
    """What hashing files showed. UNKNOWN: not looked at, or nobody could say."""

    plate_intact: Tri = Tri.UNKNOWN
    brief_intact: Tri = Tri.UNKNOWN
    version_intact: Tri = Tri.UNKNOWN


def _actor(reading: Reading, name: str, subject: str) -> dict[str, object]:
    person = reading.person(name)
    roles = tuple(sorted(person.roles)) if person else ()
    return {"actor": name, "subject": subject, "actor_on_record": Tri.of(person is not None), "roles": roles}


# ---- looking, before the database is locked


def see_make(folder: Path, reading: Reading, plate: Plate, shot: str, brief: str) -> Seen:
    """Hash the plate's files and the brief with its files."""
    return Seen(plate_intact=see_plate(folder, reading, plate), brief_intact=see_brief(folder, reading, shot, brief))


def see_plate(folder: Path, reading: Reading, plate: Plate) -> Tri:
    """Whether the plate's files are those taken in."""
    return inspection.unchanged(folder / plate.frames_folder, reading.files(f"{plate.shot}/{plate.id}"))


def see_brief(folder: Path, reading: Reading, shot: str, brief: str) -> Tri:
    """Whether the brief's text has the hash on record, and the files that it names theirs."""
    stored, text = reading.stored_brief(shot, brief), reading.brief_text(shot, brief)
    if stored is None or text is None:
        return Tri.UNKNOWN
    # The text as stored: an older brief reads as an upgraded one, whose own hash would be another.
    if hashlib.sha256(text.encode()).hexdigest() != stored.brief_sha256:
        return Tri.FALSE
    try:
        words = CollapseBrief.from_json(text)
        return Tri.of(words.matte is None or intact(folder, words.matte))
    except InputError:
        return Tri.FALSE
    except OSError:
        return Tri.UNKNOWN


def see_version(folder: Path, reading: Reading, version: Version) -> Tri:
    """Whether the version's files are those that were made."""
    return inspection.unchanged(folder / version.folder, reading.files(version.name))


def see_subject(folder: Path, reading: Reading, request: Request) -> Seen:
    """What a review decides on, hashed: needed to approve, and to call a version final."""
    if isinstance(request, StatusRequest) and request.status is Status.FINAL:
        version = reading.version(request.shot, request.version)
        return Seen(version_intact=see_version(folder, reading, version)) if version else Seen()
    if isinstance(request, ApproveRequest) and not isinstance(request, RejectRequest):
        shot, _, name = request.subject.partition("/")
        if name.startswith("b"):
            return Seen(brief_intact=see_brief(folder, reading, shot, name))
        version = reading.version(shot, name)
        return Seen(version_intact=see_version(folder, reading, version)) if version else Seen()
    return Seen()


# ---- gathering, inside the transaction


def gather(reading: Reading, request: Request, seen: Seen) -> Facts:
    """The facts of a request. Raises TypeError for a request without a gatherer."""
    for kind, gatherer in GATHERERS.items():
        if type(request) is kind:
            return gatherer(reading, request, seen)
    raise TypeError(f"nobody gathers facts for {type(request).__name__}")


def _person(reading: Reading, request: PersonRequest, seen: Seen) -> Facts:
    public = Tri.TRUE if request.key is None else keyfile.is_public(request.key)
    return PersonFacts.model_validate(_actor(reading, request.actor, request.name) | {"key_is_public": public})


def _ingest(reading: Reading, request: IngestRequest, seen: Seen) -> Facts:
    return IngestFacts.model_validate(_actor(reading, request.actor, request.shot))


def _brief(reading: Reading, request: BriefRequest, seen: Seen) -> Facts:
    return BriefFacts.model_validate(_actor(reading, request.actor, request.brief.shot))


def _make(reading: Reading, request: MakeRequest, seen: Seen) -> Facts:
    plate = reading.plate(request.shot, request.plate)
    brief = reading.brief(request.shot, request.brief)
    declared = DECLARED.get(brief.tool) if brief else None
    return MakeFacts.model_validate(
        _actor(reading, request.actor, request.shot)
        | {
            "plate_on_record": Tri.of(plate is not None),
            "plate_intact": seen.plate_intact,
            "brief_on_record": Tri.of(brief is not None),
            "brief_intact": seen.brief_intact,
            "rejections": _brief_rejections(reading, request),
            "tool_declared": Tri.of(declared is not None) if brief else Tri.UNKNOWN,
            "tool_alters_people": Tri.of(declared.alters_people) if declared else Tri.UNKNOWN,
        }
    )


def _brief_rejections(reading: Reading, request: MakeRequest) -> tuple[Role, ...]:
    stored = reading.stored_brief(request.shot, request.brief)
    return reading.standing(stored.name, stored.brief_sha256, granted=False) if stored else ()


def _note(reading: Reading, request: NoteRequest, seen: Seen) -> Facts:
    return VersionFacts.model_validate(_on_version(reading, request))


def _on_version(reading: Reading, request: NoteRequest | StatusRequest) -> dict[str, object]:
    version = reading.version(request.shot, request.version)
    subject = f"{request.shot}/{request.version}"
    return _actor(reading, request.actor, subject) | {"version_on_record": Tri.of(version is not None)}


def _status(reading: Reading, request: StatusRequest, seen: Seen) -> Facts:
    version = reading.version(request.shot, request.version)
    common = _on_version(reading, request)
    if request.status is not Status.FINAL:
        final = Tri.of(version.status is Status.FINAL) if version else Tri.UNKNOWN
        return StatusFacts.model_validate(common | {"version_final": final})
    approvals, rejections = _standing(reading, version, seen.version_intact)
    reviewed = {"version_intact": seen.version_intact, "approvals": approvals, "rejections": rejections}
    return FinalFacts.model_validate(common | reviewed)


def _standing(reading: Reading, version: Version | None, files: Tri) -> tuple[tuple[Role, ...], tuple[Role, ...]]:
    """Approvals and rejections of exactly these files: of files that have changed, nobody has approved anything."""
    if version is None:
        return (), ()
    rejections = reading.standing(version.name, version.files_sha256, granted=False)
    if files is not Tri.TRUE:
        return (), rejections
    return reading.standing(version.name, version.files_sha256, granted=True), rejections


def _approve(reading: Reading, request: ApproveRequest, seen: Seen) -> Facts:
    """The role is decided by now: see `roles.deciding`."""
    shot, _, name = request.subject.partition("/")
    is_brief = name.startswith("b")
    found = reading.stored_brief(shot, name) if is_brief else reading.version(shot, name)
    common = _actor(reading, request.actor, request.subject)
    common |= {"acts_as": request.role, "subject_on_record": Tri.of(found is not None)}
    if isinstance(request, RejectRequest):
        return RejectFacts.model_validate(common)
    return ApproveFacts.model_validate(
        common | {"subject_intact": seen.brief_intact if is_brief else seen.version_intact}
    )


GATHERERS: dict[type[Request], Callable[..., Facts]] = {
    PersonRequest: _person,
    IngestRequest: _ingest,
    BriefRequest: _brief,
    MakeRequest: _make,
    NoteRequest: _note,
    StatusRequest: _status,
    ApproveRequest: _approve,
    RejectRequest: _approve,
}


# ---- what came out


@dataclass(frozen=True)
class Look:
    """What reading frames back showed: size and channels as stated; no NaN, and no infinite colour."""

    right: Tri
    finite: Tri


def admit_plate(
    reading: Reading, request: IngestRequest, plate: Plate, staging: Path, clearance: str
) -> AdmitPlateFacts:
    """Facts about what decoding left in staging."""
    must, may = inspection.plate_files(plate)
    found = inspection.names_in(staging)
    return AdmitPlateFacts.model_validate(
        _actor(reading, request.actor, request.shot)
        | {
            "clearance_open": _open(reading, clearance, request.digest),
            "frames_present": inspection.not_empty(staging, must),
            "nothing_else": Tri.of(found <= must | may),
        }
    )


def admit(
    reading: Reading,
    request: MakeRequest,
    *,
    draft: Draft,
    manifest: LayerManifest,
    staging: Path,
    clearance: str,
    seen: Seen,
    look: Look,
) -> AdmitFacts:
    """Facts about what a tool left in staging. What the tool does not say is unknown."""
    must = set(manifest.files())
    return AdmitFacts.model_validate(
        _actor(reading, request.actor, request.shot)
        | {
            "clearance_open": _open(reading, clearance, request.digest),
            "plate_intact": seen.plate_intact,
            "brief_intact": seen.brief_intact,
            "rejections": _brief_rejections(reading, request),
            "tool_complete": draft.facts.get("complete", Tri.UNKNOWN),
            "tool_finite": draft.facts.get("finite", Tri.UNKNOWN),
            "hull_untouched": draft.facts.get("hull_untouched", Tri.UNKNOWN),
            "files_present": inspection.not_empty(staging, must),
            "nothing_else": Tri.of(inspection.names_in(staging) <= must | set(inspection.OWN_FILES)),
            "looked_right": look.right,
            "looked_finite": look.finite,
        }
    )


def _open(reading: Reading, clearance: str, request_sha256: str) -> Tri:
    """On record, for exactly this request, its job still running, and nothing admitted under it."""
    found = reading.clearance(clearance)
    if found is None or found.request_sha256 != request_sha256:
        return Tri.FALSE
    running = reading.job_state(clearance) == "running"
    return Tri.of(running and not reading.clearance_used(clearance))
