"""What a person sees of a job, and how they stop it."""

import io
import re
import signal
import threading

import pytest

from secondunit.runner import screen
from secondunit.runner.jobs import Stop, stop_on_signals
from secondunit.schema import Cancelled
from tests.runner import frame_times


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_log_gets_few_plain_lines_with_time_left(monkeypatch):
    now = iter([0.0, 2.0, 6.0, 7.0, 12.0])
    monkeypatch.setattr(screen.time, "monotonic", lambda: next(now))
    out = io.StringIO()
    shown = screen.open_screen(out)
    for done in (0, 10, 30, 35, 60):
        shown.progress("draw", done, 60)
    assert out.getvalue().splitlines() == ["draw: 30/60 50%, 00:06 left", "draw: done in 12.0 s"]


def shown_left(monkeypatch, steps, total):
    """(moment, seconds left as shown) of every plain line, for steps at the moments given."""
    now, out, found = [0.0], io.StringIO(), []
    monkeypatch.setattr(screen.time, "monotonic", lambda: now[0])
    shown = screen.PlainScreen(out)
    for at, done in steps:
        now[0] = at
        shown.progress("picture", done, total)
        if left := re.search(r"(\d+):(\d+) left", out.getvalue()):
            found.append((at, int(left[1]) * 60 + int(left[2])))
        out.seek(0)
        out.truncate()
    return found


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("frame_s", [0.5, 4.0])
def test_time_left_is_sane_from_the_first(monkeypatch, workers, frame_s):
    """Ten seconds of starting up come before the first frame: they must not be counted for every frame to come."""
    total = 48
    steps = [(0.0, 0)] + [(10.0 + frame_s * (1 + n // workers) + 0.01 * (n % workers), n + 1) for n in range(total)]
    end = steps[-1][0]
    left = shown_left(monkeypatch, steps, total)
    assert left, "a time is said in the end"
    for at, seconds in left:
        assert abs(seconds - (end - at)) <= 0.35 * (end - at) + 2 * frame_s, (at, seconds, end - at)


@pytest.mark.parametrize("seconds", frame_times.SECONDS, ids=len)
def test_time_left_of_a_collapse_is_right_within_a_half(monkeypatch, seconds):
    """Nothing is said in the first third, when frames are cheap; then it is within a factor 1.5, give or take 3 s."""
    total, end = len(seconds), seconds[-1]
    left = shown_left(monkeypatch, [(0.0, 0), *((float(at), n) for n, at in enumerate(seconds, start=1))], total)
    assert left[0][0] < seconds[total // 3] + 10
    for at, said in left:
        assert at >= seconds[total // 3 - 1]
        assert (end - at) / 1.5 - 3 <= said <= (end - at) * 1.5 + 3, (at, said, end - at)


def test_nobody_knows_how_long_the_first_frame_stands_for(monkeypatch):
    assert shown_left(monkeypatch, [(0.0, 0), (11.0, 1), (11.1, 2)], 48) == []


def test_pace_is_that_of_late(monkeypatch):
    """Rubble and dust make later frames slower: what counts is how they go now."""
    steps = [(float(n), n) for n in range(31)] + [(30.0 + 3 * n, 30 + n) for n in range(1, 31)]
    at, seconds = shown_left(monkeypatch, steps, 80)[-1]
    assert at > 115
    assert 50 < seconds <= 60


def test_stage_starts_anew_after_its_end():
    out = io.StringIO()
    shown = screen.PlainScreen(out)
    for _ in range(2):
        shown.progress("draw", 0, 1)
        shown.progress("draw", 1, 1)
    assert out.getvalue().count("draw: done") == 2


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_stage_that_is_over_before_it_began_is_no_news(stream):
    out = stream()
    screen.open_screen(out).progress("draw", 1, 1)
    assert out.getvalue() == ""


def test_terminal_gets_bars_and_every_line():
    out = Terminal()
    shown = screen.open_screen(out)
    shown.progress("draw", 1, 4)
    shown.say("Scale: 18 m from 6 storeys [of 3 m].")
    shown.progress("draw", 4, 4)
    shown.close()
    assert "Scale: 18 m from 6 storeys [of 3 m]." in out.getvalue()
    assert "draw: done in" in out.getvalue()


def test_bars_of_a_broken_job_are_put_away():
    shown = screen.RichScreen(Terminal())
    shown.progress("draw", 1, 4)
    assert shown._bars.live.is_started
    shown.close()
    assert not shown._bars.live.is_started


@pytest.mark.parametrize(("seconds", "text"), [(0, "00:00"), (59.6, "01:00"), (3600 * 2 + 61, "2:01:01")])
def test_clock(seconds, text):
    assert screen.clock(seconds) == text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_stops_at_the_next_check_and_the_second_at_once(number, capfd):
    shown = screen.PlainScreen(io.StringIO())
    before = signal.getsignal(number)
    with stop_on_signals(shown.stop):
        signal.raise_signal(number)
        with pytest.raises(Cancelled, match="nothing half-made is left"):
            shown.progress("draw", 1, 2)
        with pytest.raises(Cancelled):
            signal.raise_signal(number)
    assert signal.getsignal(number) is before
    assert "once more stops at once" in capfd.readouterr().err


def test_jobs_of_other_threads_leave_signals_alone():
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def job():
        with stop_on_signals(Stop()):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=job)
    thread.start()
    thread.join()
    assert seen == [before]
