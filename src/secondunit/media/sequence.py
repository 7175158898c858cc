"""Which files a source names: one file, a numbered pattern, or a folder with one numbered sequence in it."""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from secondunit.schema import InputError

from .limits import Limits

HASHES = re.compile(r"#+")
PERCENT = re.compile(r"%(0?)(\d*)d")
NUMBERED = re.compile(r"^(?P<stem>.*?)(?P<number>\d+)(?P<suffix>\.[A-Za-z0-9]+)$")
PICTURES = {".exr", ".dpx", ".png", ".tif", ".tiff", ".jpg", ".jpeg"}


@dataclass(frozen=True)
class Source:
    """Files of one plate by frame number; one file that carries no number has the key None.

    numbered: the user meant a sequence, so its numbers are kept.
    """

    name: str
    files: dict[int | None, Path]
    numbered: bool

    @property
    def single(self) -> Path | None:
        """The file, when there is only one."""
        return next(iter(self.files.values())) if len(self.files) == 1 else None


def find(text: str, limits: Limits) -> Source:
    """Files that `text` names; raises InputError that lists missing frames.

    `name.####.exr` and `name.%04d.exr` fix the padding, `name.#.exr` and `name.%d.exr` leave it free.
    """
    path = Path(text).expanduser()
    if path.is_dir():
        return _folder(path, limits)
    if not path.exists() and (pattern := _pattern(path.name)):
        return _matching(path, pattern, limits)
    return Source(path.name, {None: path}, numbered=False)


def spans(numbers: list[int]) -> str:
    """`[1001, 1002, 1005]` as `1001-1002, 1005`, at most six spans."""
    out: list[list[int]] = []
    for number in sorted(numbers):
        if out and number == out[-1][1] + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    shown = [f"{a}" if a == b else f"{a}-{b}" for a, b in out[:6]]
    return ", ".join(shown) + (f" and {len(out) - 6} more gaps" if len(out) > 6 else "")


def _pattern(name: str) -> re.Pattern[str] | None:
    found = list(HASHES.finditer(name)) or list(PERCENT.finditer(name))
    if not found:
        return None
    mark = found[-1]
    width = len(mark.group()) if mark.group()[0] == "#" else int(mark.group(2) or 1) if mark.group(1) else 1
    # Four digits may overflow to five (frame 10000), never shrink.
    digits = r"(\d+)" if width == 1 else rf"(\d{{{width}}}|[1-9]\d{{{width},}})"
    return re.compile(re.escape(name[: mark.start()]) + digits + re.escape(name[mark.end() :]) + r"\Z")


def _matching(path: Path, pattern: re.Pattern[str], limits: Limits) -> Source:
    folder = path.parent
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder} for the pattern {path.name}: check the path.")
    files: dict[int, Path] = {}
    for entry in sorted(folder.iterdir()):
        if found := pattern.match(entry.name):
            _add(files, int(found.group(1)), entry)
    if not files:
        raise InputError(
            f"No file in {folder} matches {path.name}: check the pattern, its padding and the letters' case."
        )
    return _whole(path.name, files, limits)


def _folder(folder: Path, limits: Limits) -> Source:
    groups: dict[tuple[str, str], dict[int, Path]] = defaultdict(dict)
    for entry in sorted(folder.iterdir()):
        found = NUMBERED.match(entry.name)
        if entry.suffix.lower() in PICTURES and found and not entry.name.startswith("."):
            _add(groups[found["stem"], found["suffix"]], int(found["number"]), entry)
    if not groups:
        raise InputError(f"{folder} holds no numbered pictures: give a file, or a pattern such as name.####.exr.")
    if len(groups) > 1:
        names = ", ".join(f"{stem}####{suffix}" for stem, suffix in sorted(groups)[:4])
        raise InputError(f"{folder} holds {len(groups)} sequences ({names}): give one of these patterns.")
    (stem, suffix), files = next(iter(groups.items()))
    return _whole(f"{stem}####{suffix}", files, limits)


def _add(files: dict[int, Path], number: int, path: Path) -> None:
    if number in files:
        raise InputError(f"{files[number].name} and {path.name} are both frame {number}: move one of them away.")
    files[number] = path


def _whole(name: str, files: dict[int, Path], limits: Limits) -> Source:
    first, last = min(files), max(files)
    if last - first >= limits.frames:
        raise InputError(
            f"{name} spans frames {first}-{last}, more than the {limits.frames} frames of one plate: "
            "give a pattern that matches the shot only."
        )
    missing = [number for number in range(first, last + 1) if number not in files]
    if missing:
        raise InputError(
            f"{name} lacks {len(missing)} of frames {first}-{last}: {spans(missing)}; "
            "copy them in, or move the frames beyond the gap away."
        )
    return Source(name, {number: files[number] for number in range(first, last + 1)}, numbered=True)
