"""Frames read back from staging before the gate sees them."""

from pathlib import Path

import numpy as np

from secondunit.media import frames
from secondunit.runner.facts import Look
from secondunit.runner.inspection import sampled
from secondunit.schema import InputError, Layer, LayerManifest, Tri


def look(staging: Path, manifest: LayerManifest) -> Look:
    """First, middle and last frame of every layer: readable, sized and named as stated; no NaN, no infinite colour."""
    looks = [_look(staging / file, layer, manifest) for layer, file in sampled(manifest)]
    return Look(Tri.of(all(right for right, _ in looks)), Tri.of(all(finite for _, finite in looks)))


def _look(path: Path, layer: Layer, manifest: LayerManifest) -> tuple[bool, bool]:
    try:
        frame = frames.read(path)
    except InputError:
        return False, False
    x0, y0, x1, y1 = frame.display_window
    sized = (x1 - x0 + 1, y1 - y0 + 1) == (manifest.width, manifest.height)
    planes = [np.asarray(plane) for plane in frame.channels.values()]
    # Depth may be infinite where the ray meets nothing; a colour may not.
    bad = np.isnan if layer.pixel_type == "float" else (lambda plane: ~np.isfinite(plane))
    return sized and set(frame.channels) == set(layer.channels), not any(bool(bad(plane).any()) for plane in planes)
