"""Bans that no linter has: each with its reason."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))


def tracked():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_room_is_called_utils():
    """A helper without a room shows a missing noun."""
    names = {"util", "utils", "helper", "helpers", "misc", "common"}
    assert [p for p in SOURCES if names & {p.stem, p.parent.name}] == []


def test_no_room_is_empty():
    """Rooms appear when they have something real in them."""
    rooms = (ROOT / "src" / "secondunit").rglob("__init__.py")
    assert [p for p in rooms if not any(q != p for q in p.parent.rglob("*.py"))] == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (r"\b(TODO|FIXME|XXX|HACK)\b", "unfinished work is an issue, not a comment"),
        (r"^\s*raise NotImplementedError\s*$", "no stubs that pretend"),
        (r"\b__import__\(", "the import rules cannot see it"),
        (r"^\s*from [\w.]+ import \*", "one star import can weld rooms together"),
        (r"/(home|Users|root|work)/\w", "a path of one machine"),
    ],
)
def test_source_is_free_of(words, why):
    found = [
        f"{p.relative_to(ROOT)}:{n}: {line.strip()}"
        for p in SOURCES
        for n, line in enumerate(p.read_text().splitlines(), start=1)
        if re.search(words, line)
    ]
    assert not found, f"{why}:\n" + "\n".join(found)


def test_networks_stay_in_their_rooms():
    """The import rules see packages, not parts of them: OpenCV's networks run in faces/ and signs/ only."""
    outside = [p for p in SOURCES if p.parent.name not in ("faces", "signs") and re.search(r"\bdnn\b", p.read_text())]
    assert outside == []


def test_nothing_tracked_is_large():
    """A clone stays small: the example plate has 4 MB, everything else far less."""
    large = [(p.relative_to(ROOT), p.stat().st_size) for p in tracked() if p.stat().st_size > 4_200_000]
    assert large == []


def test_skips_say_why():
    bare = [
        p for p in (ROOT / "tests").rglob("test_*.py") if re.search(r"mark\.skip(if)?(\s|$|\(\s*\))", p.read_text())
    ]
    assert bare == []
