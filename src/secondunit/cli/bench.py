"""Benchmarks that come with the program."""

import typer

from secondunit.cli.answer import tell
from secondunit.cli.options import Folder, Json, opened


def guard(context: typer.Context, folder: Folder = None, as_json: Json = False) -> None:
    """Time verdicts and signatures, and what the gate added to the newest version here; count how matching errs."""
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
    run = found["run"]
    if run:
        lines.append(
            f"{run['version']}: the gate added {run['overhead_percent']} % to the run (asked twice, "
            f"{run['facts and verdict_ms']} ms each; inputs hashed twice, {run['hash inputs_ms']} ms; outputs once, "
            f"{run['hash outputs_ms']} ms); {run['with_looking_percent']} % with looking for people "
            f"({run['look for people_ms'] / 1e3:.1f} s)."
        )
    else:
        lines.append("No version here to compare a run with: call it inside a production that has one.")
    lines += [f"{row['performer']}, matched: {row['says']}." for row in found["matching"]]
    tell(as_json, found, *lines)
