"""A production on disk: made, found, opened.

production.toml    what it is set to; written last, so a folder with it is a whole production
secondunit.db      every record
plates/SHOT/PL01_v001/   versions/SHOT/v001/      complete and immutable; each has its row
blobs/             files that briefs name, by content
keys/              public keys
scratch/           jobs under way, and the cache: may be removed when nothing runs
"""

import fcntl
import os
import shutil
import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from secondunit.policy import gate
from secondunit.policy.pack import load
from secondunit.runner import orphans, packs, told
from secondunit.runner.clock import instant
from secondunit.schema import Clearance, InitRequest, InputError, Move, Outcome, Person, PersonKey, Role, Tri, Verdict
from secondunit.schema.facts import Facts, InitFacts
from secondunit.schema.production import Settings
from secondunit.store import database
from secondunit.store.blobs import sync_folder
from secondunit.store.database import Store
from secondunit.store.reading import Reading
from secondunit.store.writing import Writing
from secondunit.trust.keys import PublicKey, read_public

TOML = "production.toml"
FOLDERS = ("plates", "versions", "keys", "scratch")
MARK = ".second-unit-init"
"""Held while a production is being made: what lies beside it without a production.toml is a broken start."""


@dataclass(frozen=True)
class Production:
    """An open production. folder: absolute. Fronts read through `reading()`; only `advance` writes."""

    folder: Path
    settings: Settings
    store: Store

    def reading(self) -> AbstractContextManager[Reading]:
        """A consistent view of everything on record."""
        return self.store.reading()

    def judge(self, reading: Reading, facts: Facts) -> Verdict:
        """The gate's answer by the packs in force now. Ask it inside the transaction that the facts come from.

        Of records that are not those that the ledger tells of, nothing is believed: the gate refuses.
        """
        fault = next(told.faults(reading), None)
        broken = f"{fault}: see `secondunit ledger verify`, and restore the database from a copy" if fault else None
        return gate.judge(facts.action, facts, packs.policy(reading, self.settings), at=instant(), broken=broken)


def find_production(start: Path) -> Path:
    """Walk up from `start` to the folder that holds production.toml; raises InputError that says what to do."""
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / TOML).is_file():
            return folder
    raise InputError(f"No production in {start} or above it: give one with -C DIR, or make one with `secondunit init`.")


def open_production(folder: Path) -> Production:
    """Open, bring the database up to date, clear what dead jobs left behind. Raises InputError for what is broken."""
    folder = folder.absolute()
    toml, path = folder / TOML, folder / database.NAME
    if not toml.is_file():
        raise InputError(f"{folder} holds no {TOML}: it is not a production; make one with `secondunit init`.")
    settings = Settings.from_toml(_read(toml), str(toml))
    if not path.is_file():
        raise InputError(f"{path} is missing: restore it from a copy; without it nothing is on record.")
    store = Store(path)
    store.upgrade()
    orphans.clear(folder, store, at=instant())
    return Production(folder, settings, store)


def _read(toml: Path) -> str:
    try:
        return toml.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{toml} is no text (byte {error.start}): restore it from a copy.") from error
    except OSError as error:
        raise InputError(f"{toml} cannot be read: {error.strerror}; check who may read it.") from error


def init_production(folder: Path, request: InitRequest) -> Outcome:
    """Make a new production in `folder`; a refusal (something is there) is a result. Raises InputError if it cannot."""
    folder = folder.absolute()
    existed = folder.exists()
    facts = InitFacts(
        actor=request.actor,
        subject=request.code,
        # Nobody is on record where there is no production; who is on record in another one is not asked.
        actor_on_record=Tri.UNKNOWN if (folder / TOML).exists() else Tri.FALSE,
        roles=(),
        folder_free=_is_free(folder),
    )
    if request.key is not None:
        _key(request.key)
    verdict = gate.judge(Move.INIT, facts, load(), at=instant())
    if not verdict.allowed:
        return Outcome(move=Move.INIT, verdict=verdict)
    try:
        return _build(folder, request, verdict)
    except OSError as error:
        raise InputError(f"{folder} cannot be made a production: {error.strerror}; choose another folder.") from error
    finally:
        if not existed and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _undo(folder: Path) -> None:
    """Remove what an init that fails has made. Call while its mark is held."""
    for name in FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    for leftover in (*folder.glob(f"{database.NAME}*"), folder / f"{TOML}.part", folder / MARK):
        leftover.unlink(missing_ok=True)


def _is_free(folder: Path) -> Tri:
    """Absent, empty, or left by an init that did not get to its end and is not running."""
    try:
        if not folder.exists():
            return Tri.TRUE
        names = {path.name for path in folder.iterdir()}
        if MARK not in names:
            return Tri.of(not names)
        with (folder / MARK).open("r+") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return Tri.of(TOML not in names)
    except BlockingIOError:
        return Tri.FALSE
    except NotADirectoryError:
        return Tri.FALSE
    except OSError:
        return Tri.UNKNOWN


def _build(folder: Path, request: InitRequest, verdict: Verdict) -> Outcome:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / MARK).open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        if (folder / TOML).exists():
            raise InputError(f"{folder} became a production while this one was being made: open it, or choose another.")
        for leftover in (*folder.glob(f"{database.NAME}*"), folder / f"{TOML}.part"):
            leftover.unlink(missing_ok=True)
        try:
            outcome = _fill(folder, request, verdict)
        except BaseException:
            _undo(folder)
            raise
        (folder / MARK).unlink()
    return outcome


def _fill(folder: Path, request: InitRequest, verdict: Verdict) -> Outcome:
    for name in FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    store = Store(folder / database.NAME)
    store.upgrade()
    with store.writing() as writing:
        outcome = _first_lines(writing, request, verdict)
    store.close()
    _write_toml(folder, request)
    return outcome


def _first_lines(writing: Writing, request: InitRequest, verdict: Verdict) -> Outcome:
    person = Person(name=request.actor, roles=(Role.ARTIST, Role.SUPERVISOR))
    clearance = put_verdict(writing, Move.INIT, request.digest, verdict, actor=request.actor, subject=request.code)
    writing.put_person(person)
    if request.key is not None:
        thumbprint = _key(request.key).thumbprint
        held = PersonKey(name=person.name, key=request.key, thumbprint=thumbprint, by=person.name, at=verdict.at)
        writing.put_said(held, person.name, by=person.name)
    body = {"clearance": clearance.id if clearance else None, "title": request.title, "person": person.name}
    line = writing.line(at=verdict.at, move=Move.INIT, actor=request.actor, subject=request.code, body=body)
    return Outcome(move=Move.INIT, verdict=verdict, clearance=clearance, made=person, ledger_seq=line.seq)


def _key(text: str) -> PublicKey:
    """Raises InputError for what is no public key that signs here."""
    try:
        return read_public(text)
    except ValueError as error:
        raise InputError(f"The key given is no public key: {error}") from error


def _write_toml(folder: Path, request: InitRequest) -> None:
    settings = Settings(title=request.title, code=request.code, fps=request.fps, start=request.start)
    part = folder / f"{TOML}.part"
    with part.open("w", encoding="utf-8") as file:
        file.write(settings.to_toml())
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / TOML)
    sync_folder(folder)


def put_verdict(
    writing: Writing,
    move: Move,
    request_sha256: str,
    verdict: Verdict,
    *,
    actor: str,
    subject: str,
    key: str | None = None,
) -> Clearance | None:
    """Save the gate's answer; if it allows, the clearance too, under the same id."""
    key = key or uuid.uuid4().hex[:16]
    writing.put_verdict(key, verdict, actor=actor, subject=subject)
    if not verdict.allowed:
        return None
    clearance = Clearance(
        id=key, move=move, actor=actor, subject=subject, request_sha256=request_sha256, verdict=verdict
    )
    writing.put_clearance(clearance, subject.partition("/")[0])
    return clearance
