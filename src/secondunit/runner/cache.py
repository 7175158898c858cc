"""Results that were made before: folders named by what determines them, which appear whole or not at all.

Everything is first written below `.scratch/ID/` and renamed into place when complete. The owner of a scratch folder
holds a lock on its `alive` file; a lock dies with its process, so the next job can tell litter from work in progress.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

NOTE = "entry.json"
KEY_DIGITS = 32


class Cache:
    """One job's view of a cache folder. Close it, or use it in a `with`, to remove its scratch folder.

    cap_bytes: when opened, least recently used entries are removed until the rest fits.
    """

    def __init__(self, folder: Path, cap_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        with _locked(folder / ".lock"):
            _sweep(folder / ".scratch")
            self.scratch = folder / ".scratch" / uuid.uuid4().hex
            self.scratch.mkdir(parents=True)
            self._alive = (self.scratch / "alive").open("w")
            fcntl.flock(self._alive, fcntl.LOCK_EX)
            _prune(folder, cap_bytes)

    def close(self) -> None:
        """Remove what is unfinished. The lock goes last."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._alive.close()

    def new_folder(self) -> Path:
        """An empty folder on the cache's file system, so that a rename out of it is atomic."""
        folder = self.scratch / uuid.uuid4().hex
        folder.mkdir()
        return folder

    def entry(self, stage: str, key: str) -> Path:
        """Where the result called `key` lies, or would lie."""
        return self.folder / stage.replace("/", "_").replace(" ", "-") / key[:KEY_DIGITS]

    def find(self, entry: Path) -> bool:
        """Whether the result is there and whole; marks it as used. A damaged one is removed, so it is made again."""
        try:
            files = json.loads((entry / NOTE).read_text())["files"]
        except FileNotFoundError:
            return False
        except (ValueError, KeyError, TypeError):
            files = None
        if files is None or files != _digests(entry):
            self.remove(entry)
            return False
        os.utime(entry / NOTE)
        return True

    def remove(self, entry: Path) -> None:
        """Take an entry away at once (rename first, so nobody sees half of it)."""
        grave = self.scratch / uuid.uuid4().hex
        with contextlib.suppress(FileNotFoundError):
            entry.rename(grave)
        shutil.rmtree(grave, ignore_errors=True)

    def store(self, entry: Path, fill: Callable[[Path], None], note: Mapping[str, object]) -> None:
        """Fill a scratch folder and rename it to `entry`; a twin that was faster wins."""
        folder = self.new_folder()
        fill(folder)
        finish_entry(folder, entry, note)


def finish_entry(folder: Path, entry: Path, note: Mapping[str, object]) -> None:
    """Write the note with every file's hash, then rename: from here on the result exists."""
    (folder / NOTE).write_text(json.dumps({**note, "files": _digests(folder)}, indent=1))
    entry.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.rename(entry)
    except OSError:
        if not (entry / NOTE).is_file():
            raise
        shutil.rmtree(folder, ignore_errors=True)


def save_arrays(folder: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """One `.npy` per array. Raises ValueError for a name that cannot be a file's."""
    for name, array in arrays.items():
        if not name or "/" in name or name.startswith("."):
            raise ValueError(f"an array called {name!r} cannot be cached; use letters, digits and underscores.")
        np.save(folder / f"{name}.npy", np.asarray(array), allow_pickle=False)


def load_arrays(folder: Path) -> dict[str, np.ndarray]:
    """The arrays of `save_arrays`, as read-only memory maps (empty arrays cannot be mapped and are read)."""
    return {p.stem: open_npy(p) for p in sorted(folder.glob("*.npy"))}


def open_npy(path: Path) -> np.ndarray:
    """One array, mapped read-only where it has bytes to map."""
    try:
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:
        array = np.load(path, allow_pickle=False)
    return array


def _digests(folder: Path) -> dict[str, str]:
    """sha256 of every file of an entry: a version's frames are the cache's own files (hard links), so what damages one
    after the other was made must not come back as a new version's frame.
    """
    files = (p for p in folder.rglob("*") if p.is_file() and p != folder / NOTE)
    return {p.relative_to(folder).as_posix(): _sha256(p) for p in sorted(files)}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _sweep(scratch: Path) -> None:
    """Remove scratch folders whose owner is gone."""
    for folder in scratch.glob("*"):
        with contextlib.suppress(FileNotFoundError), (folder / "alive").open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
        shutil.rmtree(folder, ignore_errors=True)


def _prune(folder: Path, cap_bytes: int) -> None:
    """Remove the least recently used entries over the cap; what was used within the hour may be in use."""
    notes = sorted((n.stat().st_mtime, n) for depth in ("*/*/", "*/*/*/") for n in folder.glob(depth + NOTE))
    sizes = {note: sum(p.stat().st_size for p in note.parent.rglob("*") if p.is_file()) for _, note in notes}
    over = sum(sizes.values()) - cap_bytes
    for used, note in notes:
        if over <= 0 or used > time.time() - 3600:
            return
        over -= sizes[note]
        shutil.rmtree(note.parent, ignore_errors=True)
