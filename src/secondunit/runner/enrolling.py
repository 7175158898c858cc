"""Performers enrolled: nothing is measured before the gate has allowed it, and nothing is kept unless it still does.

Only `advance` calls this.
"""

from pathlib import Path

from secondunit.runner import entries, facts, identities
from secondunit.runner.clock import instant
from secondunit.runner.production import Production
from secondunit.runner.workers import Listener, Workers
from secondunit.schema import EnrolRequest, Outcome


def enrol(production: Production, request: EnrolRequest, console: Listener, workers: Workers) -> Outcome:
    """Measure, if the gate allows; then put it away and on record. Raises InputError for pictures that do not do."""
    if not _allowed(production, request):
        return entries.enter(production, request)  # asks again, and puts the refusal on record
    with production.reading() as reading:
        others = identities.known_in(reading, production.folder, None, instant()[:10])
    measured = workers.measure([Path(path) for path in request.pictures], others, console=console)
    return entries.enter(production, request, measured)


def _allowed(production: Production, request: EnrolRequest) -> bool:
    with production.reading() as reading:
        whole = entries.resolved(production, reading, request)
        seen = facts.see_subject(production.folder, reading, whole)
        return production.judge(reading, facts.gather(reading, whole, seen)).allowed
