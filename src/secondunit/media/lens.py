"""What a header says of the lens: focal length, and its 35 mm equivalent where it can be known."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .header import Field, text

FULL_FRAME_MM = (36.0, 24.0)
FOCAL = ("Exif:FocalLength", "nominalFocalLength", "focalLength", "effectiveFocalLength", "FocalLength")
FOCAL_35 = (
    "Exif:FocalLengthIn35mmFilm",
    "FocalLengthIn35mmFilm",
    "com.apple.quicktime.camera.focal_length.35mm_equivalent",
)
MM_PER_UNIT = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
"""EXIF FocalPlaneResolutionUnit: inch, centimetre, millimetre, micrometre."""
EXIF_NAMES = ("Make", "Model", "DateTime", "Software", "Artist", "Copyright", "ImageDescription")
EXIF_PREFIXES = ("Exif:", "GPS:", "camera", "lens", "com.apple.quicktime.")


@dataclass(frozen=True)
class Lens:
    """Focal lengths in mm, None where the header is silent; notes: what is doubtful about them."""

    focal_mm: float | None
    focal_35mm_mm: float | None
    notes: tuple[str, ...] = ()


def read_lens(fields: Mapping[str, Field], width: int, height: int) -> Lens:
    """Lens data from header fields of a picture of width x height pixels.

    Without the 35 mm field, the sensor's size follows from the focal-plane resolution (EXIF 2.3, 41486-41488), and the
    equivalent from the diagonals, as CIPA DCG-001 defines it.
    """
    focal, equivalent = _first(fields, FOCAL), _first(fields, FOCAL_35)
    notes = []
    if equivalent is None and focal is not None:
        equivalent = _equivalent(fields, focal)
        if equivalent is not None:
            notes.append(f"35 mm equivalent {equivalent:.1f} mm worked out from {focal:g} mm and the sensor's size")
    shot = (_number(fields, "Exif:PixelXDimension"), _number(fields, "Exif:PixelYDimension"))
    if equivalent is not None and shot[0] and shot[1] and not _same_shape(shot[0] / shot[1], width / height):
        notes.append(
            f"the camera made {shot[0]:.0f} x {shot[1]:.0f} pixels but the picture has {width} x {height}: it was "
            "cropped, so its focal length no longer holds; give --focal-mm"
        )
        equivalent = None
    return Lens(focal, equivalent, tuple(notes))


def exif(fields: Mapping[str, Field]) -> dict[str, str]:
    """The camera's fields as text."""
    return {name: text(field) for name, field in fields.items() if _is_exif(name)}


def _is_exif(name: str) -> bool:
    return name in EXIF_NAMES or name.startswith(EXIF_PREFIXES) or name in FOCAL


def _equivalent(fields: Mapping[str, Field], focal: float) -> float | None:
    per_unit = _number(fields, "Exif:FocalPlaneXResolution")
    unit = MM_PER_UNIT.get(int(_number(fields, "Exif:FocalPlaneResolutionUnit") or 2))
    wide, high = _number(fields, "Exif:PixelXDimension"), _number(fields, "Exif:PixelYDimension")
    if not (per_unit and unit and wide and high):
        return None
    diagonal = math.hypot(wide, high) / per_unit * unit
    equivalent = focal * math.hypot(*FULL_FRAME_MM) / diagonal
    return equivalent if 5 <= equivalent <= 2000 else None


def _same_shape(a: float, b: float) -> bool:
    """Same aspect ratio within 2 %, upright or turned."""
    return min(abs(a / b - 1), abs(a * b - 1)) < 0.02


def _first(fields: Mapping[str, Field], names: tuple[str, ...]) -> float | None:
    numbers = (_number(fields, name) for name in names)
    return next((number for number in numbers if number), None)


def _number(fields: Mapping[str, Field], name: str) -> float | None:
    if name not in fields:
        return None
    try:
        value = float(text(fields[name]).split()[0])
    except (ValueError, IndexError):
        return None
    return value if math.isfinite(value) and value > 0 else None
