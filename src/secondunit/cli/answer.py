"""How every command ends: one JSON object or plain lines on standard output, the rest on standard error, a status."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from secondunit.runner.screen import Screen
    from secondunit.schema import Outcome

DONE, FAILED, WRONG_WORDS, REFUSED, NEEDS_APPROVAL = range(5)
WIDTH, GAP, LEAST = 100, 2, 4
"""Of a table, in characters: how wide it is at most, what stands between its columns, and what is left of the last."""
STOPPED = 128
"""Plus the signal's number: 130 after Ctrl-C, as shells have it."""


class Exit(Exception):
    """The command is over with this status; everything has been said."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def tell(as_json: bool, answer: Mapping[str, Any], *lines: str) -> None:
    """Print the answer: as one JSON object, or as lines for a person."""
    print(json.dumps(answer, ensure_ascii=False) if as_json else "\n".join(lines))


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Lines of columns that stand under each other; the last column gives way to fit `WIDTH`, down to a few letters."""
    last = [row[-1] for row in (head, *rows)]
    wide = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head) - 1)]
    room = max(LEAST, WIDTH - sum(wide) - GAP * len(wide))
    cut = [text if len(text) <= room else f"{text[: room - 1]}…" for text in last]
    gap = " " * GAP
    return [
        gap.join([*(text.ljust(w) for text, w in zip(row, wide, strict=False)), end])
        for row, end in zip((head, *rows), cut, strict=True)
    ]


def require(outcome: "Outcome", as_json: bool, place: str = "") -> None:
    """Go on if the gate allowed it; else say why not, and end with status 3 or 4.

    place: begins a single sentence, about the first rule that objects to what was asked.
    """
    if outcome.exit_code == DONE:
        return
    verdict = outcome.verdict
    said = outcome.says()
    if place:
        first = next((o for o in verdict.objections if not o.rule.startswith("gate.")), verdict.objections[0])
        reason = first.reason.rstrip(".")
        said = f"{place}: {reason[0].lower()}{reason[1:]} (rule {first.rule})."
    answer = {
        "error": said,
        "exit": outcome.exit_code,
        "decision": verdict.decision,
        "roles": [str(role) for role in verdict.roles],
        "objections": [objection.model_dump(mode="json") for objection in verdict.objections],
    }
    fail(as_json, answer, said, outcome.exit_code)


def fail(as_json: bool, answer: Mapping[str, Any], line: str, status: int) -> NoReturn:
    """Say why not on standard error, on standard output too where JSON is asked for, and end."""
    print(line, file=sys.stderr)
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
    raise Exit(status)


@contextmanager
def screen() -> Iterator["Screen"]:
    """Progress and facts on standard error while long work runs; Ctrl-C stops it in order."""
    from secondunit.runner.jobs import stop_on_signals
    from secondunit.runner.screen import open_screen

    shown = open_screen(sys.stderr)
    try:
        with stop_on_signals(shown.stop), _standard_output_kept():
            yield shown
    finally:
        shown.close()


@contextmanager
def _standard_output_kept() -> Iterator[None]:
    """Whatever a library prints while work runs goes to standard error: standard output holds the answer alone."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def end(main: Callable[[], object]) -> int:
    """Run the program; its exit status. Errors become one sentence on standard error, and JSON where asked for."""
    as_json = "--json" in sys.argv
    try:
        main()
    except Exit as over:
        return over.status
    except KeyboardInterrupt:
        return _failed(as_json, "Stopped.", STOPPED + signal.SIGINT)
    except BrokenPipeError:
        return FAILED
    except Exception as error:  # noqa: BLE001 - the last resort: a person gets one sentence, never a traceback
        return _failed(as_json, *_explained(error))
    return DONE


def _explained(error: Exception) -> tuple[str, int]:
    """Sentence and status for an error."""
    if hasattr(error, "format_message"):  # what typer raises for wrong words; its class is not public
        return f"{error.format_message()} (see --help)", WRONG_WORDS
    from secondunit.schema import Cancelled, FieldFault, InputError, SecondUnitError

    if isinstance(error, Cancelled):
        return str(error), STOPPED + error.signal if error.signal else FAILED
    if isinstance(error, FieldFault) and not error.of:
        from secondunit.cli.words import called

        return error.sentence(called(error.field)), WRONG_WORDS
    if isinstance(error, InputError):
        return str(error), WRONG_WORDS
    if isinstance(error, SecondUnitError):
        return str(error), FAILED
    _show_traceback(error)
    about = " ".join(str(error).split())
    return f"Second Unit broke: {type(error).__name__}: {about} (SECONDUNIT_TRACEBACK=1 shows where).", FAILED


def _show_traceback(error: Exception) -> None:
    import traceback

    if os.environ.get("SECONDUNIT_TRACEBACK"):
        traceback.print_exception(error)


def _failed(as_json: bool, line: str, status: int) -> int:
    print(line, file=sys.stderr)
    if as_json:
        print(json.dumps({"error": line, "exit": status}, ensure_ascii=False))
    return status
