"""Looks as one types them: made, approved, taken over by two shots, changed, made again."""

import json

import pytest

from tests.cli import agreed

KEYED = ("--strength", "0:0,24:1")


@pytest.fixture
def cast(secondunit, home):
    """The performer has agreed to SC010 and SC020; `ref.png` is a picture."""
    agreed.agree(secondunit, home, "SC010", "SC020")
    (home / "ref.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return home


def add(secondunit, *words):
    return secondunit("look", "add", "flashback", *words, "--json")


def age(secondunit, shot, *words, look="flashback"):
    return secondunit("age", shot, *agreed.LEAD, "--look", look, *words, "--json")


def test_a_look_is_approved_once_and_drives_every_shot_until_it_changes(secondunit, cast):
    assert secondunit("look", "list").out == "No look is on record.\n"
    made = add(secondunit, *agreed.LEAD, *agreed.YOUNGER, *KEYED, "--region", "neck=0", "--still", "ref.png")
    assert made.status == 0, made.err
    assert (made.json["called"], made.json["state"], made.json["strength"]) == (
        "flashback/v001",
        "open",
        [[0, 0], [24, 1]],
    )
    assert made.json["stills"][0]["name"] == "ref.png"
    draft = age(secondunit, "SC010")
    assert draft.status == 0, draft.err
    assert draft.err.startswith(
        "Look flashback/v001, not approved. A final needs it approved: secondunit look approve fla"
    )
    assert draft.json["look"]["state"] == "open"
    waiting = age(secondunit, "SC010", "--quality", "final")
    assert (waiting.status, waiting.json["roles"]) == (4, ["supervisor"])
    done = secondunit("look", "approve", "flashback/v001", "--as", "Sue", "--json")
    assert done.json["subject"] == "look:flashback/v001"
    for shot in ("SC010", "SC020"):
        final = age(secondunit, shot, "--quality", "final")
        assert final.status == 0, final.err
        assert final.err.startswith("Look flashback/v001, approved.\n")
    recipe = json.loads((cast / "versions" / "SC020" / "v001" / "recipe.json").read_text())["brief"]
    assert {name: recipe["look"][name] for name in ("name", "version", "sha256")} == {
        "name": "flashback",
        "version": "v001",
        "sha256": made.json["sha256"],
    }
    assert (recipe["by_years"], recipe["regions"], recipe["strength"]) == (-12, {"neck": 0}, [[0, 0], [24, 1]])
    changed = secondunit("look", "add", "flashback", "--volume", "0.5")
    assert "made with an older one: SC010: v001 with v001, v002 with v001\n" in changed.out
    assert "to make again: secondunit age SC020 --performer 'Lead Actor' --look flashback/v002\n" in changed.out
    assert age(secondunit, "SC020", look="flashback/v002").status == 0
    shown = secondunit("look", "show", "flashback", "--json").json
    assert [row["version"] for row in shown["touches"]] == ["SC010/v001", "SC010/v002"]
    assert shown["made"] == ["SC020/v002"]
    assert "flashback/v002 is newer." in secondunit("look", "show", "flashback/v001").out
    listed = secondunit("look", "list", "--json").json["looks"]
    assert [(row["called"], row["state"]) for row in listed] == [
        ("flashback/v001", "approved"),
        ("flashback/v002", "open"),
    ]
    assert "flashback/v001  " in secondunit("versions").out
    assert secondunit("ledger", "verify", "--files").status == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("--volume", "0.5"),
            "--volume beside --look flashback: the look says that, for every shot alike; leave --volume",
        ),
        (("--to", "40"), "--to beside --look flashback"),
        (("--from", "50"), "--from beside --look flashback"),
        (("--region", "neck=1"), "--region beside --look flashback"),
        (("--strength", "0.5"), "--strength beside --look flashback"),
        (("--seed", "2"), "--seed beside --look flashback"),
    ],
)
def test_what_the_look_says_is_not_said_again(secondunit, cast, words, says):
    add(secondunit, *agreed.LEAD, *agreed.YOUNGER)
    refused = age(secondunit, "SC010", *words)
    assert refused.status == 2
    assert refused.err.startswith(says)
    assert refused.err.count("\n") == 1


def test_wrong_looks_are_one_sentence(secondunit, cast):
    missing = age(secondunit, "SC010")
    assert (missing.status, "`secondunit look add NAME --performer NAME" in missing.err) == (2, True)
    add(secondunit, *agreed.LEAD, *agreed.YOUNGER)
    for look, says in (
        ("flash", "those on record are flashback"),
        ("flashback/v7", "the versions of flashback are v001"),
    ):
        refused = age(secondunit, "SC010", look=look)
        assert (refused.status, says in refused.err) == (2, True), refused.err
    other = secondunit("age", "SC010", "--performer", "Sue", "--look", "flashback")
    assert other.err.startswith("The look flashback/v001 is Lead Actor's, not Sue's")
    for words, says in (
        (("approve", "flashback", "--as", "Sue"), "write NAME/v002"),
        (("approve", "flashback/v009", "--as", "Sue"), "the versions of flashback are v001"),
        (("add", "a/b", *agreed.LEAD), "NAME = 'a/b': a look's name"),
        (("add", "flashback", "--strength", "often"), "--strength has 'often': write one number"),
        (("add", "flashback", "--strength", "2"), "--strength = 2.0: it must be at most 1."),
        (("add", "flashback", "--region", "nose=1"), "--region"),
        (("add", "flashback", "--still", "gone.png"), "There is no file gone.png"),
    ):
        refused = secondunit("look", *words)
        assert (refused.status, says in refused.err, refused.err.count("\n")) == (2, True, 1), refused.err


def test_the_makers_own_approval_is_said_not_to_count(secondunit, cast):
    made = secondunit("look", "add", "flashback", *agreed.LEAD, *agreed.YOUNGER, "--as", "Sue")
    assert made.status == 0, made.err
    done = secondunit("look", "approve", "flashback/v001", "--as", "Sue")
    assert (done.status, "does not count as approved yet" in done.err) == (0, True)


def test_strength_needs_no_look(secondunit, cast):
    made = secondunit("age", "SC010", *agreed.LEAD, *agreed.YOUNGER, *KEYED, "--json")
    assert made.status == 0, made.err
    assert "look" not in made.json
    recipe = json.loads((cast / "versions" / "SC010" / "v001" / "recipe.json").read_text())["brief"]
    assert (recipe["strength"], recipe["look"]) == ([[0, 0], [24, 1]], None)
