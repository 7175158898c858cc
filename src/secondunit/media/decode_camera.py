"""In the child: the one camera of a USD file, as plain numbers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .decode_picture import Refused

Array = np.ndarray[Any, Any]
MOST_TIMES = 500
STILL_M, STILL_RAD, STILL_SHARE = 2e-3, 2e-4, 1e-4
"""A camera that changes less between its time samples stands still: 2 mm, a fifth of a milliradian, of its lens."""


def read(path: Path) -> dict[str, Any]:
    """prim, focal, aperture and offset (across, down) in one unit, matrix (camera to world, row vectors; no scale),
    metres_per_unit (None: not stated), up ("Y" or "Z"), placed (whether it has a transform). Raises Refused.
    """
    from pxr import Usd, UsdGeom

    try:
        stage = Usd.Stage.Open(str(path))
    except Exception as error:
        raise Refused(
            "is no USD file that can be read", "give a .usd, .usda, .usdc or .usdz with one camera"
        ) from error
    cameras = [prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Camera)]
    if len(cameras) != 1:
        names = f" ({', '.join(str(prim.GetPath()) for prim in cameras[:4])})" if cameras else ""
        raise Refused(f"holds {len(cameras) or 'no'} cameras{names}", "export the shot's camera alone")
    camera = UsdGeom.Camera(cameras[0])
    if camera.GetProjectionAttr().Get() != UsdGeom.Tokens.perspective:
        raise Refused("holds an orthographic camera", "give the perspective one that shot the plate")
    stated = stage.HasAuthoredMetadata("metersPerUnit")
    unit = float(UsdGeom.GetStageMetersPerUnit(stage))
    lens, matrix = _still(camera, unit)
    return {
        "prim": str(camera.GetPath()),
        "focal": lens[0],
        "aperture": lens[1:3].tolist(),
        "offset": lens[3:5].tolist(),
        "matrix": matrix.ravel().tolist(),
        "metres_per_unit": unit if stated else None,
        "up": str(UsdGeom.GetStageUpAxis(stage)),
        "placed": not bool(np.allclose(matrix, np.eye(4), atol=1e-9)),
    }


def _still(camera: Any, unit: float) -> tuple[Array, Array]:
    """Lens (5,) and matrix (4,4) at the first time; Refused where they change later."""
    from pxr import Usd

    times = _times(camera) or [Usd.TimeCode.Default()]
    lens, matrix = at_time(camera, times[0])
    for time in times[1:]:
        other_lens, other = at_time(camera, time)
        between = f"between frames {times[0]:g} and {time:g}"
        metres = float(np.linalg.norm(other[3, :3] - matrix[3, :3])) * unit
        turn = float(np.arccos(np.clip((np.trace(other[:3, :3] @ matrix[:3, :3].T) - 1) / 2, -1, 1)))
        if metres > STILL_M or turn > STILL_RAD:
            raise Refused(
                f"holds a camera that moves ({metres:.2f} m and {np.degrees(turn):.1f} degrees {between})",
                "the camera must stand still; give a locked-off plate, or one frame of it and the camera baked there",
            )
        if np.abs(other_lens - lens).max() > STILL_SHARE * lens[0]:
            raise Refused(f"holds a camera that zooms or shifts {between}", "its lens must stay as it is")
    return lens, matrix


def _times(camera: Any) -> list[float]:
    """Every time at which lens or place are sampled, at most `MOST_TIMES` of them, evenly."""
    times = sorted({time for attribute in _attributes(camera) for time in attribute.GetTimeSamples()})
    return times[:: max(1, -(-len(times) // MOST_TIMES))] + (times[-1:] if len(times) > MOST_TIMES else [])


def _attributes(camera: Any) -> Iterator[Any]:
    from pxr import UsdGeom

    prim = camera.GetPrim()
    yield from lens_of(camera)
    while prim and not prim.IsPseudoRoot():
        if prim.IsA(UsdGeom.Xformable):
            yield from (op.GetAttr() for op in UsdGeom.Xformable(prim).GetOrderedXformOps())
        prim = prim.GetParent()


def lens_of(camera: Any) -> tuple[Any, ...]:
    """Attributes: focal length, aperture across and down, its offset across and up."""
    return (
        camera.GetFocalLengthAttr(),
        camera.GetHorizontalApertureAttr(),
        camera.GetVerticalApertureAttr(),
        camera.GetHorizontalApertureOffsetAttr(),
        camera.GetVerticalApertureOffsetAttr(),
    )


def at_time(camera: Any, time: Any) -> tuple[Array, Array]:
    """Values (5,) of `lens_of`, and the rigid matrix (4,4) camera to world, row vectors. Raises Refused."""
    lens = np.array([float(attribute.Get(time)) for attribute in lens_of(camera)])
    matrix = np.array(camera.ComputeLocalToWorldTransform(time), np.float64).reshape(4, 4)
    if not (np.isfinite(lens).all() and np.isfinite(matrix).all() and (lens[:3] > 0).all()):
        raise Refused("holds a camera whose lens or place is no number")
    turn, _, axes = np.linalg.svd(matrix[:3, :3])
    if np.linalg.det(matrix[:3, :3]) <= 0:
        raise Refused(
            "holds a camera that mirrors the world (a negative scale)", "freeze its transform and export it again"
        )
    matrix[:3, :3] = turn @ axes  # without scale and shear, which say nothing of a camera
    return lens, matrix
