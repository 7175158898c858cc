"""The consent statement: every term, in words that the person it is about understands, signs and can keep."""

from collections.abc import Iterable
from importlib import resources
from typing import get_args

from secondunit.schema import FieldFault
from secondunit.schema.consent import ConsentTerms, Language

from .letters import fault, one_line
from .template import Said, Template, Term
from .words import WORDS, Words

SHORT_ID = 12
"""So many digits of the production's id are shown."""
FREE, WORD, FLAG = Term(free=True), Term(), Term(flag=True)
TERMS = {
    "id": WORD,
    "production": WORD,
    "production_title": FREE,
    "performer": FREE,
    "category": WORD,
    "category_meaning": WORD,
    "category_by": FREE,
    "tools": FREE,
    "ages": Term(when="ages"),
    "effect": FREE,
    "shots": WORD,
    "scenes": Term(free=True, when="scenes"),
    "script_revision": FREE,
    "media": FREE,
    "sequels": Term(free=True, when="sequels"),
    "territory": FREE,
    "create_from": WORD,
    "create_until": WORD,
    "exploit_until": Term(when="exploit_until"),
    "training": Term(free=True, when="training"),
    "look_approval": FLAG,
    "body_double": Term(free=True, when="body_double"),
    "compensation": FREE,
    "representative": Term(free=True, when="representative"),
    "notice_on": WORD,
    "minor": FLAG,
    "guardian": Term(free=True, when="guardian"),
    "intimacy": FLAG,
    "retention": FREE,
    "destroy_by": WORD,
    "revocation_index": Term(when="revocation"),
    "revocation_issuer": Term(free=True, when="revocation"),
    "language": WORD,
}
"""What a template can name. The text's own hash is the one field that it cannot hold."""


def statement(terms: ConsentTerms, template: str | None = None) -> str:
    """The terms as plain text in their language: what is read, signed, and hashed into `text_sha256`.

    template: a production's own wording, in the terms' language; None: the house's (`default_template`). The same terms
    and wording give the same bytes. A paragraph is one line; lines that begin with • are filled in.

    Raises FieldFault when a field holds what cannot be shown faithfully (signs that cannot be seen, letters written
    from right to left, days that no calendar has) and for what nobody may be asked to sign (a minor without a guardian,
    or in intimacy); InputError when the template leaves out a term or names an unknown one.
    """
    wording = Template(default_template(terms.language) if template is None else template, TERMS)
    if terms.minor and terms.guardian is None:
        raise FieldFault("guardian", "", f"{terms.performer} is under 18; name the parent or guardian who signs too")
    if terms.minor and terms.intimacy:
        raise FieldFault("intimacy", "True", f"{terms.performer} is under 18; there is no statement for that, drop it")
    return wording.filled(said(terms))


def default_template(language: Language) -> str:
    """The house's wording, to be read or to be changed; raises FieldFault for a language that has none."""
    if language not in get_args(Language):
        raise FieldFault("language", repr(language), f"give one of {', '.join(get_args(Language))}")
    return resources.files(__package__).joinpath(f"consent.{language}.txt").read_text("utf-8")


def said(terms: ConsentTerms) -> Said:
    """Term or condition -> its texts; raises FieldFault when one cannot be shown faithfully."""
    words = WORDS[terms.language]
    return {**_free(terms, words), **_closed(terms, words), **_days(terms, words), **_places(terms)}


def _free(terms: ConsentTerms, words: Words) -> Said:
    """What somebody worded: checked, on one line each."""
    found = {
        name: _shown(name, getattr(terms, name))
        for name, term in TERMS.items()
        if term.free and name != "revocation_issuer"
    }
    return {**found, "tools": [words.tool(name) for name in found["tools"]]}


def _closed(terms: ConsentTerms, words: Words) -> Said:
    """What the schema confines to ids, numbers and choices."""
    name, meaning = words.kinds[terms.category]
    return {
        "id": [terms.id],
        "production": [terms.production[:SHORT_ID]],
        "category": [name],
        "category_meaning": [meaning],
        "ages": [words.aged(*terms.ages)] if terms.ages else [],
        "shots": [words.listed(terms.shots)],
        "language": [words.language],
        **{flag: ["yes"] if getattr(terms, flag) else [] for flag, term in TERMS.items() if term.flag},
    }


def _days(terms: ConsentTerms, words: Words) -> Said:
    names = ("create_from", "create_until", "exploit_until", "notice_on", "destroy_by")
    return {name: [_day(name, getattr(terms, name), words)] if getattr(terms, name) else [] for name in names}


def _places(terms: ConsentTerms) -> Said:
    """Where the performer's side takes the consent back."""
    place = terms.revocation
    if place is None:
        return {"revocation": [], "revocation_index": [], "revocation_issuer": []}
    issuer = _shown("revocation.issuer", place.issuer)
    return {"revocation": ["yes"], "revocation_index": [str(place.index)], "revocation_issuer": issuer}


def _shown(name: str, value: str | Iterable[str] | None) -> list[str]:
    texts = [value] if isinstance(value, str) else list(value or ())
    for text in texts:
        why = fault(text)
        if why:
            raise FieldFault(name, ascii(text) if len(text) <= 60 else ascii(text[:57]) + "...", why)
    return [one_line(text) for text in texts if text]


def _day(name: str, day: str, words: Words) -> str:
    try:
        return words.date(day)
    except ValueError as error:
        raise FieldFault(name, ascii(day), "the calendar has no such day") from error
