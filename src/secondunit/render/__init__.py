"""The picture: plate pixels carried by pieces, relit, with dust, shadows and layers."""
