"""Dust: heavy air on a grid, fed where things break and grind, pushed by what falls through it.

Air is incompressible and staggered on a MAC grid (Harlow & Welch 1965); dust density rides on it with a MacCormack step
(Selle et al. 2008), sinks at its settling speed and makes the air heavier (Boussinesq). Falling pieces drag the air
with them,
so a floor that comes down drives its dust out through the windows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp
from numpy.typing import NDArray

from secondunit.physics import dust_kernels as k
from secondunit.physics import pressure

Array = NDArray[np.float32]

AIR_KGM3 = 1.2
GRAVITY_MPS2 = 9.81
WALL_M = 0.35
"""Thickness of a usual wall or floor: so much of it in two cells' depth (a scatter spreads it over two) lets no air
through, whatever the cell's size."""


@dataclass(frozen=True)
class Samples:
    """N points that bring something into the air: position (N,3) m, velocity (N,3) m/s, amount (N,) kg of dust or m3
    of solid."""

    position_m: Array
    velocity_mps: Array
    amount: Array


@dataclass(frozen=True)
class Domain:
    """A box of cubic cells. ``origin_m``: world corner with least x, y, z; ``cells``: multiples of 8 along x, y, z."""

    origin_m: tuple[float, float, float]
    cell_m: float
    cells: tuple[int, int, int]

    @classmethod
    def around(cls, low_m: Array, high_m: Array, cell_m: float) -> "Domain":
        """The box over a building's bounds (3,), (3,) that leaves its dust room to spread: ground at z = 0.

        Most of the room is before the facade (y < 0), where the camera stands; behind the building nobody looks.
        """
        size = np.maximum(high_m - low_m, 1.0)
        height = float(size[2])
        before, after = np.array([0.75, 1.15, 0.0]) * height, np.array([0.75, 0.35, 0.45]) * height
        span = size + before + after
        cells = np.maximum(np.ceil(span / cell_m / 8.0) * 8, 16).astype(int)
        slack = (cells * cell_m - span) * np.array([0.5, 1.0, 0.0])
        corner = low_m - before - slack
        return cls(
            (float(corner[0]), float(corner[1]), 0.0), float(cell_m), (int(cells[0]), int(cells[1]), int(cells[2]))
        )


@dataclass(frozen=True)
class DustSettings:
    """How the cloud behaves; none of it changes how much dust is born (``dust_sources`` does).

    ``grit_kg_per_kg``: what hangs in the air for each kilogram of dust, that kilogram and the grit that is too coarse
    to be seen as haze but weighs all the same. Grains under 53 um, which make the haze, were 30 to 46 % of the mass of
    what settled around the World Trade Center (Lioy et al. 2002, Environ. Health Perspect. 110:703).
    ``heaviest_load``: heavier air than that, relative to clean air, is past what Boussinesq's approximation bears.
    """

    settle_mps: float = 0.12
    spin: float = 0.35
    grit_kg_per_kg: float = 2.6
    heaviest_load: float = 0.4
    fades_per_s: float = 0.015
    flow_reset_s: float = 1.2
    cycles: int = 3


@dataclass(frozen=True)
class DustFrame:
    """The air at one frame. ``density`` (nx,ny,nz) f16 kg/m3 at cell centres.

    ``flow_a``/``flow_b`` (nx,ny,nz,3) f16: metres back to where this air was when the field was last reset, at two
    phases half
    a period apart; ``blend`` 0..1 is the weight of b. A renderer that looks its fine noise up there sees it move with
    the air.
    """

    density: NDArray[np.float16]
    flow_a: NDArray[np.float16]
    flow_b: NDArray[np.float16]
    blend: float
    generation: tuple[int, int]


class Air:
    """The grids of one simulation on one device."""

    def __init__(self, domain: Domain, device: str) -> None:
        nx, ny, nz = domain.cells
        self.domain, self.device = domain, device
        self.faces = [self._grid(nx + 1, ny, nz), self._grid(nx, ny + 1, nz), self._grid(nx, ny, nz + 1)]
        self.spare = [self._grid(nx + 1, ny, nz), self._grid(nx, ny + 1, nz), self._grid(nx, ny, nz + 1)]
        self.density, self.next, self.back = (self._grid(nx, ny, nz) for _ in range(3))
        self.curl = wp.zeros(domain.cells, wp.vec3, device=device)
        self.flow = [wp.zeros(domain.cells, wp.vec3, device=device) for _ in range(2)]
        self.flow_next = wp.zeros(domain.cells, wp.vec3, device=device)
        self.total = wp.zeros(domain.cells, wp.int64, device=device)
        self.moved = wp.zeros((*domain.cells, 3), wp.int64, device=device)
        self.grids = pressure.levels(domain.cells, domain.cell_m, device)

    def _grid(self, *shape: int) -> Any:
        return wp.zeros(shape, float, device=self.device)

    def launch(self, kernel: Any, shape: Any, *inputs: Any) -> None:
        """Run a kernel on this device."""
        wp.launch(kernel, shape, inputs=list(inputs), device=self.device)

    def scatter(self, samples: Samples) -> bool:
        """Add samples to the scratch grids ``total`` and ``moved``; False if there are none."""
        self.total.zero_()
        self.moved.zero_()
        if not len(samples.amount):
            return False
        arrays: list[Any] = [
            wp.array(np.ascontiguousarray(a, np.float32), dtype=t, device=self.device)
            for a, t in ((samples.position_m, wp.vec3), (samples.velocity_mps, wp.vec3), (samples.amount, float))
        ]
        origin = wp.vec3(*self.domain.origin_m)
        self.launch(k.scatter, len(samples.amount), *arrays, origin, self.domain.cell_m, self.total, self.moved)
        return True

    def drag(self, gain: float) -> None:
        """Pull the air towards what was scattered; ``gain`` turns amount per cell into a share 0..1."""
        for axis, face in enumerate(self.faces):
            self.launch(k.drag_face, face.shape, axis, self.total, self.moved, gain, face)

    def advect(self, dt: float, fall_mps: float) -> None:
        """Carry velocity, density and flow along the air for ``dt`` seconds."""
        cells = dt / self.domain.cell_m
        fall = fall_mps * cells
        air = tuple(self.faces)
        shape = self.density.shape
        self.launch(k.advect_cell, shape, *air, cells, fall, self.density, self.next)
        self.launch(k.advect_cell, shape, *air, -cells, -fall, self.next, self.back)
        self.launch(k.sharpen_cell, shape, *air, cells, fall, self.density, self.back, self.next)
        for n in range(2):
            self.launch(k.advect_flow, shape, *air, dt, cells, self.flow[n], self.flow_next)
            self.flow[n], self.flow_next = self.flow_next, self.flow[n]
        for axis in range(3):
            self.launch(k.advect_face, self.faces[axis].shape, *air, axis, cells, self.faces[axis], self.spare[axis])
        self.density, self.next = self.next, self.density
        self.faces, self.spare = self.spare, self.faces


def step(air: Air, born: Samples, solid: Samples, dt: float, settings: DustSettings) -> None:
    """One step: dust is born and pushes, solids drag, gravity and eddies act, pressure answers, everything moves on."""
    h = air.domain.cell_m
    if air.scatter(born):
        air.launch(k.add_dust, air.density.shape, air.total, h**3, 1.0 - settings.fades_per_s * dt, air.density)
        air.drag(0.5 / (h**3 * AIR_KGM3 * 0.02))
    if air.scatter(solid):
        air.drag(2.0 / (WALL_M * h**2))
    pull = GRAVITY_MPS2 * dt * settings.grit_kg_per_kg / AIR_KGM3
    limit = settings.heaviest_load * AIR_KGM3 / settings.grit_kg_per_kg
    air.launch(k.sink_face, air.faces[2].shape, air.density, pull, limit, air.faces[2])
    air.launch(k.curl_cell, air.curl.shape, *air.faces, h, air.curl)
    for axis, face in enumerate(air.faces):
        air.launch(k.confine_face, face.shape, air.curl, axis, settings.spin * h * dt, 4.0 * dt, face)
    pressure.project(air.grids, tuple(air.faces), cycles=settings.cycles)
    air.advect(dt, settings.settle_mps)


def simulate_dust(
    domain: Domain,
    frames: Iterator[tuple[Samples, Samples]],
    fps: float,
    settings: DustSettings | None = None,
    *,
    device: str = "cpu",
) -> Iterator[DustFrame]:
    """Yield the air after each frame's (dust born, solids that moved)."""
    settings = settings or DustSettings()
    air = Air(domain, device)
    period = max(2, round(settings.flow_reset_s * fps))
    born_at = [0, 0]
    for n, (born, solid) in enumerate(frames):
        for phase in range(2):
            if n and (n + phase * (period // 2)) % period == 0:
                air.flow[phase].zero_()
                born_at[phase] = n
        step(air, born, solid, 1.0 / fps, settings)
        yield _frame(air, n, period, (born_at[0], born_at[1]))


def _frame(air: Air, n: int, period: int, generation: tuple[int, int]) -> DustFrame:
    """Copy the grids out; phase a counts fully half a period after its reset, and not at all at it."""
    age = (n % period) / period
    blend = abs(2.0 * age - 1.0)
    return DustFrame(
        air.density.numpy().astype(np.float16),
        air.flow[0].numpy().astype(np.float16),
        air.flow[1].numpy().astype(np.float16),
        float(blend),
        generation,
    )
