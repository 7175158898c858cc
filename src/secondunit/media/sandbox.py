"""The parent's side of decoding: asks the child, checks every answer, turns crashes into sentences.

The parent never gives an untrusted file to a C decoder: it reads the child's `.npy` pixels and JSON.
"""

import json
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from secondunit.schema import InputError, WorkFailed
from secondunit.schema.plate import Window

from .child import ANSWER_BYTES, Child, Ended, Late, TooLong, nothing
from .header import Field
from .limits import Limits
from .sniff import Kind

COMMAND = ("-P", "-m", "secondunit.media.decode")
"""What the child runs: `-P` keeps the current folder out of its imports."""
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Decoded:
    """One picture from the child: encoded RGB(A) float32 (H, W, C) over the data window, alpha straight."""

    pixels: Array
    data_window: Window
    display_window: Window
    pixel_aspect: float
    header: dict[str, Field] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Decoder(Child):
    """A child process that decodes; see `child.Child`."""

    def __init__(self, scratch: Path, limits: Limits, check: Callable[[], None] = nothing) -> None:
        super().__init__(COMMAND, scratch, limits, check)

    def pictures(self, files: Iterable[tuple[Path, Kind]], *, mattes: bool = False) -> Iterator[Decoded]:
        """Decode pictures in order, one ahead of the caller. The pixels of one are gone when the next is asked for.

        mattes: an EXR may hold an alpha channel alone. Raises InputError that names the file.
        """
        waiting: tuple[Path, Path] | None = None
        for number, (path, kind) in enumerate(files):
            out = self.scratch / f"pixels{number % 2}.npy"
            if waiting is None:
                self._ask_picture(path, kind, out, mattes)
            else:
                answer = self._answer(waiting[0].name)
                self._ask_picture(path, kind, out, mattes)
                yield self._decoded(answer, waiting[1], waiting[0].name)
            waiting = path, out
        if waiting is not None:
            yield self._decoded(self._answer(waiting[0].name), waiting[1], waiting[0].name)

    def camera(self, path: Path) -> dict[str, Any]:
        """The camera of a USD file as numbers; see `decode_camera.read`. Raises InputError."""
        self.send({"do": "camera", "path": str(path.resolve())})
        return self._answer(path.name)

    def track(self, path: Path, frames: range, prim: str | None) -> dict[str, Any]:
        """The head track of a USD file as numbers; see `decode_track.read`. Raises InputError."""
        self.send({"do": "track", "path": str(path.resolve()), "first": frames[0], "last": frames[-1], "prim": prim})
        return self._answer(path.name)

    def open_movie(self, path: Path) -> dict[str, Any]:
        """Facts of a movie: fps, frames, pixel_aspect, timecode, hints, header. Raises InputError."""
        self.send({"do": "open", "path": str(path.resolve())})
        return self._answer(path.name)

    def movie_frames(self, path: Path) -> Iterator[Decoded | list[str]]:
        """Frames of the movie just opened, one ahead of the caller; last comes the list of notes about the whole."""
        number = 0
        self.send({"do": "next", "out": self._out(0)})
        while True:
            answer = self._answer(path.name)
            if answer.get("end"):
                yield list(answer["notes"])
                return
            self.send({"do": "next", "out": self._out(number + 1)})
            yield self._decoded(answer, Path(self._out(number)), path.name)
            number += 1

    def _out(self, number: int) -> str:
        return str((self.scratch / f"pixels{number % 2}.npy").resolve())

    def _ask_picture(self, path: Path, kind: Kind, out: Path, matte: bool) -> None:
        request = {"do": "picture", "path": str(path.resolve()), "kind": kind.value, "out": str(out.resolve())}
        self.send(request | {"matte": matte})

    def _answer(self, name: str) -> dict[str, Any]:
        line = self._line(name)
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise InputError(f"{name} confused the decoder: the file is damaged; export it again from its source.")
        if refused := answer.get("refused"):
            raise InputError(f"{name} {refused}.")
        if needed := answer.get("no_room"):
            raise WorkFailed(
                f"{name} needs {int(needed) >> 20} MiB to be decoded, and {self.scratch.parent} has no such room: "
                "make room, then bring it in again."
            )
        return answer

    def _line(self, name: str) -> bytes:
        try:
            return self.line()
        except Late as error:
            seconds = self.limits.frame_s
            raise InputError(f"{name} was not decoded within {seconds:.0f} s: it is damaged or too big.") from error
        except TooLong as error:
            text = f"{name} carries more than {ANSWER_BYTES >> 20} MiB of header: strip it first."
            raise InputError(text) from error
        except Ended as ended:
            raise InputError(self._obituary(name, ended)) from ended

    def _obituary(self, name: str, ended: Ended) -> str:
        if ended.code == 1:
            raise WorkFailed(
                f"The decoder broke on {name}: run {sys.executable} -m secondunit.media.decode to see why."
            )
        if -ended.code in (signal.SIGXCPU, signal.SIGXFSZ):
            return f"{name} takes more time or room to decode than we allow: it is damaged or too big."
        cause = ended.cause
        return f"{name} crashed its decoder ({cause}), which harmed nothing else: the file is damaged; export it again."

    def _decoded(self, answer: dict[str, Any], out: Path, name: str) -> Decoded:
        try:
            pixels = np.load(out, mmap_mode="r", allow_pickle=False)
            data, display = _window(answer["data_window"]), _window(answer["display_window"])
            fits = pixels.shape[:2] == (data[3] - data[1] + 1, data[2] - data[0] + 1)
            if pixels.dtype != np.float32 or pixels.ndim != 3 or pixels.shape[2] not in (3, 4) or not fits:
                raise ValueError("pixels do not match their window")
            aspect, notes = float(answer["pixel_aspect"]), tuple(str(note) for note in answer["notes"])
            return Decoded(pixels, data, display, aspect, dict(answer["header"]), dict(answer["hints"]), notes)
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise InputError(f"{name} confused the decoder ({error}): the file is damaged; export it again.") from error


def _window(numbers: Any) -> Window:
    x0, y0, x1, y1 = (int(number) for number in numbers)
    return (x0, y0, x1, y1)
