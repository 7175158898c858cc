"""Figures beside the gates that they must meet, and the lines in which they are printed. No figure is written here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Gate:
    """What a figure must lie in: bounds included, None where there is none on that side. each: for every single value,
    not for their mean alone.
    """

    least: float | None = None
    most: float | None = None
    each: bool = False

    def holds(self, value: float) -> bool:
        """Whether the value lies within."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def said(self, digits: int) -> str:
        """Such as `at most 0.06`."""
        each = ", each" if self.each else ""
        if self.least is not None and self.most is not None:
            return f"{self.least:.{digits}f} to {self.most:.{digits}f}{each}"
        if self.least is not None:
            return f"at least {self.least:.{digits}f}{each}"
        return f"at most {self.most:.{digits}f}{each}"


@dataclass(frozen=True)
class Figure:
    """One line. values: of heads, frames or runs, in `unit`; their mean is the figure. peers: the same of the plain
    bilateral filter. missing: why it was not measured, where it was not. gate: None for what is only told.
    """

    name: str
    unit: str
    of: str
    values: tuple[float, ...] = ()
    gate: Gate | None = None
    peers: tuple[float, ...] = ()
    missing: str = ""
    digits: int = 2

    @property
    def value(self) -> float | None:
        """The mean, or None where nothing was measured; no number where one of the values is none."""
        return float(np.mean(self.values)) if self.values else None

    @property
    def met(self) -> bool | None:
        """Whether the gate is met: None where there is no gate, or nothing was measured."""
        if self.gate is None or self.value is None:
            return None
        judged = self.values if self.gate.each else (self.value,)
        return all(np.isfinite(value) and self.gate.holds(value) for value in judged)

    def answer(self) -> dict[str, Any]:
        """For JSON."""
        known = self.values
        gate = None if self.gate is None else {k: getattr(self.gate, k) for k in ("least", "most", "each")}
        return {
            "name": self.name,
            "unit": self.unit,
            "of": self.of,
            "value": _short(self.value),
            "spread": [_short(min(known)), _short(max(known))] if known else None,
            "count": len(known),
            "values": [_short(value) for value in known],
            "gate": gate,
            "met": self.met,
            "bilateral": _short(float(np.mean(self.peers))) if self.peers else None,
            "missing": self.missing or (None if known else NOTHING),
        }

    def row(self) -> tuple[str, ...]:
        """For a table: what, figure, spread, gate, whether met, the bilateral filter, and what it was measured on."""
        shown = self.answer()
        gate = self.gate.said(self.digits) if self.gate else "-"
        if self.value is None:
            return (self.name, "not measured", "", gate, "", "", shown["missing"])
        least, most = min(self.values), max(self.values)
        spread = f"{least:.{self.digits}f} to {most:.{self.digits}f}" if len(shown["values"]) > 1 else ""
        met = {True: "met", False: "MISSED", None: "-"}[self.met]
        peer = f"{np.mean(self.peers):.{self.digits}f}" if self.peers else ""
        value = f"{self.value:.{self.digits}f} {self.unit}".strip()
        return (self.name, value, spread, gate, met, peer, self.of)


HEAD = ("measure", "figure", "least to most", "gate", "", "bilateral", "measured on")
NOTHING = "nothing here to measure it on"


def missed(name: str, unit: str, gate: Gate | None, why: str) -> Figure:
    """A figure that could not be had, and why."""
    return Figure(name, unit, "", gate=gate, missing=why)


def tally(figures: Sequence[Figure]) -> str:
    """How many gates are met, missed and not measured, in a sentence."""
    gated = [figure for figure in figures if figure.gate]
    counts = [sum(figure.met is state for figure in gated) for state in (True, False, None)]
    return "Of {} gates {} are met, {} missed, {} not measured.".format(len(gated), *counts)


def lines(figures: Sequence[Figure]) -> list[str]:
    """The table: columns that stand under each other."""
    rows = [HEAD, *(figure.row() for figure in figures)]
    wide = [max(len(row[n]) for row in rows) for n in range(len(HEAD) - 1)]
    return ["  ".join([*(text.ljust(w) for text, w in zip(row, wide, strict=False)), row[-1]]) for row in rows]


def _short(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 5)
