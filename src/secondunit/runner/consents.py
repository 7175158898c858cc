"""Consents drafted: the terms, and the statement that a performer reads. Nothing goes on record; see `said`."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from secondunit.runner.given import file_text
from secondunit.runner.production import Production
from secondunit.schema import Consent, ConsentTerms, InputError

EXAMPLE = """\
# One exact intended use of one performer's likeness. Everything in here is read and signed by the performer.
performer = "Lead Actor"
language = "en"                     # of the statement: en or es
category = "alteration"             # as counsel states it: alteration, employment-based replica,
                                    # independently created replica, background replica
category_by = "counsel"             # counsel, on record as legal
tools = ["age"]
ages = [35, 45]                     # lowest and highest apparent age, both allowed; leave out where age stays
effect = "You are made to look some ten to twenty years younger. Nothing else about you changes."
shots = ["SC010"]
scenes = ["12"]
script_revision = "blue, 3 November 2026"
media = ["the series", "trailers"]
# sequels = []                      # later productions by name; none: excluded
territory = "worldwide"
create_from = "2026-11-01"          # days on which versions may be made
create_until = "2030-12-31"
# exploit_until = "2056-12-31"      # last day of showing; left out: the rider says it
# training = ""                     # on what a model may be trained; left out: not allowed
look_approval = true
# body_double = "name of the double"
compensation = "rider of 1 November 2026, item 4"
# representative = "…"              # signs as well
notice_on = "2026-10-28"
minor = false
# guardian = "…"                    # signs as well, where minor = true
intimacy = false
retention = "Working files are kept on the production's own machines and shown to nobody outside it."
destroy_by = "2031-12-31"
"""


@dataclass(frozen=True)
class Drafted:
    """Where a draft lies: json to sign, text and pdf to read."""

    terms: ConsentTerms
    json: Path
    text: Path
    pdf: Path


def write_example(path: Path) -> None:
    """An example of TERMS.toml; raises InputError rather than write over a file."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(EXAMPLE)
    except FileExistsError as error:
        raise InputError(f"{path} is there already: give a new name, or change that file.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}; check the path.") from error


def draft(production: Production, given: Path, out: Path, template: Path | None) -> Drafted:
    """Terms, statement and PDF into the folder `out`. Raises InputError that names the field or the file."""
    from secondunit.media.documents import pdf, statement

    bare = _terms(production, given)
    wording = file_text(template, "--template", "a text") if template else None
    text = statement(bare, wording)
    terms = bare.model_copy(update={"text_sha256": hashlib.sha256(text.encode()).hexdigest()})
    made = Drafted(terms, out / f"{terms.id}.json", out / f"{terms.id}.txt", out / f"{terms.id}.pdf")
    taken = [path for path in (made.json, made.text, made.pdf) if path.exists()]
    if taken:
        raise InputError(f"{taken[0]} is there already: give --out another folder; drafts are never written over.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        pdf(text, made.pdf, f"{terms.id}: {terms.performer}", terms.language)
        made.text.write_bytes(text.encode())
        made.json.write_text(f"{terms.to_json()}\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out} cannot be written to: {error.strerror}; check the folder.") from error
    return made


def _terms(production: Production, given: Path) -> ConsentTerms:
    """The terms with the production's own words filled in, not yet bound to a text."""
    try:
        fields = tomllib.loads(file_text(given, "TERMS.toml", "a TOML file"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{given} is not TOML: {error}; repair that line.") from error
    own = sorted({"id", "production", "production_title", "text_sha256"} & set(fields))
    if own:
        raise InputError(f"{given}: {own[0]} is the production's to say: leave it out.")
    with production.reading() as reading:
        about = {"id": reading.next_said(Consent, "c"), "production": reading.production_id()}
    return ConsentTerms.read(**fields, **about, production_title=production.settings.title)
