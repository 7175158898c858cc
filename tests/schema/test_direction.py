"""Directions and looks: strength between keys, hashes of what is said, briefs of older versions."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondunit.schema import AgeBrief, InputError, Look, LookNamed, Still, StoredFile

AT = "2026-03-01T09:30:00.000000Z"
KEYS = st.dictionaries(st.integers(0, 500), st.floats(0, 1), min_size=1, max_size=6).map(
    lambda keys: tuple(sorted(keys.items()))
)


def brief(**words):
    return AgeBrief.read(**{"shot": "A010", "performer": "Pia", "by_years": -10, "apparent_age": 60, **words})


def look(**words):
    about = {"name": "flashback", "version": "v001", "performer": "Pia", "by": "Bob", "at": AT}
    return Look.read(**{**about, "by_years": -10, "apparent_age": 60, **words})


@given(KEYS, st.integers(0, 600))
def test_strength_lies_on_straight_lines_and_holds_beyond_them(keys, frame):
    directed = brief(strength=keys)
    assert all(directed.strength_at(at) == share for at, share in keys)
    assert 0 <= directed.strength_at(frame) <= 1
    (first, low), (last, high) = keys[0], keys[-1]
    if frame <= first:
        assert directed.strength_at(frame) == low
    elif frame >= last:
        assert directed.strength_at(frame) == high
    else:
        before = max(key for key in keys if key[0] <= frame)
        after = min(key for key in keys if key[0] >= frame)
        assert min(before[1], after[1]) <= directed.strength_at(frame) <= max(before[1], after[1])


def test_half_way_is_half():
    assert [brief(strength=((10, 0), (20, 1))).strength_at(n) for n in (0, 10, 15, 20, 99)] == [0, 0, 0.5, 1, 1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"strength": ()}, "strength"),
        ({"strength": ((4, 1), (4, 0))}, "each frame once"),
        ({"strength": ((5, 1), (4, 0))}, "the earlier ones first"),
        ({"strength": ((0, 1.5),)}, "at most 1"),
        ({"strength": ((-1, 1),)}, "at least 0"),
        ({"strength": ((0.5, 1),)}, "whole number"),
        ({"strength": ((0, float("nan")),)}, "strength"),
    ],
)
def test_keys_that_are_none_are_refused(words, says):
    with pytest.raises(InputError, match=says):
        brief(**words)


@pytest.mark.parametrize("version", [2, 3])
def test_briefs_of_older_versions_are_at_full_strength_and_of_no_look(version):
    fields = json.loads(brief(regions={"neck": 0.5}).to_json())
    old = {name: value for name, value in fields.items() if name not in ("strength", "look")}
    read = AgeBrief.from_json(json.dumps(old | {"schema": f"age-brief/{version}"}))
    assert read == brief(regions={"neck": 0.5})
    assert (read.strength_at(7), read.look) == (1, None)


still = st.builds(
    Still,
    name=st.just("a.png"),
    file=st.builds(StoredFile, path=st.just("blobs/a.png"), sha256=st.from_regex(r"\A[0-9a-f]{64}\Z")),
)


@given(KEYS, st.floats(0, 2), st.dictionaries(st.sampled_from(["neck", "hair"]), st.floats(0, 2)), st.lists(still))
def test_looks_and_briefs_survive_a_round_trip(keys, volume, regions, stills):
    words = {"strength": keys, "volume": volume, "regions": regions}
    one = look(stills=tuple(stills), **words)
    again = Look.from_json(one.to_json())
    assert (again, again.content, again.digest) == (one, one.content, one.digest)
    asked = brief(**words, look=one.named)
    assert AgeBrief.from_json(asked.to_json()) == asked
    assert asked.directs_as(one)


def test_the_hash_is_of_what_a_look_says_and_of_nothing_else():
    assert look(version="v002", by="Sue", signature="x").content == look().content
    file = Still(name="a.png", file=StoredFile(path="blobs/a.png", sha256="ab" * 32))
    others = [
        look(**words).content
        for words in (
            {"name": "other"}, {"performer": "Sue"}, {"by_years": -11}, {"by_years": None, "to_age": 50},
            {"apparent_age": 61}, {"regions": {"neck": 0}}, {"volume": 0.5}, {"strength": ((0, 0.5),)}, {"seed": 2},
            {"stills": (file,)},
        )
    ]  # fmt: skip
    assert len({look().content, *others}) == 11
    # A change of this hash loses every approval given so far, and the look of every brief.
    assert look().content == "ba9c7bfaa74417be66632dee968b0400e661ea67d9cdc7445b07430fdfb970ab"
    assert look().named == LookNamed(name="flashback", version="v001", sha256=look().content)


def test_a_look_states_an_age():
    with pytest.raises(InputError, match="how old they look"):
        look(by_years=None, to_age=40, apparent_age=None)


def test_a_direction_is_said_in_one_line():
    assert look().says() == "by -10 years, from 60; strength 1; volume 1; seed 1"
    keyed = brief(strength=((0, 0), (24, 0.8)), regions={"neck": 0.5}, by_years=None, to_age=40, volume=0)
    assert keyed.says() == "to 40, from 60; strength 0 at frame 0, 0.8 at frame 24; volume 0, neck 0.5; seed 1"
