"""From a brief's words to a strength; which face is meant."""

import numpy as np
import pytest

from secondunit.faces.track import Track
from secondunit.schema import AgeBrief, InputError
from secondunit.tools.age import tool
from secondunit.tools.age.plan import YEARS_AT_FULL, lines_seed, plan, strength_said, strengths
from secondunit.tools.age.whose import chosen


def brief(**words):
    return AgeBrief.read(shot="A010", performer="Pia", **words)


@pytest.mark.parametrize(("way", "sign"), [("younger", -1), ("older", 1)])
def test_years_are_strength_up_to_the_most(way, sign):
    full = YEARS_AT_FULL[way]
    plans = [plan(brief(by_years=sign * years, apparent_age=70)) for years in range(1, 40)]
    assert {one.younger for one in plans} == {way == "younger"}
    amounts = [one.amount for one in plans]
    assert amounts == sorted(amounts)
    assert amounts[0] == pytest.approx(1 / full)
    assert amounts[-1] == 1.0


def test_what_cannot_be_reached_is_said():
    far = plan(brief(by_years=-40, apparent_age=70))
    assert f"reaches about {YEARS_AT_FULL['younger']} of them" in far.said
    assert "reaches" not in plan(brief(by_years=-5, apparent_age=70)).said


def test_to_an_age_is_by_the_years_between():
    assert plan(brief(to_age=60, apparent_age=66)) == plan(brief(by_years=-6, apparent_age=66))
    assert not plan(brief(to_age=80, apparent_age=66)).younger


def test_older_is_said_and_so_is_what_it_does_not_reach():
    some, far = plan(brief(by_years=15, apparent_age=60)), plan(brief(to_age=95, apparent_age=60))
    assert some.said == "15 years older: strength 75%, about 6 years more or less."
    assert far.said.startswith("35 years older: strength 100%")
    assert "reaches about 20 of them" in far.said
    assert (some.volume, far.volume) == (0.75, 1.0)


def test_without_an_apparent_age_nobody_knows_which_way():
    with pytest.raises(InputError, match=r"how old they look in the plate \(--from AGE\)"):
        tool.check(brief(to_age=60), Plate(), {})


def test_lines_are_the_performers_own_in_every_shot():
    here = brief(by_years=15, apparent_age=60)
    there = AgeBrief.read(shot="B020", performer="Pia", to_age=80, apparent_age=61)
    someone = AgeBrief.read(shot="A010", performer="Sue", by_years=15, apparent_age=60)
    assert lines_seed(here) == lines_seed(there)
    assert len({lines_seed(here), lines_seed(someone), lines_seed(brief(by_years=15, apparent_age=60, seed=2))}) == 3


def test_nothing_to_change_is_a_word_before_any_work():
    with pytest.raises(InputError, match="nothing to change"):
        tool.check(brief(to_age=60, apparent_age=60), Plate(), {})


def test_strength_keys_are_told_in_the_plates_own_frames():
    keyed = brief(to_age=60, apparent_age=66, strength=((0, 0), (4, 1), (40, 0.5)))
    assert strengths(keyed, 6) == (0, 0.25, 0.5, 0.75, 1, pytest.approx(1 - 0.5 / 36))
    line = "Of that, 0% at frame 1001, 100% at frame 1005, 50% at frame 1041."
    assert strength_said(keyed, 1001, 1006) == f"{line} The plate ends at 1006, before frame 1041."
    assert strength_said(brief(to_age=60), 1001, 1006) == ""
    assert strength_said(brief(to_age=60, strength=((3, 0.4),)), 1001, 1006) == "Of that, 40% on every frame."


def test_no_strength_anywhere_is_a_word_before_any_work():
    late = brief(to_age=60, apparent_age=66, strength=((7, 0), (9, 1)))
    with pytest.raises(InputError, match=r"0 on every frame of A010/PL01_v001: .* from 0 to 7"):
        tool.check(late, Plate(), {})


def test_a_point_outside_the_plate_is_a_word_before_any_work():
    with pytest.raises(InputError, match=r"--at 700,5 lies outside the plate, which is 640 x 360"):
        tool.check(brief(to_age=60, face_at=(700, 5)), Plate(), {})


class Plate:
    """What is asked of one here."""

    shot, id, width, height = "A010", "PL01_v001", 640, 360
    frames = range(1001, 1009)


def track(x):
    spots = np.random.default_rng(1).uniform(-20, 20, (1, 468, 3)).astype(np.float32) + np.array([x, 100, 0])
    return Track(np.array([1001]), spots, np.ones(1, np.float32))


def test_one_face_needs_no_word():
    only = track(100)
    assert chosen([only], brief(to_age=40), Plate()) is only


def test_several_faces_are_asked_about_and_pointed_at():
    both = [track(100), track(300)]
    with pytest.raises(InputError, match=r"shows 2 faces, at 100,100 and 300,100 .* --at"):
        chosen(both, brief(to_age=40), Plate())
    assert chosen(both, brief(to_age=40, face_at=(295, 104)), Plate()) is both[1]
    with pytest.raises(InputError, match="is on no face"):
        chosen(both, brief(to_age=40, face_at=(200, 104)), Plate())


def test_no_face_says_what_is_needed():
    with pytest.raises(InputError, match="No face was found"):
        chosen([], brief(to_age=40), Plate())
