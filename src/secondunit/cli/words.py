"""What people type, turned into values; raises InputError that says how to type it."""

from collections.abc import Sequence

from secondunit.schema import InputError

Pixel = tuple[float, float]
CALLED = {
    "actor": "--as",
    "apparent_age": "--from",
    "by_years": "--by",
    "event_frame": "--event",
    "face_at": "--at",
    "name": "NAME",
    "regions": "--region",
    "roles": "--role",
    "shot": "SHOT",
    "source": "FILE|PATTERN",
    "status": "STATUS",
    "subject": "SHOT/b001|SHOT/v003",
    "text": "TEXT",
    "to_age": "--to",
    "version": "SHOT/v003",
}
"""Field of a record -> what the command line calls it, where that is not `--field-name`."""


def called(field: str) -> str:
    """What the command line calls a record's field; field: dotted, such as `roles.0`."""
    first = field.partition(".")[0]
    return CALLED.get(first, f"--{first.replace('_', '-')}")


def corners(text: str) -> tuple[Pixel, Pixel, Pixel, Pixel]:
    """`"x,y x,y x,y x,y"` in plate pixels, clockwise from the facade's top left."""
    pairs = [pair(word, "--facade") for word in text.replace(";", " ").split()]
    if len(pairs) != 4:
        raise InputError(
            f'--facade has {len(pairs)} corners, {text!r}: give four as "x,y x,y x,y x,y", clockwise from the top left.'
        )
    return pairs[0], pairs[1], pairs[2], pairs[3]


def pair(text: str, option: str) -> Pixel:
    """`"a,b"` as two numbers."""
    words = text.split(",")
    try:
        first, second = (float(word) for word in words)
    except ValueError:
        raise InputError(f'{option} has {text!r} where two numbers are needed: write "a,b" without a space.') from None
    return first, second


def weights(texts: Sequence[str], option: str) -> dict[str, float]:
    """`NAME=NUMBER` words as a table."""
    found = {}
    for text in texts:
        name, _, number = text.partition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError:
            raise InputError(f'{option} has {text!r} where NAME=NUMBER is needed, such as "forehead=0.5".') from None
    return found


def version_name(text: str) -> tuple[str, str]:
    """`SHOT/v003` as (SHOT, v003)."""
    shot, slash, version = text.partition("/")
    if not (shot and slash and version.startswith("v")):
        raise InputError(f"{text!r} names no version: write SHOT/v003; `secondunit versions` lists them.")
    return shot, version
