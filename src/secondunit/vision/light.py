"""Sun and sky of a plate from what it shows: glow of the sky, light and shade on the ground, walls in sun or not.

A single photograph rarely fixes the sun; the confidence says how much of the answer was seen. Azimuth is measured
from the camera's heading, clockwise from above: 0 is behind the building as the camera looks, 90 to the right,
180 (or -180) behind the camera. Elevation is degrees above the horizon.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from secondunit.schema.camera import Camera
from secondunit.schema.errors import InputError
from secondunit.schema.light import Light
from secondunit.vision.camera import rays
from secondunit.vision.corners import Floats
from secondunit.vision.matte import Matte
from secondunit.vision.sky import Image

USUAL_ELEVATION_DEG = 40.0
GROUND_ALBEDO = 0.25
SHADED = 0.62  # a wall of the same house that is this much darker is not in the sun
OPEN_SKY = 0.75  # share of the sky that ground in front of a building sees
LUMA = np.array([0.2722287, 0.6740818, 0.0536895])  # ACEScg, AP1 to Y


@dataclass(frozen=True)
class _Clue:
    azimuth_deg: float
    weight: float
    said: str


def estimate(plate: Image, matte: Matte, camera: Camera, *, sun: tuple[float, float] | None = None) -> Light:
    """Light of a plate (H,W,3 scene-linear). sun: (azimuth, elevation) in degrees as above overrules the direction.

    Irradiances are such that a surface of albedo a that faces the sun shows a / pi * (sun + sky) in the plate's units.
    """
    lit, shade = _lit_and_shade(plate, matte)
    ratio = np.clip(lit / np.maximum(shade, 1e-6), 1.0, 30.0)
    if sun is not None:
        azimuth, elevation, trust, said = *check_sun(sun), 0.9, "sun: direction as given"
    else:
        azimuth, elevation, trust, said = _direction(plate, matte, camera, float(ratio @ LUMA))
    height = max(float(np.sin(np.radians(elevation))), 0.1)
    sky = np.pi * shade / GROUND_ALBEDO / OPEN_SKY
    beam = (ratio - 1.0) * sky * OPEN_SKY / height
    words = f"{said}; azimuth {azimuth:+.0f} deg from the camera's heading, elevation {elevation:.0f} deg; "
    words += f"sunlit ground is {float(ratio @ LUMA):.1f} times as bright as shaded; confidence {trust:.0%}."
    ground = plate[_pick(matte.ground > 0.5)].mean(axis=0) if (matte.ground > 0.5).any() else shade
    return Light(
        sun_direction=_three(sun_direction(camera, azimuth, elevation)),
        sun_rgb=_three(np.maximum(beam, 0)),
        sky_rgb=_three(sky),
        ground_rgb=_three(ground),
        confidence=trust,
        said=words,
    )


def sun_direction(camera: Camera, azimuth_deg: float, elevation_deg: float) -> Floats:
    """Unit vector (3,) from the scene towards the sun, world frame."""
    heading = np.asarray(camera.rotation).reshape(3, 3)[2] * [1, 1, 0]
    heading = heading / max(float(np.linalg.norm(heading)), 1e-9)
    right = np.array([heading[1], -heading[0], 0.0])
    azimuth, elevation = np.radians([azimuth_deg, elevation_deg])
    level = np.cos(azimuth) * heading + np.sin(azimuth) * right
    return np.asarray(np.cos(elevation) * level + np.sin(elevation) * np.array([0.0, 0.0, 1.0]))


def check_sun(sun: tuple[float, float]) -> tuple[float, float]:
    """(azimuth, elevation) in degrees as given; raises InputError for a sun that cannot stand there."""
    azimuth, elevation = sun
    if not (-360 <= azimuth <= 360 and 0 < elevation <= 90):
        raise InputError(
            f"--sun is ({azimuth:g},{elevation:g}); give azimuth -360 to 360 degrees clockwise from the camera's "
            f"heading, and elevation above 0, up to 90."
        )
    return float(azimuth), float(elevation)


def _pick(mask: NDArray[np.bool_], most: int = 60000) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    rows, columns = np.nonzero(mask)
    step = max(1, len(rows) // most)
    return rows[::step], columns[::step]


def _lit_and_shade(plate: Image, matte: Matte) -> tuple[Floats, Floats]:
    """Typical colours (3,) of sunlit and shaded ground of the same kind, by the best split of its brightness."""
    where = matte.ground > 0.99
    if where.mean() < 0.01:
        where = matte.alpha > 0.99
    colours = plate[_pick(where)].astype(np.float64)
    if len(colours) < 100:
        return np.full(3, 0.2), np.full(3, 0.1)
    # Grass and other strongly coloured ground would be taken for shade: keep what has the commonest hue.
    hue = colours / np.maximum(colours.sum(axis=1, keepdims=True), 1e-6)
    plain = np.abs(hue - np.median(hue, axis=0)).max(axis=1) < 0.08
    colours = colours[plain] if plain.sum() > 100 else colours
    tone = np.log(np.maximum(colours @ LUMA, 1e-5))
    cut = _split(tone)
    light, dark = colours[tone > cut], colours[tone <= cut]
    share = min(len(light), len(dark)) / len(colours)
    middle = np.median(colours, axis=0)
    if share < 0.02:
        return middle, middle / 1.5
    return np.median(light, axis=0), np.median(dark, axis=0)


def _split(tone: Floats) -> float:
    """Otsu's threshold of a one-dimensional sample."""
    counts, edges = np.histogram(tone, bins=96)
    centres = 0.5 * (edges[1:] + edges[:-1])
    below = np.cumsum(counts)
    above = below[-1] - below
    mean_below = np.cumsum(counts * centres) / np.maximum(below, 1)
    mean_above = ((counts * centres).sum() - np.cumsum(counts * centres)) / np.maximum(above, 1)
    return float(centres[int(np.argmax(below * above * (mean_below - mean_above) ** 2))])


def _direction(plate: Image, matte: Matte, camera: Camera, ratio: float) -> tuple[float, float, float, str]:
    clues = [clue for clue in (_glow(plate, matte, camera), _walls(plate, matte, camera, ratio)) if clue]
    if not clues:
        return -120.0, USUAL_ELEVATION_DEG, 0.1, "sun: no clue in the plate, so from behind the camera's left shoulder"
    turn = np.radians([clue.azimuth_deg for clue in clues])
    weight = np.array([clue.weight for clue in clues])
    mean = (weight * np.exp(1j * turn)).sum()
    trust = float(np.clip(np.abs(mean) / weight.sum() * weight.max() * (1.0 if ratio > 1.6 else 0.6), 0.1, 0.8))
    elevation = USUAL_ELEVATION_DEG if ratio > 1.6 else 55.0
    said = "sun: " + ", ".join(clue.said for clue in clues)
    return float(np.degrees(np.angle(mean))), elevation, trust, said


def _glow(plate: Image, matte: Matte, camera: Camera) -> _Clue | None:
    """Which side of the sky is brighter, and whether the plate looks into the light."""
    rows, columns = _pick(matte.sky.alpha > 0.99, 20000)
    if len(rows) < 500:
        return None
    towards = rays(camera, np.stack([columns + 0.5, rows + 0.5], axis=1).astype(np.float64))
    seen = np.asarray(camera.rotation).reshape(3, 3) @ towards.T
    turn = np.arctan2(seen[0], seen[2])
    tone = np.log(np.maximum(plate[rows, columns] @ LUMA, 1e-4))
    slope = np.polyfit(turn, tone, 1)[0] if np.ptp(turn) > 0.05 else 0.0
    facade = plate[_pick(matte.alpha > 0.99)] @ LUMA
    backlit = float(np.median(facade)) < 0.3 * float(np.exp(np.median(tone)))
    side = float(np.clip(slope * 60, -70, 70))
    azimuth = side if backlit else 180.0 - side
    weight = float(np.clip(0.2 + abs(slope) * 0.6, 0.2, 0.7)) if backlit else 0.15
    name = "left" if side < 0 else "right"
    where = (
        "the facade is darker than the sky, so the light comes from behind it"
        if backlit
        else "the camera does not face it"
    )
    return _Clue(azimuth, weight, f"{where}, the sky is brighter on the {name}")


def _walls(plate: Image, matte: Matte, camera: Camera, ratio: float) -> _Clue | None:
    """Facade against visible side wall: which of two walls of one house is in the sun, and how squarely."""
    if matte.side is None:
        return None
    front, flank = (matte.alpha > 0.99) & (matte.front > 0.99), (matte.alpha > 0.99) & (matte.flank > 0.99)
    if min(front.sum(), flank.sum()) < 200:
        return None
    bright, other = (float(np.percentile(plate[_pick(mask)] @ LUMA, 65)) for mask in (front, flank))
    share = other / max(bright, 1e-6)
    outward = 1.0 if matte.side == "right" else -1.0
    if share < SHADED:
        level = np.array([-outward, -1.0, 0.0])
        said = f"the facade is lit and the {matte.side} side wall is in shade"
    elif share > 1 / SHADED:
        level = np.array([outward, 1.0, 0.0])
        said = f"the {matte.side} side wall is lit and the facade is in shade"
    else:
        level = np.array([outward * share, -1.0, 0.0])
        said = f"facade and {matte.side} side wall are lit alike"
    return _Clue(_azimuth(camera, level), 0.6 if ratio > 1.6 else 0.3, said)


def _azimuth(camera: Camera, level: Floats) -> float:
    """Azimuth in degrees from the camera's heading of a level world direction."""
    rotation = np.asarray(camera.rotation).reshape(3, 3)
    ahead, right = float(rotation[2] @ level), float(rotation[0] @ level)
    return float(np.degrees(np.arctan2(right, ahead)))


def _three(values: Floats) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
