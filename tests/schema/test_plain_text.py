"""Text out of a picture, cleaned: nothing unseen, no second line, no end in length, and clean stays clean."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from secondunit.schema import Sign, plain_text
from secondunit.schema.names import UNSEEN
from secondunit.schema.signs import LONGEST

WORDS = st.text(st.characters()) | st.text(st.sampled_from("aé \u0301\u0344\u202e\u200b\x1b[\n\t\u1100\u1161\ufb2c"))


@given(WORDS)
def test_what_is_left_can_be_seen_and_stays_as_it_is(text):
    kept = plain_text(text)
    assert len(kept) <= LONGEST
    assert kept == kept.strip()
    assert all(letter.isprintable() for letter in kept)
    assert not re.search(f"[{UNSEEN}]", kept)
    assert plain_text(kept) == kept
    marks = "".join("M" if unicodedata.category(letter)[0] == "M" else "." for letter in kept)
    assert "MM" not in f"M{marks}"
    if kept:
        assert Sign(text=kept, frame=1, box=(0, 0, 1, 1), confidence=1).text == kept


@pytest.mark.parametrize("text", ["Café Español", "ÓPTICA 24", "Bäckerei & Söhne", "¿Qué?", "薬局", "O'Neill [2]"])
def test_plain_names_stay(text):
    assert plain_text(text) == text
    assert plain_text(unicodedata.normalize("NFD", text)) == text


@pytest.mark.parametrize("text", ["", " HOTEL", "HO\u202eTEL", "HO\nTEL", "X" * (LONGEST + 1)])
def test_record_takes_only_what_is_clean(text):
    with pytest.raises(ValidationError, match="plain_text"):
        Sign(text=text, frame=1, box=(0, 0, 1, 1), confidence=1)
