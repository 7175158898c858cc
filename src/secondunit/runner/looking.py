"""Frames read back from staging before the gate sees them."""

from pathlib import Path

import numpy as np

from secondunit.media import frames
from secondunit.runner.facts import Look
from secondunit.runner.inspection import sampled
from secondunit.schema import InputError, Layer, LayerManifest, Tri


def look(staging: Path, manifest: LayerManifest) -> Look:
    """Every frame of every layer: whole, sized and named as stated. Pixels of a sample: no NaN, no infinite colour.

    Of frames that cannot be read, nobody can say either.
    """
    numbers = range(manifest.first_frame, manifest.last_frame + 1)
    try:
        right = [_right(staging / layer.file(n), layer, manifest) for layer in manifest.layers for n in numbers]
        finite = [_finite(staging / file, layer) for layer, file in sampled(manifest)]
    except InputError:
        return Look(Tri.FALSE, Tri.FALSE)
    return Look(Tri.of(all(right)), Tri.of(all(finite)))


def _right(path: Path, layer: Layer, manifest: LayerManifest) -> bool:
    """Whether size and channels are as stated."""
    channels, (x0, y0, x1, y1) = frames.read_head(path)
    return (x1 - x0 + 1, y1 - y0 + 1) == (manifest.width, manifest.height) and channels == set(layer.channels)


def _finite(path: Path, layer: Layer) -> bool:
    planes = [np.asarray(plane) for plane in frames.read(path).channels.values()]
    # Depth may be infinite where the ray meets nothing; a colour may not.
    bad = np.isnan if layer.pixel_type == "float" else (lambda plane: ~np.isfinite(plane))
    return not any(bool(bad(plane).any()) for plane in planes)
