"""People and law: what named people put on record, and the signatures that were used for it."""

from alembic import op

from secondunit.store.migrations.append_only import triggers

revision = "0002"
down_revision = "0001"

TABLES = (
    """
CREATE TABLE said (
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    person TEXT NOT NULL,
    record TEXT NOT NULL,
    CONSTRAINT pk_said PRIMARY KEY (seq),
    CONSTRAINT fk_said_person FOREIGN KEY(person) REFERENCES people (name)
)
""",
    """
CREATE TABLE signatures (
    sha256 TEXT NOT NULL,
    person TEXT NOT NULL,
    CONSTRAINT pk_signatures PRIMARY KEY (sha256),
    CONSTRAINT fk_signatures_person FOREIGN KEY(person) REFERENCES people (name)
)
""",
    'CREATE INDEX said_by_key ON said (kind, "key")',
)
APPEND_ONLY = {"said": ("seq",), "signatures": ("sha256",)}


def upgrade() -> None:
    """Tables first, then what keeps rows of record as they are."""
    for statement in TABLES:
        op.execute(statement)
    for table, keys in APPEND_ONLY.items():
        for statement in triggers(table, keys):
            op.execute(statement)


def downgrade() -> None:
    """Not offered: a ledger that can be taken down is none."""
    raise NotImplementedError("restore a copy of the production that was made before the upgrade")
