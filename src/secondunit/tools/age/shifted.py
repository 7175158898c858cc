"""A plate whose person is moved by a field, over a background that stays where it is.

The plate is person over background: P = M F + (1 - M) B. Moved, it is M' F' + (1 - M') B, where ' means sampled at the
offset. M F is P - (1 - M) B, so no estimate of the person's own colour is needed. B behind the person is not
known; a strip along the outline is made from the background beside it.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.tools.age.shape import Field

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]
Counts = NDArray[np.uint8]
Places = NDArray[np.integer[Any]]

LEAST_PX = 0.02
"""A smaller offset is none: the plate's own bits stay."""
SOLID = 0.02
"""A matte below this is background."""
MARGIN = 0.0045
"""So near the outline, as a share of the crop's width, the background is not trusted: lenses and mattes are soft."""
FOREIGN = (0.08, 0.20)
"""How much of the person's colour such a pixel has, to begin to count, and to count, as the person's."""
SIGMA_PX = 6.0
"""How far around the direction of the background's lines is read."""
EVEN_PX = 2.0
"""How far mirrored places are smoothed along the outline."""
LINED = 0.35
"""Coherence of the structure tensor, 0..1, from which the background's lines are followed rather than mirrored."""
GRAIN_PX, GRAIN_LIFT = 0.8, 1.7
"""What is finer than this sigma is raised by what sampling takes from white noise, and so much more of it: the band is
not all of the noise.
"""
FOLD = 1024
"""Columns of the picture that a list of spots is folded into."""


def compose(plate: Image, moved: Field, matte: Image) -> tuple[Image, Mask]:
    """The plate with its person moved, and (H,W) which pixels may differ; all others keep their bits.

    plate (H,W,3) scene-linear; matte (H,W) 0..1: what may move. Where it is 0 (background, clothes, a hand before the
    face) nothing moves, unless the person comes to lie over it: by what is in front, lay the plate back.
    """
    touched = np.zeros(plate.shape[:2], bool)
    moves = np.hypot(moved.offsets[..., 0], moved.offsets[..., 1]) > LEAST_PX
    if not moves.any():
        return plate.copy(), touched
    there, was = plate[moved.box], np.ascontiguousarray(matte[moved.box], np.float32)
    margin = max(2, round(MARGIN * there.shape[1]))
    reach = int(np.ceil(2 * np.abs(moved.offsets).max())) + 2 * margin
    behind, deep, rim = _background(there, was, _grown(moves, reach // 2), margin, reach)
    was = np.maximum(was, deep)
    rows, columns = np.nonzero(moves)
    spots = np.stack([columns, rows], axis=-1) + moved.offsets[rows, columns]
    now = np.clip(_resampled(was, spots), 0, 1)
    covered = np.maximum(was, rim) > SOLID
    changed = covered[rows, columns] | (now > SOLID) | _near(covered, spots)
    if not changed.any():
        return plate.copy(), touched
    rows, columns, spots, now = rows[changed], columns[changed], spots[changed], now[changed, None]
    # Person and matte go through the same filter: filtered apart from each other they would leave a seam.
    person = there - (1 - was)[..., None] * behind
    made = _resampled(person, spots) + (1 - now) * behind[rows, columns]
    made = made + _softened(made, there, spots, rows, columns)
    made = _between(made, there, spots, behind[rows, columns])
    rows, columns = rows + moved.y, columns + moved.x
    out = plate.copy()
    out[rows, columns] = made
    touched[rows, columns] = True
    return out, touched


def _background(plate: Image, matte: Image, needed: Mask, margin: int, reach: int) -> tuple[Image, Image, Image]:
    """The background (h,w,3), going on for `reach` pixels inside the outline, where it is `needed` (h,w).

    And (h,w) 0..1 where it is not known, and where the person's soft edge lies outside the matte.
    """
    solid = matte <= SOLID
    sure = np.asarray(cv2.erode(solid.astype(np.uint8), np.ones((2 * margin + 1,) * 2, np.uint8)), np.uint8)
    depth = np.asarray(cv2.distanceTransform(1 - sure, cv2.DIST_L2, 5), np.float32)
    rows, columns = np.nonzero((sure == 0) & (depth <= reach) & needed)
    rim = np.zeros_like(matte)
    if not sure.any() or not len(rows):
        return plate, np.asarray(~solid, np.float32), rim
    step, first = _steps(plate, sure, depth, rows, columns, 3 * reach)
    source = _evened(_mirrored(sure, rows, columns, step, first), rows, columns, solid.shape)
    made = _resampled(plate, source)
    share = np.where(
        solid[rows, columns], _foreign(plate[rows, columns], made, _inside(plate, rows, columns, step, margin)), 1.0
    ).astype(np.float32)
    rim[rows, columns] = share * solid[rows, columns]
    out = plate.copy()
    out[rows, columns] += share[:, None] * (made - out[rows, columns])
    # A soft matte may reach deeper than the background is known: there it counts as whole.
    return out, np.asarray(np.clip(2.5 * depth / reach - 1.5, 0, 1) * ~solid, np.float32), rim


def _inside(plate: Image, rows: Places, columns: Places, step: Image, margin: int) -> Image:
    """(N,3): the person's colour beside pixels of the rim."""
    return np.asarray(_near(plate, np.stack([columns, rows], axis=-1) - 2 * margin * step), np.float32)


def _foreign(here: Image, made: Image, person: Image) -> Image:
    """(N,) 0..1: how surely pixels (N,3) are a mixture of the person and the background expected there."""
    whole, part = person - made, here - made
    share = (part * whole).sum(axis=1) / np.maximum((whole**2).sum(axis=1), 1e-8)
    off = np.linalg.norm(part - share[:, None] * whole, axis=1) / np.maximum(np.linalg.norm(part, axis=1), 1e-6)
    sure = np.clip((share - FOREIGN[0]) / (FOREIGN[1] - FOREIGN[0]), 0, 1) * np.clip(3 - 3 * off, 0, 1)
    return np.asarray(sure, np.float32)


@dataclass(frozen=True)
class _Lines:
    """Of each pixel the direction (h,w,2) along which the background changes least, and how sure that is (h,w)."""

    along: Image
    sure: Image


def _steps(plate: Image, sure: Counts, depth: Image, rows: Places, columns: Places, reach: int) -> tuple[Image, Places]:
    """From pixels of the strip out to the background: unit steps (N,2) along its lines, else straight out; how many."""
    soft = np.asarray(cv2.GaussianBlur(depth, (0, 0), 2.0), np.float32)
    slope = [cv2.Sobel(soft, cv2.CV_32F, *order) for order in ((1, 0), (0, 1))]
    out = -np.stack(slope, axis=-1, dtype=np.float32)[rows, columns]
    out = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
    lines = _lines(plate, sure)
    along = lines.along[rows, columns]
    # Outward first; but where a line runs beside the outline, its other end may be the nearer one.
    along = along * np.where((along * out).sum(axis=1, keepdims=True) < 0, -1, 1)
    one, other = (_first(sure, rows, columns, step, reach) for step in (along, -along))
    step, first = np.where((other < one)[:, None], -along, along), np.minimum(one, other)
    straight = np.flatnonzero((lines.sure[rows, columns] <= 0) | (first >= reach))
    step[straight] = out[straight]
    first[straight] = _first(sure, rows[straight], columns[straight], out[straight], reach)
    return np.asarray(step, np.float32), first


def _lines(plate: Image, sure: Counts) -> _Lines:
    """From the structure tensor of the background alone, on logarithms so that a lamp counts no more than a shelf.

    At half the size, which the direction of lines does not need.
    """
    half = max(1, sure.shape[1] // 2), max(1, sure.shape[0] // 2)
    mean = cv2.resize(cv2.transform(plate, np.full((1, 3), 1 / 3)), half, interpolation=cv2.INTER_AREA)
    there = (cv2.resize(sure.astype(np.float32), half, interpolation=cv2.INTER_AREA) > 0.999).astype(np.float32)
    light = np.log(np.maximum(mean, 1e-4)) * there
    # Smoothed within the background, as grain has no direction but much slope.
    soft = cv2.GaussianBlur(light, (0, 0), 0.7) / np.maximum(cv2.GaussianBlur(there, (0, 0), 0.7), 1e-3)
    inner = cv2.erode(there, np.ones((3, 3), np.uint8))
    x, y = (cv2.Sobel(soft, cv2.CV_32F, *order) * inner for order in ((1, 0), (0, 1)))
    xx, yy, xy = (cv2.GaussianBlur(part, (0, 0), SIGMA_PX / 2) for part in (x * x, y * y, x * y))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    coherence = np.hypot(xx - yy, 2 * xy) / np.maximum(xx + yy, 1e-9)
    found = np.stack([np.cos(angle), np.sin(angle), (coherence - LINED) / (0.7 - LINED)], axis=-1).astype(np.float32)
    found = np.asarray(cv2.resize(found, sure.shape[::-1], interpolation=cv2.INTER_NEAREST), np.float32)
    return _Lines(found[..., :2], np.clip(found[..., 2], 0, 1))


def _first(sure: Counts, rows: Places, columns: Places, step: Image, reach: int) -> Places:
    """(N,): after how many steps each pixel is in the background; `reach` where it is not by then."""
    first = np.full(len(rows), reach)
    wide = np.pad(sure, reach).ravel()
    row = sure.shape[1] + 2 * reach
    x, y, left = columns + reach + 0.5, rows + reach + 0.5, np.arange(len(rows))
    across, down = step.astype(np.float64).T
    for far in range(1, reach):
        x, y = x + across, y + down
        clear = wide[y.astype(np.int32) * row + x.astype(np.int32)] > 0
        if clear.any():
            first[left[clear]] = far
            x, y, across, down, left = (part[~clear] for part in (x, y, across, down, left))
    return first


def _mirrored(sure: Counts, rows: Places, columns: Places, step: Image, first: Places) -> Image:
    """(N,2) spots (x, y as indices): as far beyond the outline along the step as the pixel lies inside it."""
    here, end = np.stack([columns, rows], axis=-1), np.array(sure.shape[::-1]) - 1
    edge, beyond = (np.clip(here + step * far[:, None], 0, end) for far in (first, 2 * first))
    x, y = np.rint(beyond).astype(int).T
    # Where the mirrored place is the person again (a narrow gap), the edge of the background itself is repeated.
    return np.where(sure[y, x, None] > 0, beyond, edge).astype(np.float32)


def _evened(source: Image, rows: Places, columns: Places, size: tuple[int, ...]) -> Image:
    """Sources (N,2) of pixels, how far off they are smoothed within the strip: outlines of pixels are ragged."""
    off = np.zeros((*size, 3), np.float32)
    off[rows, columns] = np.c_[source - np.stack([columns, rows], axis=-1), np.ones(len(rows))]
    even = np.asarray(cv2.GaussianBlur(off, (0, 0), EVEN_PX), np.float32)[rows, columns]
    return np.asarray(even[:, :2] / even[:, 2:] + np.stack([columns, rows], axis=-1), np.float32)


def _grown(mask: Mask, pixels: int) -> Mask:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((2 * pixels + 1,) * 2, np.uint8)) > 0)


def _resampled(picture: Image, spots: Image) -> Image:
    """The picture (h,w) or (h,w,C) at spots (N,2), x and y as indices.

    Lanczos, held between the darkest and the lightest neighbour so that a highlight of 20 throws no dark ring.
    """
    around = np.ones((3, 3), np.uint8)
    low, high = cv2.erode(picture, around), cv2.dilate(picture, around)
    return np.clip(_sampled(picture, spots), _near(low, spots), _near(high, spots))


def _near(picture: Any, spots: Image) -> Any:
    """The nearest pixel of a picture (h,w,...) to spots (N,2)."""
    near = np.rint(spots).astype(int)
    return picture[near[:, 1].clip(0, picture.shape[0] - 1), near[:, 0].clip(0, picture.shape[1] - 1)]


def _between(made: Image, plate: Image, spots: Image, behind: Image) -> Image:
    """Held between what the plate has around the spots and the background: no mixture of person and background is
    outside, so what is comes from a matte or a background that was guessed wrong.
    """
    around = np.ones((5, 5), np.uint8)
    low, high = _near(cv2.erode(plate, around), spots), _near(cv2.dilate(plate, around), spots)
    return np.clip(made, np.minimum(low, behind), np.maximum(high, behind))


def _softened(made: Image, plate: Image, spots: Image, rows: Places, columns: Places) -> Image:
    """(N,3) what sampling between pixels took from the grain of `made` (N,3), to be added: a filter leaves of white
    noise's variance the sum of the squares of its weights.
    """
    canvas = plate.copy()
    canvas[rows, columns] = made
    fine = (canvas - cv2.GaussianBlur(canvas, (0, 0), GRAIN_PX))[rows, columns]
    left = _power(spots[:, 0]) * _power(spots[:, 1])
    return np.asarray((GRAIN_LIFT * (1 / np.sqrt(left) - 1))[:, None] * fine, np.float32)


def _power(spots: Image) -> Image:
    """(N,) the sum of the squares of Lanczos' weights at places between pixels."""
    known = _powers()
    return np.take(known, np.rint((spots - np.floor(spots)) * (len(known) - 1)).astype(int))


@lru_cache(maxsize=1)
def _powers() -> Image:
    """(257,) that sum, of eight weights, as OpenCV has them, from one pixel to the next."""
    apart = np.linspace(0, 1, 257)[:, None] - np.arange(-3, 5)
    weights = np.sinc(apart) * np.sinc(apart / 4)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray((weights**2).sum(axis=1), np.float32)


def _sampled(picture: Image, spots: Image) -> Image:
    """OpenCV makes no picture of 32767 columns, so that the list of spots is folded."""
    full = -(-len(spots) // FOLD) * FOLD
    x, y = (np.resize(spots[:, axis], (full // FOLD, FOLD)).astype(np.float32) for axis in (0, 1))
    found = cv2.remap(picture, x, y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32).reshape(full, *picture.shape[2:])[: len(spots)]
