"""Facts for the gate, gathered from records and from what the door itself saw. Nothing here decides.

Slow looking (hashing files) is done first, outside the database's lock, and handed in as `Seen`; records are read
inside the transaction that the verdict is written in, so nobody can change them between question and answer.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from secondunit.runner import facts_said, facts_use, inspection, looks, packs, reviews
from secondunit.runner.clock import instant
from secondunit.runner.facts_said import acting
from secondunit.runner.facts_use import Asked
from secondunit.schema import (
    ApproveRequest,
    BriefRequest,
    Draft,
    IngestRequest,
    InputError,
    Inspection,
    LayerManifest,
    MakeRequest,
    NoteRequest,
    Plate,
    RejectRequest,
    Request,
    Role,
    SignedRequest,
    Status,
    StatusRequest,
    Tri,
    Version,
    read_brief,
)
from secondunit.schema.declaration import DECLARED
from secondunit.schema.facts import (
    AdmitFacts,
    AdmitPlateFacts,
    BriefFacts,
    Facts,
    FinalFacts,
    IngestFacts,
    MakeFacts,
    StatusFacts,
    VersionFacts,
)
from secondunit.store.blobs import intact
from secondunit.store.reading import Reading


@dataclass(frozen=True)
class Seen:
    """What hashing files showed. UNKNOWN: not looked at, or nobody could say.

    folder: the production's. papers: hashes of the user's own files that a request names, by field.
    """

    folder: Path
    plate_intact: Tri = Tri.UNKNOWN
    brief_intact: Tri = Tri.UNKNOWN
    version_intact: Tri = Tri.UNKNOWN
    look_intact: Tri = Tri.UNKNOWN
    packs_usable: Tri = Tri.UNKNOWN
    papers: Mapping[str, str] = field(default_factory=dict)


# ---- looking, before the database is locked


def see_make(folder: Path, reading: Reading, plate: Plate, shot: str, brief: str) -> Seen:
    """Hash the plate's files and the brief with its files."""
    whole = see_plate(folder, reading, plate)
    return Seen(folder, plate_intact=whole, brief_intact=see_brief(folder, reading, shot, brief))


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
        return Tri.of(all(intact(folder, stored) for stored in read_brief(text).files))
    except InputError:
        return Tri.FALSE
    except OSError:
        return Tri.UNKNOWN


def see_version(folder: Path, reading: Reading, version: Version) -> Tri:
    """Whether the version's files are those that were made."""
    return inspection.unchanged(folder / version.folder, reading.files(version.name))


def see_subject(folder: Path, reading: Reading, request: Request | SignedRequest) -> Seen:
    """What a review decides on, hashed: needed to approve, and to call a version final."""
    if isinstance(request, StatusRequest) and request.status is Status.FINAL:
        version = reading.version(request.shot, request.version)
        return Seen(folder, version_intact=see_version(folder, reading, version)) if version else Seen(folder)
    if isinstance(request, ApproveRequest) and not isinstance(request, RejectRequest):
        shot, _, name = request.subject.partition("/")
        if name.startswith("b"):
            return Seen(folder, brief_intact=see_brief(folder, reading, shot, name))
        look = looks.of_subject(reading, request.subject)
        if look:
            return Seen(folder, look_intact=looks.see(folder, look))
        version = reading.version(shot, name)
        return Seen(folder, version_intact=see_version(folder, reading, version)) if version else Seen(folder)
    if isinstance(request, SignedRequest):
        return facts_said.see(Seen(folder), request)
    return Seen(folder)


# ---- gathering, inside the transaction


def gather(reading: Reading, request: Request, seen: Seen) -> Facts:
    """The facts of a request. Raises TypeError for a request without a gatherer."""
    for kind, gatherer in GATHERERS.items():
        if type(request) is kind:
            return gatherer(reading, request, seen)
    raise TypeError(f"nobody gathers facts for {type(request).__name__}")


def _ingest(reading: Reading, request: IngestRequest, seen: Seen) -> Facts:
    return IngestFacts.model_validate(acting(reading, request.actor, request.shot))


def _brief(reading: Reading, request: BriefRequest, seen: Seen) -> Facts:
    return BriefFacts.model_validate(acting(reading, request.actor, request.brief.shot))


def _make(reading: Reading, request: MakeRequest, seen: Seen) -> Facts:
    asked = _to_make(reading, request, seen)
    on_record = {"plate_on_record": Tri.of(asked.plate is not None), "brief_on_record": Tri.of(asked.brief is not None)}
    return make_facts(reading, request, seen, asked, on_record)


def _to_make(reading: Reading, request: MakeRequest, seen: Seen) -> Asked:
    """What a run is about, before it and after it: answers and approvals are the brief's."""
    stored = reading.stored_brief(request.shot, request.brief)
    return Asked(
        seen.folder,
        reading.brief(request.shot, request.brief),
        reading.plate(request.shot, request.plate),
        instant(),
        ((stored.name, stored.brief_sha256),) if stored else (),
        frozenset({request.actor, *([stored.by] if stored else [])}),
    )


def make_facts(
    reading: Reading, request: MakeRequest, seen: Seen, asked: Asked, on_record: Mapping[str, Tri]
) -> MakeFacts:
    """The facts of running a tool. on_record: whether plate and brief are."""
    brief = asked.brief
    subject = f"{request.shot}/{request.brief}" if asked.content else request.shot
    return MakeFacts.model_validate(
        acting(reading, request.actor, subject)
        | {
            **on_record,
            "plate_intact": seen.plate_intact,
            "brief_intact": seen.brief_intact,
            "rejections": _brief_rejections(reading, request),
            "tool_declared": Tri.of(brief.tool in DECLARED) if brief else Tri.UNKNOWN,
            "for_final": Tri.of(brief.quality == "final") if brief else Tri.UNKNOWN,
        }
        | facts_use.use(reading, asked)
    )


def _brief_rejections(reading: Reading, request: MakeRequest) -> tuple[Role, ...]:
    stored = reading.stored_brief(request.shot, request.brief)
    return reviews.rejecting(reading, (stored.name, stored.brief_sha256)) if stored else ()


def _note(reading: Reading, request: NoteRequest, seen: Seen) -> Facts:
    return VersionFacts.model_validate(_on_version(reading, request))


def _on_version(reading: Reading, request: NoteRequest | StatusRequest) -> dict[str, object]:
    version = reading.version(request.shot, request.version)
    subject = f"{request.shot}/{request.version}"
    return acting(reading, request.actor, subject) | {"version_on_record": Tri.of(version is not None)}


def _status(reading: Reading, request: StatusRequest, seen: Seen) -> Facts:
    version = reading.version(request.shot, request.version)
    common = _on_version(reading, request) | facts_said.signed(reading, request, seen)
    if request.status is not Status.FINAL:
        final = Tri.of(version.status is Status.FINAL) if version else Tri.UNKNOWN
        return StatusFacts.model_validate(common | {"version_final": final})
    return FinalFacts.model_validate(common | _final(reading, version, seen))


def _final(reading: Reading, version: Version | None, seen: Seen) -> dict[str, object]:
    """Of files that have changed, nobody has approved anything."""
    looked = reading.newest(Inspection, version.name) if version else None
    asked = _asked_of(reading, version, seen, looked)
    facts = facts_use.use(reading, asked)
    if seen.version_intact is not Tri.TRUE:
        facts["approvals"] = ()
    cleared = reading.clearance(version.clearance) if version else None
    return facts | {
        "version_intact": seen.version_intact,
        "rejections": reviews.rejecting(reading, (version.name, version.files_sha256)) if version else (),
        "faces_untouched": Tri.of(_is_of(looked, version) and looked.altered is Tri.FALSE) if looked else Tri.FALSE,
        "looks_approved": Tri.of(facts_use.looks_approved(reading, asked)),
        "packs_reviewed": Tri.of(all(packs.reviewed(reading, one) for one in packs.in_force(reading))),
        "made_in_evaluation": Tri.of(cleared is None or cleared.verdict.facts.get("evaluation") == Tri.TRUE),
    }


def _is_of(looked: Inspection, version: Version | None) -> bool:
    return version is not None and looked.subject_sha256 == version.frames_sha256


def _asked_of(reading: Reading, version: Version | None, seen: Seen, looked: Inspection | None) -> Asked:
    if version is None:
        return Asked(seen.folder, None, None, instant(), ())
    stored = reading.stored_brief(version.shot, version.brief)
    content = ((version.name, version.files_sha256), (f"{version.shot}/{version.brief}", version.brief_sha256))
    return Asked(
        seen.folder,
        reading.brief(version.shot, version.brief),
        reading.plate(version.shot, version.plate),
        instant(),
        content,
        frozenset({version.made_by, *([stored.by] if stored else [])}),
        looked.altered if looked and _is_of(looked, version) else Tri.FALSE,
        looked if looked and _is_of(looked, version) else None,
    )


GATHERERS: dict[type[Request], Callable[..., Facts]] = {
    IngestRequest: _ingest,
    BriefRequest: _brief,
    MakeRequest: _make,
    NoteRequest: _note,
    StatusRequest: _status,
    **facts_said.GATHERERS,
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
        acting(reading, request.actor, request.shot)
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
    inspected: Inspection,
) -> AdmitFacts:
    """Facts about what a tool left in staging. What the tool does not say is unknown.

    inspected: whose faces changed is asked here of tools that alter people; of others when the version shall be final.
    """
    asked = _to_make(reading, request, seen)
    if asked.brief is not None and DECLARED[asked.brief.tool].alters_people:
        asked = replace(asked, looked=inspected)
    must = set(manifest.files())
    return AdmitFacts.model_validate(
        acting(reading, request.actor, request.shot)
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
        | facts_use.use(reading, asked)
    )


def _open(reading: Reading, clearance: str, request_sha256: str) -> Tri:
    """On record, for exactly this request, its job still running, and nothing admitted under it."""
    found = reading.clearance(clearance)
    if found is None or found.request_sha256 != request_sha256:
        return Tri.FALSE
    running = reading.job_state(clearance) == "running"
    return Tri.of(running and not reading.clearance_used(clearance))
