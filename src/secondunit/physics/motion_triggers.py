"""What sets a building in motion: timed boxes in which bonds are cut or weakened, pieces removed or pushed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from secondunit.physics import motion_device as make
from secondunit.physics.motion_engine import Engine
from secondunit.physics.motion_settle import supported
from secondunit.physics.pieces import Bonds, Pieces
from secondunit.schema import InputError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BROKEN, WHOLE, LETTING_GO = 0, 1, 2
GONE = 4
FADES = 8.0
"""Time constants after which a released bond is let go: three parts in ten thousand of its force remain."""


@dataclass(frozen=True)
class Trigger:
    """One event. box_min, box_max (m, world) are met where things are at that moment.

    cut: bonds whose centroid is inside let go, smoothly. remove: pieces whose centroid is inside lose their bonds
    likewise and then cease to exist. push: velocity_mps is added to those pieces. weaken: the strengths of bonds whose
    centroid is inside, or whose two pieces have the box between their centroids, are multiplied by factor (so a thin
    box is a seam that no bond bridges).
    """

    time_s: float
    box_min: tuple[float, float, float]
    box_max: tuple[float, float, float]
    kind: Literal["cut", "remove", "push", "weaken"]
    velocity_mps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    factor: float = 1.0


def check(triggers: Sequence[Trigger]) -> None:
    """InputError where a trigger could do nothing or has no meaning."""
    for number, trigger in enumerate(triggers):
        if trigger.kind not in ("cut", "remove", "push", "weaken"):
            raise InputError(f"trigger {number} has kind {trigger.kind!r}; use cut, remove, push or weaken")
        if not (np.isfinite(trigger.time_s) and trigger.time_s >= 0.0):
            raise InputError(f"trigger {number} fires at {trigger.time_s} s; give a time of 0 or more")
        if not all(low < high for low, high in zip(trigger.box_min, trigger.box_max, strict=True)):
            raise InputError(
                f"trigger {number} has an empty box {trigger.box_min} to {trigger.box_max}; give min < max"
            )
        if trigger.kind == "weaken" and not 0.0 <= trigger.factor < 1.0:
            raise InputError(f"trigger {number} weakens by {trigger.factor}; give a factor from 0 up to 1")


class Director:
    """Applies triggers to a running simulation, and keeps track of what the ground still carries."""

    def __init__(self, engine: Engine, pieces: Pieces, bonds: Bonds, triggers: Sequence[Trigger]) -> None:
        check(triggers)
        self.engine, self.pieces, self.bonds = engine, pieces, bonds
        self.fade_steps = int(np.ceil(FADES * engine.settings.release_s / engine.dt))
        ordered = sorted(triggers, key=lambda t: t.time_s)
        self.due = [(int(np.ceil(t.time_s / engine.dt - 1e-9)), t) for t in ordered]
        self.removals: list[tuple[int, npt.NDArray[np.intp]]] = []
        self.carried = supported(pieces, bonds, np.ones(len(bonds), dtype=bool))

    def end_s(self) -> float:
        """When the last trigger still pending or fading is over; 0 when there is none."""
        fading = {"cut": self.fade_steps, "remove": self.fade_steps, "push": 1, "weaken": 1}
        ends = [at + fading[t.kind] for at, t in self.due]
        return max(ends, default=0) * self.engine.dt

    def pending(self, step: int) -> bool:
        """Whether anything is still to happen at or after a step."""
        return any(at >= step for at, _ in self.due) or bool(self.removals)

    def act(self) -> None:
        """Do what is due at the engine's current step."""
        step = self.engine.step_index
        for at, trigger in self.due:
            if at == step:
                self._fire(trigger)
        for at, gone in self.removals:
            if at == step:
                states = self.engine.bodies.state.numpy().copy()
                states[gone] = GONE
                self.engine.set_states(states)
        self.removals = [(at, gone) for at, gone in self.removals if at > step]

    def _fire(self, trigger: Trigger) -> None:
        if trigger.kind == "cut":
            self._let_go(self._bonds_inside(trigger))
        elif trigger.kind == "remove":
            gone = np.flatnonzero(self._pieces_inside(trigger) & ~self.pieces.fixed)
            held = np.isin(self.bonds.a, gone) | np.isin(self.bonds.b, gone)
            self._let_go(held)
            self.removals.append((self.engine.step_index + self.fade_steps, gone))
        elif trigger.kind == "push":
            self._push(self._pieces_inside(trigger) & ~self.pieces.fixed, np.array(trigger.velocity_mps))
        else:
            inside = self._bonds_inside(trigger) | self._bonds_through(trigger)
            limit = self.engine.glue.limit.numpy().copy()
            limit[inside] *= max(trigger.factor, 1e-6)
            self.engine.glue.limit.assign(limit)
            self._wake_ends(inside)

    def _pieces_inside(self, trigger: Trigger) -> Flags:
        bodies = self.engine.bodies
        x = bodies.x.numpy()[:-1]
        inside = np.all((x >= trigger.box_min) & (x <= trigger.box_max), axis=1)
        return np.asarray(inside & (bodies.state.numpy()[:-1] != GONE))

    def _bonds_inside(self, trigger: Trigger) -> Flags:
        """Whole bonds whose centroid, carried along by body a, is in the box."""
        glue, bodies = self.engine.glue, self.engine.bodies
        a = self.bonds.a
        arm = np.einsum("bij,bj->bi", bodies.rot.numpy()[a], glue.arm_a.numpy())
        at = bodies.x.numpy()[a] + arm
        inside = np.all((at >= trigger.box_min) & (at <= trigger.box_max), axis=1)
        return np.asarray(inside & (glue.whole.numpy() == WHOLE))

    def _bonds_through(self, trigger: Trigger) -> Flags:
        """Whole bonds between two pieces the line between whose centroids meets the box (slab method)."""
        x = self.engine.bodies.x.numpy()
        start, end = x[self.bonds.a], x[self.bonds.b]
        way = np.where(np.abs(end - start) < 1e-9, 1e-9, end - start)
        low, high = (np.array(trigger.box_min) - start) / way, (np.array(trigger.box_max) - start) / way
        enter, leave = np.minimum(low, high).max(axis=1), np.maximum(low, high).min(axis=1)
        meets = (enter <= leave) & (leave >= 0.0) & (enter <= 1.0) & (self.bonds.b >= 0)
        return np.asarray(meets & (self.engine.glue.whole.numpy() == WHOLE))

    def _let_go(self, which: Flags) -> None:
        """Cut bonds: their present force stays on both bodies and fades away; so does all stress of what lost its
        support.
        """
        engine = self.engine
        glue = engine.glue
        whole = glue.whole.numpy().copy()
        which = which & (whole == WHOLE)
        if not which.any():
            return
        frame = np.swapaxes(engine.bodies.rot.numpy()[self.bonds.a], 1, 2)
        force = engine.gather.bond_force.numpy()
        b = glue.b.numpy()
        arm = np.einsum("bij,bj->bi", engine.bodies.rot.numpy()[b], glue.arm_b.numpy())
        moment = engine.gather.bond_torque_b.numpy() - np.cross(arm, force)
        hold_force, hold_torque = glue.hold_force.numpy().copy(), glue.hold_torque.numpy().copy()
        hold_force[which] = np.einsum("bij,bj->bi", frame, force)[which]
        hold_torque[which] = np.einsum("bij,bj->bi", frame, moment)[which]
        glue.hold_force.assign(hold_force)
        glue.hold_torque.assign(hold_torque)
        whole[which] = LETTING_GO
        broken = glue.broken_s.numpy().copy()
        broken[which] = engine.step_index * engine.dt
        glue.whole.assign(whole)
        glue.broken_s.assign(broken)
        self._relax(which)
        self._wake_ends(which)
        self.look_for_fallen()

    def _relax(self, which: Flags) -> None:
        left = self.engine.glue.relax_s.numpy().copy()
        left[which] = (self.fade_steps - 0.5) * self.engine.dt
        self.engine.glue.relax_s.assign(left)

    def _wake_ends(self, which: Flags) -> None:
        ends = np.concatenate([self.bonds.a[which], self.bonds.b[which]])
        self._wake(ends[ends >= 0])

    def _wake(self, which: npt.NDArray[np.int32]) -> None:
        states = self.engine.bodies.state.numpy().copy()
        asleep = which[states[which] < make.STILL]
        states[asleep] = make.AWAKE
        self.engine.set_states(states)
        quiet = self.engine.bodies.quiet.numpy().copy()
        quiet[asleep] = 0.0
        self.engine.bodies.quiet.assign(quiet)

    def _push(self, which: Flags, velocity: Floats) -> None:
        bodies = self.engine.bodies
        v = bodies.v.numpy().copy()
        v[:-1][which] += velocity
        bodies.v.assign(v)
        bodies.vf.assign(v.astype(np.float32))
        self._wake(np.flatnonzero(which).astype(np.int32))

    def look_for_fallen(self) -> None:
        """Let the stress of pieces that have just lost all support relax, lest it ring through them as they fall."""
        whole = self.engine.glue.whole.numpy() == WHOLE
        carried = supported(self.pieces, self.bonds, whole)
        lost = self.carried & ~carried
        self.carried = carried
        if lost.any():
            self._relax(whole & lost[self.bonds.a])
            self._wake(np.flatnonzero(lost).astype(np.int32))
