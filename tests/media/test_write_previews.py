"""Preview movies and contact sheets: what the players read, and that the colours are the ones given."""

from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from secondunit.media import colour, contact, movies
from secondunit.schema import WorkFailed
from tests.media.material import ingest, ramp

PATCHES = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128), (200, 120, 60), (16, 40, 90), (255, 255, 255)]


def patches():
    return np.concatenate([np.full((64, 32, 3), patch, np.uint8) for patch in PATCHES], axis=1)


def test_tags_size_rate_and_order_of_boxes(tmp_path):
    path = tmp_path / "p.mp4"
    assert movies.write_preview(path, [ramp(61, 47)] * 7, fps=23.976, pixel_aspect=2.0) == 7
    with av.open(str(path)) as movie:
        stream = movie.streams.video[0]
        context = stream.codec_context
        assert (stream.codec.name, context.pix_fmt, stream.frames) == ("h264", "yuv420p", 7)
        assert (stream.width, stream.height) == (64, 48)
        assert stream.average_rate == Fraction(24000, 1001)
        assert stream.sample_aspect_ratio == 2
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (1, 13, 1, 1)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "the index must come first, to play while loading"


def test_video_plates_keep_their_transfer_tag(tmp_path):
    movies.write_preview(tmp_path / "p.mp4", [ramp()], fps=25, view=colour.VIDEO)
    with av.open(str(tmp_path / "p.mp4")) as movie:
        assert movie.streams.video[0].codec_context.color_trc == 1


def test_colours_come_back(tmp_path):
    picture = patches()
    movies.write_preview(tmp_path / "p.mp4", [picture] * 3, fps=24, crf=1)
    plate = ingest(tmp_path / "p.mp4", tmp_path / "s")
    from secondunit.media.frames import read_rgb

    shown = colour.show(read_rgb(tmp_path / "s" / "frame.1002.exr"), colour.view_for(plate.colorspace)).astype(int)
    centres = slice(16, None, 32)
    # 8-bit limited-range YCbCr holds RGB to about two codes; the coder adds one.
    assert np.abs(shown[32, centres] - picture[32, centres]).max() <= 4


def test_edges_are_repeated():
    padded = movies.pad(ramp(61, 47))
    assert padded.shape == (48, 64, 3)
    assert np.array_equal(padded[:47, :61], ramp(61, 47))
    assert np.array_equal(padded[47, 60], padded[46, 60])


def test_same_pictures_give_the_same_bytes(tmp_path):
    noise = np.random.default_rng(1).integers(0, 255, (6, 64, 64, 3), np.uint8)
    for name in ("a.mp4", "b.mp4"):
        movies.write_preview(tmp_path / name, noise, fps=24)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_nothing_to_show_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(WorkFailed, match="no frames"):
        movies.write_preview(tmp_path / "p.mp4", [], fps=24)
    assert list(tmp_path.iterdir()) == []


def test_contact_sheet_shows_every_frame_with_its_number(tmp_path):
    pictures = {number: np.full((54, 96, 3), number - 950, np.uint8) for number in (1001, 1025, 1060, 1120)}
    contact.write_contact(tmp_path / "c.png", pictures, title="AGM_010 v001", columns=3, cell_width=96)
    sheet = np.asarray(Image.open(tmp_path / "c.png").convert("RGB"))
    for number in pictures:
        assert (sheet == number - 950).all(axis=2).sum() >= 54 * 96
    letters = (sheet > 200).all(axis=2)
    assert letters[:60].sum() > 100, "a title"
    assert letters[60:].sum() > 150, "frame numbers"


def test_contact_sheet_respects_pixel_aspect_and_long_titles(tmp_path):
    pictures = {1001: np.full((50, 100, 3), 77, np.uint8)}
    contact.write_contact(tmp_path / "c.png", pictures, title="long " * 200, cell_width=200, pixel_aspect=2.0)
    sheet = np.asarray(Image.open(tmp_path / "c.png").convert("RGB"))
    assert (sheet == 77).all(axis=2).sum() == 200 * 50
    assert sheet.shape[1] == 200 + 2 * contact.MARGIN


def test_letters_the_font_lacks_are_replaced(tmp_path):
    pictures = {1001: np.zeros((9, 9, 3), np.uint8)}
    for name, title in (("a", "frames 1-2"), ("b", "frames 1\u20132"), ("c", "frames 1?2"), ("d", "frames 1\u65e52")):
        contact.write_contact(tmp_path / f"{name}.png", pictures, title=title)
    sheets = {name: (tmp_path / f"{name}.png").read_bytes() for name in "abcd"}
    assert sheets["a"] == sheets["b"]
    assert sheets["c"] == sheets["d"]


def test_frames_are_spread_evenly():
    assert contact.pick(1001, 1120, 5) == [1001, 1031, 1061, 1090, 1120]
    assert contact.pick(1001, 1002, 12) == [1001, 1002]
    assert contact.pick(1001, 1001, 12) == [1001]
