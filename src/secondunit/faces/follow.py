"""Every face of a plate from frame to frame: found, meshed, followed. All looking happens in a child."""

import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from secondunit.media.child import Child, Failed, nothing, unwatched
from secondunit.media.limits import Limits
from secondunit.schema import Plate, WorkFailed

from . import models, topology
from .track import Track, track

Array = np.ndarray[Any, Any]
Seen = dict[int, Array]
"""A face that is being followed: its points (468,3) by frame."""
COMMAND = ("-P", "-m", "secondunit.faces.child")
LIMITS = Limits(frame_s=120.0)
STAGE = "follow faces"
LOOK_EVERY, LOOK_LOST = 12, 4
"""Frames between looks for new faces, and for those that were lost: what is found late is followed back."""
THERE = 0.5
"""Presence from which the network's mesh is believed."""
SAME = 0.3
"""Boxes of points that share so much of what they cover together are one face, in two frames."""
COVERED = 0.6
"""In one frame, a face of which so much lies on another is that one, or an eye of it."""
CUT, MOVED = 22.0, 3.0
"""A cut changes small pictures by so many levels (of 255) on average, and by so many times what is usual around it."""


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
    with tempfile.TemporaryDirectory() as scratch:
        following = _Following(plate, folder)
        try:
            with Child(COMMAND, Path(scratch), LIMITS, check) as following.child:
                for done, frame in enumerate(plate.frames):
                    progress(STAGE, done, len(plate.frames))
                    following.step(frame)
                for one in following.opened:
                    following.back(one)
        except Failed as error:
            raise WorkFailed(f"Following faces failed at frame {following.at}: {error}.") from error
    tracks = [track(one, plate, following.cuts) for one in following.opened]
    return tuple(sorted(tracks, key=lambda one: -float(one.presence.sum())))


def networks() -> tuple[models.Found, ...]:
    """What following a face, and telling its person from the background, need; raises models.Missing."""
    return tuple(models.find(model) for model in (models.SHORT_RANGE, models.FACE_MESH, models.PERSON))


class _Following:
    """What is known so far: the faces, the cuts, small pictures of the frames, and the frame looked at last."""

    child: Child

    def __init__(self, plate: Plate, folder: Path) -> None:
        self.plate, self.folder = plate, folder
        self.opened: list[Seen] = []
        self.cuts: list[int] = []
        self.thumbs: list[Array] = []
        self.at = plate.first_frame

    def step(self, frame: int) -> None:
        """Follow the faces that were there into this frame; now and then, after a loss and a cut, look for others."""
        take = self.cuts[-1] if self.cuts else self.plate.first_frame
        here = [one for one in self.opened if max(one) >= take]
        followed = [one for one in here if max(one) == frame - 1]
        due = self._due(frame, missing=len(followed) < len(here) or not here)
        answer = self._ask(frame, [one[frame - 1] for one in followed], detect=due)
        self.thumbs.append(np.array(answer["thumb"]))
        if _is_cut(self.thumbs):
            self.cuts.append(frame)
            take, kept = frame, []
            answer = answer if due else self._ask(frame, [], detect=True)
        else:
            kept = list(zip(followed, answer["kept"], strict=True))
        for one, row in sorted(kept, key=lambda pair: -len(pair[0])):
            points = self._believed(row, frame)
            if points is not None:
                one[frame] = points
        self._join(answer["found"], frame, take)

    def back(self, one: Seen) -> None:
        """Follow a face back from wherever it was found: it is often there before."""
        for found in sorted(one):
            frame = found
            while frame > self.plate.first_frame and frame not in self.cuts and frame - 1 not in one:
                row = self._ask(frame - 1, [one[frame]], detect=False)["kept"][0]
                points = self._believed(row, frame - 1)
                if points is None:
                    break
                frame -= 1
                one[frame] = points

    def _join(self, rows: Sequence[Sequence[float]], frame: int, take: int) -> None:
        """Found faces go on with a track that ended near there, or begin one.

        take: the frame that began it. No track goes on across a cut: nobody has said that it is the same person.
        """
        for row in rows:
            points = self._believed(row, frame)
            if points is None:
                continue
            ended = [one for one in self.opened if take <= max(one) < frame]
            near = [(shared(one[max(one)], points)[0], one) for one in ended]
            likeness, chosen = max(near, key=lambda pair: pair[0], default=(0.0, {}))
            if likeness <= SAME:
                chosen = {}
                self.opened.append(chosen)
            chosen[frame] = points

    def _believed(self, row: Sequence[float], frame: int) -> Array | None:
        """The points (468,3) of a row of the child's answer, if they are a face that nobody has taken there."""
        points = np.array(row[:-1], np.float32).reshape(-1, 3)
        if row[-1] < THERE or not _shaped(points):
            return None
        taken = [one[frame] for one in self.opened if frame in one]
        return None if any(shared(other, points)[1] > COVERED for other in taken) else points

    def _due(self, frame: int, *, missing: bool) -> bool:
        """Whether to look for faces in this frame."""
        if missing and frame == self.plate.last_frame:
            return True
        return (frame - self.plate.first_frame) % (LOOK_LOST if missing else LOOK_EVERY) == 0

    def _ask(self, frame: int, before: Sequence[Array], *, detect: bool) -> dict[str, Any]:
        """What the child sees in a frame, of the faces beside it and, with detect, of all."""
        self.at = frame
        path = str((self.folder / self.plate.frame_name(frame)).resolve())
        request = {"do": "mesh", "path": path, "space": self.plate.colorspace, "aspect": self.plate.pixel_aspect}
        held = [points.ravel().tolist() for points in before]
        return self.child.ask(request | {"before": held, "detect": detect})


def shared(one: Array, other: Array) -> tuple[float, float]:
    """Area that the boxes of two faces share, by what they cover together, and by the smaller of the two."""
    low, high = (np.array([points[:, :2].min(0), points[:, :2].max(0)]) for points in (one, other))
    sides = np.clip(np.minimum(low[1], high[1]) - np.maximum(low[0], high[0]), 0, None)
    areas = [float(np.prod(box[1] - box[0])) for box in (low, high)]
    both = float(sides.prod())
    return both / max(sum(areas) - both, 1e-9), both / max(min(areas), 1e-9)


def _is_cut(thumbs: Sequence[Array]) -> bool:
    """Whether the newest picture has little to do with the one before, against what is usual here."""
    if len(thumbs) < 2:
        return False
    steps = [float(np.abs(b - a).mean()) for a, b in pairwise(thumbs[-10:])]
    return steps[-1] > max(CUT, MOVED * float(np.median(steps[:-1])) if len(steps) > 1 else CUT)


def _shaped(points: Array) -> bool:
    """Whether a mesh (468,3) has the shape of a face at all: a network that lost its face answers with a heap."""
    flat = np.asarray(points, np.float64)[:, :2]
    wide = np.linalg.norm(flat[topology.LEFT_SIDE] - flat[topology.RIGHT_SIDE])
    high = np.linalg.norm(flat[topology.TOP] - flat[topology.CHIN])
    return bool(np.isfinite(flat).all() and high > 8 and 0.2 < wide / high < 2.0)
