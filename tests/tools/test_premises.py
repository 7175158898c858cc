"""A brief that the tool could not work with is refused before any work, by the names that the user gave."""

import json
import tomllib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from secondunit.media import plates
from secondunit.schema import CollapseBrief, InputError, Plate
from secondunit.tools import collapse
from secondunit.tools.collapse.survey import first_frame, solved

CORNER = Path(__file__).parents[2] / "examples" / "street_corner"
SCALE = 4


@pytest.fixture(scope="module")
def plate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plate, Path]:
    """The example plate at a quarter of its size, and the folder of its frame."""
    home = tmp_path_factory.mktemp("premises")
    example = tomllib.loads((CORNER / "example.toml").read_text())
    with Image.open(CORNER / example["plate"]) as picture:
        picture.resize((picture.width // SCALE, picture.height // SCALE)).save(home / "corner.png")
    request = SimpleNamespace(
        shot="SC010", source=str(home / "corner.png"), colorspace=None, occluders=None, clean=None, camera=None
    )
    folder = home / "plate"
    folder.mkdir()
    return plates.ingest(request, plate="PL01_v001", folder="plate", staging=folder, fps=24.0, start=1001), folder


def corners() -> tuple[tuple[float, float], ...]:
    text = tomllib.loads((CORNER / "example.toml").read_text())["facade"]
    return tuple(tuple(float(v) / SCALE for v in pair.split(",")) for pair in text.split())


def check(plate: tuple[Plate, Path], given: dict[str, Path] | None = None, **words: object) -> None:
    brief = CollapseBrief(**{"shot": "SC010", "facade": corners(), "height_m": 15.3} | words)
    collapse.check(brief, plate[0], plate[1], given or {})


def test_the_example_passes(plate: tuple[Plate, Path]) -> None:
    check(plate)
    check(plate, building="depth_m = 12.0", sun=(52.0, 29.0), event_frame=1120)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"event_frame": 12}, "--event is frame 12 .*frames 1001 to 1120"),
        ({"event_frame": 1121}, "--event is frame 1121 .*frames 1001 to 1120"),
        ({"frames": 4}, r"--event is frame 1012 \(the default\).*frames 1001 to 1004"),
        ({"facade": ((-5, 10), (300, 10), (300, 200), (10, 200))}, "top left corner .* outside the plate"),
        ({"facade": tuple(reversed(corners()))}, "anticlockwise"),
        ({"facade": (corners()[0], corners()[2], corners()[1], corners()[3])}, "cross"),
        ({"sun": (0, 100)}, "--sun is"),
        ({"focal_px": 1e300}, "--focal-px is 1e.300, which no lens has"),
        ({"focal_mm": 1e-300}, "--focal-mm is 1e-300, which no lens has"),
        ({"building": "depth_m = "}, "--building is not TOML"),
        ({"building": "deepness = 3"}, "'deepness' is not a field"),
        ({"building": "floors_m = [0, 1, 2]"}, "--building: floors_m .* too low"),
        ({"building": "construction = 'paper'"}, "construction = 'paper': give 'masonry' or 'rc-frame'"),
        ({"facade": ((150, 20), (300, 20), (300, 60), (150, 60)), "focal_mm": 30}, "below the facade"),
    ],
)
def test_wrong_briefs_are_refused_in_one_sentence(
    plate: tuple[Plate, Path], words: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError, match=says) as raised:
        check(plate, **words)
    assert "\n" not in str(raised.value)
    assert str(raised.value).endswith(".")


def test_files_are_named_as_they_were_given(plate: tuple[Plate, Path], tmp_path: Path) -> None:
    matte, building = tmp_path / "matte.png", tmp_path / "house.toml"
    for write, says in (
        (lambda: matte.write_bytes(b"not a picture"), ""),
        (lambda: Image.fromarray(np.full((9, 9), 255, np.uint8)).save(matte), "is 9 x 9 pixels and the plate 480 x"),
        (lambda: Image.fromarray(np.zeros((270, 480), np.uint8)).save(matte), "is black everywhere"),
    ):
        write()
        with pytest.raises(InputError, match=f"--matte {matte}.*{says}"):
            check(plate, {"--matte": matte})
    with pytest.raises(InputError, match=f"--building {building} is not TOML"):
        check(plate, {"--building": building}, building="depth_m = ")


def test_camera_given_with_the_plate_is_used(plate: tuple[Plate, Path], tmp_path: Path) -> None:
    """The example's true camera as USD: the facade's size follows from it, within what two pixels do at this size."""
    from pxr import Gf, Usd, UsdGeom

    truth = json.loads((CORNER / "truth.json").read_text())
    made = Usd.Stage.CreateNew(str(tmp_path / "cam.usda"))
    UsdGeom.SetStageUpAxis(made, "Z")
    UsdGeom.SetStageMetersPerUnit(made, 1.0)
    camera = UsdGeom.Camera.Define(made, "/cam")
    camera.CreateHorizontalApertureAttr(36.0)
    camera.CreateVerticalApertureAttr(36.0 * 9 / 16)
    camera.CreateFocalLengthAttr(truth["camera"]["focal_px"] * 36.0 / truth["width_px"])
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(truth["camera"]["camera_from_world"], (3, 3)) * [[1], [-1], [-1]]
    matrix[3, :3] = truth["camera"]["position_m"]
    UsdGeom.Xformable(camera).AddTransformOp().Set(Gf.Matrix4d(matrix.tolist()))
    made.GetRootLayer().Save()
    fields = {"colorspace": None, "occluders": None, "clean": None, "camera": str(tmp_path / "cam.usda")}
    request = SimpleNamespace(shot="SC010", source=str(plate[1].parent / "corner.png"), **fields)
    (tmp_path / "p").mkdir()
    given = plates.ingest(request, plate="PL01_v001", folder="p", staging=tmp_path / "p", fps=24.0, start=1001)
    brief = CollapseBrief(shot="SC010", facade=corners())
    solve = solved(brief, given, first_frame(given, tmp_path / "p"))
    assert solve.method == "given"
    assert (solve.facade_width_m, solve.facade_height_m) == pytest.approx((20.0, 15.3), rel=0.01)
    assert solve.camera_height_m == pytest.approx(1.68, rel=1e-6)
    assert solve.rms_px < 1.0
    lens_only = given.model_copy(update={"camera_placed": False})
    by_lens = solved(brief.model_copy(update={"height_m": 15.3}), lens_only, first_frame(given, tmp_path / "p"))
    assert by_lens.camera.focal_px == pytest.approx(given.camera.focal_px)
    assert by_lens.facade_width_m == pytest.approx(20.0, rel=0.03)
    stated = solved(brief.model_copy(update={"focal_mm": 50.0, "height_m": 15.3}), given, first_frame(given, plate[1]))
    assert stated.camera.focal_px != pytest.approx(given.camera.focal_px, rel=0.1)
