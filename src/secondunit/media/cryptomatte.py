"""Cryptomatte 1.2.0: names hashed into 32-bit floats, ranked by coverage, decodable in any compositor.

Source: "Cryptomatte Specification, version 1.2.0" (Psyop, 2018); MurmurHash3 x86 32-bit as published by A. Appleby.
"""

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from secondunit.schema import InputError

from .frames import Frame, write_layer
from .header import Field

LEVELS = 3
"""EXR layers 00, 01, 02 of two ranks each: six objects may share a pixel."""
CONVERSION = "uint32_to_float32"
HASH = "MurmurHash3_32"
MASK = 0xFFFFFFFF
Array = np.ndarray[Any, Any]


def murmur3_32(text: str) -> int:
    """MurmurHash3 x86 32-bit of the text's UTF-8 bytes, seed 0."""
    data = text.encode()
    value, body = 0, len(data) // 4 * 4
    for (word,) in struct.iter_unpack("<I", data[:body]):
        value = _rotate(value ^ _scramble(word), 13) * 5 + 0xE6546B64 & MASK
    value ^= _scramble(int.from_bytes(data[body:], "little")) ^ len(data)
    value = (value ^ value >> 16) * 0x85EBCA6B & MASK
    value = (value ^ value >> 13) * 0xC2B2AE35 & MASK
    return value ^ value >> 16


def float_bits(name: str) -> int:
    """The name's hash, its exponent kept away from 0 and 255 so that the float is neither denormal nor NaN."""
    value = murmur3_32(name)
    return value ^ 1 << 23 if value >> 23 & 0xFF in (0, 255) else value


def ids_of(names: Sequence[str]) -> Array:
    """float32 id of each name; raises InputError when two names share one."""
    bits = [float_bits(name) for name in names]
    if len(set(bits)) != len(set(names)):
        seen: dict[int, str] = {}
        pairs = zip(bits, names, strict=True)
        first, second = next((seen[bit], name) for bit, name in pairs if seen.setdefault(bit, name) != name)
        raise InputError(f"Cryptomatte ids of {first!r} and {second!r} are the same: rename one of them.")
    return np.array(bits, np.uint32).view(np.float32)


def rank(ids: Array, weights: Array | None = None, ranks: int = 2 * LEVELS) -> tuple[Array, Array]:
    """The objects of each pixel by falling coverage: indices (H, W, ranks) int32, -1 for none, and coverage float32.

    ids: (H, W, S) object index of each sample, -1 where the sample hit nothing; weights: (H, W, S) that sum to 1 over
    the samples, None for equal ones. Ties go to the lower index.
    """
    height, width, samples = ids.shape
    flat = ids.reshape(-1, samples)
    index = np.full((flat.shape[0], ranks), -1, np.int32)
    cover = np.zeros((flat.shape[0], ranks), np.float32)
    mixed = (flat != flat[:, :1]).any(axis=1)
    index[:, 0] = flat[:, 0]
    cover[:, 0] = flat[:, 0] >= 0
    if weights is not None:
        cover[:, 0] *= weights.reshape(-1, samples).sum(axis=1)
    if mixed.any():
        shares = np.full((int(mixed.sum()), samples), 1 / samples, np.float32)
        if weights is not None:
            shares = weights.reshape(-1, samples)[mixed].astype(np.float32)
        index[mixed], cover[mixed] = _rank_mixed(flat[mixed], shares, ranks)
    return index.reshape(height, width, ranks), cover.reshape(height, width, ranks)


def encode(index: Array, coverage: Array, names: Sequence[str], layer: str = "CryptoObject") -> dict[str, Array]:
    """Channels `LAYER00.R` … of ranked objects, float32 (H, W).

    index: (H, W, ranks) into names, -1 for none; coverage: (H, W, ranks) 0..1, as `rank` gives them.
    """
    table = np.append(ids_of(names), np.float32(0))
    values = table[np.asarray(index)]
    coverage = np.where(np.asarray(index) < 0, 0, coverage).astype(np.float32)
    channels = {}
    for position in range(index.shape[2]):
        letters = "RG" if position % 2 == 0 else "BA"
        stem = f"{layer}{position // 2:02d}."
        channels[stem + letters[0]] = np.ascontiguousarray(values[..., position])
        channels[stem + letters[1]] = np.ascontiguousarray(coverage[..., position])
    return channels


def metadata(names: Sequence[str], layer: str = "CryptoObject") -> dict[str, Field]:
    """The header fields that make a reader find and name the mattes, manifest included."""
    key = f"cryptomatte/{murmur3_32(layer):08x}"[: len("cryptomatte/") + 7]
    manifest = json.dumps({name: f"{float_bits(name):08x}" for name in names}, separators=(",", ":"))
    fields = {"name": layer, "hash": HASH, "conversion": CONVERSION, "manifest": manifest}
    return {f"{key}/{field}": {"type": "str", "value": value} for field, value in fields.items()}


def write_cryptomatte(
    path: Path, index: Array, coverage: Array, names: Sequence[str], *, layer: str = "CryptoObject", **keywords: Any
) -> None:
    """Write ranked objects as one 32-bit float EXR; keywords as `frames.write_layer`."""
    keywords["header"] = dict(keywords.get("header") or {}) | metadata(names, layer)
    write_layer(path, encode(index, coverage, names, layer), pixel_type="float", **keywords)


def decode(frame: Frame, name: str, layer: str = "CryptoObject") -> Array:
    """The matte (H, W) of one name in a frame that carries the layer; zero where it is not seen."""
    wanted = np.uint32(float_bits(name))
    matte = None
    for level in range(100):
        stem = f"{layer}{level:02d}."
        if stem + "R" not in frame.channels:
            break
        for id_letter, cover_letter in ("RG", "BA"):
            hit = frame.channels[stem + id_letter].view(np.uint32) == wanted
            part = np.where(hit, frame.channels[stem + cover_letter], np.float32(0))
            matte = part if matte is None else matte + part
    if matte is None:
        held = ", ".join(sorted(frame.channels)[:8])
        raise InputError(f"The frame has no Cryptomatte layer {layer}: it holds {held}.")
    return np.asarray(matte)


def _rank_mixed(ids: Array, shares: Array, ranks: int) -> tuple[Array, Array]:
    """Rows (N, S) of ids and shares to their `ranks` largest."""
    order = np.argsort(ids, axis=1, kind="stable")
    ids, shares = np.take_along_axis(ids, order, 1), np.take_along_axis(shares, order, 1)
    starts = np.ones(ids.shape, bool)
    starts[:, 1:] = ids[:, 1:] != ids[:, :-1]
    # Shares of a run are added up at its first sample; the others then count nothing.
    run = np.cumsum(starts, axis=1) + (np.arange(ids.shape[0]) * (ids.shape[1] + 1))[:, None]
    total = np.bincount(run.ravel(), shares.ravel(), minlength=int(run.max()) + 1)
    cover = np.where(starts & (ids >= 0), total[run], 0).astype(np.float32)
    best = np.argsort(-cover, axis=1, kind="stable")[:, :ranks]
    if best.shape[1] < ranks:
        best = np.pad(best, ((0, 0), (0, ranks - best.shape[1])), constant_values=best.shape[1])
        ids, cover = np.pad(ids, ((0, 0), (0, 1)), constant_values=-1), np.pad(cover, ((0, 0), (0, 1)))
    found = np.take_along_axis(cover, best, 1)
    return np.where(found > 0, np.take_along_axis(ids, best, 1), -1), found


def _scramble(word: int) -> int:
    return _rotate(word * 0xCC9E2D51 & MASK, 15) * 0x1B873593 & MASK


def _rotate(value: int, by: int) -> int:
    return (value << by | value >> 32 - by) & MASK
