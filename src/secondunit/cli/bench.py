"""Benchmarks that come with the program."""

from pathlib import Path
from typing import Annotated, Any

import typer

from secondunit.cli.answer import screen, table, tell
from secondunit.cli.options import Folder, Json, opened


def guard(context: typer.Context, folder: Folder = None, as_json: Json = False) -> None:
    """Time verdicts, signatures, and what the guardrails added to a run; count how finding and matching faces err."""
    from secondunit.runner.bench_guard import measure
    from secondunit.schema import InputError

    try:
        home = opened(context, folder)
    except InputError:
        if folder is not None:
            raise
        home = None  # outside a production there is no version to compare with
    with screen() as console:
        found = measure(home, console)
    lines = [f"Median of {found['rounds']} rounds on this machine:"]
    for name, value in {**found["verdicts_ms"], **found["signatures_ms"]}.items():
        lines.append(f"  {value:8.3f} ms  {name}")
    lines += _run_lines(found["run"], found["skipped"])
    lines += ["", *_detection_lines(found["detection"]), "", *_matching_lines(found["matching"])]
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


def _detection_lines(counted: dict[str, Any] | None) -> list[str]:
    """What the detector misses and makes up, in drawn pictures; at most: with 95 % confidence."""
    if counted is None:
        return ["No face detector is installed: how well faces are found was not counted."]
    rows = [(f"{width} px wide", *_told(one)) for width, one in counted["width_px"].items()]
    rows += [(f"turned by {yaw} degrees", *_told(one)) for yaw, one in counted["yaw_deg"].items() if yaw != "0"]
    false = counted["false_alarms"]
    return [
        f"Faces found, of heads drawn by numbers on plain walls (turned ones {counted['turned_px']} px wide):",
        *(f"  {line}" for line in table(("head", "found", "missed at most"), rows)),
        f"Somebody was found in {false['wrong']} of {false['of']} drawn walls, facades and heaps of rubble that show "
        f"nobody (at most {false['at_most']:.0%} of such).",
    ]


def _told(one: dict[str, Any]) -> tuple[str, str]:
    return f"{one['of'] - one['wrong']} of {one['of']}", f"{one['at_most']:.0%}"


def _matching_lines(rows: list[dict[str, Any]]) -> list[str]:
    """Errors of matching, on the only real faces that it may be counted on: of performers who gave a release."""
    none = (
        "Matching is counted on those who are enrolled, here none: drawn heads share one skull and are no use for it."
    )
    return [f"{row['performer']}, matched: {row['says']}." for row in rows] or [none]


def age(
    pairs: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Heads rendered at several ages; may be repeated.  [default: none]"),
    ] = None,
    still: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The face that is moved: measured only.  [default: the rendered head]"),
    ] = None,
    frames: Annotated[int, typer.Option(metavar="N", min=3, max=240, help="Frames of the moved still.")] = 24,
    speed: Annotated[bool, typer.Option(help="Measure seconds and memory too, at 1080p.")] = True,
    estimator: Annotated[
        str,
        typer.Option(metavar="COMMAND", help="A program that prints the years of faces in pictures, as a JSON list."),
    ] = "",
    as_json: Json = False,
) -> None:
    """Measure the ageing tool beside its gates and a plain bilateral filter; what misses a gate is printed as missed.

    Needs no production and no consent: no version is made and no picture is kept. Heads for --pairs are rendered by
    examples/head/make_pairs.py, in a Python with Blender's bpy.
    """
    from secondunit.runner import bench_age

    asked = bench_age.Asked(tuple(pairs or ()), still, frames, speed, estimator)
    with screen() as console:
        found = bench_age.measure(asked, console)
    tell(as_json, bench_age.answer(found), *bench_age.lines(found))
