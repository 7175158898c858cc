"""Merkle tree head as in RFC 6962, section 2.1: the one number that stands for a whole ledger of a given size."""

import hashlib
from collections.abc import Sequence


def root(leaves: Sequence[bytes]) -> bytes:
    """32 bytes. Leaves and nodes are hashed with different prefixes, so a node cannot pass as a leaf."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    # Pairing neighbours level by level, the odd one moving up, builds the same tree as the RFC's recursion.
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        odd = level[-1:] if len(level) % 2 else []
        level = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return level[0]
