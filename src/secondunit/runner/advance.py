"""The one door: every change of a production goes through `advance`, and through nothing else.

For fronts:

    production = open_production(folder)             # runner.production; clears what dead jobs left; InputError if none
    outcome = advance(production, request, console=console)
    print(outcome.says()); raise SystemExit(outcome.exit_code)        # 0 done, 3 refused, 4 needs an approval

`outcome.made` is the record that was put in place: Plate for IngestRequest, StoredBrief for BriefRequest, Version for
MakeRequest, Person, Note, Approval, or Version again for StatusRequest. Raises InputError (exit 2), WorkFailed (exit
1) and Cancelled (exit 130); after any of them the production is as it was, but for the ledger's lines about it.
A new production: `init_production(folder, InitRequest(...)) -> Outcome`, which goes through the same gate.
"""

from secondunit.runner import briefs, enrolling, entries, intake, legible, making, matched, strangers
from secondunit.runner.production import Production
from secondunit.runner.workers import House, Listener, Quiet, Workers
from secondunit.schema import (
    BriefRequest,
    EnrolRequest,
    IngestRequest,
    InitRequest,
    InputError,
    MakeRequest,
    Outcome,
    Request,
)


def advance(
    production: Production, request: Request, *, console: Listener | None = None, workers: Workers | None = None
) -> Outcome:
    """Make one move, or say why not. workers: who does the work; the house's own unless a test passes others."""
    outcome = _move(production, request, console or Quiet(), workers or House())
    told = legible.advised(production, strangers.advised(production, outcome))
    return matched.advised(production, request, told)


def _move(production: Production, request: Request, console: Listener, workers: Workers) -> Outcome:
    match request:
        case IngestRequest():
            return intake.ingest(production, request, console, workers)
        case MakeRequest():
            return making.make(production, request, console, workers)
        case InitRequest():
            raise InputError(f"{production.folder} is a production already: make a new one in another folder.")
        case BriefRequest():
            return briefs.put(production, request, console, workers)
        case EnrolRequest():
            return enrolling.enrol(production, request, console, workers)
        case _:
            return entries.enter(production, request)
