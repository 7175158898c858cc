"""A production made by an older Second Unit opens: its rows stay as they were, and what is new is there."""

import sqlite3

from alembic import command
from alembic.config import Config

from secondunit.store.database import HEAD, Store


def at_revision(path, revision):
    """A database as an older version of the software left it."""
    store = Store(path)
    with store._engine.connect() as connection:
        connection = connection.execution_options(secondunit_write=True)
        with connection.begin():
            config = Config()
            config.set_main_option("script_location", "secondunit.store:migrations")
            config.set_main_option("path_separator", "os")
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    store.close()


def test_a_database_of_the_first_revision_gets_what_is_new_and_keeps_what_it_has(tmp_path):
    path = tmp_path / "secondunit.db"
    at_revision(path, "0001")
    with sqlite3.connect(path) as bare:
        bare.execute("INSERT INTO ledger (seq, sha256, record) VALUES (1, 'a', 'b')")
    store = Store(path)
    store.upgrade()
    store.close()
    with sqlite3.connect(path) as bare:
        assert bare.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
        assert bare.execute("SELECT seq, sha256, record FROM ledger").fetchall() == [(1, "a", "b")]
        assert bare.execute("SELECT count(*) FROM said").fetchall() == [(0,)]
