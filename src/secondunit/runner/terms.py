"""Signing a consent's terms on the performer's own device, away from any production."""

import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from secondunit.runner.given import file_text
from secondunit.schema import InputError
from secondunit.schema.consent import ConsentTerms
from secondunit.trust import jws
from secondunit.trust.jws import Typ
from secondunit.trust.keys import Signer
from secondunit.trust.strict import json_object


@dataclass(frozen=True)
class SignedTerms:
    """token: the general JWS as it is in the file. keys: thumbprints that its signatures name, the newest last."""

    terms: ConsentTerms
    token: str
    keys: tuple[str, ...]


def read_terms(path: Path, text: Path | None = None) -> ConsentTerms:
    """Terms that are ready to be signed. InputError for drafts, damaged files, and where `text` is not what they name.

    text: the file that the person was shown.
    """
    given = file_text(path, "TERMS.json", "a consent's terms")
    try:
        json_object(given)
    except ValueError as error:
        raise InputError(f"{path} cannot be signed: {error}; ask for the file again.") from None
    terms = ConsentTerms.from_json(given)
    if not terms.text_sha256:
        raise InputError(f"{path} is a draft: it names no text that was shown; ask for the final terms.")
    if text is not None and hashlib.sha256(_bytes(text)).hexdigest() != terms.text_sha256:
        raise InputError(f"{text} is not the text that these terms name: do not sign; ask which one is meant.")
    return terms


def sign_terms(terms: ConsentTerms, person: str, out: Path, signer: Callable[[], Signer]) -> SignedTerms:
    """Sign as `person`, into a new file or along with the signatures in `out`; the file is replaced whole.

    signer: called once everything else is known to be right. InputError where the terms do not ask for this person's
    signature, where `out` is about other terms, and where this key has signed it.
    """
    if person not in terms.signers:
        asked = ", ".join(terms.signers)
        raise InputError(f"These terms ask for no signature of {person}: give --as with one of {asked}.")
    payload = terms.to_json().encode()
    before = file_text(out, "--out", "a file that signed terms are in") if os.path.lexists(out) else None
    if before is not None and jws.payload_unverified(before) != payload:
        raise InputError(f"{out} holds a signature of other terms: give --out a new file.")
    if before is None:
        token = jws.sign_json(payload, [signer()], Typ.TERMS)
    else:
        jws.signed_by(before, Typ.TERMS)  # refuses what is damaged before anybody is asked for a passphrase
        token = jws.add_signature(before, signer(), Typ.TERMS)
    _write(out, f"{token}\n")
    return SignedTerms(terms, token, jws.signed_by(token, Typ.TERMS))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"--text {path} cannot be read: {error.strerror}; check the path.") from error


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(f"--out {path} cannot be written: {error.strerror}; choose another place.") from error
