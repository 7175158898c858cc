"""A production in which a performer has agreed to be re-aged in two shots, made with the commands that people type."""

from pathlib import Path
from typing import Any

from tests.cli.test_commands import with_key

LEAD = ("--performer", "Lead Actor")
YOUNGER = ("--by", "-12", "--from", "52")


def agree(secondunit: Any, home: Path, *shots: str) -> None:
    """Counsel, performer and a supervisor (Sue) with keys, plates with the performer in them, and the consent."""
    for name, role in (("counsel", "legal"), ("Lead Actor", "performer"), ("Sue", "supervisor")):
        with_key(secondunit, home, name, role)
    for shot in shots:
        secondunit("plate", "add", shot, "grey.png")
        assert secondunit("identify", shot, *LEAD, "--as", "Sue").status == 0
    (home / "rider.txt").write_text("The executed rider.")
    folder = home / "for-lead"
    secondunit("consent", "draft", "terms.toml", "--out", folder, "--example")
    terms = home / "terms.toml"
    terms.write_text(terms.read_text().replace('["SC010"]', str(list(shots)).replace("'", '"')))
    assert secondunit("consent", "draft", terms, "--out", folder).status == 0
    paper = folder / "c001.json"
    assert secondunit("key", "sign-terms", paper, "--out", folder / "signed.json", "--as", "Lead Actor").status == 0
    given = ("--text", folder / "c001.txt", "--rider", "rider.txt", "--signed", folder / "signed.json")
    made = secondunit("consent", "record", paper, *given, "--as", "counsel")
    assert made.status == 0, made.err
