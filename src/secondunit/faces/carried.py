"""A face carried by an artist's head track: the track holds where the head is, the mesh only how the face is shaped.

A mesh that was seen is lifted to the head's space: its own depth, at the head's distance. How deep its middle lies
there no single frame tells, for the track's origin may be a neck or a nose: all frames that show the face do, together,
as they see it from different sides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from secondunit.media.track_file import HeadTrack
from secondunit.schema import InputError, Plate

from . import smooth, topology
from .track import Track, ends, facing, runs

Array = np.ndarray[Any, Any]
SURE = 0.99
"""Presence from which a mesh is lifted: the filter's own fades at ends and on turned heads are left out."""
LIKELY = 0.7
"""Standard deviation, in widths of the face, of how deep its middle lies behind or before the track's origin."""
ERRS = 0.006
"""And of a mesh's middle in the picture, in each frame: what it errs by in all of them alike does no harm here."""
UNTOLD = 0.35
"""Standard deviation, in widths, from which the frames tell too little of that depth."""
APART = 0.15
"""A track that misses the face by more than this share of its width, on the median, is another head's or frame's."""
DOUBTED, STEPS = 0.02, 3
"""A mesh that lies farther than this from where the track says is doubted, if others lie nearer; how often it is asked.
"""
SAME = 0.025
"""Two faces that both lie nearer to a head track than this are one, which was lost between."""
STABLE = topology.UV[: topology.MESH, 1] < topology.UV[topology.NOSE_TIP, 1]
"""Points above the tip of the nose: what talks and chews lies below it."""


@dataclass(frozen=True)
class Carried:
    """track: of every frame that the head track covers, and of those in which the face was seen beyond it.

    added: frames that only the head track shows, or in which the mesh lay elsewhere. misses: median distance of the
    track from the meshes, in widths of the face. deep: whether the frames that show the face tell how deep it lies
    behind the track's origin.
    """

    track: Track
    added: tuple[int, ...]
    misses: float
    deep: bool


def carried(seen: Track, head: HeadTrack, plate: Plate) -> Carried:
    """A face that was followed where it could be, held by a head track. Raises InputError where they do not agree."""
    anchors = _anchors(seen, head)
    if not anchors:
        raise InputError(
            f"The head track covers frames {head.frames[0]} to {head.frames[-1]}, and the face is seen in none of "
            "them: track the frames in which it looks this way, too."
        )
    meshes = np.stack([seen.points[_row(seen, n)] for n in anchors]).astype(np.float64)
    views = [_view(head, n) for n in anchors]
    fitted = _fitted(meshes, views)
    if fitted.misses > APART:
        raise InputError(
            f"The head track lies {fitted.misses:.0%} of the face's width beside the face, on the median of "
            f"{len(anchors)} frames: check its frame numbers, its lens, and that it is this performer's."
        )
    held = dict(zip([n for n, good in zip(anchors, fitted.good, strict=True) if good], fitted.shapes, strict=True))
    out = _in_takes(held, head, [plate.first_frame, *seen.cuts, plate.last_frame + 1], plate.fps)
    doubted = {n for n in anchors if n not in held}
    added = tuple(sorted({n for n in out if n not in seen.frames or n in doubted}))
    return Carried(_replaced(seen, out, plate), added, fitted.misses, fitted.deep)


def joined(tracks: Sequence[Track], head: HeadTrack) -> tuple[Track, ...]:
    """The same faces, those made one that the head track says are one: seen in other frames of the same take."""
    out: list[Track] = []
    for one in tracks:
        known = next((n for n, other in enumerate(out) if _same(other, one, head)), None)
        if known is None:
            out.append(one)
        else:
            out[known] = _both(out[known], one)
    return tuple(out)


def _same(one: Track, other: Track, head: HeadTrack) -> bool:
    """Whether both lie on the head track, in frames of their own without a cut between."""
    frames = [_anchors(track, head) for track in (one, other)]
    if not all(frames) or np.intersect1d(one.frames, other.frames).size:
        return False
    low, high = min(one.frames[0], other.frames[0]), max(one.frames[-1], other.frames[-1])
    if any(low < cut <= high for cut in (*one.cuts, *other.cuts)):
        return False
    meshes = [track.points[_row(track, n)] for track, at in zip((one, other), frames, strict=True) for n in at]
    views = [_view(head, n) for at in frames for n in at]
    off = _fitted(np.stack(meshes).astype(np.float64), views).off
    return all(float(np.median(part)) < SAME for part in np.split(off, [len(frames[0])]))


def _both(one: Track, other: Track) -> Track:
    frames = np.concatenate([one.frames, other.frames])
    order = np.argsort(frames)
    points, presence = (np.concatenate([getattr(t, name) for t in (one, other)]) for name in ("points", "presence"))
    return Track(frames[order], points[order], presence[order], tuple(sorted({*one.cuts, *other.cuts})))


def _anchors(seen: Track, head: HeadTrack) -> list[int]:
    """Frames with both, in which the face was seen well; if there are none, those in which it was seen at all."""
    both = [int(n) for n in np.intersect1d(seen.frames, head.frames) if head.place_m[n - head.frames[0], 2] > 0]
    return [n for n in both if seen.presence[_row(seen, n)] >= SURE] or both


def _in_takes(held: dict[int, Array], head: HeadTrack, edges: Sequence[int], fps: float) -> dict[int, Array]:
    """Meshes by frame from shapes by frame; none goes on from one take into the next."""
    out: dict[int, Array] = {}
    for first, after in pairwise(edges):
        known = {n: shape for n, shape in held.items() if first <= n < after}
        out |= _placed(_steady(known, fps), head, first, after)
    return out


@dataclass(frozen=True)
class _View:
    """A frame of the track: turn (3,3), place (3,), focal_px, centre (2,), pixel aspect."""

    turn: Array
    place: Array
    focal: float
    centre: Array
    aspect: float

    def rays(self, flat: Array) -> Array:
        """Directions (N,2) as x/z, y/z of pixels (N,2)."""
        return np.asarray((flat - self.centre) * [self.aspect, 1] / self.focal)

    def seen(self, spots: Array) -> Array:
        """Points (N,3) of the head's space as a mesh is: pixels, and depth from their middle on the same scale."""
        at = spots @ self.turn.T + self.place
        flat = self.centre + self.focal * at[:, :2] / at[:, 2:] / [self.aspect, 1]
        deep = float(at[:, 2].mean())
        return np.column_stack([flat, (at[:, 2] - deep) * self.focal / deep])


@dataclass(frozen=True)
class _Fitted:
    """good (N,): frames whose mesh lies where the track says. shapes (M,468,3) of those, in the head's space.

    off (N,): how far each mesh lies from there, in widths of the face. misses: their median before any was left out.
    """

    good: Array
    off: Array
    shapes: Array
    misses: float
    deep: bool


def _fitted(meshes: Array, views: Sequence[_View]) -> _Fitted:
    """What the frames together say of the head, twice again without those that say something else."""
    good, misses = np.ones(len(views), bool), 0.0
    for step in range(STEPS):
        chosen = [view for view, one in zip(views, good, strict=True) if one]
        middle, deep = _middle(meshes[good], chosen)
        shapes = _rigid(np.stack([_lifted(*pair, middle) for pair in zip(meshes[good], chosen, strict=True)]))
        common = np.median(shapes, axis=0)
        off = np.array([_off(mesh, view.seen(common)) for mesh, view in zip(meshes, views, strict=True)])
        misses = float(np.median(off)) if step == 0 else misses
        if step < STEPS - 1:
            good = off <= max(DOUBTED, 2 * float(np.median(off[good])))
    return _Fitted(good, off, shapes, misses, deep)


def _off(mesh: Array, other: Array) -> float:
    """Mean distance of the stable points in the picture, in widths of the face."""
    return float(np.linalg.norm((mesh - other)[STABLE, :2], axis=1).mean()) / _wide(mesh)


def _view(head: HeadTrack, frame: int) -> _View:
    n = frame - int(head.frames[0])
    return _View(head.turn[n], head.place_m[n], float(head.focal_px[n]), head.centre_px[n], head.pixel_aspect)


def _row(seen: Track, frame: int) -> int:
    return int(np.searchsorted(seen.frames, frame))


def _middle(meshes: Array, views: Sequence[_View]) -> tuple[Array, bool]:
    """(3,): where the middle of the stable points lies in the head's space, by least squares over all frames; and
    whether they tell how deep.

    u = f X / Z is linear in it: (f turn_x - u turn_z) m = u place_z - f place_x, and so for v. Where the frames tell
    nothing of its depth, it is that of the track's origin.
    """
    wide = float(
        np.median([_wide(mesh) / view.focal * view.place[2] for mesh, view in zip(meshes, views, strict=True)])
    )
    many, rows, right = np.sqrt(len(views)), [], []
    for mesh, view in zip(meshes, views, strict=True):
        ray = view.rays(mesh[STABLE, :2].mean(axis=0)[None])[0]
        weight = 1 / (ERRS * wide)
        rows += list(weight * (view.turn[:2] - ray[:, None] * view.turn[2]))
        right += list(weight * (ray * view.place[2] - view.place[:2]))
        rows.append(view.turn[2] / (LIKELY * wide * many))
        right.append(0.0)
    known = np.array(rows)
    found = np.linalg.lstsq(known, np.array(right), rcond=None)[0]
    forward = np.mean([view.turn[2] for view in views], axis=0)
    unsure = float(np.sqrt(forward @ np.linalg.pinv(known.T @ known) @ forward)) / wide
    return np.asarray(found), unsure < UNTOLD


def _wide(mesh: Array) -> float:
    return float(np.linalg.norm(mesh[topology.LEFT_SIDE] - mesh[topology.RIGHT_SIDE]))


def _lifted(mesh: Array, view: _View, middle: Array) -> Array:
    """A mesh (468,3) in the head's space, metres: its middle at the depth of the head's."""
    deep = float((view.turn @ middle + view.place)[2])
    depth = deep + (mesh[:, 2] - mesh[STABLE, 2].mean()) * deep / view.focal
    at = np.column_stack([view.rays(mesh[:, :2]) * depth[:, None], depth])
    return np.asarray((at - view.place) @ view.turn)


def _rigid(shapes: Array) -> Array:
    """Shapes (N,468,3), each laid on their common one by turn, place and size: what is left is how the face moves."""
    common = np.median(shapes, axis=0)
    for _ in range(2):
        laid = np.stack([_laid(one, common) for one in shapes])
        common = np.median(laid, axis=0)
    return laid


def _laid(points: Array, like: Array) -> Array:
    """The points after the similarity that brings their stable ones nearest to those of `like`."""
    a, b = points[STABLE], like[STABLE]
    one, other = a - a.mean(axis=0), b - b.mean(axis=0)
    left, sizes, right = np.linalg.svd(one.T @ other)
    flip = np.array([1, 1, np.sign(np.linalg.det(left @ right))])
    scale = float((sizes * flip).sum() / (one**2).sum())
    return np.asarray(scale * (points - a.mean(axis=0)) @ (left * flip) @ right + b.mean(axis=0))


def _steady(known: dict[int, Array], fps: float) -> dict[int, Array]:
    """Shapes by frame, steadied over each stretch of frames one after the other."""
    out: dict[int, Array] = {}
    frames = sorted(known)
    for run in runs(np.array(frames), ()) if frames else []:
        shapes = np.stack([known[n] for n in frames[run]])
        wide = float(np.median([_wide(one) for one in shapes]))
        calm = smooth.both_ways(shapes / wide, fps, smooth.SHAPE) * wide if len(shapes) > 2 else shapes
        out |= dict(zip(frames[run], calm, strict=True))
    return out


def _placed(known: dict[int, Array], head: HeadTrack, first: int, after: int) -> dict[int, Array]:
    """Meshes of every frame of a take that the track covers, shaped as in the nearest frames that are known."""
    out = {}
    for frame in [int(n) for n in head.frames if first <= n < after and known]:
        view = _view(head, frame)
        if view.place[2] > 0:
            out[frame] = view.seen(_between(known, frame))
    return out


def _between(known: dict[int, Array], frame: int) -> Array:
    before = max((n for n in known if n <= frame), default=min(known))
    behind = min((n for n in known if n >= frame), default=max(known))
    share = (frame - before) / max(behind - before, 1)
    return np.asarray((1 - share) * known[before] + share * known[behind])


def _replaced(seen: Track, held: dict[int, Array], plate: Plate) -> Track:
    """The track with what is held in the place of what was seen; its fades anew, so that none is left at a gap."""
    points = {int(n): one for n, one in zip(seen.frames, seen.points, strict=True)} | held
    own = dict(zip(seen.frames.tolist(), seen.presence.tolist(), strict=True))
    frames = np.array(sorted(points))
    out = np.stack([points[int(n)] for n in frames]).astype(np.float32)
    turned = facing(out)
    for run in runs(frames, seen.cuts):
        turned[run] *= ends(frames[run], plate, seen.cuts)
    presence = np.array([turned[i] if int(n) in held else own[int(n)] for i, n in enumerate(frames)], np.float32)
    return replace(seen, frames=frames, points=out, presence=presence)
