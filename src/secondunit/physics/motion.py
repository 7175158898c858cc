"""From a building that stands to one that lies: settle, then simulate.

World frame, metres, seconds, kilograms. Explicit bonded discrete elements (docs/collapse-physics.md): convex pieces
glued by springs that break, penalty contacts between true polytopes, Coulomb friction, sleep. One step is four kernels;
see `motion_engine`.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from secondunit.physics.motion_engine import Engine
from secondunit.physics.motion_settings import Settings
from secondunit.physics.motion_settle import Settled, moving_mass, settle
from secondunit.physics.motion_triggers import Director, Trigger
from secondunit.physics.pieces import Bonds, Pieces
from secondunit.schema import InputError

__all__ = ["Motion", "Settings", "Settled", "Trigger", "settle", "simulate"]

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
GONE = 4


@dataclass(frozen=True)
class Motion:
    """F = frames + 1 states of P pieces; state 0 is the settled pose before any event.

    time_s (F,) · position_m (F,P,3) · rotation (F,P,4) xyzw · velocity_mps, spin_radps (F,P,3), world · asleep, alive
    (F,P) · bond_broken_s (B,), inf where whole · dissipated_j (F,P) contact and friction work lost by each piece since
    the previous state · energy_j (F,5): kinetic, potential (ground 0), bond, contact, dissipated so far ·
    penetration_m (F,2): p99 and largest overlap of contact pairs (the ground is one), a true polytope distance ·
    report: what the simulation did, for the record.
    """

    time_s: Floats
    position_m: Singles
    rotation: Singles
    velocity_mps: Singles
    spin_radps: Singles
    asleep: Flags
    alive: Flags
    bond_broken_s: Singles
    dissipated_j: Singles
    energy_j: Floats
    penetration_m: Singles
    report: dict[str, object]


class _Recorder:
    """Collects one state per frame."""

    def __init__(self, engine: Engine, frames: int, gravity: float) -> None:
        p, f = engine.count, frames + 1
        self.engine, self.gravity = engine, gravity
        self.position, self.velocity, self.spin = (np.zeros((f, p, 3), np.float32) for _ in range(3))
        self.rotation = np.zeros((f, p, 4), np.float32)
        self.asleep, self.alive = np.zeros((f, p), bool), np.zeros((f, p), bool)
        self.dissipated = np.zeros((f, p), np.float32)
        self.energy, self.penetration = np.zeros((f, 5)), np.zeros((f, 2), np.float32)
        self.lost_before = np.zeros(p)
        self.depths: list[Floats] = []

    def take(self, f: int) -> None:
        """Record the present as state f. InputError when a piece has left all bounds: the step is too long for the
        stiffness.
        """
        bodies = self.engine.bodies
        x, state = bodies.x.numpy()[:-1], bodies.state.numpy()[:-1]
        if not np.isfinite(x).all() or self.engine.overflow.numpy()[0]:
            raise InputError(_what_went_wrong(self.engine, x, f))
        self.position[f], self.rotation[f] = x, bodies.q.numpy()[:-1]
        self.velocity[f], self.spin[f] = bodies.v.numpy()[:-1], bodies.w.numpy()[:-1]
        self.alive[f] = state != GONE
        self.asleep[f] = (state != 0) & self.alive[f]
        lost = bodies.lost.numpy()[:-1].copy()
        self.dissipated[f] = np.maximum(lost - self.lost_before, 0.0)
        self.lost_before = lost
        self.energy[f] = self._energy(x, state != GONE, float(lost.sum()))
        depth = self.engine.overlaps()
        self.depths.append(depth)
        if len(depth):
            self.penetration[f] = np.percentile(depth, 99.0), depth.max()

    def _energy(self, x: Floats, alive: Flags, lost: float) -> Floats:
        """Kinetic, potential, bond, contact, dissipated (J)."""
        engine = self.engine
        bodies = engine.bodies
        mass = bodies.mass.numpy()[:-1].astype(np.float64)
        moving = alive & (bodies.state.numpy()[:-1] != 3)
        v, w = bodies.v.numpy()[:-1], bodies.w.numpy()[:-1].astype(np.float64)
        kinetic = 0.5 * mass * np.einsum("pi,pi->p", v, v)
        kinetic += 0.5 * np.einsum("pi,pi->p", bodies.momentum.numpy()[:-1], w)
        total = int(engine.total.numpy()[0])
        touching = engine.pairs.count.numpy()[:total] > 0
        contact = engine.pairs.energy.numpy()[:total][touching].sum(dtype=np.float64)
        contact += engine.ground.energy.numpy()[moving].sum(dtype=np.float64)
        bond = engine.glue.energy.numpy().sum(dtype=np.float64)
        lost += float(engine.glue.lost.numpy().sum())
        return np.array([kinetic[moving].sum(), (self.gravity * mass * x[:, 2])[moving].sum(), bond, contact, lost])


def _what_went_wrong(engine: Engine, x: Floats, frame: int) -> str:
    if engine.overflow.numpy()[0]:
        return (
            f"frame {frame}: a piece has more neighbours than the contact lists hold; "
            "break the building into more even pieces"
        )
    worst = int(np.argmin(np.isfinite(x).all(axis=1)))
    return (
        f"frame {frame}: piece {worst} has left all bounds with a step of {engine.dt:.2e} s; "
        "shorten Settings.step_s or raise least_mass_kg"
    )


def simulate(
    pieces: Pieces,
    bonds: Bonds,
    settled: Settled,
    triggers: Sequence[Trigger],
    frames: int,
    fps: float,
    settings: Settings,
    *,
    device: str = "cpu",
    progress: Callable[[float, float], None] | None = None,
    check: Callable[[], None] | None = None,
) -> Motion:
    """`frames` frames after the settled pose, at `fps`. `progress(done, total)` and `check()` are called once a frame.

    The same input gives the same bits on the same device and version. Raises InputError for triggers that mean nothing,
    for a frame rate or count that is not positive, and when the simulation leaves all bounds; whatever `check` raises
    passes through.
    """
    if frames < 0 or not fps > 0.0:
        raise InputError(
            f"{frames} frames at {fps} a second cannot be simulated; give 0 or more frames and a rate above 0"
        )
    if settings.step_s * max(settings.bond_rate_radps / 1.2, settings.contact_rate_radps / 0.26) > 1.001:
        raise InputError(
            f"a step of {settings.step_s:.2e} s is too long for bonds at {settings.bond_rate_radps:g} rad/s and "
            f"contacts at {settings.contact_rate_radps:g}; shorten Settings.step_s or lower these rates in proportion"
        )
    begun = time.perf_counter()
    steps = max(1, math.ceil(1.0 / (fps * settings.step_s) - 1e-9))
    engine = Engine(pieces, bonds, settled, settings, 1.0 / (fps * steps), device)
    director = Director(engine, pieces, bonds, triggers)
    if triggers:
        engine.last_trigger_s = director.end_s()
    record = _Recorder(engine, frames, settings.gravity_mps2)
    record.take(0)
    for frame in range(1, frames + 1):
        if check is not None:
            check()
        _advance(engine, director, steps)
        record.take(frame)
        if progress is not None:
            progress(frame, frames)
    return _motion(record, director, settled, steps, fps, time.perf_counter() - begun)


def _advance(engine: Engine, director: Director, steps: int) -> None:
    """One frame. While everything sleeps and nothing is due there is nothing to compute."""
    end = engine.step_index + steps
    while engine.step_index < end:
        director.act()
        if engine.step_index % steps == 0 and not director.pending(engine.step_index) and engine.all_asleep():
            engine.skip(steps)
            return
        engine.step()
    director.look_for_fallen()


def _motion(record: _Recorder, director: Director, settled: Settled, steps: int, fps: float, seconds: float) -> Motion:
    engine, pieces = record.engine, director.pieces
    frames = len(record.position) - 1
    depths = np.concatenate(record.depths)
    broken = engine.glue.broken_s.numpy().astype(np.float32)
    report: dict[str, object] = {
        "steps": frames * steps,
        "step_s": engine.dt,
        "seconds": seconds,
        "sag_m": settled.sag_m,
        "strengthened_bonds": [int(i) for i in settled.strengthened],
        "strengthened_share": len(settled.strengthened) / max(1, engine.bond_count),
        "strongest_factor": float(settled.strength.max(initial=1.0)),
        "redistributed_bonds": settled.redistributed,
        "loose_pieces": [int(i) for i in np.flatnonzero(~settled.supported)],
        "peak_bond_use_at_rest": float(settled.use.max(initial=0.0)),
        "softened_bonds_share": float((engine.soft < 1.0).mean()) if engine.bond_count else 0.0,
        "softest_bond_factor": float(engine.soft.min(initial=1.0)),
        "penetration_p99_m": float(np.percentile(depths, 99.0)) if len(depths) else 0.0,
        "penetration_max_m": float(depths.max(initial=0.0)),
        "heavier_pieces": int((moving_mass(pieces, engine.settings) > pieces.mass_kg).sum()),
        "broken_bonds": int(np.isfinite(broken).sum()),
        "last_trigger_end_s": director.end_s(),
    }
    return Motion(
        time_s=np.arange(frames + 1) / fps,
        position_m=record.position,
        rotation=record.rotation,
        velocity_mps=record.velocity,
        spin_radps=record.spin,
        asleep=record.asleep,
        alive=record.alive,
        bond_broken_s=broken,
        dissipated_j=record.dissipated,
        energy_j=record.energy,
        penetration_m=record.penetration,
        report=report,
    )
