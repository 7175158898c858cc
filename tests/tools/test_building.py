"""The building: records, joints without overlap, one connected whole that stands, and proxies that cover the matte."""

from types import SimpleNamespace
from typing import cast

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondunit.physics.bonds import bonds, held
from secondunit.physics.fracture import fracture
from secondunit.physics.fracture_overlap import overlapping_pairs, piece_solids
from secondunit.physics.pieces import GROUND, SKIN
from secondunit.schema import InputError
from secondunit.schema.brief import CollapseBrief
from secondunit.schema.camera import Camera
from secondunit.tools.collapse.building import Building, Crest, Roof, example, plan_building, solids
from secondunit.tools.collapse.building_cover import coverage, outline_of, overshoot_m, side_depth
from secondunit.tools.collapse.building_layout import SPAN_M, cross_walls, levels, spines, storey_openings
from secondunit.vision.camera import Solve, project
from secondunit.vision.facade import FacadeGrid
from secondunit.vision.matte import Matte

ROOFS = (
    Roof(kind="flat", parapet_m=1.0),
    Roof(kind="gable", rise_m=3.0),
    Roof(kind="gable-front", rise_m=3.5),
    Roof(kind="hip", rise_m=3.0, hip_left_m=4.0, hip_right_m=3.0),
    Roof(kind="mansard", rise_m=3.2, break_run_m=1.2, break_rise_m=2.6),
)
CHIMNEY = Crest(profile=((3.0, 11.0), (4.0, 11.0)), base_m=6.2, depth_m=0.8)
TOWER = Crest(profile=((7.0, 9.0), (8.5, 12.0), (10.0, 9.0)), base_m=6.2, depth_m=3.0, hollow=True)
WIDTH, HEIGHT = 640, 400


def small(**more) -> Building:
    fields = {"width_m": 11.0, "depth_m": 9.0, "floors_m": (0.0, 3.1, 6.2), "openings": ((2.0, 0.9, 3.2, 2.4),)}
    return Building(**(fields | more))


def camera(x_m: float = 6.0, away_m: float = 26.0, yaw_deg: float = 0.0) -> Camera:
    yaw = np.radians(yaw_deg)
    forward = np.array([np.sin(yaw), np.cos(yaw), 0.0])
    right = np.array([np.cos(yaw), -np.sin(yaw), 0.0])
    rows = np.stack([right, [0.0, 0.0, -1.0], forward])
    return Camera(
        width=WIDTH,
        height=HEIGHT,
        focal_px=480.0,
        centre_px=(WIDTH / 2, HEIGHT / 2 + 60),
        rotation=tuple(float(v) for v in rows.ravel()),
        position_m=(x_m, -away_m, 1.7),
    )


def painted(eye: Camera, loops) -> np.ndarray:
    """A matte of polygons given in the world."""
    picture = np.zeros((HEIGHT, WIDTH), np.uint8)
    for loop in loops:
        points = np.round((project(eye, np.array(loop, dtype=float)) - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(picture, [points], 255, shift=4)
    return (picture / 255.0).astype(np.float32)


def seen(eye: Camera, alpha, width_m: float, height_m: float) -> tuple[Solve, Matte]:
    corners = project(eye, np.array([[0, 0, height_m], [width_m, 0, height_m], [width_m, 0, 0], [0, 0, 0.0]]))
    facade = tuple((float(x), float(y)) for x, y in corners)
    nothing = (0.0, 0.0)
    solve = Solve(eye, facade, width_m, height_m, "given", 1.0, "", (), 0.0, nothing, nothing, nothing)
    # all that planning reads of a matte: its alpha, and a depth that it may have measured
    return solve, cast(Matte, SimpleNamespace(alpha=alpha, depth_m=None))


def brief(facade, **more) -> CollapseBrief:
    return CollapseBrief(shot="SC010", facade=facade, **more)


def planned(eye: Camera, alpha, **more) -> tuple[Building, object]:
    solve, matte = seen(eye, alpha, 12.0, 9.0)
    grid = FacadeGrid((0.0, 3.0, 6.0, 9.0), ((2.0, 4.0, 3.2, 5.4), (6.0, 4.0, 7.2, 5.4)), 2, 0.9, "")
    return plan_building(solve, grid, matte, brief(solve.facade_px, **more)), outline_of(alpha, eye, 12.0)


def facade_loop(width=12.0, height=9.0):
    return [(0, 0, 0), (width, 0, 0), (width, 0, height), (0, 0, height)]


def assembled(building: Building, budget: int, seed: int = 1):
    pieces, report = fracture(*solids(building), seed=seed, budget=budget)
    glue, joined = bonds(pieces, seed)
    return pieces, report, glue, joined


def test_a_building_survives_toml_and_json():
    building = small(roof=ROOFS[3], crests=(CHIMNEY, TOWER), said=('said "so"',))
    assert Building.from_toml(building.to_toml()) == building
    assert Building.from_json(building.to_json()) == building


@given(st.floats(4, 60), st.floats(4, 40), st.integers(1, 9), st.sampled_from(["masonry", "rc-frame"]))
@settings(max_examples=30, deadline=None)
def test_any_building_survives_toml(width, depth, storeys, construction):
    floors = tuple(3.0 * k for k in range(storeys + 1))
    building = Building(width_m=width, depth_m=depth, floors_m=floors, construction=construction)
    assert Building.from_toml(building.to_toml()) == building


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("width_m = ", "not TOML"),
        ("wdith_m = 12.0", "wdith_m"),
        ("width_m = 12.0\ndepth_m = 9.0\nfloors_m = [0.0, 1.0]", "too low"),
        ("width_m = 12.0\ndepth_m = 9.0\nfloors_m = [1.0, 4.0]", "ground"),
        ("width_m = 12.0\ndepth_m = 9.0\nfloors_m = [0.0, 3.0]\nopenings = [[2.0, 1.0, 1.0, 2.0]]", "opening"),
    ],
)
def test_a_building_file_that_cannot_be_is_refused_in_one_sentence(text, said):
    with pytest.raises(InputError, match=said):
        Building.from_toml(text)


def test_slabs_span_at_most_the_limit():
    for building in (example("masonry"), example("rc-frame"), small()):
        edges = [building.wall_m, *cross_walls(building), building.width_m - building.wall_m]
        assert max(np.diff(edges)) <= SPAN_M + 0.9  # a wall may move by up to 0.9 m into a pier
        edges = [building.wall_m, *spines(building), building.depth_m - building.wall_m]
        assert max(np.diff(edges)) <= SPAN_M + 0.9


def test_openings_leave_piers_and_lintels():
    level = levels(small())[0]
    cut = storey_openings(((0.0, 0.0, 2.0, 9.0), (1.9, 1.0, 3.5, 2.0), (5.0, 8.0, 6.0, 9.0)), level, 0.0, 11.0)
    assert len(cut) == 2
    for x0, z0, x1, z1 in cut:
        assert x0 >= 0.3 - 1e-9
        assert z1 < level.ceiling_m
        assert z0 >= level.floor_m
        assert x1 > x0
    assert cut[1][0] - cut[0][2] >= 0.3 - 1e-9


@pytest.mark.parametrize("roof", ROOFS, ids=lambda roof: roof.kind)
def test_every_roof_stands_on_walls_without_overlap(roof):
    building = small(roof=roof, crests=(CHIMNEY, TOWER))
    pieces, report, glue, joined = assembled(building, 420)
    assert report.trimmed_m3 < 1e-3
    assert overlapping_pairs(piece_solids(pieces)) == []
    assert joined.loose == () == joined.ties
    assert held(pieces, glue.a, glue.b).all()


def test_a_frame_is_one_whole_on_columns():
    building = small(construction="rc-frame", roof=ROOFS[0])
    pieces, report, glue, joined = assembled(building, 420)
    assert report.trims == ()
    assert overlapping_pairs(piece_solids(pieces)) == []
    assert joined.loose == () == joined.ties
    names = {pieces.part_names[part].split()[0] for part in pieces.part}
    assert {"column", "beam", "slab", "partition", "facade", "window", "parapet"} <= names
    assert (glue.b == GROUND).sum() > 8


def test_what_the_camera_sees_is_skin():
    pieces, *_ = assembled(small(), 300)
    y = pieces.centroid_m[pieces.face_piece, 1] - pieces.planes[:, 3]
    facade = (pieces.planes[:, 1] < -0.99) & (np.abs(y) < 1e-6)
    assert facade.sum() > 20
    assert (pieces.face_kind[facade] == SKIN).all()


@pytest.mark.parametrize("construction", ["masonry", "rc-frame"])
def test_the_example_is_about_as_large_as_asked(construction):
    pieces, report, _, joined = assembled(example(construction), 900)
    assert 700 < len(pieces) < 1100
    assert report.trims == ()
    assert joined.ties == () == joined.loose
    # a five-storey house of 18 x 10 m weighs one to two tonnes a square metre of floor
    assert 900e3 < pieces.mass_kg.sum() < 1800e3


def test_the_plan_covers_a_gable_with_a_chimney():
    eye = camera()
    roof = [(0, 0, 9), (12, 0, 9), (11.5, 4, 12), (0.5, 4, 12)]
    chimney = [(8, 0, 9), (9, 0, 9), (9, 0, 14), (8, 0, 14)]
    building, outline = planned(eye, painted(eye, [facade_loop(), roof, chimney]))
    assert building.roof.kind != "flat"
    assert coverage(building, outline) >= 0.995
    assert overshoot_m(building, outline) < 1.5
    assert any(c.span_m[0] > 7.0 and c.span_m[1] < 10.0 and max(z for _, z in c.profile) > 13 for c in building.crests)
    assert any("cover" in line for line in building.said)
    assert not any(word in line for line in building.said for word in ("proxies", "crests and wings"))


def test_the_plan_covers_a_pointed_tower_and_a_wing():
    eye = camera()
    tower = [(2, 0, 9), (6, 0, 9), (4, 0, 16)]
    wing = [(12, 0, 0), (13.5, 0, 0), (13.5, 0, 5), (12, 0, 5)]
    building, outline = planned(eye, painted(eye, [facade_loop(), tower, wing]))
    assert coverage(building, outline) >= 0.995
    assert any(crest.hollow for crest in building.crests)
    assert any(crest.base_m == 0.0 and crest.span_m[0] == pytest.approx(12.0) for crest in building.crests)


def test_a_straight_eaves_line_stays_flat():
    eye = camera()
    building, outline = planned(eye, painted(eye, [facade_loop(height=9.6)]))
    assert building.roof.kind == "flat"
    assert building.roof.parapet_m == pytest.approx(0.6, abs=0.12)
    assert coverage(building, outline) >= 0.995


def test_a_gable_that_faces_the_camera_is_seen():
    eye = camera()
    building, outline = planned(eye, painted(eye, [facade_loop(), [(0, 0, 9), (12, 0, 9), (6, 0, 14)]]))
    assert building.roof.kind == "gable-front"
    assert coverage(building, outline) >= 0.995
    assert overshoot_m(building, outline) < 1.5


def test_depth_is_measured_on_a_visible_side_wall():
    eye = camera(x_m=-14.0, away_m=20.0, yaw_deg=35.0)
    side = [(0, 0, 0), (0, 7.5, 0), (0, 7.5, 9), (0, 0, 9)]
    alpha = painted(eye, [facade_loop(), side])
    outline = outline_of(alpha, eye, 12.0)
    assert side_depth(outline, 12.0, 9.0) == pytest.approx(7.5, rel=0.06)
    building, _ = planned(eye, alpha)
    assert building.depth_m == pytest.approx(7.5, rel=0.08)
    assert coverage(building, outline) >= 0.995
    assert side_depth(outline_of(painted(camera(), [facade_loop()]), camera(), 12.0), 12.0, 9.0) is None


def test_depth_is_given_or_assumed_and_said():
    eye = camera()
    alpha = painted(eye, [facade_loop()])
    assert planned(eye, alpha)[0].depth_m == 8.0
    assert any("assumed" in line and "--depth-m" in line for line in planned(eye, alpha)[0].said)
    assert planned(eye, alpha, depth_m=15.0)[0].depth_m == 15.0


def test_a_building_file_overrules_what_was_seen():
    eye = camera()
    alpha = painted(eye, [facade_loop(), [(8, 0, 9), (9, 0, 9), (9, 0, 14), (8, 0, 14)]])
    text = 'depth_m = 20.0\nconstruction = "rc-frame"\ncrests = []\n[roof]\nkind = "hip"\nrise_m = 2.0\n'
    building, _ = planned(eye, alpha, building=text)
    assert (building.depth_m, building.construction, building.crests) == (20.0, "rc-frame", ())
    assert building.roof.kind == "hip"
    assert building.wall_m == 0.2
    with pytest.raises(InputError, match="storeys_of_gold"):
        planned(eye, alpha, building="storeys_of_gold = 3")


def test_an_empty_matte_still_makes_a_building():
    building, outline = planned(camera(), np.zeros((HEIGHT, WIDTH), np.float32))
    assert building.roof.kind == "flat"
    assert coverage(building, outline) == 1.0


@pytest.mark.parametrize("construction", ["masonry", "rc-frame"])
def test_a_building_carries_itself_with_stresses_well_under_strength(construction):
    from secondunit.physics.motion import Settings, settle

    building = small(construction=construction, roof=ROOFS[1] if construction == "masonry" else ROOFS[0])
    pieces, _, glue, _ = assembled(building, 420)
    settled = settle(pieces, glue, Settings())
    assert settled.supported.all()
    assert settled.sag_m < 0.01  # the gate is 5 cm for a whole house
    assert len(settled.strengthened) < 0.02 * len(glue)
    assert np.percentile(settled.use, 95) < 0.4
