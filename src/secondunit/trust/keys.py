"""Ed25519 keys: read from what people have, written as what their tools take. No file is touched here.

Messages of exceptions never hold a secret, nor do exceptions that cause them.
"""

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass
from typing import NoReturn, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_ssh_private_key,
)

from secondunit.schema import canonical_json
from secondunit.trust import curve
from secondunit.trust.strict import b64url, from_b64url, json_object

SSH, HARDWARE = "ssh-ed25519", "sk-ssh-ed25519"
SSH_PREFIX = struct.pack(">I11sI", 11, SSH.encode(), 32)
"""What comes before the 32 bytes in an OpenSSH public key (RFC 8709, section 4)."""
SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")
"""What comes before them in a SubjectPublicKeyInfo (RFC 8410, section 4)."""
PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)\s+-----END PUBLIC KEY-----")
OPENSSH = re.compile(r"-----BEGIN OPENSSH PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+?)\s+-----END OPENSSH PRIVATE KEY-----")
MAGIC = b"openssh-key-v1\0"
JWK_MEMBERS = {"kty", "crv", "x", "kid", "use", "alg", "key_ops"}
JWK_SECRETS = {"d", "k", "p", "q", "dp", "dq", "qi", "oth"}
LONGEST = 16_384
"""Characters of a key's text."""
ROUNDS, MOST_ROUNDS = 64, 4096
"""Of bcrypt: as many as are written (half a second on a laptop), and the most that a file may ask for."""


class WrongPassphrase(ValueError):
    """The key's text is whole as far as can be seen, and this passphrase does not open it."""


@dataclass(frozen=True)
class PublicKey:
    """raw: the 32 bytes of RFC 8032, section 5.1.5. ValueError where they are no sound point of the curve."""

    raw: bytes

    def __post_init__(self) -> None:
        if not curve.is_sound(self.raw):
            raise ValueError("These bytes are no sound Ed25519 public key: ask for it again.")

    @property
    def jwk(self) -> dict[str, str]:
        """The required members of the JWK (RFC 8037, section 2)."""
        return {"crv": "Ed25519", "kty": "OKP", "x": b64url(self.raw)}

    @property
    def thumbprint(self) -> str:
        """SHA-256 thumbprint, base64url, 43 characters (RFC 7638; RFC 8037, appendix A.3)."""
        return b64url(hashlib.sha256(canonical_json(self.jwk).encode()).digest())

    def openssh(self, comment: str = "") -> str:
        """One line, as in an .pub file, without its end."""
        return f"{SSH} {base64.b64encode(SSH_PREFIX + self.raw).decode()} {comment}".rstrip()

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether `signature` was made over `data` with the private half."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, data)
        except InvalidSignature:
            return False
        return True


class Signer(Protocol):
    """Whoever can sign with the private half of `public`: a key in memory, an agent, a hardware token."""

    @property
    def public(self) -> PublicKey:
        """The half that everybody may know."""

    def sign(self, data: bytes) -> bytes:
        """64 bytes: pure Ed25519 (RFC 8032, section 5.1.6) over exactly `data`."""


class PrivateKey:
    """A Signer that holds the private half in memory. It shows it to nobody: not in repr, not when pickled."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self.__key = key
        self.public = PublicKey(key.public_key().public_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """64 bytes: pure Ed25519 over exactly `data`."""
        return self.__key.sign(data)

    def __repr__(self) -> str:
        return f"PrivateKey(thumbprint={self.public.thumbprint!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("private keys are not pickled or copied")

    def _text(self, encryption: KeySerializationEncryption) -> str:
        return self.__key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption).decode("ascii")


def generate() -> PrivateKey:
    """A new key from the system's random numbers."""
    return PrivateKey(Ed25519PrivateKey.generate())


def read_public(text: str) -> PublicKey:
    """From an OpenSSH line, a PEM SubjectPublicKeyInfo or a JWK; ValueError with a sentence for everything else."""
    text = text.strip()
    if len(text) > LONGEST:
        raise ValueError(f"This is longer than a key, {len(text)} characters: give the public key alone.")
    if "PRIVATE KEY" in text:
        raise ValueError("This is a private key: keep it to yourself, and give the public one.")
    if text.startswith("{"):
        return _from_jwk(text)
    return _from_pem(text) if text.startswith("-----BEGIN") else _from_line(text)


def private_text(key: PrivateKey, passphrase: str | None) -> str:
    """OpenSSH's private format: AES-256-CTR under a key from bcrypt, or open where `passphrase` is None.

    ValueError for an empty passphrase: it would be refused by ssh-add, and protects nothing.
    """
    if passphrase is None:
        return key._text(NoEncryption())
    if not passphrase:
        raise ValueError("An empty passphrase protects nothing: say that none is wanted.")
    builder = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(ROUNDS)
    return key._text(builder.build(_as_typed(passphrase)))


def read_private(text: str, passphrase: str | None) -> PrivateKey:
    """The inverse of `private_text`. WrongPassphrase where it does not open; ValueError for any other text."""
    rounds, public = _outside(text)
    if rounds and passphrase is None:
        raise WrongPassphrase("This key is locked by a passphrase: give it.")
    if rounds > MOST_ROUNDS:
        raise ValueError(f"This key asks for {rounds} rounds of bcrypt, more than {MOST_ROUNDS}: it is refused.")
    found = _loaded(text, _as_typed(passphrase) if rounds and passphrase is not None else None)
    if found is None and rounds:
        raise WrongPassphrase("This passphrase does not open the key: type it again.")
    if not isinstance(found, Ed25519PrivateKey) or found.public_key().public_bytes_raw() != public.raw:
        raise ValueError("This private key is damaged: restore it from a copy.")
    return PrivateKey(found)


def is_locked(text: str) -> bool:
    """Whether a passphrase is needed; ValueError where it is no OpenSSH Ed25519 private key."""
    return _outside(text)[0] > 0


def public_half(text: str) -> PublicKey:
    """What a private key's text says of itself, without its passphrase; `read_private` checks that it is true."""
    return _outside(text)[1]


def _loaded(text: str, passphrase: bytes | None) -> object:
    try:
        return load_ssh_private_key(text.strip().encode("ascii") + b"\n", passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None  # the library's own words are dropped: who reads them must not need to trust them


def _as_typed(passphrase: str) -> bytes:
    """The bytes that a terminal sent, so that ssh-add, which gets the same ones, agrees."""
    if any("\ud800" <= letter <= "\udc7f" or "\udd00" <= letter <= "\udfff" for letter in passphrase):
        raise ValueError("The passphrase has characters that are no text: type it at a terminal.")
    return passphrase.encode("utf-8", "surrogateescape")


def _from_line(text: str) -> PublicKey:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    kind, _, rest = lines[0].partition(" ") if len(lines) == 1 else ("", "", "")
    if kind.startswith(HARDWARE):
        raise ValueError(
            f"A {HARDWARE} key signs a counter along with what it is given, which is no JWS: use another key."
        )
    if kind != SSH:
        raise ValueError(f"This is no line of the form `{SSH} AAAA...`: give an Ed25519 public key.")
    blob = _base64(rest.split(" ")[0])
    if not blob.startswith(SSH_PREFIX) or len(blob) != len(SSH_PREFIX) + 32:
        raise ValueError(f"What follows {SSH} is no Ed25519 public key: copy the whole line.")
    return PublicKey(blob[len(SSH_PREFIX) :])


def _from_pem(text: str) -> PublicKey:
    block = PEM.fullmatch(text)
    der = _base64("".join(block[1].split())) if block else b""
    if not der.startswith(SPKI_PREFIX) or len(der) != len(SPKI_PREFIX) + 32:
        raise ValueError("This is no PEM of one Ed25519 public key (BEGIN PUBLIC KEY): give that alone.")
    return PublicKey(der[len(SPKI_PREFIX) :])


def _from_jwk(text: str) -> PublicKey:
    try:
        jwk = json_object(text)
    except ValueError as error:
        raise ValueError(f"This JWK cannot be read: {error}.") from None
    if jwk.keys() & JWK_SECRETS:
        raise ValueError("This JWK holds a private key: keep it to yourself, and give the public one.")
    fits = {
        "kty": ("OKP",),
        "crv": ("Ed25519",),
        "use": ("sig",),
        "alg": ("Ed25519", "EdDSA"),
        "key_ops": (["verify"],),
    }
    wrong = [name for name in fits if name in jwk and jwk[name] not in fits[name]]
    if wrong or not {"kty", "crv", "x"} <= jwk.keys() <= JWK_MEMBERS or not isinstance(jwk["x"], str):
        raise ValueError(f"This is no JWK of an Ed25519 signing key{f' (see {wrong[0]})' if wrong else ''}.")
    try:
        return PublicKey(from_b64url(jwk["x"]))
    except ValueError:
        raise ValueError("The x of this JWK is no sound Ed25519 public key: ask for it again.") from None


def _outside(text: str) -> tuple[int, PublicKey]:
    """(rounds of bcrypt, 0 where it is not locked; public half): the part of the format that is never encrypted.

    ValueError unless it is OpenSSH's private format with one Ed25519 key (OpenSSH's PROTOCOL.key).
    """
    block = OPENSSH.fullmatch(text.strip()) if len(text) <= LONGEST else None
    try:
        blob = _base64("".join(block[1].split())) if block else b""
        if not blob.startswith(MAGIC):
            raise ValueError
        cipher, kdf, options, rest = _strings(blob[len(MAGIC) :], 3)
        count, public, _ = struct.unpack(">I", rest[:4])[0], *_strings(rest[4:], 1)
        rounds = struct.unpack(">I", _strings(options, 1)[1])[0] if kdf == b"bcrypt" else 0
        if count != 1 or (cipher == b"none") != (rounds == 0) or not public.startswith(SSH_PREFIX):
            raise ValueError
        return rounds, PublicKey(public[len(SSH_PREFIX) :])
    except (ValueError, struct.error):
        raise ValueError("This is no Ed25519 private key in OpenSSH's format: make one with `key make`.") from None


def _strings(blob: bytes, count: int) -> list[bytes]:
    """`count` strings with their lengths before them, and what is left; ValueError where it ends too soon."""
    found = []
    for _ in range(count):
        (length,) = struct.unpack(">I", blob[:4])
        if len(blob) < 4 + length:
            raise ValueError
        found.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    return [*found, blob]


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("This key's base64 is damaged: copy it again.") from None
    if base64.b64encode(data).decode() != text:
        raise ValueError("This key's base64 is damaged: copy it again.")
    return data
