"""A head track given: USD's own projection and ours agree in every frame; what cannot be used is one sentence."""

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom

from secondunit.media import track_file
from secondunit.schema import InputError, Plate

WIDTH, HEIGHT = 64, 48
FRAMES = range(1001, 1005)


def plate(**changed):
    fields = {
        "id": "PL01_v001", "shot": "HD010", "kind": "sequence", "source_name": "x", "source_sha256": "0" * 64,
        "width": WIDTH, "height": HEIGHT, "data_window": (0, 0, WIDTH - 1, HEIGHT - 1),
        "display_window": (0, 0, WIDTH - 1, HEIGHT - 1), "first_frame": FRAMES[0], "last_frame": FRAMES[-1],
        "fps": 24.0, "colorspace": "ACEScg", "colorspace_said": "given", "frames_folder": "x",
    }  # fmt: skip
    return Plate(**fields | changed)


def stage(path, *, up="Y", metres=0.01, scale=1.0):
    """A head under a group, turning as it comes nearer; a camera that pans and zooms."""
    made = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(made, up)
    if metres:
        UsdGeom.SetStageMetersPerUnit(made, metres)
    camera = UsdGeom.Camera.Define(made, "/cam")
    camera.CreateHorizontalApertureAttr(36.0)
    camera.CreateVerticalApertureAttr(27.0)
    camera.CreateHorizontalApertureOffsetAttr(2.0)
    pan, focal = camera.AddRotateYOp(), camera.CreateFocalLengthAttr(40.0)
    UsdGeom.Xform.Define(made, "/set").AddTranslateOp().Set((3.0, 1.0, -2.0))
    head = UsdGeom.Xform.Define(made, "/set/head")
    place, turn = head.AddTranslateOp(), head.AddRotateXYZOp()
    head.AddScaleOp().Set((scale,) * 3)
    for n, frame in enumerate(FRAMES):
        pan.Set(2.0 * n, frame)
        focal.Set(40.0 + n, frame)
        place.Set((2.0 * n, n, -150.0 + 8 * n), frame)
        turn.Set((4.0 * n, -15.0 * n, 5.0), frame)
    return made


def saved(made):
    made.GetRootLayer().Save()
    return made


def theirs(made, point, frame):
    """Pixel of a point of the head (its own units) by USD's frustum."""
    frustum = UsdGeom.Camera(made.GetPrimAtPath("/cam")).GetCamera(frame).frustum
    world = UsdGeom.Xformable(made.GetPrimAtPath("/set/head")).ComputeLocalToWorldTransform(frame).Transform(point)
    clip = Gf.Vec4d(*world, 1) * (frustum.ComputeViewMatrix() * frustum.ComputeProjectionMatrix())
    return (1 + clip[0] / clip[3]) / 2 * WIDTH, (1 - clip[1] / clip[3]) / 2 * HEIGHT


def ours(track, point_m, n):
    q = track.turn[n] @ np.asarray(point_m) + track.place_m[n]
    return track.centre_px[n] + track.focal_px[n] * q[:2] / q[2] / [track.pixel_aspect, 1]


@pytest.mark.parametrize("suffix", ["usda", "usdc"])
@pytest.mark.parametrize(("up", "metres", "scale"), [("Y", 0.01, 1.0), ("Z", 1.0, 1.0), ("Y", 0.01, 2.5)])
def test_every_point_lands_where_usd_puts_it(tmp_path, suffix, up, metres, scale):
    made = saved(stage(tmp_path / f"head.{suffix}", up=up, metres=metres, scale=scale))
    track = track_file.read(tmp_path / f"head.{suffix}", plate(), None)
    assert track.frames.tolist() == list(FRAMES)
    for n, frame in enumerate(FRAMES):
        for point in ((0, 0, 0), (5, -3, 8), (-6, 9, 2)):
            expected = theirs(made, Gf.Vec3d(*point), frame)
            assert ours(track, np.array(point) * metres * scale, n) == pytest.approx(expected, abs=1e-3)
    assert "Head track /set/head of head" in track.said
    assert f"{np.median(track.place_m[:, 2]):.2f} m from /cam" in track.said


def test_a_unit_that_is_not_stated_is_said(tmp_path):
    saved(stage(tmp_path / "a.usda", metres=None))
    assert "centimetres are taken" in track_file.read(tmp_path / "a.usda", plate(), None).said


def test_pixels_that_are_not_square_are_counted(tmp_path):
    saved(stage(tmp_path / "a.usda"))
    square, squeezed = (track_file.read(tmp_path / "a.usda", plate(pixel_aspect=a), None) for a in (1.0, 2.0))
    off = [ours(one, (0.05, 0.02, 0), 1) - one.centre_px[1] for one in (square, squeezed)]
    assert off[1] == pytest.approx([off[0][0], 2 * off[0][1]])


def test_frames_beyond_the_samples_are_not_held(tmp_path):
    saved(stage(tmp_path / "a.usda"))
    longer = plate(first_frame=1000, last_frame=1010)
    assert track_file.read(tmp_path / "a.usda", longer, None).frames.tolist() == list(FRAMES)


def _second(made):
    jaw = UsdGeom.Xform.Define(made, "/set/jaw").AddRotateXOp()
    jaw.Set(0.0, 1001)
    jaw.Set(9.0, 1004)


def _still(made):
    made.GetPrimAtPath("/set/head").GetAttribute("xformOp:translate").Clear()
    made.GetPrimAtPath("/set/head").GetAttribute("xformOp:rotateXYZ").Clear()


def _mirrored(made):
    made.GetPrimAtPath("/set/head").GetAttribute("xformOp:scale").Set((-1.0, 1, 1))


def _grown(made):
    for frame, size in ((1001, 1.0), (1004, 1.2)):
        made.GetPrimAtPath("/set/head").GetAttribute("xformOp:scale").Set((size,) * 3, frame)


def _two_cameras(made):
    UsdGeom.Camera.Define(made, "/other")


def _behind(made):
    op = made.GetPrimAtPath("/set/head").GetAttribute("xformOp:translate")
    op.Clear()
    op.Set((0.0, 0, 200))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_second, r"2 animated transforms \(/set/head, /set/jaw\): say which is the head with --track-prim"),
        (_still, "no animated transform beside its camera: say which is the head with --track-prim"),
        (_mirrored, "head that is mirrored"),
        (_grown, "head whose scale changes, from 1 to 1.2: bake its motion without scale"),
        (_two_cameras, r"holds 2 cameras \(/cam, /other\): export the head with the one camera"),
        (_behind, "has its head behind its camera in every frame"),
    ],
)
def test_what_is_no_head_track_is_one_sentence(tmp_path, change, words):
    made = stage(tmp_path / "a.usda")
    change(made)
    saved(made)
    with pytest.raises(InputError, match=rf"a\.usda .*{words}"):
        track_file.read(tmp_path / "a.usda", plate(), None)


def test_the_head_may_be_named(tmp_path):
    made = stage(tmp_path / "a.usda")
    _second(made)
    saved(made)
    assert track_file.read(tmp_path / "a.usda", plate(), "/set/head").frames.tolist() == list(FRAMES)
    for wrong in ("/nobody", "/cam", "no path"):
        with pytest.raises(InputError, match=rf"has no transform at {wrong} \(/cam, /set, /set/head"):
            track_file.read(tmp_path / "a.usda", plate(), wrong)


def test_a_still_head_and_a_camera_that_moves_are_a_track(tmp_path):
    made = stage(tmp_path / "a.usda")
    _still(made)
    saved(made)
    track = track_file.read(tmp_path / "a.usda", plate(), "/set/head")
    assert np.ptp(track.place_m[:, 0]) > 0 or np.ptp(track.turn[:, 0, 2]) > 0


def test_other_frame_numbers_are_named(tmp_path):
    saved(stage(tmp_path / "a.usda"))
    with pytest.raises(InputError, match=r"holds frames 1001 to 1004 and the plate 1 to 24: export it under the plate"):
        track_file.read(tmp_path / "a.usda", plate(first_frame=1, last_frame=24), None)


def test_what_is_no_usd_harms_nothing(tmp_path):
    bad = tmp_path / "a.usdc"
    bad.write_bytes(b"PXR-USDC" + bytes(range(256)) * 40)
    with pytest.raises(InputError, match=r"a\.usdc"):
        track_file.read(bad, plate(), None)
    with pytest.raises(InputError, match="There is no file"):
        track_file.read(tmp_path / "gone.usd", plate(), None)


def test_answers_that_make_no_track_are_refused():
    facts = {"prim": "/h", "camera": "/c", "frames": [1001], "turn": [[1] * 9], "place": [[0, 0, float("nan")]]}
    for broken in ({}, {"lens": [[50, 36, 24, 0, 0]], "metres_per_unit": 1.0}, {"lens": [[50, 36]]}):
        with pytest.raises(InputError, match=r"x\.usd makes no head track"):
            track_file.given(facts | broken, "x.usd", plate())
