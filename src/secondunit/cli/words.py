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
    "stills": "--still",
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


def strength(text: str) -> tuple[tuple[int, float], ...]:
    """`0.8`, or keys as `FRAME:SHARE,FRAME:SHARE`, frames counted from the plate's first, which is 0."""
    try:
        if ":" not in text:
            return ((0, float(text)),)
        keys = (word.split(":") for word in text.split(","))
        return tuple((int(frame), float(share)) for frame, share in keys)
    except ValueError:
        raise InputError(
            f"--strength has {text!r}: write one number, such as 0.8, or FRAME:SHARE keys, such as 0:0,24:1 (0 is the "
            "plate's first frame)."
        ) from None


def look_version(text: str) -> str:
    """`NAME/v002`, as it was written; raises InputError where no version is named."""
    name, slash, version = text.partition("/")
    if not (name and slash and version.startswith("v")):
        raise InputError(
            f"{text!r} names no version of a look: write NAME/v002; `secondunit look show NAME` lists them."
        )
    return text


def version_name(text: str) -> tuple[str, str]:
    """`SHOT/v003` as (SHOT, v003)."""
    shot, slash, version = text.partition("/")
    if not (shot and slash and version.startswith("v")):
        raise InputError(f"{text!r} names no version: write SHOT/v003; `secondunit versions` lists them.")
    return shot, version
