"""What years do to an identity: shapes, and the amounts that painting, hair and eyes take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

YOUNG, OLD = 35.0, 68.0


@dataclass(frozen=True)
class Age:
    """Amounts, 0 at about 30 and 1 at about 70, each with its own course."""

    years: float
    lines: float  # depth of wrinkles
    sag: float  # folds, lids, jowls
    spots: float
    grey: float  # share of hairs without pigment
    thin: float  # hair lost
    recede: float  # hairline, share of its full retreat
    sclera: float  # yellowing
    dry: float


def age(identity, years):
    """The amounts for an identity at an age in years."""
    t = float(np.clip((years - 30) / 40, 0, 1.3))
    early = float(identity.rng("grey").uniform(-0.12, 0.2))
    return Age(
        years=years,
        lines=identity.wear * (0.10 + 0.90 * t**1.25),
        sag=t**1.2,
        spots=max(0.0, (t - 0.25) / 0.75) * (0.4 + 0.6 * (1 - identity.tone)),
        grey=float(np.clip((t + early - 0.3) / 0.8, 0, 0.97)),
        thin=0.35 * t,
        recede=identity.recede * (0.15 + 0.85 * t),
        sclera=t,
        dry=t,
    )


AGED_BOTH = {
    "mouth-upperlip-height-decr": 0.35,
    "mouth-upperlip-volume-decr": 0.45,
    "mouth-lowerlip-volume-decr": 0.40,
    "mouth-lowerlip-height-decr": 0.15,
    "mouth-angles-down": 0.22,
    "mouth-laugh-lines-in": 0.35,
    "nose-scale-vert-incr": 0.16,
    "nose-point-down": 0.25,
    "nose-volume-incr": 0.15,
    "chin-jaw-drop-incr": 0.30,
    "neck-double-incr": 0.35,
    "head-age-incr": 0.40,
}
AGED_SIDES = {
    "eye-bag-incr": 0.55,
    "eye-bag-out": 0.35,
    "eye-eyefold-down": 0.15,
    "eye-eyefold-angle-down": 0.25,
    "eye-corner2-down": 0.12,
    "cheek-trans-down": 0.40,
    "cheek-volume-decr": 0.35,
    "cheek-inner-decr": 0.20,
    "eye-height2-incr": 0.30,
    "ear-lobe-incr": 0.35,
    "ear-scale-vert-incr": 0.15,
}


def macro(identity, old):
    """The base mesh's own age mixture; `old` is the share of its old end."""
    weights = {}
    thin, heavy = max(0.0, -identity.weight), max(0.0, identity.weight)
    weight = {"minweight": thin, "averageweight": 1 - thin - heavy, "maxweight": heavy}
    for gender, g in (("male", identity.male), ("female", 1 - identity.male)):
        for end, share in (("old", old), ("young", 1 - old)):
            for stock, s in zip(("african", "asian", "caucasian"), identity.stock, strict=True):
                weights[f"{stock}-{gender}-{end}"] = g * s * share
            for name, w in weight.items():
                weights[f"universal-{gender}-{end}-averagemuscle-{name}"] = g * w * share
    return weights


def shapes(identity, amounts, known):
    """Shape weights of an identity at an age."""
    weights = macro(identity, float(np.clip(0.72 * amounts.sag, 0, 1))) | identity.shapes
    rng = identity.rng("ageing")
    for name, most in AGED_BOTH.items():
        weights[name] = weights.get(name, 0) + most * amounts.sag * rng.uniform(0.6, 1.3)
    for name, most in AGED_SIDES.items():
        amount = most * amounts.sag * rng.uniform(0.6, 1.3)
        for side in "lr":
            weights[f"{side}-{name}"] = weights.get(f"{side}-{name}", 0) + amount * rng.uniform(0.9, 1.1)
    return {name: weight for name, weight in weights.items() if name in known}
