"""What each tool declares about itself before it may run."""

from .base import Record


class Declaration(Record, name="tool-declaration", version=1):
    """module: has `make(brief, plate, ctx)`. alters_people: whether it changes how people look, sound or act."""

    tool: str
    module: str
    alters_people: bool


DECLARED: dict[str, Declaration] = {
    "collapse": Declaration(tool="collapse", module="secondunit.tools.collapse", alters_people=False),
}
