"""Files of weights that an installed package carries: name, hash, licence, and where to look.

Nothing is fetched, and the package is never imported. A file that is not the one named, byte for byte, is not used.
"""

import functools
import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class Model:
    """One file of weights. package: the installed package that carries it at `path`, which is never imported."""

    name: str
    package: str
    path: str
    sha256: str
    licence: str
    trained_on: str
    what: str


@dataclass(frozen=True)
class Found:
    """A model that is here. carrier: the package and its version."""

    model: Model
    file: Path
    carrier: str


class Missing(Exception):
    """The words say in one clause why a model cannot be used."""


@functools.cache
def find(model: Model) -> Found:
    """Look for a model in the package that carries it; raises Missing."""
    spec = find_spec(model.package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        raise Missing(f"{model.package}, which carries {model.name}, is not installed")
    file = Path(folders[0]) / model.path
    try:
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        carrier = f"{model.package} {version(model.package)}"
    except (OSError, PackageNotFoundError) as error:
        raise Missing(f"the {model.package} that is installed carries no {model.name}") from error
    if found != model.sha256:
        raise Missing(f"{model.name} in {carrier} is not the file that this program knows")
    return Found(model, file, carrier)
