"""Where a performer's beard is: skin of the lower face that is too grey, or too dark for the light it stands in.

There is no network for beards. What skin looks like, and the light it stands in, is told from the upper face and
carried on downward: luma by the normal of an ellipsoid (`relief`), colour as it is. A beard is believed as a whole or
not at all, for chins and jaws differ from cheeks by a little on everybody: only what lies well beyond that is one. In
the face's own shade darkness tells nothing, so that side takes it from the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.tools.age import regions, relief, unwrap
from secondunit.tools.age.around import SIDE, Square
from secondunit.tools.age.bands import logs, normalised
from secondunit.tools.age.eyes import rising

Image = NDArray[np.float32]
Colour = NDArray[np.float64]
Mask = NDArray[np.bool_]

FILE = "beard.npy"
MAP = 160
"""Texels along the map of the face that a beard is looked for in: about as fine as the square around the head."""
GROWS = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 164, 165, 92, 216, 207, 187, 147, 123)
"""Points of the mesh around where a beard grows on the right: sideburn, jaw, chin, upper lip, line of the cheek."""
BARE = (234, 127, 162, 21, 54, 103, 67, 109, 10, 164, 165, 203, 205, 123)
"""Points around where none does."""
PLACES = {
    "jaw": (213, 192, 214, 210, 150, 136, 172, 138, 215),
    "chin": (204, 194, 201, 200, 199, 175, 171, 140, 170, 211),
    "lip": (186, 92, 165, 167, 164, 0, 37, 39, 40),
}
"""Points around the places that a beard is judged by, on the right."""
LOWER_LIP = (61, 146, 91, 181, 84, 17, 14, 87, 178, 88, 95, 78)
LIPS, OUTWARD, SOFT = 0.014, 0.022, 0.020
"""So far around the lips no beard is looked for, so far outside the oval it is, and so far its place fades: shares of
the face's width."""
COLOUR_LEAST = (0.05, 0.06)
"""Least standard deviations of skin in red and blue against luma."""
LIGHT = 0.03
"""Sigma over which the light on the bare face is smoothed, as a share of its width."""
BESIDE = 0.20
"""Over such a share of its width the bare face's colour is carried on (sigma): a side may stand in light of its own."""
DARKEST = 0.12
"""Of the light on the face: no skin is expected darker."""
LIT = (0.45, 0.85)
"""Of the light on the face, from which darkness is believed, and wholly."""
TEXELS = 20
"""A place that shows fewer tells nothing."""
GREY, DARK = 0.29, 0.65
"""Greyness of chin and jaws, and log-luma that the lit jaw lacks, of which each alone makes a beard probable."""
ALONE = {"chin": (0.40, 1.4), "lip": (0.40, 0.80)}
"""The same of a beard on the chin, and a moustache, without the rest."""
PALEST = 0.10
"""Square of the length of skin's colour below which greyness is no more told by it."""
LIPS_REDDER, MOST_OF_LIGHT = 0.05, 0.40
"""By so much at least lips are less grey than skin; what they are greyer is the light's, and that at most."""
COVERED = (0.35, 0.60)
"""Greyness of the lower lip from which what is there is no face: a mask."""
SHADOWED = {"jaw": (-0.12, 0.12), "chin": (-0.05, 0.25), "lip": (-0.05, 0.25)}
"""Log-luma that a place lacks against the lower lip, up to which a shadow explains it, and from which none does."""
LIP_GREY, LIP_DARK = (0.02, 0.08), (-0.15, 0.0)
"""Greyness and log-luma missing of the upper lip from which it has a moustache: lips without one look lighter."""
STRONG = (4.5, 7.0)
"""As PROBABLE, of a beard without a moustache."""
PROBABLE, SEEN = (0.60, 1.10), (0.30, 0.60)
"""Sum of their squares up to which there is none in the plate, and from which it is sure; and the same of where it is
in a frame: most of the plate's say whether it is."""
TEXEL_GREY, TEXEL_DARK = (0.10, 0.24), (0.10, 0.40)
"""Of one texel, once there is a beard: where it begins, and how much more makes it one."""
SHADE_GREY = 0.15
"""In shade skin looks by so much greyer."""
EVEN, HALVED = 0.10, 0.8
"""Over such a share of the face's width a beard is even (sigma), and what the other side's tells of this one."""
BELIEVED = (0.4, 1.1)
"""Length of both from which a texel has hair, and wholly."""


@dataclass(frozen=True)
class Found:
    """matte (SIDE,SIDE) 0..1 over the square of one frame, were there a beard; kept (6,): log-luma, red and blue of the
    bare face, and how sure a beard is, 0..1, by PLACES; empty where nothing speaks for one.
    """

    matte: Image
    kept: Colour


@dataclass(frozen=True)
class _Signs:
    """Over the map (S,S): grey, 0 for this skin's colour to 1 for none; dark, log-luma that is missing; lit, how far
    darkness tells anything; seen, how well a texel is.
    """

    grey: Image
    dark: Image
    lit: Image
    seen: Image


def found(picture: Image, person: Image, head: Square, points: Image) -> Found:
    """The beard of one frame: its square's picture (SIDE,SIDE,3), scene-linear, and its person's matte (SIDE,SIDE);
    points (468,3) of the face in pixels of the whole picture.
    """
    mesh = _mesh(points, head)
    spots = unwrap.places(mesh, MAP)
    seen = unwrap.facing(mesh, MAP, (SIDE, SIDE)) * unwrap.read(person, spots)
    values = np.asarray(cv2.GaussianBlur(np.dstack(logs(unwrap.read(picture, spots))), (0, 0), 0.8), np.float32)
    bare = _bare(values[..., 1:], seen)
    nothing = Found(np.zeros((SIDE, SIDE), np.float32), np.zeros(0))
    if (bare > 0.5).sum() < TEXELS:
        return nothing
    skin = np.median(values[bare > 0.5], axis=0).astype(np.float64)
    signs = _signs(values, skin, bare, seen)
    totals = _totals(signs)
    here = _where(signs, {name: float(rising(total, *SEEN)) for name, total in totals.items()})
    sure = [float(rising(total, *PROBABLE)) for total in totals.values()]
    return Found(_shown(here, mesh), np.concatenate([skin, sure])) if here.any() else nothing


def believed(matte: Image, kept: Colour, head: Square, points: Image) -> Image:
    """(SIDE,SIDE) a matte of one frame, as far as there is a beard in the plate: kept as `usual` has it."""
    if not len(kept):
        return np.zeros_like(matte)
    sure = dict(zip(PLACES, (float(one) for one in kept[3:]), strict=True))
    return np.asarray(matte * _shown(_spread(sure), _mesh(points, head)), np.float32)


def _shown(texture: Image, mesh: NDArray[np.float32]) -> Image:
    """(SIDE,SIDE) of the square what lies over the map (S,S)."""
    seen, out = unwrap.window(mesh, (SIDE, SIDE)), np.zeros((SIDE, SIDE), np.float32)
    high, wide = seen.inside.shape
    out[seen.y : seen.y + high, seen.x : seen.x + wide] = unwrap.show(texture, seen)
    return out


def _mesh(points: Image, head: Square) -> NDArray[np.float32]:
    """(504,3) of the face with its ring, in texels of the square."""
    mesh = topology.with_ring(points[: topology.MESH]).astype(np.float64)
    mesh[:, :2] = (mesh[:, :2] - head.into[:, 2]) @ np.linalg.inv(head.into[:, :2]).T
    mesh[:, 2] /= head.scale
    return mesh.astype(np.float32)


def _bare(colour: Image, seen: Image) -> Image:
    """(S,S) 0..1: skin of the upper face, by place and by the colour that most of it has."""
    skin = regions.skin(MAP) * seen * _area(BARE)
    core = (skin * _below_brows()) > 0.7
    if core.sum() < TEXELS:
        return np.zeros_like(seen)
    off = np.abs(colour - np.median(colour[core], axis=0))
    spread = np.maximum(1.4826 * np.median(off[core], axis=0), COLOUR_LEAST)
    return np.asarray(skin * (off < 3 * spread).all(axis=-1), np.float32)


def _below_brows() -> Image:
    """(S,1): 1 from the root of the nose down, where hair and glasses seldom are."""
    return np.asarray(np.arange(MAP)[:, None] + 0.5 > topology.UV[6, 1] * MAP, np.float32)


def _signs(values: Image, skin: Colour, bare: Image, seen: Image) -> _Signs:
    """What differs from bare skin in values (S,S,3) of log-luma, red and blue; skin (3,): its usual ones."""
    wide = BESIDE * regions.FACE_WIDE * MAP
    colour = values[..., 1:]
    middle = regions.skin(MAP) * seen * _area(BARE) * _below_brows()
    pigment = np.dstack([normalised(np.ascontiguousarray(colour[..., n]), middle, wide) for n in (0, 1)])
    grey = -((colour - pigment) * pigment).sum(axis=-1) / np.maximum((pigment**2).sum(axis=-1), PALEST)
    light = relief.light_on(normalised(values[..., 0], bare, LIGHT * regions.FACE_WIDE * MAP), bare)
    shares = light.around + relief.normals(MAP) @ light.towards
    expected = np.log(np.maximum(shares, DARKEST))
    off = values[..., 0] - expected
    there = (bare > 0.5) & (shares > LIT[1])
    there = there if there.sum() >= TEXELS else bare > 0.5
    dark = _slope(off, there) - off
    return _Signs(grey.astype(np.float32), dark.astype(np.float32), rising(shares, *LIT).astype(np.float32), seen)


def _slope(off: Image, there: Mask) -> Image:
    """(S,S) of log-luma `off` (S,S) that fades evenly down the face, as it does there: light from above, and near."""
    rows, columns = np.nonzero(there)
    down = np.arange(MAP) / MAP
    line = np.polynomial.polynomial.polyfit(down[rows], off[rows, columns], 1)
    left = off[rows, columns] - np.polynomial.polynomial.polyval(down[rows], line)
    even = np.polynomial.polynomial.polyval(down, line) + np.median(left)
    return np.broadcast_to(even[:, None], off.shape).astype(np.float32)


def _where(signs: _Signs, seen: dict[str, float]) -> Image:
    """(S,S) 0..1: the beard, at the places where some of one is seen, 0..1."""
    if max(seen.values()) <= 0:
        return np.zeros_like(signs.grey)
    grey = (signs.grey - TEXEL_GREY[0] - SHADE_GREY * (1 - signs.lit)) / TEXEL_GREY[1]
    dark = np.clip((signs.dark - TEXEL_DARK[0]) / TEXEL_DARK[1], 0, 3)
    other = (signs.lit * signs.seen)[:, ::-1]
    dark = signs.lit * dark + (1 - signs.lit) * other * dark[:, ::-1]
    both = np.asarray(np.hypot(np.clip(grey, 0, 3), dark), np.float32)
    hair = rising(np.maximum(cv2.GaussianBlur(both, (0, 0), 1.0), _even(both, signs.seen)), *BELIEVED)
    out = hair * _grows() * signs.seen * _spread(seen)
    return np.where(out > 0.02, out, 0).astype(np.float32)


def _even(both: Image, seen: Image) -> Image:
    """(S,S) what is around on this side or the other, whichever is more: a beard that is there has no holes."""
    weight = seen * _grows() + 1e-3
    wide = EVEN * regions.FACE_WIDE * MAP
    soft = cv2.GaussianBlur(both * weight, (0, 0), wide) / cv2.GaussianBlur(weight, (0, 0), wide)
    return np.asarray(np.maximum(soft, HALVED * soft[:, ::-1]), np.float32)


def _totals(signs: _Signs) -> dict[str, float]:
    """What speaks for a beard, as PROBABLE counts it, by place: jaws and chin together, the chin, the upper lip."""
    lips_grey, shadow = _grey(signs, "lips"), _dark(signs, "lips", 0.5)
    of_light = float(np.clip(lips_grey + LIPS_REDDER, 0, MOST_OF_LIGHT))
    greys = {name: _grey(signs, name) - of_light for name in PLACES}
    # A shadow covers a part of a chin or a lip; a beard all of it.
    darks = {name: _dark(signs, name, share) for name, share in (("jaw", 0.5), ("chin", 0.2), ("lip", 0.35))}
    lit = {name: dark * float(rising(dark - shadow, *SHADOWED[name])) for name, dark in darks.items()}
    moustache = max(float(rising(greys["lip"], *LIP_GREY)), float(rising(darks["lip"], *LIP_DARK)))
    bare = 1 - float(rising(lips_grey, *COVERED))
    whole = _total((greys["jaw"] + greys["chin"]) / 2, lit["jaw"], GREY, DARK)
    whole *= bare * max(moustache, float(rising(whole, *STRONG)))
    chin, lip = (bare * _total(greys[name], lit[name], *ALONE[name]) for name in ("chin", "lip"))
    return {"jaw": whole, "chin": max(whole, chin), "lip": max(whole, lip)}


def _total(grey: float, dark: float, usual_grey: float, usual_dark: float) -> float:
    return (max(grey, 0) / usual_grey) ** 2 + (max(dark, 0) / usual_dark) ** 2


def _grey(signs: _Signs, name: str) -> float:
    """Greyness of a place: each side's median, and the mean of both that are seen."""
    there = (_place(name) > 0.5) & (signs.seen > 0.6)
    halves = [half[half_there] for half, half_there in zip(_halves(signs.grey), _halves(there), strict=True)]
    found = [float(np.median(half)) for half in halves if len(half) >= TEXELS // 2]
    return float(np.mean(found)) if found else 0.0


def _dark(signs: _Signs, name: str, share: float) -> float:
    """Log-luma missing at a place where it is lit: what all but that share of it miss."""
    there = (_place(name) > 0.5) & (signs.seen > 0.6) & (signs.lit > 0.4)
    return float(np.quantile(signs.dark[there], share)) if there.sum() >= TEXELS else 0.0


def _halves(texture: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    return texture[:, : MAP // 2], texture[:, MAP // 2 :]


def _spread(sure: dict[str, float]) -> Image:
    """(S,S) how sure a beard is at each place: the chin's and the lip's own around them, the jaws' elsewhere."""
    out = np.full((MAP, MAP), sure["jaw"], np.float32)
    for name in ("chin", "lip"):
        near = cv2.GaussianBlur(cv2.dilate(_place(name), np.ones((5, 5), np.uint8)), (0, 0), 2.0)
        out = np.maximum(out, near * sure[name])
    return np.asarray(out, np.float32)


@lru_cache(maxsize=1)
def _grows() -> Image:
    """(S,S) 0..1: where a beard may be."""
    wide = regions.FACE_WIDE * MAP
    around = _grown(_area(GROWS), OUTWARD * wide)
    return np.asarray(cv2.GaussianBlur(around, (0, 0), SOFT * wide / 2) * (1 - _lips()), np.float32)


@lru_cache(maxsize=4)
def _place(name: str) -> Image:
    return _area(LOWER_LIP) if name == "lips" else np.asarray(_area(PLACES[name]) * (1 - _lips()), np.float32)


@lru_cache(maxsize=1)
def _lips() -> Image:
    lips = _grown(_area(topology.LIPS_OUTER), LIPS * regions.FACE_WIDE * MAP)
    return np.asarray(cv2.GaussianBlur(lips, (0, 0), 0.8), np.float32)


def _area(points: tuple[int, ...]) -> Image:
    """(S,S) 0..1 within points of the mesh, and within what is opposite of them."""
    canvas = np.zeros((MAP, MAP), np.uint8)
    spots = np.asarray(topology.UV, np.float64)[list(points)] * MAP
    cv2.fillPoly(canvas, [np.round((spots - 0.5) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return np.asarray(np.maximum(canvas, canvas[:, ::-1]) / 255, np.float32)


def _grown(area: Image, texels: float) -> Image:
    size = 2 * max(1, round(texels)) + 1
    return np.asarray(cv2.dilate(area, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))), np.float32)


def usual(all_found: Sequence[Colour]) -> Colour:
    """What is kept of a plate: the median of its frames'; empty where most of them show no beard."""
    known = [one for one in all_found if len(one)]
    if 2 * len(known) <= len(all_found):
        return np.zeros(0)
    sure = np.median([one[3:] if len(one) else np.zeros(len(PLACES)) for one in all_found], axis=0)
    return np.concatenate([np.median(known, axis=0)[:3], sure]) if sure.any() else np.zeros(0)


def save(folder: Path, kept: Colour) -> None:
    """Keep what `Found` and `usual` have."""
    np.save(folder / FILE, kept)


def load(folder: Path) -> Colour:
    """What `save` kept."""
    return np.asarray(np.load(folder / FILE), np.float64)
