"""The production that is attacked: a performer who agreed, a brief, and people with keys (see tests.runner.attacks)."""

import shutil

import pytest

from secondunit.runner.production import open_production
from tests.runner import attacks, door


@pytest.fixture
def tmp_path():
    with door.quick_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def templates():
    """Copied, because a production costs more to make than to copy."""
    with door.quick_folder() as folder:
        attacks.new(folder / "new")
        shutil.copytree(folder / "new", folder / "ready")
        production = open_production(folder / "ready")
        door.done(attacks.consent(production))
        door.done(attacks.brief(production))
        yield folder


@pytest.fixture(autouse=True)
def _age_has_a_source(monkeypatch):
    attacks.give_source(monkeypatch)


@pytest.fixture
def bare(templates, tmp_path):
    """Nobody has agreed to anything yet."""
    shutil.copytree(templates / "new", tmp_path / "agm")
    return open_production(tmp_path / "agm")


@pytest.fixture
def production(templates, tmp_path):
    """One performer has agreed, and a brief asks for what they agreed to."""
    shutil.copytree(templates / "ready", tmp_path / "agm")
    return open_production(tmp_path / "agm")
