"""Faces from frame to frame, with a child that answers from a script: what is done with its answers."""

from typing import ClassVar

import numpy as np
import pytest

from secondunit.faces import follow, models, topology
from secondunit.faces import track as kept
from secondunit.media.child import Failed
from secondunit.schema import WorkFailed

FIRST = 1001


class Still:
    """What `follow` asks of a plate."""

    def __init__(self, count):
        self.first_frame, self.last_frame, self.fps = FIRST, FIRST + count - 1, 24.0
        self.colorspace, self.pixel_aspect = "Linear Rec.709 (sRGB)", 1.0
        self.frames = range(FIRST, FIRST + count)

    def frame_name(self, frame):
        return f"frame.{frame}.exr"


def face(x=100.0, y=100.0, width=80.0, yaw=0.0):
    flat = topology.UV[: topology.MESH].astype(np.float64)
    flat = (flat - flat.mean(axis=0)) / np.ptp(flat[:, 0]) * width
    turn = np.radians(yaw)
    depth = flat[:, 0] * np.sin(turn)
    return np.stack([flat[:, 0] * np.cos(turn) + x, flat[:, 1] + y, depth], axis=1)


def row(points, presence=1.0):
    return [*np.asarray(points).ravel().tolist(), presence]


class Scripted:
    """Answers from `seen`: frame -> the faces there; `scene`: frame -> the level of its small picture."""

    seen: ClassVar[dict] = {}
    scene: ClassVar[dict] = {}
    asked: ClassVar[list] = []

    def __init__(self, *args):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass

    def ask(self, request):
        frame = int(request["path"].rsplit(".", 2)[1])
        self.asked.append((frame, request["detect"], len(request["before"])))
        there = self.seen.get(frame, [])
        kept = []
        for before in request["before"]:
            old = np.reshape(before, (-1, 3))
            near = [one for one in there if np.linalg.norm(one.mean(axis=0) - old.mean(axis=0)) < 40]
            kept.append(row(near[0]) if near else row(old, 0.01))
        found = [row(one) for one in there] if request["detect"] else []
        return {"found": found, "kept": kept, "thumb": [float(self.scene.get(frame, 100.0))] * 720}


@pytest.fixture
def script(monkeypatch):
    """The child's script; networks need not be installed."""
    monkeypatch.setattr(follow, "Child", Scripted)
    monkeypatch.setattr(follow.models, "find", lambda model: model)
    monkeypatch.setattr(Scripted, "seen", {})
    monkeypatch.setattr(Scripted, "scene", {})
    monkeypatch.setattr(Scripted, "asked", [])
    return Scripted


def tracks(count, tmp_path):
    return follow.follow(Still(count), tmp_path)


def test_one_face_is_one_track_and_looked_for_now_and_then(script, tmp_path):
    script.seen = {FIRST + n: [face(100 + n)] for n in range(30)}
    (track,) = tracks(30, tmp_path)
    assert list(track.frames) == list(range(FIRST, FIRST + 30))
    assert (track.presence == 1).all()
    assert np.abs(track.points[15, :, 0].mean() - 115) < 0.5
    assert [frame - FIRST for frame, detect, _ in script.asked if detect] == [0, 12, 24]


def test_a_face_that_is_found_late_is_followed_back(script, tmp_path, monkeypatch):
    """The detector misses it in the first frames, and the mesh lies on it all the same: no fade at the beginning."""
    script.seen = {FIRST + n: [face(100 + n)] for n in range(20)}
    whole = Scripted.ask

    def late(self, request):
        answer = whole(self, request)
        return answer | {"found": []} if "1001" in request["path"] or "1002" in request["path"] else answer

    monkeypatch.setattr(Scripted, "ask", late)
    (track,) = tracks(20, tmp_path)
    assert list(track.frames) == list(range(FIRST, FIRST + 20))
    assert (track.presence == 1).all()


def test_nobody_there_is_no_track(script, tmp_path):
    assert tracks(7, tmp_path) == ()
    assert [frame - FIRST for frame, detect, _ in script.asked if detect] == [0, 4, 6]


def test_two_faces_are_two_tracks_the_longer_first(script, tmp_path):
    script.seen = {FIRST + n: [face(300)] + ([face(100)] if n < 5 else []) for n in range(20)}
    found = tracks(20, tmp_path)
    assert len(found) == 2
    assert found[0].points[0, :, 0].mean() == pytest.approx(300, abs=1)
    assert list(found[1].frames) == list(range(FIRST, FIRST + 5))
    assert found[1].presence[-1] < 0.5, "it fades where the face goes"
    assert found[1].presence[0] == 1, "and not where the plate begins"


def test_a_short_gap_is_filled_and_a_long_one_is_not(script, tmp_path):
    script.seen = {FIRST + n: [face(100 + 2 * n)] for n in range(40) if n not in (5, 6, 7) and not 15 <= n < 25}
    (track,) = tracks(40, tmp_path)
    missing = sorted(set(range(FIRST, FIRST + 40)) - {int(frame) for frame in track.frames})
    assert missing == list(range(FIRST + 15, FIRST + 25))
    at = list(track.frames).index(FIRST + 6)
    assert track.points[at, :, 0].mean() == pytest.approx(112, abs=1.5)
    assert track.presence[list(track.frames).index(FIRST + 14)] < 0.5
    assert track.presence[list(track.frames).index(FIRST + 25)] < 0.5


def test_the_longer_a_mended_gap_the_less_its_middle_is_trusted(script, tmp_path):
    script.seen = {FIRST + n: [face()] for n in range(24) if n not in (6, 12, 13, 14, 15)}
    (one,) = tracks(24, tmp_path)
    assert list(one.frames) == list(range(FIRST, FIRST + 24))
    presence = one.presence
    assert presence[12:16] == pytest.approx([0.8, 0.6, 0.6, 0.8], abs=1e-3)
    assert presence[6] == pytest.approx(0.8, abs=1e-3)
    assert (np.delete(presence, [6, 12, 13, 14, 15]) == 1).all()


@pytest.mark.parametrize("cut", [1, 2, 5, 8, 9, 10, 14])
@pytest.mark.parametrize("after", [100, 250])
def test_no_track_goes_on_across_a_cut(script, tmp_path, cut, after):
    """Whoever stands there after it, at the same place or another: nobody has said that it is the same person."""
    script.seen = {FIRST + n: [face(100 if n < cut else after)] for n in range(20)}
    script.scene = {FIRST + n: 60.0 if n < cut else 180.0 for n in range(20)}
    found = sorted(tracks(20, tmp_path), key=lambda track: track.frames[0])
    assert [(one.frames[0] - FIRST, one.frames[-1] - FIRST) for one in found] == [(0, cut - 1), (cut, 19)]
    assert all((one.presence == 1).all() for one in found), "and nothing fades there"


def test_a_profile_fades(script, tmp_path):
    script.seen = {FIRST + n: [face(yaw=4.0 * n)] for n in range(21)}
    (track,) = tracks(21, tmp_path)
    assert track.presence[8] == pytest.approx(1, abs=0.02)
    assert 0.1 < track.presence[14] < 0.9
    assert track.presence[18:].max() == 0
    assert (np.diff(track.presence) < 0.01).all()


def test_two_faces_never_lie_on_one(script, tmp_path):
    """One passes behind the other, and the mesh that lost it takes to the one in front."""
    script.seen = {FIRST + n: [face(100), *([face(190 - 8 * n)] if n < 7 or n > 15 else [])] for n in range(30)}
    found = tracks(30, tmp_path)
    for one in found:
        for other in found:
            both = sorted(set(one.frames) & set(other.frames)) if other is not one else []
            for frame in both:
                a, b = (each.points[list(each.frames).index(frame)] for each in (one, other))
                assert follow.shared(a, b)[1] < 0.8
    assert any(len(one.frames) == 30 and np.ptp(one.points[:, 0, 0]) < 1 for one in found)


def test_an_eye_is_no_second_face(script, tmp_path):
    script.seen = {FIRST + n: [face(100), face(85, 90, width=25)] for n in range(13)}
    assert len(tracks(13, tmp_path)) == 1


def test_a_lost_face_is_looked_for_now_and_then_and_followed_back(script, tmp_path):
    """The mesh loses it in a jump; it is back at once, and where it was found late it is followed back."""
    script.seen = {FIRST + n: [face(100 if n < 13 else 142)] for n in range(40)}
    (track,) = tracks(40, tmp_path)
    assert list(track.frames) == list(range(FIRST, FIRST + 40))
    assert track.points[13, :, 0].mean() == pytest.approx(142, abs=8)
    assert [frame - FIRST for frame, detect, _ in script.asked if detect] == [0, 12, 16, 24, 36]


def test_a_heap_of_points_is_no_face(script, tmp_path):
    script.seen = {FIRST: [np.full((topology.MESH, 3), 100.0)]}
    assert tracks(1, tmp_path) == ()


def test_tracks_come_back_as_they_were_kept(script, tmp_path):
    script.seen = {FIRST + n: [face(100), face(300)] for n in range(3)}
    found = tracks(3, tmp_path)
    again = kept.unpack(kept.pack(found))
    for one, other in zip(found, again, strict=True):
        assert (one.points == other.points).all()
        assert one.cuts == other.cuts
    assert kept.unpack(kept.pack(())) == ()


def test_a_child_that_fails_is_one_sentence_with_the_frame(script, tmp_path, monkeypatch):
    def fail(self, request):
        raise Failed("it ended with SIGSEGV")

    monkeypatch.setattr(Scripted, "ask", fail)
    with pytest.raises(WorkFailed, match=r"frame 1001: it ended with SIGSEGV"):
        tracks(2, tmp_path)


def test_without_the_networks_nothing_is_followed(monkeypatch, tmp_path):
    def absent(model):
        raise models.Missing("no package carries it")

    monkeypatch.setattr(follow.models, "find", absent)
    with pytest.raises(models.Missing):
        tracks(1, tmp_path)
