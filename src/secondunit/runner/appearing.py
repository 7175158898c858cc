"""Who appears in pictures that were made. What the plate is known to show says where to look."""

from pathlib import Path

from secondunit.runner import facts_identity, identities
from secondunit.runner.production import Production
from secondunit.runner.workers import Listener, Workers
from secondunit.schema import Inspection, LayerManifest, Plate


def in_version(
    production: Production,
    blank: Inspection,
    plate: Plate,
    manifest: LayerManifest,
    folder: Path,
    *,
    workers: Workers,
    console: Listener,
) -> Inspection:
    """`blank` with what was found. folder: where the files of `manifest` lie, in staging or in place."""
    made = {frame: folder / name for frame, name in manifest.pictures().items()}
    if not made:
        return blank
    with production.reading() as reading:
        known = facts_identity.of_plate(reading, plate)
        enrolled = identities.looked_for(reading, production.folder, plate.shot, console.say)
    frames = production.folder / plate.frames_folder
    return workers.inspect(blank, plate, frames, made=made, known=known, enrolled=enrolled, console=console)
