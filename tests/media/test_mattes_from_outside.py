"""Mattes of a brief: which files are meant, what of a picture is the matte, one sentence for what cannot be used."""

import numpy as np
import pytest
from PIL import Image

from secondunit.media import mattes
from secondunit.schema import InputError
from tests.media.material import box, exr

WIDE, HIGH = 16, 12
DISPLAY = (0, 0, WIDE - 1, HIGH - 1)
FRAMES = range(1001, 1004)


def shape():
    """A soft ramp, black at the left, white at the right."""
    return np.broadcast_to(np.linspace(0, 1, WIDE, dtype=np.float32), (HIGH, WIDE)).copy()


def grey(path, matte=None):
    Image.fromarray((255 * (shape() if matte is None else matte)).round().astype(np.uint8)).save(path)
    return path


def written(tmp_path, *files):
    folder = tmp_path / "out"
    folder.mkdir()
    mattes.write(files, DISPLAY, folder)
    return [mattes.read(folder, n) for n in range(len(files))]


def test_a_sequence_is_taken_by_the_plates_numbers(tmp_path):
    for number in range(999, 1006):
        grey(tmp_path / f"roto.{number:04d}.png")
    found = mattes.listed(str(tmp_path / "roto.####.png"), FRAMES)
    assert found.numbered
    assert [path.name for path in found.files] == [f"roto.{n}.png" for n in FRAMES]


def test_one_file_is_a_still_also_where_its_name_ends_in_a_number(tmp_path):
    found = mattes.listed(str(grey(tmp_path / "roto.1001.png")), FRAMES)
    assert not found.numbered
    assert len(found.files) == 1


def test_a_pattern_that_matches_one_frame_is_no_still(tmp_path):
    grey(tmp_path / "roto.1001.png")
    with pytest.raises(InputError, match=r"roto\.####\.png lacks frames 1002-1003 of the plate's 1001-1003: give a"):
        mattes.listed(str(tmp_path / "roto.####.png"), FRAMES)


@pytest.mark.parametrize(("depth", "suffix"), [(np.uint8, "png"), (np.uint16, "tif")])
def test_values_are_taken_as_they_are_stored(tmp_path, depth, suffix):
    most = np.iinfo(depth).max
    path = tmp_path / f"m.{suffix}"
    Image.fromarray((most * shape()).round().astype(depth)).save(path)
    (matte,) = written(tmp_path, path)
    assert matte == pytest.approx(shape(), abs=0.003)
    assert matte.min() == 0
    assert matte.max() == 1


def test_an_exr_may_hold_alpha_alone_and_black_beyond_its_data_window(tmp_path):
    part = np.ascontiguousarray(shape()[2:8, 4:12])
    path = exr(tmp_path / "m.exr", {"A": part}, dataWindow=box(4, 2, 11, 7), displayWindow=box(*DISPLAY))
    (matte,) = written(tmp_path, path)
    assert matte[2:8, 4:12] == pytest.approx(part, abs=1e-3)
    assert matte.sum() == pytest.approx(part.sum(), rel=1e-3)


def test_alpha_counts_in_all_frames_where_it_says_something_in_one(tmp_path):
    """The plate's own colours lie under the matte of many a roto: a white alpha must not bring them up."""
    dark, files = np.full((HIGH, WIDE), 0.1, np.float32), []
    for number, alpha in ((1, shape()), (2, np.ones_like(dark))):
        files.append(exr(tmp_path / f"m.{number}.exr", {**dict.fromkeys("RGB", dark), "A": alpha}))
    first, second = written(tmp_path, *files)
    assert first == pytest.approx(shape(), abs=1e-3)
    assert (second == 1).all()


def test_where_no_alpha_says_anything_the_brightest_channel_is_the_matte(tmp_path):
    path = exr(tmp_path / "m.exr", {"R": shape(), "G": 0 * shape(), "B": 0 * shape(), "A": 0 * shape() + 1})
    assert written(tmp_path, path)[0] == pytest.approx(shape(), abs=1e-3)


def test_another_size_is_named_with_both(tmp_path):
    small = grey(tmp_path / "m.png", shape()[:, :8])
    with pytest.raises(InputError, match=r"m\.png is 8 x 12 pixels and the plate 16 x 12"):
        mattes.check([small], DISPLAY)


def test_no_number_is_named_with_its_place(tmp_path):
    bad = shape()
    bad[5, 3] = bad[7, 1] = np.nan
    path = exr(tmp_path / "m.exr", dict.fromkeys("RGB", bad))
    with pytest.raises(
        InputError, match=r"m\.exr has 2 pixels that are NaN or infinite, the first at x 3, y 5: repair"
    ):
        mattes.check([path], DISPLAY)


def test_black_everywhere_is_refused_and_in_one_frame_is_not(tmp_path):
    black, lit = grey(tmp_path / "a.png", 0 * shape()), grey(tmp_path / "b.png")
    mattes.check([black, lit], DISPLAY)
    with pytest.raises(InputError, match="is black everywhere: it must be white where the performer is in front"):
        mattes.check([black], DISPLAY)
    with pytest.raises(InputError, match="is black everywhere in all 2 frames"):
        mattes.check([black, black], DISPLAY)


def test_a_movie_and_no_picture_are_one_sentence(tmp_path):
    movie = tmp_path / "m.mov"
    movie.write_bytes(b"\0\0\0\x14ftypqt  " + bytes(64))
    with pytest.raises(InputError, match=r"m\.mov is a movie where a still or a sequence is needed"):
        mattes.listed(str(movie), FRAMES)
    with pytest.raises(InputError, match="There is no file"):
        mattes.listed(str(tmp_path / "gone.png"), FRAMES)
