"""What a cached result depends on, as one hash: its inputs, the code that makes it, the machine it is made on."""

import ast
import dataclasses
import enum
import functools
import hashlib
import json
import math
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import secondunit

HOUSE = "secondunit"
HOUSE_FOLDER = Path(secondunit.__file__).parent
SOURCES = (".py", ".toml", ".json")
FOREIGN = ("warp-lang", "numpy", "scipy", "shapely", "opencv-python-headless", "OpenImageIO", "OpenEXR", "opencolorio")
"""Packages whose version changes what a stage computes."""


def result_key(stage: str, inputs: Mapping[str, object], code: Sequence[str], device: str) -> str:
    """Hexadecimal sha256 that names the result of `stage`.

    Raises TypeError for an input of a kind that has no canonical form, naming it.
    """
    h = hashlib.sha256()
    for part in (stage, device, platform.machine(), code_hash(tuple(sorted(code))), foreign_versions()):
        _feed(h, part, stage)
    _feed(h, inputs, stage)
    return h.hexdigest()


def _feed(h: Any, value: object, where: str) -> None:
    """Add one value, tagged by kind and length, so that no two different inputs feed the same bytes."""
    if value is None or (isinstance(value, (bool, int, str, bytes)) and not isinstance(value, enum.Enum)):
        data = value if isinstance(value, bytes) else str(value).encode()
        h.update(f"{type(value).__name__}:{len(data)}:".encode() + data)
    elif isinstance(value, float):
        h.update(b"float:" + (value.hex() if math.isfinite(value) else str(value)).encode() + b";")
    elif isinstance(value, (np.ndarray, np.generic)):
        _feed_array(h, np.asarray(value), where)
    elif isinstance(value, Path):
        _feed_path(h, value, where)
    elif isinstance(value, Mapping):
        h.update(f"map:{len(value)}:".encode())
        for key in sorted(value, key=str):
            _feed(h, key, where)
            _feed(h, value[key], f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        h.update(f"list:{len(value)}:".encode())
        for i, item in enumerate(value):
            _feed(h, item, f"{where}[{i}]")
    else:
        _feed_object(h, value, where)


def _feed_object(h: Any, value: object, where: str) -> None:
    h.update(f"object:{type(value).__qualname__}:".encode())
    if isinstance(value, enum.Enum):
        _feed(h, value.value, where)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        _feed(h, {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}, where)
    elif hasattr(value, "model_dump"):
        _feed(h, value.model_dump(mode="json"), where)
    elif isinstance(value, Set):
        _feed(h, sorted(str(v) for v in value), where)
    else:
        raise TypeError(
            f"{where}: a {type(value).__name__} has no canonical form; pass JSON values, arrays, paths or records."
        )


def _feed_array(h: Any, array: np.ndarray, where: str) -> None:
    if array.dtype.hasobject:
        raise TypeError(f"{where}: an array of Python objects has no canonical form; pass numbers.")
    h.update(f"array:{array.dtype.str}:{array.shape}:".encode())
    h.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def _feed_path(h: Any, path: Path, where: str) -> None:
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file())
        h.update(f"folder:{len(files)}:".encode())
        for file in files:
            _feed(h, file.relative_to(path).as_posix(), where)
            _feed_path(h, file, where)
        return
    if not path.is_file():
        raise FileNotFoundError(f"{where}: {path} is an input of this stage and does not exist.")
    stat = path.stat()
    h.update(f"file:{file_sha256(path, stat.st_size, stat.st_mtime_ns, stat.st_ino)}:".encode())


@functools.lru_cache(maxsize=4096)
def file_sha256(path: Path, size: int, mtime_ns: int, inode: int) -> str:
    """Content hash of a file; size, mtime and inode are there so that a changed file is read again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.cache
def foreign_versions() -> tuple[str, ...]:
    """Name and version of every foreign package that computes, read from metadata (nothing heavy is imported)."""
    found = [f"python {platform.python_version()}"]
    for name in FOREIGN:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} absent")
    return tuple(found)


@functools.lru_cache(maxsize=256)
def code_hash(code: tuple[str, ...]) -> str:
    """Hash of the sources of `code` and of every module of the house that they import, directly or not.

    Following the imports means that nobody has to remember to name a module: an edit below a stage always counts.
    """
    h = hashlib.sha256()
    for file in source_files(code):
        h.update(f"{label(file)}={hashlib.sha256(file.read_bytes()).hexdigest()};".encode())
    return h.hexdigest()


def source_files(code: Sequence[str]) -> list[Path]:
    """Files of the modules and packages in `code`, and of all modules of the house that they import; sorted.

    Raises ModuleNotFoundError for a name in `code` whose source cannot be found.
    """
    seen: set[Path] = set()
    waiting = [file for name in code for file in _files_of(name, must_exist=True)]
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            if file.suffix == ".py" and file.is_relative_to(HOUSE_FOLDER):
                waiting.extend(found for name in _house_imports(file) for found in _files_of(name))
    return sorted(seen)


def label(file: Path) -> str:
    """A file's name that is the same on every machine."""
    return file.relative_to(HOUSE_FOLDER).as_posix() if file.is_relative_to(HOUSE_FOLDER) else file.name


def _files_of(name: str, must_exist: bool = False) -> list[Path]:
    """Source files of a module, or all of a package's; nothing for a name that is no module (a class, a function)."""
    if name == HOUSE or name.startswith(HOUSE + "."):
        base = HOUSE_FOLDER.joinpath(*name.split(".")[1:])
        if base.is_dir() and name != HOUSE:
            return sorted(p for p in base.rglob("*") if p.suffix in SOURCES)
        file = base / "__init__.py" if name == HOUSE else base.with_suffix(".py")
    else:
        file = Path(getattr(sys.modules.get(name), "__file__", None) or name)
    if file.is_file():
        return [file]
    if must_exist:
        raise ModuleNotFoundError(f"code={name!r} names no module whose source can be read.")
    return []


def _house_imports(file: Path) -> Iterator[str]:
    """Modules of the house that a source names in an import, wherever in the file the import stands."""
    stat = file.stat()
    for module, name in _imports(file, stat.st_size, stat.st_mtime_ns):
        inner = f"{module}.{name}"
        yield inner if _files_of(inner) else module


@functools.lru_cache(maxsize=1024)
def _imports(file: Path, size: int, mtime_ns: int) -> tuple[tuple[str, str], ...]:
    """(module, name) of every import from the house; size and mtime are there so that a changed file is read again."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(ast.parse(file.read_bytes(), filename=str(file))):
        if isinstance(node, ast.Import):
            found += [(HOUSE, a.name.removeprefix(f"{HOUSE}.")) for a in node.names if a.name.startswith(f"{HOUSE}.")]
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, file)
            found += [(module, a.name) for a in node.names if module.split(".")[0] == HOUSE]
    return tuple(found)


def _absolute(node: ast.ImportFrom, file: Path) -> str:
    """The module that an import names, with leading dots resolved against the file's place in the house."""
    if not node.level:
        return node.module or ""
    package = (HOUSE, *file.relative_to(HOUSE_FOLDER).parts)[: -node.level]
    return ".".join((*package, *filter(None, [node.module])))


def describe(inputs: Mapping[str, object]) -> dict[str, str]:
    """Short, readable form of the inputs for the note that lies beside a cached result."""
    return {name: _short(value) for name, value in inputs.items()}


def _short(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"array {value.dtype} {value.shape}"
    if isinstance(value, (str, int, float, bool, Path)) or value is None:
        return str(value)[:200]
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, default=lambda v: _short(v))[:200]
    return f"{type(value).__name__}"
