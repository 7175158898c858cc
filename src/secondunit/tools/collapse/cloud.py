"""The dust of a shot: one small file a frame, cropped to where there is any."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from secondunit.physics import dust, dust_sources
from secondunit.physics.motion import Motion
from secondunit.physics.pieces import Bonds, Pieces
from secondunit.render.scene import DustGrid
from secondunit.tools.base import Context
from secondunit.tools.collapse.shot import Clock

CODE = ("secondunit.physics.dust", "secondunit.physics.dust_sources", "secondunit.tools.collapse.cloud")
CELL_M = {"draft": 0.7, "review": 0.6, "final": 0.5}
FILE = "dust.npz"
FAINT_KGM3 = 2.0e-6
"""Less than this is no dust: an optical depth of 0.005 over thirty metres."""


def cloud(
    pieces: Pieces, bonds: Bonds, motion: Motion, clock: Clock, quality: str, seed: int, ctx: Context
) -> tuple[Path, Iterator[int]]:
    """The folder of the shot's dust, one in it for each state of the simulation, and what makes them one by one."""
    low, high = bounds(pieces)
    domain = dust.Domain.around(low, high, CELL_M[quality] * max(1.0, float((high - low).max()) / 30.0) ** 0.5)

    def make() -> Iterator[Callable[[Path], None]]:
        points = dust_sources.lattice(pieces, seed)
        frames = _frames(pieces, bonds, points, motion, seed)
        for frame in dust.simulate_dust(domain, frames, clock.fps, device=ctx.device):
            yield partial(save, frame=frame, domain=domain)

    inputs: dict[str, object] = {
        "motion": motion.position_m,
        "broken": motion.bond_broken_s,
        "lost": motion.dissipated_j,
    }
    inputs |= {"domain": domain, "seed": seed, "fps": clock.fps}
    return ctx.cached_series("dust", inputs, make, len(motion.time_s), code=CODE)


def bounds(pieces: Pieces) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner of the intact building, (3,), (3,) m."""
    corners = pieces.rest_vertices_m()
    return corners.min(axis=0).astype(np.float32), corners.max(axis=0).astype(np.float32)


def _frames(
    pieces: Pieces, bonds: Bonds, points: dust_sources.Lattice, motion: Motion, seed: int
) -> Iterator[tuple[dust.Samples, dust.Samples]]:
    for state in range(len(motion.time_s)):
        born = dust_sources.births(pieces, bonds, points, motion, state, seed)
        yield born, dust_sources.solids(points, motion, state)


def save(folder: Path, frame: dust.DustFrame, domain: dust.Domain) -> None:
    """Write a state's cells that hold dust, with a cell of clean air around; nothing where the air is clean."""
    full = np.argwhere(frame.density > FAINT_KGM3)
    if not len(full):
        return
    low = np.maximum(full.min(axis=0) - 2, 0)
    high = np.minimum(full.max(axis=0) + 3, frame.density.shape)
    box = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    np.savez(
        folder / FILE,
        density=frame.density[box],
        flow_a=frame.flow_a[box],
        flow_b=frame.flow_b[box],
        blend=np.float32(frame.blend),
        generation=np.array(frame.generation, np.int32),
        origin_m=np.array(domain.origin_m) + low * domain.cell_m,
        cell_m=np.float64(domain.cell_m),
    )


def load(folder: Path, state: int) -> DustGrid | None:
    """One state's dust for the renderer, or None where the air is clean."""
    file = folder / str(state) / FILE
    if not file.exists():
        return None
    with np.load(file) as data:
        x, y, z = (float(value) for value in data["origin_m"])
        first, second = (int(n) for n in data["generation"])
        return DustGrid(
            data["density"],
            (x, y, z),
            float(data["cell_m"]),
            -data["flow_a"].astype(np.float32),
            -data["flow_b"].astype(np.float32),
            blend=float(data["blend"]),
            generation=(first, second),
        )
