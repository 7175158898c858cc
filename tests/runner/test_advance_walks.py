"""Any order of moves by anybody: what must hold, holds after each."""

import contextlib
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from secondunit.runner.advance import advance
from secondunit.runner.ledger import verify_ledger
from secondunit.runner.production import open_production
from secondunit.schema import (
    ApproveRequest,
    InputError,
    NoteRequest,
    PersonRequest,
    RejectRequest,
    Role,
    Status,
    StatusRequest,
    Tri,
)
from secondunit.trust import ledger
from tests.runner import door

people = st.sampled_from(["Ann", "Leo", "Art", "Dee", "Mallory"])
versions = st.sampled_from(["v001", "v002"])
subjects = st.sampled_from(["A010/v001", "A010/v002", "A010/b001"])
roles = st.sampled_from([Role.ARTIST, Role.SUPERVISOR, Role.DIRECTOR, Role.LEGAL])
FACTS = st.sampled_from([{}, {}, {}, {"finite": Tri.FALSE}, {"hull_untouched": Tri.UNKNOWN}])


class Walk(RuleBasedStateMachine):
    """A production, and people who do whatever they like."""

    template: Path

    @initialize()
    def begin(self):
        self.home = tempfile.mkdtemp(dir=self.template.parent)
        shutil.copytree(self.template, Path(self.home) / "agm")
        self.production = open_production(Path(self.home) / "agm")
        self.kept = ledger.checkpoint([])

    def teardown(self):
        if hasattr(self, "home"):
            self.production.store.close()
            shutil.rmtree(self.home)

    def move(self, request):
        """Make it; words that name nothing are fine."""
        with contextlib.suppress(InputError):
            advance(self.production, request)

    @rule(actor=people, name=people, role=roles)
    def person(self, actor, name, role):
        self.move(PersonRequest(actor=actor, name=name, roles=(role,)))

    @rule(actor=people, facts=FACTS)
    def make(self, actor, facts):
        door.make(self.production, door.Hands(**facts), actor=actor)

    @rule(actor=people, version=versions)
    def note(self, actor, version):
        self.move(NoteRequest(actor=actor, shot="A010", version=version, text="hm"))

    @rule(actor=people, version=versions, to=st.sampled_from(list(Status)))
    def status(self, actor, version, to):
        self.move(StatusRequest(actor=actor, shot="A010", version=version, status=to))

    @rule(actor=people, subject=subjects, role=roles)
    def approve(self, actor, subject, role):
        self.move(ApproveRequest(actor=actor, subject=subject, role=role))

    @rule(actor=people, subject=subjects, role=roles)
    def reject(self, actor, subject, role):
        self.move(RejectRequest(actor=actor, subject=subject, role=role))

    @rule(version=versions)
    def paint_over(self, version):
        """Somebody changes a file behind everybody's back."""
        file = self.production.folder / "versions/A010" / version / "contact.png"
        if file.exists():
            file.chmod(0o644)
            file.write_text("painted")

    @rule()
    def reopen(self):
        self.production.store.close()
        self.production = open_production(self.production.folder)

    @invariant()
    def nothing_half_made(self):
        with self.production.reading() as reading:
            named = [version.folder for version in reading.versions()]
            assert reading.running_jobs() == []
        assert door.left(self.production) == (sorted(named), [])

    @invariant()
    def ledger_holds_and_only_grows(self):
        assert verify_ledger(self.production, kept=self.kept).fault is None
        with self.production.reading() as reading:
            self.kept = ledger.checkpoint(list(reading.ledger()))

    @invariant()
    def every_version_was_cleared_for_somebody_who_may(self):
        with self.production.reading() as reading:
            for version in reading.versions():
                clearance = reading.clearance(version.clearance)
                assert clearance.verdict.allowed
                assert clearance.actor == version.made_by
                assert {Role.ARTIST, Role.SUPERVISOR} & set(clearance.verdict.facts["roles"])

    @invariant()
    def whoever_acted_was_on_record(self):
        """Nobody but Ann was there at first, and only a supervisor lets people in."""
        with self.production.reading() as reading:
            known = {"Ann"}
            for line in reading.ledger():
                if line.body.get("decision") == "allow":
                    assert line.actor in known, line
                if "person" in line.body and line.move == "person":
                    known.add(line.body["person"]["name"])

    @invariant()
    def final_stands_on_an_approval_that_stood(self):
        with self.production.reading() as reading:
            for version in reading.versions():
                if version.status is not Status.FINAL:
                    continue
                words = reading.approvals(version.name, version.files_sha256)
                assert any(word.role is Role.SUPERVISOR and word.granted for word in words)
                assert all(word.granted for word in words)


def walk(examples, steps):
    with door.quick_folder() as folder:
        door.ready(folder / "agm")
        Walk.template = folder / "agm"
        run_state_machine_as_test(
            Walk,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_any_walk_keeps_every_promise():
    walk(12, 25)


@pytest.mark.slow
def test_many_walks_keep_every_promise():
    walk(30, 50)
