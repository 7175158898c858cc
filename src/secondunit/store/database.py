"""A production's database: opened, brought up to date, read, and written one whole move at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from secondunit.schema import InputError, WorkFailed
from secondunit.store.reading import Reading
from secondunit.store.writing import Writing

NAME = "secondunit.db"
HEAD = "0002"
"""The newest migration: what this version of the software reads and writes."""
WAIT_S = 60


class Store:
    """SQLite in the production's folder. Writers take turns: a transaction locks before it reads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": WAIT_S})
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A consistent view; nothing can be written through it."""
        with _explained(self.path), self._engine.connect() as connection, connection.begin():
            yield Reading(connection)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """One transaction, alone: committed on leaving, undone by any exception. A change needs a line."""
        with _explained(self.path), self._engine.connect() as connection:
            connection = connection.execution_options(secondunit_write=True)
            with connection.begin():
                writing = Writing(connection)
                yield writing
                writing.must_be_on_the_ledger()

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def upgrade(self) -> None:
        """Create the tables or bring them up to date; raises InputError for a database newer than this software."""
        with _explained(self.path), self._engine.connect() as connection:
            with connection.begin():
                if _revision(connection) == HEAD:
                    return  # the usual case, which takes no lock
            connection = connection.execution_options(secondunit_write=True)
            with connection.begin():
                found = _revision(connection)
                if found == HEAD:
                    return
                _migrate(connection, found, self.path)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """The driver's errors as the house's own; broken promises (IntegrityError) are bugs and stay what they are."""
    try:
        yield
    except OperationalError as error:
        raise WorkFailed(
            f"{path} cannot be used now ({error.orig}): see that the disk has room, that you may write there, "
            f"and that no other program has held it for {WAIT_S} s."
        ) from error
    except IntegrityError:
        raise
    except DatabaseError as error:
        raise InputError(f"{path} is damaged ({error.orig}): restore it from a copy.") from error


def _prepare(connection: Any, _: object) -> None:
    # The driver's own transactions begin too late (after the first read): they are switched off, see `_begin`.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    # Without this, INSERT OR REPLACE deletes rows of record without firing their triggers.
    connection.execute("PRAGMA recursive_triggers = ON")
    # A clearance that was given must survive a power cut before the work under it starts.
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("secondunit_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _migrate(connection: sa.Connection, found: str | None, path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "secondunit.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        if found is not None:
            ScriptDirectory.from_config(config).get_revision(found)
    except CommandError as error:
        raise InputError(
            f"{path} is at revision {found}, which this Second Unit does not know (it reads {HEAD}): update it."
        ) from error
    command.upgrade(config, HEAD)
