"""The ledger's chain, its Merkle root, and what each of them shows and does not show."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondunit.trust import ledger, merkle
from secondunit.trust.ledger import Checkpoint
from secondunit.trust.tree import files_digest

AT = "2026-03-01T09:30:00.000000Z"


def chain(size, first="move"):
    lines = []
    for n in range(size):
        about = {"at": AT, "move": first if n == 0 else "move", "actor": "Ann", "subject": f"A/v{n:03d}"}
        lines.append(ledger.link(lines[-1] if lines else None, body={"n": n}, **about))
    return lines


def faults(lines):
    return list(ledger.faults(lines))


def test_a_whole_chain_has_no_fault():
    assert faults(chain(12)) == []
    assert faults([]) == []
    assert [line.seq for line in chain(3)] == [1, 2, 3]


@given(size=st.integers(2, 12), data=st.data())
def test_every_edit_gap_and_swap_shows(size, data):
    lines = chain(size)
    at = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != at))
    edited = [line.model_copy(update={"actor": "Eve"}) if n == at else line for n, line in enumerate(lines)]
    assert faults(edited)
    swapped = list(lines)
    swapped[at], swapped[other] = swapped[other], swapped[at]
    assert faults(swapped)
    if at < size - 1:
        assert faults(lines[:at] + lines[at + 1 :])
    assert faults([*lines, lines[at]])


def test_a_line_relinked_shows_in_the_next_one():
    lines = chain(4)
    lines[1] = ledger.link(lines[0], at=AT, move="move", actor="Eve", subject="A/v001", body={})
    assert any("line 3" in fault for fault in faults(lines))


@given(size=st.integers(1, 12), data=st.data())
def test_a_checkpoint_kept_elsewhere_shows_what_the_chain_cannot(size, data):
    lines = chain(size)
    kept = ledger.checkpoint(lines)
    assert ledger.broken_promise(lines, kept) is None
    assert (
        ledger.broken_promise([*lines, ledger.link(lines[-1], at=AT, move="m", actor="a", subject="s", body={})], kept)
        is None
    )
    cut = lines[: data.draw(st.integers(0, size - 1))]
    assert faults(cut) == []
    assert "cut off" in ledger.broken_promise(cut, kept)
    forged = chain(size, first="another")
    assert faults(forged) == []
    assert "rewritten" in ledger.broken_promise(forged, kept)


def test_empty_promise_is_kept_by_everybody():
    nothing = ledger.checkpoint([])
    assert nothing == Checkpoint(size=0, root=hashlib.sha256(b"").hexdigest())
    assert ledger.broken_promise(chain(3), nothing) is None


RFC = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"
)]  # fmt: skip
"""The leaves, and below the roots, of the test vectors that certificate-transparency implementations share."""
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_root_is_the_one_of_rfc_6962(size):
    assert merkle.root(RFC[:size]).hex() == ROOTS[size - 1]


def by_recursion(leaves):
    """The RFC's own definition, for comparison."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + by_recursion(leaves[:split]) + by_recursion(leaves[split:])).digest()


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70))
def test_root_follows_the_definition_at_every_size(leaves):
    assert merkle.root(leaves) == by_recursion(leaves)


@given(st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=5), st.text(max_size=9), st.text(max_size=9))
def test_digest_of_files_is_of_names_and_contents(files, name, sha256):
    changed = files | {name: sha256}
    assert (files_digest(changed) == files_digest(files)) == (changed == files)
    assert files_digest(dict(reversed(files.items()))) == files_digest(files)
