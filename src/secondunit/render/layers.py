"""How the layers make the picture: one formula, used here and by whoever recombines them."""

import numpy as np

from .scene import Floats


def over_plate(
    debris: Floats, dust: Floats, shadow: Floats, background: Floats, plate: Floats, occluders: Floats | None
) -> Floats:
    """(H,W,3) the picture.

    behind = debris.rgb + (1 - debris.a) * background * shadow
    dusty  = dust.rgb + (1 - dust.a) * behind
    comp   = dusty + (plate - dusty) * occluders          (where there are none: comp = dusty)

    Where debris.a = 0, dust.a = 0 and shadow = 1 this is the background bit for bit.
    """
    behind = debris[..., :3] + (1.0 - debris[..., 3:]) * (background * shadow)
    dusty = dust[..., :3] + (1.0 - dust[..., 3:]) * behind
    if occluders is None:
        return np.asarray(dusty, dtype=np.float32)
    front = occluders[..., None]
    return np.asarray(np.where(front >= 1.0, plate, dusty + (plate - dusty) * front), dtype=np.float32)


def dust_before_both(debris: Floats, behind: Floats, front: Floats, whole: Floats) -> Floats:
    """(H,W,4) one premultiplied dust layer from the dust before the debris (`front`) and before what is `behind` it
    (`whole`).

    Where debris covers a pixel partly, no single opacity dims both parts rightly; the layer takes their mean opacity
    and the
    colour that still gives the right sum (never below 0).
    """
    a = debris[..., 3:]
    opacity = a * front[..., 3:] + (1.0 - a) * whole[..., 3:]
    mixed = a * front[..., :3] + (1.0 - a) * whole[..., :3]
    rest = (opacity - front[..., 3:]) * debris[..., :3] + (1.0 - a) * (opacity - whole[..., 3:]) * behind
    colour = np.where((a > 0.0) & (a < 1.0), np.maximum(mixed + rest, 0.0), mixed)
    return np.concatenate([colour, opacity], axis=-1).astype(np.float32)


def st_map(pixel: Floats) -> Floats:
    """(H,W,2) continuous plate pixels as an ST map: 0..1, u to the right, v up. Unset (0,0) stays 0."""
    height, width = pixel.shape[:2]
    out = np.stack([pixel[..., 0] / width, 1.0 - pixel[..., 1] / height], axis=-1)
    return np.asarray(np.where((pixel == 0.0).all(axis=-1, keepdims=True), 0.0, out), dtype=np.float32)
