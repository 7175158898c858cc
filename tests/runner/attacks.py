"""A production with performers, their consent and everybody who signs; what insiders do to it; checks taken out."""

import contextlib
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from secondunit.policy import pack
from secondunit.runner.advance import advance
from secondunit.runner.production import Production
from secondunit.schema import (
    AgeBrief,
    BriefRequest,
    ConsentRequest,
    ConsentTerms,
    IdentifyRequest,
    MakeRequest,
    Outcome,
    PersonRequest,
    Record,
)
from secondunit.schema.declaration import DECLARED
from secondunit.store.blobs import file_sha256
from secondunit.trust import jws, revocation
from secondunit.trust.jws import Typ
from tests.runner import door, people
from tests.runner.door import Hands, done

TEXT = "Pia, 52 in the picture, is shown at 30 while she crosses the yard."
FEE = "deal memo 4711, schedule B"
CAST = {
    "Leo": ("legal",),
    "Sue": ("supervisor",),
    "Dee": ("director",),
    "Bob": ("artist",),
    "Pia": ("performer",),
    "Quin": ("performer",),
    "Rae": ("representative",),
    "Gus": ("guardian",),
}


def new(folder: Path) -> Production:
    """Everybody on record, a plate of A010 that Sue says shows Pia; no consent, no brief."""
    production = door.new(folder)
    for name, roles in CAST.items():
        if name not in ("Leo", "Sue"):
            people.add(production, name, *roles)
    done(door.add_plate(production))
    identify(production, "Pia")
    return production


def ready(folder: Path) -> Production:
    """The same with Pia's consent c001 and the brief b001 that it covers: one `make` away from a version."""
    production = new(folder)
    done(consent(production))
    done(brief(production))
    return production


def identify(production: Production, *performers: str, by: str = "Sue", bystanders: bool = False) -> None:
    """A signed word on who is in the plate of A010."""
    request = IdentifyRequest(actor=by, shot="A010", performers=performers, bystanders=bystanders)
    done(people.signed(production, request))


def day(days: int) -> str:
    """So many days from today."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%d")


def instant(**ago: float) -> str:
    """A moment so long ago."""
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def paper(production: Production, name: str, text: str) -> Path:
    """A file of the user's own."""
    path = production.folder.parent / name
    path.write_text(text)
    return path


def terms(production: Production, **changed: Any) -> ConsentTerms:
    """What Pia agrees to: to look 25 to 40 in A010, for a month."""
    with production.reading() as reading:
        here = reading.production_id()
    about = {"id": "c001", "production": here, "production_title": "Again", "performer": "Pia", "category_by": "Leo"}
    use = {"category": "alteration", "tools": ("age",), "ages": (25, 40), "effect": "younger", "shots": ("A010",)}
    days = {"create_from": day(-1), "create_until": day(30), "notice_on": day(-3), "destroy_by": day(400)}
    rest = {"script_revision": "blue", "media": ("theatrical",), "territory": "worldwide", "retention": "as the rider"}
    text = file_sha256(paper(production, "statement.txt", TEXT))
    return ConsentTerms(**{**about, **use, **days, **rest, "compensation": FEE, "text_sha256": text, **changed})


def agreed(agreed_to: ConsentTerms, *signers: str) -> str:
    """The terms, signed by these, or by everybody that they ask for."""
    names = dict.fromkeys(signers or agreed_to.signers)
    return jws.sign_json(agreed_to.to_json().encode(), [people.key(name) for name in names], Typ.TERMS)


def consent_request(production: Production, by: str = "Leo", **given: Any) -> ConsentRequest:
    """given: changed terms; `terms`, `signed`, `scan_file`, `text_file` as they are."""
    words = {name: given.pop(name) for name in ("signed", "scan_file", "text_file") if name in given}
    agreed_to = given.pop("terms", None) or terms(production, **given)
    files = {"text_file": str(paper(production, "statement.txt", TEXT))}
    files["rider_file"] = str(paper(production, "rider.txt", "The rider."))
    if "scan_file" not in words:
        words.setdefault("signed", agreed(agreed_to))
    return ConsentRequest(actor=by, terms=agreed_to, **{**files, **words})


def consent(production: Production, by: str = "Leo", **given: Any) -> Outcome:
    """A consent goes on record, in the hands of legal."""
    return people.signed(production, consent_request(production, by, **given))


def brief(production: Production, by: str = "Bob", **changed: Any) -> Outcome:
    """Bob asks for Pia at 30."""
    asked = AgeBrief(**{"shot": "A010", "performer": "Pia", "to_age": 30, **changed})
    return advance(production, BriefRequest(actor=by, brief=asked), workers=Hands())


def make(production: Production, name: str = "b001", workers: Any = None, actor: str = "Ann") -> Outcome:
    """Run the tool that alters people."""
    return advance(production, MakeRequest(actor=actor, shot="A010", brief=name), workers=workers or Hands())


def revocations(
    issuer: str, *revoked: int, sequence: int = 1, ago: float = 1, days: float = 7
) -> tuple[revocation.RevocationList, str]:
    """A list by this person's key, issued so many hours ago, and its token."""
    times = {"issued_at": instant(hours=ago), "expires_at": instant(hours=ago, days=-days)}
    listed = revocation.make(people.key(issuer).public, revoked, size=64, sequence=sequence, **times)
    return listed, revocation.signed(listed, people.key(issuer))


def rules(outcome: Outcome) -> set[str]:
    """Ids of the rules that stand in the way."""
    return {objection.rule for objection in outcome.verdict.objections}


def versions(production: Production) -> int:
    """How many are on record."""
    with production.reading() as reading:
        return len(reading.versions())


def give_source(monkeypatch: Any) -> None:
    """The tool that alters people is declared and not written yet: another's source stands in for its own."""
    declared = DECLARED["age"].model_copy(update={"module": "secondunit.tools.collapse"})
    monkeypatch.setitem(DECLARED, "age", declared)


# ---- checks taken out


def without(monkeypatch: Any, *taken: str) -> None:
    """The house's pack without these rules: what they stopped goes through, if nothing else stops it."""
    text = pack.house_pack()
    for rule in taken:
        before, found, after = text.partition(f'@id("{rule}")')
        assert found, rule
        text = before + after.partition(";\n")[2]
    monkeypatch.setattr(pack, "house_pack", lambda: text)


def stopped(attack: Callable[[], Outcome], monkeypatch: Any, *by: str, weaken: Callable[[], None] | None = None) -> Any:
    """The attack is refused by exactly these rules; with the check taken out it succeeds. Returns what it put there."""
    outcome = attack()
    assert rules(outcome) == set(by), outcome.says()
    assert outcome.made is None
    with monkeypatch.context() as weakened:
        if weaken is None:
            without(weakened, *by)
        else:
            weaken(weakened)
        return done(attack())


# ---- an insider at the database


def sql(production: Production, statement: str, *values: Any) -> None:
    """What somebody can do who may write the database's file: no triggers, no foreign keys, no ledger."""
    with contextlib.closing(sqlite3.connect(production.store.path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(statement, values).rowcount == 1
        connection.commit()


def slip(production: Production, record: Record, key: str, by: str, seq: int | None = None) -> None:
    """A row of record that no move put there."""
    with contextlib.closing(sqlite3.connect(production.store.path)) as connection:
        values = (seq, record.schema_name, key, by, record.to_json())
        connection.execute("INSERT INTO said (seq, kind, key, person, record) VALUES (?, ?, ?, ?, ?)", values)
        connection.commit()


def edit(production: Production, kind: type[Record], **changed: Any) -> None:
    """The newest row of this kind, changed where it lies."""
    with production.reading() as reading:
        record = reading.said(kind)[-1].model_copy(update=changed)
    where = "seq = (SELECT max(seq) FROM said WHERE kind = ?)"
    sql(production, f"UPDATE said SET record = ? WHERE {where}", record.to_json(), kind.schema_name)


def put_role(production: Production, name: str, *roles: str) -> None:
    """Roles written into somebody's row."""
    with production.reading() as reading:
        person = reading.person(name)
    assert person is not None
    row = PersonRequest(actor="Ann", name=name, roles=roles)
    changed = person.model_copy(update={"roles": row.roles})
    sql(production, "UPDATE people SET record = ? WHERE name = ?", changed.to_json(), name)
