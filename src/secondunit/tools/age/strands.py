"""How strands of hair change colour with the years: logarithms at each pixel, so each strand keeps its own light."""

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.tools.age import around, mixed
from secondunit.tools.age.around import Square
from secondunit.tools.age.bands import logs
from secondunit.tools.age.eyes import rising
from secondunit.tools.age.parts import Part

Image = NDArray[np.float32]
Colour = NDArray[np.float64]
Range = tuple[float, float]
GREY = (0.40, 0.75)
"""Colour of hair by that of the skin, along it, up to which it is grey, and from which it has its own colour."""
DARK = (-2.6, -1.2)
"""Log-luma against the skin up to which colourless hair is black, and from which it is grey."""
DARKER = (0.72, 0.90)
"""Log-luma that grey hair loses when younger: where all is one grey, and where dark strands tell what it was."""
WARMER = 0.60
"""Share of the way from grey to its colour that it comes back."""
BROWN = 1.15
"""The colour of brown hair by the skin's: pigment is the same. Half the target is that, half the darker strands'."""
CRISPER = 0.05
"""Younger, strands differ by so much more: what darkens the whole must not flatten them."""
HAIR_GREY, HAIR_DARK = (0.50, 0.90), (-1.9, -1.1)
"""The same two of the single hairs of a brow, with skin between them."""
HAIR_DARKER, HAIR_WARMER = 0.72, 0.45
"""Log-luma that a grey one loses, and how far it comes towards brown."""
SHINE = (0.35, 1.0)
"""Log-luma above the hair around from which light is a shine, which pigment changes by half, and wholly."""
WHITE = (0.0, 1.2)
"""Log-luma from which light is left alone more and more, and wholly: lamps seen in hair."""
LOCK, HEAD = 0.03, 0.12
"""Sigmas in face widths: of a lock, over which greyness is judged, and of the light on the whole head."""
PALER, COLOURLESS = 0.70, 0.75
"""Older, a strand that greys comes so far towards grey in log-luma, and loses so much of its colour."""
GREYED = -0.35
"""Log-luma of grey hair against the skin."""
TEMPLE = 0.8
"""By how many standard deviations of the strands' own light those at the temples grey before those at the crown."""
RIM = (0.30, 0.55)
"""A person's matte from which a pixel may have something of their hair, and may be hair wholly."""
LAMP = 0.40
"""The colour of grey hair by the skin's: the light that both stand in is not white."""
PALEST = 2.0
"""Log-luma that black hair gains at most on its way to grey."""
SCANT = 0.15
"""Share of a pixel below which hair's own light cannot be told from it."""
SOONER = 0.45
"""The same for all of them: half greys, and a little more."""
GRAIN_PX, FINEST = 0.8, 0.004
"""Sigma over which grain is averaged before a strand is told, in pixels, and as a share of the face's width if more."""
REACH = 0.045
"""Within this share of a face's width the coarse matte of its hair errs."""


def part(plate: Image, head: Square, person: Image, matte: Image, colours: Colour, younger: bool) -> Part | None:
    """The change at full strength of a frame (H,W,3), scene-linear, with hair where a matte of the square around the
    head (SIDE,SIDE) has it, and within the person's own (H,W).

    colours (6,): of skin and of the darker strands, as `hair.colours` has them.
    """
    wide = 0.75 * around.HIGH * head.scale
    radius = max(2, round(REACH * wide))
    box = around.box_around(np.asarray(matte > 0.02), head, plate.shape, 2 * radius)
    if not len(colours) or box is None:
        return None
    there = plate[box]
    most = rising(person[box], *RIM)
    where, behind = mixed.shared(there, logs(there)[0], around.show(matte, head, box), most, radius)
    light, colour = of_hair(there, where, behind, wide)
    skin, own = colours[:3], colours[3:]
    if younger:
        change = darkened(light, colour, where, skin, own, wide)
    else:
        change = greyed(light, colour, where, skin, around.show(_temples(head), head, box), wide)
    change[where == 0] = 0
    return Part(box, change, where, behind)


def of_hair(there: Image, where: Image, behind: Image, wide: float) -> tuple[Image, Image]:
    """Logarithms, as `bands.logs` has them, of the light that hair alone has in each pixel; where that cannot be told
    from what it is mixed with, of the hair around.
    """
    own = (there - behind) / np.maximum(where, SCANT)[..., None]
    values = np.dstack(logs(np.asarray(own, np.float32)))
    mean, _ = _around(values, where**2, LOCK * wide)
    told = mean + (where**2)[..., None] * (values - mean)
    return np.asarray(told[..., 0], np.float32), np.asarray(told[..., 1:], np.float32)


def darkened(light: Image, colour: Image, where: Image, skin: Colour, own: Colour, wide: float) -> Image:
    """(h,w,3): grey hair (where: h,w) takes up pigment again, strand by strand as light as they were to each other."""
    lock, of_lock = _around(np.dstack([light, colour]), where, LOCK * wide)
    base, _ = _around(light[..., None], where, HEAD * wide)
    grey = _greyness(lock, skin)
    shine = 1 - 0.5 * rising(lock[..., 0] - base[..., 0], *SHINE)
    lamp = 1 - rising(light, *WHITE)
    deep = float(np.clip(np.median(lock[where > 0.5][:, 0]) - own[0], 0, 1)) if (where > 0.5).any() else 0.0
    drop = (DARKER[0] + (DARKER[1] - DARKER[0]) * deep) * grey * shine
    detail = CRISPER * grey * np.clip(light - lock[..., 0], -0.8, 0.8) * of_lock
    target = 0.5 * (BROWN * skin[1:] + own[1:])
    away = target - lock[..., 1:]
    warm = WARMER * (grey * lamp)[..., None] * np.where((away @ skin[1:] > 0)[..., None], away, 0)
    return np.dstack([(detail - drop) * lamp, warm]).astype(np.float32)


def browned(light: Image, colour: Image, skin: Colour) -> Image:
    """(h,w,3): grey hairs that stand apart on skin take up pigment again, each pixel for itself."""
    grey = _greyness(np.dstack([light, colour]), skin, HAIR_GREY, HAIR_DARK)
    brown = BROWN * skin[1:] - colour
    return np.dstack([-HAIR_DARKER * grey, HAIR_WARMER * grey[..., None] * brown]).astype(np.float32)


def greyed(light: Image, colour: Image, where: Image, skin: Colour, early: Image, wide: float) -> Image:
    """(h,w,3): a share of the strands loses its pigment; those that catch more light, and at the temples, first.

    where, early (h,w) 0..1: hair, and how much sooner it greys there.
    """
    mean = _around(light[..., None], where, 0.02 * wide)[0][..., 0]
    calm = cv2.GaussianBlur(light, (0, 0), max(GRAIN_PX, FINEST * wide))
    inside = rising(cv2.GaussianBlur(where, (0, 0), max(1.0, 0.02 * wide)), 0.7, 1.0)
    detail = (calm - mean) * inside
    usual = float(np.sqrt((detail**2 * where).sum() / max(float(where.sum()), 1.0))) + 0.02
    strand = 1 / (1 + np.exp(np.clip(-1.2 * (detail / usual + TEMPLE * (early - 0.6) + SOONER), -30, 30)))
    lift = PALER * strand * np.clip(skin[0] + GREYED - np.maximum(mean + detail, calm), 0, PALEST)
    # Light that was not there brings no grain: what is finer than hairs stays as large as the camera left it.
    grain = (1 - np.exp(-lift)) * (light - calm) * inside
    grey = COLOURLESS * strand[..., None] * (LAMP * skin[1:] - colour)
    return np.dstack([lift - grain, grey]).astype(np.float32)


def _around(values: Image, weight: Image, sigma: float) -> tuple[Image, Image]:
    """Means (h,w,C) of values (h,w,C) by weight (h,w), and how much there is to average (h,w) 0..1; sigma in pixels."""
    shrink = max(1, int(sigma / 4))
    size = max(4, weight.shape[1] // shrink), max(4, weight.shape[0] // shrink)
    weighed = np.dstack([values * weight[..., None], weight]).astype(np.float32)
    small = np.asarray(cv2.resize(weighed, size, interpolation=cv2.INTER_AREA)) if shrink > 1 else weighed
    soft = cv2.GaussianBlur(small, (0, 0), max(0.8, sigma / shrink))
    total = soft[..., -1:]
    middle = weighed[..., :-1].sum(axis=(0, 1)) / max(float(weight.sum()), 1e-6)
    mean = (soft[..., :-1] + 1e-3 * middle) / (total + 1e-3)
    out = np.dstack([mean, np.clip(2 * total, 0, 1)]).astype(np.float32)
    out = np.asarray(cv2.resize(out, weight.shape[::-1])) if shrink > 1 else out
    return np.asarray(out[..., :-1], np.float32), np.asarray(out[..., -1], np.float32)


def _greyness(hair: Image, skin: Colour, grey: Range = GREY, dark: Range = DARK) -> Image:
    """(h,w) 0..1 of hair (h,w,3): colourless against this performer's skin, whatever the light, and not black."""
    pigment = skin[1:]
    share = (hair[..., 1:] @ pigment) / max(float(pigment @ pigment), 1e-4)
    return np.asarray((1 - rising(share, *grey)) * rising(hair[..., 0] - skin[0], *dark), np.float32)


def _temples(head: Square) -> Image:
    """(SIDE,SIDE) 0..1.2: how early hair greys there; the crown is last."""
    y, x = np.mgrid[: around.SIDE, : around.SIDE].astype(np.float32) + 0.5
    top, middle = head.points[10, 1], head.points[:, 0].mean()
    down, across = (y - top) / around.HIGH, np.abs(x - middle) / (0.75 * around.HIGH)
    return np.asarray(np.clip(1.2 * down + 0.6 * across, 0, 1.2), np.float32)
