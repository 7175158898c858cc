"""An artist's mattes: black is the plate to the bit, the rest is edited as ever, and a hand keeps its edge."""

import hashlib
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image

from secondunit.faces import follow, models, person
from secondunit.media import colour, frames, plates
from secondunit.runner.local import LocalContext
from secondunit.schema import AgeBrief, InputError, StoredFile, StoredFrames
from secondunit.tools import age
from secondunit.tools.age import paste, roto, shape
from secondunit.tools.age.parts import Part
from secondunit.tools.age.picture import LAYERS
from secondunit.tools.age_trial import places

HEAD = Path(__file__).parents[3] / "examples" / "head" / "plate.jpg"
COUNT, STEP = 3, 4
BAR = ((430, 560), (520, 300))
"""A bar of skin's own colour before the cheek, its ends in pixels of the first frame."""


@pytest.fixture(scope="module", autouse=True)
def _networks():
    try:
        follow.networks()
    except models.Missing as missing:
        pytest.skip(f"{missing}: `make` installs it where there is a wheel of it")


def bar(shape, frame):
    """(H,W) 0..1 of the bar, which moves by STEP pixels a frame."""
    canvas = np.zeros(shape[:2], np.float32)
    ends = [(x + STEP * frame, y) for x, y in BAR]
    cv2.line(canvas, *ends, 1.0, 50, cv2.LINE_AA)
    return cv2.GaussianBlur(canvas, (0, 0), 1.0)


@pytest.fixture(scope="module")
def shot(tmp_path_factory):
    """The example's still behind the bar, as a plate, and mattes of who stands in it, without the bar."""
    home = tmp_path_factory.mktemp("roto")
    with Image.open(HEAD) as picture:
        shown = np.asarray(picture.convert("RGB"))
    linear = colour.to_working(shown.astype(np.float32) / 255, colour.SRGB)
    someone = person.matte(shown, places.found(shown.astype(np.float32) / 255))
    for n in range(COUNT):
        over = bar(linear.shape, n)[..., None]
        image = (linear * (1 - over) + np.array([0.34, 0.22, 0.16], np.float32) * over).astype(np.float32)
        frames.write_rgb(home / f"head.{1001 + n}.exr", image)
        matte = np.where(over[..., 0] > 0.99, 0, 1 - over[..., 0]) * someone
        Image.fromarray((65535 * matte).round().astype(np.uint16)).save(home / f"roto.{1001 + n}.png")
    request = SimpleNamespace(
        shot="HD010", source=str(home / "head.%04d.exr"), colorspace=None, occluders=None, clean=None, camera=None
    )
    folder = home / "plate"
    folder.mkdir()
    plate = plates.ingest(request, plate="PL01_v001", folder="plate", staging=folder, fps=24.0, start=1001)
    return SimpleNamespace(home=home, plate=plate, folder=folder)


def stored(shot, *names, first_frame=None):
    files = [shot.home / name for name in names]
    kept = [StoredFile(path=f.name, sha256=hashlib.sha256(f.read_bytes()).hexdigest()) for f in files]
    return StoredFrames(files=tuple(kept), first_frame=first_frame)


def made(shot, name, **words):
    brief = AgeBrief.read(
        shot="HD010", performer="Pia", **{"by_years": 20, "apparent_age": 60, "quality": "final", **words}
    )
    staging = shot.home / name
    with LocalContext(staging, shot.home / "cache", shot.folder, files=shot.home) as ctx:
        draft = age.make(brief, shot.plate, ctx)
        return SimpleNamespace(draft=draft, staging=staging, reused=set(ctx.reused))


@pytest.fixture(scope="module")
def free(shot):
    return made(shot, "free")


@pytest.fixture(scope="module")
def drawn(shot, free):
    """After `free`, in the same cache."""
    names = [f"roto.{1001 + n}.png" for n in range(COUNT)]
    return made(shot, "drawn", roto=stored(shot, *names, first_frame=1001))


def layer(version, name, frame=1002):
    found = next(one for one in LAYERS if one.name == name)
    picture = frames.read(version.staging / name / f"{name}.{frame:04d}.exr")
    return picture.stack(found.channels, picture.display_window)


def plate_of(shot, frame=1002):
    return frames.read_rgb(shot.folder / shot.plate.frame_name(frame), shot.plate.display_window)


def test_black_is_the_plate_to_the_bit_in_every_layer(shot, free, drawn):
    """Skin, hair and shape alike; without the mattes lines are drawn on the bar, which has the skin's colour."""
    for frame in shot.plate.frames:
        plate = plate_of(shot, frame)
        black = bar(plate.shape, frame - 1001) > 0.99
        assert (layer(drawn, "comp", frame)[black] == plate[black]).all()
        assert not layer(drawn, "mattes", frame)[black].any()
        assert not layer(drawn, "confidence", frame)[black].any()
        assert (layer(free, "comp", frame)[black] != plate[black]).any(axis=-1).mean() > 0.2


def test_the_rest_of_the_face_is_edited_as_before(shot, free, drawn):
    plate, far = plate_of(shot), cv2.dilate(bar((540, 960), 1), np.ones((61, 61), np.uint8)) == 0
    one, other = (np.abs(layer(version, "comp") - plate)[far].sum() for version in (free, drawn))
    assert 0.8 < other / one < 1.25


def test_only_what_depends_on_the_mattes_is_made_anew(drawn):
    assert "follow" in drawn.reused
    assert not {"skin", "average over time", "picture"} & drawn.reused
    assert len(drawn.draft.inputs["roto"]) == 64


def test_one_still_holds_for_every_frame_and_a_loose_one_is_said(shot, capsys):
    plate = plate_of(shot)
    half = np.zeros(plate.shape[:2], np.uint8)
    half[:, : plate.shape[1] // 2] = 255
    Image.fromarray(half).save(shot.home / "half.png")
    version = made(shot, "still", roto=stored(shot, "half.png"), by_years=-12)
    assert "what lies there is edited and moved as theirs" in capsys.readouterr().err
    for frame in shot.plate.frames:
        apart = (layer(version, "comp", frame) != plate_of(shot, frame)).any(axis=-1)
        assert not apart[half == 0].any()
        assert apart[half > 0].mean() > 0.02


def test_a_frame_that_is_all_black_is_the_plate(shot):
    """The tool has nothing to learn the skin's colour from there."""
    black = np.zeros((540, 960), np.uint8)
    Image.fromarray(black).save(shot.home / "black.png")
    roto = stored(shot, "roto.1001.png", "black.png", "roto.1003.png", first_frame=1001)
    version = made(shot, "black", roto=roto, by_years=-12)
    assert (layer(version, "comp") == plate_of(shot)).all()
    assert (layer(version, "comp", 1003) != plate_of(shot, 1003)).any()


def test_mattes_of_another_plate_are_one_sentence(shot):
    with pytest.raises(InputError, match=r"The roto has 1 frames from 1001 on, and HD010/PL01_v001 3 from 1001 on"):
        made(shot, "other", roto=stored(shot, "roto.1001.png", first_frame=1001))


def test_files_are_checked_before_any_work_and_named_as_given(shot, tmp_path):
    brief = AgeBrief.read(shot="HD010", performer="Pia", by_years=-5, apparent_age=60)
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "small.png")
    for given, words in (("small.png", "8 x 8 pixels and the plate 960 x 540"), ("gone.####.png", "No file in")):
        with pytest.raises(InputError, match=rf"^--roto {tmp_path}/{given}: .*{words}"):
            age.check(brief, shot.plate, shot.folder, {"--roto": tmp_path / given})


def test_a_head_track_is_checked_before_any_work(shot, tmp_path):
    brief = AgeBrief.read(shot="HD010", performer="Pia", by_years=-5, apparent_age=60)
    (tmp_path / "bad.usda").write_text("no USD")
    with pytest.raises(InputError, match=rf"^--track {tmp_path}/bad\.usda: bad\.usda is no USD file that can be read"):
        age.check(brief, shot.plate, shot.folder, {"--track": tmp_path / "bad.usda"})
    named = brief.model_copy(update={"track_prim": "/head"})
    with pytest.raises(InputError, match="--track-prim /head names the head of a --track, and none is given"):
        age.check(named, shot.plate, shot.folder, {})


@pytest.mark.usefixtures("free")
def test_a_head_track_carries_the_face(shot):
    """Head and camera stand still, as the performer does. Following is not done again."""
    from pxr import Usd, UsdGeom

    made_of = Usd.Stage.CreateNew(str(shot.home / "head.usda"))
    camera = UsdGeom.Camera.Define(made_of, "/cam")
    camera.CreateFocalLengthAttr(80.0)
    camera.CreateHorizontalApertureAttr(36.0)
    head = UsdGeom.Xform.Define(made_of, "/head").AddTranslateOp()
    for frame in shot.plate.frames:
        head.Set((0.0, 0.0, -120.0), frame)
    made_of.GetRootLayer().Save()
    version = made(shot, "tracked", track=stored(shot, "head.usda").files[0], by_years=-12, volume=0)
    assert "follow" in version.reused
    assert len(version.draft.inputs["track"]) == 64
    assert (layer(version, "comp") != plate_of(shot)).any(axis=-1).mean() > 0.02


def test_nothing_moves_beside_what_is_before_the_face(points):
    """Far from it the shape moves as it would, and the edge of the outline is no edge of a hand."""
    face = points / 480 * 300 + [90, 90, 0]
    field = shape.field(face, (480, 480), shape.Shape.all(1.0))
    matte = np.zeros((480, 480), np.float32)
    cv2.fillPoly(matte, [cv2.convexHull(face[:, :2].round().astype(np.int32))], 1.0)
    assert not roto.still(face, matte).any()
    matte[230:250] = 0
    held = shape.held(field, roto.still(face, matte))
    sizes = [np.hypot(*np.moveaxis(one.offsets, -1, 0)) for one in (field, held)]
    inside = cv2.erode(np.where(matte > 0, 1, 0).astype(np.uint8), np.ones((9, 9), np.uint8))
    beside = np.zeros((480, 480), bool)
    beside[225:255] = (inside[225:226] > 0) | (inside[255:256] > 0)
    sizes_beside = [one[beside[field.box]].max() for one in sizes]
    assert sizes_beside[1] < 0.05 < 0.3 < sizes_beside[0]
    assert sizes[1].max() > 0.5 * sizes[0].max()


def test_a_value_between_scales_the_change():
    plate = np.full((4, 4, 3), 0.5, np.float32)
    share = np.broadcast_to(np.array([0, 0.25, 0.5, 1], np.float32), (4, 4))
    change = np.zeros((4, 4, 3), np.float32)
    change[..., 0] = np.log(1.5)
    part = Part((slice(0, 4), slice(0, 4)), change, np.ones((4, 4), np.float32))
    made = paste.over(plate, roto.parts([part], share))
    assert made[0, :, 0] == pytest.approx(0.5 * 1.5 ** share[0], rel=1e-3)
    assert (made[:, 0] == plate[:, 0]).all()
