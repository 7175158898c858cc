"""The reading child: `python -m secondunit.signs.child`. A crash or a hang of its libraries ends it, and nothing else.

{"do": "read", "path": …, "space": …, "aspect": …}   {"lines": [[text, x_min, y_min, x_max, y_max, confidence], …],
    one frame of ours, as it is shown in `space`         "opencv": version}; boxes in pixels of the frame
Whatever goes wrong is answered as {"failed": why}.
"""

from pathlib import Path
from typing import Any

from secondunit.media.confined import Answer, attempted, serve
from secondunit.media.limits import Limits

from . import models


class Session:
    """The networks are loaded once, when the first picture comes."""

    def __init__(self, scratch: Path, limits: Limits) -> None:
        self.limits = limits
        self._networks: Any = None

    def answer(self, request: Answer) -> Answer:
        """Do one request."""
        return attempted({"read": self.read}, request, self.limits)

    def read(self, request: Answer) -> Answer:
        """Lines of text in one frame."""
        import cv2

        from secondunit.media.shown import shown

        from .networks import Finder, Reader
        from .read import read

        if self._networks is None:
            self._networks = Finder(models.find(models.FINDS).file), Reader(models.find(models.READS).file)
        picture, ratio = shown(Path(request["path"]), request["space"], request["aspect"])
        found = [(line.text, line.box, line.confidence) for line in read(picture, *self._networks)]
        lines = [[text, box[0] / ratio, box[1], box[2] / ratio, box[3], sure] for text, box, sure in found]
        return {"lines": lines, "opencv": cv2.__version__}


def main() -> None:
    """Serve requests until the input ends."""
    serve(lambda scratch, limits: Session(scratch, limits).answer)


if __name__ == "__main__":
    main()
