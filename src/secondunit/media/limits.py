"""How much of an untrusted file we are ready to decode; anything beyond is refused by name, before pixels are read."""

from dataclasses import dataclass

GIB = 1024**3


@dataclass(frozen=True)
class Limits:
    """Caps on what ingest takes in.

    side_px, pixels: of one picture, data and display window alike (128 Mi pixels: a 100 megapixel camera fits).
    file_bytes: of one file on disk. memory_bytes: address space of the decoding child. frame_s: wall and CPU seconds
    for one frame. frames: of one plate.
    """

    side_px: int = 32_768
    pixels: int = 128 * 1024**2
    file_bytes: int = 64 * GIB
    memory_bytes: int = 6 * GIB
    frame_s: float = 60.0
    frames: int = 10_000
