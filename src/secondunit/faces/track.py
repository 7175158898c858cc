"""One face through a plate: gaps filled, steadied, its presence faded; and how tracks are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from secondunit.schema import Plate

from . import smooth
from .mesh import yaw_deg

Array = np.ndarray[Any, Any]
MENDED = 4
"""Gaps of at most so many frames are filled."""
GUESSED = 0.2
"""By how much less a filled frame is trusted, for each frame that it lies away from one in which the face was seen."""
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


def track(found: Mapping[int, Array], plate: Plate, cuts: Sequence[int]) -> Track:
    """A face from its points (468,3) by frame: short gaps filled, every run between cuts and gaps steadied, presence
    faded at its ends, in what was filled and on turned heads.
    """
    frames, points = _filled(found, cuts)
    out, presence = points.copy(), np.ones(len(frames), np.float32)
    for run in runs(frames, cuts):
        out[run] = smooth.steady(points[run], plate.fps)
        presence[run] = facing(out[run]) * ends(frames[run], plate, cuts)
    presence *= _known(frames, sorted(found))
    return Track(frames, out, presence, tuple(c for c in cuts if c in frames))


def _filled(found: Mapping[int, Array], cuts: Sequence[int]) -> tuple[Array, Array]:
    """Frames (N,) and points (N,468,3), with what lies in short gaps."""
    points = dict(found)
    for before, after in pairwise(sorted(found)):
        if 1 < after - before <= MENDED + 1 and not any(before < cut <= after for cut in cuts):
            for frame in range(before + 1, after):
                share = (frame - before) / (after - before)
                points[frame] = (1 - share) * found[before] + share * found[after]
    known = sorted(points)
    return np.array(known), np.stack([points[n] for n in known])


def runs(frames: Array, cuts: Sequence[int]) -> list[slice]:
    """Stretches of frames one after the other, without a cut."""
    breaks = [n for n in range(1, len(frames)) if frames[n] != frames[n - 1] + 1 or int(frames[n]) in cuts]
    edges = [0, *breaks, len(frames)]
    return [slice(a, b) for a, b in pairwise(edges)]


def facing(points: Array) -> Array:
    """(N,) 1 where the face looks our way, 0 in profile, between them smooth."""
    yaw = np.abs([yaw_deg(one) for one in points])
    share = np.clip((AWAY - yaw) / (AWAY - TURNED), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def _known(frames: Array, found: Sequence[int]) -> Array:
    """(N,) 1 where the face was found, less the farther a filled frame lies from there."""
    away = np.abs(frames[:, None] - np.array(found)).min(axis=1)
    return np.asarray(1 - GUESSED * away, np.float32)


def ends(frames: Array, plate: Plate, cuts: Sequence[int]) -> Array:
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
