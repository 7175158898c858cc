"""Releases on record: what one stands for in a single hash, and whether its paper and its signature still hold."""

from pathlib import Path

from secondunit.runner import signing
from secondunit.schema import Move, Release, ReleaseRequest, canonical_json
from secondunit.store.blobs import intact
from secondunit.store.reading import Reading


def release_sha256(release: ReleaseRequest | Release, document: str) -> str:
    """One hash for what is released by whom, for which shots and days, and the paper that says so."""
    said = [release.kind, release.what, release.holder, list(release.shots), release.territory]
    return signing.together(canonical_json([*said, release.valid_from, release.valid_until]), document)


def released(reading: Reading, folder: Path, release: Release) -> bool:
    """Whether the paper is the one that was kept, and whoever put the release on record signed for exactly it."""
    sha256 = release_sha256(release, release.document.sha256)
    signed = signing.proven(reading, release.signature, by=release.by, move=Move.RELEASE, sha256=sha256)
    try:
        return signed and intact(folder, release.document)
    except OSError:
        return False
