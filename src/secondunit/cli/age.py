"""The command that makes a performer younger or older."""

from pathlib import Path
from typing import Annotated, Any

import typer

from secondunit.cli.answer import tell
from secondunit.cli.options import Actor, DeviceOf, Folder, Json, PlateOf, QualityOf, acting, opened


def age(
    context: typer.Context,
    shot: Annotated[str, typer.Argument(metavar="SHOT", help="A shot that has a plate.")],
    performer: Annotated[str, typer.Option(metavar="NAME", help="Who is re-aged: a performer on record.")],
    by: Annotated[
        int | None, typer.Option(metavar="YEARS", help="So many years; -20 is younger. Needs --from.")
    ] = None,
    to: Annotated[int | None, typer.Option(metavar="AGE", help="To this apparent age.")] = None,
    apparent: Annotated[
        int | None, typer.Option("--from", metavar="AGE", help="How old they look in the plate, as you judge it.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="X,Y", help="A point on their face, in pixels, where the plate shows several.")
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=W", help="Strength in a part of the face, such as forehead=0.5; may be repeated."),
    ] = None,
    volume: Annotated[
        float, typer.Option(metavar="W", help="Strength of what moves: jaw line, cheeks, lids, nose, lips; 0 is none.")
    ] = 1.0,
    roto: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|PATTERN",
            help="Mattes: white where the performer is in front, black where nothing may change.  [default: found]",
        ),
    ] = None,
    track: Annotated[
        Path | None,
        typer.Option(
            metavar="USD", help="Their head, animated, with the camera: carries the face where it is not seen."
        ),
    ] = None,
    track_prim: Annotated[
        str | None,
        typer.Option("--track-prim", metavar="/PATH", help="The head in it.  [default: the only animated transform]"),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Another seed ages in another way.")] = 1,
    quality: QualityOf = "draft",
    plate: PlateOf = None,
    device: DeviceOf = "cpu",
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Make a performer younger or older in a plate, and change nothing else: only under a consent on record.

    The same words again make the same pixels, from the cache; a changed strength computes only the pictures anew.
    """
    from secondunit.cli import making, words
    from secondunit.schema import AgeBrief

    brief: dict[str, Any] = {
        "shot": shot,
        "performer": performer,
        "by_years": by,
        "to_age": to,
        "apparent_age": apparent,
        "face_at": words.pair(at, "--at") if at else None,
        "regions": words.weights(region or [], "--region"),
        "volume": volume,
        "track_prim": track_prim,
        "seed": seed,
        "quality": quality,
    }
    home = opened(context, folder)
    files = {"roto_file": roto, "track_file": str(track) if track else None}
    run = making.Run(home, acting(person), files, plate, device, as_json)
    made = run.make(AgeBrief.read(**brief))
    tell(as_json, making.answer(home, made), *making.lines(home, made))
