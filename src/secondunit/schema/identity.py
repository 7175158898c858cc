"""Enrolled performers: that their pictures were measured, by which release, until when. The measure itself is nowhere
here: it lies sealed beside the records, and goes for good when its key goes."""

import math

from pydantic import Field

from .base import Record
from .names import Day, Instant, PersonName, ReleaseId, Role, Sha256

CONFIDENCE = 0.95


class Rates(Record, name="match-rates", version=1):
    """How often matching erred on the data at hand, in pairs of pictures, at a threshold; nothing is from elsewhere.

    genuine: pairs of the performer's own references, missed: those that were not a clear match. impostor: pairs of a
    reference with one of another enrolled performer, taken: those that were a clear match. others: how many performers.
    """

    threshold: float
    references: int = Field(ge=1)
    genuine: int = Field(ge=0)
    missed: int = Field(ge=0)
    others: int = Field(ge=0)
    impostor: int = Field(ge=0)
    taken: int = Field(ge=0)

    def says(self) -> str:
        """One sentence, bounds included."""
        if self.genuine:
            same = f"{self.missed} of {_pairs(self.genuine)} of the same person missed"
            same += f" ({_most(self.missed, self.genuine)})"
        else:
            same = "one picture makes no pair, so nothing is known of how often this person is missed"
        if self.impostor:
            different = f"{self.taken} of {_pairs(self.impostor)} of different people taken for one"
            different += f" ({_most(self.taken, self.impostor)})"
        else:
            different = "nobody else is enrolled, so nothing is known of how often others are taken for them"
        return f"{self.references} reference{'' if self.references == 1 else 's'}: {same}, {different}"


def _pairs(count: int) -> str:
    return f"{count} pair{'' if count == 1 else 's'}"


def _most(errors: int, pairs: int) -> str:
    return f"at most {math.ceil(upper_bound(errors, pairs) * 100 - 1e-9)} %"


def upper_bound(errors: int, trials: int) -> float:
    """One-sided 95 % bound on a rate, Clopper and Pearson (1934); as if trials were independent, which pairs that share
    a picture are not: the truth may lie higher."""
    if errors >= trials:
        return 1.0
    low, high = errors / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(errors, trials, middle) > 1 - CONFIDENCE else (low, middle)
    return high


def _at_most(errors: int, trials: int, rate: float) -> float:
    """Probability of so few errors, or fewer; 0 < rate < 1."""
    each = (
        math.lgamma(trials + 1)
        - math.lgamma(k + 1)
        - math.lgamma(trials - k + 1)
        + k * math.log(rate)
        + (trials - k) * math.log1p(-rate)
        for k in range(errors + 1)
    )
    return math.fsum(map(math.exp, each))


class Enrolment(Record, name="enrolment", version=1):
    """A performer's references were measured. release: the biometric release; pictures: hashes of the references.

    destroy_on: the day from which the measure is used no more and is destroyed. sealed_sha256: of the sealed measure,
    which also names its key. models: file name -> sha256 of what measured.
    """

    performer: PersonName
    release: ReleaseId
    destroy_on: Day
    pictures: tuple[Sha256, ...] = Field(min_length=1)
    sealed_sha256: Sha256
    models: dict[str, Sha256]
    rates: Rates
    role: Role
    by: PersonName
    at: Instant
    signature: str

    def in_time(self, day: str) -> bool:
        """Whether it may still be used on that day (YYYY-MM-DD)."""
        return day < self.destroy_on


class Erasure(Record, name="erasure", version=1):
    """The key to a performer's measure was destroyed. overdue: by the house itself, when its day had come."""

    performer: PersonName
    sealed_sha256: Sha256
    overdue: bool
    role: Role | None = None
    by: PersonName
    at: Instant
    signature: str | None = None
