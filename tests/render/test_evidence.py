"""The photograph corrects the predicted shadow, near its edge and nowhere else."""

import numpy as np

from secondunit.render.evidence import read_ground, settle_shadows


def ground(predicted_to: int, shown_to: int, contrast: float = 6.0) -> tuple[np.ndarray, ...]:
    """A 60 x 20 ground of 0.5 m pixels: shadow predicted in rows below predicted_to, shown in rows below shown_to."""
    rows = np.arange(60)[:, None] + np.zeros((1, 20), int)
    value = np.where(rows < shown_to, 0.1, 0.1 * contrast).astype(np.float32)
    point = np.stack([0.5 * np.indices((60, 20))[1], 0.5 * rows, 0.0 * rows], axis=-1)
    blocker = np.where(rows[..., None] < predicted_to, 5, -1) + np.zeros((1, 1, 6), int)
    return value, np.ones((60, 20), np.int32), point, blocker.astype(np.int16)


def test_shade_in_the_plate_extends_the_prediction() -> None:
    settled = settle_shadows(*ground(20, 28), sun_rays=2)
    assert (settled[22:27, :, :2] == 5).all()
    assert (settled[30:, :, :2] == -1).all()
    assert (settled[22:27, :, 2:] == -1).all()  # sky rays are not the photograph's to judge


def test_sun_in_the_plate_cuts_the_prediction() -> None:
    settled = settle_shadows(*ground(28, 20), sun_rays=2)
    assert (settled[21:, :, :2] == -1).all()
    assert (settled[:19, :, :2] == 5).all()


def test_a_plate_without_contrast_says_nothing() -> None:
    case = ground(20, 28, contrast=1.3)
    assert np.array_equal(settle_shadows(*case, sun_rays=2), case[3])


def test_dark_ground_far_from_the_shadow_is_no_shadow() -> None:
    value, kind, point, blocker = ground(20, 20)
    value[50:] = 0.1  # a lawn, 15 m away
    settled = settle_shadows(value, kind, point, blocker, sun_rays=2)
    assert (settled[50:, :, :2] == -1).all()


def test_the_sun_gets_the_strength_and_colour_of_the_plates_own_shadow() -> None:
    # the plate's shade is blue: sun over shade is 8, 6, 4; the light estimate says (sky + sun) / sky = 3 everywhere,
    # that is sun = 2 sky of a sum of 3; of that same sum the sky has to be 1/8, 1/6 and 1/4
    value, kind, point, blocker = ground(20, 20)
    lit = value[..., None] > 0.3
    plate = np.where(lit, 0.6, 0.6 / np.array([8.0, 6.0, 4.0])).astype(np.float32)
    light = np.where(lit, 3.0, 1.0) * np.ones(3)
    found = read_ground(plate, light, kind, point, blocker, 2)
    sky = 1.0 * found.sky_gain
    assert np.allclose(sky / 3.0, [1 / 8, 1 / 6, 1 / 4], rtol=1e-5)
    assert np.allclose(sky + 2.0 * found.sun_gain, 3.0, rtol=1e-5)
    assert np.allclose(found.lift[5, 5], [8.0, 6.0, 4.0], rtol=1e-4)


def test_a_plate_in_even_light_leaves_the_sun_alone() -> None:
    value, kind, point, blocker = ground(20, 20, contrast=1.2)
    plate = np.repeat(value[..., None], 3, axis=-1)
    found = read_ground(plate, np.where(plate > 0.11, 3.0, 1.0), kind, point, blocker, 2)
    assert (found.sun_gain == 1.0).all()
