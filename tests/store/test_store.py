"""The database keeps its promises whoever writes to it: through the house's code, or with bare SQL."""

import contextlib
import os
import shutil
import sqlite3

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError

from secondunit.schema import Clearance, InputError, Person, Role, Verdict, WorkFailed
from secondunit.store import blobs, database, tables
from secondunit.store.database import Store
from tests.runner.door import quick_folder

AT = "2026-03-01T09:30:00.000000Z"
SHA = "ab" * 32


@pytest.fixture
def tmp_path():
    with quick_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("empty") / "secondunit.db")
    store.upgrade()
    store.close()
    return store.path


@pytest.fixture
def store(empty, tmp_path):
    shutil.copyfile(empty, tmp_path / "secondunit.db")
    store = Store(tmp_path / "secondunit.db")
    yield store
    store.close()


def verdict(decision="allow"):
    return Verdict(action="make", decision=decision, facts_sha256=SHA, policy_sha256=SHA, at=AT)


def line(writing):
    return writing.line(at=AT, move="test", actor="Ann", subject="A010", body={})


def clear(store, key, move="make", shot="A010", decision="allow"):
    """A clearance on record."""
    with store.writing() as writing:
        writing.put_verdict(key, verdict(decision), actor="Ann", subject=shot)
        about = {"actor": "Ann", "subject": shot, "request_sha256": SHA}
        writing.put_clearance(Clearance(id=key, move=move, verdict=verdict(decision), **about), shot)
        line(writing)


def execute(store, statement, pragmas=True):
    """Bare SQL, as a hand at the database would: with the house's pragmas or without."""
    with contextlib.closing(sqlite3.connect(store.path)) as connection, connection:
        if pragmas:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute(statement)


def insert(table, **values):
    names, texts = ", ".join(values), ", ".join(f"'{value}'" for value in values.values())
    return f"INSERT INTO {table} ({names}) VALUES ({texts})"


def plate(clearance, shot="A010", name="PL01_v001", move="ingest"):
    return insert("plates", shot=shot, id=name, files_sha256=SHA, record="{}", clearance=clearance, move=move)


def brief(clearance, shot="A010", name="b001", sha256=SHA):
    about = {"brief_sha256": sha256, "brief": "{}", "record": "{}"}
    return insert("briefs", shot=shot, id=name, clearance=clearance, move="brief", **about)


def version(clearance, shot="A010", name="v001", move="make"):
    about = {"brief": "b001", "plate": "PL01_v001", "files_sha256": SHA, "record": "{}"}
    return insert("versions", shot=shot, id=name, clearance=clearance, move=move, **about)


@pytest.fixture
def inputs(store):
    """Plate and brief of A010, and a clearance `make1`."""
    clear(store, "ingest1", "ingest")
    clear(store, "brief1", "brief")
    clear(store, "make1")
    execute(store, plate("ingest1"))
    execute(store, brief("brief1"))
    return store


# ---- migrations


def test_migrations_make_exactly_the_tables_that_the_code_reads(store):
    with store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_head_is_the_newest_migration(store):
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "secondunit.store:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == database.HEAD


def test_upgrading_twice_changes_nothing(store):
    before = store.path.read_bytes()
    store.upgrade()
    assert store.path.read_bytes() == before


def test_database_of_a_newer_version_is_refused(store):
    execute(store, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(InputError, match="revision 9999"):
        store.upgrade()


# ---- a version cannot exist without its clearance


@pytest.mark.parametrize("pragmas", [True, False])
def test_version_under_its_clearance_is_kept(inputs, pragmas):
    execute(inputs, version("make1"), pragmas)
    execute(inputs, insert("files", owner="A010/v001", path="x", sha256=SHA, size=1), pragmas)


@pytest.mark.parametrize("pragmas", [True, False])
@pytest.mark.parametrize(
    "statement",
    [
        version("nothing"),
        version("ingest1"),
        version("ingest1", move="ingest"),
        version("make1", shot="B020"),
        version("make-refused"),
        plate("make1"),
        plate("nothing", name="PL01_v002"),
        brief("ingest1", name="b002", sha256="cd" * 32),
    ],
)
def test_rows_without_their_clearance_cannot_be(inputs, statement, pragmas):
    with inputs.writing() as writing:
        writing.put_verdict("make-refused", verdict("refuse"), actor="Ann", subject="A010")
        line(writing)
    with pytest.raises(sqlite3.IntegrityError):
        execute(inputs, statement, pragmas)


@pytest.mark.parametrize("pragmas", [True, False])
def test_clearance_is_used_once(inputs, pragmas):
    execute(inputs, version("make1"))
    with pytest.raises(sqlite3.IntegrityError):
        execute(inputs, version("make1", name="v002"), pragmas)


def test_version_needs_its_plate_and_brief(store):
    clear(store, "make1")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        execute(store, version("make1"))


@pytest.mark.parametrize("decision", ["refuse", "needs_approval"])
def test_clearance_needs_a_verdict_that_allows(store, decision):
    with pytest.raises(IntegrityError, match="ck_clearances_allows"):
        clear(store, "x", decision=decision)
    with store.writing() as writing:
        writing.put_verdict("x", verdict(decision), actor="Ann", subject="A010")
        line(writing)
    with pytest.raises(sqlite3.IntegrityError):
        execute(store, insert("clearances", id="x", move="make", shot="A010", actor="A", decision="allow", record="{}"))


# ---- rows of record stay as they are

KEPT = ("verdicts", "clearances", "plates", "briefs", "versions", "ledger")


@pytest.mark.parametrize("pragmas", [True, False])
@pytest.mark.parametrize("table", KEPT)
def test_rows_of_record_cannot_be_changed_deleted_or_replaced(inputs, table, pragmas):
    execute(inputs, version("make1"))
    with contextlib.closing(sqlite3.connect(inputs.path)) as connection:
        before = connection.execute(f"SELECT rowid, * FROM {table}").fetchall()
        names = [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]
    for statement in (
        f"UPDATE {table} SET record = 'x'",
        f"DELETE FROM {table}",
        f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        f"REPLACE INTO {table} (rowid, {', '.join(names)}) SELECT rowid, {', '.join(names)} FROM {table}",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            execute(inputs, statement, pragmas)
    with contextlib.closing(sqlite3.connect(inputs.path)) as connection:
        assert connection.execute(f"SELECT rowid, * FROM {table}").fetchall() == before


def test_version_cannot_be_pushed_out_by_a_second_use_of_its_clearance(inputs):
    execute(inputs, version("make1"))
    with pytest.raises(sqlite3.IntegrityError):
        execute(inputs, version("make1", name="v002").replace("INSERT", "INSERT OR REPLACE"), pragmas=False)


# ---- transactions


def test_a_change_without_a_ledger_line_is_undone(store):
    with pytest.raises(RuntimeError, match="ledger"), store.writing() as writing:
        writing.put_person(Person(name="Ann", roles=(Role.ARTIST,)))
    with store.reading() as reading:
        assert reading.people() == []


def test_an_exception_undoes_everything(store):
    def half():
        with store.writing() as writing:
            writing.put_person(Person(name="Ann", roles=(Role.ARTIST,)))
            line(writing)
            writing.put_job("j", "no clearance", host="here", pid=1, at=AT)

    with pytest.raises(IntegrityError):
        half()
    with store.reading() as reading:
        assert reading.people() == []
        assert reading.last_line() is None


def test_writers_take_turns_from_the_start(store, tmp_path):
    other = sa.create_engine(f"sqlite:///{store.path}", connect_args={"timeout": 0.05})
    with store.writing() as writing:
        with other.connect() as connection, pytest.raises(sa.exc.OperationalError, match="locked"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        line(writing)
    other.dispose()


def test_database_held_by_another_program_is_one_clear_sentence(store, monkeypatch):
    monkeypatch.setattr(database, "WAIT_S", 0.05)
    impatient = Store(store.path)
    with store.writing() as writing:
        with pytest.raises(WorkFailed, match=r"database is locked.*no other program"):
            impatient.writing().__enter__()
        line(writing)
    impatient.close()


def test_damaged_database_is_one_clear_sentence(tmp_path):
    path = tmp_path / "secondunit.db"
    path.write_bytes(b"this is a letter, not a database" * 100)
    broken = Store(path)
    with pytest.raises(InputError, match="is damaged"):
        broken.upgrade()
    broken.close()


def test_opening_what_is_up_to_date_takes_no_lock(store, monkeypatch):
    monkeypatch.setattr(database, "WAIT_S", 0.05)
    with store.writing() as writing:
        beside = Store(store.path)
        beside.upgrade()
        beside.close()
        line(writing)


def test_ids_count_by_number(store):
    for n in (1, 2, 999, 1000):
        clear(store, f"b{n}", "brief")
        execute(store, brief(f"b{n}", name=f"b{n:03d}", sha256=f"{n:064d}"))
    with store.reading() as reading:
        assert reading.next_brief("A010") == "b1001"
        assert reading.next_brief("B020") == "b001"
        assert reading.next_version("A010") == "v001"
        assert reading.next_plate("A010") == "PL01_v001"


# ---- blobs


def test_blob_is_kept_once_by_content(tmp_path):
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    first.write_bytes(b"same")
    second.write_bytes(b"same")
    production = tmp_path / "p"
    production.mkdir()
    kept = blobs.keep(production, first)
    assert blobs.keep(production, second) == kept
    assert [p.name for p in (production / "blobs").iterdir()] == [kept.path.removeprefix("blobs/")]
    assert blobs.intact(production, kept)
    (production / kept.path).write_bytes(b"other")
    assert not blobs.intact(production, kept)
    (production / kept.path).unlink()
    assert not blobs.intact(production, kept)


def test_blob_that_cannot_be_read_leaves_nothing(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="is not a file"):
        blobs.keep(tmp_path, tmp_path)
    source = tmp_path / "a.png"
    source.write_bytes(b"x")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left"):
        blobs.keep(tmp_path, source)
    assert list((tmp_path / "blobs").iterdir()) == []
