"""Files that a person names on the command line."""

from pathlib import Path

from secondunit.schema import InputError


def file_text(path: Path, option: str, wanted: str) -> str:
    """The text of a small file; InputError names the option, the path, and what is wanted instead."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{option} {path} cannot be read: {error.strerror}; check the path.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{option} {path} is no text file (byte {error.start}): give {wanted}.") from error
