"""A plate whose camera moves is refused; one that stands still is not."""

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from secondunit.media import frames, plates
from secondunit.runner.local import LocalContext
from secondunit.schema import CollapseBrief, InputError, Plate
from secondunit.tools.collapse.survey import first_frame, steady

BRIEF = CollapseBrief(
    shot="SC010", facade=((10, 10), (90, 10), (90, 60), (10, 60)), height_m=6, frames=3, event_frame=1001
)


def ingested(folder: Path, pixels_per_frame: float) -> Plate:
    rng = np.random.default_rng(4)
    wide = cv2.GaussianBlur(rng.random((80, 160, 3), np.float32), (0, 0), 2.0)
    for number in range(3):
        moved = cv2.warpAffine(wide, np.float32([[1, 0, -10 - pixels_per_frame * number], [0, 1, 0]]), (120, 80))
        frames.write_rgb(folder / f"src.{1001 + number}.exr", moved)
    request = SimpleNamespace(
        shot="SC010", source=str(folder / "src.####.exr"), colorspace=None, occluders=None, clean=None, camera=None
    )
    (folder / "plate").mkdir()
    return plates.ingest(request, plate="PL01_v001", folder="plate", staging=folder / "plate", fps=24.0, start=1001)


def test_a_moving_camera_is_refused_with_its_shift(tmp_path: Path) -> None:
    plate = ingested(tmp_path, pixels_per_frame=4.0)
    with LocalContext(tmp_path / "s", tmp_path / "c", tmp_path / "plate") as ctx, pytest.raises(InputError) as error:
        steady(plate, ctx.plates, first_frame(plate, ctx.plates))
    assert "must not move" in str(error.value)


def test_a_still_camera_passes(tmp_path: Path) -> None:
    plate = ingested(tmp_path, pixels_per_frame=0.0)
    with LocalContext(tmp_path / "s", tmp_path / "c", tmp_path / "plate") as ctx:
        steady(plate, ctx.plates, first_frame(plate, ctx.plates))
