"""Second Unit: a generative VFX department as software."""

__version__ = "0.1.0"
