"""key make, show, passphrase and sign-terms, as one types them; no passphrase ever shows."""

import getpass
import json
import os
import subprocess
import sys

import pytest

from secondunit.runner import keyring
from secondunit.trust import jws, keys
from secondunit.trust.jws import Typ
from tests.cli.front import Front
from tests.runner.test_terms import TERMS, TEXT

SECRET = "correct horse battery"


@pytest.fixture
def typed(monkeypatch, tmp_path):
    """What will be typed at the terminal, in order."""
    answers = []
    monkeypatch.setenv("SECONDUNIT_CONFIG", str(tmp_path / "config"))
    for name in (keyring.FROM_FILE, "SSH_AUTH_SOCK", "SECONDUNIT_PERSON"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(keys, "ROUNDS", 2)
    monkeypatch.setattr(getpass, "getpass", lambda _: answers.pop(0))
    return answers


@pytest.fixture
def front(capfd, monkeypatch, typed):
    shown = Front(capfd, monkeypatch)

    def act(*words):
        ended = shown(*words)
        assert "horse" not in ended.out + ended.err
        return ended

    return act


def test_make_and_show(front, typed):
    typed[:] = [SECRET, SECRET]
    made = front("key", "make", "--as", "Ann Lee", "--json")
    assert made.status == 0, made.err
    shown = front("key", "show", "--as", "Ann Lee", "--json").json
    assert shown == made.json
    assert (shown["person"], shown["locked"]) == ("Ann Lee", True)
    assert keys.read_public(shown["public"]).thumbprint == shown["thumbprint"]
    assert os.path.exists(shown["file"])
    lines = front("key", "show", "--as", "Ann Lee").out
    assert shown["thumbprint"] in lines
    assert "lower assurance" not in lines
    assert typed == []


def test_a_key_is_not_overwritten_and_nothing_is_asked(front, typed):
    typed[:] = [SECRET, SECRET]
    front("key", "make", "--as", "Ann")
    again = front("key", "make", "--as", "Ann", "--json")
    assert (again.status, "never overwritten" in again.err) == (2, True)


@pytest.mark.parametrize(("answers", "says"), [([""], "--no-passphrase"), ([SECRET, "other"], "differ")])
def test_passphrase_is_not_empty_and_typed_twice_alike(front, typed, answers, says):
    typed[:] = answers
    made = front("key", "make", "--as", "Ann")
    assert (made.status, says in made.err) == (2, True)
    assert front("key", "show", "--as", "Ann").status == 2


def test_without_a_passphrase_it_is_said_to_weigh_less(front):
    made = front("key", "make", "--as", "Ann", "--no-passphrase")
    assert (made.status, "lower assurance" in made.out) == (0, True)
    assert front("key", "show", "--as", "Ann", "--json").json["locked"] is False


def test_passphrase_is_changed(front, typed):
    typed[:] = ["first", "first", "first", SECRET, SECRET, SECRET]
    assert front("key", "make", "--as", "Ann").status == 0
    assert front("key", "passphrase", "--as", "Ann").status == 0
    assert front("key", "passphrase", "--as", "Ann", "--no-passphrase", "--json").json["locked"] is False
    assert typed == []


def test_wrong_passphrase_changes_nothing(front, typed):
    typed[:] = ["first", "first", SECRET]
    front("key", "make", "--as", "Ann")
    ended = front("key", "passphrase", "--as", "Ann", "--json")
    assert (ended.status, "does not open" in ended.json["error"]) == (2, True)


def test_passphrase_is_no_option(front):
    for words in (("key", "make", "--passphrase", "x"), ("key", "passphrase", "x")):
        assert front(*words).status == 2


def test_passphrase_file_serves_scripts(front, tmp_path, monkeypatch):
    (tmp_path / "pass").write_text(SECRET)
    (tmp_path / "pass").chmod(0o600)
    monkeypatch.setenv(keyring.FROM_FILE, str(tmp_path / "pass"))
    assert front("key", "make", "--as", "Ann", "--json").json["locked"] is True
    (tmp_path / "pass").chmod(0o644)
    assert "Others can read" in front("key", "make", "--as", "Bob").err


def test_without_a_terminal_nothing_is_asked_in_the_open(tmp_path):
    """getpass itself would fall back to a prompt that shows what is typed."""
    environment = os.environ | {"SECONDUNIT_CONFIG": str(tmp_path / "config")}
    environment.pop(keyring.FROM_FILE, None)
    command = [sys.executable, "-m", "secondunit", "key", "make", "--as", "Ann"]
    done = subprocess.run(
        command, input=f"{SECRET}\n{SECRET}\n", capture_output=True, text=True, env=environment, start_new_session=True
    )
    assert (done.returncode, "no terminal" in done.stderr) == (2, True)
    assert not (tmp_path / "config").exists()


@pytest.fixture
def terms(tmp_path):
    (tmp_path / "terms.json").write_text(json.dumps(TERMS))
    (tmp_path / "text.txt").write_bytes(TEXT)
    return tmp_path


def test_terms_are_signed_offline_and_cosigned(front, terms, monkeypatch):
    monkeypatch.chdir(terms)
    public = {}
    for name in ("Ann Lee", "Rep Roe"):
        public[name] = keys.read_public(front("key", "make", "--as", name, "--no-passphrase", "--json").json["public"])
    first = front("key", "sign-terms", "terms.json", "--out", "signed.json", "--as", "Ann Lee")
    assert first.status == 0, first.err
    assert TERMS["text_sha256"] in first.err
    assert "not allowed" in first.err
    words = ("key", "sign-terms", "terms.json", "--text", "text.txt", "--out", "signed.json", "--as", "Rep Roe")
    second = front(*words, "--json").json
    assert second["signatures"] == [public[name].thumbprint for name in public]
    assert (second["text_sha256"], second["text_checked"]) == (TERMS["text_sha256"], True)
    assert jws.verify_json((terms / "signed.json").read_text(), public, Typ.TERMS).names == set(public)
    again = front(*words, "--json")
    assert (again.status, "already" in again.json["error"]) == (2, True)


def test_what_is_shown_moves_no_cursor_and_turns_no_text(front, terms, monkeypatch):
    monkeypatch.chdir(terms)
    (terms / "terms.json").write_text(json.dumps(TERMS | {"effect": "younger\u202eon\u009b2J"}))
    front("key", "make", "--as", "Ann Lee", "--no-passphrase")
    refused = front("key", "sign-terms", "terms.json", "--out", "signed.json", "--as", "Ann Lee")
    assert refused.status == 2
    assert "consent-terms: effect" in refused.err
    assert "\u202e" not in refused.err
    assert "\u009b" not in refused.err


def test_terms_that_ask_for_others_ask_for_no_key(front, terms):
    ended = front("key", "sign-terms", terms / "terms.json", "--out", terms / "signed.json", "--as", "Eve", "--json")
    assert (ended.status, "no signature of Eve" in ended.json["error"]) == (2, True)
