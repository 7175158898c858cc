"""Benchmarks that come with the program."""

from typing import Any

import typer

from secondunit.cli.answer import tell
from secondunit.cli.options import Folder, Json, opened


def guard(context: typer.Context, folder: Folder = None, as_json: Json = False) -> None:
    """Time verdicts and signatures, and what the gate added to a version here; count how matching errs."""
    from secondunit.runner.bench_guard import measure
    from secondunit.schema import InputError

    try:
        home = opened(context, folder)
    except InputError:
        if folder is not None:
            raise
        home = None  # outside a production there is no version to compare with
    found = measure(home)
    lines = [f"Median of {found['rounds']} rounds on this machine:"]
    for name, value in {**found["verdicts_ms"], **found["signatures_ms"]}.items():
        lines.append(f"  {value:8.3f} ms  {name}")
    lines += _run_lines(found["run"], found["skipped"])
    lines += [f"{row['performer']}, matched: {row['says']}." for row in found["matching"]]
    tell(as_json, found, *lines)


def _run_lines(run: dict[str, Any] | None, skipped: list[str]) -> list[str]:
    """What the guardrails added to a run, and which versions say nothing about that."""
    cached = [f"Skipped, for frames of theirs came from the cache: {', '.join(skipped)}."] if skipped else []
    if run is None and skipped:
        return [*cached, "No version here was computed when it was made: make one with another seed to compare with."]
    if run is None:
        return ["No version here to compare a run with: call it inside a production that has one."]
    unknown = "" if run["computed"] == "true" else " (whether its frames were computed then is not on record)"
    gate = f"the gate added {run['overhead_percent']} % to the run"
    asked = f"asked twice, {run['facts and verdict_ms']} ms each"
    hashed = f"inputs hashed twice, {run['hash inputs_ms']} ms; outputs once, {run['hash outputs_ms']} ms"
    looked = f"{run['with_looking_percent']} % with looking for people ({run['look for people_ms'] / 1e3:.1f} s)"
    return [*cached, f"{run['version']}{unknown}: {gate} ({asked}; {hashed}); {looked}."]
