"""Text is found and read in a picture; what the networks answer becomes outlines and letters as it should."""

import numpy as np
import pytest

from secondunit.faces.heads import wall
from secondunit.signs import networks as parts
from secondunit.signs import read
from secondunit.signs.alphabet import alphabet, fields
from secondunit.signs.read import levels
from tests.signs import boards

# ---- with the networks


@pytest.mark.parametrize(
    ("word", "height", "how"),
    [
        ("PANADERÍA", 8, {}),
        ("Café Español", 16, {"tilt": 15}),
        ("HOTEL", 30, {"yaw": 30}),
        ("Peluquería", 16, {"contrast": 0.15}),
    ],
)
def test_sign_is_read(networks, word, height, how):
    picture, (x, y) = boards.hung(word, height, **how)
    (line,) = read.read(picture, *networks)
    assert line.text == word
    assert line.confidence > read.SURE
    assert line.box[0] < x < line.box[2]
    assert line.box[1] < y < line.box[3]
    assert line.box[3] - line.box[1] < 8 * height


def test_nothing_is_read_on_a_wall(networks):
    assert read.read(wall(270, 480), *networks) == ()


@pytest.mark.parametrize("tilt", [-90, 90])
def test_sign_that_runs_up_or_down_is_read(networks, tilt):
    picture, _ = boards.hung("FARMACIA", 12, tilt=tilt)
    assert [line.text for line in read.read(picture, *networks)] == ["FARMACIA"]


# ---- without them


def varint(number):
    low, rest = number & 127, number >> 7
    return bytes([low | 128]) + varint(rest) if rest else bytes([low])


def held(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def test_letters_come_out_of_the_file():
    note = held(1, b"character") + held(2, "a\nñ\n懮".encode())
    model = b"\x08\x07" + held(7, b"x" * 300) + held(14, held(1, b"other") + held(2, b"no")) + held(14, note)
    assert alphabet(model) == ("", "a", "ñ", "懮", " ")
    with pytest.raises(ValueError, match="lists no letters"):
        alphabet(held(7, b"x"))
    with pytest.raises(ValueError, match="kind 5"):
        list(fields(b"\x0d\x00\x00\x00\x00"))


def test_repeats_are_one_letter_unless_a_blank_parts_them():
    steps = np.zeros((7, 3), np.float32)
    for step, (index, sure) in enumerate([(0, 0.9), (1, 0.8), (1, 0.2), (0, 0.9), (1, 0.6), (2, 0.4), (0, 1.0)]):
        steps[step, index] = sure
    text, confidence = parts.spelt(steps, ("", "a", "b"))
    assert text == "aab"
    assert confidence == pytest.approx(0.6)
    assert parts.spelt(np.array([[1.0, 0.0]]), ("", "a")) == ("", 0.0)


def test_outline_is_grown_round_what_is_sure():
    sure = np.zeros((60, 200), np.float32)
    sure[20:31, 50:151] = 0.9
    sure[50:56, 0:40] = 0.3  # too faint on average
    sure[2:4, 2:4] = 1.0  # too small
    (outline,) = parts.outlines(sure)
    grown = 100 * 10 * parts.GROWN / 110 / 2
    assert outline.min(axis=0) == pytest.approx((50 - grown, 20 - grown), abs=0.01)
    assert outline.max(axis=0) == pytest.approx((150 + grown, 30 + grown), abs=0.01)


@pytest.mark.parametrize("first", range(4))
def test_line_is_straightened_from_whichever_corner_it_begins(first):
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[40:60, 50:150] = (200, 0, 0)
    picture[40:60, 50:70] = (0, 200, 0)
    outline = np.roll(np.float32([(50, 40), (150, 40), (150, 60), (50, 60)]), first, axis=0)
    (line,) = parts.straightened(picture, outline)
    assert line.shape == (parts.HEIGHT, 240, 3)
    assert tuple(line[24, 20]) == (0, 200, 0)
    assert tuple(line[24, 200]) == (200, 0, 0)


def test_line_that_stands_is_given_both_ways():
    picture = np.zeros((200, 100, 3), np.uint8)
    picture[50:70, 40:60] = 200
    down, up = parts.straightened(picture, np.float32([(40, 50), (60, 50), (60, 150), (40, 150)]))
    assert (down.shape, up.shape) == ((parts.HEIGHT, 240, 3),) * 2
    assert (down == up[::-1, ::-1]).all()
    assert {int(down[24, 20, 0]), int(up[24, 20, 0])} == {0, 200}


@pytest.mark.parametrize(
    ("height", "width", "widest", "smallest"),
    [(1080, 1920, 1932, 966), (500, 700, 1400, 700), (2160, 3840, 2732, 684), (1, 1, 2, 2), (8, 9000, 18000, 562)],
)
def test_levels_go_down_to_one_tile(height, width, widest, smallest):
    sizes = [level.shape[1] for level, _ in levels(np.zeros((height, width, 3), np.uint8))]
    assert (sizes[0], sizes[-1]) == (pytest.approx(widest, abs=2), pytest.approx(smallest, abs=2))
    for level, ratio in levels(np.zeros((height, width, 3), np.uint8)):
        assert level.shape[1] * ratio == pytest.approx(width, rel=0.51)


def test_tiles_cover_a_large_picture():
    covered = np.zeros((5000, 4100), bool)
    for tile, (left, top) in read._tiles(covered):
        assert max(tile.shape) <= read.TILE
        covered[int(top) : int(top) + tile.shape[0], int(left) : int(left) + tile.shape[1]] = True
    assert covered.all()
