"""How a command signs the move it makes: with the actor's key on this machine, if they have one."""

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from secondunit.runner.production import Production
    from secondunit.schema import Outcome, SignedRequest

R = TypeVar("R", bound="SignedRequest")


def signed_move(home: "Production", request: "SignedRequest") -> "Outcome":
    """Sign the request if its actor's key is here, and make the move."""
    from secondunit.runner import keyring
    from secondunit.runner.advance import advance
    from secondunit.runner.entries import to_sign

    signer = keyring.signer(request.actor, ask_passphrase)
    if signer is not None:
        whole, claims = to_sign(home, request)
        request = whole.model_copy(update={"signature": keyring.sign_claims(claims, signer)})
    return advance(home, request)  # type: ignore[arg-type]


def ask_passphrase(prompt: str) -> str:
    """From the terminal, never echoed."""
    import getpass

    return getpass.getpass(prompt)
