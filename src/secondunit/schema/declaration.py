"""What each tool declares about itself before it may run."""

from .base import Record
from .property import ReleaseKind


class Declaration(Record, name="tool-declaration", version=1):
    """module: has `make(brief, plate, ctx)`; None: the gate has rules for it, and this software does not have it yet.

    alters_people: whether it changes how people look, sound or act. releases: what a brief of it needs before a final.
    """

    tool: str
    module: str | None
    alters_people: bool
    releases: tuple[ReleaseKind, ...] = ()


DECLARED: dict[str, Declaration] = {
    "collapse": Declaration(
        tool="collapse",
        module="secondunit.tools.collapse",
        alters_people=False,
        releases=(ReleaseKind.LOCATION, ReleaseKind.SIGNAGE),
    ),
    "age": Declaration(tool="age", module="secondunit.tools.age", alters_people=True, releases=()),
}
