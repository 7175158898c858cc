"""Numbered sequences: which files a pattern names, what is missing, what must be alike."""

import numpy as np
import OpenEXR
import pytest

from secondunit.media import sequence
from secondunit.media.limits import Limits
from secondunit.schema import InputError
from tests.media.material import box, exr, ingest, left_behind, rgb_exr

LIMITS = Limits()


@pytest.fixture
def shots(tmp_path):
    """name.0998.exr … name.1002.exr, each with its number as its value and as its time code."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(998, 1003):
        code = OpenEXR.TimeCode(10, 0, 0, number - 998, 0, 0, 0, 0, 0, 0, *[0] * 8)
        rgb_exr(folder / f"name.{number:04d}.exr", value=number / 1024, timeCode=code)
    return folder


@pytest.mark.parametrize("pattern", ["name.####.exr", "name.%04d.exr", "name.#.exr", "name.%d.exr", ""])
def test_frame_numbers_and_time_codes_survive(pattern, shots, tmp_path):
    plate = ingest(shots / pattern if pattern else shots, tmp_path / "s", colorspace="ACEScg")
    assert (plate.kind, plate.first_frame, plate.last_frame) == ("sequence", 998, 1002)
    assert plate.timecode == "10:00:00:00"
    for number in plate.frames:
        part = OpenEXR.File(str(tmp_path / "s" / plate.frame_name(number)))
        assert part.header()["timeCode"].frame == number - 998
        assert part.channels()["RGB"].pixels[0, 0, 0] == np.float16(number / 1024)


def test_missing_frames_are_listed(shots, tmp_path):
    (shots / "name.0999.exr").unlink()
    (shots / "name.1000.exr").unlink()
    with pytest.raises(InputError, match=r"lacks 2 of frames 998-1002: 999-1000;"):
        ingest(shots / "name.####.exr", tmp_path / "s")
    assert left_behind(tmp_path / "s") == []


def test_one_frame_named_in_full_is_a_still(shots, tmp_path):
    plate = ingest(shots / "name.1000.exr", tmp_path / "s")
    assert (plate.kind, plate.first_frame) == ("still", 1001)


def test_padding_is_exact(tmp_path):
    for name in ("a.01.exr", "a.0001.exr"):
        rgb_exr(tmp_path / name)
    assert list(sequence.find(str(tmp_path / "a.####.exr"), LIMITS).files) == [1]
    with pytest.raises(InputError, match="both frame 1"):
        sequence.find(str(tmp_path / "a.#.exr"), LIMITS)


def test_ten_thousandth_frame_follows_four_digits(tmp_path):
    for number in (9999, 10000):
        rgb_exr(tmp_path / f"a.{number}.exr")
    assert list(sequence.find(str(tmp_path / "a.####.exr"), LIMITS).files) == [9999, 10000]


def test_folder_with_two_sequences_names_both(shots, tmp_path):
    rgb_exr(shots / "other.0001.exr")
    with pytest.raises(InputError, match=r"2 sequences \(name\.####\.exr, other\.####\.exr\)"):
        ingest(shots, tmp_path / "s")


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("display window", {"displayWindow": box(0, 0, 20, 20)}),
        ("pixel aspect", {"pixelAspectRatio": 2.0}),
        ("colour encoding", {"chromaticities": (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)}),
    ],
)
def test_frame_unlike_the_first_is_refused(what, change, shots, tmp_path):
    rgb_exr(shots / "name.1001.exr", **change)
    with pytest.raises(InputError, match=rf"name\.1001\.exr differs .* in its {what}"):
        ingest(shots / "name.####.exr", tmp_path / "s")
    assert left_behind(tmp_path / "s") == []


def test_data_windows_may_vary_and_their_union_is_recorded(shots, tmp_path):
    plane = np.full((4, 4), 0.5, np.float16)
    windows = {"dataWindow": box(14, 10, 17, 13), "displayWindow": box(0, 0, 15, 11)}
    exr(shots / "name.1001.exr", {"R": plane, "G": plane, "B": plane}, **windows)
    plate = ingest(shots / "name.####.exr", tmp_path / "s")
    assert plate.data_window == (0, 0, 17, 13)


def test_damaged_frame_is_named(shots, tmp_path):
    path = shots / "name.1001.exr"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match=r"name\.1001\.exr is damaged"):
        ingest(shots / "name.####.exr", tmp_path / "s")
    assert left_behind(tmp_path / "s") == []


def test_spans_are_short():
    assert sequence.spans([5, 1, 2, 3]) == "1-3, 5"
    assert sequence.spans(list(range(0, 40, 2))).endswith("and 14 more gaps")
