"""The letters that the reading network knows, out of its own file: ONNX keeps them as a note beside the weights."""

from collections.abc import Iterator

NOTE, KEY, VALUE = 14, 1, 2
"""Numbers of the fields `metadata_props`, and of a note's key and value, in ONNX's protobuf."""
LETTERS = b"character"
VARINT, BYTES = 0, 2


def alphabet(onnx: bytes) -> tuple[str, ...]:
    """What each class of the network means: nothing (its blank), the letters as listed, a space. Raises ValueError."""
    for number, note in fields(onnx):
        if number == NOTE:
            held = dict(fields(note))
            if held.get(KEY) == LETTERS:
                return ("", *held[VALUE].decode().splitlines(), " ")
    raise ValueError("the reading network lists no letters")


def fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, content) of the fields of a protobuf message that hold bytes; numbers are passed over."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        value, at = _varint(message, at)
        if tag & 7 == BYTES:
            yield tag >> 3, message[at : at + value]
            at += value
        elif tag & 7 != VARINT:
            raise ValueError(f"a field of kind {tag & 7}, which ONNX does not use here")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (message[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if message[at - 1] < 128:
            return value, at
