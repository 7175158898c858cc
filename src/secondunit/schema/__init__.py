"""Records with a name, a version and an upgrade; the words of the house. Imports nothing but pydantic."""

from .base import Record, canonical_json, upgrade
from .brief import Brief, CollapseBrief, Quality, StoredFile
from .camera import Camera
from .clearance import Clearance, LedgerLine, Objection, Verdict
from .errors import Cancelled, FieldFault, InputError, SecondUnitError, WorkFailed
from .light import Light
from .moves import (
    ApproveRequest,
    BriefRequest,
    IngestRequest,
    InitRequest,
    MakeRequest,
    Move,
    NoteRequest,
    PersonRequest,
    RejectRequest,
    Request,
    StatusRequest,
)
from .names import Role, Status
from .outcome import Outcome
from .people import Approval, Note, Person, StoredBrief
from .plate import Plate, Window
from .tri import Tri
from .version import EXTRAS, Draft, Layer, LayerManifest, Recipe, RunRecord, Version

__all__ = [
    "EXTRAS",
    "Approval",
    "ApproveRequest",
    "Brief",
    "BriefRequest",
    "Camera",
    "Cancelled",
    "Clearance",
    "CollapseBrief",
    "Draft",
    "FieldFault",
    "IngestRequest",
    "InitRequest",
    "InputError",
    "Layer",
    "LayerManifest",
    "LedgerLine",
    "Light",
    "MakeRequest",
    "Move",
    "Note",
    "NoteRequest",
    "Objection",
    "Outcome",
    "Person",
    "PersonRequest",
    "Plate",
    "Quality",
    "Recipe",
    "Record",
    "RejectRequest",
    "Request",
    "Role",
    "RunRecord",
    "SecondUnitError",
    "Status",
    "StatusRequest",
    "StoredBrief",
    "StoredFile",
    "Tri",
    "Verdict",
    "Version",
    "Window",
    "WorkFailed",
    "canonical_json",
    "upgrade",
]
