"""The numbers of the simulation of motion, each with its reason."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Units SI. The defaults serve buildings of metre-sized pieces.

    step_s: longest time step (a frame is cut into equal steps no longer). gravity_mps2. least_mass_kg: lighter pieces
    move with this mass (a 2 kg pane between two tonnes would need a step of its own). least_inertia: no axis of a piece
    turns more easily than this share of its hardest. most_tip_mps: what turns so fast that a corner would exceed this
    is slowed, and the energy counted as lost. bond_rate_radps: fastest vibration that bonds may have; stiffer ones are
    softened to it, whatever the step, so that a shorter step integrates the same building better instead of simulating
    another. bond_damping: damping ratio of a vibration at that rate. bond_calm_per_s: damping of relative motion across
    a bond per reduced mass; it quiets the slow swinging of cracked clusters, which damping by stiffness hardly touches
    (2 to 5 % of critical at 10 Hz, as measured on damaged masonry). contact_rate_radps: each contact point's natural
    frequency with the pair's reduced mass. rocking_per_s: damping of what rubble carries and what moves slower than a
    walk (see `motion_kernels.rocking`); it grows from bind_after_s after the last trigger on. release_s: time
    constant with which cut or unsupported bonds let their stress go. ground_friction. sleeping: whether what is at
    rest is frozen. stir_m, rest_s: what stays within this distance for this long, and whose neighbours do, is at
    rest. wake_mps: a sleeper wakes when the impulse it received would make it this fast; start_wake_mps: the same
    for the untouched building, which is in exact equilibrium.
    strong_use: bonds used above this are strengthened to it, at most by strongest; spread_use: above this the load is
    first led elsewhere, in spread_rounds rounds.
    """

    step_s: float = 3.7e-4
    gravity_mps2: float = 9.80665
    least_mass_kg: float = 50.0
    least_inertia: float = 0.08
    most_tip_mps: float = 15.0
    bond_rate_radps: float = 2400.0
    bond_damping: float = 0.2
    bond_calm_per_s: float = 40.0
    contact_rate_radps: float = 700.0
    rocking_per_s: float = 3.0
    bind_after_s: float = 2.0
    release_s: float = 0.008
    ground_friction: float = 0.7
    sleeping: bool = True
    stir_m: float = 0.008
    rest_s: float = 0.25
    wake_mps: float = 0.05
    start_wake_mps: float = 0.01
    spread_use: float = 0.5
    spread_rounds: int = 30
    strong_use: float = 0.8
    strongest: float = 4.0
