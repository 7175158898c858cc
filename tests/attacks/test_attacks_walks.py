"""Random walks through consent: whatever people do and in whatever order, nobody is altered without their consent.

What is in force is worked out here anew, from what was done, and not asked of the door.
"""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from secondunit.runner.production import open_production
from secondunit.schema import LiftRequest, SwitchRequest, WithdrawRequest
from secondunit.schema.declaration import DECLARED
from tests.runner import attacks, people
from tests.runner.door import done

MEMORY = Path("/dev/shm")
AGES = st.sampled_from([20, 30, 45])
_template: list[Path] = []


def template() -> Path:
    """One production, copied for every walk."""
    if not _template:
        folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        attacks.new(folder / "agm")
        _template.append(folder)
    return _template[0]


def teardown_module():
    for folder in _template:
        shutil.rmtree(folder)


class Consents(RuleBasedStateMachine):
    """Two performers, one shot, at most a few consents; `model` knows what each of them allows."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        shutil.copytree(template() / "agm", self.folder / "agm")
        self.production = open_production(self.folder / "agm")
        self.declared, DECLARED["age"] = (
            DECLARED["age"],
            DECLARED["age"].model_copy(update={"module": "secondunit.tools.collapse"}),
        )
        self.model, self.briefs, self.seen, self.strike, self.made = {}, [], ("Pia",), False, 0

    def teardown(self):
        DECLARED["age"] = self.declared
        self.production.store.close()
        shutil.rmtree(self.folder)

    @rule(
        who=st.sampled_from(["Pia", "Quin"]),
        ages=st.sampled_from([(25, 40), (40, 50)]),
        days=st.sampled_from([(-2, 9), (-9, -1), (1, 9)]),
        shots=st.sampled_from([("A010",), ("B020",)]),
        signer=st.sampled_from(["Pia", "Quin", "Leo"]),
        minor=st.sampled_from([False, False, False, True]),
    )
    def consent(self, who, ages, days, shots, signer, minor):
        name = f"c{len(self.model) + 1:03d}"
        first, last = attacks.day(days[0]), attacks.day(days[1])
        given = {"id": name, "performer": who, "ages": ages, "create_from": first, "create_until": last}
        terms = attacks.terms(self.production, shots=shots, minor=minor, **given)
        outcome = attacks.consent(self.production, terms=terms, signed=attacks.agreed(terms, signer))
        assert outcome.verdict.allowed is (signer == who)
        if outcome.verdict.allowed:
            self.model[name] = {"terms": terms, "held": False}

    @rule(data=st.data(), who=st.sampled_from(["Pia", "Quin", "Leo", "Bob"]))
    def withdraw(self, data, who):
        if self.model:
            name = data.draw(st.sampled_from(sorted(self.model)))
            outcome = people.signed(self.production, WithdrawRequest(actor=who, consent=name))
            self.model[name]["held"] |= outcome.verdict.allowed
            assert outcome.verdict.allowed or who == "Bob"

    @rule(data=st.data(), who=st.sampled_from(["Leo", "Leo", "Sue"]))
    def lift(self, data, who):
        if self.model:
            name = data.draw(st.sampled_from(sorted(self.model)))
            outcome = people.signed(self.production, LiftRequest(actor=who, consent=name, reason="agreed"))
            assert outcome.verdict.allowed is (who == "Leo" and self.model[name]["held"])
            self.model[name]["held"] &= not outcome.verdict.allowed

    @rule(performers=st.sampled_from([("Pia",), ("Quin",), ("Pia", "Quin"), ()]))
    def identify(self, performers):
        attacks.identify(self.production, *performers)
        self.seen = performers

    @rule(on=st.sampled_from([True, False, False]))
    def strike_on_or_off(self, on):
        done(people.signed(self.production, SwitchRequest(actor="Leo", switch="strike", on=on)))
        self.strike = on

    @rule(who=st.sampled_from(["Pia", "Quin"]), age=AGES)
    def brief(self, who, age):
        stored = done(attacks.brief(self.production, performer=who, to_age=age))
        if (stored.id, who, age) not in self.briefs:
            self.briefs.append((stored.id, who, age))

    @rule(data=st.data())
    def make(self, data):
        if self.briefs:
            name, who, age = data.draw(st.sampled_from(self.briefs))
            outcome = attacks.make(self.production, name)
            assert outcome.verdict.allowed is self.may(who, age), outcome.says()
            self.made += outcome.verdict.allowed

    def may(self, who, age):
        """Whether a consent in force at this moment covers it, and nothing else stands in the way."""
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        theirs = [held for held in self.model.values() if held["terms"].performer == who]
        child = any(held["terms"].minor and today <= held["terms"].create_until for held in theirs)
        return who in self.seen and not self.strike and not child and any(covers(one, age, today) for one in theirs)

    @invariant()
    def nothing_else_was_made(self):
        assert attacks.versions(self.production) == self.made


def covers(held, age, today):
    terms = held["terms"]
    in_time = terms.create_from <= today <= terms.create_until
    return not held["held"] and in_time and "A010" in terms.shots and terms.ages[0] <= age <= terms.ages[1]


TestConsents = Consents.TestCase
TestConsents.settings = settings(
    max_examples=6, stateful_step_count=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
