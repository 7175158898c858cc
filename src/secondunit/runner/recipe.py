"""recipe.json and run.json of a version: what determines the pixels, and how this one run went."""

import os
from pathlib import Path

import secondunit
from secondunit.runner import keys
from secondunit.runner.local import device_name
from secondunit.schema import Brief, Clearance, Draft, Plate, Recipe, Record, RunRecord, WorkFailed
from secondunit.schema.declaration import DECLARED


def recipe_of(brief: Brief, plate: Plate, plate_sha256: str, draft: Draft, device: str, ocio_config: str) -> Recipe:
    """Everything that determines the result: the tool's sources with all of the house that they import, too."""
    module = DECLARED[brief.tool].module
    if module is None:
        raise WorkFailed(f"The tool {brief.tool!r} has no source here, so nobody could say what made this.")
    return Recipe(
        tool=brief.tool,
        software=secondunit.__version__,
        device=device_name(device),
        brief=brief,
        plate=plate,
        plate_sha256=plate_sha256,
        inputs=draft.inputs,
        code={module: keys.code_hash((module,)), **draft.code},
        packages=dict(found.split(" ", 1) for found in keys.foreign_versions()),
        ocio_config=ocio_config,
    )


def run_of(clearance: Clearance, job: str, draft: Draft, machine: str, started_at: str, finished_at: str) -> RunRecord:
    """Who, where, how long, and what the tool said."""
    return RunRecord(
        clearance=clearance.id,
        actor=clearance.actor,
        job=job,
        machine=machine,
        started_at=started_at,
        finished_at=finished_at,
        timings=draft.timings,
        facts=draft.facts,
        notes=draft.notes,
    )


def write(folder: Path, recipe: Recipe, run: RunRecord) -> None:
    """Both files, indented for people; the hash on record is of the recipe's canonical JSON."""
    _write(folder / "recipe.json", recipe)
    _write(folder / "run.json", run)


def _write(path: Path, record: Record) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(record.model_dump_json(indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
