"""Records outlive code: round trips, upgrades, and words that are refused with a place and a next step."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondunit import schema
from secondunit.schema import (
    AgeBrief,
    BriefRequest,
    Camera,
    CollapseBrief,
    InputError,
    Layer,
    LayerManifest,
    LedgerLine,
    Light,
    Note,
    Outcome,
    Person,
    PersonRequest,
    Plate,
    Record,
    Role,
    StoredFile,
    StoredFrames,
    Tri,
    Verdict,
    base,
    upgrade,
)
from secondunit.schema.production import Settings

AT = "2026-03-01T09:30:00.000000Z"
SHA = "ab" * 32
CORNERS = ((1, 1), (5, 1), (5, 5), (1, 5))
EYE = (1, 0, 0, 0, 1, 0, 0, 0, 1)
shots = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9_-]{0,20}\Z")
numbers = st.floats(allow_nan=False, allow_infinity=False, width=64)
positive = st.floats(min_value=1e-6, max_value=1e6)
texts = st.text(max_size=40)
sha256s = st.from_regex(r"\A[0-9a-f]{64}\Z")


def records():
    """Some of every kind that people's words and measurements fill."""
    pixels = st.tuples(numbers, numbers)
    corners = st.tuples(pixels, pixels, pixels, pixels)
    maybe = st.none() | positive
    angles = st.tuples(numbers, numbers)
    briefs = st.builds(
        CollapseBrief, shot=shots, facade=corners, height_m=st.none() | st.floats(0.1, 1000), focal_px=maybe,
        building=st.none() | texts, seed=st.integers(0, 2**63 - 1), sun=st.none() | angles,
        event_frame=st.none() | st.integers(0, 10**6), event_from_one=st.booleans(), frames=st.integers(1, 10_000),
        matte=st.none() | st.builds(StoredFile, path=st.just("blobs/x.png"), sha256=sha256s),
    )  # fmt: skip
    cameras = st.builds(
        Camera, width=st.integers(1, 9999), height=st.integers(1, 9999), focal_px=positive, centre_px=pixels,
        pixel_aspect=positive, rotation=st.just(EYE), position_m=st.tuples(numbers, numbers, numbers),
    )  # fmt: skip
    rgb = st.tuples(numbers, numbers, numbers)
    lights = st.builds(
        Light, sun_direction=st.floats(0, 6.3).map(lambda a: (math.cos(a), math.sin(a), 0.0)),
        sun_rgb=rgb, sky_rgb=rgb, ground_rgb=rgb, confidence=st.floats(0, 1), said=texts,
    )  # fmt: skip
    plates = st.builds(
        Plate, id=st.just("PL01_v001"), shot=shots, source_sha256=sha256s, first_frame=st.just(1001),
        last_frame=st.integers(1001, 2000), width=st.integers(1, 9999), height=st.integers(1, 9999), fps=positive,
        data_window=st.just((0, 0, 9, 9)), display_window=st.just((0, 0, 9, 9)), pixel_aspect=positive,
        exif=st.dictionaries(texts, texts, max_size=3), header=st.dictionaries(texts, texts, max_size=3),
        focal_mm=maybe, focal_35mm_mm=maybe, timecode=st.none() | texts, notes=st.tuples(texts),
    )  # fmt: skip
    people = st.builds(Person, name=st.just("Åsa"), roles=st.tuples(st.sampled_from(Role)), key=st.none() | texts)
    notes = st.builds(Note, at=st.just(AT), version=texts, text=texts, frame=st.none() | st.integers(), by=texts)
    kept = st.builds(StoredFile, path=st.just("blobs/x.png"), sha256=sha256s)
    faces = st.builds(
        AgeBrief, shot=shots, performer=st.just("Pia"), to_age=st.integers(0, 120), apparent_age=st.just(40),
        roto=st.none() | st.builds(
            StoredFrames, files=st.lists(kept, min_size=1, max_size=3).map(tuple),
            first_frame=st.none() | st.integers(0, 10**6),
        ),
    )  # fmt: skip
    return st.one_of(briefs, faces, cameras, lights, plates, people, notes)


@given(records())
def test_every_record_survives_a_round_trip(record):
    again = type(record).from_json(record.to_json())
    assert again == record
    assert again.digest == record.digest
    assert json.loads(record.to_json())["schema"] == f"{record.schema_name}/{record.schema_version}"


def every_record():
    found, todo = [], [Record]
    while todo:
        kinds = todo.pop().__subclasses__()
        found += kinds
        todo += kinds
    return [kind for kind in dict.fromkeys(found) if kind.__module__.startswith("secondunit.")]


def test_names_of_records_are_their_own():
    names = [kind.schema_name for kind in every_record()]
    assert sorted(names) == sorted(set(names))
    assert all(kind.schema_version >= 1 for kind in every_record())


def test_records_are_frozen_and_closed():
    note = Note(version="A/v001", text="x", frame=None, by="Ann", at=AT)
    with pytest.raises(ValueError, match="frozen"):
        note.text = "y"
    with pytest.raises(ValueError, match="Extra inputs"):
        Note(version="A/v001", text="x", frame=None, by="Ann", at=AT, mood="good")


def test_everything_exported_is_there():
    assert sorted(schema.__all__, key=str.lower) == sorted(set(schema.__all__), key=str.lower)
    assert all(hasattr(schema, name) for name in schema.__all__)


class Lens(Record, name="test-lens", version=3):
    """Version 1 had feet, version 2 metres, version 3 a name."""

    focus_m: float
    name: str


class Kit(Record, name="test-kit", version=1):
    """Holds another record."""

    lens: Lens


@pytest.fixture
def upgrades(monkeypatch):
    monkeypatch.setattr(base, "_upgrades", {})
    upgrade("test-lens", 1)(lambda old: {"focus_m": old["focus_ft"] * 0.3048})
    upgrade("test-lens", 2)(lambda old: old | {"name": "unnamed"})


@pytest.mark.usefixtures("upgrades")
def test_old_records_are_upgraded_step_by_step():
    assert Lens.from_json('{"schema": "test-lens/1", "focus_ft": 10}') == Lens(focus_m=3.048, name="unnamed")
    assert Lens.from_json('{"schema": "test-lens/2", "focus_m": 2}') == Lens(focus_m=2, name="unnamed")


def test_outcome_of_version_1_is_read_and_gives_no_advice():
    verdict = {"action": "note", "decision": "allow", "facts_sha256": SHA, "policy_sha256": SHA, "at": AT}
    outcome = Outcome.from_json(json.dumps({"schema": "outcome/1", "move": "note", "verdict": verdict}))
    assert (outcome.advice, outcome.says()) == ("", "note: allowed.")


def test_brief_request_of_version_1_is_read():
    """It did not say on which device the brief would be made."""
    brief = CollapseBrief(shot="A010", facade=CORNERS)
    fields = json.loads(BriefRequest(actor="Ann", brief=brief).to_json())
    del fields["device"]
    old = json.dumps(fields | {"schema": "brief-request/1"})
    assert BriefRequest.from_json(old) == BriefRequest(actor="Ann", brief=brief, device=None)


@pytest.mark.parametrize("version", [1, 2])
def test_age_brief_of_an_older_version_is_read(version):
    """It knew no mattes from outside."""
    brief = AgeBrief(shot="A010", performer="Pia", to_age=30, apparent_age=50)
    fields = json.loads(brief.to_json())
    del fields["roto"]
    assert AgeBrief.from_json(json.dumps(fields | {"schema": f"age-brief/{version}"})) == brief


@pytest.mark.usefixtures("upgrades")
def test_old_records_inside_new_ones_are_upgraded():
    kit = Kit.from_json('{"schema": "test-kit/1", "lens": {"schema": "test-lens/1", "focus_ft": 10}}')
    assert kit.lens.focus_m == pytest.approx(3.048)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"schema": "test-lens/4"}', "newer Second Unit"),
        ('{"schema": "test-lens/2", "focus_m": 1}', "no upgrade is known from test-lens/2"),
        ('{"schema": "test-kit/1"}', "where test-lens/3 is needed"),
        ('{"schema": "test-lens"}', "where test-lens/3 is needed"),
        ('{"schema": 7}', "where test-lens/3 is needed"),
        ("[]", "test-lens"),
        ("{", "Invalid JSON"),
    ],
)
def test_foreign_and_newer_records_are_refused(monkeypatch, text, sentence):
    monkeypatch.setattr(base, "_upgrades", {})
    with pytest.raises(InputError, match=sentence):
        Lens.from_json(text)


def test_two_upgrades_of_one_version_are_a_mistake(monkeypatch):
    monkeypatch.setattr(base, "_upgrades", {})
    upgrade("x", 1)(dict)
    with pytest.raises(ValueError, match="two upgrades"):
        upgrade("x", 1)(dict)


def test_digest_is_of_what_a_record_says_and_of_nothing_else():
    brief = CollapseBrief(shot="A010", facade=CORNERS)
    assert brief.digest == CollapseBrief(facade=[list(c) for c in CORNERS], shot="A010", seed=1).digest
    assert brief.digest != CollapseBrief(shot="A010", facade=CORNERS, seed=2).digest
    # A change of this hash loses every approval given so far: only with a new version of the record.
    assert CollapseBrief.schema_version == 2
    assert brief.digest == "233d655cc8fd5b696359636275373746de509ec137aebdad6be76c4c55dcc73e"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"shot": "../etc"}, "shot = '../etc': a shot's name is 1 to 64 letters"),
        ({"shot": "A/B"}, "shot"),
        ({"frames": 0}, "frames = 0"),
        ({"frames": 2.5}, "whole number"),
        ({"height_m": -1}, "height_m = -1"),
        ({"height_m": math.nan}, "height_m"),
        ({"facade": ((1, 1), (5, 1), (5, 5))}, "facade"),
        ({"facade": ((1, 1), (5, 1), (5, 5), (1, math.inf))}, "facade"),
        ({"style": "explode"}, "style = 'explode'"),
        ({"heigth_m": 3}, "heigth_m"),
    ],
)
def test_wrong_words_are_named_with_their_place(fields, words):
    with pytest.raises(InputError, match=words) as raised:
        CollapseBrief.read(**({"shot": "A010", "facade": CORNERS} | fields))
    assert "\n" not in str(raised.value)


def test_briefs_of_version_1_keep_their_moment():
    """They counted the event from 1, whatever the plate's first frame was."""
    text = CollapseBrief(shot="A010", facade=CORNERS).to_json()
    fields = {k: v for k, v in json.loads(text).items() if k not in ("event_frame", "event_from_one")}
    old = CollapseBrief.from_json(json.dumps(fields | {"schema": "collapse-brief/1", "event_frame": 6}))
    assert old.event_on(1001) == 1006
    assert CollapseBrief.from_json(old.to_json()) == old
    assert CollapseBrief(shot="A010", facade=CORNERS).event_on(1001) == 1012
    assert CollapseBrief(shot="A010", facade=CORNERS, event_frame=1030).event_on(1001) == 1030


@pytest.mark.parametrize("path", ["/etc/passwd", "blobs/../../x", "a\\b"])
def test_stored_files_stay_inside(path):
    with pytest.raises(InputError, match="leaves the production"):
        StoredFile.read(path=path, sha256=SHA)


def test_rotations_and_directions_must_be_true():
    camera = {"width": 9, "height": 9, "focal_px": 9, "centre_px": (4, 4), "position_m": (0, -9, 2)}
    with pytest.raises(InputError, match="mirrors"):
        Camera.read(rotation=(1, 0, 0, 0, 1, 0, 0, 0, -1), **camera)
    with pytest.raises(InputError, match="dot product"):
        Camera.read(rotation=(1, 0, 0, 0, 1, 0, 0, 0.1, 1), **camera)
    with pytest.raises(InputError, match="normalise"):
        Light.read(sun_direction=(0, 0, 2), sun_rgb=(1, 1, 1), sky_rgb=(1, 1, 1), ground_rgb=(1, 1, 1),
                   confidence=1, said="")  # fmt: skip


def test_manifest_names_every_file():
    layer = Layer(name="Z", channels=("Z",), pixel_type="float", what="depth")
    about = {"width": 4, "height": 3, "data_window": (0, 0, 3, 2), "pixel_aspect": 1, "fps": 24}
    manifest = LayerManifest(layers=(layer,), first_frame=9999, last_frame=10000, extras=("scene.usd",), **about)
    assert manifest.files() == ("Z/Z.10000.exr", "Z/Z.9999.exr", "scene.usd")
    with pytest.raises(InputError, match="share a name"):
        LayerManifest.read(layers=(layer, layer), first_frame=1, last_frame=1, **about)
    with pytest.raises(InputError, match="name"):
        Layer.read(name="../Z", channels=("Z",), pixel_type="float", what="")


def test_tri_has_no_truth_value():
    assert [Tri.of(True), Tri.of(False), Tri.of(None)] == [Tri.TRUE, Tri.FALSE, Tri.UNKNOWN]
    for value in Tri:
        with pytest.raises(TypeError, match="no truth value"):
            bool(value)


def test_roles_are_wanted_only_when_an_approval_is_missing():
    about = {"action": "final", "facts_sha256": SHA, "policy_sha256": SHA, "at": AT}
    objection = {"rule": "r", "effect": "needs-approval", "role": "legal", "reason": "x", "source": "s"}
    assert Verdict(decision="needs_approval", objections=(objection,), **about).roles == (Role.LEGAL,)
    assert Verdict(decision="refuse", objections=(objection,), **about).roles == ()
    assert not Verdict(decision="needs_approval", **about).allowed


def test_people_need_a_role_and_a_name_that_prints():
    for fields in ({"roles": ()}, {"name": "a\nb"}, {"name": ""}, {"name": "a/b"}):
        with pytest.raises(InputError):
            PersonRequest.read(**({"actor": "Ann", "name": "Bo", "roles": ("artist",)} | fields))


@given(title=st.text(min_size=1, max_size=60).filter(lambda t: "\x7f" not in t), fps=st.floats(0.01, 1000))
def test_production_toml_survives_a_round_trip(title, fps):
    settings = Settings(title=title, code="AGM", fps=fps, start=1001, packs=("a b.cedar",))
    assert Settings.from_toml(settings.to_toml(), "production.toml") == settings


def test_ledger_lines_have_real_instants():
    with pytest.raises(InputError, match="at"):
        LedgerLine.read(seq=1, at="yesterday", move="x", actor="a", subject="b", previous=SHA, sha256=SHA)
