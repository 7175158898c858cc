"""Fracture, motion and dust: the only simulation in the house."""
