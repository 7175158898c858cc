"""Ctrl-C and SIGTERM in the middle of a collapse: one sentence, the signal's status, nothing half-made."""

import json
import signal
import subprocess
import sys
from functools import partial

import pytest

from secondunit.runner.advance import advance
from secondunit.runner.production import init_production, open_production
from secondunit.schema import IngestRequest, InitRequest
from tests.runner.small_tool import SmallWorkers

PROGRAM = """
import sys
from functools import partial
from secondunit.cli.main import run
from secondunit.runner import advance
from tests.runner.small_tool import SmallWorkers
advance.House = partial(SmallWorkers, float(sys.argv.pop(1)))
run()
"""
WORDS = ["collapse", "SC010", "--facade", "4,4 20,4 20,20 4,20", "--as", "Ada", "--json"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_collapse_says_so_and_the_next_one_goes_on(tmp_path, number):
    home = tmp_path / "agm"
    init_production(home, InitRequest(actor="Ada", title="Again", code="AGM"))
    advance(open_production(home), IngestRequest(actor="Ada", shot="SC010", source="x.png"), workers=SmallWorkers())
    start = partial(
        subprocess.Popen, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=None, process_group=0
    )
    with start([sys.executable, "-c", PROGRAM, "2.0", *WORDS, "-C", str(home)]) as run:
        assert run.stderr.readline() == "Brief SC010/b001.\n"
        assert run.stderr.readline().startswith("Before a final: location and signage release")
        assert run.stderr.readline().startswith("scratch")
        run.send_signal(number)
        out, err = run.communicate(timeout=60)
    assert run.returncode == 128 + number
    assert "Stopped: nothing half-made is left" in err
    assert json.loads(out)["exit"] == 128 + number
    assert list((home / "versions").glob("*/*")) == []
    assert list((home / "scratch" / "jobs").iterdir()) == []
    assert list((home / "scratch" / "cache" / ".scratch").iterdir()) == []
    with start([sys.executable, "-c", PROGRAM, "0.0", *WORDS, "-C", str(home)]) as run:
        out, err = run.communicate(timeout=60)
    assert json.loads(out)["id"] == "v001"
    assert "break: from the cache" in err
