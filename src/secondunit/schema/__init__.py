"""Records with a name, a version and an upgrade; the words of the house. Imports nothing but pydantic."""

from .answers import ASKED, Answer, Question
from .base import Record, canonical_json, upgrade
from .brief import AgeBrief, Brief, CollapseBrief, Quality, StoredFile, StoredFrames, read_brief
from .camera import Camera
from .clearance import Clearance, LedgerLine, Objection, Verdict
from .consent import Category, Consent, ConsentTerms, Revocations, Withdrawal
from .direction import Direction, LookNamed
from .errors import Cancelled, FieldFault, InputError, SecondUnitError, WorkFailed
from .identity import Enrolment, Erasure, Rates
from .inspection import Face, Identification, Inspection, Match
from .light import Light
from .look import Look, Still
from .moves import (
    AnswerRequest,
    ApproveRequest,
    BriefRequest,
    ConsentRequest,
    EnrolRequest,
    EraseRequest,
    IdentifyRequest,
    IngestRequest,
    InitRequest,
    KeyRequest,
    LiftRequest,
    LookRequest,
    MakeRequest,
    Move,
    NoteRequest,
    PackReviewRequest,
    PersonRequest,
    PolicyRequest,
    RejectRequest,
    ReleaseRequest,
    Request,
    RevocationsRequest,
    SignedRequest,
    StatusRequest,
    SwitchRequest,
    WithdrawRequest,
)
from .names import Role, Status
from .outcome import Outcome
from .packs import PackInForce, PackReview, Packs, Switch
from .people import Approval, Note, Person, PersonKey, StoredBrief
from .plate import Plate, Window
from .property import Release, ReleaseKind
from .signing import Claims
from .signs import Sign, Signs, plain_text
from .tri import Tri
from .version import EXTRAS, Draft, Layer, LayerManifest, Recipe, RunRecord, Version

__all__ = [
    "ASKED",
    "EXTRAS",
    "AgeBrief",
    "Answer",
    "AnswerRequest",
    "Approval",
    "ApproveRequest",
    "Brief",
    "BriefRequest",
    "Camera",
    "Cancelled",
    "Category",
    "Claims",
    "Clearance",
    "CollapseBrief",
    "Consent",
    "ConsentRequest",
    "ConsentTerms",
    "Direction",
    "Draft",
    "EnrolRequest",
    "Enrolment",
    "EraseRequest",
    "Erasure",
    "Face",
    "FieldFault",
    "Identification",
    "IdentifyRequest",
    "IngestRequest",
    "InitRequest",
    "InputError",
    "Inspection",
    "KeyRequest",
    "Layer",
    "LayerManifest",
    "LedgerLine",
    "LiftRequest",
    "Light",
    "Look",
    "LookNamed",
    "LookRequest",
    "MakeRequest",
    "Match",
    "Move",
    "Note",
    "NoteRequest",
    "Objection",
    "Outcome",
    "PackInForce",
    "PackReview",
    "PackReviewRequest",
    "Packs",
    "Person",
    "PersonKey",
    "PersonRequest",
    "Plate",
    "PolicyRequest",
    "Quality",
    "Question",
    "Rates",
    "Recipe",
    "Record",
    "RejectRequest",
    "Release",
    "ReleaseKind",
    "ReleaseRequest",
    "Request",
    "Revocations",
    "RevocationsRequest",
    "Role",
    "RunRecord",
    "SecondUnitError",
    "Sign",
    "SignedRequest",
    "Signs",
    "Status",
    "StatusRequest",
    "Still",
    "StoredBrief",
    "StoredFile",
    "StoredFrames",
    "Switch",
    "SwitchRequest",
    "Tri",
    "Verdict",
    "Version",
    "Window",
    "WithdrawRequest",
    "Withdrawal",
    "WorkFailed",
    "canonical_json",
    "plain_text",
    "read_brief",
    "upgrade",
]
