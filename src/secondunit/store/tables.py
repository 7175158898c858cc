"""Tables of a production. Records are kept as their own JSON beside the columns that keys and rules need.

What must hold is a constraint here, so that no code path and no hand at the database can go round it:
a clearance exists only for a verdict that allows; a version or a plate only under a clearance of the right move, for
the same shot, used once. Rows of record are append-only (triggers, see the first migration).
"""

import sqlalchemy as sa
from sqlalchemy.sql.schema import SchemaItem

JOB_STATES = ("running", "done", "refused", "failed", "cancelled", "died")

metadata = sa.MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def _text(name: str, *extra: SchemaItem, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, *extra, nullable=False, primary_key=primary_key)


people = sa.Table("people", metadata, _text("name", primary_key=True), _text("record"))

verdicts = sa.Table(
    "verdicts",
    metadata,
    _text("id", primary_key=True),
    _text("action"),
    _text("decision"),
    _text("actor"),
    _text("subject"),
    _text("at"),
    _text("record"),
    sa.UniqueConstraint("id", "decision"),
)

clearances = sa.Table(
    "clearances",
    metadata,
    _text("id", primary_key=True),
    _text("move"),
    _text("shot"),
    _text("actor"),
    _text("decision", sa.CheckConstraint("decision = 'allow'", name="allows")),
    _text("record"),
    sa.ForeignKeyConstraint(["id", "decision"], ["verdicts.id", "verdicts.decision"]),
    sa.UniqueConstraint("id", "move", "shot"),
)

jobs = sa.Table(
    "jobs",
    metadata,
    _text("id", primary_key=True),
    _text("clearance", sa.ForeignKey("clearances.id")),
    _text("state", sa.CheckConstraint(f"state in {JOB_STATES}", name="known")),
    _text("host"),
    sa.Column("pid", sa.Integer, nullable=False),
    _text("started_at"),
    sa.Column("ended_at", sa.Text),
    sa.Column("error", sa.Text),
)


def _admitted(move: str) -> list[SchemaItem]:
    """Columns and constraints of a row that stands under a clearance for `move` on the same shot."""
    return [
        _text("clearance"),
        _text("move", sa.CheckConstraint(f"move = '{move}'", name="of_its_move")),
        sa.ForeignKeyConstraint(["clearance", "move", "shot"], ["clearances.id", "clearances.move", "clearances.shot"]),
        sa.UniqueConstraint("clearance"),
    ]


plates = sa.Table(
    "plates",
    metadata,
    _text("shot", primary_key=True),
    _text("id", primary_key=True),
    _text("files_sha256"),
    _text("record"),
    *_admitted("ingest"),
)

briefs = sa.Table(
    "briefs",
    metadata,
    _text("shot", primary_key=True),
    _text("id", primary_key=True),
    _text("brief_sha256"),
    _text("brief"),
    _text("record"),
    *_admitted("brief"),
    sa.UniqueConstraint("shot", "brief_sha256"),
)

versions = sa.Table(
    "versions",
    metadata,
    _text("shot", primary_key=True),
    _text("id", primary_key=True),
    _text("brief"),
    _text("plate"),
    _text("files_sha256"),
    _text("record"),
    *_admitted("make"),
    sa.ForeignKeyConstraint(["shot", "brief"], ["briefs.shot", "briefs.id"]),
    sa.ForeignKeyConstraint(["shot", "plate"], ["plates.shot", "plates.id"]),
)

files = sa.Table(
    "files",
    metadata,
    _text("owner", primary_key=True),
    _text("path", primary_key=True),
    _text("sha256"),
    sa.Column("size", sa.BigInteger, nullable=False),
)

notes = sa.Table(
    "notes",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    _text("shot"),
    _text("version"),
    _text("record"),
    sa.ForeignKeyConstraint(["shot", "version"], ["versions.shot", "versions.id"]),
)

statuses = sa.Table(
    "statuses",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    _text("shot"),
    _text("version"),
    _text("status"),
    _text("person", sa.ForeignKey("people.name")),
    _text("at"),
    _text("reason"),
    sa.ForeignKeyConstraint(["shot", "version"], ["versions.shot", "versions.id"]),
)

approvals = sa.Table(
    "approvals",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    _text("subject"),
    _text("subject_sha256"),
    _text("role"),
    _text("person", sa.ForeignKey("people.name")),
    _text("record"),
)

said = sa.Table(
    "said",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    _text("kind"),
    _text("key"),
    _text("person", sa.ForeignKey("people.name")),
    _text("record"),
    sa.Index("said_by_key", "kind", "key"),
)
"""What named people put on record beside plates, briefs and versions: keys, consents, releases, answers, packs …

kind: the record's schema name; key: what it is about, such as a consent's id or a brief's hash. The newest counts.
"""

signatures = sa.Table(
    "signatures",
    metadata,
    _text("sha256", primary_key=True),
    _text("person", sa.ForeignKey("people.name")),
)
"""Every signature that was ever accepted: none is accepted twice."""

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    _text("sha256"),
    _text("record"),
    sa.UniqueConstraint("sha256"),
)
