"""The finished version in staging: layers linked from the cache, preview, contact sheet, scene, and what was
measured."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from secondunit.physics.pieces import MATERIALS
from secondunit.schema import CollapseBrief, Draft, Plate, Tri
from secondunit.tools.base import Context
from secondunit.tools.collapse import rubble
from secondunit.tools.collapse.fall import Fall
from secondunit.tools.collapse.picture import ALL_LAYERS, PictureJob, shown, window
from secondunit.tools.collapse.shot import Clock

SHEET_FRAMES = 12


def deliver(
    brief: CollapseBrief, plate: Plate, clock: Clock, fell: Fall, job: PictureJob, frames: dict[int, Path], ctx: Context
) -> Draft:
    """Fill ``ctx.staging`` and describe it."""
    _layers(frames, ctx)
    _preview(brief, plate, clock, job, frames, ctx)
    _scene(brief, clock, fell, job, ctx)
    facts = [json.loads((folder / "facts.json").read_text()) for folder in frames.values()]
    outside = sum(fact["outside"] for fact in facts)
    return Draft(
        layers=ALL_LAYERS,
        width=job.scene.camera.width,
        height=job.scene.camera.height,
        first_frame=clock.first,
        last_frame=clock.last,
        timings=dict(ctx.timings),
        facts={
            "finite": _tri(all(fact["finite"] for fact in facts)),
            "complete": _tri(len(facts) == len(clock.frames)),
            "hull_untouched": _tri(outside == 0),
        },
        data_window=window(job),
        notes=_notes(fell, job, plate),
    )


def _tri(value: bool) -> Tri:
    return Tri.TRUE if value else Tri.FALSE


def _notes(fell: Fall, job: PictureJob, plate: Plate) -> tuple[str, ...]:
    report: dict[str, Any] = fell.motion.report
    lines = [f"{len(fell.pieces)} pieces, {len(fell.bonds)} bonds."]
    if report.get("strengthened"):
        lines.append(f"{len(report['strengthened'])} bonds were strengthened so that the intact building stands.")
    if job.scale < 1.0:
        lines.append(f"The picture is {job.scene.camera.width} pixels wide, the plate {plate.width}: --quality final.")
    return tuple(lines)


def _layers(frames: dict[int, Path], ctx: Context) -> None:
    for frame, folder in frames.items():
        ctx.progress("layers", frame - min(frames), len(frames))
        for layer in ALL_LAYERS:
            target = ctx.staging / layer.file(frame)
            target.parent.mkdir(parents=True, exist_ok=True)
            link(folder / f"{layer.name}.exr", target)


def link(source: Path, target: Path) -> None:
    """The same file at a second place: a hard link where the disk can, else a copy. Both are read only from here on."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _preview(
    brief: CollapseBrief, plate: Plate, clock: Clock, job: PictureJob, frames: dict[int, Path], ctx: Context
) -> None:
    from secondunit.media import colour, contact, movies

    aspect = job.scene.camera.pixel_aspect
    view = colour.view_for(plate.colorspace)
    movies.write_preview(
        ctx.staging / "preview.mp4", _shown(frames, ctx), fps=plate.fps, view=view, pixel_aspect=aspect
    )
    start = min(clock.event, clock.last)
    chosen = contact.pick(start, clock.last, SHEET_FRAMES)
    contact.write_contact(
        ctx.staging / "contact.png",
        {frame: shown(frames[frame]) for frame in chosen},
        title=f"{brief.shot}  collapse",
        subtitle=f"{brief.style} from {brief.trigger}, seed {brief.seed}, {brief.quality}; event at {clock.event}",
        pixel_aspect=aspect,
    )


def _shown(frames: dict[int, Path], ctx: Context) -> Iterator[NDArray[np.uint8]]:
    for done, frame in enumerate(sorted(frames)):
        ctx.progress("preview", done, len(frames))
        yield shown(frames[frame])


def _scene(brief: CollapseBrief, clock: Clock, fell: Fall, job: PictureJob, ctx: Context) -> None:
    from secondunit.media import usd

    states = [clock.state(frame) for frame in clock.frames]
    motion = fell.motion
    poses = usd.Poses(motion.position_m[states], motion.rotation[states], clock.first, clock.fps, motion.alive[states])
    usd.write_scene(
        ctx.staging / "scene.usd",
        fell.pieces,
        poses,
        names=job.names[: len(fell.pieces)],
        camera=job.scene.camera,
        materials=MATERIALS,
        lumps=rubble.lumps(fell.small, states, brief.seed),
    )
