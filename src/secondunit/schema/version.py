"""What a tool hands over, and what the production keeps of it."""

from typing import Literal

from pydantic import Field, model_validator

from .base import Record
from .brief import Brief
from .names import Instant, PlateId, Sha256, ShotName, Status, VersionId
from .plate import Plate, Window
from .tri import Tri

PixelType = Literal["half", "float", "uint32"]
EXTRAS = ("preview.mp4", "contact.png", "scene.usd")


class Layer(Record, name="layer", version=1):
    """An AOV or an element, one EXR per frame at `NAME/NAME.%04d.exr`. what: one line for the compositor."""

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")
    channels: tuple[str, ...] = Field(min_length=1)
    pixel_type: PixelType
    what: str

    def file(self, frame: int) -> str:
        """Path of one frame, relative to the version's folder."""
        return f"{self.name}/{self.name}.{frame:04d}.exr"


class LayerManifest(Record, name="layer-manifest", version=1):
    """Every file that the version's folder must hold, and nothing else but recipe.json and run.json."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    data_window: Window
    pixel_aspect: float = Field(gt=0)
    first_frame: int
    last_frame: int
    fps: float = Field(gt=0)
    layers: tuple[Layer, ...] = Field(min_length=1)
    extras: tuple[str, ...] = EXTRAS

    @model_validator(mode="after")
    def _distinct(self) -> "LayerManifest":
        names = [layer.name for layer in self.layers]
        if len(set(names)) != len(names):
            raise ValueError(f"two layers share a name among {names}")
        if self.last_frame < self.first_frame:
            raise ValueError(f"last_frame {self.last_frame} lies before first_frame {self.first_frame}")
        return self

    def files(self) -> tuple[str, ...]:
        """Relative paths of all layer frames and extras, sorted."""
        frames = range(self.first_frame, self.last_frame + 1)
        return tuple(sorted([layer.file(f) for layer in self.layers for f in frames] + list(self.extras)))

    def pictures(self) -> dict[int, str]:
        """Frame -> relative path of what people look at, the layer `comp`; nothing where there is none."""
        comps = [layer for layer in self.layers if layer.name == "comp"]
        return {f: comp.file(f) for comp in comps for f in range(self.first_frame, self.last_frame + 1)}


class Draft(Record, name="draft", version=1):
    """What a tool leaves in staging: it neither saves nor judges.

    facts: what the tool measured about its own output; the gate needs `finite`, `complete` and `hull_untouched`
    (pixels outside building, dust and shadow equal the plate's), and an absent one is unknown, which never allows. The
    runner adds `computed`: no frame came from the cache.
    inputs: name -> sha256 of everything beyond brief and plate that determines the result; code: module -> sha256;
    timings: stage -> seconds; notes: what a person must hear. data_window None: the plate's.
    """

    layers: tuple[Layer, ...] = Field(min_length=1)
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    first_frame: int
    last_frame: int
    extras: tuple[str, ...] = EXTRAS
    data_window: Window | None = None
    timings: dict[str, float] = Field(default_factory=dict)
    facts: dict[str, Tri] = Field(default_factory=dict)
    inputs: dict[str, Sha256] = Field(default_factory=dict)
    code: dict[str, Sha256] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Recipe(Record, name="recipe", version=1):
    """What determines the result: the same recipe gives the same bytes per device and version of the software."""

    tool: str
    software: str
    device: str
    brief: Brief
    plate: Plate
    plate_sha256: Sha256
    """Hash over the plate's stored files (see `Version.files_sha256`)."""
    inputs: dict[str, Sha256] = Field(default_factory=dict)
    code: dict[str, Sha256] = Field(default_factory=dict)
    models: tuple[str, ...] = ()
    packages: dict[str, str] = Field(default_factory=dict)
    ocio_config: str


class RunRecord(Record, name="run", version=1):
    """How this one run went: nothing in here changes the pixels."""

    clearance: str
    actor: str
    job: str
    machine: str
    started_at: Instant
    finished_at: Instant
    timings: dict[str, float] = Field(default_factory=dict)
    facts: dict[str, Tri] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Version(Record, name="version", version=1):
    """One complete, immutable result. files_sha256: hash over the sorted (path, sha256) of every file in `folder`;
    frames_sha256: of its EXR frames only, so two runs of one recipe can be compared.

    status and status_by are the latest on record when this was read; everything else never changes.
    """

    id: VersionId
    shot: ShotName
    tool: str
    folder: str
    brief: str
    brief_sha256: Sha256
    plate: PlateId
    clearance: str
    made_by: str
    made_at: Instant
    manifest: LayerManifest
    recipe_sha256: Sha256
    files_sha256: Sha256
    frames_sha256: Sha256
    timings: dict[str, float] = Field(default_factory=dict)
    status: Status = Status.WIP
    status_by: str = ""

    @property
    def name(self) -> str:
        """How people and commands call it: SHOT/v003."""
        return f"{self.shot}/{self.id}"
