"""The demo building of the example plate and its fall, made once and kept for every contestant."""

import contextlib
import pickle
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from secondunit.physics.motion import Motion, Settings, Settled, Trigger, settle
from secondunit.physics.motion_settle import moving_mass
from secondunit.physics.pieces import MATERIALS, Bonds, Pieces
from secondunit.runner.local import LocalContext
from secondunit.schema import CollapseBrief
from secondunit.tools import collapse
from secondunit.tools.collapse import cloud
from secondunit.tools.collapse.arrays import unpack
from secondunit.tools.collapse.building import Building
from secondunit.tools.collapse.picture import PictureJob
from secondunit.tools.warp_start import start_warp

T = TypeVar("T")
EXAMPLE = Path(__file__).parents[1] / "examples" / "street_corner"
FPS = 24.0
EVENT = 1
FRAMES = 61
"""Two and a half seconds after the event."""
SHOWN = 48
"""State that is drawn: the building is half way down."""
RELEASED = 24
"""State whose pieces are let go in the rubble test: one second after the event."""


@dataclass(frozen=True)
class Demo:
    """A building, its pieces and bonds, how they came down, and what draws them."""

    building: Building
    pieces: Pieces
    bonds: Bonds
    settled: Settled
    motion: Motion
    job: PictureJob


def demo(folder: Path) -> Demo:
    """The demo's fall in review quality, from `folder` where it was made before."""
    kept = folder / "demo.pickle"
    if kept.exists():
        found = pickle.loads(kept.read_bytes())
        assert isinstance(found, Demo)
        return found
    start_warp()
    made = _made(folder)
    kept.write_bytes(pickle.dumps(made, protocol=5))
    return made


def _made(folder: Path) -> Demo:
    from secondunit.media import plates

    example = tomllib.loads((EXAMPLE / "example.toml").read_text())
    source, occluders = (str(EXAMPLE / example[name]) for name in ("plate", "occluders"))
    request = SimpleNamespace(
        shot="SC010", source=source, colorspace=None, occluders=occluders, clean=None, camera=None
    )
    (folder / "plate").mkdir(parents=True, exist_ok=True)
    plate = plates.ingest(request, plate="PL01_v001", folder="plate", staging=folder / "plate", fps=FPS, start=1)
    brief = CollapseBrief.read(
        shot="SC010",
        facade=tuple(tuple(float(v) for v in pair.split(",")) for pair in example["facade"].split()),
        height_m=example["height_m"],
        frames=FRAMES,
        event_frame=EVENT,
        quality="review",
    )
    ctx = _Watching(folder / "staging", folder / "cache", folder / "plate", files=folder)
    with ctx, contextlib.suppress(_Drawing):
        collapse.make(brief, plate, ctx)
    pieces = _copied(unpack(Pieces, "pieces", ctx.arrays["fracture"]))
    bonds = _copied(unpack(Bonds, "bonds", ctx.arrays["fracture"]))
    motion = _copied(unpack(Motion, "motion", ctx.arrays["motion"]))
    return Demo(ctx.building, pieces, bonds, settle(pieces, bonds, Settings()), motion, ctx.job)


class _Drawing(Exception):
    """The tool is about to draw its frames: all that the bench needs is there."""


class _Watching(LocalContext):
    """Keeps what the tool makes on its way, and stops it before it draws."""

    building: Building
    job: PictureJob

    def cached(self, stage: str, inputs: Mapping[str, object], *words: Any, **options: Any) -> dict[str, Any]:
        """As always, and kept."""
        if isinstance(planned := inputs.get("building"), Building):
            self.building = planned
        found = super().cached(stage, inputs, *words, **options)
        self.arrays = getattr(self, "arrays", {}) | {stage: found}
        return found

    def cached_frames(self, *words: Any, **options: Any) -> dict[int, Path]:
        """The payload is what draws a frame; what frames wait for, their dust, is made."""
        for _ in options.pop("ready", None) or ():
            pass
        self.job = next(word for word in (*words, *options.values()) if isinstance(word, PictureJob))
        raise _Drawing


def _copied(record: T) -> T:
    """The record with arrays of its own instead of memory maps."""
    values = {f.name: getattr(record, f.name) for f in fields(record)}  # type: ignore[arg-type]
    owned = {name: np.array(v) if isinstance(v, np.ndarray) else v for name, v in values.items()}
    return type(record)(**owned)


def rubble(made: Demo) -> tuple[Pieces, NDArray[np.float64], NDArray[np.float64]]:
    """The pieces that still exist one second after the event, and where they are: positions (P,3), rotations xyzw."""
    motion = made.motion
    alive = motion.alive[RELEASED]
    chosen = subset(made.pieces, np.flatnonzero(alive))
    return chosen, motion.position_m[RELEASED][alive].astype(float), motion.rotation[RELEASED][alive].astype(float)


def subset(pieces: Pieces, chosen: NDArray[np.intp]) -> Pieces:
    """Some of the pieces as pieces."""
    vertex, vertex_start = _rows(pieces.vertex_start, chosen)
    face, plane_start = _rows(pieces.plane_start, chosen)
    edge, edge_start = _rows(pieces.edge_start, chosen)
    corner, face_start = _rows(pieces.face_start, face)
    renumbered = np.full(len(pieces.vertices_m), -1, dtype=np.int32)
    renumbered[vertex] = np.arange(len(vertex))
    each = {n: getattr(pieces, n)[chosen] for n in _EACH}
    return Pieces(
        **each,
        part_names=pieces.part_names,
        vertices_m=pieces.vertices_m[vertex],
        vertex_start=vertex_start,
        planes=pieces.planes[face],
        plane_start=plane_start,
        face_vertices=renumbered[pieces.face_vertices[corner]],
        face_start=face_start,
        face_kind=pieces.face_kind[face],
        edges=renumbered[pieces.edges[edge]],
        edge_start=edge_start,
    )


_EACH = ("centroid_m", "mass_kg", "inertia_kgm2", "material", "part", "storey", "fixed")


def _rows(start: NDArray[np.int32], chosen: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Entries of the chosen lists, and their new starts."""
    counts = np.diff(start)[chosen]
    ends = np.concatenate([[0], np.cumsum(counts)])
    within = np.arange(ends[-1]) - np.repeat(ends[:-1], counts)
    return (np.repeat(start[:-1][chosen], counts) + within).astype(np.intp), ends.astype(np.int32)


def for_peers(
    pieces: Pieces, position_m: NDArray[np.float64], rotation: NDArray[np.float64], settings: Settings
) -> dict[str, NDArray[np.generic]]:
    """Arrays that every physics program reads. mass_kg is the one that ours moves with: no peer gets lighter bodies."""
    table = np.array([(m.friction, m.restitution) for m in MATERIALS])[pieces.material]
    return {
        "vertices_m": pieces.vertices_m,
        "vertex_start": pieces.vertex_start,
        "face_vertices": pieces.face_vertices,
        "face_start": pieces.face_start,
        "plane_start": pieces.plane_start,
        "position_m": position_m,
        "rotation": rotation,
        "mass_kg": moving_mass(pieces, settings),
        "friction": table[:, 0],
        "restitution": table[:, 1],
        "fixed": pieces.fixed,
        "ground_friction": np.array(settings.ground_friction),
    }


def glued(made: Demo, settings: Settings, without: NDArray[np.bool_] | None = None) -> dict[str, NDArray[np.generic]]:
    """The standing building with its bonds for a peer; `without` (P,) leaves pieces out. bond_n: tension strength times
    area (N)."""
    keep = np.ones(len(made.pieces), dtype=bool) if without is None else ~without
    chosen = subset(made.pieces, np.flatnonzero(keep))
    at_rest = np.tile([0.0, 0.0, 0.0, 1.0], (len(chosen), 1))
    number = np.append(np.cumsum(keep) - 1, -1)
    bonds = made.bonds
    held = keep[bonds.a] & np.append(keep, True)[bonds.b]
    joints = {
        "bond_a": number[bonds.a[held]],
        "bond_b": number[bonds.b[held]],
        "bond_m": bonds.centroid_m[held],
        "bond_n": (bonds.tension_pa * bonds.area_m2)[held],
    }
    return for_peers(chosen, chosen.centroid_m, at_rest, settings) | joints


def ground_storey(made: Demo) -> tuple[Trigger, NDArray[np.bool_]]:
    """What removes most of the ground storey at once, and the pieces (P,) that it removes."""
    top = 0.88 * float(made.building.floors_m[1] if made.building.floors_m[0] <= 0.0 else made.building.floors_m[0])
    low, high = (-50.0, -50.0, 0.08 * top), (80.0, 80.0, top)
    where = made.pieces.centroid_m
    return Trigger(0.0, low, high, "remove"), np.all((where >= low) & (where <= high), axis=1) & ~made.pieces.fixed


def picture(made: Demo, state: int) -> dict[str, NDArray[np.generic]]:
    """What a peer needs to draw one state: the pieces, without the small debris that ours draws as well."""
    job, count = made.job, len(made.pieces)
    camera, light, pieces = job.scene.camera, job.scene.light, made.pieces
    dust = cloud.load(job.dust, state)
    assert dust is not None
    shapes = ("vertices_m", "vertex_start", "face_vertices", "face_start", "plane_start", "face_kind")
    return {name: getattr(pieces, name) for name in shapes} | {
        "rest_m": pieces.centroid_m,
        "alive": job.alive[state, :count],
        "position_m": np.array(job.position_m[state - 1 : state + 2, :count]),
        "rotation": np.array(job.rotation[state - 1 : state + 2, :count]),
        "width": np.array(camera.width),
        "height": np.array(camera.height),
        "focal_px": np.array(camera.focal_px),
        "centre_px": np.array(camera.centre_px),
        "camera_from_world": np.array(camera.rotation).reshape(3, 3),
        "eye_m": np.array(camera.position_m),
        "to_sun": np.array(light.sun_direction),
        "sun_rgb": np.array(light.sun_rgb),
        "sky_rgb": np.array(light.sky_rgb),
        "plate": job.scene.plate,
        "extinction": np.asarray(dust.density, np.float32) * job.settings.dust_extinction_m2pkg,
        "origin_m": np.array(dust.origin_m),
        "cell_m": np.array(dust.cell_m),
    }
