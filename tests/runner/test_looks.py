"""Looks at the door: whose, how they are filled in and approved, what a brief may say of one, and what one touches."""

import shutil

import pytest

from secondunit.runner import looking_up, looks
from secondunit.runner.advance import advance
from secondunit.runner.production import open_production
from secondunit.schema import (
    AgeBrief,
    ApproveRequest,
    BriefRequest,
    InputError,
    Look,
    LookRequest,
    MakeRequest,
    PersonRequest,
    RejectRequest,
    StatusRequest,
)
from tests.runner import attacks, door, people
from tests.runner.attacks import rules
from tests.runner.door import Hands, done

PIA = {"performer": "Pia", "to_age": 30, "apparent_age": 52}
LOOK = "look:flashback/v001"


@pytest.fixture(scope="module")
def template():
    with door.quick_folder() as folder:
        done(attacks.consent(attacks.new(folder / "ready")))
        yield folder / "ready"


@pytest.fixture
def production(template, monkeypatch):
    """Pia has agreed to look 25 to 40 in A010."""
    attacks.give_source(monkeypatch)
    with door.quick_folder() as folder:
        shutil.copytree(template, folder / "agm")
        yield open_production(folder / "agm")


def add(production, name="flashback", by="Bob", **words):
    return people.signed(production, LookRequest(actor=by, name=name, **words))


def asked(production, like, **changed):
    """A brief of A010 that takes the look over, and what running it comes to."""
    words = {"shot": "A010", "performer": like.performer, **like.direction, "look": like.named, **changed}
    stored = done(advance(production, BriefRequest(actor="Ann", brief=AgeBrief(**words)), workers=Hands()))
    return advance(production, MakeRequest(actor="Ann", shot="A010", brief=stored.id), workers=Hands())


def review(production, by="Sue", kind=ApproveRequest, subject=LOOK, **words):
    return people.signed(production, kind(actor=by, subject=subject, **words))


def chosen(production, text="flashback", performer="Pia"):
    with production.reading() as reading:
        return looks.chosen(reading, text, performer)


def test_a_look_is_on_record_with_who_made_it_and_every_version_stays(production):
    first = done(add(production, **PIA, regions={"forehead": 0.5}, volume=0.5))
    assert (first.called, first.performer, first.by, first.target_age) == ("flashback/v001", "Pia", "Bob", 30)
    second = done(add(production, by="Sue", regions={"neck": 0}, strength=((0, 0), (24, 1))))
    assert (second.called, second.by, second.volume) == ("flashback/v002", "Sue", 0.5)
    assert second.regions == {"forehead": 0.5, "neck": 0}
    third = done(add(production, by_years=-20))
    assert (third.by_years, third.to_age, third.strength) == (-20, None, ((0, 0), (24, 1)))
    with production.reading() as reading:
        assert reading.said(Look, "flashback") == [first, second, third]
        moves = [(line.move, line.actor, line.subject) for line in reading.ledger()]
    assert moves[-3:] == [("look", who, "look:flashback") for who in ("Bob", "Sue", "Bob")]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"to_age": 30, "apparent_age": 52}, "say with --performer whose it is"),
        ({"performer": "Pia", "to_age": 30}, "--from is missing"),
        ({"performer": "Pia", "apparent_age": 52}, "either by how many years, or to which age"),
        ({**PIA, "by_years": -3}, "either by how many years, or to which age"),
        ({**PIA, "stills": ("gone.jpg",)}, "There is no file gone.jpg"),
    ],
)
def test_words_that_make_no_look_are_one_sentence(production, words, says):
    with pytest.raises(InputError, match=says):
        add(production, **words)


def test_the_next_version_says_something_new_about_the_same_performer(production):
    done(add(production, **PIA))
    for words, says in (({}, "says exactly that already"), (PIA, "exactly that"), ({"performer": "Quin"}, "is Pia's")):
        with pytest.raises(InputError, match=says):
            add(production, **words)


def test_looks_are_made_by_creatives_of_performers_on_record(production):
    assert rules(add(production, **{**PIA, "performer": "Bob"})) == {"look.performer"}
    assert "gate.no-permit" in rules(add(production, by="Leo", **PIA))
    assert "signed.by-key" in rules(advance(production, LookRequest(actor="Bob", name="x", **PIA)))


def test_a_draft_takes_any_look_and_final_quality_an_approved_one(production):
    look = done(add(production, **PIA))
    made = done(asked(production, look))
    with production.reading() as reading:
        brief = reading.brief("A010", made.brief)
    assert (brief.look, brief.direction) == (look.named, look.direction)
    waiting = asked(production, look, quality="final")
    assert (rules(waiting), waiting.exit_code) == ({"look.approved-for-final-quality"}, 4)
    done(review(production))
    assert asked(production, look, quality="final").exit_code == 0


def test_a_version_of_an_unapproved_look_is_never_final(production):
    look = done(add(production, **PIA))
    made = done(asked(production, look))
    final = StatusRequest(actor="Sue", shot="A010", version=made.id, status="final")
    assert "look.approved" in rules(people.signed(production, final))
    done(review(production))
    assert "look.approved" not in rules(people.signed(production, final))


def test_whose_approval_counts(production):
    look = done(add(production, by="Sue", **PIA))
    done(review(production, by="Sue"))
    done(review(production, by="Leo", role="legal"))
    advance(production, PersonRequest(actor="Ann", name="Max", roles=("supervisor",)))
    advance(production, ApproveRequest(actor="Max", subject=LOOK))
    assert chosen(production).state == "open", "neither its maker, nor legal, nor anybody unsigned"
    done(review(production, by="Dee"))
    assert chosen(production).state == "approved"
    done(review(production, by="Sue", kind=RejectRequest))
    assert chosen(production, look.called).state == "rejected"
    assert rules(asked(production, look)) == {"look.rejected"}


def test_an_approval_is_of_one_version(production):
    done(add(production, **PIA))
    done(review(production))
    second = done(add(production, volume=0))
    assert chosen(production).look.called == "flashback/v001"
    assert chosen(production).said == "Look flashback/v001, approved; flashback/v002 is newer, and not approved."
    assert chosen(production, "flashback/v002").state == "open"
    assert rules(asked(production, second, quality="final")) == {"look.approved-for-final-quality"}


def test_without_an_approved_version_the_newest_that_nobody_rejected_is_taken(production):
    done(add(production, **PIA))
    done(add(production, volume=0))
    done(review(production, kind=RejectRequest, subject="look:flashback/v002"))
    assert chosen(production).look.version == "v001"
    done(review(production, kind=RejectRequest))
    with pytest.raises(InputError, match="Every version of flashback was rejected"):
        chosen(production)


@pytest.mark.parametrize(
    "changed", [{"volume": 0.2}, {"to_age": 31}, {"seed": 2}, {"strength": ((0, 0.5),)}, {"regions": {"neck": 0.0}}]
)
def test_a_brief_that_says_otherwise_than_its_look_is_refused(production, changed):
    look = done(add(production, **PIA))
    done(review(production))
    assert rules(asked(production, look, **changed)) == {"look.followed"}


def test_a_look_that_is_not_there_or_another_one_is_refused(production):
    look = done(add(production, **PIA))
    for named in (
        look.named.model_copy(update={"version": "v002"}),
        look.named.model_copy(update={"name": "flash"}),
        look.named.model_copy(update={"sha256": "0" * 64}),
    ):
        assert rules(asked(production, look, look=named)) == {"look.followed"}


def test_a_look_grants_nothing(production):
    """Approved, and still: another age, another performer, a consent on hold."""
    young = done(add(production, name="young", **{**PIA, "to_age": 20}))
    done(review(production, subject="look:young/v001"))
    assert rules(asked(production, young)) == {"consent.age"}
    quin = done(add(production, name="quin", **{**PIA, "performer": "Quin"}))
    done(review(production, subject="look:quin/v001"))
    assert {"stop.stranger", "consent.missing"} <= rules(asked(production, quin))
    assert "look.followed" in rules(asked(production, quin, performer="Pia"))
    with pytest.raises(InputError, match="is Quin's, not Pia's"):
        chosen(production, "quin")


def test_a_rejection_while_the_tool_runs_stops_the_version(production):
    look = done(add(production, **PIA))
    stored = done(
        advance(
            production,
            BriefRequest(actor="Ann", brief=AgeBrief(shot="A010", performer="Pia", **look.direction, look=look.named)),
            workers=Hands(),
        )
    )
    hands = Hands()
    hands.during = lambda: done(review(production, kind=RejectRequest))
    outcome = advance(production, MakeRequest(actor="Ann", shot="A010", brief=stored.id), workers=hands)
    assert rules(outcome) == {"look.rejected"}
    assert attacks.versions(production) == 0


def test_a_look_changed_in_the_database_stops_everything(production):
    look = done(add(production, **PIA))
    attacks.edit(production, Look, volume=0.1)
    brief = BriefRequest(actor="Ann", brief=AgeBrief(shot="A010", performer="Pia", **look.direction, look=look.named))
    assert "gate.records" in rules(advance(production, brief, workers=Hands()))


def test_a_new_version_lists_what_an_older_one_made_until_it_is_made_again(production):
    first = done(add(production, **PIA))
    made = done(asked(production, first))
    assert looking_up.look_shown(production, "flashback")["touches"] == []
    second = done(add(production, volume=0))
    shown = looking_up.look_shown(production, "flashback")
    assert shown["touches"] == [{"version": made.name, "look": "v001", "status": "wip"}]
    assert shown["again"] == ["secondunit age A010 --performer Pia --look flashback/v002"]
    assert looking_up.look_shown(production, "flashback/v001")["made"] == [made.name]
    done(asked(production, second))
    shown = looking_up.look_shown(production, "flashback")
    assert (shown["touches"], shown["again"]) == ([], [])
    with production.reading() as reading:
        kept = reading.brief("A010", made.brief)
    assert kept.volume == 1, "what was made stays as it was asked for"


def test_stills_are_kept_by_their_content_and_missed_when_they_go(production):
    picture = production.folder.parent / "ref.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n and so on")
    look = done(add(production, **PIA, stills=(str(picture),)))
    (still,) = look.stills
    assert still.name == "ref.png"
    assert (production.folder / still.file.path).read_bytes() == picture.read_bytes()
    assert done(add(production, volume=0)).stills == look.stills
    picture.write_bytes(b"MOVIE")
    with pytest.raises(InputError, match=r"ref\.png is no picture"):
        add(production, seed=2, stills=(str(picture),))
    (production.folder / still.file.path).unlink()
    assert rules(review(production)) == {"review.intact"}
