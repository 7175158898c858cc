"""Ingest: stills, sequences and movies become scene-linear ACEScg half EXR frames, with all they said of themselves.

A worker: it fills a staging folder and returns a record. When it raises, the staging folder is as it was found.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from secondunit.schema import InputError, Plate, WorkFailed
from secondunit.schema.plate import Window

from . import camera_file, colour, frames, lens, proxies, sequence, sidecars
from .header import Field, carried, of_timecode, text, to_timecode, writable
from .limits import Limits
from .sandbox import Decoded, Decoder
from .sniff import Kind, sniff
from .timecode import Timecode, advance, exact_rate, parse

Array = np.ndarray[Any, Any]
FRAME_NAME = "frame.{:04d}.exr"
READ_BYTES = 1 << 20


class Request(Protocol):
    """What ingest reads of `schema.IngestRequest`."""

    @property
    def shot(self) -> str: ...  # noqa: D102 - see schema.IngestRequest
    @property
    def source(self) -> str: ...  # noqa: D102 - see schema.IngestRequest
    @property
    def colorspace(self) -> str | None: ...  # noqa: D102
    @property
    def occluders(self) -> str | None: ...  # noqa: D102
    @property
    def clean(self) -> str | None: ...  # noqa: D102
    @property
    def camera(self) -> str | None: ...  # noqa: D102


@dataclass
class Intake:
    """One plate on its way in: what is asked, what is known so far, and who listens."""

    staging: Path
    name: str
    limits: Limits
    check: Callable[[], None]
    progress: Callable[[str, float, float], None]
    space: str | None
    house_fps: Fraction
    said: str = ""
    notes: list[str] = field(default_factory=list)
    fps: Fraction | None = None
    timecode: Timecode | None = None
    frame_numbers: list[int] = field(default_factory=list)
    first: Decoded | None = None
    header: dict[str, Field] = field(default_factory=dict)
    data_window: Window = (0, 0, 0, 0)

    def note(self, lines: Iterable[str]) -> None:
        """Keep each fact once."""
        for line in lines:
            if line not in self.notes:
                self.notes.append(line)


def ingest(
    request: Request,
    *,
    plate: str,
    folder: str,
    staging: Path,
    fps: float,
    start: int,
    say: Callable[[str], None] = lambda line: None,
    check: Callable[[], None] = lambda: None,
    progress: Callable[[str, float, float], None] = lambda stage, done, total: None,
    limits: Limits | None = None,
) -> Plate:
    """Decode `request.source` into `staging` and return its record.

    plate: the new plate's id; folder: where its frames will lie, relative to the production; fps and start: the
    production's rate and first frame, used where the source has none of its own (numbered sequences keep their
    numbers). say: told every fact that a person must see, the colour space first.
    Raises InputError for anything wrong with the source, WorkFailed when the disk refuses, Cancelled from `check`.
    """
    limits = limits or Limits()
    found = sequence.find(request.source, limits)
    space = colour.named(request.colorspace) if request.colorspace else None
    with _clean_on_failure(staging):
        intake = Intake(staging, found.name, limits, check, progress, space, exact_rate(fps))
        kind, files = _classify(found, limits)
        numbers = [number for number in found.files if number is not None] or [start]
        _find_sidecars(request, limits, numbers if kind != "movie" else None)
        with Decoder(staging / ".scratch", limits, check) as decoder:
            film = _camera_facts(request, decoder)
            if kind == "movie":
                _take_movie(intake, decoder, files[0][0], start)
            else:
                _take_pictures(intake, decoder, files, numbers, single=kind == "still")
            extras = sidecars.Extras(intake.staging, decoder, limits, intake.frame_numbers, _display(intake))
            occluders = clean = None
            if request.occluders:
                with sidecars.named("--occluders", request.occluders):
                    occluders = extras.occluders(request.occluders)
            if request.clean:
                with sidecars.named("--clean", request.clean):
                    clean = extras.clean(request.clean, space)
            intake.note(extras.notes)
        shutil.rmtree(staging / ".scratch")
        record = _record(intake, request, kind, [path for path, _ in files], plate, folder, fps)
        record = record.model_copy(update={"occluders": occluders, "clean": clean})
        if film is not None:
            record = _with_camera(record, film, str(request.camera))
    for line in (record.colorspace_said, *record.notes):
        say(line)
    return record


def read_matte(path: Path, limits: Limits | None = None) -> Array:
    """A matte from outside as float32 (H, W), 0..1: its alpha where it has one, else its brightest channel.

    Values are taken as they are stored, without any colour decoding. Raises InputError.
    """
    import tempfile

    limits = limits or Limits()
    kind = sniff(path, limits)
    if kind is Kind.MOVIE:
        raise InputError(f"{path.name} is a movie where a still is needed: export one frame of it as PNG or EXR.")
    with tempfile.TemporaryDirectory() as scratch, Decoder(Path(scratch), limits) as decoder:
        for picture in decoder.pictures([(path, kind)]):
            return sidecars.matte_of(picture, path.name)
    raise InputError(f"{path.name} holds no picture: export it again.")


def _find_sidecars(request: Request, limits: Limits, numbers: Sequence[int] | None) -> None:
    """Raise InputError for sidecars that are not there, before the plate is decoded. numbers None: not known yet."""
    for option, source, what in (
        ("--occluders", request.occluders, "occluder matte"),
        ("--clean", request.clean, "clean plate"),
    ):
        if source:
            with sidecars.named(option, source):
                found = sequence.find(source, limits)
                fixed = numbers or [number or 0 for number in found.files]
                sidecars.listed(source, what, limits, fixed)


def _camera_facts(request: Request, decoder: Decoder) -> dict[str, Any] | None:
    if not request.camera:
        return None
    path = Path(request.camera)
    with sidecars.named("--camera", request.camera):
        if not path.is_file():
            raise InputError(f"there is no file {path.name}: check the path.")
        return decoder.camera(path)


def _with_camera(plate: Plate, facts: dict[str, Any], source: str) -> Plate:
    with sidecars.named("--camera", source):
        found = camera_file.given(facts, Path(source).name, plate.width, plate.height, plate.pixel_aspect)
    notes = (*plate.notes, *(f"{note[0].upper()}{note[1:]}." for note in found.notes))
    return plate.model_copy(update={"camera": found.camera, "camera_placed": found.placed, "notes": notes})


def _classify(
    found: sequence.Source, limits: Limits
) -> tuple[Literal["still", "sequence", "movie"], list[tuple[Path, Kind]]]:
    files = [(path, sniff(path, limits)) for path in found.files.values()]
    kinds = sorted({kind for _, kind in files})
    if len(kinds) > 1:
        odd = next(path.name for path, kind in files if kind != files[0][1])
        raise InputError(f"{found.name} mixes {' and '.join(kinds)} files ({odd}): give one format at a time.")
    if kinds == [Kind.MOVIE]:
        if len(files) > 1:
            raise InputError(f"{found.name} matches {len(files)} movies where pictures are needed: give one movie.")
        return "movie", files
    return ("sequence" if found.numbered and len(files) > 1 else "still"), files


def _take_pictures(
    intake: Intake, decoder: Decoder, files: Sequence[tuple[Path, Kind]], numbers: Sequence[int], *, single: bool
) -> None:
    kind = files[0][1]
    for number, (path, _), picture in zip(numbers, files, decoder.pictures(files), strict=True):
        if intake.first is None:
            _choose_space(intake, kind.value, picture.hints)
            intake.timecode, intake.fps = _exr_clock(picture.header)
        _keep(intake, picture, number, path.name, drop_opaque=single)
        intake.progress("ingest", len(intake.frame_numbers), len(files))


def _take_movie(intake: Intake, decoder: Decoder, path: Path, start: int) -> None:
    facts = decoder.open_movie(path)
    hints = {str(key): str(value) for key, value in dict(facts["hints"]).items()}
    intake.fps = Fraction(*facts["fps"])
    intake.timecode = _movie_timecode(intake, facts["timecode"])
    _choose_space(intake, "movie", hints)
    if hints.get("range") == "UNSPECIFIED" and not hints.get("format", "").startswith(("yuvj", "gbr", "rgb")):
        intake.note(["the movie does not say its range: taken as limited (16-235)"])
    fields, aspect = dict(facts["header"]), float(facts["pixel_aspect"])
    total = max(int(facts["frames"]), 1)
    for item in decoder.movie_frames(path):
        if isinstance(item, list):
            intake.note(item)
            break
        number = start + len(intake.frame_numbers)
        header = dict(fields)
        if intake.timecode is not None:
            header["timeCode"] = of_timecode(advance(intake.timecode, len(intake.frame_numbers), intake.fps))
        turned = any(note.startswith("turned by 90") or note.startswith("turned by 270") for note in item.notes)
        picture = Decoded(
            item.pixels, item.data_window, item.display_window, 1 / aspect if turned else aspect, header, hints,
            item.notes,
        )  # fmt: skip
        _keep(intake, picture, number, path.name, drop_opaque=False)
        intake.progress("ingest", len(intake.frame_numbers), total)


def _choose_space(intake: Intake, kind: str, hints: dict[str, str]) -> None:
    if intake.space is not None:
        intake.said = f"Read as {intake.space}, as given."
        return
    guess = colour.guess(kind, hints, intake.name)
    intake.space, intake.said = guess.space, guess.said


def _keep(intake: Intake, picture: Decoded, number: int, name: str, *, drop_opaque: bool) -> None:
    """Check one decoded frame against the first, convert it, and write it with its proxy."""
    intake.check()
    _check_finite(picture.pixels, name, number)
    if intake.first is None:
        intake.first, intake.data_window = picture, picture.data_window
        intake.header, dropped = writable(carried(picture.header))
        intake.note([f"header field {field_name} could not be kept" for field_name in dropped])
        _check_room(intake, picture)
    _check_like_first(intake, picture, name)
    intake.data_window = _union(intake.data_window, picture.data_window)
    intake.note(picture.notes)
    pixels, note = convert(picture, intake.space or colour.SRGB, drop_opaque=drop_opaque)
    intake.note(note)
    fields = {key: value for key, value in carried(picture.header).items() if key in intake.header}
    rate = intake.fps or intake.house_fps
    fields["framesPerSecond"] = {"type": "rational", "value": [rate.numerator, rate.denominator]}
    target = intake.staging / FRAME_NAME.format(number)
    with _disk(name):
        frames.write_rgb(
            target,
            pixels,
            data_window=picture.data_window,
            display_window=picture.display_window,
            pixel_aspect=picture.pixel_aspect,
            header=fields,
        )
        proxies.write(intake.staging, number, pixels[..., :3], picture, intake.space or colour.SRGB)
    intake.frame_numbers.append(number)


def convert(picture: Decoded, space: str, *, drop_opaque: bool) -> tuple[Array, list[str]]:
    """Encoded pixels to ACEScg, premultiplied where there is alpha; and what a person must hear of it."""
    rgb = colour.to_working(picture.pixels[..., :3], space)
    over = np.abs(rgb) > frames.HALF_MAX
    notes = ["values beyond half's 65504 are held there"] if over.any() else []
    if picture.pixels.shape[2] == 3:
        return rgb, notes
    alpha = np.clip(picture.pixels[..., 3:4], 0.0, 1.0)
    if drop_opaque and bool((alpha == 1).all()):
        return rgb, [*notes, "its alpha is 1 everywhere and is left out"]
    premultiplied = picture.hints.get("premultiplied") == "1"
    scale = np.where(alpha > 0, alpha, 1.0) if premultiplied else alpha
    return np.concatenate([rgb * scale, alpha], axis=2), [*notes, "its alpha is kept; colours are premultiplied by it"]


def _check_finite(pixels: Array, name: str, number: int) -> None:
    bad = ~np.isfinite(pixels).all(axis=2)
    if bad.any():
        y, x = np.argwhere(bad)[0]
        raise InputError(
            f"{name} (frame {number}) has {int(bad.sum())} pixels that are NaN or infinite, the first at x {x}, y {y}: "
            "repair them (in Nuke: an Expression with isnan and isinf) and bring the plate in again."
        )


def _check_like_first(intake: Intake, picture: Decoded, name: str) -> None:
    first = intake.first
    assert first is not None
    for what, here, there in (
        ("display window", picture.display_window, first.display_window),
        ("pixel aspect", picture.pixel_aspect, first.pixel_aspect),
        ("number of channels", picture.pixels.shape[2], first.pixels.shape[2]),
        ("colour encoding", _colours(picture), _colours(first)),
    ):
        if here != there:
            raise InputError(
                f"{name} differs from the plate's first frame in its {what} ({here} against {there}): "
                "all frames of a plate must be alike; give a pattern that matches one render or scan."
            )


def _colours(picture: Decoded) -> str:
    return picture.hints.get("chromaticities") or picture.hints.get("profile") or picture.hints.get("interop", "")


def _check_room(intake: Intake, picture: Decoded) -> None:
    needed = picture.pixels.nbytes
    free = shutil.disk_usage(intake.staging).free
    if free < 3 * needed:
        raise WorkFailed(
            f"Only {free >> 20} MiB are free at {intake.staging}: make room, then bring the plate in again."
        )


def _exr_clock(header: dict[str, Field]) -> tuple[Timecode | None, Fraction | None]:
    code, rate = header.get("timeCode"), header.get("framesPerSecond")
    timecode = to_timecode(code) if code and code["type"] == "timecode" else None
    fps = Fraction(*rate["value"]) if rate and rate["type"] == "rational" and rate["value"][1] else None
    return timecode, fps if fps and 0 < fps <= 1000 else None


def _movie_timecode(intake: Intake, found: str | None) -> Timecode | None:
    if not found:
        return None
    try:
        return parse(found)
    except ValueError:
        intake.note([f"its timecode {found!r} cannot be read and is left out"])
        return None


def _record(
    intake: Intake, request: Request, kind: Any, paths: Sequence[Path], plate: str, folder: str, fps: float
) -> Plate:
    first = intake.first
    assert first is not None
    assert intake.space is not None
    display, data = first.display_window, intake.data_window
    width, height = display[2] - display[0] + 1, display[3] - display[1] + 1
    glass = lens.read_lens(first.header, data[2] - data[0] + 1, data[3] - data[1] + 1)
    intake.note(glass.notes)
    if data != display:
        intake.note(_windows_said(data, display))
    exif = lens.exif(first.header)
    rate = float(intake.fps or fps)
    if intake.fps and abs(rate - fps) > 1e-3:
        intake.note([f"the plate runs at {rate:.3f} frames/s, the production at {fps:.3f}"])
    return Plate.read(
        id=plate,
        shot=request.shot,
        kind=kind,
        source_name=intake.name,
        source_sha256=_fingerprint(paths),
        width=width,
        height=height,
        data_window=data,
        display_window=display,
        pixel_aspect=first.pixel_aspect,
        first_frame=min(intake.frame_numbers),
        last_frame=max(intake.frame_numbers),
        fps=rate,
        timecode=str(intake.timecode) if intake.timecode else None,
        colorspace=intake.space,
        colorspace_said=intake.said,
        exif=exif,
        header={name: text(value) for name, value in intake.header.items() if name not in exif},
        focal_35mm_mm=glass.focal_35mm_mm,
        focal_mm=glass.focal_mm,
        frames_folder=folder,
        notes=tuple(f"{intake.name}: {line}." for line in intake.notes),
    )


def _windows_said(data: Window, display: Window) -> Iterator[str]:
    """What becomes of pixels outside the display window, and of its pixels without data."""
    sides = ("left", "top", "right", "bottom")
    out = [display[0] - data[0], display[1] - data[1], data[2] - display[2], data[3] - display[3]]
    beyond = [f"{pixels} {side}" for side, pixels in zip(sides, out, strict=True) if pixels > 0]
    short = [f"{-pixels} {side}" for side, pixels in zip(sides, out, strict=True) if pixels < 0]
    windows = f"data window {data}, display window {display}"
    if beyond:
        yield (
            f"it has overscan ({', '.join(beyond)}; {windows}): kept in the plate's frames, but what is made of it "
            "covers the display window only"
        )
    if short:
        yield f"its data ends inside the display window ({', '.join(short)}; {windows}): the rest is taken as black"


def _fingerprint(paths: Sequence[Path]) -> str:
    """SHA-256 of the file; of a sequence, of its files' hashes in order."""
    hashes = []
    for path in paths:
        with path.open("rb") as stream:
            hashes.append(hashlib.file_digest(stream, "sha256").hexdigest())
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _union(a: Window, b: Window) -> Window:
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))


def _display(intake: Intake) -> Window:
    assert intake.first is not None
    return intake.first.display_window


@contextmanager
def _disk(name: str) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise WorkFailed(f"{name} could not be written into the production ({error}): check the disk.") from error


@contextmanager
def _clean_on_failure(staging: Path) -> Iterator[None]:
    """Whatever was made inside is gone again when the body raises; the folder too, if it was not there before."""
    existed = staging.exists()
    before = set(os.listdir(staging)) if existed else set()
    (staging / ".scratch").mkdir(parents=True)
    try:
        yield
    except BaseException:
        for entry in staging.iterdir():
            if entry.name not in before:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        if not existed:
            staging.rmdir()
        raise
