"""How long the guardrails take: verdicts, signatures, and what they add to a run. Times are of this machine, now."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from secondunit.policy import cases, gate, pack
from secondunit.runner import appearing, facts, inspection, looking_up
from secondunit.runner.clock import instant
from secondunit.runner.production import Production
from secondunit.runner.workers import House, Listener, Quiet
from secondunit.schema import InputError, Inspection, MakeRequest, RunRecord, Tri, Version
from secondunit.trust import jws, revocation
from secondunit.trust.jws import Typ
from secondunit.trust.keys import generate

ROUNDS = 200


def measure(production: Production | None, console: Listener) -> dict[str, Any]:
    """Medians in milliseconds; what was added to the newest version here whose frames were computed, and which newer
    ones were skipped; how often the detector errs on drawn pictures, and matching on the references of those enrolled.
    """
    found = {"rounds": ROUNDS, "verdicts_ms": _verdicts(), "signatures_ms": _signatures()}
    version, skipped = _newest_computed(production) if production else (None, ())
    found |= {"run": _run(production, version) if production and version else None, "skipped": list(skipped)}
    found["detection"] = _detection(console)
    return found | {"matching": looking_up.enrolled(production) if production else []}


def _detection(console: Listener) -> dict[str, Any] | None:
    """How often heads of nobody are missed, and somebody is found who is not there; None without a detector."""
    from secondunit.faces import models, trial

    try:
        return trial.counted(trial.finder(), console.progress)
    except models.Missing:
        return None


def _median_ms(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    act()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return round(statistics.median(taken) * 1e3, 3)


def _verdicts() -> dict[str, float]:
    """Making, by whose likeness and with which packs."""
    house, all_packs = pack.load(), pack.load({name: pack.shipped(name) for name in pack.SHIPPED})
    timed = {}
    for base in (cases.NOBODY, cases.PERFORMER):
        known = cases.in_order("make", base)
        for name, policy in (("house", house), ("house and three packs", all_packs)):
            timed[f"{base}, {name}"] = _median_ms(partial(gate.judge, "make", known, policy, at=instant()))
    return timed


def _signatures() -> dict[str, float]:
    """One move signed and verified; terms with two signatures; a revocation list of 10,000 places."""
    own, other = generate(), generate()
    payload = b'{"production":"%s"}' % (b"0" * 800)
    token = jws.sign(payload, own, Typ.MOVE)
    both = jws.sign_json(payload, [own, other], Typ.TERMS)
    days = {"issued_at": "2026-01-01T00:00:00.000000Z", "expires_at": "2026-01-20T00:00:00.000000Z"}
    listed = revocation.signed(revocation.make(own.public, [7], size=10_000, sequence=1, **days), own)
    people = {"performer": own.public, "representative": other.public}
    return {
        "sign a move": _median_ms(lambda: jws.sign(payload, own, Typ.MOVE)),
        "verify a move": _median_ms(lambda: jws.verify(token, own.public, Typ.MOVE)),
        "verify terms with two signatures": _median_ms(lambda: jws.verify_json(both, people, Typ.TERMS)),
        "read a revocation list": _median_ms(lambda: revocation.verified(listed, own.public).revoked(7)),
    }


def _newest_computed(production: Production) -> tuple[Version | None, tuple[str, ...]]:
    """The newest version whose frames were computed when it was made, and the names of newer ones: what adds to a run
    says nothing beside one whose frames came from the cache. Of versions made before that was noted nobody knows."""
    with production.reading() as reading:
        versions = sorted(reading.versions(), key=lambda version: version.made_at, reverse=True)
    skipped: list[str] = []
    for version in versions:
        if _computed(production, version) is not Tri.FALSE:
            return version, tuple(skipped)
        skipped.append(version.name)
    return None, tuple(skipped)


def _computed(production: Production, version: Version) -> Tri:
    try:
        text = (production.folder / version.folder / "run.json").read_text("utf-8")
        return RunRecord.from_json(text).facts.get("computed", Tri.UNKNOWN)
    except (OSError, ValueError, InputError):
        return Tri.UNKNOWN


def _run(production: Production, version: Version) -> dict[str, Any]:
    """What the gate added to making this version: asked twice, inputs hashed twice, outputs hashed once."""
    with production.reading() as reading:
        plate = reading.plate(version.shot, version.plate)
        assert plate is not None
        request = MakeRequest(actor=version.made_by, shot=version.shot, brief=version.brief, plate=plate.id)
        seen = facts.see_make(production.folder, reading, plate, version.shot, version.brief)
        hashing = _median_ms(
            lambda: facts.see_make(production.folder, reading, plate, version.shot, version.brief), rounds=3
        )
        asking = _median_ms(lambda: production.judge(reading, facts.gather(reading, request, seen)), rounds=20)
        recorded = reading.files(version.name)
    outputs = _median_ms(lambda: inspection.unchanged(production.folder / version.folder, recorded), rounds=1)
    start = time.perf_counter()
    blank = Inspection(subject=version.name, subject_sha256=version.files_sha256, at=instant())
    folder = production.folder / version.folder
    appearing.in_version(production, blank, plate, version.manifest, folder, workers=House(), console=Quiet())
    looking = round((time.perf_counter() - start) * 1e3)
    made_ms = 1e3 * sum(version.timings.values())
    added = 2 * asking + 2 * hashing + outputs
    return {
        "version": version.name,
        "computed": _computed(production, version).value,
        "facts and verdict_ms": asking,
        "hash inputs_ms": hashing,
        "hash outputs_ms": outputs,
        "made in_ms": round(made_ms),
        "look for people_ms": looking,
        "overhead_percent": round(100.0 * added / made_ms, 3) if made_ms else None,
        "with_looking_percent": round(100.0 * (added + looking) / made_ms, 3) if made_ms else None,
    }
