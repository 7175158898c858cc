"""From a brief's words to the strength of the edit, and what may be said of it."""

from dataclasses import dataclass

from secondunit.schema import AgeBrief

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
    asked: float | None

    @property
    def volume(self) -> float:
        """How far the shape of the face moves: -1 is twenty years younger."""
        return (-1 if self.younger else 1) * self.reached / YEARS_OF_VOLUME

    @property
    def said(self) -> str:
        """One sentence for a person."""
        way = "younger" if self.younger else "older"
        if self.asked is None:
            return f"The plate's apparent age is not stated, so the edit is made at full strength, {way}."
        line = f"{self.asked:g} years {way}: strength {self.amount:.0%}, about {SPREAD_YEARS} years more or less."
        if self.reached < self.asked:
            line += f" The tool reaches about {self.reached:g} of them; the rest is for make-up, casting or paint."
        return line


def plan(brief: AgeBrief) -> Plan:
    """How strong the edit is. With neither years nor an apparent age it is at full strength, younger."""
    years = brief.by_years
    if years is None and brief.apparent_age is not None and brief.to_age is not None:
        years = brief.to_age - brief.apparent_age
    if years is None:
        return Plan(True, STRONGEST, float(YEARS_AT_FULL["younger"]), None)
    full = YEARS_AT_FULL["younger" if years < 0 else "older"]
    amount = min(abs(years) / full, STRONGEST)
    return Plan(years < 0, amount, min(abs(years), full), float(abs(years)))
