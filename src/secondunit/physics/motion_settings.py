"""The numbers of the simulation of motion, each with its reason."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Units SI. The defaults serve buildings of metre-sized pieces.

    step_s: longest time step (a frame is cut into equal steps no longer). gravity_mps2. least_mass_kg: lighter pieces move with this
    mass (a 2 kg pane between two tonnes would need a step of its own). bond_rate_radps: fastest vibration that bonds may have;
    stiffer ones are softened to it, whatever the step, so that a shorter step integrates the same building better instead of
    simulating another. bond_damping: damping ratio of a vibration at that rate. contact_rate_radps: each
    contact point's natural frequency with the pair's reduced mass. release_s: time constant with which cut or unsupported bonds let
    their stress go. ground_friction. sleeping: whether what is at rest is frozen. slow_mps, rest_s: slower than this for this long
    is at rest. balance, wake: unbalanced force, as a share of weight, below which a piece may fall asleep, and above which it wakes.
    start_wake: the same for the untouched building, which is in exact equilibrium. strong_use: bonds used above this are
    strengthened to it, at most by strongest; spread_use: above this the load is first led elsewhere, in spread_rounds rounds.
    """

    step_s: float = 4.2e-4
    gravity_mps2: float = 9.80665
    least_mass_kg: float = 20.0
    bond_rate_radps: float = 2850.0
    bond_damping: float = 0.2
    contact_rate_radps: float = 500.0
    release_s: float = 0.008
    ground_friction: float = 0.7
    sleeping: bool = True
    slow_mps: float = 0.03
    rest_s: float = 0.25
    balance: float = 0.1
    wake: float = 0.25
    start_wake: float = 0.02
    spread_use: float = 0.5
    spread_rounds: int = 30
    strong_use: float = 0.8
    strongest: float = 4.0
