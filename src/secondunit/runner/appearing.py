"""Who appears in pictures that were made. What the plate is known to show says where to look."""

from pathlib import Path

from secondunit.runner import identities
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
        known = reading.newest(Inspection, f"{plate.shot}/{plate.id}")
        enrolled = identities.looked_for(reading, production.folder, plate.shot, console.say)
    also = sorted({face.frame for face in known.faces}) if known else ()
    frames = production.folder / plate.frames_folder
    return workers.inspect(blank, plate, frames, made=made, also=also, enrolled=enrolled, console=console)
