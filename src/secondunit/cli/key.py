"""Commands on the user's own keys: key make, show, passphrase, sign-terms. None of them touches a production."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from secondunit.cli.answer import require, tell
from secondunit.cli.options import Actor, Folder, Json, acting, opened
from secondunit.cli.signed import ask_passphrase, plain, signed_move

if TYPE_CHECKING:
    from secondunit.schema.consent import ConsentTerms

Open = Annotated[
    bool,
    typer.Option("--no-passphrase", help="Leave the key unlocked: lower assurance, since whoever copies it can sign."),
]
LOWER = "  No passphrase locks it: lower assurance, since whoever copies the file can sign in your name."


Out = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the public half there too, to hand it to a production.")
]


def make(out: Out = None, person: Actor = None, unlocked: Open = False, as_json: Json = False) -> None:
    """Make your key: a private half that stays with you, and a public one to hand to productions.

    A passphrase is asked for twice; SECONDUNIT_PASSPHRASE_FILE names a file with it, for scripts. A key is never
    overwritten.
    """
    from secondunit.runner import keyring

    name = acting(person)
    keyring.check_free(name)
    _check_new(out)
    public = keyring.make(name, None if unlocked else keyring.passphrase_given() or _new_passphrase())
    if out is not None:
        out.write_text(f"{public.openssh(name)}\n", encoding="utf-8")
    _tell(as_json, name, "is made")


def show(person: Actor = None, as_json: Json = False) -> None:
    """Show your public key, its thumbprint, and where the private half is."""
    _tell(as_json, acting(person), "is here")


def passphrase(person: Actor = None, unlocked: Open = False, as_json: Json = False) -> None:
    """Lock your key under another passphrase; the old one is asked for first."""
    from secondunit.runner import keyring

    name = acting(person)
    keyring.change_passphrase(name, ask_passphrase, None if unlocked else _new_passphrase)
    _tell(as_json, name, "has no passphrase any more" if unlocked else "has another passphrase")


def sign_terms(
    terms: Annotated[Path, typer.Argument(metavar="TERMS.json", help="The terms, as the production handed them out.")],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Where the signature goes; one that is there gets yours added.")
    ],
    text: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The text you read: checked to be the one that the terms name.")
    ] = None,
    person: Actor = None,
    as_json: Json = False,
) -> None:
    """Sign the terms of a consent with your key, on your own device; no production is needed."""
    from secondunit.runner import keyring
    from secondunit.runner.terms import read_terms, sign_terms

    name = acting(person)
    wanted = read_terms(terms, text)
    print("\n".join(_terms_lines(wanted, text is not None)), file=sys.stderr)
    signed = sign_terms(wanted, name, out, lambda: keyring.signer(name, ask_passphrase))
    answer = {
        "consent": wanted.id,
        "person": name,
        "key": signed.keys[-1],
        "signatures": list(signed.keys),
        "asked_of": list(wanted.signers),
        "text_sha256": wanted.text_sha256,
        "text_checked": text is not None,
        "terms_sha256": wanted.digest,
        "out": str(out),
    }
    count = f"{len(signed.keys)} of {len(wanted.signers)} signatures are in {out}"
    tell(as_json, answer, f"{plain(name)} signed {wanted.id}; {count}.")


def replace(
    context: typer.Context,
    key: Annotated[Path, typer.Argument(metavar="PUB", help="File with the new public key.")],
    of: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose key it is, where it is lost and legal replaces it.")
    ] = None,
    lost: Annotated[bool, typer.Option("--lost", help="The old key is lost or stolen: it signs nothing more.")] = False,
    person: Actor = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Put a new key on record in place of yours, signed with the old one; or, as legal, in place of a lost one."""
    from secondunit.runner.given import file_text
    from secondunit.schema import KeyRequest, PersonKey

    name = acting(person)
    text = file_text(key, "PUB", "a public key as text")
    reason = "lost" if lost else "rotated"
    request = KeyRequest.read(actor=name, name=of or name, key=text, reason=reason)
    outcome = signed_move(opened(context, folder), request)
    require(outcome, as_json)
    assert isinstance(outcome.made, PersonKey)
    told = {"name": outcome.made.name, "thumbprint": outcome.made.thumbprint, "lost": lost}
    tell(as_json, told, f"{plain(outcome.made.name)}: another key is on record, {outcome.made.thumbprint}.")


def _check_new(out: Path | None) -> None:
    """InputError for a file that is there, or cannot be: asked before a key is made."""
    from secondunit.schema import InputError

    if out is not None and (out.exists() or not out.absolute().parent.is_dir()):
        raise InputError(f"--out {out} is there already, or its folder is not: give a new file in a folder that is.")


def _tell(as_json: bool, name: str, what: str) -> None:
    """The answer of the commands on one key: what everybody may know of it."""
    from secondunit.runner import keyring

    public, locked, path = keyring.show(name)
    answer = {
        "person": name,
        "public": public.openssh(name),
        "thumbprint": public.thumbprint,
        "file": str(path),
        "locked": locked,
    }
    lines = [f"The key of {plain(name)} {what}: {path}", f"  {plain(public.openssh(name))}"]
    lines += [f"  thumbprint {public.thumbprint}", *([LOWER] if locked is False else [])]
    tell(as_json, answer, *lines)


def _terms_lines(terms: "ConsentTerms", checked: bool) -> list[str]:
    """What a signature is about to be put under, so that it can be compared with what was read."""
    about = {
        "production": terms.production_title,
        "performer": terms.performer,
        "effect": terms.effect,
        "shots": ", ".join(terms.shots),
        "made": f"{terms.create_from} to {terms.create_until}",
        "training": terms.training or "not allowed",
        "text": f"SHA-256 {terms.text_sha256}{' (the file given is that text)' if checked else ''}",
        "all terms": f"SHA-256 {terms.digest}",
    }
    return [f"Consent {terms.id}:", *(f"  {name}: {plain(value)}" for name, value in about.items())]


def _new_passphrase() -> str:
    """Typed twice, the same, not empty."""
    from secondunit.schema import InputError

    typed = ask_passphrase("New passphrase: ")
    if not typed:
        raise InputError("An empty passphrase protects nothing: type one, or say --no-passphrase (lower assurance).")
    if ask_passphrase("The same again: ") != typed:
        raise InputError("The two passphrases differ: nothing was written; try again.")
    return typed
