"""The user's own keys on disk: theirs alone, never overwritten, under names that lead nowhere else."""

import os
import stat
import subprocess
import sys
import threading

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from secondunit.runner import keyring
from secondunit.schema import InputError
from secondunit.schema.names import PERSON
from secondunit.trust import jws, keys

SECRET = "correct horse battery"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A configuration folder of this test's own, no agent, and few rounds of bcrypt."""
    monkeypatch.setenv("SECONDUNIT_CONFIG", str(tmp_path / "config"))
    for name in (keyring.FROM_FILE, "SSH_AUTH_SOCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(keys, "ROUNDS", 2)
    return tmp_path / "config" / "keys"


def never(what):
    raise AssertionError(f"asked: {what}")


def said(call):
    with pytest.raises(InputError) as error:
        call()
    assert SECRET not in str(error.value)
    return str(error.value)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_made_for_its_owner_alone(home):
    public = keyring.make("Ann Lee", SECRET)
    private, beside = (home / f"{keyring.file_name('Ann Lee')}{end}" for end in (".key", ".pub"))
    assert (mode(home), mode(private), mode(beside) & 0o133) == (0o700, 0o600, 0)
    assert sorted(os.listdir(home)) == [private.name, beside.name]
    assert keys.read_public(beside.read_text()) == public
    assert beside.read_text().endswith(" Ann Lee\n")
    assert keyring.show("Ann Lee") == (public, True, private)
    assert SECRET not in private.read_text()


def test_a_lax_umask_opens_nothing(home):
    before = os.umask(0)
    try:
        home.parent.mkdir(mode=0o755)
        keyring.make("Ann", None)
    finally:
        os.umask(before)
    assert mode(home) == 0o700
    assert mode(keyring.show("Ann").path) == 0o600


def test_it_signs(home):
    public = keyring.make("Ann", SECRET)
    asked = []
    signer = keyring.signer("Ann", lambda what: asked.append(what) or SECRET)
    assert jws.verify(jws.sign(b"{}", signer, "x"), public, "x") == b"{}"
    assert asked == ["Passphrase of Ann: "]
    keyring.make("Bob", None)
    assert keyring.signer("Bob", never).public == keyring.show("Bob").public
    assert not keyring.show("Bob").locked


def test_wrong_passphrase(home):
    keyring.make("Ann", "another")
    assert "does not open" in said(lambda: keyring.signer("Ann", lambda _: SECRET))


def test_a_key_is_never_overwritten(home):
    public = keyring.make("Ann", None)
    before = keyring.show("Ann").path.read_bytes()
    assert "never overwritten" in said(lambda: keyring.make("Ann", None))
    assert keyring.show("Ann").path.read_bytes() == before
    assert keyring.show("Ann").public == public
    assert len(os.listdir(home)) == 2


def test_a_public_half_of_a_token_is_never_overwritten(home):
    keyring.make("Ann", None)
    keyring.show("Ann").path.unlink()
    assert "never overwritten" in said(lambda: keyring.make("Ann", None))
    _, locked, path = keyring.show("Ann")
    assert (locked, path.suffix) == (None, ".pub")
    assert "only its public half" in said(lambda: keyring.signer("Ann", never))


def test_of_many_at_once_one_key_stays(home):
    """The file is linked into place, which the system does once."""
    made, refused = [], []

    def act():
        try:
            made.append(keyring.make("Ann", None))
        except InputError:
            refused.append(1)

    threads = [threading.Thread(target=act) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 11)
    assert keyring.show("Ann").public == made[0]
    assert len(os.listdir(home)) == 2


def test_a_full_disk_leaves_nothing(home, monkeypatch):
    keyring.make("Bob", None)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space" in said(lambda: keyring.make("Ann", None))
    assert len(os.listdir(home)) == 2


def test_a_file_system_without_links_is_named(home, monkeypatch):
    def none(*_, **__):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    assert "Operation not permitted" in said(lambda: keyring.make("Ann", None))
    assert os.listdir(home) == []


def test_another_passphrase(home):
    public = keyring.make("Ann", "first")
    assert keyring.change_passphrase("Ann", lambda _: "first", lambda: SECRET) == public
    said(lambda: keyring.signer("Ann", lambda _: "first"))
    assert keyring.signer("Ann", lambda _: SECRET).public == public
    assert mode(keyring.show("Ann").path) == 0o600
    said(lambda: keyring.change_passphrase("Ann", lambda _: "wrong", lambda: never("new")))
    said(lambda: keyring.change_passphrase("Ann", lambda _: SECRET, lambda: ""))
    assert keyring.signer("Ann", lambda _: SECRET).public == public
    keyring.change_passphrase("Ann", lambda _: SECRET, None)
    assert not keyring.show("Ann").locked
    assert len(os.listdir(home)) == 2


def test_no_key():
    assert "key make" in said(lambda: keyring.signer("Ann", never))
    assert "key make" in said(lambda: keyring.show("Ann"))
    assert "key make" in said(lambda: keyring.change_passphrase("Ann", never, None))


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o610, 0o601, 0o660, 0o602])
def test_a_key_that_others_can_read_is_refused(home, bits):
    keyring.make("Ann", None)
    keyring.show("Ann").path.chmod(bits)
    assert "chmod 600" in said(lambda: keyring.signer("Ann", never))


@pytest.mark.parametrize("bits", [0o770, 0o702, 0o722])
@pytest.mark.parametrize("above", [0, 1, 2])
def test_a_folder_that_others_can_write_to_is_refused(home, bits, above):
    keyring.make("Ann", None)
    folder = [home, *home.parents][above]
    before = mode(folder)
    folder.chmod(bits)
    try:
        assert f"chmod go-w {folder}" in said(lambda: keyring.signer("Ann", never))
        assert f"chmod go-w {folder}" in said(lambda: keyring.make("Bob", None))
    finally:
        folder.chmod(before)


def test_links_are_refused(home, tmp_path):
    keyring.make("Ann", None)
    path = keyring.show("Ann").path
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert "plain file" in said(lambda: keyring.signer("Ann", never))
    path.unlink()
    (tmp_path / "elsewhere").rename(path)
    home.rename(tmp_path / "moved")
    home.symlink_to(tmp_path / "moved")
    assert "plain one" in said(lambda: keyring.signer("Ann", never))
    assert "plain one" in said(lambda: keyring.make("Bob", None))


def test_a_link_in_the_place_of_a_new_key_is_not_followed(home, tmp_path):
    keyring.make("Bob", None)
    (home / f"{keyring.file_name('Ann')}.key").symlink_to(tmp_path / "trap")
    assert "never overwritten" in said(lambda: keyring.make("Ann", None))
    assert not (tmp_path / "trap").exists()


def test_what_is_no_plain_file_is_refused(home):
    keyring.make("Bob", None)
    path = home / f"{keyring.file_name('Ann')}.key"
    os.mkfifo(path, 0o600)
    assert "no small plain file" in said(lambda: keyring.signer("Ann", never))
    path.unlink()
    path.mkdir()
    assert "Ann" not in os.listdir(home)
    assert "plain file" in said(lambda: keyring.signer("Ann", never))
    path.rmdir()
    path.touch(0o600)
    os.truncate(path, 10**9)
    assert "no small plain file" in said(lambda: keyring.signer("Ann", never))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_belongs_to_others_is_refused(home):
    keyring.make("Ann", None)
    path = keyring.show("Ann").path
    os.chown(path, 12345, 12345)
    assert "somebody else" in said(lambda: keyring.signer("Ann", never))
    os.chown(path, 0, 0)
    os.chown(home, 12345, 12345)
    assert f"{home} belongs to somebody else" in said(lambda: keyring.show("Ann"))


def test_damaged_keys_are_refused(home):
    keyring.make("Ann", None)
    path = keyring.show("Ann").path
    for text in (b"", b"\xff\xfe", b"-----BEGIN OPENSSH PRIVATE KEY-----", path.read_bytes()[:-90]):
        path.write_bytes(text)
        said(lambda: keyring.signer("Ann", never))


def written(path, text, bits=0o600):
    path.write_text(text)
    path.chmod(bits)
    return path


def test_passphrase_from_a_file(home, tmp_path, monkeypatch):
    keyring.make("Ann", SECRET)
    for text in (SECRET, f"{SECRET}\n", f"{SECRET}\r\nmore"):
        monkeypatch.setenv(keyring.FROM_FILE, str(written(tmp_path / "pass", text)))
        assert keyring.signer("Ann", never).public == keyring.show("Ann").public
    monkeypatch.setenv(keyring.FROM_FILE, str(written(tmp_path / "pass", f" {SECRET}")))
    assert keyring.FROM_FILE in said(lambda: keyring.signer("Ann", never))
    monkeypatch.setenv(keyring.FROM_FILE, str(written(tmp_path / "pass", f"\n{SECRET}")))
    assert "first line is empty" in said(keyring.passphrase_given)
    monkeypatch.setenv(keyring.FROM_FILE, str(written(tmp_path / "pass", SECRET, 0o644)))
    assert "Others can read" in said(keyring.passphrase_given)
    monkeypatch.setenv(keyring.FROM_FILE, str(tmp_path / "nowhere" / "pass"))
    assert "not there" in said(keyring.passphrase_given)


NAMES = st.from_regex(PERSON, fullmatch=True)


@given(NAMES, NAMES)
def test_names_never_share_a_file(one, other):
    named = []
    for name in (one, other):
        try:
            named.append(keyring.file_name(name))
        except InputError:
            assume(False)
    assert (named[0] == named[1]) == (one == other)
    for name in named:
        assert name.isascii()
        assert name == name.lower()
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert len(name) <= 80
        assert name[0] != "-"


@pytest.mark.parametrize(
    "name",
    [
        ".",
        "..",
        "...",
        "-rf",
        "~",
        "CON",
        "Ann Lee",
        "José Núñez",
        "李小龍",
        "עדי\u200f",
        "a" * 80,
        "%2e%2e",
        "$(id)",
        "*",
    ],
)
def test_unusual_names_have_files_in_the_folder(home, name):
    public = keyring.make(name, None)
    assert keyring.show(name).path.parent == home
    assert keyring.show(name).path.resolve().parent == home.resolve()
    assert keyring.signer(name, never).public == public


@pytest.mark.parametrize(
    ("one", "other"), [("Ann", "ann"), ("José", "Jose\u0301"), ("Ann Lee", "Ann-Lee"), ("Ann", "Ann\u200f")]
)
def test_names_that_look_alike_have_keys_of_their_own(one, other):
    assert keyring.make(one, None) != keyring.make(other, None)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../ann",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "a\0b",
        "a" * 81,
        "a" * 10_000,
        "Ann\n",
        "Ann\x1b[2J",
        " Ann",
        "Ann ",
        "x\ud800",
    ],
)
def test_what_is_no_name_is_refused(home, name):
    assert "cannot be a person" in said(lambda: keyring.make(name, None))
    assert not home.exists()


@pytest.mark.parametrize("letter", "\u202e\u202a\u2066\u2069\u200b\ufeff\u2060\u00ad\u2028")
def test_names_that_show_as_others_are_refused(letter):
    """`Ann<RLO>eeL` shows as `AnnLee`."""
    told = said(lambda: keyring.make(f"Ann{letter}eeL", None))
    assert f"U+{ord(letter):04X}" in told
    assert letter not in told


def test_where_keys_are(tmp_path, monkeypatch):
    monkeypatch.delenv("SECONDUNIT_CONFIG")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert keyring.key_folder() == tmp_path / ".config/secondunit/keys"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert keyring.key_folder() == tmp_path / ".config/secondunit/keys"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert keyring.key_folder() == tmp_path / "xdg/secondunit/keys"


def test_openssh_reads_our_keys(home):
    import shutil

    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is not installed")
    public = keyring.make("Ann Lee", SECRET)
    path = keyring.show("Ann Lee").path
    shown = subprocess.run(["ssh-keygen", "-y", "-P", SECRET, "-f", path], capture_output=True, text=True, check=True)
    assert keys.read_public(shown.stdout) == public
    subprocess.run(["ssh-keygen", "-p", "-P", SECRET, "-N", "newer one", "-f", path], capture_output=True, check=True)
    assert keyring.signer("Ann Lee", lambda _: "newer one").public == public


def test_no_traceback_tells_the_passphrase(home):
    """Shown in full, as SECONDUNIT_TRACEBACK=1 does."""
    keyring.make("Ann", "another")
    program = "from secondunit.runner import keyring; keyring.signer('Ann', lambda _: input())"
    done = subprocess.run([sys.executable, "-c", program], input=SECRET, capture_output=True, text=True, check=False)
    assert "does not open" in done.stderr
    assert "horse" not in done.stderr + done.stdout
