"""What people who decide about signage are told: the names that were read in a plate. It decides nothing itself."""

from dataclasses import dataclass
from typing import Any

from secondunit.runner.named import plate_named
from secondunit.runner.production import Production
from secondunit.schema import InputError, Outcome, ReleaseKind, Sign, Signs, Tri
from secondunit.store.reading import Reading

RULES = ("release.missing", "release.missing-for-final-quality")
LISTED = 12
"""Names that a sentence lists at most; `--json` has all of them."""


@dataclass(frozen=True)
class Legible:
    """What was read in a plate. name: SHOT/PL01_v001. found: None: taken in before plates were read."""

    name: str
    found: Signs | None

    def sentence(self, where: str = "") -> str:
        """For people. where: what to call the plate, its name if nothing is given."""
        where, found = where or self.name, self.found
        if found is None or not found.reader:
            why = "no reader is installed" if found else "it came in before plates were read"
            return f"Nobody looked for signs in {where} ({why}): whether names are legible is unknown."
        if found.legible is Tri.UNKNOWN:
            return f"Reading signs in {where} failed: whether names are legible is unknown."
        if found.legible is Tri.FALSE:
            return f"Nothing read in {where} ({_frames(found.frames)}): that is no proof that there is none."
        names = distinct(found.signs)
        more = f", and {len(names) - LISTED} more (--json lists all)" if len(names) > LISTED else ""
        return f"Legible in {where}: {', '.join(map(_name, names[:LISTED]))}{more}. There may be others."

    def answer(self) -> dict[str, Any]:
        """What scripts read: legible as true, false or unknown, frames looked at, and every line with its box."""
        if self.found is None:
            return {"plate": self.name, "legible": str(Tri.UNKNOWN), "frames": [], "signs": []}
        signs = [
            sign.model_dump(mode="json", include={"text", "frame", "box", "confidence"}) for sign in self.found.signs
        ]
        return {
            "plate": self.name,
            "legible": str(self.found.legible),
            "frames": list(self.found.frames),
            "signs": signs,
        }


def distinct(signs: tuple[Sign, ...]) -> list[Sign]:
    """Each name once, where it was read best; the surest first."""
    best: dict[str, Sign] = {}
    for sign in sorted(signs, key=lambda sign: -sign.confidence):
        best.setdefault(sign.text.casefold(), sign)
    return list(best.values())


def of_shot(production: Production, shot: str, plate: str | None = None) -> Legible:
    """What was read in a plate of a shot, the newest if none is named; raises InputError where there is none."""
    with production.reading() as reading:
        return _of_plate(reading, shot, plate)


def of_subject(production: Production, subject: str) -> Legible:
    """The same of SHOT/b001 (the shot's newest plate), of SHOT/v001 (the plate that it was made from), or of a SHOT."""
    shot, _, name = subject.partition("/")
    with production.reading() as reading:
        version = reading.version(shot, name) if name.startswith("v") else None
        return _of_plate(reading, shot, version.plate if version else None)


def of_shots(production: Production, shots: tuple[str, ...] | list[str]) -> list[Legible]:
    """The same of the newest plate of each shot that has one; a release may be there before the plate."""
    found = []
    for shot in dict.fromkeys(shots):
        try:
            found.append(of_shot(production, shot))
        except InputError:
            continue
    return found


def advised(production: Production, outcome: Outcome) -> Outcome:
    """The outcome, with the names that were read where it was not allowed because signage has not been cleared."""
    verdict = outcome.verdict
    stops = any(objection.rule in RULES for objection in verdict.objections)
    if outcome.advice or not stops or ReleaseKind.SIGNAGE not in verdict.facts.get("releases_missing", ()):
        return outcome
    try:
        said = of_subject(production, verdict.subject).sentence()
    except InputError:
        return outcome
    return outcome.model_copy(update={"advice": f"{verdict.says()}\n  {said}"})


def _of_plate(reading: Reading, shot: str, plate: str | None) -> Legible:
    name = f"{shot}/{plate_named(reading, shot, plate).id}"
    return Legible(name, reading.newest(Signs, name))


def _name(sign: Sign) -> str:
    """In quotes that the text itself cannot close; never quite sure."""
    text = sign.text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
    return f"'{text}' (frame {sign.frame}, {min(99, round(100 * sign.confidence))} %)"


def _frames(frames: tuple[int, ...]) -> str:
    return f"frame{'' if len(frames) == 1 else 's'} {', '.join(map(str, frames))}"
