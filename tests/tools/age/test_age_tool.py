"""The tool on the example's performer, four frames that slide: what it vouches for, what it leaves, what it keeps."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from secondunit.faces import follow, models, person
from secondunit.media import colour, frames, plates
from secondunit.runner.local import LocalContext
from secondunit.schema import AgeBrief, InputError, Tri
from secondunit.tools import age
from secondunit.tools.age import own
from secondunit.tools.age.bands import LUMA
from secondunit.tools.age.picture import LAYERS

HEAD = Path(__file__).parents[3] / "examples" / "head" / "plate.jpg"
COUNT, STEP = 4, 3


@pytest.fixture(scope="module", autouse=True)
def _networks():
    try:
        follow.networks()
    except models.Missing as missing:
        pytest.skip(f"{missing}: `make` installs it where there is a wheel of it")


@pytest.fixture(scope="module")
def shot(tmp_path_factory):
    """The example's still, moved by three pixels a frame, with fresh grain, as a plate."""
    from PIL import Image

    home = tmp_path_factory.mktemp("age")
    with Image.open(HEAD) as picture:
        code = np.asarray(picture.convert("RGB"), np.float32) / 255
    linear = colour.to_working(code, colour.SRGB)
    rng = np.random.default_rng(1)
    for n in range(COUNT):
        grain = 1 + 0.01 * rng.standard_normal((*linear.shape[:2], 1)).astype(np.float32)
        moved = np.roll(linear, STEP * n, axis=1) * grain
        channels = {c: np.ascontiguousarray(moved[..., i]) for i, c in enumerate("RGB")}
        header = frames.ACESCG | {"slate": {"type": "str", "value": "12A/3"}}
        frames.write_layer(home / f"head.{1001 + n}.exr", channels, header=header)
    request = SimpleNamespace(
        shot="HD010", source=str(home / "head.%04d.exr"), colorspace=None, occluders=None, clean=None, camera=None
    )
    folder = home / "plate"
    folder.mkdir()
    plate = plates.ingest(request, plate="PL01_v001", folder="plate", staging=folder, fps=24.0, start=1001)
    return SimpleNamespace(home=home, plate=plate, folder=folder)


def made(shot, name, **words):
    """A version in a staging folder of its own, all in one cache, and which stages came from it."""
    brief = AgeBrief.read(shot="HD010", performer="Pia", **{"by_years": -12, "apparent_age": 68, **words})
    staging = shot.home / name
    with LocalContext(staging, shot.home / "cache", shot.folder, files=shot.home) as ctx:
        draft = age.make(brief, shot.plate, ctx)
        return SimpleNamespace(draft=draft, staging=staging, reused=set(ctx.reused))


@pytest.fixture(scope="module")
def younger(shot):
    return made(shot, "younger", quality="final", volume=0)


@pytest.fixture(scope="module")
def slimmer(shot):
    """With the shape moved as well."""
    return made(shot, "slimmer", quality="final")


def layer(version, name, frame=1002):
    found = next(one for one in LAYERS if one.name == name)
    picture = frames.read(version.staging / name / f"{name}.{frame:04d}.exr")
    return picture.stack(found.channels, picture.display_window)


def test_layers_of_the_performer_hold_no_more_than_what_is_not_zero(younger):
    """As compositors expect: a small data window in the plate's display window."""
    for name in ("delta", "mattes", "uv", "confidence"):
        picture = frames.read(younger.staging / name / f"{name}.1002.exr")
        x0, y0, x1, y1 = picture.data_window
        edge = picture.stack(next(one.channels for one in LAYERS if one.name == name))
        assert (x1 - x0 + 1, y1 - y0 + 1) != edge.shape[1::-1] or x0 > 0
        assert all(side.any() for side in (edge[0], edge[-1], edge[:, 0], edge[:, -1])), name


def light(image):
    """Log-luma."""
    return np.log(np.maximum(image @ LUMA, 1e-4))


def plate_of(shot, frame=1002):
    return frames.read_rgb(shot.folder / shot.plate.frame_name(frame), shot.plate.display_window)


def test_it_vouches_for_its_output(younger):
    draft = younger.draft
    assert draft.facts == {"finite": Tri.TRUE, "complete": Tri.TRUE, "hull_untouched": Tri.TRUE}
    files = {path.relative_to(younger.staging).as_posix() for path in younger.staging.rglob("*") if path.is_file()}
    expected = {one.file(f) for one in draft.layers for f in range(draft.first_frame, draft.last_frame + 1)}
    assert files == expected | set(draft.extras)


def test_the_plates_header_is_in_every_layer(younger):
    for one in younger.draft.layers:
        assert frames.read_header(younger.staging / one.file(1002))["slate"]["value"] == "12A/3"


def test_where_nothing_is_skin_the_plate_is_the_plate_to_the_bit(shot, younger):
    comp, plate, sure = layer(younger, "comp"), plate_of(shot), layer(younger, "confidence")[..., 0]
    assert (comp[sure == 0] == plate[sure == 0]).all()
    assert (sure == 0).mean() > 0.6
    assert (comp != plate).any(axis=-1).mean() > 0.05


def test_plate_and_delta_are_the_comp(shot, younger):
    apart = np.abs(plate_of(shot) + layer(younger, "delta") - layer(younger, "comp"))
    assert apart.max() < 2e-3 * max(1.0, float(layer(younger, "comp").max()))


def test_it_evens_the_skin_and_keeps_its_grain(shot, younger):
    """Coarser than grain, the cheeks vary less; what is finer than a pixel or two stays."""
    import cv2

    cheek = layer(younger, "mattes")[..., 1 + 6] > 0.5
    assert younger.draft.layers[2].channels[1 + 6] == "cheek"
    assert cheek.sum() > 300
    logs = [light(plate_of(shot)), light(layer(younger, "comp"))]
    uneven = [(cv2.GaussianBlur(one, (0, 0), 2) - cv2.GaussianBlur(one, (0, 0), 8))[cheek].std() for one in logs]
    assert uneven[1] < 0.85 * uneven[0]
    # The median, for the sharp edge of a fold is no grain.
    grain = [np.median(np.abs(one - cv2.GaussianBlur(one, (0, 0), 1))[cheek]) for one in logs]
    assert 0.9 < grain[1] / grain[0] < 1.05


def test_the_edit_moves_with_the_face(shot, younger):
    """The known motion taken back, what is left of the edit's change between frames is under a tenth of the edit."""
    gains = [light(layer(younger, "comp", f)) - light(plate_of(shot, f)) for f in (1002, 1003)]
    skin = layer(younger, "mattes")[..., 0] > 0.8
    flicker = np.abs(np.roll(gains[1], -STEP, 1) - gains[0])[skin].mean() / np.abs(gains[0][skin]).mean()
    assert flicker < 0.25


def test_a_moved_shape_stays_inside_the_hull_and_leaves_the_background(shot, younger, slimmer):
    """What it moves is the person's: of all changed pixels under a fiftieth are clearly background."""
    assert slimmer.draft.facts["hull_untouched"] is Tri.TRUE
    plate, comp = plate_of(shot), layer(slimmer, "comp")
    high, wide = plate.shape[:2]
    u, v = (np.arange(wide) + 0.5) / wide, 1 - (np.arange(high) + 0.5) / high
    still = np.stack(np.broadcast_arrays(u[None], v[:, None]), axis=-1)
    moved = np.abs(layer(slimmer, "stmap") - still).max(axis=-1) * wide > 0.05
    assert moved.sum() > 500
    assert (comp[~moved] == layer(younger, "comp")[~moved]).all(axis=-1).mean() > 0.995
    (track,) = follow.follow(shot.plate, shot.folder)
    someone = person.matte(colour.show(plate, colour.view_for(shot.plate.colorspace)), track.points[1])
    changed = (comp != plate).any(axis=-1)
    assert (changed & (someone < 0.05)).sum() < 0.005 * changed.sum()
    worn = own.pinned(own.clothes(plate, someone, track.points[1]), track.points[1])
    assert (worn == 1).sum() > 1000
    assert (comp == plate)[worn == 1].all(axis=-1).mean() > 0.995, "clothes stay"


def test_a_changed_strength_makes_only_pictures_anew(shot, younger):
    less = made(shot, "less", quality="final", by_years=-4, volume=0)
    assert {"follow", "skin", "average over time", "full strength"} <= less.reused
    assert "picture" not in less.reused
    sizes = [np.abs(layer(one, "delta")).sum() for one in (less, younger)]
    assert 0.2 * sizes[1] < sizes[0] < 0.45 * sizes[1]


def test_strength_keys_drive_frames_and_none_is_the_plate_to_the_bit(shot, slimmer):
    """Keys at 0 and 2 of four frames: nothing, half, all, all; shape, hair and eyes go along."""
    keyed = made(shot, "keyed", quality="final", strength=((0, 0.0), (2, 1.0)))
    assert {"follow", "skin", "average over time", "full strength"} <= keyed.reused
    assert "picture" not in keyed.reused
    assert keyed.draft.notes[1] == "Of that, 0% at frame 1001, 100% at frame 1003."
    assert (layer(keyed, "comp", 1001) == plate_of(shot, 1001)).all()
    assert not layer(keyed, "delta", 1001).any()
    assert layer(keyed, "confidence", 1001).max() > 0.9, "which says where, not how much"
    edits = [[np.abs(layer(one, "delta", f)).sum() for f in (1002, 1003, 1004)] for one in (keyed, slimmer)]
    assert 0.35 < edits[0][0] / edits[1][0] < 0.65
    for frame in (1003, 1004):
        for name in ("comp", "stmap"):
            assert (layer(keyed, name, frame) == layer(slimmer, name, frame)).all()
    again = made(shot, "keyed again", quality="final", strength=((0, 0.0), (2, 1.0), (90, 1.0)))
    assert "picture" in again.reused, "another key that says the same for these frames"


def test_layers_that_no_strength_changes_are_the_same_files(shot, younger):
    """Mattes, places and confidence are written once for a plate, and linked into every version."""
    less = made(shot, "less", quality="final", by_years=-4, volume=0)
    for name in ("mattes", "uv", "confidence"):
        files = [one.staging / name / f"{name}.1002.exr" for one in (less, younger)]
        assert files[0].samefile(files[1]), name


def test_a_region_of_no_strength_is_left_alone(shot, younger):
    bare = made(shot, "bare", quality="final", volume=0, regions={"forehead": 0.0})
    assert {"follow", "skin", "average over time", "full strength"} <= bare.reused
    forehead = layer(younger, "mattes")[..., 1] > 0.9
    assert np.abs(layer(younger, "delta")[forehead]).mean() > 5 * np.abs(layer(bare, "delta")[forehead]).mean()


@pytest.fixture(scope="module")
def older(shot):
    """Older, shape and all."""
    return made(shot, "older", quality="final", by_years=20)


def test_older_goes_the_same_way(shot, older):
    """It vouches for its output, keeps every bit of what is neither skin nor moved, and says whose lines these are."""
    assert older.draft.facts == {"finite": Tri.TRUE, "complete": Tri.TRUE, "hull_untouched": Tri.TRUE}
    assert older.draft.notes == ("20 years older: strength 100%, about 6 years more or less.",)
    assert set(older.draft.inputs) == {"lines"}
    comp, plate = layer(older, "comp"), plate_of(shot)
    still = (layer(older, "confidence")[..., 0] == 0) & (comp == plate).all(axis=-1)
    assert still.mean() > 0.6
    change = light(comp) - light(plate)
    assert np.quantile(np.abs(change[layer(older, "mattes")[..., 0] > 0.9]), 0.95) > 0.05
    apart = np.abs(plate + layer(older, "delta") - comp)
    assert apart.max() < 2e-3 * max(1.0, float(comp.max()))


def test_wrinkles_stay_put_on_the_face_and_weaker_ones_are_pictures_only(shot, older):
    """The known motion taken back, what is left of the edit's change between frames is a small part of the edit."""
    less = made(shot, "less old", quality="final", by_years=10, volume=0, regions={"forehead": 0.0})
    assert {"follow", "skin", "average over time"} <= less.reused
    assert "picture" not in less.reused
    gains = [light(layer(less, "comp", f)) - light(plate_of(shot, f)) for f in (1002, 1003)]
    skin = layer(less, "mattes")[..., 0] > 0.8
    flicker = np.abs(np.roll(gains[1], -STEP, 1) - gains[0])[skin].mean() / np.abs(gains[0][skin]).mean()
    assert flicker < 0.25
    forehead = layer(less, "mattes")[..., 1] > 0.9
    assert np.abs(gains[0][forehead]).mean() < 0.1 * np.abs(gains[0][skin]).mean()


def test_again_is_the_same_to_the_bit(shot, younger):
    again = made(shot, "again", quality="final", volume=0)
    assert "picture" in again.reused
    assert (layer(again, "comp") == layer(younger, "comp")).all()


def test_a_draft_is_smaller_and_says_so(shot):
    draft = made(shot, "draft", quality="draft").draft
    assert draft.width == 640
    assert draft.facts["hull_untouched"] is Tri.TRUE


def test_a_plate_without_a_face_is_one_sentence(shot, tmp_path):
    empty = tmp_path / "plate"
    empty.mkdir()
    for frame in shot.plate.frames:
        grey = np.full((shot.plate.height, shot.plate.width), 0.2, np.float32)
        frames.write_layer(empty / shot.plate.frame_name(frame), dict.fromkeys("RGB", grey), header=dict(frames.ACESCG))
    brief = AgeBrief.read(shot="HD010", performer="Pia", by_years=-5, apparent_age=60)
    with (
        LocalContext(tmp_path / "staging", tmp_path / "cache", empty, files=tmp_path) as ctx,
        pytest.raises(InputError, match="No face was found in HD010/PL01_v001"),
    ):
        age.make(brief, shot.plate, ctx)


def test_a_shaven_performer_has_no_beard(younger):
    found = next(one for one in LAYERS if one.name == "mattes")
    assert not layer(younger, "mattes")[..., found.channels.index("beard")].any()
