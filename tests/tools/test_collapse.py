"""The tool on a small plate: the plate until the event, its header in every layer, layers that recombine, one hull."""

import tomllib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from secondunit.media import frames
from secondunit.runner.local import LocalContext
from secondunit.schema import CollapseBrief, Draft, Plate, Tri
from secondunit.tools import collapse

CORNER = Path(__file__).parents[2] / "examples" / "street_corner"
SCALE = 6


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Seven frames of the example plate at a sixth of its size, event at the third."""
    from PIL import Image

    from secondunit.media import colour, plates
    from secondunit.media.header import of_timecode
    from secondunit.media.timecode import parse

    home = tmp_path_factory.mktemp("collapse")
    example = tomllib.loads((CORNER / "example.toml").read_text())
    with Image.open(CORNER / example["plate"]) as picture:
        small = picture.resize((picture.width // SCALE, picture.height // SCALE), Image.Resampling.BOX)
    code = np.asarray(small.convert("RGB"), np.float32) / 255
    linear = colour.to_working(code, colour.SRGB)
    header = frames.ACESCG | {"slate": {"type": "str", "value": "12A/3"}, "timeCode": of_timecode(parse("01:00:00:00"))}
    source = home / "corner.1001.exr"
    frames.write_layer(source, {c: linear[..., n] for n, c in enumerate("RGB")}, header=header)
    request = SimpleNamespace(
        shot="SC010", source=str(source), colorspace=None, occluders=None, clean=None, camera=None
    )
    folder = home / "plate"
    folder.mkdir()
    plate = plates.ingest(request, plate="PL01_v001", folder="plate", staging=folder, fps=24.0, start=1001)
    facade = tuple(tuple(float(v) / SCALE for v in pair.split(",")) for pair in example["facade"].split())
    brief = CollapseBrief(shot="SC010", facade=facade, height_m=example["height_m"], frames=7, event_frame=1003)
    with LocalContext(home / "staging", home / "cache", folder, files=home) as ctx:
        draft = collapse.make(brief, plate, ctx)
    return SimpleNamespace(draft=draft, plate=plate, staging=home / "staging", plates=folder)


def layer(made: SimpleNamespace, name: str, frame: int) -> frames.Frame:
    return frames.read(made.staging / name / f"{name}.{frame:04d}.exr")


def test_it_vouches_for_its_output(made: SimpleNamespace) -> None:
    draft: Draft = made.draft
    assert draft.facts == {"finite": Tri.TRUE, "complete": Tri.TRUE, "hull_untouched": Tri.TRUE}
    files = {path.relative_to(made.staging).as_posix() for path in made.staging.rglob("*") if path.is_file()}
    expected = {one.file(f) for one in draft.layers for f in range(draft.first_frame, draft.last_frame + 1)}
    assert files == expected | set(draft.extras)


def test_the_picture_is_the_plate_until_the_event(made: SimpleNamespace) -> None:
    plate: Plate = made.plate
    original = frames.read(made.plates / plate.frame_name(plate.first_frame))
    for frame in (plate.first_frame, plate.first_frame + 2):
        comp = layer(made, "comp", frame)
        for channel in "RGB":
            assert np.array_equal(comp.channels[channel], original.channels[channel])
    late = layer(made, "comp", plate.first_frame + 6)
    assert not np.array_equal(late.channels["G"], original.channels["G"])


@pytest.mark.parametrize("name", ["comp", "depth", "crypto"])
def test_the_plates_header_is_in_every_layer(made: SimpleNamespace, name: str) -> None:
    header = layer(made, name, 1005).header
    assert header["slate"]["value"] == "12A/3"
    assert header["timeCode"]["value"][:4] == [1, 0, 0, 4]


def test_the_layers_make_the_picture(made: SimpleNamespace) -> None:
    rgb = {
        name: layer(made, name, 1007).stack() for name in ("comp", "debris", "dust", "shadow", "background", "grain")
    }
    debris_a = layer(made, "debris", 1007).stack(("A",))
    dust_a = layer(made, "dust", 1007).stack(("A",))
    behind = rgb["debris"] + (1 - debris_a) * rgb["background"] * rgb["shadow"]
    made_again = rgb["dust"] + (1 - dust_a) * behind + rgb["grain"]
    # Every layer is rounded to half (2^-11); half a dozen of them meet in a pixel.
    assert np.abs(made_again - rgb["comp"]).max() < 8 * 2**-11 * max(1.0, float(rgb["comp"].max()))


def test_no_layer_holds_a_nan(made: SimpleNamespace) -> None:
    for one in made.draft.layers:
        frame = layer(made, one.name, 1007)
        assert all(not np.isnan(values).any() for values in frame.channels.values()), one.name
