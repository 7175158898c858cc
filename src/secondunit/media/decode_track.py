"""In the child: an artist's head track of a USD file, as plain numbers: where the head is as its camera sees it."""

from collections.abc import Iterator
from math import ceil, floor
from pathlib import Path
from typing import Any

import numpy as np

from . import decode_camera
from .decode_picture import Refused

Array = np.ndarray[Any, Any]
STRETCHED = 0.01
"""A head whose size changes by more over its frames is no rigid one."""
FORWARD = np.diag([1.0, -1.0, -1.0])
"""USD's cameras look along -Z with Y up, ours along +Z with Y down."""


def read(path: Path, first: int, last: int, wanted: str | None) -> dict[str, Any]:
    """prim, camera: their paths. frames: those of first..last that the track covers, one after the other. Per frame
    turn (9, row-major) and place (3) of the head in the camera's axes (x right, y down, z forward), in the file's
    units, and lens (5: focal, aperture across and down, offsets) in one unit. metres_per_unit: None where not stated.

    wanted: the head's prim; None: the only animated one that is no camera and moves none. Raises Refused.
    """
    from pxr import Usd, UsdGeom

    try:
        stage = Usd.Stage.Open(str(path))
    except Exception as error:
        raise Refused(
            "is no USD file that can be read", "give a .usd, .usda, .usdc or .usdz with head and camera"
        ) from error
    camera = _camera(stage)
    head = _head(stage, camera, wanted)
    frames = _covered(head, camera, first, last)
    seen = [_seen(head, camera, frame) for frame in frames]
    turns, places, lenses, sizes = (np.array(part) for part in zip(*seen, strict=True))
    if sizes.max() / sizes.min() - 1 > STRETCHED:
        raise Refused(
            f"holds a head whose scale changes, from {sizes.min():g} to {sizes.max():g}",
            "bake its motion without scale",
        )
    if not (places[:, 2] > 0).any():
        raise Refused("has its head behind its camera in every frame", "check the camera's axes; USD's look along -Z")
    stated = stage.HasAuthoredMetadata("metersPerUnit")
    return {
        "prim": str(head.GetPath()),
        "camera": str(camera.GetPath()),
        "frames": list(frames),
        "turn": turns.reshape(-1, 9).tolist(),
        "place": places.tolist(),
        "lens": lenses.tolist(),
        "metres_per_unit": float(UsdGeom.GetStageMetersPerUnit(stage)) if stated else None,
    }


def _camera(stage: Any) -> Any:
    from pxr import UsdGeom

    found = [prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Camera)]
    if len(found) != 1:
        raise Refused(
            f"holds {len(found) or 'no'} cameras{_named(found)}",
            "export the head with the one camera it was tracked with",
        )
    camera = UsdGeom.Camera(found[0])
    if camera.GetProjectionAttr().Get() != UsdGeom.Tokens.perspective:
        raise Refused("holds an orthographic camera", "give the perspective one that shot the plate")
    return camera


def _head(stage: Any, camera: Any, wanted: str | None) -> Any:
    from pxr import Sdf, UsdGeom

    if wanted is not None:
        prim = stage.GetPrimAtPath(wanted) if Sdf.Path.IsValidPathString(wanted) else None
        if not prim or not prim.IsA(UsdGeom.Xformable) or prim.IsA(UsdGeom.Camera):
            there = _named([one for one in stage.Traverse() if one.IsA(UsdGeom.Xformable)])
            raise Refused(f"has no transform at {wanted}{there}", "give the head's path with --track-prim")
        return prim
    carriers = {str(path) for path in camera.GetPath().GetPrefixes()}
    moving = [
        prim
        for prim in stage.Traverse()
        if prim.IsA(UsdGeom.Xformable) and str(prim.GetPath()) not in carriers and len(_samples(prim)) > 1
    ]
    if len(moving) != 1:
        many = f"{len(moving)} animated transforms" if moving else "no animated transform beside its camera"
        raise Refused(f"holds {many}{_named(moving)}", "say which is the head with --track-prim")
    return moving[0]


def _covered(head: Any, camera: Any, first: int, last: int) -> range:
    """Frames between the first and the last sample of head and camera. Time codes are the plate's frame numbers."""
    above = [*_upwards(head), *_upwards(camera.GetPrim())]
    times = sorted({time for prim in above for time in _samples(prim)})
    if not times:
        raise Refused("holds a head and a camera that never move", "bake the motion, one sample a frame")
    out = range(max(first, ceil(times[0])), min(last, floor(times[-1])) + 1)
    if not out:
        raise Refused(
            f"holds frames {times[0]:g} to {times[-1]:g} and the plate {first} to {last}",
            "export it under the plate's frame numbers",
        )
    return out


def _seen(head: Any, camera: Any, frame: int) -> tuple[Array, Array, Array, float]:
    """Turn (3,3), place (3,), lens (5,) and scale of one frame."""
    from pxr import UsdGeom

    lens, at_camera = decode_camera.at_time(camera, frame)
    matrix = np.array(UsdGeom.Xformable(head).ComputeLocalToWorldTransform(frame), np.float64).reshape(4, 4)
    if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix[:3, :3])) < 1e-18:
        raise Refused(f"holds a head whose place in frame {frame} is no number")
    if np.linalg.det(matrix[:3, :3]) < 0:
        raise Refused("holds a head that is mirrored (a negative scale)", "freeze its transform and export it again")
    left, sizes, right = np.linalg.svd(matrix[:3, :3])
    # USD's vectors are rows: a row of `out` is what an axis of the head becomes in the camera.
    out = (left @ right) @ at_camera[:3, :3].T @ FORWARD
    place = (matrix[3, :3] - at_camera[3, :3]) @ at_camera[:3, :3].T @ FORWARD
    return out.T, place, lens, float(np.cbrt(np.prod(sizes)))


def _samples(prim: Any) -> list[float]:
    """Times at which a prim's own place, or its lens, is sampled."""
    from pxr import UsdGeom

    if not prim.IsA(UsdGeom.Xformable):
        return []
    own = [op.GetAttr() for op in UsdGeom.Xformable(prim).GetOrderedXformOps()]
    own += decode_camera.lens_of(UsdGeom.Camera(prim)) if prim.IsA(UsdGeom.Camera) else []
    return [time for attribute in own for time in attribute.GetTimeSamples()]


def _upwards(prim: Any) -> Iterator[Any]:
    while prim and not prim.IsPseudoRoot():
        yield prim
        prim = prim.GetParent()


def _named(prims: list[Any]) -> str:
    shown = ", ".join(str(prim.GetPath()) for prim in prims[:4])
    return f" ({shown}{', …' if len(prims) > 4 else ''})" if prims else ""
