"""Files that a person names on the command line."""

from pathlib import Path

from secondunit.schema import InputError
from secondunit.store import blobs


def file_text(path: Path, option: str, wanted: str) -> str:
    """The text of a small file; InputError names the option, the path, and what is wanted instead."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{option} {path} cannot be read: {error.strerror}; check the path.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{option} {path} is no text file (byte {error.start}): give {wanted}.") from error


def file_sha256(path: Path, option: str) -> str:
    """Hex hash of a file; InputError names the option and the path."""
    if not path.is_file():
        raise InputError(f"{option} {path} is not a file: give the path of one that can be read.")
    try:
        return blobs.file_sha256(path)
    except OSError as error:
        raise InputError(f"{option} {path} cannot be read: {error.strerror}; check the path.") from error
