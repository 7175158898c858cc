"""Pressure projection on a staggered grid by geometric multigrid.

Solves the Poisson equation that makes the air divergence free (Chorin 1968) with V-cycles of red-black Gauss-Seidel
(Trottenberg et al., Multigrid, 2001, ch. 2). Ground below, open air at zero pressure on the five other sides.
"""

from dataclasses import dataclass
from typing import Any

import warp as wp

from secondunit.physics import dust_kernels as k


@dataclass(frozen=True)
class Level:
    """One grid of the hierarchy: cell side in metres and its unknown, right-hand side."""

    h: float
    pressure: Any
    rhs: Any


def levels(shape: tuple[int, int, int], h: float, device: str) -> tuple[Level, ...]:
    """Grids from fine to coarse, halving while every side stays even and at least 8 cells."""
    out = []
    while True:
        out.append(Level(h, wp.zeros(shape, float, device=device), wp.zeros(shape, float, device=device)))
        if any(n % 2 or n < 8 for n in shape):
            return tuple(out)
        shape = (shape[0] // 2, shape[1] // 2, shape[2] // 2)
        h *= 2.0


def project(grids: tuple[Level, ...], faces: tuple[Any, Any, Any], *, cycles: int = 3) -> None:
    """Make the face velocities (u, v, w) divergence free in place, up to what ``cycles`` V-cycles leave over.

    ``faces``: arrays (nx+1,ny,nz), (nx,ny+1,nz), (nx,ny,nz+1) in m/s on the finest grid.
    """
    top = grids[0]
    top.pressure.zero_()
    wp.launch(k.divergence, top.rhs.shape, inputs=[*faces, top.h, top.rhs], device=top.rhs.device)
    for _ in range(cycles):
        _cycle(grids, 0)
    for axis, face in enumerate(faces):
        wp.launch(k.subtract_gradient, face.shape, inputs=[top.pressure, axis, top.h, face], device=face.device)


def _cycle(grids: tuple[Level, ...], depth: int) -> None:
    here = grids[depth]
    if depth == len(grids) - 1:
        _sweep(here, 12)
        return
    _sweep(here, 2)
    below = grids[depth + 1]
    below.pressure.zero_()
    device = here.rhs.device
    wp.launch(
        k.restrict_residual, below.rhs.shape, inputs=[here.pressure, here.rhs, here.h**2, below.rhs], device=device
    )
    _cycle(grids, depth + 1)
    wp.launch(k.prolong, here.pressure.shape, inputs=[below.pressure, here.pressure], device=device)
    _sweep(here, 2)


def _sweep(grid: Level, times: int) -> None:
    for _ in range(times):
        for colour in (0, 1):
            wp.launch(
                k.smooth,
                grid.rhs.shape,
                inputs=[grid.pressure, grid.rhs, grid.h**2, colour],
                device=grid.rhs.device,
            )
