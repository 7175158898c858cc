"""The list of what is taken back: exact, signed, short-lived, never rolled back, and no bomb."""

import os
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondunit.schema.errors import FieldFault
from secondunit.trust import jws, keys, revocation
from secondunit.trust.jws import BadSignature, Typ
from secondunit.trust.revocation import RevocationList, RolledBack
from secondunit.trust.strict import b64url

ANN, EVE = keys.generate(), keys.generate()
ISSUED, EXPIRES = "2026-03-01T09:30:00.000000Z", "2026-03-08T09:30:00.000000Z"
ABOUT = {"size": 1000, "sequence": 3, "issued_at": ISSUED, "expires_at": EXPIRES}


def made(revoked=(), issuer=ANN.public, **about):
    return revocation.make(issuer, revoked, **(ABOUT | about))


def remade(known, **fields):
    """The same record with other fields, checked anew."""
    return RevocationList.read(**(known.model_dump(mode="python", exclude={"schema"}) | fields))


@given(st.data(), st.integers(1, 3000))
def test_exactly_the_bits_given_are_set(data, size):
    revoked = data.draw(st.sets(st.integers(0, size - 1), max_size=20))
    token = revocation.signed(made(revoked, size=size), ANN)
    found = revocation.verified(token, ANN.public)
    assert {index for index in range(size) if found.revoked(index)} == revoked
    assert found == made(revoked, size=size)


@pytest.mark.parametrize("index", [-1, 1000, 10**9])
def test_an_index_outside_is_an_error_never_a_no(index):
    with pytest.raises(ValueError, match="newest list"):
        made().revoked(index)
    with pytest.raises(ValueError, match="none called"):
        made([index])


def test_a_list_of_ten_thousand_is_small():
    assert len(revocation.signed(made([17, 4711], size=10_000), ANN)) < 800


def test_random_bits_of_the_longest_list_fit():
    bits = os.urandom(revocation.MOST_BITS // 8)
    revoked = [i for i in range(revocation.MOST_BITS) if bits[i // 8] >> i % 8 & 1]
    found = revocation.verified(revocation.signed(made(revoked, size=revocation.MOST_BITS), ANN), ANN.public)
    assert found.revoked(revoked[-1])


def test_a_list_is_believed_of_its_issuer_only():
    token = revocation.signed(made([1]), ANN)
    with pytest.raises(BadSignature):
        revocation.verified(token, EVE.public)
    with pytest.raises(ValueError, match="Only the key"):
        revocation.signed(made(), EVE)
    posing = jws.sign(made().to_json().encode(), EVE, Typ.REVOCATION)
    with pytest.raises(BadSignature, match="another issuer"):
        revocation.verified(posing, EVE.public)


def test_other_signed_things_are_no_list():
    for payload, typ in ((b"{}", Typ.REVOCATION), (made().to_json().encode(), Typ.TERMS)):
        with pytest.raises(BadSignature):
            revocation.verified(jws.sign(payload, ANN, typ), ANN.public)


@pytest.mark.parametrize(
    ("now", "stale"),
    [
        ("2026-03-01T09:24:59.999999Z", True),
        ("2026-03-01T09:25:00.000000Z", False),
        (ISSUED, False),
        ("2026-03-08T09:29:59.999999Z", False),
        (EXPIRES, True),
        ("2027-01-01T00:00:00.000000Z", True),
    ],
)
def test_it_is_stale_when_expired_or_not_yet_issued(now, stale):
    assert made().stale(now) is stale


@pytest.mark.parametrize(
    "expires", [ISSUED, "2026-02-01T00:00:00.000000Z", "2026-04-02T00:00:00.000000Z", "9999-99-99T99:99:99.000000Z"]
)
def test_a_list_is_good_for_a_month_at_most(expires):
    with pytest.raises(FieldFault):
        made(expires_at=expires)


def test_newer_lists_follow():
    known = made([1])
    assert made().newer_than(None)
    assert made([1, 2], sequence=4).newer_than(known)
    assert made([], sequence=4, size=2000).newer_than(known)
    assert not made([1]).newer_than(known)


@pytest.mark.parametrize(
    "other",
    [
        made([], sequence=2),
        made([], sequence=3),
        made([1], sequence=4, size=999),
        made([1], sequence=4, issued_at="2026-02-28T09:30:00.000000Z"),
        made([1], sequence=4, issuer=EVE.public),
    ],
    ids=["older", "forked", "shrunk", "issued before", "another issuer"],
)
def test_rolled_back_lists_are_refused(other):
    with pytest.raises(RolledBack):
        other.newer_than(made([1]))


def test_a_bomb_is_not_unpacked():
    """128 MiB of zeros in 130 kB. Plain zlib.decompress would unpack it all."""
    packing = zlib.compressobj(9)
    bomb = b"".join(packing.compress(bytes(1 << 20)) for _ in range(128)) + packing.flush()
    assert len(bomb) < revocation.LONGEST * 3 // 4
    tracemalloc.start()
    with pytest.raises(FieldFault, match="are not the 1000"):
        remade(made(), bits=b64url(bomb))
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


PACKED = zlib.compress(bytes(125))


@pytest.mark.parametrize(
    "bits",
    [
        "",
        "!",
        b64url(b"junk"),
        b64url(PACKED[:-1]),
        b64url(PACKED + b"x"),
        b64url(PACKED + PACKED),
        b64url(zlib.compress(bytes(124))),
        b64url(zlib.compress(bytes(126))),
        b64url(PACKED[:-4] + b"\0\0\0\0"),
        "A" * (revocation.LONGEST + 1),
    ],
)
def test_damaged_bits_are_refused(bits):
    with pytest.raises(FieldFault):
        remade(made(), bits=bits)


@pytest.mark.parametrize("size", [0, -1, revocation.MOST_BITS + 1, 10**12])
def test_sizes_are_limited(size):
    with pytest.raises(FieldFault):
        made(size=size)


def test_no_bit_hides_beyond_the_end():
    with pytest.raises(FieldFault, match="beyond the end"):
        remade(made(size=9), bits=b64url(zlib.compress(b"\0\2")))


def test_record_comes_back():
    assert RevocationList.from_json(made([5]).to_json()) == made([5])
