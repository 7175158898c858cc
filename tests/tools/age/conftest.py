"""A flat face: the map itself as a picture, of even skin, on which anything can be drawn at a known place."""

from types import SimpleNamespace

import numpy as np
import pytest

from secondunit.faces import topology
from secondunit.tools.age import paste

SIZE = 480
SKIN = np.array([0.42, 0.30, 0.22], np.float32)


@pytest.fixture
def points():
    """(468,3) of a face that fills a picture of 480 pixels, seen from the front."""
    flat = topology.UV[: topology.MESH] * SIZE
    return np.concatenate([flat, np.zeros((topology.MESH, 1))], axis=1).astype(np.float32)


@pytest.fixture
def plate():
    """Even skin with a little grain, (480,480,3) scene-linear."""
    grain = np.random.default_rng(1).standard_normal((SIZE, SIZE, 1)).astype(np.float32)
    return (SKIN * np.exp(0.02 * grain)).astype(np.float32)


def at(plate, place, radius, factor):
    """The plate with a soft disk at a place of the map (u, v), so many times as bright, radius in pixels."""
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    away = np.hypot(x - place[0] * SIZE, y - place[1] * SIZE)
    share = np.clip((radius + 1 - away) / 2, 0, 1)[..., None]
    return (plate * (1 + share * (factor - 1))).astype(np.float32)


def lined(plate, start, end, width, depth):
    """The plate with a dark line between two places of the map; width in pixels, depth a logarithm."""
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    a, b = np.array(start) * SIZE, np.array(end) * SIZE
    along = b - a
    share = np.clip(((x - a[0]) * along[0] + (y - a[1]) * along[1]) / (along @ along), 0, 1)
    away = np.hypot(x - a[0] - share * along[0], y - a[1] - share * along[1])
    return (plate * np.exp(-depth * np.exp(-0.5 * (away / width) ** 2))[..., None]).astype(np.float32)


def laid_over(plate, parts, strength):
    """What becomes of a plate under parts, by name, laid on so far: comp, delta and a matte (H,W) of each name."""
    comp = paste.over(plate, [one for each in parts.values() for one in each], strength)
    comp = comp.astype(np.float16).astype(np.float32)
    mattes = {name: np.zeros(plate.shape[:2], np.float32) for name in parts}
    for name, each in parts.items():
        for one in each:
            mattes[name][one.box] = np.maximum(mattes[name][one.box], one.where)
    return SimpleNamespace(comp=comp, delta=comp - plate, mattes=mattes)


def pasted(plate, ring, change, gate, strength, presence):
    """What becomes of a plate under a change of its skin: comp, delta, and where it lies over the whole picture.

    strength (S,S): over the map.
    """
    part, lies = paste.skin(plate.shape[:2], ring, change * strength[..., None], gate, presence)
    made = laid_over(plate, {"skin": [part]}, 1.0)
    made.confidence = np.zeros(plate.shape[:2], np.float32)
    made.confidence[lies.box] = lies.confidence
    made.mattes = np.zeros((*plate.shape[:2], lies.mattes.shape[-1]), np.float32)
    made.mattes[lies.box] = lies.mattes
    return made
