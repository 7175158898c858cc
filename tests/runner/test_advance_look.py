"""Frames read back by the door: it sees for itself what the tool vouches for."""

import numpy as np
import pytest

from secondunit.media import frames
from secondunit.runner.facts import Look
from secondunit.runner.inspection import sampled
from secondunit.runner.looking import look
from secondunit.schema import Layer, LayerManifest, Tri

COMP = Layer(name="comp", channels=("R", "G", "B"), pixel_type="half", what="everything")
DEPTH = Layer(name="Z", channels=("Z",), pixel_type="float", what="depth")
GOOD = Look(Tri.TRUE, Tri.TRUE)


def manifest(last=1003):
    return LayerManifest(
        width=6, height=4, data_window=(0, 0, 5, 3), pixel_aspect=1, first_frame=1001, last_frame=last, fps=24,
        layers=(COMP, DEPTH),
    )  # fmt: skip


@pytest.fixture
def staging(tmp_path):
    """Three whole frames of two layers."""
    for frame in (1001, 1002, 1003):
        frames.write_rgb(tmp_path / COMP.file(frame), np.full((4, 6, 3), 0.5, np.float32))
        write_depth(tmp_path, frame, np.full((4, 6), 9, np.float32))
    return tmp_path


def write_depth(staging, frame, depth, name="Z"):
    """Without the writer's own checks: what a broken tool might leave."""
    import OpenEXR

    path = staging / DEPTH.file(frame)
    path.parent.mkdir(exist_ok=True)
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, {name: depth}).write(
        str(path)
    )


def test_every_frame_and_every_layer_is_looked_into():
    """Pixels of few frames: the first, middle and last of every layer, and of every other frame one layer in turn."""
    files = sampled(manifest(last=1120))
    seen = {(layer.name, int(file[-8:-4])) for layer, file in files}
    assert {frame for _, frame in seen} == set(range(1001, 1121))
    assert {("comp", frame) for frame in (1001, 1060, 1120)} | {("Z", frame) for frame in (1001, 1060, 1120)} <= seen
    assert len(files) == len(seen) <= 120 + 3


@pytest.fixture
def longer(staging):
    """Nine frames; of the second, the door reads the pixels of one layer only."""
    for frame in range(1004, 1010):
        frames.write_rgb(staging / COMP.file(frame), np.full((4, 6, 3), 0.5, np.float32))
        write_depth(staging, frame, np.full((4, 6), 9, np.float32))
    assert look(staging, manifest(last=1009)) == GOOD
    return staging


@pytest.mark.parametrize("frame", range(1001, 1010))
def test_header_of_every_frame_is_read(longer, frame):
    frames.write_rgb(longer / COMP.file(frame), np.full((4, 5, 3), 0.5, np.float32))
    assert look(longer, manifest(last=1009)) == Look(Tri.FALSE, Tri.TRUE)


@pytest.mark.parametrize("frame", range(1001, 1010))
@pytest.mark.parametrize("left", [0, 3, 200, -1])
def test_every_frame_is_there_to_its_last_byte(longer, frame, left):
    path = longer / DEPTH.file(frame)
    path.write_bytes(path.read_bytes()[:left])
    assert look(longer, manifest(last=1009)) == Look(Tri.FALSE, Tri.FALSE)


def test_nan_in_a_frame_between_is_seen_in_the_layer_whose_turn_it_is(longer):
    depth = np.full((4, 6), np.nan, np.float32)
    write_depth(longer, 1002, depth)
    assert look(longer, manifest(last=1009)) == Look(Tri.TRUE, Tri.FALSE)


def test_whole_frames_look_right(staging):
    assert look(staging, manifest()) == GOOD


def test_depth_may_be_infinite_and_nothing_may_be_nan(staging):
    depth = np.full((4, 6), 9, np.float32)
    depth[1, 2] = np.inf
    write_depth(staging, 1003, depth)
    assert look(staging, manifest()) == GOOD
    depth[1, 2] = np.nan
    write_depth(staging, 1003, depth)
    assert look(staging, manifest()) == Look(Tri.TRUE, Tri.FALSE)


def test_colour_may_not_be_infinite(staging):
    import OpenEXR

    planes = {name: np.full((4, 6), 0.5, np.float16) for name in "RGB"}
    planes["G"][0, 0] = np.inf
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, planes).write(str(staging / COMP.file(1002)))
    assert look(staging, manifest()) == Look(Tri.TRUE, Tri.FALSE)


def test_wrong_size_and_wrong_channels_are_seen(staging):
    write_depth(staging, 1002, np.zeros((4, 5), np.float32))
    assert look(staging, manifest()) == Look(Tri.FALSE, Tri.TRUE)
    write_depth(staging, 1002, np.zeros((4, 6), np.float32), name="depth")
    assert look(staging, manifest()) == Look(Tri.FALSE, Tri.TRUE)


@pytest.mark.parametrize("spoil", [lambda p: p.write_bytes(p.read_bytes()[:-40]), lambda p: p.unlink()])
def test_damaged_and_missing_frames_are_seen(staging, spoil):
    spoil(staging / COMP.file(1001))
    assert look(staging, manifest()) == Look(Tri.FALSE, Tri.FALSE)
