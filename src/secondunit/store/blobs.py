"""Files kept by their content: a blob is whole, or it is not there."""

import hashlib
import os
import shutil
import uuid
from pathlib import Path

from secondunit.schema import InputError, StoredFile

FOLDER = "blobs"


def keep(production: Path, source: Path) -> StoredFile:
    """Copy a user's file in; raises InputError when it cannot be read. The same content is kept once."""
    if not source.is_file():
        raise InputError(f"{source} is not a file: give the path of one that can be read.")
    folder = production / FOLDER
    folder.mkdir(exist_ok=True)
    part = folder / f".{uuid.uuid4().hex}.part"
    try:
        shutil.copyfile(source, part)
        sha256 = file_sha256(part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        path = folder / f"{sha256[:40]}{source.suffix.lower()}"
        part.replace(path)
        sync_folder(folder)
    except OSError as error:
        raise InputError(f"{source} could not be copied into {folder}: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return StoredFile(path=path.relative_to(production).as_posix(), sha256=sha256)


def intact(production: Path, stored: StoredFile) -> bool:
    """Whether the file is there with the content that was kept."""
    path = production / stored.path
    return path.is_file() and file_sha256(path) == stored.sha256


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
