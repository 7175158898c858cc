"""What to say where matching contradicts a named person, or does not bear them out: whose faces were found where."""

from secondunit.runner import facts_identity
from secondunit.runner.production import Production
from secondunit.schema import Identification, Inspection, MakeRequest, Match, Outcome, Request, StatusRequest, Verdict
from secondunit.store.reading import Reading

RULES = {"stop.other-face", "identity.settled"}


def advised(production: Production, request: Request, outcome: Outcome) -> Outcome:
    """The outcome, with a line for each picture in which faces were compared, where that is why it was stopped."""
    if not _objects(outcome.verdict):
        return outcome
    with production.reading() as reading:
        lines = told(reading, request, outcome.verdict)
    return outcome.model_copy(update={"advice": "\n  ".join([outcome.verdict.says(), *lines])})


def told(reading: Reading, request: Request, verdict: Verdict) -> tuple[str, ...]:
    """The lines; none where that is not why it objects. Names and pictures only: nothing that was measured."""
    if not _objects(verdict):
        return ()
    return tuple(line for name in _pictures(reading, request) if (line := _line(reading, name)))


def _objects(verdict: Verdict) -> bool:
    return any(objection.rule in RULES for objection in verdict.objections)


def _pictures(reading: Reading, request: Request) -> list[str]:
    """The plate, and the version where there is one."""
    if isinstance(request, MakeRequest):
        plate = reading.plate(request.shot, request.plate)
        return [f"{plate.shot}/{plate.id}"] if plate else []
    if isinstance(request, StatusRequest):
        version = reading.version(request.shot, request.version)
        return [f"{version.shot}/{version.plate}", version.name] if version else []
    return []


def _line(reading: Reading, name: str) -> str:
    looked, said = reading.newest(Inspection, name), reading.newest(Identification, name)
    if looked is None:
        return ""
    if not looked.enrolled:
        return f"{name}: its faces were compared with nobody; take the plate in again to have them compared."
    clear = sorted(facts_identity.clear(looked.faces))
    near = sorted({who for face in looked.faces if face.match is Match.NEAR for who in face.performers} - set(clear))
    found = [f"matches {', '.join(clear)}"] if clear else []
    found += [f"is like {', '.join(near)}"] if near else []
    words = " and ".join(f"a face {one}" for one in found) or f"no face matches {', '.join(looked.enrolled)}"
    named = f"; {said.by} named {', '.join(said.performers) or 'nobody'}" if said else ""
    return f"{name}: {words}{named}."
