"""Two processes at one production: ids are given out once, nobody is cleared away, nothing is lost."""

import os
import traceback

import pytest

from secondunit.runner.ledger import verify_ledger
from secondunit.runner.production import open_production
from tests.runner import door
from tests.runner.door import add_brief, made

EACH = 4


@pytest.fixture
def tmp_path():
    with door.quick_folder() as folder:
        yield folder


def beside(act):
    """Run `act` in a process of its own."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            act()
            status = 0
        except BaseException:  # noqa: BLE001 - it is printed, and the parent sees the status
            traceback.print_exc()
        finally:
            os._exit(status)
    return child


def succeeded(child):
    return os.waitpid(child, 0)[1] == 0


def test_two_processes_make_versions_of_one_shot(tmp_path):
    folder = tmp_path / "agm"
    door.ready(folder)

    def work():
        production = open_production(folder)
        for _ in range(EACH):
            made(production)

    def look_in():
        for _ in range(12):
            open_production(folder).store.close()

    children = [beside(act) for act in (work, work, look_in)]
    assert all([succeeded(child) for child in children])  # noqa: C419 - every child is waited for
    production = open_production(folder)
    with production.reading() as reading:
        ids = [version.id for version in reading.versions("A010")]
        jobs = [reading.job_state(version.clearance) for version in reading.versions("A010")]
        assert [line.move for line in reading.ledger()].count("clear") == 0
    assert ids == [f"v{n:03d}" for n in range(1, 2 * EACH + 1)]
    assert set(jobs) == {"done"}
    assert verify_ledger(production, files=True).fault is None


def test_two_processes_put_briefs_on_record(tmp_path):
    folder = tmp_path / "agm"
    door.ready(folder)

    def write(first):
        production = open_production(folder)
        for seed in range(first, first + 10):
            assert add_brief(production, seed=seed).exit_code == 0

    children = [beside(lambda: write(100)), beside(lambda: write(200))]
    assert all([succeeded(child) for child in children])  # noqa: C419 - every child is waited for
    with open_production(folder).reading() as reading:
        names = {reading.stored_brief("A010", f"b{n:03d}").id for n in range(1, 22)}
    assert len(names) == 21
