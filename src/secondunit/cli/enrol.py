"""Commands about performers whose faces are known again: enrolled, listed, erased."""

from pathlib import Path
from typing import Annotated

import typer

from secondunit.cli.answer import require, tell
from secondunit.cli.options import Actor, Folder, Json, acting, opened
from secondunit.cli.signed import signed_move

Performer = Annotated[str, typer.Argument(metavar="PERFORMER", help="Somebody on record as a performer.")]


def add(
    context: typer.Context,
    performer: Performer,
    pictures: Annotated[
        list[Path], typer.Argument(metavar="PICTURE...", help="JPEG or PNG, the performer alone; six or more.")
    ],
    release: Annotated[str, typer.Option(metavar="RELEASE", help="Their biometric release, such as r001.")],
    destroy_on: Annotated[str, typer.Option(metavar="DAY", help="When what is measured is destroyed: 2027-03-01.")],
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Measure a performer's face, to know it again in plates (legal). Sealed, and destroyed on its day."""
    from secondunit.schema import Enrolment, EnrolRequest

    files = tuple(str(path) for path in pictures)
    about = {"performer": performer, "release": release, "destroy_on": destroy_on}
    request = EnrolRequest.read(actor=acting(person), pictures=files, **about)
    outcome = signed_move(opened(context, folder), request)
    require(outcome, as_json)
    assert isinstance(outcome.made, Enrolment)
    rates = outcome.made.rates
    told = {**about, "rates": rates.model_dump(mode="json"), "says": rates.says()}
    tell(
        as_json,
        told,
        f"{performer} is enrolled until {destroy_on}, under {release}.",
        f"  {rates.says()}.",
        "  Counted on these pictures, at the threshold in use; plates are lit, turned and sharp in other ways.",
    )


def listed(context: typer.Context, folder: Folder = None, as_json: Json = False) -> None:
    """List the performers who are enrolled, in which shots they are looked for, and what is due."""
    from secondunit.runner.looking_up import enrolled

    rows = enrolled(opened(context, folder))
    lines = []
    for row in rows:
        lines.append(
            f"  {row['performer']}: {row['state']}, in {', '.join(row['shots'])}, under {row['release']}, "
            f"to be destroyed on {row['destroy_on']}{row['next']}"
        )
        lines.append(f"    {row['says']}")
    tell(as_json, {"enrolled": rows}, *(lines or ["Nobody is enrolled: matching is off."]))


def erase(
    context: typer.Context,
    performer: Performer,
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Destroy what was measured of a performer's face, for good (the performer, or legal). Nothing brings it back."""
    from secondunit.schema import EraseRequest

    request = EraseRequest.read(actor=acting(person), performer=performer)
    require(signed_move(opened(context, folder), request), as_json)
    told = {"performer": performer, "erased": True, "by": request.actor}
    tell(as_json, told, f"{performer}: the key is destroyed, says {request.actor}; what it sealed opens nowhere.")
