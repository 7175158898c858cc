"""What the plate says: camera, matte, floors and windows, light, and what lies behind the building."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from secondunit.schema import Camera, CollapseBrief, InputError, Light, Plate
from secondunit.tools.base import Context
from secondunit.tools.collapse.arrays import pack, unpack
from secondunit.vision.camera import Solve
from secondunit.vision.facade import FacadeGrid
from secondunit.vision.matte import Matte

Image = NDArray[np.float32]
CODE = "secondunit.tools.collapse.survey"
STEADY_PX = 1.5
"""A locked-off camera shakes less than this between two frames."""


@dataclass(frozen=True)
class Survey:
    """One plate, read. Images (H,W,3) and mattes (H,W) are float32 over the plate's display window, scene-linear
    ACEScg."""

    plate: Image
    occluders: Image | None
    solve: Solve
    matte: Matte
    grid: FacadeGrid
    light: Light
    clean: Image


def survey(brief: CollapseBrief, plate: Plate, ctx: Context) -> Survey:
    """Read the plate's first frame; every guess is said through ``ctx.say``.

    Raises InputError when the corners, the scale or a matte cannot be used; its sentence names the option that repairs
    it.
    """
    picture = first_frame(plate, ctx.plates)
    steady(plate, ctx.plates, picture)
    _say_held(brief, plate, ctx)
    occluders = _occluders(plate, ctx)
    if plate.camera is not None and _given_camera(brief, plate) is None:
        ctx.say("The camera given with the plate is not used, because the brief states another focal length.")
    solve = _solved(brief, plate, picture, ctx)
    matte = _matted(brief, plate, picture, solve, occluders, ctx)
    grid = _gridded(brief, plate, picture, solve, ctx)
    light = _lit(brief, plate, picture, solve, matte, ctx)
    clean = _cleaned(brief, plate, picture, solve, matte, occluders, ctx)
    _say(ctx, solve, matte, grid, light, occluders)
    return Survey(picture, occluders, solve, matte, grid, light, clean)


def first_frame(plate: Plate, plates: Path) -> Image:
    """The plate's first frame over its display window, (H,W,3). plates: the folder of its frames."""
    from secondunit.media import frames

    return frames.read_rgb(plates / plate.frame_name(plate.first_frame), plate.display_window)


def _say_held(brief: CollapseBrief, plate: Plate, ctx: Context) -> None:
    length = len(plate.frames)
    if 1 < length < brief.frames:
        ctx.say(f"The plate has {length} frames, the shot {brief.frames}: its last frame is held.")


def steady(plate: Plate, plates: Path, picture: Image) -> None:
    """Refuse a plate whose camera moves, with InputError: everything is solved once, on the first frame.

    picture: that frame, (H,W,3).
    """
    import cv2

    from secondunit.media import frames

    length = len(plate.frames)
    grey = _tone(picture)
    for number in sorted({plate.first_frame + length // 2, plate.last_frame} - {plate.first_frame}):
        other = _tone(frames.read_rgb(plates / plate.frame_name(number), plate.display_window))
        (across, down), trust = cv2.phaseCorrelate(grey, other)
        shift = math.hypot(across, down)
        if trust > 0.1 and shift > STEADY_PX:
            raise InputError(
                f"Frame {number} of the plate is shifted by {shift:.1f} pixels against frame "
                f"{plate.first_frame}: the camera must not move; stabilise the plate, or give one frame of it."
            )


def _tone(picture: Image) -> Image:
    return np.asarray(np.log1p(np.maximum(picture.mean(axis=2), 0.0)), dtype=np.float32)


def _source(plate: Plate, ctx: Context) -> object:
    return ctx.plates / plate.frame_name(plate.first_frame)


def _occluders(plate: Plate, ctx: Context) -> Image | None:
    """Coverage of what stands in front, (H,W), from the plate's own side input."""
    from secondunit.media import frames

    if plate.occluders is None:
        return None
    frame = frames.read(ctx.plates / (plate.occluders % plate.first_frame))
    return np.clip(frame.stack(("A",), plate.display_window)[..., 0], 0.0, 1.0)


def solved(brief: CollapseBrief, plate: Plate, picture: Image) -> Solve:
    """The camera, from corners and whatever is known of lens, place and size; raises InputError. picture: (H,W,3)."""
    from secondunit.vision import camera
    from secondunit.vision.placed import solve_placed

    given = _given_camera(brief, plate)
    if given is not None and plate.camera_placed:
        return solve_placed(brief.facade, given, height_m=brief.height_m)
    return camera.solve(brief.facade, plate.width, plate.height, plate=picture, **_known(brief, plate))


def _given_camera(brief: CollapseBrief, plate: Plate) -> Camera | None:
    """The plate's own camera, unless the brief says another focal length: then neither its lens nor place is true."""
    return None if brief.focal_px or brief.focal_mm else plate.camera


def _known(brief: CollapseBrief, plate: Plate) -> dict[str, Any]:
    given = _given_camera(brief, plate)
    return {
        "pixel_aspect": plate.pixel_aspect,
        "centre_px": given.centre_px if given else None,
        "focal_px": given.focal_px if given else brief.focal_px,
        "focal_35mm_mm": brief.focal_mm,
        "exif_35mm_mm": plate.focal_35mm_mm,
        "height_m": brief.height_m,
        "storeys": brief.storeys,
    }


def _solved(brief: CollapseBrief, plate: Plate, picture: Image, ctx: Context) -> Solve:
    def make() -> dict[str, NDArray[np.generic]]:
        return pack("solve", solved(brief, plate, picture))

    inputs = {"plate": _source(plate, ctx), "facade": brief.facade, **_known(brief, plate)}
    inputs["camera"] = _given_camera(brief, plate) if plate.camera_placed else None
    return unpack(
        Solve,
        "solve",
        ctx.cached("camera", inputs, make, code=[CODE, "secondunit.vision.camera", "secondunit.vision.placed"]),
    )


def _matted(
    brief: CollapseBrief, plate: Plate, picture: Image, solve: Solve, occluders: Image | None, ctx: Context
) -> Matte:
    from dataclasses import replace

    from secondunit.vision import matte as mattes

    def make() -> dict[str, NDArray[np.generic]]:
        size = solve.facade_width_m, solve.facade_height_m
        found = mattes.building_matte(picture, solve.facade_px, solve.camera, *size, occluders, brief.depth_m)
        return pack("matte", found)

    inputs = {"plate": _source(plate, ctx), "solve": solve, "occluders": occluders, "depth_m": brief.depth_m}
    found = unpack(Matte, "matte", ctx.cached("matte", inputs, make, code=[CODE, "secondunit.vision.matte"]))
    if brief.matte is None:
        return found
    alpha = read_matte(ctx.files / brief.matte.path, plate, "--matte")
    if occluders is not None:
        alpha = alpha * (1.0 - occluders)
    return replace(found, alpha=alpha, said="matte: as given.")


def read_matte(path: Path, plate: Plate, name: str) -> Image:
    """A given matte, (H,W) 0..1; raises InputError that calls the file `name`."""
    from secondunit.media import plates

    try:
        alpha = np.asarray(plates.read_matte(path), dtype=np.float32)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error
    if alpha.shape != (plate.height, plate.width):
        raise InputError(
            f"{name} is {alpha.shape[1]} x {alpha.shape[0]} pixels and the plate {plate.width} x {plate.height}: "
            "export the matte at the plate's resolution."
        )
    if not float(alpha.max()) > 0.0:
        raise InputError(f"{name} is black everywhere: it must be white where the building is.")
    return alpha


def _gridded(brief: CollapseBrief, plate: Plate, picture: Image, solve: Solve, ctx: Context) -> FacadeGrid:
    from secondunit.vision import facade

    def make() -> dict[str, NDArray[np.generic]]:
        size = solve.facade_width_m, solve.facade_height_m
        found = facade.read_facade(picture, solve.facade_px, *size, storeys=brief.storeys, bays=brief.bays)
        return pack("grid", found)

    inputs = {"plate": _source(plate, ctx), "solve": solve, "brief": (brief.storeys, brief.bays)}
    return unpack(FacadeGrid, "grid", ctx.cached("facade", inputs, make, code=[CODE, "secondunit.vision.facade"]))


def _say(ctx: Context, solve: Solve, matte: Matte, grid: FacadeGrid, light: Light, occluders: Image | None) -> None:
    for line in (solve.verdict, *solve.warnings, matte.said, grid.said, light.said):
        ctx.say(line)
    if occluders is None:
        ctx.say(
            "No --occluders were given: whatever stands in front of the building (lamps, trees, people) is taken "
            "for a part of it and will fall with it; the tool cannot know."
        )


def _lit(brief: CollapseBrief, plate: Plate, picture: Image, solve: Solve, matte: Matte, ctx: Context) -> Light:
    from secondunit.tools.collapse.arrays import note, read_note
    from secondunit.vision import light

    def make() -> dict[str, NDArray[np.generic]]:
        return {"light": note(light.estimate(picture, matte, solve.camera, sun=brief.sun))}

    inputs = {"plate": _source(plate, ctx), "matte": matte.alpha, "camera": solve.camera, "sun": brief.sun}
    found = ctx.cached("light", inputs, make, code=[CODE, "secondunit.vision.light"])
    return Light.model_validate(read_note(found["light"]))


def _cleaned(
    brief: CollapseBrief,
    plate: Plate,
    picture: Image,
    solve: Solve,
    matte: Matte,
    occluders: Image | None,
    ctx: Context,
) -> Image:
    from secondunit.media import frames
    from secondunit.vision import camera, cleanplate

    if plate.clean is not None:
        return frames.read_rgb(ctx.plates / (plate.clean % plate.first_frame), plate.display_window)

    def make() -> dict[str, NDArray[np.generic]]:
        horizon = camera.horizon_y(solve.camera, np.arange(plate.width, dtype=np.float64) + 0.5)
        remove = cleanplate.removal(matte)
        return {"clean": cleanplate.clean_plate(picture, remove, matte.sky, matte.ground, horizon, brief.seed)}

    inputs = {"plate": _source(plate, ctx), "matte": matte.alpha, "camera": solve.camera, "seed": brief.seed}
    return ctx.cached("clean plate", inputs, make, code=[CODE, "secondunit.vision.cleanplate"])["clean"]
