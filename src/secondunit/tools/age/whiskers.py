"""How a beard changes colour with the years. Its hairs are finer than pixels: most show hair and skin together.

Younger, the grey hair's share of each pixel's light is told from the colour, between the skin's and the lamp's, and
only that share takes up pigment. Older, what is darker than the bare skin beside loses pigment by strands.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.media.guided import guided
from secondunit.tools.age import around, mixed
from secondunit.tools.age.around import Square
from secondunit.tools.age.bands import LUMA, logs, normalised
from secondunit.tools.age.eyes import rising
from secondunit.tools.age.parts import Part
from secondunit.tools.age.strands import BROWN, LAMP, of_hair

Image = NDArray[np.float32]
Colour = NDArray[np.float64]
RIM = (0.45, 0.90)
"""A person's matte from which a pixel may have something of their beard, and may be beard wholly."""
REACH = 0.025
"""Within this share of a face's width the coarse matte of a beard errs."""
SOLID = (0.10, 0.60)
"""Of the coarse matte's most, from which there is hair, and nothing else."""
BESIDE = 0.20
"""Over such a share of the face's width bare skin's light is carried on under the beard (sigma)."""
FINE, EVEN, EDGE = 0.006, 0.03, 0.01
"""Shares of the face's width: sigma of a strand, and the radius over which a pixel's share of grey hair is averaged,
but for edges of log-luma of so much variance."""
DARKER, WARMER = 0.80, 0.45
"""Log-luma that a grey beard's own light loses, and its share of the way to brown."""
BLACK = (-1.2, -0.4)
"""Log-luma of a beard's own light against the skin's up to which it is black already, and from which it is grey."""
STANDS_OUT, NOISY, SOONER = 0.07, 1.0, 0.0
"""Log-luma above the beard around from which a strand greys well before others, and how much more where there is grain;
and the same for all of them."""
DARKER_BY, MOST = 0.10, 1.5
"""Log-luma by which a dark beard at least differs from the skin beside, and that counts at most."""
PALER, COLOURLESS = 0.65, 0.6
"""Of that, what a strand that greys gains: grey hair is darker than skin; and the share of its colour that it loses."""
STRANDS = 0.25
"""How far a pixel's own light, rather than that of all around, says how much grey hair is in it."""


def part(
    plate: Image, head: Square, person: Image, bare: Image, matte: Image, skin: Colour, younger: bool
) -> Part | None:
    """The change at full strength of a frame (H,W,3), scene-linear, with a beard where a matte of the square around the
    head (SIDE,SIDE) has it, within the person's own (H,W).

    bare (H,W) 0..1: where skin is seen. skin (3,): its colour, as `beard.Found` has it.
    """
    wide = 0.75 * around.HIGH * head.scale
    radius = max(2, round(REACH * wide))
    box = around.box_around(np.asarray(matte > 0.02), head, plate.shape, round(0.5 * wide))
    if not len(skin) or box is None:
        return None
    there = plate[box]
    light = logs(there)[0]
    drawn, thick, behind = _shared(there, around.show(matte, head, box), rising(person[box], *RIM), radius)
    where = drawn * thick
    beside = normalised(light, np.asarray(bare[box] * (1 - where) ** 2, np.float32), BESIDE * wide)
    own = np.asarray(there - behind, np.float32)
    if younger:
        share = _grey_share(own, where, skin, wide)
        skins = _skins((1 - share) * (own @ LUMA), skin)
        behind = np.asarray(behind + np.clip(skins, 0, own), np.float32)
        change = _pigmented(there - behind, share, beside, skin)
    else:
        change = _greyed(*of_hair(there, drawn, behind, wide), light, beside, skin, wide)
    return Part(box, np.asarray(change * where[..., None], np.float32), where, behind)


def _shared(there: Image, coarse: Image, most: Image, radius: int) -> tuple[Image, Image, Image]:
    """The beard's outline (h,w) drawn finely, how thick it is within (h,w), and the light (h,w,3) of what is behind its
    edge: a wall, a collar.
    """
    solid = rising(coarse / max(float(coarse.max()), 1e-3), *SOLID)
    drawn, behind = mixed.shared(there, logs(there)[0], np.asarray(solid, np.float32), most, radius)
    return drawn, np.asarray(cv2.dilate(coarse, np.ones((2 * (radius // 2) + 1,) * 2, np.uint8)), np.float32), behind


def _grey_share(own: Image, where: Image, skin: Colour, wide: float) -> Image:
    """(h,w) 0..1 of the light that grey hair gives, from its colour between the skin's and the lamp's."""
    soft = np.asarray(cv2.GaussianBlur(own, (0, 0), max(1.0, FINE * wide)), np.float32)
    luma = np.maximum(soft @ LUMA, 1e-4)
    ends = soft[..., [0, 2]] / luma[..., None]
    of_skin, of_grey = np.exp(skin[1:]), np.exp(LAMP * skin[1:])
    way = of_grey - of_skin
    share = np.clip(((ends - of_skin) @ way) / max(float(way @ way), 1e-4), 0, 1)
    share = guided(np.asarray(share, np.float32), np.log(luma).astype(np.float32), max(2, round(EVEN * wide)), EDGE)
    # White strands stand out as light: a pixel that is brighter than those around has more of them.
    brighter = np.clip((own @ LUMA) / luma - 1, -0.5, 0.5)
    return np.asarray(np.clip(share * (1 + STRANDS * brighter), 0, 1), np.float32)


def _skins(luma: Image, skin: Colour) -> Image:
    """(h,w,3) light of so much luma (h,w) in the skin's colour (3,)."""
    red, blue = np.exp(skin[1:])
    green = (1 - LUMA[0] * red - LUMA[2] * blue) / LUMA[1]
    return np.asarray(luma[..., None] * np.array([red, green, blue], np.float32), np.float32)


def _pigmented(own: Image, share: Image, beside: Image, skin: Colour) -> Image:
    """(h,w,3): a beard's own light (h,w,3) with pigment again, but for what is black; share (h,w) of each pixel."""
    light, colour = logs(own)
    grey = rising(light - np.log(np.maximum(share, 0.05)) - beside, *BLACK)
    brown = BROWN * skin[1:] - np.clip(colour, -1, 1)
    return np.dstack([-DARKER * grey, WARMER * grey[..., None] * brown]).astype(np.float32)


def _greyed(light: Image, colour: Image, seen: Image, beside: Image, skin: Colour, wide: float) -> Image:
    """(h,w,3): a share of a beard's strands, of log-luma (h,w) and colour (h,w,2), without pigment; log-luma (h,w)
    seen: of the pixels with all that is in them, and `beside`: of the bare skin carried on.
    """
    calm = np.asarray(cv2.GaussianBlur(light, (0, 0), max(1.0, FINE * wide)), np.float32)
    detail = calm - cv2.GaussianBlur(light, (0, 0), max(2.0, 0.03 * wide))
    noise = np.sqrt(cv2.GaussianBlur((light - calm) ** 2, (0, 0), max(2.0, 0.03 * wide)))
    strand = 1 / (1 + np.exp(-np.clip(detail / (STANDS_OUT + NOISY * noise), -3, 3) - SOONER))
    # What is as light as skin already gains nothing, whatever hair is in it: else the beard has a bright outline.
    whole = cv2.GaussianBlur(seen, (0, 0), max(1.0, FINE * wide))
    lack = np.clip(beside - DARKER_BY - np.maximum(calm, whole), 0, MOST)
    lift = PALER * strand * lack
    # Light that was not there brings no grain: what is finer than hairs stays as large as the camera left it.
    grain = (1 - np.exp(-lift)) * (light - calm)
    grey = COLOURLESS * (strand * (1 - np.exp(-lack)))[..., None] * (LAMP * skin[1:] - colour)
    return np.dstack([lift - grain, grey]).astype(np.float32)
