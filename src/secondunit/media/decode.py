"""The decoding child: `python -m secondunit.media.decode`. The only place where files from outside meet C decoders.

It reads one JSON request a line on standard input and answers one JSON line on standard output; pixels go to `.npy`
files in its scratch folder. It limits its own memory, time and file size before the first request, dumps no core,
and ends when its input ends or its parent dies.

{"do": "picture", "path": …, "kind": …, "out": …}   one picture; with "matte": true its alpha alone will do
{"do": "camera", "path": …}                         the one camera of a USD file
{"do": "track", "path": …, "first": …, "last": …}   the head track of a USD file; "prim" names the head
{"do": "open", "path": …}                           a movie: its facts
{"do": "next", "out": …}                            the movie's next frame, or {"end": true}
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .confined import Answer, allow_seconds, serve
from .limits import Limits

if TYPE_CHECKING:
    from .decode_movie import Movie
    from .decode_picture import Picture

SPARE_BYTES = 1 << 16


class Session:
    """What lives between requests: limits, the scratch folder and at most one open movie."""

    def __init__(self, scratch: Path, limits: Limits) -> None:
        self.scratch, self.limits = scratch, limits
        self.movie: Movie | None = None
        self.frames: Iterator[Picture] | None = None

    def answer(self, request: Answer) -> Answer:
        """Do one request; a refusal is an answer."""
        from .decode_picture import Refused

        allow_seconds(self.limits.frame_s)
        try:
            return self._doing()[request["do"]](request)
        except Refused as refusal:
            return {"refused": str(refusal)}
        except MemoryError:
            return {"refused": "needs more memory to decode than we allow: crop or scale it first"}
        except Exception as error:  # noqa: BLE001 - whatever a hostile file provokes in a decoder
            return {"refused": f"cannot be decoded ({type(error).__name__}, {_line(error)}): export or copy it again"}

    def _doing(self) -> dict[str, Callable[[Answer], Answer]]:
        return {
            "picture": self.picture,
            "camera": self.camera,
            "track": self.track,
            "open": self.open,
            "next": self.next,
        }

    def camera(self, request: Answer) -> Answer:
        """Read the camera of a USD file."""
        from .decode_camera import read

        return read(Path(request["path"]))

    def track(self, request: Answer) -> Answer:
        """Read the head track of a USD file."""
        from .decode_track import read

        return read(Path(request["path"]), int(request["first"]), int(request["last"]), request.get("prim"))

    def picture(self, request: Answer) -> Answer:
        """Decode one still or one frame of a sequence."""
        from .decode_picture import read

        path, matte = Path(request["path"]), bool(request.get("matte"))
        return self._write(read(path, request["kind"], self.scratch, self.limits, matte=matte), request["out"])

    def open(self, request: Answer) -> Answer:
        """Open a movie and say what it is."""
        from .decode_movie import Movie

        self.movie = Movie(Path(request["path"]), self.limits)
        self.frames = self.movie.pictures()
        return self.movie.facts()

    def next(self, request: Answer) -> Answer:
        """Decode the movie's next frame."""
        if self.movie is None or self.frames is None:
            return {"refused": "was asked for a frame before it was opened"}
        found = next(self.frames, None)
        return {"end": True, "notes": self.movie.notes()} if found is None else self._write(found, request["out"])

    def _write(self, picture: "Picture", out: str) -> Answer:
        import numpy as np

        if shutil.disk_usage(self.scratch).free < picture.pixels.nbytes + SPARE_BYTES:
            return {"no_room": picture.pixels.nbytes}
        np.save(out, picture.pixels)
        return {key: value for key, value in vars(picture).items() if key != "pixels"}


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


def main() -> None:
    """Serve requests until the input ends."""
    serve(lambda scratch, limits: Session(scratch, limits).answer)


if __name__ == "__main__":
    main()
