"""Who somebody is, from a seed: proportions, colouring, hair, moles. Age comes on top and changes none of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

TONES = np.array(
    [
        [0.66, 0.44, 0.345],
        [0.58, 0.36, 0.265],
        [0.46, 0.265, 0.18],
        [0.33, 0.175, 0.112],
        [0.185, 0.09, 0.054],
        [0.085, 0.04, 0.027],
    ]
)
"""Skin albedo from very light to very dark, scene-linear Rec.709."""
IRISES = np.array(
    [[0.10, 0.17, 0.26], [0.13, 0.17, 0.12], [0.17, 0.12, 0.05], [0.09, 0.045, 0.018], [0.035, 0.017, 0.009]]
)
"""Blue-grey, green, hazel, brown, dark brown."""

# fmt: off
PAIRED = (
    "forehead-nubian", "forehead-scale-vert", "forehead-temple", "nose-base:up:down", "nose-curve:convex:concave",
    "nose-flaring", "nose-greek", "nose-hump", "nose-nostrils-width", "nose-point:up:down", "nose-point-width",
    "nose-scale-depth", "nose-scale-horiz", "nose-scale-vert", "nose-volume", "nose-width1", "nose-width2",
    "mouth-angles:up:down", "mouth-cupidsbow", "mouth-lowerlip-height", "mouth-lowerlip-volume",
    "mouth-philtrum-volume", "mouth-scale-horiz", "mouth-trans:up:down", "mouth-upperlip-height",
    "mouth-upperlip-volume", "chin-bones", "chin-height", "chin-jaw-drop", "chin-prognathism", "chin-prominent",
    "chin-width", "head-scale-depth", "head-scale-horiz", "head-scale-vert", "eyebrows-angle:up:down",
    "eyebrows-trans:up:down", "eyebrows-trans:forward:backward", "head-fat",
)
# fmt: on
# fmt: off
SIDED = (
    "cheek-bones", "cheek-inner", "cheek-trans:up:down", "cheek-volume", "ear-scale", "ear-wing", "eye-bag",
    "eye-corner1:up:down", "eye-corner2:up:down", "eye-eyefold:up:down", "eye-height1", "eye-height2",
    "eye-height3", "eye-epicanthus:in:out", "eye-scale",
)
# fmt: on
HEADS = ["head-oval", "head-round", "head-square", "head-rectangular", "head-triangular", "head-diamond"]
STRENGTH = {"eye-scale": 0.5, "nose-greek": 0.5, "nose-hump": 0.5, "ear-wing": 0.6, "eye-epicanthus": 0.6}


@dataclass(frozen=True)
class Mole:
    """A mark on the skin: place on the canonical face (u to its left, v up, mm), radius mm, how dark 0..1."""

    u_mm: float
    v_mm: float
    radius_mm: float
    dark: float


@dataclass(frozen=True)
class Identity:
    """What stays when somebody ages."""

    seed: int
    male: float
    stock: tuple[float, float, float]  # african, asian, caucasian: weights of the base mesh's own names
    weight: float  # -1 thin .. 1 heavy
    shapes: dict[str, float]
    tone: float  # 0 very light .. 1 very dark
    iris: tuple[float, float, float]
    hair: float  # melanin 0..1
    hair_red: float
    style: str
    curl: float
    part: float  # side of the parting, -1 or 1
    beard: float  # 0 shaven .. 1 full
    glasses: bool
    moles: tuple[Mole, ...]
    freckles: float
    wear: float  # how deep its lines get, about 1
    recede: float
    wool: tuple[float, float, float]
    extra: dict = field(default_factory=dict)

    def rng(self, purpose):
        """A generator of its own for each purpose, the same at every age."""
        return np.random.default_rng([self.seed, sum(map(ord, purpose)), len(purpose)])

    @property
    def skin(self):
        """Albedo (3,)."""
        at = self.tone * (len(TONES) - 1)
        low = min(int(at), len(TONES) - 2)
        return np.exp(np.log(TONES[low]) * (low + 1 - at) + np.log(TONES[low + 1]) * (at - low))


def _pair(name):
    """A shape's two ends: 'nose-base:up:down' or, by default, incr and decr."""
    stem, *ends = name.split(":")
    more, less = ends or ("incr", "decr")
    return stem, f"{stem}-{more}", f"{stem}-{less}"


def _shapes(rng, known):
    """Seeded proportions; a name is used only where head.npz has that end."""
    found = {}
    for name in PAIRED + SIDED:
        stem, more, less = _pair(name)
        value = float(np.clip(rng.normal(0, 0.28), -0.7, 0.7)) * STRENGTH.get(stem, 1.0)
        end = more if value > 0 else less
        for side in ("l-", "r-") if name in SIDED else ("",):
            if side + end in known:
                found[side + end] = abs(value) * (1 + 0.12 * rng.normal())
    for name, share in zip(HEADS, rng.dirichlet(np.full(len(HEADS), 0.5)), strict=True):
        found[name] = 0.6 * float(share)
    return found


def _moles(rng):
    def one():
        while True:
            u, v = rng.uniform(-70, 70), rng.uniform(-95, 55)
            eye = min(
                np.hypot((abs(u) - 29) / 22, v / 16), np.hypot(u / 30, (v + 69) / 16), np.hypot(u / 20, (v + 40) / 14)
            )
            if eye > 1:
                return Mole(float(u), float(v), float(rng.uniform(0.7, 2.1)), float(rng.uniform(0.45, 0.9)))

    return tuple(one() for _ in range(int(rng.integers(3, 8))))


def _style(rng, male, stock):
    if stock[0] > 0.6:
        return str(rng.choice(["buzz", "wool", "crop"] if male > 0.5 else ["wool", "tied", "tied"]))
    return str(rng.choice(["crop", "side", "back", "side"] if male > 0.5 else ["tied", "bob", "bob", "side"]))


def identity(seed, known):
    """The Identity of a seed; `known` names the shapes that head.npz holds."""
    rng = np.random.default_rng([seed, 68])
    male = float(rng.random() < 0.55)
    stock = rng.dirichlet([0.35, 0.35, 0.45])
    tone = float(np.clip(stock @ [0.82, 0.34, 0.16] + rng.normal(0, 0.09), 0, 1))
    hair = float(np.clip(rng.beta(2.0, 1.4) if stock[2] > 0.5 else rng.uniform(0.86, 1.0), 0.12, 1))
    light = max(0.0, 1 - tone / 0.35)
    iris = IRISES[int(np.clip(4 - rng.beta(1.2, 1.6) * 4.99 * light, 0, 4))]
    return Identity(
        seed=seed,
        male=float(np.clip(male + rng.normal(0, 0.12) * (1 - 2 * male) ** 2, 0.08, 0.95)),
        stock=tuple(float(s) for s in stock),
        weight=float(np.clip(rng.normal(-0.05, 0.4), -0.9, 0.9)),
        shapes=_shapes(rng, known),
        tone=tone,
        iris=tuple(float(c) for c in iris * rng.uniform(0.8, 1.25, 3)),
        hair=hair,
        hair_red=float(rng.beta(1.2, 5)) * (stock[2] > 0.5),
        style=_style(rng, male, stock),
        curl=float(rng.random() ** 2 if stock[0] < 0.5 else 0.8),
        part=float(rng.choice([-1.0, 1.0])),
        beard=float(rng.choice([0.0, 0.0, 0.35, 0.8])) * (male > 0.5),
        glasses=bool(rng.random() < 0.2),
        moles=_moles(rng),
        freckles=float(rng.beta(1, 4) * light),
        wear=float(rng.uniform(0.75, 1.25)),
        recede=float(rng.beta(1.5, 1.5)) * (male > 0.5),
        wool=tuple(
            float(c)
            for c in rng.choice(
                [
                    [0.03, 0.045, 0.07],
                    [0.12, 0.025, 0.03],
                    [0.045, 0.06, 0.045],
                    [0.16, 0.15, 0.135],
                    [0.03, 0.03, 0.032],
                    [0.16, 0.10, 0.05],
                ]
            )
        ),
    )
