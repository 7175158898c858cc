"""`bench age` on tiny material: two ages of a head, a still of three frames. What it says, and that nothing is left."""

import json
import os
import shlex
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from secondunit.faces import follow, models
from secondunit.media import frames
from secondunit.runner import bench_age
from secondunit.schema import InputError
from secondunit.tools.age_trial import on_clip, on_heads, pictures
from tests.cli.front import Front

PLATE = Path(__file__).parents[2] / "examples" / "head" / "plate.jpg"
MOLES = [[190.0, 150.0]]


@pytest.fixture(scope="module", autouse=True)
def _networks():
    try:
        follow.networks()
    except models.Missing as missing:
        pytest.skip(f"{missing}: `make` installs it where there is a wheel of it")


@pytest.fixture
def front(capfd, monkeypatch):
    return Front(capfd, monkeypatch)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A crop of the example's still, small; scratch folders of the command go below tmp_path/temporary."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(bench_age, "OWN", tmp_path / "nowhere")
    whole = cv2.imread(str(PLATE))
    path = tmp_path / "face.png"
    cv2.imwrite(str(path), cv2.resize(whole[:, 210:750], (240, 240), interpolation=cv2.INTER_AREA))
    return path


def rendered(folder, still):
    """A head at two ages, the younger one blurred, as `make_pairs.py` leaves them."""
    code = cv2.imread(str(still))[..., ::-1].astype(np.float32) / 255
    marks = {"eye_outer_l": [145, 100], "eye_outer_r": [90, 100], "chin": [118, 175]}
    for years, name in ((68.0, "old"), (35.0, "young")):
        (folder / "0007" / name).mkdir(parents=True)
        light = pictures.linear(code if years > 50 else cv2.GaussianBlur(code, (0, 0), 1))
        channels = {channel: np.ascontiguousarray(light[..., n]) for n, channel in enumerate("RGB")}
        frames.write_layer(folder / "0007" / name / "frame.1001.exr", channels)
        seen = {"moles_px": MOLES, "moles_facing": [True], "landmarks_px": marks}
        truth = {
            "age": {"years": years},
            "identity": {"seed": 7, "moles": [{"radius_mm": 2.0}]},
            "frames": {1001: seen},
        }
        (folder / "0007" / name / "truth.json").write_text(json.dumps(truth))


def estimator(folder, last):
    """A command line that answers with the brightness of pictures, or with whatever the last line of it prints."""
    script = folder / "guess.py"
    lines = ("import sys, cv2", "def mean(path): return float(cv2.imread(path).mean() / 255)", last)
    script.write_text("\n".join(lines))
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}"


def test_a_table_of_every_gate_on_tiny_material(front, small, tmp_path, monkeypatch):
    rendered(tmp_path / "pairs", small)
    monkeypatch.setattr(on_heads, "SHARES", (0.5, 1.0))
    monkeypatch.setattr(on_clip, "PASSING", ("hand",))
    guess = estimator(tmp_path, "print([100 * mean(path) for path in sys.argv[1:]])")
    before = set(tmp_path.rglob("*"))
    words = ("bench", "age", "--pairs", tmp_path / "pairs", "--still", small, "--frames", 3, "--no-speed", "--json")
    ended = front(*words, "--estimator", guess)
    assert ended.status == 0, ended.err
    assert "No picture is written outside a temporary folder" in ended.err
    assert set(tmp_path.rglob("*")) == before
    figures = {figure["name"]: figure for figure in ended.json["figures"]}
    grain = figures["cheek grain kept"]
    assert grain["count"] == 1
    assert 0.3 < grain["value"] < 1.2
    assert 0 < figures["flicker, by the mean edit"]["value"] < 1
    assert figures["edit on a hand's colour, skin"]["count"] > 0
    assert "make_pairs.py" in figures["age on the recipe's scale falls by"]["missing"]
    brightness = 100 * float((cv2.imread(str(small)) / 255).mean())
    assert figures["estimated age of the source"]["value"] == pytest.approx(brightness, abs=4)
    assert figures["estimated age falls by, over 60"]["met"] is None
    assert figures["same, of the young render"]["value"] == pytest.approx(0, abs=1)
    assert figures["frames a second and core"]["missing"] == "left out by --no-speed"
    gated = [figure for figure in figures.values() if figure["gate"]]
    assert f"Of {len(gated)} gates" in ended.json["said"]


def test_stopping_leaves_nothing_behind(front, small, tmp_path, monkeypatch):
    monkeypatch.setattr(on_clip, "measure", lambda *given: os.kill(os.getpid(), 2) or given[-1]("stage", 0, 1))
    ended = front("bench", "age", "--still", small, "--no-speed")
    assert ended.status == 130
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("option", ["--pairs", "--still"])
def test_material_that_does_not_do_is_a_sentence(front, small, tmp_path, option):
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((120, 120, 3), 128, np.uint8))
    given = {"--still": tmp_path / "grey.png", "--pairs": tmp_path}[option]
    words = ("--still", small) if option == "--pairs" else ()
    ended = front("bench", "age", option, given, *words, "--no-speed")
    assert ended.status == 2
    assert ("No pairs lie in" if option == "--pairs" else "No face was found") in ended.err


@pytest.mark.parametrize("last", ["print('about forty')", "print([40])", "sys.exit('no face network here')"])
def test_an_estimator_that_does_not_answer_is_a_sentence(small, tmp_path, last):
    asked = bench_age._Estimator(estimator(tmp_path, last))
    with pytest.raises(InputError, match=r"--estimator .* did not answer with one JSON list of years \(.+\)"):
        asked.years([small, small])


def test_an_estimator_that_is_not_there_is_a_sentence(front, small):
    ended = front("bench", "age", "--still", small, "--no-speed", "--estimator", "no-such-program --quick")
    assert ended.status == 2
    assert "--estimator no-such-program --quick: no such program" in ended.err
