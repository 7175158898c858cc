"""The shot as USD: every piece a mesh with its motion, mass and collider, the solved camera, units authored.

Written through Sdf, one spec at a time, because composed-stage calls would take a minute for a shot. World frame of the
house: metres, Z up, kilograms; time codes are frame numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from secondunit.schema import Camera, WorkFailed

Array = np.ndarray[Any, Any]
FILM_WIDTH_MM = 36.0
ROOT, BUILDING, LOOKS, CAMERA, PHYSICS = "/scene", "/scene/building", "/scene/looks", "/scene/camera", "/scene/physics"
DEBRIS = "/scene/debris"
GRAVITY_MPS2 = 9.80665
STILL_M, STILL_QUATERNION = 1e-5, 1e-6
"""Changes smaller than these are no motion: a piece at rest gets no time samples."""
COLOURS: dict[str, tuple[float, float, float]] = {
    "brick": (0.36, 0.17, 0.12),
    "stone": (0.48, 0.44, 0.37),
    "concrete": (0.40, 0.39, 0.37),
    "timber": (0.30, 0.20, 0.11),
    "slate": (0.12, 0.13, 0.15),
    "glass": (0.20, 0.24, 0.25),
    "plaster": (0.60, 0.57, 0.52),
    "steel": (0.30, 0.30, 0.31),
}
GREY = (0.4, 0.4, 0.4)


class Material(Protocol):
    """What USD needs of a material (`physics.pieces.Material` has it)."""

    @property
    def name(self) -> str: ...  # noqa: D102 - see physics.pieces.Material
    @property
    def density_kgm3(self) -> float: ...  # noqa: D102 - see physics.pieces.Material
    @property
    def friction(self) -> float: ...  # noqa: D102 - see physics.pieces.Material
    @property
    def restitution(self) -> float: ...  # noqa: D102 - see physics.pieces.Material


class Pieces(Protocol):
    """What USD needs of the pieces (`physics.pieces.Pieces` has it): CSR arrays, geometry relative to centroids."""

    @property
    def centroid_m(self) -> Any: ...  # noqa: D102 - see physics.pieces.Pieces
    @property
    def mass_kg(self) -> Any: ...  # noqa: D102 - see physics.pieces.Pieces
    @property
    def inertia_kgm2(self) -> Any: ...  # noqa: D102 - see physics.pieces.Pieces
    @property
    def vertices_m(self) -> Any: ...  # noqa: D102 - see physics.pieces.Pieces
    @property
    def vertex_start(self) -> Any: ...  # noqa: D102 - see physics.pieces.Pieces
    @property
    def plane_start(self) -> Any: ...  # noqa: D102 - see physics.pieces.Pieces
    @property
    def face_vertices(self) -> Any: ...  # noqa: D102 - see physics.pieces.Pieces
    @property
    def face_start(self) -> Any: ...  # noqa: D102 - see physics.pieces.Pieces
    @property
    def face_kind(self) -> Any: ...  # noqa: D102 - see physics.pieces.Pieces
    @property
    def material(self) -> Any: ...  # noqa: D102 - see physics.pieces.Pieces
    @property
    def part(self) -> Any: ...  # noqa: D102 - see physics.pieces.Pieces
    @property
    def part_names(self) -> tuple[str, ...]: ...  # noqa: D102 - see physics.pieces.Pieces
    @property
    def fixed(self) -> Any: ...  # noqa: D102 - see physics.pieces.Pieces


@dataclass(frozen=True)
class Poses:
    """Where the pieces are: position_m (F, P, 3) of centroids, rotation (F, P, 4) xyzw from rest, alive (F, P) or None.

    Row 0 belongs to `start_frame`, each further row to the next frame.
    """

    position_m: Array
    rotation: Array
    start_frame: int
    fps: float
    alive: Array | None = None


@dataclass(frozen=True)
class Lumps:
    """Many small bodies of few shapes: corners (S,V,3) m of unit-size shapes, triangles one (T,3) a shape, shape (N,),
    size (N,) factors, position_m (F,N,3), rotation (F,N,4) xyzw, alive (F,N); frames as in `Poses`."""

    corners: Array
    triangles: Sequence[Array]
    shape: Array
    size: Array
    position_m: Array
    rotation: Array
    alive: Array


def write_scene(
    path: Path,
    pieces: Pieces,
    poses: Poses,
    *,
    names: Sequence[str],
    camera: Camera,
    materials: Sequence[Material],
    colours: Mapping[str, tuple[float, float, float]] = COLOURS,
    lumps: Lumps | None = None,
) -> None:
    """Write the scene in USD's binary encoding; `path` may end in .usd or .usdc.

    names: prim name of each piece (use the Cryptomatte names). The pieces are kinematic rigid bodies: they play as we
    simulated them, collide with what others simulate, and fall on their own where kinematics is switched off. Lumps
    become one point instancer, `/scene/debris`.
    Raises WorkFailed when the file cannot be written.
    """
    from pxr import Sdf

    path.parent.mkdir(parents=True, exist_ok=True)
    layer = Sdf.Layer.CreateAnonymous(".usdc")
    with Sdf.ChangeBlock():
        _stage(layer, poses)
        _materials(layer, materials, colours)
        _camera(layer, camera)
        _pieces(layer, pieces, names, [material.name for material in materials])
        _motion(layer, pieces, poses, names)
        if lumps is not None and len(lumps.shape):
            _lumps(layer, lumps, poses.start_frame)
    if not layer.Export(str(path), args={"format": "usdc"}):
        raise WorkFailed(f"{path} could not be written: check the disk.")


def _stage(layer: Any, poses: Poses) -> None:
    from pxr import Gf

    root = layer.pseudoRoot
    last = poses.start_frame + len(poses.position_m) - 1
    for key, value in {
        "defaultPrim": ROOT[1:],
        "metersPerUnit": 1.0,
        "kilogramsPerUnit": 1.0,
        "upAxis": "Z",
        "timeCodesPerSecond": float(poses.fps),
        "framesPerSecond": float(poses.fps),
        "startTimeCode": float(poses.start_frame),
        "endTimeCode": float(last),
    }.items():
        root.SetInfo(key, value)
    _prim(layer, ROOT, "Xform", kind="assembly")
    _prim(layer, BUILDING, "Xform", kind="group")
    _prim(layer, PHYSICS, "PhysicsScene")
    _attribute(layer, PHYSICS, "physics:gravityDirection", "vector3f", Gf.Vec3f(0, 0, -1))
    _attribute(layer, PHYSICS, "physics:gravityMagnitude", "float", GRAVITY_MPS2)


def _materials(layer: Any, materials: Sequence[Material], colours: Mapping[str, tuple[float, float, float]]) -> None:
    from pxr import Gf, Sdf

    _prim(layer, LOOKS, "Scope")
    for material in materials:
        path = f"{LOOKS}/{material.name}"
        _prim(layer, path, "Material", apis=["PhysicsMaterialAPI"])
        _attribute(layer, path, "physics:density", "float", material.density_kgm3)
        _attribute(layer, path, "physics:dynamicFriction", "float", material.friction)
        _attribute(layer, path, "physics:staticFriction", "float", material.friction)
        _attribute(layer, path, "physics:restitution", "float", material.restitution)
        shader = f"{path}/surface"
        _prim(layer, shader, "Shader")
        _attribute(layer, shader, "info:id", "token", "UsdPreviewSurface", uniform=True)
        _attribute(layer, shader, "inputs:diffuseColor", "color3f", Gf.Vec3f(*colours.get(material.name, GREY)))
        _attribute(layer, shader, "inputs:roughness", "float", 0.9)
        _attribute(layer, shader, "outputs:surface", "token", None)
        out = _attribute(layer, path, "outputs:surface", "token", None)
        out.connectionPathList.explicitItems = [Sdf.Path(f"{shader}.outputs:surface")]


def _camera(layer: Any, camera: Camera) -> None:
    """The pinhole as a USD camera: film 36 mm wide; USD counts apertures in tenths of the scene's unit, here 10 cm."""
    from pxr import Gf

    _prim(layer, CAMERA, "Camera")
    across = FILM_WIDTH_MM / (camera.width * camera.pixel_aspect)
    for name, mm in (
        ("focalLength", camera.focal_px * across),
        ("horizontalAperture", FILM_WIDTH_MM),
        ("verticalAperture", camera.height * across),
        ("horizontalApertureOffset", (camera.width / 2 - camera.centre_px[0]) * camera.pixel_aspect * across),
        ("verticalApertureOffset", (camera.centre_px[1] - camera.height / 2) * across),
    ):
        _attribute(layer, CAMERA, name, "float", mm / 100)
    _attribute(layer, CAMERA, "clippingRange", "float2", Gf.Vec2f(0.1, 10_000))
    rotation = np.asarray(camera.rotation).reshape(3, 3)
    matrix = np.eye(4)
    # USD multiplies row vectors, and its cameras look along -Z with Y up: rows 1 and 2 of camera_from_world flip.
    matrix[:3, :3] = rotation * np.array([[1], [-1], [-1]])
    matrix[3, :3] = camera.position_m
    _attribute(layer, CAMERA, "xformOp:transform", "matrix4d", Gf.Matrix4d(matrix.tolist()))
    _order(layer, CAMERA, "xformOp:transform")


def _pieces(layer: Any, pieces: Pieces, names: Sequence[str], material_names: Sequence[str]) -> None:
    for part in _part_paths(pieces.part_names):
        _prim(layer, part, "Xform", kind="component")
    for index, path in enumerate(_paths(pieces, names)):
        _piece(layer, pieces, index, path, material_names[int(pieces.material[index])])


def _piece(layer: Any, pieces: Pieces, index: int, path: str, material: str) -> None:
    from pxr import Sdf, UsdPhysics, Vt

    apis = [f"Physics{name}API" for name in ("RigidBody", "Mass", "Collision", "MeshCollision")] + [
        "MaterialBindingAPI"
    ]
    prim = _prim(layer, path, "Mesh", kind="subcomponent", apis=apis)
    first, last = int(pieces.vertex_start[index]), int(pieces.vertex_start[index + 1])
    points = np.ascontiguousarray(pieces.vertices_m[first:last], np.float32)
    face, end = int(pieces.plane_start[index]), int(pieces.plane_start[index + 1])
    corners = pieces.face_vertices[int(pieces.face_start[face]) : int(pieces.face_start[end])] - first
    counts = np.diff(pieces.face_start[face : end + 1])
    extent = np.stack([points.min(axis=0), points.max(axis=0)])
    for name, kind, value, uniform in (
        ("points", "point3f[]", Vt.Vec3fArray.FromNumpy(points), False),
        ("extent", "float3[]", Vt.Vec3fArray.FromNumpy(extent), False),
        ("faceVertexIndices", "int[]", Vt.IntArray.FromNumpy(np.ascontiguousarray(corners, np.int32)), False),
        ("faceVertexCounts", "int[]", Vt.IntArray.FromNumpy(np.ascontiguousarray(counts, np.int32)), False),
        ("subdivisionScheme", "token", "none", True),
        ("physics:approximation", "token", UsdPhysics.Tokens.convexHull, True),
        ("physics:kinematicEnabled", "bool", True, False),
        ("physics:mass", "float", float(pieces.mass_kg[index]), False),
    ):
        _attribute(layer, path, name, kind, value, uniform=uniform)
    _face_kinds(layer, path, pieces.face_kind[face:end])
    _inertia(layer, path, np.asarray(pieces.inertia_kgm2[index]))
    for name in ("material:binding", "material:binding:physics"):
        relation = Sdf.RelationshipSpec(prim, name, False)
        relation.targetPathList.explicitItems = [Sdf.Path(f"{LOOKS}/{material}")]


def _face_kinds(layer: Any, path: str, kinds: Array) -> None:
    """0 skin, 1 inner, 2 fracture, per face."""
    from pxr import Vt

    name = "primvars:secondunit:faceKind"
    spec = _attribute(layer, path, name, "int[]", Vt.IntArray.FromNumpy(np.ascontiguousarray(kinds, np.int32)))
    spec.SetInfo("interpolation", "uniform")


def _inertia(layer: Any, path: str, inertia: Array) -> None:
    from pxr import Gf

    moments, axes = np.linalg.eigh(inertia)
    if np.linalg.det(axes) < 0:
        axes[:, 0] = -axes[:, 0]
    turn = Gf.Matrix3d(axes.T.tolist()).ExtractRotation().GetQuat()
    _attribute(layer, path, "physics:centerOfMass", "point3f", Gf.Vec3f(0))
    _attribute(layer, path, "physics:diagonalInertia", "float3", Gf.Vec3f(*(float(moment) for moment in moments)))
    _attribute(layer, path, "physics:principalAxes", "quatf", Gf.Quatf(turn))


def _motion(layer: Any, pieces: Pieces, poses: Poses, names: Sequence[str]) -> None:
    from pxr import Gf

    positions = np.asarray(poses.position_m, np.float64)
    rotations = np.asarray(poses.rotation, np.float32)
    moves = _changes(positions, STILL_M)
    turns = _changes(rotations, STILL_QUATERNION)
    for index, path in enumerate(_paths(pieces, names)):
        place, turn = positions[:, index].tolist(), rotations[:, index].tolist()
        _attribute(layer, path, "xformOp:translate", "double3", Gf.Vec3d(*place[0]))
        _attribute(layer, path, "xformOp:orient", "quatf", _quaternion(turn[0]))
        for frame in np.flatnonzero(moves[:, index]).tolist():
            layer.SetTimeSample(f"{path}.xformOp:translate", poses.start_frame + frame, Gf.Vec3d(*place[frame]))
        for frame in np.flatnonzero(turns[:, index]).tolist():
            layer.SetTimeSample(f"{path}.xformOp:orient", poses.start_frame + frame, _quaternion(turn[frame]))
        _order(layer, path, "xformOp:translate", "xformOp:orient")
        if poses.alive is not None and not poses.alive[:, index].all():
            _visibility(layer, path, poses.alive[:, index], poses.start_frame)


def _lumps(layer: Any, lumps: Lumps, start_frame: int) -> None:
    from pxr import Sdf, Vt

    prim = _prim(layer, DEBRIS, "PointInstancer", kind="component")
    shapes = [f"{DEBRIS}/shape_{n}" for n in range(len(lumps.triangles))]
    for path, corners, triangles in zip(shapes, lumps.corners, lumps.triangles, strict=True):
        _prim(layer, path, "Mesh")
        for name, kind, value in (
            ("points", "point3f[]", Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(corners, np.float32))),
            ("faceVertexIndices", "int[]", Vt.IntArray.FromNumpy(np.ascontiguousarray(triangles.ravel(), np.int32))),
            ("faceVertexCounts", "int[]", Vt.IntArray([3] * len(triangles))),
        ):
            _attribute(layer, path, name, kind, value)
        _attribute(layer, path, "subdivisionScheme", "token", "none", uniform=True)
    relation = Sdf.RelationshipSpec(prim, "prototypes", False)
    relation.targetPathList.explicitItems = [Sdf.Path(path) for path in shapes]
    scales = np.repeat(np.asarray(lumps.size, np.float32)[:, None], 3, axis=1)
    _attribute(layer, DEBRIS, "protoIndices", "int[]", Vt.IntArray.FromNumpy(np.asarray(lumps.shape, np.int32)))
    _attribute(layer, DEBRIS, "scales", "float3[]", Vt.Vec3fArray.FromNumpy(scales))
    for name, kind in (("positions", "point3f[]"), ("orientations", "quath[]"), ("invisibleIds", "int64[]")):
        _attribute(layer, DEBRIS, name, kind, None)
    for frame in range(len(lumps.position_m)):
        place = np.ascontiguousarray(lumps.position_m[frame], np.float32)
        turn = np.ascontiguousarray(lumps.rotation[frame], np.float16)
        absent = np.flatnonzero(~lumps.alive[frame]).astype(np.int64)
        for name, value in (
            ("positions", Vt.Vec3fArray.FromNumpy(place)),
            ("orientations", Vt.QuathArray.FromNumpy(turn)),
            ("invisibleIds", Vt.Int64Array.FromNumpy(absent)),
        ):
            layer.SetTimeSample(f"{DEBRIS}.{name}", start_frame + frame, value)


def _changes(values: Array, tolerance: float) -> Array:
    """(F, P) where a sample is needed: wherever a value differs from the sample before or after it."""
    moved = (np.abs(np.diff(values, axis=0)) > tolerance).any(axis=2)
    needed = np.zeros(values.shape[:2], bool)
    needed[1:] |= moved
    needed[:-1] |= moved
    return needed


def _visibility(layer: Any, path: str, alive: Array, start_frame: int) -> None:
    _attribute(layer, path, "visibility", "token", "inherited")
    for frame, present in enumerate(alive.tolist()):
        if frame == 0 or present != alive[frame - 1]:
            layer.SetTimeSample(f"{path}.visibility", start_frame + frame, "inherited" if present else "invisible")


def _quaternion(xyzw: Sequence[float]) -> Any:
    from pxr import Gf

    return Gf.Quatf(xyzw[3], xyzw[0], xyzw[1], xyzw[2])


def _prim(layer: Any, path: str, of: str, *, apis: Sequence[str] = (), **info: str) -> Any:
    from pxr import Sdf

    parent, _, name = path.rpartition("/")
    spec = Sdf.PrimSpec(layer.GetPrimAtPath(parent) if parent else layer, name, Sdf.SpecifierDef, of)
    if apis:
        listing = Sdf.TokenListOp()
        listing.prependedItems = list(apis)
        spec.SetInfo("apiSchemas", listing)
    for key, value in info.items():
        spec.SetInfo(key, value)
    return spec


def _attribute(layer: Any, path: str, name: str, kind: str, value: Any, *, uniform: bool = False) -> Any:
    from pxr import Sdf

    variability = Sdf.VariabilityUniform if uniform else Sdf.VariabilityVarying
    spec = Sdf.AttributeSpec(layer.GetPrimAtPath(path), name, Sdf.ValueTypeNames.Find(kind), variability)
    if value is not None:
        spec.default = value
    return spec


def _order(layer: Any, path: str, *operations: str) -> None:
    from pxr import Vt

    _attribute(layer, path, "xformOpOrder", "token[]", Vt.TokenArray(list(operations)), uniform=True)


def _paths(pieces: Pieces, names: Sequence[str]) -> list[str]:
    """Prim path of every piece."""
    parts = _part_paths(pieces.part_names)
    return [f"{parts[int(part)]}/{name}" for part, name in zip(pieces.part, names, strict=True)]


def _part_paths(parts: Sequence[str]) -> list[str]:
    """A prim path for each part, in the letters that USD allows and all different."""
    from pxr import Tf

    paths: list[str] = []
    for part in parts:
        path = f"{BUILDING}/{Tf.MakeValidIdentifier(part)}"
        paths.append(path if path not in paths else f"{path}_{len(paths)}")
    return paths
