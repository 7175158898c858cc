"""Motion answers to equations: fall, flight, spin, bending, release, repetition. Tolerances are derived where they
stand.
"""

import hashlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from secondunit.physics.motion import Motion, Settings, Trigger, settle, simulate
from secondunit.physics.pieces import Bonds, Pieces
from secondunit.physics.reference import boxes, glue_boxes, house, no_bonds, overlap_depth, unglued, world_vertices
from secondunit.schema import InputError

G = 9.80665
AWAKE = Settings(sleeping=False)
EVERYWHERE = ((-1e3, -1e3, -1e3), (1e3, 1e3, 1e3))


def beam(count: int, size_m: float, young_pa: float) -> tuple[Pieces, Bonds]:
    """A row of cubes along x, the first fixed, glued face to face, high above the ground."""
    at = np.array([[(k + 0.5) * size_m, 0.0, 20.0] for k in range(count)])
    pieces = boxes(at, np.full(3, 0.5 * size_m), fixed=[0])
    bonds = glue_boxes(pieces, ground=False)
    return pieces, replace(bonds, young_pa=np.full(len(bonds), young_pa), tension_pa=np.full(len(bonds), 1e12))


def test_projectile_follows_the_parabola() -> None:
    """Symplectic Euler overshoots g t^2/2 by exactly g t dt/2; with that taken off, only rounding is left."""
    pieces = boxes(np.array([[0.0, 0.0, 40.0]]), 0.5)
    throw = Trigger(0.0, *EVERYWHERE, kind="push", velocity_mps=(3.0, -2.0, 5.0))
    motion = simulate(pieces, no_bonds(), unglued(pieces, pieces.centroid_m), [throw], 24, 24, AWAKE)
    t, dt = motion.time_s, float(str(motion.report["step_s"]))
    expected = np.stack([3.0 * t, -2.0 * t, 40.0 + 5.0 * t - 0.5 * G * t * (t + dt)], axis=1)
    np.testing.assert_allclose(motion.position_m[:, 0], expected, atol=2e-5)


def test_free_spin_keeps_momentum_and_energy() -> None:
    """A box tumbling about its middle axis (the unstable one): angular momentum is integrated itself, so it stays to
    single rounding; energy drifts by less than (w dt)^2 = 1e-5 a turn, 1e-3 in the two seconds of some ten turns."""
    pieces = boxes(np.array([[0.0, 0.0, 5.0]]), np.array([0.5, 0.3, 0.1]))
    from secondunit.physics.motion_engine import Engine

    engine = Engine(
        pieces, no_bonds(), unglued(pieces, pieces.centroid_m), replace(AWAKE, gravity_mps2=0.0), 4e-4, "cpu"
    )
    w = np.array([0.05, 8.0, 0.02])
    start = pieces.inertia_kgm2[0] @ w
    momentum = engine.bodies.momentum.numpy().copy()
    momentum[0] = start
    engine.bodies.momentum.assign(momentum)
    turned = []
    for _ in range(5000):
        engine.step()
        turned.append(engine.bodies.rot.numpy()[0])
    np.testing.assert_allclose(engine.bodies.momentum.numpy()[0], start, rtol=1e-12)
    energy = [float(start @ r @ np.linalg.inv(pieces.inertia_kgm2[0]) @ r.T @ start) for r in turned]
    np.testing.assert_allclose(energy, start @ w, rtol=1e-3)
    assert min(float(r[1, 1]) for r in turned) < -0.5, "it must have flipped over (the tennis-racket theorem)"


@pytest.mark.parametrize("count", [9, 17])
def test_settled_cantilever_bends_like_a_timoshenko_beam(count: int) -> None:
    """w L^4/8EI + w L^2/2kGA. The clamp is the last cube's fixed half; lumping bends the row at n joints, an error of
    O(1/n).
    """
    size, young = 0.25, 2.0e9
    pieces, bonds = beam(count, size, young)
    settled = settle(pieces, bonds, Settings(least_mass_kg=1.0))
    length = (count - 1) * size + 0.5 * size
    weight = 2400.0 * size**2 * G
    bending = weight * length**4 / (8.0 * young * size**4 / 12.0)
    shear = weight * length**2 / (2.0 * (5.0 / 6.0) * 0.4 * young * size**2)
    assert settled.sag_m == pytest.approx(bending + shear, rel=1.5 / count + 0.05)


def test_beam_swings_about_its_static_deflection() -> None:
    """Let go without prestress, a soft cantilever swings about the deflection that statics gives; its mean over whole
    periods of the first mode (3.516 sqrt(EI/m L^4)) is that deflection, to the share of higher modes (3 %)."""
    size, young, count = 0.25, 5.0e7, 5
    pieces, bonds = beam(count, size, young)
    free = replace(
        Settings(sleeping=False), bond_damping=0.0, bond_calm_per_s=0.0, rocking_per_s=0.0, least_mass_kg=1.0
    )
    static = settle(pieces, bonds, free)
    length = (count - 0.5) * size
    first = 3.516 * np.sqrt(young * size**4 / 12.0 / (2400.0 * size**2 * length**4)) / (2.0 * np.pi)
    fps = 60.0
    frames = round(3.0 * fps / first)
    motion = simulate(pieces, wide(bonds), unglued(pieces, pieces.centroid_m, bonds=len(bonds)), [], frames, fps, free)
    tip = 20.0 - motion.position_m[:, -1, 2]
    assert motion.report["softest_bond_factor"] == 1.0
    assert tip.max() == pytest.approx(2.0 * static.sag_m, rel=0.1)
    assert tip.mean() == pytest.approx(static.sag_m, rel=0.1)


def wide(bonds: Bonds) -> Bonds:
    """Bonds of endless strength."""
    endless = np.full(len(bonds), 1e12)
    return replace(bonds, shear_pa=endless, compression_pa=endless)


@pytest.mark.parametrize("bind_after_s", [0.0, 2.0])
def test_cut_block_falls_freely_and_breaks_nothing(bind_after_s: float) -> None:
    """What binds rubble slows nothing that falls. A whole house let go at its foot. Its stress fades with time constant
    s, together everywhere, so nothing inside is stretched and it falls as g (t - s)^2 / 2; the gate allows 0.1 % of
    that after one second.
    """
    pieces = house(1, 1, 2)
    lifted = replace(pieces, centroid_m=pieces.centroid_m + np.array([0.0, 0.0, 8.0]))
    bonds = glue_boxes(pieces)
    bonds = replace(bonds, centroid_m=bonds.centroid_m + np.array([0.0, 0.0, 8.0]))
    settings = Settings(bind_after_s=bind_after_s)
    foot = Trigger(0.0, (-9.0, -9.0, 7.9), (99.0, 99.0, 8.1), "cut")
    motion = simulate(lifted, bonds, settle(lifted, bonds, settings), [foot], 24, 24, settings)
    fallen = motion.position_m[0, :, 2] - motion.position_m[-1, :, 2]
    expected = 0.5 * G * (1.0 - settings.release_s) ** 2
    np.testing.assert_allclose(fallen, expected, rtol=1e-3)
    assert np.array_equal(np.isfinite(motion.bond_broken_s), bonds.b < 0), "only the cut bonds may be gone"


def test_pull_apart_breaks_at_the_tension_strength() -> None:
    """Two cubes hanging from a fixed one: the upper joint carries two weights. A strength just above holds, just below
    breaks.
    """
    at = np.array([[0.0, 0.0, 9.0], [0.0, 0.0, 8.0], [0.0, 0.0, 7.0]])
    pieces = boxes(at, 0.5, fixed=[0])
    glue = glue_boxes(pieces, ground=False)
    stress = 2 * 2400.0 * G
    for factor, holds in ((1.02, True), (0.98, False)):
        bonds = replace(glue, tension_pa=np.full(len(glue), stress * factor), slip_m=np.zeros(len(glue)))
        settings = Settings(strong_use=9.0, spread_use=9.0)
        settled = settle(pieces, bonds, settings)
        assert settled.use.max() == pytest.approx(1.0 / factor, rel=1e-6)
        weaken = Trigger(0.0, *EVERYWHERE, kind="weaken", factor=0.999)
        motion = simulate(pieces, bonds, settled, [weaken], 4, 24, settings)
        assert (np.isfinite(motion.bond_broken_s).sum() == 0) == holds


def test_tied_joint_yields_softens_and_then_parts() -> None:
    """A cube on a joint that bears four fifths of its weight m g, and a fifth of that when it has opened by its
    L = 0.02 m + slip. It sinks by x'' = g (1 - 0.8 (1 - 0.8 x / L)), a hyperbolic cosine, until it parts at L; the
    joint takes 0.8 m g L (1 - 0.8 / 2). Elastic stretch and release are far below the tolerances.
    """
    slip, share, gone, mass = 0.10, 0.8, 0.8, 2400.0
    far = 0.02 + slip
    pieces = boxes(np.array([[0.0, 0.0, 9.0], [0.0, 0.0, 8.0]]), 0.5, fixed=[0])
    glue = glue_boxes(pieces, ground=False)
    bonds = replace(glue, tension_pa=np.full(1, 2.0 * mass * G), slip_m=np.full(1, slip), hinge_rad=np.full(1, 0.1))
    weaken = Trigger(0.0, *EVERYWHERE, kind="weaken", factor=0.5 * share)
    settings = replace(AWAKE, bond_damping=0.0, bond_calm_per_s=0.0, rocking_per_s=0.0)
    motion = simulate(pieces, bonds, settle(pieces, bonds, settings), [weaken], 24, 48, settings)
    rate = np.sqrt(G * share * gone / far)
    parted = np.arccosh(1.0 + rate**2 * far / ((1.0 - share) * G)) / rate
    assert motion.bond_broken_s[0] == pytest.approx(parted, rel=0.01)
    sunk = motion.position_m[0, 1, 2] - motion.position_m[:, 1, 2]
    before = motion.time_s < parted - 0.02
    fall = (1.0 - share) * G / rate**2 * (np.cosh(rate * motion.time_s) - 1.0)
    np.testing.assert_allclose(sunk[before], fall[before], atol=1e-3)
    assert motion.energy_j[-1, 4] == pytest.approx(share * mass * G * far * (1.0 - 0.5 * gone), rel=0.02)


def test_thin_seam_weakens_every_bond_across_it() -> None:
    """A plane between two rows of cubes, a third of a cube away from their joints, still parts them."""
    at = np.array([[x + 0.5, y + 0.5, 20.5] for x in range(3) for y in range(2)])
    pieces = boxes(at, 0.5, fixed=[0, 1])
    bonds = replace(glue_boxes(pieces, ground=False), slip_m=np.zeros(7), hinge_rad=np.zeros(7))
    seam = Trigger(0.0, (1.7, -9.0, 0.0), (1.8, 9.0, 99.0), kind="weaken", factor=1e-6)
    settings = Settings()
    motion = simulate(pieces, bonds, settle(pieces, bonds, settings), [seam], 6, 24, settings)
    across = np.abs(np.diff(at[np.stack([bonds.a, bonds.b])][:, :, 0], axis=0)[0]) > 0.5
    inner = across & (np.maximum(at[bonds.a, 0], at[bonds.b, 0]) > 2.0)
    assert inner.sum() == 2
    assert np.array_equal(np.isfinite(motion.bond_broken_s), inner)


def test_nothing_falls_asleep_on_the_hop() -> None:
    """A cube a millimetre above another, quiet for long enough by the clock: nothing carries it, so it stays awake. It
    would else hold its own weight for the load it rests under and hang in the air when the lower one leaves.
    """
    from secondunit.physics.motion_engine import PAIR_EVERY, Engine

    pieces = boxes(np.array([[0.0, 0.0, 0.5], [0.0, 0.0, 1.501]]), 0.5)
    engine = Engine(pieces, no_bonds(), unglued(pieces, pieces.centroid_m), Settings(), 3e-4, "cpu")
    engine.step()
    engine.bodies.quiet.fill_(10.0)
    engine.step_index = PAIR_EVERY
    engine.step()
    assert engine.pairs.count.numpy()[0] > 0, "the two count as touching"
    assert engine.bodies.state.numpy()[1] == 0


def test_rubble_binds_so_what_rocks_comes_to_rest_sooner() -> None:
    """A tall block, pushed, rocks from edge to edge. Where rubble binds from the start on, it turns less than half as
    far in all, and it still stands.
    """
    pieces = boxes(np.array([[0.0, 0.0, 1.5]]), np.array([0.4, 0.6, 1.5]))
    push = Trigger(0.0, *EVERYWHERE, kind="push", velocity_mps=(0.7, 0.0, 0.0))
    turned = []
    for bind_after_s in (99.0, 0.0):
        settings = replace(AWAKE, bind_after_s=bind_after_s)
        motion = simulate(pieces, no_bonds(), unglued(pieces, pieces.centroid_m), [push], 96, 24, settings)
        turned.append(np.linalg.norm(motion.spin_radps[:, 0], axis=1).sum())
        assert motion.position_m[-1, 0, 2] == pytest.approx(1.5, abs=0.01)
    assert turned[1] < 0.5 * turned[0]


def test_strengthening_is_capped_and_listed() -> None:
    """A long slender masonry cantilever cannot carry itself: the root is strengthened, no more than allowed."""
    at = np.array([[k + 0.5, 0.0, 20.0] for k in range(12)])
    pieces = boxes(at, np.full(3, 0.5), "brick", fixed=[0])
    bonds = glue_boxes(pieces, strength=0.5, ground=False)
    settled = settle(pieces, bonds, Settings(strongest=2.0))
    assert 0 in settled.strengthened
    assert settled.strength.max() == 2.0


def test_untouched_house_stands_with_and_without_sleep() -> None:
    """Prestress balances weight in the modelled pose: with every piece awake nothing drifts a micrometre."""
    pieces = house(1, 1, 2)
    bonds = glue_boxes(pieces)
    for settings in (Settings(), Settings(sleeping=False)):
        settled = settle(pieces, bonds, settings)
        motion = simulate(pieces, bonds, settled, [], 12, 24, settings)
        assert not np.isfinite(motion.bond_broken_s).any()
        assert np.abs(motion.position_m[-1] - motion.position_m[0]).max() < 1e-6
        assert motion.asleep.all() == settings.sleeping


def fallen_house(frames: int = 12) -> Motion:
    pieces = house(1, 1, 1)
    bonds = glue_boxes(pieces)
    settings = Settings()
    away = Trigger(0.05, (-1.0, -1.0, 1.1), (9.0, 2.0, 2.9), "remove")
    return simulate(pieces, bonds, settle(pieces, bonds, settings), [away], frames, 24, settings)


def fingerprint(motion: Motion) -> str:
    arrays = (motion.position_m, motion.rotation, motion.velocity_mps, motion.bond_broken_s, motion.dissipated_j)
    return hashlib.sha256(b"".join(a.tobytes() for a in arrays)).hexdigest()


def test_same_bits_again_and_in_another_process() -> None:
    here = fingerprint(fallen_house())
    assert here == fingerprint(fallen_house())
    code = (
        "import importlib.util, sys; spec = importlib.util.spec_from_file_location('twin', sys.argv[1]);"
        "twin = importlib.util.module_from_spec(spec); sys.modules['twin'] = twin; spec.loader.exec_module(twin);"
        "print(twin.fingerprint(twin.fallen_house()))"
    )
    out = subprocess.run([sys.executable, "-c", code, __file__], capture_output=True, text=True, check=True)
    assert out.stdout.strip().splitlines()[-1] == here


def test_removed_pieces_are_gone_and_time_is_reported() -> None:
    seen: list[float] = []
    pieces = boxes(np.array([[0.0, 0.0, 0.5], [0.0, 0.0, 1.5]]), 0.5)
    bonds = glue_boxes(pieces)
    settings = Settings()
    away = Trigger(0.1, (-1.0, -1.0, 0.1), (1.0, 1.0, 0.9), "remove")
    motion = simulate(
        pieces,
        bonds,
        settle(pieces, bonds, settings),
        [away],
        48,
        24,
        settings,
        progress=lambda done, _: seen.append(done),
    )
    assert seen == list(range(1, 49))
    assert motion.alive[0].all()
    assert not motion.alive[-1, 0]
    assert motion.position_m[-1, 1, 2] == pytest.approx(0.5, abs=0.02), "the upper cube lands where the lower stood"
    assert motion.bond_broken_s[0] == pytest.approx(0.1, abs=1e-3)


def test_cancelling_stops_between_frames() -> None:
    class Stop(Exception):
        pass

    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise Stop

    pieces = boxes(np.array([[0.0, 0.0, 5.0]]), 0.5)
    with pytest.raises(Stop):
        simulate(pieces, no_bonds(), unglued(pieces, pieces.centroid_m), [], 9, 24, AWAKE, check=check)
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        (Trigger(-1.0, *EVERYWHERE, kind="cut"), "-1.0 s"),
        (Trigger(0.0, (0.0, 0.0, 0.0), (0.0, 1.0, 1.0), kind="cut"), "empty box"),
        (Trigger(0.0, *EVERYWHERE, kind="weaken", factor=1.5), "1.5"),
        (Trigger(0.0, *EVERYWHERE, kind="blast"), "blast"),  # type: ignore[arg-type]
    ],
)
def test_meaningless_triggers_are_refused(trigger: Trigger, said: str) -> None:
    pieces = boxes(np.array([[0.0, 0.0, 5.0]]), 0.5)
    with pytest.raises(InputError, match=said):
        simulate(pieces, no_bonds(), unglued(pieces, pieces.centroid_m), [trigger], 1, 24, AWAKE)


def test_nothing_that_stands_is_refused() -> None:
    pieces = boxes(np.array([[0.0, 0.0, 5.0], [1.0, 0.0, 5.0]]), 0.5)
    with pytest.raises(InputError, match="bonded to the ground"):
        settle(pieces, glue_boxes(pieces), Settings())


def test_too_long_a_step_is_refused() -> None:
    pieces = boxes(np.array([[0.0, 0.0, 5.0]]), 0.5)
    with pytest.raises(InputError, match="too long"):
        simulate(pieces, no_bonds(), unglued(pieces, pieces.centroid_m), [], 1, 24, Settings(step_s=1e-3))


def test_turned_piece_keeps_its_mass_and_rest_pose() -> None:
    """State 0 is the settled pose, bit for bit, whatever it is."""
    pieces = boxes(np.array([[0.0, 0.0, 5.0]]), 0.5)
    turned = Rotation.from_euler("xyz", [10, 20, 30], degrees=True).as_quat()[None]
    motion = simulate(pieces, no_bonds(), unglued(pieces, pieces.centroid_m, turned), [], 1, 24, AWAKE)
    np.testing.assert_array_equal(motion.rotation[0], turned.astype(np.float32))


def test_hinge_turns_about_its_pressed_edge() -> None:
    """A cube beside a fixed one, on a joint that bears half the moment of its weight: it turns down by some 0.2 rad
    before it parts. About the joint's middle that would drive its lower edge 10 cm into the neighbour; about the edge
    nothing but what the yielding pays for, a tenth of that.
    """
    pieces = boxes(np.array([[0.0, 0.0, 9.0], [1.0, 0.0, 9.0]]), 0.5, fixed=[0])
    glue = glue_boxes(pieces, ground=False)
    stress = 6.0 * 2400.0 * G * 0.5
    bonds = replace(glue, tension_pa=np.full(1, 2.0 * stress), slip_m=np.ones(1), hinge_rad=np.full(1, 0.15))
    weaken = Trigger(0.0, *EVERYWHERE, kind="weaken", factor=0.25)
    motion = simulate(pieces, bonds, settle(pieces, bonds, AWAKE), [weaken], 72, 96, AWAKE)
    before = np.flatnonzero(motion.time_s < motion.bond_broken_s[0])[-1]
    turned = Rotation.from_quat(motion.rotation[before, 1]).magnitude()
    assert 0.15 < turned < 0.21
    there = (world_vertices(pieces, k, motion.position_m[before, k], motion.rotation[before, k]) for k in (0, 1))
    assert overlap_depth(*there) < 0.01
