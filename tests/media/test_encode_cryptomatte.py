"""Cryptomatte: known hashes, ranks by coverage, and every matte decoded from our own file."""

import json

import numpy as np
import pytest

from secondunit.media import cryptomatte, frames
from secondunit.schema import InputError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # MurmurHash3 x86 32-bit, seed 0: vectors that the reference implementation gives.
        ("", 0),
        ("hello", 0x248BFA47),
        ("hello, world", 0x149BBB7F),
        ("The quick brown fox jumps over the lazy dog", 0x2E4FF723),
    ],
)
def test_hash_is_murmur3(text, value):
    assert cryptomatte.murmur3_32(text) == value


@pytest.mark.parametrize(
    ("name", "value"),
    # Values that the specification's authors test their readers with.
    [("hello", 6.0705627102400005616e-17), ("cube", -4.08461912519e15), ("sphere", 2.79018604383e15)],
)
def test_id_is_the_hash_as_float(name, value):
    assert cryptomatte.ids_of([name])[0] == pytest.approx(value, rel=1e-6)


def test_exponent_is_kept_from_zero_and_all_ones():
    names = [f"piece_{index:05d}" for index in range(4000)]
    touched = [name for name in names if cryptomatte.murmur3_32(name) >> 23 & 255 in (0, 255)]
    assert touched, "one name in 128 needs the rule"
    ids = cryptomatte.ids_of(names)
    assert np.isfinite(ids).all()
    assert (np.abs(ids) >= np.finfo(np.float32).tiny).all()
    for name in touched:
        assert cryptomatte.float_bits(name) == cryptomatte.murmur3_32(name) ^ 1 << 23


def test_mattes_decoded_from_the_file_are_the_coverage(tmp_path):
    rng = np.random.default_rng(4)
    names = [f"piece_{index:04d}" for index in range(9)]
    ids = rng.integers(-1, 9, (13, 17, 8))
    ids[:, :5] = ids[:, :5, :1]
    index, coverage = cryptomatte.rank(ids, ranks=8)
    assert (np.diff(coverage, axis=2) <= 0).all()
    cryptomatte.write_cryptomatte(tmp_path / "c.exr", index, coverage, names, display_window=(0, 0, 20, 20))
    frame = frames.read(tmp_path / "c.exr")
    for number, name in enumerate(names):
        assert np.allclose(cryptomatte.decode(frame, name), (ids == number).mean(axis=2), atol=1e-6)
    assert {plane.dtype for plane in frame.channels.values()} == {np.dtype(np.float32)}


def test_six_largest_are_kept_and_weights_count():
    ids = np.arange(8).reshape(1, 1, 8)
    weights = np.array([1, 2, 3, 4, 5, 6, 7, 8], np.float32).reshape(1, 1, 8) / 36
    index, coverage = cryptomatte.rank(ids, weights)
    assert index[0, 0].tolist() == [7, 6, 5, 4, 3, 2]
    assert np.allclose(coverage[0, 0] * 36, [8, 7, 6, 5, 4, 3])


def test_few_samples_leave_empty_ranks():
    index, coverage = cryptomatte.rank(np.array([[[3, -1]]]))
    assert index[0, 0].tolist() == [3, -1, -1, -1, -1, -1]
    assert coverage[0, 0].tolist() == [0.5, 0, 0, 0, 0, 0]


def test_header_follows_the_specification(tmp_path):
    names = ["wall", "ventana_ñ"]
    index, coverage = cryptomatte.rank(np.zeros((2, 2, 1), int))
    cryptomatte.write_cryptomatte(tmp_path / "c.exr", index, coverage, names, layer="CryptoObject")
    frame = frames.read(tmp_path / "c.exr")
    key = f"cryptomatte/{cryptomatte.murmur3_32('CryptoObject'):08x}"[:19]
    fields = {name[len(key) + 1 :]: field["value"] for name, field in frame.header.items() if name.startswith(key)}
    assert fields["name"] == "CryptoObject"
    assert (fields["hash"], fields["conversion"]) == ("MurmurHash3_32", "uint32_to_float32")
    manifest = json.loads(fields["manifest"])
    assert manifest == {name: f"{cryptomatte.ids_of([name]).view(np.uint32)[0]:08x}" for name in names}
    assert sorted(frame.channels) == sorted(
        f"CryptoObject{level:02d}.{letter}" for level in range(3) for letter in "RGBA"
    )


def test_absent_layer_is_said():
    with pytest.raises(InputError, match="no Cryptomatte layer"):
        cryptomatte.decode(frames.Frame({"R": np.zeros((1, 1))}, (0, 0, 0, 0), (0, 0, 0, 0)), "wall")
