"""What a person sees of a job, and how they stop it."""

import io
import signal
import threading

import pytest

from secondunit.runner import screen
from secondunit.runner.jobs import Stop, stop_on_signals
from secondunit.schema import Cancelled


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
