"""How a command signs the move it makes: with the actor's key on this machine, if they have one."""

import getpass
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from secondunit.runner.production import Production
    from secondunit.schema import Outcome, Request


def signed_move(home: "Production", request: "Request") -> "Outcome":
    """Sign the move if it is one that people sign, its actor has a key on record and theirs is here; then make it."""
    from secondunit.runner import keyring
    from secondunit.runner.advance import advance
    from secondunit.runner.entries import has_key, to_sign
    from secondunit.schema import SignedRequest

    if isinstance(request, SignedRequest) and keyring.is_here(request.actor) and has_key(home, request.actor):
        whole, claims = to_sign(home, request)
        signer = keyring.signer(request.actor, ask_passphrase)
        return advance(home, whole.model_copy(update={"signature": keyring.sign_claims(claims, signer)}))
    return advance(home, request)


def ask_passphrase(what: str) -> str:
    """A passphrase, typed unseen; InputError where there is no terminal, never a prompt that shows it."""
    from secondunit.schema import InputError

    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(plain(what))
        except (getpass.GetPassWarning, EOFError, OSError):
            pass
    raise InputError("There is no terminal to ask for the passphrase: name a file with SECONDUNIT_PASSPHRASE_FILE.")


def plain(text: str) -> str:
    """With what could move the cursor, or show the text in another order, written as a code."""
    return "".join(letter if letter.isprintable() else f"<U+{ord(letter):04X}>" for letter in text)
