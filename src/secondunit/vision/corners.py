"""The four corners of a facade: checked, named, and turned into the plane they span.

Corners are continuous plate pixels, x right, y down, from the plate's top-left corner, clockwise from the facade's
top left as the camera sees it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from secondunit.schema.errors import InputError

Floats = NDArray[np.float64]
NAMES = ("top left", "top right", "bottom right", "bottom left")
LEAST_SIDE_PX = 8.0
UNIT_SQUARE = np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])  # TL TR BR BL, z up


def check_corners(facade: Sequence[Sequence[float]], width: int, height: int) -> Floats:
    """Return the corners as (4,2) plate pixels, or raise InputError with the value, the fault and the repair."""
    corners = _as_array(facade)
    for name, (x, y) in zip(NAMES, corners, strict=True):
        if not (np.isfinite(x) and np.isfinite(y)):
            raise InputError(f"--facade: the {name} corner is ({x}, {y}), which is no place in a picture; give pixels.")
        if not (0.0 <= x <= width and 0.0 <= y <= height):
            raise InputError(
                f"--facade: the {name} corner ({x:g},{y:g}) lies outside the plate, which is {width} x {height} "
                f"pixels; choose a part of the facade that is wholly in the picture."
            )
    _check_sides(corners)
    _check_turns(corners)
    _check_first(corners)
    return corners


def square_homography(corners: Floats) -> Floats:
    """Homography (...,3,3) from the unit square (x right, z up) to four pixels (...,4,2). Direct linear, exact."""
    batch = corners.shape[:-2]
    rows = np.zeros((*batch, 8, 8))
    u, v = UNIT_SQUARE[:, 0], UNIT_SQUARE[:, 1]
    x, y = corners[..., 0], corners[..., 1]
    ones = np.ones_like(x)
    zero = np.zeros_like(x)
    rows[..., 0::2, :] = np.stack([ones * u, ones * v, ones, zero, zero, zero, -u * x, -v * x], axis=-1)
    rows[..., 1::2, :] = np.stack([zero, zero, zero, ones * u, ones * v, ones, -u * y, -v * y], axis=-1)
    solved = np.linalg.solve(rows, corners.reshape(*batch, 8, 1))[..., 0]
    return np.concatenate([solved, np.ones((*batch, 1))], axis=-1).reshape(*batch, 3, 3)


def _as_array(facade: Sequence[Sequence[float]]) -> Floats:
    try:
        corners = np.asarray(facade, dtype=np.float64)
    except (TypeError, ValueError):
        corners = np.zeros((0, 0))
    if corners.shape != (4, 2):
        raise InputError(
            f'--facade: {facade!r} is not four "x,y" pairs; give the facade\'s corners clockwise from its top left.'
        )
    return corners


def _check_sides(corners: Floats) -> None:
    for i in range(4):
        for k in range(i + 1, 4):
            apart = float(np.hypot(*(corners[i] - corners[k])))
            if apart < LEAST_SIDE_PX:
                raise InputError(
                    f"--facade: the {NAMES[i]} and {NAMES[k]} corners are {apart:.1f} px apart at "
                    f"({corners[i][0]:g},{corners[i][1]:g}); a facade needs four separate corners, at least "
                    f"{LEAST_SIDE_PX:g} px from each other."
                )


def _turns(corners: Floats) -> Floats:
    """Sine of the turn at each corner; positive is clockwise on screen (y down)."""
    into = corners - np.roll(corners, 1, axis=0)
    out = np.roll(corners, -1, axis=0) - corners
    cross = into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0]
    lengths = np.hypot(into[:, 0], into[:, 1]) * np.hypot(out[:, 0], out[:, 1])
    return np.asarray(cross / lengths)


def _check_turns(corners: Floats) -> None:
    turns = _turns(corners)
    listed = " ".join(f"{x:g},{y:g}" for x, y in corners)
    if np.all(turns < -0.02):
        first = int(np.argmin(corners[::-1].sum(axis=1)))
        swapped = " ".join(f"{x:g},{y:g}" for x, y in np.roll(corners[::-1], -first, axis=0))
        raise InputError(f'--facade: "{listed}" runs anticlockwise; give it clockwise from top left: "{swapped}".')
    if np.sum(turns < 0) == 2:
        raise InputError(
            f'--facade: the sides of "{listed}" cross; give the corners in the order top left, top right, bottom '
            f"right, bottom left."
        )
    worst = int(np.argmin(turns))
    if turns[worst] < 0.02:
        x, y = corners[worst]
        raise InputError(
            f"--facade: at the {NAMES[worst]} corner ({x:g},{y:g}) the outline is straight or folds inward, so it is "
            f"not a rectangle seen by a camera; give the four outer corners of a flat facade."
        )


def _check_first(corners: Floats) -> None:
    """Clockwise, but started at another corner: the facade would lie on its side."""
    top, bottom = corners[[0, 1], 1].mean(), corners[[2, 3], 1].mean()
    left, right = corners[[0, 3], 0].mean(), corners[[1, 2], 0].mean()
    across = abs(corners[1, 0] - corners[0, 0]) + abs(corners[2, 0] - corners[3, 0])
    if top < bottom and left < right and across > 0:
        return
    first = int(np.argmin(corners.sum(axis=1)))
    better = " ".join(f"{x:g},{y:g}" for x, y in np.roll(corners, -first, axis=0))
    raise InputError(
        f"--facade: the first corner ({corners[0, 0]:g},{corners[0, 1]:g}) is not the facade's top left; "
        f'start there: "{better}".'
    )
