"""One hash for a folder of files."""

import hashlib
from collections.abc import Mapping

from secondunit.schema import canonical_json


def files_digest(files: Mapping[str, str]) -> str:
    """Hex SHA-256 over the sorted (relative path, hex SHA-256 of the content) of every file."""
    return hashlib.sha256(canonical_json(sorted(files.items())).encode()).hexdigest()
