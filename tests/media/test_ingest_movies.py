"""Movies: code values by their own matrix and range, colour by their tags, rate, timecode, damage."""

from fractions import Fraction

import numpy as np
import OpenEXR
import pytest

from secondunit.media import colour, frames
from secondunit.schema import InputError
from tests.media.material import flat422, ingest, left_behind, movie


def first(staging):
    return frames.read_rgb(staging / "frame.1001.exr")


def flat420(y, cb, cr, shape=(48, 64)):
    half = (shape[0] // 2, shape[1] // 2)
    return [np.full(shape, y), np.full(half, cb), np.full(half, cr)]


def test_ten_bit_prores_gives_the_closed_form(tmp_path):
    levels = np.linspace(64, 940, 64).round()
    planes = [np.tile(levels, (48, 1)), np.full((48, 32), 512), np.full((48, 32), 512)]
    movie(tmp_path / "a.mov", [planes], profile=3, qscale=1)
    ingest(tmp_path / "a.mov", tmp_path / "s")
    expected = ((levels - 64) / 876) ** 2.4
    # ProRes at its finest quantiser keeps a ramp within a 10-bit step or two.
    assert np.abs(first(tmp_path / "s")[24, :, 1] ** (1 / 2.4) - expected ** (1 / 2.4)).max() < 3 / 876


def test_rate_numbers_and_timecode_survive(tmp_path):
    pictures = [flat422(300 + 10 * index, 512, 512) for index in range(5)]
    movie(tmp_path / "a.mov", pictures, rate=Fraction(30000, 1001), timecode="00:59:59;28")
    plate = ingest(tmp_path / "a.mov", tmp_path / "s", fps=30000 / 1001)
    assert (plate.kind, plate.first_frame, plate.last_frame) == ("movie", 1001, 1005)
    assert plate.fps == pytest.approx(30000 / 1001)
    assert plate.timecode == "00:59:59;28"
    header = OpenEXR.File(str(tmp_path / "s" / "frame.1003.exr")).header()
    code = header["timeCode"]
    assert (code.hours, code.minutes, code.seconds, code.frame) == (1, 0, 0, 0)
    assert header["framesPerSecond"] == Fraction(30000, 1001)
    assert plate.notes == ()


@pytest.mark.parametrize(("matrix", "kr", "kb"), [("bt709", 0.2126, 0.0722), ("bt2020", 0.2627, 0.0593)])
def test_matrix_tag_is_honoured(matrix, kr, kb, tmp_path):
    y, cb, cr = 500, 560, 450
    movie(tmp_path / "a.mov", [flat422(y, cb, cr)], tags=matrix, profile=3, qscale=1)
    plate = ingest(tmp_path / "a.mov", tmp_path / "s")
    luma, blue, red = (y - 64) / 876, (cb - 512) / 896, (cr - 512) / 896
    code = np.array([luma + 2 * (1 - kr) * red, 0, luma + 2 * (1 - kb) * blue])
    code[1] = (luma - kr * code[0] - kb * code[2]) / (1 - kr - kb)
    expected = colour.to_working(code.reshape(1, 1, 3), plate.colorspace)[0, 0]
    assert np.allclose(first(tmp_path / "s")[20, 20], expected, rtol=6e-3)
    assert plate.colorspace == {"bt709": colour.GAMMA24, "bt2020": "Gamma 2.4 Encoded Rec.2020"}[matrix]


@pytest.mark.parametrize(("full", "low", "high"), [(False, 16, 235), (True, 0, 255)])
def test_range_tag_is_honoured(full, low, high, tmp_path):
    picture = flat420(0, 128, 128)
    picture[0][:, :32], picture[0][:, 32:] = low, high
    kind = {"codec": "libx264", "fmt": "yuv420p", "crf": 1}
    movie(tmp_path / "a.mp4", [picture] * 3, full=full, **kind)
    ingest(tmp_path / "a.mp4", tmp_path / "s")
    pixels = first(tmp_path / "s")
    assert np.abs(pixels[24, 8]).max() < 1e-3
    assert np.allclose(pixels[24, 56], 1, atol=0.02)


def test_hdr_tags_choose_pq(tmp_path):
    # Code 0.5081 is 100 cd/m2 in ST 2084: 1.0 in the working space.
    movie(tmp_path / "a.mov", [flat422(round(64 + 876 * 0.508078), 512, 512)], tags="pq", profile=3, qscale=1)
    plate = ingest(tmp_path / "a.mov", tmp_path / "s")
    assert plate.colorspace == "Rec.2100-PQ - Display"
    assert np.allclose(first(tmp_path / "s")[24, 24], 1, rtol=0.02)


def test_untagged_movie_is_guessed_and_said(tmp_path):
    movie(tmp_path / "a.mov", [flat422(500, 512, 512)], tags="none")
    said = []
    plate = ingest(tmp_path / "a.mov", tmp_path / "s", said)
    assert plate.colorspace == colour.GAMMA24
    assert "UNSPECIFIED" in said[0]
    assert "--colorspace" in said[0]


def test_camera_log_given_by_name(tmp_path):
    # ARRI LogC3 EI800 encodes 18 % grey as 0.391007 (ARRI, "Log C curve", 2017).
    movie(tmp_path / "a.mov", [flat422(round(64 + 876 * 0.391007), 512, 512)], profile=3, qscale=1)
    plate = ingest(tmp_path / "a.mov", tmp_path / "s", colorspace="arri_logc3_ei800")
    assert plate.colorspace == "ARRI LogC3 (EI800)"
    assert np.allclose(first(tmp_path / "s")[24, 24], 0.18, rtol=0.01)


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.97])
def test_truncated_movie_leaves_nothing(keep, tmp_path):
    path = movie(tmp_path / "a.mov", [flat422(300 + index, 512, 512) for index in range(8)])
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(InputError, match=r"a\.mov is damaged or cut short"):
        ingest(path, tmp_path / "s")
    assert left_behind(tmp_path / "s") == []


def test_frames_missing_behind_a_whole_index_are_counted(tmp_path):
    pictures = [flat420(60 + 20 * index, 128, 128) for index in range(8)]
    path = movie(tmp_path / "a.mp4", pictures, codec="libx264", fmt="yuv420p", crf=1, movflags="faststart")
    from secondunit.media.movies import write_preview

    noise = np.random.default_rng(1).integers(0, 255, (12, 48, 64, 3), np.uint8)
    write_preview(path, noise, fps=24, crf=1)  # its index stands first
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match=r"a\.mp4 is (damaged|cut short)"):
        ingest(path, tmp_path / "s")
    assert left_behind(tmp_path / "s") == []


def test_movie_renamed_as_a_picture_is_still_a_movie(tmp_path):
    movie(tmp_path / "a.mov", [flat422(500, 512, 512)]).rename(tmp_path / "a.jpg")
    assert ingest(tmp_path / "a.jpg", tmp_path / "s").kind == "movie"


def test_movie_for_a_clean_plate_is_refused(tmp_path):
    path = movie(tmp_path / "a.mov", [flat422(500, 512, 512)])
    with pytest.raises(
        InputError, match=r"a\.mov is a movie where a still or a sequence is needed for the clean plate"
    ):
        ingest(path, tmp_path / "s", clean=str(path))
    assert left_behind(tmp_path / "s") == []
