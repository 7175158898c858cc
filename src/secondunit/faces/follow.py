"""Every face of a plate from frame to frame: found, meshed, followed, steadied. All looking happens in a child."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from secondunit.media.child import Child, Failed, nothing, unwatched
from secondunit.media.limits import Limits
from secondunit.schema import Plate, WorkFailed

from . import models, smooth, topology
from .mesh import yaw_deg

Array = np.ndarray[Any, Any]
COMMAND = ("-P", "-m", "secondunit.faces.child")
LIMITS = Limits(frame_s=120.0)
STAGE = "follow faces"
LOOK_EVERY = 12
"""Frames between looks for new faces; lost ones are looked for in every frame."""
THERE = 0.5
"""Presence from which the network's mesh is believed."""
SAME = 0.3
"""Boxes of points that share so much of what they cover together are one face."""
MENDED = 4
"""Gaps of at most so many frames are filled."""
CUT, MOVED = 22.0, 3.0
"""A cut changes small pictures by so many levels (of 255) on average, and by so many times what is usual around it."""
TURNED, AWAY = 45.0, 65.0
"""Degrees of yaw from which the edit fades, and at which there is none."""
FADE = 3
"""Frames over which it comes and goes."""


@dataclass(frozen=True)
class Track:
    """One face. frames (N,), points (N,468,3) in pixels of the plate's display window (y down, z in the same scale,
    negative towards the camera), presence (N,) 0..1: how far an edit may be trusted there. cuts: frames that begin a
    new take.
    """

    frames: Array
    points: Array
    presence: Array
    cuts: tuple[int, ...] = ()


@dataclass
class _Open:
    """A face that is being followed: what is known of it by frame."""

    points: dict[int, Array] = field(default_factory=dict)
    presence: dict[int, float] = field(default_factory=dict)
    lost: int = 0

    @property
    def last(self) -> Array:
        return self.points[max(self.points)]

    def put(self, frame: int, row: Sequence[float]) -> None:
        """Take a row of the child's answer."""
        self.points[frame] = np.array(row[:-1], np.float32).reshape(-1, 3)
        self.presence[frame] = float(row[-1])


def follow(
    plate: Plate,
    folder: Path,
    *,
    check: Callable[[], None] = nothing,
    progress: Callable[[str, float, float], None] = unwatched,
) -> tuple[Track, ...]:
    """Faces of a plate whose frames lie in `folder`, the longest followed first.

    Raises models.Missing where the networks are not installed, WorkFailed where the looking breaks off.
    """
    networks()
    opened: list[_Open] = []
    thumbs: list[Array] = []
    cuts: list[int] = []
    try:
        with tempfile.TemporaryDirectory() as scratch, Child(COMMAND, Path(scratch), LIMITS, check) as child:
            for done, frame in enumerate(plate.frames):
                progress(STAGE, done, len(plate.frames))
                _step(child, plate, folder, frame, opened, thumbs, cuts)
            for one in opened:
                _back(child, plate, folder, one, cuts)
    except Failed as error:
        raise WorkFailed(f"Following faces failed at frame {plate.first_frame + len(thumbs)}: {error}.") from error
    tracks = [_track(one, plate, cuts) for one in opened]
    return tuple(sorted(tracks, key=lambda track: -float(track.presence.sum())))


def networks() -> tuple[models.Found, ...]:
    """What following a face, and telling its person from the background, need; raises models.Missing."""
    return tuple(models.find(model) for model in (models.SHORT_RANGE, models.FACE_MESH, models.PERSON))


def _step(
    child: Child, plate: Plate, folder: Path, frame: int, opened: list[_Open], thumbs: list[Array], cuts: list[int]
) -> None:
    """One frame: faces that were there are followed; new ones are looked for now and then, after a loss and a cut."""
    followed = [one for one in opened if max(one.points) == frame - 1]
    due = (frame - plate.first_frame) % LOOK_EVERY == 0 or len(followed) < len(opened) or not opened
    request = _asked(plate, folder, frame, [one.last for one in followed])
    answer = child.ask(request | {"detect": due})
    thumbs.append(np.array(answer["thumb"]))
    if _is_cut(thumbs):
        cuts.append(frame)
        answer = answer if due else child.ask(request | {"before": [], "detect": True})
        followed, answer = [], answer | {"kept": []}
    for one, row in zip(followed, answer["kept"], strict=True):
        if row[-1] >= THERE and _shaped(row):
            one.put(frame, row)
    _join(answer["found"], frame, opened, take=cuts[-1] if cuts else plate.first_frame)


def _back(child: Child, plate: Plate, folder: Path, one: _Open, cuts: Sequence[int]) -> None:
    """Follow a face back to where its take begins: it is often there before it is found."""
    frame, points = min(one.points), one.points[min(one.points)]
    while frame > plate.first_frame and frame not in cuts:
        frame -= 1
        row = child.ask(_asked(plate, folder, frame, [points]) | {"detect": False})["kept"][0]
        if row[-1] < THERE or not _shaped(row):
            return
        one.put(frame, row)
        points = one.points[frame]


def _asked(plate: Plate, folder: Path, frame: int, before: Sequence[Array]) -> dict[str, Any]:
    """A request to the child: the frame, and the faces of the one beside it."""
    path = str((folder / plate.frame_name(frame)).resolve())
    held = [points.ravel().tolist() for points in before]
    return {"do": "mesh", "path": path, "space": plate.colorspace, "aspect": plate.pixel_aspect, "before": held}


def _is_cut(thumbs: Sequence[Array]) -> bool:
    """Whether the newest picture has little to do with the one before, against what is usual here."""
    if len(thumbs) < 2:
        return False
    steps = [float(np.abs(b - a).mean()) for a, b in pairwise(thumbs[-10:])]
    return steps[-1] > max(CUT, MOVED * float(np.median(steps[:-1])) if len(steps) > 1 else CUT)


def _shaped(row: Sequence[float]) -> bool:
    """Whether a mesh has the shape of a face at all: a network that lost its face answers with a heap."""
    flat = np.array(row[:-1], np.float64).reshape(-1, 3)[:, :2]
    wide = np.linalg.norm(flat[topology.LEFT_SIDE] - flat[topology.RIGHT_SIDE])
    high = np.linalg.norm(flat[topology.TOP] - flat[topology.CHIN])
    return bool(np.isfinite(flat).all() and high > 8 and 0.2 < wide / high < 2.0)


def _join(rows: Sequence[Sequence[float]], frame: int, opened: list[_Open], *, take: int) -> None:
    """Found faces go on with a track that ended near there, or begin one.

    take: the frame that began it. No track goes on across a cut: nobody has said that it is the same person.
    """
    for row in rows:
        if row[-1] < THERE or not _shaped(row):
            continue
        points = np.array(row[:-1], np.float32).reshape(-1, 3)
        near = [one for one in opened if max(one.points) >= take and _overlap(one.last, points) > SAME]
        if any(frame in one.points for one in near):
            continue
        chosen = max(near, key=lambda one: _overlap(one.last, points), default=None)
        if chosen is None:
            chosen = _Open()
            opened.append(chosen)
        chosen.put(frame, row)


def _overlap(one: Array, other: Array) -> float:
    """Area that the boxes of two faces share, by what they cover together."""
    low, high = (np.array([points[:, :2].min(0), points[:, :2].max(0)]) for points in (one, other))
    sides = np.clip(np.minimum(low[1], high[1]) - np.maximum(low[0], high[0]), 0, None)
    areas = [float(np.prod(box[1] - box[0])) for box in (low, high)]
    return float(sides.prod()) / max(sum(areas) - float(sides.prod()), 1e-9)


def _track(one: _Open, plate: Plate, cuts: Sequence[int]) -> Track:
    """Short gaps filled, every run between cuts and gaps steadied, presence faded at its ends and on turned heads."""
    frames, points, presence = _filled(one, cuts)
    out_points, out_presence = points.copy(), presence.copy()
    for run in _runs(frames, cuts):
        out_points[run] = smooth.steady(points[run], plate.fps)
        out_presence[run] = presence[run] * _facing(out_points[run]) * _ends(frames[run], plate, cuts)
    return Track(frames, out_points, out_presence.astype(np.float32), tuple(c for c in cuts if c in frames))


def _filled(one: _Open, cuts: Sequence[int]) -> tuple[Array, Array, Array]:
    frames = sorted(one.points)
    points, presence = dict(one.points), dict.fromkeys(frames, 1.0)
    for before, after in pairwise(frames):
        if 1 < after - before <= MENDED + 1 and not any(before < cut <= after for cut in cuts):
            for frame in range(before + 1, after):
                share = (frame - before) / (after - before)
                points[frame] = (1 - share) * one.points[before] + share * one.points[after]
                presence[frame] = 1.0
    known = sorted(points)
    return np.array(known), np.stack([points[n] for n in known]), np.array([presence[n] for n in known], np.float32)


def _runs(frames: Array, cuts: Sequence[int]) -> list[slice]:
    """Stretches of frames one after the other, without a cut."""
    breaks = [n for n in range(1, len(frames)) if frames[n] != frames[n - 1] + 1 or int(frames[n]) in cuts]
    edges = [0, *breaks, len(frames)]
    return [slice(a, b) for a, b in pairwise(edges)]


def _facing(points: Array) -> Array:
    """(N,) 1 where the face looks our way, 0 in profile, between them smooth."""
    yaw = np.abs([yaw_deg(one) for one in points])
    share = np.clip((AWAY - yaw) / (AWAY - TURNED), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def _ends(frames: Array, plate: Plate, cuts: Sequence[int]) -> Array:
    """(N,) a short fade where a face comes or goes; none at a cut, or where the plate itself begins and ends."""
    fade = np.ones(len(frames))
    ramp = (np.arange(FADE) + 1) / (FADE + 1)
    count = min(FADE, len(frames))
    if frames[0] != plate.first_frame and int(frames[0]) not in cuts:
        fade[:count] = np.minimum(fade[:count], ramp[:count])
    if frames[-1] != plate.last_frame and int(frames[-1]) + 1 not in cuts:
        fade[-count:] = np.minimum(fade[-count:], ramp[:count][::-1])
    return fade


def pack(tracks: Sequence[Track]) -> dict[str, Array]:
    """Tracks as arrays that can be kept."""
    out: dict[str, Array] = {"count": np.array(len(tracks))}
    for n, track in enumerate(tracks):
        out |= {f"{n}.frames": track.frames, f"{n}.points": track.points, f"{n}.presence": track.presence}
        out[f"{n}.cuts"] = np.array(track.cuts, np.int64)
    return out


def unpack(kept: Mapping[str, Array]) -> tuple[Track, ...]:
    """The opposite of `pack`."""
    return tuple(
        Track(
            np.asarray(kept[f"{n}.frames"]),
            np.asarray(kept[f"{n}.points"]),
            np.asarray(kept[f"{n}.presence"]),
            tuple(int(cut) for cut in kept[f"{n}.cuts"]),
        )
        for n in range(int(kept["count"]))
    )
