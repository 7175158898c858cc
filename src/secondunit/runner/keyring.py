"""A user's own keys, in their configuration folder: keys/NAME.key (OpenSSH private format) and NAME.pub beside it.

The folder is $SECONDUNIT_CONFIG, else $XDG_CONFIG_HOME/secondunit, else ~/.config/secondunit.

How a person's name becomes NAME: a readable stump (a-z and 0-9) and 32 digits of the SHA-256 of the exact name. So
names that differ never share a file, also where file systems fold case or accents, where a percent-encoded name would
be too long, or where it would be `..`; and what a name holds never reaches the file system. Names that can show as
others (direction overrides, isolates, invisible separators) are refused: a person would sign under them.
"""

import hashlib
import os
import re
import secrets
import stat
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from secondunit.runner import agent
from secondunit.schema import Claims, InputError
from secondunit.schema.names import FORMS, PERSON
from secondunit.trust import jws, keys
from secondunit.trust.jws import Typ
from secondunit.trust.keys import PrivateKey, PublicKey, Signer, WrongPassphrase

Ask = Callable[[str], str]
"""Asks a person for a passphrase without showing it; given: what for."""
FROM_FILE = "SECONDUNIT_PASSPHRASE_FILE"
DECEPTIVE = re.compile("[\u00ad\u034f\u061c\u115f\u180e\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
"""Characters that turn the direction of what follows, or that nobody sees. Plain marks (RLM, LRM) and joiners, which
names in Arabic, Hebrew and Indic scripts need, are none of them."""
LARGEST = 64 * 1024


class Shown(NamedTuple):
    """locked: whether a passphrase is needed; None where the private half is not in the folder. path: the file."""

    public: PublicKey
    locked: bool | None
    path: Path


def key_folder() -> Path:
    """Where keys are kept; it need not exist. InputError where no home is known."""
    own = os.environ.get("SECONDUNIT_CONFIG")
    if own:
        return Path(own).absolute() / "keys"
    shared = os.environ.get("XDG_CONFIG_HOME", "")
    if Path(shared).is_absolute():  # the specification has others ignored
        return Path(shared) / "secondunit" / "keys"
    try:
        return Path.home() / ".config" / "secondunit" / "keys"
    except RuntimeError as error:
        raise InputError("No home folder is known: say where keys are kept with SECONDUNIT_CONFIG.") from error


def file_name(person: str) -> str:
    """NAME: see above. InputError for what is no person's name, or one that can show as another."""
    if (
        not re.fullmatch(PERSON, person)
        or person != person.strip()
        or any(unicodedata.category(letter) == "Cs" for letter in person)
    ):
        raise InputError(f"{person[:40]!r} cannot be a person here: {FORMS[PERSON]}, nor spaces around it.")
    hidden = DECEPTIVE.search(person)
    if hidden:
        raise InputError(f"The name has U+{ord(hidden[0]):04X}, which nobody can see: write {person!a} without it.")
    plain = unicodedata.normalize("NFKD", person).encode("ascii", "ignore").decode().lower()
    stump = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "person"
    return f"{stump}-{hashlib.sha256(person.encode()).hexdigest()[:32]}"


def make(person: str, passphrase: str | None) -> PublicKey:
    """A new key of this person's; passphrase None leaves it open, which is lower assurance.

    InputError where they have one (it is never overwritten), and where the folder is not theirs alone.
    """
    check_free(person)
    with _given_back():
        key = keys.generate()
        text = keys.private_text(key, passphrase)
    with _folder(create=True) as folder:
        name = file_name(person)
        if not _linked(folder, f"{name}.key", text):
            raise _taken(person, key_folder() / f"{name}.key")
        _put(folder, f"{name}.pub", f"{key.public.openssh(person)}\n", mode=0o644)
    return key.public


def check_free(person: str) -> None:
    """InputError where this person has a key here, or something lies where it would."""
    for path in (key_folder() / f"{file_name(person)}{end}" for end in (".key", ".pub")):
        if os.path.lexists(path):
            raise _taken(person, path)


def show(person: str) -> Shown:
    """What is known of a person's key without its passphrase. InputError where there is none."""
    with _given_back():
        text = _key_text(person)
        if text is None:
            return Shown(_public(person), None, key_folder() / f"{file_name(person)}.pub")
        return Shown(keys.public_half(text), keys.is_locked(text), key_folder() / f"{file_name(person)}.key")


def change_passphrase(person: str, old: Ask, new: Callable[[], str] | None) -> PublicKey:
    """Lock the key under another passphrase (None: leave it open). The file is replaced whole, or not at all.

    new: asked once the old one has opened the key. Errors as `signer`.
    """
    with _given_back():
        key = _unlocked(person, old)
        passphrase = new() if new else None
        text = keys.private_text(key, passphrase)
        keys.read_private(text, passphrase)
    with _folder() as folder:
        _put(folder, f"{file_name(person)}.key", text)
    return key.public


def signer(person: str, ask: Ask) -> Signer:
    """Whoever signs for this person: an ssh-agent that holds their key, else the key's file.

    The passphrase comes from the file that SECONDUNIT_PASSPHRASE_FILE names, else from `ask`, and is kept nowhere.
    InputError where there is no key, it does not open, or others can read or change it.
    """
    with _given_back():
        return agent.find(show(person).public) or _unlocked(person, ask)


def is_here(person: str) -> bool:
    """Whether this person has a key here, or its public half. InputError for what is no person's name."""
    return any(os.path.lexists(key_folder() / f"{file_name(person)}{end}") for end in (".key", ".pub"))


def sign_claims(claims: Claims, signer: Signer) -> str:
    """The signature on a move, as a compact JWS."""
    return jws.sign(claims.to_json().encode(), signer, Typ.MOVE)


def passphrase_given() -> str | None:
    """From the file that SECONDUNIT_PASSPHRASE_FILE names, or None; InputError where others can read that file."""
    named = os.environ.get(FROM_FILE)
    if not named:
        return None
    path = Path(named).absolute()
    found = _found(path)
    if found is None:
        raise InputError(f"{FROM_FILE} names {path}, which is not there: check the path.")
    # Bytes that are no UTF-8 go through as a terminal's do.
    given = found.decode("utf-8", "surrogateescape").partition("\n")[0].removesuffix("\r")
    if not given:
        raise InputError(f"{FROM_FILE} names {path}, whose first line is empty: write the passphrase there.")
    return given


def _taken(person: str, path: Path) -> InputError:
    return InputError(
        f"{person} has a key, {path}: it is never overwritten. `secondunit key show` shows its public half; to begin "
        "anew, move the file away and tell every production."
    )


def _unlocked(person: str, ask: Ask) -> PrivateKey:
    text = _key_text(person)
    if text is None:
        _public(person)
        raise InputError(f"The key of {person} is not here, only its public half: start the ssh-agent that holds it.")
    if not keys.is_locked(text):
        return keys.read_private(text, None)
    given = passphrase_given()
    try:
        return keys.read_private(text, given if given is not None else ask(f"Passphrase of {person}: "))
    except WrongPassphrase:
        where = f": see the file that {FROM_FILE} names" if given is not None else ": type it again"
        raise InputError(f"This passphrase does not open the key of {person}{where}.") from None


def _key_text(person: str) -> str | None:
    found = _found(key_folder() / f"{file_name(person)}.key")
    return None if found is None else found.decode("ascii", "replace")


def _public(person: str) -> PublicKey:
    """From the .pub file alone, as one has it whose private half is in an agent or a token."""
    path = key_folder() / f"{file_name(person)}.pub"
    found = _found(path, hidden=False)
    if found is None:
        raise InputError(f"{person} has no key in {path.parent}: make one with `secondunit key make`.")
    return keys.read_public(found.decode("utf-8", "replace"))


def _found(path: Path, *, hidden: bool = True) -> bytes | None:
    """The bytes of a file of this user's own, None where there is none; InputError as `_own` has it."""
    try:
        with _folder(path.parent) as folder:
            return _own(folder, path, hidden)
    except FileNotFoundError:
        return None


@contextmanager
def _given_back() -> Iterator[None]:
    """What the pure room calls a wrong value is, here, wrong input; its sentence stays, what caused it does not."""
    try:
        yield
    except ValueError as error:
        raise InputError(str(error)) from None


@contextmanager
def _folder(path: Path | None = None, *, create: bool = False) -> Iterator[int]:
    """A descriptor of a folder that nobody else can write to. FileNotFoundError where there is none."""
    path = path or key_folder()
    try:
        if create:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                path.mkdir(mode=0o700)
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise InputError(f"{path} is no folder to keep keys in ({error.strerror}): it must be a plain one.") from error
    try:
        _check_folder(os.fstat(folder), path)
        for above in path.resolve().parents:
            _check_folder(above.stat(), above)
        yield folder
    finally:
        os.close(folder)


def _check_folder(found: os.stat_result, path: Path) -> None:
    """InputError where others could put another file in place: they own it, or may write and it is not sticky."""
    if found.st_uid not in (os.geteuid(), 0):
        raise InputError(f"{path} belongs to somebody else: keep keys in a folder of your own.")
    if found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX:
        raise InputError(f"Others can write to {path}, so a key there is not safe: chmod go-w {path}")


def _own(folder: int, path: Path, hidden: bool) -> bytes:
    """A small plain file in `folder` that only its owner, this user, can write, and read if `hidden`."""
    try:
        file = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): it must be a plain file of your own.") from error
    try:
        _check_file(os.fstat(file), path, hidden)
        return os.read(file, LARGEST)
    finally:
        os.close(file)


def _check_file(found: os.stat_result, path: Path, hidden: bool) -> None:
    if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
        raise InputError(f"{path} is no small plain file: put the key's own file there.")
    if found.st_uid != os.geteuid():
        raise InputError(f"{path} belongs to somebody else: use a key of your own.")
    if hidden and found.st_mode & 0o077:
        raise InputError(f"Others can read {path}, so it is no secret any more: chmod 600 {path}, or make another.")
    if found.st_mode & 0o022:
        raise InputError(f"Others can write to {path}: chmod go-w {path}, and see whether it is still yours.")


def _linked(folder: int, name: str, text: str) -> bool:
    """Put a whole, private file under a name that is free; False where it is taken."""
    with _writing(folder, text, 0o600) as part:
        try:
            os.link(part, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError:
            return False
        finally:
            os.unlink(part, dir_fd=folder)
        os.fsync(folder)
    return True


def _put(folder: int, name: str, text: str, mode: int = 0o600) -> None:
    """The same, in place of what is there."""
    with _writing(folder, text, mode) as part:
        os.replace(part, name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)


@contextmanager
def _writing(folder: int, text: str, mode: int) -> Iterator[str]:
    """The name of a whole new file, forced to disk, to be put in its place; InputError where that cannot be done."""
    part = f".{secrets.token_hex(8)}.part"
    try:
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode, dir_fd=folder)
        with open(file, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(file)
        yield part
    except OSError as error:
        with suppress(OSError):
            os.unlink(part, dir_fd=folder)
        raise InputError(
            f"No key can be written to {key_folder()}: {error.strerror}; see to it and try again."
        ) from error
