"""What people type: read as they mean it, or refused in one sentence with the way to type it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondunit.cli import words
from secondunit.schema import InputError

NUMBER = st.floats(min_value=-1e5, max_value=1e5)


@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=4, max_size=4), st.sampled_from([" ", "  ", "; ", ";", "\n"]))
def test_corners_come_back_as_typed(pairs, between):
    assert words.corners(between.join(f"{x!r},{y!r}" for x, y in pairs)) == tuple(pairs)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "0 corners"),
        ("1,2 3,4 5,6", "3 corners"),
        ("1,2 3,4 5,6 7,8 9,10", "5 corners"),
        ("1,2 3,4 5,6 7", "'7' where two numbers"),
        ("1,2 3,4 5,6 7,8,9", "'7,8,9' where two numbers"),
        ("1, 2 3,4 5,6 7,8", "'1,' where two numbers"),
        ("a,b 3,4 5,6 7,8", "'a,b' where two numbers"),
    ],
)
def test_wrong_corners_are_named(typed, says):
    with pytest.raises(InputError, match=says):
        words.corners(typed)


@pytest.mark.parametrize("typed", ["SC010", "SC010/", "/v003", "SC010/b001", ""])
def test_wrong_version_name_is_refused(typed):
    with pytest.raises(InputError, match="names no version"):
        words.version_name(typed)


def test_version_name_is_read():
    assert words.version_name("SC010/v003") == ("SC010", "v003")


def test_fields_of_records_are_called_as_they_are_typed():
    assert [words.called(field) for field in ("height_m", "roles.0", "event_frame", "shot", "brief_file")] == [
        "--height-m",
        "--role",
        "--event",
        "SHOT",
        "--brief-file",
    ]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ("gone.png", "--roto gone.png: There is no file"),
        ("roto.####.png", "--roto roto.####.png: roto.####.png lacks frames 1001 of the plate's 1001"),
    ],
)
def test_mattes_of_a_face_that_cannot_be_used_are_one_sentence(secondunit, home, files, sentence):
    (home / "roto.1002.png").write_bytes(b"never opened")
    asked = secondunit("age", "SC010", "--performer", "Ada", "--by", -5, "--from", 60, "--roto", files)
    assert (asked.status, asked.out) == (2, "")
    assert sentence in asked.err
    assert not (home / "blobs").exists()
