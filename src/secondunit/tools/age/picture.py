"""Frames of the edit: what each changes over the face's map, and what the picture is with it. One process a frame."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from secondunit.faces import person, topology
from secondunit.schema import Layer, Plate
from secondunit.tools import staged
from secondunit.tools.age import (
    around,
    brows,
    covered,
    eyes,
    hair,
    older,
    paste,
    regions,
    roto,
    shape,
    shifted,
    skin,
    strands,
    timing,
    unwrap,
)
from secondunit.tools.age.roto import Roto

Image = NDArray[np.float32]

LAYERS = (
    Layer(name="comp", channels=("R", "G", "B"), pixel_type="half", what="The plate with the performer re-aged."),
    Layer(name="delta", channels=("R", "G", "B"), pixel_type="half", what="The edit: plate + delta is the comp."),
    Layer(
        name="mattes",
        channels=paste.MATTES,
        pixel_type="half",
        what="Skin that is edited, each region of it, eyes, teeth, hair and brows.",
    ),
    Layer(name="uv", channels=("R", "G"), pixel_type="float", what="Place on the face's map: u right, v down."),
    Layer(name="stmap", channels=("R", "G"), pixel_type="float", what="STMap of the moved shape: u right, v up."),
    Layer(name="confidence", channels=("Y",), pixel_type="half", what="How surely the edit belongs here, 0 to 1."),
)
CODE = ("secondunit.tools.age", "secondunit.tools.staged", "secondunit.media.frames", "secondunit.faces")
TIGHT = ("delta", "mattes", "uv", "confidence")
"""Layers that are nothing beyond the performer."""
HULL_UP, HULL_AROUND = 0.45, 0.30
"""How far the edit may reach beyond the points of the face, as shares of its height: up, and elsewhere."""
HAIR_UP, HAIR_AROUND = 0.95, 0.85
"""The same where hair is edited."""
HAIR = "hair"
"""Folder of a frame's hair within that of its change."""


@dataclass(frozen=True)
class Face:
    """The performer through the shot: points (N,468,3) in pixels of the picture, presence (N,) 0..1 (0: not there).

    side: of the map, texels. cuts: frames, counted from 0, that begin a new take.
    """

    points: Image
    presence: Image
    side: int
    cuts: tuple[int, ...] = ()


@dataclass(frozen=True)
class PictureJob:
    """What every frame needs. first: number of the first frame. steady: folder of the averaged changes.

    seed: of the lines of an older face. amount: of the skin's change. weights: of its regions. volume: of the shape's,
    as `shape.Shape` counts it. roto: the artist's mattes.
    """

    plates: Path
    plate: Plate
    width: int
    height: int
    first: int
    face: Face
    younger: bool
    seed: int
    amount: float = 0.0
    weights: tuple[tuple[str, float], ...] = ()
    volume: float = 0.0
    steady: Path | None = None
    roto: Roto | None = None


def find_change(job: PictureJob, frame: int, folder: Path) -> None:
    """Write what one frame would change over the map at full strength; nothing where the face is not seen."""
    index = frame - job.first
    if job.face.presence[index] <= 0:
        return
    points = topology.with_ring(job.face.points[index])
    plate = plate_of(job, frame)
    spots = unwrap.places(points, job.face.side)
    texture = unwrap.read(plate, spots)
    someone = person_in(job, plate, index)
    _find_hair(job, plate, index, folder, someone if job.roto else None)
    facing = unwrap.facing(points, job.face.side, plate.shape[:2]) * unwrap.read(someone, spots)
    found = skin.younger(texture, facing) if job.younger else older.older(texture, facing, job.seed)
    change = np.dstack([found.light, found.colour])
    light, colour = skin.logs(texture)
    low = covered.low(light, colour, facing * regions.skin(job.face.side))
    timing.save(folder, timing.Sheet(change, found.gate, light, low))


def _find_hair(job: PictureJob, plate: Image, index: int, folder: Path, given: Image | None) -> None:
    """Write one frame's hair, and its colours, into ``folder``. given: the person (H,W) if an artist drew them."""
    from secondunit.media import colour

    head = around.square(job.face.points[index])
    seen = around.read(plate, head)
    shown = colour.show(seen, colour.view_for(job.plate.colorspace))
    someone = person.matte(shown, head.points) if given is None else around.read(given, head)
    found = hair.found(seen, someone, head)
    hair.save(folder, hair.colours(found))
    (folder / HAIR).mkdir()
    timing.save(folder / HAIR, hair.sheet(found))


def render(job: PictureJob, frame: int, folder: Path) -> None:
    """Write one frame's layers into ``folder``, and as people see it as ``shown.png``."""
    from secondunit.media import colour

    plate, index = plate_of(job, frame), frame - job.first
    made = _made(job, plate, index)
    images = {
        "comp": made.comp,
        "delta": made.delta,
        "mattes": made.mattes,
        "uv": made.uv,
        "confidence": made.confidence,
        "stmap": made.stmap,
    }
    header = staged.header_of(job.plates, job.plate, frame)
    box = staged.window_of(job.plate, job.width, job.height)
    aspect = job.plate.pixel_aspect
    staged.write_layers(folder, LAYERS, images, header=header, box=box, pixel_aspect=aspect, tight=TIGHT)
    staged.save_shown(folder, colour.show(made.comp, colour.view_for(job.plate.colorspace)))
    facts = {"outside": _outside(job, plate, made, index), "finite": _finite(images)}
    (folder / "facts.json").write_text(json.dumps(facts))


def person_in(job: PictureJob, plate: Image, index: int) -> Image:
    """(H,W) 0..1: the performer, head and shoulders, against what is behind; or as the artist drew them."""
    from secondunit.media import colour

    if job.roto is not None:
        return roto.of_frame(job.roto, index, job.width, job.height)
    shown = colour.show(plate, colour.view_for(job.plate.colorspace))
    return np.asarray(person.matte(shown, job.face.points[index]), np.float32)


def plate_of(job: PictureJob, frame: int) -> Image:
    """The plate of a frame at the picture's size, as half floats hold it."""
    from secondunit.media import frames

    image = frames.read_rgb(job.plates / job.plate.frame_name(frame), job.plate.display_window)
    small = staged.resized(image, job.width, job.height)
    return np.asarray(np.clip(small, -65504, 65504).astype(np.float16), np.float32)


def _made(job: PictureJob, plate: Image, index: int) -> paste.Pasted:
    presence = float(job.face.presence[index])
    if presence <= 0 or job.steady is None:
        return paste.untouched(plate)
    change, gate = timing.steady(job.steady, index)
    face, someone = job.face.points[index], person_in(job, plate, index)
    drawn = someone if job.roto else np.ones_like(someone)
    strength = job.amount * regions.weighted(dict(job.weights), job.face.side)
    made = paste.paste(plate, topology.with_ring(face), change, gate, strength, presence)
    made = roto.scaled(plate, made, drawn)
    for name, found in _parts(job, plate, index, made, someone).items():
        share = roto.softened(drawn) if name == "hair" else drawn
        weight = dict(job.weights).get(name, 1.0)
        made = paste.over(plate, made, roto.parts(found, share), job.amount * weight * presence)
    return _moved(job, plate, made, index, someone) if job.volume else made


def _parts(
    job: PictureJob, plate: Image, index: int, made: paste.Pasted, someone: Image
) -> dict[str, Sequence[eyes.Part]]:
    """What changes in the picture itself, by name, in the order of the mattes' channels."""
    assert job.steady is not None
    face = job.face.points[index]
    found = eyes.parts(plate, face, made.mattes[..., 0], job.younger)
    grown = hair.steadied(*timing.steady(job.steady / HAIR, index))
    locks = strands.part(plate, around.square(face), someone, grown, hair.load(job.steady), job.younger)
    found |= {"hair": [locks] if locks else [], "brows": brows.parts(plate, face, job.younger)}
    return {name: found[name] for name in (*eyes.PARTS, *paste.HAIRS)}


def _moved(job: PictureJob, plate: Image, made: paste.Pasted, index: int, someone: Image) -> paste.Pasted:
    """The same with its shape moved: only the person (H,W), and nothing at the edge of what is before them."""
    face, presence = job.face.points[index], float(job.face.presence[index])
    field = shape.field(face, plate.shape[:2], shape.Shape.all(job.volume * presence))
    if job.roto is not None:
        field = roto.held(field, face, someone)
    picture, touched = shifted.compose(made.comp, field, someone)
    if job.roto is not None:
        picture, touched = roto.clipped(made, picture, touched, someone)
    return paste.moved(plate, made, picture, shape.stmap(field, plate.shape[:2], touched))


def _outside(job: PictureJob, plate: Image, made: paste.Pasted, index: int) -> int:
    """How many pixels differ from the plate outside a hull of the face's points, drawn without the edit's own masks."""
    changed = (made.comp != plate).any(axis=-1)
    if job.face.presence[index] > 0:
        reach = (HAIR_UP, HAIR_AROUND) if dict(job.weights).get("hair", 1.0) > 0 else (HULL_UP, HULL_AROUND)
        changed &= ~hull(job.face.points[index], plate.shape[:2], *reach)
    return int(changed.sum())


def hull(
    points: Image, shape: tuple[int, ...], upward: float = HULL_UP, elsewhere: float = HULL_AROUND
) -> NDArray[np.bool_]:
    """Pixels (H,W) of the convex hull of a face's points (468,3), each of them moved outward from their middle."""
    flat = np.asarray(points, np.float64)[:, :2]
    up = flat[topology.TOP] - flat[topology.CHIN]
    high = float(np.linalg.norm(up))
    away = flat - flat.mean(axis=0)
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)
    above = np.clip(away @ (up / max(high, 1e-6)), 0, 1)[:, None]
    grown = flat + away * high * (elsewhere + (upward - elsewhere) * above)
    canvas = np.zeros(shape[:2], np.uint8)
    cv2.fillConvexPoly(canvas, cv2.convexHull(np.round(grown).astype(np.int32)), 1)
    return np.asarray(canvas > 0)


def _finite(images: dict[str, Any]) -> bool:
    return all(bool(np.isfinite(image).all()) for image in images.values())
