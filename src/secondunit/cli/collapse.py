"""The command that brings a building down."""

from pathlib import Path
from typing import Annotated, Any

import typer

from secondunit.cli.answer import tell
from secondunit.cli.options import Actor, DeviceOf, Folder, Json, PlateOf, QualityOf, acting, opened


def collapse(
    context: typer.Context,
    shot: Annotated[str, typer.Argument(metavar="SHOT", help="A shot that has a plate.")],
    facade: Annotated[
        str,
        typer.Option(
            metavar='"x,y x,y x,y x,y"',
            help="The facade's corners in pixels of the plate, x right, y down, clockwise from its top left.",
        ),
    ],
    height_m: Annotated[
        float | None, typer.Option("--height-m", metavar="H", help="The facade's height.  [default: storeys x 3 m]")
    ] = None,
    storeys: Annotated[int | None, typer.Option(metavar="N", help="Storeys.  [default: counted]")] = None,
    bays: Annotated[int | None, typer.Option(metavar="N", help="Windows side by side.  [default: counted]")] = None,
    depth_m: Annotated[
        float | None, typer.Option("--depth-m", metavar="D", help="How deep the building is.  [default: estimated]")
    ] = None,
    construction: Annotated[
        str | None, typer.Option(metavar="KIND", help="masonry or rc-frame.  [default: estimated]")
    ] = None,
    focal_mm: Annotated[
        float | None, typer.Option("--focal-mm", metavar="MM", help="Focal length, 35 mm equivalent.")
    ] = None,
    focal_px: Annotated[float | None, typer.Option("--focal-px", metavar="PX", help="Focal length in pixels.")] = None,
    sun: Annotated[
        str | None,
        typer.Option(
            metavar="AZ,EL",
            help="Where the sun stands, degrees: azimuth 0 ahead, 90 right, 180 behind.  [default: estimated]",
        ),
    ] = None,
    matte: Annotated[
        Path | None, typer.Option(metavar="FILE", help="White where the building is.  [default: found]")
    ] = None,
    building: Annotated[
        Path | None, typer.Option(metavar="TOML", help="What you know of the building: storeys, walls, roof …")
    ] = None,
    style: Annotated[str, typer.Option(metavar="S", help="implode, topple or peel.")] = "implode",
    trigger: Annotated[str, typer.Option(metavar="SIDE", help="left, right, centre or both.")] = "centre",
    event: Annotated[
        int | None,
        typer.Option(
            metavar="FRAME",
            help="Last frame that equals the plate, numbered as the plate is.  [default: the plate's twelfth]",
        ),
    ] = None,
    frames: Annotated[int, typer.Option(metavar="N", help="Length of the shot.")] = 120,
    seed: Annotated[int, typer.Option(metavar="N", help="Another seed breaks it another way.")] = 1,
    variations: Annotated[
        int, typer.Option(metavar="N", min=1, max=100, help="Versions to make, with seeds from --seed upwards.")
    ] = 1,
    quality: QualityOf = "draft",
    plate: PlateOf = None,
    device: DeviceOf = "cpu",
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Bring the building in a plate down: layers, preview, contact sheet and scene as a new version.

    The same words again make the same pixels, from the cache; a changed word computes only what depends on it.
    """
    from secondunit.cli import making, words
    from secondunit.schema import CollapseBrief

    brief: dict[str, Any] = {
        "shot": shot,
        "facade": words.corners(facade),
        "height_m": height_m,
        "storeys": storeys,
        "bays": bays,
        "depth_m": depth_m,
        "construction": construction,
        "focal_mm": focal_mm,
        "focal_px": focal_px,
        "sun": words.pair(sun, "--sun") if sun else None,
        "style": style,
        "trigger": trigger,
        "event_frame": event,
        "frames": frames,
        "quality": quality,
    }
    home = opened(context, folder)
    files = {"matte_file": str(matte) if matte else None, "building_file": str(building) if building else None}
    run = making.Run(home, acting(person), files, plate, device, as_json)
    briefs = [CollapseBrief.read(**brief, seed=seed + i) for i in range(variations)]  # all, before any work
    made = [run.make(words) for words in briefs]
    answers = [making.answer(home, version) for version in made]
    lines = [line for version in made for line in making.lines(home, version)]
    tell(as_json, answers[0] if variations == 1 else {"versions": answers}, *lines)
