"""Plates and versions looked through in a process of its own: what is found, and that no answer is never nobody."""

import numpy as np
import pytest

from secondunit.faces import heads, inspect, models, pictures
from secondunit.faces.detect import detect
from secondunit.media import colour, frames
from secondunit.media.limits import Limits
from secondunit.media.shown import spread
from secondunit.schema import Inspection, Plate, Tri

HEIGHT, WIDTH = 180, 260
BLANK = Inspection(subject="A010/PL01_v001", subject_sha256="0" * 64, at="2026-11-22T10:00:00.000000Z")


def plate(first=1001, last=1001, **fields):
    about = {"id": "PL01_v001", "shot": "A010", "kind": "still", "source_name": "x", "source_sha256": "0" * 64}
    window = (0, 0, WIDTH - 1, HEIGHT - 1)
    size = {"width": WIDTH, "height": HEIGHT, "data_window": window, "display_window": window}
    clock = {"first_frame": first, "last_frame": last, "fps": 24.0, "frames_folder": "x"}
    return Plate(**(about | size | clock | {"colorspace": colour.SRGB, "colorspace_said": "x"} | fields))


def street(somebody):
    """float32 (H, W, 3) ACEScg of a wall, with a head 48 pixels wide in front of it or not."""
    shown = heads.wall(HEIGHT, WIDTH)
    if somebody:
        shown = heads.paste(shown, heads.head(48), 100, 30)
    return colour.to_working(shown / np.float32(255), colour.SRGB)


def write(folder, number, pixels):
    path = folder / f"frame.{number:04d}.exr"
    frames.write_rgb(path, pixels)
    return path


def made_of(folder, pixels, numbers=(1001, 1002, 1003)):
    """Pictures of a version, frame -> file; only the last differs from the first given."""
    return {number: write(folder / "comp", number, one) for number, one in zip(numbers, pixels, strict=True)}


def painted(pixels, rows, columns):
    out = pixels.copy()
    out[rows, columns] += 0.1
    return out


FACE = slice(60, 90), slice(140, 160)
ELSEWHERE = slice(0, 40), slice(0, 40)


def test_somebody_is_found_in_a_plate(tmp_path, network):
    write(tmp_path, 1001, street(somebody=True))
    found = inspect.inspect_plate(BLANK, plate(), tmp_path)
    assert (found.people, found.altered, found.frames) == (Tri.TRUE, Tri.UNKNOWN, (1001,))
    (face,) = found.faces
    assert face.box[0] < 150 < face.box[2]
    assert face.changed is None
    assert found.detector.startswith("face_detection_short_range.tflite of mediapipe ")
    assert "OpenCV" in found.detector
    assert found.models[models.SHORT_RANGE.name] == models.SHORT_RANGE.sha256
    assert sorted(found.models) == [models.SHORT_RANGE.name, "faces/detect.py", "faces/network.py"]


def test_nobody_in_a_plate(tmp_path, network):
    write(tmp_path, 1001, street(somebody=False))
    found = inspect.inspect_plate(BLANK, plate(), tmp_path)
    assert (found.people, found.faces) == (Tri.FALSE, ())


def test_somebody_who_comes_in_late(tmp_path, network):
    for number in (1001, 1002, 1003):
        write(tmp_path, number, street(somebody=number == 1003))
    found = inspect.inspect_plate(BLANK, plate(last=1003), tmp_path)
    assert found.frames == (1001, 1002, 1003)
    assert [face.frame for face in found.faces] == [1003]


def test_boxes_of_an_anamorphic_plate_are_in_its_pixels(tmp_path, network):
    squeezed = np.ascontiguousarray(street(somebody=True)[:, ::2])
    frames.write_rgb(tmp_path / "frame.1001.exr", squeezed, pixel_aspect=2.0)
    found = inspect.inspect_plate(BLANK, plate(width=WIDTH // 2, pixel_aspect=2.0), tmp_path)
    (face,) = found.faces
    assert face.box[0] < 75 < face.box[2] < WIDTH // 2


@pytest.mark.parametrize(
    ("somebody", "where", "altered"),
    [(True, FACE, Tri.TRUE), (True, ELSEWHERE, Tri.FALSE), (False, FACE, Tri.FALSE)],
    ids=["face painted", "painted beside", "nobody there"],
)
def test_whether_a_face_was_altered(tmp_path, network, somebody, where, altered):
    before = street(somebody)
    write(tmp_path, 1001, before)
    made = made_of(tmp_path, (before, before, painted(before, *where)))
    found = inspect.inspect_version(BLANK, plate(), tmp_path, made)
    assert (found.altered, found.people) == (altered, Tri.of(somebody))
    assert found.frames == (1001, 1002, 1003)
    if somebody:
        shares = {face.frame: face.changed for face in found.faces}
        assert shares[1001] == shares[1002] == 0
        assert (shares[1003] > 0.05) == (altered is Tri.TRUE)


def test_smaller_version_is_compared_at_its_size(tmp_path, network):
    import cv2

    before = street(somebody=True)
    write(tmp_path, 1001, before)
    small = cv2.resize(before, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    found = inspect.inspect_version(BLANK, plate(), tmp_path, made_of(tmp_path, (small,), (1001,)))
    assert found.altered is Tri.FALSE
    assert found.faces[0].box[0] < 75 < found.faces[0].box[2]


def test_face_that_only_the_version_shows_was_altered(tmp_path, network):
    """Either somebody was made, or somebody was overlooked: both need a word."""
    write(tmp_path, 1001, street(somebody=False))
    found = inspect.inspect_version(BLANK, plate(), tmp_path, made_of(tmp_path, (street(True),), (1001,)))
    assert (found.people, found.altered) == (Tri.TRUE, Tri.TRUE)
    (face,) = found.faces
    assert face.box[0] < 150 < face.box[2], "where it is in the picture, although only what changed was looked at"


@pytest.fixture
def looked_at(monkeypatch):
    """Frames of the plate that are looked at."""
    paths, find = [], inspect.Looker.find

    def noted(self, path, plate, seen, before=None):
        if before is None:
            paths.append(path.name)
        return find(self, path, plate, seen, before)

    monkeypatch.setattr(inspect.Looker, "find", noted)
    return paths


def of_known_plate(folder, somebody=True, enrolled=None, **changed):
    """A version of a plate that was looked through before; `changed`: of what is on record of that."""
    before = street(somebody)
    write(folder, 1001, before)
    made = made_of(folder, (before, before, painted(before, *FACE)))
    known = inspect.inspect_plate(BLANK, plate(), folder).model_copy(update=changed)
    found = [
        inspect.inspect_version(BLANK, plate(), folder, made, known=one, enrolled=enrolled) for one in (None, known)
    ]
    assert found[0] == found[1]
    return found[1]


@pytest.mark.parametrize("somebody", [True, False])
def test_what_is_on_record_of_a_plate_is_not_looked_for_again(tmp_path, network, looked_at, somebody):
    found = of_known_plate(tmp_path, somebody)
    assert (found.people, found.altered) == (Tri.of(somebody), Tri.of(somebody))
    assert looked_at == ["frame.1001.exr"] * 2, "when it came in, and where nothing was on record"


@pytest.mark.parametrize(
    "changed",
    [{"frames": ()}, {"detector": "another"}, {"models": {}}, {"models": {"faces/detect.py": "0" * 64}}],
    ids=str,
)
def test_a_plate_that_was_looked_at_otherwise_is_looked_at_again(tmp_path, network, looked_at, changed):
    of_known_plate(tmp_path, **changed)
    assert len(looked_at) == 3


@pytest.mark.parametrize(("somebody", "times"), [(True, 3), (False, 2)])
def test_faces_on_record_are_compared_with_those_enrolled_since(tmp_path, network, looked_at, somebody, times):
    of_known_plate(tmp_path, somebody, enrolled={"Pia": [[0.0] * 128]})
    assert len(looked_at) == times


def test_only_what_changed_is_looked_at_and_what_is_not_finite_has_changed(monkeypatch):
    plain = np.full((300, 400, 3), 0.18, np.float32)
    dotted, broken = plain.copy(), plain.copy()
    dotted[100:110, 200:220] += 0.1
    broken[10, 390], broken[9, 390], broken[8, 390] = np.nan, np.inf, -np.inf
    made = {"plain": plain, "dotted": dotted, "broken": broken}
    monkeypatch.setattr(pictures, "pixels", made.__getitem__)
    found = [pictures.changes("plain", name) for name in made]
    assert [one.window() for one in found] == [(0, 0, 0, 0), (136, 36, 284, 174), (326, 0, 400, 75)]
    assert [one.differs.sum() for one in found] == [0, 200, 3]
    assert pictures.changes("broken", "broken").differs.sum() == 3


@pytest.mark.parametrize(("value", "moved"), [(0.0, 0.002), (0.18, 0.0038), (-0.5, 0.007), (60000.0, 600.002)])
def test_a_hundredth_and_two_thousandths_are_no_change(value, moved):
    before = np.full((1, 1, 3), value, np.float32)
    for channel in range(3):
        for factor, differs in ((0.99, False), (1.01, True)):
            for sign in (-1, 1):
                after = before.copy()
                after[0, 0, channel] += sign * factor * np.float32(moved)
                assert pictures._differs(before, after)[0, 0] == differs


def test_the_plate_is_read_once_for_all_frames_of_a_version(tmp_path, monkeypatch):
    before, read = street(somebody=False), []
    plate_file, made = write(tmp_path, 1001, before), made_of(tmp_path, (before, before, painted(before, *FACE)))
    monkeypatch.setattr(pictures, "pixels", lambda path: read.append(path) or frames.read_rgb(path))
    for cached in (pictures.plate_pixels, pictures._before):
        cached.cache_clear()
    for path in made.values():
        pictures.changes(plate_file, path)
        pictures.changed(plate_file, path, [(0, 0, 9, 9)])
    assert read.count(plate_file) == 1


def test_a_face_that_nothing_touched_is_the_plates(tmp_path, network):
    """It has been looked at there: what a version's frame is cut to must not make it somebody new."""
    shown = heads.paste(heads.wall(HEIGHT, WIDTH), heads.head(48), 100, 30)
    assert len(detect(shown, network)) == 1
    for rows, columns, count in ((slice(150, 170), slice(10, 30), 0), (slice(70, 72), slice(140, 142), 1)):
        differs = np.zeros((HEIGHT, WIDTH), bool)
        differs[rows, columns] = True
        assert len(detect(shown, network, differs)) == count
        assert len(detect(shown, network, differs[:, ::2])) == count, "half as wide, as of an anamorphic plate"


def test_sample_holds_both_ends():
    assert spread(1001, 1001, inspect.SAMPLE) == (1001,)
    assert spread(1001, 1003, inspect.SAMPLE) == (1001, 1002, 1003)
    chosen = spread(1001, 1120, inspect.SAMPLE)
    assert (chosen[0], chosen[-1], len(chosen)) == (1001, 1120, inspect.SAMPLE)


# ---- nobody can tell


def unknown(folder, say=lambda line: None):
    """A plate and a version of it, both without an answer."""
    write(folder, 1001, street(somebody=False))
    first = inspect.inspect_plate(BLANK, plate(), folder, say=say)
    second = inspect.inspect_version(BLANK, plate(), folder, {1001: folder / "frame.1001.exr"}, say=say)
    assert (first.people, second.people, second.altered) == (Tri.UNKNOWN,) * 3
    return first


def test_without_a_detector_nobody_can_tell(tmp_path, monkeypatch):
    def missing(model):
        raise models.Missing("no face detector is installed")

    monkeypatch.setattr(models, "find", missing)
    assert unknown(tmp_path).detector == ""


@pytest.mark.parametrize(
    ("deed", "says"),
    [
        ("os.abort()", "its process ended with SIGABRT"),
        ("os._exit(3)", "its process ended with exit 3"),
        ("time.sleep(60)", "no answer within 1 s"),
        ("print('not json', flush=True)", "makes no sense"),
        ("print('{}', flush=True)", "stays unknown"),
        ('print(\'{"failed": "no memory"}\', flush=True)', "no memory"),
    ],
)
def test_failure_is_unknown_and_said(tmp_path, monkeypatch, deed, says):
    script = f"import os, sys, time; sys.stdin.readline(); sys.stdin.readline(); {deed}; sys.stdin.read()"
    monkeypatch.setattr(inspect, "COMMAND", ("-c", script))
    monkeypatch.setattr(inspect, "LIMITS", Limits(frame_s=1))
    monkeypatch.setattr(models, "find", lambda model: models.Found(model, tmp_path, "mediapipe 9"))
    lines = []
    assert unknown(tmp_path, lines.append).detector != ""
    assert all(says in line and "unknown" in line for line in lines)
    assert len(lines) == 2


def test_unreadable_frame_is_unknown(tmp_path, network):
    (tmp_path / "frame.1001.exr").write_bytes(b"no picture")
    lines = []
    found = inspect.inspect_plate(BLANK, plate(), tmp_path, say=lines.append)
    assert found.people is Tri.UNKNOWN
    assert "cannot be read" in lines[0]
