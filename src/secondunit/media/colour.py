"""Colour through OCIO: the config by exact name, input spaces given or guessed and said, views for previews.

Only the `opencolorio` module is used: the OCIO inside OpenImageIO is of another release and reads other configs.
"""

import functools
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secondunit.schema import InputError

if TYPE_CHECKING:
    import PyOpenColorIO

CONFIG = "studio-config-v4.0.0_aces-v2.0_ocio-v2.5"
WORKING = "ACEScg"
SRGB = "sRGB Encoded Rec.709 (sRGB)"
GAMMA24 = "Gamma 2.4 Encoded Rec.709"
LINEAR709 = "Linear Rec.709 (sRGB)"
COMPOSED = {
    "Gamma 2.4 Encoded Rec.2020": (2.4, "Linear Rec.2020"),
    "Gamma 2.4 Encoded P3-D65": (2.4, "Linear P3-D65"),
}
"""Display encodings that the config lacks: a plain exponent, then one of its linear spaces."""
SHORT_ALIASES = {"raw", "none", "aces", "srgb"}
"""Aliases too common as words in a file name to mean a colour space."""
CAMERA_WORDS = {
    "logc3": "ARRI LogC3 (EI800)",
    "logc4": "ARRI LogC4",
    "vlog": "V-Log V-Gamut",
    "dlog": "D-Log D-Gamut",
    "applelog": "Apple Log",
    "log3g10": "Log3G10 REDWideGamutRGB",
}
"""Words in a file name that stand for one camera encoding only."""
PRIMARIES = {
    "ACES2065-1": (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767),
    "ACEScg": (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767),
    LINEAR709: (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290),
    "Linear Rec.2020": (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290),
    "Linear P3-D65": (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290),
    "Linear AdobeRGB": (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127, 0.3290),
    "Linear ARRI Wide Gamut 3": (0.684, 0.313, 0.221, 0.848, 0.0861, -0.102, 0.3127, 0.3290),
    "Linear ARRI Wide Gamut 4": (0.7347, 0.2653, 0.1424, 0.8576, 0.0991, -0.0308, 0.3127, 0.3290),
    "Linear S-Gamut3": (0.730, 0.280, 0.140, 0.855, 0.100, -0.050, 0.3127, 0.3290),
    "Linear S-Gamut3.Cine": (0.766, 0.275, 0.225, 0.800, 0.089, -0.087, 0.3127, 0.3290),
    "Linear REDWideGamutRGB": (0.780308, 0.304253, 0.121595, 1.493994, 0.095612, -0.084589, 0.3127, 0.3290),
    "Linear V-Gamut": (0.730, 0.280, 0.165, 0.840, 0.100, -0.030, 0.3127, 0.3290),
}
"""Linear spaces by the chromaticities (red, green, blue, white) that an EXR header carries."""
PROFILES = (
    ("display p3", "sRGB Encoded P3-D65"),
    ("p3 d65", "sRGB Encoded P3-D65"),
    ("adobe rgb", "Gamma 2.2 Encoded AdobeRGB"),
    ("adobergb", "Gamma 2.2 Encoded AdobeRGB"),
    ("srgb", SRGB),
    ("rec. 709", GAMMA24),
    ("rec.709", GAMMA24),
)
WIDE_PROFILES = ("prophoto", "romm", "wide gamut", "eci", "cmyk", "swop", "fogra")
TRANSFERS = {
    "SMPTE2084": "Rec.2100-PQ - Display",
    "ARIB_STD_B67": "Rec.2100-HLG - Display",
    "IEC61966_2_1": SRGB,
    "GAMMA22": "Gamma 2.2 Encoded Rec.709",
    "LINEAR": LINEAR709,
}
DPX_TRANSFERS = {"Linear": LINEAR709, "ITU-R 709-4": GAMMA24}
BANDS, SMALL = 4, 300_000
"""Bands of rows a big picture is transformed in; values below which one call does."""
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Guess:
    """An input space, and in one sentence who says so."""

    space: str
    said: str


@dataclass(frozen=True)
class View:
    """How a plate is shown: an OCIO display and view. trc: the transfer tag of a movie made through it."""

    display: str
    view: str
    trc: str

    def __str__(self) -> str:
        return f"{self.display} / {self.view}"


PHOTOGRAPH = View("sRGB - Display", "Un-tone-mapped", "iec61966-2-1")
VIDEO = View("Rec.1886 Rec.709 - Display", "Un-tone-mapped", "bt709")
SCENE = View("sRGB - Display", "ACES 2.0 - SDR 100 nits (Rec.709)", "iec61966-2-1")


@functools.cache
def config() -> "PyOpenColorIO.Config":
    """The pinned config; raises InputError when the installed OCIO has none of that name."""
    import PyOpenColorIO as ocio

    try:
        return ocio.Config.CreateFromBuiltinConfig(CONFIG)
    except Exception as error:
        raise InputError(f"OCIO {ocio.__version__} lacks {CONFIG} ({error}): install opencolorio 2.6.") from error


def named(text: str) -> str:
    """The config's own name for a space given by name, alias or role; raises InputError that lists near names."""
    if text in COMPOSED:
        return text
    found = config().getColorSpace(text)
    if found is None:
        raise InputError(
            f"{text!r} is no colour space of {CONFIG}{_near(text)}; give one of its names or aliases, e.g. 'ACEScg'."
        )
    if found.isData():
        raise InputError(f"{text!r} holds data, not colours: give the space that the pixels were encoded in.")
    return str(found.getName())


def to_working(pixels: Array, space: str) -> Array:
    """float32 (H, W, 3) in `space` to scene-linear ACEScg, a new array. Exact functions, not OCIO's fast ones."""
    out = np.array(pixels, np.float32, order="C")
    if named(space) != WORKING:
        _apply(_input_processor(named(space)), out)
    return out


def view_for(space: str) -> View:
    """The view in which a plate of that input space looks as it was handed over.

    Display-referred pictures come back un-tone-mapped, as the same code values; scene-referred ones (linear, log) and
    HDR video go through the ACES 2.0 SDR view.
    """
    name = named(space)
    if name in COMPOSED or name == GAMMA24:
        return VIDEO
    encoding = config().getColorSpace(name).getEncoding()
    return PHOTOGRAPH if encoding == "sdr-video" else SCENE


def show(pixels: Array, view: View) -> Array:
    """ACEScg float or half (H, W, 3) as uint8 display code values, rounded to nearest."""
    seen = np.ascontiguousarray(pixels, np.float16 if pixels.dtype == np.float16 else np.float32)
    out: Array = np.empty(seen.shape, np.uint8)
    processor = _view_processor(view.display, view.view, seen.dtype == np.float16)
    _in_bands(lambda part, to: processor.apply(_packed(part), _packed(to)), seen, out)
    return out


def guess(kind: str, hints: Mapping[str, str], name: str) -> Guess:
    """The input space of a file from what it says of itself.

    kind: `sniff.Kind`. hints: what the decoder found: `interop`, `profile`, `float`, `chromaticities`, `aces`, and for
    movies `primaries`, `transfer`. Raises InputError when a wrong guess would ruin the picture.
    """
    if stated := _stated(hints, name):
        return stated
    if kind == "movie":
        return _guess_movie(hints)
    if kind == "EXR":
        return _guess_exr(hints)
    if kind == "DPX" and hints.get("transfer", "") in DPX_TRANSFERS:
        space = DPX_TRANSFERS[hints["transfer"]]
        return Guess(space, f"The DPX says its transfer is {hints['transfer']}: read as {space}.")
    if kind == "DPX":
        raise InputError(
            f"{name} is a DPX with {hints.get('transfer') or 'no'} transfer: its log encoding cannot be guessed; "
            "say which with --colorspace, e.g. 'ADX10' or 'ARRI LogC3 (EI800)'."
        )
    return _guess_still(kind, hints, name)


def _stated(hints: Mapping[str, str], name: str) -> Guess | None:
    interop = hints.get("interop", "")
    found = config().getColorSpace(interop) if interop else None
    if found is not None and not found.isData():
        return Guess(str(found.getName()), f"The header says {interop}: read as {found.getName()}.")
    words = [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word]
    for length in (4, 3, 2, 1):
        for start in range(len(words) - length + 1):
            alias = "_".join(words[start : start + length])
            space = _aliases().get(alias)
            if space and alias not in SHORT_ALIASES:
                return Guess(space, f"The file name says {alias}: read as {space}; --colorspace overrides.")
    return None


def _guess_exr(hints: Mapping[str, str]) -> Guess:
    if hints.get("aces") == "1":
        return Guess("ACES2065-1", "The header carries the ACES container flag: read as ACES2065-1.")
    if text := hints.get("chromaticities"):
        numbers = np.array([float(number) for number in text.split()])
        for space, primaries in PRIMARIES.items():
            if np.abs(numbers - primaries).max() < 2e-3:
                return Guess(space, f"The header's chromaticities are those of {space}.")
        raise InputError(
            f"The EXR's chromaticities ({text}) belong to no space that we know: say the space with --colorspace."
        )
    return Guess(
        LINEAR709,
        "The EXR names no colour space: read as scene-linear Rec.709, the EXR standard's default; "
        "if it is ACEScg or a camera's linear, say so with --colorspace.",
    )


def _guess_still(kind: str, hints: Mapping[str, str], name: str) -> Guess:
    if hints.get("float") == "1":
        return Guess(LINEAR709, f"A floating-point {kind}: read as scene-linear Rec.709; --colorspace overrides.")
    profile = hints.get("profile", "").lower()
    if any(word in profile for word in WIDE_PROFILES):
        raise InputError(
            f"{name} has the colour profile {hints['profile']!r}, which {CONFIG} does not hold: "
            "convert it to Display P3 or sRGB first, or say a space with --colorspace."
        )
    for word, space in PROFILES:
        if word in profile:
            return Guess(space, f"Its colour profile is {hints['profile']!r}: read as {space}.")
    reason = f"with a profile unknown to us ({hints['profile']!r})" if profile else "that names no colour space"
    return Guess(SRGB, f"A {kind} {reason}: read as sRGB; --colorspace overrides.")


def _guess_movie(hints: Mapping[str, str]) -> Guess:
    transfer, primaries = hints.get("transfer", "UNSPECIFIED"), hints.get("primaries", "UNSPECIFIED")
    tags = f"The movie's tags are primaries {primaries}, transfer {transfer}"
    if transfer in TRANSFERS:
        space = TRANSFERS[transfer]
    elif primaries == "BT2020":
        space = "Gamma 2.4 Encoded Rec.2020"
    elif primaries == "SMPTE432":
        space = "Gamma 2.4 Encoded P3-D65"
    else:
        space = GAMMA24
    if "UNSPECIFIED" in (transfer, primaries):
        return Guess(space, f"{tags}: read as {space}; if it is camera log, say which with --colorspace.")
    return Guess(space, f"{tags}: read as {space}.")


def _apply(processor: "PyOpenColorIO.CPUProcessor", pixels: Array) -> None:
    """Transform in place."""
    _in_bands(processor.applyRGB, pixels)


def _in_bands(apply: Callable[..., None], *pictures: Array) -> None:
    """Transform in bands of rows on threads: OCIO lets go of the interpreter while it works.

    The number of bands does not depend on the machine, so that its results do not either.
    """
    if pictures[0].size < SMALL:
        apply(*pictures)
        return
    with ThreadPoolExecutor(BANDS) as pool:
        list(pool.map(apply, *(np.array_split(picture, min(BANDS, len(picture))) for picture in pictures)))


def _packed(picture: Array) -> "PyOpenColorIO.PackedImageDesc":
    """A contiguous picture (H, W, 3) as OCIO takes it."""
    import PyOpenColorIO as ocio

    depth = {1: ocio.BIT_DEPTH_UINT8, 2: ocio.BIT_DEPTH_F16, 4: ocio.BIT_DEPTH_F32}[picture.itemsize]
    height, width = picture.shape[:2]
    return ocio.PackedImageDesc(picture, width, height, ocio.CHANNEL_ORDERING_RGB, depth, *picture.strides[::-1])


@functools.cache
def _input_processor(space: str) -> "PyOpenColorIO.CPUProcessor":
    import PyOpenColorIO as ocio

    gamma, linear = COMPOSED.get(space, (0.0, space))
    transform = ocio.GroupTransform()
    if gamma:
        curve = ocio.ExponentTransform([gamma, gamma, gamma, 1.0])
        curve.setNegativeStyle(ocio.NEGATIVE_MIRROR)
        transform.appendTransform(curve)
    transform.appendTransform(ocio.ColorSpaceTransform(linear, WORKING))
    return config().getProcessor(transform).getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)


@functools.cache
def _view_processor(display: str, view: str, half: bool) -> "PyOpenColorIO.CPUProcessor":
    """To eight bits, from half floats or from floats."""
    import PyOpenColorIO as ocio

    transform = ocio.DisplayViewTransform(src=WORKING, display=display, view=view)
    depths = ocio.BIT_DEPTH_F16 if half else ocio.BIT_DEPTH_F32, ocio.BIT_DEPTH_UINT8
    return config().getProcessor(transform).getOptimizedCPUProcessor(*depths, ocio.OPTIMIZATION_DEFAULT)


@functools.cache
def _aliases() -> dict[str, str]:
    out = dict(CAMERA_WORDS)
    for space in config().getColorSpaces():
        for alias in (space.getName(), *space.getAliases()):
            out["_".join(re.findall(r"[a-z0-9]+", alias.lower()))] = str(space.getName())
    return {alias: name for alias, name in out.items() if not config().getColorSpace(name).isData()}


def _near(text: str) -> str:
    import difflib

    names = [space.getName() for space in config().getColorSpaces()]
    close = difflib.get_close_matches(text, names, n=3, cutoff=0.5)
    return f" (near: {', '.join(close)})" if close else ""
