"""The finished version in staging: layers linked from the cache, preview, contact sheet, scene, and what was
measured."""

import json
from pathlib import Path
from typing import Any

from secondunit.physics.pieces import MATERIALS
from secondunit.schema import CollapseBrief, Draft, Plate, Tri
from secondunit.tools import staged
from secondunit.tools.base import Context
from secondunit.tools.collapse import rubble
from secondunit.tools.collapse.fall import Fall
from secondunit.tools.collapse.picture import ALL_LAYERS, PictureJob, window
from secondunit.tools.collapse.shot import Clock


def deliver(
    brief: CollapseBrief, plate: Plate, clock: Clock, fell: Fall, job: PictureJob, frames: dict[int, Path], ctx: Context
) -> Draft:
    """Fill ``ctx.staging`` and describe it."""
    staged.link_layers(ALL_LAYERS, frames, ctx)
    told = f"{brief.style} from {brief.trigger}, seed {brief.seed}, {brief.quality}; event at {clock.event}"
    sheet = staged.Sheet(min(clock.event, clock.last), f"{brief.shot}  collapse", told)
    staged.preview(plate, frames, sheet, ctx)
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
