"""The head before and after on the contact sheet."""

import numpy as np

from secondunit.faces import topology
from secondunit.tools.age import sheet

SIZE = 200, 300


def face(middle, wide):
    """A flat face (468,3) at a place of the picture."""
    flat = np.asarray(topology.UV[: topology.MESH], np.float64)
    flat = (flat - flat.mean(axis=0)) * wide / np.ptp(flat[:, 0]) + middle
    return np.column_stack([flat, np.zeros(len(flat))]).astype(np.float32)


def test_the_head_stands_in_the_middle_of_both_and_nothing_is_stretched():
    before = np.zeros((*SIZE, 3), np.uint8)
    before[95:105, 145:155] = 255
    after = before // 2
    made = sheet.pair(before, after, face([150, 100], 60))
    assert made.shape == (sheet.EDGE, sheet.WIDE, 3)
    for part, light in ((made[:, : sheet.EDGE], 255), (made[:, -sheet.EDGE :], 127)):
        rows, columns = np.nonzero(part[..., 0] > light // 2)
        assert part.max() >= light
        assert abs(rows.mean() - sheet.EDGE / 2) < 0.12 * sheet.EDGE
        assert abs(columns.mean() - sheet.EDGE / 2) < 0.05 * sheet.EDGE
        assert np.ptp(rows) == np.ptp(columns)


def test_a_face_at_the_edge_and_one_larger_than_the_picture_are_shown_all_the_same():
    picture = np.random.default_rng(1).integers(0, 255, (*SIZE, 3), np.uint8)
    for middle, wide in (([2, 3], 60), ([299, 199], 60), ([150, 100], 900)):
        made = sheet.pair(picture, picture, face(middle, wide))
        assert made.shape == (sheet.EDGE, sheet.WIDE, 3)
        assert (made[:, : sheet.EDGE] == made[:, -sheet.EDGE :]).all()
        assert made.std() > 20
