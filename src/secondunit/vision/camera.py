"""Camera from four facade corners: pose, focal length, metric scale, and how far each can be trusted.

World frame: metres, right-handed, Z up, origin at the facade's bottom-left corner on the ground, +X along the facade
to the right, +Y into the building. Camera axes follow OpenCV (x right, y down, z forward).

Four corners of a rectangle of unknown aspect are eight numbers; pose is six, aspect one, focal length one. With a
known focal length the fit has one equation to spare. Without it the focal length hangs on how much verticals *and*
horizontals converge: a level camera (parallel verticals) leaves it undetermined, and a near-frontal facade gives a
wrong value that repeats well under jitter. So a focal length that was neither given nor recorded is called measured
only after three checks, and is otherwise taken from what photographers use, with a warning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from secondunit.schema.camera import Camera, Matrix3
from secondunit.schema.errors import InputError
from secondunit.vision.corners import Floats, check_corners
from secondunit.vision.pose import EYE_HEIGHT_M, Fit, Lines, Problem, fit_pose, vanishing_points

STOREY_M = 3.0
FULL_FRAME_DIAGONAL_MM = 43.2666  # 36 x 24 mm
USUAL_LENS_MM = 35.0
USUAL_LENS_SPREAD = 0.4  # sigma of ln focal: two thirds of building photographs lie between 23 and 52 mm
FARTHEST_HONEST_VP = 5.0  # image widths; farther away, the facade is as good as frontal
CAMERA_HEIGHT_M = (0.5, 6.0)
FOCAL_LIMIT = 50.0
"""A focal length is at least a fiftieth of the picture's diagonal, and at most fifty diagonals."""
FOCAL_TOLERANCE = 0.05
HEIGHT_TOLERANCE = 0.10
SIGMAS = 2.576  # 99 % of a normal distribution
CORNER_NOISE_PX = 2.0
EDGE_SHARE = 0.012  # a bottom corner this near the plate's lower edge shows no ground in front of it


@dataclass(frozen=True)
class Solve:
    """A solved camera and what to believe of it.

    Where the plate's lower edge cuts the facade, facade_height_m and facade_px reach down to the assumed ground.

    facade_px: (4,2) plate pixels, clockwise from top left: the corners to work with, as clicked. method: "given",
    "exif", "vanishing points" or "assumed". Ranges are 99 % intervals under 2 px corner noise. rms_px: corner misfit.
    """

    camera: Camera
    facade_px: tuple[tuple[float, float], ...]
    facade_width_m: float
    facade_height_m: float
    method: str
    confidence: float
    verdict: str
    warnings: tuple[str, ...]
    rms_px: float
    focal_range_px: tuple[float, float]
    camera_height_range_m: tuple[float, float]
    facade_width_range_m: tuple[float, float]

    @property
    def camera_height_m(self) -> float:
        """Height of the camera above the facade's ground line."""
        return self.camera.position_m[2]

    @property
    def focal_35mm_mm(self) -> float:
        """Focal length as a 35 mm equivalent, by diagonal."""
        camera = self.camera
        return camera.focal_px * FULL_FRAME_DIAGONAL_MM / diagonal_px(camera.width, camera.height, camera.pixel_aspect)


@dataclass(frozen=True)
class _Found:
    fit: Fit
    method: str
    focal_said: str
    warnings: tuple[str, ...]


def solve(
    facade: Sequence[Sequence[float]],
    width: int,
    height: int,
    *,
    pixel_aspect: float = 1.0,
    centre_px: tuple[float, float] | None = None,
    focal_px: float | None = None,
    focal_35mm_mm: float | None = None,
    exif_35mm_mm: float | None = None,
    height_m: float | None = None,
    storeys: int | None = None,
    plate: NDArray[np.float32] | None = None,
) -> Solve:
    """Camera, facade width and verdict from four corners (plate pixels, clockwise from the facade's top left).

    centre_px: the optical centre, the plate's middle where it is not known; give it with a focal length only.
    focal_px and focal_35mm_mm are the user's words, exif_35mm_mm the file's. The scale comes from height_m (facade
    height in metres), else from storeys x 3 m; with neither, the storeys are counted on `plate` (H,W,3 scene-linear),
    and the verdict says so. `plate` also lends straight edges of the facade and of a visible side wall to the fit.

    Raises InputError for corners that are outside, crossing, anticlockwise or degenerate; for a missing scale; for a
    ground line that is not in the picture; and for a camera that would stand below the ground.
    """
    corners = check_corners(facade, width, height)
    centre = np.array(centre_px or (width / 2, height / 2))
    square = np.array([pixel_aspect, 1.0])
    problem = Problem(corners * square, centre * square, 1.0, sigma_px=CORNER_NOISE_PX)
    known = _known_focal(width, height, pixel_aspect, focal_px, focal_35mm_mm, exif_35mm_mm)
    scale_m, scale_said, guessed = _scale(height_m, storeys, problem, known, plate, corners)
    hidden = _ground_is_hidden(corners, height, height_m)
    problem = replace(problem, height_m=scale_m)
    if plate is not None:
        problem = replace(problem, lines=_lines(plate, corners, problem, pixel_aspect, known))
    found = _fit_known(problem, *known) if known else _fit_unknown(problem, width * pixel_aspect, hidden)
    if hidden:
        found, problem = _grounded(found, problem)
    _check_above_ground(found, height_m)
    warnings = (*found.warnings, *_interval_warnings(found), *_fit_warnings(found, height_m), *guessed)
    return _report(found, problem, (width, height, pixel_aspect), (scale_m, scale_said), warnings)


def project(camera: Camera, points_m: Floats) -> Floats:
    """World points (N,3) in metres to continuous plate pixels (N,2); NaN for points behind the camera."""
    rotation = np.asarray(camera.rotation).reshape(3, 3)
    seen = (np.asarray(points_m, dtype=np.float64) - camera.position_m) @ rotation.T
    depth = np.where(seen[:, 2:] > 0, seen[:, 2:], np.nan)
    stretch = np.array([camera.focal_px / camera.pixel_aspect, camera.focal_px])
    return np.asarray(seen[:, :2] / depth * stretch + camera.centre_px)


def rays(camera: Camera, pixels: Floats) -> Floats:
    """Unit directions (N,3) in the world through continuous plate pixels (N,2)."""
    rotation = np.asarray(camera.rotation).reshape(3, 3)
    stretch = np.array([camera.pixel_aspect, 1.0]) / camera.focal_px
    flat = (np.asarray(pixels, dtype=np.float64) - camera.centre_px) * stretch
    ahead = np.concatenate([flat, np.ones((len(flat), 1))], axis=1) @ rotation
    return np.asarray(ahead / np.linalg.norm(ahead, axis=1, keepdims=True))


def horizon_y(camera: Camera, x_px: NDArray[np.float64]) -> Floats:
    """Plate row of the horizon (eye level at infinity) at plate columns x_px."""
    up = np.asarray(camera.rotation).reshape(3, 3)[:, 2]
    across = (np.asarray(x_px, dtype=np.float64) - camera.centre_px[0]) * camera.pixel_aspect
    return np.asarray(camera.centre_px[1] - (up[0] * across + up[2] * camera.focal_px) / up[1])


def diagonal_px(width: int, height: int, pixel_aspect: float = 1.0) -> float:
    """Diagonal of the plate in square pixels."""
    return float(np.hypot(width * pixel_aspect, height))


def _lines(
    plate: NDArray[np.float32],
    corners: Floats,
    problem: Problem,
    pixel_aspect: float,
    known: tuple[float, str, str] | None,
) -> Lines:
    """Straight edges of the facade and, where one is seen, of the side wall."""
    from secondunit.vision.segments import facade_lines, joined, side_lines

    front = facade_lines(plate, corners, pixel_aspect)
    first = fit_pose(replace(problem, lines=front, focal_px=known[0] if known else None, lens=_lens(problem)))
    side = side_lines(plate, first, problem.centre, problem.height_m, pixel_aspect)
    return joined(front, side) if side else front


def _lens(problem: Problem, spread: float = USUAL_LENS_SPREAD) -> tuple[float, float]:
    """Prior on ln focal (mean, sigma): what buildings are photographed with."""
    return float(np.log(USUAL_LENS_MM / FULL_FRAME_DIAGONAL_MM * 2 * np.hypot(*problem.centre))), spread


def _known_focal(
    width: int, height: int, pixel_aspect: float, focal_px: float | None, given_mm: float | None, exif_mm: float | None
) -> tuple[float, str, str] | None:
    per_mm = diagonal_px(width, height, pixel_aspect) / FULL_FRAME_DIAGONAL_MM
    for name, value in (("--focal-px", focal_px), ("--focal-mm", given_mm), ("EXIF focal length", exif_mm)):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise InputError(f"{name} is {value:g}; a focal length is a positive number.")
    for name, value, unit in (("--focal-px", focal_px, 1.0), ("--focal-mm", given_mm, per_mm)):
        angle = value * unit / (per_mm * FULL_FRAME_DIAGONAL_MM) if value is not None else 1.0
        if not 1 / FOCAL_LIMIT <= angle <= FOCAL_LIMIT:
            least, most = per_mm * FULL_FRAME_DIAGONAL_MM / unit / FOCAL_LIMIT, per_mm * FULL_FRAME_DIAGONAL_MM / unit
            raise InputError(
                f"{name} is {value:g}, which no lens has on this plate; give {least:.3g} to {most * FOCAL_LIMIT:.6g}."
            )
    if focal_px is not None:
        return focal_px, "given", f"{focal_mm(focal_px / per_mm)} as given"
    if given_mm is not None:
        return given_mm * per_mm, "given", f"{focal_mm(given_mm)} as given"
    if exif_mm is not None:
        return exif_mm * per_mm, "exif", f"{focal_mm(exif_mm)} from EXIF"
    return None


def focal_mm(mm: float) -> str:
    """A focal length as people say it, whichever way it is known."""
    return f"focal length {mm:.3g} mm (35 mm equivalent)"


def _scale(
    height_m: float | None,
    storeys: int | None,
    problem: Problem,
    known: tuple[float, str, str] | None,
    plate: NDArray[np.float32] | None,
    corners: Floats,
) -> tuple[float, str, tuple[str, ...]]:
    """Facade height in metres, the words for it, and a warning when it was guessed."""
    if height_m is not None:
        if not (np.isfinite(height_m) and 1.0 <= height_m <= 500.0):
            raise InputError(f"--height-m is {height_m:g}; a facade is 1 to 500 m high.")
        return height_m, f"scale: facade {height_m:g} m high as given", ()
    if storeys is not None:
        if not 1 <= storeys <= 100:
            raise InputError(f"--storeys is {storeys}; a facade has 1 to 100.")
        return storeys * STOREY_M, f"scale: {storeys} storeys x {STOREY_M:g} m = {storeys * STOREY_M:g} m high", ()
    if plate is None:
        raise InputError(
            "The facade's size is unknown, and how fast it falls depends on it; give --height-m or --storeys."
        )
    from secondunit.vision.facade import count_storeys

    focal = known[0] if known else float(np.hypot(*problem.centre)) * 1.8
    fit = fit_pose(replace(problem, focal_px=focal))
    counted, sure = count_storeys(plate, corners, fit.width_m)
    high = counted * STOREY_M
    warning = (
        f"The scale is a guess: {counted} storeys counted on the facade (confidence {sure:.0%}) x {STOREY_M:g} m = "
        f"{high:g} m; how fast it falls depends on it, so give --height-m or --storeys."
    )
    return high, f"scale: {counted} storeys counted x {STOREY_M:g} m = {high:g} m high (a guess)", (warning,)


def _ground_is_hidden(corners: Floats, height: int, height_m: float | None) -> bool:
    """True where the plate's lower edge cuts the facade and its visible height was given; an error where it was not."""
    lowest = float(corners[2:, 1].min())
    if lowest < height * (1 - EDGE_SHARE):
        return False
    if height_m is not None:
        return True
    raise InputError(
        f"The ground line is not in the picture: both bottom corners (y {corners[3, 1]:g} and {corners[2, 1]:g}) lie "
        f"on the plate's lower edge ({height}), so neither the size nor where the rubble lands can be known; give "
        f"--height-m for the part of the facade that is visible, and the ground is assumed 1.6 m below the camera."
    )


def _fit_known(problem: Problem, focal: float, method: str, said: str) -> _Found:
    return _Found(fit_pose(replace(problem, focal_px=focal)), method, said, ())


def _grounded(found: _Found, problem: Problem) -> tuple[_Found, Problem]:
    """The facade carried on below the plate's lower edge, down to where a photographer's feet would be."""
    drop = max(0.0, EYE_HEIGHT_M - float(found.fit.position_m[2]))
    warning = (
        f"The ground is not in the picture; it is assumed {drop:.1f} m below the visible part of the facade, "
        f"{EYE_HEIGHT_M:g} m below the camera, so what falls leaves the picture at its lower edge."
    )
    lifted = replace(found.fit, position_m=found.fit.position_m + np.array([0.0, 0.0, drop]))
    deeper = replace(problem, height_m=problem.height_m + drop)
    return replace(found, fit=lifted, warnings=(*found.warnings, warning)), deeper


def _fit_unknown(problem: Problem, width: float, hidden: bool) -> _Found:
    """Focal length from vanishing points when three checks hold, else from usual lenses and eye height."""
    per_px = FULL_FRAME_DIAGONAL_MM / (2 * float(np.hypot(*problem.centre)))
    measured = fit_pose(replace(problem, lens=_lens(problem, 3.0)))
    faults = _vanishing_faults(problem, measured, width, hidden)
    if not faults:
        return _Found(measured, "vanishing points", f"{focal_mm(measured.focal_px * per_px)} from vanishing points", ())
    # The corners' own word on the focal length is distrusted here, so their weight drops and the priors decide.
    assumed = fit_pose(replace(problem, sigma_px=4 * problem.sigma_px, lens=_lens(problem), eye_height=not hidden))
    mm = assumed.focal_px * per_px
    warning = (
        f"The focal length is an assumption ({mm:.0f} mm, 35 mm equivalent, chosen between usual lenses"
        f"{'' if hidden else ' and an eye height near 1.6 m'}), because {' and '.join(faults)}; "
        f"give --focal-mm if you know the lens."
    )
    return _Found(assumed, "assumed", f"{focal_mm(mm)} assumed", (warning,))


def _vanishing_faults(problem: Problem, fit: Fit, width: float, hidden: bool) -> list[str]:
    faults = []
    level = vanishing_points(problem.corners)[0]
    away = abs(level[0] / level[2] - problem.centre[0]) / width if level[2] else np.inf
    if away > FARTHEST_HONEST_VP:
        far = f"{away:.0f} image widths" if away < 1000 else "infinitely far"
        faults.append(f"the facade is seen almost frontally (its horizontals meet {far} away)")
    low, high = CAMERA_HEIGHT_M
    if not (hidden or low <= fit.position_m[2] <= high):
        faults.append(
            f"its vanishing points put the camera {fit.position_m[2]:.1f} m above the "
            f"ground line, where {low:g} to {high:g} m is plausible"
        )
    if fit.ln_focal_sigma > 0.15:
        faults.append(f"the corners fix it only to ±{min(SIGMAS * fit.ln_focal_sigma, 9.99):.0%}")
    return faults


def _check_above_ground(found: _Found, height_m: float | None) -> None:
    above = found.fit.position_m[2]
    if above > 0.1:
        return
    others = "--focal-mm" if found.method in ("assumed", "vanishing points") else "another --focal-mm"
    raise InputError(
        f"The camera would stand {-above:.1f} m below the facade's ground line, so the assumption fails that the "
        f"bottom corners lie on the ground that the picture shows ({found.focal_said}); move them to the ground line, "
        f"or give {others}{'' if height_m else ' and --height-m'}."
    )


def _interval_warnings(found: _Found) -> list[str]:
    fit, said = found.fit, []
    focal = SIGMAS * fit.ln_focal_sigma
    if focal > FOCAL_TOLERANCE and found.method == "vanishing points":
        said.append(
            f"The focal length is known to ±{focal:.0%} only (99 % interval for 2 px corner noise); give --focal-mm."
        )
    above = SIGMAS * fit.height_sigma_m / max(fit.position_m[2], 1e-3)
    if above > HEIGHT_TOLERANCE:
        said.append(
            f"The camera's height, {fit.position_m[2]:.1f} m, is known to ±{above:.0%} only (99 % interval for 2 px "
            f"corner noise); corners farther apart, or placed more exactly, narrow it."
        )
    return said


def _fit_warnings(found: _Found, height_m: float | None) -> list[str]:
    fit, said = found.fit, []
    low, high = CAMERA_HEIGHT_M
    if not low <= fit.position_m[2] <= high and found.method != "assumed":
        scale = "" if height_m else ", --height-m"
        said.append(
            f"The camera stands {fit.position_m[2]:.1f} m above the ground line, where {low:g} to {high:g} m is usual: "
            f"check that the bottom corners lie on the ground, and --focal-mm{scale}."
        )
    if fit.rms_px > 2.5 * CORNER_NOISE_PX:
        said.append(
            f"The corners miss a true rectangle seen through this lens by {fit.rms_px:.1f} px: check the corners, the "
            f"focal length, and that the plate is not a crop (the optical centre is taken as its middle)."
        )
    return said


def _report(
    found: _Found, problem: Problem, size: tuple[int, int, float], scale: tuple[float, str], warnings: tuple[str, ...]
) -> Solve:
    fit, (width, height, aspect), (visible_m, scale_said) = found.fit, size, scale
    camera = Camera(
        width=width,
        height=height,
        focal_px=fit.focal_px,
        centre_px=(float(problem.centre[0] / aspect), float(problem.centre[1])),
        pixel_aspect=aspect,
        rotation=_nine(fit.rotation),
        position_m=(float(fit.position_m[0]), float(fit.position_m[1]), float(fit.position_m[2])),
    )
    w, h = fit.width_m, problem.height_m
    facade = problem.corners / [aspect, 1.0]
    if h > visible_m:  # carried on below the plate's edge: the foot is where the camera says, not where it was clicked
        facade[2:] = project(camera, np.array([[w, 0, 0], [0, 0, 0]]))
    focal = _times(fit.focal_px, SIGMAS * fit.ln_focal_sigma)
    wide = _times(w, SIGMAS * float(np.sqrt(fit.covariance[6, 6])))
    above, spread = float(fit.position_m[2]), SIGMAS * fit.height_sigma_m
    away = float(-fit.position_m[1])
    verdict = (
        f"{found.focal_said}{_between(focal, diagonal_px(width, height, aspect))}; camera {above:.1f} m "
        f"[{above - spread:.1f} to {above + spread:.1f}] above the ground, {away:.1f} m from the facade plane; "
        f"facade {w:.1f} m [{wide[0]:.1f} to {wide[1]:.1f}] x {h:.1f} m; {scale_said}; "
        f"corners fit to {fit.rms_px:.1f} px."
    )
    return Solve(
        camera=camera,
        facade_px=tuple((float(x), float(y)) for x, y in facade),
        facade_width_m=w,
        facade_height_m=h,
        method=found.method,
        confidence=_confidence(found),
        verdict=verdict,
        warnings=warnings,
        rms_px=fit.rms_px,
        focal_range_px=focal,
        camera_height_range_m=(above - spread, above + spread),
        facade_width_range_m=wide,
    )


def _between(focal_px: tuple[float, float], across_px: float) -> str:
    """The interval of a focal length in mm, 35 mm equivalent; nothing where it is known. across_px: the diagonal."""
    low, high = (f"{px * FULL_FRAME_DIAGONAL_MM / across_px:.3g}" for px in focal_px)
    return "" if low == high else f" [{low} to {high}]"


def _nine(rotation: Floats) -> Matrix3:
    a, b, c, d, e, f, g, h, i = (float(value) for value in rotation.ravel())
    return a, b, c, d, e, f, g, h, i


def _times(value: float, ln_spread: float) -> tuple[float, float]:
    spread = float(np.exp(min(ln_spread, 5.0)))
    return value / spread, value * spread


def _confidence(found: _Found) -> float:
    """1 = both intervals are far inside their tolerances, 0.5 = one is just as wide, towards 0 beyond."""
    fit = found.fit
    focal = SIGMAS * fit.ln_focal_sigma / FOCAL_TOLERANCE
    above = SIGMAS * fit.height_sigma_m / max(fit.position_m[2], 0.1) / HEIGHT_TOLERANCE
    misfit = fit.rms_px / (2.5 * CORNER_NOISE_PX)
    trust = 1.0 / (1.0 + focal**2 + (above / 3) ** 2 + misfit**2)
    return float(min(trust, 0.3) if found.method == "assumed" else trust)
