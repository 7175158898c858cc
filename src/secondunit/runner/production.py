"""A production on disk: found, opened, made."""

from dataclasses import dataclass
from pathlib import Path

from secondunit.schema import InitRequest, Outcome


@dataclass(frozen=True)
class Production:
    """An open production. folder: absolute."""

    folder: Path


def init_production(folder: Path, request: InitRequest) -> Outcome:
    """Make a new production in `folder` (absent or empty); raises InputError when something is there."""
    raise NotImplementedError


def find_production(start: Path) -> Path:
    """Walk up from `start` to the folder that holds production.toml; raises InputError that says what to do."""
    raise NotImplementedError


def open_production(folder: Path) -> Production:
    """Open, bring the database up to date, clear what dead jobs left behind."""
    raise NotImplementedError
