"""Where a performer's hair is, by colour and place, in the square around the head.

There is no network for hair here. Hair is what belongs to the person, lies around the face, hangs together with what
grows over the forehead, and has that colour rather than the skin's or the clothes'. Both colours are the performer's
own: the skin's is carried on from where the face shows it, lit as it is there. A hat is taken for hair, and only its
grey would be changed; a bald head has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.tools.age.around import HIGH, SIDE, Square
from secondunit.tools.age.bands import logs, normalised
from secondunit.tools.age.mixture import Mixture, fitted
from secondunit.tools.age.timing import Sheet, for_flow

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

FILE = "hair.npy"
SURE = 0.9
"""A person's matte from which a texel is theirs alone."""
RIM = (0.35, 0.80)
"""The matte's rim, drawn tighter: outside it is none of theirs."""
CROWN = (0.02, 0.45)
"""Hair begins above the brows, so far outside the face's oval, in heights of the face: from, to."""
FEWEST, LEAST = 0.12, 0.01
"""Share of that crown, and area in heights squared, that must be other than skin: below it the head is bald."""
UNLIKE = 2.4
"""Standard deviations from skin of a texel that the hair's colour is first learned from."""
SKIN_LEAST = (0.40, 0.05, 0.06)
"""Least standard deviations of skin in log-luma, and in red and blue against it, at one place."""
HAIR_LEAST = (0.25, 0.04, 0.05)
"""The same of each of the colours of hair."""
LIT = 0.22
"""Over such a part of its height a face is lit alike (sigma)."""
HIGH_FOREHEAD = 0.15
"""So far above the face's oval a forehead may go on, in heights."""
LIT_MORE = 1.8
"""Skin may be lighter than around it by so much more than it may be darker: foreheads shine."""
FAR = 0.75
"""Hair is not looked for farther than this from the face's oval."""
STEPS = 2
"""How often colours are learned again from what was found by them."""
NEAR, UNSEEN = 4, 0.35
"""A frame has its say about hair so many texels around its own, and so much less of one where it sees none: there a
hand may be.
"""
FEATURES = (
    (topology.RIGHT_EYE, 0.04),
    (topology.LEFT_EYE, 0.04),
    (topology.RIGHT_BROW, 0.035),
    (topology.LEFT_BROW, 0.035),
    (topology.LIPS_OUTER, 0.025),
)
"""Rings that skin's colour is not read from, and how far around them neither, in heights."""


@dataclass(frozen=True)
class View:
    """A head in its square, each (SIDE,SIDE): values (,3) log-luma and red and blue against it, the person's matte;
    apart: heights outward of the face's oval, negative within; aside: heights to the side of its middle. Rows of brows,
    eyes, mouth, chin.
    """

    values: Image
    person: Image
    apart: Image
    aside: Image
    face: Mask
    rows: tuple[float, float, float, float]

    @property
    def crown(self) -> Mask:
        """Where hair grows if any does."""
        low, high = CROWN
        above = np.arange(SIDE)[:, None] + 0.5 < self.rows[0]
        return np.asarray((self.apart > low) & (self.apart < high) & above & (self.person > SURE))


@dataclass(frozen=True)
class Found:
    """matte (SIDE,SIDE) 0..1 of one frame; light (SIDE,SIDE) to align it by; skin (3,) its colour on the whole.

    own (3,): the darker strands, what grey ones may go back to; empty where there is no hair.
    """

    matte: Image
    light: Image
    skin: NDArray[np.float64]
    own: NDArray[np.float64]


def view(picture: Image, person: Image, head: Square) -> View:
    """What the square (SIDE,SIDE,3), scene-linear, with its person's matte (SIDE,SIDE) shows."""
    light, colour = logs(picture)
    values = np.asarray(cv2.GaussianBlur(np.dstack([light, colour]), (0, 0), 0.8), np.float32)
    points, oval = head.points, np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(oval, [_sixteenths(points[list(topology.OVAL)])], 1, shift=4)
    out, within = (cv2.distanceTransform(each, cv2.DIST_L2, 5) for each in (1 - oval, oval))
    aside = np.abs(np.arange(SIDE) + 0.5 - points[[topology.RIGHT_SIDE, topology.LEFT_SIDE], 0].mean()) / HIGH
    face = oval > 0
    for ring, more in FEATURES:
        hole = np.zeros((SIDE, SIDE), np.uint8)
        cv2.fillConvexPoly(hole, cv2.convexHull(_sixteenths(points[list(ring)])), 1, shift=4)
        face &= cv2.dilate(hole, np.ones((2 * round(more * HIGH) + 1,) * 2, np.uint8)) == 0
    brows = points[list(topology.RIGHT_BROW + topology.LEFT_BROW), 1].min()
    eyes, mouth = points[[topology.RIGHT_CORNER, topology.LEFT_CORNER], 1].mean(), points[[61, 291], 1].mean()
    rows = float(brows), float(eyes), float(mouth), float(points[topology.CHIN, 1])
    apart = np.asarray((out - within) / HIGH, np.float32)
    wide = np.broadcast_to(aside[None, :].astype(np.float32), (SIDE, SIDE))
    return View(values, person, apart, wide, face & (apart < -0.05) & (person > SURE), rows)


def found(picture: Image, person: Image, head: Square) -> Found:
    """The hair of one frame, its square's picture and person as `view` takes them."""
    seen = view(picture, person, head)
    light = logs(picture)[0]
    nothing = Found(np.zeros((SIDE, SIDE), np.float32), light, np.zeros(3), np.zeros(0))
    skin, crown = _first_skin(seen), seen.crown
    if skin is None:
        return nothing
    hair = crown & (_from_skin(seen, skin) > UNLIKE**2)
    where, cloth = np.zeros((SIDE, SIDE), np.float32), _cloth(seen)
    for _ in range(STEPS):
        if hair.sum() < max(FEWEST * crown.sum(), LEAST * HIGH**2):
            return nothing
        where = _likely(seen, skin, fitted(seen.values[hair], 2, HAIR_LEAST), cloth)
        skin, hair = seen.face & (where < 0.3), crown & (where > 0.8)
        if skin.sum() < 0.02 * HIGH**2:
            return nothing
    matte = _rooted(_hanging(seen, where), crown)
    if not matte.any():
        return nothing
    values = seen.values[crown & (matte > 0.8)]
    dark = values[values[:, 0] <= np.quantile(values[:, 0], 0.25)] if len(values) else values
    own = np.median(dark, axis=0).astype(np.float64) if len(dark) else np.zeros(0)
    return Found(matte, light, np.median(seen.values[skin], axis=0).astype(np.float64), own)


def _first_skin(seen: View) -> Mask | None:
    """Texels of the face that have the colour of what lies between eyes and mouth."""
    y = np.arange(SIDE)[:, None] + 0.5
    core = seen.face & (y > seen.rows[1]) & (y < seen.rows[2])
    if core.sum() < 0.02 * HIGH**2:
        return None
    middle = np.median(seen.values[core], axis=0)
    off = np.abs(seen.values - middle)
    spread = np.maximum(1.4826 * np.median(off[core], axis=0), SKIN_LEAST)
    return np.asarray(seen.face & (off[..., 0] < 1.2) & (off[..., 1:] < 3 * spread[1:]).all(axis=-1))


def _from_skin(seen: View, skin: Mask) -> Image:
    """(SIDE,SIDE) squared standard deviations from the skin's colour (a mask of where it is), carried on."""
    weight = skin.astype(np.float32)
    middle = np.median(seen.values[skin], axis=0)
    spread = 1.4826 * np.median(np.abs(seen.values[skin] - middle), axis=0)
    spread = np.maximum([SKIN_LEAST[0], *spread[1:]], SKIN_LEAST)
    near = np.clip(cv2.GaussianBlur(weight, (0, 0), LIT * HIGH) / 0.1, 0, 1)
    away = np.zeros((SIDE, SIDE), np.float32)
    for n in range(3):
        local = normalised(np.ascontiguousarray(seen.values[..., n]), weight, LIT * HIGH)
        off = (seen.values[..., n] - middle[n] - near * (local - middle[n])) / spread[n]
        away += np.square(np.where(off > 0, off / LIT_MORE, off) if n == 0 else off)
    return away


def _cloth(seen: View) -> Mixture | None:
    """Colours of the clothes below the chin."""
    y = np.arange(SIDE)[:, None] + 0.5
    there = (y > seen.rows[3] + 0.2 * HIGH) & (seen.person > SURE) & (seen.aside < 1.1)
    return fitted(seen.values[there], 3, HAIR_LEAST) if there.sum() > 0.05 * HIGH**2 else None


def _likely(seen: View, skin: Mask, hair: Mixture, cloth: Mixture | None) -> Image:
    """(SIDE,SIDE) 0..1 of hair, from its colours against skin's and clothes', and from the place."""
    skin_log = -0.5 * _from_skin(seen, skin) - np.log(SKIN_LEAST).sum()
    hair_log = hair.log(seen.values)
    score = _place(seen) + np.clip(hair_log - skin_log, -12, 8)
    if cloth is not None:
        y = np.arange(SIDE)[:, None] + 0.5
        low = np.clip((y - seen.rows[2]) / (0.3 * HIGH), 0, 1)
        score = np.minimum(score, (hair_log - cloth.log(seen.values) - 2) * low + 8 * (1 - low))
    person = np.clip((seen.person - RIM[0]) / (RIM[1] - RIM[0]), 0, 1)
    return np.asarray(person / (1 + np.exp(-np.clip(score, -20, 20))), np.float32)


def _place(seen: View) -> Image:
    """(SIDE,SIDE) logarithm of the odds of hair by place alone: sure over the forehead, never inside the face."""
    brows, eyes, mouth, _ = seen.rows
    y = np.arange(SIDE)[:, None] + 0.5
    outside = np.where(y < brows, 1.5, np.where(y < mouth, -0.5, -1.5))
    depth = np.maximum(-seen.apart, 0)
    inside = np.where(y < brows, -0.5 - 30 * depth, np.where(y < eyes, -3 - 40 * depth, -8))
    odds = np.where(seen.apart > 0, outside, inside) - 27 * np.maximum(seen.apart - 0.45, 0)
    beside = (y > mouth) & ((seen.aside < 0.38) | (seen.apart < 0.06))
    odds = np.where(beside, -6, odds)
    return np.asarray(np.where(seen.apart > FAR, -20, odds), np.float32)


def _hanging(seen: View, where: Image) -> Image:
    """The same without what lies on the forehead below bare skin: hair hangs down from above."""
    within = (seen.apart < 0) | ((seen.apart < HIGH_FOREHEAD) & (seen.aside < 0.25))
    soft = cv2.GaussianBlur(where, (0, 0), 2.5, sigmaY=1.0)
    least = np.minimum.accumulate(np.where(within, soft, 1.0), axis=0)
    return np.asarray(np.where(within, np.minimum(where, 1.5 * least), where), np.float32)


def _rooted(where: Image, crown: Mask) -> Image:
    """What hangs together with the crown, over more than a thread."""
    soft = cv2.GaussianBlur(where, (0, 0), 0.8)
    solid = cv2.morphologyEx((soft > 0.4).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, labels = cv2.connectedComponents(solid)
    enough = np.bincount(labels[crown], minlength=count) > 0.004 * HIGH**2
    enough[0] = False
    grown = cv2.dilate(enough[labels].astype(np.uint8), np.ones((7, 7), np.uint8))
    return np.asarray(soft * cv2.GaussianBlur(grown.astype(np.float32), (0, 0), 1.0), np.float32)


def usual(all_found: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """The colours of a performer through a plate, as `colours` has them: the median of its frames'; empty where most
    of them show no hair.
    """
    known = [one for one in all_found if len(one)]
    return np.median(known, axis=0) if 2 * len(known) > len(all_found) else np.zeros(0)


def sheet(one: Found, beard: Image) -> Sheet:
    """The hair of a frame and its beard (SIDE,SIDE), to be averaged over time."""
    both = np.dstack([one.matte, beard])
    near = cv2.dilate(both.max(axis=-1), np.ones((2 * NEAR + 1,) * 2, np.uint8))
    gate = np.asarray(UNSEEN + (1 - UNSEEN) * near, np.float32)
    return Sheet(both, gate, for_flow(one.light), np.zeros((1, 1), np.float32))


def steadied(mean: Image, gate: Image) -> tuple[Image, Image]:
    """(SIDE,SIDE) the mattes of hair and beard of a frame from what `timing.steady` has of its sheet: none where the
    frame shows none.
    """
    near = np.clip((gate - UNSEEN) / (1 - UNSEEN), 0, 1)
    both = np.asarray(mean * np.clip(2 * near, 0, 1)[..., None], np.float32)
    return both[..., 0], both[..., 1]


def colours(one: Found) -> NDArray[np.float64]:
    """(6,) of skin and own hair; empty without hair."""
    return np.concatenate([one.skin, one.own]) if len(one.own) else np.zeros(0)


def save(folder: Path, kept: NDArray[np.float64]) -> None:
    """Keep colours as `colours` gives them."""
    np.save(folder / FILE, kept)


def load(folder: Path) -> NDArray[np.float64]:
    """What `save` kept."""
    return np.asarray(np.load(folder / FILE), np.float64)


def _sixteenths(points: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.round((points - 0.5) * 16).astype(np.int32)
