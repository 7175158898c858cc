"""Faces are found by size, turn, light and skin, and walls and streets have none.

Shares are of heads drawn by numbers; margins are a third of what misses, against other builds of OpenCV.
"""

import numpy as np
import pytest

from secondunit.faces import heads, models
from secondunit.faces.detect import OVERLAP, TILE, Found, _cuts, _second_look, detect, distinct, overlap
from secondunit.faces.network import TRAINED, anchors
from secondunit.faces.trial import KINDS, Count, counted, covers, picture
from secondunit.media import weights


def found(network, shown, at):
    """Exactly one face, and it lies there."""
    faces = detect(shown, network)
    return len(faces) == 1 and covers(faces[0], at)


def share(network, **settings):
    """Of the heads of all skins, at three places each."""
    return np.mean([found(network, *picture(kind=kind, seed=seed, **settings)) for kind in KINDS for seed in range(3)])


@pytest.mark.parametrize(("width", "least"), [(16, 0.85), (20, 0.9), (32, 0.9), (64, 0.9), (160, 0.9)])
def test_faces_of_every_size(network, width, least):
    assert share(network, width=width) >= least


@pytest.mark.parametrize(("yaw", "least"), [(30, 0.9), (45, 0.8), (-60, 0.6)])
def test_faces_that_look_aside(network, yaw, least):
    assert share(network, width=40, yaw=yaw) >= least


@pytest.mark.parametrize("kind", KINDS)
def test_every_skin_counts_the_same(network, kind):
    hits = [found(network, *picture(28, kind, yaw, seed)) for yaw in (0, 30) for seed in range(4)]
    assert np.mean(hits) >= 0.9


@pytest.mark.parametrize("stops", [-3, -2, -1, 1])
def test_dark_and_bright_plates(network, stops):
    hits = []
    for kind in KINDS:
        shown, at = picture(40, kind)
        linear = (shown / 255.0) ** 2.2 * 2.0**stops
        hits.append(found(network, np.uint8(np.clip(linear, 0, 1) ** (1 / 2.2) * 255), at))
    assert np.mean(hits) >= 0.75


@pytest.mark.parametrize("width", [14, 16, 20, 48])
def test_nobody_is_found_twice(network, width):
    counts = [len(detect(picture(width, kind, seed=seed)[0], network)) for kind in KINDS for seed in range(3)]
    assert counts == [1] * len(counts)


def test_boxes_are_as_wide_as_the_heads(network):
    for width in (24, 48, 96):
        shown, _ = picture(width, 0)
        (face,) = detect(shown, network)
        assert face.box[2] - face.box[0] == pytest.approx(width, rel=0.3)


def test_small_face_in_a_large_plate(network):
    """A head of 20 pixels anywhere in 1920 x 1080: tiles overlap, so none is cut in two."""
    shown = heads.wall(1080, 1920)
    drawn = heads.head(20, kind=1)
    places = [(5, 5), (333, 170), (1860, 1030), (960, 500), (640, 860)]
    for left, top in places:
        shown = heads.paste(shown, drawn, left, top)
    assert len(detect(shown, network)) == len(places)


def test_nobody_on_walls(network):
    assert [detect(heads.wall(540, 960, seed), network) for seed in range(3)] == [()] * 3


def test_nobody_in_the_example(network, example_plate):
    assert detect(example_plate, network) == ()


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (40, 9), (127, 129)])
def test_pictures_of_odd_shapes(network, shape):
    assert detect(np.full((*shape, 3), 128, np.uint8), network) == ()


def test_what_is_found_is_counted_with_bounds():
    """A finder that sees nobody misses every head; one that sees somebody everywhere finds all, and more."""
    steps = []
    blind = counted(lambda shown: (), lambda *step: steps.append(step), each=1)
    assert blind["width_px"]["96"] == blind["yaw_deg"]["0"] == {"wrong": 4, "of": 4, "at_most": 1.0}
    assert blind["false_alarms"] == {"wrong": 0, "of": 3, "at_most": 0.632}
    assert steps[0][1:] == (0, 17)
    assert steps[-1][1:] == (17, 17)
    eager = counted(lambda shown: (Found((0, 0, 9999, 9999), 1.0),), lambda *_: None, each=1)
    assert {one["wrong"] for one in eager["width_px"].values()} == {0}
    assert eager["false_alarms"]["wrong"] == 3
    assert Count(0, 60).answer()["at_most"] == pytest.approx(1 - 0.05 ** (1 / 60), abs=1e-3)


def test_anchors_are_as_published():
    """896 of them for 128 pixels: two in each of 16 x 16 cells, then six in each of 8 x 8."""
    points = anchors(128, 128)
    assert len(points) == 896
    assert points[0].tolist() == [4, 4]
    assert points[512].tolist() == [8, 8]
    assert points[-1].tolist() == [120, 120]


def test_tiles_cover_every_side_and_hold_each_face_whole():
    """Whatever the side: what is as long as two tiles share lies whole in one of them."""
    for length in range(1, 6000):
        starts, side = _cuts(length)
        ends = [start + side for start in starts]
        assert side % 16 == 0
        assert TRAINED <= side <= TILE
        assert starts[0] == 0
        assert ends[-1] == max(length, side) or len(starts) == 1 <= ends[-1] - length < max(16, TRAINED)
        assert all(end - start >= OVERLAP for end, start in zip(ends, starts[1:], strict=False))


def test_a_second_look_that_cannot_make_a_face_ends_early():
    class Blind:
        """Sees nobody, and counts how often it is asked."""

        asked = 0

        def look(self, squares):
            self.asked += 1
            return np.zeros((len(squares), 1, 4), np.float32), np.zeros((len(squares), 1))

    blind, picture = Blind(), np.zeros((200, 200, 3), np.uint8)
    assert _second_look([picture], np.array([50, 50, 90, 90]), blind) == 0
    assert blind.asked == 2, "two sizes of three leave two scores of six"


def test_boxes_that_share_most_are_one():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]], np.float32)
    assert overlap(boxes, boxes[0]).tolist() == pytest.approx([1, 9 / 11, 0])
    assert distinct(boxes, np.array([0.7, 0.9, 0.8])) == [1, 2]


def test_unknown_file_is_not_used(tmp_path, monkeypatch):
    package = tmp_path / "mediapipe"
    file = package / models.SHORT_RANGE.path
    file.parent.mkdir(parents=True)
    file.write_bytes(b"another network")
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(weights, "version", lambda name: "9.9")
    with pytest.raises(models.Missing, match="is not the file that this program knows"):
        models.find.__wrapped__(models.SHORT_RANGE)
