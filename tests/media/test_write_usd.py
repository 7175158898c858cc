"""USD: units, motion, camera, physics; and no complaint from USD's own validators."""

from dataclasses import dataclass

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom, UsdPhysics, UsdShade, UsdValidation

from secondunit.media import usd
from secondunit.schema import Camera

CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
FACES = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
CAMERA = Camera(
    width=960, height=540, focal_px=900, centre_px=(470, 300), pixel_aspect=1.25,
    rotation=(1, 0, 0, 0, 0, -1, 0, 1, 0), position_m=(2, -30, 3),
)  # fmt: skip


@dataclass
class Stuff:
    name: str = "brick"
    density_kgm3: float = 1800.0
    friction: float = 0.7
    restitution: float = 0.1


@dataclass
class Boxes:
    """Unit cubes in a row, in the arrays that the scene writer reads."""

    count: int

    def __post_init__(self):
        n = self.count
        self.centroid_m = np.stack([np.arange(n), np.zeros(n), np.full(n, 5.0)], axis=1)
        self.mass_kg = np.full(n, 1800.0)
        self.inertia_kgm2 = np.tile(np.array([[300.0, 20, 0], [20, 400, 0], [0, 0, 500]]), (n, 1, 1))
        self.vertices_m = np.tile(CORNERS, (n, 1))
        self.vertex_start = np.arange(n + 1) * 8
        self.plane_start = np.arange(n + 1) * 6
        self.face_start = np.arange(6 * n + 1) * 4
        self.face_vertices = np.concatenate([np.ravel(FACES) + 8 * index for index in range(n)])
        self.face_kind = np.tile(np.array([0, 0, 1, 1, 2, 2], np.int8), n)
        self.material = np.zeros(n, np.int8)
        self.part = np.arange(n) % 2
        self.part_names = ("front wall", "front-wall")
        self.fixed = np.zeros(n, bool)


def fall(boxes, frames=24, fps=24.0):
    """Piece 0 rests; the others fall and turn; piece 1 is gone from frame 10 on."""
    time_s = np.arange(frames) / fps
    position = np.repeat(boxes.centroid_m[None], frames, axis=0)
    position[:, 1:, 2] -= (9.81 / 2 * time_s**2)[:, None]
    angle = time_s[:, None] * np.arange(boxes.count)
    rotation = np.zeros((frames, boxes.count, 4))
    rotation[..., 0], rotation[..., 3] = np.sin(angle / 2), np.cos(angle / 2)
    alive = np.ones((frames, boxes.count), bool)
    alive[10:, 1] = False
    return usd.Poses(position, rotation, 1001, fps, alive)


@pytest.fixture
def scene(tmp_path):
    boxes = Boxes(4)
    poses = fall(boxes)
    path = tmp_path / "scene.usd"
    names = [f"piece_{index:04d}" for index in range(4)]
    usd.write_scene(path, boxes, poses, names=names, camera=CAMERA, materials=[Stuff()])
    return path, Usd.Stage.Open(str(path)), boxes, poses


def piece(stage, index):
    part = ("front_wall", "front_wall_1")[index % 2]
    return stage.GetPrimAtPath(f"/scene/building/{part}/piece_{index:04d}")


def complaints(stage):
    registry = UsdValidation.ValidationRegistry()
    return UsdValidation.ValidationContext(registry.GetOrLoadAllValidators()).Validate(stage)


def test_validators_find_nothing(scene):
    _, stage, _, _ = scene
    assert [error.GetErrorAsString() for error in complaints(stage)] == []
    stage.SetMetadata("upAxis", "Y")
    stage.GetRootLayer().ClearDefaultPrim()
    assert complaints(stage), "the validators do look"


def test_units_and_times_are_authored(scene):
    path, stage, _, _ = scene
    assert path.read_bytes()[:8] == b"PXR-USDC"
    layer = stage.GetRootLayer()
    assert all(layer.pseudoRoot.HasInfo(key) for key in ("metersPerUnit", "kilogramsPerUnit", "timeCodesPerSecond"))
    assert (UsdGeom.GetStageMetersPerUnit(stage), UsdGeom.GetStageUpAxis(stage)) == (1.0, "Z")
    assert UsdPhysics.GetStageKilogramsPerUnit(stage) == 1.0
    assert (stage.GetStartTimeCode(), stage.GetEndTimeCode(), stage.GetTimeCodesPerSecond()) == (1001, 1024, 24)
    kinds = [Usd.ModelAPI(stage.GetPrimAtPath(p)).GetKind() for p in ("/scene", "/scene/building")]
    assert kinds == ["assembly", "group"]


def test_every_corner_is_where_the_pose_puts_it(scene):
    _, stage, _, poses = scene
    for index in range(4):
        mesh = UsdGeom.Mesh(piece(stage, index))
        points = mesh.GetPointsAttr().Get()
        for frame in (0, 7, 23):
            matrix = mesh.ComputeLocalToWorldTransform(1001 + frame)
            x, w = poses.rotation[frame, index, 0], poses.rotation[frame, index, 3]
            angle = 2 * np.arctan2(x, w)
            turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
            expected = CORNERS @ turn.T + poses.position_m[frame, index]
            assert np.allclose([matrix.Transform(Gf.Vec3d(point)) for point in points], expected, atol=1e-5)


def test_rest_has_no_samples_and_gone_pieces_are_invisible(scene):
    _, stage, _, _ = scene
    assert not UsdGeom.Xformable(piece(stage, 0)).TransformMightBeTimeVarying()
    shown = UsdGeom.Imageable(piece(stage, 1)).GetVisibilityAttr()
    assert (shown.Get(1010), shown.Get(1011), shown.Get(1024)) == ("inherited", "invisible", "invisible")


def test_a_rest_before_motion_is_held(tmp_path):
    boxes = Boxes(1)
    position = np.repeat(boxes.centroid_m[None], 6, axis=0)
    position[4:, 0, 2] = [4, 3]
    poses = usd.Poses(position, np.tile([0, 0, 0, 1.0], (6, 1, 1)), 1001, 24.0)
    boxes.part_names = ("front wall",)
    usd.write_scene(tmp_path / "s.usd", boxes, poses, names=["piece_0000"], camera=CAMERA, materials=[Stuff()])
    stage = Usd.Stage.Open(str(tmp_path / "s.usd"))
    mesh = UsdGeom.Mesh(piece(stage, 0))
    heights = [mesh.ComputeLocalToWorldTransform(time).ExtractTranslation()[2] for time in (1001, 1003.5, 1004, 1004.5)]
    assert heights == [5, 5, 5, 4.5]


def test_camera_projects_like_ours(scene):
    _, stage, _, _ = scene
    frustum = UsdGeom.Camera(stage.GetPrimAtPath("/scene/camera")).GetCamera(1001).frustum
    project = frustum.ComputeViewMatrix() * frustum.ComputeProjectionMatrix()
    rotation = np.reshape(CAMERA.rotation, (3, 3))
    for point in ((0, 0, 0), (5, 2, 8), (-4, 10, 1)):
        x, y, _ = project.Transform(Gf.Vec3d(*point))
        q = rotation @ (np.array(point) - CAMERA.position_m)
        expected = (470 + 900 * q[0] / q[2] / 1.25, 300 + 900 * q[1] / q[2])
        assert ((x + 1) / 2 * 960, (1 - y) / 2 * 540) == pytest.approx(expected, abs=1e-3)


def test_mass_inertia_and_materials(scene):
    _, stage, boxes, _ = scene
    prim = piece(stage, 2)
    mass = UsdPhysics.MassAPI(prim)
    assert mass.GetMassAttr().Get() == 1800
    axes = Gf.Matrix3d(Gf.Rotation(Gf.Quatd(mass.GetPrincipalAxesAttr().Get())))
    turn = np.array(axes).T
    rebuilt = turn @ np.diag(mass.GetDiagonalInertiaAttr().Get()) @ turn.T
    assert np.allclose(rebuilt, boxes.inertia_kgm2[2], atol=1e-2)
    assert prim.HasAPI(UsdPhysics.RigidBodyAPI)
    assert prim.HasAPI(UsdPhysics.CollisionAPI)
    assert UsdPhysics.MeshCollisionAPI(prim).GetApproximationAttr().Get() == "convexHull"
    bound, _ = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()
    assert bound.GetPath() == "/scene/looks/brick"
    assert UsdPhysics.MaterialAPI(bound.GetPrim()).GetDensityAttr().Get() == 1800
    kinds = UsdGeom.PrimvarsAPI(prim).GetPrimvar("secondunit:faceKind")
    assert list(kinds.Get()) == [0, 0, 1, 1, 2, 2]
    assert kinds.GetInterpolation() == "uniform"


def test_same_shot_gives_the_same_bytes(scene, tmp_path):
    path, _, boxes, poses = scene
    names = [f"piece_{index:04d}" for index in range(4)]
    usd.write_scene(tmp_path / "again.usd", boxes, poses, names=names, camera=CAMERA, materials=[Stuff()])
    assert path.read_bytes() == (tmp_path / "again.usd").read_bytes()


def test_small_debris_is_one_instancer_in_the_right_place(tmp_path):
    """Where USD computes each instance's matrix, its corners are size x turned corner + place, within half floats."""
    rng = np.random.default_rng(3)
    frames, count = 3, 6
    turn = rng.normal(size=(frames, count, 4))
    turn /= np.linalg.norm(turn, axis=2, keepdims=True)
    corners = rng.normal(size=(2, 5, 3))
    alive = np.ones((frames, count), bool)
    alive[0, 4] = False
    place = rng.normal(size=(frames, count, 3)).astype(np.float32)
    lumps = usd.Lumps(
        corners, [np.array([[0, 1, 2], [0, 2, 3]])] * 2, np.arange(count) % 2, np.linspace(0.1, 0.6, count), place,
        turn, alive,
    )  # fmt: skip
    path, boxes = tmp_path / "scene.usd", Boxes(2)
    usd.write_scene(path, boxes, fall(boxes), names=["a", "b"], camera=CAMERA, materials=[Stuff()], lumps=lumps)
    stage = Usd.Stage.Open(str(path))
    assert [error.GetErrorAsString() for error in complaints(stage)] == []
    instancer = UsdGeom.PointInstancer(stage.GetPrimAtPath("/scene/debris"))
    matrices = instancer.ComputeInstanceTransformsAtTime(1003, 1003)
    for n, matrix in enumerate(matrices):
        expected = usd_turn(turn[2, n], lumps.size[n] * corners[n % 2]) + place[2, n]
        found = [matrix.Transform(Gf.Vec3d(*corner.tolist())) for corner in corners[n % 2]]
        np.testing.assert_allclose(np.array(found), expected, atol=4e-3)
    assert list(instancer.ComputeMaskAtTime(1001)) == [True, True, True, True, False, True]


def usd_turn(quaternion, points):
    from scipy.spatial.transform import Rotation

    return Rotation.from_quat(quaternion).apply(points)
