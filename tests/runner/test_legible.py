"""What was read in a plate goes on record with it, is told to those who decide about signage, and decides nothing."""

import io

import pytest

from secondunit.runner import intake, legible, told
from secondunit.runner.advance import advance
from secondunit.runner.screen import RichScreen
from secondunit.runner.work import Admission
from secondunit.runner.workers import House, Quiet
from secondunit.schema import BriefRequest, CollapseBrief, InputError, Sign, Signs, Status, StatusRequest, Tri
from tests.runner import door

ABOUT = {"subject": "A010/PL01_v001", "subject_sha256": "0" * 64, "at": "2026-11-22T10:00:00.000000Z"}
DONE = {"frames": (1001, 1012), "reader": "r"}


def sign(text, frame=1001, confidence=0.974):
    return Sign(text=text, frame=frame, box=(1, 1, 4, 2), confidence=confidence)


READ = {"legible": Tri.TRUE, "signs": (sign("FARMACIA"),), **DONE}


def said(**fields):
    return legible.Legible("A010/PL01_v001", Signs(**ABOUT, **fields)).sentence("the plate")


def plate_with(production, **signs):
    workers = door.Hands()
    workers.signs = signs
    return door.done(door.add_plate(production, workers=workers))


@pytest.fixture
def production(tmp_path):
    return door.ready(tmp_path / "agm")


def test_what_was_read_goes_on_record_and_in_the_ledger(production):
    plate = plate_with(production, **READ)
    found = legible.of_shot(production, "A010").found
    assert (found.subject, found.signs) == (f"A010/{plate.id}", READ["signs"])
    with production.reading() as reading:
        assert found.subject_sha256 == reading.plate_sha256(plate)
        assert list(told.faults(reading)) == []


def test_plate_from_before_plates_were_read(production, monkeypatch):
    """Productions of older versions hold no such record; nothing about them is a fault."""

    def put(self, writing, admission: Admission):
        writing.put_plate(admission.made, "0" * 64, self.under.clearance.id)

    monkeypatch.setattr(intake.Decoded, "put", put)
    door.done(door.add_plate(production, shot="B020"))
    found = legible.of_shot(production, "B020")
    assert found.found is None
    assert "came in before plates were read" in found.sentence()
    assert found.answer() == {"plate": "B020/PL01_v001", "legible": "unknown", "frames": [], "signs": []}
    with production.reading() as reading:
        assert list(told.faults(reading)) == []


def test_version_tells_of_the_plate_that_it_was_made_from(production):
    door.made(production)
    plate_with(production, **READ)
    assert legible.of_subject(production, "A010/v001").name == "A010/PL01_v001"
    assert legible.of_subject(production, "A010/b001").name == "A010/PL01_v002"
    assert [one.name for one in legible.of_shots(production, ["A010", "Z999", "A010"])] == ["A010/PL01_v002"]
    with pytest.raises(InputError, match="no plate for the shot Z999"):
        legible.of_subject(production, "Z999/b001")


def final(production):
    return advance(production, StatusRequest(actor="Ann", shot="A010", version="v001", status=Status.FINAL))


def test_refusal_for_missing_signage_names_what_was_read_and_nothing_else_changes(production, tmp_path):
    verdicts = {}
    for name, signs in {"unknown": {}, "read": READ, "nothing": {"legible": Tri.FALSE, **DONE}}.items():
        home = door.new(tmp_path / name)
        plate_with(home, **signs)
        door.done(door.add_brief(home))
        door.made(home)
        verdicts[name] = final(home)
    facts = {name: {**one.verdict.facts, "subject": ""} for name, one in verdicts.items()}
    assert facts["unknown"] == facts["read"] == facts["nothing"]
    assert {one.exit_code for one in verdicts.values()} <= {3, 4}
    rules = {tuple(stop.rule for stop in one.verdict.objections) for one in verdicts.values()}
    assert len(rules) == 1
    assert "Legible in A010/PL01_v001: 'FARMACIA' (frame 1001, 97 %)" in verdicts["read"].says()
    assert "Nobody looked for signs in A010/PL01_v001" in verdicts["unknown"].says()
    assert "no proof that there is none" in verdicts["nothing"].says()
    assert verdicts["read"].says().startswith(verdicts["read"].verdict.says())


def test_run_in_final_quality_is_told_too(tmp_path):
    home = door.new(tmp_path / "agm")
    plate_with(home, **READ)
    brief = CollapseBrief(shot="A010", facade=door.CORNERS, quality="final")
    door.done(advance(home, BriefRequest(actor="Ann", brief=brief), workers=door.Hands()))
    asked = door.make(home)
    assert asked.exit_code == 4
    assert asked.says().endswith("'FARMACIA' (frame 1001, 97 %). There may be others.")


def test_other_answers_of_the_gate_say_nothing_of_signs(production):
    assert "egible" not in door.add_plate(production, actor="Nobody").says()


def test_the_house_asks_the_signs_room(production, tmp_path, monkeypatch):
    from secondunit.signs import models

    def missing(model):
        raise models.Missing("rapidocr is not installed")

    monkeypatch.setattr(models, "find", missing)
    with production.reading() as reading:
        plate = reading.plate("A010", None)
    assert House().read_signs(Signs(**ABOUT), plate, tmp_path, console=Quiet()).legible is Tri.UNKNOWN


# ---- the words


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "Nobody looked for signs in the plate (no reader is installed): whether names are legible is unknown."),
        ({"reader": "r"}, "Reading signs in the plate failed: whether names are legible is unknown."),
        (
            {"legible": Tri.FALSE, **DONE},
            "Nothing read in the plate (frames 1001, 1012): that is no proof that there is none.",
        ),
        (READ, "Legible in the plate: 'FARMACIA' (frame 1001, 97 %). There may be others."),
        (
            {**READ, "signs": (sign("Hotel", 1001, 0.8), sign("HOTEL", 1012, 0.9), sign("Bar"))},
            "Legible in the plate: 'Bar' (frame 1001, 97 %), 'HOTEL' (frame 1012, 90 %). There may be others.",
        ),
    ],
)
def test_sentence(fields, line):
    assert said(**fields) == line


def test_many_names_are_counted():
    line = said(**{**READ, "signs": tuple(sign(f"Bar {n}") for n in range(20))})
    assert line.endswith(", and 8 more (--json lists all). There may be others.")


def test_text_cannot_close_its_quotes_or_format_a_terminal(capsys):
    from secondunit.cli.answer import tell

    line = said(**{**READ, "signs": (sign("O'NEILL' (frame 1, 99 %)"), sign("[red]BAR[/red] {x} \\[b]"))})
    assert "'O’NEILL’ (frame 1, 99 %)' (frame 1001, 97 %)" in line  # noqa: RUF001 - the quotation mark is the point
    assert "'[red]BAR[/red] {x} \\[b]'" in line
    tell(False, {}, line)
    assert capsys.readouterr().out == f"{line}\n"
    terminal = io.StringIO()
    RichScreen(terminal).say(line)
    assert "[red]BAR[/red]" in terminal.getvalue()
