"""Frames of the edit: what each changes over the face's map, what that is in the picture, and the picture with it.

One process a frame. Only the last step knows how strong the edit is: with another strength it alone is done again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
    bands,
    beard,
    brows,
    covered,
    eyes,
    hair,
    masks,
    older,
    own,
    parts,
    paste,
    regions,
    roto,
    shape,
    shifted,
    skin,
    strands,
    timing,
    unwrap,
    whiskers,
)
from secondunit.tools.age.parts import Box, Part
from secondunit.tools.age.roto import Roto

Image = NDArray[np.float32]
Half = NDArray[np.float16]

LAYERS = (
    Layer(name="comp", channels=("R", "G", "B"), pixel_type="half", what="The plate with the performer re-aged."),
    Layer(name="delta", channels=("R", "G", "B"), pixel_type="half", what="The edit: plate + delta is the comp."),
    Layer(
        name="mattes",
        channels=paste.MATTES,
        pixel_type="half",
        what="Skin that is edited, each region of it, eyes, teeth, hair, brows and beard.",
    ),
    Layer(name="uv", channels=("R", "G"), pixel_type="float", what="Place on the face's map: u right, v down."),
    Layer(name="stmap", channels=("R", "G"), pixel_type="float", what="STMap of the moved shape: u right, v up."),
    Layer(name="confidence", channels=("Y",), pixel_type="half", what="How surely the edit belongs here, 0 to 1."),
)
AT_ANY_STRENGTH = tuple(layer for layer in LAYERS if layer.name in ("mattes", "uv", "confidence"))
OF_ONE_STRENGTH = tuple(layer for layer in LAYERS if layer not in AT_ANY_STRENGTH)
CODE = ("secondunit.tools.age", "secondunit.tools.staged", "secondunit.media.frames", "secondunit.faces")
HULL_UP, HULL_AROUND = 0.45, 0.30
"""How far the edit may reach beyond the points of the face, as shares of its height: up, and elsewhere."""
HAIR_UP, HAIR_AROUND = 0.95, 0.85
"""The same where hair is edited."""
HAIR = "hair"
"""Folder of a frame's hair and beard within that of its change."""
PERSON, CLOTHES = "person.npz", "clothes.npz"
"""The performer's matte and what of it is clothes."""
HAIRY = ("hair", "beard")
"""What knows its share of a pixel by itself, and is not scaled by an artist's soft matte."""
MOVES, STAYS = "moves.npz", "stays.npz"
"""The same of what moves with the shape, its edge as the plate has it, and of what stays, beside a frame's parts."""


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
    """What every frame needs. first: number of the first frame.

    found, placed: folders that hold what `find_change` and `place` wrote, each frame's by its number. steady: folder of
    the averaged changes. seed: of the lines of an older face. amount: of the skin's change. weights: of its regions.
    volume: of the shape's, as `shape.Shape` counts it. strengths: of each frame, 0..1, the share of both that it gets.
    roto: the artist's mattes.
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
    strengths: tuple[float, ...] = ()
    found: Path | None = None
    steady: Path | None = None
    placed: Path | None = None
    roto: Roto | None = None

    def presence(self, frame: int) -> float:
        """How surely the performer is there, 0..1."""
        return float(self.face.presence[frame - self.first])

    def points(self, frame: int) -> Image:
        """Those of the performer (468,3)."""
        return np.asarray(self.face.points[frame - self.first], np.float32)

    def share(self, frame: int) -> float:
        """How much of the whole edit the frame gets, 0..1."""
        return self.strengths[frame - self.first]

    def weight(self, name: str) -> float:
        """The artist's slider of a region."""
        return dict(self.weights).get(name, 1.0)


def find_change(job: PictureJob, frame: int, folder: Path) -> None:
    """Write what one frame would change over the map at full strength; nothing where the face is not seen."""
    if job.presence(frame) <= 0:
        return
    plate, points = plate_of(job, frame).astype(np.float32), topology.with_ring(job.points(frame))
    spots = unwrap.places(points, job.face.side)
    texture = unwrap.read(plate, spots)
    someone = person_in(job, plate, frame)
    worn = own.clothes(plate, someone, job.points(frame))
    masks.save(folder / PERSON, someone)
    masks.save(folder / CLOTHES, worn)
    _find_hair(job, plate, frame, folder, someone if job.roto else None)
    facing = unwrap.facing(points, job.face.side, plate.shape[:2]) * unwrap.read(someone * (1 - worn), spots)
    found = skin.younger(texture, facing) if job.younger else older.older(texture, facing, job.seed)
    change = np.dstack([found.light, found.colour])
    light, colour = bands.logs(texture)
    low = covered.low(light, colour, facing * regions.skin(job.face.side))
    timing.save(folder, timing.Sheet(change, found.gate, timing.for_flow(light), low))


def _find_hair(job: PictureJob, plate: Image, frame: int, folder: Path, given: Image | None) -> None:
    """Write one frame's hair and beard, and their colours, into ``folder``.

    given: the person (H,W) if an artist drew them.
    """
    from secondunit.media import colour

    head = around.square(job.points(frame))
    seen = around.read(plate, head)
    # The matte drawn at this size: read down from the picture's, it would follow grain that is not seen here.
    shown = colour.show(seen, colour.view_for(job.plate.colorspace))
    someone = person.matte(shown, head.points) if given is None else around.read(given, head)
    found = hair.found(seen, someone, head)
    bearded = beard.found(seen, someone, head, job.points(frame))
    hair.save(folder, hair.colours(found))
    beard.save(folder, bearded.kept)
    (folder / HAIR).mkdir()
    timing.save(folder / HAIR, hair.sheet(found, bearded.matte))


def place(job: PictureJob, frame: int, folder: Path) -> None:
    """Write what one frame's edit is in the picture at full strength, and the layers that say where it lies."""
    made, lies = ({}, paste.nowhere()) if job.presence(frame) <= 0 else _placed(job, frame, folder)
    parts.save(folder, made)
    images: dict[str, Image | Half] = {"mattes": lies.mattes, "uv": lies.uv, "confidence": lies.confidence}
    _write(job, frame, folder, AT_ANY_STRENGTH, images, dict.fromkeys(images, lies.box))


def _placed(job: PictureJob, frame: int, folder: Path) -> tuple[dict[str, list[Part]], paste.Placed]:
    """The parts of the edit, in the order in which they are laid on, and where they lie; what may move is kept."""
    assert job.steady is not None
    assert job.found is not None
    plate, face, index = plate_of(job, frame).astype(np.float32), job.points(frame), frame - job.first
    someone, worn = (masks.load(job.found / str(frame) / name) for name in (PERSON, CLOTHES))
    ring, presence = topology.with_ring(face), job.presence(frame)
    cover = covered.shown(covered.kept(job.steady, index), ring, plate.shape[:2])
    drawn = someone if job.roto else np.ones_like(someone)
    still = roto.still(face, someone) if job.roto else cover
    masks.save(folder / MOVES, someone if job.roto else own.drawn(plate, someone, face))
    masks.save(folder / STAYS, np.maximum(still, own.pinned(worn, face)))
    bare, lies = paste.skin(plate.shape[:2], ring, *timing.steady(job.steady, index), presence)
    seen = np.zeros(plate.shape[:2], np.float32)
    seen[bare.box] = bare.where
    head, (grown, bearded) = around.square(face), hair.steadied(*timing.steady(job.steady / HAIR, index))
    locks = strands.part(plate, head, someone, grown, hair.load(job.steady), job.younger)
    kept = beard.load(job.steady)
    bearded = beard.believed(bearded, kept, head, face)
    whole = whiskers.part(plate, head, someone, seen, bearded, kept[:3], job.younger)
    found = eyes.parts(plate, face, seen, job.younger)
    found |= {"hair": [locks] if locks else [], "brows": brows.parts(plate, face, job.younger)}
    found["beard"] = [whole] if whole else []
    soft = roto.softened(drawn)
    shares = {name: (1 - cover) * (soft if name in HAIRY else drawn) for name in paste.BESIDE_SKIN}
    laid = {name: [_open(one, shares[name], presence) for one in found[name]] for name in paste.BESIDE_SKIN}
    if job.roto is not None:
        (bare,), lies = roto.parts([bare], drawn), roto.lying(lies, drawn)
    return {"skin": [bare]} | laid, paste.placed(lies, laid)


def _open(part: Part, share: Image, presence: float) -> Part:
    """The part as far as the performer is there, and seen (H,W)."""
    (seen,) = roto.parts([part], share)
    return replace(seen, change=seen.change * presence)


def render(job: PictureJob, frame: int, folder: Path) -> None:
    """Write one frame's picture into ``folder``, and as people see it as ``shown.jpg``."""
    from secondunit.media import colour

    plate = plate_of(job, frame)
    made = _made(job, plate, frame)
    comp = plate.copy()
    comp[made.box] = made.comp
    images: dict[str, Image | Half] = {"comp": comp, "delta": made.delta, "stmap": made.stmap}
    _write(job, frame, folder, OF_ONE_STRENGTH, images, {"delta": made.box})
    staged.save_shown(folder, colour.show(comp, colour.view_for(job.plate.colorspace)))
    facts = {"outside": _outside(job, plate.shape, made, frame), "finite": all(_finite(one) for one in images.values())}
    (folder / "facts.json").write_text(json.dumps(facts))


def _write(
    job: PictureJob,
    frame: int,
    folder: Path,
    layers: Sequence[Layer],
    images: Mapping[str, Image | Half],
    boxes: Mapping[str, Box],
) -> None:
    """Write layers with the plate's header; boxes: rectangles of the picture that layers are nothing beyond."""
    header = staged.header_of(job.plates, job.plate, frame)
    window = staged.window_of(job.plate, job.width, job.height)
    corners = {name: (box[1].start, box[0].start) for name, box in boxes.items()}
    form: dict[str, Any] = {"pixel_aspect": job.plate.pixel_aspect, "tight": corners, "grained": ("comp",)}
    staged.write_layers(folder, layers, images, header=header, box=window, **form)


def person_in(job: PictureJob, plate: Image, frame: int) -> Image:
    """(H,W) 0..1: the performer, head and shoulders, against what is behind; or as the artist drew them."""
    from secondunit.media import colour

    if job.roto is not None:
        return roto.of_frame(job.roto, frame - job.first, job.width, job.height)

    points, out = job.points(frame), np.zeros(plate.shape[:2], np.float32)
    rows, columns = box = person.region(points, (plate.shape[0], plate.shape[1]))
    shown = colour.show(plate[box], colour.view_for(job.plate.colorspace))
    out[box] = person.matte(shown, points - np.array([columns.start, rows.start, 0], np.float32))
    return out


def plate_of(job: PictureJob, frame: int) -> Half:
    """The plate of a frame (H,W,3) at the picture's size, as half floats hold it."""
    from secondunit.media import frames

    path, window = job.plates / job.plate.frame_name(frame), job.plate.display_window
    if (job.width, job.height) == (job.plate.width, job.plate.height):
        return frames.to_half(frames.read(path).stack(window=window, as_stored=True))
    return frames.to_half(staged.resized(frames.read_rgb(path, window), job.width, job.height))


@dataclass(frozen=True)
class _Made:
    """The rectangle of the picture that may change, and there: comp (h,w,3), delta (h,w,3). stmap (H,W,2) of the whole:
    where the comp was sampled, u right, v up, 0..1; the pixel itself where nothing moved.
    """

    box: Box
    comp: Half
    delta: Image
    stmap: Image


def _made(job: PictureJob, plate: Half, frame: int) -> _Made:
    assert job.placed is not None
    size, volume = (plate.shape[0], plate.shape[1]), job.volume * job.presence(frame) * job.share(frame)
    found = parts.load(job.placed / str(frame))
    field = shape.field(job.points(frame), size, shape.Shape.all(volume))
    if field.offsets.size:
        field = shape.held(field, masks.load(job.placed / str(frame) / STAYS))
    box = parts.around([field.box, *(part.box for each in found.values() for part in each)])
    before = plate[box].astype(np.float32)
    picture = before
    for name, each in found.items():
        laid = [part.within(box) for part in each]
        picture = paste.over(picture, laid, _strength(job, frame, name, each))
    if field.offsets.size:
        top, left = box[0].start, box[1].start
        moves = masks.load(job.placed / str(frame) / MOVES)[box]
        laid_on = picture
        picture, touched = shifted.compose(laid_on, replace(field, x=field.x - left, y=field.y - top), moves)
        if job.roto is not None:
            picture, touched = roto.clipped(laid_on, picture, touched, moves)
        field = replace(field, offsets=field.offsets * touched[parts.within(field.box, box)][..., None])
    comp = np.clip(picture, -65504, 65504).astype(np.float16)
    return _Made(box, comp, comp.astype(np.float32) - before, shape.stmap(field, size))


def _strength(job: PictureJob, frame: int, name: str, found: Sequence[Part]) -> float | Image:
    """Of parts: one number, or (h,w) over the rectangle of the skin where its regions have strengths of their own."""
    amount = job.amount * job.share(frame)
    if name != "skin":
        return amount * job.weight(name)
    if not set(dict(job.weights)) & set(regions.REGIONS):
        return amount
    return amount * paste.strengths(dict(job.weights), job.face.side, _uv(job, frame, found[0].box))


def _uv(job: PictureJob, frame: int, box: Box) -> Image:
    """Places on the face's map (h,w,2) of a rectangle of the picture."""
    from secondunit.media import frames

    assert job.placed is not None
    x, y, *_ = staged.window_of(job.plate, job.width, job.height)
    rows, columns = box
    window = x + columns.start, y + rows.start, x + columns.stop - 1, y + rows.stop - 1
    return frames.read(job.placed / str(frame) / "uv.exr").stack(("R", "G"), window)


def _outside(job: PictureJob, size: tuple[int, ...], made: _Made, frame: int) -> int:
    """How many pixels differ from the plate outside a hull of the face's points, drawn without the edit's own masks."""
    changed = made.delta.any(axis=-1)
    if job.presence(frame) > 0:
        reach = (HAIR_UP, HAIR_AROUND) if job.weight("hair") > 0 else (HULL_UP, HULL_AROUND)
        changed &= ~hull(job.points(frame), size, *reach)[made.box]
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


def _finite(image: Image | Half) -> bool:
    return bool(np.isfinite(image).all())
