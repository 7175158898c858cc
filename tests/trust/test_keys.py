"""Ed25519 keys: every form that is read, every form that is refused, and nothing secret in any error."""

import copy
import json
import pickle
import traceback

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from secondunit.trust import curve, keys
from secondunit.trust.keys import PublicKey, WrongPassphrase
from secondunit.trust.strict import b64url


@pytest.fixture(autouse=True, scope="module")
def few_rounds():
    """What is tested holds for any number of rounds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "ROUNDS", 2)
        yield


RFC_8037_X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
KEY = keys.generate()
NATIVE = ed25519.Ed25519PublicKey.from_public_bytes(KEY.public.raw)
SSH, SPKI = (Encoding.OpenSSH, PublicFormat.OpenSSH), (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def written(key, form):
    return key.public_bytes(*form).decode()


def test_thumbprint_is_the_one_of_the_rfc():
    """RFC 8037, appendix A.3."""
    key = keys.read_public(json.dumps({"kty": "OKP", "crv": "Ed25519", "x": RFC_8037_X}))
    assert key.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize(
    "text",
    [
        written(NATIVE, SSH),
        f"{written(NATIVE, SSH)} secretary@agm of the second unit",
        f"# Ann's\n\n  {written(NATIVE, SSH)}\n".replace("\n  ", "\n"),
        written(NATIVE, SPKI),
        json.dumps(KEY.public.jwk),
        json.dumps(KEY.public.jwk | {"kid": "x", "use": "sig", "alg": "Ed25519", "key_ops": ["verify"]}),
        KEY.public.openssh("Ann"),
    ],
)
def test_public_forms_are_read(text):
    assert keys.read_public(text) == KEY.public


RSA, EC = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
LINE = KEY.public.openssh()
REFUSED = {
    "rsa line": written(RSA.public_key(), SSH),
    "rsa pem": written(RSA.public_key(), SPKI),
    "ecdsa line": written(EC.public_key(), SSH),
    "ecdsa pem": written(EC.public_key(), SPKI),
    "hardware": "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAA agm",
    "certificate line": "ssh-ed25519-cert-v01@openssh.com AAAA agm",
    "private openssh": keys.private_text(KEY, None),
    "private pem": ed25519.Ed25519PrivateKey.generate()
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode(),
    "public with private behind": written(NATIVE, SPKI) + keys.private_text(KEY, None),
    "private jwk": json.dumps(KEY.public.jwk | {"d": RFC_8037_X}),
    "symmetric jwk": json.dumps({"kty": "oct", "k": "c2VjcmV0"}),
    "jwk of x25519": json.dumps(KEY.public.jwk | {"crv": "X25519"}),
    "jwk to encrypt": json.dumps(KEY.public.jwk | {"use": "enc"}),
    "jwk with strangers": json.dumps(KEY.public.jwk | {"x5u": "https://example.org"}),
    "jwk with x twice": f'{{"kty":"OKP","crv":"Ed25519","x":"{RFC_8037_X}","x":"{KEY.public.jwk["x"]}"}}',
    "jwk with a number": json.dumps(KEY.public.jwk | {"x": 5}),
    "jwk with padding": json.dumps(KEY.public.jwk | {"x": KEY.public.jwk["x"] + "="}),
    "no json": "{",
    "deep json": '{"a":' * 5000,
    "two lines": f"{LINE}\n{LINE}",
    "authorized_keys option": f"no-pty {LINE}",
    "cut": LINE[:-8],
    "longer": LINE[:-2] + "AAAA",
    "type differs inside": LINE.replace("ssh-ed25519 ", "ssh-rsa "),
    "no base64": "ssh-ed25519 !!!!",
    "empty": "",
    "kind alone": "ssh-ed25519",
    "words": "my password is hunter2",
    "huge": "ssh-ed25519 " + "A" * 100_000,
    "nul": "\0" * 100,
    "not ascii": LINE.replace("AAAA", "ÄÄÄÄ"),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_everything_else_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$") as refused:
        keys.read_public(text)
    assert type(refused.value) is ValueError
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("name", ["private openssh", "private pem", "public with private behind", "private jwk"])
def test_who_hands_out_a_private_key_is_told_so(name):
    with pytest.raises(ValueError, match="keep it to yourself"):
        keys.read_public(REFUSED[name])


@settings(max_examples=300)
@given(st.one_of(st.text(), st.binary(max_size=90).map(lambda b: b.decode("latin-1"))))
def test_strangers_words_never_break_it(text):
    with pytest.raises(ValueError, match=r"\.$"):
        keys.read_public(text)


@given(st.binary(min_size=32, max_size=32).filter(curve.is_sound))
def test_forms_agree(raw):
    public = PublicKey(raw)
    assert keys.read_public(public.openssh("x y")) == keys.read_public(json.dumps(public.jwk)) == public


def added(one, other):
    """Sum of two points (RFC 8032, section 5.1.4, in plain coordinates)."""
    (x1, y1), (x2, y2), p = one, other, curve.P
    product = curve.D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, p)
    return x % p, (y1 * y2 + x1 * x2) * pow(1 - product, -1, p) % p


def root(square):
    p = curve.P
    x = pow(square, (p + 3) // 8, p)
    return x if x * x % p == square else x * pow(2, (p - 1) // 4, p) % p


@pytest.mark.parametrize("y", sorted(curve.SMALL))
def test_points_of_small_order_are_so(y):
    x = root((y * y - 1) * pow(curve.D * y * y + 1, -1, curve.P) % curve.P)
    point = (x, y)
    for _ in range(3):
        point = added(point, point)
    assert point == (0, 1)


@pytest.mark.parametrize("y", [*sorted(curve.SMALL), curve.P, curve.P + 1, 2, 2**255 - 1])
@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_unsound_points_are_refused(y, sign):
    """2 is on no curve; P and above spell other numbers a second time. The library takes them all."""
    raw = (y | sign).to_bytes(32, "little")
    ed25519.Ed25519PublicKey.from_public_bytes(raw)
    with pytest.raises(ValueError, match="no sound"):
        PublicKey(raw)
    with pytest.raises(ValueError, match="no sound"):
        keys.read_public(json.dumps({"kty": "OKP", "crv": "Ed25519", "x": b64url(raw)}))


def test_a_key_of_small_order_would_sign_everything():
    """Why they are refused: under the neutral element one signature fits every message."""
    neutral = (1).to_bytes(32, "little")
    weak = ed25519.Ed25519PublicKey.from_public_bytes(neutral)
    for message in (b"I consent to nothing", b"I consent to everything"):
        weak.verify(neutral + bytes(32), message)


@settings(deadline=None, max_examples=4)
@given(st.text(min_size=1, max_size=200).filter(lambda t: t.isprintable()))
def test_private_text_comes_back(passphrase):
    text = keys.private_text(KEY, passphrase)
    assert keys.is_locked(text)
    assert keys.public_half(text) == KEY.public
    assert keys.read_private(text, passphrase).public == KEY.public
    with pytest.raises(WrongPassphrase):
        keys.read_private(text, passphrase + "x")
    with pytest.raises(WrongPassphrase):
        keys.read_private(text, None)


def test_open_private_text():
    text = keys.private_text(KEY, None)
    assert not keys.is_locked(text)
    assert keys.read_private(text, "given for nothing").public == KEY.public


def test_terminal_bytes_go_through_as_they_are():
    assert keys.read_private(keys.private_text(KEY, "caf\udce9"), "caf\udce9").public == KEY.public


@pytest.mark.parametrize("passphrase", ["", "x\ud800y"])
def test_unfit_passphrase_is_refused(passphrase):
    with pytest.raises(ValueError, match="passphrase"):
        keys.private_text(KEY, passphrase)


def other_private(kind, passphrase=None):
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return kind.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption).decode()


def with_rounds(text, rounds):
    """The same file, asking for other rounds."""
    import base64

    body = base64.b64decode("".join(text.splitlines()[1:-1]))
    old = keys.ROUNDS.to_bytes(4, "big")
    at = body.index(b"bcrypt") + 6 + 4 + 4 + 16
    assert body[at : at + 4] == old
    changed = base64.b64encode(body[:at] + rounds.to_bytes(4, "big") + body[at + 4 :]).decode()
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{changed}\n-----END OPENSSH PRIVATE KEY-----\n"


@pytest.mark.parametrize("text", ["", "x", other_private(RSA), other_private(EC), KEY.public.openssh(), "A" * 99_999])
def test_other_private_texts_are_refused(text):
    for act in (keys.is_locked, keys.public_half, lambda t: keys.read_private(t, "x")):
        with pytest.raises(ValueError, match="no Ed25519 private key"):
            act(text)


def test_a_file_cannot_ask_for_hours_of_bcrypt():
    with pytest.raises(ValueError, match="4294967295 rounds"):
        keys.read_private(with_rounds(keys.private_text(KEY, "x"), 2**32 - 1), "x")


def test_a_public_half_that_is_not_its_own_is_damage():
    text, other = keys.private_text(KEY, None), keys.private_text(keys.generate(), None)
    import base64

    body, donor = (base64.b64decode("".join(t.splitlines()[1:-1])) for t in (text, other))
    at = body.index(keys.SSH_PREFIX)
    mixed = base64.b64encode(body[:at] + donor[at : at + 51] + body[at + 51 :]).decode()
    with pytest.raises(ValueError, match="damaged"):
        keys.read_private(f"-----BEGIN OPENSSH PRIVATE KEY-----\n{mixed}\n-----END OPENSSH PRIVATE KEY-----", None)


def everything_said(error):
    """All that a traceback, a log or a debugger's one-liner shows of an error and of what caused it."""
    parts = ["".join(traceback.format_exception(error))]
    while error is not None:
        parts += [repr(error), repr(vars(error)), repr(error.args), repr(getattr(error, "object", ""))]
        error = error.__cause__ or error.__context__
    return " ".join(parts)


@pytest.mark.parametrize("passphrase", ["correct horse battery", "correct\ud800horse battery"])
def test_no_error_tells_a_passphrase(passphrase):
    text = keys.private_text(KEY, "another")
    with pytest.raises(ValueError, match="passphrase") as told:
        keys.read_private(text, passphrase)
    assert "horse" not in everything_said(told.value)
    assert "correct" not in everything_said(told.value)


def test_a_private_key_shows_itself_to_nobody():
    secret = keys.private_text(KEY, None).splitlines()[3][:30]
    assert secret not in repr(KEY) + str(KEY) + str(vars(KEY).keys())
    assert KEY.public.thumbprint in repr(KEY)
    for act in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            act(KEY)
