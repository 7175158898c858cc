"""Signing through a real ssh-agent, and what is made of agents that are gone, locked, silent or lying."""

import shutil
import socket
import subprocess
import threading
from contextlib import suppress

import pytest

from secondunit.runner import agent, keyring
from secondunit.schema import WorkFailed
from secondunit.trust import jws, keys

pytest.importorskip("paramiko", reason="the extra `agent` is not installed")
needs_agent = pytest.mark.skipif(not shutil.which("ssh-agent"), reason="ssh-agent is not installed")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SECONDUNIT_CONFIG", str(tmp_path / "config"))
    monkeypatch.delenv(keyring.FROM_FILE, raising=False)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setattr(keys, "ROUNDS", 2)
    return tmp_path


@pytest.fixture
def running(home, monkeypatch):
    """A real agent in the foreground, for this test only."""
    path = home / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()  # it says where it listens once it does
    monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
    yield path
    process.terminate()
    process.wait()
    process.stdout.close()


def never(what):
    raise AssertionError(f"asked: {what}")


def add(person):
    """As a person does: `ssh-add FILE`, the key being one of ours."""
    subprocess.run(["ssh-add", "-q", keyring.show(person).path], check=True, capture_output=True)


@needs_agent
def test_the_agent_signs_and_no_passphrase_is_asked(running):
    public = keyring.make("Ann", None)
    keyring.make("Bob", None)
    add("Bob")
    add("Ann")
    signer = keyring.signer("Ann", never)
    assert isinstance(signer, agent.AgentSigner)
    assert jws.verify(jws.sign(b"{}", signer, "x"), public, "x") == b"{}"


@needs_agent
def test_a_locked_key_goes_in_with_its_passphrase(running, home, monkeypatch):
    public = keyring.make("Ann", "correct horse")
    script = home / "askpass"
    script.write_text("#!/bin/sh\necho 'correct horse'\n")
    script.chmod(0o700)
    monkeypatch.setenv("SSH_ASKPASS", str(script))
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    add("Ann")
    assert jws.verify(jws.sign(b"{}", keyring.signer("Ann", never), "x"), public, "x") == b"{}"


@needs_agent
def test_the_private_half_may_be_in_the_agent_alone(running):
    public = keyring.make("Ann", None)
    add("Ann")
    keyring.show("Ann").path.unlink()
    assert jws.verify(jws.sign(b"{}", keyring.signer("Ann", never), "x"), public, "x") == b"{}"


@needs_agent
def test_an_agent_without_the_key_is_passed_over(running):
    keyring.make("Ann", "secret")
    assert isinstance(keyring.signer("Ann", lambda _: "secret"), keys.PrivateKey)


@needs_agent
def test_a_key_taken_out_meanwhile_is_missed(running):
    keyring.make("Ann", None)
    add("Ann")
    signer = keyring.signer("Ann", never)
    subprocess.run(["ssh-add", "-q", "-D"], check=True, capture_output=True)
    with pytest.raises(WorkFailed, match="would not sign"):
        signer.sign(b"x")


def test_an_agent_that_is_gone_is_passed_over(home, monkeypatch):
    monkeypatch.setenv("SSH_AUTH_SOCK", str(home / "nowhere"))
    keyring.make("Ann", None)
    assert isinstance(keyring.signer("Ann", never), keys.PrivateKey)


def string(data):
    return len(data).to_bytes(4, "big") + data


def posing(path, *answers):
    """An agent that gives these answers to whatever is asked, each line once, and then says nothing."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()

    def talk():
        with listening:
            for turns in answers:
                line, _ = listening.accept()
                with line, suppress(OSError):  # whoever has heard enough hangs up
                    for answer in turns:
                        line.recv(65536)
                        line.sendall(answer)
                    line.recv(65536)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    return thread


def holding(public):
    listed = string(keys.SSH_PREFIX + public.raw) + string(b"comment")
    return string(bytes([12]) + (1).to_bytes(4, "big") + listed)


@pytest.mark.parametrize(
    "answer",
    [b"", bytes(9), string(b""), string(bytes([5])), string(bytes([12, 0, 0, 0, 9])), string(bytes([14]) + bytes(200))],
)
def test_an_agent_that_talks_nonsense_is_passed_over(home, monkeypatch, answer):
    monkeypatch.setattr(agent, "PATIENCE_S", 0.5)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(home / "posing"))
    thread = posing(home / "posing", [answer])
    keyring.make("Ann", None)
    assert isinstance(keyring.signer("Ann", never), keys.PrivateKey)
    thread.join(5)


def test_an_agent_that_signs_something_else_is_found_out(home, monkeypatch):
    monkeypatch.setenv("SSH_AUTH_SOCK", str(home / "posing"))
    public = keyring.make("Ann", None)
    lie = string(bytes([14]) + string(agent.ANSWER + keys.generate().sign(b"x")))
    thread = posing(home / "posing", [holding(public)], [holding(public), lie])
    signer = keyring.signer("Ann", never)
    with pytest.raises(WorkFailed, match="would not sign"):
        signer.sign(b"x")
    thread.join(5)
