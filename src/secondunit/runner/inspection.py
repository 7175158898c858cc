"""What lies in a folder, looked at by the door itself: a worker's word is a fact of its own, never this one."""

import os
import stat
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from secondunit.schema import Draft, Layer, LayerManifest, Plate, Tri
from secondunit.schema.plate import Window
from secondunit.store.blobs import file_sha256, sync_folder
from secondunit.store.writing import KeptFile

THREADS = 4
OWN_FILES = ("recipe.json", "run.json")
PROXIES = "proxy/frame.{:04d}.jpg"


def names_in(folder: Path) -> set[str]:
    """Relative paths of everything in a folder but folders; a link is listed as itself, not followed."""
    found = set()
    for root, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        found |= {(Path(root) / name).relative_to(folder).as_posix() for name in [*files, *links]}
    return found


def not_empty(folder: Path, names: Iterable[str]) -> Tri:
    """Whether each is a plain file with bytes in it; unknown if the disk would not say."""
    try:
        found = [(folder / name).lstat() for name in names]
    except FileNotFoundError:
        return Tri.FALSE
    except OSError:
        return Tri.UNKNOWN
    return Tri.of(all(stat.S_ISREG(one.st_mode) and one.st_size for one in found))


def keep_files(folder: Path) -> dict[str, KeptFile]:
    """Hash every file, make it read-only and force it to disk, so that a row that names it never outlives it."""
    names = sorted(names_in(folder))
    with ThreadPoolExecutor(THREADS) as pool:
        kept = dict(zip(names, pool.map(lambda name: _keep(folder, name), names), strict=True))
    for parent in {(folder / name).parent for name in names} | {folder}:
        sync_folder(parent)
    return kept


def _keep(folder: Path, name: str) -> KeptFile:
    path = folder / name
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.chmod(0o444)
    return KeptFile(name, file_sha256(path), path.stat().st_size)


def unchanged(folder: Path, recorded: dict[str, str]) -> Tri:
    """Whether every recorded file still has its hash; unknown if nothing was recorded or the disk would not say."""
    if not recorded:
        return Tri.UNKNOWN
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            same = pool.map(lambda item: _same(folder / item[0], item[1]), recorded.items())
            return Tri.of(all(same))
    except OSError:
        return Tri.UNKNOWN


def departures(folder: Path, recorded: dict[str, str]) -> dict[str, list[str]]:
    """What became of recorded files (relative path -> hash) that are not what they were: clause -> their paths."""
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda item: (item[0], _departure(folder / item[0], item[1])), sorted(recorded.items())))
    words = sorted({word for _, word in found if word})
    return {word: [name for name, what in found if what == word] for word in words}


def _departure(path: Path, sha256: str) -> str | None:
    try:
        if not path.is_file():
            return "missing from the disk"
        return None if file_sha256(path) == sha256 else "not what went on record"
    except OSError as error:
        return f"unreadable ({error.strerror})"


def _same(path: Path, sha256: str) -> bool:
    return path.is_file() and file_sha256(path) == sha256


def plate_files(plate: Plate) -> tuple[set[str], set[str]]:
    """Names that a plate must hold, and those that it may hold beside them."""
    must = {plate.frame_name(frame) for frame in plate.frames}
    for pattern in (plate.occluders, plate.clean):
        must |= {pattern % frame for frame in plate.frames} if pattern else set()
    return must, {PROXIES.format(frame) for frame in plate.frames}


def manifest_of(draft: Draft, plate: Plate) -> LayerManifest:
    """What the version's folder must hold, from what the tool says it made."""
    same_size = (draft.width, draft.height) == (plate.width, plate.height)
    window: Window = plate.data_window if same_size else (0, 0, draft.width - 1, draft.height - 1)
    return LayerManifest(
        width=draft.width,
        height=draft.height,
        data_window=draft.data_window or window,
        pixel_aspect=plate.pixel_aspect,
        first_frame=draft.first_frame,
        last_frame=draft.last_frame,
        fps=plate.fps,
        layers=draft.layers,
        extras=draft.extras,
    )


def sampled(manifest: LayerManifest) -> list[tuple[Layer, str]]:
    """(layer, file) whose pixels the door reads back: the first, middle and last frame of every layer, and of every
    other frame one layer, each in its turn."""
    first, last = manifest.first_frame, manifest.last_frame
    ends = {first, (first + last) // 2, last}
    count = len(manifest.layers)
    return [
        (layer, layer.file(frame))
        for n, layer in enumerate(manifest.layers)
        for frame in range(first, last + 1)
        if frame in ends or (frame - first) % count == n
    ]
