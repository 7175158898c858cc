"""The command that makes a performer younger or older."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from secondunit.cli.answer import tell
from secondunit.cli.options import Actor, DeviceOf, Folder, Json, PlateOf, QualityOf, acting, opened

if TYPE_CHECKING:
    from secondunit.runner.looks import Chosen
    from secondunit.runner.production import Production

By = Annotated[int | None, typer.Option(metavar="YEARS", help="So many years; -20 is younger. Needs --from.")]
To = Annotated[int | None, typer.Option(metavar="AGE", help="To this apparent age.")]
From = Annotated[
    int | None, typer.Option("--from", metavar="AGE", help="How old they look in the plate, as you judge it.")
]
Strength = Annotated[
    str | None,
    typer.Option(
        metavar="W|KEYS",
        help="Share of it all, 0 to 1; or keys, such as 0:0,24:1 for none at the plate's first frame and all of it 24 "
        "frames on.",
    ),
]
Region = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=W", help="Strength in a part of the face, such as forehead=0.5; may be repeated."),
]
Volume = Annotated[
    float | None,
    typer.Option(
        metavar="W", help="Strength of what moves: jaw line, cheeks, lids, nose, lips; 0 is none, 1 the usual."
    ),
]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Another seed ages in another way; 1 is the usual.")]
CALLED = {
    "by_years": "--by",
    "to_age": "--to",
    "apparent_age": "--from",
    "strength": "--strength",
    "regions": "--region",
    "volume": "--volume",
    "seed": "--seed",
}
"""Field of a direction -> the option that says it."""


def age(
    context: typer.Context,
    shot: Annotated[str, typer.Argument(metavar="SHOT", help="A shot that has a plate.")],
    performer: Annotated[str, typer.Option(metavar="NAME", help="Who is re-aged: a performer on record.")],
    look: Annotated[
        str | None,
        typer.Option(
            metavar="LOOK", help="As this look says: NAME for its newest approved version, or NAME/v002 for that one."
        ),
    ] = None,
    by: By = None,
    to: To = None,
    apparent: From = None,
    strength: Strength = None,
    region: Region = None,
    volume: Volume = None,
    seed: Seed = None,
    at: Annotated[
        str | None, typer.Option(metavar="X,Y", help="A point on their face, in pixels, where the plate shows several.")
    ] = None,
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

    said = directed(by, to, apparent, strength, region, volume, seed)
    home = opened(context, folder)
    taken = _taken(home, look, performer, said) if look is not None else None
    brief: dict[str, Any] = {"shot": shot, "performer": performer, "quality": quality, **said}
    brief |= {"face_at": words.pair(at, "--at") if at else None, "track_prim": track_prim}
    if taken is not None:
        brief |= {**taken.look.direction, "look": taken.look.named}
    files = {"roto_file": roto, "track_file": str(track) if track else None}
    run = making.Run(home, acting(person), files, plate, device, as_json)
    made = run.make(AgeBrief.read(**brief))
    told = {"look": {**_named(taken), "state": taken.state}} if taken else {}
    tell(as_json, making.answer(home, made) | told, *making.lines(home, made))


def directed(
    by: int | None,
    to: int | None,
    apparent: int | None,
    strength: str | None,
    region: list[str] | None,
    volume: float | None,
    seed: int | None,
) -> dict[str, Any]:
    """What the options say of a direction; nothing of what was left out."""
    from secondunit.cli import words

    said: dict[str, Any] = {"by_years": by, "to_age": to, "apparent_age": apparent, "volume": volume, "seed": seed}
    said["strength"] = words.strength(strength) if strength is not None else None
    said["regions"] = words.weights(region, "--region") if region else None
    return {name: value for name, value in said.items() if value is not None}


def _taken(home: "Production", look: str, performer: str, said: dict[str, Any]) -> "Chosen":
    """The version of the look that this shot takes over, said on standard error; InputError where options differ."""
    from secondunit.runner import looks
    from secondunit.schema import InputError

    if said:
        option = CALLED[next(iter(said))]
        raise InputError(
            f"{option} beside --look {look}: the look says that, for every shot alike; leave {option} out, or make the "
            f"look's next version with `secondunit look add {look.partition('/')[0]} {option} …`."
        )
    with home.reading() as reading:
        taken = looks.chosen(reading, look, performer)
    step = f"secondunit look approve {taken.look.called} --as PERSON"
    unapproved = f" A final needs it approved: {step}." if taken.state == "open" else ""
    print(f"{taken.said}{unapproved}", file=sys.stderr)
    return taken


def _named(taken: "Chosen") -> dict[str, str]:
    named = taken.look.named
    return {"name": named.name, "version": named.version, "sha256": named.sha256}
