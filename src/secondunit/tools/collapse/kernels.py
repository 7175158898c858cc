"""Compiles the collapse's kernels for this machine, so that the first run need not: `make demo` does it once.

`python -m secondunit.tools.collapse.kernels [DEVICE]`. Warp keeps what it compiles in its own cache between runs.
"""

import sys
import time
from types import ModuleType


def modules() -> tuple[ModuleType, ...]:
    """Every module of kernels that a collapse runs; slow ones first."""
    from secondunit.physics import (
        body_kernels,
        bond_kernels,
        contact_broad_kernels,
        contact_force_kernels,
        contact_kernels,
        contact_sat_kernels,
        motion_kernels,
    )
    from secondunit.physics import dust_kernels as air_kernels
    from secondunit.render import dust_kernels as cloud_kernels
    from secondunit.render import light_kernels, material_kernels, scene_kernels, trace_kernels

    contacts = contact_kernels, contact_force_kernels, contact_broad_kernels, contact_sat_kernels
    light = trace_kernels, light_kernels, cloud_kernels, scene_kernels, material_kernels
    return *contacts, body_kernels, bond_kernels, motion_kernels, air_kernels, *light


def compile_all(device: str) -> int:
    """Load every kernel module on ``device``, compiling what the cache lacks; returns how many there are."""
    import warp as wp

    from secondunit.tools.warp_start import start_warp

    start_warp()
    loaded = [wp.load_module(module, device=device) for module in modules()]
    return len(loaded)


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else "cpu"
    print("compiling the kernels for this machine, once (about half a minute) ...", flush=True)
    begun = time.monotonic()
    count = compile_all(chosen)
    print(f"{count} kernel modules are ready ({time.monotonic() - begun:.0f} s)")
