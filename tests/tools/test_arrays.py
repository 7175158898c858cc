"""A record of arrays comes back from the cache's arrays as it went in."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from secondunit.tools.collapse.arrays import note, pack, read_note, unpack

WORDS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@dataclass(frozen=True)
class Thing:
    place_m: np.ndarray
    names: tuple[str, ...]
    report: dict[str, object]


@given(names=st.lists(st.text()), report=st.dictionaries(st.text(), WORDS))
def test_a_record_survives(names: list[str], report: dict[str, object]) -> None:
    before = Thing(np.arange(6.0).reshape(2, 3), tuple(names), report)
    after = unpack(Thing, "thing", pack("thing", before))
    assert np.array_equal(after.place_m, before.place_m)
    assert (after.names, after.report) == (before.names, before.report)


@given(value=WORDS)
def test_a_note_survives(value: object) -> None:
    assert read_note(note(value)) == value
