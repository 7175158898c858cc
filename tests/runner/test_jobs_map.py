"""Frames over processes: order, memory, and every way in which a frame or a process can fail."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from secondunit.runner import jobs
from secondunit.schema import Cancelled
from tests.runner import frame_work


def run(fn, frames, payload, scratch, workers=2, check=lambda: None):
    return list(jobs.map_frames("light", fn, frames, payload, scratch=scratch, check=check, workers=workers))


def alive(pid):
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_results_come_in_the_order_of_frames(tmp_path):
    assert run(frame_work.slow_first, range(1001, 1009), None, tmp_path) == list(range(1001, 1009))


def test_no_frames_start_no_process(tmp_path):
    assert run(frame_work.double, [], 1, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_frames_repeat_if_asked_twice(tmp_path):
    assert run(frame_work.double, [5, 5, 4], 1, tmp_path) == [11, 11, 9]


@pytest.mark.parametrize("source", ["memory", "map", "slice of a map", "backwards"])
def test_big_arrays_travel_as_files(tmp_path, source):
    array = np.arange(400_000, dtype=np.float64).reshape(400, 1000)
    if source != "memory":
        np.save(tmp_path / "a.npy", array)
        array = np.load(tmp_path / "a.npy", mmap_mode="r")
    if source == "slice of a map":
        array = array[100:300, ::2]
    if source == "backwards":
        array = array[::-1, 1:]
    files = set(tmp_path.iterdir())
    (kind, total), *_ = run(frame_work.how_array_came, [1], {"array": array}, tmp_path)
    assert kind == "memmap"
    assert total == float(array.sum())
    written = sum(p.stat().st_size for p in set(tmp_path.iterdir()) - files)
    assert (written > array.nbytes) == (source == "memory")


def test_small_arrays_and_copies_of_maps_travel_by_value(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(6.0))
    changed = np.load(tmp_path / "a.npy", mmap_mode="c")
    changed[0] = 7.0
    ((_, total),) = run(frame_work.how_array_came, [1], {"array": changed}, tmp_path)
    assert total == 22.0


def test_failure_names_the_frame_and_replays_alone(tmp_path):
    with pytest.raises(
        jobs.FrameError, match=r"light: frame 1003 failed: ValueError: no light in frame 1003"
    ) as caught:
        run(frame_work.fail_at, range(1001, 1006), 1003, tmp_path)
    assert caught.value.frame == 1003
    command = str(caught.value).split("Run it alone: ")[1].split()
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert "ValueError: no light in frame 1003" in again.stderr
    assert "frame_work.py" in again.stderr


def test_replay_of_a_good_frame_runs(tmp_path):
    job = jobs.write_job(frame_work.double, 1, tmp_path)
    replay = jobs.keep_replay(job, 7, tmp_path / "failed")
    command = [sys.executable, "-m", "secondunit.runner.worker", str(replay)]
    assert "frame 7 ran" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_killed_worker_is_reported_as_memory_and_does_not_hang(tmp_path):
    with pytest.raises(jobs.FrameError, match=r"frame 2 failed.*signal 9.*memory ran out.*SECONDUNIT_WORKERS=1"):
        run(frame_work.die_at, range(5), (2, signal.SIGKILL), tmp_path)


def test_frame_that_needs_too_much_memory_is_told_from_a_bug(tmp_path):
    with pytest.raises(jobs.FrameError, match=r"frame 0 failed: memory ran out: .*SECONDUNIT_WORKERS=1"):
        run(frame_work.ask_too_much, [0], None, tmp_path)


def test_crashed_worker_is_reported(tmp_path):
    with pytest.raises(jobs.FrameError, match=r"frame 0 failed: its process crashed with SIGSEGV"):
        run(frame_work.crash, range(5), None, tmp_path, workers=1)


def test_function_that_cannot_be_imported_is_refused_before_any_process_starts(tmp_path):
    with pytest.raises(TypeError, match="at the top of a module"):
        run(lambda payload, frame: frame, range(3), None, tmp_path)


def test_cancel_ends_the_processes_at_once(tmp_path):
    pids = lambda: [int(p.stem) for p in tmp_path.glob("*.pid")]  # noqa: E731 - read again at each call

    def check():
        if len(pids()) == 2:
            raise Cancelled("stopped")

    start = time.monotonic()
    with pytest.raises(Cancelled):
        run(frame_work.note_and_sleep, range(4), tmp_path, tmp_path, check=check)
    assert time.monotonic() - start < 30
    assert len(pids()) == 2
    assert not any(alive(pid) for pid in pids())


def test_abandoned_iteration_ends_the_processes(tmp_path):
    results = jobs.map_frames(
        "light", frame_work.slow_first, range(9), None, scratch=tmp_path, check=lambda: None, workers=2
    )
    assert next(results) == 0
    crew = results.gi_frame.f_locals["crew"]
    results.close()
    assert [worker.process.poll() for worker in crew] == [-signal.SIGKILL] * 2


def test_workers_die_with_a_parent_that_is_killed(tmp_path):
    program = (
        "from pathlib import Path; from secondunit.runner import jobs; from tests.runner import frame_work\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "list(jobs.map_frames('light', frame_work.note_and_sleep, range(4), folder, "
        "scratch=folder, check=lambda: None, workers=2))"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as parent:
        wait_for(lambda: len(list(tmp_path.glob("*.pid"))) == 2)
        parent.kill()
    pids = [int(p.stem) for p in tmp_path.glob("*.pid")]
    wait_for(lambda: not any(alive(pid) for pid in pids), seconds=5)


def test_worker_without_its_parent_leaves_at_once(tmp_path):
    """The parent may die before the worker has asked the kernel to be killed with it."""
    job = jobs.write_job(frame_work.double, 1, tmp_path)
    command = [sys.executable, "-m", "secondunit.runner.worker", str(job), "0", str(os.getpid() + 1)]
    assert subprocess.run(command, stdin=subprocess.DEVNULL, check=False, timeout=20).returncode == 1


def test_workers_compute_on_one_thread_each(tmp_path):
    assert run(frame_work.threads, [1], None, tmp_path) == ["1"]


def test_core_count_can_be_set(monkeypatch):
    monkeypatch.setenv("SECONDUNIT_WORKERS", "3")
    assert jobs.core_count() == 3
    monkeypatch.setenv("SECONDUNIT_WORKERS", "none")
    assert jobs.core_count() == len(os.sched_getaffinity(0))
