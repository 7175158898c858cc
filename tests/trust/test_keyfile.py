"""Public keys are told from private ones, and from what is no key at all."""

import pytest

from secondunit.schema import Tri
from secondunit.trust.keyfile import is_public


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2Vw\n-----END PUBLIC KEY-----\n", Tri.TRUE),
        ("-----BEGIN RSA PUBLIC KEY-----\nMIIB\n", Tri.TRUE),
        ("-----BEGIN PGP PUBLIC KEY BLOCK-----\n", Tri.TRUE),
        ("-----BEGIN CERTIFICATE-----\n", Tri.TRUE),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA ann@agm", Tri.TRUE),
        ("# Ann\necdsa-sha2-nistp256 AAAAE2VjZHNh ann@agm", Tri.TRUE),
        ('{"kty": "OKP", "crv": "Ed25519", "x": "11qY"}', Tri.TRUE),
        ('{"kty": "OKP", "crv": "Ed25519", "x": "11qY", "d": "nWGx"}', Tri.FALSE),
        ('{"kty": "oct", "k": "c2VjcmV0"}', Tri.FALSE),
        ("-----BEGIN PRIVATE KEY-----\nMC4C\n", Tri.FALSE),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", Tri.FALSE),
        ("-----BEGIN PUBLIC KEY-----\n-----BEGIN ENCRYPTED PRIVATE KEY-----\n", Tri.FALSE),
        ("AGE-SECRET-KEY-1QQ", Tri.FALSE),
        ("{", Tri.UNKNOWN),
        ('{"x": "11qY"}', Tri.UNKNOWN),
        ("my password is hunter2", Tri.UNKNOWN),
        ("", Tri.UNKNOWN),
    ],
)
def test_only_known_public_forms_are_public(text, expected):
    assert is_public(text) is expected
