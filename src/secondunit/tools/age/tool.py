"""Re-ageing from brief to draft: follow the performer, find the change, average it over time, lay it over the plate."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from secondunit.faces import follow
from secondunit.faces import track as followed
from secondunit.faces.models import Missing
from secondunit.schema import AgeBrief, Draft, InputError, Plate, Tri, WorkFailed
from secondunit.tools import staged
from secondunit.tools.age import around, beard, covered, hair, headtrack, picture, roto, sheet, timing, unwrap
from secondunit.tools.age.picture import LAYERS, Face, PictureJob
from secondunit.tools.age.plan import Plan, lines_digest, lines_seed, plan, strength_said, strengths
from secondunit.tools.base import Context

Image = NDArray[np.float32]
FOLLOWED = ("secondunit.faces",)
LOOSE = 0.2
"""Share of a roto around the head that is not the performer, from which it is said."""
EXTRAS = ("preview.mp4", "contact.png")


def make(brief: AgeBrief, plate: Plate, ctx: Context) -> Draft:
    """Make one version into ``ctx.staging``.

    Raises InputError where the plate shows no face, or several and the brief does not say which; Cancelled.
    """
    wanted = plan(brief)
    notes = tuple(line for line in (wanted.said, strength_said(brief, plate.first_frame, plate.last_frame)) if line)
    for line in notes:
        ctx.say(line)
    job = _job(brief, plate, wanted, ctx)
    _say_where(job, ctx)
    if job.roto is not None:
        _say_loose(job, ctx)
    numbers = list(plate.frames)
    placed = _placed(job, numbers, ctx)
    volume = brief.volume * wanted.volume
    weights, each = tuple(sorted(brief.regions.items())), strengths(brief, len(numbers))
    ready = replace(placed, amount=wanted.amount, weights=weights, volume=volume, strengths=each)
    frames = ctx.cached_frames("picture", _inputs(ready), picture.render, numbers, ready, code=picture.CODE)
    return _deliver(brief, plate, notes, ready, frames, ctx)


def _job(brief: AgeBrief, plate: Plate, wanted: Plan, ctx: Context) -> PictureJob:
    scale = min(1.0, staged.WIDTHS[brief.quality] / plate.width)
    width, height = round(plate.width * scale), round(plate.height * scale)
    track = headtrack.performer(_tracks(plate, ctx), brief, plate, ctx)
    points, presence = spread(track, plate.frames)
    points = points * np.array([width / plate.width, height / plate.height, scale], np.float32)
    cuts = tuple(frame - plate.first_frame for frame in track.cuts)
    face = Face(points, presence, unwrap.side_for(points[presence > 0]), cuts)
    return PictureJob(
        plates=ctx.plates,
        plate=plate,
        width=width,
        height=height,
        first=plate.first_frame,
        face=face,
        younger=wanted.younger,
        seed=lines_seed(brief),
        roto=roto.ready(brief.roto, plate, ctx),
    )


def _tracks(plate: Plate, ctx: Context) -> tuple[followed.Track, ...]:
    """Every face of the plate, from the cache if it was followed before."""

    def make() -> dict[str, NDArray[np.generic]]:
        found = follow.follow(plate, ctx.plates, check=ctx.check, progress=ctx.progress)
        return followed.pack(found)

    frames = [ctx.plates / plate.frame_name(number) for number in plate.frames]
    inputs = {"plate": plate, "frames": frames}
    return followed.unpack(ctx.cached("follow", inputs, make, code=FOLLOWED))


def spread(track: followed.Track, frames: range) -> tuple[Image, Image]:
    """Points (N,468,3) and presence (N,) on every frame of the shot; nobody where the track says nothing."""
    points = np.zeros((len(frames), *track.points.shape[1:]), np.float32)
    presence = np.zeros(len(frames), np.float32)
    at = np.asarray(track.frames) - frames.start
    points[at], presence[at] = track.points, track.presence
    return points, presence


def _say_where(job: PictureJob, ctx: Context) -> None:
    seen = job.face.presence
    wide = float(np.ptp(job.face.points[seen > 0][..., 0], axis=1).mean())
    ctx.say(f"The face is {wide:.0f} pixels wide on average; its map is {job.face.side} texels.")
    lost = [job.first + int(n) for n in np.flatnonzero(seen <= 0)]
    if lost:
        ctx.say(
            f"The face is not seen well enough in {len(lost)} of {len(seen)} frames ({_listed(lost)}): no edit there."
        )


def _say_loose(job: PictureJob, ctx: Context) -> None:
    """Where a roto is white far beyond the performer, say what comes of it; one frame tells."""
    index = int(np.argmax(job.face.presence))
    plate = picture.plate_of(job, job.first + index).astype(np.float32)
    box = around.box_of(around.square(job.face.points[index]), plate.shape)
    drawn, found = (picture.person_in(one, plate, job.first + index)[box] for one in (job, replace(job, roto=None)))
    beyond = float((found[drawn > 0.5] < 0.1).mean()) if (drawn > 0.5).any() else 0.0
    if beyond > LOOSE:
        ctx.say(
            f"The roto is white over much that is not the performer ({beyond:.0%} of it around the head in frame "
            f"{job.first + index}): what lies there is edited and moved as theirs; draw it along their outline."
        )


def _listed(frames: Sequence[int]) -> str:
    """Frame numbers as ranges, the first few of them."""
    runs: list[list[int]] = []
    for frame in frames:
        if runs and frame == runs[-1][1] + 1:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    words = [f"{a}" if a == b else f"{a} to {b}" for a, b in runs]
    return ", ".join(words[:4]) + (", …" if len(words) > 4 else "")


def _placed(job: PictureJob, numbers: Sequence[int], ctx: Context) -> PictureJob:
    """The job with all that does not depend on the edit's strength: found, averaged over time, and in the picture."""
    inputs = _found_in(job)
    seen = [n for n in numbers if job.presence(n) > 0]
    found = ctx.cached_frames("skin", inputs, picture.find_change, seen, job, code=picture.CODE)
    job = replace(job, found=found[seen[0]].parent, steady=_steady(job, found, ctx))
    placed = ctx.cached_frames("full strength", inputs, picture.place, numbers, job, code=picture.CODE)
    return replace(job, placed=placed[numbers[0]].parent)


def _steady(job: PictureJob, found: Mapping[int, Path], ctx: Context) -> Path:
    """Folder of the changes averaged over time."""

    def fill(folder: Path) -> None:
        hair.save(folder, hair.usual([hair.load(one) for one in found.values()]))
        beard.save(folder, beard.usual([beard.load(one) for one in found.values()]))
        for run in _runs(job):
            if job.roto is None:
                _keep_covers(found, job.first, run, folder)
            steps = timing.steadied(_uncovered(found, job.first, folder), run, folder)
            for done, _ in enumerate(steps):
                ctx.progress("average over time", done, 2 * len(found))
        (folder / picture.HAIR).mkdir()
        for run in _runs(job):
            list(timing.steadied(_grown(found, job.first), run, folder / picture.HAIR, folds=False))

    return ctx.cached_folder("average over time", _found_in(job), fill, code=picture.CODE)


def _keep_covers(found: Mapping[int, Path], first: int, run: range, folder: Path) -> None:
    """Write what passes before the face in the frames of a run, counted from 0."""
    covers = covered.covers(lambda n: timing.load_low(found[first + n]), run)
    for number in run:
        covered.keep(folder, number, covers(number))


def _uncovered(found: Mapping[int, Path], first: int, folder: Path) -> Callable[[int], timing.Sheet]:
    """The sheets of a run by frame, counted from 0, with no skin where something passes before it."""
    return lambda n: timing.uncovered(timing.load(found[first + n]), covered.kept(folder, n))


def _grown(found: Mapping[int, Path], first: int) -> Callable[[int], timing.Sheet]:
    """The hair and beard of frames by number, counted from 0."""
    return lambda n: timing.load(found[first + n] / picture.HAIR)


def _runs(job: PictureJob) -> list[range]:
    """Stretches of frames, counted from 0, that show the face without a cut between."""
    runs: list[range] = []
    for index in np.flatnonzero(job.face.presence > 0):
        fresh = not runs or runs[-1].stop != index or int(index) in job.face.cuts
        runs = (
            [*runs, range(int(index), int(index) + 1)] if fresh else [*runs[:-1], range(runs[-1].start, int(index) + 1)]
        )
    return runs


def _found_in(job: PictureJob) -> dict[str, object]:
    """What the change at full strength depends on, besides the frame's number."""
    return {
        "plate": job.plate,
        "size": (job.width, job.height),
        "face": job.face,
        "younger": job.younger,
        "seed": job.seed,
        "roto": (job.roto.digest, job.roto.every) if job.roto else None,
    }


def _inputs(job: PictureJob) -> dict[str, object]:
    how = {"amount": job.amount, "weights": job.weights, "volume": job.volume, "strengths": job.strengths}
    return {**_found_in(job), **how}


def _deliver(
    brief: AgeBrief, plate: Plate, notes: tuple[str, ...], job: PictureJob, frames: dict[int, Path], ctx: Context
) -> Draft:
    assert job.placed is not None
    placed = {frame: job.placed / str(frame) for frame in frames}
    staged.link_layers(picture.AT_ANY_STRENGTH, placed, ctx)
    staged.link_layers(picture.OF_ONE_STRENGTH, frames, ctx)
    staged.preview(plate, frames, _sheet(brief, job), ctx)
    facts = [json.loads((folder / "facts.json").read_text()) for folder in frames.values()]
    if not facts:
        raise WorkFailed("No frame was made.")
    return Draft(
        layers=LAYERS,
        width=job.width,
        height=job.height,
        first_frame=plate.first_frame,
        last_frame=plate.last_frame,
        extras=EXTRAS,
        timings=dict(ctx.timings),
        facts={
            "finite": Tri.of(all(fact["finite"] for fact in facts)),
            "complete": Tri.of(len(facts) == len(plate.frames)),
            "hull_untouched": Tri.of(sum(fact["outside"] for fact in facts) == 0),
        },
        inputs=_given(brief, job.younger),
        data_window=staged.window_of(plate, job.width, job.height),
        notes=notes,
    )


def _sheet(brief: AgeBrief, job: PictureJob) -> staged.Sheet:
    """The head before and after; where it is not seen, where it was seen last or first."""
    seen = np.flatnonzero(job.face.presence > 0)

    def cell(number: int, after: NDArray[np.uint8]) -> NDArray[np.uint8]:
        nearest = int(seen[np.argmin(np.abs(seen - (number - job.first)))])
        return sheet.pair(before(number), after, job.face.points[nearest])

    def before(number: int) -> NDArray[np.uint8]:
        from secondunit.media import colour

        return colour.show(picture.plate_of(job, number), colour.view_for(job.plate.colorspace))

    told = f"{_told(brief, job)}; left the plate, right the version"
    return staged.Sheet(job.first, f"{brief.shot}  age", told, cell, columns=2, cell_width=sheet.WIDE, frames=8)


def _told(brief: AgeBrief, job: PictureJob) -> str:
    """Who, and how much."""
    shares = sorted({job.amount * share for share in job.strengths})
    strength = f"{shares[0]:.0%}" if len(shares) == 1 else f"{shares[0]:.0%} to {shares[-1]:.0%}"
    words = [brief.performer, "younger" if job.younger else "older", f"strength {strength}", brief.quality]
    return ", ".join(words + ([f"look {brief.look.called}"] if brief.look else []))


def _given(brief: AgeBrief, younger: bool) -> dict[str, str]:
    """Hashes of what determines the result beside brief and plate, and of what the artist drew."""
    lines = {} if younger else {"lines": lines_digest(brief)}
    track = {"track": brief.track.sha256} if brief.track else {}
    return lines | track | ({"roto": brief.roto.digest} if brief.roto else {})


def check(brief: AgeBrief, plate: Plate, given: Mapping[str, Path]) -> None:
    """Raise InputError for a brief that `make` would refuse, as far as can be told before any work.

    given: option -> the user's own file or pattern.
    """
    if brief.face_at is not None:
        x, y = brief.face_at
        if not (0 <= x <= plate.width and 0 <= y <= plate.height):
            raise InputError(
                f"--at {x:g},{y:g} lies outside the plate, which is {plate.width} x {plate.height} pixels."
            )
    wanted = plan(brief)
    if not wanted.asked:
        raise InputError("The age asked for is the apparent age: there is nothing to change.")
    if not any(strengths(brief, len(plate.frames))):
        raise InputError(
            f"--strength is 0 on every frame of {plate.shot}/{plate.id}: there is nothing to change; keys count "
            f"its frames from 0 to {len(plate.frames) - 1}."
        )
    try:
        follow.networks()
    except Missing as missing:
        why = f"No face can be followed here ({missing}): `make demo` or `make test` installs it."
        raise InputError(why) from missing
    headtrack.check(brief, given, plate)
    roto.check(given, plate)
