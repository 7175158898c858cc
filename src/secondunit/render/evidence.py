"""Where the photograph contradicts the predicted shadow of the building on the ground, the photograph is right."""

from dataclasses import dataclass

import numpy as np

from .scene import Floats, Ints, Mask

CONTRAST = 1.8
"""Sunlit ground must be this many times as bright as shaded ground before the plate is believed to show the shadow."""
REACH_M = 6.0
"""The plate may move the predicted edge of the shadow by this much on the ground, not farther: lawns are dark too."""


@dataclass(frozen=True, eq=False)
class GroundLight:
    """The photographed ground's sun and shade.

    blocker (H,W,rays): see `settle_shadows` · sun_gain, sky_gain (3,): factors on the light that was said, for
    predicted shadows to have the strength and colour of the plate's own; sun and sky together stay what they were ·
    lift (H,W,3): the most that ground may brighten, which is to the plate's own sunlit ground.
    """

    blocker: Ints
    sun_gain: Floats
    sky_gain: Floats
    lift: Floats


def read_ground(plate: Floats, light: Floats, kind: Ints, point: Floats, blocker: Ints, sun_rays: int) -> GroundLight:
    """Compares the predicted light (H,W,3) on ground pixels (kind 1) with the plate (H,W,3) near the shadow's edge."""
    import cv2

    shade, sun = _edge_zones(kind, point, blocker, sun_rays)
    one = np.ones(3)
    if shade.sum() < 50 or sun.sum() < 50:
        return GroundLight(blocker, one, one, np.full(plate.shape, 4.0, np.float32))
    dark, bright = np.median(plate[shade], axis=0), np.median(plate[sun], axis=0)
    low, high = np.median(light[shade], axis=0), np.median(light[sun], axis=0)
    calm = cv2.medianBlur(plate.astype(np.float32), 5)
    top = np.percentile(plate[sun], 75, axis=0)
    lift = np.clip(top / np.maximum(calm, 1e-4), 1.0, 16.0).astype(np.float32)
    shown, said = bright / np.maximum(dark, 1e-5), high / np.maximum(low, 1e-5)
    if shown[1] < CONTRAST or (said <= 1.05).any():
        return GroundLight(blocker, one, one, lift)
    settled = settle_shadows(plate[..., 1], kind, point, blocker, sun_rays)
    sun_gain = (1.0 - 1.0 / shown) / (1.0 - 1.0 / said)
    return GroundLight(settled, np.clip(sun_gain, 0.3, 3.0), np.clip(said / shown, 0.2, 3.0), lift)


def _edge_zones(kind: Ints, point: Floats, blocker: Ints, sun_rays: int) -> tuple[Mask, Mask]:
    """Ground predicted in the building's shade, and in the sun not further than two reaches from it."""
    from scipy.ndimage import distance_transform_edt

    ground = kind == 1
    blocked = (blocker[..., :sun_rays] >= 0).mean(axis=-1)
    shade, sun = ground & (blocked > 0.5), ground & (blocked <= 0.5)
    if shade.any():
        rows, columns = distance_transform_edt(~shade, return_distances=False, return_indices=True)
        sun &= np.linalg.norm(point - point[rows, columns], axis=-1) < 2.0 * REACH_M
    return shade, sun


def settle_shadows(value: Floats, kind: Ints, point: Floats, blocker: Ints, sun_rays: int) -> Ints:
    """(H,W,rays) `blocker` with the sun rays of ground pixels put right where the plate plainly shows sun or shade.

    value (H,W): the plate's brightness · kind (H,W): 1 = ground · point (H,W,3): ground points (m) · blocker: the piece
    that blocks each ray at rest, -1 none, sun rays first. Only pixels within REACH_M of a predicted edge are changed.
    """
    import cv2

    ground = kind == 1
    blocked = (blocker[..., :sun_rays] >= 0).mean(axis=-1)
    shade, sun = ground & (blocked > 0.5), ground & (blocked <= 0.5)
    if shade.sum() < 50 or sun.sum() < 50:
        return blocker
    dark, bright = float(np.median(value[shade])), float(np.median(value[sun]))
    if bright < CONTRAST * max(dark, 1e-6):
        return blocker
    calm = cv2.medianBlur(value.astype(np.float32), 3)
    shown_dark = calm < np.sqrt(dark * bright)
    out = blocker.copy()
    for wrong, right in ((sun & shown_dark, shade & shown_dark), (shade & ~shown_dark, sun & ~shown_dark)):
        _copy_nearest(out, wrong, right, point, sun_rays)
    return out


def _copy_nearest(blocker: Ints, wrong: Mask, right: Mask, point: Floats, sun_rays: int) -> None:
    """Gives pixels of `wrong` the sun rays of the nearest pixel of `right`, if that is near enough on the ground."""
    from scipy.ndimage import distance_transform_edt

    if not wrong.any() or not right.any():
        return
    rows, columns = distance_transform_edt(~right, return_distances=False, return_indices=True)
    y, x = np.nonzero(wrong)
    from_y, from_x = rows[y, x], columns[y, x]
    near = np.linalg.norm(point[y, x] - point[from_y, from_x], axis=-1) < REACH_M
    blocker[y[near], x[near], :sun_rays] = blocker[from_y[near], from_x[near], :sun_rays]
