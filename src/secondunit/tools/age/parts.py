"""What the edit changes in one frame at full strength, in the picture itself: whatever strength is asked is laid on it.

Only pixels that change are kept, in half floats.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Box = tuple[slice, slice]
FILE = "parts.npz"


@dataclass(frozen=True)
class Part:
    """A rectangle of the picture: its slices, the change (h,w,3) as `paste` takes it, and where it is (h,w) 0..1.

    behind: light (h,w,3) of its pixels that is not the part's, and stays.
    """

    box: Box
    change: Image
    where: Image
    behind: Image | None = None

    def within(self, box: Box) -> "Part":
        """The same, counted from the corner of a rectangle of the picture that holds it."""
        return replace(self, box=within(self.box, box))


def within(box: Box, outer: Box) -> Box:
    """A rectangle's slices, counted from the corner of one that holds it."""
    rows, columns = (slice(one.start - of.start, one.stop - of.start) for one, of in zip(box, outer, strict=True))
    return rows, columns


def around(boxes: Sequence[Box]) -> Box:
    """The smallest rectangle that holds all of those that are not empty; the picture's first pixel where none is."""
    filled = [box for box in boxes if all(side.stop > side.start for side in box)]
    if not filled:
        return slice(0, 1), slice(0, 1)
    rows, columns = (slice(min(s.start for s in side), max(s.stop for s in side)) for side in zip(*filled, strict=True))
    return rows, columns


def save(folder: Path, parts: Mapping[str, Sequence[Part]]) -> None:
    """Keep the parts of a frame by name."""
    kept: dict[str, NDArray[np.generic]] = {}
    for name, each in parts.items():
        for number, part in enumerate(each):
            there = (part.where > 0) | functools.reduce(np.logical_or, np.moveaxis(part.change != 0, -1, 0))
            values: dict[str, NDArray[np.generic]] = {"box": _numbers(part.box), "there": np.packbits(there)}
            values |= {"change": _half(part.change[there]), "where": _half(part.where[there])}
            if part.behind is not None:
                values["behind"] = _half(part.behind[there])
            kept |= {f"{name}/{number}/{what}": value for what, value in values.items()}
    np.savez(folder / FILE, **kept)  # type: ignore[arg-type]


def load(folder: Path) -> dict[str, list[Part]]:
    """What `save` kept; a name without parts is not there."""
    found: dict[str, list[Part]] = {}
    with np.load(folder / FILE) as kept:
        for key in kept.files:
            name, number, what = key.split("/")
            if what == "box":
                prefix = f"{name}/{number}/"
                found.setdefault(name, []).append(_filled({w: kept[prefix + w] for w in _fields(kept.files, prefix)}))
    return found


def _fields(names: Sequence[str], prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]


def _filled(kept: Mapping[str, NDArray[np.generic]]) -> Part:
    """A part from the pixels of it that were kept; the others are zero."""
    top, bottom, left, right = (int(number) for number in kept["box"])
    size = bottom - top, right - left
    there = np.unpackbits(kept["there"].view(np.uint8), count=size[0] * size[1]).reshape(size).astype(bool)

    def whole(name: str) -> Image:
        out = np.zeros((*size, *kept[name].shape[1:]), np.float32)
        out[there] = kept[name]
        return out

    behind = whole("behind") if "behind" in kept else None
    return Part((slice(top, bottom), slice(left, right)), whole("change"), whole("where"), behind)


def _numbers(box: Box) -> NDArray[np.int32]:
    return np.array([box[0].start, box[0].stop, box[1].start, box[1].stop], np.int32)


def _half(values: Image) -> NDArray[np.float16]:
    return np.clip(values, -65504, 65504).astype(np.float16)
