"""People of a test production, with keys in memory, and what they sign."""

from functools import cache
from typing import Any

from secondunit.runner import signing
from secondunit.runner.advance import advance
from secondunit.runner.entries import to_sign
from secondunit.runner.production import Production
from secondunit.schema import (
    AnswerRequest,
    ApproveRequest,
    KeyRequest,
    Outcome,
    PersonRequest,
    Question,
    ReleaseRequest,
    SignedRequest,
)
from secondunit.trust import jws
from secondunit.trust.jws import Typ
from secondunit.trust.keys import PrivateKey, generate


@cache
def key(name: str) -> PrivateKey:
    """Somebody's key, the same one all through a test run."""
    return generate()


def public(name: str) -> str:
    """Their public key, as it goes on record."""
    return key(name).public.openssh()


def add(production: Production, name: str, *roles: str, actor: str = "Ann") -> None:
    """Put somebody on record with their key."""
    request = PersonRequest(actor=actor, name=name, roles=roles, key=public(name))
    with production.reading() as reading:
        keyed = signing.key_of(reading, actor) is not None
    outcome = signed(production, request) if keyed else advance(production, request)
    assert outcome.exit_code == 0, outcome.says()


def sign(production: Production, request: SignedRequest, by: str | None = None) -> Any:
    """The request, signed with the key of its actor, or of somebody else."""
    whole, claims = to_sign(production, request)
    token = jws.sign(claims.to_json().encode(), key(by or request.actor), Typ.MOVE)
    return whole.model_copy(update={"signature": token})


def signed(production: Production, request: SignedRequest) -> Outcome:
    """Make a signed move."""
    return advance(production, sign(production, request))


def key_request(name: str, new: str | None = None, *, by: str | None = None, lost: bool = False) -> KeyRequest:
    """A new key (`new`'s in `key`) for somebody, asked for by themselves or by legal."""
    reason: Any = "lost" if lost else "rotated"
    return KeyRequest(actor=by or name, name=name, key=public(new or f"{name} 2"), reason=reason)


def settle(production: Production, version: str = "A010/v001", *, by: str = "Sue") -> None:
    """Everything that a final asks for beside approvals: releases, and a word on who can be recognised."""
    paper = production.folder / "scratch" / "release.txt"
    paper.write_text("We let you.")
    for kind in ("location", "signage"):
        about = {"what": "the house", "holder": "its owner", "shots": ("A010",), "valid_from": "2026-01-01"}
        request = ReleaseRequest(actor="Leo", kind=kind, document_file=str(paper), **about)
        assert signed(production, request).exit_code == 0
    answer(production, version, Question.NOBODY_RECOGNISABLE, by=by)


def answer(production: Production, subject: str, question: Question, word: str = "yes", *, by: str = "Sue") -> None:
    """A signed answer, which the gate takes."""
    outcome = signed(production, AnswerRequest(actor=by, subject=subject, question=question, answer=word))
    assert outcome.exit_code == 0, outcome.says()


def approve(
    production: Production, subject: str, role: str | None = None, actor: str = "Sue", kind: Any = ApproveRequest
) -> Outcome:
    """A signed approval, or rejection."""
    return signed(production, kind(actor=actor, subject=subject, role=role))
