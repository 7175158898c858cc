"""Our own frames: types, windows and headers survive; NaN does not get in. Time codes count as ST 12-1 says."""

import json
from fractions import Fraction

import numpy as np
import OpenEXR
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondunit.media import frames, header, timecode
from secondunit.schema import InputError, WorkFailed

WORDS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
INTS = st.integers(-(2**31), 2**31 - 1)
VALUES = st.one_of(
    WORDS,
    INTS,
    FLOATS,
    st.lists(FLOATS, min_size=1, max_size=4),
    st.lists(WORDS, min_size=1, max_size=3),
    st.builds(Fraction, st.integers(1, 10**6), st.integers(1, 10**6)),
    st.lists(FLOATS, min_size=3, max_size=3).map(lambda v: np.array(v, np.float32)),
    st.lists(INTS, min_size=2, max_size=2).map(lambda v: np.array(v, np.int32)),
    st.binary(max_size=30).map(lambda data: OpenEXR.OpaqueAttribute(data, "strange")),
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.from_regex(r"[A-Za-z][A-Za-z0-9_/:]{3,30}", fullmatch=True), VALUES, max_size=4))
def test_header_fields_round_trip_through_json_and_disk(tmp_path_factory, values):
    fields, refused = header.writable({name: header.encode(value) for name, value in values.items()})
    assert set(fields) | set(refused) == set(values)
    fields = json.loads(json.dumps(header.carried(fields)))
    path = tmp_path_factory.mktemp("h") / "a.exr"
    frames.write_layer(path, {"Y": np.zeros((2, 2))}, header=fields)
    assert frames.read(path).header == fields
    assert frames.read_header(path) == fields


def test_pixel_types_windows_and_aspect_survive(tmp_path):
    rng = np.random.default_rng(1)
    depth = rng.random((5, 7)).astype(np.float32)
    windows = {"data_window": (-3, 2, 3, 6), "display_window": (0, 0, 9, 9), "pixel_aspect": 2.0}
    frames.write_layer(tmp_path / "f.exr", {"Z": depth, "P.X": depth * 2}, pixel_type="float", **windows)
    frame = frames.read(tmp_path / "f.exr")
    assert np.array_equal(frame.channels["Z"], depth)
    assert frame.channels["P.X"].dtype == np.float32
    assert (frame.data_window, frame.display_window, frame.pixel_aspect) == tuple(windows.values())
    frames.write_rgb(tmp_path / "h.exr", rng.random((5, 7, 4)))
    assert frames.read(tmp_path / "h.exr").channels["A"].dtype == np.float16
    assert OpenEXR.File(str(tmp_path / "h.exr")).header()["compression"] == OpenEXR.ZIP_COMPRESSION


def test_a_photograph_is_packed_otherwise_and_comes_back_to_the_bit(tmp_path):
    pixels = np.random.default_rng(3).normal(0.2, 0.05, (40, 60, 3)).astype(np.float16)
    frames.write_rgb(tmp_path / "a.exr", pixels, grained=True)
    assert OpenEXR.File(str(tmp_path / "a.exr")).header()["compression"] == OpenEXR.PIZ_COMPRESSION
    assert np.array_equal(frames.read(tmp_path / "a.exr").stack(as_stored=True), pixels)


def test_frames_say_that_they_are_acescg(tmp_path):
    frames.write_rgb(tmp_path / "a.exr", np.zeros((2, 2, 3)))
    fields = OpenEXR.File(str(tmp_path / "a.exr")).header()
    assert np.allclose(fields["chromaticities"], frames.AP1)
    assert fields["colorInteropID"] == "lin_ap1_scene"


def test_same_pixels_give_the_same_bytes(tmp_path):
    pixels = np.random.default_rng(2).random((40, 40, 3))
    for name in ("a", "b"):
        frames.write_rgb(tmp_path / f"{name}.exr", pixels)
    assert (tmp_path / "a.exr").read_bytes() == (tmp_path / "b.exr").read_bytes()


@pytest.mark.parametrize(("pixel_type", "value"), [("half", np.nan), ("half", np.inf), ("float", np.nan)])
def test_bad_values_are_not_kept(pixel_type, value, tmp_path):
    plane = np.zeros((4, 4), np.float16)
    plane[2, 3] = value
    with pytest.raises(WorkFailed, match="x 3, y 2"):
        frames.write_layer(tmp_path / "a.exr", {"Z": plane}, pixel_type=pixel_type)
    assert not (tmp_path / "a.exr").exists()


def test_reframe_crops_and_fills():
    pixels = np.arange(12).reshape(3, 4)
    out = frames.reframe(pixels, (0, 0, 3, 2), (-1, 1, 2, 4))
    assert out.tolist() == [[0, 4, 5, 6], [0, 8, 9, 10], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert frames.reframe(pixels, (0, 0, 3, 2), (10, 10, 11, 11)).sum() == 0


def test_damaged_frame_of_ours_is_said(tmp_path):
    (tmp_path / "a.exr").write_bytes(b"v/1\x01" + b"\0" * 40)
    with pytest.raises(InputError, match=r"a\.exr cannot be read"):
        frames.read(tmp_path / "a.exr")


def naive_drop_frame(count):
    """Count labels one by one, skipping :00 and :01 of every minute but the tenth."""
    minutes = seconds = number = 0
    for _ in range(count):
        number += 1
        if number == 30:
            number, seconds = 0, seconds + 1
        if seconds == 60:
            seconds, minutes = 0, minutes + 1
            number = 2 if minutes % 10 else 0
    return timecode.Timecode(minutes // 60, minutes % 60, seconds, number, drop=True)


@pytest.mark.parametrize("count", [0, 1799, 1800, 1801, 17981, 17982, 17983, 35963, 107892])
def test_drop_frame_counts_like_the_standard(count):
    start = timecode.Timecode(0, 0, 0, 0, drop=True)
    assert timecode.advance(start, count, Fraction(30000, 1001)) == naive_drop_frame(count)


@given(st.integers(0, 3 * 10**6), st.integers(0, 10**5), st.sampled_from([24, 25, 30, Fraction(30000, 1001), 60]))
def test_steps_add_up(first, second, fps):
    start = timecode.Timecode(1, 0, 0, 0, drop=fps == Fraction(30000, 1001))
    once = timecode.advance(start, first + second, fps)
    assert once == timecode.advance(timecode.advance(start, first, fps), second, fps)
    assert timecode.parse(str(once)) == once


def test_rates_are_exact():
    assert timecode.exact_rate(23.976) == timecode.exact_rate(23.98 - 0.004) == Fraction(24000, 1001)
    assert timecode.exact_rate(29.97) == Fraction(30000, 1001)
    assert timecode.exact_rate(24.0) == 24
    assert timecode.exact_rate(12.5) == Fraction(25, 2)
