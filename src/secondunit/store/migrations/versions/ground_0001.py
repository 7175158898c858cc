"""The ground: people, verdicts, clearances, jobs, plates, briefs, versions, reviews, ledger."""

from alembic import op

from secondunit.store.migrations.append_only import triggers

revision = "0001"
down_revision = None

TABLES = (
    """
CREATE TABLE files (
    owner TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    CONSTRAINT pk_files PRIMARY KEY (owner, path)
)
""",
    """
CREATE TABLE ledger (
    seq INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    record TEXT NOT NULL,
    CONSTRAINT pk_ledger PRIMARY KEY (seq),
    CONSTRAINT uq_ledger_sha256 UNIQUE (sha256)
)
""",
    """
CREATE TABLE people (
    name TEXT NOT NULL,
    record TEXT NOT NULL,
    CONSTRAINT pk_people PRIMARY KEY (name)
)
""",
    """
CREATE TABLE verdicts (
    id TEXT NOT NULL,
    action TEXT NOT NULL,
    decision TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT NOT NULL,
    at TEXT NOT NULL,
    record TEXT NOT NULL,
    CONSTRAINT pk_verdicts PRIMARY KEY (id),
    CONSTRAINT uq_verdicts_id UNIQUE (id, decision)
)
""",
    """
CREATE TABLE approvals (
    seq INTEGER NOT NULL,
    subject TEXT NOT NULL,
    subject_sha256 TEXT NOT NULL,
    role TEXT NOT NULL,
    person TEXT NOT NULL,
    record TEXT NOT NULL,
    CONSTRAINT pk_approvals PRIMARY KEY (seq),
    CONSTRAINT fk_approvals_person FOREIGN KEY(person) REFERENCES people (name)
)
""",
    """
CREATE TABLE clearances (
    id TEXT NOT NULL,
    move TEXT NOT NULL,
    shot TEXT NOT NULL,
    actor TEXT NOT NULL,
    decision TEXT NOT NULL CONSTRAINT ck_clearances_allows CHECK (decision = 'allow'),
    record TEXT NOT NULL,
    CONSTRAINT pk_clearances PRIMARY KEY (id),
    CONSTRAINT fk_clearances_id FOREIGN KEY(id, decision) REFERENCES verdicts (id, decision),
    CONSTRAINT uq_clearances_id UNIQUE (id, move, shot)
)
""",
    """
CREATE TABLE briefs (
    shot TEXT NOT NULL,
    id TEXT NOT NULL,
    brief_sha256 TEXT NOT NULL,
    brief TEXT NOT NULL,
    record TEXT NOT NULL,
    clearance TEXT NOT NULL,
    move TEXT NOT NULL CONSTRAINT ck_briefs_of_its_move CHECK (move = 'brief'),
    CONSTRAINT pk_briefs PRIMARY KEY (shot, id),
    CONSTRAINT fk_briefs_clearance FOREIGN KEY(clearance, move, shot) REFERENCES clearances (id, move, shot),
    CONSTRAINT uq_briefs_clearance UNIQUE (clearance),
    CONSTRAINT uq_briefs_shot UNIQUE (shot, brief_sha256)
)
""",
    """
CREATE TABLE jobs (
    id TEXT NOT NULL,
    clearance TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_jobs_known
        CHECK (state in ('running', 'done', 'refused', 'failed', 'cancelled', 'died')),
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    error TEXT,
    CONSTRAINT pk_jobs PRIMARY KEY (id),
    CONSTRAINT fk_jobs_clearance FOREIGN KEY(clearance) REFERENCES clearances (id)
)
""",
    """
CREATE TABLE plates (
    shot TEXT NOT NULL,
    id TEXT NOT NULL,
    files_sha256 TEXT NOT NULL,
    record TEXT NOT NULL,
    clearance TEXT NOT NULL,
    move TEXT NOT NULL CONSTRAINT ck_plates_of_its_move CHECK (move = 'ingest'),
    CONSTRAINT pk_plates PRIMARY KEY (shot, id),
    CONSTRAINT fk_plates_clearance FOREIGN KEY(clearance, move, shot) REFERENCES clearances (id, move, shot),
    CONSTRAINT uq_plates_clearance UNIQUE (clearance)
)
""",
    """
CREATE TABLE versions (
    shot TEXT NOT NULL,
    id TEXT NOT NULL,
    brief TEXT NOT NULL,
    plate TEXT NOT NULL,
    files_sha256 TEXT NOT NULL,
    record TEXT NOT NULL,
    clearance TEXT NOT NULL,
    move TEXT NOT NULL CONSTRAINT ck_versions_of_its_move CHECK (move = 'make'),
    CONSTRAINT pk_versions PRIMARY KEY (shot, id),
    CONSTRAINT fk_versions_clearance FOREIGN KEY(clearance, move, shot) REFERENCES clearances (id, move, shot),
    CONSTRAINT uq_versions_clearance UNIQUE (clearance),
    CONSTRAINT fk_versions_shot FOREIGN KEY(shot, brief) REFERENCES briefs (shot, id),
    CONSTRAINT fk_versions_shot FOREIGN KEY(shot, plate) REFERENCES plates (shot, id)
)
""",
    """
CREATE TABLE notes (
    seq INTEGER NOT NULL,
    shot TEXT NOT NULL,
    version TEXT NOT NULL,
    record TEXT NOT NULL,
    CONSTRAINT pk_notes PRIMARY KEY (seq),
    CONSTRAINT fk_notes_shot FOREIGN KEY(shot, version) REFERENCES versions (shot, id)
)
""",
    """
CREATE TABLE statuses (
    seq INTEGER NOT NULL,
    shot TEXT NOT NULL,
    version TEXT NOT NULL,
    status TEXT NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_statuses PRIMARY KEY (seq),
    CONSTRAINT fk_statuses_shot FOREIGN KEY(shot, version) REFERENCES versions (shot, id),
    CONSTRAINT fk_statuses_person FOREIGN KEY(person) REFERENCES people (name)
)
""",
)

APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "verdicts": ("id",),
    "clearances": ("id",),
    "plates": ("shot, id", "clearance"),
    "briefs": ("shot, id", "clearance", "shot, brief_sha256"),
    "versions": ("shot, id", "clearance"),
    "files": ("owner, path",),
    "notes": ("seq",),
    "statuses": ("seq",),
    "approvals": ("seq",),
    "ledger": ("seq", "sha256"),
}
"""Table -> its unique keys."""

STAND_UNDER = {"plates": "ingest", "briefs": "brief", "versions": "make"}


def upgrade() -> None:
    """Tables first, then what keeps rows of record as they are."""
    for statement in TABLES:
        op.execute(statement)
    for table, keys in APPEND_ONLY.items():
        for statement in triggers(table, keys):
            op.execute(statement)
    for table, move in STAND_UNDER.items():
        op.execute(_needs_clearance(table, move))


def _needs_clearance(table: str, move: str) -> str:
    """The foreign key again, for connections on which SQLite's foreign keys are off (its default)."""
    return (
        f"CREATE TRIGGER {table}_needs_clearance BEFORE INSERT ON {table} WHEN NOT EXISTS "
        f"(SELECT 1 FROM clearances WHERE id = NEW.clearance AND move = '{move}' AND shot = NEW.shot) "
        f"BEGIN SELECT RAISE(ABORT, '{table}: no clearance to {move} for this shot is on record'); END"
    )


def downgrade() -> None:
    """Not offered: a ledger that can be taken down is none."""
    raise NotImplementedError("restore a copy of the production that was made before the upgrade")
