"""The collapse from brief to draft: survey, plan, break, fall, dust, pictures."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from secondunit.physics.pieces import MATERIALS, Pieces
from secondunit.render.scene import Pose, Scene, mesh_from_faces, settings_for
from secondunit.schema import CollapseBrief, Draft, Plate
from secondunit.tools import staged
from secondunit.tools.base import Context
from secondunit.tools.collapse import building as plans
from secondunit.tools.collapse import cloud, fall, handover, picture, rubble
from secondunit.tools.collapse.shot import Clock, clock_of
from secondunit.tools.collapse.survey import Survey, survey
from secondunit.vision import grain

SMALL = "debris_small"
"""Cryptomatte's name of all small debris together."""


def make(brief: CollapseBrief, plate: Plate, ctx: Context) -> Draft:
    """Make one version into ``ctx.staging``.

    Raises InputError when the plate or the brief cannot be worked with, Cancelled when the user stops it.
    """
    clock = clock_of(brief, plate)
    seen = survey(brief, plate, ctx)
    building = plans.plan_building(seen.solve, seen.grid, seen.matte, brief)
    for line in building.said:
        ctx.say(line)
    fell = fall.fall(building, brief, clock, ctx)
    dust, dusty = cloud.cloud(fell.pieces, fell.bonds, fell.motion, clock, brief.quality, brief.seed, ctx)
    job = _job(brief, plate, clock, seen, fell, dust, ctx)
    numbers = list(clock.frames)
    ready = clock.ready(dusty)
    frames = ctx.cached_frames("picture", _inputs(job), picture.render, numbers, job, code=picture.CODE, ready=ready)
    return handover.deliver(brief, plate, clock, fell, job, frames, ctx)


def _job(
    brief: CollapseBrief,
    plate: Plate,
    clock: Clock,
    seen: Survey,
    fell: fall.Fall,
    dust: Path,
    ctx: Context,
) -> picture.PictureJob:
    pieces, motion, small = fell.pieces, fell.motion, fell.small
    coat = fall.coat(motion)
    on_small = np.full((len(coat), len(small.size_m)), rubble.COAT, coat.dtype)
    scale = min(1.0, staged.WIDTHS[brief.quality] / plate.width)
    return picture.PictureJob(
        scene=_scene(brief, clock, seen, fell).at_scale(scale),
        settings=settings_for(brief.quality),
        position_m=np.concatenate([motion.position_m, small.position_m], axis=1),
        rotation=np.concatenate([motion.rotation, small.rotation], axis=1),
        alive=np.concatenate([motion.alive, small.alive()], axis=1),
        coat=np.concatenate([coat, on_small], axis=1),
        radii_m=np.concatenate([_radii(pieces), 0.5 * small.size_m]),
        dust=dust,
        names=(*names(pieces), SMALL),
        plates=ctx.plates,
        plate=plate,
        scale=scale,
        clock=clock,
        grain=grain.measure(staged.resized(seen.plate, round(plate.width * scale), round(plate.height * scale))),
        seed=brief.seed,
        device=ctx.device,
    )


def names(pieces: Pieces) -> tuple[str, ...]:
    """(P,) a name for each piece that USD and Cryptomatte both accept: its part, then its number."""
    parts = [re.sub(r"[^A-Za-z0-9]+", "_", part) for part in pieces.part_names]
    return tuple(f"{parts[part]}_{n:05d}" for n, part in enumerate(pieces.part))


def _scene(brief: CollapseBrief, clock: Clock, seen: Survey, fell: fall.Fall) -> Scene:
    pieces, motion, small = fell.pieces, fell.motion, fell.small
    mesh = mesh_from_faces(
        pieces.vertices_m,
        pieces.vertex_start,
        pieces.face_vertices,
        pieces.face_start,
        pieces.face_kind,
        pieces.material,
    )
    return Scene(
        mesh=rubble.joined(mesh, len(pieces), small, brief.seed),
        rest=rubble.rest(Pose(motion.position_m[0], motion.rotation[0], np.ones(len(pieces), bool)), small),
        camera=seen.solve.camera,
        light=seen.light,
        plate=seen.plate,
        clean=seen.clean,
        matte=seen.matte.alpha,
        materials=tuple(material.name for material in MATERIALS),
        occluders=seen.occluders,
        seed=brief.seed,
        fps=clock.fps,
        small_from=len(pieces),
        dust_yield=dust_yield(pieces),
    )


def dust_yield(pieces: Pieces) -> NDArray[np.float64]:
    """(M,) kg of dust that this building has in each material of `MATERIALS`."""
    fraction = np.array([material.dust_fraction for material in MATERIALS])
    loose = np.where(pieces.fixed, 0.0, pieces.mass_kg * fraction[pieces.material])
    return np.asarray(np.bincount(pieces.material, weights=loose, minlength=len(MATERIALS)), dtype=np.float64)


def _radii(pieces: Pieces) -> NDArray[np.float64]:
    """(P,) m: the farthest vertex of each piece from its centroid."""
    return np.asarray(np.maximum.reduceat(np.linalg.norm(pieces.vertices_m, axis=1), pieces.vertex_start[:-1]))


def _inputs(job: picture.PictureJob) -> dict[str, object]:
    """What the frames depend on besides their number."""
    scene, motion = job.scene, (job.position_m, job.rotation, job.alive)
    return {
        "scene": scene,
        "settings": job.settings,
        "motion": motion,
        "dust": job.dust.name,
        "plate": job.plate,
        "grain": job.grain,
        "seed": job.seed,
        "event": job.clock.event,
    }
