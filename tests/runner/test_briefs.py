"""What goes on record as a brief can be worked with: a wrong one leaves no row, no file and no line."""

import hashlib
import json
import sqlite3

import pytest
from PIL import Image

from secondunit.runner.advance import advance
from secondunit.runner.facts import see_brief
from secondunit.runner.jobs import Stop
from secondunit.runner.ledger import verify_ledger
from secondunit.runner.workers import Quiet
from secondunit.schema import AgeBrief, BriefRequest, Cancelled, CollapseBrief, InputError, MakeRequest, Tri
from tests.runner import door


@pytest.fixture
def production(tmp_path):
    made = door.new(tmp_path / "agm")
    door.done(door.add_plate(made))
    return made


def lines(production):
    with production.reading() as reading:
        return len(list(reading.ledger()))


def test_brief_that_its_tool_refuses_leaves_nothing(production, tmp_path):
    matte = tmp_path / "matte.png"
    matte.write_bytes(b"white")
    hands, before = door.Hands(), lines(production)
    hands.fault = "--matte matte.png is black everywhere: it must be white where the building is."
    with pytest.raises(InputError, match="black everywhere"):
        door.add_brief(production, workers=hands, matte_file=str(matte))
    with production.reading() as reading:
        assert reading.briefs("A010") == []
    assert lines(production) == before
    assert not (production.folder / "blobs").exists()


def test_brief_that_is_stopped_while_it_is_checked_leaves_nothing(production):
    stop, hands, before = Stop(), door.Hands(), lines(production)
    hands.check = lambda *_, **__: stop.set()
    console = Quiet()
    console.check = stop.check
    brief = CollapseBrief(shot="A010", facade=door.CORNERS)
    with pytest.raises(Cancelled):
        advance(production, BriefRequest(actor="Ann", brief=brief), console=console, workers=hands)
    assert lines(production) == before


def test_device_that_is_not_there_leaves_neither_brief_nor_job(production):
    """Whichever front asks: the door looks for the device before a brief that will be made goes on record."""
    hands = door.Hands()
    hands.devices = ("cpu",)
    before = lines(production)
    with pytest.raises(InputError, match="--device cuda:7 is not on this machine"):
        door.add_brief(production, workers=hands, device="cuda:7")
    assert lines(production) == before
    stored = door.done(door.add_brief(production, workers=hands, device="cpu"))
    before = lines(production)
    request = MakeRequest(actor="Ann", shot="A010", brief=stored.id, device="cuda:7")
    with pytest.raises(InputError, match="--device cuda:7 is not on this machine"):
        advance(production, request, workers=hands)
    assert lines(production) == before
    assert door.left(production) == ([], [])


def test_brief_of_a_device_elsewhere_is_kept_where_it_is_not_made(production):
    hands = door.Hands()
    hands.devices = ("cpu",)
    assert door.done(door.add_brief(production, workers=hands)).id == "b001"


@pytest.mark.parametrize("option", ["matte_file", "building_file", "track_file"])
def test_files_that_are_not_there_are_named_as_given(production, option):
    with pytest.raises(InputError, match=r"--(matte|building|track) gone\.file"):
        door.add_brief(production, **{option: "gone.file"})


def test_nothing_is_checked_for_a_person_who_may_write_no_briefs(production):
    hands = door.Hands()
    hands.fault = "checked all the same"
    assert door.add_brief(production, workers=hands, actor="Leo").exit_code == 3
    assert door.add_brief(production, workers=hands, actor="Mallory").exit_code == 3


def test_file_that_changes_while_it_is_checked_is_not_kept(production, tmp_path):
    matte = tmp_path / "matte.png"
    matte.write_bytes(b"white")
    hands = door.Hands()
    hands.check = lambda *_, **__: matte.write_bytes(b"half")
    with pytest.raises(InputError, match="changed while it was read"):
        door.add_brief(production, workers=hands, matte_file=str(matte))
    with production.reading() as reading:
        assert reading.briefs("A010") == []


def roto(production, pattern, workers=None):
    """A brief of a face with mattes, put on record."""
    brief = AgeBrief(shot="A010", performer="Pia", to_age=30, apparent_age=50)
    request = BriefRequest(actor="Ann", brief=brief, roto_file=str(pattern))
    return advance(production, request, workers=workers or door.Hands())


@pytest.fixture
def mattes(tmp_path):
    """One for each frame of the plate and one before it."""
    for number in (1000, 1001, 1002):
        Image.new("L", (4, 3), number % 256).save(tmp_path / f"roto.{number}.png")
    return tmp_path / "roto.####.png"


def test_mattes_of_the_plates_frames_are_kept_by_content(production, mattes):
    stored = door.done(roto(production, mattes))
    with production.reading() as reading:
        kept = reading.brief("A010", stored.id).roto
    assert kept.first_frame == 1001
    originals = [mattes.with_name(f"roto.{number}.png").read_bytes() for number in (1001, 1002)]
    assert [(production.folder / one.path).read_bytes() for one in kept.files] == originals
    with production.reading() as reading:
        assert see_brief(production.folder, reading, "A010", stored.id) is Tri.TRUE
        (production.folder / kept.files[1].path).write_bytes(b"changed in place")
        assert see_brief(production.folder, reading, "A010", stored.id) is Tri.FALSE


def test_one_matte_is_kept_for_every_frame(production, mattes):
    stored = door.done(roto(production, mattes.with_name("roto.1001.png")))
    with production.reading() as reading:
        kept = reading.brief("A010", stored.id).roto
    assert (kept.first_frame, len(kept.files)) == (None, 1)


def test_mattes_that_lack_a_frame_leave_nothing(production, mattes):
    before = lines(production)
    mattes.with_name("roto.1002.png").unlink()
    with pytest.raises(InputError, match=r"--roto .*roto\.####\.png: .* lacks frames 1002 of the plate's 1001-1002"):
        roto(production, mattes)
    assert lines(production) == before
    assert not (production.folder / "blobs").exists()


def test_mattes_that_the_tool_refuses_leave_nothing(production, mattes):
    hands = door.Hands()
    hands.fault = "--roto roto.####.png is black everywhere"
    with pytest.raises(InputError, match="black everywhere"):
        roto(production, mattes, hands)
    assert not (production.folder / "blobs").exists()


def test_a_head_track_is_kept_by_content(production, tmp_path):
    (tmp_path / "head.usda").write_text("#usda 1.0")
    brief = AgeBrief(shot="A010", performer="Pia", to_age=30, apparent_age=50, track_prim="/head")
    request = BriefRequest(actor="Ann", brief=brief, track_file=str(tmp_path / "head.usda"))
    stored = door.done(advance(production, request, workers=door.Hands()))
    with production.reading() as reading:
        kept = reading.brief("A010", stored.id)
    assert (production.folder / kept.track.path).read_text() == "#usda 1.0"
    assert kept.files == (kept.track,)
    assert kept.track_prim == "/head"


def test_brief_needs_the_plate_that_it_speaks_of(production):
    with pytest.raises(InputError, match="There is no plate for the shot B020"):
        door.add_brief(production, shot="B020")
    with pytest.raises(InputError, match="There is no plate A010/PL01_v009"):
        door.add_brief(production, plate="PL01_v009")


def test_brief_of_an_older_version_is_still_intact(production):
    """Its text is what was approved; reading it upgrades it, which must not look like a change."""
    stored = door.done(door.add_brief(production))
    with production.reading() as reading:
        fields = json.loads(reading.brief_text("A010", stored.id))
    del fields["event_from_one"]
    old = json.dumps(fields | {"schema": "collapse-brief/1", "event_frame": 12}, sort_keys=True, separators=(",", ":"))
    sha256 = hashlib.sha256(old.encode()).hexdigest()
    record = stored.model_copy(update={"id": "b002", "brief_sha256": sha256})
    with sqlite3.connect(production.folder / "secondunit.db") as by_hand:
        by_hand.execute("drop trigger if exists briefs_no_update")
        row = by_hand.execute("select sql from sqlite_master where type = 'trigger' and tbl_name = 'briefs'").fetchall()
        names = [sql.split()[2].strip('"') for (sql,) in row]
        for name in names:
            by_hand.execute(f'drop trigger "{name}"')
        by_hand.execute("update briefs set brief = ?, brief_sha256 = ?, record = ?, id = 'b002'",
                        (old, sha256, record.to_json()))  # fmt: skip
    version = door.done(door.make(production, brief="b002"))
    assert version.brief_sha256 == sha256
    assert verify_ledger(production).faults == ()
    with production.reading() as reading:
        assert reading.clearance(version.clearance).verdict.facts["brief_intact"] == Tri.TRUE
