"""Contacts between true polytopes: measured overlap, friction, impact."""

import numpy as np
import pytest
import warp as wp
from scipy.spatial.transform import Rotation

from secondunit.physics import motion_device as make
from secondunit.physics.contact_sat_kernels import measure
from secondunit.physics.motion import Motion, Settings, Settled, simulate
from secondunit.physics.pieces import Bonds, Pieces
from secondunit.physics.reference import boxes, no_bonds, overlap_depth, unglued, world_vertices

FREE = Settings(gravity_mps2=0.0, sleeping=False)


def thrown(
    pieces: Pieces,
    settled: Settled,
    velocity: list[list[float]],
    frames: int,
    settings: Settings,
    fps: float = 24.0,
    bonds: Bonds | None = None,
) -> Motion:
    """Simulate loose pieces that start with a velocity each, given by one push a piece."""
    from secondunit.physics.motion import Trigger

    pushes = []
    for at, v in zip(settled.position_m, velocity, strict=True):
        if any(v):
            low, high = tuple(at - 1e-3), tuple(at + 1e-3)
            pushes.append(Trigger(0.0, low, high, "push", velocity_mps=(v[0], v[1], v[2])))
    return simulate(pieces, bonds or no_bonds(), settled, pushes, frames, fps, settings)


def test_overlap_equals_the_minkowski_difference() -> None:
    """300 random pairs of boxes: the kernel's separating axes against Qhull's facets. Vertices are singles: 1e-6 m of a
    metre.
    """
    rng = np.random.default_rng(5)
    count = 300
    pieces = boxes(np.zeros((2 * count, 3)), rng.uniform(0.1, 1.0, (2 * count, 3)))
    at = np.zeros((2 * count, 3))
    at[1::2] = rng.normal(size=(count, 3)) * 0.8
    turned = Rotation.random(2 * count, rng=7).as_quat()
    bodies = make.bodies(pieces, unglued(pieces, at, turned), FREE, "cpu")
    first, second = wp.array(np.arange(0, 2 * count, 2), dtype=int), wp.array(np.arange(1, 2 * count, 2), dtype=int)
    out = wp.zeros(count, dtype=float)
    wp.launch(measure, count, inputs=[bodies, make.shapes(pieces, "cpu"), first, second, out])
    expected = [
        overlap_depth(*(world_vertices(pieces, i, at[i], turned[i]) for i in (2 * k, 2 * k + 1))) for k in range(count)
    ]
    assert 0.2 < np.mean(np.array(expected) > 0.0) < 0.95, "the sample must hold both kinds"
    np.testing.assert_allclose(out.numpy(), expected, atol=2e-6)


@pytest.mark.parametrize(("degrees", "slides"), [(25.0, False), (45.0, True)])
def test_block_on_an_incline_sticks_below_the_friction_angle_and_slides_above(degrees: float, slides: bool) -> None:
    """Concrete on concrete: mu = 0.65, atan = 33 degrees. Sliding: g (sin - mu cos), within 3 % of it after the first
    contact.

    Sticking: the friction spring is loaded to m g sin / (rate^2 m_red), 0.03 mm; a millimetre is a slip.
    """
    slope = Rotation.from_euler("y", degrees, degrees=True)
    up = slope.apply([0.0, 0.0, 1.0])
    base = np.array([0.0, 0.0, 10.0])
    pieces = boxes(np.array([base, base + up * 0.5]), np.array([[8.0, 2.0, 0.25], [0.25, 0.25, 0.25]]), fixed=[0])
    settled = unglued(pieces, pieces.centroid_m, np.tile(slope.as_quat(), (2, 1)))
    motion = simulate(pieces, no_bonds(), settled, [], 24, 24, Settings(sleeping=False))
    along = (motion.position_m[:, 1] - motion.position_m[0, 1]) @ slope.apply([1.0, 0.0, 0.0])
    if not slides:
        assert abs(along[-1] - along[2]) < 1e-3
        return
    angle = np.radians(degrees)
    expected = 9.80665 * (np.sin(angle) - 0.65 * np.cos(angle))
    measured = (along[-1] - 2 * along[12] + along[0]) / 0.5**2
    assert measured == pytest.approx(expected, rel=0.03)


def test_collision_conserves_linear_and_angular_momentum() -> None:
    """Two free boxes meet off centre. Forces act at one point on both, so momenta change only by rounding of single
    forces.
    """
    pieces = boxes(np.array([[0.0, 0.0, 5.0], [2.0, 0.3, 5.2]]), np.array([[0.5, 0.4, 0.3], [0.3, 0.5, 0.4]]))
    settled = unglued(pieces, pieces.centroid_m)
    motion = thrown(pieces, settled, [[6.0, 0.0, 0.0], [0.0, 0.0, 0.0]], 16, FREE)
    mass = pieces.mass_kg
    assert np.linalg.norm(motion.spin_radps[-1], axis=1).min() > 0.1, "they must have met off centre"
    linear = np.einsum("p,fpi->fi", mass, motion.velocity_mps)
    np.testing.assert_allclose(
        linear[1:], np.broadcast_to([6.0 * mass[0], 0.0, 0.0], (16, 3)), atol=1e-5 * 6.0 * mass[0]
    )
    turning = np.zeros((17, 3))
    for f in range(1, 17):
        for p in range(2):
            rot = Rotation.from_quat(motion.rotation[f, p]).as_matrix()
            inertia = rot @ pieces.inertia_kgm2[p] @ rot.T
            turning[f] += np.cross(motion.position_m[f, p], mass[p] * motion.velocity_mps[f, p])
            turning[f] += inertia @ motion.spin_radps[f, p]
    np.testing.assert_allclose(turning[2:], np.broadcast_to(turning[1], (15, 3)), atol=2e-4 * np.abs(turning[1]).max())


def test_lost_energy_accounts_for_what_a_collision_takes() -> None:
    """Kinetic + bond + contact + dissipated is constant: each contact books the exact work of its own force. One per
    mille of the energy allows for the single-precision sums of some hundred steps."""
    pieces = boxes(np.array([[0.0, 0.0, 5.0], [1.6, 0.2, 5.1]]), 0.5)
    motion = thrown(pieces, unglued(pieces, pieces.centroid_m), [[8.0, 0.0, 0.0], [-2.0, 0.0, 0.0]], 12, FREE)
    total = motion.energy_j[1:].sum(axis=1)
    assert motion.energy_j[-1, 4] > 0.2 * total[0], "an impact between concrete blocks must lose energy"
    np.testing.assert_allclose(total, total[0], rtol=1e-3)


def test_falling_edges_do_not_pass_through_each_other() -> None:
    """Two bars cross like an X: no vertex of either enters the other, only edges meet. The upper must stop on the
    lower.
    """
    tilt = Rotation.from_euler("x", 45, degrees=True)
    cross = Rotation.from_euler("z", 90, degrees=True) * tilt
    pieces = boxes(np.array([[0.0, 0.0, 3.0], [0.0, 0.0, 3.8]]), np.array([2.0, 0.2, 0.2]), fixed=[0])
    settled = unglued(pieces, pieces.centroid_m, np.stack([tilt.as_quat(), cross.as_quat()]))
    motion = simulate(pieces, no_bonds(), settled, [], 12, 24, Settings(sleeping=False))
    gap = motion.position_m[:, 1, 2] - 3.0
    assert gap.min() > 2 * 0.2 * np.sqrt(2.0) - 0.02
    assert motion.penetration_m.max() < 0.02


def test_heap_comes_to_rest_with_true_overlaps_small() -> None:
    """Forty random boxes dropped in a heap: nothing sinks, everything sleeps, sleepers keep their bits."""
    rng = np.random.default_rng(3)
    grid = np.array([(x, y, z) for z in range(5) for x in range(3) for y in range(3)], dtype=float)[:40]
    half = rng.uniform(0.12, 0.5, (40, 3))
    pieces = boxes(grid * 1.9 + [0.0, 0.0, 1.2], half, "brick")
    turned = Rotation.random(40, rng=2).as_quat()
    motion = simulate(pieces, no_bonds(), unglued(pieces, pieces.centroid_m, turned), [], 24 * 6, 24, Settings())
    speed = np.linalg.norm(motion.velocity_mps[-1], axis=1)
    assert np.percentile(speed, 95) < 0.05
    assert motion.asleep[-1].mean() > 0.8
    assert motion.report["penetration_p99_m"] < 0.02
    assert motion.penetration_m.max() < 0.10
    both = motion.asleep[-1] & motion.asleep[-2]
    assert np.array_equal(motion.position_m[-1][both], motion.position_m[-2][both])
    last = motion.position_m[-1]
    for i in range(40):
        for j in range(i + 1, 40):
            if np.linalg.norm(last[i] - last[j]) < 1.0:
                a, b = (world_vertices(pieces, k, last[k], motion.rotation[-1, k]) for k in (i, j))
                assert overlap_depth(a, b) < 0.02


def test_a_dropped_block_hardly_bounces() -> None:
    """A metre cube of concrete dropped a metre on its face: rubble is dead (a tenth to a third of the speed comes back,
    so at most 0.1 m of height)."""
    pieces = boxes(np.array([[0.0, 0.0, 1.5]]), 0.5)
    motion = simulate(pieces, no_bonds(), unglued(pieces, pieces.centroid_m), [], 96, 96, Settings(sleeping=False))
    lands = int(np.argmax(motion.velocity_mps[:, 0, 2] > 0.0))
    assert 0 < lands < 60
    assert motion.position_m[lands:, 0, 2].max() - 0.5 < 0.1


def test_excused_overlap_is_not_taken_back_at_the_load_s_expense() -> None:
    """A cube stands 8 cm deep in a fixed one, as the edge of a broken hinge does in its neighbour, and five heavier
    ones stand on it. To push it out would lift them by 8 cm with energy that nothing gave: they may sink until the
    contacts bear them, and never rise; the total rises by less than a thousandth of what lifting them would take.
    """
    at = np.array([[0.0, 0.0, 10.0], [0.0, 0.0, 10.92], *([0.0, 0.0, 12.42 + 2.0 * k] for k in range(5))])
    half = np.array([[0.5, 0.5, 0.5]] * 2 + [[1.0, 1.0, 1.0]] * 5)
    pieces = boxes(at, half, fixed=[0])
    motion = simulate(pieces, no_bonds(), unglued(pieces, at), [], 48, 48, Settings(sleeping=False))
    total = motion.energy_j[:, :4].sum(axis=1)
    moving = pieces.mass_kg[1:].sum()
    assert (total - np.minimum.accumulate(total)).max() < 1e-3 * moving * 9.80665 * 0.08
    height = motion.position_m[:, 1:, 2].astype(np.float64) @ pieces.mass_kg[1:] / moving
    assert height.max() - height[0] < 1e-3
    assert height[-1] - height[0] > -0.01
