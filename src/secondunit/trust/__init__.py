"""Hash chain, Merkle root, tree hash, keys, signatures, revocation, sealing: pure functions over records and bytes."""
