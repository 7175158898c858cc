"""From a brief's words to the strength of the edit, and what may be said of it."""

import hashlib
from dataclasses import dataclass

from secondunit.schema import AgeBrief, InputError

YEARS_AT_FULL = {"younger": 12, "older": 20}
"""Years of apparent age that the edit at full strength is worth. A first estimate: docs/age.md says from what."""
YEARS_OF_VOLUME = 20
"""What a full move of the shape is worth; see `shape.Shape`."""
SPREAD_YEARS = 6
"""Faces differ by about so much at one strength."""
STRONGEST = 1.0
"""No edit is made stronger than this: beyond it skin turns to wax, or lines to ink."""


@dataclass(frozen=True)
class Plan:
    """younger: which way. amount: strength 0..1. reached: years that this is worth, asked: years wanted (both >= 0)."""

    younger: bool
    amount: float
    reached: float
    asked: float

    @property
    def volume(self) -> float:
        """How far the shape of the face moves: -1 is twenty years younger."""
        return (-1 if self.younger else 1) * self.reached / YEARS_OF_VOLUME

    @property
    def said(self) -> str:
        """One sentence for a person."""
        way = "younger" if self.younger else "older"
        line = f"{self.asked:g} years {way}: strength {self.amount:.0%}, about {SPREAD_YEARS} years more or less."
        if self.reached < self.asked:
            line += f" The tool reaches about {self.reached:g} of them; the rest is for make-up, casting or paint."
        return line


def plan(brief: AgeBrief) -> Plan:
    """Which way the edit goes, and how strong it is. Raises InputError where nobody says how old they look."""
    if brief.apparent_age is None:
        raise InputError(
            "Say how old they look in the plate (--from AGE): from that the tool knows which way, and how far."
        )
    years = brief.target_age - brief.apparent_age
    full = YEARS_AT_FULL["younger" if years < 0 else "older"]
    return Plan(years < 0, min(abs(years) / full, STRONGEST), float(min(abs(years), full)), float(abs(years)))


def strengths(brief: AgeBrief, frames: int) -> tuple[float, ...]:
    """The share of the edit that each of so many frames gets, 0..1, from the plate's first frame on."""
    return tuple(brief.strength_at(frame) for frame in range(frames))


def strength_said(brief: AgeBrief, first: int, last: int) -> str:
    """One sentence on keys in the plate's own frame numbers, and on those that lie beyond it; "" for full strength."""
    keys = [(first + frame, share) for frame, share in brief.strength]
    shares = {share for _, share in keys}
    if len(shares) == 1:
        return "" if shares == {1.0} else f"Of that, {keys[0][1]:.0%} on every frame."
    line = "Of that, " + ", ".join(f"{share:.0%} at frame {frame}" for frame, share in keys) + "."
    beyond = [str(frame) for frame, _ in keys if frame > last]
    return line + (f" The plate ends at {last}, before frame {' and '.join(beyond)}." if beyond else "")


def lines_digest(brief: AgeBrief) -> str:
    """SHA-256, in hex, of what a performer's lines are drawn from: their name and the brief's seed, in every shot."""
    return hashlib.sha256(f"{brief.performer}\n{brief.seed}".encode()).hexdigest()


def lines_seed(brief: AgeBrief) -> int:
    """The first 63 bits of that, as a seed."""
    return int(lines_digest(brief)[:16], 16) >> 1
