"""recipe.json and run.json of a version: what determines the pixels, and how this one run went."""

import importlib.metadata
import os
from pathlib import Path

import secondunit
from secondunit.schema import Brief, Clearance, Draft, Plate, Recipe, Record, RunRecord

PACKAGES = ("numpy", "scipy", "shapely", "warp-lang", "opencv-python-headless", "OpenImageIO", "OpenEXR", "opencolorio")
"""What the pixels come out of, beside our own code."""


def recipe_of(brief: Brief, plate: Plate, plate_sha256: str, draft: Draft, device: str, ocio_config: str) -> Recipe:
    """Everything that determines the result."""
    return Recipe(
        tool=brief.tool,
        software=secondunit.__version__,
        device=device,
        brief=brief,
        plate=plate,
        plate_sha256=plate_sha256,
        inputs=draft.inputs,
        code=draft.code,
        packages={name: _version(name) for name in PACKAGES},
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


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
