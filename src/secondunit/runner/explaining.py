"""Why the gate says what it says: verdict, the rules that spoke, the facts they saw, what would change it.

Asks and never acts: nothing goes on record.
"""

from dataclasses import dataclass
from pathlib import Path
from tomllib import TOMLDecodeError, loads

from secondunit.policy import cases, explain
from secondunit.policy.explain import Change
from secondunit.policy.pack import Rule
from secondunit.runner import facts, matched, packs
from secondunit.runner.clock import instant
from secondunit.runner.facts_use import Asked
from secondunit.runner.given import file_text
from secondunit.runner.named import plate_named, version_named
from secondunit.runner.production import Production
from secondunit.schema import (
    AgeBrief,
    Brief,
    CollapseBrief,
    InputError,
    MakeRequest,
    Request,
    Status,
    StatusRequest,
    Tri,
    Verdict,
)
from secondunit.schema.brief import KINDS
from secondunit.schema.facts import Facts
from secondunit.store.reading import Reading


@dataclass(frozen=True)
class Explained:
    """The answer, and everything it rests on. facts: (name, value, what it means). matched: whose faces were found,
    where that is why it objects."""

    verdict: Verdict
    rules: tuple[Rule, ...]
    facts: tuple[tuple[str, str, str], ...]
    changes: tuple[Change, ...]
    matched: tuple[str, ...]


def explained(production: Production, actor: str, subject: str, brief_file: Path | None = None) -> Explained:
    """What would be said to the next move on it: running a brief's tool, or calling a version final.

    subject: SHOT/b001, SHOT/v001, or a SHOT with a brief from a file that is not on record. Raises InputError.
    """
    with production.reading() as reading:
        request, known = _asked(production, reading, actor, subject, brief_file)
        policy = packs.policy(reading, production.settings)
        verdict = production.judge(reading, known)
        faces = matched.told(reading, request, verdict)
    seen = tuple(
        (name, _shown(getattr(known, name)), field.description or "")
        for name, field in type(known).model_fields.items()
        if name not in ("actor", "subject")
    )
    return Explained(verdict, explain.spoke(policy, verdict), seen, explain.changes(known, policy, verdict), faces)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value) or "none"
    return str(value)


def _asked(
    production: Production, reading: Reading, actor: str, subject: str, brief_file: Path | None
) -> tuple[Request, Facts]:
    """The move that would come next, and its facts."""
    shot, _, name = subject.partition("/")
    if brief_file is not None:
        return _of_file(production, reading, actor, shot, brief_file)
    if name.startswith("v"):
        version = version_named(reading, shot, name)
        final = StatusRequest.read(actor=actor, shot=shot, version=version.id, status=Status.FINAL)
        return final, facts.gather(reading, final, facts.see_subject(production.folder, reading, final))
    if name.startswith("b") and reading.stored_brief(shot, name):
        plate = plate_named(reading, shot, None)
        run = MakeRequest.read(actor=actor, shot=shot, brief=name, plate=plate.id)
        return run, facts.gather(reading, run, facts.see_make(production.folder, reading, plate, shot, name))
    raise InputError(
        f"{subject!r} is nothing to explain: give a brief on record (SHOT/b001), a version (SHOT/v001), "
        "or a SHOT with --brief FILE."
    )


def _of_file(production: Production, reading: Reading, actor: str, shot: str, path: Path) -> tuple[Request, Facts]:
    """Facts as if the brief were on record, which it is not; so nobody can have approved or answered anything."""
    brief, plate = read_file(path, shot), plate_named(reading, shot, None)
    run = MakeRequest.read(actor=actor, shot=shot, brief="b000", plate=plate.id)
    whole = facts.Seen(
        production.folder, plate_intact=facts.see_plate(production.folder, reading, plate), brief_intact=Tri.TRUE
    )
    asked = Asked(production.folder, brief, plate, instant(), ())
    on_record = {"plate_on_record": Tri.TRUE, "brief_on_record": Tri.TRUE}
    return run, facts.make_facts(reading, run, whole, asked, on_record)


def read_file(path: Path, shot: str) -> Brief:
    """A brief from a TOML file, for this shot; raises InputError that names the field."""
    text = file_text(path, "--brief", "a TOML file")
    try:
        fields = loads(text)
    except TOMLDecodeError as error:
        raise InputError(f"--brief {path} is not TOML: {error}; repair that line.") from error
    tool = fields.get("tool")
    if tool not in KINDS:
        raise InputError(f"--brief {path}: tool = {tool!r}: give one of {', '.join(KINDS)}.")
    kind: type[CollapseBrief] | type[AgeBrief] = KINDS[str(tool)]
    return kind.read(**{"shot": shot, **fields})


def try_cases(production: Production, path: Path) -> list[cases.Tried]:
    """A production's own table against its rules; raises InputError for a table that cannot be read."""
    table = cases.read(file_text(path, "CASES", "a TOML file"), str(path))
    with production.reading() as reading:
        policy = packs.policy(reading, production.settings)
    return list(cases.tried(table, policy, instant()))
