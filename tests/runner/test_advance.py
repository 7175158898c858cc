"""The door: what each move does, who may, what is kept of it, and what is refused."""

import json
import shutil

import pytest

from secondunit.runner.advance import advance
from secondunit.runner.facts import Look
from secondunit.runner.ledger import verify_ledger
from secondunit.runner.production import find_production, init_production, open_production
from secondunit.schema import (
    ApproveRequest,
    BriefRequest,
    Cancelled,
    CollapseBrief,
    InitRequest,
    InputError,
    MakeRequest,
    NoteRequest,
    PackReviewRequest,
    PersonRequest,
    PolicyRequest,
    RejectRequest,
    Role,
    Status,
    StatusRequest,
    Tri,
    WorkFailed,
)
from tests.runner import door, people
from tests.runner.door import Hands, add_brief, add_plate, done, left, made, make


@pytest.fixture
def tmp_path():
    with door.quick_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def template():
    with door.quick_folder() as folder:
        door.ready(folder / "agm")
        yield folder / "agm"


@pytest.fixture
def production(template, tmp_path):
    shutil.copytree(template, tmp_path / "agm")
    return open_production(tmp_path / "agm")


def rules(outcome):
    return {objection.rule for objection in outcome.verdict.objections}


def status(production, to, actor="Ann", version="v001"):
    return advance(production, StatusRequest(actor=actor, shot="A010", version=version, status=to))


def approve(production, subject, role="supervisor", actor="Sue", kind=ApproveRequest):
    return people.approve(production, subject, role, actor, kind)


def settled(production):
    """A version, with releases and answers in order."""
    made(production)
    people.settle(production)


# ---- a new production


def test_init_puts_its_maker_on_record(tmp_path):
    init_production(tmp_path / "p", InitRequest(actor="Ann", title="Again, Ma — «x»", code="AGM", fps=23.976))
    production = open_production(tmp_path / "p")
    assert production.settings.title == "Again, Ma — «x»"
    assert production.settings.fps == 23.976
    with production.reading() as reading:
        assert reading.person("Ann").roles == (Role.ARTIST, Role.SUPERVISOR)
        assert [line.move for line in reading.ledger()] == ["init"]


def test_init_refuses_a_folder_with_something_in_it(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    outcome = init_production(tmp_path, InitRequest(actor="Ann", title="T", code="AGM"))
    assert outcome.exit_code == 3
    assert rules(outcome) == {"init.free-folder"}
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_init_twice_is_refused_and_changes_nothing(production):
    outcome = init_production(production.folder, InitRequest(actor="Bob", title="T", code="BOB"))
    assert outcome.exit_code == 3
    assert open_production(production.folder).settings.code == "AGM"
    with pytest.raises(InputError, match="is a production already"):
        advance(production, InitRequest(actor="Bob", title="T", code="BOB"))


def test_init_takes_over_what_a_broken_init_left(tmp_path):
    (tmp_path / ".second-unit-init").touch()
    (tmp_path / "secondunit.db").write_bytes(b"half a database")
    assert init_production(tmp_path, InitRequest(actor="Ann", title="T", code="AGM")).exit_code == 0
    assert open_production(tmp_path).settings.code == "AGM"
    assert not (tmp_path / ".second-unit-init").exists()


@pytest.mark.parametrize("existed", [True, False])
def test_init_that_fails_leaves_nothing(tmp_path, monkeypatch, existed):
    folder = tmp_path / "agm"
    if existed:
        folder.mkdir()

    def full(*_, **__):
        raise InputError("the disk is full")

    monkeypatch.setattr("secondunit.runner.production._first_lines", full)
    with pytest.raises(InputError, match="the disk is full"):
        init_production(folder, InitRequest(actor="Ann", title="T", code="AGM"))
    assert not existed or list(folder.iterdir()) == []
    assert folder.exists() is existed


def test_work_that_the_disk_refuses_is_one_sentence_with_the_room_left(production):
    def full():
        raise OSError(28, "No space left on device")

    hands = Hands()
    hands.during = full
    with pytest.raises(WorkFailed, match=r"No space left on device\): \d+ MiB are free at .*agm; make room"):
        add_plate(production, shot="C030", workers=hands)
    assert left(production) == ([], [])


def test_find_walks_up_and_says_what_to_do(production, tmp_path):
    deep = production.folder / "plates" / "A010"
    assert find_production(deep) == production.folder
    with pytest.raises(InputError, match="secondunit init"):
        find_production(tmp_path)


def test_open_says_what_is_broken(production):
    (production.folder / "secondunit.db").unlink()
    with pytest.raises(InputError, match=r"secondunit\.db is missing"):
        open_production(production.folder)
    (production.folder / "production.toml").write_text("title = ")
    with pytest.raises(InputError, match="is not TOML"):
        open_production(production.folder)


# ---- people


def test_person_gains_roles_and_keeps_those_they_had(production):
    key = people.public("Leo")
    done(advance(production, PersonRequest(actor="Ann", name="Leo", roles=("director",), key=key)))
    with production.reading() as reading:
        leo = reading.person("Leo")
    assert leo.roles == (Role.DIRECTOR, Role.LEGAL)
    assert leo.key == key


def test_person_is_put_on_record_by_supervisors_and_legal_only(production):
    people.add(production, "Art", "artist")
    outcome = people.signed(production, PersonRequest(actor="Art", name="Eve", roles=("supervisor",)))
    assert outcome.exit_code == 3
    assert rules(outcome) == {"gate.no-permit"}


def test_nobody_gives_themselves_roles(production):
    outcome = advance(production, PersonRequest(actor="Ann", name="Ann", roles=("director",)))
    assert rules(outcome) == {"person.not-oneself"}


def test_legal_alone_lets_others_be_legal_once_somebody_is(production):
    outcome = advance(production, PersonRequest(actor="Ann", name="Bo", roles=("legal",)))
    assert rules(outcome) == {"person.legal-by-legal"}
    people.add(production, "Bo", "legal", actor="Leo")


def test_a_key_of_somebody_else_is_refused(production):
    request = PersonRequest(actor="Ann", name="Bo", roles=("artist",), key=people.public("Leo"))
    assert rules(advance(production, request)) == {"key.unshared"}


def test_private_key_is_refused_and_not_kept(production):
    key = "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----"
    outcome = advance(production, PersonRequest(actor="Ann", name="Eve", roles=("artist",), key=key))
    assert rules(outcome) == {"person.public-key"}
    assert b"MC4CAQ" not in (production.folder / "secondunit.db").read_bytes()


def test_text_that_is_no_known_key_is_refused(production):
    outcome = advance(production, PersonRequest(actor="Ann", name="Eve", roles=("artist",), key="hunter2"))
    assert rules(outcome) == {"person.public-key"}


def test_stranger_may_do_nothing(production):
    made(production)
    brief = CollapseBrief(shot="A010", facade=door.CORNERS, seed=9)
    requests = [
        PersonRequest(actor="Mallory", name="Mallory", roles=("artist",)),
        BriefRequest(actor="Mallory", brief=brief),
        MakeRequest(actor="Mallory", shot="A010", brief="b001"),
        NoteRequest(actor="Mallory", shot="A010", version="v001", text="hm"),
        StatusRequest(actor="Mallory", shot="A010", version="v001", status="hold"),
        StatusRequest(actor="Mallory", shot="A010", version="v001", status="final"),
        ApproveRequest(actor="Mallory", subject="A010/v001", role="supervisor"),
        RejectRequest(actor="Mallory", subject="A010/v001", role="supervisor"),
    ]
    for request in requests:
        outcome = advance(production, request, workers=Hands())
        assert outcome.exit_code == 3, request
        assert "actor.on-record" in rules(outcome), request
    assert add_plate(production, actor="Mallory").exit_code == 3


# ---- plates and briefs


def test_plates_of_a_shot_are_numbered_and_the_newest_is_used(production):
    again = done(add_plate(production))
    assert again.id == "PL01_v002"
    assert again.frames_folder == "plates/A010/PL01_v002"
    assert (production.folder / again.frames_folder / "frame.1002.exr").is_file()
    assert made(production).plate == "PL01_v002"


def test_plate_with_missing_frames_is_refused_and_leaves_nothing(production):
    hands = Hands()
    hands.leave_out = ("frame.1002.exr",)
    outcome = add_plate(production, "B020", hands)
    assert rules(outcome) == {"admit-plate.whole"}
    assert not list((production.folder / "plates").glob("B020/*"))
    assert left(production)[1] == []


def test_plate_with_strange_files_is_refused(production):
    hands = Hands()
    hands.add = ("virus.exe",)
    assert rules(add_plate(production, "B020", hands)) == {"admit-plate.whole"}


def test_same_words_are_one_brief(production):
    assert done(add_brief(production)).id == "b001"
    assert done(add_brief(production, seed=2)).id == "b002"
    done(add_plate(production, shot="B020"))
    assert done(add_brief(production, shot="B020")).name == "B020/b001"


def test_matte_is_kept_by_content(production, tmp_path):
    matte = tmp_path / "m.PNG"
    matte.write_bytes(b"white")
    brief = CollapseBrief(shot="A010", facade=door.CORNERS)
    stored = done(advance(production, BriefRequest(actor="Ann", brief=brief, matte_file=str(matte)), workers=Hands()))
    matte.write_bytes(b"changed later")
    with production.reading() as reading:
        kept = reading.brief("A010", stored.id).matte
    assert (production.folder / kept.path).read_bytes() == b"white"
    assert make(production, brief=stored.id).exit_code == 0
    (production.folder / kept.path).write_bytes(b"changed in place")
    assert rules(make(production, brief=stored.id)) == {"brief.intact"}


def test_missing_matte_is_one_clear_sentence(production):
    brief = CollapseBrief(shot="A010", facade=door.CORNERS)
    with pytest.raises(InputError, match=r"nowhere\.png is not a file"):
        advance(production, BriefRequest(actor="Ann", brief=brief, matte_file="nowhere.png"), workers=Hands())


# ---- versions


def test_version_is_whole_and_carries_recipe_and_clearance(production):
    version = made(production)
    folder = production.folder / version.folder
    assert version.name == "A010/v001"
    assert {p.name for p in folder.iterdir()} == {"comp", "contact.png", "recipe.json", "run.json"}
    recipe = json.loads((folder / "recipe.json").read_text())
    run = json.loads((folder / "run.json").read_text())
    assert recipe["brief"]["seed"] == 1
    assert recipe["plate"]["id"] == "PL01_v001"
    assert len(recipe["code"]["secondunit.tools.collapse"]) == 64
    assert recipe["packages"]["numpy"][0].isdigit()
    assert recipe["device"] == "cpu"
    assert run["clearance"] == version.clearance
    assert run["actor"] == "Ann"
    with production.reading() as reading:
        clearance = reading.clearance(version.clearance)
        assert clearance.verdict.allowed
        assert clearance.move == "make"
        assert set(reading.files(version.name)) == {"comp/comp.1001.exr", "comp/comp.1002.exr", "contact.png",
                                                    "recipe.json", "run.json"}  # fmt: skip
        assert reading.job_state(version.clearance) == "done"
    assert not any(p.stat().st_mode & 0o222 for p in folder.rglob("*") if p.is_file())


def test_same_brief_twice_gives_the_same_frames(production):
    first, second = made(production), made(production)
    assert (first.id, second.id) == ("v001", "v002")
    assert first.frames_sha256 == second.frames_sha256
    assert first.recipe_sha256 == second.recipe_sha256
    assert first.files_sha256 != second.files_sha256  # run.json names another clearance


def test_words_that_name_nothing_are_input_errors(production):
    for request, sentence in [
        (MakeRequest(actor="Ann", shot="Z999", brief="b001"), "no plate for the shot Z999"),
        (MakeRequest(actor="Ann", shot="A010", brief="b099"), "no brief A010/b099"),
        (MakeRequest(actor="Ann", shot="A010", brief="b001", plate="PL01_v009"), "no plate A010/PL01_v009"),
        (NoteRequest(actor="Ann", shot="A010", version="v009", text="x"), "no version A010/v009"),
        (ApproveRequest(actor="Ann", subject="A010/b009", role="supervisor"), "no brief A010/b009"),
        (StatusRequest(actor="Ann", shot="A010", version="v001", status="approved"), "secondunit approve"),
    ]:
        with pytest.raises(InputError, match=sentence):
            advance(production, request)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda hands: hands.facts.pop("finite"), "gate.unknown"),
        (lambda hands: hands.facts.update(finite=Tri.FALSE), "admit.finite"),
        (lambda hands: hands.facts.update(complete=Tri.FALSE), "admit.whole"),
        (lambda hands: hands.facts.update(hull_untouched=Tri.UNKNOWN), "gate.unknown"),
        (lambda hands: hands.facts.update(hull_untouched=Tri.FALSE), "admit.hull-untouched"),
        (lambda hands: setattr(hands, "leave_out", ("comp/comp.1002.exr",)), "admit.whole"),
        (lambda hands: setattr(hands, "leave_out", ("contact.png",)), "gate.contradiction"),
        (lambda hands: setattr(hands, "add", ("notes.txt",)), "admit.whole"),
        (lambda hands: setattr(hands, "looked", Look(Tri.FALSE, Tri.TRUE)), "admit.readable"),
        (lambda hands: setattr(hands, "looked", Look(Tri.TRUE, Tri.FALSE)), "gate.contradiction"),
        (lambda hands: setattr(hands, "looked", Look(Tri.UNKNOWN, Tri.TRUE)), "gate.unknown"),
    ],
)
def test_result_that_is_not_right_is_refused_and_leaves_nothing(production, change, rule):
    hands = Hands()
    change(hands)
    outcome = make(production, hands)
    assert outcome.exit_code == 3
    assert outcome.made is None
    assert rule in rules(outcome)
    assert left(production) == ([], [])
    with production.reading() as reading:
        assert reading.versions() == []
        assert reading.last_line().move == "make refused"
        assert rule in reading.last_line().body["rules"]
        assert reading.running_jobs() == []
    assert made(production).id == "v001"


def test_changed_plate_is_refused_before_any_work(production):
    frame = production.folder / "plates/A010/PL01_v001/frame.1001.exr"
    frame.chmod(0o644)
    frame.write_text("another building")
    hands = Hands()
    hands.during = lambda: pytest.fail("the tool was run")
    assert rules(make(production, hands)) == {"plate.intact"}
    frame.unlink()
    assert rules(make(production, hands)) == {"plate.intact"}


def test_plate_that_changes_while_the_tool_runs_is_refused_after(production):
    def swap():
        frame = production.folder / "plates/A010/PL01_v001/frame.1001.exr"
        frame.chmod(0o644)
        frame.write_text("another building")

    hands = Hands()
    hands.during = swap
    assert rules(make(production, hands)) == {"admit.inputs-intact"}
    assert left(production) == ([], [])


def test_brief_rejected_while_the_tool_runs_is_refused_after(production):
    hands = Hands()
    hands.during = lambda: done(approve(production, "A010/b001", kind=RejectRequest))
    assert rules(make(production, hands)) == {"brief.rejected"}


def test_rejected_brief_may_not_be_made_until_taken_back(production):
    done(approve(production, "A010/b001", kind=RejectRequest))
    outcome = make(production)
    assert rules(outcome) == {"brief.rejected"}
    done(approve(production, "A010/b001"))
    assert make(production).exit_code == 0


@pytest.mark.parametrize(
    ("error", "state"),
    [(Cancelled("stopped"), "cancelled"), (KeyboardInterrupt(), "cancelled"), (RuntimeError("broke"), "failed")],
)
def test_stopped_work_leaves_a_record_and_nothing_else(production, error, state):
    def stop():
        raise error

    hands = Hands()
    hands.during = stop
    with pytest.raises(type(error)):
        make(production, hands)
    assert left(production) == ([], [])
    with production.reading() as reading:
        assert reading.last_line().move == f"make {state}"
        assert reading.running_jobs() == []
    assert verify_ledger(production).fault is None


# ---- review


def test_final_needs_a_supervisors_approval_of_these_files(production):
    settled(production)
    outcome = status(production, "final")
    assert outcome.exit_code == 4
    assert outcome.verdict.roles == (Role.SUPERVISOR,)
    words = outcome.says()
    assert "needs the approval of supervisor" in words
    assert "final.approved" in words
    assert "partnerhelp.netflixstudios.com" in words
    done(approve(production, "A010/v001"))
    final = done(status(production, "final"))
    assert final.status is Status.FINAL
    assert final.status_by == "Ann"


def test_approval_of_another_version_or_by_legal_is_none(production):
    made(production)
    settled(production)
    done(approve(production, "A010/v002"))
    done(approve(production, "A010/v001", role="legal", actor="Leo"))
    assert status(production, "final").exit_code == 4


def test_approval_dies_with_the_files(production):
    settled(production)
    version = door.on_record(production)
    done(approve(production, "A010/v001"))
    file = production.folder / version.folder / "contact.png"
    file.chmod(0o644)
    file.write_text("painted over")
    outcome = status(production, "final")
    assert outcome.exit_code == 3
    assert rules(outcome) == {"final.intact", "final.approved"}
    assert rules(approve(production, "A010/v001")) == {"review.intact"}


def test_rejection_takes_back_and_approval_lifts_it(production):
    settled(production)
    done(approve(production, "A010/v001"))
    done(status(production, "final"))
    done(approve(production, "A010/v001", kind=RejectRequest))
    with production.reading() as reading:
        assert reading.version("A010", "v001").status is Status.WIP
    assert rules(status(production, "final")) == {"final.rejected", "final.approved"}
    done(approve(production, "A010/v001"))
    assert done(status(production, "final")).status is Status.FINAL


def test_legal_takes_a_final_version_back(production):
    settled(production)
    done(approve(production, "A010/v001"))
    done(status(production, "final"))
    done(approve(production, "A010/v001", role="legal", actor="Leo", kind=RejectRequest))
    with production.reading() as reading:
        assert reading.version("A010", "v001").status is Status.WIP
    assert rules(status(production, "final")) == {"final.rejected"}


def test_two_supervisors_who_disagree_refuse(production):
    settled(production)
    people.add(production, "Bo", "supervisor")
    done(approve(production, "A010/v001"))
    done(approve(production, "A010/v001", actor="Bo", kind=RejectRequest))
    assert "gate.contradiction" in rules(status(production, "final"))


def test_nobody_approves_in_a_role_they_do_not_hold(production):
    made(production)
    assert rules(approve(production, "A010/v001", role="supervisor", actor="Leo")) == {"actor.acts-in-own-role"}
    assert rules(approve(production, "A010/v001", role="artist", actor="Sue")) == {"actor.acts-in-own-role"}


def test_final_is_taken_back_by_supervisors_only(production):
    settled(production)
    done(advance(production, PersonRequest(actor="Ann", name="Art", roles=("artist",))))
    done(status(production, "cbb", actor="Art"))
    done(approve(production, "A010/v001"))
    done(status(production, "final"))
    assert rules(status(production, "hold", actor="Art")) == {"status.final-stays"}
    assert done(status(production, "hold")).status is Status.HOLD


def test_notes_are_kept_in_order(production):
    made(production)
    for text, frame in (("more dust", 1002), ("nice", None)):
        done(advance(production, NoteRequest(actor="Leo", shot="A010", version="v001", text=text, frame=frame)))
    with production.reading() as reading:
        assert [(n.text, n.frame, n.by) for n in reading.notes("A010", "v001")] == [
            ("more dust", 1002, "Leo"),
            ("nice", None, "Leo"),
        ]


# ---- packs of a production, and the ledger


def packed(production, text):
    (production.folder / "ours.cedar").write_text(text)
    return people.signed(production, PolicyRequest(actor="Leo", packs=(str(production.folder / "ours.cedar"),)))


def test_a_production_may_be_stricter(production):
    words = (
        '@id("ours.legal-sees-all") @effect("needs-approval") @role("legal") @reason("Our rider says so.")\n'
        '@source("https://example.org/rider") forbid (principal, action == Action::"final", resource)\n'
        'unless { context.approvals.contains(Role::"legal") };'
    )
    done(packed(production, words))
    done(people.signed(production, PackReviewRequest(actor="Leo", pack="ours")))
    settled(production)
    done(approve(production, "A010/v001"))
    outcome = status(production, "final")
    assert (outcome.exit_code, outcome.verdict.roles) == (4, (Role.LEGAL,))
    done(approve(production, "A010/v001", role="legal", actor="Leo"))
    assert status(production, "final").exit_code == 0


OURS = '@effect("refuse") @reason("b") @source("c") forbid (principal, action, resource)'


@pytest.mark.parametrize(
    "text",
    [
        "this is not Cedar",
        '@id("a") @reason("b") @source("c") permit (principal, action, resource);',
        f'@id("a") {OURS} when {{ context.typo }};',
        f'@id("plate.intact") {OURS} when {{ false }};',
        f"{OURS} when {{ false }};",
        f'@id("a") {OURS.replace("refuse", "maybe")} when {{ false }};',
        f'@id("a") {OURS.replace("refuse", "needs-approval")} when {{ false }};',
    ],
)
def test_a_pack_that_cannot_be_used_is_not_put_in_force(production, text):
    assert rules(packed(production, text)) == {"policy.usable"}
    done(add_brief(production, seed=77))


def test_a_pack_that_production_toml_names_and_nobody_put_in_force_refuses_everything(production):
    toml = production.folder / "production.toml"
    toml.write_text(toml.read_text().replace("packs = []", 'packs = ["ours.cedar"]'))
    assert rules(add_brief(open_production(production.folder), seed=77)) == {"gate.packs"}


def test_every_move_is_on_the_ledger_with_its_actor(production):
    made(production)
    with production.reading() as reading:
        lines = list(reading.ledger())
    assert [(line.move, line.actor, line.subject) for line in lines] == [
        ("init", "Ann", "AGM"),
        ("person", "Ann", "Leo"),
        ("person", "Ann", "Sue"),
        ("ingest asked", "Ann", "A010"),
        ("ingest", "Ann", "A010/PL01_v001"),
        ("brief", "Ann", "A010"),
        ("make asked", "Ann", "A010/b001"),
        ("make", "Ann", "A010/v001"),
    ]
    report = verify_ledger(production, files=True)
    assert (report.lines, report.fault) == (8, None)
    assert report.head == lines[-1].sha256
