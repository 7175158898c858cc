"""Commands that fill a production: init, person add, plate add."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from secondunit.cli.answer import require, screen, tell
from secondunit.cli.options import Actor, Folder, Json, acting, opened
from secondunit.cli.signed import signed_move

if TYPE_CHECKING:
    from secondunit.schema import Plate


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    title: Annotated[str, typer.Option(help="What the production is called.")],
    code: Annotated[str, typer.Option(help="Its short name: 2 to 8 capital letters and digits, e.g. AGM.")],
    fps: Annotated[float, typer.Option(help="Frames per second.")] = 24.0,
    start: Annotated[int, typer.Option(help="Number of a still's first frame.")] = 1001,
    person: Actor = None,
    as_json: Json = False,
) -> None:
    """Make a production; you become the first person on record, with your key if you made one before."""
    from secondunit.runner import keyring
    from secondunit.runner.production import init_production
    from secondunit.schema import InitRequest

    request = InitRequest.read(actor=acting(person), title=title, code=code, fps=fps, start=start)
    key = keyring.show(request.actor).public.openssh(request.actor) if keyring.is_here(request.actor) else None
    request = request.model_copy(update={"key": key})
    require(init_production(folder, request), as_json, f"{folder} cannot become a production")
    answer = {"folder": str(folder.resolve()), "title": title, "code": code, "person": request.actor}
    signs = ", with the key that is here" if key else ""
    tell(as_json, answer, f"{title} ({code}) is in {folder}; {request.actor} is its first person on record{signs}.")


def person_add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Their name, as it shall stand on record.")],
    role: Annotated[
        list[str],
        typer.Option(
            metavar="ROLE", help="artist, supervisor, director, legal, performer or representative; may be repeated."
        ),
    ],
    key: Annotated[Path | None, typer.Option(metavar="PUB", help="File with their public key.")] = None,
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Put a person on record, or give one more roles."""
    from secondunit.runner.given import file_text
    from secondunit.schema import Person, PersonRequest

    text = file_text(key, "--key", "a public key as text") if key else None
    request = PersonRequest.read(actor=acting(person), name=name, roles=tuple(role), key=text)
    outcome = signed_move(opened(context, folder), request)
    require(outcome, as_json)
    assert isinstance(outcome.made, Person)
    roles = [str(r) for r in outcome.made.roles]
    tell(as_json, {"name": outcome.made.name, "roles": roles}, f"{outcome.made.name}: {', '.join(roles)}.")


def plate_add(
    context: typer.Context,
    shot: Annotated[str, typer.Argument(metavar="SHOT", help="The shot's name: letters, digits, _ and -.")],
    source: Annotated[
        str, typer.Argument(metavar="FILE|PATTERN", help="A still, a movie, or a sequence such as plate.%04d.exr.")
    ],
    colorspace: Annotated[
        str | None, typer.Option(metavar="CS", help="The source's OCIO colour space.  [default: guessed, and said]")
    ] = None,
    occluders: Annotated[
        str | None, typer.Option(metavar="PATTERN", help="Matte of what stands in front of the building.")
    ] = None,
    clean: Annotated[str | None, typer.Option(metavar="PATTERN", help="Plate without the building.")] = None,
    camera: Annotated[
        Path | None,
        typer.Option(
            metavar="USD", help="The camera that shot it: lens, and place if it has one (Z or Y up, ground 0)."
        ),
    ] = None,
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Take a plate in: a still, a numbered sequence or a movie."""
    from secondunit.cli import people
    from secondunit.runner import legible
    from secondunit.runner.advance import advance
    from secondunit.schema import IngestRequest, Plate

    beside = {"occluders": occluders, "clean": clean, "camera": str(camera) if camera else None}
    request = IngestRequest.read(actor=acting(person), shot=shot, source=source, colorspace=colorspace, **beside)
    home = opened(context, folder)
    with screen() as console:
        outcome = advance(home, request, console=console)
    require(outcome, as_json)
    plate = outcome.made
    assert isinstance(plate, Plate)
    answer: dict[str, Any] = {"id": plate.id, "shot": plate.shot, "folder": str(home.folder / plate.frames_folder)}
    found = people.looked(home, f"{plate.shot}/{plate.id}")
    answer |= plate.model_dump(mode="json") | {"people": people.answer(found)["people"]}
    read = legible.of_shot(home, plate.shot, plate.id)
    answer |= {"signs": read.answer()}
    tell(as_json, answer, *_plate_lines(plate), f"  {people.plate_line(found)}", f"  {read.sentence('the plate')}")


def _plate_lines(plate: "Plate") -> list[str]:
    frames = f"{plate.first_frame}-{plate.last_frame}" if plate.last_frame > plate.first_frame else plate.first_frame
    head = f"{plate.shot}/{plate.id}: {plate.kind}, {plate.width}x{plate.height}, frames {frames}, {plate.fps:g} fps"
    return [head, f"  colour: {plate.colorspace}"]  # why, and every note, was said while it was read
