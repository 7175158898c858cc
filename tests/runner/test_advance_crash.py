"""Every moment at which a move can die: killed, or thrown out of, before each statement and each file operation.

Whatever the moment: no row without its folder, no folder without its row once the production has been opened, no job
left running, a ledger that holds, and the next move works.
"""

import contextlib
import itertools
import os
import signal
import sqlite3

import pytest
from sqlalchemy import event

from secondunit.runner import inspection, recipe, staging, work
from secondunit.runner.ledger import verify_ledger
from secondunit.runner.production import init_production, open_production
from secondunit.schema import InitRequest
from tests.runner import door
from tests.runner.door import add_plate, done, left, made, make

STEPS = ((work.os, "rename"), (work, "sync_folder"), (inspection, "keep_files"), (recipe, "write"), (staging, "bury"))


@pytest.fixture
def tmp_path():
    with door.quick_folder() as folder:
        yield folder


class Broken(Exception):
    """What the test throws."""


@contextlib.contextmanager
def ticking(production, at, strike):
    """Call `strike()` before the at-th statement, commit or file operation of the production."""
    count = itertools.count(1)

    def tick(*_):
        if next(count) == at:
            strike()

    engine = production.store._engine
    event.listen(engine, "before_cursor_execute", tick)
    event.listen(engine, "commit", tick)
    with pytest.MonkeyPatch.context() as patch:
        for room, name in STEPS:
            patch.setattr(room, name, _after(tick, getattr(room, name)))
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", tick)
            event.remove(engine, "commit", tick)


def _after(tick, original):
    def both(*args, **keywords):
        tick()
        return original(*args, **keywords)

    return both


def killed(folder, at, move):
    """Run `move` in a process of its own that is killed at the at-th moment; False if it got to its end first."""
    child = os.fork()
    if child == 0:
        try:
            production = open_production(folder)
            with ticking(production, at, lambda: os.kill(os.getpid(), signal.SIGKILL)):
                move(production)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def rows(folder):
    """Version and plate folders that the database names, read without the house's own code."""
    with contextlib.closing(sqlite3.connect(folder / "secondunit.db")) as database:
        versions = database.execute("SELECT 'versions/' || shot || '/' || id FROM versions").fetchall()
        plates = database.execute("SELECT 'plates/' || shot || '/' || id FROM plates").fetchall()
    return {name for (name,) in versions + plates}


def folders(folder):
    return {p.relative_to(folder).as_posix() for place in ("versions", "plates") for p in folder.glob(f"{place}/*/*")}


def holds(production):
    """Nothing half-made is left, and what is on record is whole."""
    assert folders(production.folder) == rows(production.folder)
    assert left(production)[1] == []
    with production.reading() as reading:
        assert reading.running_jobs() == []
    assert verify_ledger(production, files=True).fault is None


@pytest.mark.parametrize("move", [make, add_plate])
def test_killed_at_every_moment(tmp_path, move):
    folder = tmp_path / "agm"
    door.ready(folder)
    struck = 0
    for at in range(1, 200):
        if not killed(folder, at, move):
            break
        struck += 1
        assert rows(folder) <= folders(folder), f"killed at moment {at}: a row without its folder"
        holds(open_production(folder))
    assert struck > 25
    done(move(open_production(folder)))
    made(open_production(folder))


@pytest.mark.parametrize("move", [make, add_plate])
def test_broken_at_every_moment(tmp_path, move):
    production = door.ready(tmp_path / "agm")

    def strike():
        raise Broken

    for at in range(1, 200):
        before = rows(production.folder)
        with ticking(production, at, strike):
            try:
                done(move(production))
                break
            except Broken:
                pass
        assert rows(production.folder) == before, f"broken at moment {at}: something was admitted"
        holds(production)
    assert at > 25
    holds(open_production(production.folder))


def test_init_killed_at_many_moments_can_be_run_again(tmp_path):
    request = InitRequest(actor="Ann", title="T", code="AGM")
    for at in (*range(1, 60, 6), *range(60, 100)):
        folder = tmp_path / str(at)
        child = os.fork()
        if child == 0:
            _init_until(folder, request, at)
        if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
            break
        if not (folder / "production.toml").exists():
            assert init_production(folder, request).exit_code == 0
        assert verify_ledger(open_production(folder)).fault is None
    assert at > 60


def _init_until(folder, request, at):
    """Be killed before the at-th database page or file is forced to disk."""
    count = itertools.count(1)
    try:
        import sqlalchemy as sa

        def tick(*_):
            if next(count) == at:
                os.kill(os.getpid(), signal.SIGKILL)

        for name in ("before_cursor_execute", "commit"):
            event.listen(sa.Engine, name, tick)
        os.fsync = _after(tick, os.fsync)
        init_production(folder, request)
    finally:
        os._exit(0)


def test_folder_of_a_job_that_lives_is_not_cleared(tmp_path):
    production = door.ready(tmp_path / "agm")
    hands = door.Hands()

    def open_beside():
        open_production(production.folder)
        assert len(left(production)[1]) == 1

    hands.during = open_beside
    assert done(make(production, hands)).id == "v001"


def test_death_is_on_the_ledger(tmp_path):
    folder = tmp_path / "agm"
    door.ready(folder)

    def die(production):
        hands = door.Hands()
        hands.during = lambda: os.kill(os.getpid(), signal.SIGKILL)
        make(production, hands)

    assert killed(folder, 10_000, die)
    production = open_production(folder)
    with production.reading() as reading:
        line = reading.last_line()
        assert (line.move, line.actor) == ("clear", "second unit")
        assert len(line.body["jobs"]) == 1
        assert reading.job_state(line.body["jobs"][0]) == "died"


def test_folder_that_a_hand_put_there_does_not_block_the_next_version(tmp_path):
    production = door.ready(tmp_path / "agm")
    stray = production.folder / "versions/A010/v001"
    stray.mkdir(parents=True)
    (stray / "comp.exr").write_text("half")
    version = made(production)
    assert version.id == "v001"
    assert not (stray / "comp.exr").exists()
    holds(production)
