"""JSON and base64url of strangers, read in one way only: what two readers may understand differently is refused."""

import base64
import binascii
import json
from typing import Any


def json_object(text: bytes | str) -> dict[str, Any]:
    """One JSON object; ValueError for doubled members (RFC 8259, section 4), NaN, bad UTF-8, or anything else."""
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        found = json.loads(decoded, object_pairs_hook=_once_each, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise ValueError("it is no UTF-8 text") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON (character {error.pos})") from None
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")
    return found


def b64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_b64url(text: str) -> bytes:
    """The inverse; ValueError for padding, other characters and spare bits, so that each value has one spelling."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("it is no base64url") from None
    if b64url(data) != text:
        raise ValueError("it is not the canonical base64url")
    return data


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("it has a member twice")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"it has {word}, which is no number of JSON")
