"""The gate: facts and time in, verdict out. Rules lie in packs/*.cedar."""
