"""Header fields of an EXR file as plain data, so that they cross from the decoding child and survive a round trip.

A field is JSON: `{"type": T, "value": V}`. Types that this version does not know travel as `opaque` bytes.
"""

import base64
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from .timecode import Timecode

Field = dict[str, Any]
STRUCTURE = {
    "channels", "compression", "dataWindow", "displayWindow", "lineOrder", "pixelAspectRatio", "type", "tiles",
    "chunkCount", "name", "view", "multiView", "version", "maxSamplesPerPixel", "preview", "dwaCompressionLevel",
    "zipCompressionLevel", "deepImageState", "screenWindowCenter", "screenWindowWidth", "zstdCompressionLevel",
}  # fmt: skip
"""Fields that describe how this very file is laid out: written anew, never carried."""
COLOUR = {"chromaticities", "acesImageContainerFlag", "colorInteropID", "oiio:ColorSpace", "adoptedNeutral"}
"""Fields that stop being true when pixels become ACEScg: kept under `source/` for the record."""
TIMECODE = (
    "hours", "minutes", "seconds", "frame", "dropFrame", "colorFrame", "fieldPhase", "bgf0", "bgf1", "bgf2", "userData"
)  # fmt: skip


def encode(value: object) -> Field:
    """A value of the OpenEXR module as JSON. Unknown objects become their text."""
    import OpenEXR

    kind = type(value).__name__
    simple = {"bool": int, "int": int, "float": float, "str": str}
    if kind in simple:
        return {"type": kind, "value": value}
    if isinstance(value, np.ndarray):
        return {"type": "array", "value": value.ravel().tolist(), "dtype": value.dtype.str, "shape": list(value.shape)}
    if isinstance(value, Fraction):
        return {"type": "rational", "value": [value.numerator, value.denominator]}
    if isinstance(value, tuple | list):
        return {"type": kind, "value": [encode(item) for item in value]}
    if kind == "TimeCode":
        return {"type": "timecode", "value": [int(getattr(value, part)) for part in TIMECODE]}
    if kind == "KeyCode":
        return {"type": "keycode", "value": [int(word) for word in str(value).strip("()").split(",")]}
    if isinstance(value, OpenEXR.OpaqueAttribute):
        return {"type": "opaque", "value": base64.b64encode(value.data).decode(), "of": value.typeName}
    if kind == "Envmap":
        return {"type": "envmap", "value": getattr(value, "name", "")}
    return {"type": "str", "value": str(value)}


def decode(field: Field) -> object:
    """What OpenEXR writes for the field; the inverse of `encode`."""
    import OpenEXR

    kind, value = field["type"], field["value"]
    if kind in ("int", "float", "str", "bool"):
        return int(value) if kind == "bool" else value
    if kind == "array":
        return np.asarray(value, dtype=np.dtype(field["dtype"])).reshape(field["shape"])
    if kind == "rational":
        return Fraction(*value)
    if kind in ("tuple", "list"):
        items = [decode(item) for item in value]
        return tuple(items) if kind == "tuple" else items
    if kind == "timecode":
        code = OpenEXR.TimeCode()
        for part, word in zip(TIMECODE, value, strict=True):
            setattr(code, part, word)
        return code
    if kind == "keycode":
        return OpenEXR.KeyCode(*value)
    if kind == "opaque":
        return OpenEXR.OpaqueAttribute(base64.b64decode(value), field["of"])
    if kind == "envmap":
        return OpenEXR.ENVMAP_CUBE if value == "ENVMAP_CUBE" else OpenEXR.ENVMAP_LATLONG
    return value


def text(field: Field) -> str:
    """The field for a person to read."""
    kind, value = field["type"], field["value"]
    if kind in ("tuple", "list"):
        return "[" + ", ".join(text(item) for item in value) + "]"
    if kind == "rational":
        return f"{value[0]}/{value[1]}"
    if kind == "timecode":
        return str(to_timecode(field))
    return f"{field['of']}: {value}" if kind == "opaque" else str(value)


def window(box: Any) -> tuple[int, int, int, int]:
    """OpenEXR's box2i as four numbers."""
    (x0, y0), (x1, y1) = box
    return (int(x0), int(y0), int(x1), int(y1))


def of_timecode(code: Timecode) -> Field:
    """The `timeCode` field of a label."""
    words = [code.hours, code.minutes, code.seconds, code.frames, int(code.drop)]
    return {"type": "timecode", "value": words + [0] * (len(TIMECODE) - len(words))}


def to_timecode(field: Field) -> Timecode:
    """The label in a `timeCode` field."""
    hours, minutes, seconds, frames, drop = field["value"][:5]
    return Timecode(hours, minutes, seconds, frames, drop=bool(drop))


def carried(fields: Mapping[str, Field]) -> dict[str, Field]:
    """What a converted frame keeps of its source's header: all but layout, colour under `source/`."""
    out = {}
    for name, field in fields.items():
        if name not in STRUCTURE:
            out[f"source/{name}" if name in COLOUR else name] = field
    return out


def writable(fields: Mapping[str, Field]) -> tuple[dict[str, Field], list[str]]:
    """Fields that OpenEXR accepts, and the names of those it refuses (a hostile or foreign header may hold such)."""
    if _accepted(fields):
        return dict(fields), []
    kept = {name: field for name, field in fields.items() if _accepted({name: field})}
    return kept, sorted(set(fields) - set(kept))


def _accepted(fields: Mapping[str, Field]) -> bool:
    import io

    import OpenEXR

    pixel = {"Y": np.zeros((1, 1), np.float16)}
    try:
        header = {name: decode(field) for name, field in fields.items()}
        header |= {"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}
        OpenEXR.File(header, pixel).write(io.BytesIO())
    except Exception:  # noqa: BLE001 - the binding raises many types for values it cannot store
        return False
    return True
