"""What a picture is made from: plain records of arrays, in the building's world frame (metres, Z up, ground z = 0).

Images are float32 (H, W, 3), scene-linear ACEScg, row 0 on top; mattes are float32 (H, W), 0 to 1. Pixels are
continuous plate
pixels: x right, y down, origin at the top left pixel's corner.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from secondunit.schema import Camera, InputError, Light, Quality

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

SKIN, INNER, FRACTURE = 0, 1, 2
"""Face kinds: visible surface of the intact building, its inside, and what broke open."""


@dataclass(frozen=True, eq=False)
class Mesh3:
    """Triangles of P rigid pieces.

    vertices_m (V,3) relative to the piece's centroid, axes of the rest pose · vertex_piece (V,) · triangles (T,3)
    into vertices,
    counter-clockwise seen from outside · tri_kind (T,) SKIN | INNER | FRACTURE · tri_material (T,) into
    `Scene.materials`.
    """

    vertices_m: Floats
    vertex_piece: Ints
    triangles: Ints
    tri_kind: Ints
    tri_material: Ints

    @property
    def tri_piece(self) -> Ints:
        """(T,) the piece each triangle belongs to."""
        return self.vertex_piece[self.triangles[:, 0]]


def mesh_from_faces(
    vertices_m: npt.ArrayLike,
    vertex_start: npt.ArrayLike,
    face_vertices: npt.ArrayLike,
    face_start: npt.ArrayLike,
    face_kind: npt.ArrayLike,
    material: npt.ArrayLike,
) -> Mesh3:
    """Fans convex faces into triangles; arrays as in `physics.pieces.Pieces` (CSR, vertices relative to centroids)."""
    starts = np.asarray(face_start, dtype=np.int64)
    corners = np.asarray(face_vertices, dtype=np.int64)
    vertex_piece = np.repeat(np.arange(len(np.asarray(vertex_start)) - 1), np.diff(np.asarray(vertex_start))).astype(
        np.int32
    )
    fans = np.maximum(np.diff(starts) - 2, 0)
    face = np.repeat(np.arange(len(fans)), fans)
    within = np.arange(len(face)) - np.repeat(np.cumsum(fans) - fans, fans)
    first = starts[face]
    triangles = np.stack([corners[first], corners[first + within + 1], corners[first + within + 2]], axis=1)
    piece = vertex_piece[triangles[:, 0]]
    return Mesh3(
        vertices_m=np.ascontiguousarray(vertices_m, dtype=np.float32),
        vertex_piece=vertex_piece,
        triangles=triangles.astype(np.int32),
        tri_kind=np.asarray(face_kind)[face].astype(np.int32),
        tri_material=np.asarray(material)[piece].astype(np.int32),
    )


@dataclass(frozen=True, eq=False)
class Pose:
    """Where every piece is: position_m (P,3) of the centroid, rotation (P,4) xyzw, alive (P,) false = taken out of
    the scene."""

    position_m: npt.NDArray[np.floating]
    rotation: npt.NDArray[np.floating]
    alive: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class DustGrid:
    """Airborne dust: density (nx,ny,nz) kg/m3 at cell centres; the grid's lowest corner origin_m; cubic cells of
    cell_m.

    drift_m (nx,ny,nz,3), if given, is how far the air in a cell has travelled since some reset (m), so that fine detail
    rides with the flow; drift_b_m the same since another reset, blend the weight of b, and generation counts the
    resets of
    each (detail changes with it, unseen while its weight is 0). Without them detail drifts slowly upward with time.
    """

    density: npt.NDArray[np.floating[Any]]
    origin_m: tuple[float, float, float]
    cell_m: float
    drift_m: npt.NDArray[np.floating[Any]] | None = None
    drift_b_m: npt.NDArray[np.floating[Any]] | None = None
    blend: float = 0.0
    generation: tuple[int, int] = (0, 0)


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything about a shot that does not change from frame to frame.

    plate, clean (H,W,3): the photograph, and the same without the building · matte (H,W): the building's coverage ·
    occluders (H,W): what stands in front of it and stays · ground (H,W): where the plate shows ground that takes
    shadows
    (None: every pixel outside the matte that looks down on z = 0) · materials: the names that `Mesh3.tri_material`
    indexes · dust_yield (M,): how much dust the shot makes of each (None: the same of all) ·
    small_from: pieces from this one on are small debris, one object in Cryptomatte (None: there are none).
    """

    mesh: Mesh3
    rest: Pose
    camera: Camera
    light: Light
    plate: Floats
    clean: Floats
    matte: Floats
    materials: tuple[str, ...]
    occluders: Floats | None = None
    ground: Floats | None = None
    seed: int = 0
    fps: float = 24.0
    small_from: int | None = None
    dust_yield: Floats | None = None

    def __post_init__(self) -> None:
        shape = (self.camera.height, self.camera.width)
        for name in ("plate", "clean", "matte", "occluders", "ground"):
            image = getattr(self, name)
            if image is not None and image.shape[:2] != shape:
                raise InputError(
                    f"the scene's {name} is {image.shape[1]} x {image.shape[0]} but its camera is "
                    f"{shape[1]} x {shape[0]}: "
                    "resize one of them (Scene.at_scale resizes all together)"
                )
        if len(self.rest.position_m) <= int(self.mesh.vertex_piece.max(initial=-1)):
            raise InputError(
                f"the rest pose has {len(self.rest.position_m)} pieces, fewer than the mesh refers to: "
                "pass both from one fracture"
            )

    def at_scale(self, scale: float) -> "Scene":
        """The same scene with images and camera resized by `scale` (area average); scale 1 returns itself."""
        if scale == 1.0:
            return self
        import cv2

        size = (max(1, round(self.camera.width * scale)), max(1, round(self.camera.height * scale)))
        sx, sy = size[0] / self.camera.width, size[1] / self.camera.height
        camera = self.camera.model_copy(
            update={
                "width": size[0],
                "height": size[1],
                "focal_px": self.camera.focal_px * sy,
                "pixel_aspect": self.camera.pixel_aspect * sy / sx,
                "centre_px": (self.camera.centre_px[0] * sx, self.camera.centre_px[1] * sy),
            }
        )
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        images = {
            name: cv2.resize(image, size, interpolation=how).astype(np.float32)
            for name in ("plate", "clean", "matte", "occluders", "ground")
            if (image := getattr(self, name)) is not None
        }
        return replace(self, camera=camera, **images)


@dataclass(frozen=True)
class Settings:
    """How much work a frame gets.

    samples: camera samples a pixel · edge_samples: so many where the first ones met different surfaces · times:
    sub-frame meshes that the samples are spread over (motion blur) ·
    shutter: open
    fraction of a frame, centred on it · sky_rays: each time a sample is shaded ·
    shade_every: samples on one face share their light this many at a time · static_sun, static_sky: rays per pixel
    for changed light on
    what did not move · dust_step: march step in cells · dust_shrink: the dust is marched at 1/dust_shrink resolution ·
    dust_extinction_m2pkg: extinction cross-section per mass (3 / (d * 2500 kg/m3) for grains of diameter d, so 80 is
    15 um) ·
    dust_detail: strength of sub-grid detail, 0 to 1.
    """

    samples: int = 4
    edge_samples: int = 12
    times: int = 4
    shutter: float = 0.5
    sky_rays: int = 1
    shade_every: int = 4
    static_sun: int = 2
    static_sky: int = 4
    dust_step: float = 0.9
    dust_shrink: int = 2
    dust_extinction_m2pkg: float = 80.0
    dust_detail: float = 1.0
    ranks: int = 4
    crop: tuple[int, int, int, int] | None = field(default=None)
    """Trace only x0, y0, x1, y1 (a replay aid); the rest shows the background."""


_BY_QUALITY = {
    "draft": Settings(samples=2, edge_samples=10, times=2, static_sun=1, static_sky=3, dust_step=1.3, dust_shrink=3),
    "review": Settings(),
    "final": Settings(
        samples=8, edge_samples=32, times=8, shade_every=1, static_sun=4, static_sky=8, dust_step=0.6, dust_shrink=2
    ),
}


def settings_for(quality: Quality) -> Settings:
    """Settings by the word on the command line: draft, review or final."""
    return _BY_QUALITY[str(quality)]
