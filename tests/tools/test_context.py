"""The context that a tool works in: what is made once, what is made again, and what is never half there."""

import os
import subprocess
import sys
import time
import types
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondunit.runner import keys
from secondunit.runner.jobs import FrameError
from secondunit.runner.local import LocalContext
from secondunit.runner.workers import Quiet
from secondunit.schema import Camera, Cancelled, Draft, Layer, Tri
from tests.runner import frame_work

CODE = ["secondunit.runner.screen"]
COMP = Layer(name="comp", channels=("R",), pixel_type="half", what="everything")
DRAFT = Draft(layers=(COMP,), width=8, height=6, first_frame=1, last_frame=3, facts={"finite": Tri.TRUE})


@pytest.fixture
def ctx(tmp_path):
    with context(tmp_path) as ctx:
        yield ctx


def context(folder, device="cpu", console=None, workers=2):
    return LocalContext(
        folder / "staging", folder / "cache", folder / "plates", device, console or Quiet(), workers=workers
    )


class Counter:
    """Counts how often each stage was computed."""

    def __init__(self):
        self.made = []

    def arrays(self, stage, value=0.0):
        def make():
            self.made.append(stage)
            return {"x": np.full(3, value)}

        return make


def test_result_is_made_once_and_comes_back_as_a_read_only_map(tmp_path):
    count = Counter()
    for _ in range(2):
        with context(tmp_path) as ctx:
            x = ctx.cached("walls", {"n": 1}, count.arrays("walls", 2.5), code=CODE)["x"]
            assert isinstance(x, np.memmap)
            assert x.tolist() == [2.5] * 3
            with pytest.raises(ValueError, match="read-only"):
                x[0] = 0
    assert count.made == ["walls"]
    assert ctx.reused == {"walls"}
    assert set(ctx.timings) == {"walls"}


def test_what_comes_from_the_cache_is_said(tmp_path):
    said, known = [], []

    class Ear(Quiet):
        def say(self, line):
            said.append(line)

    for frames in ([1, 2], [1, 2, 3], [1, 2, 3]):
        with context(tmp_path, console=Ear()) as ctx:
            ctx.cached("walls", {}, dict, code=CODE)
            ctx.cached_frames("draw", {}, frame_work.write_frame, frames, (2, tmp_path), code=CODE)
            known.append(ctx.told(DRAFT).facts)
    assert known == [{"finite": Tri.TRUE, "computed": Tri.of(first)} for first in (True, False, False)]
    where = next(line for line in said if line.startswith("draw: frames appear one by one in "))
    assert said == [
        where,
        "walls: from the cache",
        where,
        "draw: 2 of 3 frames from the cache",
        "walls: from the cache",
        "draw: 3 of 3 frames from the cache",
    ]


def test_empty_and_scalar_arrays_come_back(ctx):
    made = ctx.cached("odd", {}, lambda: {"none": np.zeros((0, 3)), "one": np.float32(4)}, code=CODE)
    assert made["none"].shape == (0, 3)
    assert made["one"] == np.float32(4)
    assert made["one"].dtype == np.float32


def shot(ctx, count, seed=1, sun=30.0, grain=0.1):
    """Three stages in a row, as a tool has them: each one's inputs are its own parameters and what came before."""
    rubble = ctx.cached("break", {"seed": seed}, count.arrays("break", seed), code=CODE)
    light = ctx.cached("light", {"sun": sun}, count.arrays("light", sun), code=CODE)
    picture = {"rubble": rubble["x"], "light": light["x"]}
    drawn = ctx.cached("draw", picture, count.arrays("draw", seed + sun), code=CODE)
    ctx.cached("grain", {"drawn": drawn["x"], "grain": grain}, count.arrays("grain"), code=CODE)


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({}, []),
        ({"grain": 0.2}, ["grain"]),
        ({"sun": 40.0}, ["light", "draw", "grain"]),
        ({"seed": 2}, ["break", "draw", "grain"]),
    ],
)
def test_changed_parameter_computes_only_what_depends_on_it(ctx, change, again):
    count = Counter()
    shot(ctx, count)
    count.made.clear()
    shot(ctx, count, **change)
    assert count.made == again


def test_changed_parameter_without_effect_stops_where_the_result_is_equal(ctx):
    count = Counter()
    for tolerance in (1, 2):
        walls = ctx.cached("walls", {"tolerance": tolerance}, count.arrays("walls", 5.0), code=CODE)
        ctx.cached("draw", walls, count.arrays("draw"), code=CODE)
    assert count.made == ["walls", "draw", "walls"]


def test_device_and_stage_are_part_of_the_key():
    one = keys.result_key("a", {}, CODE, "cpu")
    assert one != keys.result_key("b", {}, CODE, "cpu")
    assert one != keys.result_key("a", {}, CODE, "cuda Something")


def test_edited_source_is_computed_again(tmp_path, monkeypatch):
    module = types.ModuleType("planted_solver")
    module.__file__ = str(tmp_path / "planted_solver.py")
    monkeypatch.setitem(sys.modules, "planted_solver", module)
    hashes = []
    for gravity in ("9.81", "1.62", "9.81"):
        Path(module.__file__).write_text(f"GRAVITY = {gravity}\n")
        keys.code_hash.cache_clear()
        hashes.append(keys.result_key("fall", {}, ["planted_solver"], "cpu"))
    assert hashes[0] == hashes[2] != hashes[1]


def test_code_includes_what_it_imports_and_nothing_else_of_the_house():
    files = {keys.label(f) for f in keys.source_files(["secondunit.runner.shared"])}
    assert files == {"runner/shared.py"}
    files = {keys.label(f) for f in keys.source_files(["secondunit.tools.base"])}
    assert files == {"tools/base.py"}
    files = {keys.label(f) for f in keys.source_files(["secondunit.runner.jobs"])}
    assert {"runner/jobs.py", "runner/shared.py", "schema/errors.py", "schema/base.py"} <= files
    assert "cli/main.py" not in files


def test_unknown_module_in_code_is_refused(ctx):
    with pytest.raises(ModuleNotFoundError, match=r"secondunit\.nowhere"):
        ctx.cached("walls", {}, dict, code=["secondunit.nowhere"])


@dataclass(frozen=True)
class Wall:
    thickness_m: float
    name: str


CAMERA = {"width": 4, "height": 3, "focal_px": 5.0, "centre_px": (2, 1.5), "rotation": (1, 0, 0, 0, 1, 0, 0, 0, 1)}
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def same(a, b):
    """Equality that tells 1 from 1.0 and from True, and 0.0 from -0.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return repr(a) == repr(b)


@given(PLAIN, PLAIN)
def test_keys_are_equal_exactly_when_inputs_are(a, b):
    key_a, key_b = (keys.result_key("s", {"v": v}, CODE, "cpu") for v in (a, b))
    assert (key_a == key_b) == same(a, b)


def test_every_kind_of_input_counts(tmp_path):
    file, folder = tmp_path / "matte.exr", tmp_path / "frames"
    folder.mkdir()
    file.write_bytes(b"one")
    (folder / "frame.1001.exr").write_bytes(b"one")

    def key(**inputs):
        return keys.result_key("s", inputs, CODE, "cpu")

    kinds = [
        key(v=np.zeros(3)),
        key(v=np.zeros((3, 1))),
        key(v=np.zeros(3, np.float32)),
        key(v=np.array([0, 0, -0.0])),
        key(v=Wall(0.3, "front")),
        key(v=Wall(0.4, "front")),
        key(v=Camera(**CAMERA, position_m=(0, -9, 1.6))),
        key(v=Camera(**CAMERA, position_m=(0, -9, 1.7))),
        key(v=file),
        key(v=folder),
        key(v={"a", "b"}),
    ]
    file.write_bytes(b"two")
    (folder / "frame.1002.exr").write_bytes(b"two")
    kinds += [key(v=file), key(v=folder)]
    assert len(set(kinds)) == len(kinds)
    assert key(v=np.zeros((3, 3))[::2]) == key(v=np.zeros((2, 3)))
    assert key(a=1, b=2) == key(b=2, a=1)


@pytest.mark.parametrize("value", [object(), lambda: 1, np.array([object()])])
def test_input_without_a_canonical_form_is_refused(value):
    with pytest.raises(TypeError, match=r"light\.sun.*canonical form"):
        keys.result_key("light", {"sun": value}, CODE, "cpu")


def test_missing_input_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"matte.*gone\.exr"):
        keys.result_key("matte", {"matte": tmp_path / "gone.exr"}, CODE, "cpu")


def entries(folder):
    return [p for p in (folder / "cache").glob("*/*") if not p.parent.name.startswith(".")]


def test_failed_make_leaves_nothing(tmp_path):
    def make(folder):
        (folder / "half.txt").write_text("half")
        raise RuntimeError("no more")

    with context(tmp_path) as ctx, pytest.raises(RuntimeError, match="no more"):
        ctx.cached_folder("walls", {}, make, code=CODE)
    assert entries(tmp_path) == []
    assert list((tmp_path / "cache" / ".scratch").iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "lost", "note"])
def test_damaged_entry_is_made_again(ctx, damage):
    count = Counter()
    ctx.cached("walls", {}, count.arrays("walls"), code=CODE)
    (entry,) = entries(ctx.staging.parent)
    if damage == "cut":
        (entry / "x.npy").write_bytes(b"")
    elif damage == "lost":
        (entry / "x.npy").unlink()
    else:
        (entry / "entry.json").write_text("{")
    assert ctx.cached("walls", {}, count.arrays("walls"), code=CODE)["x"].shape == (3,)
    assert count.made == ["walls"] * 2


def test_array_name_that_is_no_file_name_is_refused(ctx):
    with pytest.raises(ValueError, match=r"'\.\./x' cannot be cached"):
        ctx.cached("walls", {}, lambda: {"../x": np.zeros(1)}, code=CODE)


def computed(folder):
    return sorted(int(p.name.split("-")[1]) for p in folder.glob("computed-*"))


def test_longer_shot_computes_only_the_new_frames(ctx, tmp_path):
    for frames in (range(1, 4), range(1, 6)):
        for p in tmp_path.glob("computed-*"):
            p.unlink()
        made = ctx.cached_frames("draw", {"k": 2}, frame_work.write_frame, frames, (2, tmp_path), code=CODE)
        assert {f: (p / "value.txt").read_text() for f, p in made.items()} == {f: str(2 * f) for f in frames}
    assert computed(tmp_path) == [4, 5]


def test_finished_frames_survive_a_failed_one(tmp_path):
    with context(tmp_path, workers=1) as ctx, pytest.raises(FrameError, match=r"frame 3 failed.*third frame"):
        ctx.cached_frames("draw", {}, frame_work.write_and_fail, [1, 2, 3], (2, tmp_path), code=CODE)
    for p in tmp_path.glob("computed-*"):
        p.unlink()
    with context(tmp_path) as ctx:
        ctx.cached_frames("draw", {}, frame_work.write_frame, [1, 2, 3], (2, tmp_path), code=CODE)
    assert computed(tmp_path) == [3]


def test_progress_and_stages_stop_when_asked(tmp_path):
    class Stopped(Quiet):
        def check(self):
            raise Cancelled("stopped")

    with context(tmp_path, console=Stopped()) as ctx:
        for ask in (
            ctx.check,
            lambda: ctx.progress("draw", 1, 2),
            lambda: ctx.cached("walls", {}, dict, code=CODE),
            lambda: list(ctx.map_frames("draw", frame_work.double, [1], 0)),
        ):
            with pytest.raises(Cancelled):
                ask()
    assert entries(tmp_path) == []


def test_litter_of_a_dead_job_is_swept_and_a_living_one_kept(tmp_path):
    program = (
        "import os; from pathlib import Path; from secondunit.runner.local import LocalContext\n"
        f"f = Path({str(tmp_path)!r}); c = LocalContext(f / 'staging', f / 'cache', f / 'plates')\n"
        "c.cached_folder('walls', {}, lambda d: ((d / 'half').touch(), os.kill(os.getpid(), 9)), code=['os'])"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    scratch = tmp_path / "cache" / ".scratch"
    assert len(list(scratch.iterdir())) == 1
    with context(tmp_path) as living, context(tmp_path):
        assert len(list(scratch.iterdir())) == 2
        assert living._cache.scratch in list(scratch.iterdir())
    assert list(scratch.iterdir()) == []
    assert entries(tmp_path) == []


def test_cap_removes_the_least_recently_used_and_spares_what_may_be_in_use(tmp_path, monkeypatch):
    monkeypatch.setenv("SECONDUNIT_CACHE_GB", "0.000001")
    with context(tmp_path) as ctx:
        for n in range(3):
            ctx.cached("walls", {"n": n}, lambda: {"x": np.zeros(60)}, code=CODE)
    notes = sorted((tmp_path / "cache").glob("walls/*/entry.json"))
    for age, note in zip((9000, 8000, 10), notes, strict=True):
        os.utime(note, (note.stat().st_mtime - age,) * 2)
    with context(tmp_path):
        pass
    assert [note.is_file() for note in notes] == [False, False, True]


def written(made, value):
    """What fills a folder with a value, and notes that it was asked for."""

    def fill(folder):
        made.append(value)
        (folder / "value.txt").write_text(str(value))

    return fill


def test_a_series_yields_each_result_as_soon_as_it_is_there(ctx):
    made = []

    def make():
        for n in range(3):
            yield written(made, n)

    folder, results = ctx.cached_series("air", {}, make, 3, code=CODE)
    assert made == []
    for n in results:
        assert made == list(range(n + 1))
        assert (folder / str(n) / "value.txt").read_text() == str(n)
    again, results = ctx.cached_series("air", {}, make, 3, code=CODE)
    assert (again, list(results), made) == (folder, [0, 1, 2], [0, 1, 2])
    assert "air" in ctx.reused


def test_a_series_that_was_cut_off_starts_again_and_keeps_what_is_there(ctx):
    made = []

    def make():
        for n in range(4):
            yield written(made, n)

    folder, results = ctx.cached_series("air", {}, make, 4, code=CODE)
    assert [next(results), next(results)] == [0, 1]
    results.close()
    _, results = ctx.cached_series("air", {}, make, 4, code=CODE)
    assert list(results) == [0, 1, 2, 3]
    assert made == [0, 1, 2, 3], "the first two are run through, not written again"
    assert {p.name for p in folder.iterdir()} == {"0", "1", "2", "3"}


def test_frames_wait_for_what_they_need(tmp_path):
    """Frame n may be drawn once `ready` has yielded it: no frame is computed before, and none is left out."""
    seen = []

    def ready():
        for n in (1, 2, 3, 4):
            assert not (tmp_path / f"computed-{n}").exists(), "drawn before it was ready"
            assert not list(tmp_path.glob(f"computed-{n}-*"))
            seen.append(n)
            yield n

    with context(tmp_path, workers=2) as ctx:
        frames = [2, 3, 4]
        made = ctx.cached_frames("draw", {}, frame_work.write_frame, frames, (2, tmp_path), code=CODE, ready=ready())
        assert {f: (p / "value.txt").read_text() for f, p in made.items()} == {2: "4", 3: "6", 4: "8"}
        assert seen == [1, 2, 3, 4]
        ctx.cached_frames("draw", {}, frame_work.write_frame, frames, (2, tmp_path), code=CODE, ready=ready())
        assert seen == [1, 2, 3, 4], "nothing is missing, so nothing is asked for"


def test_a_stage_within_another_is_counted_once(tmp_path):
    """Seconds of all stages add up to the seconds that passed, within the 50 ms of starting and ending."""

    def make():
        for n in range(2):
            time.sleep(0.2)
            yield written([], n)

    with context(tmp_path, workers=1) as ctx:
        start = time.perf_counter()
        _, states = ctx.cached_series("air", {}, make, 2, code=CODE)
        ctx.cached_frames("draw", {}, frame_work.write_frame, [0, 1], (2, tmp_path), code=CODE, ready=states)
        spent = time.perf_counter() - start
    assert ctx.timings["air"] >= 0.4
    assert sum(ctx.timings.values()) <= spent
    assert sum(ctx.timings.values()) == pytest.approx(spent, abs=0.05)
