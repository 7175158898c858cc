"""A consent's way through the front: drafted, read, signed by the performer, on record, held, lifted."""

import hashlib

import pytest
from pypdf import PdfReader

from tests.cli.test_commands import with_key


@pytest.fixture
def drafted(secondunit, home):
    """The example of terms, drafted into the folder `for-lead`; legal and the performer are on record with keys."""
    with_key(secondunit, home, "counsel", "legal")
    with_key(secondunit, home, "Lead Actor", "performer")
    (home / "rider.txt").write_text("The executed rider.")
    folder = home / "for-lead"
    assert secondunit("consent", "draft", "terms.toml", "--out", folder, "--example").status == 0
    made = secondunit("consent", "draft", "terms.toml", "--out", folder, "--json")
    assert made.status == 0, made.err
    return folder, made.json


def record(secondunit, folder, *words):
    """Put on record what was signed, as legal."""
    papers = ("--text", folder / "c001.txt", "--rider", "rider.txt", "--signed", folder / "signed.json")
    return secondunit("consent", "record", folder / "c001.json", *papers, "--as", "counsel", *words)


def test_consent_is_drafted_signed_recorded_held_and_lifted(secondunit, home, drafted):
    folder, told = drafted
    text = (folder / "c001.txt").read_bytes()
    assert told == {"id": "c001", "folder": str(folder), "text_sha256": hashlib.sha256(text).hexdigest()}
    assert told["text_sha256"] in PdfReader(folder / "c001.pdf").pages[0].extract_text()
    assert "• You, the performer: Lead Actor" in text.decode()
    read = ("--text", folder / "c001.txt", "--out", folder / "signed.json", "--as", "Lead Actor")
    signed = secondunit("key", "sign-terms", folder / "c001.json", *read, "--json")
    assert signed.status == 0, signed.err
    assert (signed.json["text_sha256"], signed.json["text_checked"]) == (told["text_sha256"], True)
    made = record(secondunit, folder, "--json")
    assert made.status == 0, made.err
    assert made.json == {"id": "c001", "performer": "Lead Actor", "assurance": "signed"}
    assert secondunit("consent", "show", "c001").out.startswith(text.decode())
    shown = secondunit("consent", "show", "c001", "--json").json
    assert (shown["signed_by"], shown["stands"]) == (["Lead Actor"], "not on hold")
    assert shown["terms"]["text_sha256"] == told["text_sha256"]
    for words, person, held in (
        (("withdraw", "c001"), "Lead Actor", True),
        (("lift", "c001", "--reason", "agreed anew in the letter of 3 March"), "counsel", False),
    ):
        assert secondunit("consent", *words, "--as", person).status == 0
        (row,) = secondunit("consent", "list", "--json").json["consents"]
        assert (row["id"], row["on_hold"]) == ("c001", held)
        assert ("ON HOLD" in secondunit("consent", "list").out) is held
    assert secondunit("ledger", "verify", "--files").status == 0


def test_hold_is_not_lifted_by_others_than_legal(secondunit, drafted):
    folder, _ = drafted
    secondunit("key", "sign-terms", folder / "c001.json", "--out", folder / "signed.json", "--as", "Lead Actor")
    assert record(secondunit, folder).status == 0
    assert secondunit("consent", "withdraw", "c001", "--as", "Lead Actor").status == 0
    assert secondunit("consent", "lift", "c001", "--reason", "please", "--as", "Ada").status != 0
    assert secondunit("consent", "list", "--json").json["consents"][0]["on_hold"]


def test_changed_statement_is_neither_signed_nor_put_on_record(secondunit, drafted):
    folder, _ = drafted
    own = ("--out", folder / "signed.json", "--as", "Lead Actor")
    assert secondunit("key", "sign-terms", folder / "c001.json", *own).status == 0
    with (folder / "c001.txt").open("a") as file:
        file.write("Sequels are included.\n")
    assert record(secondunit, folder).status != 0
    (folder / "signed.json").unlink()
    read = ("--text", folder / "c001.txt", *own)
    refused = secondunit("key", "sign-terms", folder / "c001.json", *read)
    assert refused.status == 2
    assert "do not sign" in refused.err
    assert secondunit("consent", "list").out == "No consent is on record.\n"


def test_letters_that_cannot_be_printed_leave_no_half_draft_behind(secondunit, home, drafted):
    terms = (home / "terms.toml").read_text()
    (home / "terms.toml").write_text(terms.replace("Lead Actor", "日本"))
    refused = secondunit("consent", "draft", "terms.toml", "--out", home / "other")
    assert refused.status == 2
    assert "which the page's font cannot draw" in refused.err
    assert list((home / "other").iterdir()) == []


def test_own_wording_that_leaves_out_a_term_is_refused(secondunit, home, drafted):
    (home / "own.txt").write_text("You agree to everything.\n")
    refused = secondunit("consent", "draft", "terms.toml", "--out", home / "other", "--template", "own.txt")
    assert refused.status == 2
    assert "The template leaves out {id}" in refused.err
    assert not (home / "other").exists()
