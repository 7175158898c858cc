"""The looking child: `python -m secondunit.faces.child`. A crash or a hang of its libraries ends it, and nothing else.

{"do": "know", "enrolled": {name: [measure, …]}}          {"known": how many}
    who is looked for from now on; held in memory only
{"do": "find", "path": …, "space": …, "aspect": …}        {"faces": [[x_min, y_min, x_max, y_max, score], …],
    one frame of ours, read as it is shown in `space`        "said": [[match, [name, …]], …] or null,
    plate: where given, only what differs from it          "size": [width, height], "opencv": version}
{"do": "measure", "path": …}                              {"faces": how many, "width": pixels,
    a reference picture: JPEG or PNG, one face               "measure": 128 numbers, or null}
{"do": "mesh", "path": …, "space": …, "aspect": …,      {"found": [[x, y, z, … of 468 points, presence], …],
    before: points of faces a frame ago,                    "kept": the same of those in `before`,
    detect: whether to look for faces, too                  "thumb": the picture as 36 x 20 lumas}
{"do": "compare", "plate": …, "made": …, "boxes": […]}    {"changed": [share, …], "boxes": […]}
    boxes in pixels of the plate, answered in those of the picture made
Whatever goes wrong is answered as {"failed": why}. Faces in frames are measured and compared here, and the measures
dropped: of those only who it is leaves this process.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from secondunit.media.confined import Answer, attempted, serve
from secondunit.media.limits import Limits
from secondunit.schema import Match

from . import identity, models
from .identity import Said

WORTH_FOLLOWING = 0.8
"""How faces to follow are scaled to be looked for, from 23 pixels on: a quarter of the work. None smaller is edited."""


class Session:
    """The networks are loaded once, when the first picture comes."""

    def __init__(self, scratch: Path, limits: Limits) -> None:
        self.limits = limits
        self._network: Any = None
        self._matcher: Any = None
        self._mesher: Any = None
        self._enrolled: dict[str, list[list[float]]] = {}

    def answer(self, request: Answer) -> Answer:
        """Do one request."""
        return attempted(self._doing(), request, self.limits)

    def _doing(self) -> dict[str, Callable[[Answer], Answer]]:
        return {
            "know": self.know,
            "find": self.find,
            "measure": self.measure,
            "mesh": self.mesh,
            "compare": self.compare,
        }

    def know(self, request: Answer) -> Answer:
        """Whom to look for."""
        self._enrolled = request["enrolled"]
        return {"known": len(self._enrolled)}

    def find(self, request: Answer) -> Answer:
        """Faces in one frame."""
        import cv2

        from secondunit.media.shown import developed

        whole, differs, (x0, y0, x1, y1) = _to_look_at(Path(request["path"]), request.get("plate"))
        about = {"size": [whole.shape[1], whole.shape[0]], "opencv": cv2.__version__}
        if x0 == x1:
            return about | {"faces": [], "said": None}
        picture, ratio = developed(whole[y0:y1, x0:x1], request["space"], request["aspect"])
        found = self._detected(picture, None if differs is None else differs[y0:y1, x0:x1])
        faces = []
        for face in found:
            left, top, right, bottom = face.box
            faces.append([x0 + left / ratio, y0 + top, x0 + right / ratio, y0 + bottom, face.score])
        return about | {"faces": faces, "said": self._said(picture, found) if self._enrolled else None}

    def measure(self, request: Answer) -> Answer:
        """The measure of the one face in a reference picture."""
        from .pictures import reference

        picture = reference(Path(request["path"]))
        found = self._detected(picture)
        if len(found) != 1:
            return {"faces": len(found)}
        width = found[0].box[2] - found[0].box[0]
        measure = self._matching().measure(picture, found[0].box) if width >= identity.SMALLEST else None
        return {"faces": 1, "width": width, "measure": measure}

    def mesh(self, request: Answer) -> Answer:
        """The mesh of each face that was there a frame ago, and of those that are found."""
        import numpy as np

        from secondunit.media.shown import shown

        from .mesh import Mesher
        from .pictures import thumb

        picture, ratio = shown(Path(request["path"]), request["space"], request["aspect"])
        if self._mesher is None:
            self._mesher = Mesher(models.find(models.FACE_MESH).file)
        wider = np.array([ratio, 1, 1], np.float32)
        before = [np.array(points, np.float32).reshape(-1, 3) * wider for points in request["before"]]
        kept = [self._mesher.follow(picture, points) for points in before]
        boxes = [face.box for face in self._detected(picture, scale=WORTH_FOLLOWING)] if request["detect"] else []
        found = [self._mesher.mesh(picture, box) for box in boxes]
        flat = [[[*(one.points / wider).ravel().tolist(), one.presence] for one in each] for each in (found, kept)]
        return {"found": flat[0], "kept": flat[1], "thumb": thumb(picture)}

    def _detected(self, picture: Any, differs: Any = None, **words: Any) -> Any:
        from .detect import detect
        from .network import Network

        if self._network is None:
            self._network = Network(models.find(models.SHORT_RANGE).file)
        return detect(picture, self._network, differs, **words)

    def _matching(self) -> Any:
        from .matcher import Matcher

        if self._matcher is None:
            self._matcher = Matcher()
        return self._matcher

    def _said(self, picture: Any, found: Any) -> list[Said]:
        """Of every face who it is; unknown where it cannot be told, never a failure of the looking."""
        try:
            self._matching()
        except Exception:  # noqa: BLE001 - faces are found all the same; nobody knows whose they are
            return [(Match.UNKNOWN, ()) for _ in found]
        return identity.once_each([self._who(picture, face.box) for face in found])

    def _who(self, picture: Any, box: Any) -> Said:
        if box[2] - box[0] < identity.SMALLEST:
            return Match.UNKNOWN, ()
        try:
            return identity.compared(self._matcher.measure(picture, box), self._enrolled)
        except Exception:  # noqa: BLE001 - one face that cannot be measured says nothing about the others
            return Match.UNKNOWN, ()

    def compare(self, request: Answer) -> Answer:
        """How much of each box a tool changed."""
        from .pictures import changed

        shares, boxes = changed(Path(request["plate"]), Path(request["made"]), request["boxes"])
        return {"changed": shares, "boxes": boxes}


def _to_look_at(path: Path, plate: str | None) -> tuple[Any, Any, tuple[int, int, int, int]]:
    """A frame's pixels, where it differs from the plate's frame (None: it is a plate's), and the window of interest."""
    from .pictures import changes, plate_pixels

    if plate is None:
        whole = plate_pixels(path)
        return whole, None, (0, 0, whole.shape[1], whole.shape[0])
    found = changes(Path(plate), path)
    return found.made, found.differs, found.window()


def main() -> None:
    """Serve requests until the input ends."""
    serve(lambda scratch, limits: Session(scratch, limits).answer)


if __name__ == "__main__":
    main()
