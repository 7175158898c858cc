"""The loop: bonds, contacts, motion, and on a fixed schedule the candidate pairs and the sleepers."""

import numpy as np
import numpy.typing as npt
import warp as wp

from secondunit.physics import motion_device as make
from secondunit.physics.bond_kernels import pull
from secondunit.physics.contact_broad_kernels import ROW, bound, find_rows, write_back_rows, write_pairs
from secondunit.physics.contact_force_kernels import look_at_ground, press_ground, press_pairs
from secondunit.physics.contact_kernels import look
from secondunit.physics.contact_sat_kernels import measure, measure_ground
from secondunit.physics.motion_kernels import choose_sleepers, move, put_to_sleep, time_quiet
from secondunit.physics.motion_settings import Settings
from secondunit.physics.motion_settle import Settled
from secondunit.physics.pieces import Bonds, Pieces

Floats = npt.NDArray[np.float64]

LOOK_EVERY = 4
"""Steps between two looks at the contacts; points are kept on both bodies in between, so depths stay current."""
PAIR_EVERY = 16
"""Steps between two lists of candidate pairs; boxes are swept over this span."""
MARGIN_M = 0.03
"""Slack of the swept boxes: an impact of 150 g moves a piece this far off its sweep within sixteen steps."""
REFRESH_M = 0.002
"""Relative motion after which the points of a contact are chosen anew."""
MOST_LATE_S = 8.0
"""Time over which rubble goes on binding."""


class Engine:
    """All device state of one simulation and the step that advances it."""

    def __init__(
        self, pieces: Pieces, bonds: Bonds, settled: Settled, settings: Settings, dt: float, device: str
    ) -> None:
        self.settings, self.dt, self.device = settings, dt, device
        self.count, self.bond_count = len(pieces), len(bonds)
        self.step_index = 0
        self.last_trigger_s = float("inf")
        self.shapes = make.shapes(pieces, device)
        self.bodies = make.bodies(pieces, settled, settings, device)
        self.glue, self.soft = make.glue(pieces, bonds, settled, settings, device)
        self.gather, self.bond_other = make.gather(pieces, bonds, device)
        self.ground = make.ground(self.count, device)
        self.pairs, self.spare_pairs = make.pairs(self.count, device), make.pairs(self.count, device)
        self.lists, self.spare_lists = make.lists(self.count, device), make.lists(self.count, device)
        self.clock = wp.zeros(1, dtype=wp.float64, device=device)
        self.overflow = wp.zeros(1, dtype=int, device=device)
        self.chosen = wp.zeros(self.count, dtype=int, device=device)
        self.low = wp.zeros(self.count, dtype=wp.vec3, device=device)
        self.high = wp.zeros(self.count, dtype=wp.vec3, device=device)
        self.row = wp.zeros((self.count, ROW), dtype=int, device=device)
        self.row_count = wp.zeros(self.count, dtype=int, device=device)
        self.above = wp.zeros(self.count + 1, dtype=int, device=device)
        self.below = wp.zeros(self.count + 1, dtype=int, device=device)
        self.bvh: wp.Bvh | None = None
        self.pair_dim = 0
        self.rest_s = settings.rest_s if settings.sleeping else 1.0e9
        self.beta = 2.0 * settings.bond_damping / settings.bond_rate_radps
        self._start()

    def _launch(self, kernel: wp.Kernel, dim: int, *inputs: object) -> None:
        if dim > 0:
            wp.launch(kernel, dim, inputs=list(inputs), device=self.device)

    def _start(self) -> None:
        """First loads, pairs and ground contacts, as if everything were awake."""
        states = self.bodies.state.numpy().copy()
        self.set_states(np.where(states == make.STILL, make.STILL, make.AWAKE))
        self.rebuild_pairs(first=1)
        span = LOOK_EVERY * self.dt
        self._look(span)
        self._look_at_ground(span, 1)
        self._pull(0)
        self._press()
        self.set_states(states)

    def set_states(self, states: npt.NDArray[np.int32]) -> None:
        """(P+1,) sleeping states, from the host."""
        self.bodies.state.assign(np.ascontiguousarray(states, dtype=np.int32))

    def rebuild_pairs(self, first: int = 0) -> None:
        """New candidate pairs, sorted, with the state of those that were there before."""
        span = PAIR_EVERY * self.dt
        self._launch(bound, self.count, self.bodies, self.shapes, span, MARGIN_M, self.low, self.high)
        if self.bvh is None:
            self.bvh = wp.Bvh(self.low, self.high)
        else:
            self.bvh.rebuild()
        self._launch(
            find_rows, self.count, self.bvh.id, self.bodies, self.low, self.high, self.row, self.row_count, self.above,
            self.below, self.overflow,
        )  # fmt: skip
        old, new = self.pairs, self.spare_pairs
        old_lists, new_lists = self.lists, self.spare_lists
        wp.utils.array_scan(self.above, new_lists.row, inclusive=False)
        wp.utils.array_scan(self.below, new_lists.back_row, inclusive=False)
        self._launch(
            write_pairs, self.count, self.row, self.row_count, new_lists.row, old_lists.row, old, new,
            self.gather.bond_start, self.bond_other, first, self.count, self.overflow,
        )  # fmt: skip
        self._launch(
            write_back_rows, self.count, self.row, self.row_count, new_lists.row, new.b, new_lists.back_row,
            new_lists.back_list,
        )  # fmt: skip
        self.pairs, self.spare_pairs = new, old
        self.lists, self.spare_lists = new_lists, old_lists
        self.total = new_lists.row[self.count :]
        on_host = wp.get_device(self.device).is_cpu
        self.pair_dim = int(self.total.numpy()[0]) if on_host else new.a.shape[0]

    def _look(self, span: float) -> None:
        self._launch(
            look, self.pair_dim, self.bodies, self.shapes, self.pairs, self.total, self.gather.bond_start,
            self.bond_other,
            self.gather.bond_list, self.glue.whole, span, REFRESH_M, self.settings.contact_rate_radps,
        )  # fmt: skip

    def _look_at_ground(self, span: float, first: int) -> None:
        self._launch(
            look_at_ground, self.count, self.bodies, self.shapes, self.ground, self.gather, span, REFRESH_M,
            self.settings.contact_rate_radps, first,
        )  # fmt: skip

    def _pull(self, breaks: int) -> None:
        fade = 1.0 - float(np.exp(-self.dt / self.settings.release_s))
        self._launch(
            pull, self.bond_count, self.glue, self.bodies, self.gather, breaks, self.beta,
            self.settings.bond_calm_per_s, fade,
            self.dt, self.clock,
        )  # fmt: skip

    def _late(self) -> float:
        """Seconds, at most MOST_LATE_S, for which rubble has been binding."""
        since = self.step_index * self.dt - self.last_trigger_s - self.settings.bind_after_s
        return min(max(since, 0.0), MOST_LATE_S)

    def _press(self) -> None:
        rate = self.settings.contact_rate_radps
        self._launch(press_pairs, self.pair_dim, self.bodies, self.pairs, self.total, rate, self.dt)
        self._launch(
            press_ground, self.count, self.bodies, self.shapes, self.ground, self.gather, rate,
            self.settings.ground_friction, self.dt,
        )  # fmt: skip

    def _doze(self) -> None:
        """Put to sleep what has been at rest, post guards beside what is awake."""
        s = self.settings
        self._launch(time_quiet, self.count, self.bodies, s.stir_m, PAIR_EVERY * self.dt)
        self._launch(
            choose_sleepers, self.count, self.bodies, self.bond_other, self.glue.whole, self.gather, self.lists,
            self.pairs,
            self.rest_s, s.gravity_mps2, self.chosen,
        )  # fmt: skip
        self._launch(put_to_sleep, self.count, self.bodies, self.chosen, s.wake_mps)

    def step(self) -> None:
        """One time step of everything."""
        if self.step_index % PAIR_EVERY == 0:
            self._doze()
            self.rebuild_pairs()
        if self.step_index % LOOK_EVERY == 0:
            span = LOOK_EVERY * self.dt
            self._look(span)
            self._look_at_ground(span, 0)
        self._pull(1)
        self._press()
        self._launch(
            move, self.count, self.bodies, self.gather, self.lists, self.pairs, self.settings.gravity_mps2,
            self.settings.most_tip_mps, self.rest_s, self.settings.rocking_per_s, self._late(), self.dt, self.clock,
        )  # fmt: skip
        self.step_index += 1

    def all_asleep(self) -> bool:
        """Whether nothing at all is moving."""
        return not bool((self.bodies.state.numpy()[:-1] == make.AWAKE).any())

    def skip(self, steps: int) -> None:
        """Let time pass over a sleeping world."""
        self.step_index += steps
        self.clock.assign(self.clock.numpy() + steps * self.dt)

    def overlaps(self) -> Floats:
        """(N,) polytope overlap (m) of every touching pair and of every piece in the ground, as they are now."""
        total = int(self.total.numpy()[0])
        touching = np.flatnonzero(self.pairs.count.numpy()[:total] > 0)
        out = wp.zeros(max(1, len(touching)), dtype=float, device=self.device)
        ends = [np.append(side.numpy()[touching], 0) for side in (self.pairs.a, self.pairs.b)]
        first, second = (wp.from_numpy(end, dtype=wp.int32, device=self.device) for end in ends)
        self._launch(measure, len(touching), self.bodies, self.shapes, first, second, out)
        low = wp.zeros(self.count, dtype=float, device=self.device)
        self._launch(measure_ground, self.count, self.bodies, self.shapes, low)
        depth = np.concatenate([out.numpy()[: len(touching)], low.numpy()]).astype(np.float64)
        return np.asarray(depth[depth > 0.0])
