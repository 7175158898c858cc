"""Sealing: it opens with its key, for what it was made for, unchanged, and never without."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondunit.trust import sealed
from secondunit.trust.sealed import Context

KEY = sealed.new_key()
ANN = Context(production="a" * 64, performer="Ann Lee", kind="rider")
DATA = b"page one"
SEALED = sealed.seal(KEY, DATA, ANN)


@given(st.binary(max_size=500), st.text(), st.text(), st.text())
def test_it_comes_back(data, production, performer, kind):
    context = Context(production, performer, kind)
    closed = sealed.seal(KEY, data, context)
    assert sealed.unseal(KEY, closed, context) == data
    assert len(closed) == len(data) + 31
    assert len(data) < 4 or data not in closed


@given(st.integers(0, len(SEALED) * 8 - 1))
def test_every_flipped_bit_is_refused(bit):
    changed = bytearray(SEALED)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ValueError, match=r"(does not open|no sealed)"):
        sealed.unseal(KEY, bytes(changed), ANN)


@pytest.mark.parametrize("field", ["production", "performer", "kind"])
def test_it_opens_for_nothing_else(field):
    with pytest.raises(ValueError, match="does not open"):
        sealed.unseal(KEY, SEALED, replace(ANN, **{field: "other"}))


def test_fields_of_a_context_do_not_run_together():
    """Joined without marks, ("ab", "c") and ("a", "bc") would be the same."""
    closed = sealed.seal(KEY, DATA, Context("ab", "c", ""))
    with pytest.raises(ValueError, match="does not open"):
        sealed.unseal(KEY, closed, Context("a", "bc", ""))


def test_without_its_key_it_is_gone():
    for other in (sealed.new_key(), bytes(32)):
        with pytest.raises(ValueError, match="does not open"):
            sealed.unseal(other, SEALED, ANN)


def test_the_same_is_never_sealed_twice_alike():
    assert len({sealed.seal(KEY, DATA, ANN) for _ in range(50)}) == 50


@given(st.binary(max_size=60))
def test_strangers_bytes_never_break_it(data):
    for body in (data, sealed.MARK + data):
        with pytest.raises(ValueError, match=r"\.$"):
            sealed.unseal(KEY, body, ANN)


@pytest.mark.parametrize("key", [b"", bytes(16), bytes(31), bytes(33)])
def test_keys_have_32_bytes(key):
    with pytest.raises(ValueError, match="32 bytes"):
        sealed.seal(key, DATA, ANN)


def test_only_small_things_are_sealed():
    with pytest.raises(ValueError, match="too many"):
        sealed.seal(KEY, bytes(sealed.LONGEST + 1), ANN)
