"""The head that is nobody: what years may change of it and what not, and that its published truth is its own.

What needs Blender (materials, hair, the picture) is not tested here; the arrays that it is made of are.
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

HERE = Path(__file__).resolve().parents[2] / "examples" / "head"
NAMES = ("subdivide", "identity", "ageing", "performance", "model", "paint")


@pytest.fixture(scope="module")
def head():
    """The example's modules, which import each other by their bare names; nothing of them stays behind."""
    before = {name: sys.modules.pop(name, None) for name in NAMES}
    sys.path.insert(0, str(HERE))
    try:
        import ageing
        import identity
        import model
        import paint
        import performance
        import subdivide

        found = (subdivide, identity, ageing, performance, model, paint)
        yield SimpleNamespace(**dict(zip(NAMES, found, strict=True)))
    finally:
        sys.path.remove(str(HERE))
        for name in NAMES:
            sys.modules.pop(name, None)
            if before[name] is not None:
                sys.modules[name] = before[name]


@pytest.fixture(scope="module")
def mesh(head):
    return head.model.Mesh()


def shapes_of(head, mesh, who, years):
    return head.ageing.shapes(who, head.ageing.age(who, years), mesh.names)


def cube():
    """Eight corners at +-1 and six quads seen from outside."""
    points = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    return points, np.array(quads)


def test_a_cubes_corner_lands_where_catmull_and_clark_put_it(head):
    """Corner of valence three: (F + 2 R) / 3, with F = 1/3 and R = 2/3 on every axis."""
    points, quads = cube()
    found = head.subdivide.levels(quads, len(points), 1)
    made = head.subdivide.smooth(found, points)
    assert np.abs(made[:8]) == pytest.approx(np.full((8, 3), 5 / 9))
    assert np.sort(np.abs(made[8:20]), axis=1) == pytest.approx(np.tile([0, 0.75, 0.75], (12, 1)))
    assert np.sort(np.abs(made[20:]), axis=1) == pytest.approx(np.tile([0, 0, 1.0], (6, 1)))


def test_a_refined_cube_is_closed_and_its_normals_look_outwards(head):
    points, quads = cube()
    found = head.subdivide.levels(quads, len(points), 3)
    made, fine = head.subdivide.smooth(found, points), found[-1].refined
    assert len(fine) == 6 * 4**3
    sides = np.sort(np.stack([fine, np.roll(fine, -1, 1)], -1).reshape(-1, 2), axis=1)
    assert (np.unique(sides, axis=0, return_counts=True)[1] == 2).all()
    assert (np.einsum("ni,ni->n", head.subdivide.normals(fine, made), made) > 0).all()


def test_a_seed_is_one_identity_and_another_seed_is_another(head, mesh):
    one, again, other = (head.identity.identity(seed, mesh.names) for seed in (7, 7, 8))
    assert one == again
    assert one.shapes != other.shapes
    assert one.moles != other.moles


@pytest.mark.parametrize("seed", [0, 1, 5, 9])
def test_years_only_add_what_years_add(head, mesh, seed):
    who = head.identity.identity(seed, mesh.names)
    ages = [head.ageing.age(who, years) for years in (35, 44, 52, 60, 68)]
    for name in ("lines", "sag", "spots", "grey", "thin", "recede", "sclera", "dry"):
        amounts = [getattr(each, name) for each in ages]
        assert amounts == sorted(amounts), name
    assert ages[0].lines < 0.6 * ages[-1].lines
    assert head.identity.identity(seed, mesh.names) == who


@pytest.mark.parametrize("seed", [0, 5])
def test_an_older_head_keeps_its_skull_and_shoulders(head, mesh, seed):
    who = head.identity.identity(seed, mesh.names)
    young = shapes_of(head, mesh, who, 35)
    aged, was = head.model.shape(mesh, young, shapes_of(head, mesh, who, 68))
    away = np.linalg.norm(aged - was, axis=1)
    skin = mesh.used("skin")
    face = skin[(mesh.canonical[skin, 2] < 0.02) & (mesh.canonical[skin, 2] > -0.11)]
    above = skin[mesh.canonical[skin, 2] > 0.06]
    assert away[mesh.canonical[:, 2] < -0.165].max() == 0
    assert 0.002 < away[face].max() < 0.02
    assert np.median(away[above]) < min(0.001, np.median(away[face]))
    same, _ = head.model.shape(mesh, young, young)
    assert np.abs(same - was).max() < 1e-9


def test_moles_are_the_same_at_every_age_and_spots_are_not(head, mesh):
    who = head.identity.identity(1, mesh.names)
    young, old = (head.paint.pigment(who, head.ageing.age(who, years)) for years in (35, 68))
    at = np.array([[mole.u_mm, mole.v_mm] for mole in who.moles])
    dark = [head.paint.sampled(canvas[..., 0], at, head.paint.STEP_MM) for canvas in (young, old)]
    assert (dark[0] < 0.85).all()
    assert (dark[1] <= dark[0] + 1e-6).all()
    assert (old < young - 0.02).any(axis=-1).mean() > 3 * (young < old - 0.02).any(axis=-1).mean()


def test_the_published_clip_says_what_the_example_draws(head, mesh):
    truth = json.loads((HERE / "truth.json").read_text())
    who = head.identity.identity(truth["identity"]["seed"], mesh.names)
    assert truth["identity"]["moles"] == [
        {"u_mm": mole.u_mm, "v_mm": mole.v_mm, "radius_mm": mole.radius_mm, "dark": mole.dark} for mole in who.moles
    ]
    assert truth["age"] == pytest.approx(vars(head.ageing.age(who, truth["age"]["years"])))
    for frame, seen in truth["frames"].items():
        moment = head.performance.demo(int(frame))
        assert seen["pose_deg"] == pytest.approx(moment.pose_deg)
        assert (seen["smile"], seen["blink"]) == pytest.approx((moment.smile, moment.blink))
