"""A plate read in a process of its own: what goes on record, and that no answer is never "no signs"."""

import json

import numpy as np
import pytest

from secondunit.faces.heads import wall
from secondunit.media.limits import Limits
from secondunit.media.shown import spread
from secondunit.media.weights import Found
from secondunit.schema import Signs, Tri
from secondunit.schema.signs import LONGEST, MOST_SIGNS
from secondunit.signs import inspect, models
from tests.signs import boards

BLANK = Signs(subject="A010/PL01_v001", subject_sha256="0" * 64, at="2026-11-22T10:00:00.000000Z")


def test_sign_in_an_anamorphic_clip_is_read_in_its_own_pixels(shot, networks, tmp_path):
    picture, (x, y) = boards.hung("FARMACIA", 24)
    squeezed = np.ascontiguousarray(picture[:, ::2])
    plate = shot(wall(*squeezed.shape[:2]), squeezed, aspect=2.0)
    found = inspect.read_plate(BLANK, plate, tmp_path)
    assert (found.legible, found.frames) == (Tri.TRUE, (1001, 1002))
    (sign,) = found.signs
    assert (sign.text, sign.frame) == ("FARMACIA", 1002)
    assert sign.box[0] < x / 2 < sign.box[2]
    assert sign.box[1] < y < sign.box[3]
    assert found.reader.startswith("PP-OCRv6_det_small.onnx and PP-OCRv6_rec_small.onnx of rapidocr ")
    assert found.models == {model.name: model.sha256 for model in models.MODELS}


def test_first_last_and_one_between_are_read():
    assert spread(1001, 1120, inspect.SAMPLE) == (1001, 1060, 1120)
    assert spread(1001, 1001, inspect.SAMPLE) == (1001,)


@pytest.fixture
def answering(monkeypatch, shot, tmp_path):
    """Reads a plate with a child that does something else than reading; returns the record, and what was said."""

    def read(deed):
        script = f"import sys, os, time; sys.stdin.readline(); sys.stdin.readline(); {deed}; sys.stdin.read()"
        monkeypatch.setattr(inspect, "COMMAND", ("-c", script))
        monkeypatch.setattr(inspect, "LIMITS", Limits(frame_s=5))
        monkeypatch.setattr(models, "find", lambda model: Found(model, tmp_path, "rapidocr 9"))
        lines = []
        return inspect.read_plate(BLANK, shot(wall(8, 8)), tmp_path, say=lines.append), lines

    return read


def answer(*lines):
    return f"print({json.dumps({'lines': lines, 'opencv': '5'})!r}, flush=True)"


@pytest.mark.parametrize(
    ("deed", "says"),
    [
        ("os.abort()", "SIGABRT"),
        ("print('not json', flush=True)", "makes no sense"),
        ("print('{}', flush=True)", "stays unknown"),
        ('print(\'{"failed": "no memory"}\', flush=True)', "no memory"),
        (answer(["HOTEL", 0, 0, 1, 1, float("nan")]), "stays unknown"),
        (answer(["HOTEL", 0, 0, 1, 1, 7.0]), "stays unknown"),
        (answer(["HOTEL", 0, 0]), "stays unknown"),
        (answer([5, 0, 0, 1, 1, 0.9]), "stays unknown"),
    ],
)
def test_failure_is_unknown_and_said(answering, deed, says):
    found, (line,) = answering(deed)
    assert (found.legible, found.signs) == (Tri.UNKNOWN, ())
    assert found.reader != ""
    assert says in line
    assert "\n" not in line


def test_without_networks_nobody_can_tell(shot, tmp_path, monkeypatch):
    def missing(model):
        raise models.Missing("rapidocr is not installed")

    monkeypatch.setattr(models, "find", missing)
    found = inspect.read_plate(BLANK, shot(wall(8, 8)), tmp_path)
    assert (found.legible, found.reader, found.frames) == (Tri.UNKNOWN, "", ())


def test_hostile_words_are_plain_on_record(answering):
    """What a child says is not believed: it may have been taken over by a picture."""
    nasty = "\x1b[2J[red]HO\u202eTEL[/red]\r\n\u200b\x07"
    found, _ = answering(
        answer([nasty, 0, 0, 1, 1, 0.9], ["\x00\u200b", 0, 0, 1, 1, 0.9], ["X" * 999, 0, 0, 1, 1, 0.8])
    )
    assert [sign.text for sign in found.signs] == ["[2J[red]HOTEL[/red]", "X" * LONGEST]


def test_only_the_surest_of_too_many_are_kept(answering):
    found, _ = answering(answer(*([f"sign {n}", 0, 0, 1, 1, n / 1000] for n in range(MOST_SIGNS + 50))))
    assert len(found.signs) == MOST_SIGNS
    assert found.signs[0].text == f"sign {MOST_SIGNS + 49}"
    assert found.signs[-1].text == "sign 50"
