"""The volume of an older or younger face as a field of displacements: jowls, cheeks, brows, nose, lips, neck.

Every change is a `Move`: points of the mesh (MediaPipe's order) are pushed along the head's own axes, and what is
around them follows by a smooth kernel that ends (Wendland's C2 function, Adv. Comput. Math. 4, 1995). Lengths are
shares of the face's width, so that the size of a face does not matter. The mesh has no points on the ears: they stay.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Points = NDArray[np.floating[Any]]
Vectors = NDArray[np.float64]

TOP, CHIN, RIGHT_SIDE, LEFT_SIDE, RIGHT_CORNER, LEFT_CORNER = 10, 152, 234, 454, 33, 263
"""Of the mesh; right and left are the performer's own, so right is at the picture's left."""
NARROWEST = 0.4
"""However far a head turns, a kernel is no narrower than this share of what it is from the front."""
FAR = (0.10, 0.85)
"""How far a side is turned away (sine of the turn by place on the head): from the first on it moves less, then not."""
PROFILE = (0.20, 0.45)
"""Cosine of the turn at which nothing moves any more, as the mesh is a guess there, and from which all of it does."""
ROOM = 0.10
"""Beyond the last pixel that moves, the crop has this share of the face's width, to see the background in."""


@dataclass(frozen=True)
class Shape:
    """How much of each change: -1 full younger, 0 nothing, +1 full older, worth some 20 years."""

    jowl: float = 0.0
    cheek: float = 0.0
    under_eye: float = 0.0
    brow: float = 0.0
    nose: float = 0.0
    lips: float = 0.0
    neck: float = 0.0

    @classmethod
    def all(cls, amount: float) -> "Shape":
        """The same amount of everything."""
        return cls(**{each.name: amount for each in fields(cls)})


@dataclass(frozen=True)
class Move:
    """A line of mesh points at the picture's right of the face, pushed when it grows older; `pairs` mirrors it.

    pairs: (index at the picture's left, index at the right); a point on the middle line has the same index twice.
    weights: share of the push of each. push, place (right, down, back), radius: shares of the face's width; place: how
    far from the mesh point the kernel's middle is.
    """

    part: str
    pairs: tuple[tuple[int, int], ...]
    push: tuple[float, float, float]
    radius: float
    weights: tuple[float, ...] = ()
    place: tuple[float, float, float] = (0.0, 0.0, 0.0)


MOVES = (
    # Fat and skin of the lower cheek hang over the jaw, most halfway between chin and corner; the corner widens.
    Move(
        "jowl",
        ((149, 378), (150, 379), (136, 365), (169, 394), (172, 397)),
        (0.006, 0.022, 0),
        0.16,
        (0.4, 1, 0.9, 0.6, 0.3),
    ),
    Move("jowl", ((136, 365), (172, 397), (58, 288)), (0.006, 0, 0), 0.17, (0.7, 0.8, 0.5)),
    # The pad of the cheek sinks, and below the cheekbone it hollows.
    Move("cheek", ((50, 280), (101, 330), (205, 425)), (0, 0.013, 0), 0.16, (0.9, 0.8, 0.7)),
    Move("cheek", ((147, 376), (187, 411)), (-0.006, 0, 0), 0.17, (0.8, 0.8)),
    Move(
        "under_eye", ((110, 339), (24, 254), (23, 253), (22, 252)), (0, 0.007, 0), 0.05, (0.7, 1, 1, 0.7), (0, 0.015, 0)
    ),
    # Brows sink, most at their tails, and the fold of the lid comes down with them.
    Move("brow", ((70, 300), (63, 293), (105, 334), (66, 296)), (0, 0.016, 0), 0.10, (1.0, 1.0, 0.8, 0.45)),
    Move("brow", ((30, 260), (29, 259), (27, 257)), (0, 0.005, 0), 0.045, (1.0, 0.9, 0.5)),
    Move("nose", ((4, 4), (1, 1)), (0, 0.012, 0), 0.11, (1.0, 0.6)),
    Move("nose", ((64, 294), (129, 358)), (0.007, 0.002, 0), 0.075, (1.0, 0.6)),
    # The red of the lips thins from its outer edges; the line of the mouth stays, its corners sink.
    Move("lips", ((0, 0), (37, 267), (39, 269)), (0, 0.008, 0), 0.06, (0.9, 1.0, 0.8)),
    Move("lips", ((17, 17), (84, 314), (181, 405)), (0, -0.010, 0), 0.065, (1.0, 0.9, 0.6)),
    Move("lips", ((61, 291),), (0, 0.006, 0), 0.07),
    # Below the chin it fills and hangs.
    Move("neck", ((152, 152), (148, 377)), (0, 0.016, 0), 0.15, (1.0, 0.7), (0, 0.06, 0.06)),
)


@dataclass(frozen=True)
class Field:
    """A crop of the picture with its corner (x, y), and of each pixel there how far off it is to sample the plate.

    offsets (h,w,2): pixels, x right, y down. Outside the crop nothing moves.
    """

    x: int
    y: int
    offsets: Image

    @property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns of the crop in the picture."""
        height, width = self.offsets.shape[:2]
        return slice(self.y, self.y + height), slice(self.x, self.x + width)


@dataclass(frozen=True)
class Head:
    """axes (3,3): rows right, down, back of the head (from the front: the picture's x, y, away) in the picture.

    width: from ear to ear, in pixels; middle (3,): between the ears.
    """

    axes: Vectors
    width: float
    middle: Vectors

    @property
    def footprint(self) -> Vectors:
        """(2,2): what a step right and a step down along the face become in the picture, never too short."""
        turn, share, back = np.linalg.svd(self.axes[:2, :2].T)
        return np.asarray(turn @ np.diag(np.maximum(share, NARROWEST)) @ back)

    def seen(self, spots: Vectors) -> Vectors:
        """(N,) 0..1: how much of a push is shown at places (N,3): less on the far side, nothing in profile."""
        aside = np.clip((spots - self.middle) @ self.axes[0] / (self.width / 2), -1, 1)
        away = aside * -self.axes[2, 0]
        return np.asarray((1 - _smooth(away, *FAR)) * _smooth(self.axes[2, 2], *PROFILE))


def head(points: Points) -> Head:
    """The pose of a face's points (468 or more,3): pixels, and depth on the same scale, away from the camera."""
    at = np.asarray(points, np.float64)
    across = at[LEFT_SIDE] - at[RIGHT_SIDE]
    right = _unit(across + at[LEFT_CORNER] - at[RIGHT_CORNER])
    along = at[CHIN] - at[TOP]
    down = _unit(along - (along @ right) * right)
    middle = (at[LEFT_SIDE] + at[RIGHT_SIDE]) / 2
    return Head(np.stack([right, down, np.cross(right, down)]), float(np.linalg.norm(across)), middle)


def field(points: Points, size: tuple[int, int], shape: Shape) -> Field:
    """Where each pixel of the result samples the plate, in a crop around the face.

    points (468 or more,3): pixels, the first pixel's centre at 0.5; size: height, width of the picture.
    """
    pose = head(points)
    kernels = [each for move in MOVES if getattr(shape, move.part) for each in _kernels(move, points, pose)]
    if not kernels:
        return Field(0, 0, np.zeros((0, 0, 2), np.float32))
    corner, crop = _crop(kernels, pose, size)
    offsets = np.zeros((*crop, 2), np.float32)
    for one in kernels:
        _push(offsets, one, pose, corner, getattr(shape, one.part))
    return Field(int(corner[0]), int(corner[1]), offsets)


def held(moved: Field, still: Image) -> Field:
    """The same where a mask of the picture (H,W) 0..1 is nothing: where it is 1 nothing moves."""
    return Field(moved.x, moved.y, moved.offsets * (1 - still[moved.box])[..., None])


def stmap(moved: Field, size: tuple[int, int], touched: NDArray[np.bool_] | None = None) -> Image:
    """(H,W,2): an STMap into the plate, u right, v up, 0..1 at pixel centres; size: height, width of the picture.

    touched (H,W), as `shifted.compose` gives it: elsewhere the map leads to the pixel itself. What the face uncovered
    is not in the plate, so no map leads there.
    """
    height, width = size
    x, y = np.arange(width) + 0.5, np.arange(height)[:, None] + 0.5
    out = np.empty((height, width, 2), np.float32)
    out[..., 0], out[..., 1] = x / width, 1 - y / height
    rows, columns = moved.box
    offsets = moved.offsets if touched is None else moved.offsets * touched[moved.box][..., None]
    out[moved.box] = np.stack(
        [(x[columns] + offsets[..., 0]) / width, 1 - (y[rows] + offsets[..., 1]) / height], axis=-1
    )
    return out


@dataclass(frozen=True)
class _Line:
    """A move on one side: kernels' middles (N,2) pixels, shares (N,), radius in pixels, push (2,) pixels."""

    part: str
    middles: Vectors
    shares: Vectors
    radius: float
    push: Vectors


def _kernels(move: Move, points: Points, pose: Head) -> list[_Line]:
    """A move on both sides, or once where it has no sides."""
    if all(left == right for left, right in move.pairs):
        sides: tuple[tuple[list[int], int], ...] = (([right for _, right in move.pairs], 1),)
    elif any(left == right for left, right in move.pairs):
        # One line across the middle: pushed as a whole, so that the middle is not pushed twice.
        sides = (([*(left for left, right in move.pairs if left != right), *(right for _, right in move.pairs)], 1),)
    else:
        sides = (([left for left, _ in move.pairs], -1), ([right for _, right in move.pairs], 1))
    return [_line(move, indices, sign, points, pose) for indices, sign in sides]


def _line(move: Move, indices: list[int], sign: int, points: Points, pose: Head) -> _Line:
    outward = np.array([sign, 1.0, 1.0])
    spots = np.asarray(points, np.float64)[indices] + (outward * move.place * pose.width) @ pose.axes
    given = move.weights or (1.0,) * len(move.pairs)
    weight = {index: share for pair, share in zip(move.pairs, given, strict=True) for index in pair}
    shares = np.array([weight[index] for index in indices])
    push = (outward * move.push * pose.width) @ pose.axes * pose.seen(spots).mean()
    return _Line(move.part, spots[:, :2], shares, move.radius * pose.width, push[:2])


def _push(offsets: Image, line: _Line, pose: Head, corner: NDArray[np.int64], amount: float) -> None:
    """Add a move to the field (h,w,2), only where its kernels reach. The push is forward, the map backward: minus."""
    reach = line.radius * np.abs(pose.footprint).sum(axis=1)
    low = np.clip(np.floor(line.middles.min(axis=0) - reach).astype(int) - corner, 0, offsets.shape[1::-1])
    high = np.clip(np.ceil(line.middles.max(axis=0) + reach).astype(int) - corner, low, offsets.shape[1::-1])
    back = np.linalg.inv(pose.footprint * line.radius).astype(np.float32)
    x, y = (np.arange(low[n], high[n], dtype=np.float32) + np.float32(0.5 + corner[n]) for n in (0, 1))
    left = np.ones((len(y), len(x)), np.float32)
    for middle, share in zip(line.middles.astype(np.float32), line.shares, strict=True):
        across, down = x[None] - middle[0], y[:, None] - middle[1]
        away = np.sqrt((back[0, 0] * across + back[0, 1] * down) ** 2 + (back[1, 0] * across + back[1, 1] * down) ** 2)
        # Joined as chances are, so that a line of kernels pushes as far as one of them and no farther.
        left *= 1 - np.float32(share) * _wendland(away)
    offsets[low[1] : high[1], low[0] : high[0]] -= (1 - left)[..., None] * (amount * line.push).astype(np.float32)


def _crop(kernels: list[_Line], pose: Head, size: tuple[int, int]) -> tuple[NDArray[np.int64], tuple[int, int]]:
    """Corner (x, y) and (height, width) of what may move and a margin, inside the picture."""
    reach = np.abs(pose.footprint).sum(axis=1)
    room = ROOM * pose.width + 4
    low = np.min([one.middles.min(axis=0) - one.radius * reach for one in kernels], axis=0) - room
    high = np.max([one.middles.max(axis=0) + one.radius * reach for one in kernels], axis=0) + room
    corner = np.clip(np.floor(low), 0, size[::-1]).astype(np.int64)
    end = np.clip(np.ceil(high), corner, size[::-1]).astype(np.int64)
    return corner, (int(end[1] - corner[1]), int(end[0] - corner[0]))


def _wendland(away: Image) -> Image:
    """1 at 0, falling to 0 at 1 and beyond, twice differentiable."""
    rest = np.maximum(1 - away, 0)
    return np.asarray(np.square(np.square(rest)) * (4 * away + 1), np.float32)


def _smooth(values: Any, start: float, end: float) -> Any:
    share = np.clip((values - start) / (end - start), 0, 1)
    return share * share * (3 - 2 * share)


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9))
