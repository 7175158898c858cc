"""Signatures: what holds, and every trick that must not. A naive verifier stands beside ours where one falls for it."""

import base64
import hashlib
import hmac
import json
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondunit.schema import InputError, canonical_json
from secondunit.trust import jws, keys
from secondunit.trust.jws import BadSignature, Typ
from secondunit.trust.strict import b64url, from_b64url, json_object

ANN, BOB, EVE = (keys.generate() for _ in range(3))
PAYLOAD = b'{"shots":["SC010"]}'
TOKEN = jws.sign(PAYLOAD, ANN, Typ.TERMS)
HEADER = {"alg": "Ed25519", "kid": ANN.public.thumbprint, "typ": str(Typ.TERMS)}


def forged(header, payload=PAYLOAD, signer=ANN, signature=None):
    """A token with any header, well signed over it unless a signature is given."""
    head = b64url(header if isinstance(header, bytes) else json.dumps(header).encode())
    begun = f"{head}.{b64url(payload)}"
    return f"{begun}.{b64url(signer.sign(begun.encode()) if signature is None else signature)}"


def refused(token, public=ANN.public, typ=Typ.TERMS):
    with pytest.raises(BadSignature) as bad:
        jws.verify(token, public, typ)
    assert str(bad.value) == f"The signature does not hold: {bad.value.reason}."
    assert isinstance(bad.value, InputError)
    return bad.value.reason


def test_a_signature_holds():
    assert jws.verify(TOKEN, ANN.public, Typ.TERMS) == PAYLOAD
    assert jws.verify(forged(HEADER), ANN.public, Typ.TERMS) == PAYLOAD


def test_signing_input_is_the_one_of_the_rfc():
    """RFC 8037, appendix A.4: its key, payload and signature, here without the members that this house adds."""
    header, payload, signature = (
        b'{"alg":"EdDSA"}',
        b"Example of Ed25519 signing",
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    )
    key = keys.read_public('{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}')
    assert key.verifies(from_b64url(signature), f"{b64url(header)}.{b64url(payload)}".encode())


LEAF = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
JSON = st.recursive(LEAF, lambda deeper: st.lists(deeper) | st.dictionaries(st.text(max_size=8), deeper), max_leaves=6)
FIELDS = st.dictionaries(st.text(max_size=8), JSON, max_size=4)


@given(FIELDS, st.sampled_from(Typ))
def test_every_payload_comes_back(fields, typ):
    payload = canonical_json(fields).encode()
    assert jws.verify(jws.sign(payload, ANN, typ), ANN.public, typ) == payload
    token = jws.sign_json(payload, [ANN, BOB], typ)
    assert jws.verify_json(token, {"Ann": ANN.public}, typ)[:2] == (payload, {"Ann"})


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("ABab01-_.=+/ \n\0é"))
def test_every_changed_character_is_refused(at, letter):
    """Each value has one spelling: not even spare bits of base64 may differ."""
    changed = TOKEN[:at] + letter + TOKEN[at + 1 :]
    if changed != TOKEN:
        refused(changed)


@given(st.text(max_size=300) | st.lists(st.text("abcABC012-_", max_size=40), max_size=4).map(".".join))
def test_strangers_tokens_never_break_it(token):
    refused(token)
    with pytest.raises(BadSignature):
        jws.verify_json(token, {"Ann": ANN.public}, Typ.TERMS)


def naive(token, public_text):
    """A verifier that trusts the header's alg, as many did: symmetric ones take the key's text for a secret."""
    head, payload, signature = token.split(".")
    alg = json.loads(from_b64url(head))["alg"]
    if alg == "none":
        return True
    assert alg == "HS256"
    made = hmac.new(public_text.encode(), f"{head}.{payload}".encode(), hashlib.sha256).digest()
    return hmac.compare_digest(made, from_b64url(signature))


@pytest.mark.parametrize("text", [ANN.public.openssh(), json.dumps(ANN.public.jwk), ANN.public.thumbprint])
def test_hs256_with_the_public_key_as_secret(text):
    head = b64url(json.dumps(HEADER | {"alg": "HS256"}).encode())
    begun = f"{head}.{b64url(PAYLOAD)}"
    token = f"{begun}.{b64url(hmac.new(text.encode(), begun.encode(), hashlib.sha256).digest())}"
    assert naive(token, text)
    assert "'HS256'" in refused(token)


def test_none():
    token = forged(HEADER | {"alg": "none"}, signature=b"")
    assert naive(token, "")
    assert "'none'" in refused(token)


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "EdDSA", "ed25519", "Ed448", "ES256", "HS512", "", None, 5, [], {}]
)
def test_only_one_algorithm_is_accepted(alg):
    """EdDSA too is refused, though the signature is good: RFC 9864 deprecates it, and nobody here writes it."""
    assert "algorithm" in refused(forged(HEADER | {"alg": alg}))


def test_library_alone_would_take_the_alias():
    from joserfc import jws as library
    from joserfc.jwk import OKPKey

    token = forged(HEADER | {"alg": "EdDSA"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = library.deserialize_compact(token, OKPKey.import_key(dict(ANN.public.jwk)), algorithms=["EdDSA"])
    assert found.payload == PAYLOAD


EXTRAS = {
    "jwk": ANN.public.jwk,
    "jku": "https://example.org/keys",
    "x5u": "https://example.org/cert",
    "x5c": ["MIIB"],
    "b64": True,
    "crit": ["typ"],
    "cty": "JWT",
    "exp": 5,
    "": "",
}


@pytest.mark.parametrize("name", EXTRAS)
def test_headers_hold_nothing_else(name):
    reason = refused(forged(HEADER | {name: EXTRAS[name]}))
    assert "alone" in reason
    assert name in reason


def test_a_key_in_the_header_is_not_believed():
    """CVE-2018-0114: a verifier that takes the key from the header takes anybody's."""
    header = HEADER | {"jwk": EVE.public.jwk}
    token = forged(header, signer=EVE)
    head, payload, signature = token.split(".")
    believed = keys.read_public(json.dumps(json.loads(from_b64url(head))["jwk"]))
    assert believed.verifies(from_b64url(signature), f"{head}.{payload}".encode())
    refused(token)
    refused(forged(HEADER, signer=EVE))


def test_unencoded_payload():
    """RFC 7797: with b64 false, one signature can be read as two payloads."""
    header = HEADER | {"b64": False, "crit": ["b64"]}
    head = b64url(json.dumps(header).encode())
    for middle in (b64url(PAYLOAD), PAYLOAD.decode(), ""):
        begun = f"{head}.{middle}"
        refused(f"{begun}.{b64url(ANN.sign(begun.encode()))}")


@pytest.mark.parametrize("missing", HEADER)
def test_headers_lack_nothing(missing):
    refused(forged({name: value for name, value in HEADER.items() if name != missing}))


@pytest.mark.parametrize("wrong", ["", "JWT", "SECONDUNIT-TERMS+JWS", Typ.MOVE, None, 1, [str(Typ.TERMS)]])
def test_a_signature_for_one_thing_is_none_for_another(wrong):
    assert "it was made for" in refused(forged(HEADER | {"typ": wrong}))


@pytest.mark.parametrize("kid", [BOB.public.thumbprint, "", "../keys", None, 7])
def test_wrong_kid(kid):
    assert "another key" in refused(forged(HEADER | {"kid": kid}))


def test_another_key():
    assert "another key" in refused(TOKEN, BOB.public)


def last_wins(text):
    return json.loads(text)


DOUBLED = b'{"shots":["SC010"],"shots":["SC010","SC020"]}'


def test_doubled_members():
    """Two readers may take different ones: the one who shows it the first, the one who obeys it the last."""
    assert last_wins(DOUBLED) == {"shots": ["SC010", "SC020"]}
    assert "twice" in refused(forged(HEADER, DOUBLED))
    assert "twice" in refused(forged(HEADER, b'{"a":{"b":1,"b":2}}'))
    assert "twice" in refused(forged(HEADER, b'{"a":1,"\\u0061":2}'))
    doubled = f'{{"alg":"none",{json.dumps(HEADER)[1:]}'.encode()
    assert last_wins(doubled)["alg"] == "Ed25519"
    assert "twice" in refused(forged(doubled))


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"1", b"null", b"{", b'{"a":NaN}', b'{"a":Infinity}', b"\xff{}", b"\xef\xbb\xbf{}", b"{}{}"]
)
def test_payloads_are_plain_objects(payload):
    assert "payload is not plain" in refused(forged(HEADER, payload))
    with pytest.raises(BadSignature, match="payload is not plain"):
        jws.sign(payload, ANN, Typ.TERMS)


@pytest.mark.parametrize("bomb", [b'{"a":' * 100_000, b"[" * 100_000, b'{"a":' + b"9" * 100_000 + b"}"])
def test_bombs_are_refused(bomb):
    assert "payload is not plain" in refused(forged(HEADER, bomb))
    refused(forged(bomb))


def test_sizes_are_limited():
    refused(forged(HEADER | {"kid": "x" * 1000}))
    refused("." * 2_000_000)
    with pytest.raises(BadSignature, match="bytes"):
        jws.sign(canonical_json({"a": "x" * jws.LONGEST}).encode(), ANN, Typ.TERMS)
    large = canonical_json({"a": "x" * (jws.LONGEST - 20)}).encode()
    assert jws.verify(jws.sign(large, ANN, Typ.TERMS), ANN.public, Typ.TERMS) == large


@pytest.mark.parametrize("answer", [b"", bytes(64), EVE.sign(b"x")])
def test_a_signer_that_lies_is_found_out_at_once(answer):
    class Liar:
        public = ANN.public

        def sign(self, data):
            return answer

    with pytest.raises(BadSignature):
        jws.sign(PAYLOAD, Liar(), Typ.TERMS)


def test_a_signature_plus_the_group_order_is_refused():
    """RFC 8032, section 5.1.7: S must be below L, or each signature would have a second form."""
    begun, _, signature = TOKEN.rpartition(".")
    raw = from_b64url(signature)
    group = 2**252 + 27742317777372353535851937790883648493
    moved = raw[:32] + (int.from_bytes(raw[32:], "little") + group).to_bytes(32, "little")
    refused(f"{begun}.{b64url(moved)}")


def general(*tokens, **more):
    """A general JSON token of compact ones over the same payload."""
    parts = [token.split(".") for token in tokens]
    entries = [{"protected": p[0], "signature": p[2]} for p in parts]
    return json.dumps({"payload": parts[0][1], "signatures": entries} | more)


BOTH = jws.sign_json(PAYLOAD, [ANN, BOB], Typ.TERMS)
WHO = {"Ann": ANN.public, "Bob": BOB.public}


def test_two_signatures_count_for_two_people():
    assert jws.verify_json(BOTH, WHO, Typ.TERMS) == (PAYLOAD, {"Ann", "Bob"}, ())
    assert jws.verify_json(jws.add_signature(jws.sign_json(PAYLOAD, [ANN], Typ.TERMS), BOB, Typ.TERMS), WHO, Typ.TERMS)
    assert jws.payload_unverified(BOTH) == PAYLOAD
    assert jws.signed_by(BOTH, Typ.TERMS) == (ANN.public.thumbprint, BOB.public.thumbprint)


def test_library_reads_what_this_house_writes():
    from joserfc import jws as library
    from joserfc.jwk import KeySet, OKPKey

    known = [OKPKey.import_key(key.public.jwk | {"kid": key.public.thumbprint}) for key in (ANN, BOB)]
    found = library.deserialize_json(json.loads(BOTH), KeySet(known), algorithms=["Ed25519"])
    assert found.payload == PAYLOAD


def test_strangers_and_bad_signatures_are_reported_and_never_counted():
    bad = TOKEN[:-8] + "AAAAAAAA"
    eves = jws.sign(PAYLOAD, EVE, Typ.TERMS)
    found = jws.verify_json(general(jws.sign(PAYLOAD, BOB, Typ.TERMS), bad, eves), WHO, Typ.TERMS)
    assert found.names == {"Bob"}
    assert [fault.partition(":")[0] for fault in found.faults] == ["signature 2", "signature 3"]
    assert "nobody asked for" in found.faults[1]


def test_none_good_is_an_error_not_an_empty_set():
    for token in (general(jws.sign(PAYLOAD, EVE, Typ.TERMS)), general(TOKEN, signatures=[])):
        with pytest.raises(BadSignature):
            jws.verify_json(token, WHO, Typ.TERMS)
    with pytest.raises(BadSignature):
        jws.verify_json(BOTH, {}, Typ.TERMS)
    with pytest.raises(BadSignature, match="nobody signed"):
        jws.sign_json(PAYLOAD, [], Typ.TERMS)


def test_signatures_of_another_payload_do_not_count():
    other = jws.sign(b'{"shots":["SC020"]}', BOB, Typ.TERMS)
    assert jws.verify_json(general(TOKEN, other), WHO, Typ.TERMS).names == {"Ann"}


def test_one_person_does_not_count_as_two():
    twice = general(TOKEN, TOKEN)
    assert jws.verify_json(twice, WHO, Typ.TERMS).names == {"Ann"}
    with pytest.raises(BadSignature, match="same key"):
        jws.verify_json(BOTH, {"Ann": ANN.public, "Ann's guardian": ANN.public}, Typ.TERMS)
    with pytest.raises(BadSignature, match="signed it already"):
        jws.add_signature(BOTH, BOB, Typ.TERMS)


def test_signatures_are_of_one_kind():
    with pytest.raises(BadSignature, match="made for"):
        jws.add_signature(jws.sign_json(PAYLOAD, [ANN], Typ.MOVE), BOB, Typ.TERMS)
    with pytest.raises(BadSignature, match="made for"):
        jws.verify_json(BOTH, WHO, Typ.MOVE)


ENTRY = json.loads(BOTH)["signatures"][0]


@pytest.mark.parametrize(
    "token",
    [
        general(TOKEN, header={"kid": "x"}),
        general(TOKEN, payload=5),
        general(TOKEN, payload=b64url(PAYLOAD) + "="),
        general(TOKEN, signatures={}),
        general(TOKEN, signatures=[ENTRY | {"header": {"alg": "none"}}]),
        general(TOKEN, signatures=[{"signature": ENTRY["signature"]}]),
        general(TOKEN, signatures=[ENTRY | {"signature": None}]),
        general(TOKEN, signatures=["x"]),
        general(TOKEN, signatures=[ENTRY] * 17),
        json.dumps(ENTRY | {"payload": b64url(PAYLOAD)}),
        BOTH.replace('{"payload"', f'{{"payload":"{b64url(DOUBLED)}","payload"', 1),
        TOKEN,
        "[]",
        "x" * 2_000_000,
    ],
)
def test_general_form_is_read_strictly(token):
    for act in (
        lambda: jws.verify_json(token, WHO, Typ.TERMS),
        lambda: jws.add_signature(token, EVE, Typ.TERMS),
        lambda: jws.payload_unverified(token),
    ):
        with pytest.raises(BadSignature):
            act()


def test_signatures_are_limited_in_number():
    token = jws.sign_json(PAYLOAD, [keys.generate() for _ in range(jws.MOST_SIGNATURES)], Typ.TERMS)
    with pytest.raises(BadSignature, match="may not have more"):
        jws.add_signature(token, ANN, Typ.TERMS)


@given(st.binary(max_size=60))
def test_base64url_has_one_spelling(data):
    text = b64url(data)
    assert from_b64url(text) == data
    assert text == base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    for other in (text + "=", text + "\n", text + "A" * (4 - len(text) % 4) + "=", "+" + text):
        with pytest.raises(ValueError, match="base64url"):
            from_b64url(other)


@given(FIELDS)
def test_strict_reader_agrees_with_the_common_one(fields):
    text = json.dumps(fields)
    assert json_object(text) == json_object(text.encode()) == json.loads(text)
