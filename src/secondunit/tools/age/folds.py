"""Where a face folds as it ages, and how this performer's would: strokes over the canonical map, uneven by a seed.

The seed is the performer's own: the same lines come back in every shot. Places are points of the mesh; widths and
depths are shares of the face's width, and no two faces get the same number of lines.
"""

from collections.abc import Callable

import numpy as np

from secondunit.faces import topology
from secondunit.tools.age.regions import Spots
from secondunit.tools.age.strokes import Manner, Stroke, stroke

Random = np.random.Generator
Row = tuple[int, ...]
UV = np.asarray(topology.UV, np.float64)
DEEP = 1.55
"""Depth of every stroke at full strength, twenty years."""

BROW_ROW: Row = (63, 105, 66, 107, 9, 336, 296, 334, 293)
HAIR_ROW: Row = (54, 103, 67, 109, 10, 338, 297, 332, 284)
LID: tuple[Row, Row] = ((110, 24, 23, 22, 26, 112), (339, 254, 253, 252, 256, 341))
BAG: tuple[Row, Row] = ((228, 229, 230, 231, 232, 233), (448, 449, 450, 451, 452, 453))
TROUGH: tuple[Row, Row] = ((244, 233, 232, 120, 119), (464, 453, 452, 349, 348))
OUTER_CORNER = (33, 263)
FOLD: tuple[Row, Row] = ((129, 203, 206, 216, 212), (358, 423, 426, 436, 432))
SECOND_FOLD: tuple[Row, Row] = ((36, 205, 207, 214), (266, 425, 427, 434))
MOUTH_CORNER: tuple[Row, Row] = ((61, 202, 210, 169), (291, 422, 430, 394))
CHEEK_FAN: tuple[Row, Row] = ((111, 117, 50, 187), (340, 346, 280, 411))
INNER_FAN: tuple[Row, Row] = ((117, 118, 101, 205), (346, 347, 330, 425))
CHIN_CREASE: Row = (204, 194, 201, 200, 421, 418, 424)
JOWL: tuple[Row, Row] = ((210, 169, 150), (430, 394, 379))
LIP_TOP: Row = (40, 39, 37, 0, 267, 269, 270)
LIP_ABOVE: Row = (92, 165, 167, 164, 393, 391, 322)
LIP_LOW: Row = (91, 181, 84, 17, 314, 405, 321)
LIP_BELOW: Row = (106, 182, 83, 18, 313, 406, 335)
TEMPLE: tuple[Row, Row] = ((71, 139, 156, 143), (301, 368, 383, 372))
CHEEKBONE: tuple[Row, Row] = ((116, 117, 118), (345, 346, 347))
HOLLOW: tuple[Row, Row] = ((123, 50, 205, 207), (352, 280, 425, 427))

SOFT = Manner(wave=0.003, broken=0.05, head=0.4, tail=0.5, even=True)
"""How hollows and swellings run."""


def folds(seed: int) -> list[Stroke]:
    """Every stroke of a performer's older face."""
    out: list[Stroke] = []
    for index, made in enumerate(GROUPS):
        rng = np.random.default_rng([seed, index])
        # Some age by the forehead and some by the mouth: each group has its own say.
        out += made(rng, DEEP * float(rng.uniform(0.8, 1.2)))
    return out


def forehead(rng: Random, strong: float) -> list[Stroke]:
    """Three to five long lines that follow the brows, deeper in the middle, and faint short ones between them."""
    out, count = [], int(rng.integers(3, 6))
    heights = np.linspace(0.26, 1.02, count) + rng.uniform(-0.05, 0.05, count)
    for height in heights:
        row = _between(BROW_ROW, HAIR_ROW, float(height))
        part = _part(row, rng.uniform(0.02, 0.20), rng.uniform(0.80, 0.98))
        how = Manner(wave=0.005, broken=0.35, at=float(np.clip(0.5 + rng.normal(0, 0.08), 0.3, 0.7)))
        out.append(stroke(part, strong * rng.uniform(0.4, 1.0), rng.uniform(0.0055, 0.0095), rng, how))
    for _ in range(int(rng.integers(3, 6))):
        row = _between(BROW_ROW, HAIR_ROW, float(rng.uniform(0.2, 1.05)))
        start = rng.uniform(0.15, 0.6)
        part = _part(row, start, start + rng.uniform(0.12, 0.25))
        out.append(stroke(part, strong * rng.uniform(0.2, 0.35), 0.0038, rng, Manner(broken=0.5)))
    return out


def glabella(rng: Random, strong: float) -> list[Stroke]:
    """A line at each end of the space between the brows, one of them deeper; and a short one over the nose."""
    middle, low, high = UV[9, 0], UV[8, 1], UV[9, 1]
    half = UV[336, 0] - middle
    deeper, how = int(rng.integers(0, 2)), Manner(wave=0.003, broken=0.2, head=0.5, tail=0.7)
    out = []
    for which, side in enumerate((-1, 1)):
        deep = strong * (rng.uniform(0.5, 0.65) if which == deeper else rng.uniform(0.25, 0.45))
        foot = np.array([middle + side * half * rng.uniform(0.42, 0.55), low + rng.uniform(0.0, 0.012)])
        head = np.array([middle + side * half * rng.uniform(0.5, 0.8), high - rng.uniform(0.005, 0.03)])
        bent = (foot + head) / 2 + [side * half * rng.uniform(-0.12, 0.02), 0.0]
        out.append(stroke(np.array([foot, bent, head]), deep, rng.uniform(0.009, 0.013), rng, how))
    if rng.uniform() < 0.4:
        spot = middle + half * rng.uniform(-0.2, 0.2)
        third = np.array([[spot, low], [spot + rng.uniform(-0.005, 0.005), high]])
        out.append(stroke(third, strong * 0.25, 0.0045, rng, how))
    over = _between((193, 168, 417), (193, 8, 417), float(rng.uniform(0.2, 0.6)))
    return [*out, stroke(_part(over, 0.15, 0.85), strong * rng.uniform(0.2, 0.45), 0.0075, rng)]


def crows_feet(rng: Random, strong: float) -> list[Stroke]:
    """A fan from each eye's outer corner: longer in the middle, and bent away from it."""
    out = []
    how = Manner(wave=0.003, broken=0.35, head=0.35, tail=0.7)
    for side, corner in zip((-1, 1), OUTER_CORNER, strict=True):
        count = int(rng.integers(3, 6))
        for angle in np.radians(np.linspace(-32, 48, count) + rng.uniform(-7, 7, count)):
            start = UV[corner] + [side * rng.uniform(0.012, 0.026), rng.uniform(-0.004, 0.008)]
            long = rng.uniform(0.045, 0.085) * (1 - 0.25 * abs(angle))
            turns = (angle, angle * rng.uniform(1.15, 1.5))
            step = np.array([[side * np.cos(turn), np.sin(turn)] for turn in turns]) * long / 2
            line = np.array([start, start + step[0], start + step.sum(axis=0)])
            out.append(stroke(line, strong * rng.uniform(0.5, 0.95), rng.uniform(0.0042, 0.0075), rng, how))
    return out


def under_eye(rng: Random, strong: float) -> list[Stroke]:
    """A bag and the groove under it, the trough from the inner corner, and fine creases below the lid."""
    out = []
    groove = Manner(broken=0.25, head=0.55, tail=0.25)
    for lid, bag, trough in zip(LID, BAG, TROUGH, strict=True):
        swelling = _part(_between(lid, bag, 0.55), 0.15, 0.85)
        out += [
            stroke(swelling, -0.44 * strong, 0.017, rng, SOFT),
            stroke(_part(UV[list(bag)], 0.08, 1.0), 0.66 * strong, 0.011, rng, groove),
            stroke(UV[list(trough)], 0.42 * strong, 0.017, rng, SOFT),
        ]
        for height in rng.uniform(0.1, 1.0, int(rng.integers(4, 7))):
            start = rng.uniform(0.0, 0.45)
            part = _part(_between(lid, bag, float(height)), start, start + rng.uniform(0.3, 0.55))
            out.append(stroke(part, strong * rng.uniform(0.28, 0.5), 0.0038, rng, Manner(broken=0.5)))
    return out


def mouth(rng: Random, strong: float) -> list[Stroke]:
    """The folds from the nose to the mouth and from its corners down, each under a cheek that leans over it."""
    out = []
    crease, down_how = Manner(broken=0.2, head=0.2, tail=0.5), Manner(wave=0.005, head=0.45, tail=0.5)
    for side, fold, second, corner in zip((-1, 1), FOLD, SECOND_FOLD, MOUTH_CORNER, strict=True):
        own = strong * rng.uniform(0.85, 1.1)
        line = UV[list(fold)]
        leaning = line[1:] + [side * 0.030, -0.004]
        down = UV[list(corner)] + [side * 0.005, 0.012]
        out += [
            stroke(line, 0.72 * own, 0.0105, rng, crease),
            stroke(line, 0.34 * own, 0.024, rng, SOFT),
            stroke(leaning, -0.20 * own, 0.030, rng, SOFT),
            stroke(_part(down, 0.0, 0.8), rng.uniform(0.25, 0.5) * own, 0.0095, rng, down_how),
            stroke(_part(down, 0.1, 1.0), 0.14 * own, 0.024, rng, SOFT),
        ]
        if rng.uniform() < 0.7:
            part = _part(UV[list(second)], 0.25, rng.uniform(0.7, 1.0))
            out.append(stroke(part, rng.uniform(0.15, 0.3) * own, 0.007, rng, Manner(wave=0.006, broken=0.4)))
    return out


def lips(rng: Random, strong: float) -> list[Stroke]:
    """Short lines that stand on the upper lip, fewer and fainter under the lower one."""
    out = []
    how = Manner(wave=0.002, head=0.15, tail=0.7)
    for near, far, most, least in ((LIP_TOP, LIP_ABOVE, 10, 0.55), (LIP_LOW, LIP_BELOW, 5, 0.4)):
        count = int(rng.integers(most - 3, most + 1))
        for share in (np.arange(count) + 0.5 + rng.uniform(-0.35, 0.35, count)) / count:
            foot, head = _at(UV[list(near)], share), _at(UV[list(far)], share)
            lean = np.array([rng.normal(0, 0.004), 0.0])
            line = np.array([foot, foot + (head - foot) * rng.uniform(least, 1.0) + lean])
            out.append(stroke(line, strong * rng.uniform(0.28, 0.55), rng.uniform(0.0035, 0.0055), rng, how))
    return out


def cheeks(rng: Random, strong: float) -> list[Stroke]:
    """Long faint lines that fan over the cheek, from under the eye towards the jaw."""
    out = []
    how = Manner(wave=0.005, head=0.5, tail=0.5)
    for fan, inner in zip(CHEEK_FAN, INNER_FAN, strict=True):
        for share in rng.uniform(-0.2, 1.0, int(rng.integers(3, 6))):
            line = UV[list(fan)] * (1 - share) + UV[list(inner)] * share
            start = rng.uniform(0.0, 0.3)
            part = _part(line, start, start + rng.uniform(0.5, 0.75))
            out.append(stroke(part, strong * rng.uniform(0.14, 0.26), rng.uniform(0.005, 0.009), rng, how))
    return out


def chin(rng: Random, strong: float) -> list[Stroke]:
    """The crease under the lower lip, a few dents on the chin, and the dip before each jowl."""
    crease = Manner(broken=0.25, at=0.5)
    out = [stroke(_part(UV[list(CHIN_CREASE)], 0.1, 0.9), 0.3 * strong, 0.016, rng, crease)]
    out += [stroke(UV[list(jowl)], 0.15 * strong, 0.030, rng, SOFT) for jowl in JOWL]
    for _ in range(int(rng.integers(3, 7))):
        spot = UV[199] + rng.normal(0, 1, 2) * [0.03, 0.012]
        turn = rng.uniform(0, np.pi)
        way = np.array([np.cos(turn), 0.6 * np.sin(turn)]) * rng.uniform(0.006, 0.014)
        out.append(stroke(np.array([spot - way, spot, spot + way]), strong * rng.uniform(0.12, 0.25), 0.008, rng))
    return out


def neck(rng: Random, strong: float) -> list[Stroke]:
    """Two or three rings that sag in the middle."""
    out = []
    middle, top = UV[topology.CHIN]
    for drop in np.cumsum(rng.uniform(0.03, 0.05, int(rng.integers(2, 4)))):
        across = np.linspace(-1, 1, 7)
        line = np.stack([middle + 0.17 * across, top + drop + 0.014 * (1 - across**2)], axis=1)
        start = rng.uniform(0.0, 0.25)
        part = _part(line, start, start + rng.uniform(0.55, 0.75))
        out.append(stroke(part, strong * rng.uniform(0.3, 0.5), 0.0095, rng, Manner(wave=0.006, broken=0.4)))
    return out


def hollows(rng: Random, strong: float) -> list[Stroke]:
    """Where fat goes: temples, and under the cheekbone, which stands out the more."""
    out = []
    for temple, bone, hollow in zip(TEMPLE, CHEEKBONE, HOLLOW, strict=True):
        out += [
            stroke(UV[list(temple)], 0.20 * strong, 0.041, rng, SOFT),
            stroke(UV[list(bone)], -0.16 * strong, 0.036, rng, SOFT),
            stroke(UV[list(hollow)], 0.20 * strong, 0.041, rng, SOFT),
        ]
    return out


Group = Callable[[Random, float], list[Stroke]]
GROUPS: tuple[Group, ...] = (forehead, glabella, crows_feet, under_eye, mouth, lips, cheeks, chin, neck, hollows)


def _between(low: Row, high: Row, share: float) -> Spots:
    """A row of points between two rows of the mesh; beyond them below 0 and above 1."""
    return np.asarray(UV[list(low)] * (1 - share) + UV[list(high)] * share)


def _at(line: Spots, share: float) -> Spots:
    """The place (2,) at a share of a line's points."""
    place = np.clip(share, 0, 1) * (len(line) - 1)
    return np.array([np.interp(place, np.arange(len(line)), line[:, axis]) for axis in (0, 1)])


def _part(line: Spots, start: float, end: float, points: int = 9) -> Spots:
    """The line from one share of its points to another, (points,2)."""
    return np.stack([_at(line, share) for share in np.linspace(start, min(end, 1.0), points)])
