"""Kill -9 at random moments of a run through the real door: nothing looks finished, and the next run goes on."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from secondunit.runner.advance import advance
from secondunit.runner.ledger import verify_ledger
from secondunit.runner.production import init_production, open_production
from secondunit.runner.workers import Quiet
from secondunit.schema import (
    BriefRequest,
    CollapseBrief,
    IngestRequest,
    InitRequest,
    MakeRequest,
)
from tests.runner.small_tool import FRAMES, SmallWorkers

KILLS = 20
PAUSE_S = 0.08
PROGRAM = """
import sys
from pathlib import Path
from secondunit.runner.advance import advance
from secondunit.runner.production import open_production
from secondunit.schema import MakeRequest
from tests.runner.small_tool import SmallWorkers
request = MakeRequest(actor="Ada", shot="SC010", brief=sys.argv[2])
print("ready", flush=True)
advance(open_production(Path(sys.argv[1])), request, workers=SmallWorkers(float(sys.argv[3])))
"""


class Ear(Quiet):
    """Keeps what was said."""

    def __init__(self):
        self.said = []

    def say(self, line):
        self.said.append(line)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("killed") / "agm"
    init_production(home, InitRequest(actor="Ada", title="Again", code="AGM"))
    request = IngestRequest(actor="Ada", shot="SC010", source="grey.png")
    assert advance(open_production(home), request, workers=SmallWorkers()).made
    return home


def brief(home, seed):
    corners = ((4, 4), (20, 4), (20, 20), (4, 20))
    words = CollapseBrief(shot="SC010", facade=corners, seed=seed)
    return advance(open_production(home), BriefRequest(actor="Ada", brief=words), workers=SmallWorkers()).made.id


def start(home, brief_id):
    """A run in a process of its own, at the moment when its work begins."""
    command = [sys.executable, "-c", PROGRAM, str(home), brief_id, str(PAUSE_S)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with process.stdout as out:
        assert out.readline() == "ready\n"
    return process


def finish(home, brief_id):
    """The same run in this process: (version, frames that came from the cache)."""
    ear = Ear()
    request = MakeRequest(actor="Ada", shot="SC010", brief=brief_id)
    made = advance(open_production(home), request, console=ear, workers=SmallWorkers()).made
    reused = [int(line.split()[1]) for line in ear.said if line.startswith("draw: ") and "from the cache" in line]
    return made, sum(reused)


def processes_about(home):
    """Command lines of living processes that name the production: workers that outlived their job."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(home) in words:
            found.append(words)
    return found


def cached_frames(home):
    return len(list((home / "scratch" / "cache" / "draw").glob("*/*/entry.json")))


def check(home):
    """What must hold of a production at any time, whatever died."""
    production = open_production(home)
    with production.reading() as records:
        rows = {version.folder for version in records.versions()}
        assert records.running_jobs() == []
    folders = {p.relative_to(home).as_posix() for p in (home / "versions").glob("*/*")}
    assert folders == rows
    assert verify_ledger(production, files=True).fault is None
    assert list((home / "scratch" / "jobs").glob("*")) == []
    assert not (home / "scratch" / "trash").exists()
    for folder in folders:
        assert json.loads((home / folder / "recipe.json").read_text())["tool"] == "collapse"
        assert len(list((home / folder / "comp").glob("comp.*.exr"))) == FRAMES
    return len(rows)


def wait_a_moment(home, run, moments, whole_s, *, between_frames, cached):
    """A random while; or, so that some kills hit the work itself, until a first frame is done."""
    if not between_frames:
        time.sleep(moments.uniform(0, whole_s))
        return
    while run.poll() is None and cached_frames(home) == cached:
        time.sleep(0.005)
    time.sleep(moments.uniform(0, 0.02))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_kill_at_random_moments_leaves_what_can_be_gone_on_with(home):
    seed = random.randrange(10**6)
    moments = random.Random(seed)
    run, begun = start(home, brief(home, seed=0)), time.perf_counter()
    assert run.wait() == 0
    whole_s = time.perf_counter() - begun
    versions, killed, gone_on, turn = check(home), 0, 0, 0
    while killed < KILLS:
        turn += 1
        assert turn <= 4 * KILLS, f"runs end before they can be killed: {killed} of {turn} were, seed {seed}"
        brief_id, cached = brief(home, seed=turn), cached_frames(home)
        run = start(home, brief_id)
        wait_a_moment(home, run, moments, whole_s, between_frames=turn % 3 == 0, cached=cached)
        run.kill()
        if run.wait() == 0:
            whole_s *= 0.8  # the machine has become faster: aim earlier
        else:
            killed += 1
        while processes_about(home):
            time.sleep(0.01)
        finished = check(home) - versions
        whole_frames = cached_frames(home) - cached
        assert whole_frames == FRAMES or not finished, f"turn {turn} of seed {seed}"
        made, reused = finish(home, brief_id)
        assert reused == whole_frames, f"turn {turn} of seed {seed}"
        assert made.id == f"v{versions + finished + 1:03d}"
        versions, gone_on = check(home), gone_on + (0 < reused < FRAMES)
    assert gone_on > 0, f"no kill of seed {seed} hit a run between two frames"


def test_two_runs_at_once_make_two_versions(home):
    brief_id, before = brief(home, seed=1000), check(home)
    runs = [start(home, brief_id) for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    assert check(home) == before + 2
