"""Warp started without its greeting, and without its remark that there is no graphics card."""

import os
import tempfile

NO_CARD = "Warp CUDA warning: Could not find or load the NVIDIA CUDA driver. GPU execution will not be available."
"""Written by Warp's native part, which has no setting for it; said only where no driver is there."""


def start_warp() -> None:
    """Start Warp, which it does once per process; whatever else it has to say on standard error is passed on."""
    import warp

    warp.config.log_level = warp.LOG_WARNING
    kept = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            warp.init()
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            said.seek(0)
            for line in said:
                if line.decode(errors="replace").rstrip("\r\n") != NO_CARD:
                    os.write(2, line)
