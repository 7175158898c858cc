"""The README's chapter on people and law, typed line by line; a comment says where a line ends otherwise than well."""

import re
import shlex
from pathlib import Path

import pytest

from secondunit.runner import advance as door
from tests.cli.front import Front
from tests.runner.small_tool import SmallWorkers

ROOT = Path(__file__).parents[2]
CHAPTER = re.search(r"<!-- tried by .*?-->\n```\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
LINE = re.compile(r"^\$ secondunit (.*?)(?:\s+# exit (\d))?$", re.M)


@pytest.fixture
def demo(tmp_path, monkeypatch, capfd):
    """What `make demo` leaves, with a small tool in place of the real one, and nobody's real keys in reach."""
    monkeypatch.setattr(door, "House", SmallWorkers)
    monkeypatch.setenv("SECONDUNIT_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("SECONDUNIT_PERSON", "artist")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    secondunit = Front(capfd, monkeypatch)
    assert secondunit("init", tmp_path / "demo", "--title", "Second Unit demo", "--code", "DEMO").status == 0
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path / "demo")
    assert secondunit("plate", "add", "SC010", "grey.png").status == 0
    assert secondunit("collapse", "SC010", "--facade", "4,4 20,4 20,20 4,20").status == 0
    return secondunit


def test_every_line_of_the_chapter_ends_as_it_says(demo):
    assert CHAPTER is not None
    lines = LINE.findall(CHAPTER[1])
    assert len(lines) > 20
    assert {status for _, status in lines} == {"", "3", "4"}
    for words, status in lines:
        ended = demo(*shlex.split(words))
        assert ended.status == int(status or 0), f"{words}\n{ended.out}{ended.err}"


def test_the_example_table_holds_with_every_pack(demo):
    cases = ROOT / "examples" / "guardrails" / "cases.toml"
    assert demo("policy", "test", cases).status == 0
    demo("key", "make", "--no-passphrase", "--as", "counsel", "--out", "counsel.pub")
    demo("person", "add", "counsel", "--role", "legal", "--key", "counsel.pub")
    packs = ("netflix-genai", "sag-aftra", "eu-ai-act-50")
    assert demo("policy", "use", *packs, "--as", "counsel").status == 0
    said = demo("policy", "test", cases)
    assert said.status == 0, said.out
