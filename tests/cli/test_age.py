"""Re-ageing as one types it, with a small tool behind the door."""

import pytest

from tests.cli import agreed


@pytest.fixture
def cast(secondunit, home):
    """The performer has agreed to SC010 and SC020."""
    agreed.agree(secondunit, home, "SC010", "SC020")
    return home


def test_versions_of_every_tool_are_listed_with_what_was_asked(secondunit, cast):
    made = secondunit("age", "SC010", *agreed.LEAD, *agreed.YOUNGER)
    assert made.status == 0, made.err
    secondunit("collapse", "SC010", "--facade", "4,4 20,4 20,20 4,20")
    listed = secondunit("versions")
    assert listed.status == 0, listed.err
    head, aged, fallen, _ = listed.out.splitlines()
    assert head.split()[:6] == ["version", "brief", "style", "trigger", "performer", "seed"]
    assert aged.split()[:6] == ["SC010/v001", "b001", "-", "-", "Lead", "Actor"]
    assert fallen.split()[:5] == ["SC010/v002", "b002", "implode", "centre", "-"]
    first, second = secondunit("versions", "--json").json["versions"]
    assert (first["performer"], first["style"]) == ("Lead Actor", None)
    assert (second["performer"], second["style"]) == (None, "implode")
