"""Commands about consents: drafted for a performer, put on record, held, lifted, shown."""

from pathlib import Path
from typing import Annotated

import typer

from secondunit.cli.answer import require, tell
from secondunit.cli.options import Actor, Folder, Json, acting, opened
from secondunit.cli.signed import signed_move

Id = Annotated[str, typer.Argument(metavar="CONSENT", help="Such as c001.")]


def draft(
    context: typer.Context,
    terms: Annotated[Path, typer.Argument(metavar="TERMS.toml", help="What is intended; --example writes one.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where terms, text and PDF go; a new or empty folder.")],
    template: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own wording.  [default: the house's, by language]")
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Write an example of TERMS.toml, and stop.")] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Write the plain statement of one intended use, in the performer's language, for them to read and sign."""
    from secondunit.runner import consents

    if example:
        consents.write_example(terms)
        tell(as_json, {"terms": str(terms)}, f"{terms} is an example: change what it says, then draft from it.")
        return
    made = consents.draft(opened(context, folder), terms, out, template)
    told = {"id": made.terms.id, "folder": str(out), "text_sha256": made.terms.text_sha256}
    tell(
        as_json,
        told,
        f"Consent {made.terms.id} for {made.terms.performer}: {made.pdf} to read, {made.json} to sign with",
        f"  secondunit key sign-terms {made.json} --text {made.text} --out signed.json --as '{made.terms.performer}'",
        f"  then: secondunit consent record {made.json} --text {made.text} --rider RIDER.pdf --signed signed.json",
    )


def record(
    context: typer.Context,
    terms: Annotated[Path, typer.Argument(metavar="TERMS.json", help="As `consent draft` wrote it.")],
    text: Annotated[Path, typer.Option(metavar="FILE", help="The statement as it was shown.")],
    rider: Annotated[Path, typer.Option(metavar="FILE", help="The executed rider.")],
    signed: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The terms, signed by performer and others.")
    ] = None,
    scan: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Scan of a signature on paper, instead: lower assurance.")
    ] = None,
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Put a consent on record (legal): terms, signatures or scan, and the executed rider. Nothing widens it later."""
    from secondunit.runner.given import file_text
    from secondunit.runner.terms import read_terms
    from secondunit.schema import Consent, ConsentRequest

    token = file_text(signed, "--signed", "signed terms").strip() if signed else None
    papers = {"text_file": str(text), "rider_file": str(rider), "scan_file": str(scan) if scan else None}
    request = ConsentRequest.read(actor=acting(person), terms=read_terms(terms), signed=token, **papers)
    outcome = signed_move(opened(context, folder), request)
    require(outcome, as_json)
    assert isinstance(outcome.made, Consent)
    made = outcome.made
    told = {"id": made.id, "performer": made.terms.performer, "assurance": made.assurance}
    tell(as_json, told, f"{made.id}: the consent of {made.terms.performer} is on record, {made.assurance}.")


def withdraw(
    context: typer.Context,
    consent: Id,
    reason: Annotated[str, typer.Option(help="Why; it need not be said.")] = "",
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Put a hold on a consent: nothing more is made under it until legal lifts that."""
    from secondunit.schema import WithdrawRequest

    request = WithdrawRequest.read(actor=acting(person), consent=consent, reason=reason)
    require(signed_move(opened(context, folder), request), as_json)
    told = {"id": consent, "on_hold": True, "by": request.actor}
    tell(as_json, told, f"{consent} is on hold, says {request.actor}; only legal lifts that.")


def lift(
    context: typer.Context,
    consent: Id,
    reason: Annotated[str, typer.Option(help="What the performer's side agreed to, and where that is written.")],
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Lift the hold on a consent (legal)."""
    from secondunit.schema import LiftRequest

    request = LiftRequest.read(actor=acting(person), consent=consent, reason=reason)
    require(signed_move(opened(context, folder), request), as_json)
    tell(as_json, {"id": consent, "on_hold": False, "by": request.actor}, f"{consent}: the hold is lifted.")


def revocations(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The list as its issuer signed it.")],
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Take in an issuer's newest list of revoked consents."""
    from secondunit.runner.advance import advance
    from secondunit.runner.given import file_text
    from secondunit.schema import Revocations, RevocationsRequest

    token = file_text(file, "FILE", "a signed revocation list").strip()
    outcome = advance(opened(context, folder), RevocationsRequest.read(actor=acting(person), token=token))
    require(outcome, as_json)
    assert isinstance(outcome.made, Revocations)
    told = {"issuer": outcome.made.issuer, "sequence": outcome.made.sequence, "expires_at": outcome.made.expires_at}
    tell(as_json, told, f"List {outcome.made.sequence} is on record; it holds until {outcome.made.expires_at}.")


def listed(context: typer.Context, folder: Folder = None, as_json: Json = False) -> None:
    """List the consents on record, and how they stand."""
    from secondunit.runner.looking_up import consents

    rows = consents(opened(context, folder))
    lines = [
        f"  {row['id']}  {row['performer']}: {', '.join(row['tools'])} in {', '.join(row['shots'])}, "
        f"{row['create_from']} to {row['create_until']}, {row['assurance']}{', ON HOLD' if row['on_hold'] else ''}"
        for row in rows
    ]
    tell(as_json, {"consents": rows}, *(lines or ["No consent is on record."]))


def show(context: typer.Context, consent: Id, folder: Folder = None, as_json: Json = False) -> None:
    """Show the statement of a consent as it was shown to the performer, and how it stands."""
    from secondunit.runner.looking_up import consent_shown

    found = consent_shown(opened(context, folder), consent)
    tell(as_json, found, str(found["text"]), f"{consent}: {found['assurance']}, {found['stands']}.")
