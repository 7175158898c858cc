"""The mean over time remembers skin that something covers now; the picture does not show it there."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from secondunit.faces import topology
from secondunit.tools.age import picture, timing, unwrap

from .conftest import SIZE


def test_what_covers_the_face_now_is_left_alone(tmp_path, plate, points):
    side = unwrap.side_for(topology.with_ring(points)[None])
    mean, gate = np.full((side, side, 3), (-0.3, 0, 0), np.float32), np.ones((side, side), np.float32)
    gate[:, side // 2 :] = 0.0
    timing._keep(tmp_path, 0, mean, gate)
    face = picture.Face(points[None], np.ones(1, np.float32), side)
    small = SimpleNamespace(width=SIZE, height=SIZE)
    job = picture.PictureJob(Path(), small, SIZE, SIZE, 1001, face, False, 1, amount=1.0, steady=tmp_path)
    plate = plate.astype(np.float16).astype(np.float32)
    changed = (picture._made(job, plate, 0).comp != plate).any(axis=-1)
    assert changed[:, : SIZE // 2 - 4].any()
    assert not changed[:, SIZE // 2 + 4 :].any()
