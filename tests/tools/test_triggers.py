"""Triggers stay inside the building they belong to, start at the asked side, and repeat themselves."""

from itertools import pairwise

import pytest

from secondunit.tools.collapse.triggers import BLOCK_M, PAD_M, Extent, Side, Style, triggers

HOUSE = Extent(width_m=18.0, depth_m=10.0, height_m=15.0, floors_m=(0.0, 3.0, 6.0, 9.0, 12.0))
STYLES: tuple[Style, ...] = ("implode", "topple", "peel")
SIDES: tuple[Side, ...] = ("left", "right", "centre", "both")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("side", SIDES)
def test_boxes_lie_in_the_building_and_in_time(style: Style, side: Side) -> None:
    events = triggers(HOUSE, style, side, seed=3)
    assert events
    for event in events:
        for axis, size in enumerate((HOUSE.width_m, HOUSE.depth_m)):
            assert -PAD_M <= event.box_min[axis] < event.box_max[axis] <= size + PAD_M
        assert 0.0 <= event.box_min[2] < event.box_max[2]
        if event.kind in ("cut", "remove"):
            assert event.box_max[2] <= HOUSE.height_m, "only seams and pushes reach the roof"
        assert event.time_s >= 0.0
    assert [e.time_s for e in events] == sorted(e.time_s for e in events)


@pytest.mark.parametrize(("side", "first"), [("left", 0.0), ("right", 18.0), ("centre", 9.0)])
def test_an_implosion_starts_at_its_side(side: Side, first: float) -> None:
    start = next(event for event in triggers(HOUSE, "implode", side, seed=3) if event.kind == "cut")
    assert start.box_min[0] <= first <= start.box_max[0]


def test_seams_part_the_building_into_blocks_before_the_first_charge() -> None:
    events = triggers(HOUSE, "implode", "left", seed=3)
    seams = [e for e in events if e.box_max[2] > HOUSE.height_m]
    edges = [0.0, *sorted(0.5 * (e.box_min[0] + e.box_max[0]) for e in seams), HOUSE.width_m]
    assert all(e.time_s == 0.0 and e.box_min[2] == HOUSE.floors_m[1] for e in seams)
    assert all(0.5 * BLOCK_M < right - left < 1.5 * BLOCK_M for left, right in pairwise(edges))


def test_an_implosion_leaves_no_bay_standing() -> None:
    low = [e for e in triggers(HOUSE, "implode", "left", seed=3) if e.box_max[2] < 3.0 and e.kind == "cut"]
    covered = sorted((e.box_min[0], e.box_max[0]) for e in low)
    assert covered[0][0] <= 0.0
    assert covered[-1][1] >= HOUSE.width_m
    assert all(right == pytest.approx(left) for (_, right), (left, _) in pairwise(covered))


@pytest.mark.parametrize(("storeys", "blown"), [(2, {0}), (3, {0}), (4, {0, 2}), (5, {0, 2}), (10, {0, 2, 5, 8})])
def test_every_third_storey_is_blown_from_below_upwards_and_the_top_one_never(storeys: int, blown: set[int]) -> None:
    floors = tuple(3.0 * n for n in range(storeys))
    events = triggers(Extent(18.0, 10.0, 3.0 * storeys, floors), "implode", "left", seed=3)
    first: dict[int, float] = {}
    for event in events:
        if event.kind == "cut":
            first.setdefault(int(event.box_min[2] // 3.0), event.time_s)
    assert set(first) == blown
    assert [first[n] for n in sorted(first)] == sorted(first.values())


def test_toppling_to_a_side_leaves_the_other_standing() -> None:
    charges = [e for e in triggers(HOUSE, "topple", "left", seed=3) if e.kind in ("cut", "remove", "push")]
    reach = max(e.box_max[0] for e in charges)
    assert reach < 0.75 * HOUSE.width_m


def test_the_same_seed_gives_the_same_events() -> None:
    assert triggers(HOUSE, "implode", "left", seed=3) == triggers(HOUSE, "implode", "left", seed=3)
    assert triggers(HOUSE, "implode", "left", seed=3) != triggers(HOUSE, "implode", "left", seed=4)
