"""The looking child: `python -m secondunit.faces.child`. A crash or a hang of its libraries ends it, and nothing else.

{"do": "find", "path": …, "space": …, "aspect": …}        {"faces": [[x_min, y_min, x_max, y_max, score], …],
    one frame of ours, read as it is shown in `space`        "size": [width, height], "opencv": version}
{"do": "compare", "plate": …, "made": …, "boxes": […]}    {"changed": [share, …], "boxes": […]}
    boxes in pixels of the plate, answered in those of the picture made
Whatever goes wrong is answered as {"failed": why}.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from secondunit.media.confined import Answer, attempted, serve
from secondunit.media.limits import Limits

from . import models


class Session:
    """The network is loaded once, when the first picture comes."""

    def __init__(self, scratch: Path, limits: Limits) -> None:
        self.limits = limits
        self._network: Any = None

    def answer(self, request: Answer) -> Answer:
        """Do one request."""
        return attempted(self._doing(), request, self.limits)

    def _doing(self) -> dict[str, Callable[[Answer], Answer]]:
        return {"find": self.find, "compare": self.compare}

    def find(self, request: Answer) -> Answer:
        """Faces in one frame."""
        import cv2

        from secondunit.media.shown import shown

        from .detect import detect
        from .network import Network

        if self._network is None:
            self._network = Network(models.find(models.SHORT_RANGE).file)
        picture, ratio = shown(Path(request["path"]), request["space"], request["aspect"])
        found = detect(picture, self._network)
        faces = [[face.box[0] / ratio, face.box[1], face.box[2] / ratio, face.box[3], face.score] for face in found]
        size = [round(picture.shape[1] / ratio), picture.shape[0]]
        return {"faces": faces, "size": size, "opencv": cv2.__version__}

    def compare(self, request: Answer) -> Answer:
        """How much of each box a tool changed."""
        from .pictures import changed

        shares, boxes = changed(Path(request["plate"]), Path(request["made"]), request["boxes"])
        return {"changed": shares, "boxes": boxes}


def main() -> None:
    """Serve requests until the input ends."""
    serve(lambda scratch, limits: Session(scratch, limits).answer)


if __name__ == "__main__":
    main()
