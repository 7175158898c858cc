"""Rendered heads to measure on, each at several ages: what `examples/head/make_pairs.py` writes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from secondunit.media import frames
from secondunit.schema import InputError

from .pictures import Image, Mask, code_of

LOOKED_AT = (3, 5)
"""Identities that were looked at while the tool was tuned: nothing is measured on them."""
EYES_MM = 82.0
"""Between the outer corners of the eyes, on the canvas on which moles are placed."""
HOW = (
    "examples/head/make_pairs.py renders heads, in a Python that has Blender's bpy: "
    "`make_pairs.py --identities 0,1,2,4,6 --ages 68 60 52 44 35 --masks --out DIR`, then --pairs DIR"
)


@dataclass(frozen=True)
class Mole:
    """Where it is painted, pixels x right, y down; its radius, pixels."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Render:
    """One identity at one age. code (H,W,3): sRGB 0..1. chin_y: row of the chin. head (H,W) 0..1: how far a pixel is
    skin, hair or eye, skin (H,W) 0..1: skin alone, from the renderer's own passes; None where they were not rendered.
    """

    years: float
    code: Image
    moles: tuple[Mole, ...]
    chin_y: float
    head: Image | None
    skin: Image | None


@dataclass(frozen=True)
class Head:
    """An identity and its renders, oldest first."""

    identity: int
    renders: tuple[Render, ...]

    @property
    def source(self) -> Render:
        """What is made younger."""
        return self.renders[0]

    @property
    def young(self) -> Render:
        """The truth that it is compared with: the youngest."""
        return self.renders[-1]


def heads(folders: Sequence[Path]) -> list[Head]:
    """Every identity below the folders that has two ages or more, whatever the folders of its ages are called.

    Raises InputError where there is none.
    """
    found: dict[int, dict[float, Path]] = {}
    for folder in folders:
        for truth in sorted(folder.glob("*/*/truth.json")):
            said = json.loads(truth.read_text("utf-8"))
            ages = found.setdefault(int(said["identity"]["seed"]), {})
            if said["age"]["years"] not in ages or (truth.parent / "id.1001.exr").is_file():
                ages[said["age"]["years"]] = truth
    paired = {seed: ages for seed, ages in found.items() if len(ages) > 1 and seed not in LOOKED_AT}
    if folders and not paired:
        raise InputError(f"No pairs lie in {', '.join(map(str, folders))} (FOLDER/IDENTITY/AGE/truth.json): {HOW}.")
    return [Head(seed, tuple(_render(ages[y]) for y in sorted(ages, reverse=True))) for seed, ages in paired.items()]


def _render(truth: Path) -> Render:
    said: dict[str, Any] = json.loads(truth.read_text("utf-8"))
    frame, seen = next(iter(said["frames"].items()))
    light = frames.read_rgb(truth.parent / f"frame.{int(frame):04d}.exr")
    marks = seen["landmarks_px"]
    px_per_mm = float(np.linalg.norm(np.subtract(marks["eye_outer_l"], marks["eye_outer_r"]))) / EYES_MM
    painted = zip(said["identity"]["moles"], seen["moles_px"], seen["moles_facing"], strict=True)
    moles = tuple(Mole(at[0], at[1], mole["radius_mm"] * px_per_mm) for mole, at, facing in painted if facing)
    passes = truth.parent / f"id.{int(frame):04d}.exr"
    parts = frames.read_rgb(passes) if passes.is_file() else None
    head, skin = (None, None) if parts is None else (parts.sum(axis=-1).clip(0, 1), parts[..., 0])
    return Render(float(said["age"]["years"]), code_of(light), moles, float(marks["chin"][1]), head, skin)


def region(head: Head) -> Mask | None:
    """(H,W): pixels that are the head's, old or young; None where the passes were not rendered."""
    if head.source.head is None or head.young.head is None:
        return None
    return np.asarray(np.maximum(head.source.head, head.young.head) > 0.5)


def always_skin(head: Head) -> Mask | None:
    """(H,W): pixels that are skin at every age, so that greying and beards do not count; None without the passes."""
    seen = [each.skin for each in head.renders if each.skin is not None]
    return None if len(seen) < len(head.renders) else np.asarray(np.min(seen, axis=0) > 0.9)
