"""What a file is, told from its first bytes and never from its name. Pure Python: safe on hostile files."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from secondunit.schema import InputError

from .limits import GIB, Limits

HEAD_BYTES = 64


class Kind(StrEnum):
    """The formats that ingest reads."""

    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"
    EXR = "EXR"
    DPX = "DPX"
    MOVIE = "movie"


@dataclass(frozen=True)
class Magic:
    """Bytes at an offset. kind None: known, but not read; `advice` then says what to do instead."""

    at: int
    text: bytes
    kind: Kind | None
    advice: str = ""


MAGIC = (
    Magic(0, b"\xff\xd8\xff", Kind.JPEG),
    Magic(0, b"\x89PNG\r\n\x1a\n", Kind.PNG),
    Magic(0, b"v/1\x01", Kind.EXR),
    Magic(0, b"SDPX", Kind.DPX),
    Magic(0, b"XPDS", Kind.DPX),
    Magic(8, b"CR\x02", None, "a Canon raw file: develop it to a 16-bit TIFF or an EXR first"),
    Magic(0, b"II*\x00", Kind.TIFF),
    Magic(0, b"MM\x00*", Kind.TIFF),
    Magic(0, b"II+\x00", Kind.TIFF),
    Magic(0, b"MM\x00+", Kind.TIFF),
    Magic(4, b"ftyphei", None, "a HEIF picture: convert it to PNG, TIFF or JPEG first"),
    Magic(4, b"ftypmif1", None, "a HEIF picture: convert it to PNG, TIFF or JPEG first"),
    Magic(4, b"ftypavif", None, "an AVIF picture: convert it to PNG or TIFF first"),
    Magic(4, b"ftypcrx", None, "a Canon raw file: develop it to a 16-bit TIFF or an EXR first"),
    Magic(4, b"ftyp", Kind.MOVIE),
    Magic(4, b"moov", Kind.MOVIE),
    Magic(4, b"mdat", Kind.MOVIE),
    Magic(4, b"wide", Kind.MOVIE),
    Magic(4, b"free", Kind.MOVIE),
    Magic(4, b"skip", Kind.MOVIE),
    Magic(0, b"FUJIFILM", None, "a Fuji raw file: develop it to a 16-bit TIFF or an EXR first"),
    Magic(0, b"GIF8", None, "a GIF: its 256 colours are no plate; give a PNG, TIFF, JPEG or EXR"),
    Magic(8, b"WEBP", None, "a WebP picture: convert it to PNG or TIFF first"),
    Magic(0, b"RIFF", None, "an AVI movie: re-wrap it as MOV or MP4 first"),
    Magic(0, b"\x1aE\xdf\xa3", None, "a Matroska or WebM movie: re-wrap it as MOV or MP4 first"),
    Magic(0, b"\x06\x0e+4", None, "an MXF movie: re-wrap it as MOV or export an EXR sequence first"),
    Magic(0, b"%PDF", None, "a PDF: export the picture in it as PNG or TIFF first"),
    Magic(0, b"PK\x03\x04", None, "a ZIP archive: unpack it and give the pictures inside"),
    Magic(0, b"8BPS", None, "a Photoshop document: export it as TIFF, PNG or EXR first"),
)
RAW_SUFFIXES = {".dng", ".nef", ".arw", ".orf", ".rw2", ".pef", ".srw", ".cr2", ".cr3", ".nrw", ".3fr", ".iiq"}
TAKES = "Second Unit takes JPEG, PNG, TIFF, EXR, DPX, MOV and MP4"


def sniff(path: Path, limits: Limits) -> Kind:
    """The kind of `path`; raises InputError when it is missing, empty, too big or nothing that we read."""
    head = _head(path, limits)
    if path.suffix.lower() in RAW_SUFFIXES:
        raise InputError(f"{path.name} is a camera raw file: develop it to a 16-bit TIFF or an EXR first.")
    for magic in MAGIC:
        if head[magic.at : magic.at + len(magic.text)] == magic.text:
            if magic.kind is None:
                raise InputError(f"{path.name} is {magic.advice}.")
            return magic.kind
    raise InputError(f"{path.name} is no picture or movie that we know ({_likeness(head)}); {TAKES}.")


def _head(path: Path, limits: Limits) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder where a file is needed: give a picture, a movie or a pattern in it.")
        if not path.is_file():
            what = f"{path} is no plain file" if path.exists() else f"There is no file {path}"
            raise InputError(f"{what}: check the path.")
        size = path.stat().st_size
        if size == 0:
            raise InputError(f"{path.name} is empty (0 bytes): copy or export it again.")
        if size > limits.file_bytes:
            raise InputError(
                f"{path.name} has {size / GIB:.1f} GiB, more than the {limits.file_bytes / GIB:.1f} GiB we take in: "
                "cut the shot out of it first."
            )
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError as error:
        raise InputError(f"{path} cannot be opened ({error.strerror}): check the path and its permissions.") from error


def _likeness(head: bytes) -> str:
    if all(32 <= byte < 127 or byte in b"\t\r\n\f" or byte >= 128 for byte in head):
        return f"it begins as text: {head[:16].decode('utf-8', 'replace')!r}"
    return f"it begins with bytes {head[:8].hex(' ')}"
