"""What fronts show of records: questions and their answers, consents and how they stand."""

import shlex
from pathlib import Path
from typing import Any

from secondunit.runner import facts_consent, facts_said, facts_use, identities, looks
from secondunit.runner.clock import instant
from secondunit.runner.facts_use import Asked
from secondunit.runner.named import look_named
from secondunit.runner.production import Production
from secondunit.schema import ASKED, Answer, Consent, Enrolment, InputError, Look, Release
from secondunit.store.reading import Reading


def questions_about(production: Production, subject: str) -> list[dict[str, Any]]:
    """Every question: its words, the role asked, and the newest answer about exactly what is on record now, or None."""
    with production.reading() as reading:
        sha256 = facts_said.content_sha256(reading, subject)
        if not sha256:
            raise InputError(f"There is no {subject} on record: give a brief or a version that is there.")
        rows = []
        for question, asked in ASKED.items():
            word = reading.newest(Answer, facts_use.answer_key(subject, question))
            said = word if word and word.subject_sha256 == sha256 else None
            row: dict[str, Any] = {"question": question.value, "role": asked.role.value, "words": asked.words}
            rows.append(row | {"answer": said.answer if said else None, "by": said.by if said else None})
        return rows


def releases_wanted(production: Production, brief: str) -> tuple[str, ...]:
    """Releases that a brief on record (SHOT/b001) needs before a final, and that are not there today."""
    shot, _, name = brief.partition("/")
    with production.reading() as reading:
        content = ((brief, facts_said.content_sha256(reading, brief)),)
        asked = Asked(production.folder, reading.brief(shot, name), None, instant(), content)
        return tuple(facts_use.missing(reading, asked, facts_use.answered(reading, content)))


def enrolled(production: Production) -> list[dict[str, Any]]:
    """Every enrolment that stands, whether it is used, and what to do about one that is not."""
    day = instant()[:10]
    with production.reading() as reading:
        return [_enrolled(reading, production.folder, one, day) for one in identities.standing(reading)]


def _enrolled(reading: Reading, folder: Path, one: Enrolment, day: str) -> dict[str, Any]:
    release = reading.newest(Release, one.release)
    good = identities.usable(reading, folder, one, None, day) and identities.has_key(folder, one)
    state = "OVERDUE" if not one.in_time(day) else "in use" if good else "NOT USED (release or key is gone)"
    todo = "" if good else f"; next: secondunit enrol erase {shlex.quote(one.performer)}"
    return {
        "performer": one.performer,
        "release": one.release,
        "shots": list(release.shots) if release else [],
        "destroy_on": one.destroy_on,
        "state": state,
        "next": todo,
        "rates": one.rates.model_dump(mode="json"),
        "says": one.rates.says(),
    }


def consents(production: Production) -> list[dict[str, Any]]:
    """Every consent: its terms, assurance, and whether a hold stands on it."""
    with production.reading() as reading:
        return [
            {
                "id": one.id,
                "performer": one.terms.performer,
                "tools": list(one.terms.tools),
                "ages": list(one.terms.ages) if one.terms.ages else None,
                "shots": list(one.terms.shots),
                "create_from": one.terms.create_from,
                "create_until": one.terms.create_until,
                "category": one.terms.category.value,
                "assurance": one.assurance,
                "on_hold": facts_consent.on_hold(reading, one.id),
                "recorded_by": one.by,
                "recorded_at": one.at,
            }
            for one in reading.said(Consent)
        ]


def consent_shown(production: Production, consent: str) -> dict[str, Any]:
    """One consent: terms, the text as it was shown, how it is evidenced and how it stands."""
    with production.reading() as reading:
        found = reading.newest(Consent, consent)
        if found is None:
            there = ", ".join(one.id for one in reading.said(Consent)) or "none is on record"
            raise InputError(f"There is no consent {consent}: {there}.")
        held = facts_consent.on_hold(reading, consent)
        signers = sorted(facts_consent.signed_by(reading, found))
    path = production.folder / found.text.path
    return {
        "id": found.id,
        "terms": found.terms.model_dump(mode="json"),
        "text": path.read_text("utf-8") if path.is_file() else "The statement is missing from the disk.",
        "assurance": found.assurance,
        "signed_by": signers,
        "stands": "on hold" if held else "not on hold",
    }


def looks_on_record(production: Production) -> list[dict[str, Any]]:
    """Every version of every look, by name: what it says, and how it stands (approved, rejected, open)."""
    with production.reading() as reading:
        found = sorted(reading.said(Look), key=lambda look: look.name)
        return [_look(reading, production.folder, look) for look in found]


def look_shown(production: Production, text: str) -> dict[str, Any]:
    """One version of a look, or a look's newest: what it says, who reviewed it, what it made, and what it touches.

    touches: versions that an older one made, of shots of which none is made with the newest; again: the commands that
    make those shots again. Both are empty for a version that is not the newest. Raises InputError for no such look.
    """
    with production.reading() as reading:
        look = look_named(reading, text)
        newest = reading.said(Look, look.name)[-1]
        made = looks.made_with(reading, look.name)
        reviews = reading.approvals(look.subject, look.content)
        shown = _look(reading, production.folder, look)
    touched = [one for one in made if one.again] if look == newest else []
    shots = dict.fromkeys(one.shot for one in touched)
    said = [{"decision": "approved" if x.granted else "rejected", "by": x.by, "role": x.role.value} for x in reviews]
    return shown | {
        "newest": newest.version,
        "reviews": said,
        "made": [one.version for one in made if one.look == look.version],
        "touches": [{"version": one.version, "look": one.look, "status": one.status.value} for one in touched],
        "again": [
            shlex.join(["secondunit", "age", shot, "--performer", look.performer, "--look", look.called])
            for shot in shots
        ],
    }


def _look(reading: Reading, folder: Path, look: Look) -> dict[str, Any]:
    stills = [
        {"name": still.name, "file": str(folder / still.file.path), "sha256": still.file.sha256}
        for still in look.stills
    ]
    return {
        "called": look.called,
        "name": look.name,
        "version": look.version,
        "performer": look.performer,
        **look.direction,
        "sha256": look.content,
        "state": looks.state(reading, look),
        "says": look.says(),
        "by": look.by,
        "at": look.at,
        "stills": stills,
    }
