"""The program as one types it, and a production to type it in."""

import pytest

from secondunit.runner import advance as door
from tests.cli.front import Front
from tests.runner.small_tool import SmallWorkers


@pytest.fixture
def secondunit(capfd, monkeypatch, tmp_path_factory):
    monkeypatch.setattr(door, "House", SmallWorkers)
    monkeypatch.setenv("SECONDUNIT_CONFIG", str(tmp_path_factory.mktemp("config")))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("SECONDUNIT_PERSON", "Ada")
    return Front(capfd, monkeypatch)


@pytest.fixture
def home(secondunit, tmp_path, monkeypatch):
    """A production with a plate, as the current folder."""
    assert secondunit("init", tmp_path / "agm", "--title", "Again, Ma", "--code", "AGM").status == 0
    monkeypatch.chdir(tmp_path / "agm")
    assert secondunit("plate", "add", "SC010", "grey.png").status == 0
    return tmp_path / "agm"
