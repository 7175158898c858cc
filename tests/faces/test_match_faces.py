"""Faces compared with those of enrolled performers: what distances say, how often that errs, what leaves the child."""

import json
import math
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondunit.faces import enrol, heads, identity, inspect, models
from secondunit.media.child import Child
from secondunit.schema import InputError, Match, Tri
from secondunit.schema.identity import Rates, upper_bound
from tests.faces.test_inspect_people import BLANK, plate, write
from tests.faces.test_inspect_people import street as with_somebody

BELOW, FROM, MARGIN = identity.MATCH_BELOW, identity.NOBODY_FROM, identity.MARGIN
DISTANCES = st.dictionaries(st.sampled_from(["Pia", "Quin", "Tom"]), st.floats(0, 2), max_size=3)


# ---- what distances say


@pytest.mark.parametrize(
    ("distances", "said"),
    [
        ({"Pia": 0.0}, (Match.MATCH, ("Pia",))),
        ({"Pia": math.nextafter(BELOW, 0)}, (Match.MATCH, ("Pia",))),
        ({"Pia": BELOW}, (Match.NEAR, ("Pia",))),
        ({"Pia": math.nextafter(FROM, 0)}, (Match.NEAR, ("Pia",))),
        ({"Pia": FROM}, (Match.NOBODY, ())),
        ({"Pia": 0.3, "Quin": 0.3 + MARGIN + 1e-9}, (Match.MATCH, ("Pia",))),
        ({"Pia": 0.3, "Quin": 0.3 + MARGIN / 2}, (Match.NEAR, ("Pia", "Quin"))),
        ({"Pia": 0.3, "Quin": 0.3}, (Match.NEAR, ("Pia", "Quin"))),
        ({"Pia": 0.3, "Quin": math.nan}, (Match.UNKNOWN, ())),
        ({}, (Match.UNKNOWN, ())),
    ],
)
def test_what_distances_say(distances, said):
    assert identity.decided(distances) == said


@given(DISTANCES, st.randoms(use_true_random=False))
def test_a_match_is_clear_or_it_is_none(distances, random):
    match, of = identity.decided(distances)
    names = random.sample(sorted(distances), len(distances))
    assert identity.decided({name: distances[name] for name in names}) == (match, of)
    assert len(of) == {Match.MATCH: 1, Match.NOBODY: 0, Match.UNKNOWN: 0}.get(match, len(of))
    if match is Match.MATCH:
        others = [distance for name, distance in distances.items() if name not in of]
        assert distances[of[0]] < BELOW
        assert all(distance >= distances[of[0]] + MARGIN for distance in others)
    if match is Match.NOBODY:
        assert min(distances.values()) >= FROM


def test_nobody_is_in_a_frame_twice():
    pia, quin = (Match.MATCH, ("Pia",)), (Match.MATCH, ("Quin",))
    assert identity.once_each([pia, quin, (Match.NOBODY, ())]) == [pia, quin, (Match.NOBODY, ())]
    assert identity.once_each([pia, quin, pia]) == [(Match.NEAR, ("Pia",)), quin, (Match.NEAR, ("Pia",))]


# ---- how often it errs


@pytest.mark.parametrize(
    ("errors", "trials", "bound"),
    [(0, 15, 1 - 0.05 ** (1 / 15)), (0, 1, 0.95), (15, 15, 1.0), (1, 20, 0.2161), (3, 100, 0.0757)],
)
def test_bound_on_a_rate(errors, trials, bound):
    """With no error in n it is 1 - 0.05^(1/n); the others are quantiles of the beta distribution, as SciPy has them."""
    assert upper_bound(errors, trials) == pytest.approx(bound, abs=1e-4)


def test_rates_count_pairs_at_the_threshold():
    mine = [[0.0], [0.3], [0.9]]
    found = identity.rates(mine, {"Quin": [[0.5], [5.0]], "Tom": [[2.0]]})
    assert (found.references, found.genuine, found.missed) == (3, 3, 2)
    assert (found.others, found.impostor, found.taken) == (2, 9, 2)


def test_rates_in_words():
    few = identity.rates([[0.0]], {})
    assert few.says() == (
        "1 reference: one picture makes no pair, so nothing is known of how often this person is missed, "
        "nobody else is enrolled, so nothing is known of how often others are taken for them"
    )
    about = {"threshold": 0.5, "references": 6, "genuine": 15, "missed": 0, "others": 2, "impostor": 24, "taken": 0}
    assert Rates(**about).says() == (
        "6 references: 0 of 15 pairs of the same person missed (at most 19 %), "
        "0 of 24 pairs of different people taken for one (at most 12 %)"
    )


# ---- with the networks


def test_dlib_is_loaded_in_the_looking_child_only():
    """A crash of it ends a child; and nothing of the 68 points is known here."""
    room = Path(identity.__file__).parent
    using = {path.name for path in room.glob("*.py") if re.search(r"import (dlib|Matcher)", path.read_text())}
    assert using == {"matcher.py", "child.py"}
    assert not [model.name for model in models.MODELS if "68" in model.name]


@pytest.fixture(scope="module")
def matcher(network):
    """Needs the detector too."""
    try:
        models.matcher()
    except models.Missing as missing:
        pytest.skip(f"{missing}: `make matching` installs it where there is a wheel of it")


def reference(folder, name="a.png", wide=160):
    """A picture with the head that `street` shows, larger."""
    shown = heads.paste(heads.wall(320, 320), heads.head(wide), 70, 40)
    cv2.imwrite(str(folder / name), cv2.cvtColor(shown, cv2.COLOR_RGB2BGR))
    return folder / name


def test_an_enrolled_face_is_known_again_and_no_measure_leaves_the_child(tmp_path, matcher, monkeypatch):
    measured = enrol.measure([reference(tmp_path)], {})
    assert set(measured.models) == {model.name for model in models.MODELS} - {models.FACE_MESH.name, models.PERSON.name}
    assert len(measured.measures[0]) == 128
    answers, line = [], Child.line
    monkeypatch.setattr(Child, "line", lambda child: answers.append(line(child)) or answers[-1])
    write(tmp_path, 1001, with_somebody(somebody=True))
    known = {"Pia": measured.measures}
    found = inspect.inspect_plate(BLANK, plate(), tmp_path, enrolled=known)
    (face,) = found.faces
    assert (face.match, face.performers, found.enrolled) == (Match.MATCH, ("Pia",), ("Pia",))
    assert set(found.models) >= {model.name for model in models.MODELS} - {models.FACE_MESH.name, models.PERSON.name}
    told = [json.loads(answer) for answer in answers]
    assert [set(answer) for answer in told] == [{"known"}, {"faces", "said", "size", "opencv"}]
    assert all(len(one) == 5 for one in told[1]["faces"])
    assert told[1]["said"] == [["match", ["Pia"]]]
    stranger = {"Quin": [(np.asarray(measured.measures[0]) + 0.2).tolist()]}
    made = inspect.inspect_version(
        BLANK, plate(), tmp_path, {1001: write(tmp_path / "comp", 1001, with_somebody(True))}, enrolled=stranger
    )
    assert [(face.match, face.performers) for face in made.faces] == [(Match.NOBODY, ())]
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "a.png", "frame.1001.exr", "frame.1001.exr"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wide", "says"), [(0, "shows no faces"), (30, "too few to measure")], ids=["nobody", "too small"]
)
def test_references_that_do_not_do(tmp_path, matcher, wide, says):
    path = reference(tmp_path, wide=wide) if wide else tmp_path / "wall.png"
    if not wide:
        cv2.imwrite(str(path), heads.wall(200, 200))
    with pytest.raises(InputError, match=says):
        enrol.measure([path], {})


def test_without_a_matcher_faces_are_found_and_nobody_knows_whose(tmp_path, network, monkeypatch):
    """A child that cannot load the networks says so of every face."""
    monkeypatch.setattr(inspect, "COMMAND", ("-c", WITHOUT))
    write(tmp_path, 1001, with_somebody(somebody=True))
    monkeypatch.setattr(models, "matcher", missing)
    lines = []
    found = inspect.inspect_plate(BLANK, plate(), tmp_path, enrolled={"Pia": [[0.0] * 128]}, say=lines.append)
    assert "No face matcher is installed" in lines[0]
    assert (found.people, [face.match for face in found.faces]) == (Tri.TRUE, [Match.UNKNOWN])


def missing(*_):
    raise models.Missing("no face matcher is installed")


WITHOUT = "import sys; sys.modules['dlib'] = None\nfrom secondunit.faces.child import main; main()"


def test_nobody_is_enrolled_without_a_matcher(tmp_path, monkeypatch):
    monkeypatch.setattr(models, "find", missing)
    with pytest.raises(InputError, match="Nobody can be enrolled here: no face matcher is installed; `make matching`"):
        enrol.measure([tmp_path / "a.png"], {})
