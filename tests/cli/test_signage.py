"""Who decides about signage sees what was read: in releases, questions and answers, and where the gate says no."""

import pytest

from secondunit.runner import advance as door
from secondunit.schema import Sign, Tri
from tests.cli.test_commands import CORNERS, with_key
from tests.runner.small_tool import SmallWorkers

NAME = "Legible in SC010/PL01_v001: '[red]FARMACIA' (frame 1001, 97 %). There may be others."


class Readers(SmallWorkers):
    """As small as the others, and they read one name."""

    def read_signs(self, blank, plate, folder, **_):
        signs = (Sign(text="[red]FARMACIA", frame=1001, box=(1, 1, 9, 4), confidence=0.97),)
        return blank.model_copy(update={"signs": signs, "legible": Tri.TRUE, "reader": "r", "frames": (1001,)})


@pytest.fixture
def read_home(secondunit, tmp_path, monkeypatch):
    """A production with a plate in which a name was read, and people with keys."""
    monkeypatch.setattr(door, "House", Readers)
    secondunit("init", tmp_path / "agm", "--title", "Again, Ma", "--code", "AGM")
    monkeypatch.chdir(tmp_path / "agm")
    added = secondunit("plate", "add", "SC010", "grey.png")
    assert "  Legible in the plate: '[red]FARMACIA' (frame 1001, 97 %). There may be others.\n" in added.out
    return tmp_path / "agm"


def paper(home):
    written = home / "scratch" / "release.txt"
    written.write_text("You may.")
    return ("SC010", "--what", "the sign", "--holder", "its owner", "--document", written, "--as", "Leo")


def test_plate_add_answers_with_what_was_read(secondunit, read_home):
    added = secondunit("plate", "add", "SC020", "grey.png", "--json").json
    assert added["signs"]["legible"] == "true"
    (sign,) = added["signs"]["signs"]
    assert (sign["text"], sign["frame"], sign["box"], sign["confidence"]) == ("[red]FARMACIA", 1001, [1, 1, 9, 4], 0.97)


def test_releases_show_what_there_is_to_clear(secondunit, read_home):
    with_key(secondunit, read_home, "Leo", "legal")
    assert secondunit("release", "list").out == f"No release is on record.\n{NAME}\n"
    assert NAME not in secondunit("release", "add", "location", *paper(read_home)).out
    assert NAME in secondunit("release", "add", "signage", *paper(read_home)).out
    told = secondunit("release", "add", "signage", *paper(read_home), "--json").json
    assert told["signs"][0]["plate"] == "SC010/PL01_v001"
    assert secondunit("release", "list", "--json").json["signs"] == told["signs"]


def test_questions_answers_and_the_gate_show_it(secondunit, read_home):
    with_key(secondunit, read_home, "Leo", "legal")
    assert NAME in secondunit("collapse", "SC010", "--facade", CORNERS).err
    assert f"About signs-cleared: {NAME}" in secondunit("questions", "SC010/v001").out
    assert secondunit("questions", "SC010/b001", "--json").json["signs"]["legible"] == "true"
    refused = secondunit("status", "SC010/v001", "final")
    assert refused.status == 4
    assert NAME in refused.err
    explained = secondunit("policy", "explain", "SC010/v001")
    assert (explained.status, NAME in explained.out) == (4, True)
    answered = secondunit("answer", "SC010/v001", "signs-cleared", "yes", "--as", "Leo", "--json")
    assert NAME in answered.err
    assert answered.json["signs"]["plate"] == "SC010/PL01_v001"
    assert NAME not in secondunit("answer", "SC010/v001", "disclosed", "yes", "--as", "Leo").err
    assert NAME not in secondunit("status", "SC010/v001", "final").err
    assert NAME not in secondunit("policy", "explain", "SC010/v001").out


def test_unknown_is_said(secondunit, home):
    line = "Nobody looked for signs in SC010/PL01_v001 (no reader is installed): whether names are legible is unknown."
    assert secondunit("release", "list").out == f"No release is on record.\n{line}\n"
    assert secondunit("answer", "SC010/v009", "signs-cleared", "yes").status == 2
    assert secondunit("answer", "SC090/b001", "signs-cleared", "yes").status == 2
    assert secondunit("policy", "explain", "SC090").status == 2
