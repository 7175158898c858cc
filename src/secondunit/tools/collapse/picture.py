"""Frames of the picture: each is rendered, grained and written as layers by a process of its own."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from secondunit.render.scene import DustGrid, Pose, Scene, Settings
from secondunit.schema import Layer, Plate
from secondunit.schema.plate import Window
from secondunit.tools import staged
from secondunit.tools.collapse import cloud, hull
from secondunit.tools.collapse.shot import Clock

Image = NDArray[np.float32]

LAYERS = (
    Layer(name="comp", channels=("R", "G", "B"), pixel_type="half", what="The picture: every layer over the plate."),
    Layer(name="debris", channels=("R", "G", "B", "A"), pixel_type="half", what="Pieces that moved, premultiplied."),
    Layer(name="dust", channels=("R", "G", "B", "A"), pixel_type="half", what="Airborne dust, premultiplied."),
    Layer(
        name="shadow", channels=("R", "G", "B"), pixel_type="half", what="Light now over light in the plate: a ratio."
    ),
    Layer(
        name="background",
        channels=("R", "G", "B"),
        pixel_type="half",
        what="The plate, clean where nothing stands now.",
    ),
    Layer(
        name="grain", channels=("R", "G", "B"), pixel_type="half", what="Grain added to what is not photograph: add it."
    ),
    Layer(name="depth", channels=("Z",), pixel_type="float", what="Metres along the lens axis; 1e6 is sky."),
    Layer(name="position", channels=("X", "Y", "Z"), pixel_type="float", what="World position in metres, Z up."),
    Layer(name="normal", channels=("X", "Y", "Z"), pixel_type="float", what="World normal."),
    Layer(
        name="motion", channels=("forward.u", "forward.v"), pixel_type="float", what="Pixels to the next frame, v down."
    ),
    Layer(name="uv", channels=("R", "G"), pixel_type="float", what="STMap into the plate at rest: u right, v up."),
)
CRYPTO = Layer(
    name="crypto",
    channels=tuple(f"CryptoObject{level:02d}.{letter}" for level in range(2) for letter in "RGBA"),
    pixel_type="float",
    what="Cryptomatte 1.2.0 of the pieces that are seen.",
)
ALL_LAYERS = (*LAYERS, CRYPTO)
CODE = (
    "secondunit.render",
    "secondunit.tools.collapse.picture",
    "secondunit.tools.staged",
    "secondunit.media.frames",
    "secondunit.vision.grain",
)


@dataclass(frozen=True)
class PictureJob:
    """Everything that a frame needs. Poses: position (F,P,3), rotation (F,P,4), alive (F,P) of the simulation's
    states."""

    scene: Scene
    settings: Settings
    position_m: NDArray[Any]
    rotation: NDArray[Any]
    alive: NDArray[Any]
    coat: NDArray[Any]
    radii_m: NDArray[Any]
    dust: Path
    names: tuple[str, ...]
    plates: Path
    plate: Plate
    scale: float
    clock: Clock
    grain: Any
    seed: int
    device: str


"""``coat`` (F,P): how much dust lies on a piece, 0 to 1. ``names`` (P,): Cryptomatte names."""


def pose(job: PictureJob, state: int) -> Pose:
    """The pieces at one state; states before the first and after the last stand still."""
    state = min(max(state, 0), len(job.position_m) - 1)
    return Pose(job.position_m[state], job.rotation[state], job.alive[state])


def render(job: PictureJob, frame: int, folder: Path) -> None:
    """Write one frame's layers into ``folder`` as ``NAME.exr``, and as people see it as ``shown.jpg``."""
    from secondunit.render.frame import render_frame

    state = job.clock.state(frame)
    moving = frame > job.clock.event
    before, now, after = (pose(job, state + (step if moving else 0)) for step in (-1, 0, 1))
    dust = cloud.load(job.dust, state) if moving else None
    layers = render_frame(job.scene, before, now, after, dust, job.settings, state, job.device, coat=job.coat[state])
    layers = _over_this_frame(job, frame, layers)
    _write(job, frame, folder, layers)
    facts = {"outside": _outside(job, state, dust, layers), "finite": _finite(layers)}
    (folder / "facts.json").write_text(json.dumps(facts))


def _finite(layers: dict[str, Any]) -> bool:
    return all(bool(np.isfinite(image).all()) for image in layers.values())


def _outside(job: PictureJob, state: int, dust: DustGrid | None, layers: dict[str, Any]) -> int:
    """How many pixels differ from the plate where nothing may have changed it (see `hull`)."""
    states = sorted({0, max(state - 1, 0), state, min(state + 1, len(job.position_m) - 1)})
    places = np.concatenate([job.position_m[n][job.alive[n]] for n in states]).astype(np.float64)
    radii = np.concatenate([job.radii_m[job.alive[n]] for n in states]).astype(np.float64)
    allowed = hull.hull(job.scene.camera, job.scene.light, places, radii, dust, job.scene.matte)
    return int(((layers["touched"] > 0) & ~allowed).sum())


def _over_this_frame(job: PictureJob, frame: int, layers: dict[str, Any]) -> dict[str, Any]:
    """Put the layers over the plate of this very frame (a still is the same all along), with grain on what is
    painted."""
    from secondunit.render.layers import over_plate
    from secondunit.vision import grain

    plate = _plate(job, frame)
    if plate is not job.scene.plate:
        same = (layers["background"] == job.scene.plate).all(axis=-1, keepdims=True)
        layers["background"] = np.where(same, plate, layers["background"])
    debris, dust, shadow, behind = (layers[name] for name in ("debris", "dust", "shadow", "background"))
    comp = over_plate(debris, dust, shadow, behind, plate, job.scene.occluders)
    grained = grain.apply(comp, job.grain, frame, job.seed, layers["synthetic"])
    layers["grain"] = np.where(layers["synthetic"][..., None] > 0.0, grained - comp, 0.0).astype(np.float32)
    layers["comp"] = np.where(layers["synthetic"][..., None] > 0.0, grained, comp)
    return layers


def _plate(job: PictureJob, frame: int) -> Image:
    """The plate of this frame at the picture's size; the last one is held when the plate is shorter than the shot."""
    from secondunit.media import frames

    number = min(frame, job.plate.last_frame)
    if number == job.plate.first_frame:
        return job.scene.plate
    image = frames.read_rgb(job.plates / job.plate.frame_name(number), job.plate.display_window)
    return staged.resized(image, job.scene.camera.width, job.scene.camera.height)


def _write(job: PictureJob, frame: int, folder: Path, layers: dict[str, Any]) -> None:
    from secondunit.media import colour, cryptomatte

    rename = {"depth": "Z", "position": "P", "normal": "N"}
    images = {layer.name: layers[rename.get(layer.name, layer.name)] for layer in LAYERS}
    header, box = staged.header_of(job.plates, job.plate, frame), window(job)
    aspect = job.scene.camera.pixel_aspect
    staged.write_layers(folder, LAYERS, images, header=header, box=box, pixel_aspect=aspect)
    common: dict[str, Any] = {"pixel_aspect": aspect, "data_window": box, "display_window": box, "header": header}
    ids, shares = layers["crypto_id"], layers["crypto_coverage"]
    cryptomatte.write_cryptomatte(folder / f"{CRYPTO.name}.exr", ids, shares, job.names, **common)
    staged.save_shown(folder, colour.show(layers["comp"], colour.view_for(job.plate.colorspace)))


def window(job: PictureJob) -> Window:
    """Data and display window of every layer."""
    return staged.window_of(job.plate, job.scene.camera.width, job.scene.camera.height)
