"""Performers enrolled through the front, listed, erased."""

import json

import pytest

from tests.cli.test_commands import with_key
from tests.runner import enrolled
from tests.runner.attacks import day


@pytest.fixture
def released(secondunit, home, monkeypatch):
    """Legal and the performer have keys; her biometric release is on record; hands that measure what tests write."""
    from secondunit.runner.advance import House

    monkeypatch.setattr(House, "measure", enrolled.Eyes.measure, raising=False)
    with_key(secondunit, home, "counsel", "legal")
    with_key(secondunit, home, "Pia", "performer")
    (home / "paper.txt").write_text("I agree.")
    for number, away in enumerate((0.0, 0.1)):
        (home / f"{number}.jpg").write_text(json.dumps(enrolled.face("Pia", away)))
    words = ("--what", "matching", "--holder", "Pia", "--document", "paper.txt", "--as", "counsel")
    assert secondunit("release", "add", "biometric", "SC010", *words).status == 0
    return home


def add(secondunit, *words, until=None):
    about = ("--release", "r001", "--destroy-on", until or day(90))
    return secondunit("enrol", "add", "Pia", "0.jpg", "1.jpg", *about, *words)


def test_enrolled_listed_and_erased(secondunit, released):
    assert secondunit("enrol", "list").out.strip() == "Nobody is enrolled: matching is off."
    made = add(secondunit, "--as", "counsel", "--json")
    assert made.status == 0, made.err
    assert (made.json["rates"]["genuine"], made.json["destroy_on"]) == (1, day(90))
    assert add(secondunit, "--as", "counsel").status == 3
    (row,) = secondunit("enrol", "list", "--json").json["enrolled"]
    assert (row["performer"], row["state"], row["shots"]) == ("Pia", "in use", ["SC010"])
    assert "0 of 1 pair of the same person missed (at most 95 %)" in secondunit("enrol", "list").out
    assert secondunit("enrol", "erase", "Pia").status == 3
    assert secondunit("enrol", "erase", "Pia", "--as", "Pia", "--json").json["erased"] is True
    assert secondunit("enrol", "list").out.strip() == "Nobody is enrolled: matching is off."
    assert secondunit("ledger", "verify", "--files").status == 0


def test_a_release_that_is_gone_is_listed_with_the_next_step(secondunit, released):
    assert add(secondunit, "--as", "counsel").status == 0
    for path in (released / "blobs").iterdir():
        path.unlink()
    shown = secondunit("enrol", "list").out
    assert "NOT USED (release or key is gone)" in shown
    assert "next: secondunit enrol erase Pia" in shown


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("Pia", "0.jpg", "--release", "r009", "--destroy-on", "2099-01-01"), "There is no release r009: r001"),
        (("Pia", "0.jpg", "--release", "r001", "--destroy-on", "soon"), "write a day as 2026-03-01"),
        (("Pia", "no.jpg", "--release", "r001", "--destroy-on", "2099-01-01"), "PICTURE no.jpg is not a file"),
    ],
)
def test_words_that_are_wrong(secondunit, released, words, says):
    done = secondunit("enrol", "add", *words, "--as", "counsel")
    assert done.status == 2
    assert says in done.err


def test_nothing_to_erase(secondunit, home):
    done = secondunit("enrol", "erase", "Pia")
    assert (done.status, "Nothing of Pia is kept" in done.err) == (2, True)
