"""Hair and brows: where they are, and how their strands change colour with the years.

There is no network for hair here. Hair is what belongs to the person, lies around the face, hangs together with what
grows over the forehead, and has that colour rather than the skin's. A hat is taken for hair, and only its grey would
be changed; a bald head has none. All changes are logarithms at each pixel, so that every strand keeps its own light.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import topology
from secondunit.tools.age.eyes import Part, rising
from secondunit.tools.age.skin import logs
from secondunit.tools.age.strands import darkened, greyed

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

PARTS = ("hair", "brows")
FILE = "hair.npy"
SMALL = 110.0
"""Pixels of the face's width at which hair is told from the rest."""
ASIDE, ABOVE, BELOW = 1.15, 0.85, 0.45
"""How far around the face hair is looked for: in widths to each side of its middle, heights above and below it."""
CROWN = (0.21, 0.36, 0.15)
"""The ellipse in which hair begins: its middle above the forehead's top and its half axes, by height, width, height."""
FEWEST = 0.15
"""Share of that ellipse that must be other than skin: below it the head is bald."""
THIN = 2.5
"""Standard deviations of skin within which hair is so thin, or so like it, that it is not told from it."""
FRINGE = 0.18
"""A forehead whose colour is farther than this from that of the cheeks is covered by hair."""
SKIN_SPREAD = (0.38, 0.07, 0.09)
"""Standard deviations of skin in log-luma, and in red and blue against it, lit alike."""
LIKE_CLOTH = 2.0
"""Standard deviations of hair within which clothes are not told from it: then it ends at the chin."""
BROW_WIDE, BROW_APART = 0.018, (1.2, 2.4)
"""How far around the ring of the brow its hairs stand, by the face's width; standard deviations from skin of a hair."""


@dataclass(frozen=True)
class Tone:
    """Colours of one performer: of skin (4,3) on both halves of forehead and cheeks, of hair (3,) and its covariance
    (3,3); all as log-luma, and red and blue against it. cloth: whether clothes have another colour than hair, so that
    hair may go below the chin.
    """

    skin: NDArray[np.float64]
    hair: NDArray[np.float64]
    hair_spread: NDArray[np.float64]
    cloth: bool

    def packed(self) -> NDArray[np.float64]:
        """(25,) numbers."""
        return np.concatenate([np.ravel(part) for part in (self.skin, self.hair, self.hair_spread, self.cloth)])

    @staticmethod
    def unpacked(numbers: NDArray[np.float64]) -> "Tone":
        """The opposite of `packed`; of a mean of several, clothes by majority."""
        n = np.asarray(numbers, np.float64)
        return Tone(n[:12].reshape(4, 3), n[12:15], n[15:24].reshape(3, 3), bool(n[24] > 0.5))


@dataclass(frozen=True)
class _Near:
    """What lies around a face at a small size: values (h,w,3) as Tone counts them, person (h,w), where each place is
    across and down in widths and heights of the face (0, 0 its middle and its top), inside (h,w) the face's oval.
    """

    box: tuple[slice, slice]
    values: Image
    person: Image
    across: Image
    down: Image
    oval: Mask


def tone(plate: Image, points: Image, person: Image) -> Tone | None:
    """The colours of a frame (H,W,3) with a face (468,3) and its person's matte (H,W).

    None of a bald head, and of hair that is not told from skin.
    """
    near = _near(plate, points, person)
    if near is None:
        return None
    skin = _skin(near)
    if skin is None:
        return None
    up, half, high = CROWN
    ellipse = (near.across / half) ** 2 + ((near.down + up) / high) ** 2 < 1
    other = ellipse & (near.person > 0.8) & (_from_skin(near.values, skin) > 2.2) & ~near.oval
    if other.sum() < FEWEST * ellipse.sum():
        return None
    hair, hair_spread = _gauss(near.values[other], least=(0.45, 0.04, 0.06))
    if _from_skin(hair, skin) < THIN:
        return None
    below = (near.down > 1.2) & (np.abs(near.across) < 0.5) & (near.person > 0.8)
    cloth = _away(near.values[below], hair, hair_spread) if below.sum() > 20 else np.zeros(1)
    return Tone(skin, hair, hair_spread, bool(np.median(cloth) > LIKE_CLOTH))


def _skin(near: _Near) -> NDArray[np.float64] | None:
    """(4,3) colours of the skin, lit as each part of the face is; a fringe over the forehead is not taken for it."""
    found = []
    for high, low in ((0.45, 0.75), (0.02, 0.2)):
        for side in (near.across < -0.1, near.across > 0.1):
            part = near.oval & side & (near.down > high) & (near.down < low) & (near.person > 0.9)
            if part.sum() >= 15:
                found.append(np.median(near.values[part], axis=0))
            elif high > 0.4:
                return None
            else:
                found.append(np.full(3, np.inf))
    cheek = (found[0] + found[1]) / 2
    for n in (2, 3):
        if not np.linalg.norm(found[n][1:] - cheek[1:]) < FRINGE:
            found[n] = found[n - 2]
    return np.asarray(found, np.float64)


def _from_skin(values: NDArray[np.floating], skin: NDArray[np.float64]) -> Image:
    """Standard deviations (...) of values (...,3) from the nearest of the skin's colours."""
    spread = np.diag(np.square(SKIN_SPREAD))
    return np.asarray(np.min([_away(values, one, spread) for one in skin], axis=0), np.float32)


def parts(plate: Image, points: Image, person: Image, tones: Tone | None, younger: bool) -> dict[str, Sequence[Part]]:
    """The changes at full strength of a frame (H,W,3), scene-linear, of a face (468,3) with its person's matte (H,W).

    tones: None where there is no hair but brows.
    """
    brows = [_brow(plate, points, ring, younger) for ring in (topology.RIGHT_BROW, topology.LEFT_BROW)]
    hair = _hair(plate, points, person, tones, younger) if tones else None
    return {"hair": [hair] if hair else [], "brows": [one for one in brows if one]}


def _hair(plate: Image, points: Image, person: Image, tones: Tone, younger: bool) -> Part | None:
    near = _near(plate, points, person)
    if near is None:
        return None
    there = plate[near.box]
    light, colour = logs(there)
    wide = float(np.ptp(points[:, 0]))
    where = _drawn(_matte(near, tones), light, max(2, round(0.03 * wide))) * person[near.box]
    across, down = (cv2.resize(each, light.shape[::-1]) for each in (near.across, near.down))
    temples = np.asarray(np.clip(1.2 * down + 0.6 * np.abs(across), 0, 1.2), np.float32)
    skin = tones.skin.mean(axis=0)
    change = darkened(light, colour, skin) if younger else greyed(light, colour, skin, where, temples, wide)
    return Part(near.box, np.asarray(change * where[..., None], np.float32), where)


def _matte(near: _Near, tones: Tone) -> Image:
    """(h,w) 0..1 of hair at the small size."""
    off = _away(near.values, tones.hair, tones.hair_spread)
    hair = off**2 + np.log(np.linalg.det(tones.hair_spread))
    skin = _from_skin(near.values, tones.skin) ** 2 + 2 * np.log(SKIN_SPREAD).sum()
    likely = 1 / (1 + np.exp(np.clip(0.5 * (hair - skin), -30, 30))) * np.clip(2.2 - 0.4 * off, 0, 1)
    # Within the oval hair may only fall over the forehead.
    place = np.where(near.oval, np.clip((0.22 - near.down) / 0.08, 0, 1), 1.0)
    if not tones.cloth:
        place *= np.clip((1.0 - near.down) / 0.2, 0, 1)
    found = cv2.GaussianBlur(np.asarray(likely * place, np.float32), (0, 0), 0.8) * near.person
    # Rims where person, cloth and background mix are thin; hair is not.
    solid = cv2.morphologyEx((found > 0.35).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, labels = cv2.connectedComponents(solid)
    up, half, high = CROWN
    ellipse = (near.across / half) ** 2 + ((near.down + up) / high) ** 2 < 1
    rooted = np.isin(labels, [n for n in range(1, count) if (ellipse & (labels == n)).sum() >= 6])
    grown = cv2.dilate(rooted.astype(np.uint8), np.ones((5, 5), np.uint8))
    return np.asarray(found * grown, np.float32)


def _brow(plate: Image, points: Image, ring: Sequence[int], younger: bool) -> Part | None:
    spots, wide = points[list(ring), :2].astype(np.float64), float(np.ptp(points[:, 0]))
    reach = BROW_WIDE * wide
    low = np.floor(spots.min(axis=0) - 3 * reach).astype(int)
    high = np.ceil(spots.max(axis=0) + 3 * reach).astype(int)
    if (low < 0).any() or (high > plate.shape[1::-1]).any() or wide < SMALL / 3:
        return None
    box = slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
    light, colour = logs(plate[box])
    inner = np.zeros(light.shape, np.uint8)
    cv2.fillPoly(inner, [np.round((spots - low - 0.5) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    size = 2 * max(1, round(reach)) + 1
    area = cv2.dilate(inner, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    soft = cv2.GaussianBlur(area.astype(np.float32) / 255, (0, 0), max(0.6, 0.6 * reach))
    around = soft < 0.05
    if around.sum() < 20:
        return None
    values = np.dstack([light, colour])
    skin, spread = _gauss(values[around], least=(0.06, 0.03, 0.04))
    hairs = rising(_away(values, skin, spread), *BROW_APART)
    where = np.asarray(cv2.GaussianBlur(hairs, (0, 0), 0.6) * soft, np.float32)
    early = np.zeros_like(light)
    change = darkened(light, colour, skin) if younger else greyed(light, colour, skin, where, early, wide)
    return Part(box, np.asarray(change * where[..., None], np.float32), where)


def _near(plate: Image, points: Image, person: Image) -> _Near | None:
    flat = np.asarray(points, np.float64)[: topology.MESH, :2]
    top, chin = flat[topology.TOP], flat[topology.CHIN]
    down = chin - top
    high, wide = (
        float(np.linalg.norm(down)),
        float(np.linalg.norm(flat[topology.LEFT_SIDE] - flat[topology.RIGHT_SIDE])),
    )
    wide = max(wide, 0.6 * high)
    middle = (top + chin) / 2
    reach = np.array([ASIDE * wide, 0.0])
    low = np.minimum(top - reach - [0, ABOVE * high], middle - reach)
    low = np.clip(np.floor(low), 0, None).astype(int)
    end = np.clip(np.ceil(np.maximum(chin + reach + [0, BELOW * high], middle + reach)), 0, plate.shape[1::-1])
    x0, y0 = (int(edge) for edge in low)
    x1, y1 = (int(edge) for edge in end)
    if x1 - x0 < 16 or y1 - y0 < 16 or high < 20:
        return None
    box = slice(y0, y1), slice(x0, x1)
    scale = min(1.0, SMALL / wide)
    size = max(8, round((x1 - x0) * scale)), max(8, round((y1 - y0) * scale))
    small = cv2.resize(plate[box], size, interpolation=cv2.INTER_AREA)
    light, colour = logs(np.asarray(small, np.float32))
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32) + 0.5
    spots = np.stack([x * (x1 - x0) / size[0] + x0, y * (y1 - y0) / size[1] + y0], axis=-1)
    along = down / high
    off = spots - top
    across = (off @ np.array([along[1], -along[0]])) / wide
    canvas = np.zeros(size[::-1], np.uint8)
    oval = (flat[list(topology.OVAL)] - [x0, y0]) * [size[0] / (x1 - x0), size[1] / (y1 - y0)]
    cv2.fillPoly(canvas, [np.round(oval).astype(np.int32)], 1)
    matte = np.asarray(cv2.resize(person[box], size, interpolation=cv2.INTER_AREA), np.float32)
    values = np.dstack([light, colour])
    return _Near(box, values, matte, across.astype(np.float32), (off @ along / high).astype(np.float32), canvas > 0)


def _gauss(values: Image, least: tuple[float, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Median (3,) and covariance (3,3) of values (N,3), outliers left out, never narrower than `least`."""
    middle = np.median(values, axis=0)
    far = np.abs(values - middle).max(axis=1)
    near = values[far <= np.quantile(far, 0.85) + 1e-6]
    return middle.astype(np.float64), np.cov(near.T) + np.diag(np.square(least))


def _away(values: NDArray[np.floating], mean: NDArray[np.float64], spread: NDArray[np.float64]) -> Image:
    """Standard deviations (...) of values (...,3) from a mean."""
    off = values - mean
    return np.asarray(np.sqrt(np.einsum("...i,ij,...j->...", off, np.linalg.inv(spread), off)), np.float32)


def _drawn(matte: Image, light: Image, radius: int) -> Image:
    """A small matte at the picture's size, its edge at the picture's: guided filter (He, Sun and Tang, ECCV 2010)."""
    coarse = np.asarray(cv2.resize(matte, light.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    size = (2 * radius + 1,) * 2
    mean_l, mean_m = cv2.blur(light, size), cv2.blur(coarse, size)
    slope = (cv2.blur(light * coarse, size) - mean_l * mean_m) / (cv2.blur(light * light, size) - mean_l**2 + 0.02)
    out = cv2.blur(slope, size) * light + cv2.blur(mean_m - slope * mean_l, size)
    return np.asarray(np.clip(1.1 * out - 0.05, 0, 1), np.float32)


def usual(tones: Sequence[Tone | None]) -> Tone | None:
    """The colours of a performer through a plate: the median of its frames'; None where most of them show no hair."""
    known = [one.packed() for one in tones if one is not None]
    return Tone.unpacked(np.median(known, axis=0)) if 2 * len(known) > len(tones) else None


def save(folder: Path, found: Tone | None) -> None:
    """Keep a frame's colours, or that it has none."""
    np.save(folder / FILE, np.zeros(0) if found is None else found.packed())


def load(folder: Path) -> Tone | None:
    """What `save` kept."""
    kept = np.load(folder / FILE)
    return Tone.unpacked(kept) if len(kept) else None
