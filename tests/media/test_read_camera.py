"""A camera from outside: USD's own projection and ours put every point on the same pixel; what moves is refused."""

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom

from secondunit.schema import InputError, Plate
from tests.media.material import ingest, jpeg, ramp

WIDTH, HEIGHT = 64, 48


def stage(path, *, up="Y", metres=0.01, place=True, offset=(0.0, 0.0), aperture=(36.0, 27.0)):
    """A camera under a turned and lifted group, looking a little down."""
    made = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(made, up)
    if metres:
        UsdGeom.SetStageMetersPerUnit(made, metres)
    group = UsdGeom.Xform.Define(made, "/rig")
    camera = UsdGeom.Camera.Define(made, "/rig/cam")
    camera.CreateFocalLengthAttr(30.0)
    camera.CreateHorizontalApertureAttr(aperture[0])
    camera.CreateVerticalApertureAttr(aperture[1])
    camera.CreateHorizontalApertureOffsetAttr(offset[0])
    camera.CreateVerticalApertureOffsetAttr(offset[1])
    if place:
        high = (40.0, 170.0, 300.0) if up == "Y" else (40.0, -300.0, 170.0)
        group.AddTranslateOp().Set(high)
        group.AddRotateXYZOp().Set((-7.0, 25.0, 2.0) if up == "Y" else (83.0, 2.0, 25.0))
        group.AddScaleOp().Set((2.0, 2.0, 2.0))
    return made, camera


def taken(tmp_path, made):
    made.GetRootLayer().Save()
    jpeg(tmp_path / "a.jpg", ramp(WIDTH, HEIGHT))
    return ingest(tmp_path / "a.jpg", tmp_path / "s", camera=str(tmp_path / "cam.usda"))


def theirs(camera, point, time=None):
    """Pixel of a point (in the stage's own units) by USD's frustum."""
    frustum = camera.GetCamera(Usd.TimeCode.Default() if time is None else time).frustum
    clip = Gf.Vec4d(*point, 1) * (frustum.ComputeViewMatrix() * frustum.ComputeProjectionMatrix())
    return (1 + clip[0] / clip[3]) / 2 * WIDTH, (1 - clip[1] / clip[3]) / 2 * HEIGHT


def ours(plate, point_m):
    camera = plate.camera
    seen = np.reshape(camera.rotation, (3, 3)) @ (np.asarray(point_m) - camera.position_m)
    x = camera.centre_px[0] + camera.focal_px * seen[0] / seen[2] / camera.pixel_aspect
    return x, camera.centre_px[1] + camera.focal_px * seen[1] / seen[2]


@pytest.mark.parametrize("offset", [(0.0, 0.0), (3.0, -2.0)])
@pytest.mark.parametrize(("up", "metres"), [("Y", 0.01), ("Z", 1.0), ("Z", 0.001)])
def test_every_point_lands_where_usd_puts_it(tmp_path, up, metres, offset):
    made, camera = stage(tmp_path / "cam.usda", up=up, metres=metres, offset=offset)
    plate = taken(tmp_path, made)
    assert plate.camera_placed
    inverse = camera.GetCamera(Usd.TimeCode.Default()).transform
    for local in ((10, 5, -200), (-80, 30, -500), (0, 0, -90)):
        point = np.array(inverse.Transform(Gf.Vec3d(*local)))
        house = point * metres
        if up == "Y":
            house = np.array([house[0], -house[2], house[1]])
        assert ours(plate, house) == pytest.approx(theirs(camera, point), abs=1e-3)
    assert plate.camera.position_m[2] == pytest.approx(170 * metres, rel=1e-6)
    assert Plate.from_json(plate.to_json()) == plate


def test_lens_without_a_place_is_said(tmp_path):
    made, _ = stage(tmp_path / "cam.usda", place=False)
    plate = taken(tmp_path, made)
    assert not plate.camera_placed
    assert plate.camera.focal_px == pytest.approx(30 / 36 * WIDTH)
    assert any("its lens is used" in note for note in plate.notes)


def test_unit_and_shape_that_are_guessed_are_said(tmp_path):
    made, _ = stage(tmp_path / "cam.usda", metres=None, aperture=(36.0, 24.0))
    notes = " ".join(taken(tmp_path, made).notes)
    assert "centimetres are taken" in notes
    assert "another shape" in notes


def moving(made, camera):
    op = UsdGeom.Xformable(camera).AddTranslateOp()
    op.Set((0, 0, 0), 1001)
    op.Set((0, 25, 0), 1010)


def zooming(made, camera):
    camera.GetFocalLengthAttr().Set(30.0, 1001)
    camera.GetFocalLengthAttr().Set(35.0, 1010)


def double(made, camera):
    UsdGeom.Camera.Define(made, "/other")


def gone(made, camera):
    made.RemovePrim("/rig/cam")


def flat(made, camera):
    camera.GetProjectionAttr().Set("orthographic")


def mirrored(made, camera):
    UsdGeom.Xformable(camera).AddScaleOp().Set((-1, 1, 1))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (moving, r"moves \(0\.50 m and 0\.0 degrees between frames 1001 and 1010\)"),
        (zooming, "zooms or shifts between frames 1001 and 1010"),
        (double, r"holds 2 cameras \(/rig/cam, /other\)"),
        (gone, "holds no cameras"),
        (flat, "orthographic"),
        (mirrored, "mirrors the world"),
    ],
)
def test_cameras_that_cannot_be_used_get_one_sentence(tmp_path, change, says):
    made, camera = stage(tmp_path / "cam.usda")
    change(made, camera)
    with pytest.raises(InputError, match=rf"--camera .*cam\.usda: .*{says}") as raised:
        taken(tmp_path, made)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "s").exists()


def test_samples_of_a_camera_that_stands_still_are_no_motion(tmp_path):
    made, camera = stage(tmp_path / "cam.usda")
    op = UsdGeom.Xformable(camera).AddTranslateOp()
    for frame in (1001, 1002, 1003):
        op.Set((0, 1, 0), frame)
    assert taken(tmp_path, made).camera_placed


@pytest.mark.parametrize("content", [b"", b"#usda 1.0\n(((", b"PXR-USDC" + b"\xff" * 200, b"Film"])
def test_files_that_are_no_usd_are_refused(tmp_path, content):
    (tmp_path / "cam.usda").write_bytes(content)
    jpeg(tmp_path / "a.jpg", ramp(WIDTH, HEIGHT))
    with pytest.raises(InputError, match=r"--camera .*cam\.usda"):
        ingest(tmp_path / "a.jpg", tmp_path / "s", camera=str(tmp_path / "cam.usda"))
    with pytest.raises(InputError, match="there is no file"):
        ingest(tmp_path / "a.jpg", tmp_path / "s", camera=str(tmp_path / "gone.usda"))
