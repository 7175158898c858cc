"""Hash chain, Merkle root, tree hash: pure functions over records and bytes."""
