"""Terms are signed as they were read, by those they ask, and several people sign one file."""

import hashlib
import json

import pytest

from secondunit.runner.terms import read_terms, sign_terms
from secondunit.schema import InputError
from secondunit.schema.consent import ConsentTerms
from secondunit.trust import jws, keys
from secondunit.trust.jws import Typ

TEXT = b"I agree that my face is altered in SC010, and nowhere else."
TERMS = {
    "id": "c001",
    "production": "a" * 64,
    "production_title": "After the Glass Mountain",
    "performer": "Ann Lee",
    "category": "alteration",
    "category_by": "Lex",
    "tools": ["age"],
    "effect": "ten years younger",
    "shots": ["SC010"],
    "script_revision": "blue",
    "media": ["cinema"],
    "territory": "world",
    "create_from": "2026-03-01",
    "create_until": "2026-06-01",
    "compensation": "rider 4",
    "representative": "Rep Roe",
    "notice_on": "2026-02-01",
    "retention": "until delivery",
    "destroy_by": "2027-01-01",
    "text_sha256": hashlib.sha256(TEXT).hexdigest(),
}
ANN, REP, EVE = (keys.generate() for _ in range(3))


@pytest.fixture
def paths(tmp_path):
    (tmp_path / "terms.json").write_text(json.dumps(TERMS, indent=2))
    (tmp_path / "text.txt").write_bytes(TEXT)
    return tmp_path / "terms.json", tmp_path / "signed.json", tmp_path / "text.txt"


def never():
    raise AssertionError("a key was asked for")


def test_performer_and_representative_sign_one_file(paths):
    given, out, text = paths
    terms = read_terms(given, text)
    first = sign_terms(terms, "Ann Lee", out, lambda: ANN)
    second = sign_terms(terms, "Rep Roe", out, lambda: REP)
    assert (first.keys, second.keys) == ((ANN.public.thumbprint,), (ANN.public.thumbprint, REP.public.thumbprint))
    found = jws.verify_json(out.read_text(), {"Ann Lee": ANN.public, "Rep Roe": REP.public}, Typ.TERMS)
    assert found.names == set(terms.signers)
    assert ConsentTerms.from_json(found.payload) == terms
    assert found.payload == terms.to_json().encode()
    assert [path.name for path in sorted(out.parent.iterdir())] == ["signed.json", "terms.json", "text.txt"]


def refused(call):
    with pytest.raises(InputError) as error:
        call()
    return str(error.value)


@pytest.mark.parametrize("person", ["Eve", "ann lee", "Lex", ""])
def test_only_those_asked_sign(paths, person):
    given, out, _ = paths
    assert "Ann Lee, Rep Roe" in refused(lambda: sign_terms(read_terms(given), person, out, never))
    assert not out.exists()


def test_nobody_signs_twice(paths):
    given, out, _ = paths
    sign_terms(read_terms(given), "Ann Lee", out, lambda: ANN)
    before = out.read_bytes()
    assert "signed it already" in refused(lambda: sign_terms(read_terms(given), "Rep Roe", out, lambda: ANN))
    assert out.read_bytes() == before


def test_terms_changed_in_between_are_not_signed_along(paths):
    given, out, _ = paths
    sign_terms(read_terms(given), "Ann Lee", out, lambda: ANN)
    given.write_text(json.dumps(TERMS | {"shots": ["SC010", "SC020"]}))
    assert "other terms" in refused(lambda: sign_terms(read_terms(given), "Rep Roe", out, never))


def test_files_of_another_kind_are_not_signed_along(paths):
    given, out, _ = paths
    terms = read_terms(given)
    out.write_text(jws.sign_json(terms.to_json().encode(), [EVE], Typ.MOVE))
    assert "made for" in refused(lambda: sign_terms(terms, "Rep Roe", out, never))
    out.write_text("{}")
    assert "no JWS" in refused(lambda: sign_terms(terms, "Rep Roe", out, never))


def test_another_text_is_noticed(paths):
    given, _, text = paths
    text.write_bytes(TEXT + b" And in SC020.")
    assert "do not sign" in refused(lambda: read_terms(given, text))
    assert "cannot be read" in refused(lambda: read_terms(given, text.parent / "nowhere"))


def test_drafts_and_damaged_files_are_not_signed(paths):
    given, _, _ = paths
    given.write_text(json.dumps(TERMS | {"text_sha256": ""}))
    assert "draft" in refused(lambda: read_terms(given))
    given.write_text(json.dumps(TERMS).replace('"shots"', '"shots": ["SC020"], "shots"'))
    assert "twice" in refused(lambda: read_terms(given))
    given.write_text(json.dumps(TERMS | {"shots": []}))
    assert "shots" in refused(lambda: read_terms(given))
    given.write_text("[]")
    assert "no JSON object" in refused(lambda: read_terms(given))


def test_a_place_that_cannot_be_written_is_named(paths):
    given, out, _ = paths
    lost = out.parent / "nowhere" / "signed.json"
    assert str(lost) in refused(lambda: sign_terms(read_terms(given), "Ann Lee", lost, lambda: ANN))
